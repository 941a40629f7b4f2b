package main

// The plain loop is what one writes first: a pass over all statements, with one
// matcher for the whole text of a name. It builds no index and allocates nothing.

// wildcard matches a pattern with stars, in one pass with one place to go back to.
func wildcard(p, s string) bool {
	pi, si, star, mark := 0, 0, -1, 0
	for si < len(s) {
		switch {
		case pi < len(p) && p[pi] == '*':
			star, mark = pi, si
			pi++
		case pi < len(p) && p[pi] == s[si]:
			pi++
			si++
		case star >= 0:
			mark++
			pi, si = star+1, mark
		default:
			return false
		}
	}
	for pi < len(p) && p[pi] == '*' {
		pi++
	}
	return pi == len(p)
}

// loopStatement is a compiled statement.
type loopStatement struct {
	deny, notAction, everything bool
	actions, resources          []string
	tests                       []loopTest
}

// loopTest is a compiled condition: addresses and moments are integers.
type loopTest struct {
	kind       testKind
	key        int
	texts      []string
	from, till int64
}

type loopValue struct {
	present, truth bool
	text           string
	number         int64
}

// loopRequest is a prepared request: its values are typed.
type loopRequest struct {
	action, resource string
	values           [keyCount]loopValue
}

func compileLoop(statements []statement) []loopStatement {
	out := make([]loopStatement, len(statements))
	for i := range statements {
		s, c := &statements[i], &out[i]
		c.deny, c.notAction = s.deny, s.notAction
		c.actions = s.actions
		for _, r := range s.resources {
			if c.everything = c.everything || r == "*"; r != "*" {
				c.resources = append(c.resources, r)
			}
		}
		for _, t := range s.tests {
			lt := loopTest{kind: t.kind, key: t.key, texts: t.texts}
			switch t.kind {
			case subnet:
				first, end := span(t.net)
				lt.from, lt.till = int64(first), int64(end)
			case period:
				lt.from, lt.till = t.from.Unix(), t.until.Unix()
			}
			c.tests = append(c.tests, lt)
		}
	}
	return out
}

func loopRequests(questions []question) []loopRequest {
	out := make([]loopRequest, len(questions))
	for i := range questions {
		q, r := &questions[i], &out[i]
		r.action, r.resource = q.action, q.resource
		for k, v := range q.values {
			r.values[k] = loopValue{present: v.present, truth: v.truth, text: v.text}
			switch {
			case k == keyIP && v.present:
				r.values[k].number = int64(inNumber(v.addr))
			case k == keyTime && v.present:
				r.values[k].number = v.time.Unix()
			}
		}
	}
	return out
}

func (s *loopStatement) matchAction(r *loopRequest) bool {
	for i := range s.actions {
		if wildcard(s.actions[i], r.action) {
			return !s.notAction
		}
	}
	return s.notAction
}

// matchRest is for statements that have the action.
func (s *loopStatement) matchRest(r *loopRequest) bool {
	covered := s.everything
	for i := 0; i < len(s.resources) && !covered; i++ {
		covered = wildcard(s.resources[i], r.resource)
	}
	if !covered {
		return false
	}
	for i := range s.tests {
		if t := &s.tests[i]; !t.holds(&r.values[t.key]) {
			return false
		}
	}
	return true
}

func (t *loopTest) holds(v *loopValue) bool {
	if !v.present {
		return false
	}
	switch t.kind {
	case oneOf:
		for _, text := range t.texts {
			if text == v.text {
				return true
			}
		}
		return false
	case pattern:
		return wildcard(t.texts[0], v.text)
	case isTrue:
		return v.truth
	}
	return t.from <= v.number && v.number < t.till
}

// newLoop prepares the plain loop.
func newLoop(w *workload) *engine {
	statements, requests := compileLoop(w.statements), loopRequests(w.questions)
	return &engine{name: "plain loop", decide: func(i int) verdict {
		r, v := &requests[i], implicitDeny
		for k := range statements {
			s := &statements[k]
			if v == allow && !s.deny || !s.matchAction(r) || !s.matchRest(r) {
				continue
			}
			if s.deny {
				return explicitDeny
			}
			v = allow
		}
		return v
	}}
}

// newList prepares a list of candidates for each action: the statements that
// have it, those that deny first. Then it goes on as the plain loop.
func newList(w *workload) *engine {
	statements, requests := compileLoop(w.statements), loopRequests(w.questions)
	lists := make(map[string][]*loopStatement)
	for _, name := range actionNames() {
		r := loopRequest{action: name}
		var denies, allows []*loopStatement
		for i := range statements {
			switch s := &statements[i]; {
			case !s.matchAction(&r):
			case s.deny:
				denies = append(denies, s)
			default:
				allows = append(allows, s)
			}
		}
		lists[name] = append(denies, allows...)
	}
	return &engine{name: "list per action", decide: func(i int) verdict {
		r := &requests[i]
		for _, s := range lists[r.action] {
			if s.matchRest(r) {
				if s.deny {
					return explicitDeny
				}
				return allow
			}
		}
		return implicitDeny
	}}
}
