package policy

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Position is a place in a document. Line counts from 1, Column from 1 in
// bytes, Offset from 0 in bytes. The zero Position is unknown.
type Position struct{ Line, Column, Offset int }

// String returns line:column, "-" if unknown.
func (p Position) String() string {
	if p.Line == 0 {
		return "-"
	}
	return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Code names a kind of finding. Codes are stable; messages may change. Where
// the vendor has a code for it, Code is the vendor's.
type Code string

// Codes yields every code that the reader of documents may give, in name order.
func Codes() iter.Seq[Code] {
	var codes []Code
	for _, d := range Dialects() {
		for c := range d.Codes() {
			codes = append(codes, c)
		}
	}
	slices.Sort(codes)
	return slices.Values(slices.Compact(codes))
}

// Codes yields every code that the reader may give for documents of the dialect,
// in name order, with the worst severity that it has there.
func (d *Dialect) Codes() iter.Seq2[Code, Severity] {
	worst := map[Code]Severity{}
	add := func(c Code, s Severity) {
		if was, ok := worst[c]; !ok || s < was {
			worst[c] = s
		}
	}
	switch { // of resources
	case d.IsOld():
		for _, c := range []Code{"IAM.1038", "IAM.1041", "IAM.1043", "IAM.1044", "IAM.1045", "IAM.1046"} {
			add(c, Error)
		}
	case d.IsCAM():
		add("ResourceProjectError", Error)
		add("ResourceContentError", Error)
	}
	for p := range nProblems {
		mild := p == pVariable || p == pEmpty || p == pWideSCP || p == pNotInSCP || p == pServiceWildcard || p == pSize && !d.sizeError
		switch {
		case p == pWideSCP && !d.guardrail, p == pNotInSCP && !d.guardrail, p == pServiceWildcard && (!d.guardrail || d.service), p == pAllowInNCP && !d.denyOnly:
		case mild:
			add(d.code(p), Warning)
		default:
			add(d.code(p), Error)
		}
	}
	return func(yield func(Code, Severity) bool) {
		for _, c := range slices.Sorted(maps.Keys(worst)) {
			if !yield(c, worst[c]) {
				return
			}
		}
	}
}

// Severity says how bad a finding is, in the vendor's four steps.
type Severity uint8

const (
	// Error: the document is refused.
	Error Severity = iota
	// Security: accepted, but it grants more than it seems to.
	Security
	// Warning: accepted, but it probably does not do what was meant.
	Warning
	// Suggestion: accepted; could be written better.
	Suggestion
)

// String returns error, security, warning or suggestion.
func (s Severity) String() string {
	return [...]string{"error", "security", "warning", "suggestion"}[s]
}

// Diagnostic is one finding about a document: what is wrong between Pos and
// End, and, if it is known, what to write instead. Edits say it to a program,
// where there is only one thing to write and it grants nothing more; Lint and
// Dialect.Mend find them.
type Diagnostic struct {
	Code     Code
	Severity Severity
	File     string
	Pos, End Position
	Message  string
	Fix      string
	Edits    []Edit
}

// Error returns the finding on one line: file:line:column, severity, code,
// message and remedy. No control characters, and at most some 500 bytes.
func (d *Diagnostic) Error() string {
	file, fix := clip(d.File, 100), ""
	if file != "" {
		file += ":"
	}
	if d.Fix != "" {
		fix = "; " + clip(d.Fix, 120)
	}
	return file + d.Pos.String() + ": " + d.Severity.String() + " " + string(d.Code) + ": " + clip(d.Message, 240) + fix
}

// clip cuts text to n bytes and replaces what could change how a line is shown:
// control characters, line separators and marks of writing direction.
func clip(s string, n int) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case r < 0x20, 0x7f <= r && r < 0xa0, r == 0x2028, r == 0x2029,
			0x200e <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
			r = '?'
		}
		b = utf8.AppendRune(b, r)
	}
	s = string(b)
	if len(s) > n {
		for n > 0 && s[n]&0xC0 == 0x80 {
			n--
		}
		s = s[:n] + "…"
	}
	return s
}

// Diagnostics are the findings about one document, in the order of their
// positions. As an error they stand for all that are errors.
type Diagnostics []Diagnostic

// Error returns every finding on a line of its own.
func (ds Diagnostics) Error() string {
	s := ""
	for i := range ds {
		if i > 0 {
			s += "\n"
		}
		s += ds[i].Error()
	}
	return s
}

// Unwrap gives each finding as an error of type *Diagnostic.
func (ds Diagnostics) Unwrap() []error {
	errs := make([]error, len(ds))
	for i := range ds {
		errs[i] = &ds[i]
	}
	return errs
}

// Err returns ds as an error if one of the findings is an Error, else nil.
func (ds Diagnostics) Err() error {
	for i := range ds {
		if ds[i].Severity == Error {
			return ds
		}
	}
	return nil
}

func (ds Diagnostics) sort() {
	// There are at most maxFindings, and nearly all in order.
	for i := 1; i < len(ds); i++ {
		d, at := ds[i], i
		for ; at > 0 && d.Pos.Offset < ds[at-1].Pos.Offset; at-- {
			ds[at] = ds[at-1]
		}
		if at < i {
			ds[at] = d
		}
	}
}
