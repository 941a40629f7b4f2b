package writ_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/internal/cases"
)

func (f corpusFile) path() string { return "testdata/corpus/" + f.name + ".jsonl.gz" }

// read returns the rows.
func (f corpusFile) read(t testing.TB) (rows [][]byte) {
	file, err := os.Open(f.path())
	require.NoError(t, err)
	defer file.Close()
	r, err := gzip.NewReader(file)
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
}

// spread calls f for 0 to n-1, on all processors.
func spread(n int, f func(i int)) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for k := range workers {
		wg.Go(func() {
			for i := k; i < n; i += workers {
				f(i)
			}
		})
	}
	wg.Wait()
}

// make makes the rows of the groups whose number step divides.
func (f corpusFile) make(t testing.TB, step int) (rows [][]byte) {
	groups := make([][][]byte, f.groups)
	spread((f.groups+step-1)/step, func(i int) {
		var err error
		if groups[i*step], err = f.group(i * step); err != nil {
			t.Error(err)
		}
	})
	for _, g := range groups {
		rows = append(rows, g...)
	}
	return rows
}

// number is that of a row's group.
func number(row []byte) (n int) {
	_, id, _ := bytes.Cut(row, []byte("-"))
	for _, c := range id {
		if c < '0' || '9' < c {
			break
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// The corpus is what the seed makes: a part of it is made again and compared.
// With -update all of it is made and written.
func TestCorpusGenerated(t *testing.T) {
	step := 100
	if testing.Short() {
		step = 500
	}
	if *update {
		step = 1
	}
	for _, f := range corpusFiles {
		made := f.make(t, step)
		if *update {
			var b bytes.Buffer
			w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
			require.NoError(t, err)
			_, err = w.Write(append(bytes.Join(made, []byte("\n")), '\n'))
			require.NoError(t, err)
			require.NoError(t, w.Close())
			require.NoError(t, os.WriteFile(f.path(), b.Bytes(), 0o644))
			continue
		}
		var want [][]byte
		for _, row := range f.read(t) {
			if number(row)%step == 0 {
				want = append(want, row)
			}
		}
		require.Len(t, made, len(want), f.name)
		for i := range made {
			require.Equal(t, string(want[i]), string(made[i]))
		}
	}
}

// outcomes are the values of expect in the corpus.
var outcomes = []string{"allow", "explicit-deny", "implicit-deny", "undecided", "invalid"}

// features are what the README counts rows by: those that have the text.
var features = []struct{ name, text string }{
	{"all", ""}, {"dialect `huawei-1.0`", `"dialect":"huawei-1.0"`}, {"dialect `huawei-1.1`", `"dialect":"huawei-1.1"`},
	{"dialect `huawei-5.0`", `"dialect":"huawei-5.0"`}, {"dialect `huawei-scp`", `"dialect":"huawei-scp"`},
	{"dialect `huawei-trust`", `"dialect":"huawei-trust"`}, {"dialect `cam-2.0`", `"dialect":"cam-2.0"`},
	{"a system-defined permission", `{"system":`}, {"kind `identity`", `"kind":"identity"`}, {"kind `session`", `"kind":"session"`},
	{"kind `guardrail`", `"kind":"guardrail"`}, {"of these, a boundary", `"name":"boundary"`}, {"kind `resource`", `"kind":"resource"`},
	{"an API in place of an action", `"api":`}, {"without a catalog", `"catalog":"none"`},
}

// tally counts rows by feature and outcome.
type tally [][5]int

func newTally() tally { return make(tally, len(features)+len(corpusFiles)) }

func (n tally) add(file int, c *cases.Case) {
	o := slices.Index(outcomes, c.Expect)
	for i, f := range features {
		if bytes.Contains(c.Text, []byte(f.text)) {
			n[i][o]++
		}
	}
	n[len(features)+file][o]++
}

// String is the table of the README.
func (n tally) String() string {
	var b strings.Builder
	b.WriteString("| rows with | " + strings.Join(outcomes, " | ") + " | together |\n|---|" + strings.Repeat("--:|", len(outcomes)+1) + "\n")
	for i, row := range n {
		if i < len(features) {
			b.WriteString("| " + features[i].name)
		} else {
			b.WriteString("| file `" + corpusFiles[i-len(features)].name + "`")
		}
		sum := 0
		for _, k := range row {
			fmt.Fprintf(&b, " | %d", k)
			sum += k
		}
		fmt.Fprintf(&b, " | %d |\n", sum)
	}
	return b.String()
}

// The engine decides every row of the corpus as the oracle did; with -short a
// tenth of them. No outcome is rare, and the README counts right.
func TestCorpus(t *testing.T) {
	var mu sync.Mutex
	all := newTally()
	ids := map[string]bool{}
	failed := 0
	for k, f := range corpusFiles {
		rows := f.read(t)
		const chunk = 250
		spread((len(rows)+chunk-1)/chunk, func(i int) {
			if testing.Short() && i%10 != 0 {
				return
			}
			cs, err := cases.Read("corpus.jsonl", bytes.Join(rows[i*chunk:min(len(rows), (i+1)*chunk)], []byte("\n")))
			if err != nil {
				t.Errorf("%s: %v", f.name, err)
			}
			own := newTally()
			var bad []string
			for i := range cs {
				c := &cs[i]
				own.add(k, c)
				if res := c.Run(); c.Expect != res.Got {
					bad = append(bad, fmt.Sprintf("%s %s: the corpus says %s, the engine %s: %s\n%s", f.name, c.ID, c.Expect, res.Got, res.Message, c.Text))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for i := range own {
				for o, n := range own[i] {
					all[i][o] += n
				}
			}
			for i := range cs {
				ids[cs[i].ID] = true
			}
			for _, problem := range bad {
				if failed++; failed <= 10 {
					t.Error(problem)
				}
			}
		})
	}
	sum := 0
	for _, n := range all[0] {
		sum += n
	}
	require.Len(t, ids, sum, "ids occur twice")
	for o, n := range all[0] {
		require.GreaterOrEqual(t, 20*n, sum, "%s is rare", outcomes[o])
	}
	if testing.Short() {
		return
	}
	require.GreaterOrEqual(t, sum, 60_000)
	const readme = "testdata/corpus/README.md"
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, _ := strings.Cut(string(text), "| rows with |")
	_, after, _ := strings.Cut(rest, "\n\n")
	want := before + all.String() + "\n" + after
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(text), "the README counts wrong")
}
