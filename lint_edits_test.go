package writ_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// fixed makes all edits that Lint has for a document, and counts the findings
// that they mend.
func fixed(t testing.TB, known *catalog.Catalog, d *policy.Dialect, src []byte) (out []byte, n int) {
	for range 100 {
		doc, err := policy.ParseAs(d, "fixed.json", src)
		require.NoError(t, err, "%s", src)
		out, mended := writ.Compiler{Catalog: known}.Lint(doc).Apply(src)
		if len(mended) == 0 {
			return src, n
		}
		n += len(mended)
		src = out
	}
	t.Fatalf("there is no end to fixing\n%s", src)
	return nil, 0
}

// fixes is a change of a random case: the edits of Lint in all its documents.
var fixes = change{"fixes change nothing", func(w world, c object) bool {
	made := false
	for _, l := range layersOf(c) {
		l := l.(object)
		for _, x := range l["documents"].([]any) {
			doc := x.(object)
			if doc["system"] != nil {
				continue
			}
			list, put := statements(doc)
			if len(list) < 8 && w.yes(2) {
				put(append([]any{pick(w, list...)}, list...))
			}
			for _, s := range list {
				lists(s.(object), func(owner object, name string, list []any) {
					if n := len(list); 0 < n && n < 8 && w.yes(2) {
						owner[name] = append([]any{pick(w, list...)}, list...)
					}
				})
			}
			src, err := json.Marshal(doc)
			if err != nil {
				panic(err)
			}
			d, err := policy.ParseAs(dialectIn(l, src), "x.json", src)
			if err != nil {
				return false
			}
			out, mended := writ.Lint(d).Apply(src)
			if len(mended) == 0 {
				continue
			}
			made = true
			changed := decodeJSON(out).(object)
			clear(doc)
			for name, v := range changed {
				doc[name] = v
			}
		}
	}
	return made
}, same}

// dialectIn is the dialect in which a document of a case is read.
func dialectIn(l object, src []byte) *policy.Dialect {
	for _, d := range policy.Dialects() {
		if l["dialect"] == d.String() && d.IsCAM() == policy.Guess(src).IsCAM() {
			return d
		}
	}
	return policy.Guess(src)
}

// No edit of Lint changes what is decided on a random case.
func TestFixesChangeNothing(t *testing.T) {
	made := 0
	for i := range worlds() / 4 {
		if property(t, newWorld(uint64(i), 77), fixes, i%2 == 0) {
			made++
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d cases were changed", made)
	require.Greater(t, made, worlds()/40)
}

// decideAll decides every action of the catalog, by its name and its old names,
// on some resources, under a document as an identity policy or a guardrail
// beside FullAccess.
func decideAll(t *testing.T, known *catalog.Catalog, d *policy.Dialect, src []byte) (out map[string]bool) {
	doc, err := policy.ParseAs(d, "x.json", src)
	require.NoError(t, err)
	layers := []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{doc}}}
	if d.IsGuardrail() {
		layers = []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{parsed(t, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`)}}, {Kind: writ.Guardrail, Documents: []*policy.Document{doc}}}
	}
	set, err := writ.Compiler{Catalog: known}.Compile(layers...)
	require.NoError(t, err)
	out = map[string]bool{}
	decide := func(n action.Name) {
		out[n.String()] = set.Evaluate(&writ.Request{Action: n}).Allowed()
		for _, r := range []string{"orders:eu-de:a1:order:7", "cbr:eu-de:a1:vault:prod-7"} {
			out[n.String()+" "+r] = set.Evaluate(&writ.Request{Action: n, Resources: []resource.Name{resource.MustParse(r)}}).Allowed()
		}
	}
	for a := range known.Actions(nil) {
		decide(a.Name())
		for old := range a.Aliases() {
			decide(old)
		}
	}
	return out
}

// Over all actions of a catalog, new names and old ones, no edit of Lint allows
// more, and where it removes what adds nothing, none decides otherwise.
func TestFixesNeverWiden(t *testing.T) {
	src, err := os.ReadFile("testdata/examples/orders-catalog.json")
	require.NoError(t, err)
	orders, err := catalog.Parse("orders.json", src)
	require.NoError(t, err)
	known, err := catalog.Default().With(orders)
	require.NoError(t, err)
	var old []string
	for a := range known.Actions(nil) {
		for alias := range a.Aliases() {
			old = append(old, alias.String())
		}
	}
	require.NotEmpty(t, old)
	effects := []string{
		`"Effect": "Allow", "Action": `, `"Effect": "Deny", "Action": `, `"Effect": "Allow", "NotAction": `, `"Effect": "Deny", "NotAction": `,
	}
	total := 0
	for _, d := range []*policy.Dialect{policy.HuaweiIdentity, policy.HuaweiSCP} {
		for _, effect := range effects {
			for _, name := range append(old, "cbr:vaults:delete") {
				for _, list := range []string{`["` + name + `"]`, `["` + name + `", "` + strings.ToUpper(name) + `"]`, `["` + name + `", "cbr:*:*", "` + name + `"]`} {
					for _, beside := range []string{`"Effect": "Allow", "Action": ["*"]`, `"Effect": "Allow", "Action": ["*"], "Resource": ["*", "orders:*:*:order:${g:Nothing}"]`,
						`"Effect": "Deny", "Action": ["*:*:*"], "Resource": ["*", "orders:*:*:order:${g:Nothing}"]`,
						`"Effect": "Deny", "Action": ["cbr:vaults:*"]`, effect + list} {
						src := []byte(`{"Version": "5.0", "Statement": [{` + effect + list + `}, {` + beside + `}]}`)
						if _, err := policy.ParseAs(d, "x.json", src); err != nil {
							continue
						}
						out, n := fixed(t, known, d, src)
						total += n
						before, after := decideAll(t, known, d, src), decideAll(t, known, d, out)
						for what, allowed := range after {
							require.False(t, allowed && !before[what], "%s is allowed\n%s\n%s", what, src, out)
						}
						for a := range known.Actions(nil) {
							what := a.String()
							require.Equal(t, before[what], after[what], "%s\n%s\n%s", what, src, out)
						}
					}
				}
			}
		}
	}
	require.Greater(t, total, 30)
}

// What is certain is done, and only that.
func TestLintEdits(t *testing.T) {
	src, err := os.ReadFile("testdata/examples/orders-catalog.json")
	require.NoError(t, err)
	orders, err := catalog.Parse("orders.json", src)
	require.NoError(t, err)
	v5 := func(statements string) string { return `{"Version": "5.0", "Statement": [` + statements + `]}` }
	const all = `{"Effect": "Allow", "Action": ["*"]}`
	for _, x := range []struct {
		dialect   *policy.Dialect
		src, want string
	}{
		{policy.HuaweiIdentity, v5(`{"Effect": "Allow", "Action": ["orders:orders:get"]}`), v5(`{"Effect": "Allow", "Action": ["orders:order:get"]}`)},
		{policy.HuaweiIdentity, v5(`{"Effect": "Allow", "Action": ["orders:orders:get", "orders:order:get"]}`), v5(`{"Effect": "Allow", "Action": ["orders:order:get"]}`)},
		{policy.HuaweiIdentity, v5(`{"Effect": "Deny", "Action": ["orders:orders:get"]}`), ""},
		{policy.HuaweiIdentity, v5(`{"Effect": "Allow", "NotAction": ["orders:orders:get"]}`), ""},
		{policy.HuaweiSCP, v5(`{"Effect": "Allow", "Action": ["orders:orders:get"]}`), ""},
		{policy.HuaweiIdentity, v5(`{"Effect": "Deny", "Action": ["a:b:c", "A:b:c", "d:e:f", "a:b:c"], "Resource": ["*", "*"]}`), v5(`{"Effect": "Deny", "Action": ["a:b:c", "d:e:f"], "Resource": ["*"]}`)},
		{policy.HuaweiIdentity, v5(`{"Effect": "Allow", "Action": ["a:b:c"]}, ` + all + `, ` + all), v5(all)},
		{policy.HuaweiIdentity, v5(`{"Effect": "Allow", "Action": ["a:b:c"]}, {"Effect": "Allow", "Action": ["*"], "Resource": ["*", "obs:*:*:object:${g:UserName}"]}`), ""},
		{policy.HuaweiIdentity, v5(`{"Effect": "Allow", "Action": ["a:b:c"]}, {"Effect": "Deny", "Action": ["*"]}`), ""},
		{policy.HuaweiIdentity, v5(`{"Effect": "Allow", "Action": ["orders:ordr:get"]}`), ""},
		{policy.TencentCAM, `{"version": "2.0", "statement": [{"effect": "allow", "action": ["name/cvm:A", "cvm:A"], "resource": ["*", "*"]}]}`, `{"version": "2.0", "statement": [{"effect": "allow", "action": ["name/cvm:A"], "resource": ["*"]}]}`},
	} {
		if x.want == "" {
			x.want = x.src
		}
		out, _ := fixed(t, orders, x.dialect, []byte(x.src))
		require.Equal(t, x.want, string(out))
	}
}

// A finding about an entry ends with it.
func TestEntryEnds(t *testing.T) {
	src := `{"Version": "5.0", "Statement": [{"Effect": "Allow",
 "Action": ["cbr:vaults:get", "cbr:vaults:get"], "Resource": ["cbr:*:*:vault:é", "cbr:*:*:vault:é"]}]}`
	doc, err := policy.Parse("x.json", []byte(src))
	require.NoError(t, err)
	var got []string
	for _, d := range writ.Lint(doc) {
		if d.Code == "DUPLICATE_ENTRY" {
			require.Equal(t, d.End.Offset-d.Pos.Offset, d.End.Column-d.Pos.Column)
			require.Equal(t, d.Pos.Line, d.End.Line)
			got = append(got, src[d.Pos.Offset:d.End.Offset])
		}
	}
	require.Equal(t, []string{`"cbr:vaults:get"`, `"cbr:*:*:vault:é"`}, got)
}

// Layouts of the examples and of what the vendors publish decide alike.
func TestFormatDecidesAlike(t *testing.T) {
	n := 0
	for p := range catalog.Default().Permissions() {
		doc, err := p.Document()
		if err != nil {
			continue
		}
		out, err := policy.Format(doc.Dialect(), "x.json", []byte(p.Content()))
		require.NoError(t, err)
		require.Equal(t, decideAll(t, catalog.Default(), doc.Dialect(), []byte(p.Content())), decideAll(t, catalog.Default(), doc.Dialect(), out), p.Name())
		again, err := policy.Format(doc.Dialect(), "x.json", out)
		require.NoError(t, err)
		require.Equal(t, string(out), string(again))
		n++
	}
	for _, c := range readCases(t) {
		var raw struct {
			Layers []struct{ Documents []json.RawMessage }
		}
		require.NoError(t, json.Unmarshal(c.Text, &raw))
		for _, l := range raw.Layers {
			for _, src := range l.Documents {
				if out, err := policy.Format(nil, "x.json", src); err == nil {
					require.JSONEq(t, string(src), string(out))
					n++
				}
			}
		}
	}
	require.Greater(t, n, 500)
}
