// Package wildcard holds the text patterns that all dialects share: literal
// text, the wildcards * and ?, and policy variables such as ${g:UserName}. A
// text is parsed once into a Template and compiled once into a Matcher. It is
// the only package that imports gobwas/glob.
package wildcard

import (
	"strconv"
	"strings"
)

// Syntax says what is special in a text. The zero Syntax has no special
// characters at all.
type Syntax struct {
	Star      bool   // * is any run of characters, the empty one included
	Any       bool   // ? is exactly one character
	Variables Dollar // how ${…} is read
}

// Dollar selects a grammar of policy variables.
type Dollar uint8

const (
	// NoVariables makes $ an ordinary character.
	NoVariables Dollar = iota
	// Policy11 is the v1.1 grammar: ${key}, ${key, 'default'} and ${$}
	// (huawei.md P-25 to P-28).
	Policy11
	// Identity50 adds the escapes ${*} and ${?} (huawei.md 3.5).
	Identity50
	// CAM20 knows ${uin}, ${owner_uin} and ${app_id} only (tencent-cam.md V1).
	CAM20
)

// Variable is one ${…} of a text. Key is folded (see FoldKey), except in CAM.
type Variable struct {
	Key        string
	Default    string
	HasDefault bool
}

type kind uint8

const (
	literal kind = iota
	star
	anyOne
	variable
)

type part struct {
	text string // of a literal
	off  int    // byte offset in the parsed text
	kind kind
	idx  uint8 // of a variable: its place in Template.Variables
}

// Template is a parsed text. It is immutable.
type Template struct {
	Variables []Variable
	// Void is set where the text holds a malformed variable: the vendor then
	// lets the whole statement match nothing (huawei.md P-28). VoidAt is its
	// byte offset, VoidReason what is wrong with it, VoidFix what to write.
	Void       bool
	VoidAt     int
	VoidReason string
	VoidFix    string

	// Blank is the offset of the first blank outside of variables, or -1.
	Blank int
	// Start is the offset of a piece that Split made.
	Start int

	parts []part
}

// Error is a text that cannot be parsed or compiled. Offset counts bytes from
// 0. Fix, if not empty, says what to write instead.
type Error struct {
	Offset int
	Reason string
	Fix    string
}

func (e *Error) Error() string {
	s := e.Reason + " at byte " + strconv.Itoa(e.Offset)
	if e.Fix != "" {
		s += ": " + e.Fix
	}
	return s
}

// MaxVariables bounds the variables of one text, so that a decision can expand
// them into a fixed array.
const MaxVariables = 8

// Parse reads a text. A malformed variable of the Huawei grammars is not an
// error but makes the Template void; in CAM it is an error (tencent-cam.md V4).
func Parse(s string, syn Syntax) (*Template, error) {
	t := &Template{Blank: -1}
	from := 0 // of the literal text under way
	for i := 0; i < len(s); {
		p, n := part{off: i}, 1
		switch {
		case s[i] == '*' && syn.Star:
			p.kind = star
		case s[i] == '?' && syn.Any:
			p.kind = anyOne
		case syn.Variables != NoVariables && strings.HasPrefix(s[i:], "${"):
			var v Variable
			var err *Error
			p.text, n, err = v.parse(s[i:], syn.Variables)
			switch {
			case err != nil && syn.Variables == CAM20:
				err.Offset += i
				return nil, err
			case err != nil:
				t.Void, t.VoidAt, t.VoidReason, t.VoidFix = true, i, err.Reason, err.Fix
				return t, nil
			case p.text != "":
				// Literal text on both sides stays apart, so that offsets hold.
			case len(t.Variables) == MaxVariables:
				return nil, &Error{i, "more than " + strconv.Itoa(MaxVariables) + " variables in one text", "split it into several entries"}
			default:
				p.kind, p.idx = variable, uint8(len(t.Variables))
				t.Variables = append(t.Variables, v)
			}
		default:
			if s[i] == ' ' && t.Blank < 0 {
				t.Blank = i
			}
			i++
			continue
		}
		t.literal(s[from:i], from)
		if k := len(t.parts); p.kind != star || k == 0 || t.parts[k-1].kind != star {
			t.parts = append(t.parts, p)
		}
		i += n
		from = i
	}
	t.literal(s[from:], from)
	return t, nil
}

// literal adds literal text, if there is any. (Not inlined for the size of
// programs.)
//
//go:noinline
func (t *Template) literal(text string, off int) {
	if text != "" {
		t.parts = append(t.parts, part{kind: literal, text: text, off: off})
	}
}

// Split cuts the template at its first n-1 literal occurrences of sep. Text
// that comes from a variable never counts as a separator. ok is false if
// there are fewer than n pieces.
func (t *Template) Split(sep byte, n int) (pieces []*Template, ok bool) {
	cur := &Template{Variables: t.Variables}
	pieces = append(pieces, cur)
	for i := range t.parts {
		p := &t.parts[i]
		if p.kind != literal {
			cur.parts = append(cur.parts, *p)
			continue
		}
		text, off := p.text, p.off
		for len(pieces) < n {
			k := strings.IndexByte(text, sep)
			if k < 0 {
				break
			}
			cur.literal(text[:k], off)
			text, off = text[k+1:], off+k+1
			cur = &Template{Variables: t.Variables, Start: off}
			pieces = append(pieces, cur)
		}
		cur.literal(text, off)
	}
	return pieces, len(pieces) == n
}

// Literal returns the text if it holds neither wildcard nor variable.
func (t *Template) Literal() (string, bool) {
	m := t.merged(false)
	if len(m) == 0 {
		return "", true
	}
	return m[0].text, len(m) == 1 && m[0].kind == literal
}

// merged returns the parts with neighbouring literal text joined, with fold in
// canonical form.
func (t *Template) merged(fold bool) []part {
	var out []part
	for _, p := range t.parts {
		if p.kind == literal {
			if fold {
				p.text = canonString(p.text)
			}
			if n := len(out); n > 0 && out[n-1].kind == literal {
				out[n-1].text += p.text
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// Single returns the index of the variable that is the whole text, or -1.
func (t *Template) Single() int {
	if len(t.parts) == 1 && t.parts[0].kind == variable {
		return int(t.parts[0].idx)
	}
	return -1
}

// HasVariables reports whether the text refers to a variable. (A piece made by
// Split keeps the whole list in Variables.)
func (t *Template) HasVariables() bool { return t.Uses() != 0 }

// Uses tells which variables occur: bit i stands for Variables[i] of the whole
// template. (Not inlined for the size of programs.)
//
//go:noinline
func (t *Template) Uses() (mask uint8) {
	for _, p := range t.parts {
		if p.kind == variable {
			mask |= 1 << p.idx
		}
	}
	return mask
}

// HasWildcards reports whether * or ? occur as wildcards.
func (t *Template) HasWildcards() bool {
	for _, p := range t.parts {
		if p.kind == star || p.kind == anyOne {
			return true
		}
	}
	return false
}

// VariableFrom returns the offset of the first variable at or behind from, or
// -1.
func (t *Template) VariableFrom(from int) int {
	for _, p := range t.parts {
		if p.kind == variable && p.off >= from {
			return p.off
		}
	}
	return -1
}

// Everything reports whether the text is a lone *.
func (t *Template) Everything() bool { return len(t.parts) == 1 && t.parts[0].kind == star }

// Map returns the template with f applied to its literal text. (Not inlined for
// the size of programs.)
//
//go:noinline
func (t *Template) Map(f func(string) string) *Template {
	out := *t
	out.parts = append([]part(nil), t.parts...)
	for i := range out.parts {
		if p := &out.parts[i]; p.kind == literal {
			p.text = f(p.text)
		}
	}
	return &out
}

// WithStars returns the template with a * put before or behind it.
func (t *Template) WithStars(before, behind bool) *Template {
	out := *t
	out.parts = nil
	if before {
		out.parts = append(out.parts, part{kind: star})
	}
	out.parts = append(out.parts, t.parts...)
	if behind {
		out.parts = append(out.parts, part{kind: star})
	}
	return &out
}

// parse reads "${…}" at the start of s. Either v becomes the variable or esc is
// the text of an escape; n is the number of bytes read.
func (v *Variable) parse(s string, d Dollar) (esc string, n int, err *Error) {
	body := s[2:]
	if d == CAM20 {
		k := strings.IndexByte(body, '}')
		if k < 0 {
			return malformed("variable without closing brace", "write ${uin}, ${owner_uin} or ${app_id}")
		}
		switch v.Key = body[:k]; v.Key {
		case "uin", "owner_uin", "app_id":
			return "", k + 3, nil
		}
		return malformed("unknown variable "+strconv.Quote(s[:k+3]), "the variables are ${uin}, ${owner_uin} and ${app_id}")
	}
	if len(body) > 1 && body[1] == '}' && (body[0] == '$' || d == Identity50 && (body[0] == '*' || body[0] == '?')) {
		return body[:1], 4, nil
	}
	i := strings.IndexAny(body, ",}")
	if i < 0 {
		return malformed("variable without closing brace", "write ${key}")
	}
	v.Key = FoldKey(trimBlanks(body[:i]))
	if v.Key == "" {
		return malformed("variable without a key", "write ${key}")
	}
	if body[i] == '}' {
		return "", i + 3, nil
	}
	v.HasDefault = true
	fix := "write ${" + v.Key + ", 'text'}"
	i = skipBlanks(body, i+1)
	if i == len(body) || body[i] != '\'' {
		return malformed("default of a variable without quotes", fix)
	}
	var text []byte
	for i++; ; i++ {
		if i == len(body) {
			return malformed("default of a variable without closing quote", fix)
		}
		if body[i] == '\'' {
			if i+1 == len(body) || body[i+1] != '\'' {
				break
			}
			i++
		}
		text = append(text, body[i])
	}
	v.Default = string(text)
	i = skipBlanks(body, i+1)
	if i == len(body) || body[i] != '}' {
		return malformed("variable without closing brace", fix)
	}
	return "", i + 3, nil
}

// malformed is the result for a variable that cannot be read. (Not inlined for
// the size of programs.)
//
//go:noinline
func malformed(reason, fix string) (esc string, n int, err *Error) {
	return "", 0, &Error{0, reason, fix}
}

// trimBlanks returns a text without the blanks around it.
func trimBlanks(s string) string {
	s = s[skipBlanks(s, 0):]
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// skipBlanks returns the place of the first character from i on that is no blank.
func skipBlanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// FoldKey folds the name of a condition key: ASCII letters before the first
// slash to lower case, the tag key behind it kept (huawei.md 6 and A-4,
// tencent-cam.md K2). It returns s itself where nothing changes.
func FoldKey(s string) string {
	if k := strings.IndexByte(s, '/'); k >= 0 {
		if f := Lower(s[:k]); f != s[:k] {
			return f + s[k:]
		}
		return s
	}
	return Lower(s)
}

// Lower folds ASCII letters to lower case. Other characters stay as they are,
// so lengths and offsets never change. (Not inlined for the size of programs.)
//
//go:noinline
func Lower(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// Colons counts the colons of a text. (Not inlined for the size of programs.)
//
//go:noinline
func Colons(s string) (n int) {
	for i := 0; i < len(s); i++ {
		if s[i] == ':' {
			n++
		}
	}
	return n
}

// Consists reports whether a text has only such characters, all of them ASCII.
func Consists(s, of string) bool {
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(of, s[i]) < 0 {
			return false
		}
	}
	return true
}

// String spells the template: wildcards as * and ?, variables as ${key}. (Not
// inlined for the size of programs.)
//
//go:noinline
func (t *Template) String() string {
	s := ""
	for i := range t.parts {
		s += t.parts[i].spell(t.Variables)
	}
	return s
}

func (p *part) spell(vars []Variable) string {
	switch p.kind {
	case star:
		return "*"
	case anyOne:
		return "?"
	case variable:
		return "${" + vars[p.idx].Key + "}"
	}
	return p.text
}
