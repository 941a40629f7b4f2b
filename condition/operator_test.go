package condition_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

// names are the operators of the vendors' tables (huawei.md 5.2, tencent-cam.md
// 4.2) with a value that each can read: first those of every key, then those
// that v1.1 has for obs: keys only.
var names = map[string]struct{ all, obs []string }{
	"policy": {
		[]string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringMatch", "StringNotMatch",
			"StringStartWith", "StringNotStartWith", "StringEndWith", "StringNotEndWith", "StringLike", "StringNotLike",
			"StringEqualsAnyOf", "StringNotEqualsAnyOf", "StringEqualsIgnoreCaseAnyOf", "StringMatchAnyOf", "StringStartWithAnyOf", "StringEndWithAnyOf", "StringLikeAnyOf", "StringNotLikeAnyOf",
			"NumberEquals", "NumberNotEquals", "NumberLessThan", "NumberLessThanEquals", "NumberGreaterThan", "NumberGreaterThanEquals",
			"DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "Null", "IsNullOrEmpty"},
		[]string{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
			"DateEquals", "DateNotEquals", "IpAddress", "NotIpAddress"},
	},
	"identity": {
		[]string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringMatch", "StringNotMatch",
			"StringStartWith", "StringNotStartWith", "StringEndWith", "StringNotEndWith", "StringLike", "StringNotLike",
			"NumberEquals", "NumberNotEquals", "NumberLessThan", "NumberLessThanEquals", "NumberGreaterThan", "NumberGreaterThanEquals",
			"DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "Null", "IpAddress", "NotIpAddress"},
		nil,
	},
	"cam": {
		[]string{"string_equal", "string_not_equal", "string_equal_ignore_case", "string_not_equal_ignore_case", "string_like", "string_not_like",
			"numeric_equal", "numeric_not_equal", "numeric_less_than", "numeric_less_than_equal", "numeric_greater_than", "numeric_greater_than_equal",
			"date_equal", "date_not_equal", "date_less_than", "date_less_than_equal", "date_greater_than", "date_greater_than_equal",
			"bool_equal", "binary_equal", "ip_equal", "ip_not_equal", "null_equal"},
		nil,
	},
}

// operand is the type that an operator compares, told from its name.
func operand(name string) condition.Type {
	low := strings.ToLower(strings.TrimPrefix(name, "Not"))
	for prefix, typ := range map[string]condition.Type{"string": condition.StringType, "binary": condition.StringType, "num": condition.NumericType,
		"date": condition.DateType, "bool": condition.BooleanType, "ip": condition.IPType} {
		if strings.HasPrefix(low, prefix) {
			return typ
		}
	}
	return condition.AnyType
}

func isNull(name string) bool {
	return name == "Null" || name == "IsNullOrEmpty" || name == "null_equal"
}

var sampleValue = map[condition.Type]string{condition.StringType: "x", condition.NumericType: "1", condition.DateType: "2026-01-31T08:00:00Z",
	condition.BooleanType: "true", condition.IPType: "10.0.0.0/8", condition.AnyType: "true"}

// Every operator in every form that a grammar has, and what a Clause tells of
// it (C-4, C-10, C5, C7).
func TestOperators(t *testing.T) {
	for _, g := range grammars {
		table := names[g.name]
		for i, name := range append(slices.Clone(table.all), table.obs...) {
			typ := operand(name)
			if name == "IsNullOrEmpty" {
				typ = condition.AnyType
			}
			for _, q := range []struct {
				prefix string
				want   condition.Quantifier
			}{{"", condition.Plain}, {g.any, condition.AnyValue}, {g.all, condition.AllValues}} {
				for _, suffix := range []string{"", g.ifExists} {
					full := q.prefix + name + suffix
					c, problems := condition.Compile(g.g, full, "obs:K", []string{sampleValue[typ]})
					if isNull(name) && full != name {
						require.Equal(t, []condition.Problem{{Kind: condition.UnknownOperator,
							Reason: name + " takes no qualifier and no suffix", Fix: `write "` + name + `"`}}, problems, full)
						continue
					}
					require.Empty(t, problems, "%s: %s", g.name, full)
					require.Equal(t, full, c.Operator())
					require.Equal(t, "obs:K", c.KeyText())
					require.Equal(t, condition.NewKey("obs:k"), c.Key())
					require.Equal(t, []string{sampleValue[typ]}, c.Values())
					require.Equal(t, typ, c.Operand(), full)
					require.Equal(t, strings.Contains(name, "Not") || strings.Contains(name, "_not_"), c.Negated(), full)
					require.Equal(t, suffix != "", c.IfExists(), full)
					require.Equal(t, q.want, c.Quantifier(), full)

					_, problems = condition.Compile(g.g, full, "g:K", []string{sampleValue[typ]})
					if i < len(table.all) {
						require.Empty(t, problems, "%s: %s", g.name, full)
						continue
					}
					fix := "write a v5.0 policy"
					if rest, ok := strings.CutPrefix(name, "Numeric"); ok {
						fix = `write "Number` + rest + `"`
					}
					require.Equal(t, []condition.Problem{{Part: condition.KeyPart, Kind: condition.OperatorKey,
						Reason: "v1.1 has " + name + " for obs: keys only", Fix: fix}}, problems, full)
				}
			}
		}
	}
}

// What is not in a grammar's table is refused in it, whatever surrounds it:
// operators of another grammar, other letter cases, misspelt suffixes (C-17,
// C-18, G8).
func TestOperatorsRefused(t *testing.T) {
	texts := []string{"", "String", "Equals", "ForAnyValue:", "ForAllValues:", "IfExists", "for_any_value:", "_if_exist", "AnyOf", "StringAnyOf", "NumberEqualsAnyOf", "BoolAnyOf", "NullAnyOf",
		"StringEqualsAnyOfAnyOf", "StringEqualsIfExistsAnyOf", "StringEqualsIfExistsIfExists", "StringEqualsIfExsits", "StringEqualsifexists", "ForAnyValue:ForAnyValue:StringEquals",
		"ForAnyValue:ForAllValues:StringEquals", "ForAllValue:StringEquals", "forAnyValue:StringEquals", "ForAnyValue: StringEquals", "StringEqualsForAnyValue:",
		"stringEquals", "stringequals", "STRINGEQUALS", " StringEquals", "StringEquals ", "String Equals", "StringEqual", "StringNotLikeIgnoreCase",
		"Ip_equal", "IPAddress", "ipaddress", "NotIPAddress", "bool", "null", "NULL", "IsNull", "UrnEquals", "ArnLike", "BinaryEquals", "streq", "numlt",
		"String_Equal", "string_equal_if_exists", "string_equals", "string_equal_if_exist_if_exist", "for_any_values:string_equal", "for_all_values:string_equal", " date_less_than ",
		"numeric_less_than_equals", "\u017FtringEquals", "\u017Ftring_equal", "null_equal_if_exist_"}
	for _, g := range grammars {
		table := names[g.name]
		legal := append(slices.Clone(table.all), table.obs...)
		for _, other := range grammars {
			for _, name := range append(slices.Clone(names[other.name].all), names[other.name].obs...) {
				texts = append(texts, name, other.any+name+other.ifExists, name+other.ifExists)
			}
		}
		for _, text := range texts {
			base := text
			if rest, ok := strings.CutPrefix(text, g.any); ok {
				base = rest
			} else {
				base = strings.TrimPrefix(text, g.all)
			}
			base = strings.TrimSuffix(base, g.ifExists)
			want := slices.Contains(legal, base) && (base == text || !isNull(base))
			c, problems := condition.Compile(g.g, text, "obs:k", nil)
			require.Equal(t, want, len(problems) == 0, "%s: %q: %v", g.name, text, problems)
			if !want {
				require.Len(t, problems, 1)
				require.Equal(t, condition.UnknownOperator, problems[0].Kind)
				require.Equal(t, condition.OperatorPart, problems[0].Part)
				require.False(t, problems[0].Warning)
				require.Equal(t, text, c.Operator())
			}
		}
	}
}

// An unknown operator comes with the one that was probably meant, or with a
// word on how operators are written.
func TestOperatorSuggestions(t *testing.T) {
	for _, tt := range []struct {
		g         condition.Grammar
		name, fix string // fix is part of the text
	}{
		{condition.Policy, "StringEqual", `"StringEquals"`},
		{condition.Policy, "stringequals", `"StringEquals"`},
		{condition.Policy, "ForAnyValue:StrnigEqualsIfExists", `"StringEquals"`},
		{condition.Identity, "IPAddress", `"IpAddress"`},
		{condition.Identity, "DateLessThen", `"DateLessThan"`},
		{condition.Identity, "bool", `"Bool"`},
		{condition.Identity, "StringEqualsIfExsits", `"StringEqualsIfExists"`},
		{condition.Identity, "ForAnyvalue:StringEquals", "ForAnyValue: and ForAllValues:"},
		{condition.Identity, ":StringEquals", "ForAnyValue: and ForAllValues:"},
		{condition.Identity, "IfExist", "StringEquals, NumberLessThan"},
		{condition.Identity, "streq", "StringEquals, NumberLessThan"},
		{condition.Identity, "", "StringEquals, NumberLessThan"},
		{condition.Identity, strings.Repeat("x", 500), "StringEquals, NumberLessThan"},
		{condition.Identity, "IsNullOrEmpty", `"Null"`},
		{condition.Identity, "NumericEquals", `"NumberEquals"`},
		{condition.Identity, "NumericLessThanIfExists", `"NumberLessThan"`},
		{condition.Identity, "DateNotEqualsIfExists", "v5.0 has no such operator"},
		{condition.CAM, "StringEquals", `"string_equal"`},
		{condition.CAM, "Ip_equal", `"ip_equal"`},
		{condition.CAM, "string_equals", `"string_equal"`},
		{condition.CAM, "for_any_value:string_equall", `"string_equal"`},
		{condition.CAM, "string_equal_if_exists", `"string_equal_if_exist"`},
		{condition.CAM, "for_any_values:string_equal", "for_any_value: and for_all_value:"},
		{condition.CAM, "x", "string_equal, numeric_less_than"},
	} {
		_, problems := condition.Compile(tt.g, tt.name, "g:k", []string{"x"})
		require.Len(t, problems, 1, tt.name)
		require.Contains(t, problems[0].Fix, tt.fix, tt.name)
		require.Equal(t, &problems[0], condition.CheckOperator(tt.g, tt.name))
		if len(tt.name) < 80 {
			require.Equal(t, `unknown operator "`+tt.name+`"`, problems[0].Reason)
		} else {
			require.Less(t, len(problems[0].Reason), 120)
		}
	}
	require.Nil(t, condition.CheckOperator(condition.CAM, "for_any_value:string_equal_if_exist"))
}
