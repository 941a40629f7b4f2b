package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// mend applies the edits of the errors of a text until there are no more.
func mend(t testing.TB, d *policy.Dialect, src []byte) []byte {
	for range 100 {
		as := d
		if as == nil {
			as = policy.Guess(src)
		}
		_, err := policy.ParseAs(as, "f.json", src)
		ds, _ := err.(policy.Diagnostics)
		as.Mend(src, ds)
		out, mended := ds.Apply(src)
		if len(mended) == 0 {
			require.Equal(t, string(src), string(out))
			return out
		}
		require.NotEqual(t, string(src), string(out))
		src = out
	}
	t.Fatalf("there is no end to mending\n%s", src)
	return nil
}

// Where only one thing can have been meant, it is written; otherwise nothing is.
func TestMend(t *testing.T) {
	v5 := func(statement string) string { return `{"Version": "5.0", "Statement": [` + statement + `]}` }
	const get = `{"Effect": "Allow", "Action": ["cbr:vaults:get"]`
	for _, x := range []struct {
		dialect   *policy.Dialect
		src, want string // "": unchanged
	}{
		{nil, v5(get + `,}`), v5(get + `}`)},
		{nil, v5(`{"Effect": "Allow", "Action": ["cbr:vaults:get" , ] , }`), v5(`{"Effect": "Allow", "Action": ["cbr:vaults:get"  ]  }`)},
		{nil, v5(`{"Effect": "Allow", "Action": ["cbr:vaults:get",,]}`), ""},
		{nil, v5(`{"Effect": "Allow", "Action": [,]}`), ""},
		{nil, "\uFEFF" + v5(get+`}`), v5(get + `}`)},
		{nil, "\uFEFF" + v5(get+`,}`), v5(get + `}`)},
		{nil, v5(`{"effect": "ALLOW", "ACTION": "cbr:vaults:get"}`), v5(`{"Effect": "Allow", "Action": ["cbr:vaults:get"]}`)},
		{nil, v5(`{"Efect": "Allow", "Action": ["cbr:vaults:get"]}`), ""},
		{nil, v5(`{"Effect": "Allowed", "Action": ["cbr:vaults:get"]}`), ""},
		{nil, v5(`{"Effect": "Deny", "Action": ["cbr:vaults:get"], "action": ["cbr:vaults:list"]}`), ""},
		{nil, v5(`{"Effect": "Deny", "NOTACTION": ["cbr:vaults:get"]}`), v5(`{"Effect": "Deny", "NotAction": ["cbr:vaults:get"]}`)},
		{nil, v5(get + `, "resource": "cbr:*:*:vault:x"}`), v5(get + `, "Resource": ["cbr:*:*:vault:x"]}`)},
		{nil, v5(get + `, "Condition": {"bool": {"g:MFAPresent": true}}}`), v5(get + `, "Condition": {"Bool": {"g:MFAPresent": "true"}}}`)},
		{nil, v5(get + `, "Condition": {"bool": {"g:A": "true"}, "Bool": {"g:B": "true"}}}`), ""},
		{nil, v5(get + `, "Condition": {"forallvalues:stringequalsifexists": {"g:UserName": "x"}}}`), v5(get + `, "Condition": {"ForAllValues:StringEqualsIfExists": {"g:UserName": "x"}}}`)},
		{nil, v5(get + `, "Condition": {"StringEqual": {"g:UserName": "x"}}}`), ""},
		{nil, v5(get + `, "Condition": {"NumberEquals": {"g:MFAAge": [5, 1.0]}}}`), v5(get + `, "Condition": {"NumberEquals": {"g:MFAAge": ["5", 1.0]}}}`)},
		{nil, `{"Version": 5.0, "Statement": ` + get + `}}`, v5(get + `}`)},
		{nil, `{"Version": 1.1, "Statement": ` + get + `, "Condition": {"stringequalsanyof": {"g:UserName": "x"}}}}`,
			`{"Version": "1.1", "Statement": [` + get + `, "Condition": {"StringEqualsAnyOf": {"g:UserName": ["x"]}}}]}`},
		{nil, `{"Version": "6.0", "Statement": []}`, ""},
		{nil, v5(`{"Effect": "Allow", "Action": ["cbr:vault"]}`), ""},
		{policy.HuaweiTrust, v5(`{"Effect": "Allow", "Action": ["sts:agencies:assume"], "Principal": {"iam": "a1"}}`), v5(`{"Effect": "Allow", "Action": ["sts:agencies:assume"], "Principal": {"IAM": ["a1"]}}`)},
		{policy.TencentCAM, `{"version": "2.0", "Statement": {"Effect": "Allow", "action": "*", "resource": "*", "condition": {"IP_equal": {"qcs:ip": "10.0.0.0/8"}}}}`,
			`{"version": "2.0", "statement": {"effect": "allow", "action": "*", "resource": "*", "condition": {"ip_equal": {"qcs:ip": "10.0.0.0/8"}}}}`},
		{policy.HuaweiRole, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"]}], "depends": {"catalog": "BASE", "display_name": "x"}}`,
			`{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"]}], "Depends": [{"catalog": "BASE", "display_name": "x"}]}`},
		{policy.HuaweiRole, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"], "Resource": "x"}]}`, ""},
	} {
		want := x.want
		if want == "" {
			want = x.src
		}
		out := mend(t, x.dialect, []byte(x.src))
		require.Equal(t, want, string(out))
		_, err := policy.ParseAs(x.dialect, "f.json", out)
		require.Equal(t, x.want == "" || strings.Contains(want, "1.0]"), err != nil, "%s: %v", out, err)
	}
}

// A document whose letter case and brackets were spoilt is mended to what it
// was, or not at all.
func TestMendRestores(t *testing.T) {
	restored := 0
	spoil := func(d *policy.Dialect, src string) {
		doc, err := policy.ParseAs(d, "f.json", []byte(src))
		if err != nil {
			return
		}
		for _, change := range [][2]string{
			{`"Effect"`, `"effect"`}, {`"Action"`, `"ACTION"`}, {`"NotAction"`, `"notAction"`}, {`"Resource"`, `"resource"`}, {`"NotResource"`, `"NOTResource"`},
			{`"Condition"`, `"condition"`}, {`"Statement"`, `"statements"`}, {`"Deny"`, `"deny"`}, {`"Allow"`, `"allow"`}, {`]}`, `,]}`}, {`}]`, `,}]`},
			{`"Bool"`, `"BOOL"`}, {`"StringEquals"`, `"stringEquals"`}, {`"true"`, `true`}, {`["*"]`, `"*"`}, {`"effect"`, `"Effect"`}, {`"deny"`, `"DENY"`},
			{`"IAM"`, `"iam"`}, {`"string_equal"`, `"String_Equal"`}, {`"Action"`, `"NoAction"`}, {`"5.0"`, `5.0`},
		} {
			out := mend(t, d, []byte(strings.Replace(src, change[0], change[1], 1)))
			after, err := policy.ParseAs(d, "f.json", out)
			if err == nil {
				require.Equal(t, digest(doc), digest(after), "%s\n%s", src, out)
				restored++
			}
		}
	}
	for _, d := range policy.Dialects() {
		g := newGarden(d)
		for range 60 {
			spoil(d, g.document())
		}
	}
	for _, file := range glob(t, "testdata/good/*.json") {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		name, _, _ := strings.Cut(filepath.Base(file), "_")
		spoil(dialectNamed(t, name), string(src))
	}
	require.Greater(t, restored, 1000)
}

// Mending ends, whatever is wrong.
func TestMendEnds(t *testing.T) {
	for _, file := range glob(t, "testdata/bad/*.txt") {
		if s := readSample(t, file); len(s.document) < 10_000 {
			mend(t, s.dialect, s.document)
		}
	}
}

func TestApply(t *testing.T) {
	fix := func(edits ...policy.Edit) policy.Diagnostic { return policy.Diagnostic{Edits: edits} }
	for _, x := range []struct {
		found policy.Diagnostics
		want  string
		n     int
	}{
		{policy.Diagnostics{fix()}, "abcdef", 0},
		{policy.Diagnostics{fix(policy.Edit{Start: 4, End: 5}), fix(policy.Edit{Start: 1, End: 2, New: "XY"})}, "aXYcdf", 2},
		{policy.Diagnostics{fix(policy.Edit{Start: 1, End: 3}), fix(policy.Edit{Start: 2, End: 4}), fix(policy.Edit{Start: 3, End: 4})}, "aef", 2},
		{policy.Diagnostics{fix(policy.Edit{Start: 0, End: 0, New: "["}, policy.Edit{Start: 6, End: 6, New: "]"})}, "[abcdef]", 1},
		{policy.Diagnostics{fix(policy.Edit{Start: 5, End: 7}), fix(policy.Edit{Start: -1, End: 0}), fix(policy.Edit{Start: 2, End: 1})}, "abcdef", 0},
	} {
		out, mended := x.found.Apply([]byte("abcdef"))
		require.Equal(t, x.want, string(out))
		require.Len(t, mended, x.n)
	}
}
