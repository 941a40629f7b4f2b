package writ_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateAPI = flag.Bool("update-api", false, "rewrite testdata/api.txt")

// The exported names of the library and their types are those of a file: whoever
// changes one sees it there.
func TestAPI(t *testing.T) {
	var all []string
	for _, dir := range []string{".", "action", "resource", "condition", "policy", "catalog"} {
		lines := exported(t, dir)
		slices.Sort(lines)
		all = append(all, lines...)
	}
	got := strings.Join(all, "\n") + "\n"
	file := filepath.Join("testdata", "api.txt")
	if *updateAPI {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	old := strings.Split(strings.TrimSpace(string(want)), "\n")
	for _, line := range all {
		if !slices.Contains(old, line) {
			t.Errorf("new in the API: %s", line)
		}
	}
	for _, line := range old {
		if !slices.Contains(all, line) {
			t.Errorf("gone from the API: %s", line)
		}
	}
	if t.Failed() {
		t.Log("if that is meant, run go test -run TestAPI . -update-api and say so in CHANGELOG.md")
	}
}

// exported lists the declarations of a package that others see, one a line.
func exported(t *testing.T, dir string) (lines []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	fset := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		require.NoError(t, err)
		ast.FileExports(f)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				d.Body = nil
				lines = append(lines, f.Name.Name+": "+printed(t, fset, d))
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok && d.Tok == token.VAR {
						v.Values = nil
					}
					if d.Tok != token.IMPORT {
						lines = append(lines, f.Name.Name+": "+d.Tok.String()+" "+printed(t, fset, s))
					}
				}
			}
		}
	}
	return lines
}

// printed is a node on one line.
func printed(t *testing.T, fset *token.FileSet, node any) string {
	var b strings.Builder
	require.NoError(t, printer.Fprint(&b, fset, node))
	return strings.Join(strings.Fields(b.String()), " ")
}
