package main

import (
	"testing"
	"time"
)

// Every engine decides as the reference does.
func TestEnginesAgree(t *testing.T) {
	known, err := ownCatalog()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*workload{five(), eighty(), org(10), org(100), org(1000)} {
		want := w.expected(200_000)
		if n := shares(want); n[implicitDeny] == 0 || n[allow] == 0 || n[explicitDeny] == 0 {
			t.Errorf("%s: not every verdict occurs: %v", w.name, n)
		}
		c, err := compileWrit(w, known)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []*engine{newWrit("writ", c.set, w.questions), newLoop(w), newList(w)} {
			if err := e.check(w, want); err != nil {
				t.Error(err)
			}
		}
		strange := unknown(w)
		wantStrange := strange.expected(200_000)
		for _, e := range []*engine{newWrit("writ", c.set, strange.questions), newLoop(strange)} {
			if err := e.check(strange, wantStrange); err != nil {
				t.Error(err)
			}
		}
		for _, p := range peers {
			if len(w.statements) > 100 {
				continue // a run checks them before it times them
			}
			t.Run(w.name+"/"+p.name, func(t *testing.T) {
				e, err := p.prepare(w)
				if err != nil {
					t.Skip(err)
				}
				checked := want[:min(len(want), 200_000/len(w.statements)/10)]
				start := time.Now()
				for range 2 { // the second time from the cache, where there is one
					if err := e.check(w, checked); err != nil {
						t.Fatal(err)
					}
				}
				t.Logf("%d requests in %v", len(checked), time.Since(start))
			})
		}
	}
}
