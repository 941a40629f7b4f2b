package condition_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

// All clauses must hold; False beats Unknown beats True, in every order (C-1,
// C3 of tencent-cam.md).
func TestBlockAnd(t *testing.T) {
	clause := map[condition.Result]condition.Clause{
		condition.True:    mustCompile(t, condition.Identity, "Null", "absent", "true"),
		condition.Unknown: mustCompile(t, condition.Identity, "StringNotEquals", "absent", "x"),
		condition.False:   mustCompile(t, condition.Identity, "StringEquals", "absent", "x"),
	}
	for a, ca := range clause {
		for b, cb := range clause {
			for c, cc := range clause {
				block := condition.NewBlock([]condition.Clause{ca, cb, cc})
				require.Equal(t, min(a, b, c), block.Eval(new(condition.Env)), "%s, %s, %s", a, b, c)
				require.Len(t, block.Clauses(), 3)
				require.Equal(t, cb.Operator(), block.Clauses()[1].Operator())
			}
		}
	}
	var zero condition.Block
	require.Equal(t, condition.True, zero.Eval(new(condition.Env)))
	require.Empty(t, zero.Clauses())
	require.False(t, zero.Void())
	// The zero Clause says nothing, so it can neither allow nor switch a Deny off.
	zero = condition.NewBlock(make([]condition.Clause, 1))
	require.Equal(t, condition.Unknown, zero.Eval(new(condition.Env)))
}

// Worked examples of the vendors (huawei.md 10.3, tencent-cam.md 9).
func TestVendorExamples(t *testing.T) {
	type values map[string]condition.Value
	str := condition.String
	for _, tt := range []struct {
		row     string
		g       condition.Grammar
		clauses []string // operator key value…
		context values
		want    condition.Result
	}{
		{"53", condition.Policy, []string{"StringEquals g:DomainName ZhangSan"}, values{"g:DomainName": str("ZhangSan")}, condition.True},
		{"53", condition.Policy, []string{"StringEquals g:DomainName ZhangSan"}, values{"g:DomainName": str("zhangsan")}, condition.False},
		{"54", condition.Policy, []string{"NumberLessThanEquals obs:max-keys 10"}, values{"obs:max-keys": condition.Int(10)}, condition.True},
		{"54", condition.Policy, []string{"NumberLessThanEquals obs:max-keys 10"}, values{"obs:max-keys": condition.Int(11)}, condition.False},
		{"57", condition.Policy, []string{"Null obs:SourceVpc false"}, values{"obs:sourcevpc": str("v")}, condition.True},
		{"57", condition.Policy, []string{"Null obs:SourceVpc false"}, values{}, condition.False},
		{"58", condition.Policy, []string{"StringEndWithIfExists g:UserName x", "Bool g:MFAPresent true"}, values{"g:MFAPresent": condition.Bool(true)}, condition.True},
		{"59", condition.Policy, []string{"StringEndWithIfExists g:UserName x", "Bool g:MFAPresent true"}, values{"g:UserName": str("ax"), "g:MFAPresent": condition.Bool(false)}, condition.False},
		{"60", condition.Policy, []string{"StringNotEquals k a b"}, values{"k": str("a")}, condition.False},
		{"60", condition.Policy, []string{"StringNotEquals k a b"}, values{"k": str("c")}, condition.True},
		{"61", condition.Policy, []string{"StringMatch k proj-?"}, values{"k": str("proj-1")}, condition.True},
		{"61", condition.Policy, []string{"StringMatch k proj-?"}, values{"k": str("proj-12")}, condition.False},
		{"61", condition.Policy, []string{"StringMatch k proj-?"}, values{"k": str("Proj-1")}, condition.False},
		{"62", condition.Policy, []string{"StringLike obs:prefix private/"}, values{"obs:prefix": str("a/private/b")}, condition.True},
		{"62", condition.Policy, []string{"StringLike obs:prefix private/"}, values{"obs:prefix": str("public/")}, condition.False},
		{"63", condition.Policy, []string{"ForAnyValue:StringEquals g:TagKeys env"}, values{}, condition.False},
		{"63", condition.Policy, []string{"ForAnyValue:StringEquals g:TagKeys env"}, values{"g:TagKeys": condition.Strings("env", "x")}, condition.True},
		{"64", condition.Policy, []string{"ForAllValues:StringEquals g:TagKeys env team"}, values{"g:TagKeys": condition.Strings("env", "x")}, condition.False},
		{"64", condition.Policy, []string{"ForAllValues:StringEquals g:TagKeys env team"}, values{}, condition.Unknown},
		{"68", condition.Policy, []string{"StringStartWith g:ProjectName eu-de"}, values{"g:ProjectName": str("eu-de_sub")}, condition.True},
		{"74", condition.Identity, []string{"BoolIfExists g:PrincipalIsRootUser true"}, values{}, condition.True},
		{"76", condition.Identity, []string{"ForAnyValue:StringNotEquals g:RequestTag/owner Alice Jack"}, values{"g:RequestTag/owner": str("Bob")}, condition.True},
		{"76", condition.Identity, []string{"ForAnyValue:StringNotEquals g:RequestTag/owner Alice Jack"}, values{"g:RequestTag/owner": str("Alice")}, condition.False},
		{"76", condition.Identity, []string{"ForAnyValue:StringNotEquals g:RequestTag/owner Alice Jack"}, values{}, condition.False},
		{"124", condition.CAM, []string{"string_equal_if_exist vpc:vpc vpc-id1", "string_equal_if_exist vpc:accepter_vpc vpc-id1"}, values{"vpc:vpc": str("vpc-id1")}, condition.True},
		{"125", condition.CAM, []string{"string_equal_if_exist vpc:vpc vpc-id1", "string_equal_if_exist vpc:accepter_vpc vpc-id1"}, values{"vpc:vpc": str("vpc-id2")}, condition.False},
		{"127", condition.CAM, []string{"for_all_value:string_equal_if_exist bmvpc:unVpcId a b"}, values{"bmvpc:unVpcId": condition.Strings("a", "x")}, condition.False},
		{"131", condition.CAM, []string{"for_any_value:string_equal qcs:resource_tag game&webpage"}, values{"qcs:resource_tag": condition.Strings("game&webpage", "x&y")}, condition.True},
		{"133", condition.CAM, []string{"for_any_value:string_equal qcs:resource_tag game&webpage"}, values{}, condition.False},
		{"135", condition.CAM, []string{"null_equal qcs:resource_tag/operation false"}, values{"qcs:resource_tag/other": str("any")}, condition.False},
		{"141", condition.CAM, []string{"string_equal CVM:Disk_Type CLOUD_PREMIUM"}, values{"cvm:disk_type": str("CLOUD_PREMIUM")}, condition.True},
		{"142", condition.CAM, []string{"string_not_equal cvm:disk_type CLOUD_SSD"}, values{}, condition.False},
		{"143", condition.CAM, []string{"string_not_equal cvm:disk_type CLOUD_SSD CLOUD_HSSD"}, values{"cvm:disk_type": str("CLOUD_SSD")}, condition.False},
		{"144", condition.CAM, []string{"string_like cos:content-type image/*"}, values{"cos:content-type": str("image/png")}, condition.True},
		{"166", condition.CAM, []string{"ip_equal qcs:ip 10.121.2.10/24"}, values{"qcs:ip": str("10.121.2.200")}, condition.True},
		{"168", condition.CAM, []string{"ip_equal qcs:ip 10.121.2.10/24"}, values{"qcs:ip": str("10.121.3.1")}, condition.False},
	} {
		var clauses []condition.Clause
		for _, s := range tt.clauses {
			f := strings.Fields(s)
			clauses = append(clauses, mustCompile(t, tt.g, f[0], f[1], f[2:]...))
		}
		var env condition.Env
		for k, v := range tt.context {
			env.Context = append(env.Context, entry(k, v))
		}
		b := condition.NewBlock(clauses)
		require.Equal(t, tt.want, b.Eval(&env), "row %s: %q", tt.row, tt.clauses)
	}
}

// An operator that does not fit its key's type is never satisfied, negated or
// not; absence counts as it always does (C-14, I-30). The tests for absence fit
// every key, and CAM knows no types of keys.
func TestBindTypes(t *testing.T) {
	types := []condition.Type{condition.AnyType, condition.StringType, condition.NumericType, condition.DateType, condition.BooleanType, condition.IPType}
	for _, g := range grammars {
		for _, name := range append(append([]string(nil), names[g.name].all...), names[g.name].obs...) {
			typ := operand(name)
			if isNull(name) {
				typ = condition.AnyType
			}
			for _, suffix := range []string{"", g.ifExists} {
				for _, qualifier := range []string{"", g.any, g.all} {
					if isNull(name) && qualifier+suffix != "" {
						continue
					}
					c := mustCompile(t, g.g, qualifier+name+suffix, "obs:k", sampleValue[typ])
					free := condition.NewBlock([]condition.Clause{c})
					for _, keyType := range types {
						bound := free.Bind(func(k condition.Key) (condition.KeyInfo, bool) {
							require.Equal(t, "obs:k", k.String())
							return condition.KeyInfo{Type: keyType}, true
						})
						unfit := typ != condition.AnyType && keyType != condition.AnyType && keyType != typ && g.g != condition.CAM
						for _, v := range []condition.Value{{}, condition.Strings(), condition.String("x"), condition.String(""), condition.Int(1), condition.Bool(true), condition.Strings("a", "b")} {
							env := condition.Env{Context: condition.Context{entry("obs:k", v)}}
							want := free.Eval(&env)
							if unfit {
								want = condition.False
								if v.IsAbsent() && suffix != "" {
									want = condition.True
								}
							}
							require.Equal(t, want, bound.Eval(&env), "%s%s%s on a key of type %s: %s", qualifier, name, suffix, keyType, v)
						}
					}
					// A key that is not known leaves the clause as it is.
					bound := free.Bind(func(condition.Key) (condition.KeyInfo, bool) {
						return condition.KeyInfo{Type: condition.DateType, Multi: true}, false
					})
					require.Equal(t, free, bound)
				}
			}
		}
	}
}

// The spellings of a truth value, each byte of them tried with every other:
// any letter case in Huawei's dialects, lower case alone in CAM (5.2, C2).
func TestBoolSpellings(t *testing.T) {
	for _, word := range []string{"true", "false"} {
		for i := range word {
			for b := 0; b < 256; b++ {
				s := word[:i] + string([]byte{byte(b)}) + word[i+1:]
				_, problems := condition.Compile(condition.Policy, "Bool", "k", []string{s})
				require.Equal(t, strings.EqualFold(s, word) && b < 128, len(problems) == 0, "%q", s)
				_, problems = condition.Compile(condition.CAM, "bool_equal", "k", []string{s})
				require.Equal(t, s == word, len(problems) == 0, "%q in CAM", s)
			}
		}
		for _, s := range []string{strings.ToUpper(word), word} {
			c := mustCompile(t, condition.Identity, "Bool", "k", s)
			require.Equal(t, condition.True, eval(c, &condition.Env{Context: condition.Context{entry("k", condition.Bool(word == "true"))}}))
			require.Equal(t, condition.False, eval(c, &condition.Env{Context: condition.Context{entry("k", condition.Bool(word != "true"))}}))
		}
	}
	for _, s := range []string{"", "t", "tru", "truee", "falsee", "true ", "truefalse", "trueFALSEtrue"} {
		_, problems := condition.Compile(condition.Policy, "Bool", "k", []string{s})
		require.Len(t, problems, 1, "%q", s)
	}
}

// A value that its operator cannot read only warns in v5.0; the clause then
// behaves as one of the wrong type, whatever its other values say.
func TestUnreadableValue(t *testing.T) {
	for operator, want := range map[string][2]condition.Result{ // absent, present
		"NumberEquals":                  {condition.False, condition.False},
		"NumberNotEquals":               {condition.False, condition.False},
		"ForAnyValue:NumberNotEquals":   {condition.False, condition.False},
		"ForAllValues:NumberNotEquals":  {condition.False, condition.False},
		"NumberEqualsIfExists":          {condition.True, condition.False},
		"ForAllValues:DateLessThan":     {condition.False, condition.False},
		"BoolIfExists":                  {condition.True, condition.False},
		"NotIpAddress":                  {condition.False, condition.False},
		"ForAnyValue:IpAddressIfExists": {condition.True, condition.False},
		"Null":                          {condition.False, condition.False},
	} {
		good := sampleValue[operand(strings.TrimPrefix(strings.TrimPrefix(operator, "ForAnyValue:"), "ForAllValues:"))]
		c, problems := condition.Compile(condition.Identity, operator, "k", []string{good, "bogus"})
		require.Len(t, problems, 1)
		require.True(t, problems[0].Warning)
		require.Equal(t, want[0], eval(c, new(condition.Env)), operator)
		require.Equal(t, want[1], eval(c, &condition.Env{Context: condition.Context{entry("k", condition.String(good))}}), operator)
		require.Equal(t, want[1], eval(c, &condition.Env{Context: condition.Context{entry("k", condition.Strings(good, good))}}), operator)
	}
}

// A multi-valued key never expands a variable (P-28), but is a fine key of a
// clause. The block that is bound stays as it was.
func TestBindMultiValued(t *testing.T) {
	multi := func(k condition.Key) (condition.KeyInfo, bool) {
		return condition.KeyInfo{Type: condition.StringType, Multi: true}, k == condition.NewKey("g:CalledVia")
	}
	env := condition.Env{Context: condition.Context{entry("g:CalledVia", condition.String("x")), entry("k", condition.String("x"))}}
	b := condition.NewBlock([]condition.Clause{mustCompile(t, condition.Identity, "StringEquals", "k", "y", "${g:CalledVia}")})
	bound := b.Bind(multi)
	require.True(t, bound.Void())
	require.Equal(t, condition.False, bound.Eval(&env))
	require.False(t, b.Void())
	require.Equal(t, condition.True, b.Eval(&env))

	b = condition.NewBlock([]condition.Clause{mustCompile(t, condition.Identity, "ForAnyValue:StringEquals", "g:CalledVia", "x")})
	bound = b.Bind(multi)
	require.False(t, bound.Void())
	require.Equal(t, condition.True, bound.Eval(&env))

	v := vars(t, condition.Identity, "${k}${g:CalledVia}")
	require.True(t, condition.MultiValued(v, multi))
	require.False(t, condition.MultiValued(v[:1], multi))
	require.False(t, condition.MultiValued(nil, multi))
}

// The clock: the context's time first, then Now, then the time of the
// decision, which is read once (H26).
func TestHazardH26Clock(t *testing.T) {
	noon := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	before := mustCompile(t, condition.Identity, "DateLessThan", "G:currenttime", "2026-01-31T12:00:01Z")
	since := mustCompile(t, condition.Identity, "DateGreaterThanEquals", "g:CurrentTime", "2026-01-31T12:00:00Z")
	cam := mustCompile(t, condition.CAM, "date_equal", "qcs:current_time", "2026-01-31 12:00:00")
	present := mustCompile(t, condition.Policy, "Null", "g:CurrentTime", "false")
	block := condition.NewBlock([]condition.Clause{before, since, cam, present})
	late := condition.Time(noon.Add(time.Hour))
	for _, tt := range []struct {
		name string
		env  condition.Env
		want condition.Result
	}{
		{"Now", condition.Env{Now: noon}, condition.True},
		{"Now in another zone", condition.Env{Now: noon.In(time.FixedZone("", 3600))}, condition.True},
		{"later", condition.Env{Now: noon.Add(time.Second)}, condition.False},
		{"null is no time", condition.Env{Now: noon, Context: condition.Context{entry("g:CurrentTime", condition.Value{}), entry("qcs:current_time", condition.Strings())}}, condition.True},
		{"the context's time", condition.Env{Now: noon, Context: condition.Context{entry("g:CurrentTime", late)}}, condition.False},
		{"the context's text", condition.Env{Now: noon.Add(time.Hour), Context: condition.Context{entry("g:CurrentTime", condition.String("2026-01-31T12:00:00Z")), entry("qcs:current_time", condition.Time(noon))}}, condition.True},
		{"no time at all", condition.Env{Now: noon, Context: condition.Context{entry("g:CurrentTime", condition.Unavailable())}}, condition.Unknown},
		{"unreadable", condition.Env{Now: noon, Context: condition.Context{entry("g:CurrentTime", condition.String("noon"))}}, condition.Unknown},
	} {
		require.Equal(t, tt.want, block.Eval(&tt.env), tt.name)
	}

	env := condition.Env{}
	var buf [condition.MaxVariables]string
	start := time.Now().Add(-time.Nanosecond)
	got, _, r := env.Expand(vars(t, condition.Identity, "${g:CurrentTime}"), &buf)
	require.Equal(t, condition.True, r)
	first := got[0]
	at, err := time.Parse(time.RFC3339Nano, first)
	require.NoError(t, err)
	require.WithinRange(t, at, start, time.Now())
	require.True(t, at.Equal(env.Now))
	time.Sleep(2 * time.Millisecond)
	got, _, _ = env.Expand(vars(t, condition.Identity, "${qcs:current_time}"), &buf)
	require.Equal(t, first, got[0])

	// No other key is ever made up.
	for _, key := range []string{"g:CurrentTimes", "currenttime", "qcs:currenttime", "g:current_time", "g:TokenIssueTime"} {
		require.Equal(t, condition.True, eval(mustCompile(t, condition.Identity, "Null", key, "true"), &condition.Env{Now: noon}), key)
	}
}
