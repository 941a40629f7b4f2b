package writ_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

var update = flag.Bool("update", false, "rewrite FINDINGS.md")

// Each rule finds what it is for, where it stands, and leaves the like alone.
func TestLint(t *testing.T) {
	v5 := func(statements string) *policy.Document {
		return parsed(t, `{"Version": "5.0", "Statement": [`+statements+`]}`)
	}
	scp := func(statements string) *policy.Document {
		d, err := policy.ParseAs(policy.HuaweiSCP, "scp.json", []byte(`{"Version": "5.0", "Statement": [`+statements+`]}`))
		require.NoError(t, err)
		return d
	}
	const get = `{"Effect": "Allow", "Action": ["cbr:vaults:get"]`
	seen := map[policy.Code]bool{}
	for _, x := range []struct {
		doc  *policy.Document
		want string // codes
	}{
		{v5(get + `}`), ""},
		{v5(`{"Effect": "Allow", "NotAction": ["cbr:vaults:get"]}`), "ALLOW_NOT_ACTION"},
		{v5(`{"Effect": "Deny", "NotAction": ["cbr:vaults:get"]}`), ""},
		{v5(get + `, "NotResource": ["cbr:*:*:vault:x"]}`), "ALLOW_NOT_RESOURCE"},
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:delete"], "Resource": ["cbr:*:*:vaults:*"]}`), "DENY_NEVER_MATCHES RESOURCE_TYPE"},
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:delete"], "Resource": ["cbr:*:*:vaults:*", "cbr:*:*:vault:*"]}`), "RESOURCE_TYPE"},
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:delete", "ecs:servers:list"], "Resource": ["cbr:*:*:vaults:*"]}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr::getFeature"], "Resource": ["cbr:*:*:vault:x"]}`), "RESOURCE_TYPE"},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:*"], "Resource": ["cbr:*:*:vault:${nonsense"]}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:get", "cbr:Vaults:get"]}`), "DUPLICATE_ENTRY"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:x", "cbr:*:*:vault:x"]}`), "DUPLICATE_ENTRY"},
		{v5(get + `, "Condition": {"ForAllValues:StringEquals": {"g:CalledVia": ["x"]}}}`), "FOR_ALL_VALUES_ALLOW"},
		{v5(get + `, "Condition": {"ForAllValues:StringEquals": {"g:CalledVia": ["x"]}, "Null": {"g:CalledVia": "false"}}}`), ""},
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:get"], "Condition": {"ForAllValues:StringEquals": {"g:CalledVia": ["x"]}}}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["*"]}`), "FULL_ACCESS"},
		{v5(`{"Effect": "Allow", "Action": ["*"], "Condition": {"Bool": {"g:MFAPresent": "true"}}}`), ""},
		{scp(`{"Effect": "Allow", "Action": ["*"]}`), ""},
		{v5(`{"Effect": "Deny", "Action": ["cbr:member:create"], "Condition": {"StringEquals": {"cbr:PolicyId": "x"}}}`), "KEY_NOT_TAKEN"},
		{v5(`{"Effect": "Deny", "Action": ["cbr:member:create"], "Condition": {"StringEquals": {"cbr:TargetOrgPaths": "x"}}}`), ""},
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:delete"], "Condition": {"StringEquals": {"cbr:PolicyId": "x"}}}`), ""}, // its list has a gap
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:create"]}`), "MISSING_DEPENDENCY"},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:create", "ecs:cloudServers:listServersDetails", "evs:volumes:list"]}`), ""},
		{v5(get + `, "Condition": {"StringEquals": {"g:CalledVia": ["x"]}}}`), "MISSING_QUALIFIER"},
		{v5(get + `, "Condition": {"StringEquals": {"g:MFAPresent": "true"}}}`), "OPERATOR_TYPE"},
		{v5(get + `, "Condition": {"Bool": {"g:MFAPresent": "true"}}}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr:member:*"]}`), "PERMISSION_MANAGEMENT"},
		{v5(`{"Effect": "Allow", "Action": ["cbr:member:create"]}`), ""},
		{scp(`{"Effect": "Deny", "Action": ["cbr:vaults:delete"]}`), "SCP_WITHOUT_ALLOW"},
		{scp(`{"Effect": "Deny", "Action": ["cbr:vaults:delete"]}, {"Effect": "Allow", "Action": ["*"]}`), ""},
		{v5(get + `, "Condition": {"StringMatch": {"g:PrincipalId": ["0af*"]}}}`), "SENSITIVE_WILDCARD"},
		{v5(get + `, "Condition": {"StringMatch": {"g:PrincipalId": ["*"]}}}`), ""},
		{v5(get + `}, {"Effect": "Deny", "Action": ["cbr:vaults:*"]}`), "SHADOWED_STATEMENT"},
		{v5(get + `}, {"Effect": "Deny", "Action": ["cbr:vaults:*"], "Resource": ["cbr:*:*:vault:x"]}`), ""},
		{v5(get + `}, {"Effect": "Allow", "Action": ["cbr:vaults:get"]}`), "SUPERFLUOUS_STATEMENT"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:x"]}, {"Effect": "Allow", "Action": ["cbr:vaults:get"]}`), "SUPERFLUOUS_STATEMENT"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:pr` + "\u043e" + `d"]}`), "SUSPICIOUS_TEXT"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:a` + "\u202e" + `b"]}`), "SUSPICIOUS_TEXT"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:склад"]}`), ""},
		{v5(get + `, "Resource": ["cbr:*:*:vault:备份（prod）"]}`), ""},
		{v5(get + `, "Resource": ["cbr:*:*:vault:a\u2061b"]}`), "SUSPICIOUS_TEXT"},
		{v5(`{"Effect": "Deny", "Action": ["cbr::getFeature"], "Resource": ["cbr:*:*:vault:x"]}`), "RESOURCE_TYPE"},
		{parsed(t, `{"version": "2.0", "statement": [{"effect": "allow", "action": "cvm:DescribeDisks", "resource": "*", "condition": {"for_all_value:string_equal": {"qcs:request_tag": "x"}}}]}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vault:get"]}`), "UNKNOWN_ACTION"},
		{v5(`{"Effect": "Allow", "Action": ["cbr:shelf:*"]}`), "UNKNOWN_ACTION"},
		{v5(get + `, "Condition": {"StringEquals": {"cbr:Vault": "x"}}}`), "UNKNOWN_KEY"},
		{v5(get + `, "Condition": {"StringEquals": {"ecs:Vault": "x"}}}`), ""},
		{parsed(t, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["x:y:z"]}], "Depends": [{"catalog": "BASE", "display_name": "Tenant Guest"}]}`), "ROLE_DEPENDENCY"},
		{parsed(t, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr:vault:get"]}]}`), ""}, // no whole list of old names
		{parsed(t, `{"version": "2.0", "statement": [{"effect": "allow", "action": "cvm:DescribeDisk", "resource": "*"}]}`), ""},
	} {
		var got []string
		for _, f := range writ.Lint(x.doc) {
			seen[f.Code] = true
			got = append(got, string(f.Code))
			require.Greater(t, f.Pos.Column, 30, "within a statement: %v", f)
			require.LessOrEqual(t, f.Pos.Offset, f.End.Offset)
			require.NotEmpty(t, f.Message)
			require.NotEmpty(t, f.Fix)
			require.NotEqual(t, policy.Error, f.Severity)
		}
		require.Equal(t, x.want, strings.Join(got, " "), "%+v", writ.Lint(x.doc))
	}
	// An old name, found on the catalog of the examples.
	src, err := os.ReadFile("testdata/examples/orders-catalog.json")
	require.NoError(t, err)
	orders, err := catalog.Parse("orders.json", src)
	require.NoError(t, err)
	found := writ.Compiler{Catalog: orders}.Lint(v5(`{"Effect": "Allow", "Action": ["orders:orders:get"]}`))
	require.Len(t, found, 1)
	seen[found[0].Code] = true
	require.Equal(t, policy.Code("DEPRECATED_ACTION"), found[0].Code)
	require.Equal(t, `write "orders:order:get"`, found[0].Fix)
	// A dependency that another of the documents brings.
	guest, _ := catalog.Default().Permission("Tenant Guest")
	role := parsed(t, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["x:y:z"]}], "Depends": [{"catalog": "BASE", "display_name": "Tenant Guest"}]}`)
	require.Empty(t, writ.Lint(role, guest.Stub()))
	require.Empty(t, writ.Lint(nil))

	var codes []string
	for r := range writ.Rules() {
		codes = append(codes, string(r.Code))
		require.True(t, seen[r.Code], "%s is not tested", r.Code)
		require.NotEmpty(t, r.Title)
		require.NotEmpty(t, r.Text)
	}
	require.True(t, slices.IsSorted(codes))
}

// What the vendors publish is without errors, and what is said of it is true:
// some is wide, and roles need others.
func TestLintOfSystemPermissions(t *testing.T) {
	for p := range catalog.Default().Permissions() {
		doc, err := p.Document()
		if err != nil {
			continue
		}
		for _, f := range writ.Lint(doc) {
			require.Contains(t, []policy.Code{"FULL_ACCESS", "ROLE_DEPENDENCY"}, f.Code, "%s: %v", p.Name(), f)
		}
	}
}

// FINDINGS.md has a section for each rule.
func TestFindingsFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Findings\n\nWhat `writ check` looks for besides errors; `writ explain CODE` says the same.\nWritten by `go test . -run TestFindingsFile -update`.\n")
	for r := range writ.Rules() {
		b.WriteString("\n## " + string(r.Code) + "\n\n" + r.Title + " (" + r.Severity.String() + "). " + r.Text + "\n")
	}
	if *update {
		require.NoError(t, os.WriteFile("FINDINGS.md", []byte(b.String()), 0o644))
	}
	got, err := os.ReadFile("FINDINGS.md")
	require.NoError(t, err)
	require.Equal(t, b.String(), string(got))
}
