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

var update = flag.Bool("update", false, "rewrite FINDINGS.md and testdata/corpus, whichever is tested")

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
	as := func(d *policy.Dialect, text string) *policy.Document {
		doc, err := policy.ParseAs(d, "x.json", []byte(text))
		require.NoError(t, err)
		return doc
	}
	old := func(statements string) *policy.Document {
		return as(policy.HuaweiPolicy, `{"Version": "1.1", "Statement": [`+statements+`]}`)
	}
	trust := func(statements string) *policy.Document {
		return as(policy.HuaweiTrust, `{"Version": "5.0", "Statement": [`+statements+`]}`)
	}
	cam := func(statement string) *policy.Document {
		return as(policy.TencentCAM, `{"version": "2.0", "statement": [`+statement+`]}`)
	}
	bucket := func(statement string) *policy.Document {
		return as(policy.TencentResource, `{"version": "2.0", "statement": [`+statement+`]}`)
	}
	web := func(condition string) *policy.Document {
		return bucket(`{"effect": "allow", "action": "name/sts:AssumeRoleWithWebIdentity", "principal": {"federated": ["qcs::cam::uin/1:oidc-provider/x"]}, "condition": {"string_equal": {` + condition + `}}}`)
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
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:get"], "NotResource": ["cbr:*:*:vault:x"]}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:get", "cbr:vaults:list"], "Resource": ["cbr:*:*:vault:x", "cbr:*:*:vault:X"]}`), ""},
		{v5(get + `, "Condition": {"ForAnyValue:StringEquals": {"g:CalledVia": ["x"]}}}`), ""},
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
		{v5(`{"Effect": "Allow", "Action": ["cbr:member:*"]}, {"Effect": "Deny", "Action": ["cbr:member:create", "cbr:*:delete"]}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr:member:*"]}, {"Effect": "Deny", "NotAction": ["cbr:vaults:*"]}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr:member:*"]}, {"Effect": "Deny", "Action": ["cbr:member:create"]}`), "PERMISSION_MANAGEMENT"},
		{v5(`{"Effect": "Allow", "Action": ["cbr:member:*"]}, {"Effect": "Deny", "Action": ["cbr:*:*"], "Condition": {"Bool": {"g:MFAPresent": "false"}}}`), "PERMISSION_MANAGEMENT"},
		{v5(`{"Effect": "Allow", "Action": ["**:*:*"]}`), "FULL_ACCESS"},
		{v5(`{"Effect": "Allow", "Action": ["*:*:**"], "Resource": ["cbr:*:*:*:*", "*"]}`), "FULL_ACCESS"},
		{v5(`{"Effect": "Allow", "Action": ["*:*:*"], "Resource": ["cbr:*:*:*:*"]}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["*:*:get*"]}`), ""},
		{old(`{"Effect": "Allow", "Action": ["**:*:***"]}`), "FULL_ACCESS"},
		{old(`{"Effect": "Allow", "Action": ["*:*:*"], "Resource": ["*:*:*:*:*"]}`), "FULL_ACCESS"},
		{parsed(t, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["*:*"]}]}`), "FULL_ACCESS"},
		{cam(`{"effect": "allow", "action": "*", "resource": "*"}`), "FULL_ACCESS"},
		{cam(`{"effect": "allow", "action": "name/*:**", "resource": "qcs::*:*:*:*"}`), "FULL_ACCESS"},
		{cam(`{"effect": "allow", "action": "*:*", "resource": "qcs:::::*"}`), "FULL_ACCESS"},
		{cam(`{"effect": "allow", "action": "*:*", "resource": "qcs::cvm:::*"}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:create", "evs:volumes:list"]}, {"Effect": "Deny", "Action": ["ecs:cloudServers:*"]}`), "MISSING_DEPENDENCY"},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:create"]}, {"Effect": "Deny", "Action": ["ecs:cloudServers:*"]}`), "MISSING_DEPENDENCY MISSING_DEPENDENCY"},
		{v5(get + `, "Condition": {"StringEquals": {"g:SourceVpcs": "x"}}}`), "UNKNOWN_KEY"},
		{v5(get + `, "Condition": {"StringEquals": {"g:ResourceTags/team": "x"}}}`), "UNKNOWN_KEY"},
		{v5(get + `, "Condition": {"StringEquals": {"g:PrincipalTag": "x"}}}`), "UNKNOWN_KEY"},
		{v5(get + `, "Condition": {"StringEquals": {"G:sourcevpc": "x"}}}`), ""},
		{old(`{"Effect": "Allow", "Action": ["ecs:servers:get"], "Condition": {"StringEquals": {"g:UserNam": ["x"]}}}`), "UNKNOWN_KEY"},
		{old(`{"Effect": "Allow", "Action": ["ecs:servers:get"], "Condition": {"StringEquals": {"g:SomethingOfAService": ["x"]}}}`), ""},
		{cam(`{"effect": "allow", "action": "cvm:DescribeDisks", "resource": "*", "condition": {"ip_equal": {"qcs:ipp": "10.0.0.1"}}}`), "UNKNOWN_KEY"},
		{cam(`{"effect": "allow", "action": "cvm:DescribeDisks", "resource": "*", "condition": {"string_equal": {"cos:content_length": "1", "qcs:resource_tag/team": "x"}}}`), ""},
		{parsed(t, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:agencies:assume", "iam:users:list"], "Resource": {"uri": ["/iam/agencies/a"]}}]}`), "AGENCY_ACTION"},
		{parsed(t, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["iam:agencies:assume"], "Resource": {"uri": ["/iam/agencies/a"]}}]}`), ""},
		{trust(`{"Effect": "Allow", "Action": ["sts:agencies:assume"], "NotPrincipal": {"IAM": ["0f12"]}}`), "ALLOW_NOT_PRINCIPAL"},
		{trust(`{"Effect": "Deny", "Action": ["sts:agencies:assume"], "NotPrincipal": {"IAM": ["0f12"]}}`), ""},
		{scp(`{"Effect": "Allow", "Action": ["cbr:vaults:get"], "Condition": {"Bool": {"g:MFAPresent": "true"}}}`), "SCP_ALLOW_CONDITION"},
		{scp(`{"Effect": "Allow", "Action": ["*"]}, {"Effect": "Deny", "Action": ["cbr:vaults:get"], "Condition": {"Bool": {"g:MFAPresent": "true"}}}`), ""},
		{bucket(`{"effect": "deny", "action": "cos:GetObject", "resource": "*", "principal": {"qcs": ["qcs::cam::anyone:anyone"]}}`), "DENY_ANYONE"},
		{bucket(`{"effect": "deny", "action": "cos:GetObject", "resource": "*", "principal": {"qcs": ["qcs::cam::anonymous:anonymous"]}}`), ""},
		{bucket(`{"effect": "allow", "action": "cos:GetObject", "resource": "*", "principal": {"qcs": ["qcs::cam::anyone:anyone"]}}`), ""},
		{cam(`{"effect": "deny", "action": "finance:*", "resource": "*"}`), "FINANCE_DENY"},
		{cam(`{"effect": "allow", "action": "finance:*", "resource": "*"}`), ""},
		{cam(`{"effect": "deny", "action": "cvm:Describe*", "resource": "qcs::cvm:::volume/disk-1"}`), "LIST_DENY"},
		{cam(`{"effect": "deny", "action": "cvm:DescribeDisks", "resource": "*", "condition": {"for_any_value:string_equal": {"qcs:resource_tag": "a&b"}}}`), "LIST_DENY"},
		{cam(`{"effect": "allow", "action": "cvm:DescribeDisks", "resource": "*", "condition": {"for_any_value:string_not_equal": {"qcs:resource_tag": "a&b"}}}`), "LIST_DENY"},
		{cam(`{"effect": "allow", "action": "cvm:DescribeDisks", "resource": "qcs::cvm:::volume/disk-1"}`), ""},
		{cam(`{"effect": "deny", "action": ["cvm:DescribeDisks", "cvm:TerminateDisks"], "resource": "*"}`), ""},
		{web(`"oidc:iss": "https://x", "oidc:sub": "a"`), "OIDC_TRUST"},
		{web(`"oidc:iss": "https://x", "oidc:aud": "a"`), ""},
		{web(`"oidc:iss": "https://x", "oidc:aud": "a", "oidc:sub": ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]`), "STRICT_LIMIT"},
		{old(`{"Effect": "Allow", "Action": ["obs:object:get"], "Resource": ["obs:*:*:object:` + strings.Repeat("b", 113) + `"]}`), ""},
		{old(`{"Effect": "Allow", "Action": ["obs:object:get"], "Resource": ["obs:*:*:object:` + strings.Repeat("b", 114) + `"]}`), "STRICT_LIMIT"},
		{old(`{"Effect": "Allow", "Action": ["obs:object:get"], "Resource": ["obs:*:*:object:b/a+b"]}`), "OBS_PATH"},
		{old(`{"Effect": "Allow", "Action": ["obs:object:get"], "Resource": ["obs:*:*:object:b/${g:UserName}/*.txt"]}`), ""},
		{cam(`{"effect": "allow", "action": "cvm:AttachDisks", "resource": "*", "condition": {"string_equal": {"CVM:region": "ap-beijing"}}}`), "KEY_CASE"},
		{cam(`{"effect": "allow", "action": "cvm:AttachDisks", "resource": "*", "condition": {"string_equal": {"qcs:resource_tag/Team": "x"}}}`), ""},
		{scp(`{"Effect": "Allow", "Action": ["cbr:agents:getAgentAutoUpgrade"]}`), "OLD_NAME_IN_SCP"},
		{scp(`{"Effect": "Allow", "Action": ["cbr::getAgentAutoUpgrade", "cbr:*:getAgent*"]}`), ""},
		{cam(`{"effect": "allow", "action": "cvm:AttachDisks", "resource": "qcs::cvm:gz::volume/*"}`), "OLD_REGION"},
		{cam(`{"effect": "allow", "action": "cvm:AttachDisks", "resource": "qcs::cvm:ap-guangzhou::volume/*"}`), ""},
		{cam(`{"effect": "allow", "action": "cvm:AttachDisks", "resource": ["qcs::cvm:ap-guangzou::volume/*", "qcs::cvm:AP-Beijing::volume/*", "qcs::cvm:ap-beijing-3::volume/*", "qcs::cvm:frankfurt::volume/*"]}`), "REGION_NAME REGION_NAME REGION_NAME REGION_NAME"},
		{cam(`{"effect": "allow", "action": "cvm:AttachDisks", "resource": ["qcs::cvm:ap-nanjing::volume/*", "qcs::cvm:ap-shanghai-adc::volume/*", "qcs::cvm:*::volume/*", "qcs::cvm:ap-beijing-fsi::volume/*"]}`), ""},
		{cam(`{"effect": "allow", "action": "cvm:AttachDisks", "resource": "*", "condition": {"string_equal": {"cvm:region": "bj"}}}`), "REGION_NAME"},
		{cam(`{"effect": "allow", "action": "cvm:AttachDisks", "resource": "*", "condition": {"string_equal": {"cvm:region": "ap-beijing", "cvm:disk_type": "gz"}}}`), ""},
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:get"], "Resource": ["cbr:*:*:vault:${g:UserName}"]}`), "DENY_VARIABLE"},
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:get"], "Condition": {"StringNotEquals": {"g:ResourceTag/owner": "${g:UserName}"}}}`), "DENY_VARIABLE"},
		{v5(`{"Effect": "Deny", "Action": ["cbr:vaults:get"], "Resource": ["cbr:*:${g:DomainId}:vault:${g:UserName, 'x'}${*}"]}`), ""},
		{v5(get + `, "Resource": ["cbr:*:*:vault:${g:UserName}"]}`), ""},
		{v5(get + `, "Resource": ["cbr:*:*:vault:${g:CalledVia}"]}`), "MULTI_VALUED_VARIABLE"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:${g:CalledViaFirst}"]}`), ""},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:get", "cbr::getFeature"], "Resource": ["cbr:*:*:vault:x"]}`), "NO_RESOURCE_LEVEL"},
		{v5(`{"Effect": "Allow", "Action": ["cbr:vaults:get", "cbr::getFeature"], "Resource": ["*"]}`), ""},
		{cam(`{"effect": "allow", "action": "cvm:CreateSnapshot", "resource": "qcs::cvm:::volume/disk-1"}`), "NO_RESOURCE_LEVEL"},
		{cam(`{"effect": "allow", "action": "cvm:CreateSnapshot", "resource": "*"}`), ""},
		{v5(get + `, "Sid": "каtalog"}`), "SUSPICIOUS_TEXT"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:\u13a0bc"]}`), "SUSPICIOUS_TEXT"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:a\u200bb"]}`), "SUSPICIOUS_TEXT"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:a\ufe00b"]}`), "SUSPICIOUS_TEXT"},
		{v5(get + `, "Resource": ["cbr:*:*:vault:\ud835\udc1arod"]}`), "SUSPICIOUS_TEXT"},
		{v5(get + `, "Sid": "备份VPC只读バックアップ用백업2号™"}`), ""},
		{v5(get + `, "Resource": ["cbr:*:*:vault:café-Größe-Ελλάδα-نسخة"]}`), ""},
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
	// A v1.1 document is asked for the old name.
	for name, want := range map[string]int{"order": 1, "orders": 0} {
		found := writ.Compiler{Catalog: orders}.Lint(old(`{"Effect": "Allow", "Action": ["orders:` + name + `:get"]}`))
		require.Len(t, found, want)
		for _, f := range found {
			seen[f.Code] = true
			require.Equal(t, policy.Code("NEW_NAME_IN_POLICY"), f.Code)
			require.Equal(t, `write "orders:orders:get"`, f.Fix)
		}
	}
	// What a document beside it takes back is not granted, and cannot be.
	wide := v5(`{"Effect": "Allow", "Action": ["cbr:member:*"]}`)
	require.Empty(t, writ.Lint(wide, v5(`{"Effect": "Deny", "Action": ["cbr:member:*"]}`)))
	require.Len(t, writ.Lint(wide, v5(`{"Effect": "Deny", "Action": ["cbr:member:*"], "Resource": ["cbr:*:*:vault:x"]}`)), 1)
	denied := writ.Lint(v5(`{"Effect": "Allow", "Action": ["cbr:vaults:create", "evs:volumes:list"]}`), v5(`{"Effect": "Deny", "Action": ["ecs:*:*"]}`))
	require.Len(t, denied, 1)
	require.Contains(t, denied[0].Message, "ecs:cloudservers:listserversdetails, which statement 1 of x.json denies")
	// What was meant.
	for text, fix := range map[string]string{
		"g:SourceVpcs": "did you mean g:SourceVpc?", "g:ResourceTags/team": "did you mean g:ResourceTag/team?",
		"g:PrincipalTag": "write g:PrincipalTag/<tag-key>", "g:MadeUpEntirely": "look it up with writ catalog",
	} {
		require.Equal(t, fix, writ.Lint(v5(get + `, "Condition": {"StringEquals": {"` + text + `": "x"}}}`))[0].Fix)
	}
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
