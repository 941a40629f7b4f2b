package writ_test

import (
	"strings"
	"unicode"
)

// oracleTok is one character of a pattern: a literal, or a wildcard.
type oracleTok struct {
	r       rune
	wild    bool // r is '*' (any run) or '?' (one character)
	unknown bool // stands for an unknown text, the value of a variable
	fails   bool // and that variable may have no value at all
}

// oracleGlob matches the whole text against the whole pattern. The table
// reach holds which prefixes of the text the pattern read so far can cover.
func oracleGlob(pattern []oracleTok, text string, fold bool) bool {
	runes := []rune(text)
	reach := make([]bool, len(runes)+1)
	reach[0] = true
	for _, tok := range pattern {
		next := make([]bool, len(runes)+1)
		for i := range next {
			switch {
			case tok.wild && tok.r == '*':
				next[i] = reach[i] || i > 0 && next[i-1]
			case i == 0:
			case tok.wild && tok.r == '?':
				next[i] = reach[i-1]
			default:
				same := runes[i-1] == tok.r || fold && oracleFoldRune(runes[i-1]) == oracleFoldRune(tok.r)
				next[i] = reach[i-1] && same
			}
		}
		reach = next
	}
	return reach[len(runes)]
}

// oracleToks reads plain policy text; star and question say which characters
// are wildcards (P-12, P-16: "*" only; I-14: both; CAM A2, R3: "*" only).
func oracleToks(text string, star, question bool) []oracleTok {
	var out []oracleTok
	for _, r := range text {
		out = append(out, oracleTok{r: r, wild: star && r == '*' || question && r == '?'})
	}
	return out
}

// oracleUnknownIn says whether some part of the text is not known.
func oracleUnknownIn(toks []oracleTok) bool {
	for _, t := range toks {
		if t.unknown {
			return true
		}
	}
	return false
}

// oracleToksText forgets which characters were wildcards.
func oracleToksText(toks []oracleTok) string {
	var b strings.Builder
	for _, t := range toks {
		b.WriteRune(t.r)
	}
	return b.String()
}

// oracleFoldRune picks one member of the set of runes that are equal under
// simple case folding (5.3).
func oracleFoldRune(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if f < least {
			least = f
		}
	}
	return least
}

func oracleFold(s string) string { return strings.Map(oracleFoldRune, s) }

// oracleSplit cuts at the first n-1 colons; colons inside a closed "${…}" do
// not count (P-15, I-20, CAM R1).
func oracleSplit(text string, n int) []string {
	var out []string
	start := 0
	for i := 0; i < len(text) && len(out) < n-1; i++ {
		if strings.HasPrefix(text[i:], "${") {
			if size := oracleVarSize(text[i:]); size > 0 {
				i += size - 1
				continue
			}
		}
		if text[i] == ':' {
			out = append(out, text[start:i])
			start = i + 1
		}
	}
	return append(out, text[start:])
}

// oracleVarSize is the length of the "${…}" that text begins with, 0 when it
// is never closed. A brace inside a quoted default does not close it (P-26).
func oracleVarSize(text string) int {
	quoted := false
	for i := 2; i < len(text); i++ {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case text[i] == '}' && !quoted:
			return i + 1
		}
	}
	return 0
}

// oracleVarOnly says whether the text holds a variable, and whether the
// variable (well formed or not) is all of it.
func oracleVarOnly(text string) (has, whole bool) {
	if !strings.Contains(text, "${") {
		return false, false
	}
	size := 0
	if strings.HasPrefix(text, "${") {
		size = oracleVarSize(text)
		if size == 0 {
			size = len(text)
		}
	}
	return true, size == len(text)
}

// oracleExpand replaces the variables of a Huawei text in one pass (P-25 to
// P-29, section 3.5). Text from a variable or its default is literal. It
// fails when a variable is malformed, absent without default, or multi-valued.
func (r *oracleRun) oracleExpand(text, dialect string, star, question bool) ([]oracleTok, bool) {
	var out []oracleTok
	for text != "" {
		at := strings.Index(text, "${")
		if at < 0 {
			return append(out, oracleToks(text, star, question)...), true
		}
		out = append(out, oracleToks(text[:at], star, question)...)
		text = text[at:]
		size := oracleVarSize(text)
		if size == 0 {
			return nil, false
		}
		inner := text[2 : size-1]
		text = text[size:]
		if inner == "$" || (inner == "*" || inner == "?") && oracleV5(dialect) {
			out = append(out, oracleToks(inner, false, false)...)
			continue
		}
		value, ok := r.oracleVariable(inner)
		if !ok {
			return nil, false
		}
		out = append(out, value...)
	}
	return out, true
}

// oracleVariable gives the value of one variable: `key` or `key, 'default'`
// (P-26, P-28). If it is in doubt whether the action takes the key, a value
// of the request is not known to count.
func (r *oracleRun) oracleVariable(inner string) ([]oracleTok, bool) {
	key, def, hasDef := strings.Cut(inner, ",")
	key, def = strings.Trim(key, " \t"), strings.Trim(def, " \t")
	if key == "" || strings.ContainsAny(key, "'${} \t") {
		return nil, false
	}
	if hasDef {
		if len(def) < 2 || def[0] != '\'' || def[len(def)-1] != '\'' {
			return nil, false
		}
		def = def[1 : len(def)-1]
		rest := strings.ReplaceAll(def, "''", "")
		if strings.Contains(rest, "'") {
			return nil, false
		}
		def = strings.ReplaceAll(def, "''", "'")
	}
	if info, ok := r.cat.keyInfo(key); ok && info.multi {
		return nil, false
	}
	literal := oracleToks(def, false, false)
	value, doubt := r.value(key)
	list, isList := value.([]any)
	switch {
	case value == nil:
		return literal, hasDef
	case doubt:
		return []oracleTok{{unknown: true, fails: !hasDef || isList}}, true
	case isList:
		return literal, hasDef && len(list) == 0
	}
	return oracleToks(oracleText(value), false, false), true
}

// oracleHuaweiAction tests Action / NotAction against the request's action
// and its aliases (P-10 to P-14, I-13 to I-18, R-10, R-11, L-5 to L-9, S-13).
func (r *oracleRun) oracleHuaweiAction(st map[string]any, dialect string, deny bool) bool {
	hit := func(entries any, name string) bool {
		for _, e := range oracleList(entries) {
			if oracleActionEntry(e, name, dialect) {
				return true
			}
		}
		return false
	}
	var aliases []string
	if r.action != nil {
		aliases = r.action.aliases
	}
	anyAlias := func(entries any) bool {
		for _, a := range aliases {
			if hit(entries, a) {
				return true
			}
		}
		return false
	}
	if entries, ok := st["NotAction"]; ok {
		return !hit(entries, r.req.action) && !anyAlias(entries)
	}
	entries, ok := st["Action"]
	if !ok {
		return true // S-13: only a Deny of an SCP may leave both out
	}
	switch dialect {
	case "huawei-1.0", "huawei-1.1": // L-5
		if len(aliases) == 0 || deny {
			return hit(entries, r.req.action) || anyAlias(entries)
		}
		return anyAlias(entries)
	case "huawei-scp": // L-8
		return hit(entries, r.req.action) || deny && anyAlias(entries)
	}
	return hit(entries, r.req.action) || anyAlias(entries) // L-6
}

// oracleActionEntry tests one pattern, segment by segment, letters folded.
func oracleActionEntry(pattern, name, dialect string) bool {
	if pattern == "*" { // I-15; roles likewise
		return true
	}
	want, have := strings.Split(pattern, ":"), strings.Split(name, ":")
	if dialect == "huawei-1.0" {
		if len(want) == 2 {
			want = []string{want[0], "*", want[1]}
		}
		for _, parts := range [][]string{want, have} {
			if strings.EqualFold(parts[0], "identity") {
				parts[0] = "iam"
			}
		}
	}
	if len(want) != 3 || len(have) != 3 {
		return false
	}
	for i := range want {
		if !oracleGlob(oracleToks(want[i], true, oracleV5(dialect)), have[i], true) {
			return false
		}
	}
	return true
}

// oracleHuaweiResource tests Resource / NotResource (P-15 to P-24, I-19 to
// I-27, A-3). The resource "" or "*" is none.
func (r *oracleRun) oracleHuaweiResource(st map[string]any, dialect string, deny bool) oracleTri {
	none := r.resource == "" || r.resource == "*" || r.action != nil && len(r.action.types) == 0 // I-24
	if entries, ok := st["NotResource"]; ok {                                                    // I-26
		hit := oracleFalse
		for _, e := range oracleList(entries) {
			if e == "*" {
				hit = oracleTrue
			} else if !none {
				hit = max(hit, r.oracleURN(e, dialect))
			}
		}
		return oracleTrue - hit
	}
	entries, ok := st["Resource"]
	if !ok { // P-20, I-6
		return oracleTrue
	}
	hit := oracleFalse
	uris := false
	if object, ok := entries.(map[string]any); ok { // P-5, P-9
		entries, uris = object["uri"], true
	}
	for _, e := range oracleList(entries) {
		switch {
		case e == "*":
			hit = oracleTrue
		case none:
			hit = max(hit, oracleBool(deny))
		case !deny && r.action != nil && !oracleHas(r.action.types, oracleURNType(r.resource)): // I-25
		case uris:
			hit = max(hit, oracleBool(e == r.resource))
		default:
			hit = max(hit, r.oracleURN(e, dialect))
		}
	}
	return hit
}

// oracleURN compares a URN pattern with the request's resource, segment by
// segment; "*" never absorbs one of the first four colons (I-20). Service and
// type fold, the rest is exact (P-17, I-23). A segment with an unknown text
// may match.
func (r *oracleRun) oracleURN(pattern, dialect string) oracleTri {
	if strings.HasPrefix(r.resource, "/") {
		return oracleFalse
	}
	result := oracleTrue
	want, have := oracleSplit(pattern, 5), strings.SplitN(r.resource, ":", 5)
	if len(want) != 5 || len(have) != 5 {
		return oracleFalse
	}
	for i := range want {
		if i == 1 && want[1] == "" && have[1] == "*" { // I-21
			continue
		}
		toks, ok := r.oracleExpand(want[i], dialect, true, oracleV5(dialect))
		if oracleUnknownIn(toks) {
			result = min(result, oracleUnknown)
		} else if !ok || !oracleGlob(toks, have[i], i == 0 || i == 3) {
			return oracleFalse
		}
	}
	return result
}

// oracleURNType is the folded "service:type" of a URN, "" for anything else.
func oracleURNType(resource string) string {
	parts := strings.SplitN(resource, ":", 5)
	if len(parts) != 5 || strings.HasPrefix(resource, "/") {
		return ""
	}
	return oracleFold(parts[0] + ":" + parts[3])
}

// oracleHuaweiPrincipal tests Principal / NotPrincipal of a trust policy
// (T-1 to T-4, A-23): an account id stands for all principals of that
// account, anything else must be the caller's own name.
func (r *oracleRun) oracleHuaweiPrincipal(st map[string]any) bool {
	hit := func(element any) bool {
		object, _ := element.(map[string]any)
		for _, e := range oracleList(object["IAM"]) {
			if r.req.principal != "" && (e == r.req.principal || e == r.req.caller) {
				return true
			}
		}
		for _, e := range oracleList(object["Service"]) {
			if r.req.principal != "" && e == r.req.principal {
				return true
			}
		}
		return false
	}
	if element, ok := st["NotPrincipal"]; ok {
		return !hit(element)
	}
	if element, ok := st["Principal"]; ok {
		return hit(element)
	}
	return true
}

// oracleCAMAction tests a CAM action list (A1 to A7).
func (r *oracleRun) oracleCAMAction(entries any) bool {
	have := strings.TrimPrefix(r.req.action, "name/")
	for _, e := range oracleList(entries) {
		want := strings.TrimPrefix(e, "name/")
		if want == "*" || want == "*:*" || want == have {
			return true
		}
		ws, wo, ok1 := strings.Cut(want, ":")
		hs, ho, ok2 := strings.Cut(have, ":")
		if ok1 && ok2 && (ws == "*" || oracleFold(ws) == oracleFold(hs)) && oracleGlob(oracleToks(wo, true, false), ho, false) {
			return true
		}
	}
	return false
}

// oracleCAMResource tests a CAM resource list (R1 to R8). A request without
// resource is covered by "*" alone (R5). A trust statement has no list.
func (r *oracleRun) oracleCAMResource(entries any, layer *oracleLayer, deny bool) bool {
	if entries == nil {
		return true
	}
	for _, e := range oracleList(entries) {
		if e == "*" {
			return true
		}
		if r.resource == "" || r.resource == "*" {
			continue
		}
		if r.oracleCAMPath(e, layer, deny) {
			return true
		}
	}
	return false
}

func (r *oracleRun) oracleCAMPath(pattern string, layer *oracleLayer, deny bool) bool {
	want, have := oracleSplit(pattern, 6), strings.SplitN(r.resource, ":", 6)
	if len(want) != 6 || len(have) != 6 {
		return false
	}
	// service (R2, R6)
	if want[2] != "" && want[2] != "*" && !oracleGlob(oracleToks(want[2], true, false), have[2], true) {
		return false
	}
	// region (R2, R4, R7)
	if want[3] != "" && want[3] != "*" {
		if have[3] == "" || !oracleGlob(oracleToks(oracleRegion(want[3]), true, false), oracleRegion(have[3]), false) {
			return false
		}
	}
	// account (R2, R7, #8, #15)
	spellings := r.oracleAccounts(have[4])
	switch want[4] {
	case "*":
	case "", "uin/":
		owner := layer.owner
		if owner == "" {
			owner = r.req.caller
		}
		known := false // whether the account's UIN is known
		for _, s := range spellings {
			known = known || strings.HasPrefix(s, "uin/")
		}
		if owner == "" || !known {
			// Not knowing whose it is must not switch a Deny off.
			if !deny {
				return false
			}
		} else if !oracleHas(spellings, "uin/"+owner) {
			return false
		}
	default:
		found := false
		uin, uid := false, false
		for _, s := range spellings {
			found = found || oracleGlob(oracleToks(want[4], true, false), s, false)
			uin, uid = uin || strings.HasPrefix(s, "uin/"), uid || strings.HasPrefix(s, "uid/")
		}
		// A number that nobody tells must not switch a Deny off.
		unknown := strings.HasPrefix(want[4], "uid/") && !uid && (uin || have[4] == "" || have[4] == "uin/") ||
			strings.HasPrefix(want[4], "uin/") && !uin && (uid || have[4] == "" || have[4] == "uin/")
		if !found && !(deny && unknown) {
			return false
		}
	}
	// resource (R3, V2, V3)
	toks, ok := r.oracleCAMExpand(want[5])
	return ok && oracleGlob(toks, have[5], false)
}

// oracleAccounts lists the ways to write the account of the request's path.
func (r *oracleRun) oracleAccounts(text string) []string {
	q := r.req
	if text == "" || text == "uin/" { // R7
		text = ""
		if q.ownerUin != "" {
			text = "uin/" + q.ownerUin
		} else if q.caller != "" {
			text = "uin/" + q.caller
		}
	}
	if text == "" && q.appID != "" { // the caller's account, known by its APPID
		text = "uid/" + q.appID
	}
	out := []string{text}
	for _, pair := range [][2]string{{q.caller, q.appID}, {q.ownerUin, q.ownerApp}} {
		if pair[0] == "" || pair[1] == "" {
			continue
		}
		switch text {
		case "uin/" + pair[0]:
			out = append(out, "uid/"+pair[1])
		case "uid/" + pair[1]:
			out = append(out, "uin/"+pair[0])
		}
	}
	return out
}

// oracleRegion replaces an old region name (section 2.1, R4).
func oracleRegion(name string) string {
	switch name {
	case "gz":
		return "ap-guangzhou"
	case "sh":
		return "ap-shanghai"
	case "shjr":
		return "ap-shanghai-fsi"
	case "bj":
		return "ap-beijing"
	case "ca":
		return "na-toronto"
	case "sg":
		return "ap-singapore"
	case "hk":
		return "ap-hongkong"
	case "cd":
		return "ap-chengdu"
	case "de":
		return "eu-frankfurt"
	}
	return name
}

// oracleCAMExpand replaces ${uin}, ${owner_uin} and ${app_id} (V1 to V4).
func (r *oracleRun) oracleCAMExpand(text string) ([]oracleTok, bool) {
	var out []oracleTok
	for text != "" {
		at := strings.Index(text, "${")
		if at < 0 {
			return append(out, oracleToks(text, true, false)...), true
		}
		out = append(out, oracleToks(text[:at], true, false)...)
		name, rest, closed := strings.Cut(text[at+2:], "}")
		value := map[string]string{"uin": r.req.uin, "owner_uin": r.req.caller, "app_id": r.req.appID}[name]
		if !closed || value == "" {
			return nil, false
		}
		out = append(out, oracleToks(value, false, false)...)
		text = rest
	}
	return out, true
}

// oracleCAMPrincipal tests a principal element (P1 to P5, #36). Naming a root
// account reaches its other identities only across accounts (P2b, step 8).
func (r *oracleRun) oracleCAMPrincipal(element any, deny bool) bool {
	if element == "*" {
		return true
	}
	object, _ := element.(map[string]any)
	for kind, value := range object {
		for _, e := range oracleList(value) {
			if kind != "qcs" {
				if r.req.principal != "" && e == r.req.principal {
					return true
				}
				continue
			}
			switch e {
			case "*":
				return true
			case "qcs::cam::anyone:anyone", "qcs::cam::anonymous:anonymous": // P3
				if !deny || r.req.principal == "" {
					return true
				}
				continue
			}
			have, want := strings.SplitN(r.req.principal, ":", 6), strings.SplitN(e, ":", 6)
			if len(have) != 6 || len(want) != 6 || r.req.caller == "" {
				continue
			}
			if want[4] != "uin/"+r.req.caller && (r.req.appID == "" || want[4] != "uid/"+r.req.appID) {
				continue
			}
			if want[5] == "root" || want[5] == "uin/"+r.req.caller {
				if r.req.uin == r.req.caller || r.cross {
					return true
				}
			} else if want[5] == have[5] {
				return true
			}
		}
	}
	return false
}
