package policy

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/internal/wildcard"
)

// Parse reads one document and tells its dialect from the version: 1.0, 1.1 or
// 5.0 under Version, 2.0 under version. Organization, trust and resource
// policies share a version with identity policies: read them with ParseAs.
//
// file is used in messages only. If anything is wrong the document is nil and
// the error is of type Diagnostics, all findings in the order of their place.
func Parse(file string, src []byte) (*Document, error) { return ParseAs(nil, file, src) }

// ParseAs reads one document of the given dialect. A nil Dialect is that of
// Parse.
func ParseAs(d *Dialect, file string, src []byte) (*Document, error) {
	root, problems := jsonsrc.Parse(src)
	switch {
	case d == nil:
		d = guess(&root)
	case d.codes == nil:
		bad := unknownDialect
		bad.File = file
		return nil, append(Diagnostics(nil), bad)
	}
	r := reader{dialect: d, file: file, src: src, lines: jsonsrc.NewLines(src), doc: &Document{dialect: d, file: file}}
	broken := false
	for _, p := range problems {
		kind := [...]problem{jsonsrc.Syntax: pSyntax, jsonsrc.Duplicate: pDuplicate, jsonsrc.Encoding: pEncoding, jsonsrc.Limit: pLimit}[p.Kind]
		broken = broken || kind == pSyntax || kind == pLimit || root.End == 0
		r.report(Error, kind, p.Pos, p.End, p.Reason, p.Fix)
	}
	if !broken {
		r.document(&root)
	}
	r.found.sort()
	if err := r.found.Err(); err != nil {
		return nil, err
	}
	r.doc.warnings = r.found
	return r.doc, nil
}

var unknownDialect = Diagnostic{Code: "UNKNOWN_DIALECT", Message: "the zero Dialect is no dialect", Fix: "give one of policy.Dialects()"}

// Guess tells the dialect of a text from its version, as Parse does.
func Guess(src []byte) *Dialect {
	root, _ := jsonsrc.Parse(src)
	return guess(&root)
}

// guess tells the dialect from the version member.
func guess(root *jsonsrc.Node) *Dialect {
	for _, d := range []*Dialect{HuaweiRole, HuaweiPolicy, HuaweiIdentity} {
		if m, ok := root.Member("Version"); ok && m.Value.Text == d.version {
			return d
		}
	}
	if _, ok := root.Member("version"); ok {
		return TencentCAM
	}
	if _, ok := root.Member("statement"); ok {
		return TencentCAM
	}
	return HuaweiIdentity
}

// maxFindings bounds the diagnostics of one document.
const maxFindings = 100

// reader reads one document. It goes on after an error, to find them all.
type reader struct {
	dialect *Dialect
	file    string
	src     []byte
	lines   jsonsrc.Lines
	found   Diagnostics
	doc     *Document
	shared  []Principal // CAM: a principal for all statements (G14)
	// meant are the elements of the object that members read last which are
	// there under another spelling: their absence is no second finding.
	meant [nKinds]bool
}

// position returns the place of an offset. (Not inlined for the size of programs.)
//
//go:noinline
func (r *reader) position(offset int) Position {
	line, column := r.lines.At(offset)
	return Position{line, column, offset}
}

func (r *reader) report(sev Severity, p problem, pos, end int, message, fix string) {
	r.reportCode(sev, r.dialect.code(p), pos, end, message, fix)
}

func (r *reader) reportCode(sev Severity, c Code, pos, end int, message, fix string) {
	d := Diagnostic{c, sev, r.file, r.position(pos), r.position(end), message, fix, nil}
	if len(r.found) < maxFindings {
		r.found = append(r.found, d)
		return
	}
	// Full: an error must not be lost behind what is only a warning.
	for i := len(r.found) - 1; sev == Error && i >= 0; i-- {
		if r.found[i].Severity != Error {
			r.found[i] = d
			return
		}
	}
}

//go:noinline
func (r *reader) error(p problem, n *jsonsrc.Node, message, fix string) {
	r.report(Error, p, n.Pos, n.End, message, fix)
}

// kind reports a value of the wrong JSON kind. (Not inlined for the size of
// programs.)
//
//go:noinline
func (r *reader) kind(p problem, n *jsonsrc.Node, want, fix string) {
	r.error(p, n, want+", not "+n.Kind.String(), fix)
}

// missing reports what a statement has not. (Not inlined for the size of programs.)
//
//go:noinline
func (r *reader) missing(p problem, n *jsonsrc.Node, name, fix string) {
	r.report(Error, p, n.Pos, n.Pos+1, "the statement has no "+name, fix)
}

// name reports an error about the name of a member. (Not inlined for the size of
// programs.)
//
//go:noinline
func (r *reader) name(p problem, m *jsonsrc.Member, message, fix string) {
	r.report(Error, p, m.NamePos, m.NameEnd, message, fix)
}

// document reads the top level.
func (r *reader) document(root *jsonsrc.Node) {
	if root.Kind != jsonsrc.Object {
		r.kind(pType, root, "a policy is an object", "write {…}")
		return
	}
	m := r.members(root, r.dialect.top)
	for _, e := range r.dialect.top {
		if e.required && m[e.kind] == nil && !r.meant[e.kind] {
			p, fix := pMissingStatement, "add "+phrase.Quote(e.name)+": […]"
			if e.kind == kVersion {
				p, fix = pMissingVersion, "add "+phrase.Quote(e.name)+": "+phrase.Quote(r.dialect.version)
			}
			r.report(Error, p, root.Pos, root.Pos+1, "there is no "+e.name, fix)
		}
	}
	if v := m[kVersion]; v != nil {
		switch {
		case v.Kind != jsonsrc.String:
			r.kind(pVersion, v, "the version is a string", "write "+phrase.Quote(r.dialect.version))
		case v.Text != r.dialect.version && (r.dialect.second == "" || v.Text != r.dialect.second):
			r.error(pVersion, v, "version "+phrase.Quote(v.Text)+" is unknown for a "+r.dialect.title, r.versionFix(root, v))
		}
	}
	if n := m[kDepends]; n != nil {
		r.depends(n, elementOf(r.dialect.top, kDepends))
	}
	if n := m[kPrincipal]; n != nil {
		r.shared = r.principals(n, elementOf(r.dialect.top, kPrincipal))
	}
	if n := m[kStatement]; n != nil {
		r.statements(n, elementOf(r.dialect.top, kStatement))
	}
	r.size(root)
}

func (r *reader) versionFix(root, v *jsonsrc.Node) string {
	if r.dialect.IsCAM() {
		return `write "2.0"`
	}
	if _, ok := root.Member("Version"); ok && v.Text == "2.0" {
		return `Tencent Cloud writes "version", in lower case; Huawei Cloud "1.0", "1.1" or "5.0"`
	}
	return "write " + phrase.Quote(r.dialect.version) + `; roles have "1.0", policies "1.1", identity and organization policies "5.0"`
}

// elementOf returns the row of a kind.
//
//go:noinline
func elementOf(table []element, k elementKind) *element {
	for i := range table {
		if table[i].kind == k {
			return &table[i]
		}
	}
	return nil
}

// members sorts the members of an object by the kind of element. Unknown and
// forbidden ones are reported.
func (r *reader) members(n *jsonsrc.Node, table []element) (found [nKinds]*jsonsrc.Node) {
	var spelt [nKinds]string
	r.meant = [nKinds]bool{}
	for i := range n.Members {
		m := &n.Members[i]
		e := lookup(table, m.Name)
		switch {
		case e == nil:
			r.name(pUnknownElement, m, "unknown element "+phrase.Quote(m.Name), r.nearest(table, m.Name))
		case e.kind == kForbidden:
			r.name(e.code, m, "a "+r.dialect.title+" has no "+e.name, e.fix)
		case found[e.kind] != nil && spelt[e.kind] == m.Name:
			// A duplicate name, which has been reported.
		case found[e.kind] != nil:
			// Both spellings of one element.
			r.name(pDuplicate, m, "duplicate element "+phrase.Quote(m.Name), "keep one of the two")
		default:
			found[e.kind], spelt[e.kind] = &m.Value, m.Name
		}
	}
	return found
}

// lookup returns the row of a name. (Not inlined for the size of programs.)
//
//go:noinline
func lookup(table []element, name string) *element {
	for i := range table {
		if table[i].name == name || table[i].also != "" && table[i].also == name {
			return &table[i]
		}
	}
	return nil
}

func (r *reader) nearest(table []element, name string) string {
	var names []string
	for _, e := range table {
		if e.kind != kForbidden {
			if wildcard.EqualFold(e.name, name) {
				r.meant[e.kind] = true
				return "element names are exact: write " + phrase.Quote(e.name)
			}
			names = append(names, e.name)
		}
	}
	// (NotResource for Resource would turn the statement round.)
	negated := len(name) > 3 && wildcard.EqualFold(name[:3], "not")
	if near := phrase.Nearest(name, names...); near != "" && negated == strings.HasPrefix(wildcard.Lower(near), "not") {
		r.meant[lookup(table, near).kind] = true
		return "did you mean " + phrase.Quote(near) + "?"
	}
	return "the elements here are " + phrase.List(names)
}

func (r *reader) depends(n *jsonsrc.Node, e *element) {
	switch {
	case e.max == 0 && (n.Kind != jsonsrc.Array || len(n.Items) > 0):
		r.error(e.countCode, n, "a "+r.dialect.title+" has no "+e.name, "leave it out")
		return
	case n.Kind != jsonsrc.Array:
		r.kind(pDepends, n, e.name+" is an array", "put it in brackets")
		return
	case len(n.Items) > int(e.max):
		r.error(e.countCode, n, strconv.Itoa(len(n.Items))+" dependencies, "+strconv.Itoa(int(e.max))+" are allowed", "name at most "+strconv.Itoa(int(e.max)))
	}
	for i := range n.Items {
		item := &n.Items[i]
		d := Dependency{Pos: r.position(item.Pos)}
		if item.Kind != jsonsrc.Object {
			r.kind(pDepends, item, "a dependency is an object", `write {"catalog": "BASE", "display_name": "Tenant Guest"}`)
			continue
		}
		for j := range item.Members {
			m := &item.Members[j]
			switch m.Name {
			case "catalog":
				d.Catalog = m.Value.Text
			case "display_name":
				d.DisplayName = m.Value.Text
			default:
				r.name(pUnknownElement, m, "unknown member "+phrase.Quote(m.Name)+" of a dependency", "a dependency has catalog and display_name")
				continue
			}
			if m.Value.Kind != jsonsrc.String {
				r.kind(pDepends, &m.Value, m.Name+" is a string", "")
			}
		}
		for _, name := range [2]string{"catalog", "display_name"} {
			if _, ok := item.Member(name); !ok {
				r.error(pDepends, item, "the dependency has no "+name, `write {"catalog": "BASE", "display_name": "Tenant Guest"}`)
			}
		}
		r.doc.depends = append(r.doc.depends, d)
	}
}

func (r *reader) statements(n *jsonsrc.Node, e *element) {
	items := n.Items
	switch {
	case n.Kind == jsonsrc.Object && e.shapes&object != 0:
		items = []jsonsrc.Node{*n}
	case n.Kind != jsonsrc.Array:
		fix := "put it in brackets"
		if n.Kind != jsonsrc.Object {
			fix = "write [{…}]"
		}
		r.kind(pStatementType, n, e.name+" is an array of statements", fix)
		return
	}
	switch {
	case e.min == 0 && len(items) == 0:
		r.report(Suggestion, pEmpty, n.Pos, n.End, "a policy without statements does nothing", "add a statement")
	case len(items) < int(e.min):
		r.error(e.countCode, n, "there are no statements", "add one")
	case e.max > 0 && len(items) > int(e.max):
		r.error(e.countCode, n, strconv.Itoa(len(items))+" statements, "+strconv.Itoa(int(e.max))+" are allowed in a "+r.dialect.title, "split the policy")
	}
	for i := range items {
		r.statement(&items[i])
	}
}

// size checks the number of characters of the document.
func (r *reader) size(root *jsonsrc.Node) {
	n := 0
	if r.dialect.sizeSpace {
		n = utf8.RuneCount(r.src)
	} else {
		for _, c := range string(r.src) {
			if !unicode.IsSpace(c) {
				n++
			}
		}
	}
	sev := Warning
	if n <= r.dialect.size {
		// v1.0 and v1.1 may count white space, too.
		if all := utf8.RuneCount(r.src); r.dialect.IsOld() && all > r.dialect.size {
			r.report(sev, pSize, root.Pos, root.End, "with white space the document has "+strconv.Itoa(all)+" characters; a "+r.dialect.title+" may have "+strconv.Itoa(r.dialect.size)+", and the vendor's pages disagree on what counts", "write it closer")
		}
		return
	}
	if r.dialect.sizeError {
		sev = Error
	}
	r.report(sev, pSize, root.Pos, root.End, "the document has "+strconv.Itoa(n)+" characters; a "+r.dialect.title+" may have "+strconv.Itoa(r.dialect.size), "split it")
}
