package jsonsrc_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/internal/jsonsrc"
)

// A problem ends inside the text.
func TestDepthAtTheEnd(t *testing.T) {
	for _, src := range []string{strings.Repeat("[", 16), strings.Repeat(`{"a":`, 16), strings.Repeat("[", 16) + "\n"} {
		_, problems := jsonsrc.Parse([]byte(src))
		require.LessOrEqual(t, problems[0].End, len(src))
	}
}

// A name that stands three times names its first place both times, also among
// many members.
func TestThriceAmongMany(t *testing.T) {
	var lines []string
	for i := range 20 {
		lines = append(lines, fmt.Sprintf("\"n%d\":0", i))
	}
	lines = append(lines, `"n3":1`, `"n3":2`)
	_, problems := jsonsrc.Parse([]byte("{" + strings.Join(lines, ",\n") + "}"))
	require.Len(t, problems, 2)
	for _, p := range problems {
		require.Equal(t, `duplicate name "n3", first on line 4`, p.Reason)
	}
}

// A long name is cut between two characters.
func TestLongNameIsCutWell(t *testing.T) {
	name := "x" + strings.Repeat("日", 60)
	_, problems := jsonsrc.Parse([]byte(`{"` + name + `":1,"` + name + `":1}`))
	require.NotContains(t, problems[0].Reason, `\x`)
	require.True(t, utf8.ValidString(problems[0].Reason))
}

// A trailing comma is where the finding points.
func TestTrailingCommaPlace(t *testing.T) {
	for _, src := range []string{"[1,]", "[1 ,\n ]", "{\"a\":1,\n}"} {
		_, problems := jsonsrc.Parse([]byte(src))
		require.Equal(t, ",", src[problems[0].Pos:problems[0].End])
	}
}

// A line that ends inside a string has lost its closing quote.
func TestLineEndInString(t *testing.T) {
	src := "{\n\"a\": \"b,\n\"c\": 1}"
	_, problems := jsonsrc.Parse([]byte(src))
	require.Equal(t, "a string without closing quote", problems[0].Reason)
	require.Equal(t, `"b,`, src[problems[0].Pos:problems[0].End])
}

// A comment is called one wherever it stands.
func TestCommentEverywhere(t *testing.T) {
	for _, src := range []string{"[1 // x\n]", `{"a":1 /* x */}`, `{"a" /**/ :1}`, "[1] // x"} {
		_, problems := jsonsrc.Parse([]byte(src))
		require.Equal(t, "JSON has no comments", problems[0].Reason, src)
	}
}
