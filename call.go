package writ

import (
	"iter"
	"slices"
	"time"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/resource"
)

// Call is a request for an HTTP API of Huawei Cloud, or of a service with a
// catalog of its own. The catalog that the Set was compiled with tells which
// actions it needs, and on what. The zero Call is for no API and is denied.
// DecideCall only reads it.
type Call struct {
	// Method and Path are those of the request line, as Catalog.Route wants
	// them: nothing in the path is decoded or cleaned.
	Method, Path string
	// Region is where the request is served, for the names of resources.
	Region string
	// Dependent: the actions that the API depends on must be allowed, too; if no
	// source says which they are, the call is undecided. Otherwise those that are
	// not allowed are only reported.
	Dependent bool
	// Request holds everything else. Its Action is not looked at. Its Scope is the
	// project that the path names, if it names one; it may say no other. The account
	// of the resources is its Owner, else that of its Principal. Its Resources
	// are those that the query or the body names, as batch calls do; those that
	// the path names come on top. Without them a Deny for single resources
	// cannot be seen: see Route.Resources.
	Request Request
}

// CallDecision is the answer to a Call. The zero CallDecision denies. It never
// changes; goroutines may share it.
type CallDecision struct {
	api     *catalog.API
	err     error
	outcome Outcome
	steps   []CallStep
	missing []action.Name
}

// CallStep is the decision on one action that a call needs. Nobody may change
// its Request.
type CallStep struct {
	Request   *Request // as it was decided
	Decision  Decision
	Dependent bool // the API depends on the action
}

// Allowed reports whether the call is allowed: all its actions are, and the
// dependent ones if the Call asks for them.
func (d *CallDecision) Allowed() bool { return d.outcome == Allow }

// Outcome returns the kind of the decision: of those of the actions that must
// be allowed the worst. A call for which there is no API is denied implicitly;
// one whose resources cannot be named is undecided.
func (d *CallDecision) Outcome() Outcome { return d.outcome }

// API returns the API that serves the call; nil if none does.
func (d *CallDecision) API() *catalog.API { return d.api }

// Err says why no action was decided: a *NoAPIError, or a *resource.Error if
// the region or the account is missing. It is nil otherwise.
func (d *CallDecision) Err() error { return d.err }

// Steps yields the actions of the API, in the vendor's order, and then those
// that it depends on.
func (d *CallDecision) Steps() iter.Seq[CallStep] { return slices.Values(d.steps) }

// Missing yields the actions that are not allowed: first the API's own, then
// those that it depends on.
func (d *CallDecision) Missing() iter.Seq[action.Name] { return slices.Values(d.missing) }

// NoAPIError says that no action can be found for a call. It is immutable.
type NoAPIError struct {
	Method, Path string
	// API serves the call, but no source names its actions. It is nil if there
	// is none.
	API *catalog.API
}

func (e *NoAPIError) Error() string {
	if e.API != nil {
		return "no source names the actions that " + e.API.Method() + " " + e.API.Path() + " needs"
	}
	return "no API of the catalog serves " + e.Method + " " + e.Path
}

// DecideCall decides a call: every action that its API needs must be allowed on
// every resource that it touches. It fails closed, as Evaluate does: a path
// that cannot be read in one way only, or that no API or one without known
// actions serves, is denied. Any number of goroutines may call it. It allocates
// the names of resources.
//
// A call that lists or creates touches resources that its path does not name. Only
// an Allow for all resources of the type grants it: an entry whose last segment
// is *, or *.
//
// The actions that an API depends on, often of other services, come in two
// lists: for identity policies, and for roles and policies of v1.x (huawei.md
// P-35). If there are both, that of a language that grants the API's own actions
// must be allowed; an explicit deny in either denies. Such an action is decided
// without a resource if the catalog does not know it: a statement for single
// resources then does not allow it.
func (s *Set) DecideCall(c *Call) *CallDecision {
	d := &CallDecision{}
	if s == nil || s.catalog == nil || c == nil {
		return d
	}
	route, ok := s.catalog.Route(c.Method, c.Path)
	d.api = route.API()
	if !ok || !d.api.Mapped() || len(slices.Collect(d.api.Actions())) == 0 {
		d.err = &NoAPIError{c.Method, c.Path, d.api}
		return d
	}
	k := callQuery{set: s, region: c.Region, route: route, request: c.Request, account: c.Request.Owner.ID}
	if k.account == "" {
		k.account = c.Request.Principal.Account()
	}
	if project := route.Project(); project != "" {
		if k.request.Scope != (Scope{}) && k.request.Scope != Project(project) {
			d.outcome = Undecided
			d.err = &resource.Error{Input: project, Segment: "scope", Reason: "the call is made in this project, the request at the scope " + c.Request.Scope.String(), Fix: "leave the scope out"}
			return d
		}
		k.request.Scope = Project(project)
	}
	k.request.open = true
	if k.request.Now.IsZero() {
		k.request.Now = time.Now() // one time for all actions
	}
	for n := range d.api.Actions() {
		step, err := k.step(n, k.named(n))
		if err != nil {
			return &CallDecision{api: d.api, err: err, outcome: Undecided}
		}
		d.steps = append(d.steps, step)
	}
	d.steps = append(d.steps, k.dependencies(d.steps)...)
	d.settle(c.Dependent)
	if c.Dependent && d.outcome == Allow && !d.api.KnowsDependencies() {
		d.outcome = Undecided
	}
	return d
}

// settle finds the outcome of the steps and what is missing.
func (d *CallDecision) settle(dependent bool) {
	d.outcome = Allow
	for _, s := range d.steps {
		if s.Decision.Allowed() {
			continue
		}
		d.missing = append(d.missing, s.Request.Action)
		if s.Dependent && !dependent {
			continue
		}
		if o := s.Decision.Outcome(); gravity(o) > gravity(d.outcome) {
			d.outcome = o
		}
	}
}

// gravity orders the outcomes of several actions.
func gravity(o Outcome) int {
	return [...]int{ImplicitDeny: 1, GuardrailDeny: 2, Undecided: 3, ExplicitDeny: 4, Allow: 0}[o]
}

// callQuery is the decision of one call under way.
type callQuery struct {
	set             *Set
	route           catalog.Route
	request         Request
	region, account string
}

// named returns the resources of the request that an action is decided on: those
// of its types, and those that are of no action's types, which only a statement
// for * allows.
func (k *callQuery) named(n action.Name) (out []resource.Name) {
	for _, r := range k.request.Resources {
		has := func(n action.Name) bool {
			a, ok := k.set.catalog.Action(n)
			return !ok || a.HasType(r.Service(), r.Type())
		}
		if has(n) || !slices.ContainsFunc(slices.Collect(k.route.API().Actions()), has) {
			out = append(out, r)
		}
	}
	return out
}

// step decides one action on what the path names and on more. What the path
// leaves open is not decided where more has resources of the type.
func (k *callQuery) step(n action.Name, more []resource.Name) (CallStep, error) {
	req := k.request
	a, known := k.set.catalog.Action(n)
	if known && !a.HasTypes() && !a.Typeless() && len(more) == 0 {
		return CallStep{}, &resource.Error{Input: n.String(), Segment: "type", Reason: "nobody knows what this action touches", Fix: "name the resources"}
	}
	names, err := k.route.Resources(a, k.region, k.account)
	if err != nil {
		return CallStep{}, err
	}
	names = slices.DeleteFunc(names, func(r resource.Name) bool {
		return r.Path() == "*" && slices.ContainsFunc(more, func(m resource.Name) bool {
			return m.Service() == r.Service() && m.Type() == r.Type()
		})
	})
	req.Action, req.Resources = n, append(names, more...)
	return CallStep{Request: &req, Decision: k.set.Evaluate(&req)}, nil
}

// dependencies decides the actions that the API depends on. Of its two lists, for
// v5.0 and for v1.x, that of a language that grants the API's own actions must be
// allowed; but what the other denies explicitly is denied.
func (k *callQuery) dependencies(own []CallStep) []CallStep {
	api := k.route.API()
	v5, all5, denied5 := k.dependent(slices.Collect(api.DependentActions()))
	v11, all11, denied11 := k.dependent(slices.Collect(api.V11Dependencies()))
	switch {
	case len(v5) == 0:
		return v11
	case len(v11) == 0 || denied5:
		return v5
	case denied11:
		return v11
	}
	by5, by11 := k.languages(own)
	if by11 && (all11 || !by5) && !(by5 && all5) {
		return v11
	}
	return v5
}

// languages tells in which languages all of the actions are granted.
func (k *callQuery) languages(own []CallStep) (by5, by11 bool) {
	by5, by11 = true, true
	for _, s := range own {
		in5, in11 := false, false
		if _, ok := s.Decision.Statement(); !ok || !s.Decision.Allowed() {
			in5 = true // nobody grants it, or the root user needs no statement
		} else {
			for r := range k.set.Explain(s.Request).Reasons() {
				old := r.Document.Dialect().IsOld()
				in5, in11 = in5 || !old, in11 || old
			}
		}
		by5, by11 = by5 && in5, by11 && in11
	}
	return by5, by11
}

// dependent decides a list of dependent actions, whether all are allowed, and
// whether one is denied. One whose resources cannot be named is decided without.
func (k *callQuery) dependent(list []action.Name) (steps []CallStep, all, denied bool) {
	all = true
	for _, n := range list {
		step, err := k.step(n, nil)
		if err != nil {
			req := k.request
			req.Action, req.Resources = n, nil
			step = CallStep{Request: &req, Decision: k.set.Evaluate(&req)}
		}
		step.Dependent = true
		steps = append(steps, step)
		all = all && step.Decision.Allowed()
		denied = denied || step.Decision.Outcome() == ExplicitDeny
	}
	return steps, all, denied
}
