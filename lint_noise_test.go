package writ_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

// expected says why good documents have a finding.
var expected = map[policy.Code]string{
	"ALLOW_NOT_ACTION":        "cases of NotAction",
	"ALLOW_NOT_RESOURCE":      "cases of NotResource",
	"DENY_ANYONE":             "cases of unsigned requests, which is what such a Deny is for",
	"DENY_NEVER_MATCHES":      "the case of a Deny on the wrong type",
	"DENY_VARIABLE":           "cases of variables that a request lacks",
	"DENY_WITHOUT_ACTION":     "cases and samples of an SCP without Action",
	"DEPRECATED_ACTION":       "cases of old names",
	"EMPTY_ELEMENT":           "samples of what is empty and legal",
	"FINANCE_DENY":            "the case of the exception X2",
	"FOR_ALL_VALUES_ALLOW":    "cases of ForAllValues on absent keys",
	"FULL_ACCESS":             "permissions that are meant to be full, and cases that start from one",
	"INVALID_VARIABLE":        "cases of malformed variables",
	"INVALID_VALUE":           "cases of values of the wrong type",
	"KEY_CASE":                "cases of folded keys",
	"KEY_NOT_TAKEN":           "cases of keys that an action does not list",
	"MISSING_DEPENDENCY":      "cases that grant one action",
	"MISSING_QUALIFIER":       "cases of several values without a qualifier",
	"MULTI_VALUED_VARIABLE":   "the vendor's own example of what never expands",
	"NOT_ELEMENT_IN_SCP":      "cases of NotAction and NotResource in an SCP",
	"NO_RESOURCE_LEVEL":       "cases of operation-level actions",
	"OBS_PATH":                "made-up paths",
	"OLD_NAME_IN_SCP":         "the case of L-8",
	"OLD_REGION":              "cases of old region names",
	"OPERATOR_TYPE":           "cases of operators that do not fit",
	"PERMISSION_MANAGEMENT":   "the many cases that allow cbr:*:*",
	"REGION_NAME":             "cases of old region names in conditions, and of letter case",
	"RESOURCE_TYPE":           "cases of resources that an action does not have",
	"ROLE_DEPENDENCY":         "roles looked at without those that they depend on",
	"SCP_ALLOW_CONDITION":     "cases of conditions that bound an SCP",
	"SCP_WITHOUT_ALLOW":       "a level that only denies",
	"SERVICE_WILDCARD_IN_SCP": "cases of wide denials",
	"SHADOWED_STATEMENT":      "cases in which a Deny wins over all",
	"SUPERFLUOUS_STATEMENT":   "cases of two statements with the same effect",
	"UNKNOWN_KEY":             "made-up keys",
}

// noise counts what is found in one kind of documents.
type noise struct {
	documents int
	found     map[policy.Severity]map[policy.Code]int
}

func (n *noise) look(t *testing.T, c *catalog.Catalog, doc *policy.Document, beside ...*policy.Document) {
	n.documents++
	for _, f := range append(doc.Warnings(), writ.Compiler{Catalog: c}.Lint(doc, beside...)...) {
		require.NotEqual(t, policy.Error, f.Severity, "%v", f)
		require.NotEmpty(t, expected[f.Code], "%s: %v", doc.File(), f.Error())
		if n.found[f.Severity] == nil {
			n.found[f.Severity] = map[policy.Code]int{}
		}
		n.found[f.Severity][f.Code]++
	}
}

// Documents that are meant to be good have no error, and as many findings as
// testdata/noise.txt says: a rule that becomes noisier shows there.
func TestNoFalseErrors(t *testing.T) {
	var b strings.Builder
	b.WriteString("Findings in good documents. Written by go test . -run TestNoFalseErrors -update.\n")
	used := map[policy.Code]bool{}
	count := func(title string, look func(*noise)) {
		n := noise{found: map[policy.Severity]map[policy.Code]int{}}
		look(&n)
		require.NotZero(t, n.documents, title)
		fmt.Fprintf(&b, "\n%s: %d documents\n", title, n.documents)
		for _, sev := range slices.Sorted(maps.Keys(n.found)) {
			for _, code := range slices.Sorted(maps.Keys(n.found[sev])) {
				used[code] = true
				fmt.Fprintf(&b, "%6d  %-10s  %-23s  %s\n", n.found[sev][code], sev, code, expected[code])
			}
		}
	}
	files := func(pattern string) func(*noise) {
		return func(n *noise) {
			names, err := filepath.Glob(pattern)
			require.NoError(t, err)
			for _, file := range names {
				src, err := os.ReadFile(file)
				require.NoError(t, err)
				var dialect *policy.Dialect
				for _, d := range policy.Dialects() {
					if strings.HasPrefix(filepath.Base(file), d.String()+"_") {
						dialect = d
					}
				}
				doc, err := policy.ParseAs(dialect, file, src)
				require.NoError(t, err)
				n.look(t, nil, doc)
			}
		}
	}
	count("system-defined permissions and organization policies", func(n *noise) {
		for p := range catalog.Default().Permissions() {
			if doc, err := p.Document(); err == nil {
				n.look(t, nil, doc)
			}
		}
		for _, name := range []string{"FullAccess", "RCPFullAccess", "NCPFullAccess", "FullQcloudAccess"} {
			doc, err := catalog.Default().SCP(name)
			require.NoError(t, err)
			n.look(t, nil, doc)
		}
	})
	count("examples", files("testdata/examples/*-[^c]*.json"))
	count("everyday policies", files("testdata/everyday/*.json"))
	count("samples of the reader", files("policy/testdata/good/*.json"))
	// Among the cases are all worked examples of the specifications.
	count("cases", func(n *noise) {
		for _, c := range readCases(t) {
			set, err := c.Compile()
			if err != nil {
				require.Equal(t, "invalid", c.Expect, "%s: %v", c.ID, err)
				continue
			}
			for l := range set.Layers() {
				for _, doc := range l.Documents {
					n.look(t, c.Catalog, doc, l.Documents...)
				}
			}
		}
	})
	for code := range expected {
		require.True(t, used[code], "%s is explained and not found", code)
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/noise.txt", []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile("testdata/noise.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}
