// Package catalog knows what the clouds publish about their own vocabulary:
// the actions, resource types and APIs of Huawei Cloud CBR, the actions of
// Tencent Cloud CBS, condition keys, and the system-defined permissions.
//
//	c := catalog.Default()
//	a, ok := c.Action(action.MustParse("cbr:vaults:delete"))
//	if ok && a.HasType("", "vault") {
//		fmt.Println(a, a.Access()) // cbr:vaults:delete write
//	}
//
// Parse reads the catalog of another service, and Catalog.With puts catalogs
// together.
package catalog

import (
	_ "embed"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
)

//go:generate go run ./generate

//go:embed catalog.bin
var packed string

var (
	once     sync.Once
	embedded *Catalog
)

// Default returns the embedded catalog. It is built at the first call.
func Default() *Catalog {
	once.Do(func() { embedded = decode(unpack(packed)) })
	return embedded
}

// Catalog is what is known about actions, condition keys, resource types, APIs
// and system-defined permissions. It is immutable; goroutines may share it.
// The zero Catalog knows nothing.
type Catalog struct {
	actions      []*Action // in name order
	actionNamed  map[action.Name]*Action
	keys         []Key // in name order
	keyNamed     map[condition.Key]*Key
	tagKeyed     map[condition.Key]*Key // by the folded part before the slash
	types        []ResourceType         // in the order of service and type
	apis         []API                  // in the order of path and method
	unmapped     []API
	operations   []API         // without method and path
	permissions  []*Permission // in name order
	permitNamed  map[string]*Permission
	scpDocuments map[string]string
	grantable    map[action.Name]grantable // of actions that some API needs
	routes       routes                    // built at the first use
}

// Action returns the action of that name. It allocates nothing.
func (c *Catalog) Action(n action.Name) (*Action, bool) {
	a, ok := c.actionNamed[n]
	return a, ok
}

// Actions yields the actions that the pattern covers, all for a nil pattern,
// in name order.
func (c *Catalog) Actions(p *action.Pattern) iter.Seq[*Action] {
	return func(yield func(*Action) bool) {
		for _, a := range c.actions {
			if (p == nil || p.Match(a.name)) && !yield(a) {
				return
			}
		}
	}
}

// Key returns the condition key; of a key with a tag part the one that covers
// every tag: g:ResourceTag/<tag-key> for g:ResourceTag/team. It allocates
// nothing.
func (c *Catalog) Key(k condition.Key) (*Key, bool) {
	if key, ok := c.keyNamed[k]; ok {
		return key, true
	}
	name := k.String()
	if i := strings.IndexByte(name, '/'); i >= 0 && i < len(name)-1 {
		key, ok := c.tagKeyed[condition.NewKey(name[:i])]
		return key, ok
	}
	return nil, false
}

// Keys yields the condition keys in name order.
func (c *Catalog) Keys() iter.Seq[*Key] { return each(c.keys) }

// ResourceTypes yields the resource types in the order of service and type.
func (c *Catalog) ResourceTypes() iter.Seq[*ResourceType] { return each(c.types) }

// APIs yields the APIs whose actions are known, in the order of path and
// method.
func (c *Catalog) APIs() iter.Seq[*API] { return each(c.apis) }

// UnmappedAPIs yields the APIs for which no source names an action. Whether
// they need one is not known.
func (c *Catalog) UnmappedAPIs() iter.Seq[*API] { return each(c.unmapped) }

// Operations yields the operations of which a catalog tells the name and the
// actions, but not the method and the path, in the order of their names. Those
// of a service with APIs of the same names are left out.
func (c *Catalog) Operations() iter.Seq[*API] { return each(c.operations) }

// APIsFor yields the APIs that need the action or depend on it, in v5.0 or in
// v1.1: first those of APIs, then those of Operations.
func (c *Catalog) APIsFor(n action.Name) iter.Seq[*API] {
	return func(yield func(*API) bool) {
		for _, list := range [...][]API{c.apis, c.operations} {
			for i := range list {
				a := &list[i]
				if a.Names(func(m action.Name) bool { return m == n }) && !yield(a) {
					return
				}
			}
		}
	}
}

// grantable tells where an action can be granted: y, n, or - for unknown.
type grantable struct{ iam, enterprise byte }

// IAMProject reports whether the action can be granted for an IAM project, by
// the APIs that need it or that it governs as their v1.1 action. It can if some
// say yes and none says no, it cannot if all say no; otherwise, and if what they
// say is Inferred, known is false. It allocates nothing.
func (c *Catalog) IAMProject(n action.Name) (takes, known bool) { return yesNo(c.grantable[n].iam) }

// EnterpriseProject reports whether the action can be granted for an enterprise
// project (huawei.md F-4); as for IAMProject.
func (c *Catalog) EnterpriseProject(n action.Name) (takes, known bool) {
	return yesNo(c.grantable[n].enterprise)
}

func yesNo(f byte) (takes, known bool) { return f == 'y', f == 'y' || f == 'n' }

// grant notes where an API lets its actions be granted.
func (c *Catalog) grant(a *API) {
	both := func(old, f, letter byte) byte {
		if letter != '-' && evidenceOf(letter) <= Inferred {
			f = '-'
		}
		switch {
		case old == 0 || old == f || old == '-' && f == 'y':
			return f
		case f == '-' && old == 'y':
			return old
		}
		return '?' // not all say no
	}
	note := func(n action.Name) {
		g := c.grantable[n]
		c.grantable[n] = grantable{
			both(g.iam, a.iam, a.letters[apiIAM]),
			both(g.enterprise, a.enterprise, a.letters[apiEnterprise]),
		}
	}
	old := !a.v11.IsZero()
	for _, n := range a.actions {
		note(n)
		old = old && n != a.v11
	}
	if old {
		note(a.v11)
	}
}

// Permissions yields the system-defined permissions in name order. A name that
// the vendor lists several times comes several times.
func (c *Catalog) Permissions() iter.Seq[*Permission] { return slices.Values(c.permissions) }

// Permission returns the system-defined permission of exactly that name. If
// the vendor lists the name several times it is the first with a published
// content, else the first.
func (c *Catalog) Permission(name string) (*Permission, bool) {
	p, ok := c.permitNamed[name]
	return p, ok
}

func each[T any](s []T) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range s {
			if !yield(&s[i]) {
				return
			}
		}
	}
}

// Evidence says what a value of the catalog rests on.
type Evidence uint8

const (
	// Unknown: no source could be read; the value is left empty. It is also
	// the evidence of what the catalog does not have.
	Unknown Evidence = iota
	// Inferred: concluded from comparable rows or from the way names are made.
	Inferred
	// Document: stated by a document of the vendor.
	Document
	// Table: stated by the vendor's table of the service's actions.
	Table
)

// String returns the name that the data use: unknown, inferred, doc or table.
func (e Evidence) String() string {
	return [...]string{"unknown", "inferred", "doc", "table"}[e]
}

// evidenceOf reads a letter of the text.
func evidenceOf(c byte) Evidence {
	return Evidence(max(0, strings.IndexByte("uidt", c)))
}

// cellEvidence finds the evidence of a named cell; letters begin with that of
// the row.
func cellEvidence(letters string, cells []string, cell string) Evidence {
	if letters == "" {
		return Unknown
	}
	if cell == "" {
		return evidenceOf(letters[0])
	}
	if i := slices.Index(cells, cell); i >= 0 {
		return evidenceOf(letters[1+i])
	}
	return Unknown
}
