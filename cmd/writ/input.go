package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
)

// maxInput bounds a file in bytes, so that none can hold the command up.
const maxInput = 64 << 20

// standardInput is what messages call it.
const standardInput = "<stdin>"

// read reads a file, or standard input for -. name is for messages.
func (a *app) read(file string) (name string, src []byte, err error) {
	if file == "-" {
		if a.stdin {
			return "", nil, usagef("standard input can be read only once; give one of the two as a file")
		}
		a.stdin = true
		src, err = io.ReadAll(io.LimitReader(a.in, maxInput+1))
		name = standardInput
	} else {
		name = file
		src, err = readFile(file)
	}
	switch {
	case err != nil:
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return name, nil, inputf("cannot read %s: %v", name, err)
	case len(src) > maxInput:
		return name, nil, inputf("cannot read %s: it is larger than 64 MiB", name)
	}
	return name, src, nil
}

func readFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxInput+1))
}

// files is the argument check of verbs that read files.
func files(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("%s reads files; name at least one, or - for standard input", cmd.CommandPath())
	}
	return nil
}

// dialectFlag is a flag that names a dialect; nil is auto.
type dialectFlag struct{ dialect *policy.Dialect }

// shortDialects are the names that are easy to type.
var shortDialects = []struct {
	name    string
	dialect *policy.Dialect
}{
	{"v1.0", policy.HuaweiRole},
	{"v1.1", policy.HuaweiPolicy},
	{"v5.0", policy.HuaweiIdentity},
	{"scp", policy.HuaweiSCP},
	{"rcp", policy.HuaweiRCP},
	{"ncp", policy.HuaweiNCP},
	{"trust", policy.HuaweiTrust},
	{"cam2", policy.TencentCAM},
}

func (d *dialectFlag) String() string {
	if d.dialect == nil {
		return "auto"
	}
	return d.dialect.String()
}

// Type is what help shows for the value.
func (d *dialectFlag) Type() string { return "NAME" }

func (d *dialectFlag) Set(s string) error {
	if s == "auto" {
		d.dialect = nil
		return nil
	}
	for _, short := range shortDialects {
		if short.name == s {
			d.dialect = short.dialect
			return nil
		}
	}
	for _, known := range policy.Dialects() {
		if known.String() == s {
			d.dialect = known
			return nil
		}
	}
	names := dialectNames()
	if near := phrase.Nearest(s, names...); near != "" {
		return errors.New("did you mean " + near + "?")
	}
	return errors.New("write one of " + strings.Join(names, ", "))
}

// dialectNames are the values of the flag.
func dialectNames() []string {
	names := []string{"auto"}
	for _, short := range shortDialects {
		names = append(names, short.name)
	}
	for _, known := range policy.Dialects() {
		names = append(names, known.String())
	}
	return names
}

// dialectHelp describes the flag.
func dialectHelp(which string) string {
	return "the policy language of " + which + ": auto, v1.0, v1.1, v5.0, scp, rcp, ncp, trust, cam2, cam-resource; auto goes by the version"
}

// findings gives all diagnostics of a parse, of the document or of the error.
func findings(doc *policy.Document, err error) policy.Diagnostics {
	var ds policy.Diagnostics
	if errors.As(err, &ds) {
		return ds
	}
	if doc != nil {
		return doc.Warnings()
	}
	return nil
}

// severityPaint colours a severity.
func severityPaint(s policy.Severity) paint {
	return [...]paint{policy.Error: red, policy.Security: magenta, policy.Warning: yellow, policy.Suggestion: cyan}[s]
}

// findingRow is a diagnostic as a row of a table.
func findingRow(d *policy.Diagnostic) []any {
	at := d.File
	if d.Pos.Line > 0 {
		at += ":" + d.Pos.String()
	}
	return []any{at, span{d.Severity.String(), severityPaint(d.Severity)}, string(d.Code), advice(d)}
}

// advice is what is wrong and what to do about it.
func advice(d *policy.Diagnostic) string {
	if d.Fix == "" {
		return d.Message
	}
	return d.Message + "; " + d.Fix
}

// report prints findings as errors are printed.
func (a *app) report(ds policy.Diagnostics) {
	rows := make([][]any, len(ds))
	for i := range ds {
		rows[i] = findingRow(&ds[i])
	}
	a.errOut.table(rows)
	a.errOut.w.Flush()
}
