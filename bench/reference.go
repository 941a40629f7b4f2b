package main

import "strings"

// reference decides as the specification reads, without any preparation. Every
// answer of every engine is compared with its answer before it is timed.
func reference(statements []statement, q *question) verdict {
	v := implicitDeny
	for i := range statements {
		s := &statements[i]
		switch {
		case !s.holds(q):
		case s.deny:
			return explicitDeny
		default:
			v = allow
		}
	}
	return v
}

func (s *statement) holds(q *question) bool {
	if anyCovers(s.actions, q.action) == s.notAction || !anyCovers(s.resources, q.resource) {
		return false
	}
	for i := range s.tests {
		if !s.tests[i].holds(&q.values[s.tests[i].key]) {
			return false
		}
	}
	return true
}

func (t *test) holds(v *value) bool {
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
		return covers(t.texts[0], v.text)
	case subnet:
		return t.net.Contains(v.addr)
	case period:
		return !v.time.Before(t.from) && v.time.Before(t.until)
	}
	return v.truth
}

// anyCovers compares segment by segment.
func anyCovers(patterns []string, name string) bool {
	segments := strings.Split(name, ":")
next:
	for _, p := range patterns {
		if p == "*" {
			return true
		}
		for i, segment := range strings.Split(p, ":") {
			if !covers(segment, segments[i]) {
				continue next
			}
		}
		return true
	}
	return false
}

// covers reports whether a pattern with stars covers the whole text.
func covers(p, text string) bool {
	if p == "" {
		return text == ""
	}
	if p[0] == '*' {
		return covers(p[1:], text) || text != "" && covers(p, text[1:])
	}
	return text != "" && p[0] == text[0] && covers(p[1:], text[1:])
}
