// Package policy reads policy documents of all dialects, strictly: everything
// that is not understood is an error with its place in the text and a remedy,
// and all errors of a document are reported at once.
//
//	doc, err := policy.Parse("backup.json", src)
//	if err != nil {
//		fmt.Println(err) // backup.json:4:17: error IAM.1035: …
//	}
package policy

import (
	"iter"
	"slices"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/resource"
)

// Effect is what a matching statement does.
type Effect uint8

const (
	// Deny is the zero Effect.
	Deny Effect = iota
	Allow
)

// String returns Allow or Deny.
func (e Effect) String() string {
	if e == Allow {
		return "Allow"
	}
	return "Deny"
}

// Document is a policy document that was read without error. It is immutable;
// goroutines may share it. Only Parse and ParseAs make Documents.
type Document struct {
	dialect    *Dialect
	file       string
	statements []Statement
	depends    []Dependency
	warnings   Diagnostics
	title      Title
}

// Title is what a system-defined role or policy is called. The zero Title is
// that of a document without a name.
type Title struct {
	// Catalog is the service that the permission belongs to, BASE for those of
	// all services; Name is what people see. A role that depends on the
	// permission names both (huawei.md R-6). An empty Catalog fits any.
	Catalog, Name string
	// Global: it is granted for global services.
	Global bool
	// Depends lists what it depends on, where the document does not say so
	// itself.
	Depends []Dependency
}

// Titled returns the document under a title. A nil Document stands for one
// whose content is not known: it has no statements, and serves only those that
// depend on it.
func (d *Document) Titled(t Title) *Document {
	out := Document{dialect: HuaweiPolicy, file: "system:" + t.Name}
	if d != nil {
		out = *d
	}
	out.title = t
	return &out
}

// Without returns the document without statement i, counted from 0.
func (d *Document) Without(i int) *Document {
	out := *d
	out.statements = slices.Delete(slices.Clone(d.statements), i, i+1)
	return &out
}

// Title returns the document's title, the zero Title if it has none.
func (d *Document) Title() Title { return d.title }

// Dialect returns the language that the document is written in.
func (d *Document) Dialect() *Dialect { return d.dialect }

// File returns the name given to Parse.
func (d *Document) File() string { return d.file }

// Len returns the number of statements.
func (d *Document) Len() int { return len(d.statements) }

// Statement returns statement i, counted from 0.
func (d *Document) Statement(i int) *Statement { return &d.statements[i] }

// Statements yields the statements in document order.
func (d *Document) Statements() iter.Seq2[int, *Statement] {
	return func(yield func(int, *Statement) bool) {
		for i := range d.statements {
			if !yield(i, &d.statements[i]) {
				return
			}
		}
	}
}

// Depends yields the roles that this role depends on: those that it names
// itself, else those that its title has (huawei.md R-5). Only v1.0 roles name
// any.
func (d *Document) Depends() iter.Seq[Dependency] {
	list := d.depends
	if len(list) == 0 {
		list = d.title.Depends
	}
	return func(yield func(Dependency) bool) {
		for _, dep := range list {
			if !yield(dep) {
				return
			}
		}
	}
}

// Warnings returns a copy of what is legal but probably wrong, in the order of
// positions.
func (d *Document) Warnings() Diagnostics { return append(Diagnostics(nil), d.warnings...) }

// Dependency names a role by the service that it belongs to, BASE for the
// roles of all services, and by the name that people see (huawei.md R-6).
type Dependency struct {
	Catalog, DisplayName string
	Pos                  Position
}

// Statement is one statement of a Document. It is immutable. Slices that its
// methods return must not be changed.
type Statement struct {
	sid          string
	effect       Effect
	pos, end     Position
	actions      []*action.Pattern
	notAction    bool
	resources    []*resource.Pattern
	notResource  bool
	hasResource  bool
	principals   []Principal
	notPrincipal bool
	condition    condition.Block
	actionPos    []Position
	resourcePos  []Position
	clausePos    []Position
	actionEnd    []int
	resourceEnd  []int
}

// Sid returns the statement's identifier; it is often empty and decides
// nothing.
func (s *Statement) Sid() string { return s.sid }

// Effect returns Allow or Deny.
func (s *Statement) Effect() Effect { return s.effect }

// Position returns where the statement begins and ends.
func (s *Statement) Position() (pos, end Position) { return s.pos, s.end }

// Actions returns the entries of Action or NotAction.
func (s *Statement) Actions() []*action.Pattern { return s.actions }

// NotAction reports whether the statement covers the actions that are not
// listed.
func (s *Statement) NotAction() bool { return s.notAction }

// Resources returns the entries of Resource or NotResource. Where the document
// has neither, the list is empty and HasResource false: every resource.
func (s *Statement) Resources() []*resource.Pattern { return s.resources }

// NotResource reports whether the statement covers the resources that are not
// listed.
func (s *Statement) NotResource() bool { return s.notResource }

// HasResource reports whether the document has a Resource or NotResource
// element here.
func (s *Statement) HasResource() bool { return s.hasResource }

// Principals returns the entries of Principal or NotPrincipal; none in
// dialects that have no such element.
func (s *Statement) Principals() []Principal { return s.principals }

// NotPrincipal reports whether the statement covers the principals that are
// not listed.
func (s *Statement) NotPrincipal() bool { return s.notPrincipal }

// Condition returns the Condition element; without clauses if there is none.
func (s *Statement) Condition() *condition.Block { return &s.condition }

// ActionPosition returns where entry i of Actions stands.
func (s *Statement) ActionPosition(i int) Position { return s.actionPos[i] }

// ResourcePosition returns where entry i of Resources stands.
func (s *Statement) ResourcePosition(i int) Position { return s.resourcePos[i] }

// ActionEnd and ResourceEnd return the offset of the byte behind entry i.
func (s *Statement) ActionEnd(i int) int   { return s.actionEnd[i] }
func (s *Statement) ResourceEnd(i int) int { return s.resourceEnd[i] }

// ClausePosition returns where the key of clause i of Condition stands.
func (s *Statement) ClausePosition(i int) Position { return s.clausePos[i] }
