package writ

import "strings"

// Scope is where a grant of a v1.x role or policy counts, or where a request
// is made (huawei.md 7.1). Scopes are comparable. The zero Scope is none: such
// a grant counts everywhere, and for such a request scopes are not looked at.
type Scope struct {
	kind scopeKind
	id   string
}

type scopeKind uint8

const (
	noScope scopeKind = iota
	globalScope
	projectScope
	allProjectsScope
	allScope
	enterpriseScope
)

var (
	// Global is the scope of services that are deployed once, such as IAM.
	Global = Scope{kind: globalScope}
	// AllProjects is every project, those to come too.
	AllProjects = Scope{kind: allProjectsScope}
	// AllResources is AllProjects and Global together.
	AllResources = Scope{kind: allScope}
)

// Project is the scope of one region project. Sub-projects are projects of
// their own: nothing is inherited (huawei.md A-15). An Allow of an action that
// the catalog says cannot be granted for a project does not count.
func Project(id string) Scope { return Scope{projectScope, id} }

// EnterpriseProject is the scope of the resources of one enterprise project. A
// grant at it counts only for actions that the catalog says can be granted so
// (huawei.md F-4); where it says nothing of one, its Allow is undecided and its
// Deny stands. Actions that it does not know are not looked up.
func EnterpriseProject(id string) Scope { return Scope{enterpriseScope, id} }

// ParseScope reads what String writes; ok is false for any other text. The
// empty text is the zero Scope.
func ParseScope(s string) (sc Scope, ok bool) {
	switch s {
	case "":
		return Scope{}, true
	case "global":
		return Global, true
	case "all-projects":
		return AllProjects, true
	case "all":
		return AllResources, true
	}
	if id, ok := strings.CutPrefix(s, "project:"); ok && id != "" {
		return Project(id), true
	}
	if id, ok := strings.CutPrefix(s, "enterprise-project:"); ok && id != "" {
		return EnterpriseProject(id), true
	}
	return Scope{}, false
}

// String returns global, project:<id>, all-projects, all,
// enterprise-project:<id>, or nothing for the zero Scope.
func (s Scope) String() string {
	switch s.kind {
	case globalScope:
		return "global"
	case projectScope:
		return "project:" + s.id
	case allProjectsScope:
		return "all-projects"
	case allScope:
		return "all"
	case enterpriseScope:
		return "enterprise-project:" + s.id
	}
	return ""
}

// IsPlace reports whether a request can be made at the scope: at Global, in one
// project, or, with the zero Scope, anywhere. A request at any other scope is
// undecided.
func (s Scope) IsPlace() bool {
	return s.kind == noScope || s.kind == globalScope || s.kind == projectScope && s.id != ""
}

// covers reports whether a grant with scope s counts for a request made at
// scope at, on a resource of the enterprise project ep (huawei.md F-2 to F-4).
func (s Scope) covers(at Scope, ep string) bool {
	switch {
	case s.kind == noScope:
		return true
	case s.kind == enterpriseScope:
		return ep != "" && s.id == ep
	case at.kind == noScope:
		return true
	case s.kind == allScope:
		return true
	case s.kind == allProjectsScope:
		return at.kind == projectScope
	}
	return s == at
}
