// Package cases reads and runs decision cases: files of policies, a request
// and the decision that is expected. The command and the tests share it.
package cases

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// Case is one decision case.
type Case struct {
	ID     string
	Rule   string
	Source string
	Note   string
	File   string
	Line   int
	// Text is the case's own JSON.
	Text []byte
	// Expect is the decision that is expected.
	Expect string
	// Catalog is what the word default stands for; nil is the embedded one.
	Catalog *catalog.Catalog

	now          time.Time
	bare         bool // decide without a catalog
	layers       []layer
	request      writ.Request
	method, path string // of the request's api; then the action comes from it
	codes        []string
	because      []string
	hasBecause   bool
}

type layer struct {
	kind, name, owner string
	group             string
	scope             writ.Scope
	dialect           *policy.Dialect
	documents         []document
}

// document is a policy text, or the name of a system-defined permission.
type document struct {
	text    []byte
	system  string
	catalog string
}

// expectations are the legal values of expect.
var expectations = []string{"allow", "deny", "explicit-deny", "implicit-deny", "undecided", "invalid"}

// Read reads a file of cases: JSON Lines if its name ends in .jsonl, else JSON,
// one case or an array of them. A file with an error yields no case; the error
// is of type policy.Diagnostics.
func Read(file string, src []byte) ([]Case, error) {
	r := &reader{file: file, src: src, lines: jsonsrc.NewLines(src), ids: make(map[string]bool)}
	if strings.HasSuffix(file, ".jsonl") {
		for start := 0; start < len(src); {
			end := start
			for end < len(src) && src[end] != '\n' {
				end++
			}
			line := strings.TrimSpace(string(src[start:end]))
			if line != "" && !strings.HasPrefix(line, "//") {
				r.base = start
				r.chunk(src[start:end])
			}
			start = end + 1
		}
	} else {
		r.chunk(src)
	}
	if err := r.found.Err(); err != nil {
		return nil, err
	}
	return r.cases, nil
}

// reader reads one file.
type reader struct {
	file  string
	src   []byte
	lines jsonsrc.Lines
	base  int    // offset of the chunk in src
	text  []byte // the chunk
	ids   map[string]bool
	cases []Case
	found policy.Diagnostics
}

func (r *reader) position(offset int) policy.Position {
	line, column := r.lines.At(r.base + offset)
	return policy.Position{Line: line, Column: column, Offset: r.base + offset}
}

const maxFindings = 100

func (r *reader) report(code policy.Code, pos, end int, message, fix string) {
	if len(r.found) < maxFindings {
		r.found = append(r.found, policy.Diagnostic{Code: code, Severity: policy.Error, File: r.file,
			Pos: r.position(pos), End: r.position(end), Message: message, Fix: fix})
	}
}

func (r *reader) invalid(n *jsonsrc.Node, message, fix string) {
	r.report("INVALID_CASE", n.Pos, n.End, message, fix)
}

// chunk reads one JSON text.
func (r *reader) chunk(text []byte) {
	r.text = text
	root, problems := jsonsrc.ParseLimits(text, jsonsrc.Limits{Size: 64 << 20, Depth: jsonsrc.MaxDepth + 6})
	for _, p := range problems {
		r.report("JSON_SYNTAX_ERROR", p.Pos, p.End, p.Reason, p.Fix)
	}
	if len(problems) > 0 {
		return
	}
	if root.Kind == jsonsrc.Array {
		for i := range root.Items {
			r.one(&root.Items[i])
		}
		return
	}
	r.one(&root)
}

// object checks that n is an object with none but the given members, and
// returns their values by name.
func (r *reader) object(n *jsonsrc.Node, what string, names ...string) map[string]*jsonsrc.Node {
	if n.Kind != jsonsrc.Object {
		r.invalid(n, what+" is an object, not "+n.Kind.String(), "")
		return nil
	}
	found := make(map[string]*jsonsrc.Node)
	for i := range n.Members {
		m := &n.Members[i]
		if !slices.Contains(names, m.Name) {
			r.report("INVALID_CASE", m.NamePos, m.NameEnd, "unknown member "+strconv.Quote(m.Name)+" of "+what, "the members are "+strings.Join(names, ", "))
			continue
		}
		found[m.Name] = &m.Value
	}
	return found
}

// string returns the text of a member that must be a string; "" if absent.
func (r *reader) string(m map[string]*jsonsrc.Node, name string) string {
	n := m[name]
	if n == nil {
		return ""
	}
	if n.Kind != jsonsrc.String {
		r.invalid(n, name+" is a string, not "+n.Kind.String(), "")
		return ""
	}
	return n.Text
}

// kinds are the legal kinds of a layer.
var kinds = map[string]writ.Kind{"identity": writ.Identity, "session": writ.Session, "guardrail": writ.Guardrail, "resource": writ.Resource}

// scope reads a scope; absent is the zero Scope.
func (r *reader) scope(m map[string]*jsonsrc.Node, name string) writ.Scope {
	s, ok := writ.ParseScope(r.string(m, name))
	if !ok {
		r.invalid(m[name], "unknown scope", "write global, project:<id>, all-projects, all or enterprise-project:<id>")
	}
	return s
}

// one reads a case.
func (r *reader) one(n *jsonsrc.Node) {
	m := r.object(n, "a case", "id", "rule", "source", "note", "now", "catalog", "layers", "request", "expect", "codes", "because")
	if m == nil {
		return
	}
	line, _ := r.lines.At(r.base + n.Pos)
	c := Case{File: r.file, Line: line, Text: r.text[n.Pos:n.End],
		ID: r.string(m, "id"), Rule: r.string(m, "rule"), Source: r.string(m, "source"), Note: r.string(m, "note"), Expect: r.string(m, "expect")}
	switch {
	case c.ID == "":
		r.invalid(n, "the case has no id", `add "id": "…"`)
	case r.ids[c.ID]:
		r.invalid(m["id"], "the id "+strconv.Quote(c.ID)+" stands twice in this file", "choose another")
	}
	r.ids[c.ID] = true
	if t := r.string(m, "now"); t != "" {
		var err error
		if c.now, err = time.Parse(time.RFC3339, t); err != nil {
			r.invalid(m["now"], "now is no RFC 3339 instant", `write "2026-01-31T08:00:00Z"`)
		}
	}
	switch r.string(m, "catalog") {
	case "none":
		c.bare = true
	case "", "default":
	default:
		r.invalid(m["catalog"], "an unknown catalog", `write "default" or "none"`)
	}
	r.layers(&c, n, m["layers"])
	if !slices.Contains(expectations, c.Expect) {
		at := n
		if m["expect"] != nil {
			at = m["expect"]
		}
		r.invalid(at, "expect is missing or unknown", "write one of "+strings.Join(expectations, ", "))
	}
	if m["request"] != nil {
		r.request(&c, m["request"])
	} else if c.Expect != "invalid" {
		r.invalid(n, "the case has no request", `add "request": {"action": "…"}`)
	}
	c.codes, _ = r.strings(m["codes"], "codes", false)
	c.because, c.hasBecause = r.strings(m["because"], "because", true)
	r.cases = append(r.cases, c)
}

// strings reads an array of strings; with numbers, whole numbers too.
func (r *reader) strings(n *jsonsrc.Node, what string, numbers bool) (out []string, ok bool) {
	if n == nil {
		return nil, false
	}
	if n.Kind != jsonsrc.Array {
		r.invalid(n, what+" is an array, not "+n.Kind.String(), "")
		return nil, false
	}
	for i := range n.Items {
		item := &n.Items[i]
		switch {
		case item.Kind == jsonsrc.String:
			out = append(out, item.Text)
		case item.Kind == jsonsrc.Number && numbers && strings.Trim(item.Text, "0123456789") == "":
			out = append(out, "#"+item.Text)
		default:
			r.invalid(item, "an entry of "+what+" is a string, not "+item.Kind.String(), "")
		}
	}
	return out, true
}

func (r *reader) layers(c *Case, n, v *jsonsrc.Node) {
	if v == nil || v.Kind != jsonsrc.Array {
		r.invalid(n, "the case has no layers", `add "layers": [{"kind": "identity", "documents": […]}]`)
		return
	}
	for i := range v.Items {
		m := r.object(&v.Items[i], "a layer", "kind", "name", "dialect", "group", "scope", "owner", "documents")
		if m == nil {
			continue
		}
		l := layer{kind: r.string(m, "kind"), name: r.string(m, "name"), owner: r.string(m, "owner")}
		if _, ok := kinds[l.kind]; !ok {
			r.invalid(&v.Items[i], "the kind of a layer is identity, session, guardrail or resource", "")
		}
		l.group = r.string(m, "group")
		l.scope = r.scope(m, "scope")
		if l.kind != "identity" && (l.group != "" || l.scope != writ.Scope{}) {
			r.invalid(&v.Items[i], "only an identity layer has a group and a scope", "")
		}
		if name := r.string(m, "dialect"); name != "" {
			for _, d := range policy.Dialects() {
				if d.String() == name {
					l.dialect = d
				}
			}
			if l.dialect == nil {
				r.invalid(m["dialect"], "unknown dialect "+strconv.Quote(name), "write huawei-1.0, huawei-1.1, huawei-5.0, huawei-scp, huawei-trust or cam-2.0")
			}
			if l.dialect == policy.TencentCAM && l.kind == "resource" {
				l.dialect = policy.TencentResource
			}
		}
		docs := m["documents"]
		if docs == nil || docs.Kind != jsonsrc.Array {
			r.invalid(&v.Items[i], "the layer has no documents", `add "documents": […]`)
			continue
		}
		for j := range docs.Items {
			if d, ok := r.document(&docs.Items[j]); ok {
				l.documents = append(l.documents, d)
			}
		}
		c.layers = append(c.layers, l)
	}
}

// document reads an element of documents: {"system": …}, {"text": …}, or a
// policy as it stands.
func (r *reader) document(n *jsonsrc.Node) (d document, ok bool) {
	if n.Kind != jsonsrc.Object {
		r.invalid(n, "a document is an object, not "+n.Kind.String(), `use {"text": "…"} where the text itself matters`)
		return d, false
	}
	if _, ok := n.Member("system"); ok {
		m := r.object(n, "a system document", "system", "catalog")
		d.system, d.catalog = r.string(m, "system"), r.string(m, "catalog")
		return d, d.system != ""
	}
	if _, ok := n.Member("text"); ok {
		m := r.object(n, "a text document", "text")
		d.text = []byte(r.string(m, "text"))
		return d, true
	}
	d.text = r.text[n.Pos:n.End]
	return d, true
}

func (r *reader) request(c *Case, n *jsonsrc.Node) {
	m := r.object(n, "a request", "action", "api", "resource", "principal", "appId", "resourceOwner", "root", "exempt", "scope", "enterpriseProject", "context")
	if m == nil {
		return
	}
	q := &c.request
	q.Now = c.now
	q.AppID, q.EnterpriseProject, q.Scope = r.string(m, "appId"), r.string(m, "enterpriseProject"), r.scope(m, "scope")
	if !q.Scope.IsPlace() {
		r.invalid(m["scope"], "no request is made at this scope", "write global or project:<id>")
	}
	q.Exempt, _ = r.strings(m["exempt"], "exempt", false)
	if v := m["root"]; v != nil {
		if v.Kind != jsonsrc.Bool {
			r.invalid(v, "root is a boolean, not "+v.Kind.String(), "")
		}
		q.Root = v.Text == "true"
	}
	if v := m["resourceOwner"]; v != nil {
		if v.Kind == jsonsrc.String {
			q.Owner.ID = v.Text
		} else if o := r.object(v, "resourceOwner", "uin", "appId"); o != nil {
			q.Owner.ID, q.Owner.AppID = r.string(o, "uin"), r.string(o, "appId")
		}
	}
	switch {
	case m["action"] == nil && m["api"] == nil:
		r.invalid(n, "the request has no action", `add "action": "service:type:operation"`)
	case m["action"] != nil && m["api"] != nil:
		r.invalid(m["api"], "the request has an action and an api", "keep one of the two")
	case m["api"] != nil:
		r.api(c, m["api"])
	default:
		name, err := action.Parse(r.string(m, "action"))
		if err != nil {
			r.invalid(m["action"], err.Error(), "")
		}
		q.Action = name
	}
	if m["principal"] != nil {
		name, err := resource.Parse(r.string(m, "principal"))
		if err != nil {
			r.invalid(m["principal"], err.Error(), "")
		}
		q.Principal = name
	}
	if v := m["resource"]; v != nil {
		list := []*jsonsrc.Node{v}
		if v.Kind == jsonsrc.Array {
			list = list[:0]
			for i := range v.Items {
				list = append(list, &v.Items[i])
			}
		}
		for _, item := range list {
			if item.Kind != jsonsrc.String {
				r.invalid(item, "a resource is a string, not "+item.Kind.String(), "")
				continue
			}
			name, err := resource.Parse(item.Text)
			if err != nil {
				r.invalid(item, err.Error(), "")
			}
			q.Resources = append(q.Resources, name)
		}
	}
	if v := m["context"]; v != nil {
		r.context(c, v)
	}
}

// api reads the HTTP call that a request makes.
func (r *reader) api(c *Case, n *jsonsrc.Node) {
	m := r.object(n, "an api", "method", "path")
	if m == nil {
		return
	}
	c.method, c.path = r.string(m, "method"), r.string(m, "path")
	if m["method"] == nil || m["path"] == nil {
		r.invalid(n, "an api has a method and a path", `write {"method": "GET", "path": "/v3/p1/vaults"}`)
	}
}

func (r *reader) context(c *Case, v *jsonsrc.Node) {
	if v.Kind != jsonsrc.Object {
		r.invalid(v, "the context is an object, not "+v.Kind.String(), "")
		return
	}
	for i := range v.Members {
		m := &v.Members[i]
		value, ok := contextValue(&m.Value)
		if !ok {
			r.invalid(&m.Value, "a context value is a string, boolean, number, array of strings or null", "")
		}
		c.request.Context = append(c.request.Context, condition.Entry{Key: condition.NewKey(m.Name), Value: value})
	}
}

func contextValue(n *jsonsrc.Node) (v condition.Value, ok bool) {
	switch n.Kind {
	case jsonsrc.String:
		return condition.String(n.Text), true
	case jsonsrc.Bool:
		return condition.Bool(n.Text == "true"), true
	case jsonsrc.Number:
		return condition.Number(n.Text), true
	case jsonsrc.Null:
		return v, true
	case jsonsrc.Array:
		list := make([]string, 0, len(n.Items))
		for i := range n.Items {
			if n.Items[i].Kind != jsonsrc.String {
				return v, false
			}
			list = append(list, n.Items[i].Text)
		}
		return condition.Strings(list...), true
	}
	return v, false
}
