package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

var celPeer = &peer{
	name: "cel-go", module: "github.com/google/cel-go", most: 10000,
	how:     "a program for each statement, Deny first, until one decides, or one program of all statements, whichever is faster; optimized, typed, over the segments of the names; patterns are startsWith, endsWith and size; addresses and dates are int.",
	prepare: prepareCEL, compile: compileCEL,
}

// celWhole bounds the statements that are tried as one program: the time to
// compile one grows with the square, 40 s for 1,000.
const celWhole = 100

// The variables. Those of an absent key have a value that no condition wants.
var celNames = []string{"svc", "typ", "op", "rsvc", "region", "account", "rtyp", "id", "user", "team", "ip", "time", "mfa"}

// celActivation holds the variables of a request, in the order of celNames.
type celActivation [13]any

// ResolveName finds a variable.
func (a *celActivation) ResolveName(name string) (any, bool) {
	switch name {
	case "svc":
		return a[0], true
	case "typ":
		return a[1], true
	case "op":
		return a[2], true
	case "rsvc":
		return a[3], true
	case "region":
		return a[4], true
	case "account":
		return a[5], true
	case "rtyp":
		return a[6], true
	case "id":
		return a[7], true
	case "user":
		return a[8], true
	case "team":
		return a[9], true
	case "ip":
		return a[10], true
	case "time":
		return a[11], true
	case "mfa":
		return a[12], true
	}
	return nil, false
}

// Parent is nil: there are no other variables.
func (a *celActivation) Parent() cel.Activation { return nil }

func celEnv() (*cel.Env, error) {
	options := []cel.EnvOption{cel.ParserExpressionSizeLimit(-1)}
	for i, name := range celNames {
		t := cel.StringType
		switch {
		case i == 10 || i == 11:
			t = cel.IntType
		case i == 12:
			t = cel.BoolType
		}
		options = append(options, cel.Variable(name, t))
	}
	return cel.NewEnv(options...)
}

// celSegment compares a variable with a segment of a pattern.
func celSegment(name, p string) string {
	before, behind, ok := strings.Cut(p, "*")
	switch {
	case !ok:
		return fmt.Sprintf("%s == %q", name, p)
	case behind == "" && before == "":
		return ""
	case behind == "":
		return fmt.Sprintf("%s.startsWith(%q)", name, before)
	case before == "":
		return fmt.Sprintf("%s.endsWith(%q)", name, behind)
	}
	return fmt.Sprintf("%s.startsWith(%q) && %s.endsWith(%q) && %s.size() >= %d", name, before, name, behind, name, len(before)+len(behind))
}

// celAny is whether one of the patterns covers the named segments. The
// segments in which most patterns differ come first.
func celAny(patterns []string, names []string, order []int) string {
	var any []string
	for _, p := range patterns {
		if p == "*" {
			return "true"
		}
		var all []string
		segments := strings.Split(p, ":")
		for _, i := range order {
			if c := celSegment(names[i], segments[i]); c != "" {
				all = append(all, c)
			}
		}
		if all == nil {
			return "true"
		}
		any = append(any, strings.Join(all, " && "))
	}
	if len(any) == 1 {
		return any[0]
	}
	return "(" + strings.Join(any, " || ") + ")"
}

func (s *statement) cel() string {
	acts := celAny(s.actions, celNames[:3], []int{0, 1, 2})
	if s.notAction {
		acts = "!(" + acts + ")"
	}
	all := []string{acts, celAny(s.resources, celNames[3:8], []int{0, 4, 2, 3, 1})}
	for i := range s.tests {
		switch t := &s.tests[i]; t.kind {
		case oneOf:
			all = append(all, `user in ["`+strings.Join(t.texts, `", "`)+`"]`)
		case pattern:
			all = append(all, celSegment("team", t.texts[0]))
		case subnet:
			first, end := span(t.net)
			all = append(all, fmt.Sprintf("ip >= %d && ip < %d", first, end))
		case period:
			all = append(all, fmt.Sprintf("time >= %d && time < %d", t.from.Unix(), t.until.Unix()))
		case isTrue:
			all = append(all, "mfa")
		}
	}
	return strings.Join(all, " && ")
}

func celProgram(env *cel.Env, text string) (cel.Program, error) {
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	return env.Program(ast, cel.EvalOptions(cel.OptOptimize))
}

// celPrograms compiles each statement, those that deny first.
func celPrograms(w *workload) (denies, allows []cel.Program, err error) {
	env, err := celEnv()
	if err != nil {
		return nil, nil, err
	}
	for i := range w.statements {
		program, err := celProgram(env, w.statements[i].cel())
		if err != nil {
			return nil, nil, err
		}
		if w.statements[i].deny {
			denies = append(denies, program)
		} else {
			allows = append(allows, program)
		}
	}
	return denies, allows, nil
}

// celOne compiles all statements to one program.
func celOne(w *workload) (cel.Program, error) {
	env, err := celEnv()
	if err != nil {
		return nil, err
	}
	denies, allows := []string{"false"}, []string{"false"}
	for i := range w.statements {
		text := "(" + w.statements[i].cel() + ")"
		if w.statements[i].deny {
			denies = append(denies, text)
		} else {
			allows = append(allows, text)
		}
	}
	return celProgram(env, fmt.Sprintf("%s ? %d : %s ? %d : %d",
		strings.Join(denies, " || "), explicitDeny, strings.Join(allows, " || "), allow, implicitDeny))
}

func compileCEL(w *workload) (func() error, error) {
	return func() error {
		_, _, err := celPrograms(w)
		return err
	}, nil
}

func prepareCEL(w *workload) (*engine, error) {
	requests := make([]celActivation, len(w.questions))
	for i := range w.questions {
		q, a := &w.questions[i], &requests[i]
		for k, s := range strings.Split(q.action+":"+q.resource, ":") {
			a[k] = types.String(s)
		}
		a[8], a[9] = types.String(q.values[keyUser].text), types.String("")
		if v := q.values[keyTeam]; v.present {
			a[9] = types.String(v.text)
		}
		a[10], a[11] = types.Int(inNumber(q.values[keyIP].addr)), types.Int(q.values[keyTime].time.Unix())
		a[12] = types.Bool(q.values[keyMFA].present && q.values[keyMFA].truth)
	}
	denies, allows, err := celPrograms(w)
	if err != nil {
		return nil, err
	}
	holds := func(programs []cel.Program, i int) (bool, error) {
		for _, p := range programs {
			if v, _, err := p.Eval(&requests[i]); err != nil || v == types.True {
				return err == nil, err
			}
		}
		return false, nil
	}
	each := &engine{name: "cel-go", decide: func(i int) verdict {
		denied, err := holds(denies, i)
		if err != nil {
			return other
		}
		if denied {
			return explicitDeny
		}
		allowed, err := holds(allows, i)
		if err != nil {
			return other
		}
		if allowed {
			return allow
		}
		return implicitDeny
	}}
	if len(w.statements) > celWhole {
		return each, nil
	}
	program, err := celOne(w)
	if err != nil {
		return nil, err
	}
	whole := &engine{name: "cel-go", decide: func(i int) verdict {
		v, _, err := program.Eval(&requests[i])
		if n, ok := v.(types.Int); ok && err == nil {
			return verdict(n)
		}
		return other
	}}
	return faster(each, whole), nil
}

// faster has two ways through a library take turns, and keeps the faster.
func faster(a, b *engine) *engine {
	var took [2]time.Duration
	for range 5 {
		for k, e := range []*engine{a, b} {
			start := time.Now()
			for i := range 16 {
				sink += int(e.decide(i))
			}
			took[k] += time.Since(start)
		}
	}
	if took[0] <= took[1] {
		return a
	}
	return b
}
