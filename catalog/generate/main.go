// Command generate writes catalog.txt, the text that package catalog embeds,
// from the raw data in data/*.json. Run it in the package's folder:
//
//	go generate ./catalog
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const header = `# Catalog of actions, condition keys, APIs and system-defined permissions.
# Written by go generate from data/*.json, where notes and sources are.
#
# One record a line, fields parted by tabs, lists by commas, - for nothing.
# The line that opens a section names its fields. Evidence is a letter for the
# row and one for each cell: t vendor table, d vendor document, i inferred,
# u unknown. * behind a resource type: a statement for it must name one.
# ~ at the start of a path is /v3/{project_id}, = is the API's own action.
# An indented line is a dependency of the permission above it.
`

func main() {
	text, err := generate("data")
	if err == nil {
		err = os.WriteFile("catalog.txt", text, 0o644)
	}
	if err == nil {
		err = os.WriteFile("catalog.bin", pack(text), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// generate returns the text for the data in a folder.
func generate(dir string) ([]byte, error) {
	var (
		cbr         serviceData
		cbs         []camData
		keys        keysData
		permissions permissionsData
		policies    policiesData
		scps        policiesData
	)
	for _, f := range []struct {
		name string
		into any
	}{
		{"cbr.json", &cbr}, {"cbs.json", &cbs}, {"keys.json", &keys},
		{"system-permissions.json", &permissions}, {"cbr-system-policies.json", &policies}, {"scp.json", &scps},
	} {
		src, err := os.ReadFile(filepath.Join(dir, f.name))
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(src, f.into); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	w := &writer{}
	w.keys(&cbr, keys.Keys)
	w.types(&cbr)
	w.actions(&cbr)
	w.cam(cbs)
	w.apis(&cbr)
	w.permissions(permissions.Permissions, &policies)
	w.scps(scps.Policies)
	if w.err != nil {
		return nil, w.err
	}
	docs := "\n[documents] content, counted from 1\n" + strings.Join(w.documents, "\n") + "\n"
	text := append([]byte(header+docs), w.text.Bytes()...)
	if i := bytes.IndexFunc(text, func(r rune) bool { return r >= 0x80 }); i >= 0 {
		return nil, fmt.Errorf("the text is not ASCII at byte %d", i)
	}
	return text, nil
}

// writer collects the sections and keeps the first contradiction in the data.
type writer struct {
	text      bytes.Buffer
	documents []string
	err       error
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *writer) section(name, fields string) { fmt.Fprintf(&w.text, "\n[%s] %s\n", name, fields) }

func (w *writer) row(fields ...string) {
	for i, f := range fields {
		if strings.ContainsAny(f, "\t\n") {
			w.fail("field %q holds a tab or a line feed", f)
		}
		if i > 0 {
			w.text.WriteByte('\t')
		}
		if f == "" && i > 0 {
			f = "-"
		}
		w.text.WriteString(f)
	}
	w.text.WriteByte('\n')
}

// sorted joins words with commas, in byte order.
func (w *writer) sorted(words []string) string { return w.list(slices.Sorted(slices.Values(words))) }

// list joins words with commas.
func (w *writer) list(words []string) string {
	for _, s := range words {
		if strings.Contains(s, ",") {
			w.fail("%q holds a comma", s)
		}
	}
	return strings.Join(words, ",")
}

var letters = map[string]string{"table": "t", "doc": "d", "inferred": "i", "unknown": "u"}

func (w *writer) evidence(row, what string, cells map[string]string, names ...string) string {
	if len(cells) != len(names) {
		w.fail("%s: evidence for %d cells, not %d", row, len(cells), len(names))
	}
	s := letters[what]
	for _, n := range names {
		s += letters[cells[n]]
	}
	if len(s) != 1+len(names) {
		w.fail("%s: a cell without evidence", row)
	}
	return s
}

// document returns the number of a policy document; equal ones share it.
func (w *writer) document(content json.RawMessage) string {
	var b bytes.Buffer
	if len(content) == 0 || string(content) == "null" {
		return ""
	}
	if err := json.Compact(&b, content); err != nil {
		w.fail("content: %v", err)
	}
	i := slices.Index(w.documents, b.String())
	if i < 0 {
		i = len(w.documents)
		w.documents = append(w.documents, b.String())
	}
	return strconv.Itoa(i + 1)
}

func (w *writer) keys(cbr *serviceData, global []keyData) {
	all := slices.Clone(global)
	for _, k := range cbr.ConditionKeys {
		k.Grade = k.Evidence
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b keyData) int { return cmp.Compare(strings.ToLower(a.Key), strings.ToLower(b.Key)) })
	w.section("keys", "key, type, values in one request (1 or n), grade")
	for i, k := range all {
		if i > 0 && strings.EqualFold(k.Key, all[i-1].Key) {
			w.fail("key %s is there twice", k.Key)
		}
		many := "1"
		if k.Multivalued {
			many = "n"
		}
		w.row(k.Key, k.Type, many, k.Grade)
	}
	for _, g := range cbr.GlobalConditionKeys {
		if !slices.ContainsFunc(all, func(k keyData) bool {
			return k.Key == g.Key && k.Type == g.Type && k.Multivalued == g.Multivalued
		}) {
			w.fail("key %s: cbr.json and keys.json differ", g.Key)
		}
	}
}

func (w *writer) types(cbr *serviceData) {
	slices.SortFunc(cbr.ResourceTypes, func(a, b typeData) int { return cmp.Compare(a.Type, b.Type) })
	w.section("types", "service, resource type, URN, evidence")
	for _, t := range cbr.ResourceTypes {
		w.row(cbr.Service, t.Type, t.URNTemplate, letters[t.Evidence])
	}
}
