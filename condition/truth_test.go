package condition_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

var update = flag.Bool("update", false, "write the golden files anew")

// mustCompile compiles a clause without any problem.
func mustCompile(t testing.TB, g condition.Grammar, operator, key string, values ...string) condition.Clause {
	t.Helper()
	c, problems := condition.Compile(g, operator, key, values)
	require.Empty(t, problems, "grammar %d: %s %s %q", g, operator, key, values)
	return c
}

// eval decides one clause alone.
func eval(c condition.Clause, env *condition.Env) condition.Result {
	b := condition.NewBlock([]condition.Clause{c})
	return b.Eval(env)
}

// sample is an operator with policy values, and request values to try on it:
// hit and miss are texts, two each; typed gives the value that they stand for
// in the operator's own type.
type sample struct {
	operators []string // in every grammar that has it
	values    []string
	hit, miss [2]string
	typed     func(string) condition.Value
}

func asNumber(s string) condition.Value { return condition.Number(s) }

func asTime(s string) condition.Value {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return condition.Unavailable()
	}
	return condition.Time(t)
}

func asBool(s string) condition.Value { return condition.Bool(strings.EqualFold(s, "true")) }

func asIP(s string) condition.Value { return condition.IP(netip.MustParseAddr(s)) }

var (
	numbers = []string{"10", "20.5"}
	dates   = []string{"2026-01-01T00:00:00Z", "2026-06-01T12:00:00+02:00"}
	nets    = []string{"10.0.0.0/8", "2001:db8::1"}

	samples = []sample{
		{[]string{"StringEquals", "StringNotEquals", "StringEqualsAnyOf", "StringNotEqualsAnyOf", "string_equal", "string_not_equal", "binary_equal"},
			[]string{"Alpha", "b*"}, [2]string{"Alpha", "b*"}, [2]string{"alpha", "beta"}, nil},
		{[]string{"StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "string_equal_ignore_case", "string_not_equal_ignore_case"},
			[]string{"Alpha", "b*"}, [2]string{"aLPHA", "B*"}, [2]string{"Alph", "beta"}, nil},
		{[]string{"StringMatch", "StringNotMatch"},
			[]string{"al*", "b?ta"}, [2]string{"al/:", "beta"}, [2]string{"Alpha", "bta"}, nil},
		{[]string{"string_like", "string_not_like"},
			[]string{"al*", "b?ta"}, [2]string{"al/:", "b?ta"}, [2]string{"Alpha", "beta"}, nil},
		{[]string{"StringStartWith", "StringNotStartWith"},
			[]string{"Al", "b*"}, [2]string{"alpha", "B*x"}, [2]string{"xAl", "beta"}, nil},
		{[]string{"StringEndWith", "StringNotEndWith"},
			[]string{"Al", "*b"}, [2]string{"xAL", "x*B"}, [2]string{"Alx", "ab"}, nil},
		{[]string{"StringLike", "StringNotLike"},
			[]string{"Al", "b*"}, [2]string{"xaLx", "xB*"}, [2]string{"Axl", "beta"}, nil},

		{[]string{"NumberEquals", "NumberNotEquals", "NumericEquals", "NumericNotEquals", "numeric_equal", "numeric_not_equal"},
			numbers, [2]string{"1e1", "20.50"}, [2]string{"10.01", "-10"}, asNumber},
		{[]string{"NumberLessThan", "NumericLessThan", "numeric_less_than"},
			numbers, [2]string{"20.4", "9"}, [2]string{"20.5", "21"}, asNumber},
		{[]string{"NumberLessThanEquals", "NumericLessThanEquals", "numeric_less_than_equal"},
			numbers, [2]string{"20.50", "9"}, [2]string{"20.51", "21"}, asNumber},
		{[]string{"NumberGreaterThan", "NumericGreaterThan", "numeric_greater_than"},
			numbers, [2]string{"10.1", "99"}, [2]string{"10", "-99"}, asNumber},
		{[]string{"NumberGreaterThanEquals", "NumericGreaterThanEquals", "numeric_greater_than_equal"},
			numbers, [2]string{"10.0", "99"}, [2]string{"9.99", "-99"}, asNumber},

		{[]string{"DateEquals", "DateNotEquals", "date_equal", "date_not_equal"},
			dates, [2]string{"2026-01-01T00:00:00.000Z", "2026-06-01T10:00:00Z"}, [2]string{"2026-01-01T00:00:01Z", "2026-06-01T12:00:00Z"}, asTime},
		{[]string{"DateLessThan", "date_less_than"},
			dates, [2]string{"2026-06-01T09:59:59Z", "2025-01-01T00:00:00Z"}, [2]string{"2026-06-01T10:00:00Z", "2027-01-01T00:00:00Z"}, asTime},
		{[]string{"DateLessThanEquals", "date_less_than_equal"},
			dates, [2]string{"2026-06-01T10:00:00Z", "2025-01-01T00:00:00Z"}, [2]string{"2026-06-01T10:00:00.001Z", "2027-01-01T00:00:00Z"}, asTime},
		{[]string{"DateGreaterThan", "date_greater_than"},
			dates, [2]string{"2026-01-01T00:00:00.001Z", "2027-01-01T00:00:00Z"}, [2]string{"2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z"}, asTime},
		{[]string{"DateGreaterThanEquals", "date_greater_than_equal"},
			dates, [2]string{"2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"}, [2]string{"2025-12-31T23:59:59Z", "2025-01-01T00:00:00Z"}, asTime},

		{[]string{"Bool", "bool_equal"},
			[]string{"true"}, [2]string{"true", "true"}, [2]string{"false", "false"}, asBool},
		{[]string{"IpAddress", "NotIpAddress", "ip_equal", "ip_not_equal"},
			nets, [2]string{"10.1.2.3", "2001:DB8:0::1"}, [2]string{"11.0.0.1", "2001:db8::2"}, asIP},
		{[]string{"Null", "IsNullOrEmpty", "null_equal"},
			[]string{"true"}, [2]string{"a", "b"}, [2]string{"c", "d"}, nil},
		{[]string{"Null", "IsNullOrEmpty", "null_equal"},
			[]string{"false"}, [2]string{"a", "b"}, [2]string{"c", "d"}, nil},
		{[]string{"Null", "IsNullOrEmpty", "null_equal"},
			[]string{"true", "false"}, [2]string{"a", "b"}, [2]string{"c", "d"}, nil},
		{[]string{"StringEquals", "StringNotEquals", "NumberLessThan", "NumberNotEquals", "Bool", "Null", "IsNullOrEmpty"},
			nil, [2]string{"1", "2"}, [2]string{"3", "4"}, nil},
	}

	grammars = []struct {
		name     string
		g        condition.Grammar
		key      string
		any, all string // qualifiers
		ifExists string
	}{
		{"policy", condition.Policy, "obs:k", "ForAnyValue:", "ForAllValues:", "IfExists"},
		{"identity", condition.Identity, "g:k", "ForAnyValue:", "ForAllValues:", "IfExists"},
		{"cam", condition.CAM, "cvm:k", "for_any_value:", "for_all_value:", "_if_exist"},
	}
)

// columns are the states of the key in the request.
func (s *sample) columns(key string) (names []string, envs []*condition.Env) {
	add := func(name string, v ...condition.Value) {
		env := &condition.Env{Context: condition.Context{{Key: condition.NewKey("other"), Value: condition.String(s.hit[0])}}}
		for _, v := range v {
			env.Context = append(env.Context, condition.Entry{Key: condition.NewKey(key), Value: v})
		}
		names, envs = append(names, name), append(envs, env)
	}
	typed, bad := s.typed, "x"
	if typed == nil {
		typed = func(string) condition.Value { return condition.Int(7) }
	}
	add("absent")
	add("null", condition.Value{})
	add("[]", condition.Strings())
	add(`""`, condition.String(""))
	add(`[""]`, condition.Strings(""))
	add("hit", condition.String(s.hit[0]))
	add("hit2", condition.String(s.hit[1]))
	add("miss", condition.String(s.miss[0]))
	add("miss2", condition.String(s.miss[1]))
	add("typed-hit", typed(s.hit[1]))
	add("typed-miss", typed(s.miss[1]))
	add("bad", condition.String(bad))
	add("[hit]", condition.Strings(s.hit[0]))
	add("[miss]", condition.Strings(s.miss[0]))
	add("all", condition.Strings(s.hit[0], s.hit[1]))
	add("some", condition.Strings(s.hit[0], s.miss[0]))
	add("none", condition.Strings(s.miss[0], s.miss[1]))
	add("hit+bad", condition.Strings(s.hit[0], bad))
	add("bad+miss", condition.Strings(bad, s.miss[0]))
	add("unknown", condition.Unavailable())
	add("twice", condition.String(s.hit[0]), condition.String(s.hit[0]))
	return names, envs
}

// The whole truth table: every operator in every form against every state of
// the key, one file for each grammar (H18). T is true, F false, ? unknown.
func TestHazardH18TruthTable(t *testing.T) {
	for _, g := range grammars {
		t.Run(g.name, func(t *testing.T) {
			var b strings.Builder
			var none sample
			names, _ := none.columns(g.key)
			b.WriteString("# T true, F false, ? unknown; typed: the value in the operator's own type (7 for strings);\n" +
				"# bad: x; twice: the key stands in the context twice\n\n")
			fmt.Fprintf(&b, "%-52s %s\n", "", strings.Join(names, "  "))
			for i := range samples {
				s := &samples[i]
				for _, op := range s.operators {
					lines := 0
					for _, form := range []string{op, op + g.ifExists, g.any + op, g.all + op, g.any + op + g.ifExists, g.all + op + g.ifExists} {
						c, problems := condition.Compile(g.g, form, g.key, s.values)
						if len(problems) > 0 {
							continue
						}
						if lines++; lines == 1 {
							fmt.Fprintf(&b, "\n# %s %q, hit %q, miss %q\n", op, s.values, s.hit, s.miss)
						}
						_, envs := s.columns(g.key)
						line := fmt.Sprintf("%-52s", form)
						for j, env := range envs {
							line += fmt.Sprintf(" %*s", len(names[j]), map[condition.Result]string{condition.True: "T", condition.False: "F", condition.Unknown: "?"}[eval(c, env)])
							line += " "
						}
						b.WriteString(strings.TrimRight(line, " ") + "\n")
					}
				}
			}
			file := "testdata/truth-" + g.name + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
				return
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), b.String())
		})
	}
}
