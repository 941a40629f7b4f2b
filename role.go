package writ

import (
	"strconv"

	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
)

// MaxRoles bounds the documents of a Set that depend on others, so that a
// decision can keep track of them without allocating. An account has some 30.
const MaxRoles = 256

// role is a document that acts only while others are granted too (huawei.md
//
type role struct {
	document *policy.Document
	layer    int32
	depends  []policy.Dependency
	needs    []need
}

// need is one dependency of a role: any of its providers meets it.
type need struct {
	name      string
	providers []provider
}

// provider is a document of the same group that bears the name.
type provider struct {
	layer  int32
	role   int32 // if it depends on others itself, else -1
	global bool  // it is granted for global services
}

// bearer is a provider with the service that its name belongs to.
type bearer struct {
	provider
	catalog string
}

// findRoles finds the documents with dependencies and who meets them: documents of
// the same group under the same name.
func (s *Set) findRoles() (ok bool) {
	bearers := make(map[string][]bearer) // by group and name
	for i := range s.layers {
		l := &s.layers[i]
		for j, d := range l.Documents {
			id := int32(-1)
			if deps := depends(d); deps != nil {
				id = int32(len(s.roles))
				s.roles = append(s.roles, role{document: d, layer: int32(i), depends: deps})
				if l.first[j] < l.first[j+1] {
					s.rows[l.first[j]].role = id
				}
			}
			// Only what is granted meets a dependency.
			if t := d.Title(); t.Name != "" && l.Kind == Identity {
				k := l.member(t.Name)
				bearers[k] = append(bearers[k], bearer{provider{int32(i), id, t.Global}, t.Catalog})
			}
		}
	}
	if len(s.roles) > MaxRoles {
		return false
	}
	for i := range s.roles {
		r := &s.roles[i]
		for j := range r.depends {
			dep := &r.depends[j]
			n := need{name: dep.DisplayName}
			for _, b := range bearers[s.layers[r.layer].member(dep.DisplayName)] {
				if b.catalog == "" || dep.Catalog == "" || b.catalog == dep.Catalog {
					n.providers = append(n.providers, b.provider)
				}
			}
			r.needs = append(r.needs, n)
		}
	}
	return true
}

func depends(d *policy.Document) (out []policy.Dependency) {
	for dep := range d.Depends() {
		out = append(out, dep)
	}
	return out
}

// member is the same for one name in one group. (Not inlined for the size of
// programs.)
//
//go:noinline
func (l *layer) member(name string) string {
	return strconv.Itoa(len(l.Group)) + ":" + l.Group + name
}

// active reports whether the role acts for this request. Roles that depend on
// each other in a circle do not. The states of all roles are found out at
// once, the first time that one is needed: starting from none, every role
// whose needs are met becomes active, until nothing changes.
func (q *query) active(id int32) condition.Result {
	if !q.rolesKnown {
		q.rolesKnown = true
		for changed := true; changed; {
			changed = false
			for i := range q.set.roles {
				if is := q.met(&q.set.roles[i]); is > q.roles.at(int32(i)) {
					q.roles.set(int32(i), is)
					changed = true
				}
			}
		}
	}
	return q.roles.at(id)
}

// roleStates tell of each role whether it is active, in two bits.
type roleStates [MaxRoles / 32]uint64

func (r *roleStates) at(id int32) condition.Result {
	return condition.Result(r[id/32] >> (id % 32 * 2) & 3)
}

func (r *roleStates) set(id int32, is condition.Result) {
	r[id/32] = r[id/32]&^(3<<(id%32*2)) | uint64(is)<<(id%32*2)
}

func (q *query) met(r *role) condition.Result {
	res := condition.True
	for i := range r.needs {
		res = min(res, q.provided(&r.needs[i], q.set.layers[r.layer].Scope))
	}
	return res
}

// provided reports whether some active grant meets a dependency of a role that
// is granted at a scope. It is Unknown if nobody knows whether the action can be
// granted where that grant is.
func (q *query) provided(n *need, at Scope) condition.Result {
	res := condition.False
	for _, p := range n.providers {
		is := condition.True
		if p.role >= 0 {
			is = q.roles.at(p.role)
		}
		scope := q.set.layers[p.layer].Scope
		if q.set.scoped && scope.kind == enterpriseScope {
			is = min(is, q.ep)
		}
		if is > res && q.serves(p.global, scope, at) {
			res = is
		}
	}
	return res
}

// serves reports whether a grant at scope has serves a role granted at scope
// of: in the same project, or, for a global dependency, at global scope.
func (q *query) serves(global bool, has, of Scope) bool {
	switch {
	case global:
		return has.kind == noScope || has.kind == globalScope || has.kind == allScope
	case q.req.Scope.kind != noScope || has.kind == enterpriseScope:
		return has.covers(q.req.Scope, q.req.EnterpriseProject)
	}
	return has == of || has.kind == noScope || has.kind == allScope ||
		has.kind == allProjectsScope && of.kind == projectScope
}

// inactive lists the roles whose layer takes part and whose needs are not met.
func (q *query) inactive() (out []InactiveRole) {
	for i := range q.set.roles {
		r := &q.set.roles[i]
		l := &q.set.layers[r.layer]
		if q.skips(l) || q.active(int32(i)) == condition.True {
			continue
		}
		in := InactiveRole{Layer: l.Layer, Document: r.document, Scope: q.req.Scope}
		if in.Scope.kind == noScope {
			in.Scope = l.Scope
		}
		for j := range r.needs {
			if q.provided(&r.needs[j], l.Scope) != condition.True {
				in.Missing = append(in.Missing, r.needs[j].name)
			}
		}
		out = append(out, in)
	}
	return out
}
