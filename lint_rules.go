package writ

import (
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// rules are in the order of their codes.
var rules = []Rule{
	{"ALLOW_NOT_ACTION", policy.Security, "Allow with NotAction",
		"The statement allows every action that it does not list, those of services to come too. List in Action what is meant; to keep some actions back, add a Deny for them. In v1.1 the vendor does not document it (huawei.md A-14).",
		func(l *linter, s *statement) {
			if s.Effect() == policy.Allow && s.NotAction() {
				l.noteStatement(s, "an Allow with NotAction allows every action that it does not list", "list in Action what is meant")
			}
		}, nil},
	{"ALLOW_NOT_RESOURCE", policy.Security, "Allow with NotResource",
		"The statement allows its actions on every resource that it does not list, those to come too. List in Resource what is meant.",
		func(l *linter, s *statement) {
			if s.Effect() == policy.Allow && s.NotResource() {
				l.noteStatement(s, "an Allow with NotResource allows every resource that it does not list", "list in Resource what is meant")
			}
		}, nil},
	{"DENY_NEVER_MATCHES", policy.Security, "A Deny for resources that its actions do not have",
		"The actions have resources of other types than the statement names: it denies none of them. What it was meant to deny is not denied.",
		func(l *linter, s *statement) {
			if s.Effect() != policy.Deny || !s.whole || s.NotResource() || s.everyResource() || len(s.covered) == 0 {
				return
			}
			if slices.ContainsFunc(s.covered, (*catalog.Action).Typeless) {
				return // it denies every request for such an action
			}
			for _, r := range s.Resources() {
				if _, bad := misfit(s, r); !bad {
					return
				}
			}
			l.noteStatement(s, "no action of this Deny has resources like these: it denies none that they have", "name resources of a type that the actions have, or *")
		}, nil},
	{"DEPRECATED_ACTION", policy.Suggestion, "The old name of an action",
		"The action has another name now, and the old one is kept for v1.1.",
		func(l *linter, s *statement) {
			if !l.newNames() || l.doc.Dialect().IsGuardrail() && s.Effect() == policy.Allow {
				return
			}
			for i, p := range s.Actions() {
				n, literal := p.Literal()
				if _, known := l.catalog.Action(n); !literal || known {
					continue
				}
				for _, a := range s.covered {
					if slices.Contains(slices.Collect(a.Aliases()), n) {
						l.noteEntry(s.ActionPosition(i), s.ActionEnd(i), p.String()+" is the v1.1 name of "+a.String(), "write "+phrase.Quote(a.String()))
						l.certain(l.rename(s, i, n, a)...)
						break
					}
				}
			}
		}, nil},
	{"DUPLICATE_ENTRY", policy.Suggestion, "An entry twice",
		"An Action or Resource list has the same entry twice; one of the two may have been meant to be another.",
		func(l *linter, s *statement) {
			for i, p := range s.Actions() {
				if slices.ContainsFunc(s.Actions()[:i], func(q *action.Pattern) bool { return q.Text() == p.Text() }) {
					l.noteEntry(s.ActionPosition(i), s.ActionEnd(i), phrase.Quote(p.String())+" is in the list already", "remove one of the two")
					l.certain(policy.Edit{Start: s.ActionEnd(i - 1), End: s.ActionEnd(i)})
				}
			}
			for i, r := range s.Resources() {
				if slices.ContainsFunc(s.Resources()[:i], func(q *resource.Pattern) bool { return q.String() == r.String() }) {
					l.noteEntry(s.ResourcePosition(i), s.ResourceEnd(i), phrase.Quote(r.String())+" is in the list already", "remove one of the two")
					l.certain(policy.Edit{Start: s.ResourceEnd(i - 1), End: s.ResourceEnd(i)})
				}
			}
		}, nil},
	{"FOR_ALL_VALUES_ALLOW", policy.Security, "ForAllValues in an Allow",
		"ForAllValues holds for a request that does not carry the key at all, or no value of it. An Allow should also require that the key is there, with Null set to false.",
		func(l *linter, s *statement) {
			if s.Effect() != policy.Allow || l.doc.Dialect().IsCAM() {
				return // in CAM an absent key satisfies nothing
			}
			for i, c := range s.clauses() {
				required := func(d condition.Clause) bool {
					return d.Key() == c.Key() && strings.Contains(strings.ToLower(d.Operator()), "null") && slices.Equal(d.Values(), []string{"false"})
				}
				if c.Quantifier() == condition.AllValues && !slices.ContainsFunc(s.Condition().Clauses(), required) {
					l.note(s.ClausePosition(i), c.Operator()+" holds where "+c.KeyText()+" is absent", `add "Null": {`+phrase.Quote(c.KeyText())+`: "false"}`)
				}
			}
		}, nil},
	{"FULL_ACCESS", policy.Security, "Everything is allowed",
		"The statement allows every action on every resource without a condition, whichever way it writes that: *, *:*:*, **:*:*.",
		func(l *linter, s *statement) {
			if s.Effect() == policy.Allow && !l.doc.Dialect().IsGuardrail() && !s.NotAction() && s.open() && slices.ContainsFunc(s.Actions(), everyAction) {
				l.noteStatement(s, "this allows every action on every resource", "list what is needed")
			}
		}, nil},
	{"KEY_NOT_TAKEN", policy.Warning, "A condition key that no action of the statement takes",
		"A key that an action does not list is absent from its requests (huawei.md I-28, I-29): a condition on it never holds, or always does. An Allow grants nothing, a Deny denies nothing or everything.",
		func(l *linter, s *statement) {
			if !s.whole || len(s.covered) == 0 {
				return
			}
			for i, c := range s.clauses() {
				k := c.Key()
				if _, known := l.catalog.Key(k); known && !slices.ContainsFunc(s.covered, func(a *catalog.Action) bool { return takes(a, k) }) {
					l.note(s.ClausePosition(i), "no action of the statement takes "+c.KeyText(), "writ catalog actions shows the keys of an action")
				}
			}
		}, nil},
	{"MISSING_DEPENDENCY", policy.Suggestion, "An action without those that its API depends on",
		"The API behind the action asks for other actions as well, often of other services, and the documents do not allow some of them, or deny them. The call will fail for want of them, unless they are granted elsewhere; what is denied cannot be.",
		func(l *linter, s *statement) {
			if s.Effect() != policy.Allow || !l.newNames() {
				return
			}
			for i, p := range s.Actions() {
				n, literal := p.Literal()
				if !literal {
					continue
				}
				var missing, denied []string
				for api := range l.catalog.APIs() {
					if !slices.Contains(slices.Collect(api.Actions()), n) {
						continue
					}
					for d := range api.DependentActions() {
						if by := l.denies(d); by != "" && !slices.Contains(denied, d.String()+", which "+by+" denies") {
							denied = append(denied, d.String()+", which "+by+" denies")
						} else if by == "" && !l.allowed(d) && !slices.Contains(missing, d.String()) {
							missing = append(missing, d.String())
						}
					}
				}
				if missing != nil {
					l.note(s.ActionPosition(i), "calls that need "+p.String()+" depend on "+strings.Join(missing, ", ")+" as well", "allow them, too, if they are not granted elsewhere")
				}
				if denied != nil {
					l.note(s.ActionPosition(i), "calls that need "+p.String()+" depend on "+strings.Join(denied, ", on "), "take them out of the Deny")
				}
			}
		}, nil},
	{"MISSING_QUALIFIER", policy.Warning, "A multi-valued key without ForAnyValue or ForAllValues",
		"A request can carry several values of the key, and the operator says nothing of which: with more than one, the condition is undecided (huawei.md C-11).",
		func(l *linter, s *statement) {
			if l.doc.Dialect().IsCAM() {
				return
			}
			for i, c := range s.clauses() {
				if k, known := l.catalog.Key(c.Key()); known && k.Multi() && c.Quantifier() == condition.Plain && c.Operand() != condition.AnyType {
					l.note(s.ClausePosition(i), c.KeyText()+" can have several values", "write ForAnyValue:"+c.Operator()+" or ForAllValues:"+c.Operator())
				}
			}
		}, nil},
	{"OPERATOR_TYPE", policy.Warning, "An operator that does not fit the key",
		"The key's values are of another type than the operator compares: no value satisfies the condition (huawei.md C-14, I-30).",
		func(l *linter, s *statement) {
			if l.doc.Dialect().IsCAM() {
				return
			}
			for i, c := range s.clauses() {
				if k, known := l.catalog.Key(c.Key()); known && k.Type() != condition.AnyType && c.Operand() != condition.AnyType && c.Operand() != k.Type() {
					l.note(s.ClausePosition(i), c.KeyText()+" is of type "+k.Type().String()+", and "+c.Operator()+" compares "+c.Operand().String()+": no value of the key satisfies it", "use an operator for "+k.Type().String())
				}
			}
		}, nil},
	{"PERMISSION_MANAGEMENT", policy.Security, "A wildcard that grants the management of permissions",
		"Among the actions that a pattern covers are some that change who may do what. Whoever holds them can give themselves more. List them one by one where they are meant. What a Deny without a condition takes back for all resources does not count.",
		func(l *linter, s *statement) {
			if s.Effect() != policy.Allow || s.NotAction() || l.doc.Dialect().IsGuardrail() {
				return
			}
			for i, p := range s.Actions() {
				if _, literal := p.Literal(); literal || everyAction(p) {
					continue
				}
				for _, a := range s.covered {
					if a.Access() == "permission_management" && l.covers(p, a) && l.denies(a.Name()) == "" {
						l.note(s.ActionPosition(i), p.String()+" covers "+a.String()+", which manages permissions", "list the actions that are needed")
						break
					}
				}
			}
		}, nil},
	{"RESOURCE_TYPE", policy.Warning, "A resource that no action of the statement has",
		"None of the actions touches resources of the type, or any that a policy could name; such an action needs the resource * (huawei.md I-24, I-25).",
		func(l *linter, s *statement) {
			if !s.whole || len(s.covered) == 0 {
				return
			}
			for i, r := range s.Resources() {
				if why, bad := misfit(s, r); bad {
					l.note(s.ResourcePosition(i), why, "writ catalog actions shows the types of an action")
				}
			}
		}, nil},
	{"ROLE_DEPENDENCY", policy.Warning, "A role without those that it depends on",
		"A role acts only if the roles that it depends on are granted to the same group in the same place (huawei.md R-5). None of the documents bears the name.",
		nil, func(l *linter) {
			for dep := range l.doc.Depends() {
				if !slices.ContainsFunc(l.docs, func(d *policy.Document) bool { return d != nil && d.Title().Name == dep.DisplayName }) {
					l.note(dep.Pos, "the role acts only together with "+phrase.Quote(dep.DisplayName), "grant it as well")
				}
			}
		}},
	{"SCP_WITHOUT_ALLOW", policy.Suggestion, "An organization policy without an Allow",
		"Every level of an organization must allow a request (huawei.md S-15). A level with this document alone allows nothing; FullAccess beside it does.",
		nil, func(l *linter) {
			if l.doc.Dialect() != policy.HuaweiSCP || l.doc.Len() == 0 {
				return
			}
			for _, d := range l.docs {
				if d == nil || d.Dialect() != policy.HuaweiSCP {
					continue
				}
				for _, st := range d.Statements() {
					if st.Effect() == policy.Allow {
						return
					}
				}
			}
			at, _ := l.doc.Statement(0).Position()
			l.note(at, "the document allows nothing; alone on its level it denies everything", "attach FullAccess to the level as well")
		}},
	{"SENSITIVE_WILDCARD", policy.Warning, "A wildcard in a random identifier",
		"The values of the key are identifiers that are given out at random: a pattern covers others than those that are meant.",
		func(l *linter, s *statement) {
			if l.doc.Dialect().IsCAM() {
				return
			}
			for i, c := range s.clauses() {
				if !slices.Contains(sensitiveKeys, c.Key().String()) || !strings.Contains(c.Operator(), "StringMatch") && !strings.Contains(c.Operator(), "StringLike") {
					continue
				}
				for _, v := range c.Values() {
					if strings.Trim(v, "*") != "" && strings.ContainsAny(v, "*?") && !strings.Contains(v, "${") {
						l.note(s.ClausePosition(i), phrase.Quote(v)+" is a pattern for "+c.KeyText()+", whose values are random", "write whole identifiers")
					}
				}
			}
		}, nil},
	{"SHADOWED_STATEMENT", policy.Warning, "An Allow that a Deny takes back",
		"Every request that the statement allows is denied by another one of the document, whose Deny has no condition.",
		func(l *linter, s *statement) {
			if s.Effect() != policy.Allow {
				return
			}
			for i, st := range l.doc.Statements() {
				d := &statement{Statement: st, index: i}
				if st.Effect() == policy.Deny && d.unconditional() && d.includes(s) {
					l.noteStatement(s, "all that this allows is denied by statement "+strconv.Itoa(i+1), "remove one of the two")
					return
				}
			}
		}, nil},
	{"SUPERFLUOUS_STATEMENT", policy.Suggestion, "A statement that adds nothing",
		"Another statement of the document with the same effect covers the same actions on every resource without a condition.",
		func(l *linter, s *statement) {
			if len(s.Principals()) > 0 {
				return
			}
			for i, st := range l.doc.Statements() {
				d := &statement{Statement: st, index: i}
				if i == s.index || st.Effect() != s.Effect() || !d.unconditional() || !d.includes(s) {
					continue
				}
				if s.unconditional() && s.includes(d) && s.index < i {
					continue // of two that are alike the second is superfluous
				}
				l.noteStatement(s, "statement "+strconv.Itoa(i+1)+" says all of this", "remove it")
				if d.literally() {
					l.certain(l.remove(s))
				}
				return
			}
		}, nil},
	{"SUSPICIOUS_TEXT", policy.Security, "Text that does not read as it is",
		"A name or value has characters that cannot be seen, turn the direction of the text, or look like letters of another script. What is compared is not what one reads.",
		func(l *linter, s *statement) {
			look := func(at policy.Position, text string) {
				if r, why := suspicious(text); why != "" {
					l.note(at, phrase.Quote(text)+" has the character U+"+strings.ToUpper(strconv.FormatInt(int64(r), 16))+": "+why, "write it in plain letters")
				}
			}
			at, _ := s.Position()
			look(at, s.Sid())
			for i, p := range s.Actions() {
				look(s.ActionPosition(i), p.String())
			}
			for i, r := range s.Resources() {
				look(s.ResourcePosition(i), r.String())
			}
			for i, c := range s.clauses() {
				look(s.ClausePosition(i), c.KeyText())
				for _, v := range c.Values() {
					look(s.ClausePosition(i), v)
				}
			}
		}, nil},
	{"UNKNOWN_ACTION", policy.Warning, "An action that the catalog does not have",
		"The catalog knows the service, and has no such action; a pattern covers none. A misspelt action grants or denies nothing.",
		func(l *linter, s *statement) {
			if !l.newNames() {
				return
			}
			for i, p := range s.Actions() {
				service, _, _ := strings.Cut(p.Text(), ":")
				if l.actions[service] == nil || slices.ContainsFunc(s.covered, func(a *catalog.Action) bool { return l.covers(p, a) }) {
					continue
				}
				message := "the catalog has no action that " + p.String() + " covers"
				if _, literal := p.Literal(); literal {
					message = "the catalog has no action " + p.String()
				}
				l.note(s.ActionPosition(i), message, meant(p.String(), l.actions[service]))
			}
		}, nil},
}

// sensitiveKeys are those whose values are random identifiers.
var sensitiveKeys = []string{"g:principalid", "g:userid", "g:domainid", "g:principalaccount", "g:principalorgid", "g:resourceaccount",
	"g:resourceorgid", "g:sourceaccount", "g:sourcevpc", "g:sourcevpce"}

func meant(text string, names []string) string {
	if near := phrase.Nearest(text, names...); near != "" {
		return "did you mean " + near + "?"
	}
	return "look it up with writ catalog"
}

// misfit says why no action of a statement has resources that an entry covers.
func misfit(s *statement, r *resource.Pattern) (why string, bad bool) {
	seg := r.Segments()
	if r.Everything() || r.Void() != nil || r.Form() != resource.URN || len(seg) < 5 || strings.Contains(seg[0]+seg[3], "$") {
		return "", false
	}
	typeless := true
	for _, a := range s.covered {
		typeless = typeless && a.Typeless()
		if mayTouch(a, r) || a.Evidence("resourceTypes") <= catalog.Inferred && a.Evidence("") > catalog.Unknown {
			return "", false
		}
	}
	if typeless {
		return "the actions touch no resource that a policy could name; they need the resource *", true
	}
	return "no action of the statement has resources of the type " + seg[0] + " " + seg[3], true
}

// mayTouch reports whether an action has resources of a type that an entry names,
// or that its wildcards cover.
func mayTouch(a *catalog.Action, r *resource.Pattern) bool {
	if seg := r.Segments(); !strings.ContainsAny(seg[0]+seg[3], "*?") {
		return a.HasType(seg[0], seg[3])
	}
	for typ := range a.Types() {
		n, err := resource.Parse(typ.Service() + ":x:x:" + typ.Type() + ":x")
		differs := r.Differs(n, nil, make([]string, len(r.Variables()))...)
		if err != nil || !slices.Contains(differs, "service") && !slices.Contains(differs, "type") {
			return true
		}
	}
	return false
}

// takes reports whether an action may take a key, on whatever resource.
func takes(a *catalog.Action, k condition.Key) bool {
	return a.KeySet(resource.Name{}).Takes(k) != condition.False
}

// allowed reports whether some Allow of the documents names an action.
func (l *linter) allowed(n action.Name) bool {
	for _, d := range l.docs {
		if d == nil {
			continue
		}
		for _, st := range d.Statements() {
			named := slices.ContainsFunc(st.Actions(), func(p *action.Pattern) bool { return p.Match(n) })
			if st.Effect() == policy.Allow && named != st.NotAction() {
				return true
			}
		}
	}
	return false
}
