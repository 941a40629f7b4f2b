package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/writ-policy/writ/policy"
)

// report is the answer of check.
type report struct {
	files  []checked
	hints  []string
	failOn policy.Severity // the mildest that makes it a no
}

// checked is a file that check was given.
type checked struct {
	name    string
	src     []byte
	err     error // it cannot be read
	dialect *policy.Dialect
	doc     *policy.Document // nil if it is invalid
	found   policy.Diagnostics
	fixed   policy.Diagnostics // what --fix mended

	mendable  bool  // --fix makes, or would make, edits
	unwritten error // --fix cannot write it
}

// failure is why a file cannot be read, or not be written, with a code for formats
// that want one; a nil err if it can.
func (c *checked) failure() (code string, err error) {
	if c.err != nil {
		return unreadableCode, c.err
	}
	return unwritableCode, c.unwritten
}

// fixable counts the findings that --fix would mend.
func (r *report) fixable() (n int) {
	for i := range r.files {
		for _, d := range r.files[i].found {
			if r.files[i].mendable && d.Fixable() {
				n++
			}
		}
	}
	return n
}

// unreadable counts the files that cannot be read.
func (r *report) unreadable() (n int) {
	for i := range r.files {
		if r.files[i].err != nil {
			n++
		}
	}
	return n
}

// found are the findings of all files.
func (r *report) found() (all policy.Diagnostics) {
	for i := range r.files {
		all = append(all, r.files[i].found...)
	}
	return all
}

// counts counts the findings of each severity.
func (r *report) counts() (n [policy.Suggestion + 1]int) {
	for _, d := range r.found() {
		n[d.Severity]++
	}
	return n
}

// fails reports whether one of the findings is of the severity of --fail-on or
// worse.
func (r *report) fails(ds policy.Diagnostics) bool {
	return slices.ContainsFunc(ds, func(d policy.Diagnostic) bool { return d.Severity <= r.failOn })
}

// These stand for the code where formats want one for a file that cannot be read or
// written.
const (
	unreadableCode = "UNREADABLE_FILE"
	unwritableCode = "UNWRITABLE_FILE"
)

// printReport prints the findings of all files.
func (a *app) printReport(format string, r *report) error {
	switch format {
	case "compact":
		a.printCompact(r)
	case "github":
		a.printAnnotations(r)
	case "junit":
		return a.out.xml(junitOf(r))
	case "sarif":
		return a.out.json(sarifOf(r))
	case "json":
		return a.out.json(r.json())
	default:
		a.printFindings(r)
	}
	return nil
}

// printFindings prints the findings and a summary for people.
func (a *app) printFindings(r *report) {
	all := r.found()
	for i := range r.files {
		a.printFixed(r.files[i].fixed)
	}
	rows := make([][]any, len(all))
	for i := range all {
		rows[i] = findingRow(&all[i])
	}
	a.out.table(rows)
	for _, h := range r.hints {
		a.out.line(span{"note", cyan}, ": ", h)
	}
	read := len(r.files) - r.unreadable()
	if read == 0 {
		return
	}
	summary := count(read, "file") + ", no findings"
	if len(all) > 0 {
		var parts []string
		for s, n := range r.counts() {
			if n > 0 {
				parts = append(parts, severityCount(policy.Severity(s), n))
			}
		}
		summary = fmt.Sprintf("%s in %s (%s)", count(len(all), "finding"), count(read, "file"), strings.Join(parts, ", "))
	}
	if n := r.fixable(); n > 0 {
		summary += fmt.Sprintf(" · %d fixable with --fix", n)
	}
	a.out.line(summary)
}

func severityCount(s policy.Severity, n int) string {
	if s == policy.Security {
		return fmt.Sprintf("%d security", n)
	}
	return count(n, s.String())
}

// printCompact prints a line for each finding, as editors read them.
func (a *app) printCompact(r *report) {
	for i := range r.files {
		f := &r.files[i]
		if code, err := f.failure(); err != nil {
			a.out.line(f.name, ":1:1: error: ", err.Error(), " [", code, "]")
		}
		for j := range f.found {
			a.out.line(compact(&f.found[j]))
		}
	}
}

// compact is a finding as compilers write it. One without a place is at the
// beginning.
func compact(d *policy.Diagnostic) string {
	return fmt.Sprintf("%s:%d:%d: %s: %s [%s]", d.File, max(d.Pos.Line, 1), max(d.Pos.Column, 1), d.Severity, advice(d), d.Code)
}

// level is a severity where there are three; mild is what the mildest is called.
func level(s policy.Severity, mild string) string {
	switch s {
	case policy.Error:
		return "error"
	case policy.Suggestion:
		return mild
	}
	return "warning"
}

// printAnnotations writes findings as workflow commands of GitHub, which take
// columns only within one line.
func (a *app) printAnnotations(r *report) {
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace
	for i := range r.files {
		f := &r.files[i]
		if code, err := f.failure(); err != nil {
			a.out.line("::error file=", value(f.name), ",title=", code, "::", text(err.Error()))
		}
		for j := range f.found {
			d := &f.found[j]
			at := ""
			if p := regionOf(f.src, d); p.line > 0 {
				at = fmt.Sprintf(",line=%d,endLine=%d", p.line, p.endLine)
				if p.line == p.endLine {
					at += fmt.Sprintf(",col=%d,endColumn=%d", p.column, max(p.column, p.endColumn-1))
				}
			}
			a.out.line("::", level(d.Severity, "notice"), " file=", value(f.name), at, ",title=", value(string(d.Code)), "::", text(advice(d)))
		}
	}
}

// reportJSON is the JSON form.
type reportJSON struct {
	Version     int           `json:"version"`
	Files       []checkedJSON `json:"files"`
	Errors      int           `json:"errors"`
	Security    int           `json:"security"`
	Warnings    int           `json:"warnings"`
	Suggestions int           `json:"suggestions"`
}

type checkedJSON struct {
	File     string        `json:"file"`
	Dialect  string        `json:"dialect,omitempty"`
	Valid    bool          `json:"valid"`
	Error    string        `json:"error,omitempty"` // it cannot be read, or not be written
	Findings []findingJSON `json:"findings"`
	Fixed    []findingJSON `json:"fixed,omitempty"` // with --fix
}

type findingJSON struct {
	Code      string `json:"code"`
	Severity  string `json:"severity"`
	Line      int    `json:"line"` // from 1; 0 if unknown
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
	Message   string `json:"message"`
	Fix       string `json:"fix"`
	Edits     []edit `json:"edits,omitempty"` // what --fix does
}

// edit replaces the bytes from start up to end.
type edit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	New   string `json:"new"`
}

func finding(d *policy.Diagnostic) findingJSON {
	var edits []edit
	for _, e := range d.Edits {
		edits = append(edits, edit(e))
	}
	return findingJSON{string(d.Code), d.Severity.String(), d.Pos.Line, d.Pos.Column, d.End.Line, d.End.Column, d.Message, d.Fix, edits}
}

func (r *report) json() reportJSON {
	n := r.counts()
	out := reportJSON{jsonVersion, []checkedJSON{}, n[policy.Error], n[policy.Security], n[policy.Warning], n[policy.Suggestion]}
	for i := range r.files {
		f := &r.files[i]
		c := checkedJSON{File: f.name, Valid: f.doc != nil, Findings: []findingJSON{}}
		if _, err := f.failure(); err != nil {
			c.Error = err.Error()
		}
		if f.err == nil {
			c.Dialect = f.dialect.String()
		}
		for j := range f.found {
			c.Findings = append(c.Findings, finding(&f.found[j]))
		}
		for j := range f.fixed {
			c.Fixed = append(c.Fixed, finding(&f.fixed[j]))
		}
		out.Files = append(out.Files, c)
	}
	return out
}
