package policy_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

var update = flag.Bool("update", false, "rewrite the expected findings in testdata")

// sample is a file of testdata/bad: what it shows (lines with #), the dialect,
// a document, and the findings that are expected.
//
//	# Effects is no element (P-1).
//	dialect huawei-1.1
//	-- document --
//	{"Version": "1.1", …}
//	-- want --
//	4:7-4:16 error IAM.1059 unknown element "Effects"; did you mean "Effect"?
//
// In a part named "document escaped", \x20 is that byte and \x20{9} nine of
// them. The dialect auto is that of Parse.
type sample struct {
	file, head, want string
	dialect          *policy.Dialect
	document         []byte
}

var (
	partLine = regexp.MustCompile(`(?m)^-- (document|document escaped|want) --\n`)
	byteCode = regexp.MustCompile(`\\x([0-9a-f]{2})(?:\{([0-9]+)\})?`)
)

func readSample(t testing.TB, file string) *sample {
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	text := string(src)
	at := partLine.FindAllStringSubmatchIndex(text, -1)
	require.Len(t, at, 2, "%s has a document and a want part", file)
	require.Equal(t, "want", text[at[1][2]:at[1][3]], file)
	s := &sample{file: file, head: text[:at[1][1]], want: text[at[1][1]:]}
	document := text[at[0][1]:at[1][0]]
	if text[at[0][2]:at[0][3]] == "document escaped" {
		document = byteCode.ReplaceAllStringFunc(document, func(code string) string {
			m := byteCode.FindStringSubmatch(code)
			b, _ := strconv.ParseUint(m[1], 16, 8)
			n, err := strconv.Atoi(m[2])
			if err != nil {
				n = 1
			}
			return strings.Repeat(string([]byte{byte(b)}), n)
		})
	}
	s.document = []byte(document)
	_, name, _ := strings.Cut("\n"+text[:at[0][0]], "\ndialect ")
	if name = strings.TrimSpace(name); name != "auto" {
		s.dialect = dialectNamed(t, name)
	}
	return s
}

func dialectNamed(t testing.TB, name string) *policy.Dialect {
	for _, d := range policy.Dialects() {
		if d.String() == name {
			return d
		}
	}
	t.Fatalf("there is no dialect %q", name)
	return nil
}

// findings prints diagnostics the way the archives hold them.
func findings(ds policy.Diagnostics) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s-%s %s %s %s", d.Pos, d.End, d.Severity, d.Code, d.Message)
		if d.Fix != "" {
			b.WriteString("; " + d.Fix)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func glob(t testing.TB, pattern string) []string {
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files, pattern)
	return files
}
