package policy

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/writ-policy/writ/internal/jsonsrc"
)

// Format lays a document out anew: two spaces a level, one entry a line but for
// lists of one, the elements in the order in which the vendors write them, and
// characters of ASCII without needless escapes. Everything else is kept, the
// order of statements and entries above all. A nil Dialect is that of Parse.
//
// Of a text that is no document but holds some, as the body of an API call does,
// only these are laid out anew; one that stands in a string, without spaces and
// line breaks.
//
// The error is that of ParseAs: what cannot be read is not laid out.
func Format(d *Dialect, file string, src []byte) ([]byte, error) {
	f := formatter{dialect: d, file: file, src: src}
	root, problems := jsonsrc.Parse(src)
	if len(problems) > 0 || isPolicy(&root) || !f.holds(&root) {
		return f.whole(&root)
	}
	if err := f.inside(&root); err != nil {
		return nil, err
	}
	return append(f.out, src[f.at:]...), nil
}

// formatter writes documents; at is where the text begins that was not copied
// yet.
type formatter struct {
	dialect *Dialect
	file    string
	src     []byte
	out     []byte
	at      int
	compact bool
}

// isPolicy tells a document by the elements that every one has.
func isPolicy(n *jsonsrc.Node) bool {
	for _, version := range []string{"Version", "version"} {
		for _, statement := range []string{"Statement", "statement"} {
			_, v := n.Member(version)
			_, s := n.Member(statement)
			if v && s {
				return true
			}
		}
	}
	return false
}

// embedded reads a string that holds a document.
func embedded(n *jsonsrc.Node) (root jsonsrc.Node, ok bool) {
	if n.Kind != jsonsrc.String || !strings.HasPrefix(strings.TrimLeft(n.Text, " \t\r\n"), "{") {
		return root, false
	}
	root, problems := jsonsrc.Parse([]byte(n.Text))
	return root, len(problems) == 0 && isPolicy(&root)
}

// holds reports whether there is a document inside a value.
func (f *formatter) holds(n *jsonsrc.Node) bool {
	if _, ok := embedded(n); ok || isPolicy(n) {
		return true
	}
	for i := range n.Members {
		if f.holds(&n.Members[i].Value) {
			return true
		}
	}
	return slices.ContainsFunc(n.Items, func(item jsonsrc.Node) bool { return f.holds(&item) })
}

// whole lays out a text that is one document.
func (f *formatter) whole(root *jsonsrc.Node) ([]byte, error) {
	if _, err := ParseAs(f.dialect, f.file, f.src); err != nil {
		return nil, err
	}
	f.value(root, topOrder, "\n")
	out := append(f.out, '\n')
	_, err := ParseAs(f.dialect, f.file, out) // it may have become too long
	if err != nil {
		return nil, err
	}
	return out, nil
}

// inside lays out the documents inside a value.
func (f *formatter) inside(n *jsonsrc.Node) error {
	if isPolicy(n) {
		// The rest of the text is blanked, so that places are right.
		only := slices.Clone(f.src[:n.End])
		for i, c := range only[:n.Pos] {
			if c != '\n' {
				only[i] = ' '
			}
		}
		if _, err := ParseAs(f.dialect, f.file, only); err != nil {
			return err
		}
		f.out = append(f.out, f.src[f.at:n.Pos]...)
		f.value(n, topOrder, "\n"+f.indent(n.Pos))
		f.at = n.End
		return nil
	}
	if root, ok := embedded(n); ok {
		if _, err := ParseAs(f.dialect, f.file, []byte(n.Text)); err != nil {
			return f.moved(err, n)
		}
		in := formatter{src: []byte(n.Text), compact: true}
		in.value(&root, topOrder, "")
		f.out = append(f.out, f.src[f.at:n.Pos]...)
		f.out = appendString(f.out, string(in.out), isASCII(f.src[n.Pos:n.End]))
		f.at = n.End
		return nil
	}
	for i := range n.Members {
		if err := f.inside(&n.Members[i].Value); err != nil {
			return err
		}
	}
	for i := range n.Items {
		if err := f.inside(&n.Items[i]); err != nil {
			return err
		}
	}
	return nil
}

// moved puts findings about a text in a string where the string is.
func (f *formatter) moved(err error, n *jsonsrc.Node) error {
	ds, ok := err.(Diagnostics)
	if !ok {
		return err
	}
	r := reader{lines: jsonsrc.NewLines(f.src)}
	for i := range ds {
		ds[i].Pos, ds[i].End = r.position(n.Offset(f.src, ds[i].Pos.Offset)), r.position(n.Offset(f.src, ds[i].End.Offset))
	}
	return ds
}

// indent returns the white space that the line of an offset begins with.
func (f *formatter) indent(at int) string {
	line := string(f.src[strings.LastIndexByte(string(f.src[:at]), '\n')+1 : at])
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// The order of elements, in lower case: that of the vendors' own documents.
var (
	topOrder       = []string{"version", "principal", "statement", "depends"}
	statementOrder = []string{"sid", "effect", "principal", "notprincipal", "action", "notaction", "resource", "notresource", "condition"}
)

// value writes a value; nl is the line break before its closing bracket. The
// members of an object come in the given order, others behind.
func (f *formatter) value(n *jsonsrc.Node, order []string, nl string) {
	inner := nl + "  "
	if f.compact {
		nl, inner = "", ""
	}
	switch {
	case n.Kind == jsonsrc.Object && len(n.Members) > 0:
		members := slices.Clone(n.Members)
		slices.SortStableFunc(members, func(a, b jsonsrc.Member) int { return rank(order, a.Name) - rank(order, b.Name) })
		f.out = append(f.out, '{')
		for i := range members {
			m := &members[i]
			f.next(i, inner)
			f.text(m.NamePos, m.NameEnd)
			if f.out = append(f.out, ':'); !f.compact {
				f.out = append(f.out, ' ')
			}
			var below []string
			if order != nil && strings.EqualFold(m.Name, "statement") {
				below = statementOrder
			}
			f.value(&m.Value, below, inner)
		}
		f.out = append(append(f.out, nl...), '}')
	case n.Kind == jsonsrc.Array && len(n.Items) == 1 && n.Items[0].Kind < jsonsrc.Array:
		f.out = append(f.out, '[')
		f.value(&n.Items[0], nil, nl)
		f.out = append(f.out, ']')
	case n.Kind == jsonsrc.Array && len(n.Items) > 0:
		f.out = append(f.out, '[')
		for i := range n.Items {
			f.next(i, inner)
			f.value(&n.Items[i], order, inner)
		}
		f.out = append(append(f.out, nl...), ']')
	case n.Kind == jsonsrc.Object:
		f.out = append(f.out, "{}"...)
	case n.Kind == jsonsrc.Array:
		f.out = append(f.out, "[]"...)
	case n.Kind == jsonsrc.String:
		f.text(n.Pos, n.End)
	default:
		f.out = append(f.out, f.src[n.Pos:n.End]...)
	}
}

func (f *formatter) next(i int, nl string) {
	if i > 0 {
		f.out = append(f.out, ',')
	}
	f.out = append(f.out, nl...)
}

func rank(order []string, name string) int {
	if i := slices.Index(order, strings.ToLower(name)); i >= 0 {
		return i
	}
	return len(order)
}

// text copies a string. Escapes of characters of ASCII that can stand for
// themselves go.
func (f *formatter) text(pos, end int) {
	s := f.src[pos:end]
	for len(s) > 0 {
		width, plain := 1, s[0]
		if s[0] == '\\' {
			width, plain = 2, 0
			if s[1] == '/' {
				plain = '/'
			}
			if s[1] == 'u' {
				width = 6
				if c, _ := strconv.ParseUint(string(s[2:6]), 16, 16); ' ' <= c && c <= '~' && c != '"' && c != '\\' {
					plain = byte(c)
				}
			}
		}
		if plain != 0 {
			f.out = append(f.out, plain)
		} else {
			f.out = append(f.out, s[:width]...)
		}
		s = s[width:]
	}
}

// appendString writes a text that has no control characters as a string.
func appendString(out []byte, text string, ascii bool) []byte {
	const hex = "0123456789abcdef"
	escape := func(u uint16) {
		out = append(out, '\\', 'u', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15])
	}
	out = append(out, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < utf8.RuneSelf && r != 0x7f || !ascii:
			out = utf8.AppendRune(out, r)
		case r < 0x10000:
			escape(uint16(r))
		default:
			escape(uint16(0xD800 + (r-0x10000)>>10))
			escape(uint16(0xDC00 + (r-0x10000)&0x3FF))
		}
	}
	return append(out, '"')
}

func isASCII(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= utf8.RuneSelf })
}
