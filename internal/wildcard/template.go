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
	kind kind
	text string // of a literal
	idx  int    // of a variable: its place in Template.Variables
	off  int    // byte offset in the parsed text
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
func Parse(s string, syn Syntax) (Template, error) {
	t := Template{Blank: -1}
	var lit literals
	for i := 0; i < len(s); {
		switch {
		case s[i] == '*' && syn.Star:
			lit.end(&t)
			if n := len(t.parts); n == 0 || t.parts[n-1].kind != star {
				t.parts = append(t.parts, part{kind: star, off: i})
			}
			i++
		case s[i] == '?' && syn.Any:
			lit.end(&t)
			t.parts = append(t.parts, part{kind: anyOne, off: i})
			i++
		case syn.Variables != NoVariables && strings.HasPrefix(s[i:], "${"):
			v, esc, n, err := parseVariable(s[i:], syn.Variables)
			if err != nil {
				err.Offset += i
				if syn.Variables == CAM20 {
					return Template{}, err
				}
				t.Void, t.VoidAt, t.VoidReason, t.VoidFix = true, i, err.Reason, err.Fix
				return t, nil
			}
			// Literal text on both sides stays apart, so that offsets hold.
			lit.end(&t)
			if esc != "" {
				lit.put(esc, i)
				lit.end(&t)
			} else {
				if len(t.Variables) == MaxVariables {
					return Template{}, &Error{i, "more than " + strconv.Itoa(MaxVariables) + " variables in one text", "split it into several entries"}
				}
				t.parts = append(t.parts, part{kind: variable, idx: len(t.Variables), off: i})
				t.Variables = append(t.Variables, v)
			}
			i += n
		default:
			if s[i] == ' ' && t.Blank < 0 {
				t.Blank = i
			}
			lit.put(s[i:i+1], i)
			i++
		}
	}
	lit.end(&t)
	return t, nil
}

// literals collects the text between wildcards and variables.
type literals struct {
	text strings.Builder
	at   int
}

func (l *literals) put(text string, at int) {
	if l.text.Len() == 0 {
		l.at = at
	}
	l.text.WriteString(text)
}

// end makes a part of what was collected. (Not inlined for the size of programs.)
//
//go:noinline
func (l *literals) end(t *Template) {
	if l.text.Len() > 0 {
		t.parts = append(t.parts, part{kind: literal, text: l.text.String(), off: l.at})
		l.text.Reset()
	}
}

// Split cuts the template at its first n-1 literal occurrences of sep. Text
// that comes from a variable never counts as a separator. ok is false if
// there are fewer than n pieces.
func (t Template) Split(sep byte, n int) (pieces []Template, ok bool) {
	cur := Template{Variables: t.Variables}
	for _, p := range t.parts {
		if p.kind != literal {
			cur.parts = append(cur.parts, p)
			continue
		}
		text, off := p.text, p.off
		for len(pieces) < n-1 {
			k := strings.IndexByte(text, sep)
			if k < 0 {
				break
			}
			if k > 0 {
				cur.parts = append(cur.parts, part{kind: literal, text: text[:k], off: off})
			}
			pieces = append(pieces, cur)
			text, off = text[k+1:], off+k+1
			cur = Template{Variables: t.Variables, Start: off}
		}
		if text != "" {
			cur.parts = append(cur.parts, part{kind: literal, text: text, off: off})
		}
	}
	pieces = append(pieces, cur)
	return pieces, len(pieces) == n
}

// Literal returns the text if it holds neither wildcard nor variable.
func (t Template) Literal() (string, bool) {
	m := t.merged()
	if len(m) == 0 {
		return "", true
	}
	return m[0].text, len(m) == 1 && m[0].kind == literal
}

// merged returns the parts with neighbouring literal text joined.
func (t Template) merged() []part {
	var out []part
	for _, p := range t.parts {
		if n := len(out); p.kind == literal && n > 0 && out[n-1].kind == literal {
			out[n-1].text += p.text
			continue
		}
		out = append(out, p)
	}
	return out
}

// Single returns the index of the variable that is the whole text, or -1.
func (t Template) Single() int {
	if len(t.parts) == 1 && t.parts[0].kind == variable {
		return t.parts[0].idx
	}
	return -1
}

// HasVariables reports whether the text refers to a variable. (A piece made by
// Split keeps the whole list in Variables.)
func (t Template) HasVariables() bool {
	for _, p := range t.parts {
		if p.kind == variable {
			return true
		}
	}
	return false
}

// Uses tells which variables occur: bit i stands for Variables[i] of the whole
// template.
func (t Template) Uses() (mask uint8) {
	for _, p := range t.parts {
		if p.kind == variable {
			mask |= 1 << p.idx
		}
	}
	return mask
}

// HasWildcards reports whether * or ? occur as wildcards.
func (t Template) HasWildcards() bool {
	for _, p := range t.parts {
		if p.kind == star || p.kind == anyOne {
			return true
		}
	}
	return false
}

// VariableFrom returns the offset of the first variable at or behind from, or
// -1.
func (t Template) VariableFrom(from int) int {
	for _, p := range t.parts {
		if p.kind == variable && p.off >= from {
			return p.off
		}
	}
	return -1
}

// Everything reports whether the text is a lone *.
func (t Template) Everything() bool { return len(t.parts) == 1 && t.parts[0].kind == star }

// Map returns the template with f applied to its literal text.
func (t Template) Map(f func(string) string) Template {
	out := t
	out.parts = make([]part, len(t.parts))
	for i, p := range t.parts {
		if p.kind == literal {
			p.text = f(p.text)
		}
		out.parts[i] = p
	}
	return out
}

// WithStars returns the template with a * put before or behind it.
func (t Template) WithStars(before, behind bool) Template {
	out := t
	out.parts = nil
	if before {
		out.parts = append(out.parts, part{kind: star})
	}
	out.parts = append(out.parts, t.parts...)
	if behind {
		out.parts = append(out.parts, part{kind: star})
	}
	return out
}

// parseVariable reads "${…}" at the start of s. Either v is a variable or esc
// is the text of an escape; n is the number of bytes read.
func parseVariable(s string, d Dollar) (v Variable, esc string, n int, err *Error) {
	body := s[2:]
	if d == CAM20 {
		k := strings.IndexByte(body, '}')
		if k < 0 {
			return v, "", 0, &Error{0, "variable without closing brace", "write ${uin}, ${owner_uin} or ${app_id}"}
		}
		switch body[:k] {
		case "uin", "owner_uin", "app_id":
			return Variable{Key: body[:k]}, "", k + 3, nil
		}
		return v, "", 0, &Error{0, "unknown variable " + strconv.Quote(s[:k+3]), "the variables are ${uin}, ${owner_uin} and ${app_id}"}
	}
	for _, e := range []string{"$", "*", "?"} {
		if strings.HasPrefix(body, e+"}") && (e == "$" || d == Identity50) {
			return v, e, 4, nil
		}
	}
	i := strings.IndexAny(body, ",}")
	if i < 0 {
		return v, "", 0, &Error{0, "variable without closing brace", "write ${key}"}
	}
	v.Key = FoldKey(strings.Trim(body[:i], " \t"))
	if v.Key == "" {
		return v, "", 0, &Error{0, "variable without a key", "write ${key}"}
	}
	if body[i] == '}' {
		return v, "", i + 3, nil
	}
	v.HasDefault = true
	for i++; i < len(body) && (body[i] == ' ' || body[i] == '\t'); i++ {
	}
	if i == len(body) || body[i] != '\'' {
		return v, "", 0, &Error{0, "default of a variable without quotes", "write ${" + v.Key + ", 'text'}"}
	}
	var def strings.Builder
	for i++; ; i++ {
		if i == len(body) {
			return v, "", 0, &Error{0, "default of a variable without closing quote", "write ${" + v.Key + ", 'text'}"}
		}
		if body[i] == '\'' {
			if i+1 < len(body) && body[i+1] == '\'' {
				i++
			} else {
				break
			}
		}
		def.WriteByte(body[i])
	}
	for i++; i < len(body) && (body[i] == ' ' || body[i] == '\t'); i++ {
	}
	if i == len(body) || body[i] != '}' {
		return v, "", 0, &Error{0, "variable without closing brace", "write ${" + v.Key + ", 'text'}"}
	}
	v.Default = def.String()
	return v, "", i + 3, nil
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
// so lengths and offsets never change.
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

// String spells the template: wildcards as * and ?, variables as ${key}.
func (t Template) String() string {
	var b strings.Builder
	for _, p := range t.parts {
		switch p.kind {
		case star:
			b.WriteByte('*')
		case anyOne:
			b.WriteByte('?')
		case variable:
			b.WriteString("${" + t.Variables[p.idx].Key + "}")
		default:
			b.WriteString(p.text)
		}
	}
	return b.String()
}
