package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
)

// verdict is the answer of can.
type verdict struct {
	set   *writ.Set
	cat   *catalog.Catalog
	req   *writ.Request
	asked string // the action as people write it
	e     *writ.Explanation
	trace bool
	mask  mask
	notes []string
}

// outcome names the decision as JSON does.
func (v *verdict) outcome() string { return outcomeWord(v.e.Decision.Outcome()) }

func outcomeWord(o writ.Outcome) string {
	switch o {
	case writ.Allow:
		return "allow"
	case writ.ExplicitDeny:
		return "explicit-deny"
	case writ.GuardrailDeny:
		return "guardrail-deny"
	case writ.Undecided:
		return "undecided"
	}
	return "implicit-deny"
}

// is reports whether the decision is the expected one. A guardrail denies
// implicitly, but an organization policy of Tencent Cloud explicitly.
func (v *verdict) is(want string) bool {
	d := v.e.Decision
	o := d.Outcome()
	if l, ok := d.Guardrail(); ok && o == writ.GuardrailDeny && l.Kind == writ.Guardrail && v.req.Action.IsCAM() {
		o = writ.ExplicitDeny
	}
	return meets(o, want)
}

// meets reports whether an outcome is what --expect says.
func meets(o writ.Outcome, want string) bool {
	switch want {
	case "allow":
		return o == writ.Allow
	case "deny":
		return o != writ.Allow
	case "undecided":
		return o == writ.Undecided
	case "explicit":
		return o == writ.ExplicitDeny
	}
	return o == writ.ImplicitDeny || o == writ.GuardrailDeny
}

func (v *verdict) code() int { return codeOf(v.e.Decision.Outcome()) }

func codeOf(o writ.Outcome) int {
	switch o {
	case writ.Allow:
		return codeYes
	case writ.Undecided:
		return codeUndecided
	}
	return codeNo
}

// refused returns the resource that was refused, if the request names any.
func (v *verdict) refused() (name string, ok bool) {
	if i := v.e.Decision.Resource(); i >= 0 {
		return v.req.Resources[i].String(), true
	}
	return "", false
}

// headline is the answer in a word.
func (v *verdict) headline() (words, why any) {
	d := v.e.Decision
	in := ""
	if bounds, bounded := d.Guardrail(); bounded {
		in = " (" + label(bounds.Kind, bounds.Name) + ")"
	}
	switch d.Outcome() {
	case writ.Allow:
		return span{"ALLOWED", green}, ""
	case writ.ExplicitDeny:
		return span{"DENIED (explicit)", red}, ""
	case writ.GuardrailDeny:
		return span{"DENIED" + in, red}, ": no statement of it allows it"
	case writ.Undecided:
		return span{"UNDECIDED" + in, yellow}, ": it hangs on a value that is missing or cannot be read, and is not allowed"
	}
	return span{"DENIED (implicit)", red}, ": no statement allows it"
}

// print writes the answer in words.
func (v *verdict) print(p *printer) {
	d := v.e.Decision
	p.line(v.headline())
	if _, ok := d.Statement(); d.Allowed() && !ok {
		p.line("  the root user may do what no Deny and no guardrail refuses")
	}
	if name, ok := v.refused(); ok && len(v.req.Resources) > 1 {
		p.line("  resource  ", name)
	}
	for r := range v.e.Reasons() {
		p.line("  ", describe(r))
		if d.Outcome() == writ.Undecided {
			for _, s := range v.open(r) {
				p.line("      ", s)
			}
		}
	}
	if d.Outcome() == writ.ImplicitDeny || d.Outcome() == writ.GuardrailDeny {
		v.printNear(p)
	}
	if r, ok := v.e.Repair(); ok {
		var words []string
		for _, c := range r.Changes {
			words = append(words, c.String())
		}
		p.line("  would be allowed if: ", strings.Join(words, "; "))
	}
	if v.trace {
		p.line("  every statement:")
		for t := range v.e.Trials() {
			var result any = t.Result
			if skipped(t) {
				result = "not considered"
			}
			p.line("  ", describe(t.Reason), ": ", result)
			v.printChecks(p, v.mask.apply(t))
		}
	}
	for _, n := range v.notes {
		p.line(span{"note", cyan}, ": ", n)
	}
}

// printNear shows the statement that comes nearest to granting what is refused,
// element by element, and counts the others that name the action.
func (v *verdict) printNear(p *printer) {
	outside := v.outside()
	for _, t := range outside {
		p.line("  out of scope: ", describe(t.Reason), ": ", v.miss(t.Checks[0]))
	}
	named := slices.DeleteFunc(v.named(), v.fitsOutside)
	total := v.total()
	switch {
	case len(named) == 0 && len(outside) > 0:
		return
	case total == 0:
		p.line("  there is no statement")
		return
	case len(named) == 0 && total == 1:
		p.line("  the only statement does not name ", v.asked, " in an Allow")
		return
	case len(named) == 0:
		p.line("  none of ", count(total, "statement"), " names ", v.asked, " in an Allow")
		return
	}
	p.line("  closest: ", describe(named[0].Reason))
	v.printChecks(p, named[0])
	if n := len(named) - 1; n > 0 {
		verb := " names "
		if n > 1 {
			verb = " name "
		}
		p.line("  ", count(n, "more statement"), verb, v.asked)
		const most = 4
		for i, t := range named[1:] {
			if i == most {
				p.line("    and ", n-most, " more")
				break
			}
			p.line("    ", describe(t.Reason), ": ", misses(t))
		}
	}
}

// printChecks shows how a statement fares, an element a line.
func (v *verdict) printChecks(p *printer, t writ.Trial) {
	var rows [][]any
	for _, c := range t.Checks {
		state, got := span{"ok", green}, ""
		if c.Result != condition.True {
			state = span{"FAILED", red}
			if c.Result == condition.Unknown {
				state = span{"OPEN", yellow}
			}
			got = v.miss(c)
		}
		where := ""
		if c.Position.Line > 0 {
			where = "line " + strconv.Itoa(c.Position.Line)
		}
		rows = append(rows, []any{"     ", c.Element.String(), state, c.Want, where, got})
	}
	p.table(rows)
}

// miss says how a request misses an element.
func (v *verdict) miss(c writ.Check) string {
	switch {
	case c.Element == writ.RoleElement:
		return "it counts only together with " + c.Want + ", which is not given"
	case c.Element == writ.LayerElement:
		return v.elsewhere(c)
	case c.Absent:
		return "not given"
	case len(c.Segments) > 0:
		return "got " + c.Got + ", which differs in the " + strings.Join(c.Segments, " and the ")
	}
	return "got " + c.Got
}

// elsewhere says why a layer does not take part in a request.
func (v *verdict) elsewhere(c writ.Check) string {
	at := c.Got
	if strings.HasPrefix(c.Want, "enterprise-project:") {
		if at = "no enterprise project"; v.req.EnterpriseProject != "" {
			at = "enterprise-project:" + v.req.EnterpriseProject
		}
	}
	if c.Want == "" || c.Want == at {
		return "it does not take part in this request"
	}
	return "granted at " + c.Want + ", asked at " + at
}

// skipped reports whether a statement was not considered, since its layer does not
// take part in the request.
func skipped(t writ.Trial) bool {
	return len(t.Checks) > 0 && t.Checks[0].Element == writ.LayerElement
}

// fitsOutside reports whether a statement would fit a request that nothing grants,
// and was not considered, since it is granted at another scope.
func (v *verdict) fitsOutside(t writ.Trial) bool {
	misses := slices.Collect(t.Misses())
	return v.e.Decision.Outcome() == writ.ImplicitDeny && t.Statement().Effect() == policy.Allow &&
		skipped(t) && len(misses) == 1 && misses[0].Want != ""
}

// outside lists these statements.
func (v *verdict) outside() (out []writ.Trial) {
	for t := range v.e.Trials() {
		if v.fitsOutside(t) {
			out = append(out, t)
		}
	}
	return out
}

// misses names the elements in which a request misses a statement.
func misses(t writ.Trial) string {
	var words []string
	for c := range t.Misses() {
		word := c.Element.String()
		if c.Key != "" {
			word += " " + c.Key
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// named lists the statements that name the action and could have granted what is
// refused, the nearest first.
func (v *verdict) named() (out []writ.Trial) {
	for t := range v.e.Near() {
		for _, c := range t.Checks {
			if c.Element == writ.ActionElement && c.Result == condition.True {
				out = append(out, v.mask.apply(t))
			}
		}
	}
	return out
}

// total counts all statements.
func (v *verdict) total() (n int) {
	for l := range v.set.Layers() {
		for _, d := range l.Documents {
			n += d.Len()
		}
	}
	return n
}

// place says where a statement stands.
func place(r writ.Reason) string {
	file := r.Document.File()
	if strings.HasPrefix(file, systemPrefix) {
		return file
	}
	pos, _ := r.Statement().Position()
	return file + ":" + strconv.Itoa(pos.Line)
}

// describe writes a statement on one line.
func describe(r writ.Reason) string {
	st := r.Statement()
	s := fmt.Sprintf("%s by statement %d", st.Effect(), r.Index+1)
	if st.Sid() != "" {
		s += " " + strconv.Quote(st.Sid())
	}
	return s + "  " + place(r) + "  (" + label(r.Layer.Kind, r.Layer.Name) + ")"
}

// open lists what an undecided statement hangs on.
func (v *verdict) open(r writ.Reason) (out []string) {
	absent := v.absent(r)
	for _, key := range absent {
		out = append(out, key+" is not given")
	}
	if len(absent) > 0 {
		return out
	}
	clauses := r.Statement().Condition().Clauses()
	for i := range clauses {
		for _, e := range v.req.Context {
			if e.Key == clauses[i].Key() {
				shown := e.Value.String()
				if v.mask.hides(e.Key) {
					shown = masked
				}
				out = append(out, fmt.Sprintf("%s cannot decide on %s = %s", clauses[i].Operator(), clauses[i].KeyText(), shown))
			}
		}
	}
	return out
}

// absent lists the keys that a statement's condition needs and the request
// does not give.
func (v *verdict) absent(r writ.Reason) (keys []string) {
	clauses := r.Statement().Condition().Clauses()
	for i := range clauses {
		c := &clauses[i]
		has := func(e condition.Entry) bool { return e.Key == c.Key() && !e.Value.IsAbsent() }
		switch {
		case c.IfExists(), c.Operand() == condition.AnyType:
		case c.Key().IsClock():
		case !slices.ContainsFunc(v.req.Context, has) && !slices.Contains(keys, c.KeyText()):
			keys = append(keys, c.KeyText())
		}
	}
	return keys
}
