package writ_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The whole library costs a program less than 1 MB (2^20 bytes) over an empty one, symbol
// tables and debug information left out.
func TestBinarySize(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	size := func(name, source string) int64 {
		dir, err := os.MkdirTemp("testdata", "size-")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644))
		out := filepath.Join(t.TempDir(), name)
		cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", out, "./"+dir)
		text, err := cmd.CombinedOutput()
		require.NoError(t, err, string(text))
		info, err := os.Stat(out)
		require.NoError(t, err)
		return info.Size()
	}
	empty := size("empty", "package main\n\nfunc main() {}\n")
	whole := size("whole", `package main

import (
	"os"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

func main() {
	doc, err := policy.Parse("x", []byte(os.Args[1]))
	if err != nil {
		println(err.Error())
	}
	n, _ := action.Parse(os.Args[2])
	r, _ := resource.Parse(os.Args[3])
	set, _ := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	req := &writ.Request{Action: n, Resources: []resource.Name{r}, Context: condition.Context{{Key: condition.NewKey("k"), Value: condition.String("v")}}}
	println(set.Evaluate(req).Allowed(), set.Explain(req).Decision.Allowed())
	p, _ := catalog.Default().Permission("FullAccess")
	println(p.Name())
}
`)
	t.Logf("empty %d, with the library %d: %d bytes more", empty, whole, whole-empty)
	require.Less(t, whole-empty, int64(1<<20))
}
