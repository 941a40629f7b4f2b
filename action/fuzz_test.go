package action_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/writ-policy/writ/action"
)

// No text makes Parse or Compile panic; an error points into the text; what is
// accepted means what it says (H30, and H3: without wildcards a pattern is
// equality).
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"", "*", "**", "*:*", "*:*:*", "cbr:vaults:get", "CBR:Vaults:*", "cbr::getFeature", "cbr:*:ge?", "identity:*", "ecs:", ":", "::", ":::",
		"name/", "name/cvm:DescribeDisks", "name/*:*", "name/cbr:vaults:get", "permid/7", "name/permid/7", "permid/", "permid/7:X",
		"cvm:Describe*", "cv*:X", "cvm: X", "cbr:vaults:${g:X}", "cbr:va[u]lts:get", "cbr:\u212A:get", "\xff:a:b", "a:*" + strings.Repeat("a?", 11) + "*:b",
	} {
		for g := range grammars {
			f.Add(byte(g), s, "cbr:vaults:get")
		}
	}
	f.Fuzz(func(t *testing.T, which byte, s, other string) {
		g := grammars[int(which)%len(grammars)]
		name, nameErr := action.Parse(s)
		checkError(t, s, nameErr)
		if nameErr == nil {
			again, err := action.Parse(name.String())
			if err != nil || again != name {
				t.Fatalf("%q is read as %q, and that as %q (%v)", s, name, again, err)
			}
			if n := action.MustParse(flipService(s)); n != name {
				t.Fatalf("%q and %q differ", s, flipService(s))
			}
		} else if !name.IsZero() {
			t.Fatalf("%q: a name and an error", s)
		}

		p, err := action.Compile(g, s)
		checkError(t, s, err)
		if err != nil {
			if p != nil {
				t.Fatalf("%q: a pattern and an error", s)
			}
			return
		}
		if p.String() != s || p.IsCAM() != (g == action.CAM) {
			t.Fatalf("%q: String %q, IsCAM %v", s, p, p.IsCAM())
		}
		if q, err := action.Compile(g, p.Text()); err != nil || q.Text() != p.Text() {
			t.Fatalf("%q: the text %q is no pattern of the same text: %v", s, p.Text(), err)
		}
		n, literal := p.Literal()
		if literal == strings.ContainsAny(p.Text(), "*?") {
			t.Fatalf("%q: Literal is %v", s, literal)
		}
		if literal && !p.Match(n) {
			t.Fatalf("%q does not cover its literal %q", s, n)
		}
		if o, err := action.Parse(other); err == nil && literal && p.Match(o) != (o == n) {
			t.Fatalf("%q covers %q: %v", s, o, p.Match(o))
		} else if err == nil && p.Everything() && p.Match(o) != (o.IsCAM() == p.IsCAM()) {
			t.Fatalf("%q covers everything, %q: %v", s, o, p.Match(o))
		}
		if nameErr == nil && literal && g != action.Role && n != name {
			t.Fatalf("%q: the literal is %q, Parse gives %q", s, n, name)
		}
		if nameErr == nil && g != action.Role && name.IsCAM() == p.IsCAM() && !p.Match(name) {
			t.Fatalf("%q does not cover itself", s)
		}
		if p.Match(action.Name{}) {
			t.Fatalf("%q covers the zero Name", s)
		}
	})
}

func checkError(t *testing.T, s string, err error) {
	if err == nil {
		return
	}
	var e *action.Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: the error is %T", s, err)
	}
	if e.Offset < 0 || e.Offset > len(e.Input) || !strings.HasPrefix(s, e.Input) || e.Reason == "" {
		t.Fatalf("%q: %+v", s, e)
	}
	if text := err.Error(); !utf8.ValidString(text) || len(text) > 8*action.MaxLength {
		t.Fatalf("%q: error text %q", s, text)
	}
}

// flipService turns the case of the first letters around, up to a colon.
func flipService(s string) string {
	rest := strings.TrimPrefix(s, "name/")
	at := strings.IndexByte(rest, ':')
	if at < 0 {
		return s
	}
	svc := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 32
		case 'A' <= r && r <= 'Z':
			return r + 32
		}
		return r
	}, rest[:at])
	return s[:len(s)-len(rest)] + svc + rest[at:]
}
