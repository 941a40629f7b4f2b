package policy_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// requireSound checks what holds for the findings about any text: every place
// is inside it and is what its line and column say, the order is that of the
// places, and the messages are fit for a terminal and a log.
func requireSound(t testing.TB, src []byte, ds policy.Diagnostics) {
	place := func(p policy.Position) {
		require.True(t, 0 <= p.Offset && p.Offset <= len(src), "offset %d of %d bytes", p.Offset, len(src))
		before := src[:p.Offset]
		require.Equal(t, 1+bytes.Count(before, []byte("\n")), p.Line, "line of byte %d", p.Offset)
		require.Equal(t, p.Offset-bytes.LastIndexByte(before, '\n'), p.Column, "column of byte %d", p.Offset)
	}
	last := 0
	for i := range ds {
		d := &ds[i]
		place(d.Pos)
		place(d.End)
		require.LessOrEqual(t, d.Pos.Offset, d.End.Offset, "%v", d)
		require.LessOrEqual(t, last, d.Pos.Offset, "%v is out of order", d)
		last = d.Pos.Offset
		require.NotEmpty(t, d.Code)
		require.NotEmpty(t, d.Message)
		for _, text := range []string{d.Message, d.Fix} {
			require.True(t, utf8.ValidString(text), "%q", text)
			require.Less(t, strings.IndexFunc(text, unicode.IsControl), 0, "%q", text)
		}
		line := d.Error()
		require.LessOrEqual(t, len(line), 500, line)
		require.NotContains(t, line, "\n")
	}
	require.LessOrEqual(t, len(ds), 100)
}
