package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/internal/wildcard"
)

// The objects of catalog.schema.json. Of serviceForm service and actions come
// first; actions is the only member that both formats have.
var (
	serviceForm = form{"a catalog", 2, []string{"service", "actions", "$schema", "catalogVersion", "serviceName", "vendor", "serviceLevel", "completeness",
		"apis", "unmappedApis", "resourceTypes", "conditionKeys", "globalConditionKeys", "sources"}, true}
	actionForm = form{"an action", 2, []string{"name", "accessLevel", "summary", "permissionOnly", "resourceTypes", "conditionKeys",
		"actionLevelConditionKeys", "aliases", "evidence", "cells", "gaps", "notes", "sourceRow", "sources"}, true}
	actionTypeForm  = form{"a resource type", 1, []string{"type", "service", "required", "conditionKeys"}, true}
	actionCellsForm = form{"cells", 0, actionCells, true}
	gapForm         = form{"a gap", 2, []string{"cell", "reason", "candidates", "candidateReason"}, true}
	apiForm         = form{"an API", 3, []string{"method", "path", "actions", "operationId", "dependentActions", "v11Action", "v11Dependencies",
		"iamProject", "enterpriseProject", "legacyPaths", "evidence", "cells", "notes", "sourceRow", "sources"}, true}
	apiCellsForm     = form{"cells", 0, apiCells, true}
	unmappedForm     = form{"an API", 2, []string{"method", "path", "operationId", "summary", "note", "sources"}, true}
	resourceTypeForm = form{"a resource type", 1, []string{"type", "urnTemplate", "evidence", "notes", "sourceRow", "sources"}, true}
	keyForm          = form{"a condition key", 3, []string{"key", "type", "multivalued", "description", "usedBy", "usedByOtherServices", "evidence", "notes", "sourceRow", "sources"}, true}
	sourceForm       = form{"a source", 2, []string{"id", "title", "url", "original", "moreUrls", "commits", "date", "covers"}, true}
)

var (
	methods      = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
	accessLevels = []string{"list", "read", "write", "permission_management", "tagging"}
	evidences    = []string{"table", "doc", "inferred", "unknown"} // unknown is for cells only
	keyTypes     = []string{"string", "numeric", "date", "boolean", "ip_address"}
)

// service reads a text in the format of catalog.schema.json.
type service struct {
	*reader
	name  string // folded
	rows  map[action.Name]*Action
	uses  []use
	twins int // rows of actions that have one already
}

// use is a place that names something of a section.
type use struct {
	n           *jsonsrc.Node
	section, id string
}

func (r *reader) serviceCatalog(root *jsonsrc.Node) {
	m := r.members(root, &serviceForm)
	s := &service{reader: r, rows: map[action.Name]*Action{}}
	s.name = wildcard.Lower(r.text(m["service"], "the service", serviceName))
	for _, name := range []string{"$schema", "serviceName", "vendor"} {
		r.text(m[name], name, anyText)
	}
	r.word(m["catalogVersion"], "catalogVersion", "1")
	r.word(m["serviceLevel"], "serviceLevel", "project", "global")
	for _, n := range r.rows(m["actions"], "actions", maxActions) {
		s.action(n)
	}
	if n := m["actions"]; n != nil && n.Kind == jsonsrc.Array && len(n.Items) == 0 {
		r.invalid(n, "there are no actions", "a catalog has at least one")
	}
	for _, n := range r.rows(m["apis"], "apis", maxAPIs) {
		s.api(n)
	}
	for _, n := range r.rows(m["unmappedApis"], "unmappedApis", maxAPIs) {
		s.unmapped(n)
	}
	for _, n := range r.items(m["resourceTypes"], "resourceTypes") {
		s.resourceType(n)
	}
	for _, n := range r.items(m["conditionKeys"], "conditionKeys") {
		s.key(n, s.name, "conditionKeys")
	}
	for _, n := range r.items(m["globalConditionKeys"], "globalConditionKeys") {
		s.key(n, "g", "globalConditionKeys")
	}
	for _, n := range r.items(m["sources"], "sources") {
		s.source(n)
	}
	s.counts(m)
	for _, u := range s.uses {
		if m[u.section] != nil && !s.defined(u) {
			r.invalid(u.n, phrase.Quote(u.n.Text)+" is not among the "+u.section, "add it there, or correct it here")
		}
	}
}

// defined reports whether a name has been defined. A key for one tag is, if
// the key for any tag is.
func (s *service) defined(u use) bool {
	name, _, tag := strings.Cut(u.id, "/")
	return s.where[u.section+" "+u.id] != nil || tag && s.where[u.section+" "+name+"/<tag-key>"] != nil
}

func (s *service) action(n *jsonsrc.Node) {
	m := s.members(n, &actionForm)
	if m == nil {
		return
	}
	a := &Action{name: s.actionName(m["name"], "the name"), access: s.word(m["accessLevel"], "the accessLevel", accessLevels...)}
	s.text(m["summary"], "the summary", anyText)
	a.permissionOnly = s.flag(m["permissionOnly"], "permissionOnly")
	types := map[string]*jsonsrc.Node{}
	for _, item := range s.items(m["resourceTypes"], "resourceTypes") {
		t := s.actionType(item)
		id := t.service + ":" + t.folded
		if first := types[id]; first != nil && t.text != "" {
			s.twice(item, "the resource type "+t.text, first)
			continue
		}
		types[id] = item
		a.types = append(a.types, t)
	}
	a.own = s.keys(m["actionLevelConditionKeys"], "actionLevelConditionKeys")
	a.aliases = s.actionNames(m["aliases"], "aliases")
	a.sort()
	s.union(a, m["conditionKeys"])
	s.evidence(a, m)
	a.untyped = a.letters[actionTypes] == '-' && m["resourceTypes"] == nil
	a.silent = a.letters[actionAllKeys] == '-' && len(a.keys) == 0 && m["conditionKeys"] == nil && m["actionLevelConditionKeys"] == nil
	s.remarks(m)
	if a.name.IsZero() {
		return
	}
	a.text = m["name"].Text
	if a.name.Service() != s.name && s.name != "" {
		s.invalid(m["name"], phrase.Quote(a.text)+" is an action of another service", "its service is "+s.name)
	}
	old := s.rows[a.name]
	if old == nil {
		s.rows[a.name] = a
		s.b.actions = append(s.b.actions, a)
		s.define("actions", a.name.String(), m["name"], "")
		return
	}
	s.twins++
	if cell := old.unite(a); cell != "" {
		s.invalid(m["name"], phrase.Quote(a.text)+" is also on line "+s.line(s.where["actions "+a.name.String()])+", with another "+cell, "the rows of one action agree in it")
	}
}

// actionType reads a resource type of an action. A service of its own is the
// exception.
func (s *service) actionType(n *jsonsrc.Node) (t ActionType) {
	m := s.members(n, &actionTypeForm)
	t.service = s.name
	if name := s.text(m["service"], "the service", serviceName); name != "" {
		t.service = wildcard.Lower(name)
	}
	t.text = s.text(m["type"], "the type", typeName)
	t.folded = wildcard.Lower(t.text)
	t.required = s.flag(m["required"], "required")
	t.keys = s.keys(m["conditionKeys"], "conditionKeys")
	if t.text != "" && t.service == s.name {
		s.uses = append(s.uses, use{m["type"], "resourceTypes", t.folded})
	}
	return t
}

// keys reads the condition keys that an action takes.
func (s *service) keys(n *jsonsrc.Node, what string) []string {
	list := s.texts(n, what, keyName, keyID)
	if n != nil {
		for i := range n.Items {
			item := &n.Items[i]
			switch prefix, _, _ := strings.Cut(item.Text, ":"); {
			case !isKey(item.Text):
			case wildcard.Lower(prefix) == s.name:
				s.uses = append(s.uses, use{item, "conditionKeys", keyID(item.Text)})
			case wildcard.Lower(prefix) == "g":
				s.uses = append(s.uses, use{item, "globalConditionKeys", keyID(item.Text)})
			}
		}
	}
	return list
}

// union checks that the list of all keys, if there is one, is the sum of the
// others.
func (s *service) union(a *Action, n *jsonsrc.Node) {
	if n == nil {
		return
	}
	listed := map[string]bool{}
	for _, k := range s.keys(n, "conditionKeys") {
		listed[keyID(k)] = true
	}
	known := map[string]bool{}
	for _, k := range a.keys {
		known[keyID(k)] = true
		if !listed[keyID(k)] {
			s.invalid(n, "conditionKeys leaves out "+phrase.Quote(k), "add it, or leave out conditionKeys")
		}
	}
	for i := range n.Items {
		if k := n.Items[i].Text; isKey(k) && !known[keyID(k)] {
			s.invalid(&n.Items[i], "neither the action nor one of its resource types takes "+phrase.Quote(k), "add it to actionLevelConditionKeys")
		}
	}
}

// evidence reads what the cells of an action rest on, and the gaps. A gap in a
// cell that says nothing of it is Unknown if the cell is empty, else Inferred.
func (s *service) evidence(a *Action, m map[string]*jsonsrc.Node) {
	empty := func(cell string) bool {
		return cell == "resourceTypes" && len(a.types) == 0 || cell == "conditionKeys" && len(a.keys) == 0 ||
			cell == "actionLevelConditionKeys" && len(a.own) == 0 || cell == "aliases" && len(a.aliases) == 0
	}
	letters := s.letters(m, &actionCellsForm, empty)
	gaps := map[string]*jsonsrc.Node{}
	for _, n := range s.items(m["gaps"], "gaps") {
		g := s.members(n, &gapForm)
		s.text(g["reason"], "the reason", anyText)
		s.text(g["candidateReason"], "the candidateReason", anyText)
		candidates := s.texts(g["candidates"], "candidates", someText, exact)
		cell := s.word(g["cell"], "the cell", actionCells...)
		i := 1 + slices.Index(actionCells, cell)
		switch stated := m["cells"] != nil && has(m["cells"], cell); {
		case i == 0:
		case gaps[cell] != nil:
			s.twice(n, "the gap in "+cell, gaps[cell])
		case stated && evidenceOf(letters[i]) > Inferred:
			s.invalid(g["cell"], "the gap is in "+cell+", whose evidence is "+evidenceOf(letters[i]).String(), "write inferred or unknown under cells, or remove the gap")
		case !stated && empty(cell):
			letters[i] = 'u'
		case !stated:
			letters[i] = 'i'
		}
		gaps[cell] = n
		if len(candidates) > 0 {
			slices.Sort(candidates)
			a.candidates = append(a.candidates, Gap{cell, candidates})
		}
	}
	a.letters = string(letters)
}

// letters reads the evidence of a row and its cells. A cell without is as good
// as its row; - is for rows that say nothing.
func (r *reader) letters(m map[string]*jsonsrc.Node, f *form, empty func(cell string) bool) []byte {
	row := letter(r.word(m["evidence"], "the evidence", evidences[:3]...))
	letters := slices.Repeat([]byte{row}, 1+len(f.names))
	if m["cells"] == nil {
		return letters
	}
	cells := r.members(m["cells"], f)
	for i, cell := range f.names {
		switch e := r.word(cells[cell], "the evidence of "+cell, evidences...); {
		case e == "unknown" && !empty(cell):
			r.invalid(cells[cell], cell+" is unknown and not empty", "leave it empty, or write "+oneOf(evidences[:3]))
		case e != "":
			letters[1+i] = letter(e)
		}
	}
	return letters
}

// letter returns the first letter of an evidence, - for none.
func letter(evidence string) byte {
	if evidence == "" {
		return '-'
	}
	return evidence[0]
}

func (s *service) resourceType(n *jsonsrc.Node) {
	m := s.members(n, &resourceTypeForm)
	t := ResourceType{service: s.name, text: s.text(m["type"], "the type", typeName)}
	if e := s.word(m["evidence"], "the evidence", evidences[:3]...); e != "" {
		t.evidence = evidenceOf(e[0])
	}
	s.remarks(m)
	service, typ, ok := s.template(m["urnTemplate"], "the urnTemplate")
	if t.text == "" {
		return
	}
	switch {
	case !ok:
	case service != s.name && s.name != "":
		s.invalid(m["urnTemplate"], "the urnTemplate is of the service "+service, "its service is "+s.name)
	case wildcard.Lower(typ) != wildcard.Lower(t.text):
		s.invalid(m["urnTemplate"], "the urnTemplate is of the type "+typ, "its type is "+t.text)
	default:
		t.urn = m["urnTemplate"].Text
	}
	s.define("resourceTypes", wildcard.Lower(t.text), m["type"], "the resource type "+t.text)
	s.b.types = append(s.b.types, t)
}

func (s *service) key(n *jsonsrc.Node, prefix, section string) {
	m := s.members(n, &keyForm)
	k := Key{text: s.text(m["key"], "the key", keyName), grade: s.word(m["evidence"], "the evidence", evidences[:3]...)}
	k.info = condition.KeyInfo{Type: typeOf(s.word(m["type"], "the type", keyTypes...)), Multi: s.flag(m["multivalued"], "multivalued")}
	s.text(m["description"], "the description", anyText)
	s.actionNames(m["usedBy"], "usedBy")
	s.actionNames(m["usedByOtherServices"], "usedByOtherServices")
	s.remarks(m)
	if k.text == "" {
		return
	}
	if p, _, _ := strings.Cut(k.text, ":"); wildcard.Lower(p) != prefix && prefix != "" {
		s.invalid(m["key"], phrase.Quote(k.text)+" does not belong to the "+section, "their prefix is "+prefix)
	}
	s.define(section, keyID(k.text), m["key"], phrase.Quote(k.text))
	s.b.keys = append(s.b.keys, k)
}

func typeOf(name string) condition.Type { return condition.Type(1 + slices.Index(keyTypes, name)) }

// remarks reads what people want to know and a catalog does not keep.
func (s *service) remarks(m map[string]*jsonsrc.Node) {
	for _, n := range s.items(m["notes"], "notes") {
		s.text(n, "a note", anyText)
	}
	s.is(m["sourceRow"], "the sourceRow", jsonsrc.Object)
	s.texts(m["sources"], "sources", someText, exact)
}

func (s *service) source(n *jsonsrc.Node) {
	m := s.members(n, &sourceForm)
	for _, name := range []string{"title", "url", "original", "covers"} {
		s.text(m[name], name, anyText)
	}
	s.text(orNull(m["date"]), "date", anyText)
	for _, url := range s.items(m["moreUrls"], "moreUrls") {
		s.text(url, "an entry of moreUrls", anyText)
	}
	for _, commit := range s.items(m["commits"], "commits") {
		s.text(commit, "an entry of commits", commitName)
	}
	if id := s.text(m["id"], "the id", anyText); m["id"] != nil && m["id"].Kind == jsonsrc.String {
		s.define("sources", id, m["id"], "the source "+phrase.Quote(id))
	}
}

var commitName = &grammar{valid: func(s string) bool { return len(s) == 40 && strings.Trim(s, "0123456789abcdef") == "" }, want: "write 40 hexadecimal digits in lower case"}

// counts checks the numbers of entries that the catalog says it has. Others
// are about its sources.
func (s *service) counts(m map[string]*jsonsrc.Node) {
	if !s.is(m["completeness"], "completeness", jsonsrc.Object) {
		return
	}
	for i := range m["completeness"].Members {
		c := &m["completeness"].Members[i]
		if c.Value.Kind != jsonsrc.Number || strings.Trim(c.Value.Text, "0123456789") != "" {
			s.invalid(&c.Value, "a count is a whole number, not "+phrase.Quote(string(s.src[c.Value.Pos:c.Value.End])), "")
			continue
		}
		switch c.Name {
		case "actions", "apis", "unmappedApis", "resourceTypes", "conditionKeys", "globalConditionKeys":
		default:
			continue
		}
		n := 0
		if section := m[c.Name]; section != nil {
			n = len(section.Items)
		}
		if c.Name == "actions" {
			n -= s.twins
		}
		if want := strconv.Itoa(n); want != c.Value.Text {
			s.invalid(&c.Value, "completeness counts "+phrase.Quote(c.Value.Text)+" "+c.Name+", there are "+want, "write "+want+", or find what is lost")
		}
	}
}
