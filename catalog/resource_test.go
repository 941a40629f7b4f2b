package catalog

import (
	"errors"
	"flag"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/resource"
)

// updating reports whether -update is set, a flag of package catalog_test.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

const routesHead = `# The requests of the embedded catalog's APIs, in the order of path and method.
# Written by go test ./catalog -run TestRoutesFile -update from an example of
# each path; region eu-de, account a1.
#
# Behind "on" are the resources that a call touches as far as its path tells;
# "none" is an action without resource types, which only the resource * allows.
# A * in the place of an id stands for "not in the path": only a statement for
# all resources of the type, or for *, allows the call. Actions that the
# catalog has no row for are in lower case.
`

// routesFile describes all APIs.
func routesFile(t *testing.T, c *Catalog) string {
	var b strings.Builder
	b.WriteString(routesHead)
	line := func(name string, words ...string) {
		if len(words) == 0 {
			words = []string{"-"}
		}
		b.WriteString("  " + name + strings.Repeat(" ", 11-len(name)) + strings.Join(words, " ") + "\n")
	}
	for _, apis := range []iter.Seq[*API]{c.APIs(), c.UnmappedAPIs()} {
		for a := range apis {
			r, ok := c.Route(a.Method(), example(a.Path()))
			if !ok {
				t.Fatalf("%s %s: not found", a.Method(), a.Path())
			}
			b.WriteString("\n" + a.Method() + " " + example(a.Path()) + "\n")
			line("path", a.Path())
			for p := range a.LegacyPaths() {
				line("old path", p)
				old, ok := c.Route(a.Method(), example(p))
				if !ok || old.API() != a || onPath(t, c, old) != onPath(t, c, r) {
					t.Errorf("%s %s: touches something else than %s", a.Method(), p, a.Path())
				}
			}
			var pairs []string
			for name, value := range r.Vars() {
				pairs = append(pairs, name+"="+value)
			}
			line("variables", pairs...)
			if a.OperationID() != "" {
				line("operation", a.OperationID())
			} else {
				line("operation")
			}
			if !a.Mapped() {
				line("action", "not known: deny")
				continue
			}
			b.WriteString(onPath(t, c, r))
			line("dependent", spell(c, a.DependentActions())...)
			if n, ok := a.V11Action(); ok {
				line("v1.1", spell(c, slices.Values([]action.Name{n}))...)
				line("v1.1 needs", spell(c, a.V11Dependencies())...)
			} else {
				line("v1.1", "not known")
			}
		}
	}
	return b.String()
}

// spell spells actions as the vendor does, where the catalog knows them.
func spell(c *Catalog, names iter.Seq[action.Name]) (out []string) {
	for n := range names {
		if a, ok := c.Action(n); ok {
			out = append(out, a.String())
		} else {
			out = append(out, n.String())
		}
	}
	return out
}

// onPath spells the actions of a call and what they touch.
func onPath(t *testing.T, c *Catalog, r Route) (lines string) {
	for n := range r.API().Actions() {
		a, _ := c.Action(n)
		names, err := r.Resources(a, "eu-de", "a1")
		if err != nil {
			t.Errorf("%s: %v", n, err)
		}
		on := []string{"none"}
		for i, name := range names {
			on = append(on[:i], name.String())
		}
		lines += "  action     " + a.String() + " on " + strings.Join(on, " and ") + "\n"
	}
	return lines
}

func TestRoutesFile(t *testing.T) {
	const file = "testdata/routes.txt"
	got := routesFile(t, Default())
	if updating() {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range min(len(g), len(w)) {
			if g[i] != w[i] {
				t.Fatalf("%s:%d: got %q, want %q", file, i+1, g[i], w[i])
			}
		}
		t.Fatalf("%s has %d lines, want %d", file, len(w), len(g))
	}
	if n := strings.Count(got, "\n  operation "); n != 69+6 {
		t.Errorf("%d APIs", n)
	}
}

// The path names the resource of an action, or has no variable that could.
func TestIDsInPaths(t *testing.T) {
	// Variables that are ids of nothing a policy can name.
	nothing := []string{"project_id", "provider_id", "member_id", "order_id", "checkpoint_id", "instance_id", "protectable_type",
		"key", "feature_key", "organization_policy_id"}
	for a := range Default().APIs() {
		r, _ := Default().Route(a.Method(), example(a.Path()))
		var used []string
		for n := range a.Actions() {
			act, _ := Default().Action(n)
			names, err := r.Resources(act, "eu-de", "a1")
			if err != nil || len(names) != count(act.Types()) {
				t.Errorf("%s %s: %v, %v", a.Method(), a.Path(), names, err)
			}
			for _, name := range names {
				used = append(used, name.Path())
			}
		}
		for name, value := range r.Vars() {
			if slices.Contains(used, value) == slices.Contains(nothing, name) {
				t.Errorf("%s %s: %s, and resources are %q", a.Method(), a.Path(), name, used)
			}
		}
	}
}

// shop is a catalog with URNs of all kinds.
func shop() *Catalog {
	c := &Catalog{
		types: []ResourceType{
			{service: "shop", text: "shelf", urn: "shop:<region>:<account-id>:shelf:<shelf-id>"},
			{service: "shop", text: "Item", urn: "shop:<region>:<account-id>:Item:<shelf-id>/<item-id>"},
			{service: "shop", text: "user", urn: "shop::<account-id>:user:<user-name>"},
			{service: "shop", text: "tool", urn: "shop:*:system:tool:hammer"},
			{service: "shop", text: "project", urn: "shop:<region>:<account-id>:project:<project-id>"},
			{service: "bank", text: "shelf", urn: "bank:<region>:<account-id>:shelf:<shelf-id>"},
			{service: "shop", text: "lost"},
		},
	}
	mapped := func(path string) {
		c.apis = append(c.apis, API{of: "shop", method: "GET", path: path, mapped: true, actions: names("shop:a:b")})
	}
	mapped("/{project_id}/shelves/{shelfId}")
	mapped("/{project_id}/shelves/{shelf_id}/items/{ITEM-ID}")
	mapped("/{project_id}/items/{item_id}")
	mapped("/{project_id}/twice/{shelf_id}/{shelfid}")
	mapped("/users/{user_name}")
	return c
}

// types reads types as catalog.txt writes them: a:b is type b of service a, *
// marks a required one.
func types(list ...string) *Action {
	a := &Action{name: action.MustParse("shop:a:b")}
	for _, s := range list {
		t := ActionType{service: "shop"}
		t.text, t.required = strings.CutSuffix(s, "*")
		if service, text, ok := strings.Cut(t.text, ":"); ok {
			t.service, t.text = service, text
		}
		t.folded = strings.ToLower(t.text)
		a.types = append(a.types, t)
	}
	return a
}

func TestResources(t *testing.T) {
	c := shop()
	other := types("shelf*", "user")
	other.name = action.MustParse("shop:c:d")
	for _, x := range []struct {
		path string
		a    *Action
		want []string
	}{
		{"/p/shelves/s:1", types("shelf*"), []string{"shop:eu-de:a1:shelf:s:1"}},
		{"/p/shelves/s1", types("shelf"), []string{"shop:eu-de:a1:shelf:s1"}},
		{"/p/shelves/s1", types("user"), nil},
		{"/p/shelves/s1", types("shelf", "user*"), []string{"shop:eu-de:a1:shelf:s1", "shop::a1:user:*"}},
		{"/p/shelves/s1/items/i1", types("item*", "shelf*"), []string{"shop:eu-de:a1:item:s1/i1", "shop:eu-de:a1:shelf:s1"}},
		{"/p/twice/s1/s2", types("shelf*"), []string{"shop:eu-de:a1:shelf:*"}},
		{"/p/twice/s1/s2", types("shelf"), nil},
		{"/users/u1", types("user*"), []string{"shop::a1:user:u1"}},
		{"/users/u1", types("tool"), []string{"shop:*:system:tool:hammer"}},
		{"/p/items/i1", types("project*"), []string{"shop:eu-de:a1:project:*"}},
		{"/p/shelves/s1", types("bank:shelf*"), []string{"bank:eu-de:a1:shelf:*"}},
		{"/p/shelves/s1", types("bank:shelf", "shelf"), []string{"shop:eu-de:a1:shelf:s1"}},
		{"/p/shelves/s1", other, []string{"shop:eu-de:a1:shelf:*"}},
		{"/p/shelves/s1", types(), nil},
		{"/p/shelves/s1", &Action{}, nil},
		{"/p/shelves/s1", nil, nil},
	} {
		r, ok := c.Route("GET", x.path)
		got, err := r.Resources(x.a, "eu-de", "a1")
		var spelled []string
		for _, n := range got {
			spelled = append(spelled, n.String())
		}
		if !ok || err != nil || !slices.Equal(spelled, x.want) {
			t.Errorf("%s: got %q, %v, want %q", x.path, spelled, err, x.want)
		}
	}
	if got, err := (Route{}).Resources(types("shelf*"), "eu-de", "a1"); got != nil || err != nil {
		t.Errorf("the zero Route: %v, %v", got, err)
	}
	cam, _ := Default().Action(action.MustParse("cvm:AttachDisks"))
	r, _ := Default().Route("GET", "/v3/p/vaults/v1")
	if got, err := r.Resources(cam, "eu-de", "a1"); got != nil || err != nil {
		t.Errorf("a Tencent Cloud action: %v, %v", got, err)
	}
}

func TestResourcesErrors(t *testing.T) {
	r, _ := shop().Route("GET", "/p/shelves/s1")
	long, _ := shop().Route("GET", "/p/shelves/"+strings.Repeat("s", resource.MaxLength))
	for _, x := range []struct {
		r               Route
		a               *Action
		region, account string
		segment, want   string
	}{
		{r, types("shelf*"), "", "a1", "region", `resource "": this cannot be the region of a shelf; give the one that serves the request`},
		{r, types("shelf*"), "eu:de", "a1", "region", ""},
		{r, types("shelf*"), "*", "a1", "region", ""},
		{r, types("shelf*"), "eu-de", "", "account", `resource "": this cannot be the account of a shelf; give the one that serves the request`},
		{r, types("user*"), "", "a:1", "account", ""},
		{r, types("user*"), "", "a*", "account", ""},
		{r, types("shelf*"), "eu-de", "a\x00", "", ""},
		{r, types("shelf*"), "eu-de\xff", "a1", "", ""},
		{long, types("shelf*"), "eu-de", "a1", "", ""},
		{r, types("lost"), "eu-de", "a1", "type", `resource "shop:lost": the catalog has no URN of this type; add the urnTemplate to its resourceTypes`},
		{r, types("shelf*", "bank:user"), "eu-de", "a1", "type", ""},
	} {
		got, err := x.r.Resources(x.a, x.region, x.account)
		var e *resource.Error
		if got != nil || !errors.As(err, &e) || e.Segment != x.segment || x.want != "" && err.Error() != x.want {
			t.Errorf("region %q, account %q: got %v, %v", x.region, x.account, got, err)
		}
	}
}
