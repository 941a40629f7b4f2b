package writ

import (
	"slices"
	"strings"

	"github.com/writ-policy/writ/internal/program"
)

// A directory keeps its principals in shards. A shard is never changed: to
// change a principal, one is made anew, which costs the more the larger it is.
// With a million principals, some sixty share one.
const (
	shardBits  = 14
	shardCount = 1 << shardBits
)

// maxPrincipal bounds the id of a principal in bytes, maxAttached its documents
// and its groups each; a cloud allows some ten.
const (
	maxPrincipal = 1 << 10
	maxAttached  = 1 << 10
)

// shard holds principals without a pointer for each: per attachment four bytes.
type shard struct {
	entries []shardEntry // in the order of their hashes; the last is an end
	ids     string
	numbers []uint32
}

// shardEntry tells where the id and the numbers of a principal begin; they reach
// to those of the next. The first numbers are grants, the others groups.
type shardEntry struct {
	hash, id, number uint32
	grants           uint16
}

func shardOf(principal string) int { return int(program.Hash(principal) >> (64 - shardBits)) }

// find returns the numbers of a principal, none for one that it does not know.
func (d *Directory) find(principal string) (a attached) {
	h := program.Hash(principal)
	s := d.shards[h>>(64-shardBits)].Load()
	if i := s.search(uint32(h), principal); i >= 0 {
		e := &s.entries[i]
		numbers := s.numbers[e.number:s.entries[i+1].number]
		a.own, a.groups = numbers[:e.grants], numbers[e.grants:]
	}
	return a
}

// search returns the place of a principal, -1 if there is none.
func (s *shard) search(hash uint32, principal string) int {
	if s == nil {
		return -1
	}
	n := len(s.entries) - 1
	from, to := 0, n
	for from < to {
		if mid := int(uint(from+to) / 2); s.entries[mid].hash < hash {
			from = mid + 1
		} else {
			to = mid
		}
	}
	for ; from < n && s.entries[from].hash == hash; from++ {
		if s.id(from) == principal {
			return from
		}
	}
	return -1
}

func (s *shard) id(i int) string { return s.ids[s.entries[i].id:s.entries[i+1].id] }

// with returns a shard in which a principal has these numbers; without any, it is
// left out.
func (s *shard) with(principal string, grants, groups []uint32) *shard {
	hash := uint32(program.Hash(principal))
	next := &shard{}
	var ids strings.Builder
	if s != nil {
		ids.Grow(len(s.ids) + len(principal))
		next.entries = make([]shardEntry, 0, len(s.entries)+1)
		next.numbers = make([]uint32, 0, len(s.numbers)+len(grants)+len(groups))
	}
	put := func(hash uint32, id string, grants, groups []uint32) {
		next.entries = append(next.entries, shardEntry{hash, uint32(ids.Len()), uint32(len(next.numbers)), uint16(len(grants))})
		ids.WriteString(id)
		next.numbers = append(append(next.numbers, grants...), groups...)
	}
	placed := len(grants)+len(groups) == 0
	if s != nil {
		for i, e := range s.entries[:len(s.entries)-1] {
			if !placed && e.hash >= hash {
				put(hash, principal, grants, groups)
				placed = true
			}
			if id := s.id(i); id != principal {
				numbers := s.numbers[e.number:s.entries[i+1].number]
				put(e.hash, id, numbers[:e.grants], numbers[e.grants:])
			}
		}
	}
	if !placed {
		put(hash, principal, grants, groups)
	}
	if len(next.entries) == 0 {
		return nil
	}
	put(0, "", nil, nil)
	next.ids = ids.String()
	next.entries, next.numbers = slices.Clip(next.entries), slices.Clip(next.numbers)
	return next
}
