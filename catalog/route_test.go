package catalog

import (
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// ids are what the tests write for the variables of paths.
var ids = map[string]string{
	"project_id": "p1", "vault_id": "v1", "backup_id": "b1", "policy_id": "pol1", "agent_id": "ag1", "checkpoint_id": "cp1",
	"operation_log_id": "t1", "member_id": "m1", "organization_policy_id": "org1", "order_id": "o1", "instance_id": "i1",
	"provider_id": "prov1", "protectable_type": "server", "key": "key1", "feature_key": "f1",
	"domain_name": "d1", "source_project_id": "p2", "api_version": "v3",
}

// example writes an id in place of every variable.
func example(template string) string {
	return regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(template, func(v string) string {
		if id, ok := ids[v[1:len(v)-1]]; ok {
			return id
		}
		return "no id of " + v
	})
}

func TestEmbeddedCatalogHasNoConflict(t *testing.T) {
	c := Default()
	if err := c.routeTable().err; err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, r := range rowsOf(c) {
		paths = append(paths, r.text, example(r.text))
		if got, ok := c.Route(r.api.method, example(r.text)); !ok || got.API() != r.api || got.to.template != r.text {
			t.Errorf("%s %s: found %+v", r.api.method, r.text, got.API())
		}
	}
	// The only two APIs whose paths cross those of others.
	for _, x := range []struct{ path, operation string }{
		{"/v3/domain/vaults", "ShowDomain"}, {"/v3/domain/vaults/projects", "ListDomainProjects"},
		{"/v3/region-projects", "ListProjects"}, {"/v3/p1/vaults/summary", "ShowSummary"}, {"/v3/p1/vaults/order", "ShowVault"},
		{"/v3/migrates", "ShowMigrateStatus"}, {"/v3", ""}, {"/v1.0", ""}, {"/", ""},
	} {
		if r, ok := c.Route("GET", x.path); !ok || r.API().OperationID() != x.operation {
			t.Errorf("%s: found %+v", x.path, r.API())
		}
	}
	checkWorld(t, c, []string{"GET", "POST", "PUT", "DELETE", "HEAD"}, slices.DeleteFunc(paths, func(p string) bool { return strings.Contains(p, "{") }))
}

// What other routers, proxies and servers read in more than one way is not
// found, whatever the method.
func TestRouteIsStrict(t *testing.T) {
	c := Default()
	not := func(method, path string) {
		t.Helper()
		if r, ok := c.Route(method, path); ok || r != (Route{}) {
			t.Errorf("%q %q: found %s", method, path, r.API().Path())
		}
	}
	for _, r := range rowsOf(c) {
		m, p := r.api.method, example(r.text)
		for _, method := range []string{strings.ToLower(m), m[:1] + strings.ToLower(m[1:]), " " + m, m + " ", m + "\x00", "", "HEAD", "OPTIONS", "*"} {
			not(method, p)
		}
		for _, path := range []string{p[1:], "." + p, "http://host" + p, "//host" + p, p + "//", p + "/.", p + "/..", p + "/../x", p + "?a=b", p + "?", p + "#a", p + "%", p + ";a=b", p + " "} {
			not(m, path)
		}
		if p != "/" {
			not(m, p+"/")
		}
		for i := range p {
			for _, s := range []string{"%2F", "%252f", "%2e%2e", "%76", "\\", "?", "#", ";", "\x00", "\t", "\x1f", "\x7f", "é", "\xff", "／", " ", "\"", "<", "{", "|", "^", "`"} {
				not(m, p[:i]+s+p[i:])
				not(m, p[:i]+s+p[i+1:])
			}
			if p[i] == '/' {
				for _, s := range []string{"/", "/.", "/..", "/x/.."} {
					not(m, p[:i]+s+p[i:])
				}
				not(m, p[:i]+"%2f"+p[i+1:])
				not(m, p[:i]+"\\"+p[i+1:])
			}
			upper := p[:i] + strings.ToUpper(p[i:i+1]) + p[i+1:]
			if got, ok := c.Route(m, upper); ok && upper != p && got.to.template == r.text && maps.Equal(vars(got), idsOf(r)) {
				t.Errorf("%s %s: found %s", m, upper, r.text)
			}
		}
	}
	for _, path := range []string{"", "/", "/v3", "v3"} {
		not("GET ", path)
		not("CONNECT", path)
	}
}

func vars(r Route) map[string]string { return maps.Collect(r.Vars()) }

// idsOf returns the ids in the example of a path.
func idsOf(r row) map[string]string {
	out := map[string]string{}
	for _, s := range r.segs {
		if isVar(s) {
			name := strings.Trim(s, "{}")
			out[name] = ids[name]
		}
	}
	return out
}

func TestRouteVars(t *testing.T) {
	for _, r := range rowsOf(Default()) {
		got, _ := Default().Route(r.api.method, example(r.text))
		if !maps.Equal(vars(got), idsOf(r)) {
			t.Errorf("%s: %v", r.text, vars(got))
		}
		for name, value := range got.Vars() {
			if got.Var(name) != value {
				t.Errorf("%s: Var(%q) is %q", r.text, name, got.Var(name))
			}
			if got.Var(strings.ToUpper(name)) != "" || got.Var("{"+name+"}") != "" {
				t.Errorf("%s: Var is lax", r.text)
			}
			break
		}
	}
	r, _ := Default().Route("DELETE", "/v3/p/vault/v:1~*/tags/a=b,c(d)@e")
	var order []string
	for name, value := range r.Vars() {
		order = append(order, name+" "+value)
	}
	if want := []string{"project_id p", "vault_id v:1~*", "key a=b,c(d)@e"}; !slices.Equal(order, want) {
		t.Errorf("variables %q", order)
	}
}

func TestZeroRoute(t *testing.T) {
	var r Route
	if r.API() != nil || len(vars(r)) > 0 || r.Var("vault_id") != "" {
		t.Error("the zero Route is something")
	}
	c := &Catalog{}
	if _, ok := c.Route("GET", "/"); ok || c.routeTable().err != nil {
		t.Error("the zero Catalog has routes")
	}
}

func TestRouteErrors(t *testing.T) {
	catalog := func(unmapped []string, mapped ...string) *Catalog {
		c := &Catalog{}
		for i, list := range [][]string{mapped, unmapped} {
			for _, s := range list {
				method, path, _ := strings.Cut(s, " ")
				a := API{method: method, path: path, mapped: i == 0}
				if i == 0 {
					c.apis = append(c.apis, a)
				} else {
					c.unmapped = append(c.unmapped, a)
				}
			}
		}
		return c
	}
	const (
		slash = "it does not begin with a slash"
		brace = "a variable has a name and is a segment of its own"
		lost  = "a request with it is not read: it has an empty or dot segment, an escape, or a character that is not for paths"
	)
	for _, x := range []struct {
		c    *Catalog
		want string
	}{
		{catalog(nil, "GET /{a}/x", "PUT /x/{b}", "GET /{a}/{b}", "GET /x/x"), ""},
		{catalog(nil, "GET /{a}/x", "GET /x/{b}"), "GET /x/{b} and /{a}/x are two APIs, neither is more specific, and both serve /x/x"},
		{catalog(nil, "GET /y/{a}/{c}/x", "GET /y/{x}/x/{b}"), "GET /y/{x}/x/{b} and /y/{a}/{c}/x are two APIs, neither is more specific, and both serve /y/x/x/x"},
		{catalog(nil, "GET /a/{x}", "GET /a/{y}"), "GET /a/{x} and /a/{y} are two APIs, neither is more specific, and both serve /a/x"},
		{catalog([]string{"GET /a"}, "GET /a"), "GET /a and /a are two APIs, neither is more specific, and both serve /a"},
		{catalog([]string{"GET /x/{b}"}, "GET /{a}/x"), ""},
		{catalog([]string{"GET /{a}/x"}, "GET /x/{b}"), "GET /x/{b} and /{a}/x are two APIs, neither is more specific, and both serve /x/x"},
		{catalog([]string{"GET /{a}/x", "GET /x/{b}"}), ""},
		{catalog(nil, "GET /{a}/", "GET /x/{b}"), ""},
		{catalog(nil, "GET a"), "GET a: " + slash},
		{catalog(nil, "GET "), "GET : " + slash},
		{catalog(nil, "GET /a/{b}.json"), "GET /a/{b}.json: " + brace},
		{catalog(nil, "GET /a/{}"), "GET /a/{}: " + brace},
		{catalog(nil, "GET /a/{b"), "GET /a/{b: " + brace},
		{catalog(nil, "GET /{a}{b}"), "GET /{a}{b}: " + brace},
		{catalog(nil, "GET /{a}/{a}"), "GET /{a}/{a}: the variable a is there twice"},
		{catalog(nil, "GET /a//b"), "GET /a//b: " + lost},
		{catalog(nil, "GET /a/.."), "GET /a/..: " + lost},
		{catalog([]string{"GET /a%20b"}), "GET /a%20b: " + lost},
		{catalog(nil, "GET /ä"), "GET /ä: " + lost},
	} {
		err := x.c.routeTable().err
		if err == nil && x.want != "" || err != nil && err.Error() != x.want {
			t.Errorf("error %v, want %q", err, x.want)
		}
		if again := x.c.routeTable().err; again != err {
			t.Errorf("then error %v", again)
		}
		var conflict *RouteConflictError
		var path *RoutePathError
		if err != nil && errors.As(err, &conflict) == errors.As(err, &path) {
			t.Errorf("error %T", err)
		}
		for _, p := range []string{"/x/x", "/a", "/a/x"} {
			if r, ok := x.c.Route("GET", p); ok && err != nil {
				t.Errorf("%v: found %+v", err, r.API())
			}
		}
	}
	bad := catalog(nil, "GET /a")
	bad.apis[0].legacy = []string{"/b", "c"}
	if err := bad.routeTable().err; err == nil || err.Error() != "GET c: "+slash {
		t.Errorf("error %v", err)
	}
}

// Goroutines share a catalog, also while its routes are being built.
func TestRouteConcurrently(t *testing.T) {
	c := decode(unpack(packed))
	rows := rowsOf(c)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, r := range rows {
				if got, ok := c.Route(r.api.method, example(r.text)); !ok || got.API() != r.api {
					t.Errorf("%s: not found", r.text)
				}
			}
		})
	}
	wg.Wait()
}

func TestRouteDoesNotAllocate(t *testing.T) {
	c := Default()
	var r Route
	var ok bool
	var value string
	for _, row := range rowsOf(c) {
		path := example(row.text)
		longer := path + "/x/y/z"
		for what, f := range map[string]func(){
			"Route": func() { r, ok = c.Route(row.api.method, path) },
			"none":  func() { _, _ = c.Route(row.api.method, longer) },
			"Vars": func() {
				for _, v := range r.Vars() {
					value = v
				}
			},
			"Var": func() { value = r.Var("vault_id") },
		} {
			r, ok = c.Route(row.api.method, path)
			if got := testing.AllocsPerRun(10, f); got != 0 || !ok {
				t.Errorf("%s of %s: %v allocations, found %v", what, path, got, ok)
			}
		}
	}
	_ = value
}

// plainPath is what a path looks like that can be read in one way only.
var (
	plainPath = regexp.MustCompile(`^/(([A-Za-z0-9._~!$&'()*+,=:@-]+/)*[A-Za-z0-9._~!$&'()*+,=:@-]*)?$`)
	dotPath   = regexp.MustCompile(`/\.\.?(/|$)`)
)

func FuzzRoute(f *testing.F) {
	rows := rowsOf(Default())
	for _, r := range rows {
		f.Add(r.api.method, example(r.text))
	}
	for _, p := range []string{"", "/", "//", "/v3/", "/v3/p1/vaults/..", "/v3/p1/./vaults", "/v3/p1/vaults/v%31", "/v3/domain/vaults", "/v3/domain/tags/projects"} {
		f.Add("GET", p)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		got, ok := Default().Route(method, path)
		var want row
		found := false
		if plainPath.MatchString(path) && !dotPath.MatchString(path) {
			want, found = slowRoute(t, rows, method, path)
		}
		if ok != found || got.API() != want.api {
			t.Fatalf("%q %q: found %+v, want %q", method, path, got.API(), want.text)
		}
		if !ok {
			return
		}
		segs, n := strings.Split(path[1:], "/"), 0
		for i, s := range want.segs {
			if isVar(s) {
				n++
				if got.Var(s[1:len(s)-1]) != segs[i] {
					t.Fatalf("%s in %q: %s is %q", want.text, path, s, got.Var(s[1:len(s)-1]))
				}
			}
		}
		if len(vars(got)) != n {
			t.Fatalf("%s in %q: %v", want.text, path, vars(got))
		}
	})
}

// BenchmarkRoute looks up a request for each path of the embedded APIs, and
// the same in the router of net/http. That one refuses two of the APIs, which
// are left out on both sides.
func BenchmarkRoute(b *testing.B) {
	c := &Catalog{apis: Default().apis}
	for _, a := range Default().unmapped {
		if !strings.HasPrefix(a.path, "/v3/domain/") {
			c.unmapped = append(c.unmapped, a)
		}
	}
	mux := http.NewServeMux()
	var requests []*http.Request
	for _, r := range rowsOf(c) {
		pattern := r.api.method + " " + r.text
		if r.text == "/" {
			pattern += "{$}"
		}
		mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		requests = append(requests, httptest.NewRequest(r.api.method, example(r.text), nil))
	}
	b.Run("writ", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			r := requests[i%len(requests)]
			if _, ok := c.Route(r.Method, r.URL.Path); !ok {
				b.Fatal(r.URL.Path)
			}
		}
	})
	b.Run("nethttp", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			r := requests[i%len(requests)]
			if _, pattern := mux.Handler(r); pattern == "" {
				b.Fatal(r.URL.Path)
			}
		}
	})
}
