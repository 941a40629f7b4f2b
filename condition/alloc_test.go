package condition_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

var resultSink condition.Result

// Deciding allocates nothing, for every operator, form and state of the key.
func TestEvalAllocates(t *testing.T) {
	for _, g := range grammars {
		for i := range samples {
			s := &samples[i]
			for _, op := range s.operators {
				for _, form := range []string{op, g.any + op + g.ifExists, g.all + op} {
					c, problems := condition.Compile(g.g, form, g.key, s.values)
					if len(problems) > 0 {
						continue
					}
					b := condition.NewBlock([]condition.Clause{c})
					states, envs := s.columns(g.key)
					for j, env := range envs {
						if n := testing.AllocsPerRun(5, func() { resultSink = b.Eval(env) }); n != 0 {
							t.Fatalf("%s %s, %s: %v allocations", g.name, form, states[j], n)
						}
					}
				}
			}
		}
	}
}

// Variables cost no allocation either, but where a time or an address has to be
// written as text.
func TestEvalVariablesAllocates(t *testing.T) {
	env := condition.Env{
		Context: condition.Context{entry("k", condition.String("ops-7")), entry("team", condition.String("ops")), entry("n", condition.Int(7)), entry("yes", condition.Bool(true)),
			entry("ip", condition.IP(netip.MustParseAddr("10.0.0.1"))), entry("net", condition.String("10.0.0.0/8")), entry("lost", condition.Unavailable())},
		Now: time.Now(), UIN: "7", OwnerUIN: "1", AppID: "9",
	}
	for _, tt := range []struct {
		g        condition.Grammar
		operator string
		key      string
		value    string
		want     condition.Result
	}{
		{condition.Identity, "StringEquals", "k", "${team}-${n}", condition.True},
		{condition.Identity, "StringMatch", "k", "*${team}*${none, '7'}", condition.True},
		{condition.Identity, "StringEndWith", "k", "S-${n}", condition.True},
		{condition.Identity, "StringNotLike", "k", "${yes}", condition.True},
		{condition.Identity, "NumberLessThanEquals", "n", "${n}", condition.True},
		{condition.Identity, "IpAddress", "ip", "${net}", condition.True},
		{condition.Identity, "Null", "none", "${yes}", condition.True},
		{condition.Identity, "StringEquals", "k", "${lost}", condition.Unknown},
		{condition.Identity, "StringEquals", "k", "${none}", condition.False},
		{condition.CAM, "string_like", "k", "ops-${uin}*", condition.True},
		{condition.CAM, "numeric_equal", "n", "${uin}", condition.True},
		{condition.Identity, "DateGreaterThan", "g:CurrentTime", "2020-01-01T00:00:00Z", condition.True},
	} {
		b := condition.NewBlock([]condition.Clause{mustCompile(t, tt.g, tt.operator, tt.key, tt.value)})
		require.Equal(t, tt.want, b.Eval(&env), "%s %s", tt.operator, tt.value)
		require.Zero(t, testing.AllocsPerRun(100, func() { resultSink = b.Eval(&env) }), "%s %s", tt.operator, tt.value)
	}
}
