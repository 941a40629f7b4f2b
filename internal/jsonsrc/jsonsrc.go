// Package jsonsrc reads JSON text into a tree in which every value and every
// member name knows its bytes. It is stricter than the standard decoder:
// duplicate names, text that is not UTF-8, lone surrogates, NUL characters, a
// byte-order mark, bytes after the value, and documents that are too deep or
// too large are problems, and all problems that do not hide the rest are
// reported at once.
package jsonsrc

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/writ-policy/writ/internal/phrase"
)

// Limits on a document, so that no input can hold a reader up.
const (
	// MaxSize is in characters; the vendor's own policy checker takes no more
	// than 131,072.
	MaxSize = 131072
	// MaxDepth is the deepest nesting. No dialect needs more than six levels.
	MaxDepth = 16
	// MaxProblems bounds what is reported for one text.
	MaxProblems = 100
)

// Kind is the kind of a value.
type Kind uint8

const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String names the kind as messages do.
//
//go:noinline
func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// Node is one value. Pos and End are byte offsets of its text.
type Node struct {
	Kind     Kind
	Pos, End int
	Text     string // decoded string; literal text of numbers and booleans
	Items    []Node
	Members  []Member
}

// Member is one member of an object. NamePos and NameEnd are the offsets of
// its quoted name.
type Member struct {
	Name             string
	NamePos, NameEnd int
	Value            Node
}

// Member returns the member of that name. (Not inlined for the size of programs.)
//
//go:noinline
func (n *Node) Member(name string) (*Member, bool) {
	for i := range n.Members {
		if n.Members[i].Name == name {
			return &n.Members[i], true
		}
	}
	return nil, false
}

// ProblemKind tells a duplicate name from text that is no JSON.
type ProblemKind uint8

const (
	Syntax ProblemKind = iota
	Duplicate
	Encoding // not UTF-8, lone surrogate, NUL, byte-order mark
	Limit    // too deep or too large
)

// Problem is something wrong with the text between the offsets Pos and End.
type Problem struct {
	Kind     ProblemKind
	Pos, End int
	Reason   string
	Fix      string
}

// Limits replaces MaxSize and MaxDepth for texts that are no policies.
type Limits struct{ Size, Depth int }

// Parse reads a policy. The node is usable only if there are no problems.
func Parse(src []byte) (Node, []Problem) {
	return ParseLimits(src, Limits{MaxSize, MaxDepth})
}

// ParseLimits is Parse with other limits.
func ParseLimits(src []byte, limits Limits) (Node, []Problem) {
	p := parser{src: src, depth: limits.Depth}
	if len(src) > 4*limits.Size || len(src) > limits.Size && utf8.RuneCount(src) > limits.Size {
		p.problem(Limit, 0, 0, "the document has more than "+strconv.Itoa(limits.Size)+" characters", "split it")
		return Node{}, p.problems
	}
	switch {
	case strings.HasPrefix(string(src[:min(3, len(src))]), "\uFEFF"):
		p.problem(Encoding, 0, 3, "the document begins with a byte-order mark", "save it as UTF-8 without one")
		p.at = 3
	case len(src) >= 2 && (src[0] == 0xFE && src[1] == 0xFF || src[0] == 0xFF && src[1] == 0xFE):
		p.problem(Encoding, 0, 2, "the document begins with a byte-order mark of UTF-16", "save it as UTF-8 without one")
		return Node{}, p.problems
	}
	p.next()
	if p.at == len(src) {
		p.problem(Syntax, p.at, p.at, "the document is empty", "write a policy, an object in braces")
		return Node{}, p.problems
	}
	var n Node
	if p.value(&n, 1) {
		if p.next(); p.at < len(src) {
			reason, fix := "text after the end of the document", "remove it"
			switch src[p.at] {
			case '/':
				reason = noComments
			case '{':
				reason, fix = "a second document in one text", "write one document a file"
			}
			p.problem(Syntax, p.at, len(src), reason, fix)
		}
	}
	return n, p.problems
}

type parser struct {
	src      []byte
	at       int
	depth    int
	problems []Problem
}

//go:noinline
func (p *parser) problem(k ProblemKind, pos, end int, reason, fix string) {
	if len(p.problems) < MaxProblems {
		p.problems = append(p.problems, Problem{k, pos, end, reason, fix})
	}
}

const noComments = "JSON has no comments"

// unexpected fails at a character that cannot stand here.
func (p *parser) unexpected(reason string) bool {
	if p.at < len(p.src) && p.src[p.at] == '/' {
		return p.fail(noComments, "remove it")
	}
	return p.fail(reason+p.here(), "")
}

// fail reports a syntax error here; what follows cannot be read.
func (p *parser) fail(reason, fix string) bool {
	end := p.at
	if end < len(p.src) {
		_, w := utf8.DecodeRune(p.src[end:])
		end += w
	}
	p.problem(Syntax, p.at, end, reason, fix)
	return false
}

// next skips white space and returns the character behind it, 0 at the end. (Not
// inlined for the size of programs.)
//
//go:noinline
func (p *parser) next() byte {
	for {
		switch c := p.peek(); c {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return c
		}
	}
}

// here describes the next character.
func (p *parser) here() string {
	if p.at >= len(p.src) {
		return "the end of the document"
	}
	r, w := utf8.DecodeRune(p.src[p.at:])
	if r == utf8.RuneError && w == 1 {
		return "a byte that is not UTF-8"
	}
	return strconv.QuoteRune(r)
}

func (p *parser) value(n *Node, depth int) (ok bool) {
	if depth > p.depth {
		p.problem(Limit, p.at, min(p.at+1, len(p.src)), "nested deeper than "+strconv.Itoa(p.depth)+" levels", "a policy needs six")
		return false
	}
	n.Pos = p.at
	switch c := p.peek(); {
	case c == '{':
		n.Kind = Object
		n.Members, ok = p.object(depth)
	case c == '[':
		n.Kind = Array
		n.Items, ok = p.array(depth)
	case c == '"':
		n.Kind = String
		n.Text, ok = p.str()
	case c == '-' || '0' <= c && c <= '9':
		n.Kind = Number
		n.Text, ok = p.number()
	case p.word("true"), p.word("false"):
		n.Kind, n.Text, ok = Bool, string(p.src[n.Pos:p.at]), true
	case p.word("null"):
		ok = true
	case c == '\'':
		return p.fail("a string in single quotes", "write it in double quotes")
	default:
		return p.unexpected("a value is expected, not ")
	}
	n.End = p.at
	return ok
}

func (p *parser) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

// word reads a literal that is not the start of a longer word.
func (p *parser) word(w string) bool {
	end := p.at + len(w)
	if end > len(p.src) || string(p.src[p.at:end]) != w {
		return false
	}
	if end < len(p.src) {
		if c := p.src[end]; 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' {
			return false
		}
	}
	p.at = end
	return true
}

func (p *parser) object(depth int) (members []Member, ok bool) {
	var seen map[string]int
	for comma := p.at; ; comma = p.at {
		p.at++
		switch c := p.next(); {
		case c == '}':
			if len(members) > 0 {
				p.at = comma
				return nil, p.fail("a comma before the closing brace", "remove the comma")
			}
			p.at++
			return members, true
		case c != '"':
			return nil, p.unexpected("a member name in double quotes is expected, not ")
		}
		before := members
		members = append(members, Member{NamePos: p.at})
		m := &members[len(before)]
		if m.Name, ok = p.str(); !ok {
			return nil, false
		}
		m.NameEnd = p.at
		if p.next() != ':' {
			return nil, p.unexpected("a colon is expected after the member name, not ")
		}
		p.at++
		p.next()
		if !p.value(&m.Value, depth+1) {
			return nil, false
		}
		if first, dup := find(before, seen, m.Name); dup {
			line, _ := NewLines(p.src).At(first)
			p.problem(Duplicate, m.NamePos, m.NameEnd, "duplicate name "+phrase.Quote(m.Name)+", first on line "+strconv.Itoa(line), "keep one of the two")
		}
		if len(members) > 16 { // a map only where scanning would be slow
			if seen == nil {
				seen = make(map[string]int)
				for i := len(members) - 1; i >= 0; i-- {
					seen[members[i].Name] = members[i].NamePos
				}
			} else if _, again := seen[m.Name]; !again {
				seen[m.Name] = m.NamePos
			}
		}
		switch p.next() {
		case ',':
		case '}':
			p.at++
			return members, true
		default:
			return nil, p.unexpected("a comma or the closing brace is expected, not ")
		}
	}
}

func find(members []Member, seen map[string]int, name string) (int, bool) {
	if seen != nil {
		at, ok := seen[name]
		return at, ok
	}
	for i := range members {
		if members[i].Name == name {
			return members[i].NamePos, true
		}
	}
	return 0, false
}

func (p *parser) array(depth int) (items []Node, ok bool) {
	for comma := p.at; ; comma = p.at {
		p.at++
		if p.next() == ']' {
			if len(items) > 0 {
				p.at = comma
				return nil, p.fail("a comma before the closing bracket", "remove the comma")
			}
			p.at++
			return items, true
		}
		items = append(items, Node{})
		if !p.value(&items[len(items)-1], depth+1) {
			return nil, false
		}
		switch p.next() {
		case ',':
		case ']':
			p.at++
			return items, true
		default:
			return nil, p.unexpected("a comma or the closing bracket is expected, not ")
		}
	}
}

func (p *parser) number() (string, bool) {
	start := p.at
	digits := func() bool {
		from := p.at
		for c := p.peek(); '0' <= c && c <= '9'; c = p.peek() {
			p.at++
		}
		return p.at > from
	}
	if p.peek() == '-' {
		p.at++
	}
	if p.peek() == '0' {
		p.at++
	} else if !digits() {
		return "", p.fail("a digit is expected, not "+p.here(), "")
	}
	if p.peek() == '.' {
		if p.at++; !digits() {
			return "", p.fail("a digit is expected after the point, not "+p.here(), "")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		if p.at++; p.peek() == '+' || p.peek() == '-' {
			p.at++
		}
		if !digits() {
			return "", p.fail("a digit is expected in the exponent, not "+p.here(), "")
		}
	}
	if c := p.peek(); '0' <= c && c <= '9' {
		return "", p.fail("a number with a leading zero", "remove the zero")
	}
	return string(p.src[start:p.at]), true
}

// str reads a string. Bad encoding inside it is reported and does not stop the
// reader.
func (p *parser) str() (string, bool) {
	open := p.at
	p.at++
	start := p.at
	var out []byte // nil while nothing needed decoding
	plain := func(end int) {
		out = append(out, p.src[start:end]...)
	}
	for {
		if p.at >= len(p.src) {
			p.problem(Syntax, open, p.at, "a string without closing quote", "")
			return "", false
		}
		switch c := p.src[p.at]; {
		case c == '"':
			var s string
			if out == nil {
				s = string(p.src[start:p.at])
			} else {
				plain(p.at)
				s = string(out)
			}
			p.at++
			return s, true
		case c == '\\':
			plain(p.at)
			r, ok := p.escape()
			if !ok {
				return "", false
			}
			out = utf8.AppendRune(out, r)
			start = p.at
		case c == '\n' || c == '\r':
			p.problem(Syntax, open, p.at, "a string without closing quote", `write \n for a line break`)
			return "", false
		case c < 0x20:
			return "", p.fail("control character "+p.here()+" in a string", "write it as an escape, or remove it")
		case c < utf8.RuneSelf:
			p.at++
		default:
			r, w := utf8.DecodeRune(p.src[p.at:])
			if r == utf8.RuneError && w == 1 {
				p.problem(Encoding, p.at, p.at+1, "text that is not UTF-8", "save the document as UTF-8")
			}
			p.at += w
		}
	}
}

func (p *parser) escape() (rune, bool) {
	from := p.at
	p.at++
	switch c := p.peek(); c {
	case '"', '\\', '/':
		p.at++
		return rune(c), true
	case 'b', 'f', 'n', 'r', 't':
		p.at++
		return rune("\b\f\n\r\t"[strings.IndexByte("bfnrt", c)]), true
	case 'u':
		p.at++
	default:
		p.at = from
		return 0, p.fail("unknown escape in a string", `write \\ for a backslash`)
	}
	r, ok := p.hex4()
	if !ok {
		return 0, false
	}
	switch {
	case r == 0:
		p.problem(Encoding, from, p.at, "NUL character", "remove it")
	case 0xD800 <= r && r < 0xDC00 && p.at+1 < len(p.src) && p.src[p.at] == '\\' && p.src[p.at+1] == 'u':
		back := p.at
		p.at += 2
		low, ok := p.hex4()
		if !ok {
			return 0, false
		}
		if 0xDC00 <= low && low < 0xE000 {
			return (r-0xD800)<<10 + (low - 0xDC00) + 0x10000, true
		}
		p.at = back
		fallthrough
	case 0xD800 <= r && r < 0xE000:
		p.problem(Encoding, from, p.at, "half of a surrogate pair", "write the character itself")
		return utf8.RuneError, true
	}
	return r, true
}

func (p *parser) hex4() (rune, bool) {
	var r rune
	for range 4 {
		c := p.peek()
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, p.fail(`four hexadecimal digits are expected after \u, not `+p.here(), "")
		}
		p.at++
	}
	return r, true
}

// Offset returns where in src the byte at offset off of a decoded string
// stands. n must be a String of that source.
func (n *Node) Offset(src []byte, off int) int {
	return offset(src, n.Pos+1, off)
}

func offset(src []byte, at, off int) int {
	for off > 0 && at < len(src) && src[at] != '"' {
		if src[at] != '\\' {
			at, off = at+1, off-1
			continue
		}
		p := parser{src: src, at: at}
		r, _ := p.escape()
		at, off = p.at, off-utf8.RuneLen(r)
	}
	return at
}
