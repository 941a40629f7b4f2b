package main

import (
	"fmt"
	"slices"
)

// engine has a workload prepared, statements and requests.
type engine struct {
	name   string
	decide func(i int) verdict // request i
	// coarse: the engine does not tell the two ways of denying apart.
	coarse bool
}

// peer prepares workloads for another library. It refuses, with the reason,
// those that it cannot express.
type peer struct {
	name, module string
	how          string // the path through the library
	most         int    // statements; above, it does not finish in reasonable time
	cached       bool   // it answers from memory what it has been asked before
	prepare      func(w *workload) (*engine, error)
	indexed      bool // it does not go through all statements
	loads        bool // compile only loads lines, which are matched as text
	// compile returns what turns the texts of the policies into something that
	// can be asked; nil if nothing is compiled.
	compile func(w *workload) (func() error, error)
}

// expected has the reference's verdicts on the first requests, no more than a
// budget of statements allows.
func (w *workload) expected(budget int) []verdict {
	n := min(len(w.questions), max(budget/len(w.statements), 16))
	vs := make([]verdict, n)
	for i := range vs {
		vs[i] = reference(w.statements, &w.questions[i])
	}
	return vs
}

// check compares the verdicts of an engine with those expected.
func (e *engine) check(w *workload, want []verdict) error {
	for i, v := range want {
		got := e.decide(i)
		if got == v || e.coarse && (got == allow) == (v == allow) {
			continue
		}
		q := &w.questions[i]
		return fmt.Errorf("%s, %s: request %d, %s on %s: %v, want %v", w.name, e.name, i, q.action, q.resource, got, v)
	}
	return nil
}

// agree compares two engines on the first n requests.
func agree(w *workload, a, b *engine, n int) error {
	want := make([]verdict, min(n, len(w.questions)))
	for i := range want {
		want[i] = a.decide(i)
	}
	return b.check(w, want)
}

// shares counts the verdicts, to see that a workload asks something.
func shares(vs []verdict) [3]int {
	var n [3]int
	for v := range n {
		n[v] = len(slices.DeleteFunc(slices.Clone(vs), func(x verdict) bool { return x != verdict(v) }))
	}
	return n
}
