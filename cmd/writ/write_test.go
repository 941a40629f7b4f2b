package main

import (
	"os"
	"path/filepath"
	"runtime"
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

// What may not be written to is not replaced.
func TestWriteRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ops.json")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o444))
	require.ErrorContains(t, write(file, []byte("new")), "permission denied")
	require.NoError(t, os.Chmod(file, 0o644))
	if err := os.Link(file, file+".too"); err == nil && runtime.GOOS != "windows" {
		require.ErrorContains(t, write(file, []byte("new")), "hard links")
	}
}

// A name that does not fit on a line is quoted.
func TestHeaderName(t *testing.T) {
	for name, want := range map[string]string{
		"ops.json": "ops.json", "my ops.json": "my ops.json", "Grüße.json": "Grüße.json",
		"a\nb\"c\\": `"a\nb\"c\\"`, "\x1b\t\r\x7fé": `"\033\t\r\177é"`,
	} {
		require.Equal(t, want, headerName(name))
	}
	file := filepath.Join(t.TempDir(), "a\n+++ b.json")
	if os.WriteFile(file, []byte(`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"]}]}`), 0o600) == nil {
		code, out, _ := start("fmt", "-d", file)
		require.Equal(t, codeNo, code)
		require.NotContains(t, out, "\n+++ b.json")
		require.Contains(t, out, `a\n+++ b.json"`)
	}
}
