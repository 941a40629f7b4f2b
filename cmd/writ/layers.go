package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/internal/cases"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
)

// kinds are the words for the kind of a layer. Documents of one family may form
// a layer together: what an SCP allows says nothing about an RCP.
var kinds = []struct {
	word, family string
	kind         writ.Kind
}{
	{"identity", "", writ.Identity},
	{"session", "", writ.Session},
	{"guardrail", "", writ.Guardrail},
	{"scp", "", writ.Guardrail},
	{"rcp", "rcp", writ.Guardrail},
	{"ncp", "ncp", writ.Guardrail},
	{"boundary", "", writ.Boundary},
	{"resource", "", writ.Resource},
	{"trust", "", writ.Resource},
}

// systemPrefix begins the name of a permission of the catalog where a file is
// expected.
const systemPrefix = "system:"

// given is a layer as the command line gives it.
type given struct {
	kind   writ.Kind
	family string
	name   string
	scope  writ.Scope
	files  []file
}

// file is a document of a layer.
type file struct {
	flag string // for messages
	word string // the kind as written; it may tell the dialect
	path string // a file, - or system:NAME
}

// system returns the name of a permission of the catalog.
func (f file) system() (name string, ok bool) { return strings.CutPrefix(f.path, systemPrefix) }

// label names a layer in messages.
func label(kind writ.Kind, name string) string {
	return strings.TrimSpace(kind.String() + " " + name)
}

// layers sorts the files of the command line into layers: those of the same
// kind, family, name and scope form one.
func (f *canFlags) layers() ([]given, error) {
	var all []given
	add := func(g given) {
		for i := range all {
			if l := &all[i]; l.kind == g.kind && l.family == g.family && l.name == g.name && l.scope == g.scope {
				l.files = append(l.files, g.files...)
				return
			}
		}
		all = append(all, g)
	}
	for _, path := range f.policies {
		add(given{kind: writ.Identity, files: []file{{"--policy " + path, "identity", path}}})
	}
	for _, name := range f.systems {
		add(given{kind: writ.Identity, files: []file{{"--system", "identity", systemPrefix + name}}})
	}
	for _, text := range f.layerTexts {
		l, err := parseLayer(text)
		if err != nil {
			return nil, err
		}
		add(l)
	}
	for _, name := range f.scps {
		add(given{kind: writ.Guardrail, files: []file{{"--scp", "scp", systemPrefix + name}}})
	}
	return all, ambiguous(all)
}

// parseLayer reads KIND[:NAME][@SCOPE]=FILE.
func parseLayer(text string) (given, error) {
	head, path, ok := strings.Cut(text, "=")
	if !ok || path == "" {
		return given{}, usagef("--layer %s: write KIND=FILE or KIND:NAME=FILE, for example scp:root=root.json", text)
	}
	head, scopeText, scoped := strings.Cut(head, "@")
	word, name, named := strings.Cut(head, ":")
	var words []string
	l := given{name: name, files: []file{{"--layer " + text, word, path}}}
	for _, k := range kinds {
		if words = append(words, k.word); k.word == word {
			l.kind, l.family = k.kind, k.family
		}
	}
	switch {
	case l.kind == 0:
		hint := "write one of " + strings.Join(words, ", ")
		if near := phrase.Nearest(word, words...); near != "" {
			hint = "did you mean " + near + "?"
		}
		return given{}, usagef("--layer %s: there is no kind of layer %q; %s", text, word, hint)
	case named && name == "":
		return given{}, usagef("--layer %s: the name is empty; leave the colon out", text)
	case scoped && l.kind != writ.Identity:
		return given{}, usagef("--layer %s: only an identity layer is granted at a scope", text)
	}
	if scoped {
		if l.scope, ok = writ.ParseScope(scopeText); !ok || scopeText == "" {
			return given{}, usagef("--layer %s: there is no scope %q; write global, project:<id>, all-projects, all or enterprise-project:<id>", text, scopeText)
		}
	}
	return l, nil
}

// ambiguous refuses several guardrail or boundary files without a name: as one
// level they allow more than as several.
func ambiguous(all []given) error {
	for _, l := range all {
		if l.name != "" || l.kind != writ.Guardrail && l.kind != writ.Boundary {
			continue
		}
		var first string
		for _, f := range l.files {
			if _, ok := f.system(); ok {
				continue
			}
			if first != "" {
				return usagef("%s and %s: name the level of each, as in --layer %s:root=FILE; files with the same name form one level", first, f.flag, f.word)
			}
			first = f.flag
		}
	}
	return nil
}

// loader reads the documents of layers.
type loader struct {
	app     *app
	forced  *policy.Dialect // by --dialect
	cat     *catalog.Catalog
	found   policy.Diagnostics // of documents that are invalid
	invalid []string           // their names
	failed  error
	notes   []string
	pending []*policy.Document // permissions without published content
}

// load reads all documents.
func (ld *loader) load(all []given, owner string) ([]writ.Layer, error) {
	var layers []writ.Layer
	for _, g := range all {
		l := writ.Layer{Kind: g.kind, Name: g.name, Scope: g.scope, Owner: owner}
		if g.kind == writ.Identity {
			l.Group = g.name
		}
		for _, f := range g.files {
			doc, err := ld.document(g.kind, f)
			if err != nil {
				if ld.failed != nil {
					ld.app.complain(ld.failed)
				}
				ld.failed = err
			}
			if doc != nil {
				l.Documents = append(l.Documents, doc)
			}
		}
		layers = append(layers, l)
	}
	if len(ld.found) > 0 {
		ld.app.report(ld.found)
		if ld.failed != nil {
			ld.app.complain(ld.failed)
		}
		return nil, inputf("nothing was decided, since %s cannot be used", strings.Join(ld.invalid, " and "))
	}
	if ld.failed != nil {
		return nil, ld.failed
	}
	return layers, ld.unpublished(layers)
}

// document reads one document; it is nil if it is invalid.
func (ld *loader) document(kind writ.Kind, f file) (*policy.Document, error) {
	if name, ok := f.system(); ok {
		if kind == writ.Guardrail {
			doc, err := ld.cat.SCP(name)
			if err != nil {
				return nil, inputf("%v; there are FullAccess, RCPFullAccess, NCPFullAccess and FullQcloudAccess", err)
			}
			return doc, nil
		}
		return ld.permission(name)
	}
	name, src, err := ld.app.read(f.path)
	if err != nil {
		return nil, err
	}
	doc, err := policy.ParseAs(ld.dialect(f.word, src), name, src)
	ds := findings(doc, err)
	if err != nil {
		ld.found = append(ld.found, ds...)
		ld.invalid = append(ld.invalid, name)
		return nil, nil
	}
	n := 0
	for i := range ds {
		if ds[i].Severity != policy.Suggestion {
			n++
		}
	}
	if n > 0 {
		ld.notes = append(ld.notes, fmt.Sprintf("%s about %s; writ check tells", count(n, "warning"), name))
	}
	return doc, nil
}

// dialect tells how to read a text in a layer: some kinds of layers say it,
// else the command line or, for nil, the version in the text.
func (ld *loader) dialect(word string, src []byte) *policy.Dialect {
	guess := policy.Guess(src)
	switch {
	case word == "resource" || word == "trust":
		if guess.IsCAM() {
			return policy.TencentResource
		}
		return policy.HuaweiTrust
	case word == "scp":
		if guess.IsCAM() {
			return policy.TencentCAM
		}
		return policy.HuaweiSCP
	case word == "rcp":
		return policy.HuaweiRCP
	case word == "ncp":
		return policy.HuaweiNCP
	case ld.forced != nil:
		return ld.forced
	case word == "guardrail" && guess == policy.HuaweiIdentity:
		return policy.HuaweiSCP
	}
	return nil
}

// permission reads a system-defined permission.
func (ld *loader) permission(name string) (*policy.Document, error) {
	p, ok := ld.cat.Permission(name)
	if !ok {
		var names []string
		for p := range ld.cat.Permissions() {
			for former := range p.FormerNames() {
				if former == name {
					return nil, inputf("the permission %q is now called %q", name, p.Name())
				}
			}
			names = append(names, p.Name())
		}
		hint := "writ catalog permissions lists them"
		if near := phrase.Nearest(name, names...); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, inputf("no system-defined permission is named %q; %s", name, hint)
	}
	doc, err := p.Document()
	var none *catalog.NoContentError
	if errors.As(err, &none) {
		doc = p.Stub()
		ld.pending = append(ld.pending, doc)
		return doc, nil
	}
	if err != nil {
		return nil, inputf("%v", err)
	}
	return doc, nil
}

// unpublished refuses permissions whose content is not known, unless some
// other document depends on them: for that the name is enough.
func (ld *loader) unpublished(layers []writ.Layer) error {
	if err := cases.Unpublished(layers, ld.pending); err != nil {
		return inputf("%v", err)
	}
	for _, stub := range ld.pending {
		ld.notes = append(ld.notes, fmt.Sprintf("the content of %q is not published; it counts only as what others depend on", stub.Title().Name))
	}
	return nil
}
