package main

import (
	"cmp"
	"slices"
	"strings"
)

// Short forms of words that are in many rows; the package writes them out.
var (
	scopes = map[string]string{
		"": "", "region-specific-projects": "regional", "global-services": "global", "all-resources": "all",
	}
	bases = map[string]string{
		"not-listed-rule": "rule", "vendor-table": "table", "vendor-api-list": "list", "vendor-api-list-conflict": "conflict",
	}
)

// short gives the short form of a word.
func (w *writer) short(forms map[string]string, word string) string {
	s, ok := forms[word]
	if !ok {
		w.fail("no short form of %q", word)
	}
	return s
}

var (
	actionCells = []string{"name", "accessLevel", "resourceTypes", "conditionKeys", "actionLevelConditionKeys", "aliases"}
	apiCells    = []string{"method", "path", "actions", "dependentActions", "v11Action", "v11Dependencies", "iamProject", "enterpriseProject"}
)

func (w *writer) actions(cbr *serviceData) {
	slices.SortFunc(cbr.Actions, func(a, b actionData) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	w.section("actions", "action, access level, evidence, resource types (each with its keys), keys of the action, aliases, candidates for lost cells")
	for _, a := range cbr.Actions {
		var types []string
		union := slices.Clone(a.ActionKeys)
		for _, t := range a.ResourceTypes {
			s := t.Type
			if t.Service != "" && t.Service != cbr.Service {
				s = t.Service + ":" + s
			}
			if t.Required {
				s += "*"
			}
			keys := slices.Sorted(slices.Values(t.Keys))
			types = append(types, strings.Join(append([]string{s}, keys...), " "))
			union = append(union, t.Keys...)
		}
		w.union(a.Name, union, a.Keys)
		var candidates []string
		for _, g := range a.Gaps {
			if e := a.Cells[g.Cell]; e != "inferred" && e != "unknown" {
				w.fail("%s: %s is a gap, but its evidence is %s", a.Name, g.Cell, e)
			}
			for _, c := range g.Candidates {
				candidates = append(candidates, g.Cell+"="+c)
			}
		}
		w.row(a.Name, a.AccessLevel, w.evidence(a.Name, a.Evidence, a.Cells, actionCells...),
			w.sorted(types), w.sorted(a.ActionKeys), w.sorted(a.Aliases), w.sorted(candidates))
		w.gaps(&a)
	}
}

// union checks that the column of all keys adds nothing to the others.
func (w *writer) union(name string, got, want []string) {
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(slices.Compact(got), want) {
		w.fail("%s: conditionKeys is not the union of its parts", name)
	}
}

// gaps checks that the cells of the gaps can be told from the evidence.
func (w *writer) gaps(a *actionData) {
	for cell, e := range a.Cells {
		lost := slices.ContainsFunc(a.Gaps, func(g gapData) bool { return g.Cell == cell })
		if lost != (e == "inferred" || e == "unknown") {
			w.fail("%s: evidence of %s is %s, but the gaps differ", a.Name, cell, e)
		}
	}
}

func (w *writer) cam(actions []camData) {
	slices.SortFunc(actions, func(a, b camData) int { return cmp.Compare(a.Action, b.Action) })
	w.section("cam", "action, access level, basis, resources (* is an operation-level action), keys")
	for _, a := range actions {
		if (a.Granularity == "operation") != slices.Equal(a.Resources, []string{"*"}) {
			w.fail("%s: granularity %s and resources %q differ", a.Action, a.Granularity, a.Resources)
		}
		w.row(strings.TrimPrefix(a.Action, "name/"), a.Access, w.short(bases, a.Basis), w.list(a.Resources), w.sorted(a.Keys))
	}
}

func (w *writer) apis(cbr *serviceData) {
	slices.SortFunc(cbr.APIs, func(a, b apiData) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	w.section("apis", "method, path, operation, actions, dependent actions, v1.1 action, v1.1 dependencies, IAM and enterprise project (y or n), old paths, evidence")
	for _, a := range cbr.APIs {
		v11 := a.V11Action
		if len(a.Actions) > 0 && v11 == a.Actions[0] {
			v11 = "="
		}
		var old []string
		for _, p := range a.LegacyPaths {
			old = append(old, tilde(p))
		}
		w.row(a.Method, tilde(a.Path), a.OperationID, w.list(a.Actions), w.list(a.DependentActions), v11, w.list(a.V11Dependencies),
			yesNo(a.IAMProject)+yesNo(a.EnterpriseProject), w.list(old), w.evidence(a.Method+" "+a.Path, a.Evidence, a.Cells, apiCells...))
	}
	slices.SortFunc(cbr.UnmappedAPIs, func(a, b unmappedData) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	w.section("unmapped", "method, path, operation")
	for _, a := range cbr.UnmappedAPIs {
		w.row(a.Method, tilde(a.Path), a.OperationID)
	}
}

func tilde(path string) string {
	if rest, ok := strings.CutPrefix(path, "/v3/{project_id}/"); ok {
		return "~/" + rest
	}
	return path
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return "-"
	case *b:
		return "y"
	}
	return "n"
}

// permissions writes the rows of system-permissions.json by name, those of one
// name in their order, with what the list of the service's own policies adds. A policy whose name no
// source attests is left out.
func (w *writer) permissions(rows []permissionData, own *policiesData) {
	for _, p := range own.Policies {
		known := slices.ContainsFunc(rows, func(r permissionData) bool { return r.Name == p.Name })
		if !known && p.NameEvidence != "inferred" {
			rows = append(rows, permissionData{Name: p.Name, Service: own.Service, Type: "policy", Content: p.Content})
		}
	}
	slices.SortStableFunc(rows, func(a, b permissionData) int { return cmp.Compare(a.Name, b.Name) })
	w.section("permissions", "name, service, scope, level, type, former names, document, name that the document was published under if not this")
	for _, r := range rows {
		var former []string
		if r.FormerName != "" {
			former = append(former, r.FormerName)
		}
		published := ""
		doc := w.document(r.Content)
		for _, p := range own.Policies {
			if p.Name != r.Name {
				continue
			}
			for _, f := range p.FormerNames {
				if !slices.Contains(former, f) {
					former = append(former, f)
				}
			}
			if doc == "" && p.Predecessor != nil {
				doc, published = w.document(p.Predecessor.Content), p.Predecessor.Name
			}
		}
		w.row(r.Name, r.Service, w.short(scopes, r.Scope), r.Level, r.Type, w.list(former), doc, published)
		for _, d := range r.DependsOn {
			required := "optional"
			if d.Required {
				required = "required"
			}
			w.row("", cmp.Or(d.ResolvedName, d.Name), w.short(scopes, d.Scope), required, letters[d.Evidence], d.When)
		}
	}
}

func (w *writer) scps(policies []policyData) {
	w.section("scps", "name, document")
	for _, p := range policies {
		w.row(p.Name, w.document(p.Content))
	}
}
