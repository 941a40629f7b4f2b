package writ_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// A statement comes to the least of its elements, whatever the case, and what
// determines a decision is among the statements that came to it.
func TestTrialsOfCases(t *testing.T) {
	tried := 0
	for _, c := range readCases(t) {
		set, err := c.Compile()
		if err != nil {
			continue
		}
		for _, req := range c.Requests() {
			e := set.Explain(req)
			for trial := range e.Trials() {
				tried++
				least := condition.True
				for _, check := range trial.Checks {
					least = min(least, check.Result)
				}
				require.Equal(t, trial.Result, least, "%s %s: %+v", c.File, c.ID, trial)
				require.Equal(t, trial.Result == condition.True, slices.Collect(trial.Misses()) == nil)
			}
			for near := range e.Near() {
				require.NotEqual(t, condition.True, near.Result, "%s %s", c.File, c.ID)
				require.Equal(t, policy.Allow, near.Statement().Effect())
			}
		}
	}
	require.Greater(t, tried, 1000)
}

const ops = `{"Version": "5.0", "Statement": [
	{"Sid": "Read", "Effect": "Allow", "Action": ["cbr:vaults:get"]},
	{"Sid": "Ops", "Effect": "Allow", "Action": ["cbr:vaults:*"], "Resource": ["cbr:*:*:vault:prod-*"], "Condition": {"Bool": {"g:MFAPresent": ["true"]}}},
	{"Sid": "Test", "Effect": "Allow", "Action": ["cbr:vaults:delete"], "Resource": ["cbr:*:*:vault:test-*", "cbr:eu-nl:*:vault:x"]},
	{"Sid": "Backups", "Effect": "Allow", "Action": ["cbr:backups:delete"]}]}`

// The statement that comes nearest is first, and says what it misses.
func TestNear(t *testing.T) {
	set := compile(t, nil, parsed(t, ops))
	ask := func(urn string, ctx ...condition.Entry) *writ.Explanation {
		return set.Explain(&writ.Request{Action: action.MustParse("cbr:vaults:delete"), Resources: []resource.Name{resource.MustParse(urn)}, Context: ctx})
	}
	sids := func(e *writ.Explanation) (out []string) {
		for n := range e.Near() {
			out = append(out, n.Statement().Sid())
		}
		return out
	}
	e := ask("cbr:eu-de:a1:vault:prod-7", condition.Entry{Key: condition.NewKey("g:mfapresent"), Value: condition.Bool(false)})
	require.Equal(t, []string{"Ops", "Test", "Read", "Backups"}, sids(e))
	for n := range e.Near() {
		miss := slices.Collect(n.Misses())
		require.Len(t, miss, 1)
		require.Equal(t, writ.ConditionElement, miss[0].Element)
		require.Equal(t, "g:MFAPresent", miss[0].Key)
		require.Equal(t, "false", miss[0].Got)
		require.Equal(t, `Bool g:MFAPresent "true"`, miss[0].Want)
		require.Equal(t, 3, miss[0].Position.Line)
		break
	}
	e = ask("cbr:eu-de:a1:vault:x")
	require.Equal(t, []string{"Test", "Ops", "Read", "Backups"}, sids(e))
	for n := range e.Near() {
		miss := slices.Collect(n.Misses())
		require.Len(t, miss, 1)
		require.Equal(t, writ.ResourceElement, miss[0].Element)
		require.Len(t, miss[0].Segments, 1, "the entry that differs least: %v", miss)
		break
	}
	allowed := ask("cbr:eu-de:a1:vault:test-1")
	require.Empty(t, sids(allowed))
	_, ok := allowed.Repair()
	require.False(t, ok)
}

func TestNeeds(t *testing.T) {
	set := compile(t, nil, parsed(t, ops), parsed(t, `{"Version": "5.0", "Statement": [
		{"Effect": "Deny", "Action": ["cbr:*:*"], "Resource": ["cbr:*:*:vault:${g:UserName}-*"], "Condition": {"StringEquals": {"g:SourceVpc": "${g:PrincipalTag/vpc}"}, "DateLessThan": {"g:CurrentTime": "2030-01-01T00:00:00Z"}}},
		{"Effect": "Deny", "NotAction": ["cbr:*:*"], "Condition": {"Bool": {"g:ViaService": "true"}}}]}`))
	needs := func(n string) (out []string) {
		for k := range set.Needs(action.MustParse(n)) {
			out = append(out, k.String())
		}
		return out
	}
	require.Equal(t, []string{"g:mfapresent", "g:principaltag/vpc", "g:sourcevpc", "g:username"}, needs("cbr:vaults:delete"))
	require.Equal(t, []string{"g:principaltag/vpc", "g:sourcevpc", "g:username"}, needs("cbr:backups:get"))
	require.Equal(t, []string{"g:viaservice"}, needs("ecs:servers:list"))
	require.Empty(t, needs("cvm:DescribeDisks"))
	for range (*writ.Set)(nil).Needs(action.MustParse("a:b:c")) {
		t.Fatal("a nil Set needs nothing")
	}
}

// The smallest change, for what people ask about.
func TestRepair(t *testing.T) {
	delete7 := &writ.Request{Action: action.MustParse("cbr:vaults:delete"), Resources: []resource.Name{resource.MustParse("cbr:eu-de:a1:vault:prod-7")}}
	deny := parsed(t, `{"Version": "5.0", "Statement": [{"Sid": "Office", "Effect": "Deny", "Action": ["*"], "Condition": {"NotIpAddress": {"g:SourceIp": "10.0.0.0/8"}}}]}`)
	never := parsed(t, `{"Version": "5.0", "Statement": [{"Sid": "Never", "Effect": "Deny", "Action": ["cbr:vaults:delete"]}]}`)
	scp, err := policy.ParseAs(policy.HuaweiSCP, "scp.json", []byte(`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"], "Resource": ["*"]}]}`))
	require.NoError(t, err)
	const grant = `{"Effect": "Allow", "Action": ["cbr:vaults:delete"], "Resource": ["cbr:eu-de:a1:vault:prod-7"]}`
	for _, x := range []struct {
		name   string
		layers []writ.Layer
		want   []string
	}{
		{"a fact", []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{parsed(t, ops)}}}, []string{"g:MFAPresent = true"}},
		{"a statement", nil, []string{"add to the identity documents: " + grant}},
		{"two facts", []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{parsed(t, ops), deny}}}, []string{"g:SourceIp = 10.0.0.0", "g:MFAPresent = true"}},
		{"a Deny", []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{never, parsed(t, everything)}}}, []string{`without statement 1 "Never" of x.json`}},
		{"a guardrail", []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{parsed(t, everything)}}, {Kind: writ.Guardrail, Name: "root", Documents: []*policy.Document{scp}}},
			[]string{"add to the guardrail root documents: " + grant}},
		{"a session", []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{parsed(t, everything)}}, {Kind: writ.Session, Documents: []*policy.Document{parsed(t, `{"Version": "5.0", "Statement": []}`)}}},
			[]string{"add to the session documents: " + grant}},
	} {
		set, err := writ.Compile(x.layers...)
		require.NoError(t, err)
		r, ok := set.Explain(delete7).Repair()
		require.True(t, ok, x.name)
		var got []string
		for _, c := range r.Changes {
			got = append(got, c.String())
		}
		require.Equal(t, x.want, got, x.name)
		again, err := writ.Compile(r.Layers...)
		require.NoError(t, err)
		require.True(t, again.Evaluate(r.Request).Allowed(), x.name)
		require.False(t, set.Evaluate(delete7).Allowed(), "nothing was changed: %s", x.name)
	}
}

// What the caller sees has nothing of a policy and none of the values.
func TestCallerSeesNoPolicy(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range readCases(t) {
		set, err := c.Compile()
		if err != nil {
			continue
		}
		for _, req := range c.Requests() {
			text := set.Explain(req).Caller()
			seen[strings.Replace(text, req.Action.String(), "X", 1)] = true
		}
	}
	require.Equal(t, map[string]bool{
		"allowed": true, "X is not allowed: a policy denies it": true, "X is not allowed: no policy allows it": true,
		"X is not allowed: it cannot be decided":                                                    true,
		"X is not allowed: a policy of the organization or a permission boundary does not allow it": true,
	}, seen)
	require.Equal(t, "the request is not allowed: no policy allows it", (*writ.Set)(nil).Explain(nil).Caller())
}
