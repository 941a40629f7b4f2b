package catalog_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

func set(t *testing.T, c *catalog.Catalog, doc *policy.Document) *writ.Set {
	t.Helper()
	s, err := writ.Compiler{Catalog: c}.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	require.NoError(t, err)
	return s
}

func request(action, urn string, context condition.Context) *writ.Request {
	req := &writ.Request{Action: name(action), Context: context}
	if urn != "" {
		req.Resources = []resource.Name{resource.MustParse(urn)}
	}
	return req
}

func entry(key string, v condition.Value) condition.Context {
	return condition.Context{{Key: condition.NewKey(key), Value: v}}
}

const (
	order    = "orders:eu-de:a1:order:7"
	customer = "orders:eu-de:a1:customer:9"
)

// The policy of the examples, decided with the catalog of the examples.
func TestOrdersPolicy(t *testing.T) {
	src, err := os.ReadFile("../testdata/examples/orders-policy.json")
	require.NoError(t, err)
	doc, err := policy.Parse("orders-policy.json", src)
	require.NoError(t, err)
	require.Empty(t, doc.Warnings())
	s := set(t, with(t, catalog.Default(), parseFile(t, "../testdata/examples/orders-catalog.json")), doc)
	labels := func(l ...string) condition.Context { return entry("orders:Labels", condition.Strings(l...)) }
	for _, x := range []struct {
		action, urn string
		context     condition.Context
		want        writ.Outcome
	}{
		{"orders:order:list", "", nil, writ.Allow},
		{"orders::getQuota", "", nil, writ.Allow},
		{"orders:order:get", order, nil, writ.Allow},
		{"orders:order:get", customer, nil, writ.ImplicitDeny},
		{"orders:customer:get", customer, nil, writ.ImplicitDeny},
		{"orders:order:create", customer, entry("orders:Express", condition.Bool(false)), writ.Allow},
		{"orders:order:create", customer, entry("orders:Express", condition.Bool(true)), writ.ImplicitDeny},
		{"orders:order:refund", order, entry("orders:Amount", condition.Int(10000)), writ.Allow},
		{"orders:order:refund", order, entry("orders:Amount", condition.Int(10001)), writ.ExplicitDeny},
		{"orders:order:update", order, labels("gift", "fragile"), writ.Allow},
		{"orders:order:update", order, labels("gift", "disputed"), writ.ExplicitDeny},
	} {
		require.Equal(t, x.want, s.Evaluate(request(x.action, x.urn, x.context)).Outcome(), "%s %s %v", x.action, x.urn, x.context)
	}
}

// What the catalog knows decides otherwise than the text of the policy alone.
func TestOrdersDecideDifferently(t *testing.T) {
	known := with(t, catalog.Default(), parseFile(t, "../testdata/examples/orders-catalog.json"))
	for _, x := range []struct {
		what, statement, action, urn string
		context                      condition.Context
		without, with                writ.Outcome
	}{
		{"I-24: an action without resource types needs *", `"Action": ["orders:order:list"], "Resource": ["orders:*:*:order:*"]`,
			"orders:order:list", order, nil, writ.Allow, writ.ImplicitDeny},
		{"I-24: the same with an empty type", `"Action": ["orders::getQuota"], "Resource": ["orders:*:*:order:*"]`,
			"orders::getQuota", order, nil, writ.Allow, writ.ImplicitDeny},
		{"I-25: a URN of a type that the action does not have", `"Action": ["orders:order:*"], "Resource": ["orders:*:*:*:*"]`,
			"orders:order:get", customer, nil, writ.Allow, writ.ImplicitDeny},
		{"I-25: an optional type", `"Action": ["orders:order:*"], "Resource": ["orders:*:*:*:*"]`,
			"orders:order:refund", customer, nil, writ.Allow, writ.Allow},
		{"C-14: an operator for strings, a key for booleans", `"Action": ["orders:order:create"], "Condition": {"StringEquals": {"orders:Express": ["false"]}}`,
			"orders:order:create", customer, entry("orders:Express", condition.String("false")), writ.Allow, writ.ImplicitDeny},
		{"C-14: an operator for numbers, a key for strings", `"Action": ["orders:order:create"], "Condition": {"NumberEquals": {"orders:Channel": ["1"]}}`,
			"orders:order:create", customer, entry("orders:Channel", condition.String("1")), writ.Allow, writ.ImplicitDeny},
		{"L-6: an old name for the action", `"Action": ["orders:orders:get"]`,
			"orders:order:get", order, nil, writ.ImplicitDeny, writ.Allow},
	} {
		doc, err := policy.ParseAs(policy.HuaweiIdentity, "", []byte(`{"Version": "5.0", "Statement": [{"Effect": "Allow", `+x.statement+`}]}`))
		require.NoError(t, err, x.what)
		req := request(x.action, x.urn, x.context)
		require.Equal(t, x.without, set(t, catalog.Default(), doc).Evaluate(req).Outcome(), "%s: the default catalog", x.what)
		require.Equal(t, x.with, set(t, known, doc).Evaluate(req).Outcome(), "%s: with the catalog of orders", x.what)
	}
}
