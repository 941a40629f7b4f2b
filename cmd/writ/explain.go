package main

import (
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
		Long:    "Tell what a finding of check means and what to do about it; without CODE, list\nthe rules. Of a code of the reader, which the vendor often has too, it tells the\nworst severity and the languages in which it occurs.",
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
	if len(all) == 0 {
		for _, d := range policy.Dialects() {
			for c := range d.Codes() {
				codes = append(codes, string(c))
			}
		}
		all = append(all, ofReader(args[0])...)
	}
	switch {
	case len(all) == 0:
		hint := "writ explain lists the rules"
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

// ofReader tells of a code that the reader of documents gives; nothing if it gives
// none like that.
func ofReader(code string) []ruleJSON {
	var r *ruleJSON
	var in []string
	worst := policy.Suggestion
	for _, d := range policy.Dialects() {
		for c, severity := range d.Codes() {
			if strings.EqualFold(code, string(c)) {
				r = &ruleJSON{Code: string(c), Title: "The document is not as its language wants it"}
				in = append(in, d.String())
				worst = min(worst, severity)
			}
		}
	}
	if r == nil {
		return nil
	}
	r.Severity = worst.String()
	r.Text = "The reader gives it for documents in " + strings.Join(in, ", ") + ". The message of the finding says what is wrong and what to write instead."
	return []ruleJSON{*r}
}

type usageText string

func (e usageText) Error() string { return string(e) }
