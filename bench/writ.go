package main

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// compiled is a workload compiled by writ.
type compiled struct {
	set       *writ.Set
	documents []*policy.Document
	bytes     int // of the set, without the documents
}

func compileWrit(w *workload, c *catalog.Catalog) (*compiled, error) {
	docs, err := parse(policy.HuaweiIdentity, w.texts())
	if err != nil {
		return nil, err
	}
	before := heap()
	set, err := writ.Compiler{Catalog: c}.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
	if err != nil {
		return nil, err
	}
	return &compiled{set: set, documents: docs, bytes: int(heap()) - int(before)}, nil
}

// heap is what is alive.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first has freed is swept for certain
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// writRequests prepares requests. They lie in memory one after the other.
func writRequests(questions []question) []writ.Request {
	out := make([]writ.Request, len(questions))
	targets := make([]resource.Name, len(questions))
	entries := make([]condition.Entry, 0, keyCount*len(questions))
	for i := range questions {
		q := &questions[i]
		targets[i] = q.target()
		first := len(entries)
		entries = append(entries, q.context()...)
		out[i] = writ.Request{
			Action: q.name(), Resources: targets[i : i+1 : i+1],
			Context: entries[first:len(entries):len(entries)],
		}
	}
	return out
}

// verdicts translates what writ answers.
var verdicts = [...]verdict{writ.ImplicitDeny: implicitDeny, writ.ExplicitDeny: explicitDeny, writ.GuardrailDeny: other, writ.Undecided: other, writ.Allow: allow}

func newWrit(name string, set *writ.Set, questions []question) *engine {
	requests := writRequests(questions)
	return &engine{name: name, decide: func(i int) verdict {
		return verdicts[set.Evaluate(&requests[i]).Outcome()]
	}}
}

// unknown asks for actions that nobody knows: those of the workload with
// another last part. What ends in a star still covers them.
func unknown(w *workload) *workload {
	other := *w
	other.name += ", unknown actions"
	other.questions = append([]question(nil), w.questions...)
	for i := range other.questions {
		q := &other.questions[i]
		q.action = strings.TrimSuffix(q.action, "item") + "other"
	}
	return &other
}

// allocations counts those of a decision, the most of any of the first
// requests that there is time for.
func (e *engine) allocations() (most float64) {
	start := time.Now()
	for i := 0; i < 32 || i < 512 && time.Since(start) < time.Second; i++ {
		most = max(most, testing.AllocsPerRun(1, func() { sink += int(e.decide(i)) }))
	}
	return most
}
