package condition

import (
	"net/netip"
	"strings"

	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/internal/wildcard"
)

// Part tells which part of a clause a Problem is about.
type Part uint8

const (
	OperatorPart Part = iota
	KeyPart
	ValuePart
)

// ProblemKind classifies a Problem.
type ProblemKind uint8

const (
	// UnknownOperator: no such operator in this dialect.
	UnknownOperator ProblemKind = iota
	// OperatorKey: the operator cannot be used with this key.
	OperatorKey
	// BadKey: the text names no condition key.
	BadKey
	// BadValue: the text is no operand of this operator.
	BadValue
	// BadPattern: the text cannot be compiled; an error in every dialect.
	BadPattern
	// BadVariable: a policy variable that can never be expanded. In the
	// Huawei dialects it only warns: the statement matches nothing.
	BadVariable
)

// Problem is something wrong with a clause. Value is the index of the value
// and Offset a byte offset in value or key, from 0. Warning says that the
// vendor accepts it.
type Problem struct {
	Part    Part
	Value   int
	Offset  int
	Kind    ProblemKind
	Reason  string
	Fix     string
	Warning bool
}

// Clause is one key under one operator with its values. It is immutable;
// goroutines may share it. The zero Clause is not valid.
type Clause struct {
	op       parsedOperator
	name     string // operator as written
	key      Key
	keyText  string // as written
	values   []string
	operands []operand
	cam      bool
	broken   bool // C-14: a value that the operator cannot read, or a key of another type
	void     bool // a variable that can never be expanded (P-28)
	vars     bool // some operand has variables
}

// operand is one compiled policy value.
type operand struct {
	m      *wildcard.Matcher // string tests
	vars   []Variable        // of m, or the one that is the whole value
	num    decimal
	time   moment
	truth  bool
	prefix netip.Prefix
}

// Compile reads one clause. The returned Clause is usable unless one of the
// problems is no warning.
func Compile(g Grammar, operatorName, key string, values []string) (Clause, []Problem) {
	c := Clause{name: operatorName, keyText: key, values: values, cam: g == CAM}
	op, bad := parseOperator(g, operatorName)
	if bad != nil {
		return c, []Problem{*bad}
	}
	c.op = op
	var problems []Problem
	if bad := checkKey(g, key); bad != nil {
		problems = append(problems, *bad)
	}
	c.key = NewKey(key)
	if g == Policy && op.policy == obsOnly && !strings.HasPrefix(c.key.String(), "obs:") {
		fix := "write a v5.0 policy"
		if rest, ok := strings.CutPrefix(op.name, "Numeric"); ok {
			fix = "write " + phrase.Quote("Number"+rest)
		}
		problems = append(problems, Problem{Part: KeyPart, Kind: OperatorKey,
			Reason: "v1.1 has " + op.name + " for obs: keys only", Fix: fix})
	}
	for i, v := range values {
		o, bad := compileOperand(g, op.operator, v)
		if bad != nil {
			bad.Part, bad.Value = ValuePart, i
			// In v5.0 a value of the wrong type is a warning and the clause is
			// never satisfied (I-10, C-14); elsewhere it is an error.
			if g == Identity && bad.Kind == BadValue {
				bad.Warning = true
				bad.Reason += ": the condition is never satisfied"
			}
			problems = append(problems, *bad)
			if bad.Kind == BadVariable {
				c.void = true
			} else {
				c.broken = true
			}
			continue
		}
		c.vars = c.vars || len(o.vars) > 0
		c.operands = append(c.operands, o)
	}
	return c, problems
}

func checkKey(g Grammar, key string) *Problem {
	if key == "" {
		fix := "write a key such as g:SourceIp"
		if g == CAM {
			fix = "write a key such as qcs:ip"
		}
		return &Problem{Part: KeyPart, Kind: BadKey, Reason: "the condition key is empty", Fix: fix}
	}
	for i := 0; i < len(key); i++ {
		if key[i] == '/' && i > 0 {
			return nil // what follows is a tag key and may be anything
		}
		if key[i] <= ' ' || key[i] == 0x7f {
			return &Problem{Part: KeyPart, Offset: i, Kind: BadKey, Reason: "blank or control character in a condition key", Fix: "remove it"}
		}
	}
	return nil
}

func compileOperand(g Grammar, op *operator, v string) (o operand, bad *Problem) {
	syn := wildcard.Syntax{Star: op.test == match, Any: op.test == match && g != CAM, Variables: wildcard.Policy11}
	switch g {
	case Identity:
		syn.Variables = wildcard.Identity50
	case CAM:
		syn.Variables = wildcard.CAM20
	}
	t, err := wildcard.Parse(v, syn)
	if err != nil {
		e := err.(*wildcard.Error)
		return o, &Problem{Offset: e.Offset, Kind: BadPattern, Reason: e.Reason, Fix: e.Fix}
	}
	if t.Void {
		return o, &Problem{Offset: t.VoidAt, Kind: BadVariable, Warning: true,
			Reason: t.VoidReason + ": the statement can never match", Fix: t.VoidFix}
	}
	o.vars = Variables(g, t.Variables)
	if op.operand == StringType {
		if op.test == contains && len(o.vars) > 0 && t.Single() < 0 {
			// Looking for text and variable together would take time that
			// grows with the product of their lengths.
			return o, &Problem{Kind: BadPattern, Reason: "the variable is only a part of a " + op.name + " value", Fix: "write the variable alone, or use StringMatch with *"}
		}
		if op.test == prefix || op.test == suffix || op.test == contains {
			t = t.WithStars(op.test != prefix, op.test != suffix)
		}
		m, err := t.Compile(op.fold)
		if err != nil {
			e := err.(*wildcard.Error)
			return o, &Problem{Offset: e.Offset, Kind: BadPattern, Reason: e.Reason, Fix: e.Fix}
		}
		o.m = m
		return o, nil
	}
	if len(o.vars) > 0 {
		if t.Single() < 0 {
			return o, &Problem{Kind: BadPattern, Reason: "the variable is only a part of a value that is no string", Fix: "write the variable alone"}
		}
		return o, nil
	}
	if lit, _ := t.Literal(); !o.parse(op, lit, g == CAM) {
		return o, &Problem{Kind: BadValue, Reason: phrase.Quote(v) + " is no " + operandName(op), Fix: operandFix(op)}
	}
	return o, nil
}

// parse reads the operand of a typed operator.
func (o *operand) parse(op *operator, s string, cam bool) (ok bool) {
	switch op.operand {
	case NumericType:
		o.num, ok = parseDecimal(s)
	case DateType:
		o.time, ok = parseMoment(s, cam)
	case IPType:
		o.prefix, ok = parseRange(s)
	default:
		o.truth, ok = parseBool(s, cam)
	}
	return ok
}

func parseBool(s string, cam bool) (truth, ok bool) {
	if !cam && len(s) <= 5 {
		switch len(s) {
		case 4:
			return true, foldEqual(s, "true")
		case 5:
			return false, foldEqual(s, "false")
		}
		return false, false
	}
	return s == "true", s == "true" || s == "false"
}

func foldEqual(s, lower string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != lower[i] && (c < 'A' || c > 'Z' || c+'a'-'A' != lower[i]) {
			return false
		}
	}
	return true
}

func operandName(op *operator) string {
	switch op.operand {
	case NumericType:
		return "number"
	case DateType:
		return "date"
	case IPType:
		return "address and no address range"
	}
	return "truth value"
}

func operandFix(op *operator) string {
	switch op.operand {
	case NumericType:
		return `write digits, such as "10" or "1.5"`
	case DateType:
		return `write UTC as "2026-01-31T08:00:00Z"`
	case IPType:
		return `write "203.0.113.7" or "203.0.113.0/24"`
	}
	return `write "true" or "false"`
}

// Key returns the condition key.
func (c *Clause) Key() Key { return c.key }

// KeyText returns the key as written.
func (c *Clause) KeyText() string { return c.keyText }

// Operator returns the operator as written, with qualifier and suffix.
func (c *Clause) Operator() string { return c.name }

// Operand returns the type of the values that the operator compares; AnyType
// for the tests for absence.
func (c *Clause) Operand() Type { return c.op.operand }

// Negated reports whether the operator is a negative one (…Not…).
func (c *Clause) Negated() bool { return c.op.negated }

// IfExists reports whether an absent key satisfies the clause.
func (c *Clause) IfExists() bool { return c.op.ifExists }

// Quantifier returns the qualifier.
func (c *Clause) Quantifier() Quantifier { return c.op.quantifier }

// Values returns the values as written. The caller must not change them.
func (c *Clause) Values() []string { return c.values }
