package main

import (
	"strconv"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
)

// casbinHow is the path of casbin.
const casbinHow = "one line for each pair of an action and a resource, `wild(r.act, p.act) && wild(r.res, p.res) && holds(r.ctx, p.cond)`, where wild is keyMatch with stars anywhere and conditions are compiled Go functions; deny overrides. Denials are not told apart. "

var casbinPeer = &peer{
	name: "casbin", module: "github.com/casbin/casbin/v2", most: 10000, how: casbinHow + "Enforcer, which keeps no answers.",
	prepare: func(w *workload) (*engine, error) { return prepareCasbin(w, false) }, compile: compileCasbin, loads: true,
}

var casbinCachedPeer = &peer{
	name: "casbin cached", module: "github.com/casbin/casbin/v2", most: 1000, cached: true,
	how:     "as before, by CachedEnforcer, on the hot requests, each of which it has answered before: it looks the answers up. Shown apart; no bar counts it.",
	prepare: func(w *workload) (*engine, error) { return prepareCasbin(w, true) },
}

const casbinModel = `
[request_definition]
r = act, res, ctx
[policy_definition]
p = act, res, cond, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = wild(r.act, p.act) && wild(r.res, p.res) && holds(r.ctx, p.cond)
`

// casbinContext is the third argument of a request. Its key names it in the cache.
type casbinContext struct {
	values *[keyCount]loopValue
	key    string
}

// GetCacheKey lets the cached enforcer tell requests apart.
func (c *casbinContext) GetCacheKey() string { return c.key }

// casbinLines writes a line for each pair of an action and a resource. A line
// of NotAction has all of its actions, behind an exclamation mark.
func casbinLines(w *workload) (lines []string) {
	for i, s := range w.statements {
		actions := s.actions
		if s.notAction {
			actions = []string{"!" + strings.Join(s.actions, " ")}
		}
		condition := ""
		if s.tests != nil {
			condition = strconv.Itoa(i)
		}
		effect := map[bool]string{false: "allow", true: "deny"}[s.deny]
		for _, a := range actions {
			for _, r := range s.resources {
				lines = append(lines, strings.Join([]string{"p", a, r, condition, effect}, ", "))
			}
		}
	}
	return lines
}

// casbinWild is keyMatch with stars anywhere.
func casbinWild(args ...any) (any, error) {
	text, p := args[0].(string), args[1].(string)
	if none, ok := strings.CutPrefix(p, "!"); ok {
		for _, p := range strings.Fields(none) {
			if wildcard(p, text) {
				return false, nil
			}
		}
		return true, nil
	}
	return wildcard(p, text), nil
}

// addCasbinFunctions adds those of the matcher.
func addCasbinFunctions(e *casbin.Enforcer, statements []loopStatement) {
	e.AddFunction("wild", casbinWild)
	e.AddFunction("holds", func(args ...any) (any, error) {
		condition := args[1].(string)
		if condition == "" {
			return true, nil
		}
		i, err := strconv.Atoi(condition)
		if err != nil {
			return nil, err
		}
		values := args[0].(*casbinContext).values
		for k := range statements[i].tests {
			if t := &statements[i].tests[k]; !t.holds(&values[t.key]) {
				return false, nil
			}
		}
		return true, nil
	})
}

// newCasbin loads the lines of a policy file.
func newCasbin(lines []string, statements []loopStatement) (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		if err := persist.LoadPolicyLine(line, m); err != nil {
			return nil, err
		}
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, err
	}
	addCasbinFunctions(e, statements)
	return e, nil
}

func compileCasbin(w *workload) (func() error, error) {
	lines, statements := casbinLines(w), compileLoop(w.statements)
	return func() error {
		_, err := newCasbin(lines, statements)
		return err
	}, nil
}

func prepareCasbin(w *workload, cached bool) (*engine, error) {
	statements, prepared := compileLoop(w.statements), loopRequests(w.questions)
	plain, err := newCasbin(casbinLines(w), statements)
	if err != nil {
		return nil, err
	}
	requests := make([][]any, len(w.questions))
	for i := range w.questions {
		q := &w.questions[i]
		requests[i] = []any{q.action, q.resource, &casbinContext{&prepared[i].values, strconv.Itoa(i)}}
	}
	decide := func(enforce func(...any) (bool, error), i int) verdict {
		switch ok, err := enforce(requests[i]...); {
		case err != nil:
			return other
		case ok:
			return allow
		}
		return implicitDeny
	}
	if !cached {
		return &engine{name: "casbin", coarse: true, decide: func(i int) verdict { return decide(plain.Enforce, i) }}, nil
	}
	keeps, err := casbin.NewCachedEnforcer(plain.GetModel())
	if err != nil {
		return nil, err
	}
	addCasbinFunctions(keeps.Enforcer, statements)
	return &engine{name: "casbin cached", coarse: true, decide: func(i int) verdict { return decide(keeps.Enforce, i) }}, nil
}
