package condition_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

// Problems with keys and values: where they are, what kind they are, and
// whether the vendor lets them pass.
func TestProblems(t *testing.T) {
	const (
		emptyKey = "the condition key is empty"
		blankKey = "blank or control character in a condition key"
		number   = ` is no number`
		date     = ` is no date`
		address  = ` is no address and no address range`
		truth    = ` is no truth value`
		never    = ": the statement can never match"
		partOf   = "the variable is only a part of a value that is no string"
	)
	type problem = condition.Problem
	key := func(offset int, reason, fix string) problem {
		return problem{Part: condition.KeyPart, Offset: offset, Kind: condition.BadKey, Reason: reason, Fix: fix}
	}
	value := func(i, offset int, kind condition.ProblemKind, reason string) problem {
		return problem{Part: condition.ValuePart, Value: i, Offset: offset, Kind: kind, Reason: reason}
	}
	bad, pattern, variable := condition.BadValue, condition.BadPattern, condition.BadVariable
	for _, tt := range []struct {
		rule     string
		grammars string // first letters
		operator string
		key      string
		values   []string
		want     []problem // Fix is compared only where it is set
	}{
		{"P-6", "pi", "StringEquals", "", []string{"x"}, []problem{key(0, emptyKey, "write a key such as g:SourceIp")}},
		{"G8", "c", "string_equal", "", []string{"x"}, []problem{key(0, emptyKey, "write a key such as qcs:ip")}},
		{"P-6", "pi", "StringEquals", " g:UserName", nil, []problem{key(0, blankKey, "remove it")}},
		{"P-6", "pi", "StringEquals", "g:User Name", nil, []problem{key(6, blankKey, "remove it")}},
		{"G11", "c", "ip_equal", "qcs:ip ", nil, []problem{key(6, blankKey, "remove it")}},
		{"H12", "pic", "Null/null_equal", "g:a\x7f", nil, []problem{key(3, blankKey, "remove it")}},
		{"H12", "pic", "Null/null_equal", "g:a\n/b", nil, []problem{key(3, blankKey, "remove it")}},
		{"K3", "pic", "Null/null_equal", "g:ResourceTag/two words", nil, nil},
		{"K3", "pic", "Null/null_equal", "a/ x", nil, nil},
		{"K3", "pic", "Null/null_equal", "/ x", nil, []problem{key(1, blankKey, "remove it")}},

		{"C-14", "pi", "NumberEquals", "g:k", []string{"1", "x", "", "0x10", " 1"}, []problem{
			value(1, 0, bad, `"x"`+number), value(2, 0, bad, `""`+number), value(3, 0, bad, `"0x10"`+number), value(4, 0, bad, `" 1"`+number)}},
		{"C2", "c", "numeric_equal", "k", []string{"1", "x"}, []problem{value(1, 0, bad, `"x"`+number)}},
		{"H14", "pi", "NumberEquals", "g:k", []string{".1"}, []problem{value(0, 0, bad, `".1"`+number)}},
		{"H14", "pi", "NumberEquals", "g:k", []string{"1e10000"}, []problem{value(0, 0, bad, `"1e10000"`+number)}},
		{"C-14", "pi", "DateLessThan", "g:CurrentTime", []string{"2022-08-01"}, []problem{value(0, 0, bad, `"2022-08-01"`+date)}},
		{"#26", "pi", "DateLessThan", "g:CurrentTime", []string{"2022-05-31 00:00:00"}, []problem{value(0, 0, bad, `"2022-05-31 00:00:00"`+date)}},
		{"#26", "c", "date_less_than", "qcs:current_time", []string{"2022-05-31 00:00:00"}, nil},
		{"#26", "c", "date_less_than", "qcs:current_time", []string{"2016-06-01T 00:01:00Z"}, []problem{value(0, 0, bad, `"2016-06-01T 00:01:00Z"`+date)}},
		{"C-14", "pi", "Bool", "g:MFAPresent", []string{"True", "fALSE", "yes", "1", "truex", "tru", "trūe"}, []problem{
			value(2, 0, bad, `"yes"`+truth), value(3, 0, bad, `"1"`+truth), value(4, 0, bad, `"truex"`+truth), value(5, 0, bad, `"tru"`+truth), value(6, 0, bad, `"trūe"`+truth)}},
		{"C2", "c", "bool_equal", "k", []string{"true", "false", "True", "FALSE"}, []problem{value(2, 0, bad, `"True"`+truth), value(3, 0, bad, `"FALSE"`+truth)}},
		{"C9", "c", "null_equal", "k", []string{"TRUE"}, []problem{value(0, 0, bad, `"TRUE"`+truth)}},
		{"C9", "pi", "Null", "k", []string{"maybe"}, []problem{value(0, 0, bad, `"maybe"`+truth)}},
		{"5.3", "i", "IpAddress", "g:SourceIp", []string{"10.0.0.0/8", "10.0.0.1:443", "10.0.0.0/33", "010.0.0.1"}, []problem{
			value(1, 0, bad, `"10.0.0.1:443"`+address), value(2, 0, bad, `"10.0.0.0/33"`+address), value(3, 0, bad, `"010.0.0.1"`+address)}},
		{"C8", "c", "ip_equal", "qcs:ip", []string{"localhost"}, []problem{value(0, 0, bad, `"localhost"`+address)}},

		{"P-28", "pi", "StringEquals", "g:k", []string{"ok", "a${foo"}, []problem{value(1, 1, variable, "variable without closing brace"+never)}},
		{"P-28", "pi", "StringMatch", "g:k", []string{"${}"}, []problem{value(0, 0, variable, "variable without a key"+never)}},
		{"P-28", "pi", "NumberEquals", "g:k", []string{"${k, 1}"}, []problem{value(0, 0, variable, "default of a variable without quotes"+never)}},
		{"P-28", "pi", "NumberEquals", "g:k", []string{"1${k}"}, []problem{value(0, 0, pattern, partOf)}},
		{"P-28", "pi", "Bool", "g:k", []string{"${a}${b}"}, []problem{value(0, 0, pattern, partOf)}},
		{"H6", "pi", "StringLike", "g:k", []string{"${k}", "a${k}"}, []problem{value(1, 0, pattern, "the variable is only a part of a StringLike value")}},
		{"H6", "pi", "StringNotLike", "g:k", []string{"${a}${b}"}, []problem{value(0, 0, pattern, "the variable is only a part of a StringNotLike value")}},
		{"3.5", "i", "NumberEquals", "g:k", []string{"${$}"}, []problem{value(0, 0, bad, `"${$}"`+number)}},
		{"3.5", "i", "StringEquals", "g:k", []string{"${*}${?}${$}"}, nil},
		{"V4", "c", "string_equal", "k", []string{"a${g:UserName}"}, []problem{value(0, 1, pattern, `unknown variable "${g:UserName}"`)}},
		{"V4", "c", "string_equal", "k", []string{"${uin"}, []problem{value(0, 0, pattern, "variable without closing brace")}},
		{"V2", "c", "numeric_equal", "k", []string{"1${uin}"}, []problem{value(0, 0, pattern, partOf)}},
		{"V2", "c", "numeric_equal", "k", []string{"${uin}"}, nil},
		{"H6", "pi", "StringMatch", "g:k", []string{"x", "*" + strings.Repeat("a?", 11) + "b*"}, []problem{value(1, 1, pattern, "more than 6 ? between two *")}},
		{"H6", "c", "string_like", "k", []string{"*" + strings.Repeat("a?", 11) + "b*"}, nil},
		{"H6", "i", "StringEquals", "g:k", []string{strings.Repeat("${k}", 9)}, []problem{value(0, 32, pattern, "more than 8 variables in one text")}},
	} {
		for _, g := range grammars {
			if !strings.Contains(tt.grammars, g.name[:1]) {
				continue
			}
			operator, cam, both := strings.Cut(tt.operator, "/")
			if both && g.g == condition.CAM {
				operator = cam
			}
			c, problems := condition.Compile(g.g, operator, tt.key, tt.values)
			require.Len(t, problems, len(tt.want), "%s %s %s %q: %v", tt.rule, g.name, operator, tt.values, problems)
			for i, p := range problems {
				want := tt.want[i]
				if want.Fix == "" {
					require.NotEmpty(t, p.Fix)
					want.Fix = p.Fix
				}
				// A bad value only warns in v5.0 (I-10), a bad variable in both (P-28).
				want.Warning = want.Kind == bad && g.g == condition.Identity || want.Kind == variable
				if want.Kind == bad && want.Warning {
					want.Reason += ": the condition is never satisfied"
				}
				require.Equal(t, want, p, "%s %s %q", tt.rule, g.name, tt.values)
			}
			require.Equal(t, tt.values, c.Values())
			require.Equal(t, tt.key, c.KeyText())
		}
	}
}

// What to write instead.
func TestProblemFixes(t *testing.T) {
	for operator, fix := range map[string]string{
		"NumberEquals": `write digits, such as "10" or "1.5"`,
		"DateLessThan": `write UTC as "2026-01-31T08:00:00Z"`,
		"IpAddress":    `write "203.0.113.7" or "203.0.113.0/24"`,
		"Bool":         `write "true" or "false"`,
		"Null":         `write "true" or "false"`,
	} {
		_, problems := condition.Compile(condition.Identity, operator, "g:k", []string{"?"})
		require.Equal(t, fix, problems[0].Fix, operator)
	}
	_, problems := condition.Compile(condition.Identity, "StringEquals", "g:k", []string{"${"})
	require.Equal(t, "write ${key}", problems[0].Fix)
	_, problems = condition.Compile(condition.Identity, "Bool", "g:k", []string{"x${k}"})
	require.Equal(t, "write the variable alone", problems[0].Fix)
}

// A long value is quoted in part (H11).
func TestHazardH11LongValue(t *testing.T) {
	_, problems := condition.Compile(condition.Policy, "NumberEquals", "g:k", []string{strings.Repeat("x", 100_000)})
	require.Equal(t, `"`+strings.Repeat("x", 80)+`"… is no number`, problems[0].Reason)
}

// Everything that is wrong is reported, in the order of key and values.
func TestProblemsAll(t *testing.T) {
	_, problems := condition.Compile(condition.Policy, "IpAddress", "g: k", []string{"x", "10.0.0.1", "${", "y${k}"})
	var got []condition.ProblemKind
	for _, p := range problems {
		got = append(got, p.Kind)
	}
	require.Equal(t, []condition.ProblemKind{condition.BadKey, condition.OperatorKey, condition.BadValue, condition.BadVariable, condition.BadPattern}, got)
}
