package policy_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// Every document of testdata/bad is refused with exactly the findings in its
// file.
func TestBad(t *testing.T) {
	known := []string{}
	for c := range policy.Codes() {
		known = append(known, string(c))
	}
	for _, file := range glob(t, "testdata/bad/*.txt") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s := readSample(t, file)
			doc, err := policy.ParseAs(s.dialect, "", s.document)
			require.Nil(t, doc)
			ds, ok := err.(policy.Diagnostics)
			require.True(t, ok, "the error is %T", err)
			require.Equal(t, err, ds.Err())
			requireSound(t, s.document, ds)
			require.Subset(t, known, codes(ds))
			got := findings(ds)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(s.head+got), 0o644))
				return
			}
			require.Equal(t, s.want, got)
		})
	}
}
