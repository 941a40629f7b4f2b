package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

// settings say how much is measured.
type settings struct {
	only   []string // names of workloads; all if empty
	quick  bool
	rounds int
	budget time.Duration // of a probe in a round
	log    io.Writer
}

func (s settings) wants(name string) bool { return len(s.only) == 0 || slices.Contains(s.only, name) }

// workloads are those in which requests are decided, by the name that -only takes.
var workloads = []struct {
	name string
	size int
	make func() *workload
}{
	{"five", 5, five},
	{"eighty", 80, eighty},
	{"org10", 10, func() *workload { return org(10) }},
	{"org100", 100, func() *workload { return org(100) }},
	{"org1000", 1000, func() *workload { return org(1000) }},
	{"org10000", 10000, func() *workload { return org(10000) }},
	{"org100000", 100000, func() *workload { return org(100000) }},
}

// names are all that -only takes.
func names() (all []string) {
	for _, w := range workloads {
		all = append(all, w.name)
	}
	return append(all, "parse", "parallel", "levels", "wildcard")
}

// report is what a run found out.
type report struct {
	settings
	decide    *stopwatch // names are workload/what
	compile   *stopwatch
	size      map[string]int     // statements of a workload
	bytes     map[string]float64 // of a statement
	allocs    map[string]float64
	left      []string // what was left out, and why
	cores     int      // that parallel was measured on
	footprint map[string]int
}

func (r *report) logf(format string, args ...any) {
	fmt.Fprintf(r.log, "%s "+format+"\n", append([]any{time.Now().Format("15:04:05")}, args...)...)
}

// run measures. It fails if any engine answers otherwise than the reference.
func run(s settings) (*report, error) {
	r := &report{
		settings: s, decide: newStopwatch(s.budget), compile: newStopwatch(s.budget),
		size: map[string]int{}, bytes: map[string]float64{}, allocs: map[string]float64{}, footprint: map[string]int{},
	}
	known, err := ownCatalog()
	if err != nil {
		return nil, err
	}
	made := make(map[string]*workload)
	sets := make(map[string]*compiled)
	for _, w := range workloads {
		if !s.wants(w.name) {
			continue
		}
		made[w.name] = w.make()
		if sets[w.name], err = compileWrit(made[w.name], known); err != nil {
			return nil, err
		}
		r.size[w.name] = w.size
		r.footprint[w.name] = sets[w.name].bytes
		r.bytes[w.name] = float64(sets[w.name].bytes) / float64(w.size)
		layer := writ.Layer{Kind: writ.Identity, Documents: sets[w.name].documents}
		r.compile.add(w.name, w.size, func() {
			set, err := writ.Compiler{Catalog: known}.Compile(layer)
			if err != nil {
				panic(err)
			}
			kept = set
		}).garbage = true
	}
	if s.wants("parse") {
		if err := r.addParse(known); err != nil {
			return nil, err
		}
	}
	r.logf("compiling")
	r.compile.measure(s.rounds)

	for _, w := range workloads {
		if made[w.name] == nil {
			continue
		}
		r.logf("checking %s", w.name)
		if err := r.addDecisions(w.name, made[w.name], sets[w.name]); err != nil {
			return nil, err
		}
	}
	for _, extra := range []struct {
		name string
		add  func(*catalog.Catalog) error
	}{{"parallel", r.addParallel}, {"levels", r.addLevels}, {"wildcard", r.addWildcard}} {
		if s.wants(extra.name) {
			if err := extra.add(known); err != nil {
				return nil, err
			}
		}
	}
	r.logf("deciding")
	r.decide.measure(s.rounds)
	return r, nil
}

// kept is the set compiled last, so that compiling is not optimized away.
//
//lint:ignore U1000 it is only written
var kept *writ.Set

// addDecisions checks and adds all engines for one workload.
func (r *report) addDecisions(name string, w *workload, c *compiled) error {
	budget := 20_000_000
	if r.quick {
		budget = 2_000_000
	}
	want := w.expected(budget)
	ours, loop := newWrit("writ", c.set, w.questions), newLoop(w)
	if err := ours.check(w, want); err != nil {
		return err
	}
	if err := loop.check(w, want); err != nil {
		return err
	}
	if err := agree(w, loop, ours, 5*budget/len(w.statements)); err != nil {
		return err
	}
	r.decide.addOurs(name+"/cold", ours, len(w.questions))
	r.decide.addEngine(name+"/hot", ours, hotAsked)
	step := newChase(c.bytes)
	r.decide.add(name+"/chase", 1<<16, func() { step(1 << 16) })
	r.allocs[name] = ours.allocations()

	strange := unknown(w)
	lost, lostLoop := newWrit("writ", c.set, strange.questions), newLoop(strange)
	if err := agree(strange, lostLoop, lost, budget/len(w.statements)); err != nil {
		return err
	}
	r.decide.addOurs(name+"/unknown", lost, len(w.questions))
	r.allocs[name+", unknown"] = lost.allocations()

	bare, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: c.documents})
	if err != nil {
		return err
	}
	blind := newWrit("writ without the catalog", bare, w.questions)
	if err := blind.check(w, want); err != nil {
		return err
	}
	r.decide.addOurs(name+"/no catalog", blind, len(w.questions))
	r.allocs[name+", no catalog"] = blind.allocations()

	r.decide.addWithin(5*r.budget, name+"/loop", loop, len(w.questions))
	if len(w.statements) <= 1000 {
		list := newList(w)
		if err := list.check(w, want); err != nil {
			return err
		}
		r.decide.addEngine(name+"/list", list, len(w.questions))
	}
	for _, p := range peers {
		switch {
		case len(w.statements) > p.most && p.cached:
			r.left = append(r.left, fmt.Sprintf("%s on %s: it takes too long to fill the cache.", p.name, name))
			continue
		case len(w.statements) > p.most:
			r.left = append(r.left, fmt.Sprintf("%s on %s: a decision takes tenths of a second and more.", p.name, name))
			continue
		case r.quick && len(w.statements) > 10000:
			r.left = append(r.left, fmt.Sprintf("%s on %s: not with -quick, since it takes minutes to prepare.", p.name, name))
			continue
		}
		start := time.Now()
		e, err := p.prepare(w)
		if err != nil {
			r.left = append(r.left, fmt.Sprintf("%s on %s: %v", p.name, name, err))
			continue
		}
		r.logf("  %s prepared in %v", p.name, time.Since(start).Round(time.Millisecond))
		asked := len(w.questions)
		if p.cached {
			asked = hotAsked
			if err := e.check(w, want[:min(len(want), asked)]); err != nil {
				return err
			}
		}
		probe := r.decide.addPeer(name+"/"+p.name, e, asked)
		if err := e.check(w, want[:min(len(want), probe.per)]); err != nil {
			return err
		}
	}
	return nil
}

// addParse measures from the texts of policies to something that can be asked.
func (r *report) addParse(known *catalog.Catalog) error {
	w := eighty()
	texts := w.texts()
	r.compile.add("parse/writ", 1, func() {
		docs, err := parse(policy.HuaweiIdentity, texts)
		if err == nil {
			_, err = writ.Compiler{Catalog: known}.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
		}
		if err != nil {
			panic(err)
		}
	}).garbage = true
	for _, p := range peers {
		if p.compile == nil {
			continue
		}
		again, err := p.compile(w)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		r.compile.add("parse/"+p.name, 1, func() {
			if err := again(); err != nil {
				panic(err)
			}
		}).garbage = true
	}
	return nil
}
