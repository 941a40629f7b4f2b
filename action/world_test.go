package action_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
)

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

// glob is the obvious matcher of one segment: a dynamic program over characters.
func glob(pattern, s string, any bool) bool {
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

// covers decides by the rules alone: segments in step, letters folded where
// the cloud folds them. ok is false for a pattern that the grammar refuses.
func covers(g action.Grammar, pattern, name string) (match, ok bool) {
	cut := func(s string) []string { return strings.Split(s, ":") }
	if g == action.CAM {
		if pattern == "*" {
			return strings.Count(name, ":") == 1, true
		}
		p, n := cut(pattern), cut(name)
		if len(p) != 2 || p[0] == "" || p[1] == "" || p[0] != "*" && strings.Contains(p[0], "*") || strings.Contains(pattern, "?") {
			return false, false
		}
		return len(n) == 2 && glob(strings.ToLower(p[0]), strings.ToLower(n[0]), false) && glob(p[1], n[1], false), true
	}
	pattern, name = strings.ToLower(pattern), strings.ToLower(name)
	if pattern == "*" && g != action.Policy {
		return strings.Count(name, ":") == 2, true
	}
	p, n := cut(pattern), cut(name)
	if g == action.Role && len(p) == 2 {
		p = []string{p[0], "*", p[1]}
	}
	any := g == action.Identity
	if len(p) != 3 || p[0] == "" || p[2] == "" || p[1] == "" && !any || !any && strings.Contains(pattern, "?") {
		return false, false
	}
	return len(n) == 3 && glob(p[0], n[0], any) && glob(p[1], n[1], any) && glob(p[2], n[2], any), true
}

// Every pattern of a small world in every grammar against every name of it.
func TestMatchSmallWorld(t *testing.T) {
	var names []action.Name
	var spelt []string
	for _, s := range words("aB:", 6) {
		if n, err := action.Parse(s); err == nil {
			names, spelt = append(names, n), append(spelt, s)
		}
	}
	require.Greater(t, len(names), 300)
	compiled := 0
	for _, s := range words("aB?:*", 6) {
		for _, g := range grammars {
			p, err := action.Compile(g, s)
			if _, ok := covers(g, s, "a:a"); ok != (err == nil) {
				t.Fatalf("grammar %d: %q: %v", g, s, err)
			}
			if err != nil {
				continue
			}
			compiled++
			for i, n := range names {
				if want, _ := covers(g, s, spelt[i]); p.Match(n) != want {
					t.Fatalf("grammar %d: %q ~ %q: want %v", g, s, spelt[i], want)
				}
			}
		}
	}
	require.Greater(t, compiled, 1500)
}

// flips lists texts that differ from s in the case of letters only.
func flips(s string) []string {
	alternate := func(odd bool) string {
		return strings.Map(func(r rune) rune {
			if odd = !odd; odd {
				return []rune(strings.ToUpper(string(r)))[0]
			}
			return []rune(strings.ToLower(string(r)))[0]
		}, s)
	}
	return []string{strings.ToUpper(s), strings.ToLower(s), alternate(true), alternate(false)}
}

// The case of letters never matters in Huawei actions, nor in the service of a
// CAM action, whichever side it is on (H27: a Deny in another letter case must
// not be lost).
func TestHazardH27ActionCase(t *testing.T) {
	for _, tt := range []struct{ pattern, name string }{
		{"cbr:vaults:delete", "cbr:vaults:delete"},
		{"*:vaults:De*", "cbr:vaults:delete"},
		{"cbr:*:delete", "cbr:vaults:delete"},
		{"cbr:*:get", "cbr:vaults:delete"},
		{"obs:bucket:ListAll*", "OBS:bucket:listAllMyBuckets"},
	} {
		for _, g := range []action.Grammar{action.Role, action.Policy, action.Identity} {
			want := mustCompile(t, g, tt.pattern).Match(action.MustParse(tt.name))
			for _, p := range flips(tt.pattern) {
				for _, n := range flips(tt.name) {
					require.Equal(t, want, mustCompile(t, g, p).Match(action.MustParse(n)), "%s ~ %s", p, n)
				}
			}
		}
	}
	for _, svc := range flips("cvm") {
		for _, other := range flips("cvm") {
			require.True(t, mustCompile(t, action.CAM, svc+":Stop*").Match(action.MustParse(other+":StopInstances")))
			require.False(t, mustCompile(t, action.CAM, svc+":stop*").Match(action.MustParse(other+":StopInstances")), "A4")
		}
	}
}

// A pattern of one cloud never covers an action of the other.
func TestMatchOtherCloud(t *testing.T) {
	huawei := []action.Name{action.MustParse("a:b:c"), action.MustParse("a::b")}
	cam := []action.Name{action.MustParse("a:b"), action.MustParse("permid/1")}
	for _, s := range append(words("ab:*", 5), "*:*:*", "permid/1", "name/*") {
		for _, g := range grammars {
			p, err := action.Compile(g, s)
			if err != nil {
				continue
			}
			other := cam
			if g == action.CAM {
				other = huawei
			}
			for _, n := range other {
				require.False(t, p.Match(n), "grammar %d: %s covers %s", g, s, n)
			}
		}
	}
}

// Two patterns with the same Text cover the same names.
func TestTextDecides(t *testing.T) {
	names := []string{"iam:users:list", "iam::list", "ecs:servers:get", "identity:users:list", "ecs:x:list"}
	seen := map[string]string{}
	for _, g := range []action.Grammar{action.Role, action.Policy, action.Identity} {
		for _, s := range []string{"*", "*:*:*", "identity:*", "IAM:*:*", "iam:*", "ecs:list", "ecs:*:list", "ECS:*:List", "identity:users:*", "iam:users:*"} {
			p, err := action.Compile(g, s)
			if err != nil {
				continue
			}
			got := ""
			for _, n := range names {
				if p.Match(action.MustParse(n)) {
					got += n + " "
				}
			}
			if old, ok := seen[p.Text()]; ok {
				require.Equal(t, old, got, "%s", s)
			}
			seen[p.Text()] = got
		}
	}
	require.Equal(t, "iam:users:list iam::list ", seen["iam:*:*"])
}
