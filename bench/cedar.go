package main

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"
)

var cedarPeer = &peer{
	name: "cedar-go", module: "github.com/cedar-policy/cedar-go", most: 10000,
	how:     "Authorize over static entities. Patterns of actions are action groups (`action in`), a single full URN stands in the scope, patterns of resources are `like`; addresses and dates are Long.",
	prepare: prepareCedar, compile: compileCedar,
}

// cedar writes a statement as a policy.
func (s *statement) cedar() string {
	var b strings.Builder
	b.WriteString(map[bool]string{false: "permit", true: "forbid"}[s.deny] + " (principal, ")
	var conditions []string
	groups := make([]string, len(s.actions))
	for i, a := range s.actions {
		groups[i] = fmt.Sprintf("Action::%q", a)
	}
	in := "action in [" + strings.Join(groups, ", ") + "]"
	switch {
	case s.notAction:
		b.WriteString("action")
		conditions = append(conditions, "!("+in+")")
	case len(groups) == 1 && !strings.Contains(s.actions[0], "*"):
		b.WriteString("action == " + groups[0])
	case len(groups) == 1:
		b.WriteString("action in " + groups[0])
	default:
		b.WriteString(in)
	}
	if len(s.resources) == 1 && !strings.Contains(s.resources[0], "*") {
		fmt.Fprintf(&b, ", resource == Urn::%q)", s.resources[0])
	} else {
		b.WriteString(", resource)")
		var any []string
		for _, r := range s.resources {
			switch {
			case r == "*":
				any = append(any, "true")
			case strings.Contains(r, "*"):
				any = append(any, fmt.Sprintf("context.urn like %q", r))
			default:
				any = append(any, fmt.Sprintf("resource == Urn::%q", r))
			}
		}
		conditions = append(conditions, "("+strings.Join(any, " || ")+")")
	}
	for i := range s.tests {
		conditions = append(conditions, s.tests[i].cedar())
	}
	if conditions != nil {
		b.WriteString(" when { " + strings.Join(conditions, " && ") + " }")
	}
	return b.String() + ";\n"
}

func (t *test) cedar() string {
	switch t.kind {
	case oneOf:
		return `["` + strings.Join(t.texts, `", "`) + `"].contains(context.user)`
	case pattern:
		return fmt.Sprintf("context has team && context.team like %q", t.texts[0])
	case subnet:
		first, end := span(t.net)
		return fmt.Sprintf("context.ip >= %d && context.ip < %d", first, end)
	case period:
		return fmt.Sprintf("context.time >= %d && context.time < %d", t.from.Unix(), t.until.Unix())
	}
	return "context has mfa && context.mfa"
}

// cedarText writes all statements, as one file of policies.
func cedarText(w *workload) []byte {
	var b strings.Builder
	for i := range w.statements {
		b.WriteString(w.statements[i].cedar())
	}
	return []byte(b.String())
}

func compileCedar(w *workload) (func() error, error) {
	text := cedarText(w)
	return func() error {
		_, err := cedar.NewPolicySetFromBytes("policies.cedar", text)
		return err
	}, nil
}

// cedarActions makes the actions, members of the patterns that cover them.
func cedarActions(w *workload) cedar.EntityMap {
	seen, groups := make(map[string]bool), []string(nil)
	for _, s := range w.statements {
		for _, a := range s.actions {
			if strings.Contains(a, "*") && !seen[a] {
				seen[a] = true
				groups = append(groups, a)
			}
		}
	}
	entities := make(cedar.EntityMap)
	for _, name := range actionNames() {
		var parents []cedar.EntityUID
		for _, g := range groups {
			if anyCovers([]string{g}, name) {
				parents = append(parents, cedar.NewEntityUID("Action", cedar.String(g)))
			}
		}
		uid := cedar.NewEntityUID("Action", cedar.String(name))
		entities[uid] = cedar.Entity{UID: uid, Parents: cedar.NewEntityUIDSet(parents...)}
	}
	return entities
}

func prepareCedar(w *workload) (*engine, error) {
	set, err := cedar.NewPolicySetFromBytes("policies.cedar", cedarText(w))
	if err != nil {
		return nil, err
	}
	entities := cedarActions(w)
	requests := make([]cedar.Request, len(w.questions))
	for i := range w.questions {
		q := &w.questions[i]
		record := cedar.RecordMap{
			"urn": cedar.String(q.resource), "user": cedar.String(q.values[keyUser].text),
			"ip": cedar.Long(inNumber(q.values[keyIP].addr)), "time": cedar.Long(q.values[keyTime].time.Unix()),
		}
		if v := q.values[keyMFA]; v.present {
			record["mfa"] = cedar.Boolean(v.truth)
		}
		if v := q.values[keyTeam]; v.present {
			record["team"] = cedar.String(v.text)
		}
		requests[i] = cedar.Request{
			Principal: cedar.NewEntityUID("User", cedar.String(q.values[keyUser].text)),
			Action:    cedar.NewEntityUID("Action", cedar.String(q.action)),
			Resource:  cedar.NewEntityUID("Urn", cedar.String(q.resource)),
			Context:   cedar.NewRecord(record),
		}
	}
	return &engine{name: "cedar-go", decide: func(i int) verdict {
		decision, diagnostic := cedar.Authorize(set, entities, requests[i])
		switch {
		case len(diagnostic.Errors) > 0:
			return other
		case decision == cedar.Allow:
			return allow
		case len(diagnostic.Reasons) > 0:
			return explicitDeny
		}
		return implicitDeny
	}}, nil
}
