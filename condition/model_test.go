package condition_test

import (
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/writ-policy/writ/condition"
)

// rule is a row of the model: what an operator asks of a value of the request
// and one of the policy, both read as its kind.
type rule struct {
	kind    string // text, number, date, bool, address, null
	negated bool
	holds   func(have, want any) bool
}

// model is the tables of huawei.md 5.2 and tencent-cam.md 4.2.
var model = tables()

func tables() map[string]rule {
	model := map[string]rule{}
	texts := func(f func(have, want string) bool) func(have, want any) bool {
		return func(have, want any) bool { return f(have.(string), want.(string)) }
	}
	folded := func(f func(have, want string) bool) func(have, want any) bool {
		return func(have, want any) bool { return f(least(have.(string)), least(want.(string))) }
	}
	same := func(have, want string) bool { return have == want }
	stars := func(any string) func(have, want any) bool {
		return texts(func(have, want string) bool { return starred(want, have, any) })
	}
	within := func(have, want any) bool { return want.(netip.Prefix).Contains(have.(netip.Prefix).Addr()) }
	add := func(kind, positive, negative string, holds func(have, want any) bool) {
		model[positive] = rule{kind, false, holds}
		if negative != "" {
			model[negative] = rule{kind, true, holds}
		}
	}
	equals := func(have, want any) bool { return have == want }
	for _, name := range []string{"Null", "IsNullOrEmpty", "null_equal"} {
		add("null", name, "", equals) // have is whether the key is absent
	}
	add("bool", "Bool", "", equals)
	add("bool", "bool_equal", "", equals)
	add("text", "StringEquals", "StringNotEquals", texts(same))
	add("text", "string_equal", "string_not_equal", texts(same))
	add("text", "binary_equal", "", texts(same))
	add("text", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", folded(same))
	add("text", "string_equal_ignore_case", "string_not_equal_ignore_case", folded(same))
	add("text", "StringMatch", "StringNotMatch", stars("?"))
	add("text", "string_like", "string_not_like", stars(""))
	add("text", "StringStartWith", "StringNotStartWith", folded(strings.HasPrefix))
	add("text", "StringEndWith", "StringNotEndWith", folded(strings.HasSuffix))
	add("text", "StringLike", "StringNotLike", folded(strings.Contains))
	add("address", "IpAddress", "NotIpAddress", within)
	add("address", "ip_equal", "ip_not_equal", within)
	for _, k := range []struct{ kind, huawei, cam string }{{"number", "Number", "numeric"}, {"number", "Numeric", "numeric"}, {"date", "Date", "date"}} {
		order := func(has func(int) bool) func(have, want any) bool {
			return func(have, want any) bool { return has(have.(*big.Rat).Cmp(want.(*big.Rat))) }
		}
		for _, o := range []struct {
			huawei, cam string
			has         func(int) bool
		}{
			{"LessThan", "_less_than", func(n int) bool { return n < 0 }}, {"LessThanEquals", "_less_than_equal", func(n int) bool { return n <= 0 }},
			{"GreaterThan", "_greater_than", func(n int) bool { return n > 0 }}, {"GreaterThanEquals", "_greater_than_equal", func(n int) bool { return n >= 0 }},
		} {
			add(k.kind, k.huawei+o.huawei, "", order(o.has))
			add(k.kind, k.cam+o.cam, "", order(o.has))
		}
		equal := order(func(n int) bool { return n == 0 })
		add(k.kind, k.huawei+"Equals", k.huawei+"NotEquals", equal)
		add(k.kind, k.cam+"_equal", k.cam+"_not_equal", equal)
	}
	return model
}

// characters cuts s into characters; a byte that is not UTF-8 is one.
func characters(s string) (out []string) {
	for s != "" {
		_, w := utf8.DecodeRuneInString(s)
		out, s = append(out, s[:w]), s[w:]
	}
	return out
}

// least writes every letter as the least of those that fold together.
func least(s string) string {
	var b strings.Builder
	for _, c := range characters(s) {
		r, w := utf8.DecodeRuneInString(c)
		if r == utf8.RuneError && w == 1 {
			b.WriteString(c)
			continue
		}
		low := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			low = min(low, f)
		}
		b.WriteRune(low)
	}
	return b.String()
}

// starred is a dynamic program over characters; any is the wildcard for one.
func starred(pattern, s, any string) bool {
	text := characters(s)
	row := make([]bool, len(text)+1)
	row[0] = true
	for _, c := range characters(pattern) {
		next := make([]bool, len(text)+1)
		next[0] = row[0] && c == "*"
		for j := range text {
			next[j+1] = row[j] && (c == any || c == text[j])
			if c == "*" {
				next[j+1] = row[j+1] || next[j]
			}
		}
		row = next
	}
	return row[len(text)]
}

var (
	numeral = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?([0-9]+))?$`)
	instant = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)
	evening = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$`)
)

// modelRead reads a text as a kind (huawei.md 5.3, tencent-cam.md C2, C8). Dates
// are their distance from year 1 in seconds.
func modelRead(kind, s string, cam, policy bool) (v any, ok bool) {
	switch kind {
	case "text":
		return s, true
	case "bool", "null":
		if !cam {
			s = strings.ToLower(s)
		}
		return s == "true", s == "true" || s == "false"
	case "number":
		m := numeral.FindStringSubmatch(s)
		if m == nil || len(s) > 128 {
			return nil, false
		}
		if n, err := strconv.Atoi("0" + m[3]); err != nil || n > 9999 {
			return nil, false
		}
		return new(big.Rat).SetString(s)
	case "date":
		layout := time.RFC3339Nano
		if cam && evening.MatchString(s) {
			layout = time.DateTime
		} else if !instant.MatchString(s) {
			return nil, false
		}
		t, err := time.Parse(layout, s)
		if err != nil {
			return nil, false
		}
		nanoseconds := big.NewRat(int64(t.Nanosecond()), 1e9)
		return nanoseconds.Add(nanoseconds, big.NewRat(t.Unix(), 1)), true
	}
	if policy && strings.Contains(s, "/") {
		p, err := netip.ParsePrefix(s)
		if err == nil && p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		return p.Masked(), err == nil
	}
	a, err := netip.ParseAddr(s)
	a = a.WithZone("").Unmap()
	return netip.PrefixFrom(a, a.BitLen()), err == nil
}

// have is the value of a key as the model sees it: texts, of which a typed one
// is of its own kind only.
type have struct {
	texts   []string
	typed   string
	unknown bool
}

// modelEval decides one clause by the tables and the rules on qualifiers and
// absence (C-2 to C-16; CAM C1 to C9).
func modelEval(cam bool, base, quantifier string, ifExists bool, values []string, h have) condition.Result {
	op := model[base]
	bool3 := func(b bool) condition.Result {
		if b {
			return condition.True
		}
		return condition.False
	}
	absent := len(h.texts) == 0 && !h.unknown
	var wants []any
	unfit := false
	for _, s := range values {
		w, ok := modelRead(op.kind, s, cam, true)
		unfit = unfit || !ok
		wants = append(wants, w)
	}
	switch {
	case h.unknown:
		return condition.Unknown // a value that could not be found out decides nothing
	case unfit:
		return bool3(ifExists && absent) // C-14; C2 after C5
	case op.kind == "null":
		empty := base == "IsNullOrEmpty" && len(h.texts) == 1 && h.texts[0] == "" && h.typed == ""
		return bool3(slices.ContainsFunc(wants, func(w any) bool { return op.holds(absent || empty, w) }))
	case absent && ifExists:
		return condition.True
	case absent && (cam || quantifier == "any"):
		return condition.False
	case absent && (quantifier == "all" || op.negated):
		return condition.Unknown
	case absent:
		return condition.False
	case !cam && quantifier == "" && len(h.texts) > 1:
		return condition.Unknown // C-11
	}
	every := quantifier == "all" || quantifier == "" && (!cam || op.negated)
	result := bool3(every)
	for _, s := range h.texts {
		v, ok := modelRead(op.kind, s, cam, false)
		ok = ok && (cam || h.typed == "" || h.typed == op.kind)
		one := condition.Unknown
		switch {
		case ok:
			one = bool3(slices.ContainsFunc(wants, func(w any) bool { return op.holds(v, w) }) != op.negated)
		case cam:
			one = condition.False
		}
		if every {
			result = min(result, one)
		} else {
			result = max(result, one)
		}
	}
	return result
}

// shape is a value of a key, and what the model sees of it.
type shape struct {
	v condition.Value
	h have
}

// shapes are the values that one or two texts make.
func shapes(a, b string) []shape {
	one, many := []string{a}, []string{a, b}
	out := []shape{
		{condition.Value{}, have{}}, {condition.Strings(), have{}}, {condition.Unavailable(), have{unknown: true}},
		{condition.String(a), have{texts: one}}, {condition.Strings(a), have{texts: one}}, {condition.Strings(a, b), have{texts: many}},
		{condition.Bool(a == "true"), have{texts: []string{strconv.FormatBool(a == "true")}, typed: "bool"}},
		{condition.Number(a), have{texts: one, typed: "number"}},
	}
	if _, ok := modelRead("number", a, true, false); !ok {
		out[len(out)-1].h = have{unknown: true}
	}
	return out
}

// FuzzOperator holds every operator in every form against the model.
func FuzzOperator(f *testing.F) {
	var names []string
	for name := range model {
		names = append(names, name)
	}
	slices.Sort(names)
	for i := range samples {
		x := &samples[i]
		for _, op := range x.operators {
			at, ok := slices.BinarySearch(names, op)
			if !ok || len(x.values) == 0 {
				continue // the sample is without values, or AnyOf stands behind the name
			}
			want, also := x.values[0], x.values[len(x.values)-1]
			for g := range grammars {
				for form := byte(0); form < 32; form++ {
					f.Add(byte(g), byte(at), form, want, also, x.hit[0], x.hit[1])
					f.Add(byte(g), byte(at), form, want, also, x.miss[0], x.hit[1])
					f.Add(byte(g), byte(at), form, want, also, x.hit[0], "x")
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, grammar, operator, form byte, want, also, a, b string) {
		g := grammars[int(grammar)%len(grammars)]
		base := names[int(operator)%len(names)]
		if strings.Contains(want+also, "${") || !utf8.ValidString(want) || !utf8.ValidString(also) {
			return // documents are UTF-8; variables have the oracle
		}
		name, quantifier := base, []string{"", "any", "all"}[form%3]
		if form&4 != 0 && strings.HasPrefix(base, "String") {
			name += "AnyOf"
		}
		switch quantifier {
		case "any":
			name = g.any + name
		case "all":
			name = g.all + name
		}
		ifExists := form&8 != 0
		if ifExists {
			name += g.ifExists
		}
		values := []string{want, also}[:1+form>>4&1]
		c, problems := condition.Compile(g.g, name, g.key, values)
		for _, p := range problems {
			if !p.Warning {
				return
			}
		}
		block := condition.NewBlock([]condition.Clause{c})
		for _, s := range shapes(a, b) {
			got := block.Eval(&condition.Env{Context: condition.Context{{Key: condition.NewKey(g.key), Value: s.v}}})
			if m := modelEval(g.g == condition.CAM, base, quantifier, ifExists, values, s.h); got != m {
				t.Fatalf("%s: %s %q against %v is %v, the model says %v", g.name, name, values, s.v, got, m)
			}
		}
	})
}
