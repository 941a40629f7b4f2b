package writ

import (
	"iter"
	"slices"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// Rule is one thing that Lint looks for. It is immutable; goroutines may share
// it.
type Rule struct {
	// Code is stable.
	Code     policy.Code
	Severity policy.Severity
	// Title says in a few words what is found, Text why it matters and what to
	// do.
	Title, Text string

	// A rule looks at each statement, or at the document.
	statement func(*linter, *statement)
	document  func(*linter)
}

// Rules yields the rules in the order of their codes.
func Rules() iter.Seq[Rule] { return slices.Values(allRules()) }

// allRules puts the tables together. (At run time: what a package computes at
// its start is part of every program.)
func allRules() []Rule {
	all := slices.Concat(rules, accessRules, limitRules, nameRules, resourceRules)
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return all
}

// Lint looks for what is legal and probably not meant; see Compiler.Lint.
func Lint(doc *policy.Document, beside ...*policy.Document) policy.Diagnostics {
	return Compiler{}.Lint(doc, beside...)
}

// Lint looks for what is legal and probably not meant in a document that is
// granted together with those beside it. The findings are in the order of their
// places, and come on top of the document's own warnings. What it cannot be sure
// of, since the catalog does not know the service, it passes over.
func (c Compiler) Lint(doc *policy.Document, beside ...*policy.Document) policy.Diagnostics {
	if doc == nil || doc.Dialect() == nil {
		return nil
	}
	if c.Catalog == nil {
		c.Catalog = catalog.Default()
	}
	l := &linter{vocabulary: newVocabulary(c.Catalog), doc: doc, docs: append(slices.Clone(beside), doc)}
	statements := make([]*statement, doc.Len())
	for i, st := range doc.Statements() {
		statements[i] = l.statement(i, st)
	}
	for _, rule := range allRules() {
		l.rule = &rule
		if l.rule.document != nil {
			l.rule.document(l)
			continue
		}
		for _, s := range statements {
			l.rule.statement(l, s)
		}
	}
	slices.SortStableFunc(l.found, func(a, b policy.Diagnostic) int { return a.Pos.Offset - b.Pos.Offset })
	return l.found
}

// vocabulary is what the catalog knows, by service.
type vocabulary struct {
	catalog       *catalog.Catalog
	actions, keys map[string][]string
}

func newVocabulary(c *catalog.Catalog) *vocabulary {
	v := &vocabulary{c, map[string][]string{}, map[string][]string{}}
	for a := range c.Actions(nil) {
		if n := a.Name(); !n.IsCAM() {
			v.actions[n.Service()] = append(v.actions[n.Service()], a.String())
		}
	}
	for k := range c.Keys() {
		prefix, _, _ := strings.Cut(condition.NewKey(k.String()).String(), ":")
		v.keys[prefix] = append(v.keys[prefix], k.String())
	}
	return v
}

// linter looks at one document with one rule after the other.
type linter struct {
	*vocabulary
	doc   *policy.Document
	docs  []*policy.Document
	rule  *Rule
	found policy.Diagnostics
}

// statement is a statement and what the catalog knows of its actions.
type statement struct {
	*policy.Statement
	index int
	// covered are the actions of the catalog that it is about; whole tells that
	// there can be no others.
	covered []*catalog.Action
	whole   bool
}

func (l *linter) statement(i int, st *policy.Statement) *statement {
	s := &statement{Statement: st, index: i, whole: !st.NotAction() && l.newNames() && len(st.Actions()) > 0}
	for _, p := range st.Actions() {
		service, _, _ := strings.Cut(p.Text(), ":")
		s.whole = s.whole && l.actions[service] != nil
	}
	for a := range l.catalog.Actions(nil) {
		if slices.ContainsFunc(st.Actions(), func(p *action.Pattern) bool { return l.covers(p, a) }) {
			s.covered = append(s.covered, a)
		}
	}
	return s
}

// covers reports whether a pattern covers an action, by its own or an old name.
func (l *linter) covers(p *action.Pattern, a *catalog.Action) bool {
	if p.Match(a.Name()) {
		return true
	}
	for old := range a.Aliases() {
		if p.Match(old) {
			return true
		}
	}
	return false
}

// newNames reports whether the document speaks of actions by the names that the
// catalog has whole lists of: those of Huawei Cloud v5.0.
func (l *linter) newNames() bool {
	d := l.doc.Dialect()
	return !d.IsOld() && !d.IsCAM()
}

func (l *linter) note(at policy.Position, message, fix string) {
	l.found = append(l.found, policy.Diagnostic{Code: l.rule.Code, Severity: l.rule.Severity, File: l.doc.File(), Pos: at, End: at, Message: message, Fix: fix})
}

// noteEntry notes a finding about an entry of a list, a string that ends at an
// offset.
func (l *linter) noteEntry(at policy.Position, end int, message, fix string) {
	l.note(at, message, fix)
	l.found[len(l.found)-1].End = policy.Position{Line: at.Line, Column: at.Column + end - at.Offset, Offset: end}
}

func (l *linter) noteStatement(s *statement, message, fix string) {
	at, end := s.Position()
	l.note(at, message, fix)
	l.found[len(l.found)-1].End = end
}

// clauses yields the clauses of the condition.
func (s *statement) clauses() iter.Seq2[int, *condition.Clause] {
	return func(yield func(int, *condition.Clause) bool) {
		clauses := s.Condition().Clauses()
		for i := range clauses {
			if !yield(i, &clauses[i]) {
				return
			}
		}
	}
}

// unconditional reports whether a statement is about every request for its
// actions.
func (s *statement) unconditional() bool {
	return len(s.Condition().Clauses()) == 0 && len(s.Principals()) == 0 && !s.NotResource() && s.everyResource()
}

func (s *statement) everyResource() bool {
	return !s.HasResource() || slices.ContainsFunc(s.Resources(), (*resource.Pattern).Everything)
}

// everyAction reports whether a pattern covers every action of its cloud, however
// it says so: *, *:*, *:*:* or **:*:*.
func everyAction(p *action.Pattern) bool {
	for segment := range strings.SplitSeq(p.Text(), ":") {
		if segment == "" || strings.Trim(segment, "*") != "" {
			return false
		}
	}
	return true
}

// includes reports whether the actions of s include all those of t, as far as
// that is certain.
func (s *statement) includes(t *statement) bool {
	if s.NotAction() || t.NotAction() {
		return false
	}
	for _, p := range t.Actions() {
		if !slices.ContainsFunc(s.Actions(), func(q *action.Pattern) bool {
			n, literal := p.Literal()
			return q.IsCAM() == p.IsCAM() && (everyAction(q) || q.Text() == p.Text() || literal && q.Match(n))
		}) {
			return false
		}
	}
	return len(t.Actions()) > 0
}
