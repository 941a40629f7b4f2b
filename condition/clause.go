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
	set      *set // of the operands, if they are many
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

// problem makes a Problem of a part. (Not inlined for the size of programs.)
//
//go:noinline
func problem(part Part, kind ProblemKind, reason, fix string) *Problem {
	return &Problem{Part: part, Kind: kind, Reason: reason, Fix: fix}
}

// Compile reads one clause. The returned Clause is usable unless one of the
// problems is no warning.
func Compile(g Grammar, operatorName, key string, values []string) (Clause, []Problem) {
	c := Clause{name: operatorName, keyText: key, values: values, cam: g == CAM}
	problems := c.compile(g)
	return c, problems
}

// note adds a problem. (Not inlined for the size of programs.)
//
//go:noinline
func note(problems []Problem, bad *Problem) []Problem { return append(problems, *bad) }

func (c *Clause) compile(g Grammar) (problems []Problem) {
	var bad *Problem
	if c.op, bad = parseOperator(g, c.name); bad != nil {
		return note(nil, bad)
	}
	if bad := checkKey(g, c.keyText); bad != nil {
		problems = note(problems, bad)
	}
	c.key = NewKey(c.keyText)
	if g == Policy && c.op.policy == obsOnly && !strings.HasPrefix(c.key.name, "obs:") {
		fix := "write a v5.0 policy"
		if rest, ok := strings.CutPrefix(c.op.name, "Numeric"); ok {
			fix = "write " + phrase.Quote("Number"+rest)
		}
		problems = note(problems, problem(KeyPart, OperatorKey, "v1.1 has "+c.op.name+" for obs: keys only", fix))
	}
	for i, v := range c.values {
		var o operand
		if bad := o.compile(g, c.op.operator, v); bad != nil {
			bad.Value = i
			// In v5.0 a value of the wrong type is a warning and the clause is
			// never satisfied (I-10, C-14); elsewhere it is an error.
			if g == Identity && bad.Kind == BadValue {
				bad.Warning = true
				bad.Reason += ": the condition is never satisfied"
			}
			problems = note(problems, bad)
			c.void = c.void || bad.Kind == BadVariable
			c.broken = c.broken || bad.Kind != BadVariable
			continue
		}
		c.vars = c.vars || len(o.vars) > 0
		c.operands = append(c.operands, o)
	}
	c.set = newSet(c.op.operand, c.operands)
	return problems
}

func checkKey(g Grammar, key string) *Problem {
	if key == "" {
		fix := "write a key such as g:SourceIp"
		if g == CAM {
			fix = "write a key such as qcs:ip"
		}
		return problem(KeyPart, BadKey, "the condition key is empty", fix)
	}
	for i := 0; i < len(key); i++ {
		if key[i] == '/' && i > 0 {
			return nil // what follows is a tag key and may be anything
		}
		if key[i] <= ' ' || key[i] == 0x7f {
			bad := problem(KeyPart, BadKey, "blank or control character in a condition key", "remove it")
			bad.Offset = i
			return bad
		}
	}
	return nil
}

func (o *operand) compile(g Grammar, op *operator, v string) *Problem {
	if op.operand == StringType && (op.test == equal || op.test == match) && !op.fold && strings.IndexByte(v, '*') < 0 {
		if m, ok := wildcard.Simple(v); ok {
			o.m = &m
			return nil
		}
	}
	syn := wildcard.Syntax{Star: op.test == match, Any: op.test == match && g != CAM, Variables: wildcard.Policy11}
	switch g {
	case Identity:
		syn.Variables = wildcard.Identity50
	case CAM:
		syn.Variables = wildcard.CAM20
	}
	t, err := wildcard.Parse(v, syn)
	if err != nil {
		return badPattern(err)
	}
	if t.Void {
		bad := problem(ValuePart, BadVariable, t.VoidReason+": the statement can never match", t.VoidFix)
		bad.Offset, bad.Warning = t.VoidAt, true
		return bad
	}
	o.vars = Variables(g, t.Variables)
	part := len(o.vars) > 0 && t.Single() < 0
	switch {
	case op.operand == StringType && op.test == contains && part:
		// Looking for text and variable together would take time that
		// grows with the product of their lengths.
		return problem(ValuePart, BadPattern, "the variable is only a part of a "+op.name+" value", "write the variable alone, or use StringMatch with *")
	case op.operand == StringType:
		if op.test == prefix || op.test == suffix || op.test == contains {
			t = t.WithStars(op.test != prefix, op.test != suffix)
		}
		if o.m, err = t.Compile(op.fold); err != nil {
			return badPattern(err)
		}
	case part:
		return problem(ValuePart, BadPattern, "the variable is only a part of a value that is no string", "write the variable alone")
	case len(o.vars) == 0:
		if lit, _ := t.Literal(); !o.parse(op, lit, g == CAM) {
			return problem(ValuePart, BadValue, phrase.Quote(v)+" is no "+operandName(op), operandFix(op))
		}
	}
	return nil
}

func badPattern(err error) *Problem {
	e := err.(*wildcard.Error)
	bad := problem(ValuePart, BadPattern, e.Reason, e.Fix)
	bad.Offset = e.Offset
	return bad
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
