package condition

import (
	"strings"

	"github.com/writ-policy/writ/internal/phrase"
)

// Grammar says which operators a Condition may use and how absence counts.
type Grammar uint8

const (
	// Policy is Huawei v1.1.
	Policy Grammar = iota + 1
	// Identity is Huawei v5.0: identity, organization and trust policies.
	Identity
	// CAM is Tencent Cloud 2.0.
	CAM
)

// Quantifier says how a condition treats a key of several values.
type Quantifier uint8

const (
	// Plain is no qualifier.
	Plain Quantifier = iota
	// AnyValue is ForAnyValue: (for_any_value: in CAM).
	AnyValue
	// AllValues is ForAllValues: (for_all_value: in CAM).
	AllValues
)

type test uint8

const (
	equal test = iota // a wildcard matcher without wildcards
	match             // * and, in Huawei's dialects, ?
	prefix
	suffix
	contains
	less
	lessEqual
	greater
	greaterEqual
	same // typed equality: numbers, dates, truth values
	within
	null
	nullOrEmpty
)

// operator is one row of the operator tables (huawei.md 5.2, tencent-cam.md
// 4.2). Qualifiers and suffixes are not part of the name.
type operator struct {
	name    string
	operand Type
	test    test
	negated bool
	fold    bool
	policy  availability // v1.1; unused for CAM
	v5      availability // v5.0
}

type availability uint8

const (
	no availability = iota
	yes
	obsOnly // only with keys that begin obs:
)

var huaweiOperators = []operator{
	{"StringEquals", StringType, equal, false, false, yes, yes},
	{"StringNotEquals", StringType, equal, true, false, yes, yes},
	{"StringEqualsIgnoreCase", StringType, equal, false, true, yes, yes},
	{"StringNotEqualsIgnoreCase", StringType, equal, true, true, yes, yes},
	{"StringMatch", StringType, match, false, false, yes, yes},
	{"StringNotMatch", StringType, match, true, false, yes, yes},
	{"StringStartWith", StringType, prefix, false, true, yes, yes},
	{"StringNotStartWith", StringType, prefix, true, true, yes, yes},
	{"StringEndWith", StringType, suffix, false, true, yes, yes},
	{"StringNotEndWith", StringType, suffix, true, true, yes, yes},
	{"StringLike", StringType, contains, false, true, yes, yes},
	{"StringNotLike", StringType, contains, true, true, yes, yes},
	{"NumberEquals", NumericType, same, false, false, yes, yes},
	{"NumberNotEquals", NumericType, same, true, false, yes, yes},
	{"NumberLessThan", NumericType, less, false, false, yes, yes},
	{"NumberLessThanEquals", NumericType, lessEqual, false, false, yes, yes},
	{"NumberGreaterThan", NumericType, greater, false, false, yes, yes},
	{"NumberGreaterThanEquals", NumericType, greaterEqual, false, false, yes, yes},
	{"NumericEquals", NumericType, same, false, false, obsOnly, no},
	{"NumericNotEquals", NumericType, same, true, false, obsOnly, no},
	{"NumericLessThan", NumericType, less, false, false, obsOnly, no},
	{"NumericLessThanEquals", NumericType, lessEqual, false, false, obsOnly, no},
	{"NumericGreaterThan", NumericType, greater, false, false, obsOnly, no},
	{"NumericGreaterThanEquals", NumericType, greaterEqual, false, false, obsOnly, no},
	{"DateLessThan", DateType, less, false, false, yes, yes},
	{"DateLessThanEquals", DateType, lessEqual, false, false, yes, yes},
	{"DateGreaterThan", DateType, greater, false, false, yes, yes},
	{"DateGreaterThanEquals", DateType, greaterEqual, false, false, yes, yes},
	{"DateEquals", DateType, same, false, false, obsOnly, no},
	{"DateNotEquals", DateType, same, true, false, obsOnly, no},
	{"Bool", BooleanType, same, false, false, yes, yes},
	{"Null", AnyType, null, false, false, yes, yes},
	{"IsNullOrEmpty", AnyType, nullOrEmpty, false, false, yes, no},
	{"IpAddress", IPType, within, false, false, obsOnly, yes},
	{"NotIpAddress", IPType, within, true, false, obsOnly, yes},
}

var camOperators = []operator{
	{name: "string_equal", operand: StringType, test: equal},
	{name: "string_not_equal", operand: StringType, test: equal, negated: true},
	{name: "string_equal_ignore_case", operand: StringType, test: equal, fold: true},
	{name: "string_not_equal_ignore_case", operand: StringType, test: equal, negated: true, fold: true},
	{name: "string_like", operand: StringType, test: match},
	{name: "string_not_like", operand: StringType, test: match, negated: true},
	{name: "numeric_equal", operand: NumericType, test: same},
	{name: "numeric_not_equal", operand: NumericType, test: same, negated: true},
	{name: "numeric_less_than", operand: NumericType, test: less},
	{name: "numeric_less_than_equal", operand: NumericType, test: lessEqual},
	{name: "numeric_greater_than", operand: NumericType, test: greater},
	{name: "numeric_greater_than_equal", operand: NumericType, test: greaterEqual},
	{name: "date_equal", operand: DateType, test: same},
	{name: "date_not_equal", operand: DateType, test: same, negated: true},
	{name: "date_less_than", operand: DateType, test: less},
	{name: "date_less_than_equal", operand: DateType, test: lessEqual},
	{name: "date_greater_than", operand: DateType, test: greater},
	{name: "date_greater_than_equal", operand: DateType, test: greaterEqual},
	{name: "bool_equal", operand: BooleanType, test: same},
	{name: "binary_equal", operand: StringType, test: equal},
	{name: "ip_equal", operand: IPType, test: within},
	{name: "ip_not_equal", operand: IPType, test: within, negated: true},
	{name: "null_equal", operand: AnyType, test: null},
}

// vocabulary is what the full names of operators are made of.
type vocabulary struct {
	any, all, ifExists string
	table              []operator
}

var (
	huawei = vocabulary{"ForAnyValue:", "ForAllValues:", "IfExists", huaweiOperators}
	cam    = vocabulary{"for_any_value:", "for_all_value:", "_if_exist", camOperators}
)

func vocabularyOf(g Grammar) *vocabulary {
	if g == CAM {
		return &cam
	}
	return &huawei
}

// parsedOperator is a full operator name taken apart.
type parsedOperator struct {
	*operator
	quantifier Quantifier
	ifExists   bool
}

// CheckOperator returns what is wrong with the full name of an operator, nil
// if nothing is.
func CheckOperator(g Grammar, name string) *Problem {
	_, bad := parseOperator(g, name)
	return bad
}

// Respell returns the operator whose name differs from the given one in letter
// case only.
func Respell(g Grammar, name string) (operator string, ok bool) {
	v := vocabularyOf(g)
	cut := func(affix string, from int) string {
		if from >= 0 && from+len(affix) <= len(name) && strings.EqualFold(name[from:from+len(affix)], affix) {
			return affix
		}
		return ""
	}
	before := cut(v.any, 0) + cut(v.all, 0)
	after := cut(v.ifExists, len(name)-len(v.ifExists))
	also := ""
	if g == Policy {
		also = cut("AnyOf", len(name)-len(after)-len("AnyOf"))
	}
	for i := range v.table {
		full := before + v.table[i].name + also + after
		if strings.EqualFold(full, name) && CheckOperator(g, full) == nil {
			return full, true
		}
	}
	return "", false
}

// parseOperator takes a full name apart. The names are case-sensitive
// (huawei.md C-18).
func parseOperator(g Grammar, name string) (parsedOperator, *Problem) {
	var p parsedOperator
	v := vocabularyOf(g)
	base := name
	if s, ok := strings.CutPrefix(base, v.any); ok {
		p.quantifier, base = AnyValue, s
	} else if s, ok := strings.CutPrefix(base, v.all); ok {
		p.quantifier, base = AllValues, s
	}
	if s, ok := strings.CutSuffix(base, v.ifExists); ok {
		p.ifExists, base = true, s
	}
	if g == Policy && strings.HasPrefix(base, "String") {
		base = strings.TrimSuffix(base, "AnyOf") // the values are OR-ed anyway
	}
	for i := range v.table {
		if op := &v.table[i]; op.name == base {
			p.operator = op
			break
		}
	}
	if p.operator == nil || g == Policy && p.policy == no || g == Identity && p.v5 == no {
		return p, problem(OperatorPart, UnknownOperator, "unknown operator "+phrase.Quote(name), p.unknownFix(g, base))
	}
	if p.test == null || p.test == nullOrEmpty {
		if p.quantifier != Plain || p.ifExists {
			return p, problem(OperatorPart, UnknownOperator, p.name+" takes no qualifier and no suffix", "write "+phrase.Quote(p.name))
		}
	}
	return p, nil
}

func (p parsedOperator) unknownFix(g Grammar, base string) string {
	if p.operator != nil {
		if rest, ok := strings.CutPrefix(p.name, "Numeric"); ok {
			return "write " + phrase.Quote("Number"+rest)
		}
		if p.test == nullOrEmpty {
			return `v5.0 has no such operator; use "Null"`
		}
		return "v5.0 has no such operator; use the comparisons DateLessThanEquals and DateGreaterThanEquals"
	}
	v := vocabularyOf(g)
	if strings.IndexByte(base, ':') >= 0 {
		return "the qualifiers are " + v.any + " and " + v.all
	}
	names := make([]string, len(v.table))
	for i := range v.table {
		names[i] = v.table[i].name
	}
	if near := phrase.Nearest(base, names...); near != "" {
		return "did you mean " + phrase.Quote(near) + "?"
	}
	for _, n := range names {
		if rest, ok := strings.CutPrefix(base, n); ok && phrase.Nearest(rest, v.ifExists) != "" {
			return "did you mean " + phrase.Quote(n+v.ifExists) + "?"
		}
	}
	if g == CAM {
		return "CAM operators are lower case with underscores, such as string_equal, numeric_less_than, ip_equal"
	}
	return "operators are written like StringEquals, NumberLessThan, Bool, IpAddress"
}
