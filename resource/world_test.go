package resource_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/resource"
)

// covers is the obvious matcher of one segment: a dynamic program over
// characters.
func covers(pattern, s string, any bool) bool {
	text := []rune(s)
	row := make([]bool, len(text)+1)
	row[0] = true
	for _, c := range pattern {
		next := make([]bool, len(text)+1)
		next[0] = row[0] && c == '*'
		for j, r := range text {
			next[j+1] = row[j] && (c == r || c == '?' && any)
			if c == '*' {
				next[j+1] = row[j+1] || next[j]
			}
		}
		row = next
	}
	return row[len(text)]
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

// product joins one text of each list by colons, in every way.
func product(lists ...[]string) []string {
	out := lists[0]
	for _, l := range lists[1:] {
		var next []string
		for _, a := range out {
			for _, b := range l {
				next = append(next, a+":"+b)
			}
		}
		out = next
	}
	return out
}

// legalURN says by the rules alone whether a grammar takes a pattern without
// variables.
func legalURN(g resource.Grammar, pattern string) bool {
	p := strings.SplitN(pattern, ":", 5)
	if pattern == "*" {
		return g == resource.Identity
	}
	if len(p) != 5 || p[0] == "" || p[3] == "" || p[4] == "" {
		return false
	}
	if g == resource.Policy {
		return p[1] != "" && p[2] != ""
	}
	return !strings.ContainsAny(p[0], "*?")
}

// matchURN compares by the rules alone: segments in step (P-15 to P-18, I-19
// to I-23).
func matchURN(g resource.Grammar, pattern, name string) bool {
	if pattern == "*" {
		return true
	}
	p, n := strings.SplitN(pattern, ":", 5), strings.SplitN(name, ":", 5)
	any := g == resource.Identity
	for i := range p {
		switch {
		case i == 1 && n[1] == "*" && p[1] == "": // I-21
		case i == 0 || i == 3:
			if !covers(strings.ToLower(p[i]), strings.ToLower(n[i]), any) {
				return false
			}
		case !covers(p[i], n[i], any):
			return false
		}
	}
	return true
}

type parsed struct {
	text string
	name resource.Name
}

func parseAll(t testing.TB, texts []string) (out []parsed) {
	for _, s := range texts {
		if n, err := resource.Parse(s); err == nil && !n.IsZero() {
			out = append(out, parsed{s, n})
		}
	}
	require.NotEmpty(t, out)
	return out
}

// checkURN compares Compile and Match with the rules for one pattern.
func checkURN(t testing.TB, pattern string, names []parsed) (compiled int) {
	for _, g := range []resource.Grammar{resource.Policy, resource.Identity} {
		p, err := resource.Compile(g, pattern)
		if legalURN(g, pattern) != (err == nil) {
			t.Fatalf("grammar %d: %q: %v", g, pattern, err)
		}
		if err != nil {
			continue
		}
		compiled++
		for i := range names {
			if got, want := p.Match(names[i].name, nil), matchURN(g, pattern, names[i].text); got != want {
				t.Fatalf("grammar %d: %q ~ %q: got %v, want %v", g, pattern, names[i].text, got, want)
			}
		}
	}
	return compiled
}

// Every pattern of up to nine characters that has a service of one letter,
// against every name of that kind.
func TestMatchSmallWorldOfTexts(t *testing.T) {
	var texts []string
	for _, s := range words("ab:", 7) {
		texts = append(texts, "a:"+s)
	}
	names := parseAll(t, texts)
	require.Greater(t, len(names), 100)
	compiled := 0
	for _, s := range words("a*?:", 7) {
		compiled += checkURN(t, "a:"+s, names)
	}
	for _, s := range words("a*?:", 4) {
		compiled += checkURN(t, s, names)
	}
	require.Greater(t, compiled, 1000)
}

// Every pattern made of five segments of a few shapes, against every name made
// of five plain segments.
func TestMatchSmallWorldOfSegments(t *testing.T) {
	names := parseAll(t, product([]string{"a", "B"}, []string{"", "*", "a", "ab"}, []string{"", "a", "A"}, []string{"a", "Aa", "b"}, []string{"a", "A", "a:b", "b/a"}))
	for _, s := range product([]string{"", "a", "b", "*", "a?"}, []string{"", "*", "a", "a*", "?", "a?"}, []string{"", "*", "a", "?"}, []string{"", "*", "A", "?a", "*a*"}, []string{"", "*", "a", "?", "*:*", "a*b", "b?a"}) {
		if strings.Split(s, ":")[1] == "?" {
			continue // against a region of *: the specification is silent
		}
		checkURN(t, s, names)
	}
}

// matchQCS compares six segments by the rules alone (R2 to R7 and ambiguity 15
// of tencent-cam.md). The account has up to two spellings; which of them are
// known depends on the facts.
func matchQCS(pattern, name string, f *resource.Facts) bool {
	regions := strings.NewReplacer(":gz:", ":ap-guangzhou:", ":sh:", ":ap-shanghai:")
	p, n := strings.SplitN(regions.Replace(pattern), ":", 6), strings.SplitN(regions.Replace(name), ":", 6)
	if p[2] != "" && !covers(strings.ToLower(p[2]), strings.ToLower(n[2]), false) {
		return false
	}
	if p[3] != "" && !covers(p[3], n[3], false) || !covers(p[5], n[5], false) {
		return false
	}
	if f == nil {
		f = &resource.Facts{}
	}
	var spellings []string
	uin, appID := f.UIN, f.AppID
	switch account := n[4]; {
	case strings.HasPrefix(account, "uin/") && account != "uin/":
		uin = account[4:]
	case strings.HasPrefix(account, "uid/"):
		appID = account[4:]
	case account != "uin/":
		spellings = append(spellings, account)
	}
	if uin != "" {
		spellings = append(spellings, "uin/"+uin)
	}
	if appID != "" {
		spellings = append(spellings, "uid/"+appID)
	}
	switch p[4] {
	case "*":
		return true
	case "", "uin/":
		if f.Owner == "" || uin == "" {
			return f.Lenient
		}
		return f.Owner == uin
	}
	for _, s := range spellings {
		if covers(p[4], s, false) {
			return true
		}
	}
	// A number that the account must have but that nobody knows.
	numbered := n[4] == "" || n[4] == "uin/" || uin != "" || appID != ""
	unknown := strings.HasPrefix(p[4], "uin/") && uin == "" || strings.HasPrefix(p[4], "uid/") && appID == ""
	return f.Lenient && numbered && unknown
}

func TestMatchSmallWorldOfPaths(t *testing.T) {
	names := parseAll(t, product([]string{"qcs:", "qcs:id/0"}, []string{"a", "B"}, []string{"", "gz", "ap-guangzhou", "sh"}, []string{"", "uin/1"}, []string{"a/", "a", "a/b", "a?c", "a:b/c"}))
	patterns := product([]string{"qcs:"}, []string{"", "*", "A", "a*"}, []string{"", "*", "gz", "ap-*"}, []string{"*", "uin/1"}, []string{"*", "a", "a/*", "*a?c", "a*b*"})
	checkQCS(t, patterns, names, nil)
}

func TestMatchSmallWorldOfAccounts(t *testing.T) {
	names := parseAll(t, product([]string{"qcs::a"}, []string{"sh"}, []string{"", "uin/", "uin/1", "uin/12", "uid/1", "uid/9", "x/1", "*"}, []string{"a", "b"}))
	patterns := product([]string{"qcs::a"}, []string{""}, []string{"", "*", "uin/", "uin/1", "uin/1*", "uin/*", "uid/9", "uid/*", "x/1", "1"}, []string{"a"})
	values := []string{"", "1", "12", "9"}
	checkQCS(t, patterns, names, nil)
	for _, uin := range values {
		for _, appID := range values {
			for _, owner := range values {
				for _, lenient := range []bool{false, true} {
					checkQCS(t, patterns, names, &resource.Facts{UIN: uin, AppID: appID, Owner: owner, Lenient: lenient})
				}
			}
		}
	}
}

func checkQCS(t testing.TB, patterns []string, names []parsed, f *resource.Facts) {
	for _, s := range patterns {
		p := mustCompile(t, resource.CAM, s)
		for i := range names {
			if got, want := p.Match(names[i].name, f), matchQCS(s, names[i].text, f); got != want {
				t.Fatalf("%q ~ %q with %+v: got %v, want %v", s, names[i].text, f, got, want)
			}
		}
	}
}

// A pattern of one form never covers a name of another.
func TestMatchOtherForm(t *testing.T) {
	patterns := []*resource.Pattern{
		mustCompile(t, resource.Policy, "*:*:*:*:*"), mustCompile(t, resource.Identity, "a:*:*:*:*"),
		mustCompile(t, resource.Agency, "/a"), mustCompile(t, resource.CAM, "qcs::*:*:*:*"),
	}
	names := []resource.Name{resource.MustParse("qcs2:b:c:d:e"), resource.MustParse("/a"), resource.MustParse("qcs::a:b:uin/1:c"), {}}
	for _, p := range patterns {
		for _, n := range names {
			if p.Form() != n.Form() {
				require.False(t, p.Match(n, &resource.Facts{Owner: "1", UIN: "1", Lenient: true}), "%s ~ %s", p, n)
			}
		}
	}
}
