package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file that cannot be written is left whole, and nothing beside it.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ops.json")
	err := write(file, []byte("new"))
	var e *exit
	require.ErrorAs(t, err, &e)
	require.Equal(t, codeInput, e.code)
	require.Regexp(t, `^cannot write .*ops.json: `, err.Error())

	require.NoError(t, os.WriteFile(file, []byte("old"), 0o640))
	require.NoError(t, write(file, []byte("new")))
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "new", string(got))

	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o755))
	require.Error(t, write(filepath.Join(dir, "folder"), []byte("new")))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2)
}
