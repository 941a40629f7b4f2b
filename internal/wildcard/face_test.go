package wildcard

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFace(t *testing.T) {
	syn := Syntax{Star: true, Any: true, Variables: Identity50}
	for text, want := range map[string]Face{
		"":              {FaceEqual, "", true},
		"ab":            {FaceEqual, "ab", true},
		"*":             {FaceAny, "", true},
		"a*":            {FacePrefix, "a", true},
		"*a":            {FaceSuffix, "a", true},
		"a*b":           {FacePrefix, "a", false},
		"*a*":           {},
		"?":             {},
		"a?":            {FacePrefix, "a", false},
		"?a":            {},
		"?*a":           {FaceSuffix, "a", false},
		"a*b*c":         {FacePrefix, "a", false},
		"*b*c":          {FaceSuffix, "c", false},
		"*b*c?":         {},
		"a${g:x}b":      {FacePrefix, "a", false},
		"${g:x}b":       {},
		"${*}a":         {FaceEqual, "*a", true},
		"${*}*":         {FacePrefix, "*", true},
		"x${g:x}*${*}y": {FacePrefix, "x", false},
	} {
		tpl, err := Parse(text, syn)
		require.NoError(t, err)
		m, err := tpl.Compile(false)
		require.NoError(t, err)
		require.Equal(t, want, m.Face(), text)
		m, err = tpl.Compile(true)
		require.NoError(t, err)
		require.Equal(t, Face{Exact: text == "*"}, m.Face(), text)
	}
}

// Every pattern of a small world says of every text no less than it matches,
// and an exact face no more.
func TestFaceSmallWorld(t *testing.T) {
	var texts []string
	for _, alphabet := range []string{"ab*?"} {
		level := []string{""}
		for range 4 {
			var next []string
			for _, s := range level {
				for _, c := range alphabet {
					next = append(next, s+string(c))
				}
			}
			texts, level = append(texts, level...), next
		}
	}
	for _, pattern := range texts {
		tpl, err := Parse(pattern, Syntax{Star: true, Any: true})
		require.NoError(t, err)
		m, err := tpl.Compile(false)
		require.NoError(t, err)
		if simple, ok := Simple(pattern); ok {
			require.Equal(t, *m, simple, pattern)
		}
		for _, f := range []Face{m.Face(), FaceOf(pattern)} {
			faceFits(t, m, pattern, f, texts)
		}
	}
}

// faceFits checks a face against what the pattern matches.
func faceFits(t *testing.T, m *Matcher, pattern string, f Face, texts []string) {
	for _, s := range texts {
		fits := true
		switch f.Kind {
		case FaceEqual:
			fits = s == f.Text
		case FacePrefix:
			fits = strings.HasPrefix(s, f.Text)
		case FaceSuffix:
			fits = strings.HasSuffix(s, f.Text)
		}
		if is := m.Match(s, nil); is && !fits || f.Exact && is != fits {
			t.Fatalf("%q: face %+v, text %q: match %v, fits %v", pattern, f, s, is, fits)
		}
	}
}
