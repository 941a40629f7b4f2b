package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/wildcard"
)

// builder collects what a catalog is made of, in any order.
type builder struct {
	actions                    []*Action
	keys                       []Key
	types                      []ResourceType
	apis, unmapped, operations []API
	permissions                []*Permission
	scps                       map[string]string
}

// build makes the catalog. It keeps what the builder holds.
func (b *builder) build() *Catalog {
	slices.SortFunc(b.actions, func(a, b *Action) int { return cmp.Compare(a.name.String(), b.name.String()) })
	slices.SortFunc(b.keys, func(a, b Key) int { return cmp.Compare(wildcard.Lower(a.text), wildcard.Lower(b.text)) })
	slices.SortFunc(b.types, func(a, b ResourceType) int {
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.text, b.text))
	})
	for _, apis := range [][]API{b.apis, b.unmapped, b.operations} {
		slices.SortFunc(apis, func(a, b API) int {
			return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.method, b.method), cmp.Compare(a.operation, b.operation), cmp.Compare(a.of, b.of))
		})
	}
	slices.SortStableFunc(b.permissions, func(a, b *Permission) int { return cmp.Compare(a.name, b.name) })
	d := decoder{listed: b.permissions, c: &Catalog{
		actions: b.actions, keys: b.keys, types: b.types, apis: b.apis, unmapped: b.unmapped, operations: b.operations, scpDocuments: b.scps,
		actionNamed: map[action.Name]*Action{}, keyNamed: map[condition.Key]*Key{}, tagKeyed: map[condition.Key]*Key{}, permitNamed: map[string]*Permission{},
	}}
	d.finish()
	for i := range b.keys {
		k := &b.keys[i]
		if name, part, ok := strings.Cut(wildcard.FoldKey(k.text), "/"); ok && isPlaceholder(part) {
			d.c.tagKeyed[condition.NewKey(name)] = k
		}
	}
	return d.c
}

// keyID is the same for all spellings of a condition key. What stands for the
// tag in a key with a tag part does not matter.
func keyID(s string) string {
	if name, part, ok := strings.Cut(s, "/"); ok && isPlaceholder(part) {
		s = name + "/<tag-key>"
	}
	return wildcard.FoldKey(s)
}

func isPlaceholder(part string) bool {
	return len(part) > 2 && part[0] == '<' && part[len(part)-1] == '>'
}

// sort puts the parts of a new action in order.
func (a *Action) sort() {
	slices.SortFunc(a.types, func(t, u ActionType) int {
		return cmp.Or(cmp.Compare(t.text, u.text), cmp.Compare(t.service, u.service))
	})
	slices.Sort(a.own)
	slices.SortFunc(a.aliases, func(n, m action.Name) int { return cmp.Compare(n.String(), m.String()) })
	for i := range a.types {
		slices.Sort(a.types[i].keys)
	}
	a.fillKeys()
}

// fillKeys fills the list of all keys.
func (a *Action) fillKeys() {
	keys := slices.Clone(a.own)
	for i := range a.types {
		keys = append(keys, a.types[i].keys...)
	}
	a.keys = distinct(keys)
}

// distinct sorts keys and keeps one spelling of each.
func distinct(keys []string) []string {
	slices.SortFunc(keys, func(k, l string) int { return cmp.Or(cmp.Compare(keyID(k), keyID(l)), cmp.Compare(k, l)) })
	keys = slices.CompactFunc(keys, func(k, l string) bool { return keyID(k) == keyID(l) })
	slices.Sort(keys)
	return keys
}

// unite adds another row of the same action, as tables with one row for each
// resource type have them. What it has more of is added; the result is the
// cell that both must agree in and do not, or "".
func (a *Action) unite(b *Action) (cell string) {
	if a.access != b.access {
		return "accessLevel"
	}
	for _, t := range b.types {
		i := slices.IndexFunc(a.types, func(u ActionType) bool { return u.service == t.service && u.folded == t.folded })
		switch {
		case i < 0:
			a.types = append(a.types, t)
		case a.types[i].required != t.required:
			return "required of the resource type " + t.text
		default:
			a.types[i].keys = distinct(append(a.types[i].keys, t.keys...))
		}
	}
	a.permissionOnly = a.permissionOnly || b.permissionOnly
	a.silent = a.silent || b.silent
	a.untyped = a.untyped && b.untyped
	a.own = distinct(append(a.own, b.own...))
	for _, n := range b.aliases {
		if !slices.Contains(a.aliases, n) {
			a.aliases = append(a.aliases, n)
		}
	}
	a.sort()
	for _, g := range b.candidates {
		a.candidates = withGap(a.candidates, g)
	}
	letters := []byte(a.letters)
	for i := range letters {
		// What is united rests on the weaker of both, and half of it being
		// unknown makes it a conclusion.
		switch c := b.letters[i]; {
		case letters[i] == '-':
			letters[i] = c
		case c == '-' || c == letters[i]:
		case c == 'u' || letters[i] == 'u':
			letters[i] = 'i'
		case evidenceOf(c) < evidenceOf(letters[i]):
			letters[i] = c
		}
	}
	a.letters = string(letters)
	return ""
}

// withGap adds the candidates of a gap to those of the same cell.
func withGap(gaps []Gap, g Gap) []Gap {
	i := slices.IndexFunc(gaps, func(h Gap) bool { return h.cell == g.cell })
	if i < 0 {
		return append(gaps, g)
	}
	all := slices.Sorted(slices.Values(slices.Concat(gaps[i].candidates, g.candidates)))
	gaps[i] = Gap{g.cell, slices.Compact(all)}
	return gaps
}

// id is the same for all spellings of a resource type.
func (t *ResourceType) id() string { return t.service + ":" + wildcard.Lower(t.text) }

// id is the same for APIs of a service that serve the same requests: the names of
// the variables in a path do not matter. An operation without a path is known by
// its own name and its service.
func (a *API) id() string {
	if a.path == "" {
		return a.of + " " + a.operation
	}
	id := a.of + " " + a.method + " "
	for rest := a.path; ; {
		before, behind, ok := strings.Cut(rest, "{")
		id += before
		if !ok {
			return id
		}
		_, rest, _ = strings.Cut(behind, "}")
		id += "{}"
	}
}
