package condition

import (
	"strconv"
	"strings"
	"time"
)

// Samples returns values of the clause's key that may make it come out one way
// or the other: those that its own values suggest, others, and the absent one.
// Which does what, Eval tells.
func (c *Clause) Samples() (out []Value) {
	add := func(v Value) { out = append(out, v) }
	many := c.op.quantifier != Plain
	text := func(s string) {
		if many {
			add(Strings(s))
		} else {
			add(String(s))
		}
	}
	for _, v := range c.values {
		switch c.op.operand {
		case BooleanType:
			add(Bool(true))
			add(Bool(false))
		case NumericType:
			add(Number(v))
			if n, err := strconv.ParseInt(v, 10, 64); err == nil {
				add(Int(n + 1))
				add(Int(n - 1))
			}
		case DateType:
			if t, err := time.Parse(time.RFC3339, v); err == nil {
				add(Time(t))
				add(Time(t.Add(time.Second)))
				add(Time(t.Add(-time.Second)))
			}
		case IPType:
			if p, ok := parseRange(v); ok {
				p = p.Masked()
				add(IP(p.Addr()))
				add(IP(p.Addr().Next()))
			}
		case StringType:
			text(strings.NewReplacer("*", "", "?", "x").Replace(v))
			text(strings.NewReplacer("*", "x", "?", "x").Replace(v))
		default:
			text("x")
		}
	}
	switch c.op.operand {
	case StringType:
		text("x-other")
	case IPType:
		for _, s := range []string{"203.0.113.7", "2001:db8::7"} {
			if a, ok := parseAddress(s); ok {
				add(IP(a))
			}
		}
	}
	return append(out, Value{})
}
