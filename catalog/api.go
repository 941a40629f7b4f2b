package catalog

import (
	"iter"
	"slices"
	"strings"

	"github.com/writ-policy/writ/action"
)

// API is one operation that a service serves over HTTP. It is immutable;
// goroutines may share it. The zero API serves nothing.
type API struct {
	of                      string // the service whose catalog has it
	method, path, operation string
	mapped                  bool
	actions, dependent      []action.Name
	v11                     action.Name
	v11Dependencies         []action.Name
	iam, enterprise         byte // y, n or - for unknown
	legacy                  []string
	letters                 string // evidence: of the row, then of apiCells
	dependentGiven          bool   // a list of dependent actions is there, even if it is empty
}

var apiCells = []string{"method", "path", "actions", "dependentActions", "v11Action", "v11Dependencies", "iamProject", "enterpriseProject"}

// Method returns the HTTP method in capitals. It is empty for what
// Catalog.Operations yields.
func (a *API) Method() string { return a.method }

// Path returns the path, with what varies in braces:
// /v3/{project_id}/vaults/{vault_id}. It is empty if Method is.
func (a *API) Path() string { return a.path }

// Service returns the service that the API belongs to, in lower case; empty if
// the catalog does not say it.
func (a *API) Service() string { return a.of }

// OperationID returns the name of the operation in the vendor's client
// libraries; it may be empty.
func (a *API) OperationID() string { return a.operation }

// Mapped reports whether the actions of the API are known. If not, the empty
// Actions says nothing.
func (a *API) Mapped() bool { return a.mapped }

// Actions yields the v5.0 actions that must all be allowed, in the vendor's
// order.
func (a *API) Actions() iter.Seq[action.Name] { return slices.Values(a.actions) }

// DependentActions yields the actions, often of other services, that must be
// allowed as well, in the vendor's order.
func (a *API) DependentActions() iter.Seq[action.Name] { return slices.Values(a.dependent) }

// KnowsDependencies reports whether some source lists the actions that must be
// allowed as well, or says that there are none.
func (a *API) KnowsDependencies() bool {
	if len(a.dependent)+len(a.v11Dependencies) > 0 {
		return true
	}
	return a.letters != "" && a.letters[apiDependent] != 'u' && (a.dependentGiven || a.letters[apiDependent] != '-')
}

// Names reports whether one of the actions that the API needs or depends on, in
// v5.0 or in v1.1, is as match wants it.
func (a *API) Names(match func(action.Name) bool) bool {
	for _, list := range [...][]action.Name{a.actions, a.dependent, a.v11Dependencies} {
		if slices.ContainsFunc(list, match) {
			return true
		}
	}
	return !a.v11.IsZero() && match(a.v11)
}

// V11Action returns the action that v1.0 roles and v1.1 policies are asked for.
// ok is false if no source lists one: whether they can control the API is then
// not known.
func (a *API) V11Action() (n action.Name, ok bool) { return a.v11, !a.v11.IsZero() }

// V11Dependencies yields the v1.1 actions that must be allowed as well, in the
// vendor's order (huawei.md P-35).
func (a *API) V11Dependencies() iter.Seq[action.Name] { return slices.Values(a.v11Dependencies) }

// IAMProject reports whether the v1.1 action can be granted for an IAM project;
// known is false if no source says it.
func (a *API) IAMProject() (takes, known bool) { return yesNo(a.iam) }

// EnterpriseProject reports whether the v1.1 action can be granted for an
// enterprise project (huawei.md F-4); known is false if no source says it.
func (a *API) EnterpriseProject() (takes, known bool) { return yesNo(a.enterprise) }

// LegacyPaths yields the paths that older documents give for the API, in the
// vendor's order.
func (a *API) LegacyPaths() iter.Seq[string] { return slices.Values(a.legacy) }

// Evidence says what a cell of the API's row rests on: method, path, actions,
// dependentActions, v11Action, v11Dependencies, iamProject or
// enterpriseProject. An empty cell stands for the row.
func (a *API) Evidence(cell string) Evidence { return cellEvidence(a.letters, apiCells, cell) }

// Needed yields the actions that the APIs need, each once and in name order:
// their own, and with dependent those that must be allowed as well.
func Needed(apis iter.Seq[*API], dependent bool) iter.Seq[action.Name] {
	return func(yield func(action.Name) bool) {
		var names []action.Name
		for a := range apis {
			names = append(names, a.actions...)
			if dependent {
				names = append(names, a.dependent...)
			}
		}
		slices.SortFunc(names, func(n, m action.Name) int { return strings.Compare(n.String(), m.String()) })
		for _, n := range slices.Compact(names) {
			if !yield(n) {
				return
			}
		}
	}
}
