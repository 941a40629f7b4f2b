package main

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
)

// cells are the cells of an action whose evidence is known.
var cells = []string{"name", "accessLevel", "resourceTypes", "conditionKeys", "actionLevelConditionKeys", "aliases"}

type actionJSON struct {
	Name           string            `json:"name"`
	Cloud          string            `json:"cloud"`
	Access         string            `json:"access"`
	ResourceTypes  []actionTypeJSON  `json:"resourceTypes"`
	Resources      []string          `json:"resources"` // templates, Tencent Cloud
	OperationLevel bool              `json:"operationLevel"`
	Keys           []string          `json:"keys"`
	ActionKeys     []string          `json:"actionKeys"` // those that do not hang on a type
	Aliases        []string          `json:"aliases"`
	Evidence       string            `json:"evidence"`
	Cells          map[string]string `json:"cells,omitempty"`
	Gaps           []gapJSON         `json:"gaps"`
}

type actionTypeJSON struct {
	Service  string   `json:"service"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Keys     []string `json:"keys"`
}

type gapJSON struct {
	Cell       string   `json:"cell"`
	Candidates []string `json:"candidates"`
}

// some is a slice of a sequence that is never nil.
func some[T any](seq iter.Seq[T]) []T { return slices.AppendSeq([]T{}, seq) }

// spelled is an action as the vendor spells it, or as the name has it.
func spelled(c *catalog.Catalog, n action.Name) string {
	if a, ok := c.Action(n); ok {
		return a.String()
	}
	return n.String()
}

// spell is spelled for several actions; it is never nil.
func spell(c *catalog.Catalog, names iter.Seq[action.Name]) []string {
	out := []string{}
	for n := range names {
		out = append(out, spelled(c, n))
	}
	return out
}

func actionOf(c *catalog.Catalog, a *catalog.Action) actionJSON {
	out := actionJSON{
		Name: a.String(), Cloud: "huawei", Access: a.Access(), ResourceTypes: []actionTypeJSON{}, Resources: some(a.Resources()),
		OperationLevel: a.OperationLevel(), Keys: some(a.Keys()), ActionKeys: some(a.ActionKeys()), Aliases: spell(c, a.Aliases()), Gaps: []gapJSON{},
		Evidence: a.Evidence("").String(),
	}
	for t := range a.Types() {
		out.ResourceTypes = append(out.ResourceTypes, actionTypeJSON{t.Service(), t.Type(), t.Required(), some(t.Keys())})
	}
	if a.Name().IsCAM() {
		out.Cloud, out.Evidence = "tencent", a.Basis()
		return out
	}
	out.Cells = make(map[string]string)
	for _, c := range cells {
		out.Cells[c] = a.Evidence(c).String()
	}
	for g := range a.Gaps() {
		out.Gaps = append(out.Gaps, gapJSON{g.Cell(), some(g.Candidates())})
	}
	return out
}

// types names the resource types in short.
func (a *actionJSON) types() string {
	var names []string
	for _, t := range a.ResourceTypes {
		if name := t.Type; t.Required {
			names = append(names, name)
		} else {
			names = append(names, "("+name+")")
		}
	}
	for _, r := range a.Resources {
		short := r[strings.LastIndexByte(r, ':')+1:]
		if short, _, _ = strings.Cut(short, "/"); !slices.Contains(names, short) {
			names = append(names, short)
		}
	}
	return list(names)
}

// detail shows all that is known about one action.
func (a *actionJSON) detail() [][]any {
	var rows sheet
	rows.add("action", a.Name)
	rows.add("access", a.Access)
	for _, t := range a.ResourceTypes {
		s := t.Service + " " + t.Type
		if !t.Required {
			s += ", not in every request"
		}
		if len(t.Keys) > 0 {
			s += ", with the keys " + strings.Join(t.Keys, ", ")
		}
		rows.add("type", s)
	}
	for _, r := range a.Resources {
		rows.add("resource", r)
	}
	switch {
	case a.OperationLevel:
		rows[len(rows)-1] = []any{span{"resource", bold}, "*, nothing narrower"}
	case len(a.ResourceTypes)+len(a.Resources) == 0:
		rows.add("type", "none; a statement needs the resource *")
	}
	for _, k := range a.ActionKeys {
		rows.add("key", k)
	}
	for _, old := range a.Aliases {
		rows.add("v1.1 name", old)
	}
	rows.add("evidence", a.Evidence)
	for _, c := range cells {
		if e := a.Cells[c]; e != "" {
			rows.add("", c+": "+e)
		}
	}
	for _, g := range a.Gaps {
		if len(g.Candidates) > 0 {
			rows.add("open", g.Cell+" may hold "+strings.Join(g.Candidates, ", "))
		}
	}
	return rows
}

// actionsOf lists actions: those of the pattern, and, if called is not empty,
// only what the APIs of that pattern need. Actions of other services, which the
// catalog does not know, are then listed by their name.
func actionsOf(c *catalog.Catalog, pattern, called string) (listing, error) {
	p, err := actionPattern(pattern)
	if err != nil {
		return listing{}, err
	}
	var needed []action.Name
	if called != "" {
		match := name(called)
		needed = slices.Collect(catalog.Needed(func(yield func(*catalog.API) bool) {
			for _, api := range allAPIs(c) {
				if matchesAPI(match, api) && !yield(api) {
					return
				}
			}
		}, true))
	}
	l := listing{head: heading("ACTION", "ACCESS", "TYPES", "EVIDENCE", "ALIASES", "KEYS")}
	values := []actionJSON{}
	for a := range c.Actions(p) {
		if called != "" && !slices.Contains(needed, a.Name()) {
			continue
		}
		v := actionOf(c, a)
		values = append(values, v)
		l.rows = append(l.rows, []any{v.Name, v.Access, v.types(), v.Evidence, list(v.Aliases), list(v.Keys)})
	}
	for _, n := range needed {
		if _, known := c.Action(n); !known && (p == nil || p.Match(n)) {
			values = append(values, actionJSON{Name: n.String(), Cloud: "huawei", Evidence: catalog.Unknown.String(),
				ResourceTypes: []actionTypeJSON{}, Resources: []string{}, Keys: []string{}, ActionKeys: []string{}, Aliases: []string{}, Gaps: []gapJSON{}})
			l.rows = append(l.rows, []any{n.String(), "-", "-", "not in the catalog", "-", "-"})
		}
	}
	if len(values) == 1 && called == "" {
		l.detail = values[0].detail()
	}
	if called != "" {
		l.within = " that the APIs " + called + " need"
	}
	for a := range c.Actions(nil) {
		l.names = append(l.names, a.String())
	}
	l.values = values
	return l, nil
}

type keyJSON struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Multi bool   `json:"multi"`
	Grade string `json:"grade"`
}

func keysOf(c *catalog.Catalog, match func(string) bool) listing {
	l := listing{head: heading("KEY", "TYPE", "VALUES", "EVIDENCE")}
	values := []keyJSON{}
	for k := range c.Keys() {
		l.names = append(l.names, k.String())
		if !match(k.String()) {
			continue
		}
		many := "one"
		if k.Multi() {
			many = "several"
		}
		values = append(values, keyJSON{k.String(), k.Type().String(), k.Multi(), k.Grade()})
		l.rows = append(l.rows, []any{k.String(), k.Type().String(), many, k.Grade()})
	}
	l.values = values
	return l
}

type typeJSON struct {
	Service  string `json:"service"`
	Type     string `json:"type"`
	URN      string `json:"urn"`
	Evidence string `json:"evidence"`
}

func typesOf(c *catalog.Catalog, match func(string) bool) listing {
	l := listing{head: heading("SERVICE", "TYPE", "URN", "EVIDENCE")}
	values := []typeJSON{}
	for t := range c.ResourceTypes() {
		l.names = append(l.names, t.Type())
		if !match(t.Type()) && !match(t.Service()+":"+t.Type()) {
			continue
		}
		values = append(values, typeJSON{t.Service(), t.Type(), t.URN(), t.Evidence().String()})
		l.rows = append(l.rows, []any{t.Service(), t.Type(), t.URN(), t.Evidence().String()})
	}
	l.values = values
	return l
}

// sheet shows one thing, a fact a row.
type sheet [][]any

// add adds a row for each value that is not empty.
func (s *sheet) add(name string, values ...string) {
	for _, v := range values {
		if v != "" {
			*s = append(*s, []any{span{name, bold}, v})
		}
	}
}

type apiJSON struct {
	Service           string            `json:"service"`
	Method            string            `json:"method"`
	Path              string            `json:"path"` // empty for an operation of which only the name is known
	Operation         string            `json:"operation"`
	Mapped            bool              `json:"mapped"` // the actions are known
	Actions           []string          `json:"actions"`
	Dependent         []string          `json:"dependentActions"`
	V11Action         string            `json:"v11Action"`
	V11Dependencies   []string          `json:"v11Dependencies"`
	IAMProject        *bool             `json:"iamProject"` // null if no source says it
	EnterpriseProject *bool             `json:"enterpriseProject"`
	LegacyPaths       []string          `json:"legacyPaths"`
	Evidence          string            `json:"evidence"`
	Cells             map[string]string `json:"cells"`
}

// apiCells are the cells of an API whose evidence is known.
var apiCells = []string{"method", "path", "actions", "dependentActions", "v11Action", "v11Dependencies", "iamProject", "enterpriseProject"}

// allAPIs gives the APIs, then the operations, and those without known actions
// last.
func allAPIs(c *catalog.Catalog) []*catalog.API {
	return slices.Concat(slices.Collect(c.APIs()), slices.Collect(c.Operations()), slices.Collect(c.UnmappedAPIs()))
}

// apiName is the method and the path, else the name of the operation.
func apiName(api *catalog.API) string {
	if api.Path() == "" {
		return api.OperationID()
	}
	return api.Method() + " " + api.Path()
}

func matchesAPI(match func(string) bool, api *catalog.API) bool {
	return match(api.Path()) || match(api.Method()+" "+api.Path()) || match(api.OperationID())
}

func apiOf(c *catalog.Catalog, api *catalog.API) apiJSON {
	out := apiJSON{
		Service: api.Service(), Method: api.Method(), Path: api.Path(), Operation: api.OperationID(), Mapped: api.Mapped(),
		Actions: spell(c, api.Actions()), Dependent: spell(c, api.DependentActions()), V11Dependencies: spell(c, api.V11Dependencies()),
		LegacyPaths: some(api.LegacyPaths()), Evidence: api.Evidence("").String(), Cells: map[string]string{},
	}
	if n, ok := api.V11Action(); ok {
		out.V11Action = spelled(c, n)
	}
	if takes, known := api.IAMProject(); known {
		out.IAMProject = &takes
	}
	if takes, known := api.EnterpriseProject(); known {
		out.EnterpriseProject = &takes
	}
	if api.Mapped() {
		for _, cell := range apiCells {
			out.Cells[cell] = api.Evidence(cell).String()
		}
	}
	return out
}

// said is yes, no or not known.
func said(b *bool) string {
	switch {
	case b == nil:
		return "not known"
	case *b:
		return "yes"
	}
	return "no"
}

// detail shows all that is known about one API.
func (a *apiJSON) detail() [][]any {
	var rows sheet
	rows.add("api", strings.TrimSpace(a.Method+" "+a.Path))
	rows.add("operation", a.Operation)
	rows.add("service", a.Service)
	rows.add("old path", a.LegacyPaths...)
	if !a.Mapped {
		rows.add("action", "not known: a call is denied")
		return rows
	}
	rows.add("action", a.Actions...)
	rows.add("depends on", a.Dependent...)
	rows.add("v1.1 action", a.V11Action)
	rows.add("v1.1 depends on", a.V11Dependencies...)
	rows.add("IAM project", said(a.IAMProject))
	rows.add("enterprise project", said(a.EnterpriseProject))
	rows.add("evidence", a.Evidence)
	for _, c := range apiCells {
		rows.add("", c+": "+a.Cells[c])
	}
	return rows
}

// apiActions names what an API needs.
func apiActions(c *catalog.Catalog, api *catalog.API) string {
	if v := apiOf(c, api); v.Mapped {
		return list(v.Actions)
	}
	return "not known"
}

// apisOf lists APIs: those that match and, if needs is not empty, need or depend
// on such an action.
func apisOf(c *catalog.Catalog, match func(string) bool, needs string) (listing, error) {
	l := listing{head: heading("METHOD", "PATH", "ACTIONS", "V1.1 ACTION", "DEPENDENT ACTIONS")}
	p, err := actionPattern(needs)
	if err != nil {
		return l, err
	}
	values := []apiJSON{}
	for _, api := range allAPIs(c) {
		l.names = append(l.names, api.OperationID())
		if !matchesAPI(match, api) || p != nil && !api.Names(p.Match) {
			continue
		}
		v := apiOf(c, api)
		values = append(values, v)
		old := v.V11Action
		if old == "" {
			old = "-"
		}
		path := v.Path
		if path == "" {
			path = v.Operation
		}
		l.rows = append(l.rows, []any{v.Method, path, apiActions(c, api), old, list(v.Dependent)})
	}
	if len(values) == 1 {
		l.detail = values[0].detail()
	}
	if needs != "" {
		l.within = " that need " + needs
	}
	l.values = values
	return l, nil
}

type permissionJSON struct {
	Name        string   `json:"name"`
	Service     string   `json:"service"`
	Type        string   `json:"type"`
	Scope       string   `json:"scope"`
	FormerNames []string `json:"formerNames"`
	Published   bool     `json:"published"`
	PublishedAs string   `json:"publishedAs"`
	DependsOn   []string `json:"dependsOn"`
	Content     *content `json:"content"` // null if it is not published
}

// content is a document as the vendor publishes it.
type content = json.RawMessage

// published says whether the content of a permission is known.
func published(p *catalog.Permission) string {
	switch {
	case !p.HasContent():
		return "not published"
	case p.PublishedAs() != p.Name():
		return "published as " + p.PublishedAs()
	}
	return "published"
}

func permissionsOf(c *catalog.Catalog, match func(string) bool, service string) listing {
	l := listing{head: heading("NAME", "SERVICE", "TYPE", "SCOPE", "CONTENT", "DEPENDS ON")}
	values := []permissionJSON{}
	for p := range c.Permissions() {
		l.names = append(l.names, p.Name())
		if !match(p.Name()) || service != "" && !strings.EqualFold(service, p.Service()) {
			continue
		}
		var needs []string
		for d := range p.DependsOn() {
			if name := d.Name(); d.Required() {
				needs = append(needs, name)
			} else {
				needs = append(needs, name+" (not always)")
			}
		}
		scope := p.Scope()
		if scope == "" {
			scope = "-"
		}
		v := permissionJSON{p.Name(), p.Service(), p.Type(), p.Scope(), some(p.FormerNames()), p.HasContent(), p.PublishedAs(), append([]string{}, needs...), nil}
		if p.HasContent() {
			text := content(p.Content())
			v.Content = &text
		}
		values = append(values, v)
		l.rows = append(l.rows, []any{p.Name(), p.Service(), p.Type(), scope, published(p), list(needs)})
	}
	if len(values) == 1 {
		l.detail = values[0].detail()
	}
	if service != "" {
		l.within = " of " + service
	}
	l.values = values
	return l
}

// detail shows all that is known about one permission.
func (p *permissionJSON) detail() [][]any {
	var rows sheet
	rows.add("permission", p.Name)
	rows.add("former name", p.FormerNames...)
	rows.add("service", p.Service)
	rows.add("type", p.Type)
	rows.add("scope", p.Scope)
	rows.add("depends on", p.DependsOn...)
	switch {
	case p.Content == nil:
		rows.add("content", "not published; export it from the account and give the document itself")
	case p.PublishedAs != p.Name:
		rows.add("published as", p.PublishedAs)
		fallthrough
	default:
		rows.add("content", string(*p.Content))
	}
	return rows
}
