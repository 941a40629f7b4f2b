package cases_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/internal/cases"
	"github.com/writ-policy/writ/policy"
)

// FuzzRead reads any text as a file of cases. Findings stand inside it; a case
// that is read is read alike from its own text, and decides the same way every
// time, in the vocabulary of expect.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("../../testdata/cases/*.jsonl")
	require.NoError(f, err)
	for _, file := range append(files, "../../testdata/examples/orders-cases.jsonl") {
		src, err := os.ReadFile(file)
		require.NoError(f, err)
		for i, line := range bytes.Split(src, []byte("\n")) {
			if i%20 == 0 {
				f.Add(i%40 == 0, line)
			}
		}
	}
	f.Fuzz(func(t *testing.T, lines bool, src []byte) {
		name := "f.json"
		if lines {
			name += "l"
		}
		cs, err := cases.Read(name, src)
		if err != nil {
			require.Empty(t, cs)
			ds, ok := err.(policy.Diagnostics)
			require.True(t, ok && len(ds) > 0 && len(ds) <= 100)
			for i := range ds {
				d := &ds[i]
				require.True(t, 0 <= d.Pos.Offset && d.Pos.Offset <= d.End.Offset && d.End.Offset <= len(src), "%+v", d)
				require.Equal(t, 1+bytes.Count(src[:d.Pos.Offset], []byte("\n")), d.Pos.Line, "%+v", d)
				require.True(t, utf8.ValidString(d.Error()), "%q", d.Error())
			}
			return
		}
		for i := range cs {
			c := &cs[i]
			require.True(t, c.ID != "" && bytes.Contains(src, c.Text))
			again, err := cases.Read("again.json", c.Text)
			require.NoError(t, err)
			require.Len(t, again, 1)
			got := c.Run()
			require.Contains(t, []string{"allow", "explicit-deny", "implicit-deny", "undecided", "invalid"}, got.Got, got.Message)
			require.True(t, utf8.ValidString(got.Message), "%q", got.Message)
			if bytes.Contains(c.Text, []byte(`"now"`)) {
				require.Equal(t, got.Got, again[0].Run().Got)
			}
		}
	})
}
