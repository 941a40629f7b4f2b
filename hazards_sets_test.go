package writ_test

import (
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/cases"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// tried decides from the trials of every statement, which know no index.
func tried(e *writ.Explanation) (deny condition.Result, allows map[writ.Kind]condition.Result) {
	allows = map[writ.Kind]condition.Result{}
	for trial := range e.Trials() {
		if trial.Statement().Effect() == policy.Deny {
			deny = max(deny, trial.Result)
		} else {
			allows[trial.Layer.Kind] = max(allows[trial.Layer.Kind], trial.Result)
		}
	}
	return deny, allows
}

// The index leaves out no statement that matters: a decision is what every statement,
// one after the other, comes to. minio/pkg once put a Deny where it did not
// look for one.
func TestHazardH31IndexMissesNothing(t *testing.T) {
	seen := map[writ.Outcome]int{}
	check := func(set *writ.Set, req *writ.Request, plain bool) {
		e := set.Explain(req)
		require.Equal(t, set.Evaluate(req), e.Decision)
		o := e.Decision.Outcome()
		deny, allows := tried(e)
		require.Equal(t, deny == condition.True, o == writ.ExplicitDeny, "%v: a Deny is %v", o, deny)
		if deny == condition.Unknown {
			require.Equal(t, writ.Undecided, o)
		} else if plain && deny == condition.False {
			require.Equal(t, []writ.Outcome{writ.ImplicitDeny, writ.Undecided, writ.Allow}[allows[writ.Identity]], o)
		}
		seen[o]++
	}
	for _, n := range []int{3, 40, 3000} {
		o := newOrganization(n)
		set := o.set(t, n)
		for range 12_000 / n {
			check(set, o.request(), true)
		}
	}
	for i := range worlds() / 10 {
		cs, err := cases.Read("random.json", newWorld(uint64(i), 31).decision(i%2 == 0))
		require.NoError(t, err)
		if set, err := cs[0].Compile(); err == nil {
			for _, req := range cs[0].Requests() {
				check(set, req, false)
			}
		}
	}
	for o := writ.ImplicitDeny; o <= writ.Allow; o++ {
		require.NotZero(t, seen[o], "%v", o)
	}
}

// A Deny that matches denies, wherever it stands and whatever stands beside it.
func TestHazardH32DenyIsNotLost(t *testing.T) {
	deny := `{"Effect": "Deny", "Action": ["svc:files:get"], "Resource": ["svc:*:*:file:f*"]}`
	for _, n := range []int{0, 1, 7, 30, 200} {
		allows := slices.Repeat([]string{allowAll, `{"Effect": "Allow", "Action": ["svc:files:get"], "Resource": ["` + file1 + `"]}`}, n)
		for _, at := range []int{0, n / 2, n, 2 * n} {
			set := saying(t, policy.HuaweiIdentity, slices.Insert(slices.Clone(allows), at, deny)...)
			require.Equal(t, writ.ExplicitDeny, set.Evaluate(asking("svc:files:get", file1)).Outcome(), "%d of %d", at, 2*n)
			require.Equal(t, n > 0, set.Evaluate(asking("svc:files:get", "svc:eu:a1:file:g")).Allowed())
		}
	}
	all := document(t, policy.HuaweiIdentity, everything)
	bad := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [`+deny+`]}`)
	scp := document(t, policy.HuaweiSCP, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}, `+deny+`]}`)
	trust := document(t, policy.HuaweiTrust, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Principal": {"IAM": ["a1"]}, "Action": ["svc:files:get"]}]}`)
	req := asking("svc:files:get", file1)
	req.Principal, req.Root = resource.MustParse("iam::a1:user:u"), true
	for _, l := range []writ.Layer{
		{Kind: writ.Identity, Group: "g", Documents: []*policy.Document{bad}}, {Kind: writ.Session, Documents: []*policy.Document{all, bad}},
		{Kind: writ.Boundary, Documents: []*policy.Document{all, bad}}, {Kind: writ.Guardrail, Documents: []*policy.Document{scp}}, {Kind: writ.Resource, Documents: []*policy.Document{trust}},
	} {
		require.Equal(t, writ.ExplicitDeny, outcome(t, *req, writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{all}}, l), "%v", l.Kind)
	}
	require.Equal(t, writ.Allow, outcome(t, *req, writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{all}}))
}

// Each layer that bounds does, and an empty one is not an absent one. MinIO once let
// the policy of a session go unasked.
func TestHazardH33InnerBounds(t *testing.T) {
	const get = `{"Effect": "Allow", "Action": ["svc:files:get"]}`
	req := *asking("svc:files:get", file1)
	for _, n := range []int{1, 8} { // few statements are tried one by one, more are looked up
		innerBounds(t, req, strings.Repeat(get+", ", n-1)+get)
	}
}

func innerBounds(t *testing.T, req writ.Request, get string) {
	all := writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [`+get+`]}`)}}
	require.Equal(t, writ.Allow, outcome(t, req, all))
	for _, kind := range []writ.Kind{writ.Session, writ.Boundary, writ.Guardrail} {
		d := policy.HuaweiIdentity
		if kind == writ.Guardrail {
			d = policy.HuaweiSCP
		}
		want := writ.GuardrailDeny
		if kind == writ.Session {
			want = writ.ImplicitDeny
		}
		for statements, o := range map[string]writ.Outcome{
			"": want, `{"Effect": "Allow", "Action": ["svc:files:put"]}`: want, `{"Effect": "Allow", "Action": ["svc:files:get"], "Condition": {"Bool": {"x:k": "true"}}}`: want,
			get: writ.Allow,
		} {
			l := writ.Layer{Kind: kind, Name: "l", Documents: []*policy.Document{document(t, d, `{"Version": "5.0", "Statement": [`+statements+`]}`)}}
			require.Equal(t, o, outcome(t, req, all, l), "%v: %s", kind, statements)
			require.Equal(t, o, outcome(t, req, l, all), "%v: %s", kind, statements)
			require.NotEqual(t, writ.Allow, outcome(t, req, l), "%v alone never grants", kind)
		}
		require.Equal(t, want, outcome(t, req, all, writ.Layer{Kind: kind}), "no documents")
	}
}

// What is empty has one meaning in each language, and it is never everything by
// chance: an error, nothing, or for a condition no condition.
func TestHazardH34EmptySelectors(t *testing.T) {
	const h, c = `{"Version": "%s", "Statement": [%s]}`, `{"version": "2.0", "statement": [%s]}`
	for _, x := range []struct {
		dialect   *policy.Dialect
		statement string
		want      string // refused, nothing or all
	}{
		{policy.HuaweiIdentity, ``, "nothing"}, {policy.HuaweiPolicy, ``, "refused"}, {policy.HuaweiRole, ``, "refused"}, {policy.TencentCAM, ``, "refused"},
		{policy.HuaweiIdentity, `{}`, "refused"}, {policy.HuaweiIdentity, `{"Effect": "Allow"}`, "refused"},
		{policy.HuaweiIdentity, `{"Effect": "Allow", "Action": []}`, "nothing"}, {policy.HuaweiPolicy, `{"Effect": "Allow", "Action": []}`, "refused"},
		{policy.HuaweiRole, `{"Effect": "Allow", "Action": []}`, "refused"}, {policy.TencentCAM, `{"effect": "allow", "action": [], "resource": "*"}`, "refused"},
		{policy.HuaweiIdentity, `{"Effect": "Allow", "Action": [""]}`, "refused"}, {policy.TencentCAM, `{"effect": "allow", "action": "", "resource": "*"}`, "refused"},
		{policy.HuaweiIdentity, `{"Effect": "Allow", "Action": ["*"], "Resource": []}`, "nothing"}, {policy.HuaweiPolicy, `{"Effect": "Allow", "Action": ["*:*:*"], "Resource": []}`, "refused"},
		{policy.TencentCAM, `{"effect": "allow", "action": "*", "resource": []}`, "refused"}, {policy.TencentCAM, `{"effect": "allow", "action": "*"}`, "refused"},
		{policy.HuaweiIdentity, `{"Effect": "Allow", "Action": ["*"], "Resource": [""]}`, "refused"}, {policy.TencentCAM, `{"effect": "allow", "action": "*", "resource": ""}`, "refused"},
		{policy.HuaweiIdentity, `{"Effect": "Allow", "Action": ["*"], "Condition": {}}`, "all"}, {policy.HuaweiPolicy, `{"Effect": "Allow", "Action": ["*:*:*"], "Condition": {}}`, "refused"},
		{policy.TencentCAM, `{"effect": "allow", "action": "*", "resource": "*", "condition": {}}`, "all"},
		{policy.HuaweiIdentity, `{"Effect": "Allow", "Action": ["*"], "Condition": {"StringEquals": {"x:k": []}}}`, "nothing"},
		{policy.HuaweiPolicy, `{"Effect": "Allow", "Action": ["*:*:*"], "Condition": {"StringEquals": {"x:k": []}}}`, "refused"},
		{policy.HuaweiIdentity, `{"Effect": "Allow", "Action": ["*"], "Condition": {"StringEquals": {"": "x"}}}`, "refused"},
		{policy.HuaweiTrust, `{"Effect": "Allow", "Action": ["*"], "Principal": {"IAM": []}}`, "refused"}, {policy.HuaweiTrust, `{"Effect": "Allow", "Action": ["*"]}`, "refused"},
		{policy.TencentResource, `{"effect": "allow", "action": "*", "resource": "*", "principal": {"qcs": []}}`, "refused"},
		{policy.TencentResource, `{"effect": "allow", "action": "*", "resource": "*"}`, "refused"},
	} {
		text := fmt.Sprintf(h, x.dialect.Version(), x.statement)
		req := asking("svc:files:get", file1, fact("x:k", condition.String("x")))
		if req.Principal = resource.MustParse("iam::a1:user:u"); x.dialect.IsCAM() {
			text = fmt.Sprintf(c, x.statement)
			req = asking("cos:GetObject", "qcs::cos:bj:uin/100:b/f", fact("x:k", condition.String("x")))
			req.Principal = resource.MustParse(me)
		}
		doc, err := policy.ParseAs(x.dialect, "x.json", []byte(text))
		got := "refused"
		if err == nil {
			l := writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}}
			if x.dialect.NamesPrincipals() {
				l.Kind = writ.Resource
			}
			got = map[bool]string{true: "all", false: "nothing"}[outcome(t, *req, l) == writ.Allow]
		}
		require.Equal(t, x.want, got, "%v: %s", x.dialect, text)
	}
}

// More statements than 16 bits count, and the Deny behind them is found.
func TestHazardH35ManyStatements(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles 65,000 statements")
	}
	const n = 1<<16 + 100
	var docs []*policy.Document
	for i := 0; i < n; {
		var b strings.Builder
		for ; i < n && b.Len() < 120_000; i++ {
			effect := map[bool]string{true: "Allow", false: "Deny"}[i%2 == 0]
			fmt.Fprintf(&b, `, {"Effect": %q, "Action": ["svc:files:get"], "Resource": ["svc:*:*:file:%d"]}`, effect, i)
		}
		docs = append(docs, document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [`+b.String()[2:]+`]}`))
	}
	set, err := onSyntax.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
	require.NoError(t, err)
	for _, i := range []int{0, 1, 255, 256, 32767, 32768, 1<<16 - 2, 1<<16 - 1, 1 << 16, 1<<16 + 1, n - 2, n - 1} {
		d := set.Evaluate(asking("svc:files:get", fmt.Sprintf("svc:eu:a1:file:%d", i)))
		require.Equal(t, []writ.Outcome{writ.Allow, writ.ExplicitDeny}[i%2], d.Outcome(), "statement %d", i)
		r, ok := d.Statement()
		require.True(t, ok)
		require.Equal(t, fmt.Sprintf("svc:*:*:file:%d", i), r.Statement().Resources()[0].String())
	}
	require.Equal(t, writ.ImplicitDeny, set.Evaluate(asking("svc:files:get", fmt.Sprintf("svc:eu:a1:file:%d", n))).Outcome())
}

// Conditions that are shared because they say the same do: none is taken for
// another whose text runs together alike.
func TestHazardH37SharedConditions(t *testing.T) {
	lists := []string{`"a"`, `"a", "b"`, `"a,b"`, `"a\", \"b"`, `"b", "a"`, `"ab"`, `"a", "", "b"`, `""`, `"", ""`, `"a b"`, `"a;b"`, `"a:b"`, `"a=b"`, `"a/b"`, `"StringEquals"`, `"x:k"`, `"1", "2"`, `"12"`, `"a\\", "b"`}
	var conditions []string
	for _, key := range []string{"x:k", "x:k2"} {
		for _, l := range lists {
			conditions = append(conditions, `{"StringEquals": {"`+key+`": [`+l+`]}}`, `{"ForAnyValue:StringNotEquals": {"`+key+`": [`+l+`]}}`)
		}
	}
	conditions = append(conditions, `{"StringEquals": {"x:k": "a", "x:k2": "b"}}`, `{"StringEquals": {"x:k": "a"}, "StringMatch": {"x:k2": "b"}}`, `{"StringMatch": {"x:k": "a"}}`)
	var list []string
	for i, c := range conditions {
		list = append(list, fmt.Sprintf(`{"Effect": "Allow", "Action": ["svc:files:op%d"], "Condition": %s}`, i, c))
	}
	together := saying(t, policy.HuaweiIdentity, list...)
	allowed := 0
	for i, s := range list {
		alone := saying(t, policy.HuaweiIdentity, s)
		for _, v := range []string{"a", "b", "a,b", `a", "b`, "ab", "", "a b", `a\`, "12", "1"} {
			for _, key := range []string{"x:k", "x:k2"} {
				req := asking(fmt.Sprintf("svc:files:op%d", i), file1, fact(key, condition.String(v)))
				require.Equal(t, alone.Evaluate(req).Outcome(), together.Evaluate(req).Outcome(), "%s with %s %q", s, key, v)
				if alone.Evaluate(req).Allowed() {
					allowed++
				}
			}
		}
	}
	require.Greater(t, allowed, 100)
	// And none that was decided for one request or resource stands for another.
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf(`{"Effect": "Allow", "Action": ["svc:files:*"], "Resource": ["svc:*:*:file:%d"], "Condition": {"StringEquals": {"x:k": "v%d"}}}`, i, i))
	}
	together = saying(t, policy.HuaweiIdentity, strings.Split(regexp.MustCompile(`file:\d+`).ReplaceAllString(strings.Join(many, "\n"), "file:*"), "\n")...)
	for i := range 50 {
		require.Equal(t, i < 40, together.Evaluate(asking("svc:files:get", file1, fact("x:k", condition.String(fmt.Sprint("v", i))))).Allowed(), "%d", i)
	}
	set := saying(t, policy.HuaweiIdentity, many...)
	for i := range 40 {
		for _, j := range []int{i, i + 8, i + 1} {
			req := asking("svc:files:get", fmt.Sprintf("svc:eu:a1:file:%d", i), fact("x:k", condition.String(fmt.Sprint("v", j))))
			require.Equal(t, i == j, set.Evaluate(req).Allowed())
			req.Resources = append(req.Resources, resource.MustParse(fmt.Sprintf("svc:eu:a1:file:%d", i+8)))
			require.False(t, set.Evaluate(req).Allowed())
		}
	}
}

// Nothing is kept of a request: new names and values cost no memory.
func TestHazardH38NothingIsKept(t *testing.T) {
	set := typical(t, policy.HuaweiIdentity)
	var reqs []*writ.Request
	for i := range 3000 {
		req := asking(fmt.Sprintf("ecs:servers:get%d", i), fmt.Sprintf("ecs:eu:a1:server:prod-%d", i), fact("g:UserName", condition.String(fmt.Sprint("ops-", i))), fact(fmt.Sprint("x:", i), condition.Int(int64(i))))
		reqs = append(reqs, req)
	}
	require.Zero(t, testing.AllocsPerRun(1, func() {
		for _, req := range reqs {
			set.Evaluate(req)
		}
	}))
}

// No input makes a decision go deep: documents nest 16 levels, and a chain of as
// many roles as a set may hold is decided on a small stack.
func TestHazardH47Depth(t *testing.T) {
	chain := func(n int) []*policy.Document {
		var docs []*policy.Document
		for i := range n {
			d := document(t, policy.HuaweiRole, fmt.Sprintf(`{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["svc:files:op%d"]}], "Depends": [{"catalog": "BASE", "display_name": "r%d"}]}`, i, i+1))
			docs = append(docs, d.Titled(policy.Title{Name: fmt.Sprint("r", i)}))
		}
		last := document(t, policy.HuaweiRole, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["svc:files:last"]}]}`)
		return append(docs, last.Titled(policy.Title{Name: fmt.Sprint("r", n)}))
	}
	_, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: chain(writ.MaxRoles + 1)})
	require.Error(t, err)
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: chain(writ.MaxRoles)})
	require.NoError(t, err)
	defer debug.SetMaxStack(debug.SetMaxStack(512 << 10)) // more ends the program
	done := make(chan writ.Outcome)
	go func() {
		done <- set.Evaluate(&writ.Request{Action: action.MustParse("svc:files:op0")}).Outcome()
	}()
	require.Equal(t, writ.Allow, <-done)
	for _, deep := range []string{strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 20_000)} {
		_, err := policy.Parse("x.json", []byte(deep))
		require.ErrorContains(t, err, "DOCUMENT_LIMIT")
	}
}
