package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/writ-policy/writ/internal/wildcard"
	"github.com/writ-policy/writ/resource"
)

// Resources returns what a call of the API touches, as far as its path tells:
// what to put into a request for the action, one of API.Actions. For each
// resource type of the action, in name order, it fills the template of the
// type's URN with the region, the account and the variable of the path that
// holds the id: vault_id fills <vault-id>, dashes, underscores and letter case
// aside; a bare id fills nothing, since it may be that of anything. Tasks are named by operation_log_id: that is the id of a task
// (api-cbr, ShowOpLog). Nothing else names a resource: not project_id, nor the
// member_id, checkpoint_id, order_id or provider_id of CBR.
//
// A required type that the path does not name, as in a call that creates or
// lists, has the path * in its URN. It is no pattern but literal text: only a
// statement that covers all resources of the type, or *, allows such a call,
// and a Deny for some of them does not stop it. Where the query or the body
// names resources, as those of PUT …/vaults/batch-update and
// POST …/checkpoints do, put them in the place of it. An optional type that
// the path does not name is left out.
//
// There are none for an action without resource types (huawei.md I-24), for
// nil, which stands for an action that the catalog does not know, and for the
// zero Route. Only * allows a request without resources. For any other action
// than those of API.Actions, and for types of another service, the path names
// nothing: the instance_id of a CBR path is not known to be that of a server.
//
// Errors are of type *resource.Error: the region or the account is empty or has
// a colon or a star, an id is *, the path names a part of a name only, a name is
// too long, or the catalog has no URN of a type.
// A request whose resources are not known must be denied.
func (r Route) Resources(a *Action, region, account string) ([]resource.Name, error) {
	if r.to == nil || a == nil {
		return nil, nil
	}
	var out []resource.Name
	for i := range a.types {
		t := &a.types[i]
		urn := r.to.catalog.urn(t)
		if urn == "" {
			return nil, &resource.Error{Input: t.service + ":" + t.text, Segment: "type",
				Reason: "the catalog has no URN of this type", Fix: "add the urnTemplate to its resourceTypes"}
		}
		segments := strings.SplitN(urn, ":", 5)
		path, named := "*", false
		if t.service == r.to.api.of && slices.Contains(r.to.api.actions, a.name) {
			path, named = r.fill(segments[4], t)
		}
		if !named && !t.required {
			continue
		}
		if path == "" {
			return nil, &resource.Error{Input: r.path, Segment: "path", Reason: "this cannot be the id of a " + t.text + ", or is a part of it", Fix: "name the resource"}
		}
		segments[4] = path
		for j, value := range [...]struct{ name, text string }{{"region", region}, {"account", account}} {
			if !strings.Contains(segments[1+j], "<") {
				continue // global services have no region
			}
			if value.text == "" || strings.ContainsAny(value.text, ":*") {
				return nil, &resource.Error{Input: value.text, Segment: value.name,
					Reason: "this cannot be the " + value.name + " of a " + t.text, Fix: "give the one that serves the request"}
			}
			segments[1+j] = value.text
		}
		n, err := resource.Parse(strings.Join(segments, ":"))
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// urn returns the template of the type's URNs; "" if the catalog has none.
func (c *Catalog) urn(t *ActionType) string {
	for i := range c.types {
		if r := &c.types[i]; r.service == t.service && wildcard.Lower(r.text) == t.folded {
			return r.urn
		}
	}
	return ""
}

// idVariables are the path variables that hold the id of a resource type and
// are not called like it.
var idVariables = map[string]string{"cbr:task": "operation_log_id"}

// Project returns the project that the path names, by whatever spelling of
// project_id; "" if it names none.
func (r Route) Project() string {
	for name, value := range r.Vars() {
		if plainName(name) == "projectid" {
			return value
		}
	}
	return ""
}

// fill puts what the path names into the last segment of a URN. It is "*",
// false if the path names nothing of it, and "", true if it names a part only.
func (r Route) fill(template string, t *ActionType) (path string, named bool) {
	other := idVariables[t.service+":"+t.folded]
	filled, open := false, false
	for {
		before, rest, _ := strings.Cut(template, "<")
		path += before
		switch {
		case rest != "":
		case open && filled:
			return "", true
		case open:
			return "*", false
		default:
			return path, true
		}
		var id string
		id, template, _ = strings.Cut(rest, ">")
		value, found := "", 0
		for name, v := range r.Vars() {
			if plain := plainName(name); name == other || plain == plainName(id) && plain != "projectid" && plain != "id" {
				value = v
				found++
			}
		}
		if found != 1 {
			open = true
			continue
		}
		filled = true
		if value == "*" {
			return "", true // nothing is called so
		}
		path += value
	}
}

// plainName is the same for vault-id, vault_id and vaultId.
func plainName(s string) string {
	return wildcard.Lower(strings.NewReplacer("-", "", "_", "").Replace(s))
}

// Paths returns what a Tencent Cloud action touches, as six-segment paths: the
// templates of Action.Resources with the region, the account (100 or uin/100)
// and the ids, which are by the name of the variable: diskId. Several ids of one
// name make several paths, and all must be allowed (tencent-cam.md E5).
//
// A type of which no id is given has the path volume/*. As in Route.Resources
// it is literal text: only a statement for all resources of the type allows it,
// and a Deny for some of them does not stop it.
//
// There are none for an operation-level action and for Huawei Cloud. Errors are
// of type *resource.Error: the region or the account is empty or has a colon or
// a star, an id is empty, has a star or belongs to no template, or a path is too
// long.
func (a *Action) Paths(region, account string, ids map[string][]string) ([]resource.Name, error) {
	if account != "" && !strings.Contains(account, "/") {
		account = "uin/" + account
	}
	var out []resource.Name
	var open, used []string // types of which no id is given, and the names of ids
	for _, template := range a.resources {
		head, id, ok := strings.Cut(template, "/$")
		if !ok {
			continue
		}
		typ := head[strings.LastIndexByte(head, ':')+1:]
		for _, x := range [...][3]string{{"$region", "region", region}, {"$account", "account", account}} {
			if x[2] == "" || strings.ContainsAny(x[2], ":*") {
				return nil, &resource.Error{Input: x[2], Segment: x[1],
					Reason: "this cannot be the " + x[1] + " of a " + typ, Fix: "give the one that serves the request"}
			}
			head = strings.Replace(head, x[0], x[2], 1)
		}
		values := ids[id]
		used = append(used, id)
		if len(values) == 0 {
			open = append(open, head)
			continue
		}
		for _, v := range values {
			if v == "" || strings.Contains(v, "*") {
				return nil, &resource.Error{Input: v, Segment: "path", Reason: "this cannot be the " + id, Fix: "give a single id"}
			}
			n, err := resource.Parse(head + "/" + v)
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		}
	}
	hint := "it touches no resource that a policy could name"
	if len(used) > 0 {
		hint = "it has " + strings.Join(used, ", ")
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if !slices.Contains(used, id) {
			return nil, &resource.Error{Input: id, Segment: "path", Reason: a.text + " has no " + id, Fix: hint}
		}
	}
	for _, head := range open {
		n, err := resource.Parse(head + "/*")
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}
