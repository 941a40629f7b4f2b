package policy

import (
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/resource"
)

// Dialect is a policy language: a table that the one parser reads. Dialects
// are compared with ==.
type Dialect struct {
	name    string
	title   string
	version string // the value of the version element
	second  string // another legal one

	top       []element
	statement []element

	actions    action.Grammar
	resources  resource.Grammar
	conditions condition.Grammar

	effects    *[2][]string // spellings of Allow and of Deny
	foldEffect bool         // any letter case
	lower      bool         // element names are lower case (CAM)
	principals []string     // legal members of a principal object

	guardrail bool // never grants: Not… elements only in a Deny
	denyOnly  bool // custom policies have no Allow
	service   bool // the service of an action is a name

	size      int  // most characters of a document
	sizeSpace bool // white space counts
	sizeError bool // more is an error, not a warning

	values  shape  // legal shapes of the values of a condition key
	maxKeys int    // operators in a condition, and keys under an operator
	maxText int    // characters of all values of a key
	codes   []Code // empty where the vendor has none
}

// The dialects. There are no others; a Dialect that is not one of them cannot
// be made.
var (
	// HuaweiRole is v1.0: system-defined and old custom roles (huawei.md 1).
	HuaweiRole = &Dialect{
		name: "huawei-1.0", title: "v1.0 role", version: "1.0", second: "1.1",
		top: []element{
			{name: "Version", kind: kVersion, shapes: str, required: true},
			{name: "Statement", kind: kStatement, shapes: array, required: true, min: 1, max: 8, countCode: pStatementCount},
			{name: "Depends", kind: kDepends, shapes: array, max: 20, countCode: pDependsCount},
		},
		statement: []element{
			{name: "Effect", kind: kEffect, shapes: str, required: true},
			{name: "Action", kind: kAction, shapes: array, required: true, min: 1, max: 100, length: 128, countCode: pActionCount},
			{name: "Resource", kind: kResource, shapes: uriObject, min: 1, max: 20, length: 1500, countCode: pURICount},
			{name: "Condition", kind: kForbidden, code: pConditionForbidden, fix: "leave it out, or write a v1.1 policy"},
		},
		actions: action.Role, resources: resource.Policy, effects: &capitals, foldEffect: true,
		size: 6144, sizeError: true, codes: codes11,
	}
	// HuaweiPolicy is v1.1: policies (huawei.md 2).
	HuaweiPolicy = &Dialect{
		name: "huawei-1.1", title: "v1.1 policy", version: "1.1",
		top: []element{
			{name: "Version", kind: kVersion, shapes: str, required: true},
			{name: "Statement", kind: kStatement, shapes: array, required: true, min: 1, max: 8, countCode: pStatementCount},
			{name: "Depends", kind: kDepends, shapes: array, max: 0, countCode: pDependsForbidden},
		},
		statement: []element{
			{name: "Effect", kind: kEffect, shapes: str, required: true},
			{name: "Action", kind: kAction, shapes: array, min: 1, max: 100, length: 128, countCode: pActionCount},
			{name: "NotAction", kind: kNotAction, shapes: array, min: 1, max: 100, length: 128, countCode: pActionCount},
			{name: "Resource", kind: kResource, shapes: array | uriObject, min: 1, max: 10, length: 1500, countCode: pResourceCount},
			{name: "Condition", kind: kCondition, shapes: object, min: 1, max: 10, countCode: pConditionCount},
		},
		actions: action.Policy, resources: resource.Policy, conditions: condition.Policy, effects: &capitals, foldEffect: true,
		size: 6144, sizeError: true, values: array, maxKeys: 10, maxText: 1024, codes: codes11,
	}
	// HuaweiIdentity is v5.0: identity policies, session policies too
	// (huawei.md 3).
	HuaweiIdentity = &Dialect{
		name: "huawei-5.0", title: "v5.0 identity policy", version: "5.0",
		top:       top50,
		statement: []element{sid, effect, someAction, notAction, anyResource, notResource, anyCondition, noPrincipal, noNotPrincipal},
		actions:   action.Identity, resources: resource.Identity, conditions: condition.Identity, effects: &capitals,
		size: 6144, values: str | array, codes: ours,
	}
	// HuaweiSCP is the service control policy of an organization (huawei.md 4).
	HuaweiSCP = &Dialect{
		name: "huawei-scp", title: "service control policy", version: "5.0",
		top:       topOrganization,
		statement: []element{sid, effect, anyAction, notAction, anyResource, notResource, anyCondition, noPrincipal, noNotPrincipal},
		actions:   action.Identity, resources: resource.Identity, conditions: condition.Identity, effects: &capitals,
		size: 5120, sizeSpace: true, values: str | array, codes: ours, guardrail: true,
	}
	// HuaweiRCP is the resource control policy of an organization: as an SCP,
	// with principals. It bounds access to the resources of its accounts,
	// whoever asks (huawei.md 4.3).
	HuaweiRCP = &Dialect{
		name: "huawei-rcp", title: "resource control policy", version: "5.0",
		top:       topOrganization,
		statement: []element{sid, effect, anyAction, notAction, anyResource, notResource, anyCondition, principal, notPrincipal},
		actions:   action.Identity, resources: resource.Identity, conditions: condition.Identity, effects: &capitals,
		size: 5120, sizeSpace: true, values: str | array, principals: []string{"IAM", "Service"}, codes: ours, guardrail: true,
	}
	// HuaweiNCP is the network control policy of an organization: it bounds
	// what comes in through VPC endpoints. It only denies, and names the
	// service of every action (huawei.md 4.3).
	HuaweiNCP = &Dialect{
		name: "huawei-ncp", title: "network control policy", version: "5.0",
		top: topOrganization, statement: []element{
			sid, effect, someAction,
			{name: "NotAction", kind: kForbidden, code: pNotActionAllow, fix: "list what is denied"},
			anyResource, notResource, anyCondition, principal, notPrincipal,
		},
		actions: action.Identity, resources: resource.Identity, conditions: condition.Identity, effects: &capitals,
		size: 5120, sizeSpace: true, values: str | array, principals: []string{"IAM", "Service"}, codes: ours,
		guardrail: true, denyOnly: true, service: true,
	}
	// HuaweiTrust is the trust policy of an agency (huawei.md 3.7).
	HuaweiTrust = &Dialect{
		name: "huawei-trust", title: "v5.0 trust policy", version: "5.0",
		top: top50, statement: []element{
			sid, effect, someAction, notAction, anyResource, notResource, anyCondition,
			{name: "Principal", kind: kPrincipal, shapes: object},
			notPrincipal,
		},
		actions: action.Identity, resources: resource.Identity, conditions: condition.Identity, effects: &capitals,
		size: 6144, values: str | array, principals: []string{"IAM", "Service"}, codes: ours,
	}
	// TencentCAM is CAM 2.0: policies of users, groups and roles, permission
	// boundaries, session policies and SCPs (tencent-cam.md 1).
	TencentCAM = &Dialect{
		name: "cam-2.0", title: "CAM policy", version: "2.0", lower: true,
		top: []element{
			{name: "version", kind: kVersion, shapes: str, required: true},
			{name: "statement", kind: kStatement, shapes: array | object, required: true, min: 1, countCode: pStatementCount},
			{name: "principal", kind: kForbidden, code: pPrincipalForbidden, fix: "only trust and resource policies name a principal"},
		},
		statement: []element{
			{name: "sid", kind: kSid, shapes: str},
			{name: "effect", kind: kEffect, shapes: str, required: true},
			{name: "action", kind: kAction, shapes: str | array, required: true, min: 1, countCode: pActionCount},
			{name: "condition", kind: kCondition, shapes: object | emptyArray},
			noJoinedAction, noSplitAction, noJoinedResource, noSplitResource, noJoinedPrincipal, noSplitPrincipal,
			{name: "resource", kind: kResource, shapes: str | array, required: true, min: 1, countCode: pResourceCount},
			{name: "principal", kind: kForbidden, code: pPrincipalForbidden, fix: "only trust and resource policies name a principal"},
		},
		actions: action.CAM, resources: resource.CAM, conditions: condition.CAM, effects: &smalls,
		size: 6144, sizeError: true, values: str | number | boolean | array, codes: codes20,
	}
	// TencentResource is CAM 2.0 attached to a resource or a role: a bucket
	// policy or a trust policy, with principals. Only here are capitalised
	// element names legal, as COS prints them (tencent-cam.md G12).
	TencentResource = &Dialect{
		name: "cam-resource", title: "CAM resource policy", version: "2.0", lower: true,
		top: []element{
			{name: "version", kind: kVersion, shapes: str, required: true},
			{name: "statement", also: "Statement", kind: kStatement, shapes: array | object, required: true, min: 1, countCode: pStatementCount},
			{name: "principal", also: "Principal", kind: kPrincipal, shapes: str | object},
		},
		statement: []element{
			{name: "sid", also: "Sid", kind: kSid, shapes: str},
			{name: "effect", also: "Effect", kind: kEffect, shapes: str, required: true},
			{name: "action", also: "Action", kind: kAction, shapes: str | array, required: true, min: 1, countCode: pActionCount},
			{name: "condition", also: "Condition", kind: kCondition, shapes: object | emptyArray},
			noJoinedAction, noSplitAction, noJoinedResource, noSplitResource, noJoinedPrincipal, noSplitPrincipal,
			{name: "resource", also: "Resource", kind: kResource, shapes: str | array, min: 1, countCode: pResourceCount},
			{name: "principal", also: "Principal", kind: kPrincipal, shapes: str | object},
		},
		actions: action.CAM, resources: resource.CAM, conditions: condition.CAM,
		effects: &eitherCase,
		size:    20480, sizeError: true, values: str | number | boolean | array, principals: []string{"qcs", "service", "federated"}, codes: codes20,
	}
)

// Dialects lists the dialects.
func Dialects() []*Dialect {
	return []*Dialect{HuaweiRole, HuaweiPolicy, HuaweiIdentity, HuaweiSCP, HuaweiRCP, HuaweiNCP, HuaweiTrust, TencentCAM, TencentResource}
}

// String returns the name: huawei-1.0, huawei-1.1, huawei-5.0, huawei-scp,
// huawei-rcp, huawei-ncp, huawei-trust, cam-2.0 or cam-resource.
func (d *Dialect) String() string { return d.name }

// IsCAM reports whether the dialect is Tencent Cloud's.
func (d *Dialect) IsCAM() bool { return d.lower }

// IsOld reports whether the dialect is Huawei Cloud's v1.0 or v1.1, which speak
// of actions by their old names (huawei.md 8).
func (d *Dialect) IsOld() bool { return d == HuaweiRole || d == HuaweiPolicy }

var (
	capitals   = [2][]string{{"Allow"}, {"Deny"}}
	smalls     = [2][]string{{"allow"}, {"deny"}}
	eitherCase = [2][]string{{"allow", "Allow"}, {"deny", "Deny"}}
)

// The top levels of v5.0 and of an organization's policies.
var (
	top50           = []element{version, {name: "Statement", kind: kStatement, shapes: array, required: true}}
	topOrganization = []element{version, {name: "Statement", kind: kStatement, shapes: array | object, required: true}}
)

// Rows of the tables of v5.0.
var (
	version        = element{name: "Version", kind: kVersion, shapes: str, required: true}
	sid            = element{name: "Sid", kind: kSid, shapes: str}
	effect         = element{name: "Effect", kind: kEffect, shapes: str, required: true}
	someAction     = element{name: "Action", kind: kAction, shapes: array, required: true}
	anyAction      = element{name: "Action", kind: kAction, shapes: array}
	notAction      = element{name: "NotAction", kind: kNotAction, shapes: array}
	anyResource    = element{name: "Resource", kind: kResource, shapes: array}
	notResource    = element{name: "NotResource", kind: kNotResource, shapes: array}
	anyCondition   = element{name: "Condition", kind: kCondition, shapes: object}
	principal      = element{name: "Principal", kind: kPrincipal, shapes: str | object}
	notPrincipal   = element{name: "NotPrincipal", kind: kNotPrincipal, shapes: object}
	noPrincipal    = element{name: "Principal", kind: kForbidden, code: pPrincipalForbidden, fix: "only trust policies name a principal"}
	noNotPrincipal = element{name: "NotPrincipal", kind: kForbidden, code: pPrincipalForbidden, fix: "only trust policies name a principal"}
)

// What CAM has no element for.
var (
	noJoinedAction    = element{name: "notaction", kind: kForbidden, code: pUnknownElement, fix: noSuch}
	noSplitAction     = element{name: "not_action", kind: kForbidden, code: pUnknownElement, fix: noSuch}
	noJoinedResource  = element{name: "notresource", kind: kForbidden, code: pUnknownElement, fix: noSuch}
	noSplitResource   = element{name: "not_resource", kind: kForbidden, code: pUnknownElement, fix: noSuch}
	noJoinedPrincipal = element{name: "notprincipal", kind: kForbidden, code: pUnknownElement, fix: noSuch}
	noSplitPrincipal  = element{name: "not_principal", kind: kForbidden, code: pUnknownElement, fix: noSuch}
)

const noSuch = "CAM has no such element; list what is meant"

// element is one row of a dialect's table.
type element struct {
	_         [0]func() // not comparable
	name      string
	also      string // a second legal spelling
	fix       string // of a forbidden element
	length    uint16 // characters of one entry
	kind      elementKind
	shapes    shape
	required  bool
	min, max  uint8   // entries; max 0 is no limit, but see Depends
	countCode problem // for a wrong number of entries
	code      problem // of a forbidden element
}

type elementKind uint8

const (
	kVersion elementKind = iota
	kStatement
	kDepends
	kSid
	kEffect
	kAction
	kNotAction
	kResource
	kNotResource
	kPrincipal
	kNotPrincipal
	kCondition
	kForbidden // known, but not here
	nKinds
)

// shape is a set of JSON shapes.
type shape uint8

const (
	str shape = 1 << iota
	number
	boolean
	array
	object
	uriObject  // {"uri": […]}
	emptyArray // [] for {}
)

// problem is a kind of finding of the parser; each dialect has the vendor's
// code for it, or shares ours.
type problem uint8

const (
	pSyntax problem = iota
	pDuplicate
	pEncoding
	pLimit
	pSize
	pType
	pUnknownElement
	pMissingVersion
	pVersion
	pMissingStatement
	pStatementType
	pStatementCount
	pDependsForbidden
	pDependsCount
	pDepends
	pMissingEffect
	pEffect
	pMissingAction
	pActionTwice
	pActionType
	pActionCount
	pActionLength
	pAction
	pNotActionAllow
	pMissingResource
	pResourceTwice
	pResourceType
	pResourceCount
	pURICount
	pResourceLength
	pResource
	pEmptyResource
	pPrincipalForbidden
	pMissingPrincipal
	pPrincipal
	pConditionForbidden
	pConditionType
	pConditionCount
	pKeyCount
	pOperator
	pKey
	pOperatorKey
	pValueType
	pValueCount
	pValue
	pVariable
	pEmpty
	pWideSCP
	pNotInSCP
	pServiceWildcard
	pAllowInNCP
	nProblems
)

// ours are the codes where the vendor has none; they serve every dialect. Those of
// v5.0 are the issue codes of Huawei's policy checker wherever it has one (huawei.md
// I7099, SDK-val).
var ours = []Code{
	pSyntax:             "JSON_SYNTAX_ERROR",
	pDuplicate:          "DUPLICATE_NAME",
	pEncoding:           "INVALID_ENCODING",
	pLimit:              "DOCUMENT_LIMIT",
	pSize:               "DOCUMENT_TOO_LONG",
	pType:               "DATA_TYPE_MISMATCH",
	pUnknownElement:     "INVALID_POLICY_ELEMENT",
	pMissingVersion:     "MISSING_VERSION",
	pVersion:            "INVALID_VERSION",
	pMissingStatement:   "MISSING_STATEMENT",
	pStatementType:      "DATA_TYPE_MISMATCH",
	pStatementCount:     "EMPTY_STATEMENT",
	pDependsForbidden:   "INVALID_POLICY_ELEMENT",
	pDependsCount:       "TOO_MANY_ENTRIES",
	pDepends:            "DATA_TYPE_MISMATCH",
	pMissingEffect:      "MISSING_EFFECT",
	pEffect:             "INVALID_EFFECT",
	pMissingAction:      "MISSING_ACTION",
	pActionTwice:        "CONFLICTING_ELEMENTS",
	pActionType:         "DATA_TYPE_MISMATCH",
	pActionCount:        "EMPTY_ACTION",
	pActionLength:       "INVALID_ACTION",
	pAction:             "INVALID_ACTION",
	pNotActionAllow:     "UNSUPPORTED_NOT_ACTION",
	pMissingResource:    "MISSING_RESOURCE",
	pResourceTwice:      "CONFLICTING_ELEMENTS",
	pResourceType:       "DATA_TYPE_MISMATCH",
	pResourceCount:      "EMPTY_RESOURCE",
	pURICount:           "EMPTY_RESOURCE",
	pResourceLength:     "INVALID_RESOURCE",
	pResource:           "INVALID_RESOURCE",
	pEmptyResource:      "INVALID_RESOURCE",
	pPrincipalForbidden: "UNSUPPORTED_PRINCIPAL",
	pMissingPrincipal:   "MISSING_PRINCIPAL",
	pPrincipal:          "INVALID_PRINCIPAL",
	pConditionForbidden: "INVALID_POLICY_ELEMENT",
	pConditionType:      "DATA_TYPE_MISMATCH",
	pConditionCount:     "EMPTY_CONDITION",
	pKeyCount:           "EMPTY_CONDITION",
	pOperator:           "INVALID_OPERATOR",
	pKey:                "INVALID_CONDITION_KEY",
	pOperatorKey:        "OPERATOR_KEY_MISMATCH",
	pValueType:          "DATA_TYPE_MISMATCH",
	pValueCount:         "EMPTY_VALUE",
	pValue:              "INVALID_VALUE",
	pVariable:           "INVALID_VARIABLE",
	pEmpty:              "EMPTY_ELEMENT",
	pWideSCP:            "DENY_WITHOUT_ACTION",
	pNotInSCP:           "NOT_ELEMENT_IN_SCP",
	pServiceWildcard:    "SERVICE_WILDCARD_IN_SCP",
	pAllowInNCP:         "UNSUPPORTED_ALLOW",
}

// codes11 are the error codes of Huawei's IAM for roles and policies
// (huawei.md OTC-err).
var codes11 = []Code{
	pSize: "IAM.1021", pUnknownElement: "IAM.1059", pVersion: "IAM.1024", pMissingVersion: "IAM.1024",
	pMissingStatement: "IAM.1027", pStatementType: "IAM.1027", pStatementCount: "IAM.1028",
	pDependsForbidden: "IAM.1025", pDependsCount: "IAM.1058", pDepends: "IAM.1060",
	pMissingEffect: "IAM.1029", pEffect: "IAM.1029", pMissingAction: "IAM.1031", pActionTwice: "IAM.1031",
	pActionType: "IAM.1030", pActionCount: "IAM.1033", pActionLength: "IAM.1034", pAction: "IAM.1035",
	pResourceType: "IAM.1049", pResourceCount: "IAM.1040", pURICount: "IAM.1037", pResourceLength: "IAM.1042", pResource: "IAM.1047",
	pEmptyResource: "IAM.1041", pConditionForbidden: "IAM.1039", pConditionType: "IAM.1050", pConditionCount: "IAM.1050", pKeyCount: "IAM.1054",
	pOperator: "IAM.1051", pKey: "IAM.1052", pOperatorKey: "IAM.1055", pValueType: "IAM.1053", pValueCount: "IAM.1056", pValue: "IAM.1057",
}

// codes20 are the error codes of CAM (tencent-cam.md ERR).
var codes20 = []Code{
	pSize: "PolicyDocumentLengthOverLimit", pUnknownElement: "PolicyDocumentError", pType: "PolicyDocumentError",
	pVersion: "VersionError", pMissingVersion: "VersionError",
	pMissingStatement: "StatementError", pStatementType: "StatementError", pStatementCount: "StatementError",
	pMissingEffect: "EffectError", pEffect: "EffectError",
	pMissingAction: "ActionMiss", pActionType: "ActionError", pActionCount: "ActionMiss", pAction: "ActionError",
	pMissingResource: "ResourceError", pResourceType: "ResourceError", pResourceCount: "ResourceError", pResource: "ResourceQcsError", pEmptyResource: "ResourceContentError",
	pPrincipalForbidden: "PrincipalError", pMissingPrincipal: "PrincipalError", pPrincipal: "PrincipalQcsError",
	pConditionType: "ConditionError", pConditionCount: "ConditionError", pKeyCount: "ConditionContentError",
	pOperator: "ConditionTypeError", pKey: "ConditionContentError", pOperatorKey: "ConditionContentError",
	pValueType: "ConditionContentError", pValueCount: "ConditionContentError", pValue: "ConditionContentError", pVariable: "ConditionContentError",
}

func (d *Dialect) code(p problem) Code {
	if d == HuaweiRole && (p == pVersion || p == pMissingVersion) {
		return "IAM.1026"
	}
	if int(p) < len(d.codes) && d.codes[p] != "" {
		return d.codes[p]
	}
	return ours[p]
}

// IsGuardrail reports whether documents of the dialect only bound what others
// grant.
func (d *Dialect) IsGuardrail() bool { return d.guardrail }

// NamesPrincipals reports whether statements of the dialect name principals.
func (d *Dialect) NamesPrincipals() bool { return len(d.principals) > 0 }

// Version returns the value of the version element that a new document has.
func (d *Dialect) Version() string { return d.version }

// VersionName and StatementName return the names of the two elements that every
// document has.
func (d *Dialect) VersionName() string   { return elementOf(d.top, kVersion).name }
func (d *Dialect) StatementName() string { return elementOf(d.top, kStatement).name }
