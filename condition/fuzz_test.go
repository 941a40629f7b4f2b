package condition_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

// opposites are operators and their negations.
var opposites = map[string]string{
	"StringEquals": "StringNotEquals", "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase", "StringMatch": "StringNotMatch", "StringStartWith": "StringNotStartWith",
	"StringEndWith": "StringNotEndWith", "StringLike": "StringNotLike", "NumberEquals": "NumberNotEquals", "IpAddress": "NotIpAddress",
	"string_equal": "string_not_equal", "string_equal_ignore_case": "string_not_equal_ignore_case", "string_like": "string_not_like",
	"numeric_equal": "numeric_not_equal", "date_equal": "date_not_equal", "ip_equal": "ip_not_equal",
}

// No text makes Compile or Eval panic, a problem points into its text, and a
// negative operator is the negation of the positive one wherever the value can
// be read (H30; C-2, C6).
func FuzzClause(f *testing.F) {
	for i := range samples {
		for _, op := range samples[i].operators {
			for _, v := range append(samples[i].values, "${k}", "${k, '10'}", "${uin}", "${", "") {
				f.Add(byte(i), op, "g:k", v, samples[i].hit[0], samples[i].miss[0])
			}
		}
	}
	f.Add(byte(1), "ForAnyValue:StringLikeIfExists", "g:ResourceTag/a b", "\u212A\u017Fß", "k\xffs", "SS")
	f.Fuzz(func(t *testing.T, which byte, operator, key, value, have, more string) {
		g := grammars[int(which)%len(grammars)]
		c, problems := condition.Compile(g.g, operator, key, []string{value, "1"})
		for _, p := range problems {
			limit := 0
			switch p.Part {
			case condition.KeyPart:
				limit = len(key)
			case condition.ValuePart:
				limit = len([]string{value, "1"}[p.Value])
			}
			if p.Offset < 0 || p.Offset > limit || p.Reason == "" || len(p.Reason) > 600 || !utf8.ValidString(p.Reason) {
				t.Fatalf("%s %q %q: %+v", operator, key, value, p)
			}
			if !p.Warning {
				return
			}
		}
		k := condition.NewKey(key)
		if c.Key() != k || c.Operator() != operator || c.KeyText() != key {
			t.Fatalf("%s %q: %s %q", operator, key, c.Operator(), c.KeyText())
		}
		b := condition.NewBlock([]condition.Clause{c})
		bound := b.Bind(func(condition.Key) (condition.KeyInfo, bool) {
			return condition.KeyInfo{Type: condition.StringType}, true
		})
		one := condition.Env{Context: condition.Context{{Key: k, Value: condition.String(have)}}, UIN: more}
		for _, v := range []condition.Value{{}, condition.String(have), condition.Strings(have), condition.Strings(have, more), condition.Number(have), condition.Bool(true), condition.Unavailable()} {
			env := condition.Env{Context: condition.Context{{Key: k, Value: v}}, UIN: more}
			free := b.Eval(&env)
			if again := b.Eval(&env); again != free {
				t.Fatalf("%s %q: %v, then %v", operator, value, free, again)
			}
			// Knowing the type of the key can only make a clause False.
			if r := bound.Eval(&env); r != free && r != condition.False {
				t.Fatalf("%s %q: %v, with a type %v", operator, value, free, r)
			}
			if b.Void() && free != condition.False {
				t.Fatalf("%s %q is void and %v", operator, value, free)
			}
		}
		// A list of one is a single value.
		list := condition.Env{Context: condition.Context{{Key: k, Value: condition.Strings(have)}}, UIN: more}
		if !strings.Contains(value, "${") && b.Eval(&one) != b.Eval(&list) {
			t.Fatalf("%s %q: %v for %q, %v in a list", operator, value, b.Eval(&one), have, b.Eval(&list))
		}
		if not, ok := opposites[operator]; ok && len(problems) == 0 {
			n, problems := condition.Compile(g.g, not, key, []string{value, "1"})
			if len(problems) > 0 {
				t.Fatalf("%s takes %q, %s does not", operator, value, not)
			}
			nb := condition.NewBlock([]condition.Clause{n})
			r, nr := b.Eval(&one), nb.Eval(&one)
			unread := r == condition.False && nr == condition.False && (g.g == condition.CAM || strings.Contains(value, "${"))
			if !unread && r+nr != condition.True {
				t.Fatalf("%s %q ~ %q is %v, %s is %v", operator, value, have, r, not, nr)
			}
		}
	})
}

// Order and copies of clauses do not matter.
func TestBlockOrder(t *testing.T) {
	env := condition.Env{Context: condition.Context{entry("a", condition.String("x")), entry("n", condition.Int(7))}}
	clauses := []condition.Clause{
		mustCompile(t, condition.Identity, "StringEquals", "a", "x"), mustCompile(t, condition.Identity, "NumberLessThan", "n", "8"),
		mustCompile(t, condition.Identity, "StringNotEquals", "b", "x"), mustCompile(t, condition.Identity, "Null", "n", "true"),
	}
	for i := range clauses {
		for j := range clauses {
			one, other := condition.NewBlock([]condition.Clause{clauses[i], clauses[j]}), condition.NewBlock([]condition.Clause{clauses[j], clauses[i], clauses[j]})
			require.Equal(t, one.Eval(&env), other.Eval(&env))
		}
	}
}
