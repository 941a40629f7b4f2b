package jsonsrc_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/internal/jsonsrc"
)

// plain is the value of a node as encoding/json would have it, with numbers as
// json.Number.
func plain(n *jsonsrc.Node) any {
	switch n.Kind {
	case jsonsrc.Bool:
		return n.Text == "true"
	case jsonsrc.Number:
		return json.Number(n.Text)
	case jsonsrc.String:
		return n.Text
	case jsonsrc.Array:
		list := []any{}
		for i := range n.Items {
			list = append(list, plain(&n.Items[i]))
		}
		return list
	case jsonsrc.Object:
		object := map[string]any{}
		for i := range n.Members {
			object[n.Members[i].Name] = plain(&n.Members[i].Value)
		}
		return object
	}
	return nil
}

// requireInside checks that a node and all in it stand in the text between
// from and to, one behind the other, that their text is what they say, and
// that there are no more than depth levels.
func requireInside(t *testing.T, src []byte, n *jsonsrc.Node, from, to, depth int) {
	require.Positive(t, depth, "deeper than the limit")
	require.True(t, from <= n.Pos && n.Pos < n.End && n.End <= to, "%d-%d in %d-%d", n.Pos, n.End, from, to)
	text := string(src[n.Pos:n.End])
	quoted := func(text, decoded string) {
		var s string
		require.NoError(t, json.Unmarshal([]byte(text), &s))
		require.Equal(t, s, decoded)
		require.True(t, utf8.ValidString(decoded), "%q", decoded)
		require.NotContains(t, decoded, "\x00")
	}
	at := n.Pos + 1
	switch n.Kind {
	case jsonsrc.Null:
		require.Equal(t, "null", text)
		require.Empty(t, n.Text)
	case jsonsrc.Bool, jsonsrc.Number:
		require.Equal(t, text, n.Text)
	case jsonsrc.String:
		quoted(text, n.Text)
		last := n.Pos
		for off := range n.Text {
			o := n.Offset(src, off)
			require.True(t, last < o && o < n.End-1, "byte %d of %s is at %d", off, text, o)
			last = o
		}
		require.Equal(t, n.End-1, n.Offset(src, len(n.Text)))
	case jsonsrc.Array:
		require.True(t, text[0] == '[' && text[len(text)-1] == ']')
		for i := range n.Items {
			requireInside(t, src, &n.Items[i], at, n.End-1, depth-1)
			at = n.Items[i].End
		}
	case jsonsrc.Object:
		require.True(t, text[0] == '{' && text[len(text)-1] == '}')
		for i := range n.Members {
			m := &n.Members[i]
			require.True(t, at <= m.NamePos && m.NamePos < m.NameEnd)
			quoted(string(src[m.NamePos:m.NameEnd]), m.Name)
			requireInside(t, src, &m.Value, m.NameEnd+1, n.End-1, depth-1)
			at = m.Value.End
			found, ok := n.Member(m.Name)
			require.True(t, ok && found == m)
		}
	}
}

// FuzzParse compares the reader with encoding/json. Whatever is accepted is
// JSON and decodes to the same values, with all places right. What is refused
// is no JSON, or has duplicate names, bad encoding, or is over a limit.
func FuzzParse(f *testing.F) {
	for _, src := range []string{
		`null`, `true`, `false`, `-12.5e+3`, `"\u00e9\ud83d\udd12\\\"\/\b\f\n\r\t"`, `[]`, `{}`, `[1,"a",null,[true]]`, `{"a":{"b":[{}]},"c":"é日🔒"}`,
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `"\ud800"`, `"\u0000"`, "\"\xff\"", "\ufeff{}", "\xff\xfe{\x00", `[1,]`, `{"a":1,}`, `01`, `1.`, `"a`, `{} {}`, `// x`,
		strings.Repeat("[", 17), strings.Repeat("[", 16) + strings.Repeat("]", 16), `{"a":` + strings.Repeat("[", 15),
	} {
		f.Add([]byte(src))
	}
	// The documents of the policy package.
	good, err := filepath.Glob("../../policy/testdata/good/*.json")
	require.NoError(f, err)
	bad, err := filepath.Glob("../../policy/testdata/bad/*.txt")
	require.NoError(f, err)
	parts := regexp.MustCompile(`(?m)^-- .* --\n`)
	for _, file := range append(good, bad...) {
		src, err := os.ReadFile(file)
		require.NoError(f, err)
		for _, part := range parts.Split(string(src), -1) {
			f.Add([]byte(part))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		n, problems := jsonsrc.Parse(src)
		for _, p := range problems {
			require.True(t, 0 <= p.Pos && p.Pos <= p.End && p.Pos <= len(src) && p.End <= len(src), "%+v", p)
			require.True(t, utf8.ValidString(p.Reason) && utf8.ValidString(p.Fix))
			require.Less(t, len(p.Reason), 400)
		}
		require.LessOrEqual(t, len(problems), jsonsrc.MaxProblems)
		valid := json.Valid(src)
		if len(problems) > 0 {
			for _, p := range problems {
				if p.Kind == jsonsrc.Syntax {
					require.False(t, valid, "%+v", p)
				}
			}
			return
		}
		require.True(t, valid)
		require.True(t, utf8.Valid(src))
		require.LessOrEqual(t, utf8.RuneCount(src), jsonsrc.MaxSize)
		dec := json.NewDecoder(bytes.NewReader(src))
		dec.UseNumber()
		var want any
		require.NoError(t, dec.Decode(&want))
		require.Equal(t, want, plain(&n))
		requireInside(t, src, &n, 0, len(src), jsonsrc.MaxDepth)
	})
}
