package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

func mustParse(t testing.TB, d *policy.Dialect, src string) *policy.Document {
	t.Helper()
	doc, err := policy.ParseAs(d, "p.json", []byte(src))
	require.NoError(t, err)
	return doc
}

func mustRefuse(t testing.TB, d *policy.Dialect, src string) policy.Diagnostics {
	t.Helper()
	doc, err := policy.ParseAs(d, "p.json", []byte(src))
	require.True(t, doc == nil, "accepted: %.300s", src)
	require.IsType(t, policy.Diagnostics{}, err)
	ds := err.(policy.Diagnostics)
	requireSound(t, []byte(src), ds)
	return ds
}

func codes(ds policy.Diagnostics) (out []string) {
	for _, d := range ds {
		out = append(out, string(d.Code))
	}
	return out
}

func TestDialects(t *testing.T) {
	type row struct {
		name                       string
		cam, guardrail, principals bool
	}
	var got []row
	for _, d := range policy.Dialects() {
		got = append(got, row{d.String(), d.IsCAM(), d.IsGuardrail(), d.NamesPrincipals()})
	}
	require.Equal(t, []row{
		{"huawei-1.0", false, false, false},
		{"huawei-1.1", false, false, false},
		{"huawei-5.0", false, false, false},
		{"huawei-scp", false, true, false},
		{"huawei-rcp", false, true, true},
		{"huawei-ncp", false, true, true},
		{"huawei-trust", false, false, true},
		{"cam-2.0", true, false, false},
		{"cam-resource", true, false, true},
	}, got)
	all := policy.Dialects()
	all[0] = nil
	require.Same(t, policy.HuaweiRole, policy.Dialects()[0], "the list is a copy")
}

// Parse and Guess tell the dialect from the version; what they cannot tell is
// read as the newest dialect of the cloud whose names it uses.
func TestGuess(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want *policy.Dialect
	}{
		{`{"Version": "1.0"}`, policy.HuaweiRole},
		{`{"Version": "1.1"}`, policy.HuaweiPolicy},
		{`{"Version": "5.0"}`, policy.HuaweiIdentity},
		{`{"Version": 1.1}`, policy.HuaweiPolicy},
		{`{"version": "2.0"}`, policy.TencentCAM},
		{`{"version": "1.1"}`, policy.TencentCAM},
		{`{"version": 7}`, policy.TencentCAM},
		{`{"statement": {}}`, policy.TencentCAM},
		{`{"Version": "1.0", "version": "2.0"}`, policy.HuaweiRole},
		{`{"Version": "2.0", "version": "2.0"}`, policy.TencentCAM},
		{`{"Version": "1.2"}`, policy.HuaweiIdentity},
		{`{"Version": ["1.1"]}`, policy.HuaweiIdentity},
		{`{"Statement": [{"Version": "1.1"}]}`, policy.HuaweiIdentity},
		{`{"VERSION": "1.1"}`, policy.HuaweiIdentity},
		{`{}`, policy.HuaweiIdentity},
		{`["Version", "1.1"]`, policy.HuaweiIdentity},
		{`"1.1"`, policy.HuaweiIdentity},
		{`{"Version": "1.1"`, policy.HuaweiIdentity},
		{``, policy.HuaweiIdentity},
	} {
		require.Equal(t, tt.want.String(), policy.Guess([]byte(tt.src)).String(), tt.src)
	}
}

func TestParseTellsDialect(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want *policy.Dialect
	}{
		{`{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`, policy.HuaweiRole},
		{`{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]}`, policy.HuaweiPolicy},
		{`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`, policy.HuaweiIdentity},
		{`{"statement": {"effect": "allow", "action": "*", "resource": "*"}, "version": "2.0"}`, policy.TencentCAM},
	} {
		doc, err := policy.Parse("a.json", []byte(tt.src))
		require.NoError(t, err)
		require.Same(t, tt.want, doc.Dialect())
		require.Equal(t, "a.json", doc.File())
		require.Equal(t, 1, doc.Len())
		require.Empty(t, doc.Warnings())
	}
	// Organization and trust policies have the version of identity policies.
	trust := `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["sts:agencies:assume"], "Principal": {"IAM": ["0f12ab"]}}]}`
	_, err := policy.Parse("a.json", []byte(trust))
	require.ErrorContains(t, err, "UNSUPPORTED_PRINCIPAL")
	require.Equal(t, 1, mustParse(t, policy.HuaweiTrust, trust).Len())
}

func TestStatement(t *testing.T) {
	doc := mustParse(t, policy.HuaweiTrust, `{"Version": "5.0", "Statement": [
  {"Sid": "größe \u00e9", "Effect": "Allow", "Action": ["a:b:c", "a::d"], "Resource": ["cbr:*:*:vault:x"], "Principal": {"IAM": ["0f12ab"]},
   "Condition": {"StringEquals": {"g:UserName": ["x"], "g:UserId": "y"}, "Bool": {"g:MFAPresent": ["true"]}}},
  {"Effect": "Deny", "NotAction": ["a:b:*"], "NotResource": ["*"], "NotPrincipal": {"Service": ["service.EVS"]}},
  {"Effect": "Deny", "Action": ["*"], "Principal": {"IAM": ["0f12ab"]}}]}`)
	require.Equal(t, 3, doc.Len())

	s := doc.Statement(0)
	require.Equal(t, "größe é", s.Sid())
	require.Equal(t, policy.Allow, s.Effect())
	require.Equal(t, "Allow", s.Effect().String())
	require.False(t, s.NotAction() || s.NotResource() || s.NotPrincipal())
	require.True(t, s.HasResource())
	require.Len(t, s.Actions(), 2)
	require.Equal(t, "a::d", s.Actions()[1].String())
	require.Len(t, s.Resources(), 1)
	require.Equal(t, resource.URN, s.Resources()[0].Form())
	require.Len(t, s.Principals(), 1)
	clauses := s.Condition().Clauses()
	require.Len(t, clauses, 3)
	require.Equal(t, "StringEquals", clauses[1].Operator())
	require.Equal(t, condition.NewKey("G:userid"), clauses[1].Key())
	require.Equal(t, []string{"y"}, clauses[1].Values())
	require.Equal(t, "Bool", clauses[2].Operator())

	s = doc.Statement(1)
	require.Equal(t, policy.Deny, s.Effect())
	require.Equal(t, "Deny", s.Effect().String())
	require.True(t, s.NotAction() && s.NotResource() && s.NotPrincipal() && s.HasResource())
	require.True(t, s.Resources()[0].Everything())
	require.Equal(t, policy.Service, s.Principals()[0].Kind())
	require.Empty(t, s.Condition().Clauses())

	s = doc.Statement(2)
	require.False(t, s.HasResource())
	require.Empty(t, s.Resources())

	var sids []string
	for i, s := range doc.Statements() {
		require.Same(t, doc.Statement(i), s)
		if sids = append(sids, s.Sid()); i == 1 {
			break
		}
	}
	require.Equal(t, []string{"größe é", ""}, sids)
	require.Panics(t, func() { doc.Statement(3) })
}

// Columns count bytes; the place of an entry is that of its opening quote,
// whatever stands before it.
func TestPositions(t *testing.T) {
	src := "{\"Version\": \"5.0\",\r\n\t\"Statement\": [{\"Sid\": \"名\\u5b57\\\"\", \"Effect\": \"Allow\", \"Action\": [\"a:b:\\u0063\", \"d:e:f\"],\n" +
		"\"Resource\": [\"cbr:*:*:vault:日本\", \"cbr:*:*:vault:\\ud83d\\udd12\",\"*\"], \"Condition\": {\"StringEquals\": {\"g:ResourceTag/日\": \"x\", \"g:UserName\": []}}}]}"
	doc := mustParse(t, nil, src)
	at := func(p policy.Position) string {
		text := src[p.Offset:]
		if i := strings.IndexAny(text, ",]:"); i >= 0 && text[0] != '{' {
			text = text[:1+strings.IndexByte(text[1:], '"')+1]
		}
		return text
	}
	s := doc.Statement(0)
	pos, end := s.Position()
	require.Equal(t, policy.Position{Line: 2, Column: 16, Offset: 35}, pos)
	require.Equal(t, src[len(src)-2:], src[end.Offset:])
	require.Equal(t, 3, end.Line)
	require.Equal(t, `"a:b:\u0063"`, at(s.ActionPosition(0)))
	require.Equal(t, `"d:e:f"`, at(s.ActionPosition(1)))
	require.Equal(t, "a:b:c", s.Actions()[0].String())
	require.Equal(t, "2:83", s.ActionPosition(1).String())
	require.Equal(t, `"cbr:*:*:vault:日本"`, at(s.ResourcePosition(0)))
	require.Equal(t, `"cbr:*:*:vault:\ud83d\udd12"`, at(s.ResourcePosition(1)))
	require.Equal(t, "cbr:*:*:vault:🔒", s.Resources()[1].String())
	require.Equal(t, policy.Position{Line: 3, Column: 67, Offset: strings.Index(src, `"*"`)}, s.ResourcePosition(2))
	require.Equal(t, `"g:ResourceTag/日"`, at(s.ClausePosition(0)))
	require.Equal(t, `"g:UserName"`, at(s.ClausePosition(1)))
	require.Equal(t, "-", policy.Position{}.String())
	requireFaithful(t, []byte(src), doc)
	require.Equal(t, []string{"EMPTY_ELEMENT"}, codes(doc.Warnings()))
	requireSound(t, []byte(src), doc.Warnings())
}

// A finding inside a string points at the character, through escapes and
// letters of several bytes.
func TestPositionsInsideStrings(t *testing.T) {
	for _, tt := range []struct{ text, rest string }{
		{`cbr:vaults:g et`, ` et"`},
		{`\u0063br:vaults:g et`, ` et"`},
		{`cbr\u003avaults:g\u0020et`, `\u0020et"`},
		{`cbr:v\u00e4ults:get`, `\u00e4ults:get"`},
		{`cbr:vaults:日 `, `日 "`},
		{`cbr:vaults:get\u0022`, `\u0022"`},
		{`cbr:vaults:get\"`, `\""`},
		{`cbr:vaults:\ud83d\udd12x`, `\ud83d\udd12x"`},
		{`cbr:vaults:\n`, `\n"`},
		{`cbr\/vaults`, `\/vaults"`},
		{`\u0063\u0062\u0072:\u0020`, `\u0020"`},
	} {
		src := `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["` + tt.text + `"]}]}`
		ds := mustRefuse(t, nil, src)
		require.Len(t, ds, 1, tt.text)
		require.Equal(t, tt.rest, src[ds[0].Pos.Offset:ds[0].End.Offset], tt.text)
	}
	// A place in a resource or a condition value, behind the same.
	src := `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"], "Resource": ["\u006fbs:*:*:\ud83d\udd12\"日:x ${"],
 "Condition": {"StringEquals": {"g:UserName": ["é\u00e9\ud83d\udd12${"]}}}]}`
	doc := mustParse(t, nil, src)
	ds := doc.Warnings()
	require.Len(t, ds, 2)
	require.Equal(t, `${"`, src[ds[0].Pos.Offset:ds[0].End.Offset])
	require.Equal(t, `${"`, src[ds[1].Pos.Offset:ds[1].End.Offset])
}

func TestPrincipals(t *testing.T) {
	type want struct {
		text, id, name string
		kind           policy.PrincipalKind
	}
	for _, tt := range []struct {
		dialect   *policy.Dialect
		principal string
		want      []want
	}{
		{policy.HuaweiTrust, `{"IAM": ["0f12AB"]}`, []want{{"0f12AB", "0f12AB", "*", policy.Account}}},
		{policy.HuaweiTrust, `{"IAM": ["a-b_c"]}`, []want{{"a-b_c", "a-b_c", "*", policy.Account}}},
		{policy.HuaweiTrust, `{"IAM": ["iam::0f12ab:root"]}`, []want{{"iam::0f12ab:root", "0f12ab", "*", policy.Account}}},
		{policy.HuaweiTrust, `{"IAM": ["IAM::0f12ab:User:Bob"]}`, []want{{"IAM::0f12ab:User:Bob", "", "iam::0f12ab:user:Bob", policy.Identity}}},
		{policy.HuaweiTrust, `{"IAM": ["iam::0f12ab:agency:ops"], "Service": ["service.a", "service.` + strings.Repeat("a", 56) + `"]}`, []want{
			{"iam::0f12ab:agency:ops", "", "iam::0f12ab:agency:ops", policy.Identity},
			{"service.a", "service.a", "*", policy.Service},
			{"service." + strings.Repeat("a", 56), "service." + strings.Repeat("a", 56), "*", policy.Service}}},
		{policy.HuaweiRCP, `"*"`, []want{{"*", "", "*", policy.Everyone}}},
		{policy.HuaweiRCP, `{"IAM": ["iam::0f12ab:root"]}`, []want{{"iam::0f12ab:root", "0f12ab", "*", policy.Account}}},
		{policy.TencentResource, `"*"`, []want{{"*", "", "*", policy.Everyone}}},
		{policy.TencentResource, `{"qcs": "*"}`, []want{{"*", "", "*", policy.Everyone}}},
		{policy.TencentResource, `{"qcs": ["*", "qcs::cam::anyone:anyone", "qcs::cam::anonymous:anonymous"]}`, []want{
			{"*", "", "*", policy.Everyone},
			{"qcs::cam::anyone:anyone", "", "*", policy.Unsigned},
			{"qcs::cam::anonymous:anonymous", "", "*", policy.Unsigned}}},
		{policy.TencentResource, `{"qcs": ["qcs::cam::uin/100:root", "qcs::cam::uin/100:uin/100", "qcs::cam::uin/100:uin/200"]}`, []want{
			{"qcs::cam::uin/100:root", "100", "*", policy.Account},
			{"qcs::cam::uin/100:uin/100", "100", "*", policy.Account},
			{"qcs::cam::uin/100:uin/200", "", "qcs::cam::uin/100:uin/200", policy.Identity}}},
		{policy.TencentResource, `{"qcs": ["qcs::cam::uin/1:groupid/2", "qcs::CAM::uin/1:role/tencentcloudServiceRole/3"]}`, []want{
			{"qcs::cam::uin/1:groupid/2", "", "qcs::cam::uin/1:groupid/2", policy.Identity},
			{"qcs::CAM::uin/1:role/tencentcloudServiceRole/3", "", "qcs::cam::uin/1:role/tencentcloudServiceRole/3", policy.Identity}}},
		{policy.TencentResource, `{"service": "cvm.qcloud.com", "federated": "qcs::cam::uin/1:saml-provider/a"}`, []want{
			{"cvm.qcloud.com", "cvm.qcloud.com", "*", policy.Service},
			{"qcs::cam::uin/1:saml-provider/a", "qcs::cam::uin/1:saml-provider/a", "qcs::cam::uin/1:saml-provider/a", policy.Federated}}},
	} {
		src := `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Principal": ` + tt.principal + `}]}`
		if tt.dialect.IsCAM() {
			src = `{"version": "2.0", "statement": {"effect": "allow", "action": "*", "resource": "*", "principal": ` + tt.principal + `}}`
		}
		var got []want
		for _, p := range mustParse(t, tt.dialect, src).Statement(0).Principals() {
			got = append(got, want{p.String(), p.ID(), p.Name().String(), p.Kind()})
			require.True(t, strings.HasPrefix(src[p.Position().Offset:], `"`+p.String()+`"`), "%s at %s", p.String(), p.Position())
		}
		require.Equal(t, tt.want, got, tt.principal)
	}
}

func TestSharedPrincipal(t *testing.T) {
	src := `{"version": "2.0", "principal": {"qcs": ["qcs::cam::uin/1:root"]}, "statement": [{"effect": "allow", "action": "*", "resource": "*"}, {"effect": "deny", "action": "*", "resource": "*"}]}`
	doc := mustParse(t, policy.TencentResource, src)
	for _, s := range doc.Statements() {
		require.Len(t, s.Principals(), 1)
		require.Equal(t, "1", s.Principals()[0].ID())
		require.Equal(t, strings.Index(src, `"qcs::`), s.Principals()[0].Position().Offset)
	}
}

func TestDepends(t *testing.T) {
	doc := mustParse(t, nil, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"]}],
 "Depends": [{"catalog": "BASE", "display_name": "Tenant Guest"}, {"display_name": "Büro \"1\"", "catalog": ""}]}`)
	got := slices.Collect(doc.Depends())
	require.Equal(t, []policy.Dependency{
		{Catalog: "BASE", DisplayName: "Tenant Guest", Pos: policy.Position{Line: 2, Column: 14, Offset: 89}},
		{Catalog: "", DisplayName: `Büro "1"`, Pos: policy.Position{Line: 2, Column: 67, Offset: 142}},
	}, got)
	for range doc.Depends() {
		break
	}
	require.Empty(t, slices.Collect(mustParse(t, nil, `{"Version": "5.0", "Statement": []}`).Depends()))
}

func TestWarningsAreACopy(t *testing.T) {
	doc := mustParse(t, nil, `{"Version": "5.0", "Statement": []}`)
	w := doc.Warnings()
	require.Equal(t, []string{"EMPTY_ELEMENT"}, codes(w))
	require.Equal(t, policy.Suggestion, w[0].Severity)
	w[0].Code = "CHANGED"
	require.Equal(t, []string{"EMPTY_ELEMENT"}, codes(doc.Warnings()))
}

func TestTitled(t *testing.T) {
	title := policy.Title{Catalog: "BASE", Name: "Tenant Guest", Global: true, Depends: []policy.Dependency{{Catalog: "X", DisplayName: "Y"}}}
	doc := mustParse(t, nil, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"]}]}`)
	require.Equal(t, policy.Title{}, doc.Title())
	titled := doc.Titled(title)
	require.Equal(t, title, titled.Title())
	require.Equal(t, policy.Title{}, doc.Title(), "the document itself is unchanged")
	require.Equal(t, doc.File(), titled.File())
	require.Same(t, doc.Dialect(), titled.Dialect())
	require.Same(t, doc.Statement(0), titled.Statement(0))

	unknown := (*policy.Document)(nil).Titled(title)
	require.Equal(t, title, unknown.Title())
	require.Equal(t, "system:Tenant Guest", unknown.File())
	require.Zero(t, unknown.Len())
	require.Same(t, policy.HuaweiPolicy, unknown.Dialect())
	require.Empty(t, unknown.Warnings())
}

// A document keeps nothing of the text that it was read from.
func TestSourceIsNotKept(t *testing.T) {
	src := []byte(`{"Version": "5.0", "Statement": [{"Sid": "s", "Effect": "Deny", "Action": ["a:b:c"], "Condition": {"StringEquals": {"g:UserName": "x"}}}]}`)
	doc := mustParse(t, nil, string(src))
	same, err := policy.Parse("p.json", src)
	require.NoError(t, err)
	for i := range src {
		src[i] = 'z'
	}
	require.Equal(t, dump(doc), dump(same))
}
