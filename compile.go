package writ

import (
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
	// Identity documents are attached to the principal: they grant. All
	// identity layers are united.
	Identity Kind = iota + 1
	// Guardrail documents bound what the others grant and never grant
	// themselves: one level of an organization's policies, or a permission
	// boundary. Each guardrail layer must allow; its documents are united
	// (huawei.md S-15, S-16; tencent-cam.md O1 to O5, B1). A guardrail layer
	// without documents allows nothing.
	Guardrail
)

// String returns identity or guardrail.
func (k Kind) String() string {
	switch k {
	case Identity:
		return "identity"
	case Guardrail:
		return "guardrail"
	}
	return "unknown kind " + strconv.Itoa(int(k))
}

// Layer is a labelled group of documents.
type Layer struct {
	Kind Kind
	// Name is for messages: root, ou:dev, account, boundary.
	Name string
	// Owner is the UIN of the root account that owns the documents, in
	// Tencent Cloud: where an empty account segment of a resource points. The
	// default is the caller's account.
	Owner     string
	Documents []*policy.Document
}

// Set is a compiled set of layers. It is immutable and any number of
// goroutines may share it. To change policies, compile again and swap the
// pointer. A nil Set denies everything.
type Set struct {
	catalog *catalog.Catalog
	layers  []layer
	rows    []row // in the order of layers, documents and statements
}

type layer struct {
	Layer
	denies, allows []int32 // indexes into rows
}

// row is a compiled statement.
type row struct {
	document    *policy.Document
	index       int32
	layer       int32
	effect      policy.Effect
	cam         bool
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
	Layer  int // index
	Name   string
	Reason string
}

func (e *CompileError) Error() string {
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

// Compile builds a Set from layers, in any order. The error is of type
// *CompileError. A Set keeps the documents and copies the layers.
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
		fail := func(reason string) (*Set, error) { return nil, &CompileError{i, l.Name, reason} }
		if l.Kind != Identity && l.Kind != Guardrail {
			return fail("the layer is of " + l.Kind.String() + "; set Kind to Identity or Guardrail")
		}
		l.Documents = append([]*policy.Document(nil), l.Documents...)
		s.layers = append(s.layers, layer{Layer: l})
		for _, d := range l.Documents {
			if d == nil {
				return fail("a document is nil")
			}
			if reason := misplaced(l.Kind, d.Dialect()); reason != "" {
				return fail(d.File() + ": " + reason)
			}
			for j, st := range d.Statements() {
				s.add(int32(i), d, j, st, known)
			}
		}
	}
	return s, nil
}

// misplaced says why documents of a dialect cannot stand in a layer.
func misplaced(k Kind, d *policy.Dialect) string {
	switch {
	case d == policy.HuaweiTrust || d == policy.TencentResource:
		return "a " + d.String() + " document names principals and belongs to a resource, not into an " + k.String() + " layer"
	case d == policy.HuaweiSCP && k == Identity:
		return "an SCP never grants; put it into a guardrail layer"
	case d == policy.HuaweiRole && k == Guardrail:
		return "a role grants; put it into an identity layer"
	}
	return ""
}

// add lowers one statement.
func (s *Set) add(layer int32, d *policy.Document, index int, st *policy.Statement, known func(condition.Key) (condition.KeyInfo, bool)) {
	r := row{
		document: d, index: int32(index), layer: layer, effect: st.Effect(), cam: d.Dialect().IsCAM(),
		notAction: st.NotAction(), notResource: st.NotResource(), everything: !st.HasResource(),
		actions: st.Actions(), resources: st.Resources(), condition: st.Condition().Bind(known),
	}
	grammar := condition.Identity
	if r.cam {
		grammar = condition.CAM
	}
	r.void = r.condition.Void()
	for i, p := range r.resources {
		r.everything = r.everything || p.Everything()
		if why, _ := p.Void(); why != "" {
			r.void = true
		}
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
