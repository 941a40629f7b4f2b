package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// write writes the report in Markdown.
func (r *report) write(out io.Writer) {
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	p("# Benchmarks\n")
	p("%s, %s, %s/%s, %s, %d cores. %d rounds; every figure is a median over the rounds, every ratio the median of the rounds' ratios. All engines take turns within a round.\n",
		time.Now().Format(time.DateOnly), runtime.Version(), runtime.GOOS, runtime.GOARCH, processor(), runtime.NumCPU(), r.rounds)
	r.writeDecisions(p)
	r.writeOwn(p)
	r.writeOthers(p)
	p("## Bars\n")
	row(p, "bar", "wanted", "measured", "met")
	row(p, "---", "---", "---", "---")
	for _, b := range r.bars() {
		sign, measured := "≤ ", "–"
		if b.least {
			sign = "≥ "
		}
		if b.ok {
			measured = figure(b.measured)
		}
		row(p, b.what, sign+figure(b.limit), measured, b.met())
	}
	p("\n## Peers\n")
	for _, x := range peers {
		p("- **%s** (%s): %s", x.name, version(x.module), x.how)
	}
	p("\n## Left out\n")
	for _, s := range append(r.left, absent...) {
		p("- %s", s)
	}
}

func row(p func(string, ...any), cells ...string) { p("%s", "| "+strings.Join(cells, " | ")+" |") }

// ratio is a cell.
func ratio(v float64, ok bool) string {
	if !ok {
		return "–"
	}
	return figure(v)
}

func (r *report) writeDecisions(p func(string, ...any)) {
	p("## A decision, by the cold decision of writ\n")
	p("Cold: cycling through %s requests. How many times as long the others take.\n", group(allAsked))
	head, line := []string{"workload", "writ, ns", "plain loop", "list per action"}, []string{"---", "---", "---", "---"}
	for _, x := range peers {
		head, line = append(head, x.name), append(line, "---")
	}
	row(p, head...)
	row(p, line...)
	for _, w := range workloads {
		ns, ok := r.decide.ns(w.name + "/cold")
		if !ok {
			continue
		}
		cells := []string{w.name, figure(ns), ratio(r.decide.over(w.name+"/loop", w.name+"/cold")), ratio(r.decide.over(w.name+"/list", w.name+"/cold"))}
		for _, x := range peers {
			cells = append(cells, ratio(r.decide.over(w.name+"/"+x.name, w.name+"/cold")))
		}
		row(p, cells...)
	}
	p("")
}

func (r *report) writeOwn(p func(string, ...any)) {
	p("## writ by itself\n")
	p("Hot: %d requests in turn. Unknown: actions that neither a catalog nor a policy names. No catalog: the same requests, compiled without the catalog of their services. Chase: one dependent load in as many bytes as the set has, without the documents.\n", hotAsked)
	row(p, "workload", "hot / cold", "unknown / known", "no catalog / catalog", "MiB", "chase / hot", "(cold − hot) / chase", "allocations", "bytes per statement", "compile, µs per statement")
	row(p, "---", "---", "---", "---", "---", "---", "---", "---", "---", "---")
	for _, w := range workloads {
		if _, ok := r.decide.ns(w.name + "/cold"); !ok {
			continue
		}
		over := func(a, b string) string { return ratio(r.decide.over(w.name+"/"+a, w.name+"/"+b)) }
		took, ok := r.compile.ns(w.name)
		row(p, w.name, over("hot", "cold"), over("unknown", "cold"), over("no catalog", "cold"), fmt.Sprintf("%.2f", float64(r.footprint[w.name])/(1<<20)),
			over("chase", "hot"), ratio(r.misses(w.name)), figure(max(r.allocs[w.name], r.allocs[w.name+", unknown"], r.allocs[w.name+", no catalog"])),
			ratio(r.bytes[w.name], true), ratio(took/1000, ok))
	}
	p("")
}

func (r *report) writeOthers(p func(string, ...any)) {
	if ns, ok := r.compile.ns("parse/writ"); ok {
		p("## From the texts of 80 statements to something that can be asked\n")
		p("casbin only loads its lines; the bar is about those that compile.\n")
		row(p, "", "writ, µs", strings.Join(peerNames(), " | "))
		row(p, strings.Split(strings.Repeat("--- ", 2+len(peerNames())), " ")[:2+len(peerNames())]...)
		cells := []string{"how many times as long", figure(ns / 1000)}
		for _, name := range peerNames() {
			cells = append(cells, ratio(r.compile.over("parse/"+name, "parse/writ")))
		}
		row(p, cells...)
		p("")
	}
	if one, ok := r.decide.ns("levels/1"); ok {
		p("Guardrail levels: one %s ns; six %s times, none %s times as long.\n", figure(one), ratio(r.decide.over("levels/6", "levels/1")), ratio(r.decide.over("levels/0", "levels/1")))
	}
	if worst, ok := r.worst(); ok {
		p("Worst accepted pattern on a resource of 1 KB: %s µs.\n", figure(worst/1000))
	}
	if x, ok := r.decide.over("parallel/1", "parallel/2"); ok {
		p("Decisions in a second on two goroutines over one: %s (GOMAXPROCS %d).\n", figure(x), r.cores)
	}
}

// version is that of a module in this program.
func version(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == module {
				return m.Path + " " + m.Version
			}
		}
	}
	return module
}

// processor is the model of the CPU, where the system tells.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, model, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return "unknown CPU"
}
