package writ_test

import (
	"bytes"
	"flag"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/writ-policy/writ/internal/cases"
)

var decisions = flag.Int("decisions", 20000, "random decisions that TestOracle compares, of each kind")

// worlds is how many random worlds a test looks at: a tenth with -short.
func worlds() int {
	if testing.Short() {
		return *decisions / 10
	}
	return *decisions
}

// compare decides a case with the engine and with the oracle. It returns the
// decision, and what differs.
func compare(text []byte) (got, problem string) {
	cs, err := cases.Read("random.json", text)
	if err != nil {
		return "", "the case cannot be read: " + err.Error()
	}
	res := cs[0].Run()
	want, err := oracleDecide(text)
	switch {
	case err != nil:
		problem = "the oracle cannot read the case: " + err.Error()
	case res.Got != want:
		problem = "the oracle says " + want + ", the engine " + res.Got + " " + res.Message
	}
	return res.Got, problem
}

// small shrinks a case on which the two differ.
func small(text []byte, problem string) ([]byte, string) {
	text = shrink(text, func(text []byte) bool {
		got, p := compare(text)
		return p != "" && got != "" && got != "invalid" && !strings.Contains(p, "cannot read") && !strings.Contains(p, "says invalid")
	})
	if _, p := compare(text); p != "" {
		problem = p
	}
	return text, problem
}

func sorted(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// The engine and the oracle agree on random policies and requests.
func TestOracle(t *testing.T) {
	for _, flow := range []bool{false, true} {
		name := "layer"
		if flow {
			name = "flow"
		}
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			count := make(map[string]int)
			var wg sync.WaitGroup
			workers := runtime.GOMAXPROCS(0)
			failed := 0
			for k := range workers {
				wg.Go(func() {
					own := make(map[string]int)
					for i := k; i < worlds(); i += workers {
						text := newWorld(uint64(i), uint64(len(name))).decision(flow)
						got, problem := compare(text)
						own[got]++
						if problem != "" {
							mu.Lock()
							if failed++; failed <= 10 {
								text, problem = small(text, problem)
								t.Errorf("seed %d: %s\n%s", i, problem, text)
							}
							stop := failed > 10
							mu.Unlock()
							if stop {
								return
							}
						}
					}
					mu.Lock()
					defer mu.Unlock()
					for got, n := range own {
						count[got] += n
					}
				})
			}
			wg.Wait()
			t.Logf("%d decisions: %v", worlds(), count)
			// A world in which some outcome never occurs would prove nothing.
			for _, o := range []string{"allow", "explicit-deny", "implicit-deny", "undecided"} {
				if count[o] < worlds()/250 {
					t.Errorf("%s came out %d times of %d: the random worlds are lopsided", o, count[o], worlds())
				}
			}
		})
	}
}

// FuzzDecide lets the fuzzer choose the world.
func FuzzDecide(f *testing.F) {
	for i := range uint64(20) {
		f.Add(i, i*7, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, a, b uint64, flow bool) {
		text := newWorld(a, b).decision(flow)
		if !bytes.Equal(text, newWorld(a, b).decision(flow)) {
			t.Fatal("a seed makes two cases")
		}
		if _, problem := compare(text); problem != "" {
			text, problem = small(text, problem)
			t.Fatalf("%s\n%s", problem, text)
		}
	})
}
