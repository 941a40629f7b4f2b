package writ

import (
	"iter"
	"slices"
	"strconv"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
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
	catalog *catalog.Catalog
	layers  []layer
	rows    []row // in the order of layers, documents and statements
	roles   []role
	scoped  bool // some layer is granted at a scope
}

type layer struct {
	Layer
	denies, allows []int32 // indexes into rows
	first          []int32 // first row of each document, and the end
}

// row is a compiled statement.
type row struct {
	document    *policy.Document
	principals  []policy.Principal
	notOne      bool // NotPrincipal
	index       int32
	layer       int32
	role        int32 // of a document with dependencies, else -1
	effect      policy.Effect
	cam         bool
	old         bool // v1.0 or v1.1: speaks of actions by their old names
	scp         bool
	named       bool // has principals
	notAction   bool
	notResource bool
	everything  bool // no Resource element, or an entry *
	void        bool // a variable that never expands: matches nothing (P-28)
	actions     []*action.Pattern
	resources   []*resource.Pattern
	variables   [][]condition.Variable // per resource; nil if none has any
	condition   condition.Block
}

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
	s := &Set{catalog: c.Catalog}
	if s.catalog == nil {
		s.catalog = catalog.Default()
	}
	known := func(k condition.Key) (condition.KeyInfo, bool) {
		if key, ok := s.catalog.Key(k); ok {
			return key.Info(), true
		}
		return condition.KeyInfo{}, false
	}
	for i, l := range layers {
		switch {
		case l.Kind < Identity || l.Kind > Resource:
			return refuse(i, l.Name, "the layer is of "+l.Kind.String()+"; set its Kind")
		case l.Kind != Identity && (l.Scope != Scope{} || l.Group != ""):
			return refuse(i, l.Name, "only an identity layer is granted to a group or at a scope")
		}
		l.Documents = append([]*policy.Document(nil), l.Documents...)
		s.layers = append(s.layers, layer{Layer: l})
		s.scoped = s.scoped || l.Scope != Scope{}
		for _, d := range l.Documents {
			if d == nil || d.Dialect() == nil {
				return refuse(i, l.Name, "a document is nil")
			}
			if reason := misplaced(l.Kind, d.Dialect()); reason != "" {
				return refuse(i, l.Name, d.File()+": "+reason)
			}
			if l.Kind == Guardrail && family(d) != family(l.Documents[0]) {
				return refuse(i, l.Name, d.File()+": "+family(d)+" and "+family(l.Documents[0])+" policies bound on their own; give each a layer")
			}
			s.layers[i].first = append(s.layers[i].first, int32(len(s.rows)))
			for j, st := range d.Statements() {
				s.add(int32(i), d, j, st, known)
			}
		}
		s.layers[i].first = append(s.layers[i].first, int32(len(s.rows)))
	}
	if !s.findRoles() {
		return nil, &CompileError{Layer: -1, Reason: "more than " + strconv.Itoa(MaxRoles) + " documents depend on others"}
	}
	return s, nil
}

// refuse makes the error about a layer. (Not inlined for the size of programs.)
//
//go:noinline
func refuse(layer int, name, reason string) (*Set, error) {
	return nil, &CompileError{layer, name, reason}
}

// family names the kind of an organization's policy. Those of one kind are
// united on a level; kinds bound each on its own.
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

// add lowers one statement.
func (s *Set) add(layer int32, d *policy.Document, index int, st *policy.Statement, known func(condition.Key) (condition.KeyInfo, bool)) {
	r := row{
		document: d, principals: slices.Clone(st.Principals()), notOne: st.NotPrincipal(), index: int32(index), layer: layer, effect: st.Effect(), cam: d.Dialect().IsCAM(),
		old: d.Dialect().IsOld(), scp: d.Dialect().IsGuardrail() || s.layers[layer].Kind == Guardrail, named: d.Dialect().NamesPrincipals(),
		notAction: st.NotAction(), notResource: st.NotResource(), everything: !st.HasResource(),
		actions: slices.Clone(st.Actions()), resources: slices.Clone(st.Resources()), condition: st.Condition().Bind(known),
	}
	grammar := condition.Identity
	if r.cam {
		grammar = condition.CAM
	}
	r.void = r.condition.Void()
	for i, p := range r.resources {
		r.everything = r.everything || p.Everything()
		r.void = r.void || p.Void() != nil
		if len(p.Variables()) > 0 {
			if r.variables == nil {
				r.variables = make([][]condition.Variable, len(r.resources))
			}
			r.variables[i] = condition.Variables(grammar, p.Variables())
			r.void = r.void || condition.MultiValued(r.variables[i], known)
		}
	}
	l := &s.layers[layer]
	if n := int32(len(s.rows)); r.effect == policy.Allow {
		l.allows = append(l.allows, n)
	} else {
		l.denies = append(l.denies, n)
	}
	s.rows = append(s.rows, r)
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
