package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

var opaPeer = &peer{
	name: "OPA", module: "github.com/open-policy-agent/opa", most: 100000, indexed: true,
	how:     "a prepared query over Rego rules that the rule index serves: one rule for each pair of an action and a resource, literal segments as equalities with input; or the same after partial evaluation, whichever is faster. The input is parsed beforehand.",
	prepare: prepareOPA, compile: compileOPA,
}

// opaSegments compares the segments of a pattern with fields of input.
func opaSegments(names []string, p string) (all []string) {
	if p == "*" {
		return nil
	}
	for i, segment := range strings.Split(p, ":") {
		name := "input." + names[i]
		before, behind, ok := strings.Cut(segment, "*")
		switch {
		case !ok:
			all = append(all, fmt.Sprintf("%s == %q", name, segment))
			continue
		case before != "":
			all = append(all, fmt.Sprintf("startswith(%s, %q)", name, before))
		}
		if behind != "" {
			all = append(all, fmt.Sprintf("endswith(%s, %q)", name, behind))
		}
		if before != "" && behind != "" {
			all = append(all, fmt.Sprintf("count(%s) >= %d", name, len(before)+len(behind)))
		}
	}
	return all
}

func (t *test) opa() []string {
	switch t.kind {
	case oneOf:
		return []string{`input.user in {"` + strings.Join(t.texts, `", "`) + `"}`}
	case pattern:
		return opaSegments(celNames[9:10], t.texts[0])
	case subnet:
		first, end := span(t.net)
		return []string{fmt.Sprintf("input.ip >= %d", first), fmt.Sprintf("input.ip < %d", end)}
	case period:
		return []string{fmt.Sprintf("input.time >= %d", t.from.Unix()), fmt.Sprintf("input.time < %d", t.until.Unix())}
	}
	return []string{"input.mfa == true"}
}

// opaText writes the rules.
func opaText(w *workload) string {
	var b strings.Builder
	b.WriteString("package bench\n\ndefault decision := 0\n\ndecision := 2 if deny\n\nelse := 1 if allow\n\ndefault deny := false\n\ndefault allow := false\n\n")
	for i := range w.statements {
		s := &w.statements[i]
		name := map[bool]string{false: "allow", true: "deny"}[s.deny]
		acts := make([][]string, 0, len(s.actions))
		for _, a := range s.actions {
			acts = append(acts, opaSegments(celNames[:3], a))
		}
		if s.notAction {
			// Of NotAction, the workloads have one entry for one service.
			acts = [][]string{{"not " + opaSegments(celNames[:3], s.actions[0])[0]}}
		}
		for _, act := range acts {
			for _, r := range s.resources {
				body := append(append([]string(nil), act...), opaSegments(celNames[3:8], r)...)
				for k := range s.tests {
					body = append(body, s.tests[k].opa()...)
				}
				if body == nil {
					body = []string{"true"}
				}
				fmt.Fprintf(&b, "%s if {\n\t%s\n}\n\n", name, strings.Join(body, "\n\t"))
			}
		}
	}
	return b.String()
}

func opaQuery(text string, partial bool) (rego.PreparedEvalQuery, error) {
	r := rego.New(rego.Query("data.bench.decision"), rego.Module("bench.rego", text))
	if partial {
		return r.PrepareForEval(context.Background(), rego.WithPartialEval())
	}
	return r.PrepareForEval(context.Background())
}

func compileOPA(w *workload) (func() error, error) {
	text := opaText(w)
	return func() error {
		_, err := opaQuery(text, false)
		return err
	}, nil
}

func prepareOPA(w *workload) (*engine, error) {
	inputs := make([]ast.Value, len(w.questions))
	for i := range w.questions {
		q := &w.questions[i]
		fields := map[string]any{
			"user": q.values[keyUser].text, "ip": int(inNumber(q.values[keyIP].addr)), "time": int(q.values[keyTime].time.Unix()),
		}
		for k, s := range strings.Split(q.action+":"+q.resource, ":") {
			fields[celNames[k]] = s
		}
		if v := q.values[keyMFA]; v.present {
			fields["mfa"] = v.truth
		}
		if v := q.values[keyTeam]; v.present {
			fields["team"] = v.text
		}
		v, err := ast.InterfaceToValue(fields)
		if err != nil {
			return nil, err
		}
		inputs[i] = v
	}
	ctx, text := context.Background(), opaText(w)
	prepare := func(partial bool) (*engine, error) {
		query, err := opaQuery(text, partial)
		return &engine{name: "OPA", decide: func(i int) verdict {
			results, err := query.Eval(ctx, rego.EvalParsedInput(inputs[i]))
			if err != nil || len(results) != 1 {
				return other
			}
			switch n, _ := results[0].Expressions[0].Value.(json.Number); n {
			case "0":
				return implicitDeny
			case "1":
				return allow
			case "2":
				return explicitDeny
			}
			return other
		}}, err
	}
	indexed, err := prepare(false)
	if err != nil || len(w.statements) > opaPartial {
		return indexed, err
	}
	partial, err := prepare(true)
	if err != nil {
		return nil, err
	}
	return faster(indexed, partial), nil
}

// opaPartial bounds the statements for which partial evaluation is tried.
const opaPartial = 100
