package main

import (
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

// outcomes decides every action of the catalog, by its name and its old names, under
// a document beside one that allows all.
func outcomes(t *testing.T, known *catalog.Catalog, as *policy.Dialect, doc *policy.Document) map[string]writ.Outcome {
	text := `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`
	if as.IsCAM() {
		text = `{"version": "2.0", "statement": [{"effect": "allow", "action": "*", "resource": "*"}]}`
	}
	all, err := policy.Parse("all.json", []byte(text))
	require.NoError(t, err)
	out := map[string]writ.Outcome{}
	for i, beside := range []bool{false, true} {
		var layers []writ.Layer
		l := writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}}
		switch {
		case as.IsGuardrail():
			l.Kind, beside = writ.Guardrail, true
		case as.NamesPrincipals():
			l.Kind = writ.Resource
		}
		if layers = append(layers, l); beside {
			layers = append(layers, writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{all}})
		}
		set, err := writ.Compiler{Catalog: known}.Compile(layers...)
		require.NoError(t, err)
		decide := func(n action.Name) {
			for _, r := range []string{"", "orders:eu-de:a1:order:7", "cbr:eu-de:a1:vault:prod-7", "qcs::cvm:gz:uin/1:instance/i"} {
				req := &writ.Request{Action: n}
				if r != "" {
					req.Resources = []resource.Name{resource.MustParse(r)}
				}
				out[strings.Join([]string{n.String(), r, []string{"alone", "beside"}[i]}, " ")] = set.Evaluate(req).Outcome()
			}
		}
		for a := range known.Actions(nil) {
			decide(a.Name())
			for old := range a.Aliases() {
				decide(old)
			}
		}
	}
	return out
}

// Whatever a document without --dialect is read as: after check --fix it allows
// nothing more, and denies nothing less.
func TestFixInEveryDialect(t *testing.T) {
	src, err := os.ReadFile("../../testdata/examples/orders-catalog.json")
	require.NoError(t, err)
	orders, err := catalog.Parse("orders.json", src)
	require.NoError(t, err)
	made := 0
	check := func(text string) {
		f := &checkFlags{}
		out, mended, _ := f.mend(orders, "x.json", []byte(text))
		if made += len(mended); string(out) == text {
			return
		}
		for _, family := range alike {
			for _, as := range family {
				before, err := policy.ParseAs(as, "x.json", []byte(text))
				if err != nil {
					continue
				}
				after, err := policy.ParseAs(as, "x.json", out)
				require.NoError(t, err, "%s\n%s", as, out)
				then := outcomes(t, orders, as, after)
				for what, was := range outcomes(t, orders, as, before) {
					require.False(t, then[what] == writ.Allow && was != writ.Allow, "%s %s\n%s\n%s", as, what, text, out)
					require.False(t, was == writ.ExplicitDeny && then[what] != was, "%s %s\n%s\n%s", as, what, text, out)
				}
			}
		}
	}
	const names = `"orders:orders:get", "orders:order:get", "ORDERS:order:get"`
	for _, version := range []string{"5.0", "1.1"} {
		for _, effect := range []string{`"Effect": "Allow", "Action": `, `"Effect": "Deny", "Action": `, `"Effect": "Deny", "NotAction": `, `"effect": "Allow", "Action": `} {
			for _, list := range []string{`["orders:orders:get"]`, `"orders:orders:get"`, `[` + names + `]`, `[` + names + `, ` + names + `]`} {
				for _, more := range []string{"", `, "Resource": ["*", "*"]`, `, "Principal": {"IAM": ["iam::a1:user:u"]}`, `, "Principal": "*"`, `, "Condition": {"bool": {"g:MFAPresent": true}}`} {
					for _, beside := range []string{"", `, {"Effect": "Allow", "Action": ["*"]}`, `, {"Effect": "Allow", "Action": ["orders:*:*"], "Resource": ["*"]}`, `, {"Effect": "Deny", "Action": ["orders:order:*"]}`} {
						check(`{"Version": "` + version + `", "Statement": [{` + effect + list + more + `}` + beside + `]}`)
					}
					check(`{"Version": "` + version + `", "Statement": {` + effect + list + more + `}}`)
				}
			}
		}
	}
	for _, effect := range []string{"allow", "deny", "Allow"} {
		for _, name := range []string{"statement", "Statement"} {
			for _, more := range []string{"", `, "principal": {"qcs": ["qcs::cam::uin/1:uin/2"]}`, `, "Principal": "*"`} {
				check(`{"version": "2.0", "` + name + `": [{"effect": "` + effect + `", "Action": ["cvm:AttachDisks", "name/cvm:AttachDisks"], "resource": ["*", "*"]` + more + `}]}`)
			}
		}
	}
	require.Greater(t, made, 100)
}

// An old name in an Allow is another thing in a guardrail than in an identity
// policy, and so waits for --dialect.
func TestFixNeedsDialect(t *testing.T) {
	src, err := os.ReadFile("../../testdata/examples/orders-catalog.json")
	require.NoError(t, err)
	orders, err := catalog.Parse("orders.json", src)
	require.NoError(t, err)
	text := []byte(`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["orders:orders:get"]}]}`)
	for _, c := range []struct {
		as    *policy.Dialect
		edits int
	}{{nil, 0}, {policy.HuaweiSCP, 0}, {policy.HuaweiIdentity, 1}} {
		f := &checkFlags{dialect: dialectFlag{c.as}}
		_, mended, left := f.mend(orders, "x.json", text)
		require.Len(t, mended, c.edits)
		require.False(t, left)
	}
}
