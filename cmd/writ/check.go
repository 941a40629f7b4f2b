package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
)

const checkHelp = `Read policy documents and report all that is wrong with them, with its place
and what to write instead.

Documents of version 5.0 are read as identity policies, those of version 2.0 as
CAM policies, unless --dialect says scp, rcp, ncp, trust or cam-resource.

Then look for what is legal and probably not meant; the files count as granted
together. writ explain lists the rules. --catalog FILE adds a service.

Exit codes: 0 no finding of the chosen severity or worse, 1 some, 3 a file
cannot be read.`

// checkFlags are the flags of check.
type checkFlags struct {
	dialect        dialectFlag
	catalog        catalogFlag
	failOn, format choice
	ignore         []string
}

func (a *app) check() *cobra.Command {
	f := &checkFlags{failOn: choose("error", "security", "warning", "suggestion"), format: choose("text", "json", "github", "sarif")}
	cmd := &cobra.Command{
		Use:     "check FILE…",
		Short:   "Is it well formed and sensible?",
		Long:    checkHelp,
		Example: "  writ check policies/*.json\n  writ check --dialect scp --fail-on warning root.json\n  cat ops.json | writ check --format json -",
		Args:    files,
		RunE:    func(_ *cobra.Command, args []string) error { return a.checkFiles(args, f) },
	}
	flags := cmd.Flags()
	flags.Var(&f.dialect, "dialect", dialectHelp("the files"))
	f.catalog.add(flags)
	flags.Var(&f.failOn, "fail-on", "the mildest severity that makes the exit code 1")
	flags.Var(&f.format, "format", "how to answer: json is versioned and stable, github makes annotations, sarif is for code scanning")
	flags.StringArrayVar(&f.ignore, "ignore", nil, "leave out the findings of a `CODE`, or CODE@FILE; repeatable. Errors are never left out")
	return cmd
}

// checked is a file in the JSON output.
type checked struct {
	File     string        `json:"file"`
	Dialect  string        `json:"dialect,omitempty"`
	Valid    bool          `json:"valid"`
	Error    string        `json:"error,omitempty"` // it cannot be read
	Findings []findingJSON `json:"findings"`
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
}

// checkFiles checks each file. Findings come in the order of the files, and
// within a file in that of their places.
func (a *app) checkFiles(names []string, f *checkFlags) error {
	for _, text := range f.ignore {
		code, file, _ := strings.Cut(text, "@")
		if _, err := path.Match(file, ""); err != nil || code == "" {
			return usagef("--ignore %s: write CODE or CODE@FILE; writ explain lists the codes", text)
		}
		if codes := codes(); !slices.Contains(codes, code) {
			hint := "writ explain lists those of the rules"
			if near := phrase.Nearest(strings.ToUpper(code), codes...); near != "" {
				hint = "did you mean " + near + "?"
			}
			return usagef("--ignore %s: no finding has the code %s; %s", text, phrase.Quote(code), hint)
		}
	}
	known, err := a.known(&f.catalog)
	if err != nil {
		return err
	}
	var report []checked
	var docs []*policy.Document // nil for what is no document
	var found []policy.Diagnostics
	var hints []string
	unreadable := false
	for _, arg := range names {
		name, src, err := a.read(arg)
		if err != nil {
			if name == "" {
				return err
			}
			a.complain(err)
			unreadable = true
			report, docs, found = append(report, checked{File: name, Error: err.Error(), Findings: []findingJSON{}}), append(docs, nil), append(found, nil)
			continue
		}
		as := f.dialect.dialect
		if as == nil {
			as = policy.Guess(src)
		}
		doc, err := policy.ParseAs(as, name, src)
		ds := findings(doc, err)
		if hint := dialectHint(name, as, ds); f.dialect.dialect == nil && hint != "" {
			hints = append(hints, hint)
		}
		report = append(report, checked{File: name, Dialect: as.String(), Valid: err == nil, Findings: []findingJSON{}})
		docs, found = append(docs, doc), append(found, ds)
	}
	var all policy.Diagnostics
	var counts [policy.Suggestion + 1]int
	for i := range report {
		if docs[i] != nil {
			found[i] = append(found[i], writ.Compiler{Catalog: known}.Lint(docs[i], docs...)...)
			slices.SortStableFunc(found[i], func(a, b policy.Diagnostic) int { return a.Pos.Offset - b.Pos.Offset })
		}
		for j := range found[i] {
			if d := &found[i][j]; !f.ignored(d) {
				counts[d.Severity]++
				report[i].Findings = append(report[i].Findings, finding(d))
				all = append(all, *d)
			}
		}
	}
	if err := a.printChecked(f.format.value, report, all, counts[:], hints); err != nil {
		return err
	}
	if unreadable {
		return result(codeInput)
	}
	for i := range all {
		if all[i].Severity <= severities[f.failOn.value] {
			return result(codeNo)
		}
	}
	return nil
}

// codes are those that a finding may have.
func codes() (out []string) {
	for r := range writ.Rules() {
		out = append(out, string(r.Code))
	}
	for c := range policy.Codes() {
		out = append(out, string(c))
	}
	return out
}

// ignored reports whether --ignore leaves a finding out. An error never is.
func (f *checkFlags) ignored(d *policy.Diagnostic) bool {
	for _, text := range f.ignore {
		code, file, limited := strings.Cut(text, "@")
		if fits, _ := path.Match(file, d.File); code == string(d.Code) && d.Severity != policy.Error && (!limited || fits || file == d.File) {
			return true
		}
	}
	return false
}

var severities = map[string]policy.Severity{
	"error": policy.Error, "security": policy.Security, "warning": policy.Warning, "suggestion": policy.Suggestion,
}

func finding(d *policy.Diagnostic) findingJSON {
	return findingJSON{string(d.Code), d.Severity.String(), d.Pos.Line, d.Pos.Column, d.End.Line, d.End.Column, d.Message, d.Fix}
}

// dialectHint tells how to read a document that names principals.
func dialectHint(name string, as *policy.Dialect, ds policy.Diagnostics) string {
	for i := range ds {
		switch {
		case as == policy.HuaweiIdentity && ds[i].Code == "UNSUPPORTED_PRINCIPAL":
			return name + " was read as an identity policy; a trust policy needs --dialect trust, a control policy rcp or ncp"
		case as == policy.TencentCAM && ds[i].Code == "PrincipalError":
			return name + " was read as a policy of a user, group or role; one of a resource or a trust policy needs --dialect cam-resource"
		}
	}
	return ""
}

// printChecked prints the findings of all files and a summary.
func (a *app) printChecked(format string, report []checked, all policy.Diagnostics, counts []int, hints []string) error {
	switch format {
	case "github":
		a.printAnnotations(all)
		return nil
	case "sarif":
		return a.out.json(sarifOf(all))
	case "json":
		return a.out.json(struct {
			Version     int       `json:"version"`
			Files       []checked `json:"files"`
			Errors      int       `json:"errors"`
			Security    int       `json:"security"`
			Warnings    int       `json:"warnings"`
			Suggestions int       `json:"suggestions"`
		}{jsonVersion, report, counts[policy.Error], counts[policy.Security], counts[policy.Warning], counts[policy.Suggestion]})
	}
	rows := make([][]any, len(all))
	for i := range all {
		rows[i] = findingRow(&all[i])
	}
	a.out.table(rows)
	for _, h := range hints {
		a.out.line(span{"note", cyan}, ": ", h)
	}
	read := 0
	for _, f := range report {
		if f.Error == "" {
			read++
		}
	}
	if read == 0 {
		return nil
	}
	summary := count(read, "file") + ", no findings"
	if len(all) > 0 {
		var parts []string
		for s, n := range counts {
			if n > 0 {
				parts = append(parts, severityCount(policy.Severity(s), n))
			}
		}
		summary = fmt.Sprintf("%s in %s (%s)", count(len(all), "finding"), count(read, "file"), strings.Join(parts, ", "))
	}
	a.out.line(summary)
	return nil
}

func severityCount(s policy.Severity, n int) string {
	if s == policy.Security {
		return fmt.Sprintf("%d security", n)
	}
	return count(n, s.String())
}
