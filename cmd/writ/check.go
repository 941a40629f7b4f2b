package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
)

const checkHelp = `Read policy documents and report all that is wrong with them, with its place
and what to write instead.

Documents of version 5.0 are read as identity policies, those of version 2.0 as
CAM policies, unless --dialect says scp, rcp, ncp, trust or cam-resource.

Actions and condition keys of v5.0 documents that the catalog does not have, of
services that it knows, are warnings. --catalog FILE adds a service.

Exit codes: 0 no finding of the chosen severity or worse, 1 some, 3 a file
cannot be read.`

func (a *app) check() *cobra.Command {
	var dialect dialectFlag
	var known catalogFlag
	failOn := choose("error", "security", "warning", "suggestion")
	cmd := &cobra.Command{
		Use:     "check FILE…",
		Short:   "Is it well formed?",
		Long:    checkHelp,
		Example: "  writ check policies/*.json\n  writ check --dialect scp --fail-on warning root.json\n  cat ops.json | writ check --format json -",
		Args:    files,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.checkFiles(args, dialect.dialect, failOn.value, &known)
		},
	}
	cmd.Flags().Var(&dialect, "dialect", dialectHelp("the files"))
	known.add(cmd.Flags())
	cmd.Flags().Var(&failOn, "fail-on", "the mildest severity that makes the exit code 1")
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
func (a *app) checkFiles(names []string, dialect *policy.Dialect, failOn string, flag *catalogFlag) error {
	known, err := a.known(flag)
	if err != nil {
		return err
	}
	var report []checked
	var all policy.Diagnostics
	var counts [policy.Suggestion + 1]int
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
			report = append(report, checked{File: name, Error: err.Error(), Findings: []findingJSON{}})
			continue
		}
		as := dialect
		if as == nil {
			as = policy.Guess(src)
		}
		doc, err := policy.ParseAs(as, name, src)
		out := checked{File: name, Dialect: as.String(), Valid: err == nil, Findings: []findingJSON{}}
		ds := findings(doc, err)
		if err == nil {
			ds = append(ds, unknownNames(known, doc)...)
			slices.SortStableFunc(ds, func(a, b policy.Diagnostic) int { return a.Pos.Offset - b.Pos.Offset })
		}
		for i := range ds {
			counts[ds[i].Severity]++
			out.Findings = append(out.Findings, finding(&ds[i]))
		}
		if hint := dialectHint(name, as, ds); dialect == nil && hint != "" {
			hints = append(hints, hint)
		}
		all = append(all, ds...)
		report = append(report, out)
	}
	if err := a.printChecked(report, all, counts[:], hints); err != nil {
		return err
	}
	if unreadable {
		return result(codeInput)
	}
	for i := range all {
		if all[i].Severity <= severities[failOn] {
			return result(codeNo)
		}
	}
	return nil
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
func (a *app) printChecked(report []checked, all policy.Diagnostics, counts []int, hints []string) error {
	if a.format.value == "json" {
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

// unknownNames warns of actions and condition keys that a v5.0 document names
// and that the catalog does not have, though it has others of the service. The
// lists of v1.1 names, and of the actions of Tencent Cloud, are not whole.
func unknownNames(c *catalog.Catalog, doc *policy.Document) policy.Diagnostics {
	switch doc.Dialect() {
	case policy.HuaweiRole, policy.HuaweiPolicy, policy.TencentCAM, policy.TencentResource:
		return nil
	}
	actions, keys := map[string][]string{}, map[string][]string{} // by service
	for a := range c.Actions(nil) {
		if !a.Name().IsCAM() {
			actions[a.Name().Service()] = append(actions[a.Name().Service()], a.String())
		}
	}
	for k := range c.Keys() {
		prefix, _, _ := strings.Cut(condition.NewKey(k.String()).String(), ":")
		keys[prefix] = append(keys[prefix], k.String())
	}
	var out policy.Diagnostics
	warn := func(code policy.Code, at policy.Position, message, near string) {
		fix := "look it up with writ catalog"
		if near != "" {
			fix = "did you mean " + near + "?"
		}
		out = append(out, policy.Diagnostic{Code: code, Severity: policy.Warning, File: doc.File(), Pos: at, End: at, Message: message, Fix: fix})
	}
	for _, st := range doc.Statements() {
		for i, p := range st.Actions() {
			service, _, _ := strings.Cut(p.Text(), ":")
			if actions[service] == nil || covers(c, p) {
				continue
			}
			message := "the catalog has no action that " + p.String() + " covers"
			if _, literal := p.Literal(); literal {
				message = "the catalog has no action " + p.String()
			}
			warn("UNKNOWN_ACTION", st.ActionPosition(i), message, phrase.Nearest(p.String(), actions[service]...))
		}
		for i, clause := range st.Condition().Clauses() {
			prefix, _, _ := strings.Cut(clause.Key().String(), ":")
			if _, known := c.Key(clause.Key()); known || actions[prefix] == nil {
				continue
			}
			warn("UNKNOWN_KEY", st.ClausePosition(i), "the catalog has no condition key "+clause.KeyText(), phrase.Nearest(clause.KeyText(), keys[prefix]...))
		}
	}
	return out
}

// covers reports whether the catalog has an action that a pattern covers, by its
// own or an old name.
func covers(c *catalog.Catalog, p *action.Pattern) bool {
	for range c.Actions(p) {
		return true
	}
	for a := range c.Actions(nil) {
		for old := range a.Aliases() {
			if p.Match(old) {
				return true
			}
		}
	}
	return false
}
