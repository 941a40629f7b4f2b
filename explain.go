package writ

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
)

// Explanation tells how a decision came about. It is immutable; goroutines may
// share it.
type Explanation struct {
	Decision Decision
	request  *Request
	reasons  []int32
	inactive []InactiveRole
}

// Explain decides as Evaluate does, with the same result, and then looks for
// every statement that determines it. It allocates and is slower. The request is
// kept, for Trials and what builds on them.
func (s *Set) Explain(req *Request) *Explanation {
	var q query
	e := &Explanation{Decision: q.decide(s, req), request: req}
	if q.set != nil {
		e.reasons, e.inactive = q.reasons(e.Decision), q.inactive()
	}
	return e
}

// Reasons yields every statement that determines the decision, in the order of
// layers and documents: all Deny statements that match, or else all that
// cannot be decided, or else all Allow statements that grant the request. An
// implicit deny has none.
func (e *Explanation) Reasons() iter.Seq[Reason] {
	return func(yield func(Reason) bool) {
		for _, row := range e.reasons {
			if !yield(e.Decision.set.reason(row)) {
				return
			}
		}
	}
}

// Inactive yields the roles that do not act for want of another, in the order of
// layers and documents.
func (e *Explanation) Inactive() iter.Seq[InactiveRole] { return slices.Values(e.inactive) }

// Trials yields how each statement fared, in the order of layers and documents:
// on the resource that was refused or, if the request is allowed, on the first.
func (e *Explanation) Trials() iter.Seq[Trial] { return slices.Values(e.tried()) }

func (e *Explanation) tried() []Trial {
	var q query
	q.decide(e.Decision.set, e.request)
	if q.set == nil {
		return nil
	}
	return q.trials(e.Decision)
}

// Caller says the decision in words that may go to whoever asked: the action and
// whether it is allowed, no text of a policy, no resource of others and no
// value. The words are for people and may change.
func (e *Explanation) Caller() string {
	if e.Decision.Allowed() {
		return "allowed"
	}
	what := "the request"
	if e.request != nil && !e.request.Action.IsZero() {
		what = e.request.Action.String()
	}
	switch e.Decision.Outcome() {
	case ExplicitDeny:
		return what + " is not allowed: a policy denies it"
	case Undecided:
		return what + " is not allowed: it cannot be decided"
	case GuardrailDeny:
		return what + " is not allowed: a policy of the organization or a permission boundary does not allow it"
	}
	return what + " is not allowed: no policy allows it"
}

// Near yields the Allow statements that could have granted what was refused, and
// did not, the nearest first: those that name the action before those that do
// not, then by the number of elements that miss, then by how much of the
// resource fits. Those of a guardrail are in it if that is what refuses.
func (e *Explanation) Near() iter.Seq[Trial] {
	return func(yield func(Trial) bool) {
		if e.Decision.Allowed() {
			return
		}
		var near []Trial
		bounds, bounded := e.Decision.Guardrail()
		for _, t := range e.tried() {
			kind := t.Layer.Kind
			switch {
			case t.Statement().Effect() != policy.Allow || t.Result == condition.True:
			case bounded && (kind != bounds.Kind || t.Layer.Name != bounds.Name):
			case !bounded && kind.bounds():
			default:
				near = append(near, t)
			}
		}
		slices.SortStableFunc(near, func(a, b Trial) int { return cmp.Compare(a.distance(), b.distance()) })
		for _, t := range near {
			if !yield(t) {
				return
			}
		}
	}
}

// Element is a part of a statement, or what it hangs on, that a request must
// fit.
type Element uint8

const (
	// LayerElement: the layer does not take part, since the request is exempt
	// from it or made outside of its scope.
	LayerElement Element = iota
	// RoleElement: the role lacks another that it depends on.
	RoleElement
	// ActionElement is Action or NotAction.
	ActionElement
	// PrincipalElement is Principal or NotPrincipal.
	PrincipalElement
	// ResourceElement is Resource or NotResource.
	ResourceElement
	// VariableElement: a variable in a resource or in a condition cannot be
	// expanded.
	VariableElement
	// ScopeElement: the action cannot be granted at the scope of the layer, or
	// nobody knows whether it can.
	ScopeElement
	// ConditionElement is one key under one operator.
	ConditionElement
)

// String names the element: layer, role, action, principal, resource, variable,
// scope or condition.
func (e Element) String() string {
	return [...]string{"layer", "role", "action", "principal", "resource", "variable", "scope", "condition"}[e]
}

// Check is one element of a statement against a request.
type Check struct {
	Element Element
	Result  condition.Result
	// Position is where the entry stands that comes nearest, or the key of a
	// condition; zero for what has no place in the text.
	Position policy.Position
	// Want is that entry as written: a pattern, or operator, key and values of
	// a condition.
	Want string
	// Segments names the parts in which the entry and the request differ:
	// service, type, operation of an action, service, region, account, type,
	// path of a resource.
	Segments []string
	// Key is that of a condition.
	Key string
	// Got is what the request has. For a condition it may be a secret; Key and
	// Absent say as much as others should see.
	Got string
	// Absent: the request does not carry the key of a condition, or it does not
	// take effect for the action.
	Absent bool
}

// Trial is how one statement fared with a request.
type Trial struct {
	Reason
	// Resource is the index in Request.Resources, -1 if the request has none.
	Resource int
	// Result is what the statement came to. For a statement of a layer or a role
	// that does not take part it is False.
	Result condition.Result
	// Checks are the elements, in the order in which they are listed above. All
	// are decided, also behind one that fails.
	Checks []Check
}

// Misses yields the checks that do not hold.
func (t Trial) Misses() iter.Seq[Check] {
	return func(yield func(Check) bool) {
		for _, c := range t.Checks {
			if c.Result != condition.True && !yield(c) {
				return
			}
		}
	}
}

// distance is smaller for a statement that is nearer to the request.
func (t Trial) distance() int {
	d := 0
	for c := range t.Misses() {
		switch c.Element {
		case ActionElement:
			d += 1000 + 100*len(c.Segments)
		case ResourceElement:
			d += 10 + len(c.Segments)
		default:
			d += 10
		}
	}
	return d
}

// trials tries every statement on the resource that the decision is about.
func (q *query) trials(d Decision) (out []Trial) {
	i := int(d.resource)
	if d.outcome == Allow {
		i = min(0, len(q.req.Resources)-1)
	}
	if i >= len(q.req.Resources) {
		i = -1
	}
	q.aim(i)
	for r := range q.set.rows {
		out = append(out, q.try(int32(r), i))
	}
	return out
}

// try decides every element of a statement.
func (q *query) try(i int32, res int) Trial {
	r := &q.set.rows[i]
	l := &q.set.layers[r.layer]
	t := Trial{Reason: q.set.reason(i), Resource: res}
	st := t.Statement()
	add := func(c Check) { t.Checks = append(t.Checks, c) }
	if q.skips(l) {
		add(Check{Element: LayerElement, Want: l.Scope.String(), Got: q.req.Scope.String()})
	}
	if acts := q.acts(r); acts != condition.True {
		var missing []string
		for j := range q.set.roles[r.role].needs {
			if n := &q.set.roles[r.role].needs[j]; q.provided(n, l.Scope) != condition.True {
				missing = append(missing, n.name)
			}
		}
		add(Check{Element: RoleElement, Result: acts, Want: phrase.List(missing)})
	}
	add(q.tryAction(r, st))
	if r.named {
		c := Check{Element: PrincipalElement, Got: q.who(), Result: truth(q.matchesPrincipal(r))}
		for j := range r.principals {
			if j == 0 || q.isPrincipal(r, &r.principals[j]) {
				c.Want, c.Position = r.principals[j].String(), r.principals[j].Position()
			}
		}
		add(c)
	}
	known := q.tryVariables(r, st, add)
	add(q.tryResource(r, st, known))
	if r.effect == policy.Allow {
		if at := q.grantedAt(l.Scope); at != condition.True && q.set.scoped {
			add(Check{Element: ScopeElement, Result: at, Want: l.Scope.String(), Got: q.req.Action.String()})
		}
	}
	clauses := q.set.block(r).Clauses()
	for j := range clauses {
		c := &clauses[j]
		v, doubt := q.env.Value(c.Key())
		check := Check{Element: ConditionElement, Result: c.Eval(&q.env), Position: st.ClausePosition(j), Key: c.KeyText(),
			Want: c.Operator() + " " + c.KeyText() + " " + quoted(c.Values()), Got: v.String(), Absent: v.IsAbsent()}
		if k := c.Expands(&q.env); k != condition.True {
			add(Check{Element: VariableElement, Result: k, Position: check.Position, Key: check.Key, Want: check.Want})
		}
		if doubt {
			check.Got += " (nobody knows whether the action takes the key)"
		}
		add(check)
	}
	if !q.skips(l) {
		t.Result = q.matches(r)
	}
	return t
}

func quoted(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.Quote(v)
	}
	return phrase.List(out)
}

// who is the caller in words.
func (q *query) who() string {
	switch {
	case q.req.Service != "":
		return q.req.Service
	case q.req.Principal.IsZero():
		return "nobody"
	}
	return q.req.Principal.String()
}

func (q *query) tryAction(r *row, st *policy.Statement) Check {
	c := Check{Element: ActionElement, Got: q.req.Action.String(), Result: truth(r.cam == q.req.Action.IsCAM() && q.matchesAction(r))}
	best := -1
	for i, p := range r.entries() {
		differ := p.Differs(q.req.Action)
		if best < 0 || len(differ) < len(c.Segments) {
			best, c.Segments = i, differ
		}
	}
	if c.Result == condition.True && !r.notAction {
		c.Segments = nil
		for i, p := range r.entries() {
			if p.Match(q.req.Action) || q.action != nil && slices.ContainsFunc(slices.Collect(q.action.Aliases()), p.Match) {
				best = i
				break
			}
		}
	}
	if best >= 0 {
		c.Want, c.Position = r.entries()[best].String(), st.ActionPosition(best)
	}
	if r.notAction {
		c.Segments = nil
		c.Want = "not " + c.Want
	}
	return c
}

// tryVariables adds a check for a variable of a resource that does not expand.
func (q *query) tryVariables(r *row, st *policy.Statement, add func(Check)) condition.Result {
	known := condition.True
	for i, vars := range r.variables {
		var buf [condition.MaxVariables]string
		if _, _, k := q.env.Expand(vars, &buf); k < known {
			known = k
			add(Check{Element: VariableElement, Result: k, Want: r.places()[i].String(), Position: st.ResourcePosition(i), Absent: k == condition.False})
		}
	}
	return known
}

func (q *query) tryResource(r *row, st *policy.Statement, known condition.Result) Check {
	c := Check{Element: ResourceElement, Got: "no resource"}
	if !q.resource.IsZero() {
		c.Got = q.resource.String()
	}
	if known != condition.False && !r.void {
		if c.Result = q.covers(r); r.notResource {
			c.Result = condition.True - c.Result
		}
	}
	best := -1
	for i, p := range r.places() {
		var buf [condition.MaxVariables]string
		var vars []string
		if r.variables != nil {
			vars, _, _ = q.env.Expand(r.variables[i], &buf)
		}
		differ := p.Differs(q.resource, &q.facts, vars...)
		if best < 0 || len(differ) < len(c.Segments) {
			best, c.Segments = i, differ
		}
	}
	switch {
	case best >= 0:
		c.Want, c.Position = r.places()[best].String(), st.ResourcePosition(best)
	default:
		c.Want = "*"
	}
	if c.Result == condition.False && q.mistyped && len(c.Segments) == 0 {
		c.Segments = []string{"type"} // I-25: the action has no resources of the type
	}
	if r.notResource {
		c.Segments = nil
		c.Want = "not " + c.Want
	}
	return c
}

// Needs yields the condition keys that the decisions on an action can read, in
// name order and lower case: those of every statement that names the action, in
// its condition or as a variable. A service can fetch them before
// it asks. The clock is not among them.
func (s *Set) Needs(n action.Name) iter.Seq[condition.Key] {
	return func(yield func(condition.Key) bool) {
		if s == nil {
			return
		}
		q := query{set: s, req: &Request{Action: n}}
		q.action, _ = s.catalog.Action(n)
		seen := map[condition.Key]bool{}
		note := func(k condition.Key) {
			if !k.IsClock() && k != (condition.Key{}) {
				seen[k] = true
			}
		}
		for i := range s.rows {
			r := &s.rows[i]
			if r.cam != n.IsCAM() || !q.matchesAction(r) {
				continue
			}
			for k := range s.block(r).Keys() {
				note(k)
			}
			for _, vars := range r.variables {
				for _, v := range vars {
					note(v.Key())
				}
			}
		}
		keys := make([]condition.Key, 0, len(seen))
		for k := range seen {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b condition.Key) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			if !yield(k) {
				return
			}
		}
	}
}
