package main

import (
	"runtime"
	"slices"
	"time"
)

// probe is something that is timed.
type probe struct {
	name    string
	per     int // operations of one run
	run     func()
	repeat  int       // runs of a round
	rounds  []float64 // nanoseconds for an operation
	garbage bool      // it allocates, and comes last in its round
}

// stopwatch times probes in rounds, each probe once a round, so that all see
// the same machine.
type stopwatch struct {
	budget time.Duration // of a probe in a round
	probes []*probe
	byName map[string]*probe
}

func newStopwatch(budget time.Duration) *stopwatch {
	return &stopwatch{budget: budget, byName: make(map[string]*probe)}
}

func (s *stopwatch) add(name string, per int, run func()) *probe {
	p := &probe{name: name, per: per, run: run}
	s.probes = append(s.probes, p)
	s.byName[name] = p
	return p
}

// addEngine times an engine on the first n requests.
func (s *stopwatch) addEngine(name string, e *engine, n int) *probe {
	return s.add(name, n, func() {
		for i := range n {
			sink += int(e.decide(i))
		}
	})
}

// addWithin times an engine on as many of the first n requests as there is time
// for. They are drawn at random, so any number of them is a fair sample.
func (s *stopwatch) addWithin(budget time.Duration, name string, e *engine, n int) *probe {
	const first = 16
	start := time.Now()
	for i := range first {
		sink += int(e.decide(i))
	}
	each := max(time.Since(start)/first, 1)
	return s.addEngine(name, e, max(first, min(n, int(budget/each))))
}

// addOurs goes through all n requests, unless that takes seconds.
func (s *stopwatch) addOurs(name string, e *engine, n int) *probe {
	return s.addWithin(time.Second, name, e, n)
}

// addPeer keeps within the budget of a round.
func (s *stopwatch) addPeer(name string, e *engine, n int) *probe {
	p := s.addWithin(s.budget, name, e, n)
	p.garbage = true
	return p
}

// measure runs the rounds. What allocates comes last in each, so that nobody
// else pays for collecting what it leaves.
func (s *stopwatch) measure(rounds int) {
	slices.SortStableFunc(s.probes, func(a, b *probe) int {
		switch {
		case a.garbage == b.garbage:
			return 0
		case b.garbage:
			return -1
		}
		return 1
	})
	for _, p := range s.probes {
		start := time.Now()
		p.run()
		p.repeat = max(1, int(s.budget/max(time.Since(start), 1)))
	}
	for range rounds {
		runtime.GC()
		for _, p := range s.probes {
			start := time.Now()
			for range p.repeat {
				p.run()
			}
			took := time.Since(start)
			p.rounds = append(p.rounds, float64(took.Nanoseconds())/float64(p.per)/float64(p.repeat))
		}
	}
}

// ns is the median of a probe's rounds.
func (s *stopwatch) ns(name string) (float64, bool) {
	p := s.byName[name]
	if p == nil {
		return 0, false
	}
	return median(p.rounds), true
}

// over is the median of the ratios of the rounds.
func (s *stopwatch) over(a, b string) (float64, bool) {
	return s.combine(func(v ...float64) float64 { return v[0] / v[1] }, a, b)
}

// combine is the median of what f makes of each round.
func (s *stopwatch) combine(f func(...float64) float64, names ...string) (float64, bool) {
	var ps []*probe
	for _, name := range names {
		if s.byName[name] == nil {
			return 0, false
		}
		ps = append(ps, s.byName[name])
	}
	var all []float64
	for round := range ps[0].rounds {
		var v []float64
		for _, p := range ps {
			v = append(v, p.rounds[round])
		}
		all = append(all, f(v...))
	}
	return median(all), true
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2
}
