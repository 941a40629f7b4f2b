package main

import (
	"slices"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/phrase"
)

// mask are the condition keys whose values an answer does not show; * is all.
type mask []string

// masked stands for a value that is not shown.
const masked = "***"

func (m mask) all() bool { return slices.Contains(m, "*") }

func (m mask) hides(k condition.Key) bool {
	return m.all() || slices.ContainsFunc(m, func(s string) bool { return condition.NewKey(s) == k })
}

// check refuses a key that nothing has, which would hide nothing. A request has
// the keys of the catalog and those that the command line gives.
func (m mask) check(cat *catalog.Catalog, context []string) error {
	var names []string
	for _, text := range context {
		name, _, _ := strings.Cut(text, "=")
		names = append(names, name)
	}
	for k := range cat.Keys() {
		names = append(names, k.String())
	}
	for _, s := range m {
		key := condition.NewKey(s)
		_, known := cat.Key(key)
		if known || s == "*" || s != "" && slices.ContainsFunc(names, func(n string) bool { return condition.NewKey(n) == key }) {
			continue
		}
		hint := "give a key of writ catalog keys or of --context, or * for every key"
		if near := phrase.Nearest(s, names...); near != "" && !m.all() {
			hint = "did you mean " + near + "?"
		}
		return usagef("--mask %q: there is no such condition key; %s", s, hint)
	}
	return nil
}

// apply hides in a trial what the request has.
func (m mask) apply(t writ.Trial) writ.Trial {
	t.Checks = slices.Clone(t.Checks)
	for i := range t.Checks {
		if c := &t.Checks[i]; c.Element == writ.ConditionElement && !c.Absent && m.hides(condition.NewKey(c.Key)) {
			c.Got = masked
		}
	}
	return t
}
