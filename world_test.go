package writ_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// world makes random decision cases: small vocabularies, so that statements
// and requests meet often, and every corner of the dialects with a chance to
// be in play. The same seed makes the same case.
type world struct{ *rand.Rand }

func newWorld(a, b uint64) world { return world{rand.New(rand.NewPCG(a, b))} }

type object = map[string]any

// yes is true once in n times.
func (w world) yes(n int) bool { return w.IntN(n) == 0 }

func pick[T any](w world, from ...T) T { return from[w.IntN(len(from))] }

// some returns one to n values of f.
func some[T any](w world, n int, f func() T) []T {
	out := make([]T, 1+w.IntN(n))
	for i := range out {
		out[i] = f()
	}
	return out
}

// flip changes the letter case of some letters.
func (w world) flip(s string) string {
	if !w.yes(4) {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if w.yes(3) && ('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			b[i] ^= 0x20
		}
	}
	return string(b)
}

// blur replaces a part of a text by a wildcard, or leaves it.
func (w world) blur(s string, any bool) string {
	if s == "" {
		return pick(w, "", "*")
	}
	i := w.IntN(len(s) + 1)
	j := i + w.IntN(len(s)+1-i)
	switch w.IntN(7) {
	case 0:
		return "*"
	case 1:
		return s[:i] + "*"
	case 2:
		return "*" + s[i:]
	case 3:
		return s[:i] + "*" + s[j:]
	case 4:
		if any && i < len(s) {
			return s[:i] + "?" + s[i+1:]
		}
	}
	return s
}

// decision makes a case with identity and guardrail layers; with flow, also
// everything else that can take part.
func (w world) decision(flow bool) []byte {
	cam := w.yes(3)
	c := w.policies(cam, flow)
	request := w.request(cam, flow)
	if !cam && w.yes(4) {
		request["action"] = w.tabled()
		if flow && w.yes(2) {
			request["enterpriseProject"] = "e1"
			for _, l := range layersOf(c) {
				if l := l.(object); l["kind"] == "identity" && !w.yes(3) {
					l["scope"] = "enterprise-project:e1"
				}
			}
		}
	}
	c["request"] = request
	text, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return text
}

// policies makes a case without a request.
func (w world) policies(cam, flow bool) object {
	c := object{"id": "x", "expect": "allow"}
	if w.yes(6) {
		c["catalog"] = "none"
	}
	if w.yes(3) {
		c["now"] = pick(w, "2022-08-01T00:00:00Z", "2022-07-31T23:59:59Z", "2026-01-01T08:00:00+02:00")
	} else {
		c["now"] = "2024-02-29T12:00:00Z"
	}
	var layers []any
	for range 1 + w.IntN(3) {
		layers = append(layers, w.layer(cam, flow))
	}
	if w.yes(20) {
		// Documents of the other cloud, which have no say.
		if l := w.layer(!cam, flow); l["kind"] != "guardrail" {
			layers = append(layers, l)
		}
	}
	c["layers"] = layers
	return c
}

// tabled picks an action whose tables of keys and of enterprise projects differ
// from those of others.
func (w world) tabled() string {
	return w.flip(pick(w, "cbr:vaults:create", "cbr:vaults:delete", "cbr:member:create", "cbr:policies:create", "cbr:backups:checkAgent", "cbr::getFeature"))
}

func (w world) layer(cam, flow bool) object {
	l := object{"kind": "identity"}
	switch {
	case w.yes(3):
		l["kind"] = "guardrail"
		l["name"] = pick(w, "root", "ou:dev", "account")
	case flow && w.yes(4):
		l["kind"] = "session"
	case flow && w.yes(4):
		l["kind"] = "resource"
	case flow:
		if w.yes(3) {
			l["scope"] = pick(w, "global", "project:p1", "project:p2", "all-projects", "all", "enterprise-project:e1", "enterprise-project:e1")
		}
		if w.yes(3) {
			l["group"] = pick(w, "g1", "g2")
		}
	}
	kind := l["kind"].(string)
	var docs []any
	if cam {
		l["dialect"] = "cam-2.0"
		if w.yes(4) {
			l["owner"] = pick(w, "100", "999")
		}
		if flow && kind == "guardrail" && w.yes(3) {
			l["name"] = "boundary"
		}
		for range w.IntN(3) {
			docs = append(docs, w.documentCAM(kind == "resource"))
		}
	} else {
		d := "huawei-5.0"
		switch kind {
		case "guardrail":
			d = "huawei-scp"
		case "resource":
			d = "huawei-trust"
		case "identity":
			d = pick(w, "huawei-1.0", "huawei-1.1", "huawei-1.1", "huawei-5.0", "huawei-5.0")
		default:
			d = pick(w, "huawei-1.1", "huawei-5.0")
		}
		l["dialect"] = d
		for range w.IntN(3) {
			docs = append(docs, w.documentHuawei(d))
		}
		if flow && kind == "identity" && w.yes(3) {
			delete(l, "dialect")
			docs = append(docs, object{"system": pick(w, "Tenant Guest", "DNS Administrator", "Server Administrator", "Security Administrator", "FullAccess")})
		}
	}
	if docs == nil {
		docs = []any{}
	}
	l["documents"] = docs
	return l
}

var (
	huaweiActions = []string{"cbr:vaults:delete", "cbr:vaults:get", "cbr::getFeature", "cbr:backups:get", "cbr::getAgentAutoUpgrade",
		"cbr::updateSnapshotMetadata", "cbr:policies:create", "cbr:member:create", "obs:object:GetObject", "obs:bucket:ListBucket",
		"ecs:servers:get", "iam:users:getUser", "sts:agencies:assume", "DNS:Zone:create", "cbr:vaults:create", "cbr:backups:checkAgent"}
	huaweiAliases   = []string{"cbr:agents:getAgentAutoUpgrade", "cbr:snapshotMetadata:update"}
	huaweiResources = []string{"cbr:eu-de:a1:vault:v1", "cbr:eu-de:a1:vault:v2", "cbr:eu-de:a1:backup:b1", "cbr:eu-nl:a2:vault:v1",
		"obs:eu-de:a1:object:b/alice/x", "obs:eu-de:a1:object:b/:", "iam::a1:user:alice", "ecs:*:a1:server:s", "/iam/agencies/A"}
	huaweiKeys = []string{"g:UserName", "g:MFAPresent", "g:MFAAge", "g:CurrentTime", "g:SourceIp", "g:TagKeys", "g:ResourceTag/Team",
		"obs:max-keys", "obs:prefix", "cbr:EnabledPolicy", "x:any", "g:ServiceName",
		"g:RequestTag/x", "g:ResourceTag/team", "g:EnterpriseProjectId", "cbr:PolicyId", "cbr:TargetOrgPaths"}
	huaweiVars = []string{"${g:UserName}", "${x:any}", "${x:any, '10'}", "${g:CurrentTime}", "${g:TagKeys}",
		"${cbr:PolicyId}", "${g:RequestTag/x, 'v1'}", "${cbr:TargetOrgPaths, 'alice'}", "${g:EnterpriseProjectId}"}
	texts = []string{"alice", "Alice", "ali", "bob", "", "a*", "v1", "*", "K", "\u212A", "é", "b/alice", "true", "10", "iam"}
)

func (w world) actionHuawei(d string) string {
	s := pick(w, huaweiActions...)
	if w.yes(8) {
		s = pick(w, huaweiAliases...)
	}
	v5 := d != "huawei-1.0" && d != "huawei-1.1"
	if (v5 || d == "huawei-1.0") && w.yes(8) {
		return "*"
	}
	seg := strings.Split(s, ":")
	for i := range seg {
		seg[i] = w.blur(seg[i], v5)
		if seg[i] == "" && (!v5 || i != 1) {
			seg[i] = "*"
		}
	}
	if d == "huawei-1.0" && w.yes(6) {
		return pick(w, "identity:*", seg[0]+":"+seg[2])
	}
	return w.flip(strings.Join(seg, ":"))
}

func (w world) resourceHuawei(d string) string {
	v5 := d != "huawei-1.0" && d != "huawei-1.1"
	if v5 && w.yes(5) {
		return "*"
	}
	s := pick(w, huaweiResources[:len(huaweiResources)-1]...)
	seg := strings.SplitN(s, ":", 5)
	for i := range seg {
		if i > 0 || !v5 {
			seg[i] = w.blur(seg[i], v5)
		}
		if seg[i] == "" && (!v5 || i == 3 || i == 4) {
			seg[i] = "*"
		}
	}
	if w.yes(5) {
		v := pick(w, "${g:UserName}", "${ g:username , 'alice' }", "${x:any}", "${$}", "${g:TagKeys}", "${x:any, 'v1'}",
			"${cbr:PolicyId}", "${g:RequestTag/x, 'v1'}", "${g:ResourceTag/team}")
		if v5 {
			v = pick(w, v, "${*}", "${?}", "${g:username")
		}
		seg[4] = pick(w, v, seg[4]+v, v+"*", "b/"+v+"/*")
	}
	if v5 && w.yes(12) {
		seg[2] = "${x:any}"
	}
	seg[0], seg[3] = w.flip(seg[0]), w.flip(seg[3])
	return strings.Join(seg, ":")
}

func (w world) documentHuawei(d string) object {
	doc := object{"Version": map[string]string{"huawei-1.0": "1.0", "huawei-1.1": "1.1"}[d]}
	if doc["Version"] == "" {
		doc["Version"] = "5.0"
	}
	doc["Statement"] = some(w, 3, func() object { return w.statementHuawei(d) })
	if d == "huawei-1.0" && w.yes(4) {
		doc["Depends"] = some(w, 2, func() object {
			return object{"catalog": "BASE", "display_name": pick(w, "Tenant Guest", "Server Administrator", "DNS Administrator")}
		})
	}
	return doc
}

func (w world) statementHuawei(d string) object {
	s := object{"Effect": pick(w, "Allow", "Allow", "Deny")}
	old := d == "huawei-1.0" || d == "huawei-1.1"
	if old && w.yes(6) {
		s["Effect"] = strings.ToUpper(s["Effect"].(string))
	}
	deny := strings.EqualFold(s["Effect"].(string), "Deny")
	action := "Action"
	if w.yes(6) && d != "huawei-1.0" && (d != "huawei-scp" || deny) {
		action = "NotAction"
	}
	s[action] = some(w, 3, func() string { return w.actionHuawei(d) })
	if !old && action == "Action" && w.yes(30) {
		s["Action"] = []string{}
	}
	if !old && w.yes(4) {
		s["Sid"] = pick(w, "", "s1")
	}
	switch {
	case d == "huawei-1.0":
		if w.yes(6) {
			s["Resource"] = object{"uri": []string{"/iam/agencies/" + pick(w, "A", "B")}}
		}
		return s
	case d == "huawei-1.1" && w.yes(12):
		s["Resource"] = object{"uri": []string{"/iam/agencies/" + pick(w, "A", "B")}}
	case !w.yes(3):
		name := "Resource"
		if !old && w.yes(5) && (d != "huawei-scp" || deny) {
			name = "NotResource"
		}
		s[name] = some(w, 3, func() string { return w.resourceHuawei(d) })
	}
	if d == "huawei-trust" {
		name := "Principal"
		if w.yes(5) {
			name = "NotPrincipal"
		}
		s[name] = object{"IAM": some(w, 2, func() string { return pick(w, "a1", "a2", "iam::a1:user:alice", "iam::a2:user:bob") })}
		if w.yes(5) {
			s[name].(object)["Service"] = []string{"service.ecs"}
		}
	}
	if w.yes(2) {
		cond := object{}
		for range 1 + w.IntN(2) {
			w.clauseHuawei(cond, d)
		}
		if len(cond) > 0 {
			s["Condition"] = cond
		}
	}
	return s
}

// operands makes texts for an operator's type: mostly good ones.
func (w world) operands(kind string, good bool) string {
	if !good && w.yes(10) {
		kind = pick(w, "string", "number", "date", "bool", "ip")
	}
	switch kind {
	case "number":
		return pick(w, "10", "10.0", "1e1", "9007199254740993", "9007199254740992", "-0", "0", "11", "0.5")
	case "date":
		return pick(w, "2022-08-01T00:00:00Z", "2022-08-01T02:00:00+02:00", "2022-07-31T23:59:59.999999999Z", "2024-02-29T12:00:00Z")
	case "bool":
		return pick(w, "true", "false")
	case "ip":
		return pick(w, "10.0.0.0/8", "10.0.0.1", "192.168.1.77/24", "2001:db8::/32", "::ffff:10.0.0.1", "0.0.0.0/0")
	}
	return pick(w, texts...)
}

func (w world) clauseHuawei(cond object, d string) {
	v5 := d != "huawei-1.1"
	base, kind := "", ""
	switch w.IntN(6) {
	case 0, 1:
		kind = "string"
		base = "String" + pick(w, "", "Not") + pick(w, "Equals", "EqualsIgnoreCase", "Match", "StartWith", "EndWith", "Like")
		if !v5 && w.yes(6) {
			base += "AnyOf"
		}
	case 2:
		kind = "number"
		base = "Number" + pick(w, "Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
	case 3:
		kind = "date"
		base = "Date" + pick(w, "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
	case 4:
		kind = "bool"
		base = "Bool"
	default:
		kind = "bool"
		base = "Null"
		if v5 && w.yes(2) {
			kind, base = "ip", pick(w, "IpAddress", "NotIpAddress")
		} else if !v5 && w.yes(2) {
			base = "IsNullOrEmpty"
		}
	}
	if base != "Null" && base != "IsNullOrEmpty" {
		if w.yes(4) {
			base = pick(w, "ForAnyValue:", "ForAllValues:") + base
		}
		if w.yes(4) {
			base += "IfExists"
		}
	}
	keys := object{}
	for range 1 + w.IntN(2) {
		key := pick(w, huaweiKeys...)
		var values []string
		for range 1 + w.IntN(3) {
			v := w.operands(kind, !v5)
			if w.yes(12) {
				v = pick(w, huaweiVars...)
			} else if kind == "string" && !strings.Contains(base, "Like") && w.yes(12) {
				v += pick(w, "${g:UserName}", "${x:any, 'é'}", "*", "?")
			}
			values = append(values, v)
		}
		if !v5 && strings.Join(values, "") == "" {
			values = append(values, "alice")
		}
		if v5 && w.yes(25) {
			values = []string{}
		}
		for k := range keys {
			if strings.EqualFold(k, key) {
				return
			}
		}
		var v any = values
		if v5 && len(values) == 1 && w.yes(2) {
			v = values[0]
		}
		if i := strings.IndexByte(key, '/'); i >= 0 {
			key = w.flip(key[:i]) + key[i:]
		} else {
			key = w.flip(key)
		}
		keys[key] = v
	}
	cond[base] = keys
}

// value makes the value of a context key.
func (w world) value() any {
	switch w.IntN(8) {
	case 0:
		return pick(w, true, false)
	case 1:
		return json.Number(pick(w, "10", "10.00", "9007199254740993", "0", "1e1", "-3"))
	case 2:
		return nil
	case 3:
		list := []string{}
		for range w.IntN(4) {
			list = append(list, w.operands(pick(w, "string", "string", "number", "ip"), true))
		}
		return list
	}
	return w.operands(pick(w, "string", "string", "number", "date", "bool", "ip"), true)
}

func (w world) context(keys []string) object {
	ctx := object{}
	for _, k := range keys {
		if w.yes(2) {
			v := w.value()
			if i := strings.IndexByte(k, '/'); i >= 0 {
				k = w.flip(k[:i]) + k[i:]
			} else {
				k = w.flip(k)
			}
			ctx[k] = v
		}
	}
	return ctx
}

func (w world) request(cam, flow bool) object {
	r := object{}
	actions, resources, keys := huaweiActions, huaweiResources, huaweiKeys
	principals := []string{"iam::a1:user:alice", "iam::a1:user:bob", "iam::a2:user:bob"}
	if cam {
		actions, resources, keys = camActions, camRequests, camKeys
		principals = []string{"qcs::cam::uin/100:uin/200", "qcs::cam::uin/100:uin/100", "qcs::cam::uin/100:root", "qcs::cam::uin/999:uin/7", "qcs::cam::uin/100:roleName/r"}
	}
	r["action"] = pick(w, actions...)
	if !cam {
		r["action"] = w.flip(r["action"].(string))
	}
	switch w.IntN(6) {
	case 0:
	case 1:
		r["resource"] = "*"
	case 2:
		r["resource"] = some(w, 2, func() string { return pick(w, resources...) })
	default:
		r["resource"] = pick(w, resources...)
	}
	if cam || flow {
		if !w.yes(8) {
			r["principal"] = pick(w, principals...)
		}
	}
	if cam && w.yes(2) {
		r["appId"] = "125"
		if p, _ := r["principal"].(string); strings.Contains(p, "999") {
			r["appId"] = "777"
		}
	}
	if flow {
		switch w.IntN(6) {
		case 0:
			r["scope"] = "global"
		case 1, 2:
			r["scope"] = pick(w, "project:p1", "project:p2")
		}
		if w.yes(2) {
			r["enterpriseProject"] = "e1"
		}
		if w.yes(8) {
			r["root"] = true
		}
		if w.yes(8) {
			r["exempt"] = some(w, 2, func() string { return pick(w, "root", "ou:dev", "account") })
		}
		if w.yes(8) {
			if cam {
				r["resourceOwner"] = pick(w, object{"uin": "100", "appId": "125"}, object{"uin": "999", "appId": "777"})
			} else {
				r["resourceOwner"] = pick(w, "a1", "a2")
			}
		}
	}
	r["context"] = w.context(keys)
	return r
}

var (
	camActions = []string{"cvm:StopInstances", "cvm:DetachDisks", "cvm:CreateSnapshot", "name/cvm:DescribeDisks", "cos:GetObject",
		"cos:PutBucketPolicy", "sts:AssumeRole", "finance:trade", "permid/280649", "CVM:StopInstances", "cvm:stopInstances"}
	camRequests = []string{"qcs::cvm:ap-guangzhou:uin/100:instance/ins-1", "qcs::cvm:gz:uin/100:volume/disk-1", "qcs:id/0:cvm:ap-beijing:uin/999:volume/disk-1",
		"qcs::cos:ap-shanghai:uid/125:b-125/alice/x", "qcs::cvm:ap-beijing::volume/*", "qcs::cam::uin/100:roleName/r", "qcs::cvm::uin/:volume/disk-1", "qcs::cos::uid/777:b-777/k:1"}
	camPatterns = []string{"qcs::cvm:ap-guangzhou:uin/100:instance/ins-1", "qcs::cvm:gz::volume/disk-1", "qcs::CVM:ap-beijing:uin/999:volume/disk-1",
		"qcs::cos:ap-shanghai:uid/125:b-125/alice/x", "qcs::cvm:::volume/disk-1", "qcs:::::*", "qcs::cam::uin/100:roleName/r", "qcs::cvm::uin/:volume/disk-?", "qcs::cos::*:b-777/k:1"}
	camKeys = []string{"qcs:ip", "qcs:current_time", "qcs:resource_tag", "qcs:resource_tag/Team", "cvm:region", "cos:content-length", "mfa", "product", "qcs:create_uin"}
)

func (w world) actionCAM() string {
	s := strings.TrimPrefix(pick(w, camActions...), "name/")
	if strings.HasPrefix(s, "permid/") {
		return s
	}
	if w.yes(8) {
		return pick(w, "*", "*:*", "name/*:*")
	}
	svc, op, _ := strings.Cut(s, ":")
	if w.yes(10) {
		svc = "*"
	}
	op = w.blur(op, false)
	return pick(w, "", "name/") + w.flip(svc) + ":" + op
}

func (w world) resourceCAM() string {
	if w.yes(4) {
		return "*"
	}
	seg := strings.SplitN(pick(w, camPatterns...), ":", 6)
	for i := 2; i < 6; i++ {
		switch {
		case i != 4:
			seg[i] = w.blur(seg[i], false)
		case w.yes(8):
			seg[i] = pick(w, "*", "uin/1*", "uid/*", "uin/*00")
		}
	}
	if seg[5] == "" {
		seg[5] = "*"
	}
	if w.yes(6) && seg[2] != "cos" && !strings.Contains(seg[2], "*") {
		seg[5] = pick(w, "volume/${uin}", "instance/*${app_id}", "${owner_uin}*", "*/${uin}/*")
	}
	return strings.Join(seg, ":")
}

func (w world) documentCAM(principal bool) object {
	list := some(w, 3, func() object { return w.statementCAM(principal) })
	doc := object{"version": "2.0", "statement": list}
	if len(list) == 1 && w.yes(2) {
		doc["statement"] = list[0]
	}
	return doc
}

// bare drops the brackets of a list of one, sometimes.
func (w world) bare(list []string) any {
	if len(list) == 1 && w.yes(2) {
		return list[0]
	}
	return list
}

func (w world) statementCAM(principal bool) object {
	s := object{
		"effect":   pick(w, "allow", "allow", "deny"),
		"action":   w.bare(some(w, 3, w.actionCAM)),
		"resource": w.bare(some(w, 3, w.resourceCAM)),
	}
	if principal {
		s["principal"] = object{"qcs": some(w, 2, func() string {
			return pick(w, "*", "qcs::cam::uin/100:uin/200", "qcs::cam::uin/100:root", "qcs::cam::uin/999:uin/999", "qcs::cam::anyone:anyone",
				"qcs::cam::anonymous:anonymous", "qcs::cam::uin/100:roleName/r")
		})}
	}
	if w.yes(2) {
		cond := object{}
		for range 1 + w.IntN(2) {
			w.clauseCAM(cond)
		}
		if len(cond) > 0 {
			s["condition"] = cond
		}
	} else if w.yes(10) {
		s["condition"] = pick[any](w, object{}, []any{})
	}
	return s
}

func (w world) clauseCAM(cond object) {
	base, kind := "", ""
	order := []string{"_equal", "_not_equal", "_less_than", "_less_than_equal", "_greater_than", "_greater_than_equal"}
	switch w.IntN(6) {
	case 0, 1:
		kind, base = "string", pick(w, "string_equal", "string_not_equal", "string_equal_ignore_case", "string_not_equal_ignore_case", "string_like", "string_not_like", "binary_equal")
	case 2:
		kind, base = "number", "numeric"+pick(w, order...)
	case 3:
		kind, base = "date", "date"+pick(w, order...)
	case 4:
		kind, base = "ip", pick(w, "ip_equal", "ip_not_equal")
	default:
		kind, base = "bool", pick(w, "bool_equal", "null_equal")
	}
	if base != "null_equal" {
		if w.yes(4) {
			base = pick(w, "for_any_value:", "for_all_value:") + base
		}
		if w.yes(4) {
			base += "_if_exist"
		}
	}
	keys := object{}
	for range 1 + w.IntN(2) {
		key := pick(w, camKeys...)
		var values []any
		for range 1 + w.IntN(3) {
			v := w.operands(kind, true)
			switch {
			case kind == "string" && w.yes(8):
				v = pick(w, "${uin}", "x${owner_uin}*", "${app_id}")
				values = append(values, v)
			case kind == "number" && w.yes(2):
				values = append(values, json.Number(strings.Replace(v, "-0", "0", 1)))
			case kind == "bool" && w.yes(2):
				values = append(values, v == "true")
			case kind == "date" && w.yes(4):
				values = append(values, "2022-08-01 00:00:00")
			case kind == "number" && w.yes(12):
				values = append(values, "${uin}")
			default:
				values = append(values, v)
			}
		}
		for k := range keys {
			if strings.EqualFold(k, key) {
				return
			}
		}
		var v any = values
		if len(values) == 1 && w.yes(2) {
			v = values[0]
		}
		if i := strings.IndexByte(key, '/'); i < 0 {
			key = w.flip(key)
		}
		keys[key] = v
	}
	cond[base] = keys
}
