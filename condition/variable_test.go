package condition_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/wildcard"
)

func entry(key string, v condition.Value) condition.Entry {
	return condition.Entry{Key: condition.NewKey(key), Value: v}
}

// vars reads the variables of a text.
func vars(t testing.TB, g condition.Grammar, text string) []condition.Variable {
	t.Helper()
	syn := map[condition.Grammar]wildcard.Dollar{condition.Policy: wildcard.Policy11, condition.Identity: wildcard.Identity50, condition.CAM: wildcard.CAM20}
	tmpl, err := wildcard.Parse(text, wildcard.Syntax{Variables: syn[g]})
	require.NoError(t, err)
	require.False(t, tmpl.Void)
	return condition.Variables(g, tmpl.Variables)
}

func TestExpand(t *testing.T) {
	env := condition.Env{
		Context: condition.Context{
			entry("g:UserName", condition.String("Ann*")), entry("g:Empty", condition.String("")), entry("g:Null", condition.Value{}), entry("g:None", condition.Strings()),
			entry("g:One", condition.Strings("x")), entry("g:Many", condition.Strings("x", "y")), entry("g:Lost", condition.Unavailable()),
			entry("g:Number", condition.Number("1.50e1")), entry("g:Int", condition.Int(-7)), entry("g:Yes", condition.Bool(true)), entry("g:No", condition.Bool(false)),
			entry("g:Time", condition.Time(time.Date(2022, 8, 1, 2, 0, 0, 500_000_000, time.FixedZone("", 7200)))), entry("g:IP", condition.IP(netip.MustParseAddr("::ffff:10.0.0.1"))),
			entry("g:ResourceTag/Team", condition.String("ops")), entry("g:Twice", condition.String("a")), entry("g:Twice", condition.String("a")),
		},
		UIN: "2", OwnerUIN: "1", AppID: "9",
	}
	for _, tt := range []struct {
		rule string
		g    condition.Grammar
		text string
		want string // parted by |
		r    condition.Result
	}{
		{"P-25", condition.Policy, "${g:UserName}", "Ann*", condition.True},
		{"P-26", condition.Policy, "${ G:username }", "Ann*", condition.True},
		{"P-26", condition.Policy, "${g:UserName, 'nobody'}", "Ann*", condition.True},
		{"P-26", condition.Policy, "${g:Absent, 'No''body'}", "No'body", condition.True},
		{"P-26", condition.Policy, "${g:Null, 'd'}|${g:None, 'd'}", "d|d", condition.True},
		{"P-26", condition.Policy, "${g:Absent, ''}", "", condition.True},
		{"P-26", condition.Policy, "${g:Empty, 'd'}", "", condition.True},
		{"P-28", condition.Policy, "${g:Absent}", "", condition.False},
		{"P-28", condition.Policy, "${g:Null}", "", condition.False},
		{"P-28", condition.Policy, "${g:None}", "", condition.False},
		{"P-28", condition.Identity, "${g:One}", "", condition.False},
		{"P-28", condition.Identity, "${g:Many, 'd'}", "", condition.False},
		{"P-28", condition.Identity, "${g:UserName}|${g:Absent}", "", condition.False},
		{"H21", condition.Identity, "${g:ResourceTag/Team}|${G:RESOURCETAG/Team}", "ops|ops", condition.True},
		{"H21", condition.Identity, "${g:ResourceTag/team}", "", condition.False},
		{"C-13", condition.Identity, "${g:Number}|${g:Int}|${g:Yes}|${g:No}", "1.50e1|-7|true|false", condition.True},
		{"C-13", condition.Identity, "${g:Time}|${g:IP}", "2022-08-01T00:00:00.5Z|10.0.0.1", condition.True},
		{"H17", condition.Identity, "${g:Lost}", "", condition.Unknown},
		{"H17", condition.Identity, "${g:Lost, 'd'}", "", condition.Unknown},
		{"H17", condition.Identity, "${g:Twice}", "", condition.Unknown},
		{"H17", condition.Identity, "${g:Lost}|${g:Absent}", "", condition.False},
		{"H17", condition.Identity, "${g:Absent}|${g:Lost}", "", condition.False},
		{"V1", condition.CAM, "${uin}|${owner_uin}|${app_id}", "2|1|9", condition.True},
	} {
		var buf [condition.MaxVariables]string
		got, _, r := env.Expand(vars(t, tt.g, tt.text), &buf)
		require.Equal(t, tt.r, r, "%s %s", tt.rule, tt.text)
		if r == condition.True {
			require.Equal(t, tt.want, strings.Join(got, "|"), "%s %s", tt.rule, tt.text)
		}
	}
	for _, text := range []string{"${uin}", "${owner_uin}", "${app_id}"} {
		var buf [condition.MaxVariables]string
		_, _, r := new(condition.Env).Expand(vars(t, condition.CAM, text), &buf)
		require.Equal(t, condition.False, r, "V4 %s", text)
	}
	require.Nil(t, condition.Variables(condition.Policy, nil))
	one := vars(t, condition.Policy, "${G:X/y}")
	require.Equal(t, condition.NewKey("g:x/y"), one[0].Key())
	one = vars(t, condition.CAM, "${uin}")
	require.Equal(t, condition.Key{}, one[0].Key())
}

// Variables in values: what a clause comes to.
func TestVariablesInValues(t *testing.T) {
	for _, tt := range []struct {
		rule     string
		g        condition.Grammar
		operator string
		values   []string
		k, v     condition.Value // of the key k and of the variable's key v; CAM: uin is v's text
		want     condition.Result
	}{
		{"P-25", condition.Policy, "StringEquals", []string{"a-${v}"}, condition.String("a-b"), condition.String("b"), condition.True},
		{"P-25", condition.Policy, "StringEquals", []string{"a-${v}"}, condition.String("a-c"), condition.String("b"), condition.False},
		{"P-29", condition.Policy, "StringMatch", []string{"${v}-?"}, condition.String("x-1"), condition.String("*"), condition.False},
		{"P-29", condition.Policy, "StringMatch", []string{"${v}-?"}, condition.String("*-1"), condition.String("*"), condition.True},
		{"P-27", condition.Policy, "StringEquals", []string{"${v}"}, condition.String("${k}"), condition.String("${k}"), condition.True},
		{"P-27", condition.Policy, "StringEquals", []string{"${$}{v}"}, condition.String("${v}"), condition.String("x"), condition.True},
		{"3.5", condition.Identity, "StringMatch", []string{"${*}${?}*"}, condition.String("*?x"), condition.Value{}, condition.True},
		{"3.5", condition.Identity, "StringMatch", []string{"${*}${?}*"}, condition.String("abx"), condition.Value{}, condition.False},
		{"A-12", condition.Policy, "StringStartWith", []string{"${v}"}, condition.String("ANN-1"), condition.String("ann"), condition.True},
		{"A-12", condition.Policy, "StringNotEndWith", []string{"-${v}"}, condition.String("x-ANN"), condition.String("ann"), condition.False},
		{"P-28", condition.Policy, "StringEquals", []string{"b", "${v}"}, condition.String("b"), condition.Value{}, condition.False},
		{"P-28", condition.Policy, "StringNotEquals", []string{"b", "${v}"}, condition.String("x"), condition.Value{}, condition.False},
		{"P-28", condition.Identity, "StringEqualsIfExists", []string{"${v}"}, condition.Value{}, condition.Value{}, condition.False},
		{"P-28", condition.Identity, "StringNotEquals", []string{"${v}"}, condition.Value{}, condition.Strings("x"), condition.False},
		{"P-26", condition.Identity, "StringEquals", []string{"${v, 'shared'}"}, condition.String("shared"), condition.Value{}, condition.True},
		{"H17", condition.Identity, "StringEquals", []string{"${v}"}, condition.String("x"), condition.Unavailable(), condition.Unknown},
		{"H17", condition.Identity, "StringNotEquals", []string{"${v}"}, condition.String("x"), condition.Unavailable(), condition.Unknown},
		{"H17", condition.Identity, "StringEquals", []string{"${v}", "x"}, condition.String("x"), condition.Unavailable(), condition.Unknown},
		{"H17", condition.Identity, "StringNotEquals", []string{"${v}", "x"}, condition.String("x"), condition.Unavailable(), condition.False},
		{"H17", condition.Identity, "StringEqualsIfExists", []string{"${v}"}, condition.Value{}, condition.Unavailable(), condition.Unknown},
		{"H17", condition.Identity, "ForAnyValue:StringEquals", []string{"${v}", "x"}, condition.Strings("y", "x"), condition.Unavailable(), condition.Unknown},
		{"H17", condition.Identity, "ForAllValues:StringEquals", []string{"${v}", "x"}, condition.Strings("y", "x"), condition.Unavailable(), condition.Unknown},

		{"C-14", condition.Identity, "NumberLessThan", []string{"${v}"}, condition.Int(9), condition.Int(10), condition.True},
		{"C-14", condition.Identity, "NumberLessThan", []string{"${v}"}, condition.Int(10), condition.String("10"), condition.False},
		{"C-14", condition.Identity, "NumberLessThan", []string{"${v, '10'}"}, condition.Int(9), condition.Value{}, condition.True},
		{"C-14", condition.Identity, "NumberLessThan", []string{"${v}"}, condition.Int(9), condition.String("ten"), condition.False},
		{"C-14", condition.Identity, "NumberNotEquals", []string{"${v}"}, condition.Int(9), condition.String("ten"), condition.False},
		{"C-14", condition.Identity, "NumberNotEquals", []string{"${v}"}, condition.Value{}, condition.String("ten"), condition.False},
		{"C-14", condition.Identity, "NumberEquals", []string{"9", "${v}"}, condition.Int(9), condition.String("ten"), condition.False},
		{"C-14", condition.Identity, "NumberEqualsIfExists", []string{"${v}"}, condition.Value{}, condition.String("ten"), condition.True},
		{"H17", condition.Identity, "NumberEquals", []string{"${v}"}, condition.Int(9), condition.Unavailable(), condition.Unknown},
		{"H17", condition.Identity, "NumberEquals", []string{"${v}", "9"}, condition.Int(9), condition.Unavailable(), condition.Unknown},
		{"H17", condition.Identity, "NumberNotEquals", []string{"${v}", "9"}, condition.Int(9), condition.Unavailable(), condition.False},
		{"C-14", condition.Identity, "DateLessThan", []string{"${v}"}, condition.String("2026-01-01T00:00:00Z"), condition.Time(time.Date(2026, 1, 1, 0, 0, 1, 0, time.UTC)), condition.True},
		{"C-14", condition.Identity, "IpAddress", []string{"${v}"}, condition.String("10.1.1.1"), condition.String("10.0.0.0/8"), condition.True},
		{"C-14", condition.Identity, "IpAddress", []string{"${v}"}, condition.String("10.1.1.1"), condition.IP(netip.MustParseAddr("10.1.1.1")), condition.True},
		{"C-14", condition.Identity, "Bool", []string{"${v}"}, condition.Bool(true), condition.Bool(true), condition.True},
		{"C-14", condition.Identity, "Null", []string{"${v}"}, condition.Value{}, condition.Bool(true), condition.True},
		{"C-14", condition.Identity, "Null", []string{"${v}"}, condition.String("x"), condition.Bool(true), condition.False},
		{"C-14", condition.Identity, "Null", []string{"true", "${v}"}, condition.Value{}, condition.String("maybe"), condition.False},
		{"H17", condition.Identity, "Null", []string{"${v}"}, condition.Value{}, condition.Unavailable(), condition.Unknown},
		{"H17", condition.Identity, "Null", []string{"${v}", "true"}, condition.Value{}, condition.Unavailable(), condition.Unknown},

		{"V3", condition.CAM, "string_equal", []string{"${uin}"}, condition.String("125"), condition.String("125"), condition.True},
		{"V3", condition.CAM, "string_equal", []string{"${uin}"}, condition.String("999"), condition.String("125"), condition.False},
		{"V3", condition.CAM, "string_like", []string{"u-${uin}*"}, condition.String("u-*x"), condition.String("*"), condition.True},
		{"V3", condition.CAM, "string_like", []string{"u-${uin}*"}, condition.String("u-1x"), condition.String("*"), condition.False},
		{"V4", condition.CAM, "string_not_equal", []string{"${uin}"}, condition.String("1"), condition.String(""), condition.False},
		{"C2", condition.CAM, "numeric_equal", []string{"${uin}"}, condition.Int(125), condition.String("125"), condition.True},
		{"C2", condition.CAM, "numeric_not_equal", []string{"${uin}"}, condition.Int(1), condition.String("x"), condition.False},
		{"C2", condition.CAM, "numeric_equal", []string{"125", "${uin}"}, condition.Int(125), condition.String("x"), condition.False},
		{"C5", condition.CAM, "numeric_equal_if_exist", []string{"${uin}"}, condition.Value{}, condition.String("x"), condition.True},
	} {
		env := condition.Env{Context: condition.Context{entry("k", tt.k)}}
		if tt.g == condition.CAM {
			env.UIN = strings.Trim(tt.v.String(), `"`)
		} else {
			env.Context = append(env.Context, entry("v", tt.v))
		}
		got := eval(mustCompile(t, tt.g, tt.operator, "k", tt.values...), &env)
		require.Equal(t, tt.want, got, "%s: %s %q with k %s, v %s", tt.rule, tt.operator, tt.values, tt.k, tt.v)
	}
}

// One variable that cannot be expanded makes the whole block False, also where
// another clause is unknown or the clause itself would be true (P-28).
func TestVariableVoidsBlock(t *testing.T) {
	lost := mustCompile(t, condition.Identity, "StringEquals", "lost", "x")
	vague := mustCompile(t, condition.Identity, "StringEqualsIfExists", "absent", "${nothing}")
	env := condition.Env{Context: condition.Context{entry("lost", condition.Unavailable())}}
	b := condition.NewBlock([]condition.Clause{lost})
	require.Equal(t, condition.Unknown, b.Eval(&env))
	for _, clauses := range [][]condition.Clause{{lost, vague}, {vague, lost}} {
		b := condition.NewBlock(clauses)
		require.Equal(t, condition.False, b.Eval(&env))
		require.False(t, b.Void(), "another request may have the key")
	}
	env.Context = append(env.Context, entry("nothing", condition.String("y")))
	b = condition.NewBlock([]condition.Clause{lost, vague})
	require.Equal(t, condition.Unknown, b.Eval(&env))
}

// A malformed variable voids the block for good (P-28).
func TestVoidBlock(t *testing.T) {
	for _, g := range []condition.Grammar{condition.Policy, condition.Identity} {
		for _, operator := range []string{"StringEquals", "StringNotEqualsIfExists", "NumberEqualsIfExists", "Null"} {
			c, problems := condition.Compile(g, operator, "k", []string{"true", "${"})
			require.NotEmpty(t, problems)
			ok := mustCompile(t, g, "Null", "k", "true")
			for _, clauses := range [][]condition.Clause{{c}, {c, ok}, {ok, c}} {
				b := condition.NewBlock(clauses)
				require.True(t, b.Void())
				require.Equal(t, condition.False, b.Eval(new(condition.Env)), operator)
			}
		}
	}
}
