package main

import "math/rand/v2"

// line is a cache line that tells which one is next.
type line struct {
	next uint32
	_    [60]byte
}

// newChase makes a walk over so many bytes: each load needs the one before, and
// all lines are on one ring in random order. What a step costs is what memory
// costs at that footprint, and no decision can be cheaper than its chain of
// dependent loads.
func newChase(bytes int) (step func(n int)) {
	n := max(bytes/64, 16)
	ring := make([]line, n)
	order := make([]uint32, n)
	for i := range order {
		order[i] = uint32(i)
	}
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	for i, at := range order {
		ring[at].next = order[(i+1)%n]
	}
	at := uint32(0)
	return func(n int) {
		for range n {
			at = ring[at].next
		}
		sink += int(at & 1)
	}
}

// sink keeps what is measured from being optimized away.
//
//lint:ignore U1000 it is only written
var sink int
