package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/resource"
)

// request builds the request that the command line describes.
func (f *canFlags) request(cat *catalog.Catalog) (*writ.Request, error) {
	switch {
	case f.action == "" && f.api == "":
		return nil, usagef("what is to be done? give it with --action, for example -a cbr:vaults:delete, or with --api")
	case f.action != "" && f.api != "":
		return nil, usagef("--action and --api both say what is to be done; give one of the two")
	case f.needs && f.action == "":
		return nil, usagef("--needs is about one action; give it with --action")
	case f.api == "" && f.dependent:
		return nil, usagef("--dependent goes with --api")
	}
	req := &writ.Request{AppID: f.appID, Root: f.root, EnterpriseProject: f.enterpriseProject}
	var err error
	if f.action != "" {
		if req.Action, err = action.Parse(f.action); err != nil {
			return nil, usagef("--action: %v", err)
		}
	}
	for _, text := range f.resources {
		name, err := resource.Parse(text)
		if err != nil {
			return nil, usagef("--resource: %v", err)
		}
		req.Resources = append(req.Resources, name)
	}
	if isService(f.principal) {
		req.Service = f.principal
	} else if req.Principal, err = resource.Parse(f.principal); err != nil {
		return nil, usagef("--principal: %v", err)
	}
	id, appID, both := strings.Cut(f.resourceOwner, ":")
	if f.resourceOwner != "" && (id == "" || both && appID == "") {
		return nil, usagef("--resource-owner %s: write the account id, or UIN:APPID", f.resourceOwner)
	}
	req.Owner = writ.Account{ID: id, AppID: appID}
	if f.account != "" && f.api != "" {
		if id != "" && id != f.account {
			return nil, usagef("--account %s and --resource-owner %s name two owners; give one of the two", f.account, f.resourceOwner)
		}
		req.Owner.ID = f.account
	}
	var ok bool
	if req.Scope, ok = writ.ParseScope(f.scope); !ok || f.scope != "" && req.Scope != writ.Global && !strings.HasPrefix(f.scope, "project:") {
		return nil, usagef("--scope %s: a request is made at global or project:<id>", f.scope)
	}
	if f.now != "" {
		if req.Now, err = time.Parse(time.RFC3339, f.now); err != nil {
			return nil, usagef("--now %s: write an instant such as 2026-01-31T08:00:00Z", f.now)
		}
	}
	if err := f.identify(cat, req); err != nil {
		return nil, err
	}
	req.Context, err = context(cat, f.context, f.mask)
	return req, err
}

// identify names the resources of a Tencent Cloud action by --id.
func (f *canFlags) identify(cat *catalog.Catalog, req *writ.Request) error {
	if f.api != "" && len(f.ids) == 0 {
		return nil
	}
	if len(f.ids) == 0 {
		if f.region != "" || f.account != "" {
			return usagef("--region and --account go with --api, or with --id; --resource has them in the name")
		}
		return nil
	}
	a, ok := cat.Action(req.Action)
	if !ok || !req.Action.IsCAM() {
		return usagef("--id is for actions of Tencent Cloud that the catalog knows; name the resource with --resource")
	}
	ids := map[string][]string{}
	for _, text := range f.ids {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return usagef("--id %s: write NAME=VALUE, such as diskId=disk-1", text)
		}
		ids[name] = append(ids[name], value)
	}
	account := f.account
	if account == "" {
		account = req.Principal.Account()
	}
	names, err := a.Paths(f.region, account, ids)
	if err != nil {
		return usagef("--id: %v", err)
	}
	req.Resources = append(req.Resources, names...)
	return nil
}

// isService tells a cloud service from a URN or path.
func isService(s string) bool {
	return !strings.Contains(s, ":") && (strings.HasPrefix(s, "service.") || strings.HasSuffix(s, ".qcloud.com"))
}

// context reads the values of condition keys. Several values of a key stay in
// their order. Errors do not show what hide hides.
func context(cat *catalog.Catalog, texts []string, hide mask) (condition.Context, error) {
	type entry struct {
		name   string
		values []string
	}
	var entries []entry
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			if hide.all() {
				text = masked
			}
			return nil, usagef("--context %s: write key=value", text)
		}
		i := slices.IndexFunc(entries, func(e entry) bool { return condition.NewKey(e.name) == condition.NewKey(name) })
		if i < 0 {
			i, entries = len(entries), append(entries, entry{name: name})
		}
		entries[i].values = append(entries[i].values, value)
	}
	var ctx condition.Context
	for _, e := range entries {
		key := condition.NewKey(e.name)
		var info condition.KeyInfo
		if k, ok := cat.Key(key); ok {
			info = k.Info()
		}
		shown := e.values[0]
		if hide.hides(key) {
			shown = masked
		}
		v, err := typed(e.name, info, e.values, shown)
		if err != nil {
			return nil, err
		}
		ctx = append(ctx, condition.Entry{Key: key, Value: v})
	}
	return ctx, nil
}

// typed reads the values of one key in the key's type; shown is the first for
// messages.
func typed(name string, info condition.KeyInfo, texts []string, shown string) (v condition.Value, err error) {
	text := texts[0]
	bad := func(want string) error {
		return usagef("--context %s: %q is not %s", name, shown, want)
	}
	switch info.Type {
	case condition.AnyType, condition.StringType:
		if len(texts) > 1 || info.Multi {
			return condition.Strings(texts...), nil
		}
		return condition.String(text), nil
	case condition.BooleanType:
		if v = condition.Bool(text == "true"); text != "true" && text != "false" {
			err = bad("true or false")
		}
	case condition.NumericType:
		if v = condition.Number(text); v.String() == condition.Unavailable().String() {
			err = bad("a number")
		}
	case condition.DateType:
		t, failed := time.Parse(time.RFC3339, text)
		if v = condition.Time(t); failed != nil {
			err = bad("an instant such as 2026-01-31T08:00:00Z")
		}
	case condition.IPType:
		a, failed := netip.ParseAddr(text)
		if v = condition.IP(a); failed != nil {
			err = bad("an address such as 192.0.2.7")
		}
	}
	if err == nil && len(texts) > 1 {
		err = usagef("--context %s: a request has one value of this key, not %d", name, len(texts))
	}
	return v, err
}

// requestNotes are what a person should know about the request.
func (f *canFlags) requestNotes(cat *catalog.Catalog, req *writ.Request, asked string) (notes []string) {
	for _, n := range append([]resource.Name{req.Principal}, req.Resources...) {
		if form := n.Form(); form != resource.None && (form == resource.QCS) != req.Action.IsCAM() {
			notes = append(notes, fmt.Sprintf("%s and %s belong to different clouds", asked, n))
		}
	}
	if f.catalog.none() {
		return notes
	}
	var keys []string
	for k := range cat.Keys() {
		keys = append(keys, k.String())
	}
	for i, text := range f.context {
		name, _, _ := strings.Cut(text, "=")
		_, known := cat.Key(condition.NewKey(name))
		if near := phrase.Nearest(name, keys...); !known && near != "" && !slices.ContainsFunc(f.context[:i], func(s string) bool { return strings.HasPrefix(s, name+"=") }) {
			notes = append(notes, fmt.Sprintf("the catalog knows no condition key %s, did you mean %s?", name, near))
		}
	}
	known, ok := cat.Action(req.Action)
	if !ok {
		return append(notes, unknownAction(cat, req.Action, asked))
	}
	if req.Action.IsCAM() {
		return notes
	}
	for _, e := range req.Context {
		switch takes(known, req, e.Key) {
		case condition.False:
			notes = append(notes, fmt.Sprintf("%s does not take %s; it was left out", known, f.keyText(e.Key)))
		case condition.Unknown:
			why := "the lists of %s have a gap: nobody knows whether %[1]s takes it, so %[2]s counts only where it makes no difference"
			if len(req.Resources) == 0 && known.HasTypes() {
				why = "%s takes %s on resources of some type only, and the request names none; it counts only where it makes no difference"
				if slices.ContainsFunc(slices.Collect(known.Gaps()), func(g catalog.Gap) bool { return g.Cell() != "aliases" && g.Cell() != "name" }) {
					why = "nobody knows whether %s takes %s in a request that names no resource; it counts only where it makes no difference"
				}
			}
			notes = append(notes, fmt.Sprintf(why, known, f.keyText(e.Key)))
		}
	}
	for _, n := range req.Resources {
		switch {
		case n.Form() != resource.URN:
		case known.Typeless():
			notes = append(notes, fmt.Sprintf("%s touches no resource that a policy could name; %s was not looked at", known, n))
		case known.HasTypes() && !known.HasType(n.Service(), n.Type()):
			var types []string
			for t := range known.Types() {
				types = append(types, t.Service()+" "+t.Type())
			}
			notes = append(notes, fmt.Sprintf("%s is of type %s %s, which %s does not touch; it touches %s", n, n.Service(), n.Type(), known, strings.Join(types, ", ")))
		}
	}
	return notes
}

// takes reports whether the action takes a key on one of the request's resources
// (huawei.md I-28).
func takes(a *catalog.Action, req *writ.Request, k condition.Key) condition.Result {
	if len(req.Resources) == 0 || a.Typeless() {
		return a.KeySet(resource.Name{}).Takes(k)
	}
	res := condition.False
	for _, n := range req.Resources {
		res = max(res, a.KeySet(n).Takes(k))
	}
	return res
}

// keyText is a key as the command line has it.
func (f *canFlags) keyText(k condition.Key) string {
	for _, text := range f.context {
		if name, _, _ := strings.Cut(text, "="); condition.NewKey(name) == k {
			return name
		}
	}
	return k.String()
}

// unknownAction says that the catalog does not know an action, and what may
// have been meant.
func unknownAction(cat *catalog.Catalog, n action.Name, asked string) string {
	var services []string
	elsewhere := false                 // the other cloud has the service
	names := make(map[string][]string) // by service
	for a := range cat.Actions(nil) {
		for old := range a.Aliases() {
			if old == n {
				return fmt.Sprintf("%s is the v1.1 name of %s; it was decided on syntax alone", asked, a)
			}
		}
		s := a.Name().Service()
		if a.Name().IsCAM() != n.IsCAM() {
			elsewhere = elsewhere || s == n.Service()
			continue
		}
		if names[s] == nil {
			services = append(services, s)
		}
		names[s] = append(names[s], a.String())
	}
	service := n.Service()
	if names[service] == nil {
		service = phrase.Nearest(service, services...)
	}
	switch {
	case service == "" && elsewhere && n.IsCAM():
		return fmt.Sprintf("%s has two segments and was decided as an action of Tencent Cloud; those of %s have three", asked, n.Service())
	case service == "" && elsewhere:
		return fmt.Sprintf("%s has three segments and was decided as an action of Huawei Cloud; those of %s have two", asked, n.Service())
	case service == "" && n.Service() != "":
		return fmt.Sprintf("the catalog has no actions of %s; %s was decided on syntax alone", n.Service(), asked)
	}
	if near := phrase.Nearest(n.String(), names[service]...); near != "" {
		return fmt.Sprintf("the catalog knows no action %s, did you mean %s? It was decided on syntax alone", asked, near)
	}
	return fmt.Sprintf("the catalog knows no action %s; it was decided on syntax alone", asked)
}
