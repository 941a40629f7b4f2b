package writ_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// A network control policy only denies, has no NotAction and names services
// (huawei.md 4.3 and 10.5 row 101).
func TestNetworkControlPolicy(t *testing.T) {
	for text, code := range map[string]string{
		`{"Effect": "Allow", "Action": ["swr:repo:download"], "Principal": "*"}`:   "UNSUPPORTED_ALLOW",
		`{"Effect": "Deny", "NotAction": ["swr:repo:download"], "Principal": "*"}`: "UNSUPPORTED_NOT_ACTION",
		`{"Effect": "Deny", "Action": ["*"], "Principal": "*"}`:                    "INVALID_ACTION",
		`{"Effect": "Deny", "Action": ["*:*:*"], "Principal": "*"}`:                "INVALID_ACTION",
		`{"Effect": "Deny", "Principal": "*"}`:                                     "MISSING_ACTION",
		`{"Effect": "Deny", "Action": ["swr:repo:download"]}`:                      "MISSING_PRINCIPAL",
	} {
		_, err := policy.ParseAs(policy.HuaweiNCP, "ncp.json", []byte(`{"Version": "5.0", "Statement": [`+text+`]}`))
		require.ErrorContains(t, err, code, text)
	}
	// Row 83: the repository must belong to the organization.
	ncp := document(t, policy.HuaweiNCP, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Principal": "*",
		"Action": ["swr:repo:download"], "Condition": {"StringNotEquals": {"g:ResourceOrgId": "o-1"}}}]}`)
	full, err := catalog.Default().SCP("NCPFullAccess")
	require.NoError(t, err)
	all := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`)
	set, err := writ.Compile(
		writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{all}},
		writ.Layer{Kind: writ.Guardrail, Name: "ncp:root", Documents: []*policy.Document{full, ncp}},
	)
	require.NoError(t, err)
	ask := func(org string) writ.Outcome {
		ctx := condition.Context{{Key: condition.NewKey("g:ResourceOrgId"), Value: condition.String(org)}}
		return set.Evaluate(&writ.Request{Action: action.MustParse("swr:repo:download"), Context: ctx}).Outcome()
	}
	require.Equal(t, writ.Allow, ask("o-1"))
	require.Equal(t, writ.ExplicitDeny, ask("o-2"))
}

// A resource control policy may bound some principals only.
func TestResourceControlPolicy(t *testing.T) {
	rcp := document(t, policy.HuaweiRCP, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "NotPrincipal": {"IAM": ["a1"]}, "Action": ["obs:*:*"]}]}`)
	full, err := catalog.Default().SCP("RCPFullAccess")
	require.NoError(t, err)
	all := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`)
	set, err := writ.Compile(
		writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{all}},
		writ.Layer{Kind: writ.Guardrail, Name: "rcp:root", Documents: []*policy.Document{full, rcp}},
	)
	require.NoError(t, err)
	get := writ.Request{Action: action.MustParse("obs:object:getObject")}
	get.Principal = resource.MustParse("iam::a1:user:alice")
	require.True(t, set.Evaluate(&get).Allowed())
	get.Principal = resource.MustParse("iam::a2:user:bob")
	require.Equal(t, writ.ExplicitDeny, set.Evaluate(&get).Outcome())
	_, err = writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{rcp}})
	require.ErrorContains(t, err, "never grants")
	for _, bad := range []string{
		`{"Effect": "Allow", "NotAction": ["obs:*:*"], "Principal": "*"}`,
		`{"Effect": "Deny", "Action": ["obs:*:*"], "Principal": "everyone"}`,
	} {
		_, err := policy.ParseAs(policy.HuaweiRCP, "rcp.json", []byte(`{"Version": "5.0", "Statement": [`+bad+`]}`))
		require.Error(t, err, bad)
	}
}

// Tencent's default organization policy allows everything, and silence on a
// level denies.
func TestTencentOrganization(t *testing.T) {
	full, err := catalog.Default().SCP("FullQcloudAccess")
	require.NoError(t, err)
	cos := document(t, policy.TencentCAM, `{"version": "2.0", "statement": {"effect": "allow", "action": "cos:*", "resource": "*"}}`)
	grant := writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{full}}
	stop := &writ.Request{Action: action.MustParse("cvm:StopInstances")}
	set, err := writ.Compile(grant, writ.Layer{Kind: writ.Guardrail, Name: "root", Documents: []*policy.Document{full}})
	require.NoError(t, err)
	require.True(t, set.Evaluate(stop).Allowed())
	set, err = writ.Compile(grant, writ.Layer{Kind: writ.Guardrail, Name: "root", Documents: []*policy.Document{full}},
		writ.Layer{Kind: writ.Guardrail, Name: "unit", Documents: []*policy.Document{cos}})
	require.NoError(t, err)
	d := set.Evaluate(stop)
	require.Equal(t, writ.GuardrailDeny, d.Outcome())
	l, _ := d.Guardrail()
	require.Equal(t, "unit", l.Name)
}
