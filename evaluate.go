// Package writ answers one question: may this principal do this action on this
// resource, now? The answer comes from JSON policies in the languages of
// Huawei Cloud (Open Telekom Cloud) IAM and Tencent Cloud CAM.
//
// Documents are parsed once (package policy), compiled once into a Set, and
// the Set is asked any number of times, by any number of goroutines:
//
//	doc, err := policy.Parse("backup.json", src)
//	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
//	d := set.Evaluate(&writ.Request{
//		Action:    action.MustParse("cbr:vaults:delete"),
//		Resources: []resource.Name{resource.MustParse("cbr:eu-de:0f12:vault:prod-7")},
//	})
//	if d.Allowed() { … }
package writ

import (
	"time"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// Request is one question. The zero Request asks for no action and is denied.
// Evaluate only reads it; goroutines may share a Request that nobody changes.
type Request struct {
	// Action is what is to be done.
	Action action.Name
	// Resources are what it is to be done to: each is decided on its own and
	// all must be allowed (huawei.md A-6, tencent-cam.md E5). None, or a zero
	// Name among them, says that the request touches no resource.
	Resources []resource.Name
	// Principal is who asks: a URN such as iam::<account>:user:<name>, or
	// qcs::cam::uin/<root>:uin/<user>. The zero Name is anonymous: principal
	// elements then cover it only if they cover everyone, and, since nobody
	// knows the caller's account, no resource counts as another account's.
	Principal resource.Name
	// AppID is the APPID of the caller's root account in Tencent Cloud.
	AppID string
	// Service is the cloud service that asks on its own behalf, for trust
	// policies: service.ecs, or cvm.qcloud.com. Principal is then zero.
	Service string
	// Root: the principal is the root user of its account, which Principal
	// must tell. It may do everything with the account's own resources that
	// no Deny and no guardrail refuses; in Tencent Cloud, no Deny of an
	// organization, a session or a bucket (huawei.md 7.2 step 6, tencent-cam.md E7).
	Root bool
	// Owner is the account that owns the resources. The default is the account
	// segment of each, else the caller's account.
	Owner Account
	// Exempt names the layers that do not bind this request: an organization's
	// policies do not bind the management account or service-linked agencies
	// (huawei.md S-19, tencent-cam.md O5). It is never guessed. Only guardrail
	// and boundary layers can be named.
	Exempt []string
	// Scope is where the request is made: Global, or Project(id). With the
	// zero Scope every grant counts, whatever its scope is, save grants for an
	// enterprise project.
	Scope Scope
	// EnterpriseProject is the id of the enterprise project that the resources
	// belong to.
	EnterpriseProject string
	// Context holds the condition keys. A key that is not in it is absent;
	// nothing but the clock is ever derived.
	Context condition.Context
	// Now is the time of the request, for g:CurrentTime and qcs:current_time
	// where Context has no value. The zero Time stands for the clock, which is
	// read at most once.
	Now time.Time

	// open: a resource with the path * stands for resources that nobody has
	// named. Only an Allow for all of its type covers it.
	open bool
}

// Account is an account by its numbers. The zero Account is unknown.
type Account struct {
	// ID is the account id in Huawei Cloud, the root UIN in Tencent Cloud.
	ID string
	// AppID is the APPID in Tencent Cloud.
	AppID string
}

// Outcome is the kind of a decision. The zero Outcome denies.
type Outcome uint8

const (
	// ImplicitDeny: no statement allows it.
	ImplicitDeny Outcome = iota
	// ExplicitDeny: a Deny statement matches. Deny always wins.
	ExplicitDeny
	// GuardrailDeny: an organization policy or permission boundary does not
	// allow it.
	GuardrailDeny
	// Undecided: the answer hangs on a condition that cannot be decided,
	// because a value is missing or unreadable. It denies.
	Undecided
	// Allow: the request is allowed.
	Allow
)

// String returns the outcome as messages write it.
func (o Outcome) String() string {
	return [...]string{"implicit deny", "explicit deny", "denied by guardrail", "undecided", "allow"}[o]
}

// Decision is the answer to a Request. The zero Decision denies. It is a value
// and may be kept, and shared, for as long as one likes.
type Decision struct {
	set      *Set
	row      int32 // the statement that settled it, or -1
	layer    int32 // the guardrail that did not allow it, or -1
	resource int32 // which of the request's resources, or -1
	outcome  Outcome
}

// Allowed reports whether the request is allowed.
func (d Decision) Allowed() bool { return d.outcome == Allow }

// Outcome returns the kind of the decision.
func (d Decision) Outcome() Outcome { return d.outcome }

// Resource returns the index of the resource that was refused, -1 if the
// request is allowed or touches none.
func (d Decision) Resource() int {
	if d.outcome == Allow || d.set == nil {
		return -1
	}
	return int(d.resource)
}

// Guardrail returns the layer that did not allow the request; ok is false
// unless the outcome is GuardrailDeny, or Undecided because of a guardrail.
func (d Decision) Guardrail() (l Layer, ok bool) {
	if d.set == nil || d.layer < 0 {
		return Layer{}, false
	}
	return d.set.layers[d.layer].Layer, true
}

// Statement returns the statement that settled the decision: the first Deny
// that matches, the first statement that cannot be decided, or the first Allow
// that grants the request, in the order of layers and documents. ok is false
// for an implicit deny: no statement settled it. Explain names all of them.
func (d Decision) Statement() (r Reason, ok bool) {
	if d.set == nil || d.row < 0 {
		return Reason{}, false
	}
	return d.set.reason(d.row), true
}

// Reason is a statement that takes part in a decision.
type Reason struct {
	Layer    Layer
	Document *policy.Document
	// Index is the statement's place in the document, from 0.
	Index int
}

// Statement returns the statement itself.
func (r Reason) Statement() *policy.Statement { return r.Document.Statement(r.Index) }

// Evaluate decides. It allocates nothing (but for the text of a date or address
// that a variable or a CAM string operator asks for), returns no error, and fails closed:
// what cannot be decided is denied. Any number of goroutines may call it.
//
// Every matching Deny denies. Then each guardrail and boundary layer must
// allow. Then the grant is looked for: an Allow of an identity layer that the
// session layers, if there are any, allow too; or one of a resource layer;
// across accounts, and to assume a role or agency, both (huawei.md 7.2,
// tencent-cam.md 6.1).
func (s *Set) Evaluate(req *Request) Decision {
	var q query
	return q.decide(s, req)
}

// InactiveRole is a role whose Allow statements count for nothing, since roles
// that it depends on are not granted to the same group where the request is
// made (huawei.md R-5).
type InactiveRole struct {
	Layer    Layer
	Document *policy.Document
	// Missing names what it lacks, in the order of the document.
	Missing []string
	// Scope is where it lacks them: that of the request, else of the grant.
	Scope Scope
}

// String says it in words: inactive: Tenant Guest missing in project p1.
func (r InactiveRole) String() string {
	s := "inactive: "
	for i, name := range r.Missing {
		if i > 0 {
			s += ", "
		}
		s += name
	}
	s += " missing"
	switch r.Scope.kind {
	case projectScope:
		s += " in project " + r.Scope.id
	case noScope:
	default:
		s += " at scope " + r.Scope.String()
	}
	return s
}
