package writ_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/cases"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

const (
	allowAll = `{"Effect": "Allow", "Action": ["*"]}`
	file1    = "svc:eu:a1:file:f1"
)

// under decides a request with a condition, in a Deny beside an Allow of
// everything, and in an Allow alone.
func under(t *testing.T, cond string, ctx ...condition.Entry) (deny, allow writ.Outcome) {
	t.Helper()
	text := `{"Effect": %q, "Action": ["svc:files:get"], "Condition": {` + cond + `}}`
	req := asking("svc:files:get", file1, ctx...)
	return saying(t, policy.HuaweiIdentity, allowAll, fmt.Sprintf(text, "Deny")).Evaluate(req).Outcome(),
		saying(t, policy.HuaweiIdentity, fmt.Sprintf(text, "Allow")).Evaluate(req).Outcome()
}

// Digits are not lost: 2^53+1 is not 2^53, and the tail of a fraction counts.
func TestHazardH14NumbersOfRequests(t *testing.T) {
	for _, x := range []struct {
		policy, request string
		equal           bool
	}{
		{"9007199254740993", "9007199254740992", false}, {"9007199254740993", "9007199254740993", true}, {"9007199254740993", "9.007199254740993e15", true},
		{"0.1000000000000000000001", "0.1", false}, {"-0.0", "0", true}, {"1e9999", "1e9998", false}, {"1e-9999", "0", false},
	} {
		deny, allow := under(t, `"NumberEquals": {"x:n": "`+x.policy+`"}`, fact("x:n", condition.Number(x.request)))
		require.Equal(t, x.equal, deny == writ.ExplicitDeny && allow == writ.Allow, "%s and %s", x.policy, x.request)
		require.Equal(t, !x.equal, deny == writ.Allow && allow == writ.ImplicitDeny, "%s and %s", x.policy, x.request)
	}
	for _, huge := range []string{"1e999999", "-1e999999999999", "1" + strings.Repeat("0", 500), "NaN", "0x10", ""} {
		deny, allow := under(t, `"NumberLessThan": {"x:n": "5"}`, fact("x:n", condition.String(huge)))
		require.Equal(t, [2]writ.Outcome{writ.Undecided, writ.Undecided}, [2]writ.Outcome{deny, allow}, huge)
		for version, refused := range map[string]bool{"1.1": true, "5.0": false} { // C-14: legal in v5.0, and never satisfied
			doc, err := policy.Parse("", []byte(`{"Version": "`+version+`", "Statement": [{"Effect": "Deny", "Action": ["*:*:*"], "Condition": {"NumberLessThan": {"x:n": ["`+huge+`"]}}}]}`))
			require.Equal(t, refused, err != nil, "%s in %s", huge, version)
			require.True(t, refused || len(doc.Warnings()) == 1, huge)
		}
	}
}

// A Deny whose condition cannot be read is not lost, and an Allow does not
// grant. minio/pkg v3.1.3 skips such a Deny. (In Tencent Cloud what cannot be converted
// is false by the vendor's own rule C2; what is not known at all is undecided.)
func TestHazardH17UnreadableValues(t *testing.T) {
	for cond, bad := range map[string][]string{
		`"IpAddress": {"x:k": "10.0.0.0/8"}`:                 {"10.0.0.1:443", "10.0.0", "010.0.0.1", "", "localhost"},
		`"NotIpAddress": {"x:k": "10.0.0.0/8"}`:              {"10.0.0.1:443", "[::1]", "10.0.0.1, 11.0.0.1"},
		`"NumberLessThan": {"x:k": "5"}`:                     {"one", "1,0", "0x1"},
		`"NumberNotEquals": {"x:k": "5"}`:                    {"five", "5 "},
		`"DateLessThan": {"x:k": "2026-01-01T00:00:00Z"}`:    {"yesterday", "2026-13-01T00:00:00Z", "0"},
		`"Bool": {"x:k": "true"}`:                            {"yes", "1", ""},
		`"DateGreaterThan": {"x:k": "2026-01-01T00:00:00Z"}`: {"2026"},
		`"IpAddressIfExists": {"x:k": "10.0.0.0/8"}`:         {"10.0.0.1:443"},
		`"StringEquals": {"x:k": "a"}`:                       nil,
		`"StringNotEquals": {"x:k": "a"}`:                    nil,
		`"ForAnyValue:StringMatchIfExists": {"x:k": ["a"]}`:  nil,
		`"Null": {"x:k": "true"}`:                            nil,
	} {
		values := []condition.Value{condition.Unavailable()}
		for _, b := range bad {
			values = append(values, condition.String(b))
		}
		for _, v := range values {
			deny, allow := under(t, cond, fact("x:k", v))
			require.Equal(t, [2]writ.Outcome{writ.Undecided, writ.Undecided}, [2]writ.Outcome{deny, allow}, "%s with %v", cond, v)
		}
		deny, allow := under(t, cond, fact("x:k", condition.String("a")), fact("X:K", condition.String("a")))
		require.Equal(t, [2]writ.Outcome{writ.Undecided, writ.Undecided}, [2]writ.Outcome{deny, allow}, "%s with the key twice", cond)
	}
	for _, op := range []string{"string_equal", "string_not_equal_if_exist", "ip_not_equal", "numeric_less_than", "bool_equal", "for_all_value:string_like", "null_equal"} {
		cond := `"condition": {"` + op + `": {"x:k": "true"}}`
		if op == "ip_not_equal" || op == "numeric_less_than" {
			cond = strings.Replace(cond, "true", map[string]string{"ip_not_equal": "10.0.0.1", "numeric_less_than": "5"}[op], 1)
		}
		req := asking("cos:GetObject", "qcs::cos:bj:uin/1:b/f", fact("x:k", condition.Unavailable()))
		require.Equal(t, writ.Undecided, saying(t, policy.TencentCAM, speeches[2].allowAll, `{"effect": "deny", "action": "*", "resource": "*", `+cond+`}`).Evaluate(req).Outcome(), op)
		require.Equal(t, writ.Undecided, saying(t, policy.TencentCAM, `{"effect": "allow", "action": "*", "resource": "*", `+cond+`}`).Evaluate(req).Outcome(), op)
	}
}

// ForAllValues of nothing grants nothing, and does not switch a Deny off.
func TestHazardH19AllOfNothing(t *testing.T) {
	for _, op := range []string{"StringEquals", "StringNotEquals", "StringMatch", "NumberLessThan", "IpAddress", "Bool"} {
		value := map[string]string{"NumberLessThan": "5", "IpAddress": "10.0.0.0/8", "Bool": "true"}[op]
		for _, ctx := range [][]condition.Entry{nil, {fact("g:CalledVia", condition.Strings())}, {fact("g:CalledVia", condition.Value{})}} {
			deny, allow := under(t, `"ForAllValues:`+op+`": {"x:k": "`+value+`"}`, ctx...)
			require.NotEqual(t, writ.Allow, allow, op)
			require.NotEqual(t, writ.Allow, deny, op)
			_, allow = under(t, `"ForAnyValue:`+op+`": {"x:k": "`+value+`"}`, ctx...)
			require.NotEqual(t, writ.Allow, allow, op)
		}
		require.False(t, saying(t, policy.TencentCAM, `{"effect": "allow", "action": "*", "resource": "*", "condition": {"for_all_value:string_equal": {"x:k": ["a"]}}}`).
			Evaluate(asking("cos:GetObject", "qcs::cos:bj:uin/1:b/f")).Allowed())
	}
	for effect, want := range map[string]bool{"Allow": true, "Deny": false} {
		doc := parsed(t, `{"Version": "5.0", "Statement": [{"Effect": "`+effect+`", "Action": ["cbr:vaults:get"], "Condition": {"ForAllValues:StringEquals": {"g:CalledVia": ["x"]}}}]}`)
		require.Equal(t, want, slices.ContainsFunc(writ.Lint(doc), func(d policy.Diagnostic) bool { return d.Code == "FOR_ALL_VALUES_ALLOW" }))
	}
}

// What Needs does not list does not matter, whatever its value.
func TestHazardH20NeedsAll(t *testing.T) {
	changed := 0
	for i := range worlds() / 10 {
		cs, err := cases.Read("random.json", newWorld(uint64(i), 20).decision(i%2 == 0))
		require.NoError(t, err)
		set, err := cs[0].Compile()
		if err != nil {
			continue
		}
		for _, req := range cs[0].Requests() {
			needs := slices.Collect(set.Needs(req.Action))
			other := *req
			other.Context = nil
			for _, e := range req.Context {
				if e.Key.IsClock() || slices.Contains(needs, e.Key) {
					other.Context = append(other.Context, e)
				} else if changed++; changed%3 > 0 {
					other.Context = append(other.Context, condition.Entry{Key: e.Key, Value: []condition.Value{condition.Unavailable(), condition.Strings("alice", "10")}[changed%3-1]})
				}
			}
			require.Equal(t, set.Evaluate(req).Outcome(), set.Evaluate(&other).Outcome(), "world %d: %v, needs %v", i, req.Context, needs)
		}
	}
	require.Greater(t, changed, worlds()/100)
}

// No key is filled but the clock: neither from other fields of a request nor
// from keys that are spelt as headers are.
func TestHazardH22NothingIsFilled(t *testing.T) {
	reqs := []writ.Request{
		{Principal: resource.MustParse("iam::a1:user:u"), Root: true, Scope: writ.Project("p1")},
		{Service: "service.ecs", EnterpriseProject: "e1"},
		{AppID: "1", Owner: writ.Account{ID: "a1", AppID: "2"}},
	}
	n := 0
	for k := range catalog.Default().Keys() {
		key := strings.ReplaceAll(k.String(), "<tag-key>", "team")
		if condition.NewKey(key).IsClock() {
			continue
		}
		_, bare, _ := strings.Cut(key, ":")
		for _, req := range reqs {
			req.Resources, req.Now = []resource.Name{resource.MustParse(file1)}, time.Unix(0, 0)
			for _, header := range []string{bare, "X-Forwarded-For", "x-" + key, "http:" + bare, strings.ReplaceAll(key, ":", "-") + "-", "Referer"} {
				req.Context = append(req.Context, fact(header, condition.String("10.0.0.1")))
			}
			req.Action = action.MustParse("svc:files:get")
			set := saying(t, policy.HuaweiIdentity, allowAll, `{"Effect": "Deny", "Action": ["*"], "Condition": {"Null": {"`+key+`": "true"}}}`)
			require.Equal(t, writ.ExplicitDeny, set.Evaluate(&req).Outcome(), key)
			n++
		}
	}
	require.Greater(t, n, 50)
}

// An IPv4 address in IPv6 form is one, a zone is nothing, and addresses that
// only hold one are others.
func TestHazardH23MappedAddresses(t *testing.T) {
	for text, want := range map[string]writ.Outcome{
		"10.0.0.1": writ.ExplicitDeny, "::ffff:10.0.0.1": writ.ExplicitDeny, "::FFFF:0a00:0001": writ.ExplicitDeny, "11.0.0.1": writ.Allow,
		"2002:a00:1::": writ.Allow, "64:ff9b::10.0.0.1": writ.Allow, "::10.0.0.1": writ.Allow,
		"012.0.0.1": writ.Undecided, "0x0a000001": writ.Undecided, "167772161": writ.Undecided, "10.1": writ.Undecided, "10.0.0.1:443": writ.Undecided,
	} {
		for _, net := range []string{"10.0.0.0/8", "10.9.9.9/8", "::ffff:10.0.0.0/104"} {
			deny, _ := under(t, `"IpAddress": {"g:SourceIp": "`+net+`"}`, fact("g:SourceIp", condition.String(text)))
			require.Equal(t, want, deny, "%s in %s", text, net)
			if a, err := netip.ParseAddr(text); err == nil {
				deny, _ = under(t, `"IpAddress": {"g:SourceIp": "`+net+`"}`, fact("g:SourceIp", condition.IP(a)))
				require.Equal(t, want, deny, "%s in %s", text, net)
			}
		}
	}
	for _, zoned := range []string{"fe80::1%eth0", "fe80::1%a%b"} {
		deny, allow := under(t, `"IpAddress": {"g:SourceIp": "fe80::/10"}`, fact("g:SourceIp", condition.String(zoned)))
		require.Equal(t, [2]writ.Outcome{writ.ExplicitDeny, writ.Allow}, [2]writ.Outcome{deny, allow}, zoned)
	}
}

// A narrow Allow takes nothing from a wide Deny.
func TestHazardH24WideDeny(t *testing.T) {
	r := rand.New(rand.NewPCG(24, 1))
	prefix := func() netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(r.IntN(2)), byte(r.IntN(3)), byte(r.IntN(4))}), 8+r.IntN(25)).Masked()
	}
	seen := map[writ.Outcome]int{}
	for range 400 {
		var list []string
		var denies, allows []netip.Prefix
		for range 1 + r.IntN(6) {
			p, effect := prefix(), "Allow"
			if r.IntN(3) == 0 {
				effect, denies = "Deny", append(denies, p)
			} else {
				allows = append(allows, p)
			}
			list = append(list, fmt.Sprintf(`{"Effect": %q, "Action": ["*"], "Condition": {"IpAddress": {"g:SourceIp": %q}}}`, effect, p))
		}
		set := saying(t, policy.HuaweiIdentity, list...)
		for range 20 {
			a := prefix().Addr()
			in := func(p netip.Prefix) bool { return p.Contains(a) }
			want := writ.ImplicitDeny
			if slices.ContainsFunc(denies, in) {
				want = writ.ExplicitDeny
			} else if slices.ContainsFunc(allows, in) {
				want = writ.Allow
			}
			require.Equal(t, want, set.Evaluate(asking("svc:files:get", file1, fact("g:SourceIp", condition.IP(a)))).Outcome(), "%v in %v", a, list)
			seen[want]++
		}
	}
	require.Len(t, seen, 3)
}

// What stands in for a variable is text: no wildcard, no variable, no colon
// that shifts the segments. One that cannot be expanded is nobody.
func TestHazardH25SubstitutedText(t *testing.T) {
	home := func(effect string) string {
		return `{"Effect": "` + effect + `", "Action": ["svc:files:get"], "Resource": ["svc:*:*:file:home/${g:UserName}/x"]}`
	}
	inCond := `{"Effect": "Allow", "Action": ["svc:files:get"], "Condition": {"StringMatch": {"x:path": "home/${g:UserName}/x"}}}`
	allow, deny, cond := saying(t, policy.HuaweiIdentity, home("Allow")), saying(t, policy.HuaweiIdentity, allowAll, home("Deny")), saying(t, policy.HuaweiIdentity, inCond)
	for _, user := range []string{"*", "?", "**", "al*", "${g:UserName}", "${*}", "a/b", "[a-z]", "", ".", "a:b", "\\", "é", "bob"} {
		for _, of := range []string{user, "alice", "al", "a", "x", "${g:UserName}", "b"} {
			ctx := []condition.Entry{fact("g:UserName", condition.String(user)), fact("x:path", condition.String("home/"+of+"/x"))}
			req := asking("svc:files:get", "svc:eu:a1:file:home/"+of+"/x", ctx...)
			require.Equal(t, user == of, allow.Evaluate(req).Allowed(), "%q reads the files of %q", user, of)
			require.Equal(t, user == of, deny.Evaluate(req).Outcome() == writ.ExplicitDeny, "%q is denied those of %q", user, of)
			require.Equal(t, user == of, cond.Evaluate(req).Allowed(), "%q reads the files of %q, by a condition", user, of)
		}
	}
	for _, v := range []condition.Value{{}, condition.Strings(), condition.Strings("alice", "bob"), condition.Unavailable()} {
		for _, of := range []string{"alice", "*", "", "${g:UserName}"} {
			req := asking("svc:files:get", "svc:eu:a1:file:home/"+of+"/x", fact("g:UserName", v), fact("x:path", condition.String("home/"+of+"/x")))
			require.False(t, allow.Evaluate(req).Allowed(), "%v", v)
			require.False(t, cond.Evaluate(req).Allowed(), "%v", v)
		}
	}
}
