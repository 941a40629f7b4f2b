package writ_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// oracleTypeFaultRejects: in v1.1 the type of a key must fit the operator
// (P-6, IAM.1055), so a known key under another type's operator rejects the
// document. False: the clause is never satisfied (C-14), as in the v5 family.
var oracleTypeFaultRejects = false

// oracleJSON reads one JSON value; a duplicate member name at any depth, bad
// UTF-8, an unpaired surrogate or trailing text is an error (A-17, CAM G15).
func oracleJSON(raw []byte) (any, error) {
	if !json.Valid(raw) || !utf8.Valid(raw) || oracleLoneSurrogate(raw) {
		return nil, errors.New("not a JSON text")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return oracleJSONValue(dec)
}

func oracleJSONValue(dec *json.Decoder) (any, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		object := map[string]any{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			if _, dup := object[name.(string)]; dup {
				return nil, errors.New("duplicate member " + name.(string))
			}
			if object[name.(string)], err = oracleJSONValue(dec); err != nil {
				return nil, err
			}
		}
		_, err = dec.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := oracleJSONValue(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = dec.Token()
		return list, err
	}
	return tok, nil
}

// oracleLoneSurrogate finds a \ud800-\udfff escape that is not half of a pair.
func oracleLoneSurrogate(raw []byte) bool {
	unit := func(i int) string {
		if i+6 <= len(raw) && raw[i] == '\\' && raw[i+1] == 'u' {
			return strings.ToLower(string(raw[i+2 : i+6]))
		}
		return ""
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		switch u := unit(i); {
		case u >= "dc00" && u <= "dfff":
			return true
		case u >= "d800" && u <= "dbff":
			if low := unit(i + 6); low < "dc00" || low > "dfff" {
				return true
			}
			i += 11
		default:
			i++
		}
	}
	return false
}

func oracleV5(dialect string) bool {
	return dialect == "huawei-5.0" || dialect == "huawei-scp" || dialect == "huawei-trust"
}

// oracleDialect is told from the version, and from the layer's kind where
// 5.0 leaves a choice (R-2, P-1, I-1, CAM G1).
func oracleDialect(body any, kind string) string {
	object, _ := body.(map[string]any)
	switch object["Version"] {
	case "1.0":
		return "huawei-1.0"
	case "1.1":
		return "huawei-1.1"
	case "5.0":
		switch kind {
		case "guardrail":
			return "huawei-scp"
		case "resource":
			return "huawei-trust"
		}
		return "huawei-5.0"
	}
	if object["version"] == "2.0" {
		return "cam-2.0"
	}
	return ""
}

// oracleValid says whether a document loads. An element, operator or entry
// that is not understood rejects the whole document (section 11, I-9).
func oracleValid(doc *oracleDoc, cat *oracleCatalog) bool {
	body, ok := doc.body.(map[string]any)
	if !ok {
		return false
	}
	if doc.dialect == "cam-2.0" {
		return oracleCAMValid(body, doc.layer.kind == "resource")
	}
	members := []string{"Version", "Statement"}
	version := "5.0"
	switch doc.dialect {
	case "huawei-1.0":
		version = "1.0"
		if body["Version"] == "1.1" {
			version = "1.1"
		}
		members = append(members, "Depends")
	case "huawei-1.1": // P-1
		version = "1.1"
		members = append(members, "Depends")
	case "huawei-5.0", "huawei-scp", "huawei-trust": // I-1, S-1, T-1
	default:
		return false
	}
	if !oracleOnly(body, members...) || body["Version"] != version {
		return false
	}
	if depends, ok := body["Depends"]; ok && !oracleDependsValid(depends, doc.dialect) {
		return false
	}
	list, ok := body["Statement"].([]any)
	if !ok && doc.dialect == "huawei-scp" { // S-9
		list, ok = []any{body["Statement"]}, true
	}
	if !ok || doc.dialect == "huawei-1.1" && (len(list) < 1 || len(list) > 8) { // I-2, P-1
		return false
	}
	for _, e := range list {
		st, ok := e.(map[string]any)
		if !ok || !oracleStatementValid(st, doc.dialect, cat) {
			return false
		}
	}
	return true
}

// oracleDependsValid: R-4; a v1.1 policy has no entries (IAM.1025).
func oracleDependsValid(v any, dialect string) bool {
	list, ok := v.([]any)
	if !ok || len(list) > 20 || dialect == "huawei-1.1" && len(list) > 0 {
		return false
	}
	for _, e := range list {
		dep, ok := e.(map[string]any)
		if !ok || !oracleOnly(dep, "catalog", "display_name") || !oracleIsString(dep["catalog"]) || !oracleIsString(dep["display_name"]) {
			return false
		}
	}
	return true
}

// oracleStatementValid checks the elements of one Huawei statement;
// P-2 to P-7; I-3 to I-8; T-1; S-3 to S-8, S-13, A-1, A-18.
func oracleStatementValid(st map[string]any, dialect string, cat *oracleCatalog) bool {
	names := []string{"Effect", "Action"}
	switch dialect {
	case "huawei-1.0":
		names = append(names, "Resource")
	case "huawei-1.1":
		names = append(names, "NotAction", "Resource", "Condition")
	case "huawei-trust":
		names = append(names, "Principal", "NotPrincipal")
		fallthrough
	default:
		names = append(names, "Sid", "NotAction", "Resource", "NotResource", "Condition")
	}
	effect, _ := st["Effect"].(string)
	if !oracleV5(dialect) {
		effect = strings.ToLower(effect)
		effect = strings.ToUpper(effect[:min(1, len(effect))]) + effect[min(1, len(effect)):]
	}
	if !oracleOnly(st, names...) || effect != "Allow" && effect != "Deny" {
		return false
	}
	if sid, ok := st["Sid"]; ok && !oracleIsString(sid) {
		return false
	}
	// exactly one of Action, NotAction
	_, act := st["Action"]
	_, not := st["NotAction"]
	switch {
	case act && not:
		return false
	case !act && !not:
		if dialect != "huawei-scp" || effect != "Deny" { // S-13
			return false
		}
	case not && dialect == "huawei-scp" && effect == "Allow":
		return false
	}
	for _, name := range []string{"Action", "NotAction"} {
		if v, ok := st[name]; ok {
			list, ok := oracleStrings(v)
			if !ok || name == "NotAction" && len(list) == 0 {
				return false
			}
			if dialect == "huawei-1.1" && len(list) > 100 { // IAM.1033
				return false
			}
			for _, a := range list {
				if !oracleActionValid(a, dialect) {
					return false
				}
			}
		}
	}
	// at most one of Resource, NotResource
	res, hasRes := st["Resource"]
	notRes, hasNot := st["NotResource"]
	if hasRes && hasNot {
		return false
	}
	if hasRes && !oracleResourceValid(res, dialect) || hasNot && (!oracleResourceValid(notRes, dialect) || len(oracleList(notRes)) == 0) {
		return false
	}
	if dialect == "huawei-trust" {
		p, hasP := st["Principal"]
		n, hasN := st["NotPrincipal"]
		if hasP == hasN || hasP && !oracleTrustPrincipalValid(p, true) || hasN && !oracleTrustPrincipalValid(n, false) {
			return false
		}
	}
	if cond, ok := st["Condition"]; ok {
		return oracleConditionValid(cond, dialect, cat)
	}
	return true
}

// oracleActionValid: P-10 to P-13, R-10 to R-12, I-13 to I-17.
func oracleActionValid(action, dialect string) bool {
	if action == "*" {
		return dialect != "huawei-1.1"
	}
	legal := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-*:"
	if oracleV5(dialect) {
		legal += "?"
	}
	for _, r := range action {
		if !strings.ContainsRune(legal, r) {
			return false
		}
	}
	parts := strings.Split(action, ":")
	if len(parts) != 3 && !(len(parts) == 2 && dialect == "huawei-1.0") {
		return false
	}
	for i, p := range parts {
		if p == "" && !(i == 1 && len(parts) == 3 && oracleV5(dialect)) {
			return false
		}
	}
	return true
}

// oracleResourceValid: R-3; P-5, P-15, P-18, P-25; I-19 to I-22.
func oracleResourceValid(v any, dialect string) bool {
	if object, ok := v.(map[string]any); ok { // agencies
		list, ok := oracleStrings(object["uri"])
		if !ok || oracleV5(dialect) || !oracleOnly(object, "uri") || len(list) < 1 || len(list) > 20 {
			return false
		}
		for _, u := range list {
			if u == "" || strings.ContainsAny(u, "*? \t\r\n") || strings.Contains(u, "${") {
				return false
			}
			if dialect == "huawei-1.0" && (!strings.HasPrefix(u, "/iam/agencies/") || u == "/iam/agencies/") {
				return false
			}
		}
		return true
	}
	list, ok := oracleStrings(v)
	if !ok || dialect == "huawei-1.0" {
		return false
	}
	if dialect == "huawei-1.1" && (len(list) < 1 || len(list) > 20) { // P-5, A-19
		return false
	}
	for _, u := range list {
		if u == "*" && oracleV5(dialect) {
			continue
		}
		parts := oracleSplit(u, 5)
		if len(parts) != 5 || parts[0] == "" || parts[3] == "" {
			return false
		}
		if oracleV5(dialect) {
			if strings.ContainsAny(parts[0], "*?") && !strings.Contains(parts[0], "${") { // I-22
				return false
			}
			continue
		}
		if strings.ContainsAny(oracleWithoutVariables(u), " \t\r\n") { // IAM.1041
			return false
		}
		for i, p := range parts {
			if p == "" || i < 4 && strings.Contains(p, "${") {
				return false
			}
		}
	}
	return true
}

// oracleWithoutVariables cuts the variables out; blanks are legal in them (P-26).
func oracleWithoutVariables(text string) string {
	out := ""
	for {
		at := strings.Index(text, "${")
		if at < 0 {
			return out + text
		}
		out += text[:at]
		size := oracleVarSize(text[at:])
		if size == 0 {
			return out
		}
		text = text[at+size:]
	}
}

// oracleTrustPrincipalValid: I-12, T-1; NotPrincipal must exclude somebody.
func oracleTrustPrincipalValid(v any, mayBeEmpty bool) bool {
	object, ok := v.(map[string]any)
	if !ok || !oracleOnly(object, "IAM", "Service") {
		return false
	}
	n := 0
	for _, value := range object {
		list, ok := oracleStrings(value)
		if !ok {
			return false
		}
		n += len(list)
	}
	return n > 0 || mayBeEmpty
}

// oracleConditionValid: P-6, I-7, C-10, C-15 to C-18, 5.2, 5.3.
func oracleConditionValid(v any, dialect string, cat *oracleCatalog) bool {
	p := dialect == "huawei-1.1"
	operators, ok := v.(map[string]any)
	if !ok || p && (len(operators) < 1 || len(operators) > 10) {
		return false
	}
	for name, e := range operators {
		op, ok := oracleHuaweiOp(name, dialect)
		keys, isObject := e.(map[string]any)
		if !ok || !isObject || p && (len(keys) < 1 || len(keys) > 10) {
			return false
		}
		seen := map[string]bool{}
		for key, value := range keys {
			if seen[oracleKey(key)] || op.obsOnly && !strings.HasPrefix(oracleKey(key), "obs:") {
				return false
			}
			seen[oracleKey(key)] = true
			list, isList := oracleStrings(value)
			if !isList && !p && oracleIsString(value) {
				list, isList = []string{value.(string)}, true
			}
			if !isList || p && strings.Join(list, "") == "" { // IAM.1053, IAM.1056
				return false
			}
			if info, known := cat.keyInfo(key); p && oracleTypeFaultRejects && known && op.typ != "null" && info.typ != op.typ { // IAM.1055
				return false
			}
			for _, text := range list {
				has, whole := oracleVarOnly(text)
				if op.typ == "string" || has && whole {
					continue
				}
				if has {
					return false
				}
				if _, fits := oracleParse(op.typ, text, true, false); p && !fits {
					return false
				}
			}
		}
	}
	return true
}

// oracleCAMValid: G1 to G16, R1, A8.
func oracleCAMValid(body map[string]any, resourcePolicy bool) bool {
	if body["version"] != "2.0" { // G1
		return false
	}
	top, ok := oracleLower(body, resourcePolicy)
	names := []string{"version", "statement"}
	if resourcePolicy {
		names = append(names, "principal")
	}
	if !ok || !oracleOnly(top, names...) {
		return false
	}
	principal, atTop := top["principal"] // G7, G14
	if atTop && !oracleCAMPrincipalValid(principal) {
		return false
	}
	list, isList := top["statement"].([]any)
	if _, isObject := top["statement"].(map[string]any); isObject { // G2
		list, isList = []any{top["statement"]}, true
	}
	if !isList {
		return false
	}
	for _, e := range list {
		raw, isObject := e.(map[string]any)
		if !isObject {
			return false
		}
		st, ok := oracleLower(raw, resourcePolicy)
		names := []string{"sid", "effect", "action", "resource", "condition"}
		if resourcePolicy {
			names = append(names, "principal")
		}
		if !ok || !oracleOnly(st, names...) { // G10
			return false
		}
		if sid, ok := st["sid"]; ok && !oracleIsString(sid) { // G9
			return false
		}
		effect := st["effect"] // G3, G12
		if effect != "allow" && effect != "deny" && !(resourcePolicy && (effect == "Allow" || effect == "Deny")) {
			return false
		}
		if !oracleCAMStrings(st["action"], oracleCAMActionValid) { // G4
			return false
		}
		resource, hasResource := st["resource"] // G5
		if hasResource {
			if !oracleCAMStrings(resource, oracleCAMPathValid) {
				return false
			}
		} else if !resourcePolicy || !oracleCAMStrings(st["action"], oracleIsSTS) {
			return false
		}
		if resourcePolicy {
			p, here := st["principal"]
			if here == atTop || here && !oracleCAMPrincipalValid(p) {
				return false
			}
		}
		if cond, ok := st["condition"]; ok && !oracleCAMConditionValid(cond) {
			return false
		}
	}
	return true
}

// oracleLower gives the elements their lower-case names. Capitalised names
// are for resource policies alone (G12); both spellings at once are not ok.
func oracleLower(object map[string]any, resourcePolicy bool) (map[string]any, bool) {
	if !resourcePolicy {
		return object, true
	}
	out := map[string]any{}
	for name, v := range object {
		switch name {
		case "Statement", "Principal", "Effect", "Action", "Resource", "Condition", "Sid":
			name = strings.ToLower(name)
		}
		if _, dup := out[name]; dup {
			return nil, false
		}
		out[name] = v
	}
	return out, true
}

// oracleCAMStrings: a string or a non-empty array of strings (G4, G15).
func oracleCAMStrings(v any, valid func(string) bool) bool {
	list, ok := oracleStrings(v)
	if s, isString := v.(string); isString {
		list, ok = []string{s}, true
	}
	for _, s := range list {
		ok = ok && valid(s)
	}
	return ok && len(list) > 0
}

// oracleCAMActionValid: A1 to A3, A6, A8, V2.
func oracleCAMActionValid(action string) bool {
	if action == "*" {
		return true
	}
	if digits, ok := strings.CutPrefix(action, "permid/"); ok {
		return digits != "" && strings.Trim(digits, "0123456789") == ""
	}
	parts := strings.Split(strings.TrimPrefix(action, "name/"), ":")
	if len(parts) != 2 || parts[0] == "" || parts[1] == "" || strings.ContainsAny(action, " \t\r\n") || strings.Contains(action, "${") {
		return false
	}
	return parts[0] == "*" || !strings.ContainsAny(parts[0], "*/")
}

func oracleIsSTS(action string) bool {
	service, _, _ := strings.Cut(strings.TrimPrefix(action, "name/"), ":")
	return oracleFold(service) == oracleFold("sts")
}

// oracleCAMPathValid: R1, section 2.1 (empty project), V2, V4.
func oracleCAMPathValid(path string) bool {
	if path == "*" {
		return true
	}
	parts := oracleSplit(path, 6)
	if len(parts) != 6 || parts[0] != "qcs" || parts[1] != "" || parts[5] == "" {
		return false
	}
	for _, p := range parts[:5] {
		if strings.Contains(p, "${") {
			return false
		}
	}
	if oracleFold(parts[2]) == oracleFold("cos") { // V2: not inside the object key
		rest, slashes := parts[5], 1
		if old, ok := strings.CutPrefix(rest, "prefix//"); ok {
			rest, slashes = old, 2
		}
		pieces := strings.SplitN(rest, "/", slashes+1)
		if len(pieces) == slashes+1 && strings.Contains(pieces[slashes], "${") {
			return false
		}
	}
	return oracleCAMVariablesValid(parts[5])
}

// oracleCAMVariablesValid: only the three variables of V1 (V4).
func oracleCAMVariablesValid(text string) bool {
	for {
		_, rest, found := strings.Cut(text, "${")
		if !found {
			return true
		}
		name, tail, closed := strings.Cut(rest, "}")
		if !closed || name != "uin" && name != "owner_uin" && name != "app_id" {
			return false
		}
		text = tail
	}
}

// oracleCAMPrincipalValid: section 1.3.
func oracleCAMPrincipalValid(v any) bool {
	if v == "*" {
		return true
	}
	object, ok := v.(map[string]any)
	if !ok || len(object) == 0 || !oracleOnly(object, "qcs", "service", "federated") {
		return false
	}
	for kind, value := range object {
		valid := func(s string) bool {
			if kind != "qcs" || s == "*" || s == "qcs::cam::anyone:anyone" || s == "qcs::cam::anonymous:anonymous" {
				return s != ""
			}
			parts := strings.SplitN(s, ":", 6)
			return len(parts) == 6 && parts[0] == "qcs" && parts[5] != ""
		}
		if !oracleCAMStrings(value, valid) {
			return false
		}
	}
	return true
}

// oracleCAMConditionValid: G6, G8, G16, C2, #30.
func oracleCAMConditionValid(v any) bool {
	if list, ok := v.([]any); ok {
		return len(list) == 0
	}
	operators, ok := v.(map[string]any)
	if !ok {
		return false
	}
	for name, e := range operators {
		op, known := oracleCAMOp(name)
		keys, isObject := e.(map[string]any)
		if !known || !isObject || len(keys) == 0 {
			return false
		}
		seen := map[string]bool{}
		for key, value := range keys {
			if seen[oracleKey(key)] || strings.Contains(key, "${") {
				return false
			}
			seen[oracleKey(key)] = true
			list, isList := value.([]any)
			if !isList {
				list = []any{value}
			}
			if len(list) == 0 {
				return false
			}
			for _, e := range list {
				switch e.(type) {
				case string, json.Number, bool:
				default:
					return false
				}
				text := oracleText(e)
				has, whole := oracleVarOnly(text)
				switch {
				case !oracleCAMVariablesValid(text):
					return false
				case op.typ == "string" || has && whole:
				case has:
					return false
				default:
					if _, fits := oracleParse(op.typ, text, true, true); !fits {
						return false
					}
				}
			}
		}
	}
	return true
}

func oracleOnly(object map[string]any, names ...string) bool {
	for name := range object {
		if !oracleHas(names, name) {
			return false
		}
	}
	return true
}

func oracleIsString(v any) bool {
	_, ok := v.(string)
	return ok
}

// oracleStrings accepts an array that holds strings only.
func oracleStrings(v any) ([]string, bool) {
	list, ok := v.([]any)
	out := []string{}
	for _, e := range list {
		s, isString := e.(string)
		if !isString {
			return nil, false
		}
		out = append(out, s)
	}
	return out, ok
}
