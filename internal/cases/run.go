package cases

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

// Result is what became of a case.
type Result struct {
	// Got is the decision in the vocabulary of expect, the most precise word.
	Got string
	// Passed says whether it is what the case expects.
	Passed bool
	// Message tells what went wrong, or why a document is invalid.
	Message string
}

// Run decides the case.
func (c *Case) Run() Result {
	set, err := c.Compile()
	if err != nil {
		return c.refused(err)
	}
	res := Result{Got: "allow"}
	requests := c.Requests()
	if len(requests) == 0 {
		res.Got = "implicit-deny" // nothing is known of the api, or of its actions
	}
	var all []*writ.Explanation
	for _, req := range requests {
		e := set.Explain(req)
		if d := set.Evaluate(req); d != e.Decision {
			return Result{Got: "error", Message: "Evaluate and Explain differ"}
		}
		got := word(e.Decision, req.Action.IsCAM())
		if slices.Index(worse, got) > slices.Index(worse, res.Got) {
			res.Got, all = got, nil
		}
		if got == res.Got {
			all = append(all, e)
		}
	}
	res.Passed = res.Got == c.Expect || c.Expect == "deny" && res.Got != "allow"
	if !res.Passed {
		res.Message = "expected " + c.Expect + ", got " + res.Got
	} else if c.hasBecause {
		res.Message = c.compare(set, all)
		res.Passed = res.Message == ""
	}
	return res
}

// worse are the decisions, the worst last.
var worse = []string{"allow", "implicit-deny", "undecided", "explicit-deny"}

// refused is the result for documents that cannot be read.
func (c *Case) refused(err error) Result {
	res := Result{Got: "invalid", Message: err.Error()}
	if res.Passed = c.Expect == "invalid"; !res.Passed {
		res.Message = "expected " + c.Expect + ", got invalid: " + err.Error()
	}
	var ds policy.Diagnostics
	errors.As(err, &ds)
	for _, code := range c.codes {
		if !slices.ContainsFunc(ds, func(d policy.Diagnostic) bool { return string(d.Code) == code && d.Severity == policy.Error }) {
			res.Passed = false
			res.Message = "expected the code " + code + ": " + err.Error()
		}
	}
	return res
}

// word names a decision.
func word(d writ.Decision, cam bool) string {
	switch d.Outcome() {
	case writ.Allow:
		return "allow"
	case writ.ExplicitDeny:
		return "explicit-deny"
	case writ.Undecided:
		return "undecided"
	case writ.GuardrailDeny:
		// An SCP of Tencent Cloud that is silent denies explicitly (O3); a
		// permission boundary does not (B1).
		l, _ := d.Guardrail()
		if len(l.Documents) > 0 {
			cam = l.Documents[0].Dialect().IsCAM()
		}
		if cam && l.Kind == writ.Guardrail {
			return "explicit-deny"
		}
	}
	return "implicit-deny"
}

// compare checks the determining statements; it returns what differs.
func (c *Case) compare(set *writ.Set, all []*writ.Explanation) string {
	var got []string
	want := slices.Clone(c.because)
	for _, e := range all {
		for r := range e.Reasons() {
			name := "#" + strconv.Itoa(number(set, r))
			if sid := r.Statement().Sid(); sid != "" && slices.Contains(want, sid) {
				name = sid
			}
			if !slices.Contains(got, name) {
				got = append(got, name)
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if slices.Equal(got, want) {
		return ""
	}
	return "expected the statements [" + strings.Join(want, " ") + "], got [" + strings.Join(got, " ") + "]"
}

// number counts a statement over all documents of all layers, from 0.
func number(set *writ.Set, r writ.Reason) int {
	n := 0
	for l := range set.Layers() {
		for _, d := range l.Documents {
			if d == r.Document && l.Name == r.Layer.Name && l.Kind == r.Layer.Kind {
				return n + r.Index
			}
			n += d.Len()
		}
	}
	return -1
}

// Compile reads the documents and compiles the set. The error is of type
// policy.Diagnostics if a document is invalid.
func (c *Case) Compile() (*writ.Set, error) {
	var layers []writ.Layer
	var stubs []*policy.Document
	for i, l := range c.layers {
		out := writ.Layer{Kind: kinds[l.kind], Name: l.name, Group: l.group, Scope: l.scope, Owner: l.owner}
		if l.kind == "guardrail" && l.name == "boundary" {
			out.Kind = writ.Boundary
		}
		for j, d := range l.documents {
			doc, stub, err := c.read(l, d, "layer "+strconv.Itoa(i)+" document "+strconv.Itoa(j))
			if err != nil {
				return nil, err
			}
			if out.Documents = append(out.Documents, doc); stub {
				stubs = append(stubs, doc)
			}
		}
		layers = append(layers, out)
	}
	if err := Unpublished(layers, stubs); err != nil {
		return nil, err
	}
	return writ.Compiler{Catalog: c.Known()}.Compile(layers...)
}

// Known is what is known of actions, keys and APIs.
func (c *Case) Known() *catalog.Catalog {
	switch {
	case c.bare:
		return &catalog.Catalog{}
	case c.Catalog != nil:
		return c.Catalog
	}
	return catalog.Default()
}

// read reads a document of a layer. A permission whose content is not published
// is a stub.
func (c *Case) read(l layer, d document, file string) (doc *policy.Document, stub bool, err error) {
	dialect := l.dialect
	if d.system != "" {
		cat := catalog.Default()
		if l.kind == "guardrail" && (dialect == nil || dialect.IsGuardrail() || dialect.IsCAM()) {
			doc, err := cat.SCP(d.system)
			return doc, false, err
		}
		p, ok := cat.Permission(d.system)
		if !ok {
			return nil, false, errors.New("no system-defined permission is named " + strconv.Quote(d.system))
		}
		doc, err := p.Document()
		var none *catalog.NoContentError
		if errors.As(err, &none) {
			doc, err, stub = p.Stub(), nil, true
		}
		if err != nil {
			return nil, false, err
		}
		t := doc.Title()
		t.Catalog = d.catalog
		return doc.Titled(t), stub, nil
	}
	if dialect == nil {
		switch g := policy.Guess(d.text); {
		case l.kind == "guardrail" && g == policy.HuaweiIdentity:
			dialect = policy.HuaweiSCP
		case l.kind == "resource" && g == policy.HuaweiIdentity:
			dialect = policy.HuaweiTrust
		case l.kind == "resource" && g == policy.TencentCAM:
			dialect = policy.TencentResource
		}
	}
	doc, err = policy.ParseAs(dialect, file, d.text)
	return doc, false, err
}

// Unpublished reports the first stub that no other document of its group depends
// on: the content of a permission is then asked for, and it is not known.
func Unpublished(layers []writ.Layer, stubs []*policy.Document) error {
	for _, l := range layers {
		for _, stub := range l.Documents {
			if slices.Contains(stubs, stub) && !needed(layers, l.Group, stub) {
				return &catalog.NoContentError{Name: stub.Title().Name}
			}
		}
	}
	return nil
}

func needed(layers []writ.Layer, group string, stub *policy.Document) bool {
	for _, l := range layers {
		for _, d := range l.Documents {
			for dep := range d.Depends() {
				if l.Group == group && d.Title().Name != stub.Title().Name && dep.DisplayName == stub.Title().Name {
					return true
				}
			}
		}
	}
	return false
}

// Requests returns what must be allowed: the case's request, or one for each
// action of its api. There is none if no API serves it, or if its actions are
// not known.
func (c *Case) Requests() []*writ.Request {
	if c.method == "" && c.path == "" {
		return []*writ.Request{&c.request}
	}
	route, ok := c.Known().Route(c.method, c.path)
	if !ok || !route.API().Mapped() {
		return nil
	}
	var out []*writ.Request
	for n := range route.API().Actions() {
		req := c.request
		req.Action = n
		out = append(out, &req)
	}
	return out
}
