package condition

import (
	"net/netip"
	"slices"

	"github.com/writ-policy/writ/internal/wildcard"
)

// manyValues is from how many values on a clause looks for a request's value
// instead of comparing it with each.
const manyValues = 9

// set holds the literal texts or the networks of a clause with many values.
type set struct {
	texts   map[string]struct{}
	nets    map[netip.Prefix]struct{}
	lengths [2][]int  // of the networks of IPv4 and of IPv6: some few
	rest    []operand // to be compared one by one
}

// newSet makes the set of operands of one type; nil if they are few.
func newSet(t Type, operands []operand) *set {
	if len(operands) < manyValues || t != StringType && t != IPType {
		return nil
	}
	s := &set{texts: make(map[string]struct{}), nets: make(map[netip.Prefix]struct{})}
	for i := range operands {
		o := &operands[i]
		switch {
		case len(o.vars) > 0:
			s.rest = append(s.rest, *o)
		case t == IPType:
			s.nets[o.prefix.Masked()] = struct{}{}
			l := &s.lengths[family(o.prefix.Addr())]
			if !slices.Contains(*l, o.prefix.Bits()) {
				*l = append(*l, o.prefix.Bits())
			}
		default:
			if f := o.m.Face(); f.Kind == wildcard.FaceEqual {
				s.texts[f.Text] = struct{}{}
			} else {
				s.rest = append(s.rest, *o)
			}
		}
	}
	return s
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

// has reports whether a text or an address is in the set.
func (s *set) has(text string, a netip.Addr) bool {
	if !a.IsValid() {
		_, ok := s.texts[text]
		return ok
	}
	for _, bits := range s.lengths[family(a)] {
		p, err := a.Prefix(bits)
		if _, ok := s.nets[p]; ok && err == nil {
			return true
		}
	}
	return false
}
