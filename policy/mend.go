package policy

import (
	"bytes"
	"slices"
	"strings"

	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/jsonsrc"
)

// Mend gives the errors that ParseAs found in a text their Edits, where there
// is one thing only that can have been meant: names, effects and operators in
// another letter case, a value without the brackets of its list, a truth value
// or whole number without quotes, a comma too many, a byte-order mark. Of a text
// that is no JSON only the last two are looked at.
func (d *Dialect) Mend(src []byte, found Diagnostics) {
	m := mender{dialect: d, src: src, edits: map[[2]int][]Edit{}}
	root, problems := jsonsrc.Parse(src)
	for _, p := range problems {
		switch {
		case p.Kind == jsonsrc.Syntax:
			root.Kind = jsonsrc.Null
			m.comma(p.Pos)
		case p.Kind == jsonsrc.Encoding && bytes.HasPrefix(src, []byte("\uFEFF")) && p.Pos == 0:
			m.replace(0, p.End, "")
		}
	}
	m.document(&root)
	for i := range found {
		if f := &found[i]; f.Severity == Error {
			f.Edits = m.edits[[2]int{f.Pos.Offset, f.End.Offset}]
		}
	}
}

// mender collects edits by the span of the finding that they belong to.
type mender struct {
	dialect *Dialect
	src     []byte
	edits   map[[2]int][]Edit
}

func (m *mender) replace(pos, end int, text string) {
	m.edits[[2]int{pos, end}] = []Edit{{pos, end, text}}
}

func (m *mender) wrap(n *jsonsrc.Node, open, close string) {
	m.edits[[2]int{n.Pos, n.End}] = []Edit{{n.Pos, n.Pos, open}, {n.End, n.End, close}}
}

// comma removes a comma between a value and a closing bracket or brace.
func (m *mender) comma(at int) {
	if at >= len(m.src) || m.src[at] != ',' {
		return
	}
	const space = " \t\r\n"
	before, after := bytes.TrimRight(m.src[:at], space), bytes.TrimLeft(m.src[at+1:], space)
	if len(before) > 0 && len(after) > 0 && !bytes.ContainsRune([]byte(",:[{"), rune(before[len(before)-1])) && (after[0] == ']' || after[0] == '}') {
		m.replace(at, at+1, "")
	}
}

func (m *mender) document(root *jsonsrc.Node) {
	top := m.members(root, m.dialect.top)
	if v := top[kVersion]; v != nil && v.Kind == jsonsrc.Number && v.Text == m.dialect.version {
		m.wrap(v, `"`, `"`)
	}
	m.principal(top[kPrincipal])
	if v := top[kDepends]; v != nil && v.Kind == jsonsrc.Object && elementOf(m.dialect.top, kDepends).max > 0 {
		m.wrap(v, "[", "]")
	}
	v := top[kStatement]
	if v == nil {
		return
	}
	if v.Kind == jsonsrc.Object {
		if elementOf(m.dialect.top, kStatement).shapes&object == 0 {
			m.wrap(v, "[", "]")
		}
		m.statement(v)
	}
	for i := range v.Items {
		m.statement(&v.Items[i])
	}
}

func (m *mender) statement(n *jsonsrc.Node) {
	in := m.members(n, m.dialect.statement)
	if v := in[kEffect]; v != nil && v.Kind == jsonsrc.String {
		for _, spellings := range m.dialect.effects {
			if strings.EqualFold(v.Text, spellings[0]) && !m.dialect.foldEffect && !slices.Contains(spellings, v.Text) {
				m.replace(v.Pos, v.End, `"`+spellings[0]+`"`)
			}
		}
	}
	for _, k := range []elementKind{kAction, kNotAction, kResource, kNotResource} {
		if v := in[k]; v != nil && v.Kind == jsonsrc.String {
			if shapes := elementOf(m.dialect.statement, k).shapes; shapes&array != 0 && shapes&str == 0 {
				m.wrap(v, "[", "]")
			}
		}
	}
	m.principal(in[kPrincipal])
	m.principal(in[kNotPrincipal])
	if v := in[kCondition]; v != nil {
		m.condition(v)
	}
}

// members sorts the members of an object by the kind of element, also those in
// another letter case, which it respells if that makes no name stand twice.
func (m *mender) members(n *jsonsrc.Node, table []element) (found [nKinds]*jsonsrc.Node) {
	twice := [nKinds]bool{}
	for i := range n.Members {
		if e := folded(table, n.Members[i].Name); e != nil {
			twice[e.kind] = found[e.kind] != nil
			found[e.kind] = &n.Members[i].Value
		}
	}
	for i := range n.Members {
		x := &n.Members[i]
		if e := folded(table, x.Name); e != nil && !twice[e.kind] && x.Name != e.name {
			m.replace(x.NamePos, x.NameEnd, `"`+e.name+`"`)
		}
	}
	return found
}

func folded(table []element, name string) *element {
	for i := range table {
		if e := &table[i]; e.kind != kForbidden && strings.EqualFold(e.name, name) {
			return e
		}
	}
	return nil
}

func (m *mender) principal(v *jsonsrc.Node) {
	if v == nil || m.dialect.IsCAM() {
		return
	}
	for i := range v.Members {
		x := &v.Members[i]
		for _, name := range m.dialect.principals {
			if strings.EqualFold(name, x.Name) && alone(v, i) {
				m.replace(x.NamePos, x.NameEnd, `"`+name+`"`)
			}
		}
		if x.Value.Kind == jsonsrc.String {
			m.wrap(&x.Value, "[", "]")
		}
	}
}

// alone reports whether no other member of an object has the name of member i,
// in whatever letter case.
func alone(n *jsonsrc.Node, i int) bool {
	for j := range n.Members {
		if i != j && strings.EqualFold(n.Members[i].Name, n.Members[j].Name) {
			return false
		}
	}
	return true
}

func (m *mender) condition(n *jsonsrc.Node) {
	for i := range n.Members {
		op := &n.Members[i]
		if name, ok := condition.Respell(m.dialect.conditions, op.Name); ok && alone(n, i) {
			m.replace(op.NamePos, op.NameEnd, `"`+name+`"`)
		}
		for j := range op.Value.Members {
			v := &op.Value.Members[j].Value
			switch {
			case v.Kind == jsonsrc.Array:
				for k := range v.Items {
					m.value(&v.Items[k])
				}
			case v.Kind == jsonsrc.Object || v.Kind == jsonsrc.Null:
			case m.dialect.values&^array == 0:
				m.wrap(v, "[", "]")
			default:
				m.value(v)
			}
		}
	}
}

// value puts a truth value or whole number in quotes. (Other numbers have many
// spellings.)
func (m *mender) value(n *jsonsrc.Node) {
	if n.Kind == jsonsrc.Bool || n.Kind == jsonsrc.Number && !strings.ContainsAny(n.Text, ".eE") {
		m.wrap(n, `"`, `"`)
	}
}
