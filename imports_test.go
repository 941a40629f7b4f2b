package writ_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/writ-policy/writ"

func goList(t *testing.T, args ...string) []string {
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

// The library imports the standard library and gobwas/glob, and nothing else.
func TestImportsOfTheLibrary(t *testing.T) {
	std := make(map[string]bool)
	for _, p := range goList(t, "std") {
		std[p] = true
	}
	for _, p := range goList(t, "-deps", module, module+"/policy", module+"/catalog") {
		switch {
		case std[p], strings.HasPrefix(p, "vendor/"), p == module, strings.HasPrefix(p, module+"/"):
		case p == "github.com/gobwas/glob", strings.HasPrefix(p, "github.com/gobwas/glob/"):
		default:
			t.Errorf("the library imports %s", p)
		}
	}
}

// Who may import whom: each package names the packages of the module that it
// may use, and the packages of the standard library that it must not.
func TestImportsOfPackages(t *testing.T) {
	in := func(names ...string) (out []string) {
		for _, n := range names {
			out = append(out, strings.TrimSuffix(module+"/"+n, "/"))
		}
		return out
	}
	rules := map[string][]string{
		"internal/wildcard": nil,
		"internal/jsonsrc":  in("internal/phrase"),
		"internal/phrase":   nil,
		"action":            in("internal/wildcard"),
		"resource":          in("internal/wildcard"),
		"condition":         in("internal/wildcard", "internal/phrase"),
		"policy":            in("action", "resource", "condition", "internal/jsonsrc", "internal/phrase", "internal/wildcard"),
		"internal/program":  in("action", "resource", "catalog", "internal/wildcard"),
		"catalog":           in("action", "resource", "condition", "policy", "internal/jsonsrc", "internal/phrase", "internal/wildcard"),
		"":                  in("action", "resource", "condition", "policy", "catalog", "internal/phrase", "internal/program", "internal/wildcard"),
	}
	// Tests, the command and the generator may use all of these.
	free := in("internal/cases", "catalog/generate")
	for _, path := range goList(t, "./...") {
		if _, known := rules[strings.TrimPrefix(strings.TrimPrefix(path, module), "/")]; !known {
			require.Contains(t, free, path, "%s has no import rule", path)
		}
	}
	for pkg, may := range rules {
		path := in(pkg)[0]
		for _, imp := range goList(t, "-f", "{{join .Imports \"\\n\"}}", path) {
			switch {
			case strings.HasPrefix(imp, module):
				require.Contains(t, may, imp, "%s imports %s", path, imp)
			case strings.HasPrefix(imp, "github.com/gobwas/glob"):
				require.Equal(t, "internal/wildcard", pkg, "%s imports %s", path, imp)
			case imp == "net/http", imp == "encoding/json", imp == "reflect", imp == "regexp", imp == "log", imp == "fmt", imp == "math/big":
				t.Errorf("%s imports %s", path, imp)
			}
		}
	}
}
