package main

import (
	"fmt"
	"math"
)

// bar is a figure that writ is held to.
type bar struct {
	what     string
	limit    float64
	least    bool // the figure must be at least the limit, not at most
	measured float64
	ok       bool // it was measured
}

func (b *bar) met() string {
	switch {
	case !b.ok:
		return "not measured"
	case b.least && b.measured >= b.limit || !b.least && b.measured <= b.limit:
		return "yes"
	}
	return "**no**"
}

// fastestPeer is the ratio to the fastest of the peers that count.
func (r *report) fastestPeer(s *stopwatch, prefix, ours string, counts func(*peer) bool) (name string, ratio float64, ok bool) {
	name, ratio = "none", math.Inf(1)
	for _, p := range peers {
		if x, found := s.over(prefix+p.name, ours); found && x < ratio && counts(p) {
			name, ratio, ok = p.name, x, true
		}
	}
	return name, ratio, ok
}

// bars judges the run.
func (r *report) bars() (all []bar) {
	add := func(what string, least bool, limit float64) func(float64, bool) {
		return func(measured float64, ok bool) { all = append(all, bar{what, limit, least, measured, ok}) }
	}
	const atLeast, atMost = true, false
	d := r.decide
	addPeer := func(what string, limit float64, s *stopwatch, prefix, ours string, counts func(*peer) bool) {
		name, measured, ok := r.fastestPeer(s, prefix, ours, counts)
		add(what+" (fastest: "+name+")", atLeast, limit)(measured, ok)
	}
	uncached := func(p *peer) bool { return !p.cached }
	addPeer("peer / writ, 80 statements", 20, d, "eighty/", "eighty/cold", uncached)
	add("plain loop / writ, 80 statements", atLeast, 10)(d.over("eighty/loop", "eighty/cold"))
	for _, b := range []struct {
		name  string
		limit float64
	}{{"org100", 10}, {"org1000", 50}, {"org10000", 300}, {"org100000", 4000}} {
		add("plain loop / writ, "+b.name, atLeast, b.limit)(d.over(b.name+"/loop", b.name+"/cold"))
	}
	add("cold, org100000 / org1000", atMost, 2.5)(d.over("org100000/cold", "org1000/cold"))
	add("hot, org100000 / org1000", atMost, 1.5)(d.over("org100000/hot", "org1000/hot"))
	add("(cold − hot) / chase, org100000", atMost, 5)(r.misses("org100000"))
	addPeer("uncached peer / writ, org10000", 1000, d, "org10000/", "org10000/cold", uncached)
	addPeer("the same, of peers that go through all statements", 1000, d, "org10000/", "org10000/cold", func(p *peer) bool { return !p.cached && !p.indexed })
	for _, name := range []string{"org10", "org100"} {
		add("writ / list per action, "+name, atMost, 1.2)(d.over(name+"/cold", name+"/list"))
	}
	add("unknown / known action, worst size", atMost, 2)(r.worstOver("unknown"))
	add("without / with the catalog, worst size", atMost, 2)(r.worstOver("no catalog"))
	most, counted := 0.0, false
	for _, n := range r.allocs {
		most, counted = max(most, n), true
	}
	add("allocations of a decision, any size, known or not", atMost, 0)(most, counted)
	add("two cores / one, decisions in parallel", atLeast, 1.8)(d.over("parallel/1", "parallel/2"))
	bytes, ok := r.bytes["org100000"]
	add("bytes per statement, org100000", atMost, 200)(bytes, ok)
	took, ok := r.compile.ns("org100000")
	add("compile, µs per statement, org100000", atMost, 10)(took/1000, ok)
	add("compile per statement, org100000 / org10000 (linear)", atMost, 1.5)(r.compile.over("org100000", "org10000"))
	addPeer("peer / writ, parse and compile 80 statements", 1, r.compile, "parse/", "parse/writ", func(p *peer) bool { return !p.loads })
	add("six guardrail levels / one", atMost, 3)(d.over("levels/6", "levels/1"))
	worst, ok := r.worst()
	add("worst pattern on 1 KB, µs", atMost, 50)(worst/1000, ok)
	return all
}

// misses is what being cold costs, in dependent loads at the same footprint.
func (r *report) misses(name string) (float64, bool) {
	return r.decide.combine(func(v ...float64) float64 { return (v[0] - v[1]) / v[2] }, name+"/cold", name+"/hot", name+"/chase")
}

// worstOver is the largest ratio to the cold decision over all workloads.
func (r *report) worstOver(what string) (worst float64, ok bool) {
	for _, w := range workloads {
		if x, found := r.decide.over(w.name+"/"+what, w.name+"/cold"); found {
			worst, ok = max(worst, x), true
		}
	}
	return worst, ok
}

// figure writes a number with two or three digits that count.
func figure(v float64) string {
	switch {
	case v >= 1000:
		return group(int64(math.Round(v)))
	case v >= 100 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func group(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
