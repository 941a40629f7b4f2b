package policy_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// Every document of testdata/bad is refused with exactly the findings in its
// file.
func TestBad(t *testing.T) {
	for _, file := range glob(t, "testdata/bad/*.txt") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s := readSample(t, file)
			doc, err := policy.ParseAs(s.dialect, "", s.document)
			require.Nil(t, doc)
			ds, ok := err.(policy.Diagnostics)
			require.True(t, ok, "the error is %T", err)
			require.Equal(t, err, ds.Err())
			requireSound(t, s.document, ds)
			known := map[policy.Code]policy.Severity{}
			as := s.dialect
			if as == nil {
				as = policy.Guess(s.document)
			}
			maps.Insert(known, as.Codes())
			all := slices.Collect(policy.Codes())
			for _, d := range ds {
				require.Contains(t, known, d.Code)
				require.LessOrEqual(t, known[d.Code], d.Severity, "%s", d.Code)
				require.Contains(t, all, d.Code)
			}
			got := findings(ds)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(s.head+got), 0o644))
				return
			}
			require.Equal(t, s.want, got)
		})
	}
}
