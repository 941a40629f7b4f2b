package main

import (
	"net/url"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/policy"
)

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

// printAnnotations writes findings as workflow commands of GitHub.
func (a *app) printAnnotations(ds policy.Diagnostics) {
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace
	for i := range ds {
		d := &ds[i]
		a.out.line("::", level(d.Severity, "notice"), " file=", value(d.File), ",line=", d.Pos.Line, ",col=", d.Pos.Column, ",title=", value(string(d.Code)), "::", text(advice(d)))
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
		at := sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: d.File}).String()}}
		if d.Pos.Line > 0 {
			at.Region = &sarifRegion{d.Pos.Line, d.Pos.Column, max(d.End.Line, d.Pos.Line), d.End.Column}
			if d.End.Line <= d.Pos.Line && d.End.Column < d.Pos.Column {
				at.Region.EndColumn = d.Pos.Column
			}
		}
		run.Results = append(run.Results, sarifResult{string(d.Code), level(d.Severity, "note"), sarifText{advice(d)}, []sarifLocation{{at}}})
	}
	return sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}
