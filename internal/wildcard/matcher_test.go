package wildcard

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// characters cuts s into characters; a byte that is not UTF-8 is one.
func characters(s string) []string {
	var out []string
	for s != "" {
		_, w := utf8.DecodeRuneInString(s)
		out = append(out, s[:w])
		s = s[w:]
	}
	return out
}

// matchSlow is the obvious matcher: a dynamic program over characters.
func matchSlow(pattern, s string, any bool) bool {
	p, t := characters(pattern), characters(s)
	row := make([]bool, len(t)+1)
	row[0] = true
	for _, c := range p {
		next := make([]bool, len(t)+1)
		next[0] = row[0] && c == "*"
		for j := range t {
			switch {
			case c == "*":
				next[j+1] = row[j+1] || next[j]
			case c == "?" && any:
				next[j+1] = row[j]
			default:
				next[j+1] = row[j] && c == t[j]
			}
		}
		row = next
	}
	return row[len(t)]
}

func compile(t testing.TB, pattern string, syn Syntax, fold bool) *Matcher {
	tmpl, err := Parse(pattern, syn)
	if err != nil {
		t.Fatalf("Parse(%q): %v", pattern, err)
	}
	m, err := tmpl.Compile(fold)
	if err != nil {
		t.Skipf("Compile(%q): %v", pattern, err)
	}
	return m
}

// words lists every text of up to n characters of the alphabet.
func words(alphabet string, n int) []string {
	out := []string{""}
	for from := 0; n > 0; n-- {
		end := len(out)
		for _, w := range out[from:end] {
			for _, r := range alphabet {
				out = append(out, w+string(r))
			}
		}
		from = end
	}
	return out
}

// Every pattern of a small world against every text of it (H1, H2, H4).
func TestHazardH01MatchSmallWorld(t *testing.T) {
	texts := words("aé:", 5)
	for _, p := range words("aé*?", 5) {
		both := compile(t, p, Syntax{Star: true, Any: true}, false)
		star := compile(t, p, Syntax{Star: true}, false)
		for _, s := range texts {
			if got, want := both.Match(s, nil), matchSlow(p, s, true); got != want {
				t.Fatalf("%q ~ %q: got %v, want %v", p, s, got, want)
			}
			if got, want := star.Match(s, nil), matchSlow(p, s, false); got != want {
				t.Fatalf("%q ~ %q without ?: got %v, want %v", p, s, got, want)
			}
		}
	}
}

// The same with the text in every letter case, under folding.
func TestMatchSmallWorldFold(t *testing.T) {
	texts := words("aAk\u212A", 4)
	upper := strings.NewReplacer("a", "A", "k", "K", "\u212A", "K")
	for _, p := range words("ak*?", 4) {
		m := compile(t, p, Syntax{Star: true, Any: true}, true)
		for _, s := range texts {
			if got, want := m.Match(s, nil), matchSlow(upper.Replace(p), upper.Replace(s), true); got != want {
				t.Fatalf("%q ~ %q: got %v, want %v", p, s, got, want)
			}
		}
	}
}

// A variable is literal text, whatever it holds (H25).
func TestHazardH25MatchVariables(t *testing.T) {
	values := words("a*?", 2)
	texts := words("a*?b", 4)
	for _, before := range words("a*?", 2) {
		for _, behind := range words("b*?", 2) {
			m := compile(t, before+"${k}"+behind, Syntax{Star: true, Any: true, Variables: Identity50}, false)
			for _, v := range values {
				for _, s := range texts {
					// The slow matcher has no quoting: a character that nothing else uses stands for the value.
					want := false
					for i := 0; i+len(v) <= len(s); i++ {
						if s[i:i+len(v)] == v && matchSlow(before+"\x00"+behind, s[:i]+"\x00"+s[i+len(v):], true) {
							want = true
						}
					}
					if got := m.Match(s, []string{v}); got != want {
						t.Fatalf("%s${k}%s with %q ~ %q: got %v, want %v", before, behind, v, s, got, want)
					}
				}
			}
		}
	}
}

// Without wildcards a matcher is equality, for every byte and metacharacter (H3).
func TestHazardH03MatchLiteral(t *testing.T) {
	for b := 0; b < 128; b++ {
		c := string(rune(b))
		for _, p := range []string{c, "x" + c, c + "x", "[" + c + "]", "{" + c + ",x}", "\\" + c} {
			m := compile(t, p, Syntax{}, false)
			if !m.Match(p, nil) || m.Match(p+"x", nil) || m.Match("", nil) {
				t.Fatalf("%q does not match itself alone", p)
			}
			if strings.ContainsAny(p, "*?") {
				continue
			}
			q := compile(t, p+"?", Syntax{Star: true, Any: true}, false)
			if !q.Match(p+"z", nil) || q.Match(p, nil) || q.Match("z", nil) {
				t.Fatalf("%q with ? behind it", p)
			}
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, s := range [][2]string{{"start*art", "start"}, {"a*a", "a"}, {"é*é", "é"}, {"a?é", "a:é"}, {"?", ""}, {"*a??", "aé"}, {"a[b]*", "a[b]c"}, {"*b?c*d", "abxcbycd"}, {"\xff*", "\xffa"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 200 || len(s) > 500 || !utf8.ValidString(pattern) {
			return
		}
		m := compile(t, pattern, Syntax{Star: true, Any: true}, false)
		if got, want := m.Match(s, nil), matchSlow(pattern, s, true); got != want {
			t.Fatalf("%q ~ %q: got %v, want %v", pattern, s, got, want)
		}
		if !utf8.ValidString(s) {
			return
		}
		fold := compile(t, pattern, Syntax{Star: true, Any: true}, true)
		if got, want := fold.Match(s, nil), matchSlow(canonString(pattern), canonString(s), true); got != want {
			t.Fatalf("%q ~ %q folded: got %v, want %v", pattern, s, got, want)
		}
	})
}

func TestParseVariables(t *testing.T) {
	for _, c := range []struct {
		in      string
		d       Dollar
		key     string
		def     string
		hasDef  bool
		literal string
		void    bool
		err     bool
	}{
		{in: "${g:UserName}", d: Policy11, key: "g:username"},
		{in: "${ g:username , 'Default_User_Name' }", d: Identity50, key: "g:username", def: "Default_User_Name", hasDef: true},
		{in: "${k, 'it''s }'}", d: Policy11, key: "k", def: "it's }", hasDef: true},
		{in: "${g:ResourceTag/Team}", d: Policy11, key: "g:resourcetag/Team"},
		{in: "${$}{x}", d: Policy11, literal: "${x}"},
		{in: "${*}${?}", d: Identity50, literal: "*?"},
		{in: "$x}", d: Policy11, literal: "$x}"},
		{in: "${foo", d: Policy11, void: true},
		{in: "${}", d: Policy11, void: true},
		{in: "${k, text}", d: Policy11, void: true},
		{in: "${k, 'text}", d: Policy11, void: true},
		{in: "${k, 'text' x}", d: Policy11, void: true},
		{in: "${uin}", d: CAM20, key: "uin"},
		{in: "${UIN}", d: CAM20, err: true},
		{in: "${uin", d: CAM20, err: true},
		{in: "${g:UserName}", literal: "${g:UserName}"},
	} {
		got, err := Parse(c.in, Syntax{Star: true, Any: true, Variables: c.d})
		if (err != nil) != c.err || err == nil && got.Void != c.void {
			t.Errorf("%q: err %v, %+v", c.in, err, got)
			continue
		}
		if c.err || c.void {
			continue
		}
		if c.key != "" {
			if len(got.Variables) != 1 || got.Single() != 0 {
				t.Errorf("%q: %+v", c.in, got)
				continue
			}
			if v := got.Variables[0]; v != (Variable{c.key, c.def, c.hasDef}) {
				t.Errorf("%q: %+v", c.in, v)
			}
		} else if s, ok := got.Literal(); !ok || s != c.literal {
			t.Errorf("%q: literal %q %v", c.in, s, ok)
		}
	}
}

// The worst accepted patterns on a subject of 1 KB (H6): at most some 50 µs.
func BenchmarkWorstMatch(b *testing.B) {
	a := strings.Repeat("a", 1024)
	for _, c := range []struct {
		name, pattern string
		fold          bool
	}{
		{"stars", strings.Repeat("*a", 500) + "*b*", false},
		{"any", "*" + strings.Repeat("a?", MaxInnerAny) + "b*", false},
		{"anyAtStar", "*" + strings.Repeat("?", 500) + "b*a", false},
		{"anchored", strings.Repeat("a?", 511) + "b?", false},
		{"oneStar", strings.Repeat("a?", 200) + "*" + strings.Repeat("?a", 300) + "?", false},
		{"long", "*" + strings.Repeat("a", 600) + "b*" + strings.Repeat("a", 200) + "?b*", false},
		{"foldContains", "*" + strings.Repeat("a", 600) + "b*", true},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := compile(b, c.pattern, Syntax{Star: true, Any: true}, c.fold)
			b.ReportAllocs()
			for b.Loop() {
				m.Match(a, nil)
			}
		})
	}
}
