package catalog

import (
	"iter"
	"slices"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/wildcard"
	"github.com/writ-policy/writ/resource"
)

// Action is what the vendor publishes about one action. It is immutable;
// goroutines may share it. The zero Action is no action.
type Action struct {
	name       action.Name
	text       string
	access     string
	letters    string // evidence: of the row, then of actionCells
	types      []ActionType
	keys       []string // all
	own        []string // of the action whatever the resource
	aliases    []action.Name
	candidates []Gap
	basis      string   // CAM
	resources  []string // CAM

	permissionOnly bool
	untyped        bool // no row says anything of its types
	silent         bool // some row has neither a list of keys nor evidence for it

	ownKeys, anyKeys *condition.KeySet // see KeySet
}

var actionCells = []string{"name", "accessLevel", "resourceTypes", "conditionKeys", "actionLevelConditionKeys", "aliases"}

// Name returns the action.
func (a *Action) Name() action.Name { return a.name }

// String returns the action as the vendor spells it. A Tencent Cloud action
// comes without name/.
func (a *Action) String() string { return a.text }

// Access returns the access level: list, read, write, permission_management or
// tagging.
func (a *Action) Access() string { return a.access }

// HasTypes reports whether the action can be restricted to resources of some
// type. Without, it touches no resource that a policy could name, and a
// statement needs the resource * (huawei.md I-24). It is about Huawei Cloud;
// see OperationLevel for the other.
func (a *Action) HasTypes() bool { return len(a.types) > 0 }

// Typeless reports whether the action is known to touch no resource that a policy
// could name. Without types it may also be that nobody knows.
func (a *Action) Typeless() bool {
	return len(a.types) == 0 && !a.name.IsCAM() && a.letters != "" && a.letters[actionTypes] != 'u' && !a.untyped
}

// HasType reports whether the action touches resources of that type, whatever
// the letter case. An empty service stands for that of the action.
func (a *Action) HasType(service, typ string) bool {
	return a.typed(service, typ) != nil
}

func (a *Action) typed(service, typ string) *ActionType {
	if service == "" {
		service = a.name.Service()
	}
	service, typ = wildcard.Lower(service), wildcard.Lower(typ)
	for i := range a.types {
		if t := &a.types[i]; t.folded == typ && t.service == service {
			return t
		}
	}
	return nil
}

// Types yields the resource types in name order; none for Tencent Cloud.
func (a *Action) Types() iter.Seq[ActionType] { return slices.Values(a.types) }

// Keys yields all condition keys of the action in name order: its own and those
// of its resource types. Global keys come on top, save the ones that depend on
// the action, such as g:ResourceTag/<tag-key> (huawei.md I-28, 6.2).
func (a *Action) Keys() iter.Seq[string] { return slices.Values(a.keys) }

// ActionKeys yields the condition keys that hold for the action whatever the
// resource is, in name order (huawei.md I-28).
func (a *Action) ActionKeys() iter.Seq[string] { return slices.Values(a.own) }

// KeySet tells which condition keys take effect for the action on a resource
// (huawei.md I-28): its own keys and those of the resource's type. For the zero
// Name, no resource, it is not known whether the keys of the action's types take
// effect. Nor is it known of keys that the action does not list, if one of its
// lists is Inferred or Unknown, or if a catalog has neither a list nor evidence
// for it. It is nil, which takes all keys, for Tencent Cloud. It allocates
// nothing.
func (a *Action) KeySet(n resource.Name) *condition.KeySet {
	set, _ := a.On(n)
	return set
}

// On returns the KeySet for a resource, and whether the action has resources of
// its type; it does if nothing is known of its types. It allocates nothing.
func (a *Action) On(n resource.Name) (set *condition.KeySet, has bool) {
	if n.IsZero() {
		return a.anyKeys, true
	}
	service, typ := n.Service(), n.Type()
	for i := range a.types {
		if t := &a.types[i]; t.folded == typ && t.service == service {
			return t.set, true
		}
	}
	return a.ownKeys, len(a.types) == 0
}

// index builds the sets of keys.
func (a *Action) index() {
	if a.name.IsCAM() || a.ownKeys != nil {
		return
	}
	lost := a.silent || a.letters[actionTypes] == 'u' || a.letters[actionTypes] == 'i'
	for _, cell := range a.letters[actionAllKeys : actionOwnKeys+1] {
		lost = lost || cell == 'u' || cell == 'i'
	}
	a.anyKeys = condition.NewKeySet(a.own, a.keys, lost)
	a.ownKeys = condition.NewKeySet(a.own, nil, lost)
	for i := range a.types {
		t := &a.types[i]
		t.set = condition.NewKeySet(append(a.own[:len(a.own):len(a.own)], t.keys...), nil, lost)
	}
}

// Aliases yields the v1.1 actions that govern the same API (huawei.md 8), in
// name order.
func (a *Action) Aliases() iter.Seq[action.Name] {
	return func(yield func(action.Name) bool) {
		for _, n := range a.aliases {
			if !yield(n) {
				return
			}
		}
	}
}

// OperationLevel reports whether a Tencent Cloud action has no resource-level
// permission: a statement for it needs the resource *. It is false for Huawei
// Cloud.
func (a *Action) OperationLevel() bool { return len(a.resources) == 1 && a.resources[0] == "*" }

// Resources yields the templates of the resources that a Tencent Cloud action
// is checked against, such as qcs::cvm:$region:$account:volume/$diskId, in the
// vendor's order; * if it is an operation-level action. Huawei Cloud has none.
func (a *Action) Resources() iter.Seq[string] { return slices.Values(a.resources) }

// Basis says where the level and the resources of a Tencent Cloud action come
// from: vendor-table, vendor-api-list, vendor-api-list-conflict (older pages
// differ), or not-listed-rule (the vendor's rule for what its table leaves
// out; tencent-cam.md 7). It is empty for Huawei Cloud.
func (a *Action) Basis() string { return a.basis }

// PermissionOnly reports whether the action stands for a permission that no API
// is mapped to. It is false if the catalog does not say so.
func (a *Action) PermissionOnly() bool { return a.permissionOnly }

// Evidence says what a cell of the action's row rests on: name, accessLevel,
// resourceTypes, conditionKeys, actionLevelConditionKeys or aliases. An empty
// cell stands for the row as a whole.
func (a *Action) Evidence(cell string) Evidence { return cellEvidence(a.letters, actionCells, cell) }

// Gaps yields the cells of a Huawei Cloud action that are Unknown or Inferred,
// in the order of Evidence's list.
func (a *Action) Gaps() iter.Seq[Gap] {
	return func(yield func(Gap) bool) {
		if a.basis != "" || a.letters == "" {
			return
		}
		for i, cell := range actionCells {
			if c := a.letters[1+i]; c == '-' || evidenceOf(c) > Inferred {
				continue // - is for a catalog that says nothing of it
			}
			g := Gap{cell: cell}
			for _, c := range a.candidates {
				if c.cell == cell {
					g = c
				}
			}
			if !yield(g) {
				return
			}
		}
	}
}

// Gap is a cell that no source could be read for: it is empty or holds what was
// concluded. It is immutable; goroutines
// may share it. The zero Gap names no cell.
type Gap struct {
	cell       string
	candidates []string
}

// Cell returns the name of the cell, as in Action.Evidence.
func (g Gap) Cell() string { return g.cell }

// Candidates yields what the vendor's cell may hold besides, in name order; the
// action does not count it in.
func (g Gap) Candidates() iter.Seq[string] { return slices.Values(g.candidates) }

// ActionType is a resource type that an action touches. It is immutable;
// goroutines may share it. The zero ActionType names no type.
type ActionType struct {
	service  string // folded
	text     string
	folded   string
	required bool
	keys     []string
	set      *condition.KeySet // of the action on such a resource
}

// Service returns the service that the type belongs to, in lower case.
func (t ActionType) Service() string { return t.service }

// Type returns the type as the vendor spells it.
func (t ActionType) Type() string { return t.text }

// Required reports whether the operation always touches a resource of the type
// (huawei.md I-25).
func (t ActionType) Required() bool { return t.required }

// Keys yields the condition keys that hold only where a resource of the type is
// decided, in name order (huawei.md I-28).
func (t ActionType) Keys() iter.Seq[string] { return slices.Values(t.keys) }

// ResourceType is a type of resource that a service has. It is immutable;
// goroutines may share it. The zero ResourceType names no type.
type ResourceType struct {
	service, text, urn string
	evidence           Evidence
}

// Service returns the service, in lower case.
func (t *ResourceType) Service() string { return t.service }

// Type returns the type as the vendor spells it.
func (t *ResourceType) Type() string { return t.text }

// URN returns the template of the names of such resources, with what varies in
// angle brackets: cbr:<region>:<account-id>:vault:<vault-id>.
func (t *ResourceType) URN() string { return t.urn }

// Evidence says what the row rests on.
func (t *ResourceType) Evidence() Evidence { return t.evidence }
