// Package program finds, among very many statements, the few that could match a
// request.
//
// The contract: what Find offers includes every statement that matches. It may
// offer some that do not, so whoever asks decides each. Only an offer that is
// marked as settled is known to name the action.
//
// An action belongs to classes, each a literal service and type or any, and the
// operation, a beginning of it or any; a resource has keys, each some of its
// segments and the path, a beginning or an end of it. A statement is filed under
// the classes of its action patterns and the keys of its resource patterns, and a
// request looks up those that occur at all: their number does not grow with the
// statements. Keys are compared by their hashes alone: two that fall together
// only offer more.
package program

import (
	"math/bits"
	"slices"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/internal/wildcard"
	"github.com/writ-policy/writ/resource"
)

// Rule is a statement as the index sees it.
type Rule struct {
	Row  int32 // ascending from rule to rule, below MaxRows
	Deny bool
	CAM  bool
	// Actions are the patterns of which one must cover the action; without any
	// every action may match.
	Actions []*action.Pattern
	// Resources are those of which one must cover the resource; without any every
	// resource may match.
	Resources []*resource.Pattern
	// Bare: it may also match a request without a resource.
	Bare bool
	// Certain: it matches whatever one of the Actions and one of the Resources
	// cover. Later rules of the same Kin that match wherever it does are left out.
	Certain bool
	Kin     int32
}

// MaxRows bounds the statements of an index: three bits of 32 are flags.
const MaxRows = 1 << 29

// Offer is a statement that could match.
type Offer uint32

const (
	denies  Offer = 1 << 31
	settled Offer = 1 << 30
)

// Row returns the statement's Rule.Row.
func (o Offer) Row() int32 { return int32(o &^ (denies | settled)) }

// Denies reports whether it is a Deny.
func (o Offer) Denies() bool { return o&denies != 0 }

// Settled reports whether the statement is known to name the action.
func (o Offer) Settled() bool { return o&settled != 0 }

// Index is immutable; goroutines may share it. The zero Index has no statements.
type Index struct {
	catalog *catalog.Catalog
	groups  []class
	byClass table     // to groups
	shapes  [8]uint32 // the bits of the classes that there are, so that none is looked for in vain

	names  table // to known
	known  []known
	leaves table  // keys of resources, to a group and its offers, or to several
	pairs  []pair // of keys with some groups
	joined table  // keys with many groups: key and group, to offers
	ends   table  // keys of four segments, to lengths
	length []lengths
	masks  [4]masks // by resource.Form
	offers []Offer  // runs, each up to one that is last
}

// known is an action that is in the catalog, or named as it is by a statement, and
// that some statement covers.
type known struct {
	name   action.Name
	action *catalog.Action
	groups []int32
	few    []Offer // all that could match, if they are few
	isFew  bool
	old    bool // it has old names
}

// fewest is how many statements are tried one by one, without a look at the
// resource.
const fewest = 6

// pair is what a key has for one group: where its offers begin.
type pair struct {
	group int32
	run   uint32
}

// several marks a slot of leaves whose pairs stand in Index.pairs, many one whose
// pairs are joined, single one that holds its only offer itself.
const (
	several = 1 << 31
	many    = 1 << 30
	single  = 1 << 29
	scanned = 8 // pairs that are looked through
)

// lengths tell how long the beginnings and ends of paths are that stand behind
// four segments: bit n for n+1 bytes.
type lengths struct{ prefix, suffix uint64 }

// longestEnd bounds the beginnings and ends of paths; of longer ones so much
// counts.
const longestEnd = 64

// masks tell which of service, region, account and type keys have as literals:
// bit m for the set m, for keys without a path, with one, and with a part of one.
type masks struct{ any, path, ends uint16 }

// Actions is an action and what the index knows of it. It belongs to one
// request.
type Actions struct {
	// Action is that of the catalog, nil if it does not know it.
	Action *catalog.Action
	// Old: the action has old names, under which statements may name it.
	Old bool

	known *known
	found [maxClasses]int32
	count int
}

// Actions resolves an action.
func (x *Index) Actions(n action.Name, a *Actions) {
	h := hash(n.String(), roleName)
	for i := x.names.first(h); i >= 0; i = x.names.next(i, h) {
		if k := &x.known[x.names.slots[i].a]; k.name == n {
			a.known, a.Action, a.Old = k, k.action, k.old
			return
		}
	}
	if a.Action, _ = x.catalog.Action(n); a.Action == nil {
		a.count = x.classes(n, &a.found)
	}
}

// Few returns the statements that could match, whatever the resource is, Deny
// first; ok is false if they are not few, and Find tells them.
func (a *Actions) Few() (few []Offer, ok bool) {
	if a.known == nil || !a.known.isFew {
		return nil, false
	}
	return a.known.few, true
}

// Roles of keys, apart from those of segments.
const (
	keyAny uint64 = 1 + iota
	keyPath
	keyPrefix
	keySuffix
	keyEnds
	keyAll  // every resource
	keyBare // no resource
)

// key is the hash of a key: the sum of its literal segments, and what it says of
// the path.
func key(form resource.Form, mask int, segments, path, kind uint64) uint64 {
	return mix(segments + path + uint64(form)<<8 + uint64(mask) + kind<<16)
}

// Find offers the statements that could match an action on a resource, each at
// least once and in no order.
func (x *Index) Find(a *Actions, n resource.Name, offer func(Offer)) {
	groups := a.found[:a.count]
	if a.known != nil {
		groups = a.known.groups
	}
	if len(groups) == 0 {
		return
	}
	x.leaf(key(0, 0, 0, 0, keyAll), groups, offer)
	if n.IsZero() {
		x.leaf(key(0, 0, 0, 0, keyBare), groups, offer)
		return
	}
	form := n.Form()
	m := &x.masks[form]
	used := m.any | m.path | m.ends
	if used == 0 {
		return
	}
	var segments [4]uint64
	if used != 1 && form != resource.URI {
		segments = [4]uint64{hash(n.Service(), roleSegment), hash(n.Region(), roleSegment+1), 0, 0}
		if form == resource.URN {
			segments[2], segments[3] = hash(n.Account(), roleSegment+2), hash(n.Type(), roleSegment+3)
		}
	}
	var path uint64
	text := n.Path()
	if m.path != 0 {
		path = hash(text, roleSegment+4)
	}
	x.keys(form, m, &segments, path, text, groups, offer)
	if form == resource.URN && n.Region() == "*" {
		segments[1] = hash("", roleSegment+1) // huawei.md I-21
		x.keys(form, m, &segments, path, text, groups, offer)
	}
}

// keys looks up all keys of a resource of which there are some.
func (x *Index) keys(form resource.Form, m *masks, segments *[4]uint64, path uint64, text string, groups []int32, offer func(Offer)) {
	for used := m.any | m.path | m.ends; used != 0; used &= used - 1 {
		mask := bits.TrailingZeros16(used)
		var sum uint64
		for i := range segments {
			if mask>>i&1 != 0 {
				sum += segments[i]
			}
		}
		if m.any>>mask&1 != 0 {
			x.leaf(key(form, mask, sum, 0, keyAny), groups, offer)
		}
		if m.path>>mask&1 != 0 {
			x.leaf(key(form, mask, sum, path, keyPath), groups, offer)
		}
		if m.ends>>mask&1 == 0 {
			continue
		}
		h := key(form, mask, sum, 0, keyEnds)
		for i := x.ends.first(h); i >= 0; i = x.ends.next(i, h) {
			l := &x.length[x.ends.slots[i].a]
			for has := l.prefix; has != 0; has &= has - 1 {
				length := bits.TrailingZeros64(has) + 1
				if length > len(text) {
					break
				}
				x.leaf(key(form, mask, sum, hash(text[:length], rolePrefix), keyPrefix), groups, offer)
			}
			for has := l.suffix; has != 0; has &= has - 1 {
				length := bits.TrailingZeros64(has) + 1
				if length > len(text) {
					break
				}
				x.leaf(key(form, mask, sum, hash(text[len(text)-length:], roleSuffix), keySuffix), groups, offer)
			}
		}
	}
}

// leaf offers what is filed under a key for one of the groups.
func (x *Index) leaf(h uint64, groups []int32, offer func(Offer)) {
	for i := x.leaves.first(h); i >= 0; i = x.leaves.next(i, h) {
		s := &x.leaves.slots[i]
		switch {
		case s.a&several == 0:
			if slices.Contains(groups, int32(s.a&^single)) {
				if s.a&single != 0 {
					offer(Offer(s.b))
				} else {
					x.run(s.b, offer)
				}
			}
		case s.a&many == 0:
			for _, p := range x.pairs[s.b : s.b+s.a&^several] {
				if slices.Contains(groups, p.group) {
					x.run(p.run, offer)
				}
			}
		default:
			for _, g := range groups {
				h := join(h, g)
				for j := x.joined.first(h); j >= 0; j = x.joined.next(j, h) {
					if s := &x.joined.slots[j]; s.b == uint32(g) {
						x.run(s.a, offer)
					}
				}
			}
		}
	}
}

func join(key uint64, group int32) uint64 { return mix(key + uint64(group)) }

// last marks the end of a run. It takes the place of no flag of an Offer that is
// handed out.
const last = 1 << 29

// run offers statements from a place on.
func (x *Index) run(at uint32, offer func(Offer)) {
	for {
		o := x.offers[at]
		offer(o &^ last)
		if o&last != 0 {
			return
		}
		at++
	}
}

// entry files a statement under a key and a group.
type entry struct {
	key     uint64
	group   int32
	offer   Offer
	kin     int32
	certain bool
	place   *resource.Pattern
}

// maxEntries bounds what a statement with many actions and many resources is
// filed under, per pattern: so that an index is linear in what it is made of, a
// statement beyond it is filed by its resources, or its actions, alone.
const maxEntries = 8

// builder makes an index.
type builder struct {
	*Index
	ids     map[class]int32
	any     [2]filed // groups of all actions, of Huawei Cloud and of CAM
	entries []entry
	byGroup [][]Offer // the first offers of each group, one more than fewest
	pool    []int32   // groups of known actions
	ending  map[uint64]int

	// The actions that statements name and the catalog does not know, and their
	// places by their texts.
	literals []action.Name
	named    map[string]int
}

// New makes the index of rules and of the actions that a catalog knows.
func New(c *catalog.Catalog, rules []Rule) *Index {
	b := &builder{Index: &Index{catalog: c}, ids: map[class]int32{}, ending: map[uint64]int{}, named: map[string]int{}}
	for i := range b.any {
		b.any[i].id = uint64(b.group(&class{cam: i == 1, anyService: true, anyTyp: true}))
	}
	for i := range rules {
		b.add(&rules[i])
	}
	slots := make([]slot, len(b.groups))
	for i := range b.groups {
		slots[i] = slot{b.groups[i].hash(), uint32(i), 0}
	}
	b.byClass.fill(slots)
	b.file()
	b.learn()
	return b.Index
}

// group returns the id of a class.
func (b *builder) group(c *class) int32 {
	id, ok := b.ids[*c]
	if !ok {
		id = int32(len(b.groups))
		b.ids[*c] = id
		b.groups = append(b.groups, *c)
		b.byGroup = append(b.byGroup, nil)
		b.shapes[c.shape()] |= 1 << c.bit()
	}
	return id
}

// filed is a group or key under which a rule is filed.
type filed struct {
	id    uint64
	exact bool
	place *resource.Pattern // of a key, nil for that of every resource
}

// offer marks an offer as settled if the group is exact.
func (f filed) offer(o Offer) Offer {
	if f.exact {
		o |= settled
	}
	return o
}

// add files a rule.
func (b *builder) add(r *Rule) {
	o, every := Offer(r.Row), b.any[0]
	if r.Deny {
		o |= denies
	}
	if r.CAM {
		every = b.any[1]
	}
	var groups, keys []filed
	for _, p := range r.Actions {
		if n, ok := p.Literal(); ok {
			if _, again := b.named[n.String()]; !again {
				b.named[n.String()] = len(b.literals)
				b.literals = append(b.literals, n)
			}
		}
		groups = put(groups, b.class(p))
	}
	if len(groups) == 0 {
		groups = put(groups, every)
	}
	all := filed{id: key(0, 0, 0, 0, keyAll), exact: true}
	for _, p := range r.Resources {
		f := all
		if !p.Everything() {
			f = b.key(p)
		}
		keys = put(keys, f)
	}
	if len(keys) == 0 {
		keys = put(keys, all)
	}
	if r.Bare {
		keys = put(keys, filed{id: key(0, 0, 0, 0, keyBare)})
	}
	groups, keys = compact(groups), compact(keys)
	for _, g := range groups {
		if l := &b.byGroup[g.id]; len(*l) <= fewest {
			*l = append(*l, g.offer(o))
		}
	}
	switch {
	case len(groups)*len(keys) <= maxEntries*(len(groups)+len(keys)):
	case len(r.Resources) > 0:
		groups = put(nil, every)
	default:
		keys = put(nil, all)
	}
	for _, k := range keys {
		for _, g := range groups {
			b.entries = append(b.entries, entry{k.id, int32(g.id), g.offer(o), r.Kin, r.Certain && k.exact && g.exact, k.place})
		}
	}
}

// class files an action pattern.
func (b *builder) class(p *action.Pattern) filed {
	c, exact := classOf(p)
	return filed{uint64(b.group(&c)), exact, nil}
}

// put is append. (Not inlined for the size of programs.)
//
//go:noinline
func put(fs []filed, f filed) []filed { return append(fs, f) }

// compact keeps one of each; it is exact if one of them was. (Not inlined for the
// size of programs.)
//
//go:noinline
func compact(fs []filed) []filed {
	if len(fs) < 2 {
		return fs
	}
	at := make(map[uint64]int, len(fs))
	kept := fs[:0]
	for _, f := range fs {
		i, known := at[f.id]
		switch {
		case !known || !sameKey(kept[i].place, f.place):
			at[f.id] = len(kept)
			kept = append(kept, f)
		case f.exact:
			kept[i] = f
		}
	}
	return kept
}

// sameKey reports whether two patterns of one hash surely have one key: they are
// the same text.
func sameKey(p, q *resource.Pattern) bool {
	return p == q || p != nil && q != nil && p.Form() == q.Form() && p.String() == q.String()
}

// key files a resource pattern.
func (b *builder) key(p *resource.Pattern) filed {
	faces, mask, exact := p.Faces(), 0, true
	var sum uint64
	for i := range faces[:4] {
		f := &faces[i]
		if f.Kind == wildcard.FaceEqual {
			mask |= 1 << i
			sum += hash(f.Text, roleSegment+uint64(i))
		}
		exact = exact && f.Exact && (f.Kind == wildcard.FaceEqual || f.Kind == wildcard.FaceAny)
	}
	form, path := p.Form(), &faces[4]
	text, n := path.Text, min(len(path.Text), longestEnd)
	exact = exact && path.Exact && (path.Kind == wildcard.FaceEqual || n == len(text))
	var h, kind uint64
	switch m := &b.masks[form]; path.Kind {
	case wildcard.FaceEqual:
		m.path |= 1 << mask
		h, kind = hash(text, roleSegment+4), keyPath
	case wildcard.FacePrefix:
		m.ends |= 1 << mask
		b.endAt(key(form, mask, sum, 0, keyEnds)).prefix |= 1 << (n - 1)
		h, kind = hash(text[:n], rolePrefix), keyPrefix
	case wildcard.FaceSuffix:
		m.ends |= 1 << mask
		b.endAt(key(form, mask, sum, 0, keyEnds)).suffix |= 1 << (n - 1)
		h, kind = hash(text[len(text)-n:], roleSuffix), keySuffix
	default:
		m.any |= 1 << mask
		kind = keyAny
	}
	return filed{key(form, mask, sum, h, kind), exact, p}
}

// endAt returns the lengths under a key. (Not inlined for the size of programs.)
//
//go:noinline
func (b *builder) endAt(h uint64) *lengths {
	i, ok := b.ending[h]
	if !ok {
		i = len(b.length)
		b.ending[h] = i
		b.length = append(b.length, lengths{})
	}
	return &b.length[i]
}

// sort orders the entries by key, group and effect, and leaves those that agree in
// their order: from the last digit to the first.
func (b *builder) sort() {
	spare := make([]entry, len(b.entries))
	for digit := range 13 {
		var ends [257]int
		for i := range b.entries {
			ends[b.entries[i].digit(digit)+1]++
		}
		for i := range 256 {
			ends[i+1] += ends[i]
		}
		for i := range b.entries {
			d := b.entries[i].digit(digit)
			spare[ends[d]] = b.entries[i]
			ends[d]++
		}
		b.entries, spare = spare, b.entries
	}
}

// digit returns a byte of what entries are ordered by, from the least.
func (e *entry) digit(i int) int {
	switch {
	case i > 4:
		return int(e.key >> (8 * (i - 5)) & 0xff)
	case i > 0:
		return int(e.group >> (8 * (i - 1)) & 0xff)
	case e.offer.Denies():
		return 0
	}
	return 1
}

// addSlot adds a slot. (Not inlined for the size of programs.)
//
//go:noinline
func addSlot(slots []slot, hash uint64, a, b uint32) []slot {
	return append(slots, slot{hash, a, b})
}

// file makes the tables of the entries.
func (b *builder) file() {
	b.sort()
	var leaves, joined []slot
	for from := 0; from < len(b.entries); {
		h := b.entries[from].key
		first := len(b.pairs)
		for from < len(b.entries) && b.entries[from].key == h {
			group, run := b.entries[from].group, uint32(len(b.offers))
			to := from
			for to < len(b.entries) && b.entries[to].key == h && b.entries[to].group == group {
				to++
			}
			b.write(b.entries[from:to])
			b.pairs = append(b.pairs, pair{group, run})
			from = to
		}
		switch pairs := b.pairs[first:]; {
		case len(pairs) == 1:
			group, at := uint32(pairs[0].group), pairs[0].run
			if o := b.offers[at]; o&last != 0 {
				group, b.offers, at = group|single, b.offers[:at], uint32(o&^last)
			}
			leaves = addSlot(leaves, h, group, at)
			b.pairs = b.pairs[:first]
		case len(pairs) <= scanned:
			leaves = addSlot(leaves, h, several|uint32(len(pairs)), uint32(first))
		default:
			leaves = addSlot(leaves, h, several|many, 0)
			for _, p := range pairs {
				joined = addSlot(joined, join(h, p.group), p.run, uint32(p.group))
			}
			b.pairs = b.pairs[:first]
		}
	}
	var ends []slot
	for h, i := range b.ending {
		ends = addSlot(ends, h, uint32(i), 0)
	}
	b.leaves.fill(leaves)
	b.joined.fill(joined)
	b.ends.fill(ends)
	b.pairs, b.offers = slices.Clip(b.pairs), slices.Clip(b.offers)
}

// write writes the offers of one key and group. What comes behind a certain one of
// the same kin and effect can never be the first to match, if it has the same key
// and not only its hash.
func (b *builder) write(es []entry) {
	var done [4]*entry // certain ones, as far as they fit
	n, deny := 0, false
next:
	for i := range es {
		e := &es[i]
		if i == 0 || e.offer.Denies() != deny {
			n, deny = 0, e.offer.Denies()
		}
		for _, c := range done[:n] {
			if c.kin == e.kin && sameKey(c.place, e.place) {
				continue next
			}
		}
		if e.certain && n < len(done) {
			done[n] = e
			n++
		}
		b.offers = append(b.offers, e.offer)
	}
	b.offers[len(b.offers)-1] |= last
}

// learn makes the table of known actions.
func (b *builder) learn() {
	for a := range b.catalog.Actions(nil) {
		b.know(a.Name(), a)
	}
	for _, n := range b.literals {
		if !n.IsZero() {
			b.know(n, nil)
		}
	}
	slots := make([]slot, len(b.known))
	for i := range b.known {
		k := &b.known[i]
		b.choose(k)
		slots[i] = slot{hash(k.name.String(), roleName), uint32(i), 0}
	}
	b.names.fill(slots)
}

// know adds an action, with that of the catalog if it has it.
func (b *builder) know(n action.Name, a *catalog.Action) {
	k := known{name: n, action: a}
	from := len(b.pool)
	b.groupsOf(from, n)
	if a != nil {
		if i, ok := b.named[n.String()]; ok {
			b.literals[i] = action.Name{}
		}
		for old := range a.Aliases() {
			k.old = true
			b.groupsOf(from, old)
		}
	}
	if k.groups = b.pool[from:len(b.pool):len(b.pool)]; len(k.groups) > 0 {
		b.known = append(b.known, k)
	}
}

// groupsOf puts the groups of a name into the pool, but those that stand there
// from a place on.
func (b *builder) groupsOf(from int, n action.Name) {
	var found [maxClasses]int32
	for _, g := range found[:b.classes(n, &found)] {
		if !slices.Contains(b.pool[from:], g) {
			b.pool = append(b.pool, g)
		}
	}
}

// choose lists the statements that could match, if they are few.
func (b *builder) choose(k *known) {
	var few []Offer
	for _, g := range k.groups {
		if len(b.byGroup[g]) > fewest {
			return
		}
		for _, o := range b.byGroup[g] {
			at := len(few)
			for at > 0 && !few[at-1].before(o) {
				at--
			}
			if at < len(few) && few[at].Row() == o.Row() {
				few[at] |= o
				continue
			}
			if len(few) == fewest {
				return
			}
			few = append(few, o)
			copy(few[at+1:], few[at:])
			few[at] = o
		}
	}
	k.few, k.isFew = few, true
}

// before orders offers: Deny first.
func (o Offer) before(p Offer) bool {
	if o.Denies() != p.Denies() {
		return o.Denies()
	}
	return o.Row() < p.Row()
}
