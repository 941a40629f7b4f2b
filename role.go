package writ

import (
	"slices"

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

// findRoles finds the documents with dependencies and who meets them: documents of
// the same group under the same name.
func (s *Set) findRoles() (ok bool) {
	at := make(map[place]int32)
	for i := range s.layers {
		for j, d := range s.layers[i].Documents {
			if deps := slices.Collect(d.Depends()); deps != nil {
				at[place{i, j}] = int32(len(s.roles))
				s.roles = append(s.roles, role{document: d, layer: int32(i), depends: deps})
			}
		}
	}
	if len(s.roles) > MaxRoles {
		return false
	}
	type named struct{ group, name string }
	known := make(map[named][]place)
	for i := range s.layers {
		if s.layers[i].Kind != Identity {
			continue // only what is granted meets a dependency
		}
		for j, d := range s.layers[i].Documents {
			if t := d.Title(); t.Name != "" {
				k := named{s.layers[i].Group, t.Name}
				known[k] = append(known[k], place{i, j})
			}
		}
	}
	for i := range s.roles {
		r := &s.roles[i]
		for _, dep := range r.depends {
			n := need{name: dep.DisplayName}
			for _, p := range known[named{s.layers[r.layer].Group, dep.DisplayName}] {
				t := s.layers[p.layer].Documents[p.document].Title()
				if t.Catalog != "" && dep.Catalog != "" && t.Catalog != dep.Catalog {
					continue
				}
				id, isRole := at[p]
				if !isRole {
					id = -1
				}
				n.providers = append(n.providers, provider{int32(p.layer), id, t.Global})
			}
			r.needs = append(r.needs, n)
		}
	}
	for p, id := range at {
		if l := &s.layers[p.layer]; l.first[p.document] < l.first[p.document+1] {
			s.rows[l.first[p.document]].role = id
		}
	}
	return true
}

// place is a document of a layer.
type place struct{ layer, document int }

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
