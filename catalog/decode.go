package catalog

import (
	"strconv"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/wildcard"
)

// unpack restores catalog.txt from catalog.bin: a byte below 0x80 is itself;
// any other is a length less 4, and the two bytes behind it say how far back
// that many bytes are copied from.
func unpack(s string) string {
	var text []byte
	for i := 0; i < len(s); i++ {
		if s[i] < 0x80 {
			text = append(text, s[i])
			continue
		}
		from := len(text) - int(s[i+1])<<8 - int(s[i+2])
		for n := int(s[i]) - 0x80 + 4; n > 0; n-- {
			text = append(text, text[from])
			from++
		}
		i += 2
	}
	return string(text)
}

// decoder reads catalog.txt; the head of that file explains its form. All
// strings of the catalog are pieces of the text.
type decoder struct {
	c         *Catalog
	documents []string
	listed    []*Permission // in the order of the text
}

// decode builds the catalog. The text is part of the program: it panics if it
// is not as the generator writes it.
func decode(text string) *Catalog {
	d := decoder{c: &Catalog{
		actionNamed:  map[action.Name]*Action{},
		keyNamed:     map[condition.Key]*Key{},
		tagKeyed:     map[condition.Key]*Key{},
		permitNamed:  map[string]*Permission{},
		scpDocuments: map[string]string{},
	}}
	section := ""
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section, _, _ = strings.Cut(line[1:], "]")
		case section == "permissions" && line[0] == '\t':
			d.dependency(fields(line[1:], 5, n))
		default:
			d.line(section, line, n)
		}
	}
	d.finish()
	return d.c
}

// line reads a line of a section.
func (d *decoder) line(section, line string, n int) {
	switch section {
	case "documents":
		d.document(fields(line, 1, n))
	case "keys":
		d.key(fields(line, 4, n))
	case "types":
		d.resourceType(fields(line, 4, n))
	case "actions":
		d.action(fields(line, 7, n))
	case "cam":
		d.cam(fields(line, 5, n))
	case "apis":
		d.api(fields(line, 10, n))
	case "unmapped":
		d.unmapped(fields(line, 3, n))
	case "permissions":
		d.permission(fields(line, 8, n))
	case "scps":
		d.scp(fields(line, 2, n))
	default:
		panic("catalog.txt:" + strconv.Itoa(n) + ": unknown section")
	}
}

func fields(line string, want, n int) []string {
	f := split(line, "\t")
	if len(f) != want {
		panic("catalog.txt:" + strconv.Itoa(n) + ": wrong number of fields")
	}
	for i, s := range f {
		if s == "-" {
			f[i] = ""
		}
	}
	return f
}

// finish fills the indexes.
func (d *decoder) finish() {
	c := d.c
	for _, a := range c.actions {
		c.actionNamed[a.name] = a
		a.index()
	}
	c.grantable = make(map[action.Name]grantable)
	for i := range c.apis {
		c.grant(&c.apis[i])
	}
	for i := range c.keys {
		k := &c.keys[i]
		folded := condition.NewKey(k.text)
		c.keyNamed[folded] = k
		if before, tag, ok := strings.Cut(folded.String(), "/"); ok && tag == "<tag-key>" {
			c.tagKeyed[condition.NewKey(before)] = k
		}
	}
	for _, p := range d.listed {
		if old, ok := c.permitNamed[p.name]; !ok || old.content == "" && p.content != "" {
			c.permitNamed[p.name] = p
		}
	}
	c.permissions = d.listed
}

func (d *decoder) document(f []string) { d.documents = append(d.documents, f[0]) }

// numbered returns the document of that number, "" for none. (Not inlined for the
// size of programs.)
//
//go:noinline
func (d *decoder) numbered(s string) string {
	if s == "" {
		return ""
	}
	i := 0 // strconv.Atoi would be most of what a small program pays here
	for _, c := range s {
		i = i*10 + int(c-'0')
	}
	if i < 1 || i > len(d.documents) {
		panic("catalog.txt: " + s + " is no number of a document")
	}
	return d.documents[i-1]
}

func (d *decoder) key(f []string) {
	k := Key{text: f[0], grade: f[3], info: condition.KeyInfo{Multi: f[2] == "n"}}
	for t := condition.StringType; t <= condition.IPType; t++ {
		if t.String() == f[1] {
			k.info.Type = t
		}
	}
	d.c.keys = append(d.c.keys, k)
}

func (d *decoder) resourceType(f []string) {
	d.c.types = append(d.c.types, ResourceType{f[0], f[1], f[2], evidenceOf(f[3][0])})
}

func (d *decoder) action(f []string) {
	a := &Action{name: action.MustParse(f[0]), text: f[0], access: f[1], letters: f[2], own: list(f[4]), aliases: names(f[5])}
	for _, k := range a.own {
		a.keys = insert(a.keys, k)
	}
	for _, s := range list(f[3]) {
		words := split(s, " ")
		t := ActionType{service: a.name.Service(), keys: words[1:]}
		t.text, t.required = strings.CutSuffix(words[0], "*")
		if service, typ, ok := strings.Cut(t.text, ":"); ok {
			t.service, t.text = wildcard.Lower(service), typ
		}
		t.folded = wildcard.Lower(t.text)
		a.types = append(a.types, t)
		for _, k := range t.keys {
			a.keys = insert(a.keys, k)
		}
	}
	for _, s := range list(f[6]) {
		cell, candidate, _ := strings.Cut(s, "=")
		n := len(a.candidates)
		if n == 0 || a.candidates[n-1].cell != cell {
			a.candidates = append(a.candidates, Gap{cell: cell})
			n++
		}
		g := &a.candidates[n-1]
		g.candidates = append(g.candidates, candidate)
	}
	d.c.actions = append(d.c.actions, a)
}

// insert adds a text to an ordered list, once. (Not inlined for the size of
// programs.)
//
//go:noinline
func insert(list []string, s string) []string {
	at := len(list)
	for at > 0 && s < list[at-1] {
		at--
	}
	if at > 0 && list[at-1] == s {
		return list
	}
	list = append(list, s)
	copy(list[at+1:], list[at:])
	list[at] = s
	return list
}

// basisOf is what the basis of a Tencent Cloud row says about its cells. Names
// come from the vendor's API, access levels are nobody's but ours.
func basisOf(s string) (name, letters string) {
	switch s {
	case "table":
		return "vendor-table", "tditttu"
	case "list":
		return "vendor-api-list", "ddidddu"
	case "conflict":
		return "vendor-api-list-conflict", "ddidddu"
	}
	return "not-listed-rule", "idiiiiu"
}

func (d *decoder) cam(f []string) {
	basis, letters := basisOf(f[2])
	keys := list(f[4])
	d.c.actions = append(d.c.actions, &Action{
		name: action.MustParse(f[0]), text: f[0], access: f[1], basis: basis, letters: letters,
		resources: list(f[3]), keys: keys, own: keys,
	})
}

func (d *decoder) api(f []string) {
	a := API{
		method: f[0], path: path(f[1]), operation: f[2], mapped: true,
		actions: names(f[3]), dependent: names(f[4]), v11Dependencies: names(f[6]),
		iam: f[7][0], enterprise: f[7][1], legacy: list(f[8]), letters: f[9],
	}
	switch f[5] {
	case "":
	case "=":
		a.v11 = a.actions[0]
	default:
		a.v11 = action.MustParse(f[5])
	}
	for i, p := range a.legacy {
		a.legacy[i] = path(p)
	}
	a.of = a.actions[0].Service()
	d.c.apis = append(d.c.apis, a)
}

func (d *decoder) unmapped(f []string) {
	d.c.unmapped = append(d.c.unmapped, API{of: d.c.apis[0].of, method: f[0], path: path(f[1]), operation: f[2]})
}

// path writes out the usual start of a path.
func path(s string) string {
	if rest, ok := strings.CutPrefix(s, "~"); ok {
		return "/v3/{project_id}" + rest
	}
	return s
}

func scopeOf(s string) string {
	switch s {
	case "regional":
		return "region-specific-projects"
	case "global":
		return "global-services"
	case "all":
		return "all-resources"
	}
	return ""
}

func (d *decoder) permission(f []string) {
	d.listed = append(d.listed, &Permission{
		name: f[0], service: f[1], scope: scopeOf(f[2]), level: f[3], typ: f[4],
		former: list(f[5]), content: d.numbered(f[6]), published: f[7],
	})
}

func (d *decoder) dependency(f []string) {
	p := d.listed[len(d.listed)-1]
	p.dependsOn = append(p.dependsOn, Dependency{
		name: f[0], scope: scopeOf(f[1]), required: f[2] == "required", evidence: evidenceOf(f[3][0]), when: f[4],
	})
}

func (d *decoder) scp(f []string) { d.c.scpDocuments[f[0]] = d.numbered(f[1]) }

//go:noinline
func list(s string) []string {
	if s == "" {
		return nil
	}
	return split(s, ",")
}

func split(s, sep string) (out []string) {
	for more := true; more; {
		var piece string
		piece, s, more = strings.Cut(s, sep)
		out = append(out, piece)
	}
	return out
}

func names(s string) []action.Name {
	var out []action.Name
	for _, w := range list(s) {
		out = append(out, action.MustParse(w))
	}
	return out
}
