//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file keeps its owner and its group.
func TestWriteKeepsOwner(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ops.json")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o644))
	if os.Chown(file, 1, 2) != nil {
		t.Skip("only root can give files away")
	}
	require.NoError(t, write(file, []byte("new")))
	info, err := os.Stat(file)
	require.NoError(t, err)
	at := info.Sys().(*syscall.Stat_t)
	require.Equal(t, [2]uint32{1, 2}, [2]uint32{at.Uid, at.Gid})
}
