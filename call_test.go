package writ_test

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// A decision by API is that by action and URN, for every API and old path under
// every system-defined policy.
func TestCallAgreesWithEvaluate(t *testing.T) {
	c := catalog.Default()
	sets := map[string]*writ.Set{}
	for p := range c.Permissions() {
		if doc, err := p.Document(); err == nil {
			sets[p.Name()] = compile(t, nil, doc)
		}
	}
	require.Greater(t, len(sets), 10)
	variable := regexp.MustCompile(`\{[^}]*\}`)
	allowed, apis := 0, 0
	for api := range c.APIs() {
		paths := slices.Concat([]string{api.Path()}, slices.Collect(api.LegacyPaths()))
		for _, path := range paths {
			path = variable.ReplaceAllString(path, "x1")
			route, ok := c.Route(api.Method(), path)
			require.True(t, ok, path)
			apis++
			for name, set := range sets {
				d := set.DecideCall(&writ.Call{Method: api.Method(), Path: path, Region: "eu-de", Request: own("a1")})
				require.NoError(t, d.Err())
				require.Equal(t, api.Path(), d.API().Path())
				want := true
				var steps []writ.CallStep
				for s := range d.Steps() {
					if !s.Dependent {
						steps = append(steps, s)
					}
				}
				i := 0
				for n := range api.Actions() {
					a, _ := c.Action(n)
					names, err := route.Resources(a, "eu-de", "a1")
					require.NoError(t, err)
					e := set.Evaluate(&writ.Request{Action: n, Resources: names})
					require.Equal(t, e, steps[i].Decision, "%s: %s", name, path)
					want = want && e.Allowed()
					i++
				}
				require.Len(t, steps, i)
				require.Equal(t, want, d.Allowed(), "%s: %s %s", name, api.Method(), path)
				if want {
					allowed++
				}
			}
		}
	}
	require.GreaterOrEqual(t, apis, 69)
	require.Greater(t, allowed, 100, "some are allowed")
}

// own is a request for resources of an account.
func own(id string) writ.Request { return writ.Request{Owner: writ.Account{ID: id}} }

// compile makes a set of one identity layer.
func compile(t *testing.T, c *catalog.Catalog, docs ...*policy.Document) *writ.Set {
	t.Helper()
	s, err := writ.Compiler{Catalog: c}.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
	require.NoError(t, err)
	return s
}

func parsed(t *testing.T, text string) *policy.Document {
	t.Helper()
	d, err := policy.Parse("x.json", []byte(text))
	require.NoError(t, err)
	return d
}

const everything = `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`

func TestCallIsRefused(t *testing.T) {
	set := compile(t, nil, parsed(t, everything))
	for _, x := range []struct{ method, path, want string }{
		{"GET", "/v3/p1/nothing", "no API of the catalog serves GET /v3/p1/nothing"},
		{"get", "/v3/p1/vaults", "no API of the catalog serves get /v3/p1/vaults"},
		{"HEAD", "/v3/p1/vaults", "no API of the catalog serves HEAD /v3/p1/vaults"},
		{"GET", "/v3/p1/vaults/", "no API of the catalog serves GET /v3/p1/vaults/"},
		{"GET", "/v3/p1//vaults", "no API of the catalog serves GET /v3/p1//vaults"},
		{"GET", "/v3/p1%2Fvaults", "no API of the catalog serves GET /v3/p1%2Fvaults"},
		{"GET", "/V3/p1/vaults", "no API of the catalog serves GET /V3/p1/vaults"},
		{"", "", "no API of the catalog serves  "},
		{"GET", "/v3/region-projects", "no source names the actions that GET /v3/region-projects needs"},
	} {
		d := set.DecideCall(&writ.Call{Method: x.method, Path: x.path, Region: "eu-de", Request: own("a1")})
		require.False(t, d.Allowed())
		require.Equal(t, writ.ImplicitDeny, d.Outcome())
		require.EqualError(t, d.Err(), x.want)
		var e *writ.NoAPIError
		require.True(t, errors.As(d.Err(), &e))
		require.Equal(t, d.API(), e.API)
		require.Empty(t, slices.Collect(d.Steps()))
	}
	for _, c := range []writ.Call{
		{Region: "", Request: own("a1")}, {Region: "eu-de"}, {Region: "eu-de", Request: own("*")}, {Region: "*", Request: own("a1")}, {Region: "a:b", Request: own("a1")},
	} {
		c.Method, c.Path = "DELETE", "/v3/p1/vaults/v1"
		d := set.DecideCall(&c)
		require.Equal(t, writ.Undecided, d.Outcome())
		var e *resource.Error
		require.ErrorAs(t, d.Err(), &e)
		require.NotNil(t, d.API())
	}
	silent, err := catalog.Parse("x.json", []byte(`{"service": "shop", "actions": [{"name": "shop:a:b", "accessLevel": "read", "resourceTypes": []}], "apis": [
		{"method": "GET", "path": "/none", "actions": []}, {"method": "GET", "path": "/open", "actions": ["shop:a:b"]},
		{"method": "GET", "path": "/known", "actions": ["shop:a:b"], "dependentActions": []}]}`))
	require.NoError(t, err)
	shop := compile(t, silent, parsed(t, everything))
	require.ErrorContains(t, shop.DecideCall(&writ.Call{Method: "GET", Path: "/none"}).Err(), "no source names the actions")
	require.True(t, shop.DecideCall(&writ.Call{Method: "GET", Path: "/open"}).Allowed())
	require.Equal(t, writ.Undecided, shop.DecideCall(&writ.Call{Method: "GET", Path: "/open", Dependent: true}).Outcome(), "nobody knows what it depends on")
	require.True(t, shop.DecideCall(&writ.Call{Method: "GET", Path: "/known", Dependent: true}).Allowed())
	for _, d := range []*writ.CallDecision{new(writ.Set).DecideCall(&writ.Call{}), (*writ.Set)(nil).DecideCall(&writ.Call{}), set.DecideCall(nil), {}} {
		require.False(t, d.Allowed())
		require.Nil(t, d.API())
	}
	bare := compile(t, &catalog.Catalog{}, parsed(t, everything))
	require.False(t, bare.DecideCall(&writ.Call{Method: "DELETE", Path: "/v3/p1/vaults/v1", Region: "eu-de", Request: own("a1")}).Allowed())
}

// The account comes from the owner, else from the principal.
func TestCallAccount(t *testing.T) {
	set := compile(t, nil, parsed(t, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:*:*"], "Resource": ["cbr:eu-de:a1:vault:v1"]}]}`))
	for _, x := range []struct {
		call writ.Call
		want bool
	}{
		{writ.Call{Request: own("a1")}, true},
		{writ.Call{Request: own("a2")}, false},
		{writ.Call{Request: writ.Request{Principal: resource.MustParse("iam::a1:user:u")}}, true},
		{writ.Call{Request: writ.Request{Principal: resource.MustParse("iam::a2:user:u")}}, false},
		{writ.Call{Request: writ.Request{Owner: writ.Account{ID: "a2"}, Principal: resource.MustParse("iam::a1:user:u")}}, false},
	} {
		x.call.Method, x.call.Path, x.call.Region = "DELETE", "/v3/p1/vaults/v1", "eu-de"
		require.Equal(t, x.want, set.DecideCall(&x.call).Allowed(), "%+v", x.call)
	}
}

// What the body names is decided together with what the path names.
func TestCallResources(t *testing.T) {
	set := compile(t, nil, parsed(t, `{"Version": "5.0", "Statement": [
		{"Effect": "Allow", "Action": ["cbr:*:*"], "Resource": ["cbr:*:*:vault:ops-*"]},
		{"Effect": "Deny", "Action": ["cbr:*:*"], "Resource": ["cbr:*:*:vault:ops-9"]}]}`))
	for _, x := range []struct {
		method, path string
		more         []string
		want         writ.Outcome
	}{
		{"DELETE", "/v3/p1/vaults/ops-1", nil, writ.Allow},
		{"DELETE", "/v3/p1/vaults/ops-9", nil, writ.ExplicitDeny},
		{"DELETE", "/v3/p1/vaults/ops-9", []string{"ops-1"}, writ.ExplicitDeny}, // the path still counts
		{"DELETE", "/v3/p1/vaults/ops-1", []string{"ops-9"}, writ.ExplicitDeny},
		{"PUT", "/v3/p1/vaults/batch-update", nil, writ.ImplicitDeny},
		{"PUT", "/v3/p1/vaults/batch-update", []string{"ops-1", "ops-2"}, writ.Allow},
		{"PUT", "/v3/p1/vaults/batch-update", []string{"ops-1", "ops-9"}, writ.ExplicitDeny},
		{"PUT", "/v3/p1/vaults/batch-update", []string{"ops-1", "web-1"}, writ.ImplicitDeny},
	} {
		c := &writ.Call{Method: x.method, Path: x.path, Region: "eu-de", Request: own("a1")}
		for _, id := range x.more {
			c.Request.Resources = append(c.Request.Resources, resource.MustParse("cbr:eu-de:a1:vault:"+id))
		}
		require.Equal(t, x.want, set.DecideCall(c).Outcome(), "%+v", x)
	}
	// A resource that the action cannot touch is not passed over.
	c := &writ.Call{Method: "DELETE", Path: "/v3/p1/vaults/ops-1", Region: "eu-de", Request: own("a1")}
	c.Request.Resources = []resource.Name{resource.MustParse("cbr:eu-de:a1:backup:b1")}
	require.False(t, set.DecideCall(c).Allowed())
}

func TestCallDependencies(t *testing.T) {
	doc := func(version string, actions ...string) *policy.Document {
		return parsed(t, `{"Version": "`+version+`", "Statement": [{"Effect": "Allow", "Action": ["`+strings.Join(actions, `", "`)+`"]}]}`)
	}
	const create, listV5, listV1, volumes = "cbr:vaults:create", "ecs:cloudServers:listServersDetails", "ecs:cloudServers:list", "evs:volumes:list"
	for _, x := range []struct {
		name           string
		docs           []*policy.Document
		dependent      bool
		want           writ.Outcome
		missing, steps []string
	}{
		{"v5 none", []*policy.Document{doc("5.0", create)}, false, writ.Allow, []string{listV5, volumes}, []string{create, listV5, volumes}},
		{"v5 asked", []*policy.Document{doc("5.0", create)}, true, writ.ImplicitDeny, []string{listV5, volumes}, nil},
		{"v5 one", []*policy.Document{doc("5.0", create, volumes)}, true, writ.ImplicitDeny, []string{listV5}, nil},
		{"v5 all", []*policy.Document{doc("5.0", create, volumes, listV5)}, true, writ.Allow, nil, nil},
		{"v1.1 none", []*policy.Document{doc("1.1", create)}, false, writ.Allow, []string{listV1, volumes}, []string{create, listV1, volumes}},
		{"v1.1 all", []*policy.Document{doc("1.1", create, volumes, listV1)}, true, writ.Allow, nil, []string{create, listV1, volumes}},
		{"v1.1 the other list", []*policy.Document{doc("1.1", create), doc("5.0", volumes, listV5)}, true, writ.ImplicitDeny, []string{listV1}, []string{create, listV1, volumes}},
		{"v5 the other list", []*policy.Document{doc("5.0", create), doc("1.1", volumes, listV1)}, true, writ.ImplicitDeny, []string{listV5}, []string{create, listV5, volumes}},
		{"own missing", []*policy.Document{doc("5.0", volumes, listV5)}, false, writ.ImplicitDeny, []string{create}, nil},
		{"all missing", nil, false, writ.ImplicitDeny, []string{create, listV5, volumes}, nil},
	} {
		d := compile(t, nil, x.docs...).DecideCall(&writ.Call{Method: "POST", Path: "/v3/p1/vaults", Region: "eu-de", Dependent: x.dependent, Request: own("a1")})
		require.NoError(t, d.Err(), x.name)
		require.Equal(t, x.want, d.Outcome(), x.name)
		texts := func(names []string) (out []string) {
			for _, n := range names {
				out = append(out, action.MustParse(n).String())
			}
			return out
		}
		var missing, steps []string
		for n := range d.Missing() {
			missing = append(missing, n.String())
		}
		for s := range d.Steps() {
			steps = append(steps, s.Request.Action.String())
			require.Equal(t, s.Request.Action.String() != "cbr:vaults:create", s.Dependent)
		}
		require.Equal(t, texts(x.missing), missing, x.name)
		if x.steps != nil {
			require.Equal(t, texts(x.steps), steps, x.name)
		}
	}
}

// A service of a user's own: calls, decided with a catalog from a file.
func TestCallOfOwnService(t *testing.T) {
	src, err := os.ReadFile("testdata/examples/orders-catalog.json")
	require.NoError(t, err)
	orders, err := catalog.Parse("orders-catalog.json", src)
	require.NoError(t, err)
	all, err := catalog.Default().With(orders)
	require.NoError(t, err)
	src, err = os.ReadFile("testdata/examples/orders-policy.json")
	require.NoError(t, err)
	doc, err := policy.Parse("orders-policy.json", src)
	require.NoError(t, err)
	for _, c := range []*catalog.Catalog{orders, all} {
		set := compile(t, c, doc)
		for call, want := range map[string]writ.Outcome{
			"GET /v1/p1/orders":             writ.Allow,
			"GET /v1/p1/orders/7":           writ.Allow,
			"GET /v1/p1/quota":              writ.Allow,
			"POST /v1/p1/orders/7/refund":   writ.Allow,
			"DELETE /v1/p1/orders/7":        writ.ImplicitDeny,
			"POST /v1/p1/customers/9/order": writ.ImplicitDeny,
		} {
			method, path, _ := strings.Cut(call, " ")
			d := set.DecideCall(&writ.Call{Method: method, Path: path, Region: "eu-de", Request: own("a1")})
			require.Equal(t, want, d.Outcome(), call)
		}
	}
}

// What the path leaves open is granted only by an Allow for all of it.
func TestCallOfUnnamedResources(t *testing.T) {
	tag := condition.Context{{Key: condition.NewKey("g:PrincipalTag/vault"), Value: condition.String("*")}}
	for statement, want := range map[string]writ.Outcome{
		`"Resource": ["cbr:*:*:vault:*"]`:                       writ.Allow,
		`"Resource": ["*"]`:                                     writ.Allow,
		`"Resource": ["cbr:eu-de:a1:vault:*"]`:                  writ.Allow,
		`"Resource": ["cbr:*:*:vault:?"]`:                       writ.ImplicitDeny,
		`"Resource": ["cbr:*:*:vault:*?"]`:                      writ.ImplicitDeny,
		`"Resource": ["cbr:*:*:vault:${g:PrincipalTag/vault}"]`: writ.ImplicitDeny,
		`"NotResource": ["cbr:*:*:vault:prod-*"]`:               writ.ImplicitDeny,
		`"Resource": ["cbr:eu-nl:*:vault:*"]`:                   writ.ImplicitDeny,
		`"Resource": ["cbr:*:*:backup:*"]`:                      writ.ImplicitDeny,
	} {
		set := compile(t, nil, parsed(t, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:*:*"], `+statement+`}]}`))
		c := &writ.Call{Method: "PUT", Path: "/v3/p1/vaults/batch-update", Region: "eu-de", Request: own("a1")}
		c.Request.Context = tag
		require.Equal(t, want, set.DecideCall(c).Outcome(), statement)
	}
	mine := compile(t, nil, parsed(t, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:*:*"], "Resource": ["cbr:*:*:vault:mine"]}]}`))
	c := &writ.Call{Method: "DELETE", Path: "/v3/p1/vaults/*", Region: "eu-de", Request: own("a1")}
	c.Request.Resources = []resource.Name{resource.MustParse("cbr:eu-de:a1:vault:mine")}
	require.False(t, mine.DecideCall(c).Allowed(), "* is the id in the path")
}

// The project in the path is where the call is made.
func TestCallScope(t *testing.T) {
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Scope: writ.Project("p1"), Documents: []*policy.Document{
		parsed(t, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:delete"]}]}`)}})
	require.NoError(t, err)
	ask := func(project string, scope writ.Scope) *writ.CallDecision {
		req := own("a1")
		req.Scope = scope
		return set.DecideCall(&writ.Call{Method: "DELETE", Path: "/v3/" + project + "/vaults/v1", Region: "eu-de", Request: req})
	}
	require.True(t, ask("p1", writ.Scope{}).Allowed())
	require.True(t, ask("p1", writ.Project("p1")).Allowed())
	require.False(t, ask("p2", writ.Scope{}).Allowed())
	d := ask("p2", writ.Project("p1"))
	require.Equal(t, writ.Undecided, d.Outcome())
	require.ErrorContains(t, d.Err(), "the call is made in this project")
	require.False(t, ask("p1", writ.Global).Allowed())
}

// An action of which nobody knows what it touches is no action without resources.
func TestCallOfUnknownTypes(t *testing.T) {
	c, err := catalog.Parse("x.json", []byte(`{"service": "shop", "actions": [{"name": "shop:item:put", "accessLevel": "write"}],
		"apis": [{"method": "PUT", "path": "/items/{item_id}", "actions": ["shop:item:put"]}]}`))
	require.NoError(t, err)
	set := compile(t, c, parsed(t, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["shop:*:*"], "NotResource": ["shop:*:*:item:prod"]}]}`))
	item := resource.MustParse("shop:eu-de:a1:item:prod")
	require.False(t, set.Evaluate(&writ.Request{Action: action.MustParse("shop:item:put"), Resources: []resource.Name{item}}).Allowed())
	call := &writ.Call{Method: "PUT", Path: "/items/prod", Region: "eu-de", Request: own("a1")}
	require.Equal(t, writ.Undecided, set.DecideCall(call).Outcome())
	call.Request.Resources = []resource.Name{item}
	require.False(t, set.DecideCall(call).Allowed())
}

// The order of documents does not matter, nor the language of a Deny.
func TestCallDependenciesOfBothLanguages(t *testing.T) {
	doc := func(version, effect string, actions ...string) *policy.Document {
		return parsed(t, `{"Version": "`+version+`", "Statement": [{"Effect": "`+effect+`", "Action": ["`+strings.Join(actions, `", "`)+`"]}]}`)
	}
	decide := func(path, method string, docs ...*policy.Document) bool {
		set := compile(t, nil, docs...)
		slices.Reverse(docs)
		again := compile(t, nil, docs...)
		c := &writ.Call{Method: method, Path: path, Region: "eu-de", Dependent: true, Request: own("a1")}
		require.Equal(t, set.DecideCall(c).Outcome(), again.DecideCall(c).Outcome())
		return set.DecideCall(c).Allowed()
	}
	const external, create = "cbr:vaults:listExternalVaults", "cbr:vaults:create"
	require.False(t, decide("/v3/p1/vaults/external", "GET", doc("1.1", "Allow", external), doc("5.0", "Allow", external)))
	require.True(t, decide("/v3/p1/vaults/external", "GET", doc("1.1", "Allow", external, "cbr:vaults:listVaults"), doc("5.0", "Allow", external)))
	old := doc("1.1", "Allow", create, "ecs:cloudServers:list", "evs:volumes:list")
	identity := doc("5.0", "Allow", create, "ecs:cloudServers:listServersDetails", "evs:volumes:list")
	require.True(t, decide("/v3/p1/vaults", "POST", old))
	require.True(t, decide("/v3/p1/vaults", "POST", identity))
	require.False(t, decide("/v3/p1/vaults", "POST", old, doc("5.0", "Deny", "ecs:cloudServers:listServersDetails")))
	require.False(t, decide("/v3/p1/vaults", "POST", identity, doc("1.1", "Deny", "ecs:cloudServers:list")))
}
