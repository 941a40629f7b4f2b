package program

import (
	"hash/maphash"
	"math/bits"
)

// seed and factor differ from process to process, so that nobody can prepare
// names that fall together.
var (
	random = maphash.MakeSeed()
	seed   = maphash.String(random, "seed")
	factor = maphash.String(random, "factor") | 1
)

// mix spreads a number over 64 bits.
func mix(a uint64) uint64 {
	hi, lo := bits.Mul64(a, factor)
	return hi ^ lo
}

// hash is that of a text in a role: the same text in another has another hash.
func hash(s string, role uint64) uint64 {
	h, length := seed+role<<32, uint64(len(s))
	for len(s) > 8 {
		h = mix(h^eight(s)) + role
		s = s[8:]
	}
	var last uint64
	switch n := len(s); {
	case n == 8:
		last = eight(s)
	case n >= 4:
		last = four(s) | four(s[n-4:])<<32
	case n > 0:
		last = uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	// The length comes in where no byte of the text can undo it.
	return mix(mix(h^last) + role + length<<8)
}

// Hash is a hash of a text; it differs from process to process.
func Hash(s string) uint64 { return hash(s, 0) }

func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func four(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// table finds slots by their hash. Slots of equal hash stand beside each other;
// whoever looks one up compares what the hash is of, or takes them all. The zero
// table is empty.
type table struct {
	filter []uint64 // a bit for each hash that there is, of some sixteen a slot
	tags   []uint8  // 0 is free
	slots  []slot
}

// slot is what a table holds: 16 bytes.
type slot struct {
	hash uint64
	a, b uint32
}

// fill puts slots into an empty table. Nearly every miss looks at the filter
// alone.
func (t *table) fill(slots []slot) {
	if len(slots) == 0 {
		return
	}
	size := 2*len(slots) + 1
	t.filter, t.tags, t.slots = make([]uint64, len(slots)/4+1), make([]uint8, size), make([]slot, size)
	for _, s := range slots {
		word, bit := t.mark(s.hash)
		t.filter[word] |= bit
		i := t.place(s.hash)
		for t.tags[i] != 0 {
			if i++; i == size {
				i = 0
			}
		}
		t.tags[i], t.slots[i] = tag(s.hash), s
	}
}

func tag(h uint64) uint8 { return uint8(h) | 1 }

func (t *table) place(h uint64) int {
	hi, _ := bits.Mul64(h, uint64(len(t.tags)))
	return int(hi)
}

// first returns the place of the first slot with a hash, -1 if there is none.
func (t *table) first(h uint64) int {
	if len(t.filter) == 0 {
		return -1
	}
	if word, bit := t.mark(h); t.filter[word]&bit == 0 {
		return -1
	}
	return t.from(t.place(h), h)
}

// mark returns where the filter has a hash, apart from what place and tag look at.
func (t *table) mark(h uint64) (word int, bit uint64) {
	hi, _ := bits.Mul64(h<<24, uint64(len(t.filter)))
	return int(hi), 1 << (h >> 8 & 63)
}

// next returns the place of the slot with the same hash that comes after i.
func (t *table) next(i int, h uint64) int {
	if i++; i == len(t.tags) {
		i = 0
	}
	return t.from(i, h)
}

func (t *table) from(i int, h uint64) int {
	for want := tag(h); t.tags[i] != 0; {
		if t.tags[i] == want && t.slots[i].hash == h {
			return i
		}
		if i++; i == len(t.tags) {
			i = 0
		}
	}
	return -1
}
