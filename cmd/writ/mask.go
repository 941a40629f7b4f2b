package main

import (
	"slices"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/condition"
)

// mask are the condition keys whose values an answer does not show; * is all.
type mask []string

// masked stands for a value that is not shown.
const masked = "***"

func (m mask) all() bool { return slices.Contains(m, "*") }

func (m mask) hides(k condition.Key) bool {
	return m.all() || slices.ContainsFunc(m, func(s string) bool { return condition.NewKey(s) == k })
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
