package main

import (
	"iter"
	"slices"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/cmd/writ/internal/refusal"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// need is one request that was refused, and what it lacks.
type need struct {
	from   *refusal.Refusal // nil without a message
	v      *verdict
	old    string // the v1.1 name by which it was asked
	grant  *grant
	hinder string // why there is no grant
}

// allowed reports whether the policies given allow it.
func (n *need) allowed() bool { return n.v.e.Decision.Allowed() }

// depend adds the actions that the calls depend on, each once. What they touch
// nobody says.
func (w *why) depend() {
	asked := map[action.Name]bool{}
	for _, n := range w.needs {
		asked[n.v.req.Action] = true
	}
	for _, n := range slices.Clone(w.needs) {
		for api := range w.serving(n) {
			for name := range api.DependentActions() {
				if asked[name] {
					continue
				}
				asked[name] = true
				req := *n.v.req
				req.Action, req.Resources = name, nil
				w.needs = append(w.needs, &need{v: &verdict{cat: w.cat, req: &req, asked: spelled(w.cat, name)}})
			}
		}
	}
}

// serving yields the APIs that need the action itself.
func (w *why) serving(n *need) iter.Seq[*catalog.API] {
	return func(yield func(*catalog.API) bool) {
		for api := range w.cat.APIsFor(n.v.req.Action) {
			if slices.Contains(slices.Collect(api.Actions()), n.v.req.Action) && !yield(api) {
				return
			}
		}
	}
}

// need makes a request of flags. An action that is only a v1.1 name is asked for by
// the one action that it is a name of.
func (w *why) need(f *canFlags) (*need, error) {
	req, err := f.request(w.cat)
	if err != nil {
		return nil, err
	}
	req.Exempt = f.exempt
	asked := strings.TrimPrefix(f.action, "name/")
	n := &need{}
	if known, ok := w.cat.Action(req.Action); ok {
		asked = known.String()
	} else if now := present(w.cat, req.Action); len(now) == 1 {
		n.old, asked, req.Action = asked, now[0].String(), now[0].Name()
	} else if len(now) > 1 {
		var names []string
		for _, a := range now {
			names = append(names, a.String())
		}
		n.hinder = asked + " is a v1.1 name of " + strings.Join(names, " and of ") + "; say with --action which is meant"
	}
	n.v = &verdict{cat: w.cat, req: req, asked: asked, notes: f.requestNotes(w.cat, req, asked)}
	return n, nil
}

// present are the actions that a v1.1 name governs.
func present(cat *catalog.Catalog, old action.Name) (out []*catalog.Action) {
	for a := range cat.Actions(nil) {
		if slices.Contains(slices.Collect(a.Aliases()), old) {
			out = append(out, a)
		}
	}
	return out
}

// weigh finds what to add, and decides whether it helps.
func (w *why) weigh(n *need) {
	if n.hinder == "" {
		n.hinder = n.told()
	}
	if w.given && n.allowed() || n.hinder != "" {
		return
	}
	g, hinder := grantFor(w.cat, n.v.req, n.v.asked)
	if n.from != nil && hinder == "" && len(w.flags.resources)+len(w.flags.ids) == 0 {
		hinder = maskedIn(n.v.req.Resources)
	}
	if hinder != "" {
		n.hinder = hinder
		return
	}
	set, err := w.granting(documentOf([]*grant{g}))
	if err != nil {
		n.hinder = "no sound statement can be written: " + err.Error()
		return
	}
	e := set.Explain(n.v.req)
	if !e.Decision.Allowed() {
		n.hinder = noHelp + w.lacking(e, n.v.req)
		return
	}
	n.grant = g
}

// maskedIn says which of the resources that a message names is none: one with stars
// that hide something, or a pattern. A lone * at the end is all of a type.
func maskedIn(names []resource.Name) string {
	for _, n := range names {
		text := n.String()
		if n.Path() == "*" {
			text = strings.TrimSuffix(text, "*")
		}
		if n.Form() == resource.URN && strings.ContainsAny(text, "*?$") {
			return notWhole(n)
		}
	}
	return ""
}

// told says who must change what if the message tells that an Allow of the caller
// does not help; "" if it may.
func (n *need) told() string {
	if who := hindrance(n.from); who != "" {
		return noHelp + who
	}
	return ""
}

const noHelp = "adding an Allow does not help: "

// hindrance says who must change what; "" if an Allow may help.
func hindrance(r *refusal.Refusal) string {
	if r == nil || r.Kind == refusal.Unsaid {
		return ""
	}
	deny := r.Kind == refusal.ExplicitDeny
	must := func(who, where string) string {
		if deny {
			return who + " must narrow or remove the Deny in " + where
		}
		return who + " must allow it in " + where + ", too"
	}
	switch r.Source {
	case refusal.Guardrail:
		return must("whoever manages the organization", "the policies of the root, the units or the account")
	case refusal.Boundary:
		return must("whoever bounds the caller", "the permission boundary")
	case refusal.Session:
		return must("whoever asks for the temporary credentials", "the session policy")
	case refusal.Resource:
		return must("whoever owns the resource", "the policy attached to it")
	case refusal.Identity:
		if deny {
			return must("an administrator of the account", "the policies of the user, its groups or its agency")
		}
	case refusal.Unknown:
		switch {
		case strings.Contains(r.Policy, " "): // of a kind that is named, but not known here
			return must("whoever manages it", "the "+r.Policy)
		case deny:
			return "a Deny matches, and the message does not say where"
		}
	}
	return ""
}

// lacking says why a request is refused even with a statement for it.
func (w *why) lacking(e *writ.Explanation, req *writ.Request) string {
	d := e.Decision
	r, settled := d.Statement()
	l, bounded := d.Guardrail()
	switch {
	case settled && r.Statement().Effect() == policy.Deny:
		return describe(r)
	case bounded:
		return "the " + label(l.Kind, l.Name) + " layer must allow it, too"
	case d.Outcome() == writ.Undecided:
		return "a value that decides is missing or cannot be read"
	case w.has(writ.Session):
		return "the session policy must allow it, too"
	case foreign(req):
		return "the resource belongs to another account, which must allow it in the policy of the resource, too"
	}
	return "the policy of the resource, or the trust policy of the role or agency, must allow it, too"
}

// has reports whether there is a layer of a kind.
func (w *why) has(k writ.Kind) bool {
	return slices.ContainsFunc(w.layers, func(l writ.Layer) bool { return l.Kind == k })
}

// foreign reports whether a resource belongs to another account than the caller.
func foreign(req *writ.Request) bool {
	own := req.Principal.Account()
	return own != "" && (req.Owner.ID != "" && req.Owner.ID != own || slices.ContainsFunc(req.Resources, func(n resource.Name) bool { return n.Account() != "" && n.Account() != own }))
}
