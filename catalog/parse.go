package catalog

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/internal/wildcard"
	"github.com/writ-policy/writ/policy"
)

// Parse reads the catalog of one service. The text is in the format of
// catalog.schema.json, or it is Huawei Cloud's own description of a service,
// the answer to GET /v5/authorization-schemas/services/{service_code}; its
// members tell which. The error is of type policy.Diagnostics and lists all
// that is wrong. The file's name is for messages.
//
// Such a catalog knows nothing but the service; see With.
func Parse(file string, src []byte) (*Catalog, error) {
	r := &reader{file: file, src: src, lines: jsonsrc.NewLines(src), where: map[string]*jsonsrc.Node{}}
	root, problems := jsonsrc.ParseLimits(src, jsonsrc.Limits{Size: maxSize, Depth: jsonsrc.MaxDepth})
	broken := false
	for _, p := range problems {
		broken = broken || p.Kind == jsonsrc.Syntax || p.Kind == jsonsrc.Limit || root.End == 0
		r.report("JSON_SYNTAX_ERROR", p.Pos, p.End, p.Reason, syntaxFix(p))
	}
	if !broken {
		r.catalog(&root)
	}
	if len(r.found) > 0 {
		slices.SortStableFunc(r.found, func(a, b policy.Diagnostic) int { return a.Pos.Offset - b.Pos.Offset })
		return nil, r.found
	}
	c := r.b.build()
	if err := c.routeTable().err; err != nil {
		n := &root
		if e, ok := err.(*RouteConflictError); ok {
			n = r.where["apis "+(&API{of: e.Services[1], method: e.Method, path: e.Second}).id()]
		}
		if n == nil {
			n = &root // it is a legacy path
		}
		r.report("INVALID_CATALOG", n.Pos, n.End, err.Error(), "remove one of the two, or what makes them alike")
		return nil, r.found
	}
	return c, nil
}

const (
	// maxSize is in characters. The catalog of CBR has 180,000.
	maxSize = 4 << 20
	// maxFindings bounds the diagnostics of one catalog.
	maxFindings = 100
	// maxAPIs and maxActions bound the rows of one catalog, maxPath the bytes of a
	// path and maxLegacy the old paths of an API, since rows are compared with
	// each other. The largest services have some 400 APIs, and paths of 200 bytes.
	maxAPIs, maxActions, maxPath, maxLegacy = 1000, 5000, 1024, 16
)

// syntaxFix puts remedies that are about policies in terms of catalogs.
func syntaxFix(p jsonsrc.Problem) string {
	switch {
	case p.Kind == jsonsrc.Limit && p.End > p.Pos:
		return "a catalog needs seven"
	case p.Reason == "the document is empty":
		return "write a catalog, an object in braces"
	}
	return p.Fix
}

// reader reads one catalog. It goes on after an error, to find them all.
type reader struct {
	file  string
	src   []byte
	lines jsonsrc.Lines
	found policy.Diagnostics
	where map[string]*jsonsrc.Node // of what has been defined, by section and id
	b     builder
}

func (r *reader) report(code policy.Code, pos, end int, message, fix string) {
	place := func(offset int) policy.Position {
		line, column := r.lines.At(offset)
		return policy.Position{Line: line, Column: column, Offset: offset}
	}
	if len(r.found) < maxFindings {
		r.found = append(r.found, policy.Diagnostic{Code: code, Severity: policy.Error, File: r.file,
			Pos: place(pos), End: place(end), Message: message, Fix: fix})
	}
}

func (r *reader) invalid(n *jsonsrc.Node, message, fix string) {
	r.report("INVALID_CATALOG", n.Pos, n.End, message, fix)
}

// twice reports an entry that is there for the second time.
func (r *reader) twice(n *jsonsrc.Node, what string, first *jsonsrc.Node) {
	r.invalid(n, what+" is there twice, first on line "+r.line(first), "keep one of the two")
}

// define notes an entry of a section, and reports whether it is the first of
// its name.
func (r *reader) define(section, id string, n *jsonsrc.Node, what string) bool {
	id = section + " " + id
	if first := r.where[id]; first != nil {
		r.twice(n, what, first)
		return false
	}
	r.where[id] = n
	return true
}

func (r *reader) line(n *jsonsrc.Node) string {
	line, _ := r.lines.At(n.Pos)
	return strconv.Itoa(line)
}

// catalog tells the two formats apart by their members.
func (r *reader) catalog(root *jsonsrc.Node) {
	if !r.is(root, "a catalog", jsonsrc.Object) {
		return
	}
	own := has(root, serviceForm.names[0]) || has(root, serviceForm.names[2:]...)
	huawei := has(root, schemaForm.names[1:]...)
	if m, ok := root.Member("actions"); ok && len(m.Value.Items) > 0 {
		huawei = huawei || has(&m.Value.Items[0], "access_level", "permission_only")
	}
	if huawei && !own {
		r.authorizationSchema(root)
		return
	}
	r.serviceCatalog(root)
}

// has reports whether an object has one of the members.
func has(n *jsonsrc.Node, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := n.Member(name); return ok })
}

// form lists the members of an object, those first that must be there.
type form struct {
	what  string // as messages call it
	must  int
	names []string
	free  bool // members that begin with x- are nobody's concern
}

// members checks that n is an object with the members of f, and returns their
// values by name; nil if it is no object.
func (r *reader) members(n *jsonsrc.Node, f *form) map[string]*jsonsrc.Node {
	if !r.is(n, f.what, jsonsrc.Object) {
		return nil
	}
	found := make(map[string]*jsonsrc.Node, len(n.Members))
	meant := map[string]bool{} // there under another spelling: not missing, too
	for i := range n.Members {
		m := &n.Members[i]
		switch {
		case slices.Contains(f.names, m.Name):
			found[m.Name] = &m.Value
		case f.free && strings.HasPrefix(m.Name, "x-"):
		default:
			near, fix := f.nearest(m.Name)
			meant[near] = true
			r.report("INVALID_CATALOG", m.NamePos, m.NameEnd, "unknown member "+phrase.Quote(m.Name)+" of "+f.what, fix)
		}
	}
	for _, name := range f.names[:f.must] {
		if found[name] == nil && !meant[name] {
			r.report("INVALID_CATALOG", n.Pos, n.Pos+1, f.what+" has no "+name, "add "+phrase.Quote(name))
		}
	}
	return found
}

// nearest returns the member that a name was meant to be, if it is one, and
// says what to write instead.
func (f *form) nearest(name string) (near, fix string) {
	plain := func(s string) string { return strings.ReplaceAll(wildcard.Lower(s), "_", "") }
	for _, known := range f.names {
		if plain(known) == plain(name) {
			return known, "write " + phrase.Quote(known)
		}
	}
	return "", "the members are " + strings.Join(f.names, ", ")
}

// is reports whether n is of a kind. It is false for a member that is not
// there.
func (r *reader) is(n *jsonsrc.Node, what string, k jsonsrc.Kind) bool {
	if n == nil || n.Kind == k {
		return n != nil
	}
	fix := map[jsonsrc.Kind]string{
		jsonsrc.Bool: "write true or false", jsonsrc.String: "write it in double quotes", jsonsrc.Array: "write […]", jsonsrc.Object: "write {…}",
	}
	r.invalid(n, what+" is "+k.String()+", not "+n.Kind.String(), fix[k])
	return false
}

// grammar is how a kind of name is written: what is valid, what to write else,
// and, where that is not plain, why a text is not valid.
type grammar struct {
	valid func(string) bool
	want  string
	why   func(string) string
}

var (
	anyText     = &grammar{valid: func(string) bool { return true }}
	someText    = &grammar{valid: func(s string) bool { return s != "" }, want: "write at least one character"}
	serviceName = &grammar{valid: func(s string) bool { return isWord(s, "-_") }, want: "write letters, digits, - and _, a letter first"}
	typeName    = &grammar{valid: func(s string) bool { return isWord(s, "-_.") }, want: "write letters, digits, -, _ and ., a letter first"}
	keyName     = &grammar{valid: isKey, want: "write prefix:Name, or prefix:Name/<part>"}
	pathName    = &grammar{func(s string) bool { return notPath(s) == "" }, "write /v1/{project_id}/things/{thing_id}", notPath}
)

// isWord reports whether s begins with a letter and goes on with letters,
// digits and what also holds.
func isWord(s, also string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || strings.IndexByte(also, c) >= 0):
		default:
			return false
		}
	}
	return s != ""
}

// isKey reports whether s is prefix:Name or prefix:Name/part.
func isKey(s string) bool {
	name, part, parted := strings.Cut(s, "/")
	prefix, name, ok := strings.Cut(name, ":")
	return ok && isWord(prefix, "-_") && isWord("x"+name, "-_") && name != "" &&
		parted == (part != "") && !strings.ContainsFunc(part, unicode.IsControl)
}

// notPath says why s is not the path of an API; "" if it is.
func notPath(s string) string {
	if len(s) > maxPath {
		return "it is longer than " + strconv.Itoa(maxPath) + " bytes"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == '?' || r == '#' }) {
		return "it has a blank, a question mark or a number sign"
	}
	return checkTemplate(s)
}

// text reads a string; "" if it is not there or wrong.
func (r *reader) text(n *jsonsrc.Node, what string, g *grammar) string {
	if !r.is(n, what, jsonsrc.String) {
		return ""
	}
	if !g.valid(n.Text) {
		message := what + " cannot be " + phrase.Quote(n.Text)
		if g.why != nil {
			message += ": " + g.why(n.Text)
		}
		r.invalid(n, message, g.want)
		return ""
	}
	return n.Text
}

// word reads a string that is one of few; "" if it is not there or wrong.
func (r *reader) word(n *jsonsrc.Node, what string, words ...string) string {
	if !r.is(n, what, jsonsrc.String) {
		return ""
	}
	if !slices.Contains(words, n.Text) {
		r.invalid(n, what+" cannot be "+phrase.Quote(n.Text), "write "+oneOf(words))
		return ""
	}
	return n.Text
}

// oneOf joins words: "a", "b" or "c".
func oneOf(words []string) string {
	s := phrase.Quote(words[0])
	for i, w := range words[1:] {
		if i == len(words)-2 {
			s += " or " + phrase.Quote(w)
		} else {
			s += ", " + phrase.Quote(w)
		}
	}
	return s
}

// flag reads a boolean; false if it is not there or wrong.
func (r *reader) flag(n *jsonsrc.Node, what string) bool {
	return r.is(n, what, jsonsrc.Bool) && n.Text == "true"
}

// items returns the entries of an array; none if it is not there or wrong.
func (r *reader) items(n *jsonsrc.Node, what string) []*jsonsrc.Node {
	if !r.is(n, what, jsonsrc.Array) {
		return nil
	}
	out := make([]*jsonsrc.Node, len(n.Items))
	for i := range n.Items {
		out[i] = &n.Items[i]
	}
	return out
}

// texts reads an array of strings, each at most once. id says what makes two
// the same.
func (r *reader) texts(n *jsonsrc.Node, what string, g *grammar, id func(string) string) (out []string) {
	seen := map[string]*jsonsrc.Node{}
	for _, item := range r.items(n, what) {
		s := r.text(item, "an entry of "+what, g)
		if s == "" {
			continue
		}
		if first := seen[id(s)]; first != nil {
			r.twice(item, phrase.Quote(s), first)
			continue
		}
		seen[id(s)] = item
		out = append(out, s)
	}
	return out
}

// rows are items of a section that may have at most so many; none if it has more.
func (r *reader) rows(n *jsonsrc.Node, what string, most int) []*jsonsrc.Node {
	list := r.items(n, what)
	if len(list) > most {
		r.invalid(n, "there are "+strconv.Itoa(len(list))+" "+what, "a catalog has at most "+strconv.Itoa(most))
		return nil
	}
	return list
}

// exact is the id of texts that are the same only if they are equal.
func exact(s string) string { return s }

// actionName reads an action; the zero Name if it is not there or wrong.
func (r *reader) actionName(n *jsonsrc.Node, what string) action.Name {
	if !r.is(n, what, jsonsrc.String) {
		return action.Name{}
	}
	name, err := action.Parse(n.Text)
	if err != nil {
		e := err.(*action.Error)
		at := n.Offset(r.src, e.Offset)
		fix := e.Fix
		if strings.HasPrefix(fix, "write service:") {
			fix = "write service:type:operation" // not as in Tencent Cloud
		}
		r.report("INVALID_CATALOG", at, n.End, what+" cannot be "+phrase.Quote(n.Text)+": "+e.Reason, fix)
		return action.Name{}
	}
	if name.IsCAM() || !isWord(name.Service(), "-_") {
		r.invalid(n, what+" cannot be "+phrase.Quote(n.Text), "write service:type:operation, the service with a letter first")
		return action.Name{}
	}
	return name
}

// actionNames reads an array of actions, each at most once.
func (r *reader) actionNames(n *jsonsrc.Node, what string) (out []action.Name) {
	seen := map[action.Name]*jsonsrc.Node{}
	for _, item := range r.items(n, what) {
		name := r.actionName(item, "an entry of "+what)
		if name.IsZero() {
			continue
		}
		if first := seen[name]; first != nil {
			r.twice(item, phrase.Quote(item.Text), first)
			continue
		}
		seen[name] = item
		out = append(out, name)
	}
	return out
}
