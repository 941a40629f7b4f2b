package writ

import (
	"slices"
	"strings"

	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/program"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// query is one decision under way. It lives on the stack of Evaluate.
type query struct {
	set    *Set
	req    *Request
	env    condition.Env
	named  program.Actions  // what the index knows of the action
	more   attached         // what a Directory attaches to the principal
	action *catalog.Action  // nil if no catalog knows it
	caller string           // account id of the caller; in Tencent the UIN of its root account
	appID  string           // Tencent: APPID of the caller's root account
	iam    condition.Result // the action can be granted for an IAM project
	ep     condition.Result // and for an enterprise project (huawei.md F-4)
	known  bool             // a principal is given, so the caller's account is not just anybody's

	// What follows belongs to the resource that is being decided.
	resource resource.Name
	mistyped bool // of a type that the action does not have (huawei.md I-25)
	foreign  bool // of another account than the caller's
	own      bool // the caller is the root user of the account that owns it
	partial  bool // some layers may not take part
	facts    resource.Facts

	deny    result
	allows  [boundSlot + MaxBounds]result // by layer.slot
	waiting [24]program.Offer             // Allow statements that are decided when no Deny matches
	waits   int
	memo    [8]remembered

	rolesKnown bool
	roles      roleStates
}

// result is what some statements come to, and the first row that does: the
// greater one counts. The zero result is False.
type result uint32

const rowBits = 30

func resultOf(is condition.Result, row int32) result {
	if is == condition.False {
		return 0
	}
	return result(is)<<rowBits | result(program.MaxRows-row)
}

func (r result) is() condition.Result { return condition.Result(r >> rowBits) }

// row is the row that the result hangs on, -1 if there is none.
func (r result) row() int32 {
	if r == 0 {
		return -1
	}
	return program.MaxRows - int32(r&(1<<rowBits-1))
}

// remembered is what a condition came to.
type remembered struct {
	condition int32 // its place, from 1
	is        condition.Result
}

// decide decides each resource; the first of the worst outcomes counts.
func (q *query) decide(s *Set, req *Request) Decision {
	if s == nil || s.catalog == nil || req == nil || req.Action.IsZero() {
		return Decision{row: -1, layer: -1, resource: -1}
	}
	if !req.Scope.IsPlace() {
		return Decision{set: s, row: -1, layer: -1, resource: -1, outcome: Undecided}
	}
	q.set, q.req = s, req
	q.env.Context, q.env.Now = req.Context, req.Now
	s.index.Actions(req.Action, &q.named)
	q.action = q.named.Action
	if s.scoped || q.more.shared != nil && q.more.shared.scoped {
		q.iam = q.grantable(s.catalog.IAMProject(req.Action))
		q.ep = q.grantable(s.catalog.EnterpriseProject(req.Action))
	}
	q.identify()
	if len(req.Resources) == 0 {
		return q.one(-1)
	}
	worst := q.one(0)
	for i := 1; i < len(req.Resources) && worst.outcome != ExplicitDeny; i++ {
		if d := q.one(i); q.rank(d) > q.rank(worst) {
			worst = d
		}
	}
	return worst
}

// grantable reports whether grants for projects of a kind count for the action;
// they do if no catalog knows it.
func (q *query) grantable(takes, known bool) condition.Result {
	switch {
	case takes || q.action == nil && !known || q.req.Action.IsCAM():
		return condition.True
	case known:
		return condition.False
	}
	return condition.Unknown
}

// rank orders the decisions on several resources from best to worst. In CAM an
// organization policy that does not allow denies explicitly (O3).
func (q *query) rank(d Decision) int {
	switch {
	case d.outcome == Allow:
		return 0
	case d.outcome == Undecided:
		return 2
	case d.outcome == ExplicitDeny,
		d.outcome == GuardrailDeny && q.req.Action.IsCAM() && d.set.layers[d.layer].Kind == Guardrail:
		return 3
	}
	return 1
}

// identify takes the caller's account and, in CAM, its numbers from the
// principal (tencent-cam.md V1, P2): qcs::cam::uin/OWNER:uin/SUB, or root for
// the account itself.
func (q *query) identify() {
	p := q.req.Principal
	q.known, q.appID = !p.IsZero(), q.req.AppID
	if !q.req.Action.IsCAM() {
		if p.Form() == resource.URN {
			q.caller = p.Account()
		}
		return
	}
	if p.Form() != resource.QCS {
		q.env.AppID = q.appID
		return
	}
	account := p.Account()
	if id, ok := strings.CutPrefix(account, "uid/"); ok && q.appID == "" {
		q.appID = id
	}
	if owner, ok := strings.CutPrefix(account, "uin/"); ok {
		q.caller, q.env.OwnerUIN = owner, owner
		if path := p.Path(); path == "root" {
			q.env.UIN = owner
		} else if sub, ok := strings.CutPrefix(path, "uin/"); ok {
			q.env.UIN = sub
		}
	}
	q.env.AppID = q.appID
}

// aim turns the query to resource i of the request; -1 is none.
func (q *query) aim(i int) {
	q.resource, q.mistyped, q.facts, q.env.Keys = resource.Name{}, false, resource.Facts{}, nil
	clear(q.memo[:])
	if i >= 0 {
		q.resource = q.req.Resources[i]
	}
	if q.req.Action.IsCAM() {
		q.ownerCAM()
	} else {
		q.ownerHuawei()
	}
	q.own = q.req.Root && q.caller != "" && !q.foreign
	q.partial = q.own || q.set.scoped || len(q.req.Exempt) > 0
	if q.action == nil || q.req.Action.IsCAM() {
		return
	}
	if q.action.Typeless() {
		q.resource = resource.Name{} // I-24
	}
	keys, has := q.action.On(q.resource)
	q.env.Keys, q.mistyped = keys, !has // I-28, I-25
}

func (q *query) ownerHuawei() {
	owner := q.req.Owner.ID
	if owner == "" {
		owner = q.resource.Account()
	}
	q.foreign = owner != "" && owner != "*" && q.known && owner != q.caller
}

// ownerCAM finds out both numbers of the account that owns the resource, as
// far as the request tells them (tencent-cam.md R7 and ambiguity 15).
func (q *query) ownerCAM() {
	account, o := q.resource.Account(), &q.req.Owner
	uin, appID := "", ""
	if account == "" && *o != (Account{}) {
		uin, appID = o.ID, o.AppID
	} else if account == "" {
		uin, appID = q.caller, q.appID
	} else if s, ok := strings.CutPrefix(account, "uin/"); ok {
		uin = s
	} else if s, ok := strings.CutPrefix(account, "uid/"); ok {
		appID = s
	}
	// The number that the path does not tell, from the owner that the request
	// names or from the caller, if that is the account of the path.
	if uin == "" && (o.AppID == "" || o.AppID == appID) {
		uin = o.ID
	} else if appID == "" && (o.ID == "" || o.ID == uin) {
		appID = o.AppID
	}
	if appID == "" && uin == q.caller && q.caller != "" {
		appID = q.appID
	} else if uin == "" && appID == q.appID && q.appID != "" {
		uin = q.caller
	}
	q.facts.UIN, q.facts.AppID = uin, appID
	owner := Account{uin, appID}
	if o.ID != "" {
		owner = *o
	}
	mine := q.caller != "" && owner.ID == q.caller || q.appID != "" && owner.AppID == q.appID && (owner.ID == "" || q.caller == "")
	q.foreign = q.known && !mine && (account != "" || owner != Account{})
}

// skips reports whether a layer does not take part in this decision.
func (q *query) skips(l *layer) bool {
	switch {
	case l.Kind.bounds():
		if l.Name != "" && slices.Contains(q.req.Exempt, l.Name) {
			return true
		}
	case !l.Scope.covers(q.req.Scope, q.req.EnterpriseProject), l.Scope.kind == enterpriseScope && q.ep == condition.False:
		return true
	}
	if q.own && q.req.Action.IsCAM() {
		// Organization policies bind the root user, and the policy of a bucket
		// may, but for the right to change that policy (E7, E8).
		return l.Kind != Guardrail && l.Kind != Session && (l.Kind != Resource || q.req.Action.Service() != "cos" || q.req.Action.Operation() == "PutBucketPolicy")
	}
	return false
}

// one decides resource i, or a request without resources if i is -1.
func (q *query) one(i int) Decision {
	q.aim(i)
	d := Decision{set: q.set, row: -1, layer: -1, resource: int32(i)}

	q.search()

	// 1. A Deny anywhere.
	deny, row := q.deny.is(), q.deny.row()
	if more := &q.more.deny; more.is > deny {
		deny, row, d.set = more.is, more.row, more.set
	}
	switch deny {
	case condition.True:
		d.outcome, d.row = ExplicitDeny, row
		return d
	case condition.Unknown:
		d.outcome, d.row = Undecided, row
		return d
	}

	// 2. Every guardrail must allow.
	for j := range q.set.layers {
		l := &q.set.layers[j]
		if !l.Kind.bounds() || q.skips(l) {
			continue
		}
		if r := q.allows[l.slot]; r.is() != condition.True {
			return d.bounded(r.is(), q.set, r.row(), int32(j))
		}
	}
	if b := &q.more.bound; b.set != nil {
		return d.bounded(b.is, b.set, b.row, 0)
	}

	// 3. A grant is needed.
	switch r, row := q.granted(); r {
	case condition.True:
		d.outcome, d.row = Allow, row
	case condition.Unknown:
		d.outcome, d.row = Undecided, row
	}
	if d.row >= ofAttached {
		d.row, d.set = d.row-ofAttached, q.more.identity.set
	}
	return d
}

// bounded is the decision where a layer that bounds does not allow.
func (d Decision) bounded(is condition.Result, s *Set, row, layer int32) Decision {
	d.outcome, d.set, d.row, d.layer = GuardrailDeny, s, row, layer
	if is == condition.Unknown {
		d.outcome = Undecided
	}
	return d
}

// search decides the statements that could match: every Deny, and unless one of them
// matches or cannot be decided, the Allow statements of each slot until there is
// nothing left to find out.
func (q *query) search() {
	q.deny, q.waits = 0, 0
	clear(q.allows[:q.set.slots])
	q.searchBase()
	if q.more.shared != nil && q.deny.is() != condition.True {
		q.searchAttached()
	}
}

func (q *query) searchBase() {
	if few, ok := q.named.Few(); ok { // Deny comes first
		for _, o := range few {
			if o.Denies() {
				q.weigh(&q.deny, o)
			} else if q.deny == 0 {
				q.allow(o)
			}
		}
		return
	}
	q.set.index.Find(&q.named, q.resource, func(o program.Offer) {
		switch {
		case o.Denies():
			q.weigh(&q.deny, o)
		case q.waits < len(q.waiting):
			q.waiting[q.waits] = o
			q.waits++
		case q.deny == 0:
			q.allow(o)
		}
	})
	for i := 0; i < q.waits && q.deny == 0; i++ {
		q.allow(q.waiting[i])
	}
}

func (q *query) allow(o program.Offer) {
	q.weigh(&q.allows[q.set.layers[q.set.rows[o.Row()].layer].slot], o)
}

// weigh decides a statement that could match, if that could still change the
// result.
func (q *query) weigh(to *result, o program.Offer) {
	row := o.Row()
	if resultOf(condition.True, row) <= *to {
		return
	}
	r := &q.set.rows[row]
	if r.cam != q.req.Action.IsCAM() || q.partial && q.skips(&q.set.layers[r.layer]) || (!o.Settled() || q.named.Old) && !q.matchesAction(r) {
		return
	}
	*to = max(*to, resultOf(q.holds(r), row))
}

// granted joins identity, session and resource layers (huawei.md 7.2 steps 6
// to 10, tencent-cam.md 6.1 steps 3 and 6 to 9).
func (q *query) granted() (condition.Result, int32) {
	cam := q.req.Action.IsCAM()
	identity, row := q.united(identitySlot)
	session, srow := q.session()
	if q.own {
		if identity, row = condition.True, -1; cam {
			return session, srow
		}
	}
	if !cam {
		identity, row = both(identity, row, session, srow)
	}
	res, rrow := q.united(resourceSlot)
	service := q.req.Action.Service()
	switch {
	case q.req.Service != "" && q.req.Principal.IsZero():
		// A cloud service has no policies of its own: what trusts it decides.
		identity, row = res, rrow
	case cam && service == "sts" && strings.HasPrefix(q.req.Action.Operation(), "AssumeRoleWith"):
		// Whoever comes from an identity provider has no policies yet: the
		// trust policy alone decides (T1).
		identity, row = res, rrow
	case cam && q.foreign && !q.assumes() && service != "cos" && service != "cas":
		return condition.False, -1 // step 8: no other service serves other accounts
	case q.foreign || q.assumes():
		identity, row = both(identity, row, res, rrow)
	case res > identity:
		identity, row = res, rrow
	}
	if cam {
		// A session bounds the grant of a resource policy too (ambiguity 33).
		identity, row = both(identity, row, session, srow)
	}
	return identity, row
}

// parts tells for each kind of layer whether it has a part in the grant of a
// request that is allowed.
func (q *query) parts() (has [Resource + 1]bool) {
	identity, _ := q.united(identitySlot)
	session, _ := q.session()
	res, _ := q.united(resourceSlot)
	whole := (identity == condition.True || q.own) && session == condition.True
	alone := res == condition.True && !q.foreign && !q.assumes()
	has[Identity] = whole || !alone
	has[Session] = whole || q.req.Action.IsCAM()
	has[Resource] = res == condition.True
	return has
}

// both is the lesser of two results, with the statement that it hangs on.
func both(a condition.Result, arow int32, b condition.Result, brow int32) (condition.Result, int32) {
	if b < a || b == a && arow < 0 {
		return b, brow
	}
	return a, arow
}

// assumes reports whether the action needs both the caller's permission and
// the trust of what it acts on (huawei.md I-34, tencent-cam.md T1).
func (q *query) assumes() bool {
	switch q.req.Action.Service() {
	case "sts":
		if q.req.Action.IsCAM() {
			return q.req.Action.Operation() == "AssumeRole"
		}
		switch typ, operation := q.req.Action.Type(), q.req.Action.Operation(); typ {
		case "agencies":
			return operation == "assume"
		case "":
			return operation == "setsourceidentity"
		}
	}
	return false
}

// session returns what the session layers come to; without any nothing is bounded.
func (q *query) session() (condition.Result, int32) {
	if !q.set.sessions {
		return condition.True, -1
	}
	return q.united(sessionSlot)
}

// united returns what the Allow statements of a slot come to.
func (q *query) united(slot int32) (condition.Result, int32) {
	r := q.allows[slot]
	if more := &q.more.identity; slot == identitySlot && more.is > r.is() {
		return more.is, more.row + ofAttached
	}
	return r.is(), r.row()
}

// reasons lists the statements that determine a decision, in their order.
func (q *query) reasons(d Decision) (out []int32) {
	if d.row < 0 {
		return nil
	}
	effect, want := q.set.rows[d.row].effect, condition.True
	if d.outcome == Undecided {
		want = condition.Unknown
	}
	from, to := int(d.resource), int(d.resource)+1
	if d.outcome == Allow {
		from, to = min(0, len(q.req.Resources)-1), len(q.req.Resources)
	}
	found := make([]bool, len(q.set.rows))
	for j := from; j < to; j++ {
		q.one(j)
		has := [Resource + 1]bool{Identity: true, Session: true, Resource: true}
		if d.outcome == Allow {
			has = q.parts()
		}
		for i := range q.set.rows {
			r := &q.set.rows[i]
			l := &q.set.layers[r.layer]
			switch {
			case found[i] || r.effect != effect:
				continue
			case effect == policy.Allow && d.layer >= 0 && r.layer != d.layer:
				continue // what lacks is the allowance of one guardrail
			case effect == policy.Allow && d.layer < 0 && !has[l.Kind]:
				continue
			}
			found[i] = !q.skips(l) && q.matches(r) == want
		}
	}
	for i, is := range found {
		if is {
			out = append(out, int32(i))
		}
	}
	return out
}
