package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ/internal/phrase"
)

// With returns a catalog that knows what c knows and what more know. None of
// them is changed. They may repeat each other; what one leaves empty because
// it is Unknown, another may fill. The error names the first contradiction. It is
// of type *ConflictError, or *RouteConflictError if a request could be for APIs
// of two catalogs.
//
//	orders, err := catalog.Parse("orders.json", src)
//	all, err := catalog.Default().With(orders)
func (c *Catalog) With(more ...*Catalog) (*Catalog, error) {
	m := merger{at: map[string]int{}}
	m.scps = map[string]string{}
	m.add(c)
	for i, o := range more {
		if o == nil {
			continue
		}
		if e := m.add(o); e != nil {
			e.Argument = i
			return nil, e
		}
	}
	m.unmapped = slices.DeleteFunc(m.unmapped, func(a API) bool { _, ok := m.at["API "+a.id()]; return ok })
	m.operations = slices.DeleteFunc(m.operations, func(o API) bool { return m.served(&o) != nil })
	all := m.build()
	if err := all.routeTable().err; err != nil {
		return nil, err
	}
	return all, nil
}

// ConflictError says that two catalogs contradict each other.
type ConflictError struct {
	// Argument is the argument of With that contradicts what comes before it,
	// counted from 0.
	Argument int
	// Kind says what they disagree about: action, condition key, resource
	// type, API or operation. Name names it.
	Kind, Name string
	// Cell is the part in which they differ, by its name in
	// catalog.schema.json. Old and New are the values.
	Cell, Old, New string
}

func (e *ConflictError) Error() string {
	value := func(s string) string {
		if s == "" {
			return "none"
		}
		return phrase.Quote(s)
	}
	return e.Kind + " " + phrase.Quote(e.Name) + ": " + e.Cell + " is " + value(e.Old) + ", but in argument " + strconv.Itoa(e.Argument) +
		" of With it is " + value(e.New) + "; correct one of the two or leave it out"
}

// clash is a cell in which two rows differ.
type clash struct{ cell, old, new string }

type merger struct {
	builder
	at map[string]int // place in its list, by kind and id
}

// unite adds a row to a list, or puts it together with the row of the same id.
func unite[T any](m *merger, kind, id, name string, list *[]T, row T, with func(old *T, row T) *clash) *ConflictError {
	i, ok := m.at[kind+" "+id]
	if !ok {
		m.at[kind+" "+id] = len(*list)
		*list = append(*list, row)
		return nil
	}
	return conflict(kind, name, with(&(*list)[i], row))
}

func conflict(kind, name string, c *clash) *ConflictError {
	if c == nil {
		return nil
	}
	return &ConflictError{Kind: kind, Name: name, Cell: c.cell, Old: c.old, New: c.new}
}

// add adds a catalog and returns the first contradiction.
func (m *merger) add(c *Catalog) *ConflictError {
	for _, a := range c.actions {
		if e := unite(m, "action", a.name.String(), a.text, &m.actions, a, uniteActions); e != nil {
			return e
		}
	}
	for _, k := range c.keys {
		if e := unite(m, "condition key", keyID(k.text), k.text, &m.keys, k, uniteKeys); e != nil {
			return e
		}
	}
	for _, t := range c.types {
		if e := unite(m, "resource type", t.id(), t.service+":"+t.text, &m.types, t, uniteTypes); e != nil {
			return e
		}
	}
	for _, a := range c.apis {
		if e := unite(m, "API", a.id(), a.method+" "+a.path, &m.apis, a, uniteAPIs); e != nil {
			return e
		}
		m.at["served "+a.of+" "+a.operation] = m.at["API "+a.id()]
	}
	for _, a := range c.unmapped {
		if e := unite(m, "unmapped API", a.id(), a.method+" "+a.path, &m.unmapped, a, uniteNames); e != nil {
			return e
		}
	}
	for _, o := range c.operations {
		if e := unite(m, "operation", o.id(), o.operation, &m.operations, o, uniteAPIs); e != nil {
			return e
		}
	}
	for i := range m.operations {
		o := &m.operations[i]
		if a := m.served(o); a != nil {
			if e := conflict("operation", o.operation, uniteNeeds(a, *o)); e != nil {
				return e
			}
		}
	}
	for _, p := range c.permissions {
		if !slices.Contains(m.permissions, p) {
			m.permissions = append(m.permissions, p)
		}
	}
	for name, content := range c.scpDocuments {
		m.scps[name] = content
	}
	return nil
}

// served returns the API that an operation is, nil if none is known.
func (m *merger) served(o *API) *API {
	if i, ok := m.at["served "+o.id()]; ok {
		return &m.apis[i]
	}
	return nil
}

// pair is the evidence of two rows, and of what they make together.
type pair struct {
	old, new string
	both     []byte
}

func newPair(old, new string) *pair { return &pair{old, new, []byte(old)} }

// agree notes that a cell is the same in both: it rests on the better of them.
func (p *pair) agree(i int) {
	const order = "-uidt"
	if strings.IndexByte(order, p.new[i]) > strings.IndexByte(order, p.old[i]) {
		p.both[i] = p.new[i]
	}
}

// differ decides about a cell that is not the same in both: whether the new
// row's is to be taken, and whether they contradict each other. A cell that is
// Unknown and empty contradicts nothing.
func (p *pair) differ(i int, oldEmpty, newEmpty bool) (take, contradict bool) {
	if p.old[i] == 'u' && oldEmpty {
		p.both[i] = p.new[i]
		return true, false
	}
	return false, p.new[i] != 'u' || !newEmpty
}

// lists decides about a cell that is a list of any order, written as a text.
func (p *pair) lists(i int, cell, old, new string) (take bool, c *clash) {
	if old == new {
		p.agree(i)
		return false, nil
	}
	take, bad := p.differ(i, old == "", new == "")
	if bad {
		return false, &clash{cell, old, new}
	}
	return take, nil
}
