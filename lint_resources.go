package writ

import (
	"iter"
	"slices"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// resourceRules are about resources and variables.
var resourceRules = []Rule{
	{"DENY_VARIABLE", policy.Security, "A Deny with a variable that may be absent",
		"A statement with a variable that a request does not have matches nothing, a Deny too (huawei.md A-10): whoever lacks it is not denied. Give the variable a default.",
		func(l *linter, s *statement) {
			if s.Effect() != policy.Deny || l.doc.Dialect().IsCAM() {
				return
			}
			look := func(at policy.Position, text string) {
				for key, fixed := range variables(text) {
					if !fixed && !slices.Contains(alwaysThere, condition.NewKey(key).String()) {
						l.note(at, "where a request has no "+key+" this denies nothing", "give it a default: ${"+key+", 'none'}")
					}
				}
			}
			for i, r := range s.Resources() {
				look(s.ResourcePosition(i), r.String())
			}
			for i, c := range s.clauses() {
				for _, v := range c.Values() {
					look(s.ClausePosition(i), v)
				}
			}
		}, nil},
	{"MULTI_VALUED_VARIABLE", policy.Warning, "A variable with several values",
		"A key that can have several values never stands for a text: the statement matches nothing (huawei.md P-28).",
		func(l *linter, s *statement) {
			if l.doc.Dialect().IsCAM() {
				return
			}
			look := func(at policy.Position, text string) {
				for key := range variables(text) {
					if k, known := l.catalog.Key(condition.NewKey(key)); known && k.Multi() {
						l.note(at, key+" can have several values: the statement matches nothing", "compare the key in a condition, with ForAnyValue")
					}
				}
			}
			for i, r := range s.Resources() {
				look(s.ResourcePosition(i), r.String())
			}
			for i, c := range s.clauses() {
				for _, v := range c.Values() {
					look(s.ClausePosition(i), v)
				}
			}
		}, nil},
	{"NO_RESOURCE_LEVEL", policy.Warning, "An action that no named resource covers",
		"The action is asked for with the resource *, and the statement names others. In Huawei Cloud an Allow does not allow it and a Deny denies it altogether (huawei.md A-3); in Tencent Cloud the statement does not cover it (tencent-cam.md R5). Of actions that Tencent Cloud's tables leave out that is the vendor's rule, and newer lists know exceptions.",
		func(l *linter, s *statement) {
			if s.NotAction() || s.NotResource() || s.everyResource() || l.doc.Dialect().IsOld() {
				return
			}
			if s.whole && !slices.ContainsFunc(s.covered, func(a *catalog.Action) bool { return !a.Typeless() }) {
				return // RESOURCE_TYPE says it
			}
			for i, p := range s.Actions() {
				a, none := takesNoResource(l, p)
				if !none {
					continue
				}
				does := "this does not allow it"
				switch {
				case s.Effect() == policy.Deny && p.IsCAM():
					does = "this does not deny it"
				case s.Effect() == policy.Deny:
					does = "this denies it altogether"
				}
				l.note(s.ActionPosition(i), a.String()+" touches no resource that a policy could name: "+does, "give it a statement of its own with the resource *")
			}
		}, nil},
	{"OBS_PATH", policy.Warning, "A path with characters that OBS does not take",
		"In a v1.1 policy the path of a bucket or object has letters, digits and -_*./\\ only; other characters are to be covered with * (huawei.md P-21).",
		func(l *linter, s *statement) {
			if l.doc.Dialect() != policy.HuaweiPolicy {
				return
			}
			for i, r := range s.Resources() {
				if r.Form() != resource.URN || r.Segments()[0] != "obs" {
					continue
				}
				path := r.Segments()[4]
				for j := strings.Index(path, "${"); j >= 0; j = strings.Index(path, "${") {
					k := strings.IndexByte(path[j:], '}')
					if k < 0 {
						break
					}
					path = path[:j] + path[j+k+1:]
				}
				if j := strings.IndexFunc(path, func(c rune) bool {
					return (c < '0' || '9' < c) && (c < 'A' || 'Z' < c) && (c < 'a' || 'z' < c) && !strings.ContainsRune(`-_*./\`, c)
				}); j >= 0 {
					l.note(s.ResourcePosition(i), phrase.Quote(r.String())+" has characters that OBS does not take in a policy", "write * for them")
				}
			}
		}, nil},
}

// takesNoResource reports whether an action is asked for without a resource that
// a policy could name.
func takesNoResource(l *linter, p *action.Pattern) (a *catalog.Action, none bool) {
	n, literal := p.Literal()
	a, known := l.catalog.Action(n)
	return a, literal && known && (a.Typeless() || n.IsCAM() && a.OperationLevel())
}

// alwaysThere are the keys that every request has (huawei.md 6.2).
var alwaysThere = []string{"g:currenttime", "g:domainid", "g:domainname", "g:principalaccount", "g:principalid", "g:principalurn"}

// variables yields the variables of a text and whether they have a default.
func variables(text string) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		for {
			_, rest, found := strings.Cut(text, "${")
			inner, after, closed := strings.Cut(rest, "}")
			if !found || !closed {
				return
			}
			key, _, fixed := strings.Cut(inner, ",")
			if key = strings.TrimSpace(key); len(key) > 1 && !yield(key, fixed) {
				return
			}
			text = after
		}
	}
}
