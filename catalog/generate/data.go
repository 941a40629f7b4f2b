package main

import "encoding/json"

// The members of data/*.json that catalog.txt keeps. The schema of cbr.json is
// data/catalog.schema.json.

type serviceData struct {
	Service             string         `json:"service"`
	Actions             []actionData   `json:"actions"`
	APIs                []apiData      `json:"apis"`
	UnmappedAPIs        []unmappedData `json:"unmappedApis"`
	ResourceTypes       []typeData     `json:"resourceTypes"`
	ConditionKeys       []keyData      `json:"conditionKeys"`
	GlobalConditionKeys []keyData      `json:"globalConditionKeys"`
}

type actionData struct {
	Name          string            `json:"name"`
	AccessLevel   string            `json:"accessLevel"`
	ResourceTypes []actionTypeData  `json:"resourceTypes"`
	Keys          []string          `json:"conditionKeys"`
	ActionKeys    []string          `json:"actionLevelConditionKeys"`
	Aliases       []string          `json:"aliases"`
	Evidence      string            `json:"evidence"`
	Cells         map[string]string `json:"cells"`
	Gaps          []gapData         `json:"gaps"`
}

type actionTypeData struct {
	Service  string   `json:"service"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Keys     []string `json:"conditionKeys"`
}

type gapData struct {
	Cell       string   `json:"cell"`
	Candidates []string `json:"candidates"`
}

type apiData struct {
	Method            string            `json:"method"`
	Path              string            `json:"path"`
	OperationID       string            `json:"operationId"`
	Actions           []string          `json:"actions"`
	DependentActions  []string          `json:"dependentActions"`
	V11Action         string            `json:"v11Action"`
	V11Dependencies   []string          `json:"v11Dependencies"`
	IAMProject        *bool             `json:"iamProject"`
	EnterpriseProject *bool             `json:"enterpriseProject"`
	LegacyPaths       []string          `json:"legacyPaths"`
	Evidence          string            `json:"evidence"`
	Cells             map[string]string `json:"cells"`
}

type unmappedData struct {
	Method      string `json:"method"`
	Path        string `json:"path"`
	OperationID string `json:"operationId"`
}

type typeData struct {
	Type        string `json:"type"`
	URNTemplate string `json:"urnTemplate"`
	Evidence    string `json:"evidence"`
}

// keyData is a row of cbr.json, which has evidence, or of keys.json, which has
// a grade.
type keyData struct {
	Key         string `json:"key"`
	Type        string `json:"type"`
	Multivalued bool   `json:"multivalued"`
	Evidence    string `json:"evidence"`
	Grade       string `json:"grade"`
}

type keysData struct {
	Keys []keyData `json:"keys"`
}

type camData struct {
	Action      string   `json:"action"`
	Access      string   `json:"access"`
	Granularity string   `json:"granularity"`
	Resources   []string `json:"resources"`
	Keys        []string `json:"conditionKeys"`
	Basis       string   `json:"basis"`
}

type permissionsData struct {
	Permissions []permissionData `json:"permissions"`
}

type permissionData struct {
	Name       string           `json:"name"`
	Service    string           `json:"service"`
	Scope      string           `json:"scope"`
	Level      string           `json:"level"`
	Type       string           `json:"type"`
	FormerName string           `json:"formerName"`
	DependsOn  []dependencyData `json:"dependsOn"`
	Content    json.RawMessage  `json:"content"`
}

type dependencyData struct {
	Name         string `json:"name"`
	ResolvedName string `json:"resolvedName"`
	Scope        string `json:"scope"`
	Required     bool   `json:"required"`
	Evidence     string `json:"evidence"`
	When         string `json:"when"`
}

// policiesData is a list of policies by service, or of service control
// policies.
type policiesData struct {
	Service  string       `json:"service"`
	Policies []policyData `json:"policies"`
}

type policyData struct {
	Name         string          `json:"name"`
	NameEvidence string          `json:"nameEvidence"`
	FormerNames  []string        `json:"formerNames"`
	Content      json.RawMessage `json:"content"`
	Predecessor  *policyData     `json:"predecessor"`
}
