package action_test

import (
	"strings"
	"testing"

	"github.com/writ-policy/writ/action"
)

// FuzzPattern holds patterns of every grammar against the rules: segments in
// step, each by a dynamic program.
func FuzzPattern(f *testing.F) {
	f.Fuzz(func(t *testing.T, which byte, pattern, name string) {
		g := grammars[int(which)%len(grammars)]
		n, err := action.Parse(name)
		if err != nil {
			return
		}
		bare := strings.TrimPrefix(pattern, "name/")
		for _, s := range []string{"permid/", "identity:", "name/"} {
			if strings.HasPrefix(strings.ToLower(bare), s) || strings.HasPrefix(name, "permid/") {
				return // these have rules of their own
			}
		}
		if g != action.CAM {
			bare = pattern
		}
		p, err := action.Compile(g, pattern)
		if err != nil {
			return
		}
		want, legal := covers(g, bare, strings.TrimPrefix(name, "name/"))
		if !legal {
			t.Fatalf("grammar %d takes %q", g, pattern)
		}
		if got := p.Match(n); got != want {
			t.Fatalf("grammar %d: %q ~ %q: got %v, want %v", g, pattern, name, got, want)
		}
	})
}
