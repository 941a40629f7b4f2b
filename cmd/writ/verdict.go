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
	notes []string
}

// outcome names the decision as JSON does.
func (v *verdict) outcome() string {
	switch v.e.Decision.Outcome() {
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
	switch want {
	case "allow":
		return d.Allowed()
	case "deny":
		return !d.Allowed()
	case "undecided":
		return d.Outcome() == writ.Undecided
	}
	explicit := d.Outcome() == writ.ExplicitDeny
	if l, ok := d.Guardrail(); ok && d.Outcome() == writ.GuardrailDeny {
		explicit = l.Kind == writ.Guardrail && v.req.Action.IsCAM()
	}
	return !d.Allowed() && d.Outcome() != writ.Undecided && explicit == (want == "explicit")
}

func (v *verdict) code() int {
	switch v.e.Decision.Outcome() {
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
	if d.Outcome() == writ.ImplicitDeny {
		v.printCandidates(p)
	}
	for _, n := range v.notes {
		p.line(span{"note", cyan}, ": ", n)
	}
}

// printCandidates says how many statements there are and which Allow
// statements name the action.
func (v *verdict) printCandidates(p *printer) {
	total, cands := v.candidates()
	action := v.asked
	switch {
	case total == 1 && len(cands) == 0:
		p.line("  the only statement does not name ", action, " in an Allow")
	case total == 1:
		p.line("  the only statement names ", action, ", but does not grant it here:")
	case len(cands) == 0:
		p.line("  none of ", count(total, "statement"), " names ", action, " in an Allow")
	case len(cands) == 1:
		p.line("  of ", count(total, "statement"), " 1 names ", action, ", but does not grant it here:")
	default:
		p.line("  of ", count(total, "statement"), " ", len(cands), " name ", action, ", but do not grant it here:")
	}
	const most = 5
	for i, r := range cands {
		if i == most {
			p.line("  and ", len(cands)-most, " more")
			break
		}
		p.line("  ", describe(r))
		for _, name := range v.lacking(r) {
			p.line("      it counts only together with ", strconv.Quote(name), ", which is not given")
		}
	}
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
				out = append(out, fmt.Sprintf("%s cannot decide on %s = %s", clauses[i].Operator(), clauses[i].KeyText(), e.Value))
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
		case c.Key() == condition.NewKey("g:CurrentTime"), c.Key() == condition.NewKey("qcs:current_time"):
		case !slices.ContainsFunc(v.req.Context, has) && !slices.Contains(keys, c.KeyText()):
			keys = append(keys, c.KeyText())
		}
	}
	return keys
}

// candidates counts all statements and finds the Allow statements that name
// the action, in layers that grant or bound a grant.
func (v *verdict) candidates() (total int, found []writ.Reason) {
	for l := range v.set.Layers() {
		for _, d := range l.Documents {
			for i, st := range d.Statements() {
				total++
				grants := l.Kind == writ.Identity || l.Kind == writ.Session || l.Kind == writ.Resource
				if grants && st.Effect() == policy.Allow && v.names(st) {
					found = append(found, writ.Reason{Layer: l, Document: d, Index: i})
				}
			}
		}
	}
	return total, found
}

// names reports whether a statement names the action, by its own or an old
// name.
func (v *verdict) names(st *policy.Statement) bool {
	for _, p := range st.Actions() {
		hit := p.Match(v.req.Action)
		if a, ok := v.cat.Action(v.req.Action); ok {
			for old := range a.Aliases() {
				hit = hit || p.Match(old)
			}
		}
		if hit {
			return !st.NotAction()
		}
	}
	return st.NotAction()
}

// lacking names the permissions that a role depends on and that are not given
// to its group.
func (v *verdict) lacking(r writ.Reason) (names []string) {
	for need := range r.Document.Depends() {
		given := false
		for l := range v.set.Layers() {
			for _, d := range l.Documents {
				given = given || l.Kind == writ.Identity && l.Group == r.Layer.Group && d.Title().Name == need.DisplayName
			}
		}
		if !given {
			names = append(names, need.DisplayName)
		}
	}
	return names
}

// answer is the JSON form of a verdict.
type answer struct {
	Version    int             `json:"version"`
	Allowed    bool            `json:"allowed"`
	Outcome    string          `json:"outcome"`
	Action     string          `json:"action"`
	Guardrail  *layerJSON      `json:"guardrail,omitempty"`
	Resource   string          `json:"resource,omitempty"`
	Statements []statementJSON `json:"statements"`
	Missing    []string        `json:"missing"`
	Examined   int             `json:"examined"`
	Candidates []statementJSON `json:"candidates"`
	Notes      []string        `json:"notes"`
	Expect     string          `json:"expect,omitempty"`
	Met        *bool           `json:"met,omitempty"`
}

type layerJSON struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

type statementJSON struct {
	Layer  layerJSON `json:"layer"`
	File   string    `json:"file"`
	Index  int       `json:"index"` // from 0
	Line   int       `json:"line"`
	Column int       `json:"column"`
	Sid    string    `json:"sid"`
	Effect string    `json:"effect"`
}

func statementOf(r writ.Reason) statementJSON {
	pos, _ := r.Statement().Position()
	return statementJSON{layerJSON{r.Layer.Kind.String(), r.Layer.Name}, r.Document.File(), r.Index, pos.Line, pos.Column, r.Statement().Sid(), r.Statement().Effect().String()}
}

func (v *verdict) json(expect string) answer {
	total, cands := v.candidates()
	out := answer{
		Version: jsonVersion, Allowed: v.e.Decision.Allowed(), Outcome: v.outcome(), Action: v.asked,
		Statements: []statementJSON{}, Missing: []string{}, Examined: total, Candidates: []statementJSON{}, Notes: append([]string{}, v.notes...), Expect: expect,
	}
	out.Resource, _ = v.refused()
	if l, ok := v.e.Decision.Guardrail(); ok {
		out.Guardrail = &layerJSON{l.Kind.String(), l.Name}
	}
	for r := range v.e.Reasons() {
		out.Statements = append(out.Statements, statementOf(r))
		if out.Outcome != "undecided" {
			continue
		}
		for _, key := range v.absent(r) {
			if !slices.Contains(out.Missing, key) {
				out.Missing = append(out.Missing, key)
			}
		}
	}
	if out.Outcome == "implicit-deny" {
		for _, r := range cands {
			out.Candidates = append(out.Candidates, statementOf(r))
		}
	}
	if expect != "" {
		met := v.is(expect)
		out.Met = &met
	}
	return out
}
