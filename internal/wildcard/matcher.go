package wildcard

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gobwas/glob"
)

// MaxInnerAny bounds the ? that stand between two stars, outside the runs that
// touch a star. Each costs a comparison at every place of the subject; with
// this bound the worst pattern stays within some 50 µs on a subject of 1 KB.
// A ? elsewhere costs nothing extra and is not bounded.
const MaxInnerAny = 6

// Matcher decides whether a text matches a template. It is immutable, so
// goroutines may share it, and matching allocates nothing. Matching time is
// linear in the subject for every pattern that Compile accepts.
type Matcher struct {
	_     [0]func() // not comparable
	lit   string    // the literal of the simple shapes, and what shapeGlob begins with
	rest  *rest     // nil for the simple shapes
	shape shape
	fold  bool
}

// rest is what only patterns that are not simple have.
type rest struct {
	tail  string // the second literal of shapeBoth
	glob  *glob.Pattern
	split bool    // there is a star
	head  []part  // before the first star; the whole pattern if there is none
	inner []chunk // between two stars
	last  []part  // behind the last star
}

// Simple is Parse and Compile for a text in which only * is special, and stands
// at most once; ok is false for any other.
func Simple(s string) (m Matcher, ok bool) {
	if strings.IndexByte(s, '?') >= 0 || strings.IndexByte(s, '$') >= 0 {
		return m, false
	}
	switch i := strings.IndexByte(s, '*'); {
	case i < 0:
		return Matcher{shape: shapeEqual, lit: s}, true
	case strings.IndexByte(s[i+1:], '*') >= 0:
		return m, false
	case len(s) == 1:
		return Matcher{shape: shapeAll}, true
	case i == len(s)-1:
		return Matcher{shape: shapePrefix, lit: s[:i]}, true
	case i == 0:
		return Matcher{shape: shapeSuffix, lit: s[1:]}, true
	default:
		return Matcher{shape: shapeBoth, lit: s[:i], rest: &rest{tail: s[i+1:]}}, true
	}
}

type shape uint8

const (
	shapeGeneral  shape = iota // parts, matched from chunk to chunk
	shapeEqual                 // lit
	shapeAll                   // *
	shapePrefix                // lit*
	shapeSuffix                // *lit
	shapeBoth                  // lit*tail
	shapeContains              // *lit*
	shapeGlob                  // with ? and without a star: gobwas/glob
)

// chunk is what stands between two stars. The ? at its edges only demand that
// so many characters are there; core is what has to be looked for.
type chunk struct {
	before, behind int
	core           []part
}

// Compile makes a matcher for the whole text, anchored at both ends. With fold,
// letters compare under Unicode simple folding.
func (t *Template) Compile(fold bool) (*Matcher, error) {
	m := &Matcher{fold: fold}
	parts := t.merged(fold)
	var runs [][]part
	start, anys, vars := 0, 0, 0
	for i := range parts {
		switch parts[i].kind {
		case star:
			runs = append(runs, parts[start:i])
			start = i + 1
		case anyOne:
			anys++
		case variable:
			vars++
		}
	}
	stars := len(runs)
	head, last := text(parts), text(parts[start:])
	switch texts := anys == 0 && vars == 0; {
	case texts && stars == 0:
		m.shape, m.lit = shapeEqual, head
	case texts && len(parts) == 1:
		m.shape = shapeAll
	case texts && stars == 1 && start == len(parts):
		m.shape, m.lit = shapePrefix, head
	case texts && stars == 1 && start == 1:
		m.shape, m.lit = shapeSuffix, last
	case texts && stars == 1 && !fold:
		m.shape, m.lit, m.rest = shapeBoth, head, &rest{tail: last}
	case texts && stars == 2 && len(parts) == 3 && !fold:
		m.shape, m.lit = shapeContains, text(parts[1:])
	case vars == 0 && stars == 0 && !fold:
		g, err := glob.Compile(globText(parts))
		if err != nil {
			return nil, &Error{Reason: "pattern cannot be compiled", Fix: "use fewer wildcards"}
		}
		m.shape, m.lit, m.rest = shapeGlob, head, &rest{glob: g}
	default:
		m.rest = &rest{head: parts, split: stars > 0}
		if stars > 0 {
			m.rest.head, m.rest.last = runs[0], parts[start:]
			return m, m.rest.chunks(runs[1:])
		}
	}
	return m, nil
}

// text returns the text of the first part, "" if there is none.
func text(parts []part) string {
	if len(parts) == 0 {
		return ""
	}
	return parts[0].text
}

// chunks adds what stands between the stars.
func (r *rest) chunks(runs [][]part) error {
	for _, run := range runs {
		var c chunk
		for len(run) > 0 && run[0].kind == anyOne {
			c.before, run = c.before+1, run[1:]
		}
		for len(run) > 0 && run[len(run)-1].kind == anyOne {
			c.behind, run = c.behind+1, run[:len(run)-1]
		}
		n := 0
		for i := range run {
			if run[i].kind == anyOne {
				n++
			}
		}
		if n > MaxInnerAny {
			return &Error{run[0].off, "more than " + strconv.Itoa(MaxInnerAny) + " ? between two *", "replace some of the ? by *"}
		}
		c.core = run
		r.inner = append(r.inner, c)
	}
	return nil
}

// globText spells the parts in the syntax of gobwas/glob, with everything
// quoted that no dialect has.
func globText(parts []part) string {
	s := ""
	for i := range parts {
		if p := &parts[i]; p.kind == anyOne {
			s += "?"
		} else {
			s += glob.QuoteMeta(p.text)
		}
	}
	return s
}

// Match reports whether s matches. vars are the expanded variables of the
// template, in order; their text is literal (huawei.md P-29, tencent-cam.md V3).
func (m *Matcher) Match(s string, vars []string) bool {
	if m.fold {
		return m.matchFold(s, vars)
	}
	switch m.shape {
	case shapeEqual:
		return s == m.lit
	case shapeAll:
		return true
	case shapePrefix:
		return strings.HasPrefix(s, m.lit)
	case shapeSuffix:
		return strings.HasSuffix(s, m.lit)
	case shapeBoth:
		tail := m.rest.tail
		return len(s) >= len(m.lit)+len(tail) && strings.HasPrefix(s, m.lit) && strings.HasSuffix(s, tail)
	case shapeContains:
		return strings.Contains(s, m.lit)
	case shapeGlob:
		return m.rest.glob.Match(s)
	}
	return m.general(s, vars)
}

func (m *Matcher) matchFold(s string, vars []string) bool {
	switch m.shape {
	case shapeEqual:
		return EqualFold(s, m.lit)
	case shapeAll:
		return true
	case shapePrefix:
		_, ok := prefixFold(s, m.lit)
		return ok
	case shapeSuffix:
		_, ok := suffixFold(s, m.lit)
		return ok
	}
	return m.general(s, vars)
}

// general matches chunk by chunk: the leftmost place of a chunk leaves most
// room for the rest, so there is no need to try another one.
func (m *Matcher) general(s string, vars []string) bool {
	r := m.rest
	n, ok := m.forward(s, r.head, vars)
	if !ok {
		return false
	}
	if !r.split {
		return n == len(s)
	}
	s = s[n:]
	if n, ok = m.backward(s, r.last, vars); !ok {
		return false
	}
	s = s[:len(s)-n]
	for i := range r.inner {
		c := &r.inner[i]
		if s, ok = skip(s, c.before); !ok {
			return false
		}
		if len(c.core) > 0 {
			if n, ok = m.find(s, c.core, vars); !ok {
				return false
			}
			s = s[n:]
		}
		if s, ok = skip(s, c.behind); !ok {
			return false
		}
	}
	return true
}

// skip drops n characters.
func skip(s string, n int) (string, bool) {
	for ; n > 0; n-- {
		if s == "" {
			return "", false
		}
		_, w := utf8.DecodeRuneInString(s)
		s = s[w:]
	}
	return s, true
}

func (p *part) value(vars []string) string {
	if p.kind == variable {
		return vars[p.idx]
	}
	return p.text
}

// forward matches parts at the start of s and returns the bytes they took.
func (m *Matcher) forward(s string, parts []part, vars []string) (int, bool) {
	at := 0
	for i := range parts {
		p := &parts[i]
		if p.kind == anyOne {
			if at == len(s) {
				return 0, false
			}
			if s[at] < utf8.RuneSelf {
				at++
				continue
			}
			_, w := utf8.DecodeRuneInString(s[at:])
			at += w
			continue
		}
		v := p.value(vars)
		if m.fold {
			n, ok := prefixFold(s[at:], v)
			if !ok {
				return 0, false
			}
			at += n
			continue
		}
		if v == "" {
			continue
		}
		if at == len(s) || s[at] != v[0] || len(v) > 1 && !strings.HasPrefix(s[at:], v) {
			return 0, false
		}
		at += len(v)
	}
	return at, true
}

// backward matches parts at the end of s and returns the bytes they took.
func (m *Matcher) backward(s string, parts []part, vars []string) (int, bool) {
	end := len(s)
	for i := len(parts) - 1; i >= 0; i-- {
		p := &parts[i]
		if p.kind == anyOne {
			if end == 0 {
				return 0, false
			}
			_, w := utf8.DecodeLastRuneInString(s[:end])
			end -= w
			continue
		}
		v := p.value(vars)
		n, ok := len(v), false
		if m.fold {
			n, ok = suffixFold(s[:end], v)
		} else {
			ok = strings.HasSuffix(s[:end], v)
		}
		if !ok {
			return 0, false
		}
		end -= n
	}
	return len(s) - end, true
}

// find looks for the leftmost place of core, which begins with a literal or a
// variable, and returns the end of it.
func (m *Matcher) find(s string, core []part, vars []string) (int, bool) {
	first := core[0].value(vars)
	for at := 0; ; {
		i, n := 0, len(first)
		if m.fold {
			i, n = indexFold(s[at:], first)
		} else {
			i = strings.Index(s[at:], first)
		}
		if i < 0 {
			return 0, false
		}
		if k, ok := m.forward(s[at+i+n:], core[1:], vars); ok {
			return at + i + n + k, true
		}
		if at += i; at == len(s) {
			return 0, false
		}
		_, w := utf8.DecodeRuneInString(s[at:])
		at += w
	}
}
