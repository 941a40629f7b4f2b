package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/cmd/writ/internal/refusal"
	"github.com/writ-policy/writ/condition"
)

// print writes the answer in words.
func (w *why) print(p *printer) {
	for i, n := range w.needs {
		if i > 0 {
			p.line()
		}
		w.printNeed(p, n)
	}
	for _, n := range w.notes {
		p.line(span{"note", cyan}, ": ", n)
	}
}

// rows are what the message tells, a fact a line.
func (w *why) rows(n *need) (rows [][]any) {
	add := func(name, text string) {
		if text != "" {
			rows = append(rows, []any{"  " + name, text})
		}
	}
	if r := n.from; r != nil {
		add("by", r.Principal)
		add("account", r.Account())
		add("request", r.Request)
		add("because", reasonText(n))
	}
	if n.old != "" {
		add("asked as", n.old+", a v1.1 name of it")
	}
	return rows
}

// reasonText is the reason that a message gives.
func reasonText(n *need) string {
	policy := n.from.Policy
	switch {
	case n.from.Kind == refusal.Unsaid:
		return "the message does not say whether a Deny matches or an Allow is missing"
	case n.from.Kind == refusal.NoAllow:
		return "no " + policy + " allows it"
	case policy == "":
		return "an explicit deny"
	}
	return "an explicit deny in the " + policy
}

func (w *why) printNeed(p *printer, n *need) {
	on := ", no resource named"
	if names := resourceTexts(n.v.req.Resources); len(names) > 0 {
		on = " on " + strings.Join(names, ", ")
	}
	p.line(span{n.v.asked, bold}, on)
	p.table(w.rows(n))
	if w.given {
		n.v.print(p)
		w.printUnseen(p, n)
		if told := n.told(); told != "" {
			p.line("  ", told)
		} else if _, repaired := n.v.e.Repair(); n.grant != nil && !repaired {
			p.line("  would be allowed if: add to the identity documents: ", n.grant)
		}
		return
	}
	if n.hinder != "" {
		p.line("  ", n.hinder)
	} else {
		p.line("  add to a policy of the caller: ", n.grant)
	}
	w.printKnown(p, n)
	for _, note := range n.v.notes {
		p.line(span{"note", cyan}, ": ", note)
	}
}

// printUnseen says where to look if the policies given allow what was refused.
func (w *why) printUnseen(p *printer, n *need) {
	if n.from == nil || !n.allowed() {
		return
	}
	p.line("  the policies given allow it, and yet it was refused; not in view are:")
	for _, s := range w.unseen(n) {
		p.line("    ", s)
	}
}

// unseen lists what may refuse a request that the policies given allow.
func (w *why) unseen(n *need) []string {
	out := []string{}
	if !w.has(writ.Guardrail) {
		out = append(out, "policies of the organization (--layer guardrail:NAME=FILE)")
	}
	if !w.has(writ.Session) {
		out = append(out, "a session policy, if the credentials are temporary (--layer session=FILE)")
	}
	if n.v.req.Action.IsCAM() && !w.has(writ.Boundary) {
		out = append(out, "a permission boundary (--layer boundary:NAME=FILE)")
	}
	if !w.has(writ.Resource) {
		out = append(out, "a policy of the resource (--layer resource=FILE)")
	}
	if n.from != nil && n.from.Who.IsZero() && n.v.req.Principal.IsZero() {
		out = append(out, "who asked (--principal)")
	}
	if len(n.v.req.Resources) == 0 {
		out = append(out, "what it was done to (--resource)")
	}
	var keys []string
	for k := range w.set.Needs(n.v.req.Action) {
		if !k.IsClock() && !slices.ContainsFunc(n.v.req.Context, func(e condition.Entry) bool { return e.Key == k }) {
			keys = append(keys, k.String())
		}
	}
	if len(keys) > 0 {
		out = append(out, "values of "+strings.Join(keys, ", ")+" (--context)")
	}
	return append(out, "other policies of the caller and its groups that hold a Deny")
}

// printKnown shows what the catalog knows about an action that is to be granted.
func (w *why) printKnown(p *printer, n *need) {
	k := w.knownOf(n)
	var rows [][]any
	add := func(name, text string) { rows = append(rows, []any{"  " + name, text}) }
	if len(k.V11) > 0 {
		add("in v1.1", strings.Join(k.V11, ", "))
	}
	if k.Typeless {
		add("resource", "the action touches none that a policy could name; it needs *")
	} else if n.grant != nil && len(n.v.req.Resources) == 0 && (n.from == nil || !n.from.Everywhere) {
		add("resource", "none is named, so that the statement is for all; --resource narrows it")
	}
	for _, d := range k.Dependent {
		add("depends on", d.Action+" for "+strings.Join(d.APIs, ", "))
	}
	for _, g := range k.Permissions {
		text := g.Name + " (" + g.Type
		switch {
		case g.Everything:
			text += ", actions of every service"
		case g.Actions > 0:
			text += ", " + count(g.Actions, "action") + " of the catalog"
		}
		text += ")"
		if len(g.With) > 0 {
			text += " together with " + strings.Join(g.With, ", ")
		}
		add("granted by", text)
	}
	if len(k.Unpublished) > 0 {
		add("or perhaps", strings.Join(k.Unpublished, ", ")+", whose content is not published")
	}
	if len(k.Keys) > 0 {
		add("keys", strings.Join(k.Keys, ", ")+", and the global ones")
	}
	p.table(rows)
}

// known is what the catalog knows about an action that is to be granted.
type known struct {
	Typeless    bool            `json:"typeless"` // it needs the resource *
	V11         []string        `json:"v11Names"`
	Dependent   []dependentJSON `json:"dependentActions"`
	Permissions []grantorJSON   `json:"permissions"` // that grant it, the least first
	Unpublished []string        `json:"unpublishedPermissions"`
	Keys        []string        `json:"keys"` // besides the global ones
}

type dependentJSON struct {
	Action string   `json:"action"`
	APIs   []string `json:"apis"`
}

type grantorJSON struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Scope   string `json:"scope"`
	Actions int    `json:"actions"` // of the catalog, that it allows
	// Everything: it allows actions of every service.
	Everything bool     `json:"everything"`
	With       []string `json:"with"` // must be granted, too
}

func (w *why) knownOf(n *need) known {
	out := known{V11: []string{}, Dependent: []dependentJSON{}, Permissions: []grantorJSON{}, Unpublished: []string{}, Keys: []string{}}
	a, ok := w.cat.Action(n.v.req.Action)
	if ok {
		out.Typeless = a.Typeless() || a.OperationLevel()
		out.V11 = spell(w.cat, a.Aliases())
		out.Keys = some(a.Keys())
	}
	for api := range w.serving(n) {
		out.depend(w.cat, api)
	}
	if n.hinder == "" {
		all, unpublished := w.grantors(n.v.req)
		for _, g := range all {
			out.Permissions = append(out.Permissions, grantorJSON{g.permission.Name(), g.permission.Type(), g.permission.Scope(), g.actions, g.everything, append([]string{}, g.with...)})
		}
		out.Unpublished = append(out.Unpublished, unpublished...)
	}
	return out
}

// depend counts in what an API depends on.
func (k *known) depend(cat *catalog.Catalog, api *catalog.API) {
	call := strings.TrimSpace(api.Method() + " " + api.Path())
	if call == "" {
		call = api.OperationID()
	}
	for _, name := range spell(cat, api.DependentActions()) {
		i := slices.IndexFunc(k.Dependent, func(d dependentJSON) bool { return d.Action == name })
		if i < 0 {
			i, k.Dependent = len(k.Dependent), append(k.Dependent, dependentJSON{Action: name})
		}
		k.Dependent[i].APIs = append(k.Dependent[i].APIs, call)
	}
}

// whyAnswer is the JSON form.
type whyAnswer struct {
	Version  int           `json:"version"`
	Refusals []refusalJSON `json:"refusals"`
	Unread   string        `json:"unread,omitempty"` // why a part of the message was left out
	Notes    []string      `json:"notes"`
}

type refusalJSON struct {
	Action    string          `json:"action"`
	AskedAs   string          `json:"askedAs,omitempty"` // a v1.1 name of it
	Resources []string        `json:"resources"`
	Message   *messageJSON    `json:"message,omitempty"`
	Add       json.RawMessage `json:"add"` // the statement; null if none helps or is needed
	Hindrance string          `json:"hindrance,omitempty"`
	Known     known           `json:"known"`
	Decision  *answer         `json:"decision,omitempty"` // on the policies given
	Unseen    []string        `json:"unseen,omitempty"`
	Notes     []string        `json:"notes"`
}

type messageJSON struct {
	Principal string `json:"principal,omitempty"`
	Account   string `json:"account,omitempty"`
	Request   string `json:"request,omitempty"`
	Kind      string `json:"kind"` // no-allow, explicit-deny or unsaid
	Policy    string `json:"policy,omitempty"`
	Source    string `json:"source"` // of the policy: identity, guardrail, boundary, session, resource or unknown
}

func (w *why) json(unread error) whyAnswer {
	out := whyAnswer{Version: jsonVersion, Refusals: []refusalJSON{}, Notes: append([]string{}, w.notes...)}
	if unread != nil {
		out.Unread = unread.Error()
	}
	for _, n := range w.needs {
		v := refusalJSON{Action: n.v.asked, AskedAs: n.old, Resources: resourceTexts(n.v.req.Resources), Hindrance: n.hinder, Known: w.knownOf(n), Notes: append([]string{}, n.v.notes...)}
		if r := n.from; r != nil {
			v.Message = &messageJSON{r.Principal, r.Account(), r.Request, r.Kind.String(), r.Policy, r.Source.String()}
		}
		if n.grant != nil {
			v.Add = json.RawMessage(fmt.Sprint(n.grant))
		}
		if w.given {
			d := n.v.json("")
			v.Decision = &d
			if n.allowed() && n.from != nil {
				v.Unseen = w.unseen(n)
			}
		}
		out.Refusals = append(out.Refusals, v)
	}
	return out
}
