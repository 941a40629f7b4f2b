package main

import (
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
)

// explain tells what a code of check means.
func (a *app) explain() *cobra.Command {
	return &cobra.Command{
		Use:     "explain [CODE]",
		Short:   "What does a finding mean?",
		Long:    "Tell what a finding of check means and what to do about it; without CODE, list\nthe rules.",
		Example: "  writ explain\n  writ explain DENY_NEVER_MATCHES",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s takes one code", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.explainCode(args) },
	}
}

type ruleJSON struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Title    string `json:"title"`
	Text     string `json:"text"`
}

func (a *app) explainCode(args []string) error {
	rows := [][]any{heading("CODE", "SEVERITY", "WHAT IS FOUND")}
	all := []ruleJSON{}
	var codes []string
	for r := range writ.Rules() {
		codes = append(codes, string(r.Code))
		if len(args) > 0 && !strings.EqualFold(args[0], string(r.Code)) {
			continue
		}
		all = append(all, ruleJSON{string(r.Code), r.Severity.String(), r.Title, r.Text})
		rows = append(rows, []any{string(r.Code), span{r.Severity.String(), severityPaint(r.Severity)}, r.Title})
	}
	switch {
	case len(all) == 0:
		hint := "writ explain lists the rules; the other codes are the vendors' own, and their message says what to write"
		if near := phrase.Nearest(strings.ToUpper(args[0]), codes...); near != "" {
			hint = "did you mean " + near + "?"
		}
		return &exit{codeNo, usageText("there is no rule " + phrase.Quote(args[0]) + "; " + hint)}
	case a.format.value == "json":
		return a.out.json(struct {
			Version int        `json:"version"`
			Rules   []ruleJSON `json:"rules"`
		}{jsonVersion, all})
	case len(args) == 0:
		a.out.table(rows)
	default:
		a.out.line(span{all[0].Code, bold}, " (", all[0].Severity, "): ", all[0].Title)
		a.out.line()
		a.out.line(all[0].Text)
	}
	return nil
}

type usageText string

func (e usageText) Error() string { return string(e) }

// printAnnotations writes findings as workflow commands of GitHub.
func (a *app) printAnnotations(ds policy.Diagnostics) {
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace
	for i := range ds {
		d := &ds[i]
		kind := "warning"
		switch d.Severity {
		case policy.Error:
			kind = "error"
		case policy.Suggestion:
			kind = "notice"
		}
		message := d.Message
		if d.Fix != "" {
			message += "; " + d.Fix
		}
		a.out.line("::", kind, " file=", value(d.File), ",line=", d.Pos.Line, ",col=", d.Pos.Column, ",title=", value(string(d.Code)), "::", text(message))
	}
}

// The parts of SARIF 2.1.0 that findings need.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string     `json:"id"`
		Short *sarifText `json:"shortDescription,omitempty"`
		Full  *sarifText `json:"fullDescription,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
)

func sarifOf(ds policy.Diagnostics) sarifLog {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "writ", Rules: []sarifRule{}}}, Results: []sarifResult{}}
	known := map[string]bool{}
	for r := range writ.Rules() {
		known[string(r.Code)] = true
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{string(r.Code), &sarifText{r.Title}, &sarifText{r.Text}})
	}
	for i := range ds {
		d := &ds[i]
		if code := string(d.Code); !known[code] {
			known[code] = true
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: code})
		}
		level := "warning"
		switch d.Severity {
		case policy.Error:
			level = "error"
		case policy.Suggestion:
			level = "note"
		}
		message := d.Message
		if d.Fix != "" {
			message += "; " + d.Fix
		}
		at := sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: d.File}).String()}}
		if d.Pos.Line > 0 {
			at.Region = &sarifRegion{d.Pos.Line, d.Pos.Column, max(d.End.Line, d.Pos.Line), d.End.Column}
			if d.End.Line <= d.Pos.Line && d.End.Column < d.Pos.Column {
				at.Region.EndColumn = d.Pos.Column
			}
		}
		run.Results = append(run.Results, sarifResult{string(d.Code), level, sarifText{message}, []sarifLocation{{at}}})
	}
	return sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}
