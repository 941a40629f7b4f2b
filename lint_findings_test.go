package writ_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/policy"
)

// FINDINGS.md has a section for each rule, and the codes of errors.
func TestFindingsFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Findings\n\nWhat `writ check` looks for besides errors; `writ explain CODE` says the same.\nWritten by `go test . -run TestFindingsFile -update`.\n")
	for r := range writ.Rules() {
		b.WriteString("\n## " + string(r.Code) + "\n\n" + r.Title + " (" + r.Severity.String() + "). " + r.Text + "\n")
	}
	b.WriteString(vendorCodes(t))
	if *update {
		require.NoError(t, os.WriteFile("FINDINGS.md", []byte(b.String()), 0o644))
	}
	got, err := os.ReadFile("FINDINGS.md")
	require.NoError(t, err)
	require.Equal(t, b.String(), string(got))
}

// attested are the codes of Huawei Cloud's policy checker that its pages name
// (huawei.md I7099, SDK-val, 3.1, C-11).
var attested = []policy.Code{"JSON_SYNTAX_ERROR", "MISSING_VERSION", "INVALID_VERSION", "MISSING_STATEMENT", "INVALID_POLICY_ELEMENT", "DATA_TYPE_MISMATCH", "UNSUPPORTED_PRINCIPAL"}

// vendorCodes is the table of the codes that errors have, as documents with such
// errors show them.
func vendorCodes(t *testing.T) string {
	const (
		v5  = `"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"]`
		v11 = `"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"]`
		cam = `"version": "2.0", "statement": [{"effect": "allow", "action": "cvm:X", "resource": "*"`
	)
	long := strings.Repeat("x", 120)
	var b strings.Builder
	b.WriteString("\n## Codes of errors\n\nAn error has the vendor's code where the vendor has one for it (`in this type`), else\nour own. v5.0 stands for trust and organization policies too, v1.1 for\nroles, which have IAM.1026 for IAM.1024.\n" +
		"MISSING_QUALIFIER above is Huawei Cloud's code as well.\n\n| what is wrong | v5.0 | v1.1 | Tencent Cloud |\n|---|---|---|---|\n")
	for _, row := range [][4]string{
		{"not JSON", `{`, `{`, `{`},
		{"unknown element", `{` + v5 + `, "Effects": 1}]}`, `{` + v11 + `, "Effects": 1}]}`, `{` + cam + `, "effects": 1}]}`},
		{"no version", `{"Statement": []}`, `{"Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"]}]}`, `{"statement": [{"effect": "allow", "action": "cvm:X", "resource": "*"}]}`},
		{"unknown version", `{"Version": "6.0", "Statement": []}`, `{"Version": "6.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"]}]}`, `{"version": "6.0", "statement": [{"effect": "allow", "action": "cvm:X", "resource": "*"}]}`},
		{"no statement element", `{"Version": "5.0"}`, `{"Version": "1.1"}`, `{"version": "2.0"}`},
		{"no statements", "", `{"Version": "1.1", "Statement": []}`, `{"version": "2.0", "statement": []}`},
		{"no effect", `{"Version": "5.0", "Statement": [{"Action": ["cbr:vaults:get"]}]}`, `{"Version": "1.1", "Statement": [{"Action": ["cbr:vaults:get"]}]}`, `{"version": "2.0", "statement": [{"action": "cvm:X", "resource": "*"}]}`},
		{"unknown effect", `{"Version": "5.0", "Statement": [{"Effect": "May", "Action": ["cbr:vaults:get"]}]}`, `{"Version": "1.1", "Statement": [{"Effect": "May", "Action": ["cbr:vaults:get"]}]}`, `{"version": "2.0", "statement": [{"effect": "may", "action": "cvm:X", "resource": "*"}]}`},
		{"no action", `{"Version": "5.0", "Statement": [{"Effect": "Allow"}]}`, `{"Version": "1.1", "Statement": [{"Effect": "Allow"}]}`, `{"version": "2.0", "statement": [{"effect": "allow", "resource": "*"}]}`},
		{"Action and NotAction", `{` + v5 + `, "NotAction": ["a:b:c"]}]}`, `{` + v11 + `, "NotAction": ["a:b:c"]}]}`, ""},
		{"not an action", `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr"]}]}`, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr"]}]}`, `{"version": "2.0", "statement": [{"effect": "allow", "action": "cvm", "resource": "*"}]}`},
		{"more than 100 actions", "", `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": [` + strings.Repeat(`"a:b:c", `, 100) + `"a:b:c"]}]}`, ""},
		{"an action of more than 128 characters", "", `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["` + long + `:` + long + `:c"]}]}`, ""},
		{"no resource", "", "", `{"version": "2.0", "statement": [{"effect": "allow", "action": "cvm:X"}]}`},
		{"not a resource", `{` + v5 + `, "Resource": ["x"]}]}`, `{` + v11 + `, "Resource": ["x"]}]}`, `{"version": "2.0", "statement": [{"effect": "allow", "action": "cvm:X", "resource": "x"}]}`},
		{"more than 10 resources", "", `{` + v11 + `, "Resource": [` + strings.Repeat(`"obs:*:*:bucket:x", `, 10) + `"obs:*:*:bucket:x"]}]}`, ""},
		{"principal in a policy of users", `{` + v5 + `, "Principal": {}}]}`, `{` + v11 + `, "Principal": {}}]}`, `{` + cam + `, "principal": "*"}]}`},
		{"condition of another type", `{` + v5 + `, "Condition": 1}]}`, `{` + v11 + `, "Condition": 1}]}`, `{` + cam + `, "condition": 1}]}`},
		{"unknown operator", `{` + v5 + `, "Condition": {"Like": {"g:UserName": "x"}}}]}`, `{` + v11 + `, "Condition": {"Like": {"g:UserName": ["x"]}}}]}`, `{` + cam + `, "condition": {"like": {"qcs:ip": "x"}}}]}`},
		{"values of another type", `{` + v5 + `, "Condition": {"StringEquals": {"g:UserName": 1}}}]}`, `{` + v11 + `, "Condition": {"StringEquals": {"g:UserName": "x"}}}]}`, `{` + cam + `, "condition": {"ip_equal": {"qcs:ip": {}}}}]}`},
		{"too long", "", `{` + v11 + `, "Resource": [` + strings.Repeat(`"obs:*:*:bucket:`+strings.Repeat("x", 1400)+`", `, 4) + `"obs:*:*:bucket:` + strings.Repeat("x", 1400) + `"]}]}`,
			`{` + strings.Replace(cam, `"*"`, `["*"`+strings.Repeat(`, "qcs::cvm:::volume/`+long+`"`, 50)+`]`, 1) + `}]}`},
	} {
		b.WriteString("| " + row[0])
		for i, d := range []*policy.Dialect{policy.HuaweiIdentity, policy.HuaweiPolicy, policy.TencentCAM} {
			if row[i+1] == "" {
				b.WriteString(" | –")
				continue
			}
			_, err := policy.ParseAs(d, "x.json", []byte(row[i+1]))
			var ds policy.Diagnostics
			require.ErrorAs(t, err, &ds, "%s", row[i+1])
			require.Equal(t, policy.Error, ds[0].Severity, "%s", row[i+1])
			code := string(ds[0].Code)
			if slices.Contains(attested, ds[0].Code) && i == 0 || strings.HasPrefix(code, "IAM.") || strings.ToUpper(code) != code {
				code = "`" + code + "`"
			}
			b.WriteString(" | " + code)
		}
		b.WriteString(" |\n")
	}
	return b.String()
}
