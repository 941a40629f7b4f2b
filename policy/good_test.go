package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// dump prints everything that a document says, each thing with its place.
func dump(doc *policy.Document) string {
	var b strings.Builder
	line := func(pos policy.Position, format string, args ...any) {
		fmt.Fprintf(&b, "%-6s "+format+"\n", append([]any{pos}, args...)...)
	}
	fmt.Fprintf(&b, "%s, statements: %d\n", doc.Dialect(), doc.Len())
	for i, s := range doc.Statements() {
		pos, end := s.Position()
		line(pos, "%s %d to %s, sid %q", s.Effect(), i, end, s.Sid())
		what := map[bool]string{false: "", true: "Not"}
		for j, a := range s.Actions() {
			line(s.ActionPosition(j), "  %sAction %s = %s", what[s.NotAction()], a, a.Text())
		}
		if s.HasResource() && len(s.Resources()) == 0 {
			line(pos, "  no resource")
		}
		for j, r := range s.Resources() {
			void := ""
			if why := r.Void(); why != nil {
				void = fmt.Sprintf(" never matches, %s at byte %d", why.Reason, why.Offset)
			}
			line(s.ResourcePosition(j), "  %sResource %s%s", what[s.NotResource()], r, void)
		}
		for _, p := range s.Principals() {
			line(p.Position(), "  %sPrincipal %s, kind %d, id %q, name %s", what[s.NotPrincipal()], p.String(), p.Kind(), p.ID(), p.Name())
		}
		for j, c := range s.Condition().Clauses() {
			line(s.ClausePosition(j), "  %s %s = %s %q", c.Operator(), c.KeyText(), c.Key(), c.Values())
		}
	}
	for d := range doc.Depends() {
		line(d.Pos, "depends on %s %q", d.Catalog, d.DisplayName)
	}
	b.WriteString(findings(doc.Warnings()))
	return b.String()
}

// Every document of testdata/good is read without an error, as its .txt says.
// The name of a file begins with its dialect.
func TestGood(t *testing.T) {
	for _, file := range glob(t, "testdata/good/*.json") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			name, _, _ := strings.Cut(filepath.Base(file), "_")
			dialect := dialectNamed(t, name)
			doc, err := policy.ParseAs(dialect, file, src)
			require.NoError(t, err)
			require.Equal(t, file, doc.File())
			require.Same(t, dialect, doc.Dialect())
			requireSound(t, src, doc.Warnings())
			requireFaithful(t, src, doc)
			golden := strings.TrimSuffix(file, ".json") + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(dump(doc)), 0o644))
				return
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), dump(doc))
		})
	}
}

// requireFaithful checks that every place of a document points at the text
// that stands there.
func requireFaithful(t testing.TB, src []byte, doc *policy.Document) {
	quoted := func(p policy.Position) string {
		requireSound(t, src, policy.Diagnostics{{Code: "x", Message: "x", Pos: p, End: p}})
		return string(src[p.Offset:])
	}
	for _, s := range doc.Statements() {
		pos, end := s.Position()
		text := string(src[pos.Offset:end.Offset])
		require.True(t, strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}"), text)
		for i := range s.Actions() {
			at := s.ActionPosition(i)
			if at == pos {
				continue // SCP: the * that a Deny without Action stands for
			}
			require.Equal(t, `"`, quoted(at)[:1])
			require.True(t, pos.Offset < at.Offset && at.Offset < end.Offset)
		}
		for i := range s.Resources() {
			require.Equal(t, `"`, quoted(s.ResourcePosition(i))[:1])
		}
		for _, p := range s.Principals() {
			require.Equal(t, `"`, quoted(p.Position())[:1])
		}
		for i := range s.Condition().Clauses() {
			require.Equal(t, `"`, quoted(s.ClausePosition(i))[:1])
		}
	}
	for d := range doc.Depends() {
		require.Equal(t, "{", quoted(d.Pos)[:1])
	}
}
