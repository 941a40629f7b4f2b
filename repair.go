package writ

import (
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
)

// Repair is a change that makes a refused request allowed. It has been decided:
// Request is allowed by a Set of Layers. Which change is right is not for a
// library to say: a Deny is there for a reason.
type Repair struct {
	// Changes are what is different, in the order in which they were found.
	Changes []Change
	// Request and Layers are the request and the set after them.
	Request *Request
	Layers  []Layer
}

// ChangeKind says what a Change does.
type ChangeKind uint8

const (
	// SetKey gives a condition key another value.
	SetKey ChangeKind = iota
	// UnsetKey takes a condition key away.
	UnsetKey
	// AddStatement adds a statement to a layer.
	AddStatement
	// RemoveStatement takes a statement away.
	RemoveStatement
)

// Change is one step of a Repair.
type Change struct {
	Kind ChangeKind
	// Key, of SetKey and UnsetKey, as the statement writes it, with the Value.
	Key   string
	Value condition.Value
	// Layer and Text, of AddStatement: the layer by its kind and name, and the
	// statement, for a document of its own in v5.0, in CAM 2.0 or, for a
	// guardrail, in the dialect of the layer.
	Layer Layer
	Text  string
	// Statement, of RemoveStatement.
	Statement Reason
}

// String says in words what is to be done.
func (c Change) String() string {
	switch c.Kind {
	case SetKey:
		return c.Key + " = " + c.Value.String()
	case UnsetKey:
		return c.Key + " absent"
	case AddStatement:
		s := c.Layer.Kind.String()
		if c.Layer.Name != "" {
			s += " " + c.Layer.Name
		}
		return "add to the " + s + " documents: " + c.Text
	}
	s := "without statement " + strconv.Itoa(c.Statement.Index+1)
	if sid := c.Statement.Statement().Sid(); sid != "" {
		s += " " + strconv.Quote(sid)
	}
	return s + " of " + c.Statement.Document.File()
}

const (
	// maxChanges is how many steps a Repair has at most.
	maxChanges = 4
	// maxTries bounds the sets that are decided in search of one, for sets of up
	// to 100 statements; larger ones are looked at less often.
	maxTries = 2000
	// maxNear bounds the statements whose conditions are looked at, of those that
	// lack equally much.
	maxNear = 8
)

// Repair looks for the smallest change that makes the request allowed: of facts
// that conditions read, of statements that are missing, of a Deny that is in the
// way. Facts come before statements, and adding before taking away. ok is false
// if the request is allowed already, or if nothing of up to four steps was
// found; that says nothing about larger ones. It takes time: milliseconds, for
// large sets a second.
func (e *Explanation) Repair() (r Repair, ok bool) {
	s := e.Decision.set
	if s == nil || e.request == nil || e.Decision.Allowed() || !e.request.Scope.IsPlace() {
		return Repair{}, false
	}
	f := &fixer{from: s, tries: maxTries * 100 / max(100, len(s.rows))}
	start := state{request: e.request, layers: slices.Collect(s.Layers()), set: s}
	for depth := 1; depth <= maxChanges && f.tries > 0; depth++ {
		if end, ok := f.search(start, depth); ok {
			return Repair{end.changes, end.request, end.layers}, true
		}
	}
	return Repair{}, false
}

// state is a request and a set on the way to a Repair.
type state struct {
	request *Request
	layers  []Layer
	set     *Set
	changes []Change
}

// fixer searches for a Repair.
type fixer struct {
	from  *Set // that was explained
	tries int
}

// search tries changes up to a depth.
func (f *fixer) search(s state, depth int) (state, bool) {
	var q query
	d := q.decide(s.set, s.request)
	if d.Allowed() {
		return s, true
	}
	if depth == 0 {
		return s, false
	}
	for _, next := range f.steps(&q, s, d, depth) {
		if f.tries--; f.tries < 0 {
			return s, false
		}
		if end, ok := f.search(next, depth-1); ok {
			return end, true
		}
	}
	return s, false
}

// steps are the states one change away that go at what refuses the request.
func (f *fixer) steps(q *query, s state, d Decision, depth int) (out []state) {
	q.one(min(int(d.resource), len(s.request.Resources)-1))
	if d.row >= 0 && s.set.rows[d.row].effect == policy.Deny {
		out = f.facts(q, s, d.row, condition.False)
		if next, ok := f.remove(s, s.set.reason(d.row)); ok {
			out = append(out, next)
		}
		return out
	}
	kinds := f.lacking(q, d)
	near := make([][]int32, depth+1) // by the number of clauses that do not hold
	for i := range s.set.rows {
		r := &s.set.rows[i]
		l := &s.set.layers[r.layer]
		if r.effect != policy.Allow || q.skips(l) || d.layer >= 0 && r.layer != d.layer || d.layer < 0 && !slices.Contains(kinds, l.Kind) {
			continue
		}
		if r.cam != s.request.Action.IsCAM() || !q.matchesAction(r) || q.acts(r) != condition.True ||
			r.named && !q.matchesPrincipal(r) || q.matchesResource(r) == condition.False {
			continue
		}
		if n := failing(q, r); n <= depth && len(near[n]) < maxNear {
			near[n] = append(near[n], int32(i))
		}
	}
	for _, rows := range near {
		for _, i := range rows {
			out = append(out, f.facts(q, s, i, condition.True)...)
		}
	}
	if d.layer >= 0 {
		if next, ok := f.add(s, s.set.layers[d.layer].Kind, int(d.layer)); ok {
			out = append(out, next)
		}
		return out
	}
	for _, k := range kinds {
		at := slices.IndexFunc(s.layers, func(l Layer) bool { return l.Kind == k && l.Scope == Scope{} })
		if next, ok := f.add(s, k, at); ok {
			out = append(out, next)
		}
	}
	return out
}

// failing counts the clauses of a statement that do not hold.
func failing(q *query, r *row) (n int) {
	clauses := q.set.block(r).Clauses()
	for i := range clauses {
		if clauses[i].Eval(&q.env) != condition.True {
			n++
		}
	}
	return n
}

// lacking are the kinds of layers of which a grant may lack.
func (f *fixer) lacking(q *query, d Decision) (kinds []Kind) {
	identity, _ := q.united(identitySlot)
	session, _ := q.session()
	res, _ := q.united(resourceSlot)
	if session != condition.True {
		kinds = append(kinds, Session)
	}
	if identity != condition.True {
		kinds = append(kinds, Identity)
	}
	if res != condition.True && (q.foreign || q.assumes() || q.req.Principal.IsZero()) {
		kinds = append(kinds, Resource)
	}
	return kinds
}

// facts are the states in which a clause of a statement comes out otherwise:
// False for a Deny, True for an Allow.
func (f *fixer) facts(q *query, s state, row int32, want condition.Result) (out []state) {
	clauses := s.set.block(&s.set.rows[row]).Clauses()
	for i := range clauses {
		c := &clauses[i]
		if c.Eval(&q.env) == want || c.Key().IsClock() {
			continue
		}
		for _, v := range c.Samples() {
			env := q.env
			env.Context = with(s.request.Context, c.Key(), v)
			if c.Eval(&env) != want {
				continue
			}
			req := *s.request
			req.Context = env.Context
			change := Change{Kind: SetKey, Key: c.KeyText(), Value: v}
			if v.IsAbsent() {
				change.Kind = UnsetKey
			}
			out = append(out, state{&req, s.layers, s.set, append(slices.Clip(s.changes), change)})
			break
		}
	}
	return out
}

// with is a context in which a key has another value, or none.
func with(ctx condition.Context, k condition.Key, v condition.Value) condition.Context {
	out := slices.DeleteFunc(slices.Clone(ctx), func(e condition.Entry) bool { return e.Key == k })
	if !v.IsAbsent() {
		out = append(out, condition.Entry{Key: k, Value: v})
	}
	return out
}

// compile makes the next state from changed layers.
func (f *fixer) compile(s state, layers []Layer, change Change) (state, bool) {
	set, err := Compiler{Catalog: f.from.catalog}.Compile(layers...)
	if err != nil {
		return s, false
	}
	return state{s.request, layers, set, append(slices.Clip(s.changes), change)}, true
}

// remove takes a statement away.
func (f *fixer) remove(s state, r Reason) (state, bool) {
	layers := slices.Clone(s.layers)
	for i := range layers {
		at := slices.Index(layers[i].Documents, r.Document)
		if l := &layers[i]; at < 0 || l.Kind != r.Layer.Kind || l.Name != r.Layer.Name || l.Group != r.Layer.Group || l.Scope != r.Layer.Scope {
			continue
		}
		layers[i].Documents = slices.Clone(layers[i].Documents)
		layers[i].Documents[at] = r.Document.Without(r.Index)
		return f.compile(s, layers, Change{Kind: RemoveStatement, Statement: f.original(r)})
	}
	return s, false
}

// original finds a statement in the set that was explained, where none has been
// taken away yet.
func (f *fixer) original(r Reason) Reason {
	at, _ := r.Statement().Position()
	for l := range f.from.Layers() {
		if l.Kind != r.Layer.Kind || l.Name != r.Layer.Name || l.Group != r.Layer.Group || l.Scope != r.Layer.Scope {
			continue
		}
		for _, d := range l.Documents {
			for i, st := range d.Statements() {
				if pos, _ := st.Position(); d.File() == r.Document.File() && pos == at {
					return Reason{l, d, i}
				}
			}
		}
	}
	return r
}

// add adds a statement for the request to a layer, or to a new one if at is -1.
func (f *fixer) add(s state, k Kind, at int) (state, bool) {
	layers := slices.Clone(s.layers)
	if at < 0 {
		layers, at = append(layers, Layer{Kind: k}), len(layers)
	}
	l := &layers[at]
	d := dialectFor(k, s.request.Action.IsCAM(), l.Documents)
	for _, r := range s.request.Resources {
		if s.request.Action.IsCAM() && strings.ContainsAny(r.String(), "*?$") {
			return s, false // as a pattern it would cover others
		}
	}
	text := statementFor(d, s.request, !f.typeless(s.request))
	whole := `{"` + d.VersionName() + `": "` + d.Version() + `", "` + d.StatementName() + `": [` + text + `]}`
	doc, err := policy.ParseAs(d, "repair", []byte(whole))
	if err != nil {
		return s, false
	}
	l.Documents = append(slices.Clone(l.Documents), doc)
	return f.compile(s, layers, Change{Kind: AddStatement, Layer: *l, Text: text})
}

// dialectFor is the language of a statement to add.
func dialectFor(k Kind, cam bool, docs []*policy.Document) *policy.Dialect {
	switch {
	case cam && k == Resource:
		return policy.TencentResource
	case cam:
		return policy.TencentCAM
	case k == Resource:
		return policy.HuaweiTrust
	case k == Guardrail && len(docs) > 0:
		return docs[0].Dialect()
	case k == Guardrail:
		return policy.HuaweiSCP
	}
	return policy.HuaweiIdentity
}

// typeless reports whether the action touches no resource that a statement could
// name (huawei.md I-24).
func (f *fixer) typeless(req *Request) bool {
	a, ok := f.from.catalog.Action(req.Action)
	return ok && a.Typeless()
}

// statementFor writes a statement that allows the request, and no more; with
// named for its resources, else for *.
func statementFor(d *policy.Dialect, req *Request, named bool) string {
	names := make([]string, 0, len(req.Resources))
	for _, r := range req.Resources {
		if named && !r.IsZero() {
			text := r.String()
			switch {
			case d.IsCAM():
			case req.open && r.Path() == "*":
				text = escape(strings.TrimSuffix(text, "*")) + "*"
			default:
				text = escape(text)
			}
			names = append(names, strconv.Quote(text))
		}
	}
	if len(names) == 0 {
		names = append(names, `"*"`)
	}
	act := req.Action.String()
	var b strings.Builder
	word := func(s string) string {
		if d.IsCAM() {
			return strings.ToLower(s[:1]) + s[1:]
		}
		return s
	}
	b.WriteString(`{"` + word("Effect") + `": "` + word("Allow") + `", `)
	if d.NamesPrincipals() {
		b.WriteString(`"` + word("Principal") + `": ` + principalFor(d, req) + `, `)
	}
	b.WriteString(`"` + word("Action") + `": [` + strconv.Quote(act) + `], "` + word("Resource") + `": [` + strings.Join(names, ", ") + `]}`)
	return b.String()
}

// escape keeps the characters of a name from being wildcards in v5.0 (huawei.md
// 3.5).
func escape(s string) string {
	return strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(s)
}

// principalFor names the caller.
func principalFor(d *policy.Dialect, req *Request) string {
	kind, who := "IAM", req.Principal.String()
	if d.IsCAM() {
		kind = "qcs"
	}
	if req.Service != "" {
		if kind, who = "Service", req.Service; d.IsCAM() {
			kind = "service"
		}
	}
	return `{"` + kind + `": [` + strconv.Quote(who) + `]}`
}
