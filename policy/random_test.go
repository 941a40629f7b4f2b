package policy_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// garden makes random documents of a dialect, from vocabularies in which every
// form occurs. Now and then it slips.
type garden struct {
	*rand.Rand
	dialect *policy.Dialect
	words   map[string][]string
}

func newGarden(d *policy.Dialect) garden {
	w := map[string][]string{
		"effect": {"Allow", "Deny"}, "not": {"", "", "", "Not"},
		"action":    {`"*"`, `"*:*:*"`, `"cbr:vaults:get"`, `"CBR:*s:g*"`, `"cbr::getFeature"`, `"cbr:?:\u0078"`},
		"resource":  {`"*"`, `"obs:*:*:bucket:x"`, `"cbr:::vault:a?b*"`, `"obs:*:${g:Y}:object:${g:UserName, 'x'}/${$}${*}"`, `"obs:*:*:object:${"`, `"OBS:*:*:Bucket:\u00e9:日"`},
		"principal": {`{"IAM": ["0f12ab", "iam::0f12ab:root"]}`, `{"Service": ["service.EVS"], "IAM": ["iam::0f12ab:user:x"]}`, `{"IAM": [], "Service": ["service.a"]}`},
		"key":       {`"g:UserName"`, `"g:ResourceTag/A b"`, `"g:ResourceTag/a b"`, `"obs:x"`},
		"operator":  {"S:StringEquals", "S:StringNotMatchIfExists", "S:ForAnyValue:StringLike", "N:NumberLessThan", "D:DateGreaterThan", "B:Bool", "B:Null", "I:IpAddress"},
		"S":         {`"x"`, `"${g:UserName}"`, `"a*"`, `"\u65e5"`, `"${"`}, "N": {`"1"`, `"-1.5e3"`}, "D": {`"2026-01-31T08:00:00Z"`, `"${g:X}"`}, "B": {`"true"`, `"False"`}, "I": {`"10.0.0.0/8"`, `"::1"`},
	}
	switch d {
	case policy.HuaweiRole:
		w["not"], w["effect"] = []string{""}, []string{"Allow", "DENY"}
		w["action"] = []string{`"*"`, `"*:*:*"`, `"cbr:vaults:get"`, `"CBR:*s:g*"`, `"ecs:x"`, `"identity:*"`}
	case policy.HuaweiPolicy:
		w["effect"] = []string{"Allow", "DENY"}
		w["action"] = []string{`"*:*:*"`, `"cbr:vaults:get"`, `"CBR:*s:g*"`}
		w["resource"] = []string{`"*:*:*:*:*"`, `"obs:*:*:bucket:x"`, `"obs:*:*:object:${g:UserName, 'x y'}/${$}"`, `"obs:*:*:object:${"`, `"OBS:*:*:Bucket:\u00e9:日"`}
		w["operator"] = append(w["operator"][:7:7], "S:StringEqualsAnyOf", "B:IsNullOrEmpty")
	case policy.HuaweiNCP:
		w["effect"], w["action"] = []string{"Deny"}, []string{`"cbr:*:*"`, `"swr:repo:get*"`}
	case policy.TencentCAM, policy.TencentResource:
		w["effect"] = []string{"allow", "deny"}
		w["action"] = []string{`"*"`, `"cvm:*"`, `"name/cvm:Describe*"`, `"CVM:StopInstances"`, `"permid/1"`, `"*:*"`}
		w["resource"] = []string{`"*"`, `"qcs::cvm:gz:uin/1:volume/*"`, `"qcs::cos:::b-${app_id}/*"`, `"qcs::cvm::uid/1*:${uin}"`, `"qcs::c*:*:*:*"`, `"qcs:::\u003a:é🔒"`}
		w["principal"] = []string{`"*"`, `{"qcs": "*"}`, `{"qcs": ["qcs::cam::uin/1:root", "qcs::cam::uin/1:uin/2"], "service": "cvm.qcloud.com"}`,
			`{"federated": ["qcs::cam::uin/1:saml-provider/x"], "qcs": []}`}
		w["key"] = []string{`"qcs:tag"`, `"qcs:resource_tag/A b"`, `"cvm:region"`}
		w["operator"] = []string{"S:string_equal", "S:string_not_like_if_exist", "S:for_any_value:string_like", "N:numeric_less_than", "D:date_greater_than", "B:bool_equal", "B:null_equal", "I:ip_equal"}
		w["S"], w["N"], w["B"] = []string{`"x"`, `"${uin}"`, `"a*"`, `""`, `7`, `true`}, []string{`"1"`, `1.50`, `-1e3`}, []string{`"true"`, `false`}
		w["D"] = []string{`"2026-01-31T08:00:00Z"`, `"2026-01-31 08:00:00"`}
	}
	if d == policy.HuaweiRCP || d == policy.HuaweiNCP {
		w["principal"] = append(w["principal"], `"*"`)
	}
	return garden{rand.New(rand.NewPCG(1, 2)), d, w}
}

func (g garden) pick(from ...string) string { return from[g.IntN(len(from))] }

// slip is true once in n times.
func (g garden) slip(n int) bool { return g.IntN(n) == 0 }

func (g garden) word(kind string) string {
	if g.slip(200) {
		return g.pick(`""`, `null`, `"x y"`, `["*"]`, `"\ud800"`)
	}
	return g.pick(g.words[kind]...)
}

func (g garden) list(kind string) string {
	if g.dialect.IsCAM() && g.slip(3) || g.slip(200) {
		return g.word(kind)
	}
	var out []string
	for range 1 + g.IntN(3) {
		out = append(out, g.word(kind))
	}
	return "[" + strings.Join(out, g.pick(",", " , ")) + "]"
}

// object joins the members that are not empty in any order.
func (g garden) object(members ...string) string {
	g.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	members = slices.DeleteFunc(members, func(m string) bool { return m == "" })
	if g.slip(200) {
		members = append(members, members[0])
	}
	return g.pick("{", "{\n") + strings.Join(members, g.pick(",", ", ", ",\n  ")) + g.pick("}", " }")
}

// name spells an element as the dialect does.
func (g garden) name(s string) string {
	if g.dialect.IsCAM() != g.slip(300) {
		s = strings.ToLower(s)
	}
	return `"` + s + `": `
}

func (g garden) document() string {
	statements := []string{g.statement(), g.statement(), g.statement()}[:1+g.IntN(3)]
	body := "[" + strings.Join(statements, ", ") + "]"
	if len(statements) == 1 && (g.dialect.IsGuardrail() || g.dialect.IsCAM()) {
		body = g.pick(body, statements[0])
	}
	version, depends := "5.0", ""
	switch g.dialect {
	case policy.HuaweiRole:
		version, depends = "1.0", g.pick("", `"Depends": []`, `"Depends": [{"catalog": "BASE", "display_name": "Tenant Guest"}]`)
	case policy.HuaweiPolicy:
		version, depends = "1.1", g.pick("", `"Depends": []`)
	case policy.TencentCAM, policy.TencentResource:
		version = "2.0"
	}
	return g.object(g.name("Version")+`"`+version+`"`, g.name("Statement")+body, depends)
}

func (g garden) statement() string {
	sid, resource, principal, condition := "", "", "", ""
	if d := g.dialect; d != policy.HuaweiRole && d != policy.HuaweiPolicy {
		sid = g.pick("", g.name("Sid")+`"x"`, g.name("Sid")+`"\u65e5\n"`)
	}
	effect, not := g.word("effect"), ""
	if effect == "Deny" && g.dialect != policy.HuaweiNCP {
		not = g.pick(g.words["not"]...)
	}
	if g.dialect.IsCAM() {
		not = ""
	}
	switch {
	case g.dialect == policy.HuaweiRole, g.dialect == policy.HuaweiPolicy && g.slip(4):
		resource = g.pick("", `"Resource": {"uri": ["/iam/agencies/1", "/x"]}`)
	case g.dialect == policy.HuaweiPolicy || g.dialect.IsCAM():
		resource = g.name("Resource") + g.list("resource")
	case effect == "Deny":
		resource = g.pick("", g.name(g.pick(g.words["not"]...)+"Resource")+g.list("resource"))
	}
	if g.dialect != policy.HuaweiRole && g.slip(2) {
		condition = g.name("Condition") + g.block()
	}
	if g.dialect.NamesPrincipals() {
		principal = g.name("Principal") + g.word("principal")
	}
	return g.object(sid, g.name("Effect")+`"`+effect+`"`, g.name(not+"Action")+g.list("action"), resource, principal, condition)
}

func (g garden) block() string {
	var members []string
	for _, i := range g.Perm(len(g.words["operator"]))[:1+g.IntN(3)] {
		kind, op, _ := strings.Cut(g.words["operator"][i], ":")
		var clauses []string
		for _, k := range g.Perm(len(g.words["key"]))[:1+g.IntN(2)] {
			clauses = append(clauses, g.words["key"][k]+": "+g.list(kind))
		}
		members = append(members, `"`+op+`": `+g.object(clauses...))
	}
	return g.object(members...)
}

// Random documents of every dialect keep what FuzzParse promises, and enough
// of them are accepted for that to mean something.
func TestRandomDocuments(t *testing.T) {
	n := 600
	if testing.Short() {
		n = 100
	}
	for _, d := range policy.Dialects() {
		accepted := 0
		g := newGarden(d)
		for range n {
			if check(t, d, []byte(g.document())) {
				accepted++
			}
		}
		t.Logf("%s: %d of %d accepted", d, accepted, n)
		require.Greater(t, accepted, n/2, d)
		require.Less(t, accepted, n, d)
	}
}
