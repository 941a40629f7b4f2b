package policy_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

func TestSeverity(t *testing.T) {
	require.Equal(t, "error security warning suggestion",
		strings.Join([]string{policy.Error.String(), policy.Security.String(), policy.Warning.String(), policy.Suggestion.String()}, " "))
}

func TestDiagnosticError(t *testing.T) {
	at := policy.Position{Line: 4, Column: 17, Offset: 60}
	for _, tt := range []struct {
		d    policy.Diagnostic
		want string
	}{
		{policy.Diagnostic{Code: "IAM.1035", File: "a.json", Pos: at, Message: "no action", Fix: "write one"}, "a.json:4:17: error IAM.1035: no action; write one"},
		{policy.Diagnostic{Code: "X", Severity: policy.Security, Pos: at, Message: "wide"}, "4:17: security X: wide"},
		{policy.Diagnostic{Code: "X", Severity: policy.Warning, File: "a.json", Message: "odd"}, "a.json:-: warning X: odd"},
		{policy.Diagnostic{Code: "X", Severity: policy.Suggestion, Message: "a\nb\tc\x00d\x7fe", Fix: "\x1b[31m"}, "-: suggestion X: a?b?c?d?e; ?[31m"},
		{policy.Diagnostic{Code: "X", File: "a\nb.json", Message: "m"}, "a?b.json:-: error X: m"},
	} {
		require.Equal(t, tt.want, tt.d.Error())
	}
}

// Long texts are cut between characters, so that one line stays short.
func TestDiagnosticClipped(t *testing.T) {
	for _, unit := range []string{"a", "é", "日", "🔒", "ab🔒"} {
		long := strings.Repeat(unit, 1000)
		d := policy.Diagnostic{Code: "X", File: long, Message: long, Fix: long}
		line := d.Error()
		require.True(t, utf8.ValidString(line), unit)
		require.LessOrEqual(t, len(line), 100+240+120+3*len("…")+len(":-: error X: ; "), unit)
		require.Equal(t, 3, strings.Count(line, "…"), unit)
		require.NotContains(t, line, "\uFFFD", unit)
	}
	exact := policy.Diagnostic{Code: "X", File: strings.Repeat("f", 100), Message: strings.Repeat("m", 240), Fix: strings.Repeat("x", 120)}
	require.NotContains(t, exact.Error(), "…")
}

func TestDiagnosticsErr(t *testing.T) {
	require.NoError(t, policy.Diagnostics(nil).Err())
	require.NoError(t, policy.Diagnostics{}.Err())
	warn := policy.Diagnostics{{Severity: policy.Warning}, {Severity: policy.Security}, {Severity: policy.Suggestion}}
	require.True(t, warn.Err() == nil, "an interface that holds no findings would not be nil")
	both := append(warn, policy.Diagnostic{Code: "E", Message: "m"})
	require.Equal(t, both, both.Err())
	require.Equal(t, 4, len(strings.Split(both.Err().Error(), "\n")))
}

func TestDiagnosticsUnwrap(t *testing.T) {
	_, err := policy.Parse("a.json", []byte(`{"Version": "1.1", "Statement": [{"Effect": "x", "Action": "y"}]}`))
	var first *policy.Diagnostic
	require.True(t, errors.As(err, &first))
	require.Equal(t, policy.Code("IAM.1029"), first.Code)
	require.Equal(t, "a.json", first.File)
	var all policy.Diagnostics
	require.True(t, errors.As(err, &all))
	require.Len(t, all, 2)
	require.Len(t, all.Unwrap(), 2)
	require.True(t, errors.Is(err, all.Unwrap()[1]))
	require.Equal(t, all[0].Error()+"\n"+all[1].Error(), err.Error())
	require.Empty(t, policy.Diagnostics(nil).Unwrap())
}

// Text of the document comes into messages quoted and cut, never raw.
func TestMessagesQuote(t *testing.T) {
	for _, name := range []string{
		`\u0007\u001b[31m`, `a\nb`, `\u202e\u2066`, `\u0085\u009b`, strings.Repeat("日", 40), strings.Repeat(`\u0001`, 200),
		`\"`, strings.Repeat("x", 100_000),
	} {
		for _, src := range []string{
			`{"Version": "5.0", "Statement": [], "` + name + `": 1}`,
			`{"Version": "` + name + `", "Statement": []}`,
			`{"Version": "5.0", "Statement": [{"Effect": "` + name + `", "Action": ["` + name + `"], "Resource": ["` + name + `"]}]}`,
			`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": "` + name + `", "Resource": "` + name + `"}]}`,
			`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Condition": {"` + name + `": {"g:UserName": "x"}, "Bool": {"` + name + `": "` + name + `"}}}]}`,
		} {
			for _, d := range mustRefuse(t, nil, src) {
				require.LessOrEqual(t, len(d.Error()), 500)
				for _, r := range d.Error() {
					require.False(t, r < 0x20 || 0x7f <= r && r < 0xa0 || r == 0x202e || r == 0x2066, "%q", d.Error())
				}
			}
		}
	}
}
