package main

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// grant is a statement to add: an Allow of actions on resources.
type grant struct {
	cam                bool
	actions, resources []string
}

// anything is the resource of a statement that names none.
const anything = "*"

// grantFor makes the smallest statement that allows a request, in the language of
// its cloud: v5.0 or CAM 2.0. hinder says why there is none.
func grantFor(cat *catalog.Catalog, req *writ.Request, asked string) (g *grant, hinder string) {
	g = &grant{cam: req.Action.IsCAM(), actions: []string{asked}}
	known, ok := cat.Action(req.Action)
	if ok && (known.Typeless() || known.OperationLevel()) {
		g.resources = []string{anything}
		return g, ""
	}
	for _, n := range req.Resources {
		var text string
		if text, hinder = patternFor(n); hinder != "" {
			return nil, hinder
		}
		if !slices.Contains(g.resources, text) {
			g.resources = append(g.resources, text)
		}
	}
	if len(g.resources) == 0 || slices.Contains(g.resources, anything) {
		g.resources = []string{anything}
	}
	return g, ""
}

// patternFor writes a resource as a pattern that covers it and no other. A path
// that ends in a lone * stands for all of its type: that is how the clouds name
// what a list or a creation touches.
func patternFor(n resource.Name) (text, hinder string) {
	path := n.Path()
	all := path == "*" || n.Form() == resource.QCS && strings.HasSuffix(path, "/*")
	switch n.Form() {
	case resource.None:
		return anything, ""
	case resource.URI:
		return "", n.String() + " is a path of the old IAM, which a v5.0 policy cannot name; grant it in a v1.1 policy"
	case resource.URN:
		text = n.String()
		if all {
			return wild.Replace(strings.TrimSuffix(text, "*")) + "*", ""
		}
		return wild.Replace(text), ""
	}
	account := n.Account()
	if all {
		path = strings.TrimSuffix(path, "*")
	}
	if strings.ContainsAny(account+n.Region()+n.Service()+path, "*?$") {
		return "", notWhole(n)
	}
	if account == "" {
		account = "*" // an empty one would be that of the policy
	}
	if all {
		path += "*"
	}
	return strings.Join([]string{"qcs", "", n.Service(), n.Region(), account, path}, ":"), ""
}

func notWhole(n resource.Name) string {
	return n.String() + " is masked or has a wildcard in it, and as a pattern it would cover others; give the whole name with --resource"
}

// wild keeps the characters of a name from being wildcards in v5.0 (huawei.md 3.5).
var wild = strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}")

// String is the statement as a policy has it.
func (g *grant) String() string {
	if g.cam {
		return jsonText(struct {
			Effect   string   `json:"effect"`
			Action   []string `json:"action"`
			Resource []string `json:"resource"`
		}{"allow", g.actions, g.resources})
	}
	return jsonText(struct {
		Effect   string
		Action   []string
		Resource []string
	}{"Allow", g.actions, g.resources})
}

// jsonText is a value on one line. What could disturb a terminal or deceive a
// reader is escaped.
func jsonText(v any) string {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // of strings only: it cannot fail
	return visible(strings.TrimSpace(text.String()))
}

// merge joins the grants of one cloud: each action once, and actions on the same
// resources in one statement.
func merge(all []*grant) (out []*grant) {
	var single []*grant
	for _, g := range all {
		for _, name := range g.actions {
			i := slices.IndexFunc(single, func(s *grant) bool { return s.actions[0] == name })
			if i < 0 {
				i, single = len(single), append(single, &grant{cam: g.cam, actions: []string{name}})
			}
			for _, r := range g.resources {
				if s := single[i]; !slices.Contains(s.resources, r) {
					s.resources = append(s.resources, r)
				}
			}
			if slices.Contains(single[i].resources, anything) {
				single[i].resources = []string{anything}
			}
		}
	}
	for _, g := range single {
		i := slices.IndexFunc(out, func(s *grant) bool { return slices.Equal(s.resources, g.resources) })
		if i < 0 {
			out = append(out, g)
		} else {
			out[i].actions = append(out[i].actions, g.actions...)
		}
	}
	return out
}

// documentOf writes the policy to add.
func documentOf(all []*grant) string {
	d := policy.HuaweiIdentity
	if all[0].cam {
		d = policy.TencentCAM
	}
	var b strings.Builder
	b.WriteString("{\n  \"" + d.VersionName() + "\": \"" + d.Version() + "\",\n  \"" + d.StatementName() + "\": [")
	for i, g := range merge(all) {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n    " + g.String())
	}
	return b.String() + "\n  ]\n}"
}

// granting compiles the layers with one more document of the principal. A document
// with findings other than suggestions is an error.
func (w *why) granting(text string) (*writ.Set, error) {
	doc, err := policy.Parse("the policy to add", []byte(text))
	if err != nil {
		return nil, err
	}
	with := writ.Compiler{Catalog: w.cat}
	for _, d := range append(doc.Warnings(), with.Lint(doc)...) {
		if d.Severity != policy.Suggestion {
			return nil, errors.New(advice(&d))
		}
	}
	added := writ.Layer{Kind: writ.Identity, Owner: w.flags.owner, Documents: []*policy.Document{doc}}
	return with.Compile(append(slices.Clone(w.layers), added)...)
}

// grantor is a system-defined permission and what it allows by itself.
type grantor struct {
	permission *catalog.Permission
	set        *writ.Set
	actions    int      // of the catalog, that it allows
	everything bool     // it allows actions of every service
	with       []string // what it depends on
}

// published reads the permissions of the catalog, the least first.
func (w *why) published() []*grantor {
	if w.permissions != nil {
		return w.permissions
	}
	w.permissions = []*grantor{}
	for p := range w.cat.Permissions() {
		same := func(g *grantor) bool { return g.permission.Name() == p.Name() }
		doc, err := p.Document()
		if err != nil || slices.ContainsFunc(w.permissions, same) {
			continue
		}
		g := &grantor{permission: p, everything: everyService(doc)}
		docs := []*policy.Document{doc}
		for d := range doc.Depends() {
			g.with = append(g.with, d.DisplayName)
			if q, ok := w.cat.Permission(d.DisplayName); ok {
				docs = append(docs, q.Stub())
			}
		}
		if g.set, err = (writ.Compiler{Catalog: w.cat}).Compile(writ.Layer{Kind: writ.Identity, Documents: docs}); err != nil {
			continue
		}
		for a := range w.cat.Actions(nil) {
			if grants(doc, a) {
				g.actions++
			}
		}
		w.permissions = append(w.permissions, g)
	}
	slices.SortStableFunc(w.permissions, func(a, b *grantor) int {
		switch {
		case a.everything == b.everything:
			return a.actions - b.actions
		case a.everything:
			return 1
		}
		return -1
	})
	return w.permissions
}

// grantors are the permissions that would allow a request, the least first.
// unpublished are those of the same service whose content nobody knows.
func (w *why) grantors(req *writ.Request) (out []*grantor, unpublished []string) {
	for _, g := range w.published() {
		if g.set.Evaluate(req).Allowed() {
			out = append(out, g)
		}
	}
	if req.Action.IsCAM() {
		return out, nil
	}
	for p := range w.cat.Permissions() {
		if !p.HasContent() && p.Service() == req.Action.Service() && !slices.Contains(unpublished, p.Name()) {
			unpublished = append(unpublished, p.Name())
		}
	}
	return out, unpublished
}

// grants reports whether some Allow statement names an action, by its name or by
// a v1.1 name of it.
func grants(doc *policy.Document, a *catalog.Action) bool {
	for _, st := range doc.Statements() {
		if st.Effect() != policy.Allow {
			continue
		}
		named := false
		for _, p := range st.Actions() {
			named = named || p.Match(a.Name()) || slices.ContainsFunc(slices.Collect(a.Aliases()), p.Match)
		}
		if named != st.NotAction() {
			return true
		}
	}
	return false
}

// everyService reports whether some Allow statement is not limited to services.
func everyService(doc *policy.Document) bool {
	for _, st := range doc.Statements() {
		if st.Effect() == policy.Allow && (st.NotAction() || slices.ContainsFunc(st.Actions(), func(p *action.Pattern) bool { return strings.HasPrefix(p.Text(), "*") })) {
			return true
		}
	}
	return false
}
