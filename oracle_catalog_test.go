package writ_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// oracleData is the folder that holds cbr.json, cbr-system-policies.json and
// system-permissions.json. It must be set before the first decision.
var oracleData = "catalog/data"

// oracleKeyInfo is what is known of a condition key (C-13).
type oracleKeyInfo struct {
	typ   string // string, numeric, date, boolean, ip_address
	multi bool
}

// oracleActionInfo is one row of the action table (I-24, I-25, I-28, L-3).
type oracleActionInfo struct {
	types      []string            // "service:type", folded; empty: resource-less
	typeKeys   map[string][]string // condition keys that count only for that type
	actionKeys []string            // condition keys that count for the whole action
	keyGaps    bool                // the lists of keys may lack some
	aliases    []string
}

// oracleAPIInfo is one row of the API table; its paths include the old ones.
type oracleAPIInfo struct {
	method   string
	paths    []string
	actions  []string
	v11      string
	ep       *bool // whether enterprise projects count; nil: not told
	unmapped bool
}

// oracleSystemInfo is a permission that the vendor defines.
type oracleSystemInfo struct {
	content any // nil: the text is not published
	role    bool
	scope   string
	depends []string // display names; only rows that the table marks as required
}

type oracleCatalog struct {
	actions map[string]*oracleActionInfo // folded action name
	keys    map[string]oracleKeyInfo     // canonical key, templates cut after "/"
	systems map[string]*oracleSystemInfo // exact display name
	apis    []oracleAPIInfo
}

var oracleCatalogOnce = sync.OnceValues(oracleLoad)

// oracleLoad reads the three files. Sections 6.1 to 6.3 supply the types of
// the keys that the files do not list.
func oracleLoad() (*oracleCatalog, error) {
	cat := &oracleCatalog{
		actions: map[string]*oracleActionInfo{},
		keys:    map[string]oracleKeyInfo{},
		systems: map[string]*oracleSystemInfo{},
	}
	for typ, names := range map[string]string{
		"string": "g:DomainName g:ProjectName g:ServiceName g:UserId g:UserName g:PrincipalUrn g:PrincipalAccount g:DomainId " +
			"g:PrincipalOrgPath g:PrincipalId g:PrincipalOrgId g:PrincipalOrgManagementAccountId g:PrincipalType g:PrincipalTag/ " +
			"g:SourceVpc g:SourceVpce g:SourceIdentity g:CalledVia g:CalledViaFirst g:CalledViaLast g:RequestedRegion g:TagKeys " +
			"g:RequestTag/ g:ResourceTag/ g:EnterpriseProjectId g:ResourceOrgId g:ResourceAccount g:UserAgent g:Referer " +
			"g:SourceAccount g:SourceUrn cbr:TargetOrgPaths cbr:VaultId cbr:PolicyId sts:ExternalId sts:SourceIdentity " +
			"sts:AgencySessionName sts:ServiceName sts:TransitiveTagKeys",
		"boolean":    "g:MFAPresent g:PrincipalIsRootUser g:PrincipalIsService g:ViaService g:SecureTransport cbr:EnabledPolicy",
		"numeric":    "g:MFAAge sts:DurationTimes",
		"date":       "g:CurrentTime g:TokenIssueTime",
		"ip_address": "g:SourceIp",
	} {
		for _, name := range strings.Fields(names) {
			multi := name == "g:CalledVia" || name == "g:TagKeys" || name == "sts:TransitiveTagKeys"
			cat.keys[oracleKey(name)] = oracleKeyInfo{typ, multi}
		}
	}

	type keyRow struct {
		Key, Type   string
		Multivalued bool
	}
	var cbr struct {
		Service string
		Actions []struct {
			Name          string
			ResourceTypes []struct {
				Type, Service string
				ConditionKeys []string
			}
			ActionLevelConditionKeys []string
			Aliases                  []string
			Evidence                 string
			Cells                    map[string]string
		}
		Apis, UnmappedApis []struct {
			Method, Path         string
			Actions, LegacyPaths []string
			V11Action            string
			EnterpriseProject    *bool
		}
		ConditionKeys, GlobalConditionKeys []keyRow
	}
	if err := oracleReadFile("cbr.json", &cbr); err != nil {
		return nil, err
	}
	for _, row := range append(cbr.ConditionKeys, cbr.GlobalConditionKeys...) {
		cat.keys[oracleTemplate(row.Key)] = oracleKeyInfo{row.Type, row.Multivalued}
	}
	for _, row := range cbr.Actions {
		info := &oracleActionInfo{typeKeys: map[string][]string{}, aliases: row.Aliases}
		evidence := func(cell string) string {
			if e, ok := row.Cells[cell]; ok {
				return e
			}
			return row.Evidence
		}
		for _, cell := range []string{"resourceTypes", "conditionKeys", "actionLevelConditionKeys"} {
			info.keyGaps = info.keyGaps || evidence(cell) == "inferred" || evidence(cell) == "unknown"
		}
		for _, rt := range row.ResourceTypes {
			service := rt.Service
			if service == "" {
				service = cbr.Service
			}
			name := oracleFold(service + ":" + rt.Type)
			info.types = append(info.types, name)
			for _, key := range rt.ConditionKeys {
				info.typeKeys[name] = append(info.typeKeys[name], oracleTemplate(key))
			}
		}
		for _, key := range row.ActionLevelConditionKeys {
			info.actionKeys = append(info.actionKeys, oracleTemplate(key))
		}
		cat.actions[oracleFold(row.Name)] = info
	}
	for _, row := range cbr.Apis {
		cat.apis = append(cat.apis, oracleAPIInfo{row.Method, append([]string{row.Path}, row.LegacyPaths...), row.Actions, row.V11Action, row.EnterpriseProject, false})
	}
	for _, row := range cbr.UnmappedApis {
		cat.apis = append(cat.apis, oracleAPIInfo{method: row.Method, paths: []string{row.Path}, unmapped: true})
	}

	var own struct {
		Policies []struct {
			Name    string
			Content json.RawMessage
		}
	}
	if err := oracleReadFile("cbr-system-policies.json", &own); err != nil {
		return nil, err
	}
	for _, row := range own.Policies {
		if err := cat.addSystem(row.Name, row.Content, &oracleSystemInfo{}); err != nil {
			return nil, err
		}
	}
	var all struct {
		Permissions []struct {
			Name, Type string
			Scope      *string
			Content    json.RawMessage
			DependsOn  []struct {
				Name, Evidence string
				Required       bool
			}
		}
	}
	if err := oracleReadFile("system-permissions.json", &all); err != nil {
		return nil, err
	}
	for _, row := range all.Permissions {
		info := &oracleSystemInfo{role: row.Type == "role"}
		if row.Scope != nil {
			info.scope = *row.Scope
		}
		for _, dep := range row.DependsOn {
			if dep.Required && dep.Evidence == "table" {
				info.depends = append(info.depends, dep.Name)
			}
		}
		if err := cat.addSystem(row.Name, row.Content, info); err != nil {
			return nil, err
		}
	}
	return cat, nil
}

// addSystem keeps the first row of a name that has content, else its first
// row. A row of the service's own file knows no scope, so a later row of the
// general table may still supply scope and kind.
func (cat *oracleCatalog) addSystem(name string, raw json.RawMessage, info *oracleSystemInfo) error {
	if len(raw) > 0 && string(raw) != "null" {
		content, err := oracleJSON(raw)
		if err != nil {
			return err
		}
		info.content = content
	}
	old := cat.systems[name]
	switch {
	case old == nil:
		cat.systems[name] = info
	case old.content == nil && info.content != nil:
		cat.systems[name] = info
	case old.scope == "" && !old.role:
		old.scope, old.role, old.depends = info.scope, info.role, info.depends
	}
	return nil
}

func oracleReadFile(name string, into any) error {
	raw, err := os.ReadFile(filepath.Join(oracleData, name))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// oracleKey gives the one spelling of a condition key: letters before the
// first "/" fold, a tag key after it is exact (section 6, A-4; CAM K2).
func oracleKey(name string) string {
	head, tail, found := strings.Cut(name, "/")
	head = strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, head)
	if found {
		return head + "/" + tail
	}
	return head
}

// oracleTemplate is oracleKey for catalog rows: "g:ResourceTag/<tag-key>"
// stands for every key that begins with "g:resourcetag/".
func oracleTemplate(name string) string {
	if i := strings.Index(name, "/"); i >= 0 {
		name = name[:i+1]
	}
	return oracleKey(name)
}

// keyInfo is the type of a key, if known (C-13; unknown for every key when
// the case decides without catalog).
func (cat *oracleCatalog) keyInfo(key string) (oracleKeyInfo, bool) {
	if cat == nil {
		return oracleKeyInfo{}, false
	}
	info, ok := cat.keys[oracleTemplate(key)]
	return info, ok
}

// action is the row of an action, nil when the action is unknown.
func (cat *oracleCatalog) action(name string) *oracleActionInfo {
	if cat == nil {
		return nil
	}
	return cat.actions[oracleFold(name)]
}

// takes says whether a condition key counts for the action and the resource
// that is being decided (I-28, I-29, step 1 of 7.2); Unknown means that it is
// in doubt. Global keys always count, but for the tag and enterprise-project
// keys of requests and resources (6.2).
func (info *oracleActionInfo) takes(key, resource string) oracleTri {
	name := oracleTemplate(key)
	switch name {
	case "g:resourcetag/", "g:requesttag/", "g:tagkeys", "g:enterpriseprojectid":
	default:
		if strings.HasPrefix(name, "g:") {
			return oracleTrue
		}
	}
	listed := func(keys []string) bool {
		// A template stands for every tag, but not for none.
		return oracleHas(keys, name) && oracleKey(key) != "g:resourcetag/" && oracleKey(key) != "g:requesttag/"
	}
	if listed(info.actionKeys) || listed(info.typeKeys[oracleURNType(resource)]) {
		return oracleTrue
	}
	if info.keyGaps {
		return oracleUnknown
	}
	if resource == "" || resource == "*" { // it may touch a resource of any of its types
		for _, keys := range info.typeKeys {
			if listed(keys) {
				return oracleUnknown
			}
		}
	}
	return oracleFalse
}

// enterprise says whether an action supports enterprise projects (F-4), by the
// rows of its APIs; Unknown: they do not tell, or not alike.
func (cat *oracleCatalog) enterprise(action string) oracleTri {
	if cat == nil {
		return oracleTrue
	}
	yes, no, silent := false, false, false
	for _, api := range cat.apis {
		mine := oracleFold(api.v11) == oracleFold(action)
		for _, a := range api.actions {
			mine = mine || oracleFold(a) == oracleFold(action)
		}
		if mine && api.ep != nil {
			yes, no = yes || *api.ep, no || !*api.ep
		} else if mine {
			silent = true
		}
	}
	switch {
	case yes && !no:
		return oracleTrue
	case no && !yes && !silent:
		return oracleFalse
	case !yes && cat.action(action) == nil: // nothing is known of it
		return oracleTrue
	}
	return oracleUnknown
}

// api resolves a method and a path to the actions that must be allowed; not
// ok: no API, or one whose actions are not known.
func (cat *oracleCatalog) api(method, path string) (actions []string, ok bool) {
	if cat == nil || !strings.HasPrefix(path, "/") {
		return nil, false
	}
	for _, r := range path {
		// RFC 3986, 3.3; without escapes and ";".
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("/-._~!$&'()*+,=:@", r)) {
			return nil, false
		}
	}
	have := strings.Split(path[1:], "/")
	for _, segment := range have {
		if path != "/" && segment == "" || segment == "." || segment == ".." {
			return nil, false
		}
	}
	type match struct {
		api      oracleAPIInfo
		template []string
	}
	variable := func(segment string) bool { return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") }
	var matches []match
	for _, api := range cat.apis {
		for _, p := range api.paths {
			want := strings.Split(strings.TrimPrefix(p, "/"), "/")
			fits := api.method == method && len(want) == len(have)
			for i := 0; fits && i < len(want); i++ {
				fits = want[i] == have[i] || variable(want[i]) && have[i] != ""
			}
			if fits {
				matches = append(matches, match{api, want})
			}
		}
	}
	// more says whether a has a literal wherever b has one, and one more.
	more := func(a, b []string) bool {
		extra := false
		for i := range a {
			if variable(a[i]) && !variable(b[i]) {
				return false
			}
			extra = extra || !variable(a[i]) && variable(b[i])
		}
		return extra
	}
	for _, m := range matches {
		beaten := false
		for _, other := range matches {
			beaten = beaten || more(other.template, m.template)
		}
		if beaten {
			continue
		}
		if m.api.unmapped {
			return nil, false
		}
		actions, ok = append(actions, m.api.actions...), true
	}
	return actions, ok
}
