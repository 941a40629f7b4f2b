package resource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/resource"
)

func TestVariables(t *testing.T) {
	for _, tt := range []struct {
		rule string
		g    resource.Grammar
		in   string
		want []resource.Variable
	}{
		{"P-25", resource.Policy, "obs:*:*:object:b/${g:UserName}/*", []resource.Variable{{Key: "g:username"}}},
		{"P-26", resource.Policy, "obs:*:*:object:${ g:UserName , 'it''s :}x' }", []resource.Variable{{Key: "g:username", Default: "it's :}x", HasDefault: true}}},
		{"P-26", resource.Policy, "obs:*:*:object:${g:ResourceTag/Team,''}", []resource.Variable{{Key: "g:resourcetag/Team", HasDefault: true}}},
		{"P-27", resource.Policy, "obs:*:*:object:${$}", nil},
		{"3.5", resource.Identity, "iam:${r}:${d}:${t}:${p}", []resource.Variable{{Key: "r"}, {Key: "d"}, {Key: "t"}, {Key: "p"}}},
		{"V1", resource.CAM, "qcs::a:::${uin}/${owner_uin}/${app_id}", []resource.Variable{{Key: "uin"}, {Key: "owner_uin"}, {Key: "app_id"}}},
	} {
		require.Equal(t, tt.want, mustCompile(t, tt.g, tt.in).Variables(), "%s %s", tt.rule, tt.in)
	}
}

func TestMatchVariables(t *testing.T) {
	for _, tt := range []struct {
		rule    string
		g       resource.Grammar
		pattern string
		vars    []string
		name    string
		want    bool
	}{
		{"P-25", resource.Policy, "obs:*:*:object:b/${g:UserName}/*", []string{"ann"}, "obs:r:a:object:b/ann/x", true},
		{"P-25", resource.Policy, "obs:*:*:object:b/${g:UserName}/*", []string{"ann"}, "obs:r:a:object:b/anna/x", false},
		{"P-17", resource.Policy, "obs:*:*:object:b/${g:UserName}", []string{"Ann"}, "obs:r:a:object:b/ann", false},
		{"P-29", resource.Policy, "obs:*:*:object:b/${k}", []string{"*"}, "obs:r:a:object:b/x", false},
		{"P-29", resource.Policy, "obs:*:*:object:b/${k}", []string{"*"}, "obs:r:a:object:b/*", true},
		{"P-29", resource.Identity, "obs:*:*:object:b/${k}", []string{"?"}, "obs:r:a:object:b/x", false},
		{"P-29", resource.Identity, "obs:*:*:object:b/${k}", []string{"?"}, "obs:r:a:object:b/?", true},
		{"P-29", resource.Identity, "obs:*:*:object:*${k}*", []string{"a*b"}, "obs:r:a:object:xa*by", true},
		{"P-29", resource.Identity, "obs:*:*:object:*${k}*", []string{"a*b"}, "obs:r:a:object:xaXby", false},
		{"P-27", resource.Policy, "obs:*:*:object:${k}", []string{"${k}"}, "obs:r:a:object:${k}", true},
		{"P-29", resource.Identity, "iam:*:${d}:user:x", []string{"*"}, "iam::d1:user:x", false},
		{"3.5", resource.Identity, "iam::${g:DomainId}:agency:x", []string{"D1"}, "iam::D1:agency:x", true},
		{"3.5", resource.Identity, "iam::${g:DomainId}:agency:x", []string{"D1"}, "iam::D2:agency:x", false},
		{"I-20", resource.Identity, "iam::${d}:agency:x", []string{"d:agency"}, "iam::d:agency:agency:x", false},
		{"I-20", resource.Identity, "obs:*:*:object:${k}", []string{"a:b:c"}, "obs:r:a:object:a:b:c", true},
		{"3.5", resource.Identity, "cbr:${r}:*:vault:x", []string{"eu-de"}, "cbr:eu-de:d:vault:x", true},
		{"3.5", resource.Identity, "cbr:${r}:*:vault:x", []string{"eu-de"}, "cbr::d:vault:x", false},
		{"3.5", resource.Identity, "cbr:*:*:${t}:x", []string{"vault"}, "cbr:r:d:vault:x", true},
		{"3.5", resource.Identity, "obs:*:*:object:${*}${?}${$}", nil, "obs:r:a:object:*?$", true},
		{"3.5", resource.Identity, "obs:*:*:object:${*}${?}${$}", nil, "obs:r:a:object:xy$", false},
		{"3.5", resource.Policy, "obs:*:*:object:${*}", []string{"v"}, "obs:r:a:object:*", false}, // no escape in v1.1
		{"V3", resource.CAM, "qcs::q::*:uin/${uin}/*", []string{"125"}, "qcs::q:gz:uin/1:uin/125/q1", true},
		{"V3", resource.CAM, "qcs::q::*:uin/${uin}/*", []string{"125"}, "qcs::q:gz:uin/1:uin/125", false},
		{"V3", resource.CAM, "qcs::q::*:uin/${uin}/*", []string{"125"}, "qcs::q:gz:uin/1:uin/777/q1", false},
		{"V3", resource.CAM, "qcs::q::*:${uin}", []string{"*"}, "qcs::q:gz:uin/1:x", false},
		{"V3", resource.CAM, "qcs::q::*:${uin}", []string{"*"}, "qcs::q:gz:uin/1:*", true},
		{"V1", resource.CAM, "qcs::q::*:${uin}/${owner_uin}/${app_id}", []string{"2", "1", "9"}, "qcs::q:gz:uin/1:2/1/9", true},
	} {
		p := mustCompile(t, tt.g, tt.pattern)
		n := resource.MustParse(tt.name)
		require.Equal(t, tt.want, p.Match(n, nil, tt.vars...), "%s: %s with %q ~ %s", tt.rule, tt.pattern, tt.vars, tt.name)
		// What lacks a variable matches nothing; more than enough does no harm.
		if len(tt.vars) > 0 {
			require.False(t, p.Match(n, nil, tt.vars[1:]...), "%s without variables ~ %s", tt.pattern, tt.name)
		}
		require.Equal(t, tt.want, p.Match(n, nil, append(tt.vars, "more")...))
	}
}

// The type compares without regard to letter case also where it comes from a
// variable (I-23).
func TestMatchVariableType(t *testing.T) {
	p := mustCompile(t, resource.Identity, "cbr:*:*:${t}:x")
	for _, v := range []string{"vault", "Vault", "VAULT"} {
		require.True(t, p.Match(resource.MustParse("cbr:r:d:Vault:x"), nil, v), v)
	}
	require.False(t, p.Match(resource.MustParse("cbr:r:d:vault:x"), nil, "vaults"))
}

// A region that a variable leaves empty is an empty region (I-21).
func TestMatchVariableRegion(t *testing.T) {
	p := mustCompile(t, resource.Identity, "iam:${r, ''}:*:user:x")
	require.True(t, p.Match(resource.MustParse("iam::d:user:x"), nil, ""))
	require.False(t, p.Match(resource.MustParse("iam:eu-de:d:user:x"), nil, ""))
	require.True(t, p.Match(resource.MustParse("iam:eu-de:d:user:x"), nil, "eu-de"))
	require.False(t, p.Match(resource.MustParse("iam::d:user:x"), nil, "eu-de"))
}

// A malformed variable voids a Huawei pattern: it compiles and matches nothing
// (P-28). In CAM it is an error; see TestCompileErrors.
func TestVoid(t *testing.T) {
	for _, tt := range []struct {
		path   string
		offset int
		reason string
	}{
		{"${foo", 0, "variable without closing brace"},
		{"a/${", 2, "variable without closing brace"},
		{"${}", 0, "variable without a key"},
		{"${ }x", 0, "variable without a key"},
		{"${k, text}", 0, "default of a variable without quotes"},
		{"${k,}", 0, "default of a variable without quotes"},
		{"${k, 'text}", 0, "default of a variable without closing quote"},
		{"${k, 'text' x}", 0, "variable without closing brace"},
		{"${ok}${k, 'text'", 5, "variable without closing brace"},
	} {
		for _, g := range []resource.Grammar{resource.Policy, resource.Identity} {
			for _, head := range []string{"obs:*:*:object:", ""} {
				p := mustCompile(t, g, head+tt.path)
				require.NotNil(t, p.Void(), tt.path)
				require.Equal(t, tt.reason, p.Void().Reason, tt.path)
				require.Equal(t, len(head)+tt.offset, p.Void().Offset, tt.path)
				require.Equal(t, resource.URN, p.Form())
				for _, s := range []string{"obs:r:a:object:" + tt.path, "obs:r:a:object:x", "*"} {
					require.False(t, p.Match(resource.MustParse(s), &resource.Facts{Lenient: true}, "a", "b"), "%s ~ %s", tt.path, s)
				}
			}
		}
	}
}
