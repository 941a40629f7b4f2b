package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// maxSize bounds the text; every program with the library carries it packed.
const maxSize = 45_000

func TestTextIsUpToDate(t *testing.T) {
	want, err := generate("../data")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../catalog.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("catalog.txt is not what the data give: run go generate ./catalog")
	}
	if len(got) > maxSize {
		t.Errorf("catalog.txt has %d bytes, more than %d", len(got), maxSize)
	}
	packed, err := os.ReadFile("../catalog.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(packed, pack(want)) {
		t.Error("catalog.bin is not what the data give: run go generate ./catalog")
	}
	again, err := generate("../data")
	if err != nil || !bytes.Equal(again, want) {
		t.Error("the text differs from run to run")
	}
}

// TestContradictions: data that do not fit together give an error, not a text.
func TestContradictions(t *testing.T) {
	for _, x := range []struct{ name, file, old, new, want string }{
		{"no JSON", "cbs.json", "[", "<", "cbs.json"},
		{"key union", "cbr.json", `"conditionKeys": []`, `"conditionKeys": ["g:UserId"]`, "union"},
		{"lost gap", "cbr.json", `"aliases": "unknown"`, `"aliases": "table"`, "gap"},
		{"unknown cell", "cbr.json", `"name": "doc"`, `"name": "rumour"`, "without evidence"},
		{"twice a key", "keys.json", `"g:CalledViaFirst"`, `"G:CALLEDVIA"`, "twice"},
		{"other type", "keys.json", `"g:TagKeys", "vendor": "huawei", "type": "string"`, `"g:TagKeys", "vendor": "huawei", "type": "numeric"`, "differ"},
		{"level", "cbs.json", `"granularity": "operation"`, `"granularity": "resource"`, "granularity"},
		{"scope", "system-permissions.json", `"scope": "all-resources"`, `"scope": "some"`, "short form"},
		{"comma", "system-permissions.json", `"formerName": "ECS Admin"`, `"formerName": "ECS, Admin"`, "comma"},
		{"tab", "system-permissions.json", `"name": "ECS FullAccess"`, `"name": "ECS\tFullAccess"`, "tab"},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := t.TempDir()
			files, err := filepath.Glob("../data/*.json")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				src, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				if filepath.Base(f) == x.file {
					changed := bytes.Replace(src, []byte(x.old), []byte(x.new), 1)
					if bytes.Equal(changed, src) {
						t.Fatalf("%s does not hold %s", x.file, x.old)
					}
					src = changed
				}
				if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), src, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := generate(dir); err == nil || !strings.Contains(err.Error(), x.want) {
				t.Errorf("error %v, want one about %q", err, x.want)
			}
		})
	}
	if _, err := generate(t.TempDir()); err == nil {
		t.Error("no error without data")
	}
}

// TestAttestedNames: a policy whose name is only inferred is left out until the
// data drop the mark.
func TestAttestedNames(t *testing.T) {
	policy := func(evidence string) *policiesData {
		return &policiesData{Service: "cbr", Policies: []policyData{{Name: "X", NameEvidence: evidence, Content: json.RawMessage("null")}}}
	}
	for evidence, want := range map[string]bool{"inferred": false, "": true} {
		var w writer
		w.permissions(nil, policy(evidence))
		if got := strings.Contains(w.text.String(), "\nX\tcbr\t"); got != want || w.err != nil {
			t.Errorf("name evidence %q: written %v, error %v", evidence, got, w.err)
		}
	}
}
