package resource_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/resource"
)

var grammars = []resource.Grammar{resource.Policy, resource.Agency, resource.Identity, resource.CAM}

func mustCompile(t testing.TB, g resource.Grammar, s string) *resource.Pattern {
	t.Helper()
	p, err := resource.Compile(g, s)
	require.NoError(t, err, "grammar %d: %s", g, s)
	return p
}

// What each grammar takes, and the segments that it compares.
func TestCompile(t *testing.T) {
	for _, tt := range []struct {
		rule     string
		g        resource.Grammar
		in       string
		segments string // parted by blanks, - for an empty one
	}{
		{"P-16", resource.Policy, "obs:*:*:object:my-bucket/my-object/*", "obs * * object my-bucket/my-object/*"},
		{"P-16", resource.Policy, "obs:*:*:bucket:TestBucket*", "obs * * bucket TestBucket*"},
		{"P-16", resource.Policy, "*:eu-*:*1:b*t:*", "* eu-* *1 b*t *"},
		{"P-17", resource.Policy, "OBS:Eu:Ac:Bucket:X", "obs Eu Ac bucket X"},
		{"P-15", resource.Policy, "obs:*:*:object:b/a:c:d", "obs * * object b/a:c:d"},
		{"P-25", resource.Policy, "obs:*:*:object:b/${g:UserName}/*", "obs * * object b/${g:username}/*"},
		{"P-27", resource.Policy, "obs:*:a${$}:object:${$}{x}", "obs * a$ object ${x}"},
		{"P-16", resource.Policy, "obs:?:[a]:{b,c}:\\d", "obs ? [a] {b,c} \\d"},
		{"P-9", resource.Agency, "/iam/agencies/0f12", "/iam/agencies/0f12"},
		{"P-9", resource.Agency, "/iam/agencies/a:b", "/iam/agencies/a:b"},
		{"I-19", resource.Identity, "iam::d1:user:alice", "iam - d1 user alice"},
		{"I-19", resource.Identity, "obs:::object:*", "obs - - object *"},
		{"I-20", resource.Identity, "cbr:*:?:va*t:a:b:*", "cbr * ? va*t a:b:*"},
		{"3.5", resource.Identity, "iam::${g:DomainId}:agency:x", "iam - ${g:domainid} agency x"},
		{"3.5", resource.Identity, "iam:${r}:d:${t}:${*}${?}${$}", "iam ${r} d ${t} *?$"},
		{"R1", resource.CAM, "qcs::cvm:gz:uin/100:volume/disk-1", "cvm ap-guangzhou uin/100 volume/disk-1"},
		{"R2", resource.CAM, "qcs::::uin/1:x", "* * uin/1 x"},
		{"R2", resource.CAM, "qcs::*:*:*:*", "* * * *"},
		{"R2", resource.CAM, "qcs::CVM:ap-*:uin/1*:volume/*", "cvm ap-* uin/1* volume/*"},
		{"R4", resource.CAM, "qcs::cvm:g*:uin/1:x", "cvm g* uin/1 x"},
		{"2.1", resource.CAM, "qcs::cvm:gz::instance/*", "cvm ap-guangzhou - instance/*"},
		{"2.1", resource.CAM, "qcs::cvm:gz:uin/:instance/*", "cvm ap-guangzhou uin/ instance/*"},
		{"2.1", resource.CAM, "qcs::cvm:gz:appid/7:x", "cvm ap-guangzhou appid/7 x"},
		{"R1", resource.CAM, "qcs::ccr:::repo/${uin}/a:b", "ccr * - repo/${uin}/a:b"},
		{"R3", resource.CAM, "qcs::cvm:::[a]?{b}\\", "cvm * - [a]?{b}\\"},
		{"V2", resource.CAM, "qcs::cmqqueue::uin/1:queueName/uin/${uin}/*", "cmqqueue * uin/1 queueName/uin/${uin}/*"},
		{"V2", resource.CAM, "qcs::cos:gz:uid/1:bucket-${app_id}/k", "cos ap-guangzhou uid/1 bucket-${app_id}/k"},
		{"V2", resource.CAM, "qcs::cos:gz:uid/1:bucket-${app_id}", "cos ap-guangzhou uid/1 bucket-${app_id}"},
		{"V2", resource.CAM, "qcs::cos:gz:uid/1:prefix//${app_id}/${uin}/k", "cos ap-guangzhou uid/1 prefix//${app_id}/${uin}/k"},
		{"V2", resource.CAM, "qcs::cosx:gz:uid/1:b-1/${uin}", "cosx ap-guangzhou uid/1 b-1/${uin}"},
	} {
		p := mustCompile(t, tt.g, tt.in)
		var got []string
		for _, s := range p.Segments() {
			if s == "" {
				s = "-"
			}
			got = append(got, s)
		}
		require.Equal(t, strings.Fields(tt.segments), got, "%s %s", tt.rule, tt.in)
		require.Equal(t, tt.in, p.String())
		require.False(t, p.Everything(), tt.in)
		form := map[resource.Grammar]resource.Form{resource.Policy: resource.URN, resource.Identity: resource.URN, resource.Agency: resource.URI, resource.CAM: resource.QCS}[tt.g]
		require.Equal(t, form, p.Form(), tt.in)
		require.Nil(t, p.Void(), tt.in)
	}
}

func TestCompileErrors(t *testing.T) {
	const (
		blank = "blank in a resource"
		wild  = "a uri names one agency, without wildcards"
		slash = "a uri begins with a slash"
		name  = "the service of a URN is a name"
		part  = "the account is a part of a name"
		proj  = "the project segment is not used any more"
		qcs   = "a resource begins with qcs"
	)
	in5 := func(s string) string {
		return "a variable stands in the " + s + "; v1.1 allows it in the fifth segment only"
	}
	last := func(s string) string {
		return "a variable stands in the " + s + "; it may only stand in the last segment"
	}
	for _, tt := range []struct {
		rule    string
		g       resource.Grammar
		in      string
		offset  int
		segment string
		reason  string
	}{
		{"P-18", resource.Policy, "obs::*:bucket:x", 4, "region", "the region is empty"},
		{"P-18", resource.Policy, "obs:::bucket:*", 4, "region", "the region is empty"},
		{"P-15", resource.Policy, ":*:*:bucket:x", 0, "service", "the service is empty"},
		{"P-15", resource.Policy, "obs:*::bucket:x", 6, "account", "the account is empty"},
		{"P-15", resource.Policy, "obs:*:*::x", 8, "type", "the type is empty"},
		{"P-15", resource.Policy, "obs:*:*:bucket:", 15, "path", "the path is empty"},
		{"P-15", resource.Policy, "*", 0, "", "a v1.1 resource has five segments"},
		{"P-15", resource.Policy, "obs:*:*:bucket", 14, "", "a resource has five segments, this has 4"},
		{"P-15", resource.Policy, "obs", 3, "", "a resource has five segments, this has 1"},
		{"P-5", resource.Policy, "", 0, "", "the text is empty"},
		{"P-5", resource.Policy, "obs:*:*:object:a b", 16, "", blank},
		{"P-5", resource.Policy, " obs:*:*:object:a", 0, "", blank},
		{"P-5", resource.Policy, "obs:*:*:object:a${k, 'x y'} b", 27, "", blank},
		{"P-9", resource.Policy, "/iam/agencies/x", 0, "", "a path is not a resource here"},
		{"P-25", resource.Policy, "${k}:*:*:bucket:x", 0, "service", in5("service")},
		{"P-25", resource.Policy, "obs:${k}:*:bucket:x", 4, "region", in5("region")},
		{"P-25", resource.Policy, "obs:*:a${k}:bucket:x", 6, "account", in5("account")},
		{"P-25", resource.Policy, "obs:*:*:${k, 'a:b'}:x", 8, "type", in5("type")},
		{"P-5", resource.Policy, "qcs::cvm:gz:uin/1:x", 0, "", "a Tencent Cloud path in a Huawei Cloud policy"},
		{"H12", resource.Policy, "obs:*:*:bucket:\x00", 15, "", "control character"},
		{"H12", resource.Policy, "obs:*:*:bucket:\xff", 15, "", "text that is not UTF-8"},
		{"P-9", resource.Agency, "/iam/agencies/*", 14, "", wild},
		{"P-9", resource.Agency, "/iam/agencies/a?", 15, "", wild},
		{"P-9", resource.Agency, "/iam/agencies/a b", 15, "", "blank in a uri"},
		{"P-9", resource.Agency, "iam/agencies/a", 0, "", slash},
		{"P-9", resource.Agency, "*", 0, "", wild},
		{"P-9", resource.Agency, " /iam/agencies/a", 0, "", "blank in a uri"},
		{"P-9", resource.Agency, "", 0, "", "the text is empty"},
		{"P-9", resource.Agency, "iam:*:*:agency:a", 4, "", wild},
		{"I-22", resource.Identity, "*:*:*:vault:x", 0, "service", name},
		{"I-22", resource.Identity, "cb?:*:*:vault:x", 0, "service", name},
		{"I-22", resource.Identity, "${k}:*:*:vault:x", 0, "service", name},
		{"I-20", resource.Identity, ":*:*:vault:x", 0, "service", "the service is empty"},
		{"I-20", resource.Identity, "cbr:*:*::x", 8, "type", "the type is empty"},
		{"I-20", resource.Identity, "cbr:*:*:vault:", 14, "path", "the path is empty"},
		{"I-20", resource.Identity, "cbr:*:*:vault", 13, "", "a resource has five segments, this has 4"},
		{"I-20", resource.Identity, "**", 2, "", "a resource has five segments, this has 1"},
		{"3.5", resource.Identity, "cbr:*:${k, 'a:b'}::x", 18, "type", "the type is empty"},
		{"3.5", resource.Identity, "cbr:*:${k:b:c:d}", 16, "", "a resource has five segments, this has 3"},
		{"I-20", resource.Identity, "/iam/agencies/x", 0, "", "a path is not a resource here"},
		{"I-20", resource.Identity, "qcs::cvm:gz:uin/1:x", 0, "", "a Tencent Cloud path in a Huawei Cloud policy"},
		{"H6", resource.Identity, "cbr:*:*:vault:*" + strings.Repeat("a?", 11) + "b*", 15, "", "more than 6 ? between two *"},
		{"H6", resource.Identity, "cbr:*:*:vault:" + strings.Repeat("${k}", 9), 14 + 8*4, "", "more than 8 variables in one text"},
		{"H6", resource.Policy, "obs:*:*:object:" + strings.Repeat("x", resource.MaxPattern), resource.MaxPattern, "", "longer than 6000 bytes"},
		{"R1", resource.CAM, "", 0, "", "the text is empty"},
		{"R1", resource.CAM, "cvm:gz:uin/1:instance/x", 0, "", qcs},
		{"R1", resource.CAM, "QCS::cvm:gz:uin/1:x", 0, "", qcs},
		{"R1", resource.CAM, "*:*:*:*:*:*", 0, "", qcs},
		{"R1", resource.CAM, "**", 0, "", qcs},
		{"R1", resource.CAM, "qcs::cvm:gz:ins-1", 17, "", "a path has six segments, this has 5"},
		{"R1", resource.CAM, "qcs::cvm:gz:uin/1:", 18, "resource", "the resource is empty"},
		{"#13", resource.CAM, "qcs:id/0:cvm:gz:uin/1:x", 4, "project", proj},
		{"#13", resource.CAM, "qcs:*:cvm:gz:uin/1:x", 4, "project", proj},
		{"V2", resource.CAM, "qcs:${uin}:cvm:gz:uin/1:x", 4, "project", last("project")},
		{"V2", resource.CAM, "qcs::${uin}:gz:uin/1:x", 5, "service", last("service")},
		{"V2", resource.CAM, "qcs::cvm:${uin}:uin/1:x", 9, "region", last("region")},
		{"V2", resource.CAM, "qcs::cvm:gz:uin/${uin}:x", 12, "account", last("account")},
		{"V2", resource.CAM, "qcs::cos:gz:uid/1:b-1/${uin}", 22, "resource", "a variable stands in the key of an object"},
		{"V2", resource.CAM, "qcs::COS:gz:uid/1:b-${app_id}/a/${uin}/*", 32, "resource", "a variable stands in the key of an object"},
		{"V2", resource.CAM, "qcs::cos:gz:uid/1:prefix//1/b/a${uin}", 31, "resource", "a variable stands in the key of an object"},
		{"V4", resource.CAM, "qcs::cvm:gz:uin/1:volume/${disk}", 25, "", `unknown variable "${disk}"`},
		{"V4", resource.CAM, "qcs::cvm:gz:uin/1:volume/${UIN}", 25, "", `unknown variable "${UIN}"`},
		{"V4", resource.CAM, "qcs::cvm:gz:uin/1:volume/${uin", 25, "", "variable without closing brace"},
		{"R2", resource.CAM, "qcs::cvm:gz:ui*:x", 12, "account", part},
		{"R2", resource.CAM, "qcs::cvm:gz:*1:x", 12, "account", part},
		{"H12", resource.CAM, "qcs::cvm:gz:uin/1:\t", 18, "", "control character"},
	} {
		p, err := resource.Compile(tt.g, tt.in)
		require.Nil(t, p, "%s %q", tt.rule, tt.in)
		requireError(t, err, tt.in, tt.offset, tt.segment, tt.reason)
	}
}

// Two misprints of the vendor (R1) have six segments by the count of their
// colons, so they are paths, if not the ones that were meant.
func TestCompileMisprints(t *testing.T) {
	p := mustCompile(t, resource.CAM, "qcs:::cvm:$region:$account:systemdisk/*")
	require.Equal(t, []string{"*", "cvm", "$region", "$account:systemdisk/*"}, p.Segments())
	require.False(t, p.Match(resource.MustParse("qcs::cvm:gz:uin/1:systemdisk/d"), nil))
	p = mustCompile(t, resource.CAM, "qcs::cvm:gz:instance:ins-1")
	require.Equal(t, []string{"cvm", "ap-guangzhou", "instance", "ins-1"}, p.Segments())
	require.False(t, p.Match(resource.MustParse("qcs::cvm:gz:uin/1:instance/ins-1"), nil))
}

// An error behind a variable is placed right, whatever the variable's default
// or escape looks like.
func TestCompileErrorBehindVariable(t *testing.T) {
	for _, tt := range []struct {
		g       resource.Grammar
		in      string
		offset  int
		segment string
		reason  string
	}{
		{resource.Identity, "cbr:*:${k, 'x:y'}:vault:", 24, "path", "the path is empty"},
		{resource.Identity, "cbr:*:${k, 'x}:y'}:vault:", 25, "path", "the path is empty"},
		{resource.Identity, "cbr:*:${k, 'it''s }:'}:vault:", 29, "path", "the path is empty"},
		{resource.Policy, "obs:*:*:object:a${$}b c", 21, "", "blank in a resource"},
		{resource.Identity, "cbr:${$}:d:vault:", 17, "path", "the path is empty"},
		{resource.Policy, "obs:*:a${$}::x", 12, "type", "the type is empty"},
	} {
		_, err := resource.Compile(tt.g, tt.in)
		requireError(t, err, tt.in, tt.offset, tt.segment, tt.reason)
	}
}

// What to write instead of an empty segment.
func TestCompileFix(t *testing.T) {
	for _, tt := range []struct {
		g       resource.Grammar
		in, fix string
	}{
		{resource.Policy, ":*:*:bucket:x", "write * for any"},
		{resource.Policy, "obs::*:bucket:x", "write * for any"},
		{resource.Identity, ":*:*:bucket:x", "write the service, or a lone * for every resource"},
		{resource.Identity, "obs:*:*::x", "write * for any"},
		{resource.CAM, "qcs::cvm:gz:uin/1:", "write type/id, type/* or *"},
	} {
		_, err := resource.Compile(tt.g, tt.in)
		require.ErrorContains(t, err, "; "+tt.fix, tt.in)
	}
}

// A lone * covers everything and has no segments.
func TestCompileStar(t *testing.T) {
	for _, g := range []resource.Grammar{resource.Identity, resource.CAM} {
		p := mustCompile(t, g, "*")
		require.True(t, p.Everything())
		require.Equal(t, resource.None, p.Form())
		require.Nil(t, p.Segments())
		require.Empty(t, p.Variables())
		require.False(t, p.OwnerAccount())
		for _, s := range []string{"*", "cbr:eu-de:d1:vault:v", "iam::d1:root", "/iam/agencies/a", "qcs::cvm:gz:uin/1:x"} {
			require.True(t, p.Match(resource.MustParse(s), nil), s)
		}
	}
}

func TestZeroPattern(t *testing.T) {
	var p resource.Pattern
	for _, s := range []string{"*", "cbr:eu-de:d1:vault:v", "/iam/agencies/a", "qcs::cvm:gz:uin/1:x"} {
		require.False(t, p.Match(resource.MustParse(s), &resource.Facts{Lenient: true}), s)
	}
	require.Empty(t, p.String())
	require.Nil(t, p.Segments())
	require.False(t, p.Everything())
}

// The segments are a copy.
func TestSegmentsAreCopied(t *testing.T) {
	for g, s := range map[resource.Grammar]string{resource.Identity: "cbr:*:*:vault:v", resource.CAM: "qcs::cvm:*:*:v", resource.Agency: "/iam/agencies/v"} {
		p := mustCompile(t, g, s)
		want := p.Segments()
		clear(p.Segments())
		require.Equal(t, want, p.Segments())
	}
}

// The account of a six-segment path that is left to the owner of the policy.
func TestOwnerAccount(t *testing.T) {
	for s, want := range map[string]bool{
		"qcs::cvm:gz::x": true, "qcs::cvm:gz:uin/:x": true, "qcs::::::": true,
		"qcs::cvm:gz:uin/1:x": false, "qcs::cvm:gz:uid/:x": false, "qcs::cvm:gz:*:x": false, "qcs::cvm:gz:appid/1:x": false,
	} {
		require.Equal(t, want, mustCompile(t, resource.CAM, s).OwnerAccount(), s)
	}
	require.False(t, mustCompile(t, resource.Identity, "iam:::user:x").OwnerAccount())
}
