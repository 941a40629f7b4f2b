package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/policy"
)

// home is where the project lives.
const home = "https://github.com/writ-policy/writ"

// The parts of SARIF 2.1.0 that findings need.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		ColumnKind  string            `json:"columnKind"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		URI     string      `json:"informationUri"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string          `json:"id"`
		Short      sarifText       `json:"shortDescription"`
		Full       sarifText       `json:"fullDescription"`
		Help       sarifText       `json:"help"`
		HelpURI    string          `json:"helpUri,omitempty"`
		Default    sarifLevel      `json:"defaultConfiguration"`
		Properties sarifProperties `json:"properties"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifProperties struct {
		Severity string   `json:"severity"` // in writ's four steps
		Problem  string   `json:"problem.severity,omitempty"`
		Tags     []string `json:"tags,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   sarifProperties   `json:"properties"`
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

// sarifOf is a report for code scanning.
func sarifOf(r *report) sarifLog {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "writ", Version: version(), URI: home, Rules: []sarifRule{}}},
		ColumnKind:  "utf16CodeUnits",
		Invocations: []sarifInvocation{{Successful: true}},
		Results:     []sarifResult{},
	}
	rules := &run.Tool.Driver.Rules
	index := map[policy.Code]int{}
	for rule := range writ.Rules() {
		index[rule.Code] = len(*rules)
		*rules = append(*rules, sarifRuleOf(rule))
	}
	for i := range r.files {
		f := &r.files[i]
		if _, err := f.failure(); err != nil {
			run.Invocations[0].Successful = false
			failed := &run.Invocations[0].Notifications
			*failed = append(*failed, sarifNotification{"error", sarifText{err.Error()}, []sarifLocation{{sarifPhysical{Artifact: artifact(f.name)}}}})
		}
		seen := map[string]int{}
		for j := range f.found {
			d := &f.found[j]
			if _, known := index[d.Code]; !known {
				index[d.Code] = len(*rules)
				*rules = append(*rules, sarifRuleOf(writ.Rule{
					Code: d.Code, Severity: d.Severity, Title: "The document is not as its language wants it",
					Text: "The message of the finding says what is wrong and what to write instead.",
				}))
				(*rules)[index[d.Code]].HelpURI = ""
			}
			at := sarifPhysical{Artifact: artifact(f.name)}
			if p := regionOf(f.src, d); p.line > 0 {
				at.Region = &sarifRegion{p.line, p.column, p.endLine, p.endColumn}
			}
			run.Results = append(run.Results, sarifResult{
				RuleID: string(d.Code), RuleIndex: index[d.Code], Level: level(d.Severity, "note"), Message: sarifText{advice(d)},
				Locations:    []sarifLocation{{at}},
				Fingerprints: map[string]string{"finding/v1": fingerprint(f.src, d, seen)},
				Properties:   sarifProperties{Severity: d.Severity.String()},
			})
		}
	}
	return sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}

func sarifRuleOf(r writ.Rule) sarifRule {
	out := sarifRule{
		ID: string(r.Code), Short: sarifText{r.Title}, Full: sarifText{r.Text}, Help: sarifText{r.Title + ". " + r.Text},
		HelpURI: home + "/blob/main/FINDINGS.md#" + strings.ToLower(string(r.Code)),
		Default: sarifLevel{level(r.Severity, "note")}, Properties: sarifProperties{Severity: r.Severity.String(), Problem: level(r.Severity, "recommendation")},
	}
	if r.Severity == policy.Security {
		out.Properties.Tags = []string{"security"}
	}
	return out
}

// artifact names a file as SARIF does: with slashes, relative to the place where
// the command runs.
func artifact(name string) sarifArtifact {
	u := url.URL{Path: filepath.ToSlash(name)}
	if path.IsAbs(u.Path) {
		u.Scheme = "file"
	} else if name == standardInput {
		u = url.URL{Path: "stdin"}
	}
	return sarifArtifact{u.String()}
}

// fingerprint tells a finding from others in its file also after lines have moved:
// by its code, the text of its line, and how many the same came before it.
func fingerprint(src []byte, d *policy.Diagnostic, seen map[string]int) string {
	key := string(d.Code) + "\n" + lineOf(src, d.Pos)
	seen[key]++
	sum := sha256.Sum256([]byte(key + "\n" + strconv.Itoa(seen[key])))
	return hex.EncodeToString(sum[:16])
}
