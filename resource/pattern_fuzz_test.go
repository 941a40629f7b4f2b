package resource_test

import (
	"strings"
	"testing"

	"github.com/writ-policy/writ/resource"
)

// FuzzPattern holds the types and paths of patterns against a dynamic program.
func FuzzPattern(f *testing.F) {
	f.Fuzz(func(t *testing.T, which byte, typ, path, nameType, namePath string) {
		g := []resource.Grammar{resource.Policy, resource.Identity, resource.CAM}[which%3]
		if strings.Contains(typ+path, "${") || strings.Contains(typ+nameType, ":") {
			return // variables have the oracle, and colons are no part of a type
		}
		pattern, name := "obs:*:*:"+typ+":"+path, "obs:eu-de:a1:"+nameType+":"+namePath
		if g == resource.CAM {
			pattern, name = "qcs::cos::*:"+path, "qcs::cos:ap-beijing:uin/1:"+namePath
		}
		n, err := resource.Parse(name)
		if err != nil {
			return
		}
		p, err := resource.Compile(g, pattern)
		if err != nil {
			return
		}
		want := covers(path, namePath, g == resource.Identity)
		if g != resource.CAM {
			want = want && covers(lower(typ), lower(nameType), g == resource.Identity)
		}
		if got := p.Match(n, nil); got != want {
			t.Fatalf("grammar %d: %q ~ %q: got %v, want %v", g, pattern, name, got, want)
		}
	})
}

// lower folds the letters of ASCII only.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
