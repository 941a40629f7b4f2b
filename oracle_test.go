package writ_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// oracleCAMCrossOnlyCOSandCAS: step 8 of the CAM procedure names COS and CAS
// as the only services with cross-account access through a resource policy.
var oracleCAMCrossOnlyCOSandCAS = true

type oracleLayer struct {
	kind, name, dialect, group, scope, owner string
	docs                                     []*oracleDoc
}

type oracleDoc struct {
	layer      *oracleLayer
	body       any // nil: no JSON text
	dialect    string
	system     string // display name of a system permission
	catalog    string // explicit "catalog" member of a system document
	noContent  bool   // its text is not published
	permission *oracleSystemInfo
}

type oracleRequest struct {
	action             string
	method, path       string // in place of an action
	byAPI              bool
	cam                bool // the action is written in CAM's way
	resources          []string
	principal          string
	caller             string // account of principal: Huawei id or CAM root UIN
	uin                string // CAM: UIN of the caller, "" for a role session
	appID              string
	owner              string // resourceOwner as a plain account
	ownerUin, ownerApp string // resourceOwner as an object
	root               bool
	exempt             []string
	scope, ep          string
	context            map[string]any // canonical key
	now                time.Time
}

type oracleCase struct {
	cat    *oracleCatalog // nil with "catalog": "none"
	layers []*oracleLayer
	req    *oracleRequest
}

// oracleRun is the decision about one resource of a case.
type oracleRun struct {
	*oracleCase
	action   *oracleActionInfo // nil: not known to the catalog
	resource string
	cross    bool // resource and caller belong to different accounts
}

// oracleDecide decides one case and returns "allow", "explicit-deny",
// "implicit-deny", "undecided" or "invalid". An error means that the case
// itself cannot be used.
func oracleDecide(caseJSON []byte) (string, error) {
	c, err := oracleReadCase(caseJSON)
	if err != nil {
		return "", err
	}
	for _, layer := range c.layers { // 7.2 step 0
		for _, doc := range layer.docs {
			if !doc.noContent && !oracleValid(doc, c.cat) {
				return "invalid", nil
			}
		}
	}
	if c.req == nil {
		return "", errors.New("no request")
	}
	actions := []string{c.req.action}
	if c.req.byAPI { // P-35
		var ok bool
		if actions, ok = c.cat.api(c.req.method, c.req.path); !ok {
			return "implicit-deny", nil
		}
	}
	worst := "allow"
	for _, action := range actions {
		one, q := *c, *c.req
		one.req, q.action = &q, action
		for _, resource := range q.resources { // I-27, P-24, CAM E5
			worst = oracleWorse(worst, oracleOne(&one, resource))
		}
	}
	return worst, nil
}

func oracleWorse(a, b string) string {
	for _, d := range []string{"explicit-deny", "undecided", "implicit-deny"} {
		if a == d || b == d {
			return d
		}
	}
	return "allow"
}

// oracleOne decides one resource: 7.2 steps 2 to 11, CAM 6.1 steps 2 to 10.
func oracleOne(c *oracleCase, resource string) string {
	r := &oracleRun{oracleCase: c, resource: resource}
	q := c.req
	if q.cam {
		r.cross = r.camCross()
	} else {
		r.action = c.cat.action(q.action)
		r.cross = r.huaweiCross()
	}
	ownRoot := q.root && q.caller != "" && !r.cross // of a known account
	service, operation, _ := strings.Cut(strings.TrimPrefix(q.action, "name/"), ":")
	service = strings.ToLower(service)

	deny, identity, session, policy := oracleFalse, oracleFalse, oracleFalse, oracleFalse
	hasSession := false
	var levels []*oracleLayer
	var levelAllow []oracleTri
	for _, layer := range c.layers {
		if layer.kind == "identity" && !q.inScope(layer.scope) { // F-2, F-4
			continue
		}
		if layer.kind == "guardrail" && oracleHas(q.exempt, layer.name) { // S-19, O5
			continue
		}
		// CAM E7: the root account on its own resource is past everything but
		// the organization's levels and, in COS, the bucket policy (E8, #35).
		camRoot := q.cam && ownRoot
		if camRoot && layer.kind != "resource" && layer.kind != "session" && (layer.kind != "guardrail" || layer.name == "boundary") {
			continue
		}
		layerAllow, layerDeny := r.layer(layer)
		if layer.kind == "identity" {
			switch r.enterprise(layer.scope) { // F-4
			case oracleFalse:
				continue
			case oracleUnknown:
				layerAllow = min(layerAllow, oracleUnknown)
			}
		}
		if camRoot && layer.kind == "resource" && (service != "cos" || operation == "PutBucketPolicy") {
			layerDeny = oracleFalse
		}
		deny = max(deny, layerDeny)
		switch layer.kind {
		case "identity": // P-31, F-4, step 7
			identity = max(identity, layerAllow)
		case "session": // I-31
			hasSession, session = true, max(session, layerAllow)
		case "resource":
			policy = max(policy, layerAllow)
		case "guardrail": // S-16: each is a level of its own
			levels, levelAllow = append(levels, layer), append(levelAllow, layerAllow)
		}
	}
	switch deny { // step 2; CAM O2, E2
	case oracleTrue:
		return "explicit-deny"
	case oracleUnknown:
		return "undecided"
	}
	for i, allow := range levelAllow { // steps 3 to 5; CAM O3, B1
		if allow == oracleUnknown {
			return "undecided"
		}
		if allow == oracleFalse {
			if levels[i].isCAM(q.cam) && levels[i].name != "boundary" {
				return "explicit-deny"
			}
			return "implicit-deny"
		}
	}
	if ownRoot { // step 6; CAM step 3
		identity = oracleTrue
	}
	grant := oracleFalse
	if q.cam {
		assume := service == "sts" && operation == "AssumeRole" // T1, #47
		switch {
		case ownRoot:
			grant = oracleTrue
		case service == "sts" && strings.HasPrefix(operation, "AssumeRoleWith"):
			grant = policy // T1: the caller comes from an identity provider
		case assume:
			grant = min(identity, policy)
		case !r.cross:
			grant = max(identity, policy) // step 7, 9
		case !oracleCAMCrossOnlyCOSandCAS || service == "cos" || service == "cas":
			grant = min(identity, policy) // step 8
		}
		if hasSession { // S1, #33
			grant = min(grant, session)
		}
	} else {
		if hasSession { // step 8
			identity = min(identity, session)
		}
		both := r.cross || strings.EqualFold(q.action, "sts:agencies:assume") || strings.EqualFold(q.action, "sts::setSourceIdentity") // I-34
		if both {
			grant = min(identity, policy)
		} else {
			grant = max(identity, policy)
		}
	}
	switch grant {
	case oracleTrue:
		return "allow"
	case oracleUnknown:
		return "undecided"
	}
	return "implicit-deny"
}

// isCAM tells the cloud of a guardrail layer.
func (layer *oracleLayer) isCAM(requestIsCAM bool) bool {
	if layer.dialect != "" {
		return layer.dialect == "cam-2.0"
	}
	for _, doc := range layer.docs {
		return doc.dialect == "cam-2.0"
	}
	return requestIsCAM
}

// huaweiCross compares the owner of the resource with the caller's account
// (7.2 step 10); what is not known counts as the caller's own.
func (r *oracleRun) huaweiCross() bool {
	owner := r.req.owner
	if owner == "" {
		owner = r.req.ownerUin
	}
	if parts := strings.SplitN(r.resource, ":", 5); owner == "" && len(parts) == 5 && parts[2] != "*" {
		owner = parts[2]
	}
	return owner != "" && r.req.caller != "" && owner != r.req.caller
}

// camCross is huaweiCross for CAM, where an owner may be known by UIN or by
// APPID (E6, R7, #15).
func (r *oracleRun) camCross() bool {
	q := r.req
	if q.caller == "" {
		return false
	}
	uin, app := q.ownerUin, q.ownerApp
	if q.owner != "" {
		uin = q.owner
	}
	if uin == "" && app == "" {
		parts := strings.SplitN(r.resource, ":", 6)
		if len(parts) != 6 || parts[4] == "" || parts[4] == "uin/" {
			return false
		}
		if a, ok := strings.CutPrefix(parts[4], "uid/"); ok {
			app = a
		} else {
			uin = strings.TrimPrefix(parts[4], "uin/")
		}
	}
	if uin != "" {
		return uin != q.caller
	}
	return app != q.appID
}

// inScope says whether a grant applies to the request (F-1 to F-4).
func (q *oracleRequest) inScope(scope string) bool {
	if id, ok := strings.CutPrefix(scope, "enterprise-project:"); ok {
		return id == q.ep
	}
	switch {
	case scope == "" || scope == "all" || q.scope == "":
		return true
	case scope == "all-projects":
		return strings.HasPrefix(q.scope, "project:")
	}
	return scope == q.scope
}

// enterprise says whether the action supports the kind of scope (F-4).
func (r *oracleRun) enterprise(scope string) oracleTri {
	if !strings.HasPrefix(scope, "enterprise-project:") || r.req.cam {
		return oracleTrue
	}
	return r.cat.enterprise(r.req.action)
}

// layer unites the documents of one layer: what its Allow and its Deny
// statements come to. The Allow of an inactive role does not count, its
// Deny does.
func (r *oracleRun) layer(layer *oracleLayer) (allow, deny oracleTri) {
	for _, doc := range layer.docs {
		if doc.noContent {
			continue
		}
		active := r.active(doc, nil)
		body := doc.body.(map[string]any)
		if doc.dialect == "cam-2.0" {
			body, _ = oracleLower(body, layer.kind == "resource")
		}
		list, ok := body["Statement"]
		if !ok {
			list = body["statement"]
		}
		for _, e := range oracleValues(list) {
			isDeny, v := r.statement(e.(map[string]any), body, doc)
			if isDeny {
				deny = max(deny, v)
			} else {
				allow = max(allow, min(active, v))
			}
		}
	}
	return allow, deny
}

// statement evaluates one statement: action AND resource AND principal AND
// condition (CAM E4). A failed variable voids it (P-28, CAM V4).
func (r *oracleRun) statement(st, body map[string]any, doc *oracleDoc) (isDeny bool, v oracleTri) {
	if doc.dialect == "cam-2.0" {
		resourcePolicy := doc.layer.kind == "resource"
		st, _ = oracleLower(st, resourcePolicy)
		isDeny = st["effect"] == "deny" || st["effect"] == "Deny"
		if !r.req.cam || r.camVoid(st) || !r.oracleCAMAction(st["action"]) || !r.oracleCAMResource(st["resource"], doc.layer, isDeny) {
			return isDeny, oracleFalse
		}
		if resourcePolicy {
			principal, ok := st["principal"]
			if !ok {
				principal = body["principal"] // G14
			}
			if !r.oracleCAMPrincipal(principal, isDeny) {
				return isDeny, oracleFalse
			}
		}
		return isDeny, oracleBool(r.oracleCAMCondition(st["condition"]))
	}
	isDeny = strings.EqualFold(st["Effect"].(string), "Deny")
	d := doc.dialect
	if r.req.cam || !r.oracleHuaweiAction(st, d, isDeny) || !r.oracleHuaweiPrincipal(st) {
		return isDeny, oracleFalse
	}
	return isDeny, min(r.huaweiExpands(st, d), r.oracleHuaweiResource(st, d, isDeny), r.oracleHuaweiCondition(st["Condition"], d))
}

// huaweiExpands: all variables of the statement expand (P-28, A-10).
func (r *oracleRun) huaweiExpands(st map[string]any, dialect string) oracleTri {
	result := oracleTrue
	for _, text := range oracleTexts(st, "Resource", "NotResource", "Condition") {
		toks, ok := r.oracleExpand(text, dialect, false, false)
		if !ok {
			return oracleFalse
		}
		for _, t := range toks {
			if t.fails {
				result = oracleUnknown
			}
		}
	}
	return result
}

// camVoid: the same for CAM (V4).
func (r *oracleRun) camVoid(st map[string]any) bool {
	for _, text := range oracleTexts(st, "resource", "condition") {
		if _, ok := r.oracleCAMExpand(text); !ok {
			return true
		}
	}
	return false
}

// oracleTexts lists all strings below the named elements, names excluded.
func oracleTexts(st map[string]any, names ...string) []string {
	var out []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	for _, name := range names {
		walk(st[name])
	}
	return out
}

// value is the request's value of a condition key, nil when absent. A key
// that the action does not take is absent (I-29); doubt means that it is not
// known whether the action takes it, and then there is a value. The clock is
// the only key with a default.
func (r *oracleRun) value(key string) (value any, doubt bool) {
	key = oracleKey(key)
	v := r.req.context[key]
	if r.action != nil {
		takes := r.action.takes(key, r.resource)
		if takes == oracleFalse || takes == oracleUnknown && len(oracleValues(v)) == 0 {
			return nil, false
		}
		doubt = takes == oracleUnknown
	}
	if len(oracleValues(v)) == 0 && (key == "g:currenttime" || key == "qcs:current_time") {
		text := r.req.now.UTC().Format(time.RFC3339Nano)
		if r.req.cam {
			return text, false
		}
		return oracleInstant(text), false
	}
	return v, doubt
}

// oracleInstant is the clock in Huawei's dialects: a date, and no string.
type oracleInstant string

// active says whether a role's dependencies are met. path
// holds the documents whose dependencies are being looked at.
func (r *oracleRun) active(doc *oracleDoc, path []*oracleDoc) oracleTri {
	for _, p := range path {
		if p == doc {
			return oracleFalse
		}
	}
	result := oracleTrue
	path = append(path, doc)
	body, _ := doc.body.(map[string]any)
	type dependency struct {
		catalog any // nil: the catalog's own rows name none
		name    string
	}
	var deps []dependency
	if list, ok := body["Depends"].([]any); ok {
		for _, e := range list {
			dep := e.(map[string]any)
			deps = append(deps, dependency{dep["catalog"], dep["display_name"].(string)})
		}
	} else if doc.permission != nil && doc.permission.role {
		for _, name := range doc.permission.depends {
			deps = append(deps, dependency{nil, name})
		}
	}
	for _, dep := range deps {
		met := oracleFalse
		for _, layer := range r.layers {
			if layer.kind != "identity" || layer.group != doc.layer.group {
				continue
			}
			for _, other := range layer.docs {
				if other.permission == nil || other.system != dep.name ||
					other.catalog != "" && dep.catalog != nil && dep.catalog != other.catalog {
					continue
				}
				if r.place(doc.layer.scope, other) {
					met = max(met, min(r.enterprise(layer.scope), r.active(other, path)))
				}
			}
		}
		result = min(result, met)
	}
	return result
}

// place says whether a granted dependency is granted in the right place.
func (r *oracleRun) place(roleScope string, dep *oracleDoc) bool {
	scope := dep.layer.scope
	if dep.permission.scope == "global-services" {
		return scope == "global" || scope == "all" || scope == ""
	}
	if r.req.scope != "" {
		return r.req.inScope(scope)
	}
	return scope == roleScope || scope == "" || scope == "all" ||
		scope == "all-projects" && strings.HasPrefix(roleScope, "project:")
}

// oracleReadCase reads a case strictly.
func oracleReadCase(raw []byte) (*oracleCase, error) {
	cat, err := oracleCatalogOnce()
	if err != nil {
		return nil, err
	}
	v, err := oracleJSON(raw)
	if err != nil {
		return nil, err
	}
	top, ok := v.(map[string]any)
	if !ok || !oracleOnly(top, "id", "rule", "source", "note", "now", "catalog", "layers", "request", "expect", "codes", "because") {
		return nil, errors.New("not a case")
	}
	c := &oracleCase{cat: cat}
	f := &oracleFields{}
	switch catalog := f.text(top, "catalog"); catalog {
	case "", "default":
	case "none":
		c.cat = nil
	default:
		return nil, fmt.Errorf("catalog %q", catalog)
	}
	now := time.Now()
	if text := f.text(top, "now"); text != "" {
		t, ok := oracleDate(text, false)
		if !ok {
			return nil, fmt.Errorf("now %q", text)
		}
		now = t.(time.Time)
	}
	layers, ok := top["layers"].([]any)
	if !ok {
		return nil, errors.New("no layers")
	}
	for _, e := range layers {
		layer, err := oracleReadLayer(e, cat)
		if err != nil {
			return nil, err
		}
		c.layers = append(c.layers, layer)
	}
	if request, ok := top["request"]; ok {
		if c.req, err = oracleReadRequest(request); err != nil {
			return nil, err
		}
		c.req.now = now
	}
	return c, f.err
}

func oracleReadLayer(v any, cat *oracleCatalog) (*oracleLayer, error) {
	o, ok := v.(map[string]any)
	if !ok || !oracleOnly(o, "kind", "name", "dialect", "group", "scope", "owner", "documents") {
		return nil, errors.New("not a layer")
	}
	f := &oracleFields{}
	layer := &oracleLayer{f.text(o, "kind"), f.text(o, "name"), f.text(o, "dialect"), f.text(o, "group"), f.text(o, "scope"), f.text(o, "owner"), nil}
	if !oracleHas([]string{"identity", "session", "guardrail", "resource"}, layer.kind) {
		return nil, fmt.Errorf("kind %q", layer.kind)
	}
	if !oracleHas([]string{"", "huawei-1.0", "huawei-1.1", "huawei-5.0", "huawei-scp", "huawei-trust", "cam-2.0"}, layer.dialect) {
		return nil, fmt.Errorf("dialect %q", layer.dialect)
	}
	if s := layer.scope; s != "" && s != "global" && s != "all-projects" && s != "all" && !oracleScoped(s, "project:") && !oracleScoped(s, "enterprise-project:") {
		return nil, fmt.Errorf("scope %q", s)
	}
	if layer.kind != "identity" && layer.scope+layer.group != "" {
		return nil, errors.New("group and scope are for identity layers")
	}
	docs, ok := o["documents"].([]any)
	if !ok {
		return nil, errors.New("no documents")
	}
	for _, e := range docs {
		doc := &oracleDoc{layer: layer, body: e, dialect: layer.dialect}
		object, _ := e.(map[string]any)
		if _, ok := object["system"]; ok {
			if !oracleOnly(object, "system", "catalog") {
				return nil, errors.New("not a system document")
			}
			doc.system, doc.catalog = f.text(object, "system"), f.text(object, "catalog")
			doc.permission = cat.systems[doc.system]
			if doc.permission == nil {
				return nil, fmt.Errorf("no system permission %q", doc.system)
			}
			doc.body, doc.noContent = doc.permission.content, doc.permission.content == nil
			if doc.system == "FullAccess" && layer.kind == "guardrail" && layer.dialect == "huawei-scp" { // S-17
				doc.body = oracleFullAccess
			}
			// A system text is what its version says, whatever stands beside it.
			if d := oracleDialect(doc.body, layer.kind); d != "" && !(oracleV5(d) && oracleV5(layer.dialect)) {
				doc.dialect = d
			}
		} else if text, ok := object["text"]; ok {
			raw, isText := text.(string)
			if !isText || len(object) != 1 {
				return nil, errors.New("not a text document")
			}
			doc.body, _ = oracleJSON([]byte(raw))
		}
		if doc.dialect == "" {
			doc.dialect = oracleDialect(doc.body, layer.kind)
		}
		if layer.kind == "resource" && oracleHas([]string{"huawei-1.0", "huawei-1.1", "huawei-5.0", "huawei-scp"}, doc.dialect) {
			return nil, errors.New("a resource layer takes policies with principals")
		}
		layer.docs = append(layer.docs, doc)
	}
	return layer, f.err
}

var oracleFullAccess = map[string]any{"Version": "5.0", "Statement": []any{
	map[string]any{"Effect": "Allow", "Action": []any{"*"}, "Resource": []any{"*"}},
}}

func oracleReadRequest(v any) (*oracleRequest, error) {
	o, ok := v.(map[string]any)
	if !ok || !oracleOnly(o, "action", "api", "resource", "principal", "appId", "resourceOwner", "root", "exempt", "scope", "enterpriseProject", "context") {
		return nil, errors.New("not a request")
	}
	f := &oracleFields{}
	q := &oracleRequest{action: f.text(o, "action"), principal: f.text(o, "principal"), appID: f.text(o, "appId"),
		scope: f.text(o, "scope"), ep: f.text(o, "enterpriseProject"), context: map[string]any{}}
	if v, ok := o["root"]; ok {
		if q.root, ok = v.(bool); !ok {
			return nil, errors.New("root")
		}
	}
	if v, ok := o["exempt"]; ok {
		if q.exempt, ok = oracleStrings(v); !ok {
			return nil, errors.New("exempt")
		}
	}
	if q.scope != "" && q.scope != "global" && !oracleScoped(q.scope, "project:") {
		return nil, errors.New("scope")
	}
	switch owner := o["resourceOwner"].(type) {
	case nil:
	case string:
		q.owner = owner
	case map[string]any:
		if !oracleOnly(owner, "uin", "appId") {
			return nil, errors.New("resourceOwner")
		}
		q.ownerUin, q.ownerApp = f.text(owner, "uin"), f.text(owner, "appId")
	default:
		return nil, errors.New("resourceOwner")
	}

	if v, ok := o["api"]; ok {
		api, ok := v.(map[string]any)
		if _, both := o["action"]; both || !ok || len(api) != 2 || !oracleOnly(api, "method", "path") {
			return nil, errors.New("api")
		}
		q.byAPI, q.method, q.path = true, f.text(api, "method"), f.text(api, "path")
	}

	// The action tells the cloud: one colon (or permid/…) for CAM, two for Huawei.
	bare := strings.TrimPrefix(q.action, "name/")
	parts := strings.Split(bare, ":")
	q.cam = len(parts) == 2 || strings.HasPrefix(q.action, "permid/")
	if q.byAPI {
		q.cam = false // the catalog knows APIs of Huawei only
	} else if strings.ContainsAny(q.action, "*? \t\r\n") || !q.cam && (len(parts) != 3 || parts[0] == "" || parts[2] == "") || len(parts) == 2 && (parts[0] == "" || parts[1] == "") {
		return nil, fmt.Errorf("action %q", q.action)
	}

	// The caller's account: third segment of a URN, fifth of a CAM principal.
	if q.principal == "qcs::cam::anonymous:anonymous" || q.principal == "qcs::cam::anyone:anyone" {
		q.principal = ""
	}
	if parts := strings.SplitN(q.principal, ":", 6); parts[0] == "qcs" {
		if len(parts) == 6 && strings.HasPrefix(parts[4], "uin/") {
			q.caller = strings.TrimPrefix(parts[4], "uin/")
			if parts[5] == "root" {
				q.uin = q.caller
			} else if strings.HasPrefix(parts[5], "uin/") {
				q.uin = strings.TrimPrefix(parts[5], "uin/")
			}
		}
	} else if parts := strings.SplitN(q.principal, ":", 5); len(parts) == 5 || len(parts) == 4 && parts[3] == "root" {
		q.caller = parts[2]
	}

	switch resource := o["resource"].(type) {
	case nil:
		q.resources = []string{""}
	case string:
		q.resources = []string{resource}
	default:
		if q.resources, ok = oracleStrings(resource); !ok || len(q.resources) == 0 {
			return nil, errors.New("resource")
		}
	}
	for _, resource := range q.resources {
		parts := strings.SplitN(resource, ":", 6)
		good := resource == "" || resource == "*"
		if q.cam {
			good = good || len(parts) == 6 && parts[0] == "qcs" && parts[5] != ""
		} else {
			good = good || strings.HasPrefix(resource, "/") || len(parts) >= 5 && parts[0] != "" && parts[3] != ""
		}
		if !good {
			return nil, fmt.Errorf("resource %q", resource)
		}
	}

	context, ok := o["context"].(map[string]any)
	if !ok && o["context"] != nil {
		return nil, errors.New("context")
	}
	for name, value := range context {
		key := oracleKey(name)
		if _, dup := q.context[key]; dup {
			return nil, fmt.Errorf("two spellings of %q", name)
		}
		switch value := value.(type) {
		case nil, string, bool, json.Number:
		case []any:
			if _, ok := oracleStrings(value); !ok {
				return nil, fmt.Errorf("context %q", name)
			}
		default:
			return nil, fmt.Errorf("context %q", name)
		}
		q.context[key] = value
	}
	return q, f.err
}

func oracleScoped(s, prefix string) bool {
	return strings.HasPrefix(s, prefix) && len(s) > len(prefix)
}

// oracleFields reads text members and remembers the first that is no text.
type oracleFields struct{ err error }

func (f *oracleFields) text(o map[string]any, name string) string {
	v, ok := o[name]
	s, isText := v.(string)
	if ok && !isText && f.err == nil {
		f.err = fmt.Errorf("%s must be a string", name)
	}
	return s
}
