package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/resource"
)

// callVerdict is the answer of can --api.
type callVerdict struct {
	d      *writ.CallDecision
	cat    *catalog.Catalog
	call   *writ.Call
	steps  []*verdict // of the actions that must be allowed
	others []*verdict // of those that the API depends on
	notes  []string
}

// call reads --api: METHOD /path.
func (f *canFlags) call(req *writ.Request) (*writ.Call, error) {
	method, path, ok := strings.Cut(strings.TrimSpace(f.api), " ")
	path = strings.TrimSpace(path)
	if !ok || !strings.HasPrefix(path, "/") {
		return nil, usagef(`--api %q: write the method and the path, as in "DELETE /v3/p1/vaults/v1"`, f.api)
	}
	return &writ.Call{Method: method, Path: path, Region: f.region, Dependent: f.dependent, Request: *req}, nil
}

// decideCall decides a call. With an error, the answer is there if the call cannot
// be decided for what the command line does not say.
func (f *canFlags) decideCall(set *writ.Set, cat *catalog.Catalog, req *writ.Request, notes []string) (*callVerdict, error) {
	call, err := f.call(req)
	if err != nil {
		return nil, err
	}
	v := &callVerdict{d: set.DecideCall(call), cat: cat, call: call, notes: notes}
	var unnamed *resource.Error
	if errors.As(v.d.Err(), &unnamed) {
		fix := unnamed.Fix
		switch unnamed.Segment {
		case "region", "account":
			fix = "give --region and --account"
		case "scope":
			fix = "leave --scope out"
		}
		return v, usagef("%s cannot be decided: %s%s", phrase.Quote(f.api), unnamed.Reason, strings.TrimSuffix("; "+fix, "; "))
	}
	for s := range v.d.Steps() {
		asked := spelled(cat, s.Request.Action)
		one := &verdict{set: set, cat: cat, req: s.Request, asked: asked, e: set.Explain(s.Request), trace: f.trace, mask: f.mask, notes: f.requestNotes(cat, s.Request, asked)}
		if len(v.steps) > 0 {
			one.notes = nil // said once
		}
		if s.Dependent {
			v.others = append(v.others, one)
		} else {
			v.steps = append(v.steps, one)
		}
	}
	return v, nil
}

// needed are the verdicts that must all allow.
func (v *callVerdict) needed() []*verdict {
	if v.call.Dependent {
		return slices.Concat(v.steps, v.others)
	}
	return v.steps
}

// worst is the verdict that decides the call; nil if the call is undecided since
// nobody knows what it depends on.
func (v *callVerdict) worst() *verdict {
	for _, s := range v.needed() {
		if s.e.Decision.Outcome() == v.d.Outcome() {
			return s
		}
	}
	return nil
}

// missing lists the dependent actions that are not allowed.
func (v *callVerdict) missing() []string {
	out := []string{}
	for _, s := range v.others {
		if !s.e.Decision.Allowed() {
			out = append(out, s.asked)
		}
	}
	return out
}

// Calls are of Huawei Cloud, where a guardrail never denies explicitly.
func (v *callVerdict) is(want string) bool { return meets(v.d.Outcome(), want) }
func (v *callVerdict) outcome() string     { return outcomeWord(v.d.Outcome()) }
func (v *callVerdict) code() int           { return codeOf(v.d.Outcome()) }

func (v *callVerdict) print(p *printer) {
	if err := v.d.Err(); err != nil {
		p.line(span{"DENIED (implicit)", red}, ": ", err.Error())
		if v.d.API() == nil {
			hint := "paths are compared letter by letter, and nothing in them is decoded; writ catalog apis lists them"
			switch {
			case v.call.Method != strings.ToUpper(v.call.Method):
				hint = "write the method in capitals"
			case strings.ContainsAny(v.call.Path, "?# "):
				hint = "give the path alone, without query and protocol"
			}
			p.line("  ", hint)
		}
		return
	}
	steps := v.needed()
	several := len(steps) > 1
	headline := func() { p.line(span{"UNDECIDED", yellow}, ": no source says what the call depends on") }
	w := v.worst()
	if w != nil {
		headline = func() { p.line(w.headline()) }
	}
	if several {
		headline()
	}
	for _, s := range steps {
		on := "no resource"
		if names := resourceTexts(s.req.Resources); len(names) > 0 {
			on = strings.Join(names, ", ")
		}
		need := fmt.Sprintf("%s %s needs %s on %s", v.d.API().Method(), v.d.API().Path(), s.asked, on)
		if several {
			p.line(need, ":")
		}
		if s.print(p); !several {
			p.line("  ", need)
		}
	}
	if w == nil && !several {
		headline()
	}
	if !v.call.Dependent {
		for _, name := range v.missing() {
			p.line(span{"missing", yellow}, ": the call depends on ", name, ", which is not allowed")
		}
	}
	for _, n := range v.notes {
		p.line(span{"note", cyan}, ": ", n)
	}
}

func resourceTexts(names []resource.Name) []string {
	out := []string{}
	for _, n := range names {
		out = append(out, n.String())
	}
	return out
}

// callAnswer is the JSON form.
type callAnswer struct {
	Version   int        `json:"version"`
	Allowed   bool       `json:"allowed"`
	Outcome   string     `json:"outcome"`
	API       *apiJSON   `json:"api"` // null if none serves the call
	Reason    string     `json:"reason,omitempty"`
	Actions   []stepJSON `json:"actions"`
	Dependent []stepJSON `json:"dependentActions"`
	Missing   []string   `json:"missing"` // dependent actions that are not allowed
	Notes     []string   `json:"notes"`
	Expect    string     `json:"expect,omitempty"`
	Met       *bool      `json:"met,omitempty"`
}

// stepJSON is the answer about one action of a call.
type stepJSON struct {
	answer
	Resources []string `json:"resources"`
}

func (v *callVerdict) json(expect string) callAnswer {
	out := callAnswer{Version: jsonVersion, Allowed: v.d.Allowed(), Outcome: v.outcome(), Actions: []stepJSON{}, Dependent: []stepJSON{},
		Missing: v.missing(), Notes: append([]string{}, v.notes...), Expect: expect}
	if api := v.d.API(); api != nil {
		a := apiOf(v.cat, api)
		out.API = &a
	}
	if err := v.d.Err(); err != nil {
		out.Reason = err.Error()
	}
	for _, s := range v.steps {
		out.Actions = append(out.Actions, stepJSON{s.json(""), resourceTexts(s.req.Resources)})
	}
	for _, s := range v.others {
		out.Dependent = append(out.Dependent, stepJSON{s.json(""), resourceTexts(s.req.Resources)})
	}
	if expect != "" {
		met := v.is(expect)
		out.Met = &met
	}
	return out
}
