package program

import (
	"math/bits"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/internal/wildcard"
)

// class is what an index can tell of an action pattern: service and type are a
// text or anything, the operation is a text, begins with one, or is anything.
type class struct {
	cam                bool
	anyService, anyTyp bool
	kind               wildcard.FaceKind
	service, typ, op   string
}

// longestHead bounds what a class tells of the beginning of an operation, so
// that the classes of one action are few.
const longestHead = 8

// maxClasses bounds the classes that one action belongs to: of service and type
// each may be anything, and of the operation the whole, a beginning or nothing
// is told.
const maxClasses = 4 * (2 + longestHead)

// classOf returns the class of a pattern. It is exact if the pattern covers
// every action of it.
func classOf(p *action.Pattern) (c class, exact bool) {
	f := p.Faces()
	c.cam, exact = p.IsCAM(), true
	if f[0].Kind == wildcard.FaceEqual {
		c.service = f[0].Text
	} else {
		c.anyService = true
	}
	if f[1].Kind == wildcard.FaceEqual {
		c.typ = f[1].Text
	} else {
		c.anyTyp = true
	}
	switch op := f[2]; op.Kind {
	case wildcard.FaceEqual:
		c.kind, c.op = op.Kind, op.Text
	case wildcard.FacePrefix:
		c.kind, c.op = op.Kind, op.Text[:min(len(op.Text), longestHead)]
		exact = len(c.op) == len(op.Text)
	}
	for i, any := range [3]bool{c.anyService, c.anyTyp, c.kind == wildcard.FaceAny} {
		exact = exact && f[i].Exact && (!any || f[i].Kind == wildcard.FaceAny)
	}
	return c, exact
}

// has reports whether an action is of the class.
func (c *class) has(n action.Name) bool {
	if c.cam != n.IsCAM() || !c.anyService && c.service != n.Service() || !c.anyTyp && c.typ != n.Type() {
		return false
	}
	op := n.Operation()
	switch c.kind {
	case wildcard.FaceEqual:
		return op == c.op
	case wildcard.FacePrefix:
		return len(op) >= len(c.op) && op[:len(c.op)] == c.op
	}
	return true
}

// Roles of hashed texts.
const (
	roleService uint64 = 2 + iota
	roleType
	roleOp
	roleHead
	roleName
	roleSegment                   // five of them
	rolePrefix  = roleSegment + 5 // beginning of a path
	roleSuffix  = rolePrefix + 1
)

// shape tells which of service and type a class leaves open, as an index.
func shape(cam, anyService, anyTyp bool) int {
	i := 0
	if cam {
		i = 4
	}
	if anyService {
		i |= 2
	}
	if anyTyp {
		i |= 1
	}
	return i
}

// hash is that of the class.
func (c *class) hash() uint64 {
	var service, typ uint64
	if !c.anyService {
		service = hash(c.service, roleService)
	}
	if !c.anyTyp {
		typ = hash(c.typ, roleType)
	}
	h := classBase(c.shape(), service, typ)
	switch c.kind {
	case wildcard.FaceEqual:
		h += hash(c.op, roleOp)
	case wildcard.FacePrefix:
		h += hash(c.op, roleHead)
	}
	return mix(h)
}

// classBase is the part of a class's hash without the operation.
func classBase(shape int, service, typ uint64) uint64 {
	return uint64(shape+1) + service + typ
}

func (c *class) shape() int { return shape(c.cam, c.anyService, c.anyTyp) }

// bit stands for the class among those of its shape: 0 for operations that are a
// text, 1 for anything, 1 + length for those that begin with so many bytes.
func (c *class) bit() int {
	switch c.kind {
	case wildcard.FaceEqual:
		return 0
	case wildcard.FacePrefix:
		return 1 + len(c.op)
	}
	return 1
}

// classes finds the classes of an action among those of the index.
func (x *Index) classes(n action.Name, found *[maxClasses]int32) (count int) {
	first, operation := shape(n.IsCAM(), false, false), n.Operation()
	var service, typ, op uint64
	if x.shapes[first]|x.shapes[first|1] != 0 {
		service = hash(n.Service(), roleService)
	}
	if x.shapes[first]|x.shapes[first|2] != 0 {
		typ = hash(n.Type(), roleType)
	}
	if (x.shapes[first]|x.shapes[first|1]|x.shapes[first|2]|x.shapes[first|3])&1 != 0 {
		op = hash(operation, roleOp)
	}
	for i := first; i < first+4; i++ {
		base := classBase(i, 0, 0)
		if i&2 == 0 {
			base += service
		}
		if i&1 == 0 {
			base += typ
		}
		for has := x.shapes[i]; has != 0; has &= has - 1 {
			h, bit := base, bits.TrailingZeros32(has)
			switch {
			case bit == 0:
				h += op
			case bit > 1:
				if bit-1 > len(operation) {
					has = 0
					continue
				}
				h += hash(operation[:bit-1], roleHead)
			}
			h = mix(h)
			for at := x.byClass.first(h); at >= 0; at = x.byClass.next(at, h) {
				c := x.byClass.slots[at].a
				if g := &x.groups[c]; g.shape() == i && g.bit() == bit && g.has(n) {
					found[count] = int32(c)
					count++
				}
			}
		}
	}
	return count
}

// EveryService stands for all services; see Services.
const EveryService = ^uint64(0)

// Services returns a set of services that the patterns are of, as bits; two
// services may have the same.
func Services(actions []*action.Pattern) (set uint64) {
	for _, p := range actions {
		if f := p.Faces()[0]; f.Kind == wildcard.FaceEqual {
			set |= service(f.Text)
		} else {
			set = EveryService
		}
	}
	return set
}

// ServicesOf returns the bit of the action's service.
func ServicesOf(n action.Name) uint64 { return service(n.Service()) }

func service(s string) uint64 { return 1 << (hash(s, roleService) >> 58) }
