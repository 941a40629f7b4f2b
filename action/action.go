// Package action reads the names of cloud operations and the patterns that
// policies use for them.
//
// Huawei Cloud writes service:type:operation, and the type may be empty
// (cbr::getFeature). Tencent Cloud writes service:Operation, with an optional
// name/ in front that means nothing.
//
//	p, _ := action.Compile(action.Identity, "cbr:vaults:*")
//	n, _ := action.Parse("cbr:vaults:delete")
//	p.Match(n) // true
package action

import (
	"strconv"
	"strings"

	"github.com/writ-policy/writ/internal/wildcard"
)

// Name is one concrete action. Names are comparable: two spellings of one
// action are equal, since the parts that a cloud compares without regard to
// letter case are folded when a Name is parsed. The zero Name is no action and
// matches nothing. Names may be shared between goroutines.
type Name struct {
	text          string
	first, second uint16 // ends of service and type; second is 0 in CAM
}

// Grammar says how action patterns are written.
type Grammar uint8

const (
	// Role is Huawei v1.0: as Policy, and also a lone * and the old forms of
	// two segments, service:* and service:operation (huawei.md ).
	Role Grammar = iota + 1
	// Policy is Huawei v1.1: three segments, none empty, * for all or part of
	// one (huawei.md P-10 to P-13).
	Policy
	// Identity is Huawei v5.0: three segments, the type may be empty, * and ?,
	// or a lone * (huawei.md I-13 to I-17).
	Identity
	// CAM is Tencent Cloud 2.0: [name/]service:Operation with * in the
	// operation, or *, or permid/<digits> (tencent-cam.md A1 to A8).
	CAM
)

// MaxLength bounds a name or pattern in bytes; the longest that the vendors
// accept has 128 characters (huawei.md P-3).
const MaxLength = 256

// Error is a text that is no action. Offset is a byte offset in Input, from 0.
// Fix says what to write instead, if that is known.
type Error struct {
	Input  string
	Offset int
	Reason string
	Fix    string
}

func (e *Error) Error() string {
	s := "action " + strconv.Quote(e.Input) + ": " + e.Reason
	if e.Fix != "" {
		s += "; " + e.Fix
	}
	return s
}

// fail makes an error. Copies of it at every call would cost programs more than
// the calls do.
//
//go:noinline
func fail(input string, offset int, reason, fix string) *Error {
	return &Error{input, offset, reason, fix}
}

// Parse reads a concrete action of either cloud, told apart by the number of
// colons. It allocates only where letters must be folded. Errors are of type
// *Error.
func Parse(s string) (Name, error) {
	text := strings.TrimPrefix(s, "name/")
	cut := len(s) - len(text)
	if i := strings.IndexAny(text, "*?"); i >= 0 && len(s) <= MaxLength {
		return Name{}, fail(s, cut+i, "a request names one action, without wildcards", "write the action out")
	}
	if err := check(s, text, ""); err != nil {
		return Name{}, err
	}
	switch wildcard.Colons(text) {
	case 2:
		if cut > 0 {
			return Name{}, fail(s, 0, "name/ belongs to Tencent Cloud actions of two segments", "leave it out")
		}
		a := strings.IndexByte(text, ':')
		b := a + 1 + strings.IndexByte(text[a+1:], ':')
		if a == 0 {
			return Name{}, fail(s, 0, "the service is empty", "write service:type:operation")
		}
		if b == len(text)-1 {
			return Name{}, fail(s, len(s), "the operation is empty", "write service:type:operation")
		}
		return Name{wildcard.Lower(text), uint16(a), uint16(b)}, nil
	case 1:
		a := strings.IndexByte(text, ':')
		if a == 0 || a == len(text)-1 {
			return Name{}, fail(s, cut+a, "a segment is empty", "write service:Operation")
		}
		return Name{lowerFirst(text, a), uint16(a), 0}, nil
	case 0:
		if isPermid(text) {
			return Name{text, 0, 0}, nil
		}
	}
	return Name{}, fail(s, cut, "not an action", "write service:type:operation (Huawei Cloud) or service:Operation (Tencent Cloud)")
}

// MustParse is Parse for constants; it panics on an error.
func MustParse(s string) Name {
	n, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return n
}

// String returns the folded spelling, "" for the zero Name.
func (n Name) String() string { return n.text }

// IsZero reports whether n is the zero Name.
func (n Name) IsZero() bool { return n.text == "" }

// IsCAM reports whether n is a Tencent Cloud action.
func (n Name) IsCAM() bool { return n.second == 0 && n.text != "" }

// Service returns the service, in lower case: cbr of cbr:vaults:get.
func (n Name) Service() string { return n.text[:n.first] }

// Type returns the middle segment of a Huawei action; it may be empty.
func (n Name) Type() string {
	if n.second == 0 {
		return ""
	}
	return n.text[n.first+1 : n.second]
}

// Operation returns the last segment; of a permid/ action the whole text.
func (n Name) Operation() string {
	switch {
	case n.second > 0:
		return n.text[n.second+1:]
	case n.first > 0:
		return n.text[n.first+1:]
	}
	return n.text
}

// Pattern is a compiled entry of an Action or NotAction element. It is
// immutable; goroutines may share it. The zero Pattern matches nothing.
type Pattern struct {
	text string // as written
	norm string // what is matched: folded, legacy forms written out
	cam  bool
	all  bool
	m    *wildcard.Matcher
}

// Compile reads an entry of an Action element. Errors are of type *Error.
func Compile(g Grammar, s string) (*Pattern, error) {
	if g == CAM {
		return compileCAM(s)
	}
	p := &Pattern{text: s}
	special := "*"
	if g == Identity {
		special = "*?"
	}
	if err := check(s, s, special); err != nil {
		return nil, err
	}
	norm := wildcard.Lower(s)
	if norm == "*" && g != Policy {
		p.norm, p.all = norm, true
		return p, nil
	}
	n := wildcard.Colons(norm) + 1
	service, rest, _ := strings.Cut(norm, ":")
	typ, operation, _ := strings.Cut(rest, ":")
	if g == Role && n == 2 {
		// identity:* was the whole of IAM, svc:x any type's x.
		n, typ, operation = 3, "*", typ
	}
	if n != 3 {
		fix := "write service:type:operation, for example cbr:vaults:get"
		if norm == "*" {
			fix = "write *:*:*"
		}
		return nil, fail(s, 0, "an action has three segments, not "+strconv.Itoa(n), fix)
	}
	empty, at := "", 0
	switch {
	case service == "":
		empty = "the service"
	case typ == "" && g != Identity:
		empty, at = "the type", len(service)+1
	case operation == "":
		empty, at = "the operation", len(service)+len(typ)+2
	}
	if empty != "" {
		return nil, fail(s, min(at, len(s)), empty+" is empty", "write * for any")
	}
	if p.norm = norm; g == Role {
		if service == "identity" {
			service = "iam"
		}
		p.norm = service + ":" + typ + ":" + operation
	}
	// Pattern and name both have exactly two colons, so a wildcard cannot
	// take one: matching the whole text is matching by segment (P-13).
	return p.compile(wildcard.Syntax{Star: true, Any: g == Identity})
}

func compileCAM(s string) (*Pattern, error) {
	p := &Pattern{text: s, cam: true}
	text := strings.TrimPrefix(s, "name/")
	cut := len(s) - len(text)
	if err := check(s, text, "*"); err != nil {
		return nil, err
	}
	if text == "*" || text == "*:*" {
		p.norm, p.all = "*", true
		return p, nil
	}
	if isPermid(text) {
		p.norm = text
		return p.compile(wildcard.Syntax{})
	}
	a := strings.IndexByte(text, ':')
	if a < 0 || wildcard.Colons(text) > 1 {
		return nil, fail(s, cut, "an action has one colon", "write service:Operation, for example cvm:DescribeDisks")
	}
	if a == 0 || a == len(text)-1 {
		return nil, fail(s, cut+a, "a segment is empty", "write service:Operation")
	}
	if svc := text[:a]; svc != "*" && strings.Contains(svc, "*") {
		return nil, fail(s, cut, "the service is a name or *, not a part of a name", "write one entry for each service")
	}
	p.norm = lowerFirst(text, a)
	return p.compile(wildcard.Syntax{Star: true})
}

func (p *Pattern) compile(syn wildcard.Syntax) (*Pattern, error) {
	if m, ok := wildcard.Simple(p.norm); ok && syn.Star {
		p.m = &m
		return p, nil
	}
	t, err := wildcard.Parse(p.norm, syn)
	if err == nil {
		p.m, err = t.Compile(false)
	}
	if err != nil {
		e := err.(*wildcard.Error)
		return nil, fail(p.text, min(e.Offset, len(p.text)), e.Reason, e.Fix)
	}
	return p, nil
}

// Match reports whether the pattern covers n. A pattern of one cloud never
// covers an action of the other. It allocates nothing.
func (p *Pattern) Match(n Name) bool {
	if n.text == "" || p.cam != n.IsCAM() {
		return false
	}
	// Nothing of CAM but its own spelling covers a permid (tencent-cam.md A6),
	// save the patterns for everything.
	return p.all || p.m != nil && p.m.Match(n.text, nil)
}

// Differs names the segments in which the pattern does not cover n: service,
// type and operation, in Tencent Cloud service and operation; cloud if n is of
// the other cloud. There are none where Match holds. It allocates.
func (p *Pattern) Differs(n Name) (segments []string) {
	switch {
	case p.Match(n):
		return nil
	case n.text == "" || p.cam != n.IsCAM():
		return []string{"cloud"}
	}
	names, got := []string{"service", "type", "operation"}, []string{n.Service(), n.Type(), n.Operation()}
	if p.cam {
		names, got = []string{"service", "operation"}, []string{n.Service(), n.Operation()}
	}
	want := strings.SplitN(p.norm, ":", len(got))
	for i := range got {
		if len(want) < len(got) || !fits(want[i], got[i]) {
			segments = append(segments, names[i])
		}
	}
	return segments
}

// fits compares one segment of a pattern.
func fits(want, got string) bool {
	t, err := wildcard.Parse(want, wildcard.Syntax{Star: true, Any: true})
	if err != nil {
		return false
	}
	m, err := t.Compile(false)
	return err == nil && m.Match(got, nil)
}

// Faces tells of service, type and operation what an index can use. In Tencent
// Cloud the type is empty, and of a permid all is the operation.
func (p *Pattern) Faces() (f [3]wildcard.Face) {
	if p.all || p.m == nil {
		return [3]wildcard.Face{{Exact: p.all}, {Exact: p.all}, {Exact: p.all}}
	}
	first, rest, colon := strings.Cut(p.norm, ":")
	switch {
	case !p.cam:
		typ, op, _ := strings.Cut(rest, ":")
		f = [3]wildcard.Face{wildcard.FaceOf(first), wildcard.FaceOf(typ), wildcard.FaceOf(op)}
	case colon:
		f = [3]wildcard.Face{wildcard.FaceOf(first), wildcard.FaceOf(""), wildcard.FaceOf(rest)}
		f[0].Exact = f[0].Kind == wildcard.FaceEqual // a permid has no service, and is not covered
	default:
		f = [3]wildcard.Face{wildcard.FaceOf(""), wildcard.FaceOf(""), wildcard.FaceOf(first)}
	}
	return f
}

// String returns the pattern as it was written.
func (p *Pattern) String() string { return p.text }

// Text returns the pattern in the form that is matched: letters folded where
// the cloud folds them, name/ left out, old forms written out. Two patterns
// with the same Text and IsCAM match the same actions.
func (p *Pattern) Text() string { return p.norm }

// IsCAM reports whether the pattern covers Tencent Cloud actions.
func (p *Pattern) IsCAM() bool { return p.cam }

// Everything reports whether the pattern covers every action of its cloud.
func (p *Pattern) Everything() bool { return p.all || !p.cam && p.norm == "*:*:*" }

// Literal returns the one action that the pattern covers; ok is false if it
// holds wildcards.
func (p *Pattern) Literal() (n Name, ok bool) {
	if p.norm == "" || strings.ContainsAny(p.norm, "*?") {
		return Name{}, false
	}
	n, err := Parse(p.norm)
	return n, err == nil
}

// check refuses characters that no action holds. text is the end of s.
func check(s, text, special string) *Error {
	if len(s) > MaxLength {
		return fail(s[:MaxLength], MaxLength, "longer than "+strconv.Itoa(MaxLength)+" bytes", "")
	}
	if text == "" {
		return fail(s, 0, "the text is empty", "write service:type:operation (Huawei Cloud) or service:Operation (Tencent Cloud)")
	}
	permid := isPermid(text)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == ':':
			continue
		case strings.IndexByte(special, c) >= 0, permid:
			continue
		}
		off := len(s) - len(text) + i
		switch {
		case c == ' ' || c == '\t':
			return fail(s, off, "blank in an action", "remove it")
		case c == '?':
			return fail(s, off, "? is not a wildcard here", "use *")
		case c == '$':
			return fail(s, off, "an action cannot hold a variable", "use it in Resource or Condition")
		case c >= 0x80:
			return fail(s, off, "character that no action holds", "use letters, digits, - and _")
		}
		return fail(s, off, "character "+strconv.QuoteRune(rune(c))+" that no action holds", "use letters, digits, - and _")
	}
	return nil
}

func isPermid(s string) bool {
	d, ok := strings.CutPrefix(s, "permid/")
	return ok && d != "" && wildcard.Consists(d, "0123456789")
}

// lowerFirst folds the service of a CAM action; the operation is exact
// (tencent-cam.md A4, A5).
func lowerFirst(s string, n int) string {
	if f := wildcard.Lower(s[:n]); f != s[:n] {
		return f + s[n:]
	}
	return s
}
