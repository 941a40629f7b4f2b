package writ

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/program"
	"github.com/writ-policy/writ/policy"
)

// Directory decides for very many principals that share documents. Each document
// is compiled once; what is attached to a principal are a few numbers, and a
// decision looks at the documents of its principal alone. Any number of
// goroutines may use one: changes wait for each other, and decisions go on. A decision sees each change as a whole or not at all.
//
// For each principal it decides as a Set does that is compiled of the
// directory's layers and of a layer per attachment; Set makes that one.
type Directory struct {
	compiler Compiler

	writing   sync.Mutex
	documents map[string]*policy.Document
	grantIDs  map[Grant]uint32
	groupIDs  map[string]uint32

	shared atomic.Pointer[shared]
	shards [shardCount]atomic.Pointer[shard]
}

// Grant is a document that is attached to a principal or a group. Documents are
// named as PutDocument does.
type Grant struct {
	Document string
	// Scope is where it is granted, as for an identity layer.
	Scope Scope
	// Bounds: the document is the permission boundary of the principal, and grants
	// nothing.
	Bounds bool
}

// Attachments are what a principal has: documents of its own, and those of the
// groups that it belongs to.
type Attachments struct {
	Grants []Grant
	Groups []string
}

// AttachError says why a Directory refuses a change. The directory is then as it
// was.
type AttachError struct {
	ID     string // of the document, group or principal
	Reason string
}

func (e *AttachError) Error() string { return strconv.Quote(e.ID) + ": " + e.Reason }

// shared is what all principals of a directory have in common. It is immutable.
type shared struct {
	base   *Set
	grants []grant    // by number
	groups [][]uint32 // the numbers of the grants of each group
	scoped bool
}

// grant is a document that is compiled for one way of attaching it.
type grant struct {
	of       Grant
	set      *Set     // of one layer; nil for a document that was removed
	services []uint64 // per row, and of all rows: see program.Services
	any      uint64
}

// NewDirectory makes a Directory; see Compiler.NewDirectory.
func NewDirectory(layers ...Layer) (*Directory, error) { return Compiler{}.NewDirectory(layers...) }

// NewDirectory makes a Directory. The layers hold for every principal: those of
// an organization, and policies of resources. What grants or bounds a single
// principal is attached to it; session policies come with a request, and need a Set of
// their own. The error is of type *CompileError.
func (c Compiler) NewDirectory(layers ...Layer) (*Directory, error) {
	d := &Directory{compiler: c, documents: map[string]*policy.Document{}, grantIDs: map[Grant]uint32{}, groupIDs: map[string]uint32{}}
	base, err := d.base(layers)
	if err != nil {
		return nil, err
	}
	d.shared.Store(&shared{base: base})
	return d, nil
}

func (d *Directory) base(layers []Layer) (*Set, error) {
	for i, l := range layers {
		if l.Kind == Identity || l.Kind == Session {
			return nil, &CompileError{i, l.Name, "the layers of a directory hold for every principal; attach what grants, and compile a Set for a session"}
		}
	}
	return d.compiler.Compile(layers...)
}

// ReplaceLayers puts other layers in the place of those that hold for every
// principal. If they cannot be compiled, the old ones stay, and the error is of
// type *CompileError.
func (d *Directory) ReplaceLayers(layers ...Layer) error {
	base, err := d.base(layers)
	if err != nil {
		return err
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	next := *d.shared.Load()
	next.base = base
	d.shared.Store(&next)
	return nil
}

// PutDocument adds a document, or puts it in the place of the one of that id
// wherever that is attached. Documents that name principals, guardrail documents and roles
// that depend on others cannot be attached. Errors are of type *AttachError.
func (d *Directory) PutDocument(id string, doc *policy.Document) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	plain, err := d.compile(Grant{Document: id}, doc)
	if err != nil {
		return err
	}
	next := *d.shared.Load()
	next.grants = slices.Clone(next.grants)
	for i := range next.grants {
		if g := &next.grants[i]; g.set != nil && g.of.Document == id {
			compiled := plain
			if g.of != plain.of {
				if compiled, err = d.compile(g.of, doc); err != nil {
					return err
				}
			}
			next.grants[i] = compiled
		}
	}
	d.documents[id] = doc
	d.shared.Store(&next)
	return nil
}

// RemoveDocument takes a document away from whatever it is attached to: what it
// allowed is not allowed any more, and what it denied not denied.
func (d *Directory) RemoveDocument(id string) {
	d.writing.Lock()
	defer d.writing.Unlock()
	next := *d.shared.Load()
	next.grants = slices.Clone(next.grants)
	for i := range next.grants {
		if g := &next.grants[i]; g.of.Document == id {
			delete(d.grantIDs, g.of) // another document of that id has other numbers
			*g = grant{of: g.of}
		}
	}
	delete(d.documents, id)
	d.shared.Store(&next)
}

// PutGroup adds a group, or gives it other documents. Errors are of type
// *AttachError.
func (d *Directory) PutGroup(id string, grants ...Grant) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	next := *d.shared.Load()
	numbers, err := d.numbers(&next, grants)
	if err != nil {
		return err
	}
	next.groups = slices.Clone(next.groups)
	at, known := d.groupIDs[id]
	if !known {
		at = uint32(len(next.groups))
		d.groupIDs[id] = at
		next.groups = append(next.groups, nil)
	}
	next.groups[at] = numbers
	d.shared.Store(&next)
	return nil
}

// Attach gives a principal these attachments in the place of those that it had;
// with none, it has none any more. The principal is named by an id of the caller's. Errors are of type *AttachError.
func (d *Directory) Attach(principal string, a Attachments) error {
	if len(principal) > maxPrincipal || len(a.Grants) > maxAttached || len(a.Groups) > maxAttached {
		return &AttachError{principal, "longer than " + strconv.Itoa(maxPrincipal) + " bytes, or more than " + strconv.Itoa(maxAttached) + " attachments"}
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	next := *d.shared.Load()
	var groups []uint32
	for _, id := range a.Groups {
		at, known := d.groupIDs[id]
		if !known {
			return &AttachError{id, "there is no such group"}
		}
		groups = append(groups, at)
	}
	own, err := d.numbers(&next, a.Grants)
	if err != nil {
		return err
	}
	// Whoever sees the numbers also sees what they are of.
	if len(next.grants) > len(d.shared.Load().grants) {
		d.shared.Store(&next)
	}
	at := &d.shards[shardOf(principal)]
	at.Store(at.Load().with(principal, own, groups))
	return nil
}

// Attached returns what a principal has. Documents and groups come in the order
// in which they were attached.
func (d *Directory) Attached(principal string) (a Attachments) {
	d.writing.Lock()
	defer d.writing.Unlock()
	found, s := d.find(principal), d.shared.Load()
	for _, n := range found.own {
		if s.grants[n].set != nil {
			a.Grants = append(a.Grants, s.grants[n].of)
		}
	}
	names := make([]string, len(s.groups))
	for id, n := range d.groupIDs {
		names[n] = id
	}
	for _, n := range found.groups {
		a.Groups = append(a.Groups, names[n])
	}
	return a
}

// numbers returns the numbers of grants, new ones behind those that next has.
func (d *Directory) numbers(next *shared, grants []Grant) (out []uint32, err error) {
	fresh := map[Grant]uint32{}
	for _, g := range grants {
		n, known := d.grantIDs[g]
		if !known {
			n, known = fresh[g]
		}
		if !known {
			doc := d.documents[g.Document]
			if doc == nil {
				return nil, &AttachError{g.Document, "there is no such document"}
			}
			if g.Bounds && g.Scope != (Scope{}) {
				return nil, &AttachError{g.Document, "a permission boundary has no scope"}
			}
			compiled, err := d.compile(g, doc)
			if err != nil {
				return nil, err
			}
			n = uint32(len(next.grants))
			next.grants = append(next.grants, compiled) // behind what any decision looks at
			next.scoped = next.scoped || g.Scope != Scope{}
			fresh[g] = n
		}
		out = append(out, n)
	}
	maps.Copy(d.grantIDs, fresh)
	return out, nil
}

// compile compiles a document for a way of attaching it.
func (d *Directory) compile(of Grant, doc *policy.Document) (grant, error) {
	g := grant{of: of}
	if doc != nil {
		for range doc.Depends() {
			return g, &AttachError{of.Document, "a role that depends on others cannot be attached; compile it into a Set"}
		}
	}
	s, err := d.compiler.lower([]Layer{of.layer(doc)})
	if err != nil {
		return g, &AttachError{of.Document, err.(*CompileError).Reason}
	}
	g.set = s
	for i := range s.rows {
		services := program.Services(s.rows[i].entries())
		if s.rows[i].notAction {
			services = program.EveryService
		}
		if s.rows[i].void {
			services = 0
		}
		g.services = append(g.services, services)
		g.any |= services
	}
	return g, nil
}

// layer is the layer that a grant stands for.
func (g Grant) layer(doc *policy.Document) Layer {
	l := Layer{Kind: Identity, Scope: g.Scope, Documents: []*policy.Document{doc}}
	if g.Bounds {
		l.Kind = Boundary
	}
	return l
}

// Set compiles what the directory has for a principal, for Explain, Needs and
// whatever else a Set can tell. It is as of now, and later changes do not show in it.
func (d *Directory) Set(principal string) (*Set, error) {
	found := d.look(principal)
	s := found.shared
	var layers []Layer
	for l := range s.base.Layers() {
		layers = append(layers, l)
	}
	found.each(s, func(g *grant) {
		layers = append(layers, g.of.layer(g.set.layers[0].Documents[0]))
	})
	return d.compiler.Compile(layers...)
}

// Evaluate decides for a principal; one without attachments has the layers of
// the directory alone. It is Set.Evaluate in all else, and allocates nothing.
// Request.Principal still says who asks.
func (d *Directory) Evaluate(principal string, req *Request) Decision {
	var q query
	q.more = d.look(principal)
	return q.decide(q.more.shared.base, req)
}

// look returns what a principal has and what all have in common, as both were at
// one moment: what is shared is the same before and behind the look at the
// principal. Only while changes come too fast for that does it wait for one.
func (d *Directory) look(principal string) attached {
	for range 100 {
		s := d.shared.Load()
		if a := d.find(principal); d.shared.Load() == s {
			a.shared = s
			return a
		}
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	a := d.find(principal)
	a.shared = d.shared.Load()
	return a
}

// attached is what a Directory has for a principal, and what that comes to.
type attached struct {
	shared      *shared
	own, groups []uint32

	deny, identity, bound verdict
}

// verdict is what statements of attached documents come to, and the first that
// does.
type verdict struct {
	is  condition.Result
	row int32
	set *Set
}

func (v *verdict) note(is condition.Result, row int32, s *Set) {
	if is > v.is {
		*v = verdict{is, row, s}
	}
}

// each yields the grants of a principal that there still are: its own, then
// those of its groups.
func (a *attached) each(s *shared, f func(*grant)) {
	for _, n := range a.own {
		if g := &s.grants[n]; g.set != nil {
			f(g)
		}
	}
	for _, at := range a.groups {
		for _, n := range s.groups[at] {
			if g := &s.grants[n]; g.set != nil {
				f(g)
			}
		}
	}
}

// ofAttached marks the row of an attached document where a row is expected.
const ofAttached = program.MaxRows

// searchAttached decides the statements of attached documents that could match.
func (q *query) searchAttached() {
	more := &q.more
	more.deny, more.identity, more.bound = verdict{}, verdict{}, verdict{}
	services := program.ServicesOf(q.req.Action)
	if q.named.Old {
		for old := range q.action.Aliases() {
			services |= program.ServicesOf(old)
		}
	}
	base := q.set
	more.each(more.shared, func(g *grant) {
		l := &g.set.layers[0]
		if q.set = g.set; !q.skips(l) {
			q.weighAttached(g, services)
		}
		q.set = base
	})
	clear(q.memo[:])
}

// weighAttached decides the statements of one document.
func (q *query) weighAttached(g *grant, services uint64) {
	clear(q.memo[:]) // its conditions are numbered apart
	more := &q.more
	var allows verdict
	for i := 0; i < len(g.services) && g.any&services != 0; i++ {
		if g.services[i]&services == 0 {
			continue
		}
		r := &g.set.rows[i]
		to := &more.deny
		if r.effect == policy.Allow {
			if to = &allows; !g.of.Bounds {
				to = &more.identity
			}
		}
		if to.is < condition.True {
			to.note(q.matches(r), int32(i), g.set)
		}
	}
	if g.of.Bounds && allows.is != condition.True && more.bound.set == nil {
		more.bound = verdict{allows.is, allows.row, g.set}
		if allows.set == nil {
			more.bound.row = -1
		}
	}
}
