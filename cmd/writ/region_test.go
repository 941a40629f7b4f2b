package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// Columns count UTF-16 code units, and what has no end gets that of the text that
// begins there.
func TestRegion(t *testing.T) {
	at := func(src, text string) policy.Position {
		offset := strings.Index(src, text)
		line := 1 + strings.Count(src[:offset], "\n")
		return policy.Position{Line: line, Column: offset - strings.LastIndex(src[:offset], "\n"), Offset: offset}
	}
	const src = "{\n  \"é磁💾\": \"a\\\"b\", [\"\xff\", x\n]}"
	for _, c := range []struct {
		from, to string
		want     region
	}{
		{`"é`, ":", region{2, 3, 2, 9}},
		{`"a`, "", region{2, 11, 2, 17}},
		{`"a`, ",", region{2, 11, 2, 17}},
		{"[", "]", region{2, 19, 3, 1}},
		{"[", "", region{2, 19, 2, 20}},
		{"x", "", region{2, 25, 2, 26}},
		{"\n", "", region{1, 2, 1, 2}},
		{"]", "[", region{3, 1, 3, 2}},
	} {
		d := &policy.Diagnostic{Pos: at(src, c.from)}
		if c.to != "" {
			d.End = at(src, c.to)
		}
		require.Equal(t, c.want, regionOf([]byte(src), d), "%q to %q", c.from, c.to)
	}
	require.Zero(t, regionOf([]byte(src), &policy.Diagnostic{}))
	end := policy.Position{Line: 3, Column: 3, Offset: len(src)}
	require.Equal(t, region{3, 3, 3, 3}, regionOf([]byte(src), &policy.Diagnostic{Pos: end}))
	beyond := policy.Position{Line: 9, Column: 4, Offset: 999}
	require.Equal(t, region{9, 4, 9, 4}, regionOf([]byte(src), &policy.Diagnostic{Pos: beyond}))
}

// A finding keeps its fingerprint when lines move; the same one again has another.
func TestFingerprint(t *testing.T) {
	prints := func(src string) (out []string) {
		seen := map[string]int{}
		for i := range len(src) {
			if strings.HasPrefix(src[i:], "bad") {
				line := strings.LastIndex(src[:i], "\n") + 1
				d := &policy.Diagnostic{Code: "X", Pos: policy.Position{Line: 1 + strings.Count(src[:i], "\n"), Column: i - line + 1, Offset: i}}
				out = append(out, fingerprint([]byte(src), d, seen))
			}
		}
		return out
	}
	first := prints("a\n bad 1\n bad 1\nbad 2")
	require.Equal(t, first, prints("bad 1\nmore\n\n\tbad 1\r\n  bad 2"))
	require.NotEqual(t, first[0], first[1])
	require.NotEqual(t, first[0], first[2])
}
