package policy_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// However many warnings a document has, an error behind them refuses it.
func TestErrorBehindManyWarnings(t *testing.T) {
	warnings := strings.Repeat(`{"Effect":"Deny","Action":[]},`, 150)
	for _, last := range []string{
		`{"Effect":"Allow","Action":["*"],"Conditions":{"Bool":{"g:MFAPresent":["true"]}}}`,
		`{"Effect":"Deny","Action":["cbr:vaults"]}`,
		`{"Effect":"Deny","Action":["*"],"Condition":{"StringEqual":{"g:UserName":"x"}}}`,
		`{"Action":["*"]}`,
		`1`,
	} {
		ds := mustRefuse(t, nil, `{"Version":"5.0","Statement":[`+warnings+last+`]}`)
		require.Equal(t, policy.Error, ds[len(ds)-1].Severity)
	}
}

// Long text that is not UTF-8 is quoted like any other.
func TestQuoteBrokenText(t *testing.T) {
	for _, n := range []int{80, 81, 82, 200} {
		bad := strings.Repeat("\x80", n)
		for _, d := range policy.Dialects() {
			for _, src := range []string{
				`{"Version":"` + bad + `","version":"` + bad + `"}`, `{"` + bad + `":1}`,
				`{"Statement":[{"Effect":"` + bad + `","Action":"` + bad + `"}],"statement":[{"effect":"` + bad + `"}]}`,
			} {
				mustRefuse(t, d, src)
			}
		}
	}
}

// One duplicate is one finding.
func TestDuplicateReportedOnce(t *testing.T) {
	count := func(d *policy.Dialect, src string) (n int) {
		for _, c := range codes(mustRefuse(t, d, src)) {
			if c == "DUPLICATE_NAME" {
				n++
			}
		}
		return n
	}
	require.Equal(t, 1, count(nil, `{"Version":"5.0","Version":"5.0","Statement":[]}`))
	require.Equal(t, 2, count(nil, `{"Version":"1.1","Statement":[{"Effect":"Deny","Effect":"Allow","Effect":"Deny","Action":["a:b:c"]}]}`))
	require.Equal(t, 1, count(nil, `{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["*"],"Condition":{"StringEquals":{"k":"a","k":"b"}}}]}`))
	require.Equal(t, 1, count(policy.TencentResource, `{"version":"2.0","statement":{"effect":"deny","Effect":"Allow","action":"*","resource":"*","principal":"*"}}`))
	// Also beside a first spelling that is wrong itself.
	require.Equal(t, 1, count(nil, `{"Version":"1.1","Statement":[{"Effect":"Deny","Action":["a:b:c"],"Condition":{"Bool":{"g:X":["maybe"],"G:x":["true"]}}}]}`))
}

// Only resource policies have capitalised elements (G12).
func TestCapitalsInIdentityPolicy(t *testing.T) {
	for _, e := range []string{`"Sid":"x"`, `"Effect":"allow"`, `"Action":"*"`, `"Resource":"*"`, `"Condition":{}`} {
		src := `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*",` + e + `}}`
		require.Contains(t, codes(mustRefuse(t, policy.TencentCAM, src)), "PolicyDocumentError", e)
	}
}

// What lists the opposite is no remedy for a negated element.
func TestNegatedElementSuggestion(t *testing.T) {
	for _, d := range policy.Dialects() {
		src := `{"Version":"1.0","version":"2.0","Statement":[{"NotAction":1,"NotResource":1,"NotPrincipal":1,"not_action":1}],"statement":[{"NotAction":1,"NotResource":1,"NotPrincipal":1,"notAction":1}]}`
		for _, f := range mustRefuse(t, d, src) {
			if name := strings.ToLower(src[f.Pos.Offset:f.End.Offset]); strings.HasPrefix(name, `"not`) {
				if strings.Contains(f.Fix, "did you mean") {
					require.Contains(t, f.Fix, `"Not`, "%s: %v", d, f)
				}
			}
		}
	}
}

// All errors are reported at once: what names nobody, and an operator that
// does not exist, beside other errors.
func TestNothingHidden(t *testing.T) {
	for _, tt := range []struct{ src, code string }{
		{`{"Version":"5.0","Statement":[{"Effect":"x","Action":["*"],"Principal":{}}]}`, "INVALID_PRINCIPAL"},
		{`{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"],"Principal":{"IAM":["a"]},"Condition":{"Bogus":{}}}]}`, "INVALID_OPERATOR"},
		{`{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"],"Principal":{"IAM":["a"]},"Condition":{"Bogus":{"k":1}}}]}`, "INVALID_OPERATOR"},
	} {
		require.Contains(t, codes(mustRefuse(t, policy.HuaweiTrust, tt.src)), tt.code)
	}
}

// A statement without a known effect is not called a Deny.
func TestNoEffectIsNoDeny(t *testing.T) {
	require.Equal(t, []string{"MISSING_EFFECT", "MISSING_ACTION"}, codes(mustRefuse(t, policy.HuaweiSCP, `{"Version":"5.0","Statement":{}}`)))
	require.Equal(t, []string{"MISSING_ACTION", "INVALID_EFFECT"}, codes(mustRefuse(t, policy.HuaweiSCP, `{"Version":"5.0","Statement":{"Effect":"x"}}`)))
}

// The vendor's codes (huawei.md R-2, P-5, OTC-err).
func TestVendorCodes(t *testing.T) {
	for _, tt := range []struct {
		dialect   *policy.Dialect
		src, code string
	}{
		{policy.HuaweiRole, `{"Version":"2.0","Statement":[{"Effect":"Allow","Action":["*"]}]}`, "IAM.1026"},
		{policy.HuaweiPolicy, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["a:b:c"],"Resource":[""]}]}`, "IAM.1041"},
		{policy.HuaweiPolicy, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["a:b:c"],"Resource":{"uri":[""]}}]}`, "IAM.1041"},
		{policy.HuaweiPolicy, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["a:b:c"],"Resource":{"uri":["/a b"]}}]}`, "IAM.1041"},
		{policy.HuaweiPolicy, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["a:b:c"],"Resource":["a:${g:R}:*:b:c"]}]}`, "IAM.1044"},
		{policy.HuaweiPolicy, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["a:b:c"]}],"Depends":{}}`, "IAM.1025"},
		{policy.HuaweiRole, `{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["*"]}],"Depends":[{"catalog":"C","display_name":"N","x":1}]}`, "IAM.1059"},
		{policy.HuaweiIdentity, `{"Version":"5.0","Statement":[{"Effect":"Deny","NotAction":[]}]}`, "EMPTY_ACTION"},
		{policy.HuaweiIdentity, `{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["*"],"NotResource":[]}]}`, "EMPTY_RESOURCE"},
	} {
		require.Equal(t, []string{tt.code}, codes(mustRefuse(t, tt.dialect, tt.src)), tt.src)
	}
	// A role may carry version 1.1.
	mustParse(t, policy.HuaweiRole, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["*"]}],"Depends":[]}`)
}

// A principal is one account or one identity of the cloud's own user service;
// nothing else is taken for one.
func TestWrongPrincipals(t *testing.T) {
	for _, p := range []string{"iam::0f:root:bob", "ecs:*:0f:root:x", "iam:::root", "iam::*:root", "iam::0f:user:*", "iam::0f:*:x", "iam:::user:bob", "obs:*:*:bucket:x"} {
		mustRefuse(t, policy.HuaweiTrust, `{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"],"Principal":{"IAM":["`+p+`"]}}]}`)
	}
	for _, p := range []string{"qcs::cam::uin/*:root", "qcs::cam::uin/1*:uin/1*", "qcs::cam::uin/*:uin/200", "qcs::cam::anyone:anyone:anyone", "qcs::cam::uin/1:uin/${uin}"} {
		mustRefuse(t, policy.TencentResource, `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","principal":{"qcs":["`+p+`"]}}}`)
	}
	// Nobody is excluded from everybody: the statement would never match.
	mustRefuse(t, policy.HuaweiRCP, `{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["a:b:c"],"NotPrincipal":"*"}]}`)
}

// Messages are sentences, and name what they are about.
func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		dialect  *policy.Dialect
		src      string
		not, has string
	}{
		{policy.TencentResource, `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","principal":{"service":""}}}`, `"" is the service`, "empty"},
		{policy.TencentResource, `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","principal":{"qcs":"qcs::cam::uin/1:uin/*"}}}`, "is a principal has", "wildcard"},
		{policy.HuaweiIdentity, `{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["*"],"NotResource":"x"}]}`, "Resource is an array of strings, not a string; write [\"x\"]; ", "NotResource"},
		{policy.HuaweiPolicy, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["a:b:c"]}],"Depends":[{"catalog":"C","display_name":"N"}]}`, "0 are allowed", "Depends"},
		{policy.HuaweiRCP, `{"Version":"5.0","Statement":[{"Effect":"Allow","NotAction":["a:b:c"],"Principal":"*"}]}`, "SCP", "resource control policy"},
		{policy.HuaweiRCP, `{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["a:b:c"],"Principal":{"IAM":["*"]}}]}`, "account id or iam", `"*"`},
		{policy.HuaweiRole, `{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["*"],"Resource":"/iam/agencies/1"}]}`, "array of strings", "uri"},
		{policy.HuaweiRole, `{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["*"]}],"Depends":{"catalog":"C","display_name":"N"}}`, "write []", "brackets"},
		{policy.HuaweiPolicy, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["a:b:c"],"Condition":{"IpAddress":{"g:SourceIp":["10.0.0.1"]}}}]}`, "leave the condition out", "v5.0"},
		{policy.HuaweiPolicy, `{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["a:b:c"],"Resource":[{"uri":["/x"]}]}]}`, "put it in quotes", "uri"},
		{policy.HuaweiIdentity, `{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"],"Condition":{"StringEqualsIfExsits":{"k":"x"}}}]}`, "are written like", "StringEqualsIfExists"},
		{policy.HuaweiIdentity, `{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"],"Condition":{"NumericLessThan":{"k":"1"}}}]}`, "such operator\n", "NumberLessThan"},
		{policy.TencentCAM, `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","condition":{"string_equal":{"":"x"}}}}`, "g:SourceIp", "qcs:ip"},
		{policy.HuaweiIdentity, `{"Version": "1.1,` + "\n" + `"Statement":[]}`, "control character", "closing quote"},
	} {
		text := mustRefuse(t, tt.dialect, tt.src).Error() + "\n"
		require.NotContains(t, text, tt.not)
		require.Contains(t, text, tt.has)
	}
}

// One line has no control characters and at most 500 bytes, whatever is in it.
func TestLineIsShort(t *testing.T) {
	for _, unit := range []string{"\x01", "\u0085", "\u009b", "\u2028", "\u202e", "\xff", "🔒", "x"} {
		d := policy.Diagnostic{Code: "X", File: strings.Repeat(unit, 500), Message: strings.Repeat(unit, 500), Fix: strings.Repeat(unit, 500)}
		line := d.Error()
		require.LessOrEqual(t, len(line), 500, "%q", unit)
		require.Less(t, strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) || r == 0x2028 || r == 0x202e }), 0, "%q", unit)
	}
}

// A place behind the end of a text is none.
func TestDeepTextEnds(t *testing.T) {
	ds := mustRefuse(t, nil, strings.Repeat("[", 16))
	require.Equal(t, 16, ds[0].End.Offset)
}
