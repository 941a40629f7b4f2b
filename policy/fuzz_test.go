package policy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// render writes a document as JSON, from what its methods say.
func render(doc *policy.Document) []byte {
	cam := doc.Dialect().IsCAM()
	name := func(s string) string {
		if cam {
			return strings.ToLower(s)
		}
		return s
	}
	var b bytes.Buffer
	value := func(v any) {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			panic(err)
		}
	}
	member := func(key string, v any) {
		value(key)
		b.WriteByte(':')
		value(v)
		b.WriteByte(',')
	}
	version := map[string]string{"huawei-1.0": "1.0", "huawei-1.1": "1.1", "cam-2.0": "2.0", "cam-resource": "2.0"}[doc.Dialect().String()]
	if version == "" {
		version = "5.0"
	}
	b.WriteByte('{')
	if doc.Dialect() == policy.HuaweiRole {
		depends := []map[string]string{}
		for d := range doc.Depends() {
			depends = append(depends, map[string]string{"catalog": d.Catalog, "display_name": d.DisplayName})
		}
		member("Depends", depends)
	}
	member(name("Version"), version)
	value(name("Statement"))
	b.WriteString(":[")
	for i, s := range doc.Statements() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('{')
		not := map[bool]string{true: "Not"}
		if s.Sid() != "" {
			member(name("Sid"), s.Sid())
		}
		actions := []string{}
		for _, a := range s.Actions() {
			actions = append(actions, a.String())
		}
		member(name(not[s.NotAction()]+"Action"), actions)
		if s.HasResource() {
			list := []string{}
			uri := false
			for _, r := range s.Resources() {
				list = append(list, r.String())
				uri = uri || r.Form() == resource.URI
			}
			if uri {
				member("Resource", map[string]any{"uri": list})
			} else {
				member(name(not[s.NotResource()]+"Resource"), list)
			}
		}
		if ps := s.Principals(); len(ps) == 1 && ps[0].Kind() == policy.Everyone {
			member(name(not[s.NotPrincipal()]+"Principal"), "*")
		} else if len(ps) > 0 {
			kinds := map[string][]string{}
			for _, p := range ps {
				kind := map[bool]string{false: "IAM", true: "qcs"}[cam]
				switch p.Kind() {
				case policy.Service:
					kind = name("Service")
				case policy.Federated:
					kind = "federated"
				}
				kinds[kind] = append(kinds[kind], p.String())
			}
			member(name(not[s.NotPrincipal()]+"Principal"), kinds)
		}
		if clauses := s.Condition().Clauses(); len(clauses) > 0 {
			block := map[string]map[string][]string{}
			for _, c := range clauses {
				if block[c.Operator()] == nil {
					block[c.Operator()] = map[string][]string{}
				}
				block[c.Operator()][c.KeyText()] = append([]string{}, c.Values()...)
			}
			member(name("Condition"), block)
		}
		value(name("Effect"))
		b.WriteByte(':')
		value(name(s.Effect().String()))
		b.WriteByte('}')
	}
	b.WriteString("]}")
	return b.Bytes()
}

// digest is what a document says without places and in a fixed order of
// principals and conditions, whose members have none in JSON.
func digest(doc *policy.Document) []string {
	out := []string{doc.Dialect().String()}
	for _, s := range doc.Statements() {
		sets := map[string]bool{}
		out = append(out, fmt.Sprintf("%s %q %v %v %v %v", s.Effect(), s.Sid(), s.NotAction(), s.HasResource(), s.NotResource(), s.NotPrincipal()))
		for _, a := range s.Actions() {
			out = append(out, a.String())
		}
		for _, r := range s.Resources() {
			out = append(out, fmt.Sprint(r, r.Form(), r.Variables(), r.Void() != nil))
		}
		for _, p := range s.Principals() {
			sets[fmt.Sprintf("%s %d %s %s", p.String(), p.Kind(), p.ID(), p.Name())] = true
		}
		for _, c := range s.Condition().Clauses() {
			sets[fmt.Sprintf("%s %s %s %q", c.Operator(), c.KeyText(), c.Key(), c.Values())] = true
		}
		out = append(out, fmt.Sprint(len(s.Principals()), len(s.Condition().Clauses()), s.Condition().Void()))
		out = append(out, fmt.Sprint(sets)) // fmt sorts the keys
	}
	for d := range doc.Depends() {
		out = append(out, d.Catalog, d.DisplayName)
	}
	return out
}

// FuzzParse reads any text as any dialect. Whatever it is, places are inside
// it, findings are in order and short; and a document that is accepted says
// the same after it is laid out anew, and after it is written out from what
// was understood of it.
func FuzzParse(f *testing.F) {
	dialects := append([]*policy.Dialect{nil}, policy.Dialects()...)
	index := func(d *policy.Dialect) byte {
		for i := range dialects {
			if dialects[i] == d {
				return byte(i)
			}
		}
		return 0
	}
	for _, file := range glob(f, "testdata/bad/*.txt") {
		if s := readSample(f, file); len(s.document) < 10_000 { // long ones slow the fuzzer down
			f.Add(index(s.dialect), s.document)
		}
	}
	for _, file := range glob(f, "testdata/good/*.json") {
		src, err := os.ReadFile(file)
		require.NoError(f, err)
		name, _, _ := strings.Cut(strings.TrimPrefix(file, "testdata/good/"), "_")
		f.Add(index(dialectNamed(f, name)), src)
	}
	f.Fuzz(func(t *testing.T, which byte, src []byte) {
		check(t, dialects[int(which)%len(dialects)], src)
	})
}

// check reads a text and checks what FuzzParse promises. It reports whether
// the document was accepted.
func check(t *testing.T, d *policy.Dialect, src []byte) bool {
	doc, err := policy.ParseAs(d, "f.json", src)
	if err != nil {
		ds, ok := err.(policy.Diagnostics)
		require.True(t, ok && doc == nil && len(ds) > 0)
		require.Error(t, ds.Err())
		requireSound(t, src, ds)
		for _, line := range strings.Split(err.Error(), "\n") {
			require.LessOrEqual(t, len(line), 500)
		}
		return false
	}
	requireSound(t, src, doc.Warnings())
	require.NoError(t, doc.Warnings().Err())
	requireFaithful(t, src, doc)
	require.True(t, json.Valid(src), "not JSON")
	if d == nil {
		require.Same(t, policy.Guess(src), doc.Dialect())
	}
	again := func(how string, text []byte) {
		same, err := policy.ParseAs(doc.Dialect(), "f.json", text)
		if err != nil && tooLong(err.(policy.Diagnostics)) {
			return // the text has grown
		}
		require.NoError(t, err, "%s\n%s", how, text)
		require.Equal(t, digest(doc), digest(same), how)
	}
	again("unchanged", src)
	var laidOut, compact bytes.Buffer
	require.NoError(t, json.Indent(&laidOut, src, "\r", " \t\n"))
	again("laid out", laidOut.Bytes())
	require.NoError(t, json.Compact(&compact, src))
	again("compact", compact.Bytes())
	again("written out", render(doc))
	return true
}

func tooLong(ds policy.Diagnostics) bool {
	for _, d := range ds {
		switch d.Code {
		case "DOCUMENT_LIMIT", "IAM.1021", "PolicyDocumentLengthOverLimit", "DOCUMENT_TOO_LONG":
		default:
			if d.Severity == policy.Error {
				return false
			}
		}
	}
	return true
}
