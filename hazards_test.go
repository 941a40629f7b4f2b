package writ_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// testdata/hazards.txt names a test for each of the 47 known ways in which engines
// of policies have failed, and each test of a hazard: number, test and package.
func TestHazardsAreTested(t *testing.T) {
	const known = 47
	src, err := os.ReadFile("testdata/hazards.txt")
	require.NoError(t, err)
	listed, covered := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(src)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Fields(line)
		require.Len(t, f, 3, line)
		require.True(t, strings.HasPrefix(f[1], "TestHazard"+f[0]), line)
		require.False(t, listed[f[2]+"."+f[1]], "twice: %s", line)
		listed[f[2]+"."+f[1]], covered[f[0]] = true, true
	}
	require.Len(t, covered, known)
	for i := range known {
		require.True(t, covered[fmt.Sprintf("H%02d", i+1)], "H%02d has no test", i+1)
	}
	for name := range hazardTests(t) {
		require.True(t, listed[name], "%s is not in testdata/hazards.txt", name)
		delete(listed, name)
	}
	require.Empty(t, listed, "no such tests")
}

// hazardTests returns the tests of hazards that the files of the repository have, as
// package.test.
func hazardTests(t *testing.T) map[string]bool {
	found := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "TestHazardH") {
				found[filepath.ToSlash(filepath.Dir(path))+"."+f.Name.Name] = true
			}
		}
		return nil
	})
	require.NoError(t, err)
	return found
}
