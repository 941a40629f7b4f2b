package writ_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
)

// What Repair offers for the refused requests of the cases makes them allowed.
func TestRepairsOfCases(t *testing.T) {
	refused, repaired, kinds := 0, 0, map[writ.ChangeKind]int{}
	for _, c := range readCases(t) {
		set, err := c.Compile()
		if err != nil {
			continue
		}
		for _, req := range c.Requests() {
			e := set.Explain(req)
			r, ok := e.Repair()
			if e.Decision.Allowed() {
				require.False(t, ok, c.ID)
				continue
			}
			refused++
			if !ok {
				if testing.Verbose() {
					t.Logf("%s %s: %s, no repair", c.File, c.ID, e.Decision.Outcome())
				}
				continue
			}
			repaired++
			require.NotEmpty(t, r.Changes)
			for _, ch := range r.Changes {
				kinds[ch.Kind]++
				require.NotEmpty(t, ch.String())
			}
			again, err := writ.Compiler{Catalog: c.Known()}.Compile(r.Layers...)
			require.NoError(t, err, c.ID)
			require.True(t, again.Evaluate(r.Request).Allowed(), "%s %s: %v", c.File, c.ID, r.Changes)
		}
	}
	t.Logf("%d refused, %d repaired, %v", refused, repaired, kinds)
	require.Greater(t, repaired*20, refused*19)
}
