package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// Whatever action is refused on whatever it can touch: the statement to add is
// sound, and with it the request is allowed.
func TestGrantAllows(t *testing.T) {
	cat := catalog.Default()
	n := 0
	for a := range cat.Actions(nil) {
		names := [][]resource.Name{nil}
		for typ := range a.Types() {
			for _, id := range []string{"id-1", "*", "a*b", "a?b", "${g:UserName}"} {
				name, err := resource.Parse(typ.Service() + ":eu-de:0f12:" + typ.Type() + ":" + id)
				require.NoError(t, err)
				names = append(names, []resource.Name{name})
			}
		}
		if a.Name().IsCAM() {
			for _, text := range []string{"qcs::cvm:ap-beijing:uin/1:volume/disk-1", "qcs:id/0:cvm:bj::volume/*"} {
				names = append(names, []resource.Name{resource.MustParse(text)})
			}
		}
		for _, rs := range names {
			req := &writ.Request{Action: a.Name(), Resources: rs}
			g, hinder := grantFor(cat, req, a.String())
			require.Empty(t, hinder, "%s on %v", a, rs)
			doc, err := policy.Parse("add", []byte(documentOf([]*grant{g})))
			require.NoError(t, err)
			require.Empty(t, doc.Warnings(), "%s on %v", a, rs)
			for _, d := range writ.Lint(doc) {
				require.Equal(t, policy.Code("MISSING_DEPENDENCY"), d.Code, "%s on %v", a, rs)
			}
			set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
			require.NoError(t, err)
			require.True(t, set.Evaluate(req).Allowed(), "%s on %v: %s", a, rs, g)
			n++
		}
	}
	require.Greater(t, n, 300)
}

// A pattern covers the resource and no other.
func TestPatternFor(t *testing.T) {
	for name, want := range map[string]string{
		"*":                                           "*",
		"cbr:eu-de:0f12:vault:v-1":                    "cbr:eu-de:0f12:vault:v-1",
		"cbr:eu-de:0f12:vault:*":                      "cbr:eu-de:0f12:vault:*",
		"cbr:eu-de:0f12:vault:a*b?$":                  "cbr:eu-de:0f12:vault:a${*}b${?}${$}",
		"obs:::object:b/*":                            "obs:::object:b/${*}",
		"qcs:id/0:cvm:gz:uin/1:instance/ins-1":        "qcs::cvm:ap-guangzhou:uin/1:instance/ins-1",
		"qcs::cvm:ap-beijing::volume/*":               "qcs::cvm:ap-beijing:*:volume/*",
		"qcs::cos:ap-beijing:uid/1:b-1/\u202etxt.exe": "qcs::cos:ap-beijing:uid/1:b-1/\u202etxt.exe",
	} {
		got, hinder := patternFor(resource.MustParse(name))
		require.Empty(t, hinder, name)
		require.Equal(t, want, got)
	}
	for _, name := range []string{"/iam/agencies/1", "qcs::cvm:gz:uin/1***4:instance/i", "qcs::cvm:gz:uin/1:instance/i*", "qcs::cvm:gz:uin/1:a/*/b", "qcs::cos:gz:uid/1:b/${x}"} {
		_, hinder := patternFor(resource.MustParse(name))
		require.NotEmpty(t, hinder, name)
	}
}

// Of what a message names, a mask or a pattern is no resource, and one in the name
// of the caller makes nothing another account's.
func TestMaskedNames(t *testing.T) {
	for text, want := range map[string]string{
		"cbr:eu-de:0f12:vault:prod-*": "masked", "cbr:*:0f12:vault:v-1": "masked", "cbr:eu-de:****:vault:v-1": "masked",
		"obs:::object:mybucket/*": "masked", "cbr:eu-de:0f12:vault:*": "", "cbr:eu-de:0f12:vault:v-1": "",
	} {
		message := "User: iam::****:user:ops is not authorized to perform: a:b:c on resource: " + text + " because no identity-based policy allows the a:b:c action."
		file := filepath.Join(t.TempDir(), "refused.txt")
		require.NoError(t, os.WriteFile(file, []byte(message), 0o600))
		code, out, errOut := start("why", "--message", file, "--suggest")
		if want == "" {
			require.Equal(t, codeYes, code, errOut)
			require.Contains(t, out, `"`+text+`"`)
			continue
		}
		require.Equal(t, codeNo, code, text)
		require.Empty(t, out)
		require.Contains(t, errOut, want)
		code, _, _ = start("why", "--message", file, "-r", "a:b:c:d:e", "--suggest")
		require.Equal(t, codeYes, code, text)
	}
}

// A policy that is too long for the cloud is not suggested.
func TestTooLong(t *testing.T) {
	var message strings.Builder
	for i := range 400 {
		fmt.Fprintf(&message, "User: u is not authorized to perform: a:b:c%d on resource: a:b:c:d:e%[1]d because no identity-based policy allows the a:b:c%[1]d action.\n", i)
	}
	file := filepath.Join(t.TempDir(), "refused.txt")
	require.NoError(t, os.WriteFile(file, []byte(message.String()), 0o600))
	code, out, errOut := start("why", "--message", file, "--suggest")
	require.Equal(t, codeNo, code)
	require.Empty(t, out)
	require.Regexp(t, `^writ: no sound policy can be written: .*\n$`, errOut)
}

// Statements are joined by what they are for.
func TestDocumentOf(t *testing.T) {
	g := func(name string, rs ...string) *grant { return &grant{actions: []string{name}, resources: rs} }
	require.Equal(t, `{
  "Version": "5.0",
  "Statement": [
    {"Effect":"Allow","Action":["a:b:c","a:b:d"],"Resource":["a:::b:1","a:::b:2"]},
    {"Effect":"Allow","Action":["a:b:e"],"Resource":["*"]},
    {"Effect":"Allow","Action":["a:b:f"],"Resource":["a:::b:\u202e<1>"]}
  ]
}`, documentOf([]*grant{g("a:b:c", "a:::b:1"), g("a:b:d", "a:::b:1", "a:::b:2"), g("a:b:e", "a:::b:1"), g("a:b:c", "a:::b:2"), g("a:b:e", "*"), g("a:b:f", "a:::b:\u202e<1>")}))
}

// A name that deceives the reader is not put into a policy.
func TestNoDeceivingGrant(t *testing.T) {
	args := []string{"why", "-a", "cos:GetObject", "-r", "qcs::cos:ap-beijing:uid/1:b-1/a\u202etxt.exe"}
	code, out, _ := start(args...)
	require.Equal(t, codeYes, code)
	require.Contains(t, out, "no sound statement can be written")
	require.NotContains(t, out, "\u202e")
	code, out, errOut := start(append(args, "--suggest")...)
	require.Equal(t, codeNo, code)
	require.Empty(t, out)
	require.NotContains(t, errOut, "\u202e")
}
