package writ

import (
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// matches decides a single statement: its action, resource, principal and
// condition.
func (q *query) matches(r *row) condition.Result {
	if r.cam != q.req.Action.IsCAM() || !q.matchesAction(r) {
		return condition.False
	}
	return q.holds(r)
}

// holds decides a statement that names the action.
func (q *query) holds(r *row) condition.Result {
	res := condition.True
	if !r.plain {
		if res = q.acts(r); res == condition.False || r.named && !q.matchesPrincipal(r) {
			return condition.False
		}
	}
	res = min(res, q.matchesResource(r))
	if q.set.scoped && r.effect == policy.Allow {
		res = min(res, q.grantedAt(q.set.layers[r.layer].Scope))
	}
	if res == condition.False || r.condition < 0 {
		return res
	}
	return min(res, q.satisfied(r.condition))
}

// satisfied decides a condition, of those that the query comes across again once.
func (q *query) satisfied(i int32) condition.Result {
	m := &q.memo[uint32(i)%uint32(len(q.memo))]
	if m.condition != i+1 {
		m.condition, m.is = i+1, q.set.conditions[i].Eval(&q.env)
	}
	return m.is
}

// acts reports whether a statement counts for the role that it stands in.
// A Deny does in any case.
func (q *query) acts(r *row) condition.Result {
	if r.role >= 0 && r.effect == policy.Allow {
		return q.active(r.role)
	}
	return condition.True
}

// grantedAt reports whether the action can be granted at a scope. Of actions of
// which the catalog says nothing, a grant for an IAM project counts, and one for
// an enterprise project is undecided.
func (q *query) grantedAt(s Scope) condition.Result {
	switch {
	case s.kind == enterpriseScope:
		return q.ep
	case (s.kind == projectScope || s.kind == allProjectsScope) && q.iam == condition.False:
		return condition.False
	}
	return condition.True
}

// matchesAction compares the action by its name and by the old names that it
// is known under (huawei.md 8).
func (q *query) matchesAction(r *row) bool {
	direct := r.lists(q.req.Action)
	if q.action == nil || r.cam {
		return direct != r.notAction
	}
	old, known := false, false
	for alias := range q.action.Aliases() {
		old, known = old || r.lists(alias), true
	}
	switch {
	case !known:
		return direct != r.notAction
	case r.notAction:
		return !direct && !old // L-9
	case r.effect == policy.Deny:
		return direct || old // L-5 to L-8
	case r.old:
		return old // L-5: an Allow on the new name is of another name space
	case r.scp:
		return direct // L-8
	}
	return direct || old // L-6
}

// lists reports whether the Action or NotAction element has an entry for n.
func (r *row) lists(n action.Name) bool {
	for _, p := range r.entries() {
		if p.Match(n) {
			return true
		}
	}
	return false
}

// matchesResource decides the Resource or NotResource element. It is False if the
// statement has a variable that cannot be expanded, and at best Unknown if
// nobody knows whether one can.
func (q *query) matchesResource(r *row) condition.Result {
	if r.void {
		return condition.False
	}
	known := condition.True
	if r.variables != nil {
		var buf [condition.MaxVariables]string
		for _, vars := range r.variables {
			_, _, k := q.env.Expand(vars, &buf)
			known = min(known, k)
		}
		if known == condition.False {
			return condition.False
		}
	}
	covered := q.covers(r)
	if r.notResource {
		covered = condition.True - covered
	}
	return min(known, covered)
}

// covers reports whether the Resource or NotResource list has an entry that
// covers the resource; Unknown if one may, for the text of a variable.
func (q *query) covers(r *row) condition.Result {
	if r.everything {
		return condition.True
	}
	if q.resource.IsZero() {
		// Only * covers a request without a resource. A Deny that names
		// resources was meant to bite, and does; in CAM it does not (R5).
		return truth(r.effect == policy.Deny && !r.cam && !r.notResource && len(r.places()) > 0)
	}
	if r.effect == policy.Allow {
		if q.mistyped && !r.notResource {
			return condition.False // I-25
		}
		if q.req.open && q.resource.Path() == "*" {
			return q.coversAll(r)
		}
	}
	q.facts.Owner, q.facts.Lenient = q.caller, r.effect == policy.Deny
	if owner := q.set.layers[r.layer].Owner; owner != "" {
		q.facts.Owner = owner
	}
	if r.variables == nil {
		for _, p := range r.places() {
			if p.Match(q.resource, &q.facts) {
				return condition.True
			}
		}
		return condition.False
	}
	res := condition.False
	var buf [condition.MaxVariables]string
	for i, p := range r.places() {
		vars, hidden, _ := q.env.Expand(r.variables[i], &buf)
		switch {
		case !p.May(q.resource, &q.facts, hidden, vars...):
		case hidden == 0 || p.Everything():
			return condition.True
		default:
			res = condition.Unknown
		}
	}
	return res
}

// coversAll is covers for an Allow of resources that nobody has named: an entry
// that leaves some of the type out does not cover them, and one of NotResource
// may.
func (q *query) coversAll(r *row) condition.Result {
	if r.notResource {
		return truth(len(r.places()) > 0)
	}
	for i, p := range r.places() {
		if (r.variables == nil || len(r.variables[i]) == 0) && p.AnyPath() && p.Match(q.resource, &q.facts) {
			return condition.True
		}
	}
	return condition.False
}

func truth(b bool) condition.Result {
	if b {
		return condition.True
	}
	return condition.False
}

// matchesPrincipal decides the Principal or NotPrincipal element of a resource
// policy (huawei.md T-1 to T-4, tencent-cam.md P1 to P5).
func (q *query) matchesPrincipal(r *row) bool {
	for i := range r.principals {
		if q.isPrincipal(r, &r.principals[i]) {
			return !r.notOne
		}
	}
	return r.notOne
}

func (q *query) isPrincipal(r *row, p *policy.Principal) bool {
	who := q.req.Principal
	switch p.Kind() {
	case policy.Everyone:
		return true
	case policy.Unsigned:
		return r.effect == policy.Allow || who.IsZero() && q.req.Service == ""
	case policy.Service:
		return q.req.Service != "" && q.req.Service == p.ID()
	case policy.Federated:
		return !who.IsZero() && who == p.Name()
	case policy.Identity:
		if who.IsZero() || who == p.Name() || !r.cam {
			return !who.IsZero() && who == p.Name()
		}
		// The account by its other number (tencent-cam.md 1.3).
		name := p.Name()
		id, ok := strings.CutPrefix(name.Account(), "uid/")
		if !ok || id != q.appID || q.appID == "" || who.Form() != resource.QCS {
			return false
		}
		path := name.Path()
		return path == who.Path() || path == "root" && q.wholeAccount()
	}
	// A whole account.
	return q.caller != "" && q.caller == p.ID() && (!r.cam || q.wholeAccount())
}

// wholeAccount reports whether the caller is meant where its account is named:
// the root user, and across accounts whoever it passes the permission on to,
// which their own policies tell (P2b).
func (q *query) wholeAccount() bool { return q.foreign || q.env.UIN != "" && q.env.UIN == q.caller }
