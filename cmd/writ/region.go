package main

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/writ-policy/writ/policy"
)

// region is where a finding stands, with columns in UTF-16 code units from 1, as
// code scanning and editors count them, and the end behind it. The zero region
// is unknown.
type region struct{ line, column, endLine, endColumn int }

// regionOf finds the region of a finding in the text of its file.
func regionOf(src []byte, d *policy.Diagnostic) region {
	if d.Pos.Line == 0 {
		return region{}
	}
	end := d.End
	if end.Line == 0 || end.Offset <= d.Pos.Offset {
		end = d.Pos
		n := token(src[min(end.Offset, len(src)):])
		end.Offset, end.Column = end.Offset+n, end.Column+n
	}
	return region{d.Pos.Line, units(src, d.Pos), end.Line, units(src, end)}
}

// token is the length of what begins a text: a JSON string, which has no line
// breaks, or one character.
func token(text []byte) int {
	if len(text) == 0 || text[0] == '\n' {
		return 0
	}
	if text[0] == '"' {
		for i := 1; i < len(text) && text[i] >= ' '; i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
	}
	_, n := utf8.DecodeRune(text)
	return n
}

// units is the column of a position in UTF-16 code units.
func units(src []byte, p policy.Position) int {
	from := p.Offset - p.Column + 1
	if from < 0 || p.Offset > len(src) {
		return p.Column
	}
	n := 1
	for _, r := range string(src[from:p.Offset]) {
		n += utf16.RuneLen(r)
	}
	return n
}

// lineOf is the line of a position, without the space around it.
func lineOf(src []byte, p policy.Position) string {
	from := p.Offset - p.Column + 1
	if p.Line == 0 || from < 0 || from > len(src) {
		return ""
	}
	line, _, _ := strings.Cut(string(src[from:]), "\n")
	return strings.TrimSpace(line)
}
