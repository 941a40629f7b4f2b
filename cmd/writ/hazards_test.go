package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What goes to a terminal has nothing in it that moves the cursor or turns the
// text around.
func TestHazardH29TerminalText(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{`\u202eprod`, `\u001b[31mprod`, `pro\u200bd`, `\u009b2J`, `prod\r`} {
		file := filepath.Join(dir, fmt.Sprint(i, ".json"))
		require.NoError(t, os.WriteFile(file, []byte(`{"Version": "5.0", "Statement": [{"Sid": "`+name+`", "Effect": "Deny", "Action": ["obs:object:`+name+`", "obs:object:get"], "Resource": ["obs:*:*:object:`+name+`"]}]}`), 0o600))
		for _, args := range [][]string{{"check", file}, {"can", "-p", file, "-a", "obs:object:get", "-r", "obs:::object:x"}} {
			_, out, errOut := start(args...)
			require.NotEmpty(t, out+errOut)
			for _, r := range out + errOut {
				require.False(t, r < 0x20 && r != '\n' || 0x7f <= r && r < 0xa0 || r == 0x202e || r == 0x200b, "%q", out+errOut)
			}
		}
	}
}

// Programs read the exit code and versioned JSON: these stay, whatever the words
// for people are.
func TestHazardH43AnswersForPrograms(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	ops := put("ops.json", `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["obs:*:*"], "Condition": {"StringNotEquals": {"g:UserName": "x"}}}, {"Effect": "Deny", "Action": ["obs:object:delete"]}]}`)
	broken := put("broken.json", `{"Version": "5.0"}`)
	for _, x := range []struct {
		code    int
		outcome string
		args    []string
	}{
		{0, "allow", []string{"can", "-p", ops, "-a", "obs:object:get", "-c", "g:UserName=y"}},
		{1, "explicit-deny", []string{"can", "-p", ops, "-a", "obs:object:delete", "-c", "g:UserName=y"}},
		{1, "implicit-deny", []string{"can", "-p", ops, "-a", "ecs:servers:list"}},
		{4, "undecided", []string{"can", "-p", ops, "-a", "obs:object:get"}},
		{2, "", []string{"can", "-p", ops}},
		{2, "", []string{"can", "--no-such-flag"}},
		{3, "", []string{"can", "-p", broken, "-a", "obs:object:get"}},
		{3, "", []string{"can", "-p", filepath.Join(dir, "missing.json"), "-a", "obs:object:get"}},
	} {
		code, _, _ := start(x.args...)
		require.Equal(t, x.code, code, "%v", x.args)
		code, out, _ := start(append(x.args, "--format", "json")...)
		require.Equal(t, x.code, code, "%v in JSON", x.args)
		if x.outcome != "" {
			var answer struct {
				Version int
				Outcome string
				Allowed bool
			}
			require.NoError(t, json.Unmarshal([]byte(out), &answer))
			require.Equal(t, 1, answer.Version)
			require.Equal(t, x.outcome, answer.Outcome)
			require.Equal(t, code == 0, answer.Allowed)
		}
	}
}
