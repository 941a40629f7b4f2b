package writ_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/internal/cases"
)

// readCases reads all case files.
func readCases(t testing.TB) []cases.Case {
	files, err := filepath.Glob("testdata/cases/*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var all []cases.Case
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		cs, err := cases.Read(filepath.Base(file), src)
		require.NoError(t, err)
		all = append(all, cs...)
	}
	return all
}

// Every case of testdata/cases comes out as it says, and the oracle decides it
// alike.
func TestCases(t *testing.T) {
	all := readCases(t)
	require.GreaterOrEqual(t, len(all), 250)
	for _, c := range all {
		t.Run(c.File+"/"+c.ID, func(t *testing.T) {
			res := c.Run()
			if !res.Passed {
				t.Errorf("%s:%d %s (%s): %s", c.File, c.Line, c.ID, c.Rule, res.Message)
			}
			want, err := oracleDecide(c.Text)
			if err != nil {
				t.Errorf("oracle: %v", err)
			} else if want != res.Got {
				t.Errorf("%s:%d %s (%s): the oracle says %s, the engine %s: %s", c.File, c.Line, c.ID, c.Rule, want, res.Got, res.Message)
			}
		})
	}
}
