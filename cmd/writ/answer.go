package main

import (
	"slices"

	"github.com/writ-policy/writ"
)

// answer is the JSON form of a verdict.
type answer struct {
	Version    int             `json:"version"`
	Allowed    bool            `json:"allowed"`
	Outcome    string          `json:"outcome"`
	Action     string          `json:"action"`
	Guardrail  *layerJSON      `json:"guardrail,omitempty"`
	Resource   string          `json:"resource,omitempty"`
	Statements []statementJSON `json:"statements"`
	Missing    []string        `json:"missing"`
	Examined   int             `json:"examined"`
	Candidates []candidateJSON `json:"candidates"` // that name the action, the nearest first
	OutOfScope []outsideJSON   `json:"outOfScope"` // that fit, and are granted at another scope
	Repair     []changeJSON    `json:"repair"`     // what would make it allowed
	Trace      []trialJSON     `json:"trace,omitempty"`
	Notes      []string        `json:"notes"`
	Expect     string          `json:"expect,omitempty"`
	Met        *bool           `json:"met,omitempty"`
}

type layerJSON struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

type statementJSON struct {
	Layer  layerJSON `json:"layer"`
	File   string    `json:"file"`
	Index  int       `json:"index"` // from 0
	Line   int       `json:"line"`
	Column int       `json:"column"`
	Sid    string    `json:"sid"`
	Effect string    `json:"effect"`
}

func statementOf(r writ.Reason) statementJSON {
	pos, _ := r.Statement().Position()
	return statementJSON{layerJSON{r.Layer.Kind.String(), r.Layer.Name}, r.Document.File(), r.Index, pos.Line, pos.Column, r.Statement().Sid(), r.Statement().Effect().String()}
}

func (v *verdict) json(expect string) answer {
	out := answer{
		Version: jsonVersion, Allowed: v.e.Decision.Allowed(), Outcome: v.outcome(), Action: v.asked,
		Statements: []statementJSON{}, Missing: []string{}, Examined: v.total(), Candidates: []candidateJSON{}, OutOfScope: []outsideJSON{}, Repair: []changeJSON{}, Notes: append([]string{}, v.notes...), Expect: expect,
	}
	out.Resource, _ = v.refused()
	if l, ok := v.e.Decision.Guardrail(); ok {
		out.Guardrail = &layerJSON{l.Kind.String(), l.Name}
	}
	for r := range v.e.Reasons() {
		out.Statements = append(out.Statements, statementOf(r))
		if out.Outcome != "undecided" {
			continue
		}
		for _, key := range v.absent(r) {
			if !slices.Contains(out.Missing, key) {
				out.Missing = append(out.Missing, key)
			}
		}
	}
	for _, t := range v.named() {
		out.Candidates = append(out.Candidates, candidateOf(t))
	}
	for _, t := range v.outside() {
		out.OutOfScope = append(out.OutOfScope, outsideJSON{statementOf(t.Reason), t.Checks[0].Want})
	}
	if v.trace {
		for t := range v.e.Trials() {
			out.Trace = append(out.Trace, trialJSON{candidateOf(v.mask.apply(t)), !skipped(t), t.Result.String()})
		}
	}
	if r, ok := v.e.Repair(); ok {
		for _, c := range r.Changes {
			out.Repair = append(out.Repair, changeOf(c))
		}
	}
	if expect != "" {
		met := v.is(expect)
		out.Met = &met
	}
	return out
}

// outsideJSON is a statement that is granted at another scope.
type outsideJSON struct {
	statementJSON
	Scope string `json:"scope"`
}

// candidateJSON is a statement that could have granted what is refused.
type candidateJSON struct {
	statementJSON
	Checks []checkJSON `json:"checks"`
}

// trialJSON is how a statement fares, for --trace.
type trialJSON struct {
	candidateJSON
	Considered bool   `json:"considered"`
	Result     string `json:"result"` // true, false or unknown
}

type checkJSON struct {
	Element  string   `json:"element"`
	Result   string   `json:"result"` // true, false or unknown
	Want     string   `json:"want"`
	Got      string   `json:"got"`
	Absent   bool     `json:"absent"`
	Segments []string `json:"segments"`
	Line     int      `json:"line"` // 0 if it has no place
	Column   int      `json:"column"`
}

func candidateOf(t writ.Trial) candidateJSON {
	out := candidateJSON{statementJSON: statementOf(t.Reason), Checks: []checkJSON{}}
	for _, c := range t.Checks {
		out.Checks = append(out.Checks, checkJSON{c.Element.String(), c.Result.String(), c.Want, c.Got, c.Absent,
			append([]string{}, c.Segments...), c.Position.Line, c.Position.Column})
	}
	return out
}

type changeJSON struct {
	Kind      string         `json:"kind"` // set-key, unset-key, add-statement or remove-statement
	Key       string         `json:"key,omitempty"`
	Value     string         `json:"value,omitempty"`
	Layer     *layerJSON     `json:"layer,omitempty"`
	Text      string         `json:"text,omitempty"`
	Statement *statementJSON `json:"statement,omitempty"`
}

func changeOf(c writ.Change) changeJSON {
	switch c.Kind {
	case writ.SetKey:
		return changeJSON{Kind: "set-key", Key: c.Key, Value: c.Value.String()}
	case writ.UnsetKey:
		return changeJSON{Kind: "unset-key", Key: c.Key}
	case writ.AddStatement:
		return changeJSON{Kind: "add-statement", Layer: &layerJSON{c.Layer.Kind.String(), c.Layer.Name}, Text: c.Text}
	}
	st := statementOf(c.Statement)
	return changeJSON{Kind: "remove-statement", Statement: &st}
}
