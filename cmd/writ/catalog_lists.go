package main

import (
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
func (a *actionJSON) detail() (rows [][]any) {
	add := func(name, value string) { rows = append(rows, []any{span{name, bold}, value}) }
	add("action", a.Name)
	add("access", a.Access)
	for _, t := range a.ResourceTypes {
		s := t.Service + " " + t.Type
		if !t.Required {
			s += ", not in every request"
		}
		if len(t.Keys) > 0 {
			s += ", with the keys " + strings.Join(t.Keys, ", ")
		}
		add("type", s)
	}
	for _, r := range a.Resources {
		add("resource", r)
	}
	switch {
	case a.OperationLevel:
		rows[len(rows)-1] = []any{span{"resource", bold}, "*, nothing narrower"}
	case len(a.ResourceTypes)+len(a.Resources) == 0:
		add("type", "none; a statement needs the resource *")
	}
	for _, k := range a.ActionKeys {
		add("key", k)
	}
	for _, old := range a.Aliases {
		add("v1.1 name", old)
	}
	add("evidence", a.Evidence)
	for _, c := range cells {
		if e := a.Cells[c]; e != "" && e != a.Evidence {
			add("", c+": "+e)
		}
	}
	for _, g := range a.Gaps {
		if len(g.Candidates) > 0 {
			add("open", g.Cell+" may hold "+strings.Join(g.Candidates, ", "))
		}
	}
	return rows
}

func actionsOf(c *catalog.Catalog, pattern string) (listing, error) {
	p, err := actionPattern(pattern)
	if err != nil {
		return listing{}, err
	}
	l := listing{head: heading("ACTION", "ACCESS", "TYPES", "EVIDENCE", "ALIASES", "KEYS")}
	values := []actionJSON{}
	for a := range c.Actions(p) {
		v := actionOf(c, a)
		values = append(values, v)
		l.rows = append(l.rows, []any{v.Name, v.Access, v.types(), v.Evidence, list(v.Aliases), list(v.Keys)})
	}
	if len(values) == 1 {
		l.detail = values[0].detail()
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

type apiJSON struct {
	Method          string   `json:"method"`
	Path            string   `json:"path"`
	Operation       string   `json:"operation"`
	Mapped          bool     `json:"mapped"` // the actions are known
	Actions         []string `json:"actions"`
	Dependent       []string `json:"dependentActions"`
	V11Action       string   `json:"v11Action"`
	V11Dependencies []string `json:"v11Dependencies"`
	LegacyPaths     []string `json:"legacyPaths"`
	Evidence        string   `json:"evidence"`
}

// allAPIs gives the APIs, those without known actions last.
func allAPIs(c *catalog.Catalog) []*catalog.API {
	return slices.AppendSeq(slices.Collect(c.APIs()), c.UnmappedAPIs())
}

func apiOf(c *catalog.Catalog, api *catalog.API) apiJSON {
	out := apiJSON{
		Method: api.Method(), Path: api.Path(), Operation: api.OperationID(), Mapped: api.Mapped(),
		Actions: spell(c, api.Actions()), Dependent: spell(c, api.DependentActions()), V11Dependencies: spell(c, api.V11Dependencies()),
		LegacyPaths: some(api.LegacyPaths()), Evidence: api.Evidence("").String(),
	}
	if n, ok := api.V11Action(); ok {
		out.V11Action = spelled(c, n)
	}
	return out
}

// apiActions names what an API needs.
func apiActions(c *catalog.Catalog, api *catalog.API) string {
	if v := apiOf(c, api); v.Mapped {
		return list(v.Actions)
	}
	return "not known"
}

func apisOf(c *catalog.Catalog, match func(string) bool) listing {
	l := listing{head: heading("METHOD", "PATH", "ACTIONS", "V1.1 ACTION", "DEPENDENT ACTIONS")}
	values := []apiJSON{}
	for _, api := range allAPIs(c) {
		v := apiOf(c, api)
		l.names = append(l.names, v.Operation)
		if !match(v.Path) && !match(v.Method+" "+v.Path) && !match(v.Operation) {
			continue
		}
		values = append(values, v)
		old := v.V11Action
		if old == "" {
			old = "-"
		}
		l.rows = append(l.rows, []any{v.Method, v.Path, apiActions(c, api), old, list(v.Dependent)})
	}
	l.values = values
	return l
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
}

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
		values = append(values, permissionJSON{p.Name(), p.Service(), p.Type(), p.Scope(), some(p.FormerNames()), p.HasContent(), p.PublishedAs(), append([]string{}, needs...)})
		l.rows = append(l.rows, []any{p.Name(), p.Service(), p.Type(), scope, published(p), list(needs)})
	}
	if service != "" {
		l.within = " of " + service
	}
	l.values = values
	return l
}
