package writ_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

// A grant counts at a scope only for actions that the catalog lets be granted
// there (huawei.md F-4).
func TestGrantsOfActionsAtScopes(t *testing.T) {
	c, err := catalog.Parse("shop.json", []byte(`{"service": "shop",
		"actions": [{"name": "shop:a:both", "accessLevel": "read"}, {"name": "shop:a:none", "accessLevel": "read", "aliases": ["shop:old:none"]}, {"name": "shop:a:silent", "accessLevel": "read"}, {"name": "shop:a:mixed", "accessLevel": "read"}],
		"apis": [
			{"method": "GET", "path": "/both", "actions": ["shop:a:both"], "iamProject": true, "enterpriseProject": true},
			{"method": "GET", "path": "/none", "actions": ["shop:a:none"], "v11Action": "shop:old:none", "iamProject": false, "enterpriseProject": false},
			{"method": "GET", "path": "/silent", "actions": ["shop:a:silent"]},
			{"method": "GET", "path": "/mixed", "actions": ["shop:a:mixed"], "enterpriseProject": true},
			{"method": "PUT", "path": "/mixed", "actions": ["shop:a:mixed"], "enterpriseProject": false}]}`))
	require.NoError(t, err)
	doc := func(effect string) *policy.Document {
		return parsed(t, `{"Version": "1.1", "Statement": [{"Effect": "`+effect+`", "Action": ["shop:*:*", "else:*:*"]}]}`)
	}
	const implicit, undecided, explicit = writ.ImplicitDeny, writ.Undecided, writ.ExplicitDeny
	for _, x := range []struct {
		action      string
		scope       writ.Scope
		allow, deny writ.Outcome
	}{
		{"shop:a:both", writ.EnterpriseProject("e1"), writ.Allow, explicit},
		{"shop:a:none", writ.EnterpriseProject("e1"), implicit, writ.Allow},
		{"shop:old:none", writ.EnterpriseProject("e1"), implicit, writ.Allow},
		{"shop:a:silent", writ.EnterpriseProject("e1"), undecided, explicit},
		{"shop:a:mixed", writ.EnterpriseProject("e1"), undecided, explicit},
		{"else:a:b", writ.EnterpriseProject("e1"), writ.Allow, explicit},
		{"shop:a:both", writ.EnterpriseProject("e2"), implicit, writ.Allow},
		{"shop:a:both", writ.Project("p1"), writ.Allow, explicit},
		{"shop:a:none", writ.Project("p1"), implicit, explicit},
		{"shop:a:none", writ.AllProjects, implicit, explicit},
		{"shop:a:none", writ.AllResources, writ.Allow, explicit},
		{"shop:a:none", writ.Scope{}, writ.Allow, explicit},
		{"shop:a:silent", writ.Project("p1"), writ.Allow, explicit},
	} {
		req := &writ.Request{Action: action.MustParse(x.action), EnterpriseProject: "e1", Scope: writ.Project("p1")}
		scoped := func(effect string, more ...writ.Layer) writ.Decision {
			s, err := writ.Compiler{Catalog: c}.Compile(append(more, writ.Layer{Kind: writ.Identity, Scope: x.scope, Documents: []*policy.Document{doc(effect)}})...)
			require.NoError(t, err)
			require.Zero(t, testing.AllocsPerRun(5, func() { s.Evaluate(req) }))
			require.Equal(t, s.Evaluate(req), s.Explain(req).Decision)
			return s.Evaluate(req)
		}
		require.Equal(t, x.allow, scoped("Allow").Outcome(), "%v", x)
		require.Equal(t, x.deny, scoped("Deny", writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc("Allow")}}).Outcome(), "deny: %v", x)
	}
}
