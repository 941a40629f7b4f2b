package writ_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// seedDocuments calls f with the everyday documents and some random ones, each
// with the number of its dialect.
func seedDocuments(t testing.TB, f func(which byte, src []byte)) {
	files, err := filepath.Glob("testdata/everyday/*.json")
	require.NoError(t, err)
	number := func(d *policy.Dialect) byte { return byte(slices.Index(policy.Dialects(), d)) }
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		f(number(policy.Guess(src)), src)
	}
	w := newWorld(1, 2)
	for range 3 {
		for _, d := range policy.Dialects() {
			doc := w.documentCAM(d == policy.TencentResource)
			if !d.IsCAM() {
				doc = w.documentHuawei(d.String())
			}
			src, err := json.Marshal(doc)
			require.NoError(t, err)
			f(number(d), src)
		}
	}
}

// FuzzLint looks at any document of any dialect. Findings stand inside it, in
// order; what the edits leave is a document of the dialect, and after some
// rounds there is nothing more to mend.
func FuzzLint(f *testing.F) {
	seedDocuments(f, func(which byte, src []byte) { f.Add(which, src) })
	f.Fuzz(func(t *testing.T, which byte, src []byte) {
		d := policy.Dialects()[int(which)%len(policy.Dialects())]
		doc, err := policy.ParseAs(d, "f.json", src)
		if err != nil {
			return
		}
		for round := 0; ; round++ {
			require.Less(t, round, 100, "there is no end to mending")
			found := writ.Lint(doc)
			require.Equal(t, found, writ.Lint(doc))
			last := 0
			for i := range found {
				x := &found[i]
				require.True(t, last <= x.Pos.Offset && x.Pos.Offset <= x.End.Offset && x.End.Offset <= len(src), "%+v", x)
				require.True(t, utf8.ValidString(x.Error()) && x.Code != "" && x.Message != "", "%+v", x)
				last = x.Pos.Offset
			}
			out, mended := found.Apply(src)
			if len(mended) == 0 {
				return
			}
			doc, err = policy.ParseAs(d, "f.json", out)
			require.NoError(t, err, "%s\n%s", src, out)
			src = out
		}
	})
}

// setOf compiles a document as the kind of layer that its dialect is for.
func setOf(t testing.TB, doc *policy.Document) *writ.Set {
	all := `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`
	d := policy.HuaweiIdentity
	if doc.Dialect().IsCAM() {
		d, all = policy.TencentCAM, `{"version": "2.0", "statement": [{"effect": "allow", "action": "*", "resource": "*"}]}`
	}
	wide := document(t, d, all)
	layers := []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{doc}}}
	switch {
	case doc.Dialect().IsGuardrail():
		layers = []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{wide}}, {Kind: writ.Guardrail, Name: "root", Documents: []*policy.Document{doc}}}
	case doc.Dialect() == policy.HuaweiTrust, doc.Dialect() == policy.TencentResource:
		layers = []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{wide}}, {Kind: writ.Resource, Owner: "a1", Documents: []*policy.Document{doc}}}
	}
	set, err := writ.Compile(layers...)
	require.NoError(t, err)
	return set
}

// FuzzExplain decides any request on any document. Explain decides as Evaluate
// does, and again the same; what it tells is fit to print; a repair repairs.
func FuzzExplain(f *testing.F) {
	seedDocuments(f, func(which byte, src []byte) {
		f.Add(which, src, "cbr:vaults:delete", "cbr:eu-de:a1:vault:v1", "iam::a1:user:alice", "g:UserName", "alice")
		f.Add(which, src, "cvm:StopInstances", "qcs::cvm:gz:uin/100:volume/disk-1", "qcs::cam::uin/100:uin/200", "qcs:ip", "10.0.0.1")
	})
	f.Fuzz(func(t *testing.T, which byte, src []byte, act, res, who, key, value string) {
		name, err := action.Parse(act)
		if err != nil {
			return
		}
		doc, err := policy.ParseAs(policy.Dialects()[int(which)%len(policy.Dialects())], "f.json", src)
		if err != nil {
			return
		}
		set := setOf(t, doc)
		req := &writ.Request{Action: name, Context: condition.Context{{Key: condition.NewKey(key), Value: condition.String(value)}}}
		if n, err := resource.Parse(res); err == nil && !n.IsZero() {
			req.Resources = []resource.Name{n}
		}
		if n, err := resource.Parse(who); err == nil {
			req.Principal = n
		}
		for range set.Needs(name) {
		}
		e := set.Explain(req)
		require.Equal(t, set.Evaluate(req), e.Decision)
		require.Equal(t, e.Decision, set.Explain(req).Decision)
		require.True(t, utf8.ValidString(e.Caller()))
		reasons := 0
		for r := range e.Reasons() {
			require.NotNil(t, r.Statement())
			reasons++
		}
		if o := e.Decision.Outcome(); o == writ.Allow || o == writ.ExplicitDeny {
			require.NotZero(t, reasons, "%v", o)
		}
		for trial := range e.Trials() {
			for c := range trial.Misses() {
				require.True(t, c.Position.Offset <= len(src), "%+v", c)
			}
		}
		for range e.Near() {
		}
		if r, ok := e.Repair(); ok {
			require.False(t, e.Decision.Allowed())
			again, err := writ.Compile(r.Layers...)
			require.NoError(t, err)
			require.True(t, again.Evaluate(r.Request).Allowed(), "%v", r.Changes)
		}
	})
}
