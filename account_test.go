package writ_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

const (
	camAll = `{"version": "2.0", "statement": [{"effect": "allow", "action": "*", "resource": "*"}]}`
	me     = "qcs::cam::uin/100:uin/200"
)

func camLayer(t *testing.T, k writ.Kind, texts ...string) writ.Layer {
	l := writ.Layer{Kind: k}
	d := policy.TencentCAM
	if k == writ.Resource {
		d = policy.TencentResource
	}
	for _, text := range texts {
		l.Documents = append(l.Documents, document(t, d, text))
	}
	return l
}

func outcome(t *testing.T, req writ.Request, layers ...writ.Layer) writ.Outcome {
	set, err := writ.Compile(layers...)
	require.NoError(t, err)
	return set.Evaluate(&req).Outcome()
}

func cos(path, principal string) writ.Request {
	r := writ.Request{Action: action.MustParse("cos:GetObject"), Resources: []resource.Name{resource.MustParse(path)}}
	if principal != "" {
		r.Principal = resource.MustParse(principal)
	}
	return r
}

// The root user has its own account's resources, and that account must be
// known (7.2 step 6, E7).
func TestRootOfUnknownAccount(t *testing.T) {
	for _, principal := range []string{"", "iam::a1:user:x"} {
		req := cos("qcs::cos:gz:uin/999:b/x", principal)
		req.Root = true
		require.Equal(t, writ.ImplicitDeny, outcome(t, req), principal)
	}
	req := cos("qcs::cos:gz:uin/100:b/x", "qcs::cam::uin/100:root")
	req.Root = true
	require.Equal(t, writ.Allow, outcome(t, req))
	// Its temporary credentials may be narrower (S1).
	narrow := camLayer(t, writ.Session, `{"version": "2.0", "statement": [{"effect": "allow", "action": "cos:HeadObject", "resource": "*"}]}`)
	require.Equal(t, writ.ImplicitDeny, outcome(t, req, narrow))
}

// A principal whose account is not known is nobody's own (E6).
func TestCallerOfOddAccount(t *testing.T) {
	all := camLayer(t, writ.Identity, camAll)
	req := cos("qcs::cos:gz:uid/999:b-999/x", "qcs::cam::uid/125:uin/200")
	require.Equal(t, writ.ImplicitDeny, outcome(t, req, all))
	req = cos("qcs::cos:gz:uid/125:b-125/x", "qcs::cam::uid/125:uin/200")
	require.Equal(t, writ.Allow, outcome(t, req, all))
	v5 := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`)
	huawei := writ.Request{Action: action.MustParse("obs:object:getObject"),
		Resources: []resource.Name{resource.MustParse("obs:eu-de:b:object:x")}, Principal: resource.MustParse("iam:::user:bob")}
	require.Equal(t, writ.ImplicitDeny, outcome(t, huawei, writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{v5}}))
}

// A Deny names an account by one number, the request by another; what nobody
// tells does not switch it off (ambiguity 15).
func TestDenyByOtherNumber(t *testing.T) {
	deny := func(account string) writ.Layer {
		return camLayer(t, writ.Identity, camAll, `{"version": "2.0", "statement": [{"effect": "deny", "action": "cos:*", "resource": "qcs::cos::`+account+`:*"}]}`)
	}
	open := camLayer(t, writ.Resource, `{"version": "2.0", "statement": [{"effect": "allow", "principal": "*", "action": "cos:*", "resource": "*"}]}`)
	for _, path := range []string{"qcs::cos:gz:uid/125:b-125/x", "qcs::cos:gz::b-125/x", "qcs::cos:gz:uin/999:b-125/x"} {
		req := cos(path, me)
		req.Owner.ID = "999"
		require.Equal(t, writ.ExplicitDeny, outcome(t, req, deny("uin/999"), open), path)
	}
	require.Equal(t, writ.ExplicitDeny, outcome(t, cos("qcs::cos:gz:uin/100:b/x", me), deny("uid/125")))
	req := cos("qcs::cos:gz:uin/100:b/x", me)
	req.AppID = "777"
	require.Equal(t, writ.Allow, outcome(t, req, deny("uid/125")), "the number is known to be another")
}

// A principal element may name the account by its APPID.
func TestPrincipalByAppID(t *testing.T) {
	for _, p := range []string{"qcs::cam::uid/125:uin/200", "qcs::cam::uid/999:root"} {
		deny := camLayer(t, writ.Resource, `{"version": "2.0", "statement": [{"effect": "deny", "principal": {"qcs": ["`+p+`"]}, "action": "cos:*", "resource": "*"}]}`)
		req := cos("qcs::cos:gz:uin/100:b/x", me)
		req.AppID = "125"
		want := writ.Allow
		if p == "qcs::cam::uid/125:uin/200" {
			want = writ.ExplicitDeny
		}
		require.Equal(t, want, outcome(t, req, camLayer(t, writ.Identity, camAll), deny), p)
	}
}

// A cloud service has no policies of its own: the trust policy decides.
func TestServiceAssumes(t *testing.T) {
	trust := func(service string) writ.Layer {
		return writ.Layer{Kind: writ.Resource, Documents: []*policy.Document{document(t, policy.HuaweiTrust,
			`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Principal": {"Service": ["`+service+`"]}, "Action": ["sts:agencies:assume"]}]}`)}}
	}
	req := writ.Request{Action: action.MustParse("sts:agencies:assume"), Service: "service.ecs",
		Resources: []resource.Name{resource.MustParse("iam::a1:agency:x")}}
	require.Equal(t, writ.Allow, outcome(t, req, trust("service.ecs")))
	require.Equal(t, writ.ImplicitDeny, outcome(t, req, trust("service.obs")))
}

// An empty name exempts nothing, and no request is made at all projects.
func TestOddRequests(t *testing.T) {
	all := writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{document(t, policy.HuaweiPolicy, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]}`)}}
	req := writ.Request{Action: action.MustParse("cbr:vaults:get"), Exempt: []string{""}}
	require.Equal(t, writ.GuardrailDeny, outcome(t, req, all, writ.Layer{Kind: writ.Guardrail}))
	for _, s := range []writ.Scope{writ.AllProjects, writ.AllResources, writ.EnterpriseProject("p"), writ.Project("")} {
		require.Equal(t, writ.Undecided, outcome(t, writ.Request{Action: req.Action, Scope: s}, all), s.String())
	}
	far := condition.Time(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))
	require.Equal(t, condition.Unavailable(), far)
	var none *writ.Set
	for range none.Layers() {
		t.Error("a nil Set has a layer")
	}
	_, err := policy.ParseAs(&policy.Dialect{}, "x", []byte(`{}`))
	require.ErrorContains(t, err, "UNKNOWN_DIALECT")
}

// Kinds of organization policies bound each on its own, and are read as what
// they are.
func TestGuardrailFamilies(t *testing.T) {
	v5 := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`)
	_, err := writ.Compile(writ.Layer{Kind: writ.Guardrail, Documents: []*policy.Document{v5}})
	require.ErrorContains(t, err, "huawei-scp")
	scp := document(t, policy.HuaweiSCP, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["ecs:*:*"]}]}`)
	rcp, err := catalog.Default().SCP("RCPFullAccess")
	require.NoError(t, err)
	_, err = writ.Compile(writ.Layer{Kind: writ.Guardrail, Documents: []*policy.Document{scp, rcp}})
	require.ErrorContains(t, err, "give each a layer")
}

// Only what is granted meets a dependency, wherever several bear its name.
func TestDependencyProviders(t *testing.T) {
	role := document(t, policy.HuaweiRole, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["aa:b:c"]}], "Depends": [{"catalog": "BASE", "display_name": "X"}]}`)
	x := document(t, policy.HuaweiPolicy, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]}`).Titled(policy.Title{Name: "X"})
	global := x.Titled(policy.Title{Name: "X", Global: true})
	req := writ.Request{Action: action.MustParse("aa:b:c"), Scope: writ.Project("p1")}
	grant := func(d *policy.Document, s writ.Scope) writ.Layer {
		return writ.Layer{Kind: writ.Identity, Scope: s, Documents: []*policy.Document{d}}
	}
	bound := writ.Layer{Kind: writ.Boundary, Documents: []*policy.Document{x}}
	require.Equal(t, writ.ImplicitDeny, outcome(t, req, grant(role, writ.Project("p1")), bound))
	require.Equal(t, writ.Allow, outcome(t, req, grant(role, writ.Project("p1")), grant(global, writ.Global), grant(x, writ.Project("p2"))))
	require.Equal(t, writ.Allow, outcome(t, req, grant(role, writ.Project("p1")), grant(x, writ.Project("p2")), grant(global, writ.Global)))
}

// A Set does not change with the slices that its documents hand out.
func TestSetKeepsItsOwn(t *testing.T) {
	doc := document(t, policy.HuaweiPolicy, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"]}]}`)
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	require.NoError(t, err)
	everything, err := action.Compile(action.Policy, "*:*:*")
	require.NoError(t, err)
	doc.Statement(0).Actions()[0] = everything
	require.False(t, set.Evaluate(&writ.Request{Action: action.MustParse("cbr:vaults:delete")}).Allowed())
}

// Explain names the statements that grant, not those that would have.
func TestExplainNamesTheGrant(t *testing.T) {
	layers := []writ.Layer{
		camLayer(t, writ.Identity, camAll),
		camLayer(t, writ.Resource, `{"version": "2.0", "statement": [{"effect": "allow", "principal": "*", "action": "cos:*", "resource": "*"}]}`),
	}
	kinds := func(layers ...writ.Layer) (out []writ.Kind) {
		set, err := writ.Compile(layers...)
		require.NoError(t, err)
		req := cos("qcs::cos:gz:uin/100:b/x", me)
		e := set.Explain(&req)
		require.True(t, e.Decision.Allowed())
		for r := range e.Reasons() {
			out = append(out, r.Layer.Kind)
		}
		return out
	}
	require.Equal(t, []writ.Kind{writ.Identity, writ.Resource}, kinds(layers...))
	require.Equal(t, []writ.Kind{writ.Resource}, kinds(layers[1]))
	v5 := func(k writ.Kind, act string) writ.Layer {
		return writ.Layer{Kind: k, Documents: []*policy.Document{document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["`+act+`"]}]}`)}}
	}
	trust := writ.Layer{Kind: writ.Resource, Documents: []*policy.Document{document(t, policy.HuaweiTrust,
		`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Principal": {"IAM": ["a1"]}, "Action": ["obs:*:*"]}]}`)}}
	set, err := writ.Compile(v5(writ.Identity, "obs:*:*"), v5(writ.Session, "ecs:*:*"), trust)
	require.NoError(t, err)
	e := set.Explain(&writ.Request{Action: action.MustParse("obs:object:get"), Principal: resource.MustParse("iam::a1:user:x")})
	require.True(t, e.Decision.Allowed())
	for r := range e.Reasons() {
		require.Equal(t, writ.Resource, r.Layer.Kind, "the session narrows the identity layer to nothing")
	}
}

// A role that does not act says what it lacks, and where.
func TestInactiveRoles(t *testing.T) {
	system := func(name string) *policy.Document {
		p, ok := catalog.Default().Permission(name)
		require.True(t, ok)
		if doc, err := p.Document(); err == nil {
			return doc
		}
		return p.Stub()
	}
	layers := func(names ...string) (docs []*policy.Document) {
		for _, n := range names {
			docs = append(docs, system(n))
		}
		return docs
	}
	explain := func(req writ.Request, names ...string) (out []string) {
		set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Group: "net", Scope: writ.Project("p1"), Documents: layers(names...)})
		require.NoError(t, err)
		for in := range set.Explain(&req).Inactive() {
			require.Equal(t, "net", in.Layer.Group)
			out = append(out, in.Document.Title().Name+" "+in.String())
		}
		return out
	}
	req := writ.Request{Action: action.MustParse("DNS:Zone:create"), Scope: writ.Project("p1")}
	require.Equal(t, []string{"DNS Administrator inactive: Tenant Guest, VPC Administrator missing in project p1"}, explain(req, "DNS Administrator"))
	require.Equal(t, []string{"DNS Administrator inactive: VPC Administrator missing in project p1"}, explain(req, "DNS Administrator", "Tenant Guest"))
	// VPC Administrator depends on Tenant Guest in turn.
	require.Equal(t, []string{
		"DNS Administrator inactive: Tenant Guest, VPC Administrator missing in project p1",
		"VPC Administrator inactive: Tenant Guest missing in project p1",
	}, explain(req, "DNS Administrator", "VPC Administrator"))
	require.Empty(t, explain(req, "DNS Administrator", "Tenant Guest", "VPC Administrator"))
	req.Scope = writ.Project("p2")
	require.Empty(t, explain(req, "DNS Administrator"), "not granted there at all")
	req.Scope = writ.Scope{}
	require.Equal(t, []string{"DNS Administrator inactive: Tenant Guest, VPC Administrator missing in project p1"}, explain(req, "DNS Administrator"))
}
