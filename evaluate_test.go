package writ_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// document parses a document that must be sound.
func document(t testing.TB, d *policy.Dialect, text string) *policy.Document {
	doc, err := policy.ParseAs(d, "test.json", []byte(text))
	require.NoError(t, err)
	return doc
}

// typical makes the usual set: 10 policies of 8 statements, a third of them
// with conditions, one in eight a Deny.
func typical(t testing.TB, d *policy.Dialect) *writ.Set {
	var docs []*policy.Document
	services := []string{"ecs", "evs", "vpc", "obs", "iam", "rds", "dns", "elb", "ims", "cbr"}
	types := []string{"vaults", "backups", "policies", "tasks", "servers", "volumes", "users", "zones"}
	for i, svc := range services {
		var st []string
		for j, typ := range types {
			var s string
			if d.IsCAM() {
				s = fmt.Sprintf(`{"effect": %q, "action": ["name/%s:Describe%s*", "%s:Modify%s"], "resource": ["qcs::%s:ap-beijing:uin/100:%s/*"]`,
					map[bool]string{false: "allow", true: "deny"}[j == 7], svc, typ, svc, typ, svc, typ)
				if (i*8+j)%3 == 0 {
					s += `, "condition": {"ip_equal": {"qcs:ip": ["10.0.0.0/8", "192.168.0.0/16"]}, "string_equal_if_exist": {"cvm:region": ["ap-beijing", "ap-shanghai"]}}`
				}
			} else {
				s = fmt.Sprintf(`{"Effect": %q, "Action": ["%s:%s:get*", "%s:%s:delete"], "Resource": ["%s:*:*:%s:prod-*"]`,
					map[bool]string{false: "Allow", true: "Deny"}[j == 7], svc, typ, svc, typ, svc, strings.TrimSuffix(typ, "s"))
				if (i*8+j)%3 == 0 {
					s += `, "Condition": {"StringStartWith": {"g:UserName": ["ops-"]}, "Bool": {"g:MFAPresent": ["true"]}}`
				}
			}
			st = append(st, s+"}")
		}
		head := `{"Version": "` + map[*policy.Dialect]string{policy.HuaweiPolicy: "1.1", policy.HuaweiIdentity: "5.0"}[d] + `", "Statement": [`
		if d.IsCAM() {
			head = `{"version": "2.0", "statement": [`
		}
		docs = append(docs, document(t, d, head+strings.Join(st, ", ")+"]}"))
	}
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
	require.NoError(t, err)
	return set
}

// requests are a few that such a set allows and denies.
func requests(d *policy.Dialect) []*writ.Request {
	ctx := condition.Context{
		{Key: condition.NewKey("g:UserName"), Value: condition.String("ops-1")},
		{Key: condition.NewKey("g:MFAPresent"), Value: condition.Bool(true)},
		{Key: condition.NewKey("g:SourceIp"), Value: condition.IP(netip.MustParseAddr("10.1.2.3"))},
		{Key: condition.NewKey("qcs:ip"), Value: condition.String("10.1.2.3")},
		{Key: condition.NewKey("cvm:region"), Value: condition.String("ap-beijing")},
	}
	ask := func(a, r string) *writ.Request {
		return &writ.Request{Action: action.MustParse(a), Resources: []resource.Name{resource.MustParse(r)}, Context: ctx}
	}
	if d.IsCAM() {
		return []*writ.Request{
			ask("ecs:Describevaults1", "qcs::ecs:ap-beijing:uin/100:vaults/1"),
			ask("cbr:Modifyzones", "qcs::cbr:bj:uin/100:zones/1"),
			ask("cbr:Nothing", "qcs::cbr:ap-beijing:uin/100:zones/1"),
			ask("cbr:Describevolumes", "qcs::cbr:ap-beijing:uin/999:volumes/1"),
		}
	}
	return []*writ.Request{
		ask("ecs:vaults:get", "ecs:eu-de:a1:vault:prod-1"),
		ask("cbr:vaults:delete", "cbr:eu-de:a1:vault:prod-1"),
		ask("cbr:zones:delete", "cbr:eu-de:a1:zone:prod-1"),
		ask("cbr:vaults:create", "cbr:eu-de:a1:vault:prod-1"),
		ask("cbr:backups:get", "cbr:eu-de:a1:backup:test-1"),
	}
}

// Evaluate allocates nothing, whatever it decides.
func TestEvaluateAllocatesNothing(t *testing.T) {
	for _, d := range []*policy.Dialect{policy.HuaweiPolicy, policy.HuaweiIdentity, policy.TencentCAM} {
		set := typical(t, d)
		seen := make(map[writ.Outcome]bool)
		for _, req := range requests(d) {
			seen[set.Evaluate(req).Outcome()] = true
			if n := testing.AllocsPerRun(100, func() { set.Evaluate(req) }); n != 0 {
				t.Errorf("%v, %v: %v allocations", d, req.Action, n)
			}
		}
		require.True(t, seen[writ.Allow] && seen[writ.ExplicitDeny] && seen[writ.ImplicitDeny], "%v: %v", d, seen)
	}
}

// Nothing in a case of the corpus makes Evaluate allocate, but for the text of
// a clock or an address that a variable or a CAM string operator asks for.
func TestEvaluateAllocatesNothingOnCases(t *testing.T) {
	for _, c := range readCases(t) {
		set, err := c.Compile()
		if err != nil {
			continue
		}
		for _, req := range c.Requests() {
			if n := testing.AllocsPerRun(10, func() { set.Evaluate(req) }); n != 0 {
				t.Errorf("%s %s: %v allocations", c.File, c.ID, n)
			}
		}
	}
}

// A Set can be shared: many goroutines get the answers that one gets.
func TestEvaluateConcurrently(t *testing.T) {
	set := typical(t, policy.HuaweiIdentity)
	reqs := requests(policy.HuaweiIdentity)
	var want []writ.Decision
	for _, req := range reqs {
		want = append(want, set.Evaluate(req))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 2000 {
				k := i % len(reqs)
				if got := set.Evaluate(reqs[k]); got != want[k] {
					t.Errorf("request %d: %v, want %v", k, got.Outcome(), want[k].Outcome())
					return
				}
			}
		})
	}
	wg.Wait()
}

// What is empty, nil or zero denies.
func TestEvaluateZero(t *testing.T) {
	var none *writ.Set
	req := &writ.Request{Action: action.MustParse("cbr:vaults:get")}
	require.Equal(t, writ.ImplicitDeny, none.Evaluate(req).Outcome())
	require.False(t, none.Explain(req).Decision.Allowed())
	require.Equal(t, writ.ImplicitDeny, new(writ.Set).Evaluate(req).Outcome())
	require.False(t, new(writ.Set).Explain(req).Decision.Allowed())
	var d writ.Decision
	require.False(t, d.Allowed())
	require.Equal(t, -1, d.Resource())
	_, ok := d.Statement()
	require.False(t, ok)

	empty, err := writ.Compile()
	require.NoError(t, err)
	require.Equal(t, writ.ImplicitDeny, empty.Evaluate(req).Outcome())
	all := document(t, policy.HuaweiPolicy, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]}`)
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{all}})
	require.NoError(t, err)
	require.True(t, set.Evaluate(req).Allowed())
	require.False(t, set.Evaluate(&writ.Request{}).Allowed(), "a request without an action")
	require.False(t, set.Evaluate(nil).Allowed())
	require.False(t, set.Evaluate(&writ.Request{Action: action.MustParse("cvm:DescribeDisks")}).Allowed(), "an action of the other cloud")
	walled, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{all}}, writ.Layer{Kind: writ.Guardrail, Name: "root"})
	require.NoError(t, err)
	refused := walled.Evaluate(req)
	require.Equal(t, writ.GuardrailDeny, refused.Outcome())
	level, ok := refused.Guardrail()
	require.True(t, ok)
	require.Equal(t, "root", level.Name)
	require.True(t, walled.Evaluate(&writ.Request{Action: req.Action, Exempt: []string{"root"}}).Allowed())
}

// Layers that make no sense are refused.
func TestCompileErrors(t *testing.T) {
	trust := document(t, policy.HuaweiTrust, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Principal": {"IAM": ["a1"]}, "Action": ["sts:agencies:assume"]}]}`)
	scp := document(t, policy.HuaweiSCP, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`)
	role := document(t, policy.HuaweiRole, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`)
	for _, c := range []struct {
		layer writ.Layer
		want  string
	}{
		{writ.Layer{}, "kind"},
		{writ.Layer{Kind: 77}, "kind"},
		{writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{nil}}, "nil"},
		{writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{{}}}, "nil"},
		{writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{trust}}, "principals"},
		{writ.Layer{Kind: writ.Resource, Documents: []*policy.Document{role}}, "principals"},
		{writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{scp}}, "never grants"},
		{writ.Layer{Kind: writ.Session, Documents: []*policy.Document{scp}}, "never grants"},
		{writ.Layer{Kind: writ.Guardrail, Documents: []*policy.Document{role}}, "role"},
		{writ.Layer{Kind: writ.Guardrail, Scope: writ.Global}, "scope"},
		{writ.Layer{Kind: writ.Session, Group: "g"}, "group"},
	} {
		set, err := writ.Compile(writ.Layer{Kind: writ.Identity}, c.layer)
		require.Nil(t, set)
		var ce *writ.CompileError
		require.ErrorAs(t, err, &ce)
		require.Equal(t, 1, ce.Layer)
		require.ErrorContains(t, err, c.want)
	}
}

// Roles name each other in a circle without being active for it.
func TestRolesInACircle(t *testing.T) {
	role := func(name, needs string) *policy.Document {
		d := document(t, policy.HuaweiRole, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["`+name+`:*:*"]}], "Depends": [{"catalog": "BASE", "display_name": "`+needs+`"}]}`)
		return d.Titled(policy.Title{Name: name})
	}
	compile := func(docs ...*policy.Document) *writ.Set {
		set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
		require.NoError(t, err)
		return set
	}
	ask := &writ.Request{Action: action.MustParse("aa:b:c")}
	require.False(t, compile(role("aa", "bb"), role("bb", "aa")).Evaluate(ask).Allowed())
	require.False(t, compile(role("aa", "aa")).Evaluate(ask).Allowed())
	require.True(t, compile(role("aa", "bb"), role("bb", "cc"), document(t, policy.HuaweiRole, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["x:y:z"]}]}`).Titled(policy.Title{Name: "cc"})).Evaluate(ask).Allowed())
}

// Catalog knowledge changes decisions, and an empty catalog has none.
func TestCompilerCatalog(t *testing.T) {
	doc := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr::getFeature"], "Resource": ["cbr:*:*:vault:v1"]}]}`)
	req := &writ.Request{Action: action.MustParse("cbr::getFeature"), Resources: []resource.Name{resource.MustParse("cbr:eu-de:a1:vault:v1")}}
	known, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	require.NoError(t, err)
	require.False(t, known.Evaluate(req).Allowed(), "I-24: the action touches no resource")
	bare, err := writ.Compiler{Catalog: &catalog.Catalog{}}.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	require.NoError(t, err)
	require.True(t, bare.Evaluate(req).Allowed())
}

func BenchmarkEvaluate(b *testing.B) {
	for _, d := range []*policy.Dialect{policy.HuaweiPolicy, policy.HuaweiIdentity, policy.TencentCAM} {
		b.Run(d.String(), func(b *testing.B) {
			set, reqs := typical(b, d), requests(d)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				set.Evaluate(reqs[i%len(reqs)])
				i++
			}
		})
	}
}

// What six levels of an organization cost over one.
func BenchmarkEvaluateLevels(b *testing.B) {
	all := document(b, policy.HuaweiSCP, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]}`)
	keep := document(b, policy.HuaweiSCP, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": ["organizations:*:*", "iam:users:delete*"]},
		{"Effect": "Deny", "Action": ["cbr:vaults:delete"], "Condition": {"BoolIfExists": {"g:PrincipalIsRootUser": "true"}}}]}`)
	grant := document(b, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:*"], "Resource": ["cbr:*:*:vault:*"]}]}`)
	req := &writ.Request{
		Action:    action.MustParse("cbr:vaults:delete"),
		Resources: []resource.Name{resource.MustParse("cbr:eu-de:a1:vault:v1")},
		Context:   condition.Context{{Key: condition.NewKey("g:PrincipalIsRootUser"), Value: condition.Bool(false)}},
	}
	for _, levels := range []int{0, 1, 6} {
		b.Run(fmt.Sprint(levels), func(b *testing.B) {
			layers := []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{grant}}}
			for i := range levels {
				layers = append(layers, writ.Layer{Kind: writ.Guardrail, Name: fmt.Sprint(i), Documents: []*policy.Document{all, keep}})
			}
			set, err := writ.Compile(layers...)
			require.NoError(b, err)
			require.True(b, set.Evaluate(req).Allowed())
			b.ReportAllocs()
			for b.Loop() {
				set.Evaluate(req)
			}
		})
	}
}
