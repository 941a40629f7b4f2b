package condition

import (
	"iter"
	"strconv"
)

// Result is what a condition comes to.
type Result uint8

const (
	// False: the statement does not match.
	False Result = iota
	// Unknown: the condition hangs on a value that is missing or cannot be
	// read. An Allow does not match, a Deny does (huawei.md C-6, A-7).
	Unknown
	// True: the condition is satisfied.
	True
)

// String returns false, unknown or true.
func (r Result) String() string { return [...]string{"false", "unknown", "true"}[r] }

func (r Result) not() Result { return True - r }

// Block is a whole Condition element: all its clauses must hold. It is
// immutable; goroutines may share it. The zero Block has no clauses and is True.
type Block struct {
	clauses []Clause
	void    bool // some variable can never be expanded
	vars    bool
}

// NewBlock joins clauses. It keeps the slice.
func NewBlock(clauses []Clause) Block {
	b := Block{clauses: clauses}
	for i := range clauses {
		b.void = b.void || clauses[i].void
		b.vars = b.vars || clauses[i].vars
	}
	return b
}

// Clauses returns the clauses in document order. The caller must not change
// them.
func (b *Block) Clauses() []Clause { return b.clauses }

// Text returns a text that blocks of one dialect have in common only if they say
// the same in the same order. It is for comparing, not for reading.
func (b *Block) Text() string {
	var t []byte
	for i := range b.clauses {
		c := &b.clauses[i]
		t = putText(putText(t, c.name), c.keyText)
		for _, v := range c.values {
			t = putText(t, v)
		}
		t = append(t, ';')
	}
	return string(t)
}

// putText appends a text and how long it is. (Not inlined for the size of
// programs.)
//
//go:noinline
func putText(t []byte, s string) []byte {
	t = strconv.AppendInt(t, int64(len(s)), 10)
	t = append(t, ':')
	return append(t, s...)
}

// KeyInfo is what a catalog knows about a key.
type KeyInfo struct {
	Type  Type
	Multi bool // one request can carry several values
}

// Bind returns the block as it stands where the types of keys are known: a
// clause whose operator does not fit its key's type is never satisfied
// (huawei.md C-14, I-30), and a multi-valued key never expands a variable
// (P-28). CAM types its comparisons by the operator alone.
func (b Block) Bind(known func(Key) (KeyInfo, bool)) Block {
	out := b
	for i := range b.clauses {
		c := &b.clauses[i]
		if c.cam {
			continue
		}
		if k, ok := known(c.key); ok && !c.broken && k.Type != AnyType && c.op.operand != AnyType && c.op.operand != k.Type {
			if &out.clauses[0] == &b.clauses[0] {
				out.clauses = append([]Clause(nil), b.clauses...)
			}
			out.clauses[i].broken = true
		}
		for j := range c.operands {
			out.void = out.void || MultiValued(c.operands[j].vars, known)
		}
	}
	return out
}

// Void reports whether a malformed or multi-valued variable keeps the whole
// statement from ever matching (huawei.md P-28).
func (b *Block) Void() bool { return b.void }

// Eval decides the block. A variable that cannot be expanded makes it False
// whatever else it says, since the statement as a whole then does not match; one
// of which nobody knows makes it at best Unknown.
func (b *Block) Eval(env *Env) Result {
	if b.void {
		return False
	}
	res := True
	if b.vars {
		var buf [MaxVariables]string
		for i := range b.clauses {
			c := &b.clauses[i]
			for j := range c.operands {
				_, _, r := env.Expand(c.operands[j].vars, &buf)
				if res = min(res, r); res == False {
					return False
				}
			}
		}
	}
	for i := range b.clauses {
		switch b.clauses[i].eval(env) {
		case False:
			return False
		case Unknown:
			res = Unknown
		}
	}
	return res
}

// Keys yields the keys that the block reads, as keys of its clauses or as
// variables; a key may come several times.
func (b *Block) Keys() iter.Seq[Key] {
	return func(yield func(Key) bool) {
		for i := range b.clauses {
			c := &b.clauses[i]
			if !yield(c.key) {
				return
			}
			for j := range c.operands {
				for _, v := range c.operands[j].vars {
					if !v.cam && !yield(v.key) {
						return
					}
				}
			}
		}
	}
}

// Expands reports whether all variables in the clause's values can be expanded: if
// one cannot, the whole statement matches nothing (huawei.md P-28). It is
// Unknown if nobody knows.
func (c *Clause) Expands(env *Env) Result {
	res := True
	if c.void {
		res = False
	}
	var buf [MaxVariables]string
	for i := range c.operands {
		_, _, r := env.Expand(c.operands[i].vars, &buf)
		res = min(res, r)
	}
	return res
}

// Eval decides one clause by itself.
func (c *Clause) Eval(env *Env) Result { return c.eval(env) }

// eval decides one clause. If it is in doubt whether its key takes effect, the
// result counts that is the same with and without (huawei.md I-28).
func (c *Clause) eval(env *Env) Result {
	if c.op.operator == nil {
		return Unknown // the zero Clause
	}
	v, doubt := env.find(c.key)
	r := c.with(v, env)
	if doubt && r != c.with(&noValue, env) {
		return Unknown
	}
	return r
}

// with decides one clause for a value of its key. A variable whose text is not
// known may have one that the operator cannot read (C-14).
func (c *Clause) with(v *Value, env *Env) Result {
	r := c.test(v, env)
	if r == True && c.vars && c.op.operand != StringType && !(c.op.ifExists && v.IsAbsent()) && c.hides(env) {
		return Unknown
	}
	return r
}

// hides reports whether some variable of the clause has a text that is not
// known.
func (c *Clause) hides(env *Env) bool {
	var buf [MaxVariables]string
	for i := range c.operands {
		if _, hidden, _ := env.Expand(c.operands[i].vars, &buf); hidden != 0 {
			return true
		}
	}
	return false
}

// test decides one clause by the rules of huawei.md section 5 and tencent-cam.md
// section 4.
func (c *Clause) test(v *Value, env *Env) Result {
	if v.kind == unknown {
		return Unknown
	}
	gone := v.IsAbsent()
	switch c.op.test {
	case null:
		return c.truth(gone, env)
	case nullOrEmpty:
		empty := v.kind == text && v.text == "" || v.kind == list && len(v.list) == 1 && v.list[0] == ""
		return c.truth(gone || empty, env)
	}
	switch {
	case gone && c.op.ifExists:
		return True
	case c.cam:
		if gone || c.vars && c.misread(env) {
			return False // C4: for every operator; C2
		}
	case c.broken || c.vars && c.misread(env):
		return False // C-14
	case len(c.operands) == 0:
		if c.op.negated {
			return Unknown // C-16
		}
		return False
	case gone:
		switch {
		case c.op.quantifier == AnyValue:
			return False // C-7
		case c.op.quantifier == AllValues || c.op.negated:
			return Unknown // C-8, C-6
		}
		return False // C-5
	}
	if v.kind != list {
		return c.one(v, env)
	}
	if len(v.list) == 1 {
		e := String(v.list[0])
		return c.one(&e, env)
	}
	q := c.op.quantifier
	if q == Plain {
		if !c.cam {
			return Unknown // C-11
		}
		if q = AnyValue; c.op.negated {
			q = AllValues // tencent-cam.md 4.1
		}
	}
	res := False
	if q == AllValues {
		res = True
	}
	for i := range v.list {
		e := String(v.list[i])
		if r := c.one(&e, env); q == AnyValue {
			res = max(res, r)
		} else {
			res = min(res, r)
		}
	}
	return res
}

// truth compares with the values of Null and IsNullOrEmpty.
func (c *Clause) truth(is bool, env *Env) Result {
	if c.broken {
		return False
	}
	res := False
	for i := range c.operands {
		o := &c.operands[i]
		want := o.truth
		if len(o.vars) > 0 {
			read, r := c.expanded(o, env)
			if r == False {
				return False // C-14
			}
			if r == Unknown {
				res = max(res, Unknown)
				continue
			}
			want = read.truth
		}
		if want == is {
			res = True
		}
	}
	return res
}

// misread reports whether a variable expands to a text that the operator
// cannot read.
func (c *Clause) misread(env *Env) bool {
	if c.op.operand == StringType {
		return false
	}
	for i := range c.operands {
		if o := &c.operands[i]; len(o.vars) > 0 {
			if _, r := c.expanded(o, env); r == False {
				return true
			}
		}
	}
	return false
}

// expanded reads a typed operand that is one variable.
func (c *Clause) expanded(o *operand, env *Env) (read operand, r Result) {
	var buf [MaxVariables]string
	vars, hidden, r := env.Expand(o.vars, &buf)
	switch {
	case r == False:
		return read, False
	case hidden != 0:
		return read, Unknown
	}
	if !read.parse(c.op.operator, vars[0], c.cam) {
		return read, False
	}
	return read, True
}

// one decides for a single present value: some operand fits, or, if negated,
// none does.
func (c *Clause) one(v *Value, env *Env) Result {
	var got operand // the value in the operator's type
	var s string
	if c.op.operand == StringType {
		switch {
		case v.kind == text:
			s = v.text
		case c.cam:
			s = v.plain()
		default:
			return Unknown
		}
	} else if !c.read(v, &got) {
		return c.unreadable()
	}
	hit, operands := False, c.operands
	if c.set != nil {
		hit, operands = truthOf(c.set.has(s, got.prefix.Addr())), c.set.rest
	}
	for i := 0; i < len(operands) && hit != True; i++ {
		o := &operands[i]
		r := False
		switch {
		case c.op.operand == StringType:
			var buf [MaxVariables]string
			vars, known := buf[:0], True
			if len(o.vars) > 0 {
				var hidden uint8
				if vars, hidden, known = env.Expand(o.vars, &buf); hidden != 0 {
					known = min(known, Unknown)
				}
			}
			if known == True {
				r = truthOf(o.m.Match(s, vars))
			} else {
				r = known
			}
		case len(o.vars) > 0:
			read, known := c.expanded(o, env)
			if r = known; known == True {
				r = truthOf(c.compare(&got, &read))
			}
		default:
			r = truthOf(c.compare(&got, o))
		}
		hit = max(hit, r)
	}
	if c.op.negated {
		return hit.not()
	}
	return hit
}

// unreadable is the result for a present value that is not of the operator's
// type: undecided, but in CAM simply not satisfied (tencent-cam.md C2).
func (c *Clause) unreadable() Result {
	if c.cam {
		return False
	}
	return Unknown
}

// read converts a request value to the operator's type.
func (c *Clause) read(v *Value, o *operand) (ok bool) {
	switch c.op.operand {
	case NumericType:
		if v.kind == number || v.kind == text {
			o.num, ok = parseDecimal(v.text)
		}
	case DateType:
		if o.time, ok = v.time, v.kind == instant; v.kind == text {
			o.time, ok = parseMoment(v.text, c.cam)
		}
	case BooleanType:
		if v.kind == boolean || v.kind == text {
			o.truth, ok = parseBool(v.text, c.cam)
		}
	case IPType:
		if v.kind == address {
			o.prefix, ok = netipPrefix(v.ip), true
		} else if v.kind == text {
			a, good := parseAddress(v.text)
			o.prefix, ok = netipPrefix(a), good
		}
	}
	return ok
}

// compare applies the test to a request value and an operand.
func (c *Clause) compare(v, o *operand) bool {
	var d int
	switch c.op.operand {
	case NumericType:
		d = v.num.compare(o.num)
	case DateType:
		d = v.time.compare(o.time)
	case IPType:
		return o.prefix.Contains(v.prefix.Addr())
	default:
		return v.truth == o.truth
	}
	switch c.op.test {
	case less:
		return d < 0
	case lessEqual:
		return d <= 0
	case greater:
		return d > 0
	case greaterEqual:
		return d >= 0
	}
	return d == 0
}

func truthOf(b bool) Result {
	if b {
		return True
	}
	return False
}
