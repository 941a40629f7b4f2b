package jsonsrc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/internal/jsonsrc"
)

// tree prints a node with the places of everything in it.
func tree(n *jsonsrc.Node) string {
	at := fmt.Sprintf("%d-%d", n.Pos, n.End)
	switch n.Kind {
	case jsonsrc.Null:
		return at + " null"
	case jsonsrc.Bool, jsonsrc.Number:
		return at + " " + n.Text
	case jsonsrc.String:
		return fmt.Sprintf("%s %q", at, n.Text)
	case jsonsrc.Array:
		var items []string
		for i := range n.Items {
			items = append(items, tree(&n.Items[i]))
		}
		return at + " [" + strings.Join(items, ", ") + "]"
	}
	var members []string
	for i := range n.Members {
		m := &n.Members[i]
		members = append(members, fmt.Sprintf("%d-%d %q: %s", m.NamePos, m.NameEnd, m.Name, tree(&m.Value)))
	}
	return at + " {" + strings.Join(members, ", ") + "}"
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{`null`, "0-4 null"},
		{`true`, "0-4 true"},
		{` false `, "1-6 false"},
		{"\t\r\n 0", "4-5 0"},
		{`-0`, "0-2 -0"},
		{`-12.50`, "0-6 -12.50"},
		{`0.0e0`, "0-5 0.0e0"},
		{`1e5`, "0-3 1e5"},
		{`1E+05`, "0-5 1E+05"},
		{`9007199254740993e-1`, "0-19 9007199254740993e-1"},
		{`""`, `0-2 ""`},
		{`"a b"`, `0-5 "a b"`},
		{`"\"\\\/\b\f\n\r\t"`, `0-18 "\"\\/\b\f\n\r\t"`},
		{`"\u0041\u00e9\u65E5\u65e5"`, `0-26 "Aé日日"`},
		{`"\ud83d\udd12x\uD83D\uDD12"`, `0-27 "🔒x🔒"`},
		{`"é日🔒"`, `0-11 "é日🔒"`},
		{`"\u2028\u007f\ufffd"`, `0-20 "\u2028\x7f` + "\ufffd" + `"`},
		{"\"\u0085\u2028\x7f\"", `0-8 "\u0085\u2028\x7f"`},
		{`[]`, "0-2 []"},
		{`[ ]`, "0-3 []"},
		{`[1,"a" , null]`, `0-14 [1-2 1, 3-6 "a", 9-13 null]`},
		{`[[[]],{}]`, `0-9 [1-5 [2-4 []], 6-8 {}]`},
		{`{}`, "0-2 {}"},
		{"{\n}", "0-3 {}"},
		{`{"a":1}`, `0-7 {1-4 "a": 5-6 1}`},
		{"{ \"a\" : 1 ,\n\"b\":{\"a\":[true]} }", `0-30 {2-5 "a": 8-9 1, 12-15 "b": 16-28 {17-20 "a": 21-27 [22-26 true]}}`},
		{`{"":0,"A":1,"a":2}`, `0-18 {1-3 "": 4-5 0, 6-9 "A": 10-11 1, 12-15 "a": 16-17 2}`},
		{`{"\u0061":1}`, `0-12 {1-9 "a": 10-11 1}`},
	} {
		n, problems := jsonsrc.Parse([]byte(tt.src))
		require.Empty(t, problems, tt.src)
		require.Equal(t, tt.want, tree(&n), tt.src)
	}
}

func TestProblems(t *testing.T) {
	const (
		syntax    = jsonsrc.Syntax
		duplicate = jsonsrc.Duplicate
		encoding  = jsonsrc.Encoding
		limit     = jsonsrc.Limit
	)
	type want struct {
		kind     jsonsrc.ProblemKind
		pos, end int
		reason   string
		fix      string
	}
	value := "a value is expected, not "
	name := "a member name in double quotes is expected, not "
	brace := "a comma or the closing brace is expected, not "
	bracket := "a comma or the closing bracket is expected, not "
	digit := "a digit is expected, not "
	eof := "the end of the document"
	for _, tt := range []struct {
		src  string
		want []want
	}{
		{"", []want{{syntax, 0, 0, "the document is empty", "write a policy, an object in braces"}}},
		{" \n\t", []want{{syntax, 3, 3, "the document is empty", "write a policy, an object in braces"}}},
		{"\ufeff", []want{{encoding, 0, 3, "the document begins with a byte-order mark", "save it as UTF-8 without one"}, {syntax, 3, 3, "the document is empty", "write a policy, an object in braces"}}},
		{"\ufeff1", []want{{encoding, 0, 3, "the document begins with a byte-order mark", "save it as UTF-8 without one"}}},
		{"\xef\xbb1", []want{{syntax, 0, 1, value + "a byte that is not UTF-8", ""}}},
		{"\xfe\xff\x00{", []want{{encoding, 0, 2, "the document begins with a byte-order mark of UTF-16", "save it as UTF-8 without one"}}},
		{"\xff\xfe{\x00", []want{{encoding, 0, 2, "the document begins with a byte-order mark of UTF-16", "save it as UTF-8 without one"}}},
		{"\xff", []want{{syntax, 0, 1, value + "a byte that is not UTF-8", ""}}},

		{"x", []want{{syntax, 0, 1, value + "'x'", ""}}},
		{"é", []want{{syntax, 0, 2, value + "'é'", ""}}},
		{"🔒", []want{{syntax, 0, 4, value + "'🔒'", ""}}},
		{"\x00", []want{{syntax, 0, 1, value + `'\x00'`, ""}}},
		{"\u202e", []want{{syntax, 0, 3, value + `'\u202e'`, ""}}},
		{"\u00a01", []want{{syntax, 0, 2, value + `'\u00a0'`, ""}}},
		{"]", []want{{syntax, 0, 1, value + "']'", ""}}},
		{"}", []want{{syntax, 0, 1, value + "'}'", ""}}},
		{":", []want{{syntax, 0, 1, value + "':'", ""}}},
		{"True", []want{{syntax, 0, 1, value + "'T'", ""}}},
		{"truely", []want{{syntax, 0, 1, value + "'t'", ""}}},
		{"true1", []want{{syntax, 0, 1, value + "'t'", ""}}},
		{"nul", []want{{syntax, 0, 1, value + "'n'", ""}}},
		{"null_", []want{{syntax, 0, 1, value + "'n'", ""}}},
		{"NaN", []want{{syntax, 0, 1, value + "'N'", ""}}},
		{"+1", []want{{syntax, 0, 1, value + "'+'", ""}}},
		{".5", []want{{syntax, 0, 1, value + "'.'", ""}}},
		{"'a'", []want{{syntax, 0, 1, "a string in single quotes", "write it in double quotes"}}},
		{"// x\n1", []want{{syntax, 0, 1, "JSON has no comments", "remove it"}}},
		{"/* x */1", []want{{syntax, 0, 1, "JSON has no comments", "remove it"}}},
		{"[// x\n1]", []want{{syntax, 1, 2, "JSON has no comments", "remove it"}}},

		{"1 2", []want{{syntax, 2, 3, "text after the end of the document", "remove it"}}},
		{"{}\n{} ", []want{{syntax, 3, 6, "a second document in one text", "write one document a file"}}},
		{"{}}", []want{{syntax, 2, 3, "text after the end of the document", "remove it"}}},
		{"null\x00", []want{{syntax, 4, 5, "text after the end of the document", "remove it"}}},

		{"-", []want{{syntax, 1, 1, digit + eof, ""}}},
		{"-x", []want{{syntax, 1, 2, digit + "'x'", ""}}},
		{"--1", []want{{syntax, 1, 2, digit + "'-'", ""}}},
		{"01", []want{{syntax, 1, 2, "a number with a leading zero", "remove the zero"}}},
		{"-00", []want{{syntax, 2, 3, "a number with a leading zero", "remove the zero"}}},
		{"1.", []want{{syntax, 2, 2, "a digit is expected after the point, not " + eof, ""}}},
		{"1.e5", []want{{syntax, 2, 3, "a digit is expected after the point, not 'e'", ""}}},
		{"1e", []want{{syntax, 2, 2, "a digit is expected in the exponent, not " + eof, ""}}},
		{"1e+", []want{{syntax, 3, 3, "a digit is expected in the exponent, not " + eof, ""}}},
		{"1e-x", []want{{syntax, 3, 4, "a digit is expected in the exponent, not 'x'", ""}}},
		{"0x10", []want{{syntax, 1, 4, "text after the end of the document", "remove it"}}},
		{"1.2.3", []want{{syntax, 3, 5, "text after the end of the document", "remove it"}}},
		{"[1_000]", []want{{syntax, 2, 3, bracket + "'_'", ""}}},

		{`"`, []want{{syntax, 0, 1, "a string without closing quote", ""}}},
		{` "a`, []want{{syntax, 1, 3, "a string without closing quote", ""}}},
		{`"a\"`, []want{{syntax, 0, 4, "a string without closing quote", ""}}},
		{"\"a\x00\"", []want{{syntax, 2, 3, `control character '\x00' in a string`, "write it as an escape, or remove it"}}},
		{"\"a\tb\"", []want{{syntax, 2, 3, `control character '\t' in a string`, "write it as an escape, or remove it"}}},
		{"\"\x1f\"", []want{{syntax, 1, 2, `control character '\x1f' in a string`, "write it as an escape, or remove it"}}},
		{`"\x41"`, []want{{syntax, 1, 2, "unknown escape in a string", `write \\ for a backslash`}}},
		{`"\`, []want{{syntax, 1, 2, "unknown escape in a string", `write \\ for a backslash`}}},
		{`"\U0041"`, []want{{syntax, 1, 2, "unknown escape in a string", `write \\ for a backslash`}}},
		{`"\'"`, []want{{syntax, 1, 2, "unknown escape in a string", `write \\ for a backslash`}}},
		{`"\u"`, []want{{syntax, 3, 4, `four hexadecimal digits are expected after \u, not '"'`, ""}}},
		{`"\u00g0"`, []want{{syntax, 5, 6, `four hexadecimal digits are expected after \u, not 'g'`, ""}}},
		{`"\u004`, []want{{syntax, 6, 6, `four hexadecimal digits are expected after \u, not ` + eof, ""}}},
		{`"\u+041"`, []want{{syntax, 3, 4, `four hexadecimal digits are expected after \u, not '+'`, ""}}},
		{`"\ud83d\u00"`, []want{{syntax, 11, 12, `four hexadecimal digits are expected after \u, not '"'`, ""}}},
		{`"\ud83d\x"`, []want{{encoding, 1, 7, "half of a surrogate pair", "write the character itself"}, {syntax, 7, 8, "unknown escape in a string", `write \\ for a backslash`}}},

		{`"\u0000"`, []want{{encoding, 1, 7, "NUL character", "remove it"}}},
		{`"\ud83d"`, []want{{encoding, 1, 7, "half of a surrogate pair", "write the character itself"}}},
		{`"\udd12"`, []want{{encoding, 1, 7, "half of a surrogate pair", "write the character itself"}}},
		{`"\udd12\ud83d"`, []want{{encoding, 1, 7, "half of a surrogate pair", "write the character itself"}, {encoding, 7, 13, "half of a surrogate pair", "write the character itself"}}},
		{`"\ud83d\ud83d\udd12"`, []want{{encoding, 1, 7, "half of a surrogate pair", "write the character itself"}}},
		{`"\ud83d\u0041"`, []want{{encoding, 1, 7, "half of a surrogate pair", "write the character itself"}}},
		{`"\ud83d\n"`, []want{{encoding, 1, 7, "half of a surrogate pair", "write the character itself"}}},
		{"\"a\xffb\xfe\"", []want{{encoding, 2, 3, "text that is not UTF-8", "save the document as UTF-8"}, {encoding, 4, 5, "text that is not UTF-8", "save the document as UTF-8"}}},
		{"\"\xed\xa0\x80\"", []want{{encoding, 1, 2, "text that is not UTF-8", "save the document as UTF-8"}, {encoding, 2, 3, "text that is not UTF-8", "save the document as UTF-8"}, {encoding, 3, 4, "text that is not UTF-8", "save the document as UTF-8"}}},
		{"{\"\xff\": 1, \"a\": \"\xff\"}", []want{{encoding, 2, 3, "text that is not UTF-8", "save the document as UTF-8"}, {encoding, 15, 16, "text that is not UTF-8", "save the document as UTF-8"}}},

		{"[", []want{{syntax, 1, 1, value + eof, ""}}},
		{"[1", []want{{syntax, 2, 2, bracket + eof, ""}}},
		{"[1 2]", []want{{syntax, 3, 4, bracket + "'2'", ""}}},
		{"[1}", []want{{syntax, 2, 3, bracket + "'}'", ""}}},
		{"[,]", []want{{syntax, 1, 2, value + "','", ""}}},
		{"[1,,2]", []want{{syntax, 3, 4, value + "','", ""}}},
		{"[1,", []want{{syntax, 3, 3, value + eof, ""}}},
		{"{", []want{{syntax, 1, 1, name + eof, ""}}},
		{"{a:1}", []want{{syntax, 1, 2, name + "'a'", ""}}},
		{"{'a':1}", []want{{syntax, 1, 2, name + `'\''`, ""}}},
		{"{1:1}", []want{{syntax, 1, 2, name + "'1'", ""}}},
		{"{,}", []want{{syntax, 1, 2, name + "','", ""}}},
		{"{/**/}", []want{{syntax, 1, 2, "JSON has no comments", "remove it"}}},
		{`{"a"`, []want{{syntax, 4, 4, "a colon is expected after the member name, not " + eof, ""}}},
		{`{"a",1}`, []want{{syntax, 4, 5, "a colon is expected after the member name, not ','", ""}}},
		{`{"a" 1}`, []want{{syntax, 5, 6, "a colon is expected after the member name, not '1'", ""}}},
		{`{"a":`, []want{{syntax, 5, 5, value + eof, ""}}},
		{`{"a":}`, []want{{syntax, 5, 6, value + "'}'", ""}}},
		{`{"a":1`, []want{{syntax, 6, 6, brace + eof, ""}}},
		{`{"a":1 "b":2}`, []want{{syntax, 7, 8, brace + `'"'`, ""}}},
		{`{"a":1]`, []want{{syntax, 6, 7, brace + "']'", ""}}},
		{`{"a":1,`, []want{{syntax, 7, 7, name + eof, ""}}},
		{`{"a":1;"b":2}`, []want{{syntax, 6, 7, brace + "';'", ""}}},
		{`{"a`, []want{{syntax, 1, 3, "a string without closing quote", ""}}},
		{`{"a":[{"b":x}]}`, []want{{syntax, 11, 12, value + "'x'", ""}}},

		{`{"a":1,"a":1}`, []want{{duplicate, 7, 10, `duplicate name "a", first on line 1`, "keep one of the two"}}},
		{"{\"a\":1,\n\n\"\\u0061\":2}", []want{{duplicate, 9, 17, `duplicate name "a", first on line 1`, "keep one of the two"}}},
		{"\n{\"a\":1,\n\"a\":2,\n\"a\":3}", []want{{duplicate, 9, 12, `duplicate name "a", first on line 2`, "keep one of the two"}, {duplicate, 16, 19, `duplicate name "a", first on line 2`, "keep one of the two"}}},
		{`{"":0,"":0}`, []want{{duplicate, 6, 8, `duplicate name "", first on line 1`, "keep one of the two"}}},
		{`[{"a":1},{"a":1,"b":{"a":1,"a":1}}]`, []want{{duplicate, 27, 30, `duplicate name "a", first on line 1`, "keep one of the two"}}},
		{`{"a":{"x":1,"x":2},"a":x}`, []want{{duplicate, 12, 15, `duplicate name "x", first on line 1`, "keep one of the two"}, {syntax, 23, 24, value + "'x'", ""}}},
		{`{"\n":1,"\n":2}`, []want{{duplicate, 8, 12, `duplicate name "\n", first on line 1`, "keep one of the two"}}},
		{`{"` + strings.Repeat("x", 90) + `":1,"` + strings.Repeat("x", 90) + `":1}`, []want{{duplicate, 96, 188, `duplicate name "` + strings.Repeat("x", 80) + `"…, first on line 1`, "keep one of the two"}}},

		{strings.Repeat("[", 17), []want{{limit, 16, 17, "nested deeper than 16 levels", "a policy needs six"}}},
		{strings.Repeat(`{"a":`, 16) + "1", []want{{limit, 80, 81, "nested deeper than 16 levels", "a policy needs six"}}},
		{strings.Repeat(" ", jsonsrc.MaxSize+1), []want{{limit, 0, 0, "the document has more than 131072 characters", "split it"}}},
	} {
		n, problems := jsonsrc.Parse([]byte(tt.src))
		var got []want
		for _, p := range problems {
			got = append(got, want{p.Kind, p.Pos, p.End, p.Reason, p.Fix})
		}
		require.Equal(t, tt.want, got, "%q", tt.src)
		if tt.want[len(tt.want)-1].kind == syntax || tt.want[len(tt.want)-1].kind == limit {
			continue
		}
		require.True(t, n.End > 0 || strings.HasPrefix(tt.src, "\xfe\xff") || strings.HasPrefix(tt.src, "\xff\xfe"), "%q: what can be read is read", tt.src)
	}
}

// A comma before a closing bracket is told from a missing value.
func TestTrailingComma(t *testing.T) {
	for src, reason := range map[string]string{
		"[1,]":         "a comma before the closing bracket",
		"[1 , \n]":     "a comma before the closing bracket",
		`{"a":1,}`:     "a comma before the closing brace",
		"{\"a\":1,\n}": "a comma before the closing brace",
	} {
		_, problems := jsonsrc.Parse([]byte(src))
		require.Len(t, problems, 1)
		require.Equal(t, jsonsrc.Syntax, problems[0].Kind)
		require.Equal(t, reason, problems[0].Reason)
		require.Equal(t, "remove the comma", problems[0].Fix)
	}
}

func TestManyMembers(t *testing.T) {
	names := make([]string, 300)
	for i := range names {
		names[i] = fmt.Sprintf("\"n%d\": %d", i, i)
	}
	src := "{" + strings.Join(names, ",\n") + "}"
	n, problems := jsonsrc.Parse([]byte(src))
	require.Empty(t, problems)
	require.Len(t, n.Members, 300)
	m, ok := n.Member("n299")
	require.True(t, ok)
	require.Equal(t, "299", m.Value.Text)
	_, ok = n.Member("N299")
	require.False(t, ok)
	_, ok = m.Value.Member("x")
	require.False(t, ok)
	for _, name := range []string{"n0", "n15", "n16", "n17", "n299"} {
		_, problems := jsonsrc.Parse([]byte(strings.TrimSuffix(src, "}") + ", \"" + name + "\": 0}"))
		require.Len(t, problems, 1, name)
		require.Equal(t, jsonsrc.Duplicate, problems[0].Kind)
		require.Equal(t, fmt.Sprintf("duplicate name %q, first on line %s", name, line(name)), problems[0].Reason)
	}
}

func line(name string) string {
	var i int
	fmt.Sscanf(name, "n%d", &i)
	return fmt.Sprint(i + 1)
}

func TestMember(t *testing.T) {
	n, _ := jsonsrc.Parse([]byte(`{"a": 1, "b": 2, "a": 3}`))
	m, ok := n.Member("a")
	require.True(t, ok)
	require.Equal(t, "1", m.Value.Text, "the first of two")
}

func TestKindString(t *testing.T) {
	var got []string
	for k := jsonsrc.Null; k <= jsonsrc.Object; k++ {
		got = append(got, k.String())
	}
	require.Equal(t, []string{"null", "a boolean", "a number", "a string", "an array", "an object"}, got)
}

func TestLimits(t *testing.T) {
	reason := func(src string, l jsonsrc.Limits) string {
		_, problems := jsonsrc.ParseLimits([]byte(src), l)
		if len(problems) == 0 {
			return ""
		}
		require.Len(t, problems, 1)
		require.Equal(t, jsonsrc.Limit, problems[0].Kind)
		return problems[0].Reason
	}
	large := jsonsrc.Limits{Size: 1 << 20, Depth: 1 << 20}
	require.Equal(t, "", reason(strings.Repeat("[", 50_000)+strings.Repeat("]", 50_000), large))
	require.Equal(t, "", reason(`"`+strings.Repeat("é", 8)+`"`, jsonsrc.Limits{Size: 10, Depth: 1}))
	require.Equal(t, "the document has more than 10 characters", reason(`"`+strings.Repeat("é", 9)+`"`, jsonsrc.Limits{Size: 10, Depth: 1}))
	require.Equal(t, "", reason(`"`+strings.Repeat("🔒", 8)+`"`, jsonsrc.Limits{Size: 10, Depth: 1}))
	require.Equal(t, "the document has more than 10 characters", reason(strings.Repeat("🔒", 11), jsonsrc.Limits{Size: 10, Depth: 1}))
	require.Equal(t, "", reason(`1`, jsonsrc.Limits{Size: 10, Depth: 1}))
	require.Equal(t, "", reason(`[]`, jsonsrc.Limits{Size: 10, Depth: 1}))
	require.Equal(t, "nested deeper than 1 levels", reason(`[1]`, jsonsrc.Limits{Size: 10, Depth: 1}))
	require.Equal(t, "nested deeper than 2 levels", reason(`[{"a":1}]`, jsonsrc.Limits{Size: 10, Depth: 2}))
	require.Equal(t, "", reason(`[{"a":1}]`, jsonsrc.Limits{Size: 10, Depth: 3}))
	require.Equal(t, "nested deeper than 0 levels", reason(`1`, jsonsrc.Limits{Size: 10}))

	// The depth that is read, and one more.
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	_, problems := jsonsrc.Parse([]byte(deep(jsonsrc.MaxDepth)))
	require.Empty(t, problems)
	_, problems = jsonsrc.Parse([]byte(deep(jsonsrc.MaxDepth + 1)))
	require.Len(t, problems, 1)
}

// However many problems a text has, the first hundred are reported, and a text
// that cannot be read to its end is never taken for one that can.
func TestMaxProblems(t *testing.T) {
	many := `["` + strings.Repeat(`\ud800`, 500) + `"`
	for _, src := range []string{many + "]", many, many + "] x", many + ", " + strings.Repeat("[", 20)} {
		_, problems := jsonsrc.Parse([]byte(src))
		require.Len(t, problems, jsonsrc.MaxProblems)
	}
}

// Offset finds the byte of the text from which a byte of the string came.
func TestOffset(t *testing.T) {
	for _, text := range []string{
		`"abc"`, `""`, `"a\"b"`, `"\\\\"`, `"\u0041b"`, `"é\u00e9x"`, `"日\u65e5x"`, `"🔒\ud83d\udd12x"`, `"\b\f\n\r\t\/x"`,
	} {
		src := []byte(" [1, " + text + "]")
		root, problems := jsonsrc.Parse(src)
		require.Empty(t, problems)
		n := &root.Items[1]
		require.Equal(t, n.Pos+1, n.Offset(src, 0))
		require.Equal(t, n.End-1, n.Offset(src, len(n.Text)), "the closing quote")
		require.Equal(t, n.End-1, n.Offset(src, len(n.Text)+100), "no place behind it")
		for off, r := range n.Text {
			from := n.Offset(src, off)
			to := n.Offset(src, off+len(string(r)))
			one, problems := jsonsrc.Parse([]byte(`"` + string(src[from:to]) + `"`))
			require.Empty(t, problems)
			require.Equal(t, string(r), one.Text, "%s at %d", text, off)
		}
	}
}

func TestLines(t *testing.T) {
	src := "ab\n\né\r\nx"
	l := jsonsrc.NewLines([]byte(src))
	var got []string
	for i := 0; i <= len(src); i++ {
		line, column := l.At(i)
		got = append(got, fmt.Sprintf("%d:%d", line, column))
	}
	require.Equal(t, []string{"1:1", "1:2", "1:3", "2:1", "3:1", "3:2", "3:3", "3:4", "4:1", "4:2"}, got)
	line, column := jsonsrc.NewLines(nil).At(0)
	require.Equal(t, []int{1, 1}, []int{line, column})
	for n := range 40 {
		text := []byte(strings.Repeat("x\n", n))
		for i := range text {
			line, column := jsonsrc.NewLines(text).At(i)
			require.Equal(t, []int{i/2 + 1, i%2 + 1}, []int{line, column})
		}
	}
}
