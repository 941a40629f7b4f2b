// Bench compares writ with a plain loop and with other policy engines, on
// workloads that are the same in every run. Every answer of every engine is
// compared with a plain reference before it is timed.
//
//	go run . -o ../README.md
//	go run . -quick -only eighty,org1000
//
// The times of one run cannot be compared with those of another: read ratios.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	quick := flag.Bool("quick", false, "fewer checks and shorter rounds: a rough table in a few minutes")
	output := flag.String("o", "", "write the table to this `FILE`, or to the place in it that is for it, instead of standard output")
	only := flag.String("only", "", "comma separated: "+strings.Join(names(), ", "))
	rounds := flag.Int("rounds", 8, "rounds, at least 6 for figures that count")
	flag.Parse()

	s := settings{quick: *quick, rounds: *rounds, budget: 100 * time.Millisecond, log: os.Stderr}
	if s.quick {
		s.budget = 20 * time.Millisecond
	}
	if *only != "" {
		s.only = strings.Split(*only, ",")
	}
	for _, name := range s.only {
		if !slices.Contains(names(), name) {
			fmt.Fprintf(os.Stderr, "%s: no such workload; there are %s\n", name, strings.Join(names(), ", "))
			os.Exit(2)
		}
	}
	r, err := run(s)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var table bytes.Buffer
	r.write(&table)
	if *output == "" {
		os.Stdout.Write(table.Bytes())
		return
	}
	if err := put(*output, table.String()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The lines between which a document shows the report.
const begin, end = "<!-- benchmarks -->\n", "<!-- end of benchmarks -->\n"

// put writes the report to a file. In one that has a place for it, the rest stays, and
// its headings go one level down.
func put(name, report string) error {
	old, err := os.ReadFile(name)
	before, rest, found := strings.Cut(string(old), begin)
	_, behind, closed := strings.Cut(rest, end)
	if err != nil || !found || !closed {
		return os.WriteFile(name, []byte(report), 0o644)
	}
	_, report, _ = strings.Cut(report, "\n\n") // the README has a title of its own
	return os.WriteFile(name, []byte(before+begin+strings.ReplaceAll(report, "## ", "### ")+end+behind), 0o644)
}
