package writ

import (
	"iter"
	"strconv"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/program"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// Kind says what the documents of a layer do.
type Kind uint8

const (
	// Identity documents are attached to the principal, its groups or its
	// role: they grant. All identity layers are united.
	Identity Kind = iota + 1
	// Session documents came with temporary credentials: they bound what the
	// identity layers grant (huawei.md I-31, tencent-cam.md S1). All session
	// layers are united.
	Session
	// Guardrail documents are one level of an organization's policies: root,
	// each unit on the path, account. They never grant. Each guardrail layer
	// must allow; its documents are united (huawei.md S-15, S-16;
	// tencent-cam.md O1 to O5). A guardrail layer without documents allows
	// nothing.
	Guardrail
	// Boundary documents are the permission boundary of a user or role: as a
	// guardrail, but in Tencent Cloud it does not bind the root user
	// (tencent-cam.md B1).
	Boundary
	// Resource documents are attached to what is accessed, and name
	// principals: bucket policies, and the trust policy of a role or agency.
	// Within one account they grant as identity documents do; across accounts
	// both must (huawei.md 7.2, tencent-cam.md E6).
	Resource
)

// String returns identity, session, guardrail, boundary or resource.
func (k Kind) String() string {
	switch k {
	case Identity:
		return "identity"
	case Session:
		return "session"
	case Guardrail:
		return "guardrail"
	case Boundary:
		return "boundary"
	case Resource:
		return "resource"
	}
	return "unknown kind " + strconv.Itoa(int(k))
}

// bounds reports whether a layer must allow and never grants.
func (k Kind) bounds() bool { return k == Guardrail || k == Boundary }

// Layer is a labelled group of documents.
type Layer struct {
	Kind Kind
	// Name is for messages, and for Request.Exempt: root, ou:dev, account.
	Name string
	// Group is the user group that identity documents are granted to. A role
	// acts only if those that it depends on are granted to the same group.
	// Layers without a group form one.
	Group string
	// Scope is where identity documents are granted (huawei.md 7.1). Outside
	// of it they count for nothing, not even their Deny. The zero Scope is
	// everywhere.
	Scope Scope
	// Owner is the UIN of the root account that owns the documents, in
	// Tencent Cloud: where an empty account segment of a resource points. The
	// default is the caller's account.
	Owner     string
	Documents []*policy.Document
}

// Set is a compiled set of layers. It is immutable and any number of
// goroutines may share it. To change policies, compile again and swap the
// pointer. A nil or zero Set denies everything.
type Set struct {
	catalog    *catalog.Catalog
	layers     []layer
	rows       []row // in the order of layers, documents and statements
	conditions []condition.Block
	roles      []role
	index      *program.Index
	slots      int32 // of the layers
	scoped     bool  // some layer is granted at a scope
	sessions   bool  // there is a session layer
}

type layer struct {
	Layer
	slot  int32   // where the results of its Allow statements are kept in a query
	first []int32 // first row of each document, and the end
}

// The slots of the kinds whose layers are united; those of bounds follow.
const (
	identitySlot int32 = iota
	sessionSlot
	resourceSlot
	boundSlot
)

// MaxBounds bounds the guardrail and boundary layers of a Set, so that a
// decision can keep track of them without allocating. An account lies below some
// seven levels, with policies of up to three kinds.
const MaxBounds = 29

// unit is a document in a layer.
type unit struct {
	document *policy.Document
	role     int32 // of a document with dependencies, else -1
	old      bool  // v1.0 or v1.1: speaks of actions by their old names
	scp      bool
	named    bool // has principals
}

// row is a compiled statement. What a decision looks at first fits into 64 bytes.
type row struct {
	*unit
	*more
	statement   *policy.Statement
	action      [1]*action.Pattern // the only one of Action or NotAction, or nil
	resource    [1]*resource.Pattern
	layer       int32
	index       int32
	condition   int32 // in Set.conditions; -1 for none
	effect      policy.Effect
	cam         bool
	plain       bool // names no principals and stands in no role with dependencies
	notAction   bool
	notResource bool
	everything  bool // no Resource element, or an entry *
	void        bool // a variable that never expands: matches nothing (P-28)
}

// more is what few statements have.
type more struct {
	principals []policy.Principal
	notOne     bool                   // NotPrincipal
	variables  [][]condition.Variable // per resource; nil if none has any
}

// entries are those of Action or NotAction.
func (r *row) entries() []*action.Pattern {
	if r.action[0] != nil {
		return r.action[:]
	}
	return r.statement.Actions()
}

// places are the entries of Resource or NotResource.
func (r *row) places() []*resource.Pattern {
	if r.resource[0] != nil {
		return r.resource[:]
	}
	return r.statement.Resources()
}

// nothing is what most statements have of it.
var nothing more

// CompileError says why layers cannot be compiled.
type CompileError struct {
	Layer  int // index; -1 if no single layer is wrong
	Name   string
	Reason string
}

func (e *CompileError) Error() string {
	if e.Layer < 0 {
		return e.Reason
	}
	s := "layer " + strconv.Itoa(e.Layer)
	if e.Name != "" {
		s += " (" + e.Name + ")"
	}
	return s + ": " + e.Reason
}

// Compiler is Compile with settings. Its zero value behaves as Compile.
type Compiler struct {
	// Catalog knows actions and condition keys. Nil stands for
	// catalog.Default(); an empty catalog decides on syntax alone.
	Catalog *catalog.Catalog
}

// Compile builds a Set from layers. Their order does not matter for what is
// allowed, only for which of several reasons a Decision names. The error is of
// type *CompileError. A Set keeps the documents and copies the layers.
func Compile(layers ...Layer) (*Set, error) { return Compiler{}.Compile(layers...) }

// Compile builds a Set.
func (c Compiler) Compile(layers ...Layer) (*Set, error) {
	s, err := c.lower(layers)
	if err == nil {
		s.index = program.New(s.catalog, s.rules())
	}
	return s, err
}

// lower makes a Set without an index.
func (c Compiler) lower(layers []Layer) (*Set, error) {
	s := &Set{catalog: c.Catalog}
	if s.catalog == nil {
		s.catalog = catalog.Default()
	}
	s.slots = boundSlot
	l := &lowering{Set: s, blocks: map[string]int{}}
	s.layers = make([]layer, len(layers))
	n := 0
	for i := range layers {
		for _, d := range layers[i].Documents {
			if d != nil {
				n += d.Len()
			}
		}
	}
	s.rows = make([]row, 0, n)
	for i := range layers {
		if reason := l.layer(int32(i), &layers[i]); reason != "" {
			return nil, &CompileError{i, layers[i].Name, reason}
		}
	}
	if len(s.rows) > program.MaxRows {
		return nil, &CompileError{Layer: -1, Reason: "more than " + strconv.Itoa(program.MaxRows) + " statements"}
	}
	if !s.findRoles() {
		return nil, &CompileError{Layer: -1, Reason: "more than " + strconv.Itoa(MaxRoles) + " documents depend on others"}
	}
	s.conditions = append([]condition.Block(nil), s.conditions...) // no longer than it is
	for i := range s.rows {
		r := &s.rows[i]
		r.plain = !r.named && r.role < 0
	}
	return s, nil
}

// family names the kind of an organization's policy. Those of one kind are
// united on a level; kinds bound each on its own. (Not inlined for the size of
// programs.)
//
//go:noinline
func family(d *policy.Document) string {
	switch d.Title().Name {
	case "RCPFullAccess":
		return policy.HuaweiRCP.String()
	case "NCPFullAccess":
		return policy.HuaweiNCP.String()
	}
	return d.Dialect().String()
}

// misplaced says why documents of a dialect cannot stand in a layer.
func misplaced(k Kind, d *policy.Dialect) string {
	switch {
	case d.IsGuardrail() && !k.bounds():
		return "a " + d.String() + " document never grants; put it into a guardrail layer"
	case d.NamesPrincipals() && !d.IsGuardrail() && k != Resource:
		return "a " + d.String() + " document names principals and belongs into a resource layer"
	case !d.NamesPrincipals() && k == Resource:
		return "a " + d.String() + " document names no principals; a resource layer takes huawei-trust and cam-resource"
	case k == Guardrail && (d == policy.HuaweiIdentity || d == policy.HuaweiPolicy):
		return "an organization policy is read as huawei-scp, not as " + d.String()
	case d == policy.HuaweiRole && k != Identity:
		return "a role grants; put it into an identity layer"
	}
	return ""
}

// lowering is a Set under way.
type lowering struct {
	*Set
	blocks map[string]int // conditions by their text
}

// layer lowers a layer, or says why it cannot.
func (s *lowering) layer(at int32, given *Layer) (reason string) {
	scoped := given.Scope != Scope{}
	switch {
	case given.Kind < Identity || given.Kind > Resource:
		return "the layer is of " + given.Kind.String() + "; set its Kind"
	case given.Kind != Identity && (scoped || given.Group != ""):
		return "only an identity layer is granted to a group or at a scope"
	case given.Kind.bounds() && s.slots == boundSlot+MaxBounds:
		return "more than " + strconv.Itoa(MaxBounds) + " guardrail and boundary layers"
	}
	to := &s.layers[at]
	to.Layer = *given
	to.Documents = append([]*policy.Document(nil), given.Documents...)
	switch given.Kind {
	case Identity:
		to.slot = identitySlot
	case Session:
		to.slot, s.sessions = sessionSlot, true
	case Resource:
		to.slot = resourceSlot
	default:
		to.slot = s.slots
		s.slots++
	}
	s.scoped = s.scoped || scoped
	to.first = make([]int32, 0, len(to.Documents)+1)
	for _, d := range to.Documents {
		if d == nil || d.Dialect() == nil {
			return "a document is nil"
		}
		reason := misplaced(given.Kind, d.Dialect())
		if first := to.Documents[0]; reason == "" && given.Kind == Guardrail && family(d) != family(first) {
			reason = family(d) + " and " + family(first) + " policies bound on their own; give each a layer"
		}
		if reason != "" {
			return d.File() + ": " + reason
		}
		to.first = append(to.first, int32(len(s.rows)))
		s.add(at, d)
	}
	to.first = append(to.first, int32(len(s.rows)))
	return ""
}

// add lowers the statements of a document.
func (s *lowering) add(at int32, d *policy.Document) {
	u := &unit{
		document: d, role: -1, old: d.Dialect().IsOld(),
		scp: d.Dialect().IsGuardrail() || s.layers[at].Kind == Guardrail, named: d.Dialect().NamesPrincipals(),
	}
	for i, st := range d.Statements() {
		s.statement(u, at, i, st)
	}
}

func (s *lowering) statement(u *unit, layer int32, index int, st *policy.Statement) {
	r := row{
		unit: u, more: &nothing, statement: st, layer: layer, cam: u.document.Dialect().IsCAM(), index: int32(index), effect: st.Effect(),
		notAction: st.NotAction(), notResource: st.NotResource(), everything: !st.HasResource(),
	}
	r.condition, r.void = s.intern(u.document.Dialect(), st.Condition())
	grammar := condition.Identity
	if r.cam {
		grammar = condition.CAM
	}
	m := more{principals: append([]policy.Principal(nil), st.Principals()...), notOne: st.NotPrincipal()}
	if acts := st.Actions(); len(acts) == 1 {
		r.action[0] = acts[0]
	}
	for i, p := range st.Resources() {
		r.everything = r.everything || p.Everything()
		r.void = r.void || p.Void() != nil
		if len(p.Variables()) > 0 {
			if m.variables == nil {
				m.variables = make([][]condition.Variable, len(st.Resources()))
			}
			m.variables[i] = condition.Variables(grammar, p.Variables())
			r.void = r.void || condition.MultiValued(m.variables[i], s.key)
		}
	}
	if places := st.Resources(); len(places) == 1 {
		r.resource[0] = places[0]
	}
	if u.named || m.variables != nil {
		r.more = &m
	}
	s.rows = append(s.rows, r)
}

func (s *Set) key(k condition.Key) (condition.KeyInfo, bool) {
	if key, ok := s.catalog.Key(k); ok {
		return key.Info(), true
	}
	return condition.KeyInfo{}, false
}

// intern returns the place of a condition. Equal ones share it, so that a decision
// finds out once what they come to.
func (s *lowering) intern(d *policy.Dialect, c *condition.Block) (at int32, void bool) {
	if len(c.Clauses()) == 0 {
		return -1, c.Void()
	}
	text := d.String() + c.Text()
	i, ok := s.blocks[text]
	if !ok {
		i = len(s.conditions)
		s.blocks[text] = i
		s.conditions = append(s.conditions, c.Bind(s.key))
	}
	return int32(i), s.conditions[i].Void()
}

// rules are the rows as the index sees them.
func (s *Set) rules() []program.Rule {
	rules := make([]program.Rule, 0, len(s.rows))
	for i := range s.rows {
		r := &s.rows[i]
		if r.void {
			continue
		}
		rule := program.Rule{Row: int32(i), Deny: r.effect == policy.Deny, CAM: r.cam, Kin: r.layer << 2}
		if !r.notAction {
			rule.Actions = r.entries()
		}
		if !r.everything && !r.notResource {
			rule.Resources = r.places()
			rule.Bare = rule.Deny && !r.cam
		}
		if r.old {
			rule.Kin |= 1
		}
		if r.scp {
			rule.Kin |= 2
		}
		rule.Certain = r.condition < 0 && r.variables == nil && !r.named && !r.notAction && !r.notResource && (r.role < 0 || rule.Deny)
		rules = append(rules, rule)
	}
	return rules
}

// block returns the condition of a row.
func (s *Set) block(r *row) *condition.Block {
	if r.condition < 0 {
		return new(condition.Block)
	}
	return &s.conditions[r.condition]
}

func (s *Set) reason(i int32) Reason {
	r := &s.rows[i]
	return Reason{Layer: s.layers[r.layer].Layer, Document: r.document, Index: int(r.index)}
}

// Layers yields the layers in the order in which they were given.
func (s *Set) Layers() iter.Seq[Layer] {
	return func(yield func(Layer) bool) {
		if s == nil {
			return
		}
		for i := range s.layers {
			if !yield(s.layers[i].Layer) {
				return
			}
		}
	}
}
