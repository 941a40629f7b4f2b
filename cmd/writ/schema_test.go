package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

//go:embed testdata/sarif-schema-2.1.0.json
var sarifSchema string

// schemas compiles the schema of the answers, whole and by verb, and that of
// SARIF.
var schemas = sync.OnceValue(func() func(name string) *jsonschema.Schema {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name, text := range map[string]string{"file:///schema.json": schema, "file:///sarif.json": sarifSchema} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			panic(err)
		}
		if err := c.AddResource(name, doc); err != nil {
			panic(err)
		}
	}
	return func(name string) *jsonschema.Schema { return c.MustCompile("file:///" + name) }
})

// conform checks an output of the command against its schema; text is left alone.
func conform(out []byte) error {
	if bytes.HasPrefix(out, []byte("<?xml")) {
		return wellFormed(out)
	}
	if !bytes.HasPrefix(out, []byte("{")) {
		return nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
	if err != nil {
		return err
	}
	for _, member := range []string{"Statement", "statement"} {
		if _, ok := doc.(map[string]any)[member]; ok { // a policy document
			_, err := policy.Parse("stdout", out)
			return err
		}
	}
	name := "schema.json"
	switch s, _ := doc.(map[string]any)["$schema"].(string); {
	case strings.Contains(s, "sarif"):
		name = "sarif.json"
	case strings.Contains(s, "json-schema.org"):
		return nil // of writ schema
	}
	return schemas()(name).Validate(doc)
}

func wellFormed(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// conforming runs the command, as scripts do, and fails on an output that is not
// as its schema says.
func conforming() {
	var out bytes.Buffer
	code := run(os.Args[1:], os.Stdin, &out, os.Stderr)
	os.Stdout.Write(out.Bytes())
	if err := conform(out.Bytes()); err != nil && os.Args[1] != "fmt" { // which prints what it is given
		fmt.Fprintln(os.Stderr, err)
		code = 70
	}
	os.Exit(code)
}

// answers has a run of the command for each verb, some with all that an answer can
// have.
var answers = []struct {
	verb string
	args []string
}{
	{"can", []string{"can", "-p", "testdata/policy.json", "-a", "cbr:vaults:delete", "-r", "cbr:eu-de:a1:vault:v1", "-c", "g:MFAPresent=false", "--expect", "deny"}},
	{"can", []string{"can", "-p", "testdata/policy.json", "-a", "cbr:vaults:update", "-r", "cbr:eu-de:a1:vault:v1"}},
	{"can", []string{"can", "--system", "FullAccess", "--layer", "scp:root=testdata/policy.json", "-a", "cbr:vaults:create"}},
	{"can", []string{"can", "--layer", "identity@project:p1=testdata/old.json", "--scope", "project:p2", "-a", "cbr:vaults:delete", "--trace"}},
	{"call", []string{"can", "-p", "testdata/policy.json", "--api", "POST /v3/p1/vaults", "--region", "eu-de", "--account", "a1", "--expect", "allow"}},
	{"call", []string{"can", "-p", "testdata/policy.json", "--api", "GET /v3/p1/vaults/v1"}},
	{"call", []string{"can", "-p", "testdata/policy.json", "--api", "GET /v3/p1//vaults"}},
	{"why", []string{"why", "-p", "testdata/policy.json", "-a", "cbr:vaults:update", "-r", "cbr:eu-de:a1:vault:v1"}},
	{"why", []string{"why", "-a", "cbr:backups:restore", "-r", "cbr:eu-de:a1:backup:b1"}},
	{"why", []string{"why", "--api", "GET /nowhere"}},
	{"needs", []string{"can", "-p", "testdata/policy.json", "-a", "cbr:vaults:update", "--needs"}},
	{"check", []string{"check", "testdata/policy.json", "testdata/script", "schema.go"}},
	{"test", []string{"test", "--catalog", "none", "../../testdata/cases/catalog.jsonl"}},
	{"explain", []string{"explain"}},
	{"version", []string{"version"}},
	{"catalogActions", []string{"catalog", "actions"}},
	{"catalogActions", []string{"catalog", "actions", "--api", "*"}},
	{"catalogKeys", []string{"catalog", "keys"}},
	{"catalogTypes", []string{"catalog", "types"}},
	{"catalogAPIs", []string{"catalog", "apis"}},
	{"catalogPermissions", []string{"catalog", "permissions"}},
	{"catalogSearch", []string{"catalog", "search", "a"}},
	{"catalogSearch", []string{"catalog", "search", "no such name"}},
}

// Each verb answers as its part of the schema says. One member more or less, or
// another version, and it does not.
func TestSchema(t *testing.T) {
	// What some object may lack.
	optional := []string{"guardrail", "resource", "trace", "expect", "met", "reason", "dialect", "error", "rule", "message", "cells", "decision", "Resource", "edits", "fixed"}
	open := []string{"cells", "content"} // hold names of the data
	for _, a := range answers {
		t.Run(strings.Join(a.args, " "), func(t *testing.T) {
			_, out, errOut := start(append(a.args, "--format", "json")...)
			require.NotEmpty(t, out, errOut)
			var doc map[string]any
			require.NoError(t, json.Unmarshal([]byte(out), &doc))
			s := schemas()("schema.json#/$defs/" + a.verb)
			require.NoError(t, s.Validate(doc))
			require.NoError(t, conform([]byte(out)), "it is of one verb only")

			doc["version"] = 2.0
			require.Error(t, s.Validate(doc))
			doc["version"] = 1.0
			mutate(doc, open, func(at map[string]any) {
				at["more"] = 1.0
				require.Error(t, s.Validate(doc), "%v", at)
				delete(at, "more")
				for k, v := range maps.Clone(at) {
					delete(at, k)
					if !slices.Contains(optional, k) {
						require.Error(t, s.Validate(doc), "%s of %v", k, at)
					}
					at[k] = v
				}
			})
		})
	}
}

// mutate visits the objects of a document: of each array the first three.
func mutate(v any, open []string, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for k, sub := range v {
			if !slices.Contains(open, k) {
				mutate(sub, open, visit)
			}
		}
	case []any:
		for _, sub := range v[:min(3, len(v))] {
			mutate(sub, open, visit)
		}
	}
}

// Everything in the schema is described, every object is closed, and there are no
// definitions that nothing uses.
func TestSchemaDescribed(t *testing.T) {
	var doc map[string]any
	require.NoError(t, json.Unmarshal([]byte(schema), &doc))
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["type"] == "object" {
				require.Contains(t, v, "additionalProperties", at)
			}
			for _, in := range []string{"properties", "$defs"} {
				props, _ := v[in].(map[string]any)
				for name, p := range props {
					require.Contains(t, p, "description", at+"."+name)
				}
			}
			for k, sub := range v {
				walk(at+"."+k, sub)
			}
		case []any:
			for _, sub := range v {
				walk(at, sub)
			}
		}
	}
	walk("", doc)
	for name := range doc["$defs"].(map[string]any) {
		require.Contains(t, schema, `"$ref": "#/$defs/`+name+`"`)
	}
	code, out, _ := start("schema")
	require.Equal(t, codeYes, code)
	require.Equal(t, schema, out)
}

// What code scanning gets is SARIF, for documents of every kind, and a log that is
// not is noticed.
func TestSARIF(t *testing.T) {
	_, out, _ := start("check", "--format", "sarif", "testdata/policy.json", "testdata/old.json", "testdata/script", "schema.go", "/nosuch", "a:b c.json")
	require.NoError(t, conform([]byte(out)))
	for _, c := range [][2]string{
		{`"startLine": 1`, `"startLine": 0`},
		{`"utf16CodeUnits"`, `"bytes"`},
		{`"level": "error"`, `"level": "security"`},
		{`"file:///nosuch"`, `1`},
		{`"./a:b%20c.json"`, `["a"]`},
		{`"results"`, `"findings"`},
	} {
		require.Contains(t, out, c[0])
		require.Error(t, conform([]byte(strings.Replace(out, c[0], c[1], 1))), c[1])
	}
}
