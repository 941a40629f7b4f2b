package condition_test

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

func TestValueString(t *testing.T) {
	for _, tt := range []struct {
		v    condition.Value
		want string
	}{
		{condition.Value{}, "absent"},
		{condition.String("a\n\"b\""), `"a\n\"b\""`},
		{condition.String(""), `""`},
		{condition.Strings(), "[]"},
		{condition.Strings("a"), `["a"]`},
		{condition.Strings("a", "", "b,c"), `["a", "", "b,c"]`},
		{condition.Number("1.50e1"), "1.50e1"},
		{condition.Number("-0"), "-0"},
		{condition.Number("x"), "unknown"},
		{condition.Number(""), "unknown"},
		{condition.Number("1e10000"), "unknown"},
		{condition.Int(math.MinInt64), "-9223372036854775808"},
		{condition.Int(7), "7"},
		{condition.Bool(true), "true"},
		{condition.Bool(false), "false"},
		{condition.Time(time.Date(2022, 8, 1, 2, 0, 0, 0, time.FixedZone("", 7200))), "2022-08-01T00:00:00Z"},
		{condition.Time(time.Unix(-1, 250_000_000)), "1969-12-31T23:59:59.25Z"},
		{condition.Time(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), "0000-01-01T00:00:00Z"},
		{condition.Time(time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)), "9999-12-31T23:59:59.999999999Z"},
		{condition.Time(time.Date(-1, 12, 31, 23, 59, 59, 0, time.UTC)), "unknown"},
		{condition.Time(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "unknown"},
		{condition.IP(netip.MustParseAddr("::ffff:10.0.0.1")), "10.0.0.1"},
		{condition.IP(netip.MustParseAddr("FE80::1%eth0")), "fe80::1"},
		{condition.IP(netip.MustParseAddr("::ffff:10.0.0.1").WithZone("x")), "10.0.0.1"},
		{condition.IP(netip.Addr{}), "unknown"},
		{condition.Unavailable(), "unknown"},
	} {
		require.Equal(t, tt.want, tt.v.String())
		require.Equal(t, tt.want == "absent" || tt.want == "[]", tt.v.IsAbsent(), tt.want)
	}
}

func TestNames(t *testing.T) {
	var types, results string
	for _, typ := range []condition.Type{condition.AnyType, condition.StringType, condition.NumericType, condition.DateType, condition.BooleanType, condition.IPType} {
		types += typ.String() + " "
	}
	require.Equal(t, "any string numeric date boolean ip_address ", types)
	for _, r := range []condition.Result{condition.False, condition.Unknown, condition.True} {
		results += r.String() + " "
	}
	require.Equal(t, "false unknown true ", results)
	require.Less(t, condition.False, condition.Unknown)
	require.Less(t, condition.Unknown, condition.True)
}

// Keys fold ASCII letters before the first slash; a tag key is exact, and no
// other spelling of a key is looked for (H21, A-4, K2).
func TestHazardH21Keys(t *testing.T) {
	for _, same := range [][2]string{
		{"g:UserName", "G:USERNAME"},
		{"cvm:Disk_Type", "CVM:disk_type"},
		{"g:ResourceTag/Team", "G:resourcetag/Team"},
		{"qcs:resource_tag/A/b", "QCS:Resource_Tag/A/b"},
	} {
		require.True(t, condition.NewKey(same[0]) == condition.NewKey(same[1]), same[0])
	}
	for _, other := range [][2]string{
		{"g:ResourceTag/Team", "g:ResourceTag/team"},
		{"g:UserName", "g:User-Name"},
		{"g:UserName", "UserName"},
		{"g:k", "g:\u212A"},
		{"g:s", "g:\u017F"},
		{"g:é", "g:É"},
		{"cvm:disk_type", "cvm_disk_type"},
		{"g:ResourceTag/", "g:ResourceTag"},
	} {
		require.False(t, condition.NewKey(other[0]) == condition.NewKey(other[1]), other[0])
	}
	require.Equal(t, "g:resourcetag/Team", condition.NewKey("G:ResourceTag/Team").String())
	require.Equal(t, "", condition.Key{}.String())
	require.Equal(t, "", condition.NewKey("").String())

	c := mustCompile(t, condition.Identity, "StringEquals", "g:ResourceTag/Team", "ops")
	for key, want := range map[string]condition.Result{"g:resourcetag/Team": condition.True, "G:RESOURCETAG/Team": condition.True,
		"g:ResourceTag/team": condition.False, "g:ResourceTag/TEAM": condition.False, "ResourceTag/Team": condition.False} {
		require.Equal(t, want, eval(c, &condition.Env{Context: condition.Context{entry(key, condition.String("ops"))}}), key)
	}
}

// A key that stands in the context twice is unknown, equal values or not; in
// two spellings it is the same key.
func TestDuplicateEntries(t *testing.T) {
	c := mustCompile(t, condition.Identity, "StringEqualsIfExists", "g:K", "x")
	null := mustCompile(t, condition.CAM, "null_equal", "g:K", "true")
	for _, ctx := range []condition.Context{
		{entry("g:k", condition.String("x")), entry("g:K", condition.String("x"))},
		{entry("g:k", condition.String("x")), entry("other", condition.String("x")), entry("g:k", condition.String("y"))},
		{entry("g:k", condition.Value{}), entry("g:k", condition.String("x"))},
		{entry("g:k", condition.Value{}), entry("g:k", condition.Value{})},
	} {
		require.Equal(t, condition.Unknown, eval(c, &condition.Env{Context: ctx}))
		require.Equal(t, condition.Unknown, eval(null, &condition.Env{Context: ctx}))
	}
	ctx := condition.Context{entry("g:CurrentTime", condition.Value{}), entry("g:CurrentTime", condition.Value{})}
	date := mustCompile(t, condition.Identity, "DateLessThan", "g:CurrentTime", "9999-01-01T00:00:00Z")
	require.Equal(t, condition.Unknown, eval(date, &condition.Env{Context: ctx}))
}

// What a value of a type converts to, in Huawei's dialects and in CAM (huawei.md
// 5.3, tencent-cam.md C2 and ambiguity 27).
func TestConversions(t *testing.T) {
	day := time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	values := []condition.Value{
		condition.String("1"), condition.Int(1), condition.Bool(true), condition.Time(day), condition.IP(netip.MustParseAddr("10.0.0.1")),
		condition.String("true"), condition.String("TRUE"), condition.String("2026-01-31T08:00:00Z"), condition.String("2026-01-31 08:00:00"), condition.String("10.0.0.1"), condition.String("::ffff:10.0.0.1"),
	}
	for _, tt := range []struct {
		g        condition.Grammar
		operator string
		values   []string
		want     string // one letter for each value
	}{
		{condition.Identity, "StringEquals", []string{"1", "true", "10.0.0.1", "2026-01-31T08:00:00Z"}, "T????TFTFTF"},
		{condition.Identity, "NumberEquals", []string{"1"}, "TT?????????"},
		{condition.Identity, "Bool", []string{"true"}, "??T??TT????"},
		{condition.Identity, "DateLessThanEquals", []string{"2026-01-31T08:00:00Z"}, "???T???T???"},
		{condition.Identity, "IpAddress", []string{"10.0.0.1"}, "????T????TT"},
		{condition.Identity, "NotIpAddress", []string{"10.0.0.1"}, "????F????FF"},
		{condition.CAM, "string_equal", []string{"1", "true", "10.0.0.1", "2026-01-31T08:00:00Z"}, "TTTTTTFTFTF"},
		{condition.CAM, "string_not_equal", []string{"1", "true", "10.0.0.1", "2026-01-31T08:00:00Z"}, "FFFFFFTFTFT"},
		{condition.CAM, "numeric_equal", []string{"1"}, "TTFFFFFFFFF"},
		{condition.CAM, "numeric_not_equal", []string{"2"}, "TTFFFFFFFFF"},
		{condition.CAM, "bool_equal", []string{"true"}, "FFTFFTFFFFF"},
		{condition.CAM, "date_equal", []string{"2026-01-31T08:00:00Z"}, "FFFTFFFTTFF"},
		{condition.CAM, "date_not_equal", []string{"2026-01-31 08:00:01"}, "FFFTFFFTTFF"},
		{condition.CAM, "ip_equal", []string{"10.0.0.1"}, "FFFFTFFFFTT"},
		{condition.CAM, "ip_not_equal", []string{"10.0.0.2"}, "FFFFTFFFFTT"},
	} {
		c := mustCompile(t, tt.g, tt.operator, "k", tt.values...)
		got := ""
		for _, v := range values {
			got += map[condition.Result]string{condition.True: "T", condition.False: "F", condition.Unknown: "?"}[eval(c, &condition.Env{Context: condition.Context{entry("k", v)}})]
		}
		require.Equal(t, tt.want, got, tt.operator)
	}
}

// Case-insensitive comparing is Unicode simple folding: the Kelvin sign is a k
// and the long s an s, but ß is not ss, and nothing changes its length.
func TestHazardH28ConditionFolding(t *testing.T) {
	for _, tt := range []struct {
		operator, policy, value string
		want                    condition.Result
	}{
		{"StringEqualsIgnoreCase", "k", "\u212A", condition.True},
		{"StringEqualsIgnoreCase", "\u212A", "K", condition.True},
		{"StringEqualsIgnoreCase", "\u017F", "S", condition.True},
		{"StringEqualsIgnoreCase", "ß", "\u1E9E", condition.True},
		{"StringEqualsIgnoreCase", "ß", "ss", condition.False},
		{"StringEqualsIgnoreCase", "ß", "SS", condition.False},
		{"StringEqualsIgnoreCase", "İ", "i", condition.False},
		{"StringEqualsIgnoreCase", "ı", "I", condition.False},
		{"StringEqualsIgnoreCase", "Σ", "ς", condition.True},
		{"StringEqualsIgnoreCase", "É", "é", condition.True},
		{"StringEqualsIgnoreCase", "É", "e\u0301", condition.False},
		{"StringEqualsIgnoreCase", "a", "a\xff", condition.False},
		{"StringNotEqualsIgnoreCase", "k", "\u212A", condition.False},
		{"StringStartWith", "Ka", "\u212AAx", condition.True},
		{"StringNotStartWith", "Ka", "\u212AAx", condition.False},
		{"StringEndWith", "ak", "xA\u212A", condition.True},
		{"StringEndWith", "s", "x\u017F", condition.True},
		{"StringLike", "aka", "xA\u212AAx", condition.True},
		{"StringLike", "ss", "straße", condition.False},
		{"StringEquals", "k", "\u212A", condition.False},
		{"StringMatch", "k*", "\u212A", condition.False},
		{"StringStartWith", "", "", condition.True},
		{"StringLike", "", "x", condition.True},
		{"string_equal_ignore_case", "k", "\u212A", condition.True},
		{"string_equal_ignore_case", "ß", "ss", condition.False},
		{"string_like", "k*", "Kx", condition.False},
	} {
		g := condition.Identity
		if tt.operator[0] == 's' {
			g = condition.CAM
		}
		c := mustCompile(t, g, tt.operator, "k", tt.policy)
		require.Equal(t, tt.want, eval(c, &condition.Env{Context: condition.Context{entry("k", condition.String(tt.value))}}), "%s %q ~ %q", tt.operator, tt.policy, tt.value)
	}
}
