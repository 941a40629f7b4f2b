package main

import (
	"bytes"
	"errors"
	"flag"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
)

var update = flag.Bool("update", false, "rewrite the outputs that the scripts expect")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"writ": conforming})
}

// Each script is a scenario, to be read as an example too. What it prints in JSON
// and XML is checked against the schemas.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NL", "\n")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// exits runs a command and checks its exit code: exits 4 writ can …
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command arguments…")
	}
	got := 0
	err := ts.Exec(args[1], args[2:]...)
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, not %s", got, args[0])
	}
}

// start runs the command in this process.
func start(args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// What disturbs a terminal or deceives a reader is escaped; other text is not.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"cbr:vaults:get":         "cbr:vaults:get",
		"Grüße, 磁盘, “…”":         "Grüße, 磁盘, “…”",
		"a\x1b[2Jb":              `a\x1b[2Jb`,
		"a\r\nb\tc\x00":          `a\r\nb\tc\x00`,
		"\u202egnp.exe":          `\u202egnp.exe`,
		"a\u2066b\u2069\u200fc":  `a\u2066b\u2069\u200fc`,
		"zero\u200bwidth\ufeff":  `zero\u200bwidth\ufeff`,
		"tag\U000e0041":          `tag\U000e0041`,
		"\x9b31m":                `\x9b31m`,
		"\u009b31m":              `\u009b31m`,
		"\xff\xfe":               `\xff\xfe`,
		"\ufffd":                 "\ufffd",
		"back\\slash \"quoted\"": "back\\slash \"quoted\"",
	} {
		require.Equal(t, want, clean(in), "%q", in)
	}
}

// In JSON what cannot be seen is escaped; a document is only on a terminal.
func TestVisible(t *testing.T) {
	const text = "{\r\n\t\"a\": \"\u009b\u202e\u2066\u2069\x7f\x9b\U000e0041\rGrüße\"\n}\n"
	const want = "{\r\n\t\"a\": \"\\u009b\\u202e\\u2066\\u2069\\u007f\\x9b\\udb40\\udc41\\u000dGrüße\"\n}\n"
	require.Equal(t, want, visible(text))
	for terminal, want := range map[bool]string{true: want, false: text} {
		var out bytes.Buffer
		p := newPrinter(&out)
		p.terminal = terminal
		p.document([]byte(text))
		p.w.Flush()
		require.Equal(t, want, out.String())
	}
	var out bytes.Buffer
	p := newPrinter(&out)
	require.NoError(t, p.json("<\u009b\x7f\u202e>"))
	p.w.Flush()
	require.Equal(t, "\"<\\u009b\\u007f\\u202e>\"\n", out.String())
}

func TestWantColor(t *testing.T) {
	for _, c := range []struct {
		flag     string
		terminal bool
		env      map[string]string
		want     bool
	}{
		{"auto", true, nil, true},
		{"auto", false, nil, false},
		{"auto", true, map[string]string{"NO_COLOR": "1"}, false},
		{"auto", true, map[string]string{"TERM": "dumb"}, false},
		{"always", false, map[string]string{"NO_COLOR": "1"}, true},
		{"never", true, nil, false},
	} {
		require.Equal(t, c.want, wantColor(c.flag, c.terminal, func(k string) string { return c.env[k] }), "%v", c)
	}
}

// The type of a key decides how its value is read.
func TestContext(t *testing.T) {
	cat := catalog.Default()
	for _, c := range []struct{ text, want string }{
		{"g:MFAPresent=true", "true"},
		{"g:MFAAge=9000000000000000001", "9000000000000000001"},
		{"g:SourceIp=::ffff:10.0.0.1", "10.0.0.1"},
		{"g:CurrentTime=2026-01-31T09:00:00+01:00", "2026-01-31T08:00:00Z"},
		{"g:UserName=", `""`},
		{"g:UserName=a=b", `"a=b"`},
		{"g:TagKeys=team", `["team"]`},
		{"my:key=true", `"true"`},
	} {
		ctx, err := context(cat, []string{c.text}, nil)
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, ctx[0].Value.String(), c.text)
	}
	for _, text := range []string{"g:MFAPresent=yes", "g:MFAPresent=", "g:MFAAge=1,5", "g:SourceIp=10.0.0.0/8", "g:CurrentTime=today", "g:UserName", "=x"} {
		_, err := context(cat, []string{text}, nil)
		require.Error(t, err, text)
	}
	ctx, err := context(cat, []string{"my:key=a", "g:MFAAge=1", "My:Key=b"}, nil)
	require.NoError(t, err)
	require.Len(t, ctx, 2)
	require.Equal(t, `["a", "b"]`, ctx[0].Value.String())
	_, err = context(cat, []string{"g:MFAAge=1", "g:MFAAge=2"}, nil)
	require.Error(t, err)
	ctx, err = context(&catalog.Catalog{}, []string{"g:MFAPresent=yes"}, nil)
	require.NoError(t, err)
	require.Equal(t, condition.String("yes"), ctx[0].Value)
}

// Every flag is an environment variable, and every message one line.
func TestFlags(t *testing.T) {
	t.Setenv("WRIT_EXPECT", "maybe")
	code, _, errOut := start("can", "--system", "FullAccess", "-a", "cbr:vaults:get")
	require.Equal(t, codeUsage, code)
	require.Regexp(t, `^writ: the environment variable WRIT_EXPECT: .*\n$`, errOut)
	code, _, _ = start("can", "--system", "FullAccess", "-a", "cbr:vaults:get", "--expect", "allow")
	require.Equal(t, codeYes, code, "the command line wins")
}

// Output that cannot be written is no success.
func TestBrokenOutput(t *testing.T) {
	var errOut bytes.Buffer
	code := run([]string{"catalog", "actions"}, strings.NewReader(""), brokenWriter{}, &errOut)
	require.Equal(t, codeInternal, code)
	require.Regexp(t, `^writ: cannot write the output: .*\n$`, errOut.String())
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space") }

// Input that breaks off is not read as if it were whole.
func TestBrokenInput(t *testing.T) {
	var out, errOut bytes.Buffer
	code := run([]string{"check", "-"}, iotest.ErrReader(errors.New("line dropped")), &out, &errOut)
	require.Equal(t, codeInput, code)
	require.Equal(t, "writ: cannot read <stdin>: line dropped\n", errOut.String())
}

// A mistake of writ's own is told in one line, without a trace.
func TestInternalError(t *testing.T) {
	var out, errOut bytes.Buffer
	code := run([]string{"check", "-"}, panicking{}, &out, &errOut)
	require.Equal(t, codeInternal, code)
	require.Equal(t, "writ: internal error: boom; please report it with the command line\n", errOut.String())
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("boom") }
