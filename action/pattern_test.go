package action_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
)

var grammars = []action.Grammar{action.Role, action.Policy, action.Identity, action.CAM}

func mustCompile(t testing.TB, g action.Grammar, s string) *action.Pattern {
	t.Helper()
	p, err := action.Compile(g, s)
	require.NoError(t, err, "grammar %d: %s", g, s)
	return p
}

// What each grammar takes, and in which form it is matched.
func TestCompile(t *testing.T) {
	for _, tt := range []struct {
		rule string
		g    action.Grammar
		in   string
		text string
	}{
		{"R-10", action.Role, "DNS:Zone:*", "dns:zone:*"},
		{"R-10", action.Role, "iam:agencies:*", "iam:agencies:*"},
		{"R-10", action.Role, "*:*:Get*", "*:*:get*"},
		{"R-10", action.Role, "*", "*"},
		{"R-11", action.Role, "identity:*", "iam:*:*"},
		{"R-11", action.Role, "Identity:*", "iam:*:*"},
		{"R-11", action.Role, "identity:users:list", "iam:users:list"},
		{"R-11", action.Role, "ecs:*", "ecs:*:*"},
		{"R-11", action.Role, "ecs:Get*", "ecs:*:get*"},
		{"R-11", action.Role, "ecs:list", "ecs:*:list"},
		{"R-11", action.Role, "identityx:*", "identityx:*:*"},
		{"P-10", action.Policy, "cbr:vaults:get", "cbr:vaults:get"},
		{"P-11", action.Policy, "CBR:Vaults:Get", "cbr:vaults:get"},
		{"P-12", action.Policy, "cbr:*:get*", "cbr:*:get*"},
		{"P-12", action.Policy, "*:*:*", "*:*:*"},
		{"P-12", action.Policy, "c*r:v*:*t", "c*r:v*:*t"},
		{"P-12", action.Policy, "identity:users:list", "identity:users:list"},
		{"I-13", action.Identity, "cbr::getFeature", "cbr::getfeature"},
		{"I-13", action.Identity, "cbr::*", "cbr::*"},
		{"I-14", action.Identity, "cbr:*:ge?", "cbr:*:ge?"},
		{"I-14", action.Identity, "?:?:?", "?:?:?"},
		{"I-15", action.Identity, "*", "*"},
		{"I-13", action.Identity, "cbr:*:*", "cbr:*:*"},
		{"A1", action.CAM, "name/cvm:DescribeDisks", "cvm:DescribeDisks"},
		{"A1", action.CAM, "cvm:DescribeDisks", "cvm:DescribeDisks"},
		{"A2", action.CAM, "cvm:*", "cvm:*"},
		{"A2", action.CAM, "cvm:*Disk*", "cvm:*Disk*"},
		{"A3", action.CAM, "*", "*"},
		{"A3", action.CAM, "*:*", "*"},
		{"A3", action.CAM, "name/*:*", "*"},
		{"A3", action.CAM, "name/*", "*"},
		{"A3", action.CAM, "*:Describe*", "*:Describe*"},
		{"A5", action.CAM, "name/SMS:Send*", "sms:Send*"},
		{"A6", action.CAM, "permid/280655", "permid/280655"},
		{"A6", action.CAM, "name/permid/7", "permid/7"},
	} {
		p := mustCompile(t, tt.g, tt.in)
		require.Equal(t, tt.in, p.String(), tt.rule)
		require.Equal(t, tt.text, p.Text(), "%s %s", tt.rule, tt.in)
		require.Equal(t, tt.g == action.CAM, p.IsCAM(), tt.in)
	}
}

// What each grammar refuses, and where.
func TestCompileErrors(t *testing.T) {
	three := func(n string) string { return "an action has three segments, not " + n }
	const (
		char  = "character that no action holds"
		query = "? is not a wildcard here"
		blank = "blank in an action"
		slash = "character '/' that no action holds"
		one   = "an action has one colon"
		part  = "the service is a name or *, not a part of a name"
	)
	for _, tt := range []struct {
		rule   string
		g      action.Grammar
		in     string
		offset int
		reason string
	}{
		{"R-12", action.Role, "::Get", 0, "the service is empty"},
		{"R-12", action.Role, "ecs::Get", 4, "the type is empty"},
		{"R-12", action.Role, "ecs:servers:", 12, "the operation is empty"},
		{"R-12", action.Role, ":Get", 0, "the service is empty"},
		{"R-10", action.Role, "ecs", 0, three("1")},
		{"R-10", action.Role, "a:b:c:d", 0, three("4")},
		{"R-10", action.Role, "ecs:*:ge?", 8, query},
		{"P-12", action.Policy, "cbr:*:ge?", 8, query},
		{"P-13", action.Policy, "*", 0, three("1")},
		{"P-13", action.Policy, "cbr:*", 0, three("2")},
		{"P-13", action.Policy, "cbr:*:*:*", 0, three("4")},
		{"P-13", action.Policy, "**", 0, three("1")},
		{"P-10", action.Policy, "cbr::get", 4, "the type is empty"},
		{"P-10", action.Policy, ":vaults:get", 0, "the service is empty"},
		{"P-10", action.Policy, "cbr:vaults:", 11, "the operation is empty"},
		{"P-10", action.Policy, "::", 0, "the service is empty"},
		{"P-10", action.Policy, "", 0, "the text is empty"},
		{"A1", action.Policy, "name/cvm:X", 4, slash},
		{"5.3", action.Policy, " cbr:vaults:get", 0, blank},
		{"5.3", action.Policy, "cbr:vaults: get", 11, blank},
		{"P-25", action.Policy, "cbr:vaults:${g:X}", 11, "an action cannot hold a variable"},
		{"P-3", action.Policy, "cbr:vaults:[gs]et", 11, "character '[' that no action holds"},
		{"P-3", action.Policy, `cbr:vaults:\*`, 11, `character '\\' that no action holds`},
		{"P-3", action.Policy, "cbr:vaults:{a,b}", 11, "character '{' that no action holds"},
		{"P-3", action.Policy, "cbr:vaults:gét", 12, char},
		{"I-17", action.Identity, "cbr", 0, three("1")},
		{"I-17", action.Identity, "cbr:*", 0, three("2")},
		{"I-17", action.Identity, "a:b:c:d", 0, three("4")},
		{"I-17", action.Identity, "?", 0, three("1")},
		{"I-17", action.Identity, "**", 0, three("1")},
		{"I-13", action.Identity, "::getFeature", 0, "the service is empty"},
		{"I-13", action.Identity, "cbr::", 5, "the operation is empty"},
		{"3.5", action.Identity, "cbr:vaults:${g:X}", 11, "an action cannot hold a variable"},
		{"I-14", action.Identity, "cbr:*" + strings.Repeat("a?", 11) + "b*:get", 5, "more than 6 ? between two *"},
		{"A8", action.CAM, "cvm", 0, one},
		{"A8", action.CAM, "name/cvm", 5, one},
		{"A8", action.CAM, "iotcloud::DeleteDevice", 0, one},
		{"A8", action.CAM, "name/a:b:C", 5, one},
		{"A8", action.CAM, "cos: DeleteBucketPolicy", 4, blank},
		{"A8", action.CAM, ":X", 0, "a segment is empty"},
		{"A8", action.CAM, "name/:X", 5, "a segment is empty"},
		{"A8", action.CAM, "cvm:", 3, "a segment is empty"},
		{"A8", action.CAM, "name/cvm:", 8, "a segment is empty"},
		{"A8", action.CAM, "", 0, "the text is empty"},
		{"A8", action.CAM, "name/", 0, "the text is empty"},
		{"A8", action.CAM, "**", 0, one},
		{"A2", action.CAM, "cvm:Describe?", 12, query},
		{"A2", action.CAM, "cv*:Describe", 0, part},
		{"A2", action.CAM, "name/*m:X", 5, part},
		{"A6", action.CAM, "permid/*", 6, slash},
		{"A6", action.CAM, "permid/", 6, slash},
		{"A1", action.CAM, "NAME/cvm:X", 4, slash},
		{"V2", action.CAM, "cvm:${uin}", 4, "an action cannot hold a variable"},
		{"P-3", action.Policy, strings.Repeat("x", 257), 256, "longer than 256 bytes"},
		{"A8", action.CAM, "name/" + strings.Repeat("x", 252), 256, "longer than 256 bytes"},
	} {
		p, err := action.Compile(tt.g, tt.in)
		require.Nil(t, p, "%s %q", tt.rule, tt.in)
		requireError(t, err, tt.in, tt.offset, tt.reason)
	}
}

// The place of an error is one of the text as written, not of the form with
// three segments that an old one stands for.
func TestCompileErrorOfLegacyForm(t *testing.T) {
	for in, offset := range map[string]int{"ecs:": 4, "identity:": 9, ":": 0, ":x": 0} {
		_, err := action.Compile(action.Role, in)
		reason := "the operation is empty"
		if offset == 0 {
			reason = "the service is empty"
		}
		requireError(t, err, in, offset, reason)
	}
}

// What to write instead of a text with too few segments.
func TestCompileFix(t *testing.T) {
	for in, fix := range map[string]string{"*": "write *:*:*", "cbr:*": "write service:type:operation, for example cbr:vaults:get"} {
		_, err := action.Compile(action.Policy, in)
		require.ErrorContains(t, err, "; "+fix)
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		rule    string
		g       action.Grammar
		pattern string
		yes, no string // actions, separated by blanks
	}{
		{"R-10", action.Role, "DNS:Zone:*", "dns:zone:create DNS:ZONE:Get", "dns:zones:create dns::create dnsx:zone:get"},
		{"R-10", action.Role, "*", "cbr:vaults:get cbr::getFeature", "cvm:X permid/1"},
		{"R-11", action.Role, "identity:*", "iam:users:list IAM::x iam:x:y", "identity:users:list iamx:a:b"},
		{"R-11", action.Role, "ecs:list", "ecs:servers:list ecs::list", "ecs:servers:listAll ecs:list:get"},
		{"R-11", action.Role, "ecs:*", "ecs:a:b ecs::b", "evs:a:b"},
		{"P-11", action.Policy, "obs:bucket:ListAllMybuckets", "obs:bucket:ListAllMyBuckets OBS:BUCKET:LISTALLMYBUCKETS", "obs:bucket:ListAllMyBucket"},
		{"P-12", action.Policy, "cbr:*:get*", "cbr:vaults:get cbr:vaults:getAll cbr::get", "cbr:vaults:list cbr:vaults:forget ecbr:v:get"},
		{"P-12", action.Policy, "cbr:v*s:*", "cbr:vaults:x cbr:vs:x", "cbr:vault:x cbr:svs:x"},
		{"P-12", action.Policy, "*:*:*", "cbr:vaults:get cbr::get", "cvm:X permid/1"},
		{"P-12", action.Policy, "*c*:**:*t", "cbr:x:get xcx::t", "br:x:get cbr:x:gets"},
		{"P-12", action.Policy, "a*a:b:c", "aa:b:c aba:b:c", "a:b:c"},
		{"I-13", action.Identity, "cbr:*:*", "cbr::getFeature cbr:vaults:get", "cb:x:y cbrx:x:y"},
		{"I-13", action.Identity, "cbr:vaults:*", "cbr:vaults:get", "cbr::getFeature cbr:vault:get"},
		{"I-13", action.Identity, "cbr::getFeature", "cbr::getFeature CBR::GETFEATURE", "cbr:x:getFeature cbr::getFeatures"},
		{"I-13", action.Identity, "cbr::*", "cbr::x", "cbr:x:x"},
		{"I-14", action.Identity, "cbr:vaults:ge?", "cbr:vaults:get cbr:vaults:ge1", "cbr:vaults:ge cbr:vaults:gett"},
		{"I-14", action.Identity, "cbr:?:x", "cbr:y:x", "cbr::x cbr:yy:x"},
		{"I-14", action.Identity, "?*:*?:??*", "a:b:cd ab:bc:cde", "a::cd a:b:c"},
		{"I-15", action.Identity, "*", "cbr:vaults:get cbr::get", "cvm:X permid/1"},
		{"I-20", action.Identity, "a?b:c:d", "axb:c:d", "ab:c:d"},
		{"A1", action.CAM, "name/cvm:StopInstances", "cvm:StopInstances name/cvm:StopInstances CVM:StopInstances", "cvm:stopInstances cvm:StopInstancesX"},
		{"A2", action.CAM, "cvm:*Disk*", "cvm:Disk cvm:DescribeDisks cvm:XDisk", "cvm:disk cvm:Dis cbs:Disk"},
		{"A2", action.CAM, "cvm:Describe*", "cvm:Describe cvm:DescribeDisks", "cvm:describeDisks cvm:Desc"},
		{"A3", action.CAM, "name/*:*", "cvm:X permid/1", "cbr:vaults:get cbr::get"},
		{"A3", action.CAM, "*", "cvm:X permid/1", "cbr:vaults:get cbr::get"},
		{"A3", action.CAM, "*:X", "cvm:X COS:X", "cvm:x cvm:XX permid/1"},
		{"A4", action.CAM, "cls:CreateTopic", "cls:CreateTopic", "cls:createTopic"},
		{"A5", action.CAM, "SMS:*", "sms:X Sms:Y", "smsx:X"},
		{"A6", action.CAM, "permid/7", "permid/7 name/permid/7", "permid/77 permid/07 cvm:X"},
		{"A6", action.CAM, "cvm:*", "cvm:X", "permid/7"},
		{"A7", action.CAM, "name/cvm:*", "cvm:CreateDisks cvm:RunInstances", "cbs:CreateDisks"},
	} {
		p := mustCompile(t, tt.g, tt.pattern)
		for _, s := range strings.Fields(tt.yes) {
			require.True(t, p.Match(action.MustParse(s)), "%s: %s does not cover %s", tt.rule, tt.pattern, s)
		}
		for _, s := range strings.Fields(tt.no) {
			require.False(t, p.Match(action.MustParse(s)), "%s: %s covers %s", tt.rule, tt.pattern, s)
		}
		require.False(t, p.Match(action.Name{}), "%s covers the zero Name", tt.pattern)
	}
}

func TestZeroPattern(t *testing.T) {
	var p action.Pattern
	require.False(t, p.Match(action.MustParse("cbr:vaults:get")))
	require.False(t, p.Match(action.MustParse("cvm:X")))
	require.False(t, p.Match(action.Name{}))
	require.False(t, p.Everything())
	require.Empty(t, p.String()+p.Text())
	_, ok := p.Literal()
	require.False(t, ok)
}

func TestEverything(t *testing.T) {
	for g, all := range map[action.Grammar][]string{
		action.Role:     {"*", "*:*:*", "*:*"},
		action.Policy:   {"*:*:*"},
		action.Identity: {"*", "*:*:*"},
		action.CAM:      {"*", "*:*", "name/*:*", "name/*"},
	} {
		for _, s := range all {
			require.True(t, mustCompile(t, g, s).Everything(), "grammar %d: %s", g, s)
		}
	}
	for g, some := range map[action.Grammar][]string{
		action.Role:     {"ecs:*", "*:*:Get*", "*:get"},
		action.Policy:   {"cbr:*:*", "*:*:get"},
		action.Identity: {"*::*", "*:*:?", "?:*:*", "cbr::*"},
		action.CAM:      {"cvm:*", "*:X", "permid/1"},
	} {
		for _, s := range some {
			require.False(t, mustCompile(t, g, s).Everything(), "grammar %d: %s", g, s)
		}
	}
}

func TestLiteral(t *testing.T) {
	for _, tt := range []struct {
		g        action.Grammar
		in, want string // "" for none
	}{
		{action.Role, "DNS:Zone:Get", "dns:zone:get"},
		{action.Role, "identity:users:list", "iam:users:list"},
		{action.Role, "ecs:list", ""},
		{action.Role, "*", ""},
		{action.Policy, "CBR:Vaults:Get", "cbr:vaults:get"},
		{action.Policy, "cbr:*:get", ""},
		{action.Identity, "cbr::getFeature", "cbr::getfeature"},
		{action.Identity, "cbr::ge?", ""},
		{action.CAM, "name/CVM:X", "cvm:X"},
		{action.CAM, "permid/7", "permid/7"},
		{action.CAM, "*:*", ""},
		{action.CAM, "cvm:*", ""},
	} {
		n, ok := mustCompile(t, tt.g, tt.in).Literal()
		require.Equal(t, tt.want != "", ok, tt.in)
		require.Equal(t, tt.want, n.String(), tt.in)
	}
}
