package writ

import (
	"strings"

	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// query is one decision under way. It lives on the stack of Evaluate.
type query struct {
	set    *Set
	req    *Request
	env    condition.Env
	action *catalog.Action // nil if no catalog knows it
	caller string          // Tencent: UIN of the caller's root account

	// What follows belongs to the resource that is being decided.
	resource resource.Name
	foreign  bool // of a type that the action does not have (huawei.md I-25)
	facts    resource.Facts
}

// decide decides each resource; the first of the worst outcomes counts.
func (q *query) decide(s *Set, req *Request) Decision {
	if s == nil || req == nil || req.Action.IsZero() {
		return Decision{row: -1, layer: -1, resource: -1}
	}
	q.set, q.req = s, req
	q.env.Context, q.env.Now = req.Context, req.Now
	q.action, _ = s.catalog.Action(req.Action)
	if req.Action.IsCAM() {
		q.identify()
	}
	if len(req.Resources) == 0 {
		return q.one(-1)
	}
	worst := q.one(0)
	for i := 1; i < len(req.Resources) && worst.outcome != ExplicitDeny; i++ {
		if d := q.one(i); rank[d.outcome] > rank[worst.outcome] {
			worst = d
		}
	}
	return worst
}

// rank orders the outcomes of several resources from best to worst.
var rank = [...]int{Allow: 0, ImplicitDeny: 1, GuardrailDeny: 1, Undecided: 2, ExplicitDeny: 3}

// identify takes the caller's numbers from a CAM principal (tencent-cam.md V1,
// P2): qcs::cam::uin/OWNER:uin/SUB, or root for the account itself.
func (q *query) identify() {
	p := q.req.Principal
	if owner, ok := strings.CutPrefix(p.Account(), "uin/"); ok {
		q.caller, q.env.OwnerUIN = owner, owner
		if p.Path() == "root" {
			q.env.UIN = owner
		} else if sub, ok := strings.CutPrefix(p.Path(), "uin/"); ok {
			q.env.UIN = sub
		}
	}
	q.env.AppID = q.req.AppID
}

// aim turns the query to resource i of the request; -1 is none.
func (q *query) aim(i int) {
	q.resource, q.foreign, q.facts = resource.Name{}, false, resource.Facts{}
	if i >= 0 {
		q.resource = q.req.Resources[i]
	}
	if q.req.Action.IsCAM() {
		q.owner()
		return
	}
	if q.action == nil || q.resource.IsZero() {
		return
	}
	if !q.action.HasTypes() {
		q.resource = resource.Name{} // I-24
		return
	}
	q.foreign = !q.action.HasType(q.resource.Service(), q.resource.Type())
}

// owner finds out both numbers of the account that owns the resource, as far
// as the request tells them (tencent-cam.md R7 and ambiguity 15).
func (q *query) owner() {
	account := q.resource.Account()
	if account == "" {
		account = q.req.Principal.Account()
	}
	uin, _ := strings.CutPrefix(account, "uin/")
	appID, isAppID := strings.CutPrefix(account, "uid/")
	switch {
	case isAppID:
		q.facts.AppID = appID
		if appID == q.req.AppID {
			q.facts.UIN = q.caller
		}
	case uin != account:
		q.facts.UIN = uin
		if uin == q.caller {
			q.facts.AppID = q.req.AppID
		}
	}
}

// one decides resource i, or a request without resources if i is -1.
func (q *query) one(i int) Decision {
	q.aim(i)
	d := Decision{set: q.set, row: -1, layer: -1, resource: int32(i)}

	// 1. A Deny anywhere.
	for j := range q.set.layers {
		r, row := q.first(q.set.layers[j].denies)
		if r == condition.True {
			d.outcome, d.row = ExplicitDeny, row
			return d
		}
		if r == condition.Unknown && d.row < 0 {
			d.outcome, d.row = Undecided, row
		}
	}
	if d.outcome == Undecided {
		return d
	}

	// 2. Every guardrail must allow.
	for j := range q.set.layers {
		l := &q.set.layers[j]
		if l.Kind != Guardrail {
			continue
		}
		if r, row := q.first(l.allows); r != condition.True {
			d.outcome, d.row, d.layer = GuardrailDeny, row, int32(j)
			if r == condition.Unknown {
				d.outcome = Undecided
			}
			return d
		}
	}

	// 3. One grant is needed.
	for j := range q.set.layers {
		l := &q.set.layers[j]
		if l.Kind != Identity {
			continue
		}
		switch r, row := q.first(l.allows); {
		case r == condition.True:
			d.outcome, d.row = Allow, row
			return d
		case r == condition.Unknown && d.row < 0:
			d.outcome, d.row = Undecided, row
		}
	}
	return d
}

// first finds the first row that matches, or else the first that cannot be
// decided; -1 if there is none.
func (q *query) first(rows []int32) (condition.Result, int32) {
	unknown := int32(-1)
	for _, i := range rows {
		switch q.matches(&q.set.rows[i]) {
		case condition.True:
			return condition.True, i
		case condition.Unknown:
			if unknown < 0 {
				unknown = i
			}
		}
	}
	if unknown >= 0 {
		return condition.Unknown, unknown
	}
	return condition.False, -1
}

// determines reports whether row i is one of the statements that determine d.
func (q *query) determines(d Decision, i int32) bool {
	if d.row < 0 {
		return false
	}
	row, want := &q.set.rows[i], condition.True
	if d.outcome == Undecided {
		want = condition.Unknown
	}
	if row.effect != q.set.rows[d.row].effect {
		return false
	}
	if row.effect == policy.Allow {
		guardrail := q.set.layers[row.layer].Kind == Guardrail
		if d.layer >= 0 && row.layer != d.layer || d.layer < 0 && guardrail {
			return false
		}
	}
	if d.outcome != Allow {
		q.aim(int(d.resource))
		return q.matches(row) == want
	}
	for j := min(0, len(q.req.Resources)-1); j < len(q.req.Resources); j++ {
		if q.aim(j); q.matches(row) == want {
			return true
		}
	}
	return false
}

// matches decides a single statement: its action, resource and condition.
func (q *query) matches(r *row) condition.Result {
	if r.cam != q.req.Action.IsCAM() || !q.matchesAction(r) {
		return condition.False
	}
	res := q.matchesResource(r)
	if res == condition.False {
		return condition.False
	}
	return min(res, r.condition.Eval(&q.env))
}

func (q *query) matchesAction(r *row) bool {
	for _, p := range r.actions {
		if p.Match(q.req.Action) {
			return !r.notAction
		}
	}
	return r.notAction
}

// matchesResource is Unknown if the statement has a variable whose value is
// unknown, and False if it has one that cannot be expanded.
func (q *query) matchesResource(r *row) condition.Result {
	if r.void {
		return condition.False
	}
	known := condition.True
	if r.variables != nil {
		var buf [condition.MaxVariables]string
		for _, vars := range r.variables {
			_, k := q.env.Expand(vars, &buf)
			known = min(known, k)
		}
		if known == condition.False {
			return condition.False
		}
	}
	if q.covers(r) == r.notResource {
		if known == condition.Unknown && r.effect == policy.Deny {
			return condition.Unknown
		}
		return condition.False
	}
	return known
}

// covers reports whether the Resource or NotResource list has an entry that
// covers the resource.
func (q *query) covers(r *row) bool {
	if r.everything {
		return true
	}
	if q.resource.IsZero() {
		// Only * covers a request without a resource. A Deny that names
		// resources was meant to bite, and does; in CAM it does not (R5).
		return r.effect == policy.Deny && !r.cam && !r.notResource
	}
	if q.foreign && r.effect == policy.Allow && !r.notResource {
		return false // I-25
	}
	q.facts.Owner, q.facts.Lenient = q.caller, r.effect == policy.Deny
	if owner := q.set.layers[r.layer].Owner; owner != "" {
		q.facts.Owner = owner
	}
	if r.variables == nil {
		for _, p := range r.resources {
			if p.Match(q.resource, &q.facts) {
				return true
			}
		}
		return false
	}
	var buf [condition.MaxVariables]string
	for i, p := range r.resources {
		q.facts.Variables, _ = q.env.Expand(r.variables[i], &buf)
		if p.Match(q.resource, &q.facts) {
			return true
		}
	}
	return false
}
