package catalog

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Route is what a request for a path comes to: the API that serves it, and
// what stands in the path for the variables of the API's path. It is a small
// value and immutable; goroutines may share it. The zero Route has no API.
type Route struct {
	to   *endpoint
	path string
}

// endpoint is one way to reach an API: its path, or an old one.
type endpoint struct {
	catalog  *Catalog
	api      *API
	template string
}

// Route finds the API that serves the method and the path of a request, as
// they were sent; false if none does. An API whose actions are not known is
// found as well, see API.Mapped: whoever asks must deny it, as what is not
// found. Old paths lead to their API. The lookup allocates nothing.
//
// It reads a path in one way only, or not at all. The path is that of the
// request line, without host and query, and begins with a slash: in net/http,
// URL.EscapedPath, not URL.Path, which is decoded. Nothing in it is decoded,
// cleaned or folded: a path with an escape (%), an empty or dot segment, a
// semicolon, a backslash or another character that RFC 3986 does not have in
// paths is not found; letter case and a slash at the end count; a method is in
// capitals, and HEAD is not GET. A server that is laxer than that serves
// requests that are not found here.
//
// A variable stands for one segment that is not empty. A literal segment comes
// before a variable. If APIs are left of which neither is more specific, the
// first segment in which they differ decides, and the API found is not mapped:
// an API that is mapped is found only where all others that have the path are
// less specific and of the same service. So GET /v3/domain/{source_project_id},
// whose action is not known, keeps /v3/domain/vaults from GET
// /v3/{project_id}/vaults. Catalogs that break this cannot be made: see
// RouteConflictError.
func (c *Catalog) Route(method, path string) (Route, bool) {
	if c == nil {
		return Route{}, false
	}
	t := c.routeTable()
	for i := range t.methods {
		if t.methods[i].method != method {
			continue
		}
		if !plain(path) {
			break
		}
		if e := t.methods[i].root.find(path); e != nil {
			return Route{e, path}, true
		}
	}
	return Route{}, false
}

// API returns the API; nil for the zero Route.
func (r Route) API() *API {
	if r.to == nil {
		return nil
	}
	return r.to.api
}

// Vars yields the variables of the path and what stands for them, in the order
// of the path.
func (r Route) Vars() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		if r.to == nil {
			return
		}
		var first, value string
		for template, path := r.to.template, r.path; template != ""; {
			first, template = segment(template)
			value, path = segment(path)
			if name, ok := variable(first); ok && !yield(name, value) {
				return
			}
		}
	}
}

// Var returns what stands in the path for the variable; "" if there is none of
// that name.
func (r Route) Var(name string) string {
	for n, value := range r.Vars() {
		if n == name {
			return value
		}
	}
	return ""
}

// RouteConflictError says that a request can be for either of two APIs: neither
// path is more specific, or they belong to two services, each of which has a
// host of its own. Parse reports it as a finding, Catalog.With returns it; ask
// such services in catalogs of their own.
type RouteConflictError struct {
	Method        string
	First, Second string // the paths of the APIs, First that with the earlier literal
	Services      [2]string
	Witness       string // a path that both match
}

func (e *RouteConflictError) Error() string {
	s := e.Method + " " + e.First + " and " + e.Second + " are two APIs, "
	if e.Services[0] != e.Services[1] {
		s += "of " + e.Services[0] + " and of " + e.Services[1]
	} else {
		s += "neither is more specific"
	}
	return s + ", and both serve " + e.Witness
}

func conflictOf(first, second *endpoint, witness string) *RouteConflictError {
	return &RouteConflictError{first.api.method, first.template, second.template, [2]string{first.api.of, second.api.of}, witness}
}

// RoutePathError says that no request can have the path of an API.
type RoutePathError struct {
	Method, Path string
	Reason       string
}

func (e *RoutePathError) Error() string { return e.Method + " " + e.Path + ": " + e.Reason }

// routes is the compiled table of a catalog's paths.
type routes struct {
	once    sync.Once
	methods []methodRoutes // in the order of the APIs
	err     error
}

type methodRoutes struct {
	method string
	root   *node
}

// node is what the paths that begin alike have in common. Its children are for
// the next segment.
type node struct {
	literals map[string]*node
	variable *node
	end      *endpoint // of the path that ends here
}

func (c *Catalog) routeTable() *routes {
	t := &c.routes
	t.once.Do(func() {
		if t.err = t.build(c); t.err != nil {
			t.methods = nil
		}
	})
	return t
}

func (t *routes) build(c *Catalog) error {
	for _, apis := range [...][]API{c.apis, c.unmapped} {
		for i := range apis {
			a := &apis[i]
			if err := t.add(&endpoint{c, a, a.path}); err != nil {
				return err
			}
			for _, path := range a.legacy {
				if err := t.add(&endpoint{c, a, path}); err != nil {
					return err
				}
			}
		}
	}
	work := maxCrossings
	for _, m := range t.methods {
		if err := m.root.conflict(m.root, "", false, &work); err != nil {
			return err
		}
		if work < 0 {
			return &RoutePathError{m.method, "*", "the paths cross each other too often to be told apart"}
		}
	}
	return nil
}

// add adds a path to the tree of its method.
func (t *routes) add(e *endpoint) error {
	if reason := checkTemplate(e.template); reason != "" {
		return &RoutePathError{e.api.method, e.template, reason}
	}
	i := slices.IndexFunc(t.methods, func(m methodRoutes) bool { return m.method == e.api.method })
	if i < 0 {
		i = len(t.methods)
		t.methods = append(t.methods, methodRoutes{e.api.method, &node{}})
	}
	n, witness, first := t.methods[i].root, "", ""
	for rest := e.template; rest != ""; {
		first, rest = segment(rest)
		if _, ok := variable(first); ok {
			if n.variable == nil {
				n.variable = &node{}
			}
			n, witness = n.variable, witness+"/x"
			continue
		}
		if n.literals == nil {
			n.literals = map[string]*node{}
		}
		if n.literals[first] == nil {
			n.literals[first] = &node{}
		}
		n, witness = n.literals[first], witness+"/"+first
	}
	if n.end != nil && n.end.api != e.api {
		return conflictOf(n.end, e, witness)
	}
	if n.end == nil {
		n.end = e
	}
	return nil
}

// checkTemplate says why no request can have the path; "" if one can.
func checkTemplate(template string) string {
	if template == "" || template[0] != '/' {
		return "it does not begin with a slash"
	}
	var names []string
	var first, example string
	for rest := template; rest != ""; {
		first, rest = segment(rest)
		name, ok := variable(first)
		switch {
		case !ok:
		case slices.Contains(names, name):
			return "the variable " + name + " is there twice"
		default:
			names, first = append(names, name), "x"
		}
		example += "/" + first
	}
	switch {
	case strings.ContainsAny(example, "{}"):
		return "a variable has a name and is a segment of its own"
	case !plain(example):
		return "a request with it is not read: it has an empty or dot segment, an escape, or a character that is not for paths"
	}
	return ""
}

// maxCrossings bounds the pairs of places in two paths that are compared. The
// embedded catalog has some 300.
const maxCrossings = 50_000

// conflict looks for two APIs below n and m, which the same path leads to.
// Where n and m are not the same, n has a literal in the first segment that
// they differ in, and so is preferred; crossed tells that m has a literal in a
// later one, so that neither is more specific.
func (n *node) conflict(m *node, path string, crossed bool, work *int) error {
	if *work--; *work < 0 {
		return nil
	}
	if n.end != nil && m.end != nil && n.end.api != m.end.api && (crossed && n.end.api.mapped || n.end.api.of != m.end.api.of) {
		return conflictOf(n.end, m.end, path)
	}
	for _, name := range slices.Sorted(maps.Keys(n.literals)) {
		child := n.literals[name]
		if twin := m.literals[name]; twin != nil {
			if err := child.conflict(twin, path+"/"+name, crossed, work); err != nil {
				return err
			}
		}
		if m.variable != nil && name != "" {
			if err := child.conflict(m.variable, path+"/"+name, crossed, work); err != nil {
				return err
			}
		}
	}
	if n.variable == nil {
		return nil
	}
	if n != m {
		for _, name := range slices.Sorted(maps.Keys(m.literals)) {
			if name == "" {
				continue
			}
			if err := n.variable.conflict(m.literals[name], path+"/"+name, true, work); err != nil {
				return err
			}
		}
	}
	if m.variable == nil {
		return nil
	}
	return n.variable.conflict(m.variable, path+"/x", crossed, work)
}

// find returns the end of a path that is plain. It visits no node twice, and
// none for more segments than the tree has.
func (n *node) find(path string) *endpoint {
	if path == "" {
		return n.end
	}
	first, rest := segment(path)
	if child := n.literals[first]; child != nil {
		if e := child.find(rest); e != nil {
			return e
		}
	}
	if n.variable == nil || first == "" {
		return nil
	}
	return n.variable.find(rest)
}

// segment cuts off the first segment: a and /b of /a/b. A slash at the end is
// an empty segment.
func segment(path string) (first, rest string) {
	path = path[1:]
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

// variable returns the name of a segment in braces.
func variable(segment string) (name string, ok bool) {
	if len(segment) < 3 || segment[0] != '{' || segment[len(segment)-1] != '}' {
		return "", false
	}
	name = segment[1 : len(segment)-1]
	return name, !strings.ContainsAny(name, "{}")
}

// plain reports whether there is one way to read the path: it is made of
// slashes and segments that are neither empty, save the last, nor dots.
func plain(path string) bool {
	if path == "" || path[0] != '/' {
		return false
	}
	from := 1
	for i := 1; i < len(path); i++ {
		c := path[i]
		if !inPaths[c] {
			return false
		}
		if c == '/' {
			if i == from || dots(path[from:i]) {
				return false
			}
			from = i + 1
		}
	}
	return !dots(path[from:])
}

func dots(segment string) bool { return segment == "." || segment == ".." }

// inPaths has the characters that RFC 3986 (3.3) allows in a path. It leaves
// out %, for what an escape stands for is read differently by different
// servers, and ;, behind which some servers take parameters out of a segment.
var inPaths = func() (in [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@/") {
		in[c] = true
	}
	return in
}()
