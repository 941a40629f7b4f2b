package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// printer writes lines of text, or one JSON value.
type printer struct {
	w        *bufio.Writer
	terminal bool
	color    bool
}

func newPrinter(w io.Writer) *printer {
	p := &printer{w: bufio.NewWriter(w)}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// wantColor decides whether to colour.
func wantColor(flag string, terminal bool, env func(string) string) bool {
	switch flag {
	case "always":
		return true
	case "never":
		return false
	}
	return terminal && env("NO_COLOR") == "" && env("TERM") != "dumb"
}

// paint is a colour of the terminal.
type paint string

const (
	plain   paint = ""
	bold    paint = "1"
	red     paint = "31"
	green   paint = "32"
	yellow  paint = "33"
	magenta paint = "35"
	cyan    paint = "36"
)

// span is text in a colour.
type span struct {
	text  string
	paint paint
}

// line prints a line of strings and spans. Whatever could disturb a terminal
// or deceive a reader is escaped.
func (p *printer) line(parts ...any) {
	for _, part := range parts {
		s, ok := part.(span)
		if !ok {
			s.text = fmt.Sprint(part)
		}
		if s.text = clean(s.text); p.color && s.paint != plain {
			s.text = "\x1b[" + string(s.paint) + "m" + s.text + "\x1b[0m"
		}
		p.w.WriteString(s.text)
	}
	p.w.WriteByte('\n')
}

// table prints rows in columns that are as wide as their widest cell. A cell
// is a string or a span.
func (p *printer) table(rows [][]any) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], width(cell))
		}
	}
	for _, row := range rows {
		var parts []any
		for i, cell := range row {
			parts = append(parts, cell)
			if i < last(row) {
				parts = append(parts, strings.Repeat(" ", widths[i]-width(cell)+2))
			}
		}
		p.line(parts...)
	}
}

// last is the index of the last cell that is not empty.
func last(row []any) int {
	i := len(row) - 1
	for i > 0 && width(row[i]) == 0 {
		i--
	}
	return i
}

// width counts the characters that a cell takes.
func width(cell any) int {
	if s, ok := cell.(span); ok {
		cell = s.text
	}
	return utf8.RuneCountInString(clean(fmt.Sprint(cell)))
}

// heading makes the first row of a table.
func heading(names ...string) []any {
	row := make([]any, len(names))
	for i, n := range names {
		row[i] = span{n, bold}
	}
	return row
}

// clean escapes control characters, characters that change the direction of
// writing, invisible ones, and bytes that are no text.
func clean(s string) string {
	sound := true
	for _, r := range s {
		sound = sound && r != utf8.RuneError && strconv.IsPrint(r)
	}
	if sound {
		return s
	}
	var b strings.Builder
	for i, n := 0, 0; i < len(s); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

// json prints a value as JSON. What line escapes is written as \uXXXX.
func (p *printer) json(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := p.w.WriteString(visible(b.String()))
	return err
}

// document prints a document as it is or, on a terminal, with \uXXXX for what
// could disturb it or deceive a reader.
func (p *printer) document(text []byte) {
	if p.terminal {
		text = []byte(visible(string(text)))
	}
	p.w.Write(text)
}

// visible writes what cannot be seen as escapes of JSON, but for the white space
// between its parts.
func visible(s string) string {
	var b strings.Builder
	for i, n := 0, 0; i < len(s); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case strconv.IsPrint(r) || r == '\n' || r == '\t' || r == '\r' && strings.HasPrefix(s[i+n:], "\n"):
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()
}

// jsonVersion is the version of all JSON output, which schema.json describes. Members may be added to it;
// a change of what is there makes it 2.
const jsonVersion = 1

// choice is a flag that takes one of a few words.
type choice struct {
	value   string
	allowed []string
}

// choose makes a choice whose first word is the default.
func choose(words ...string) choice { return choice{words[0], words} }

func (c *choice) String() string { return c.value }

// Type is what help shows for the value.
func (c *choice) Type() string {
	return strings.Trim(strings.Join(c.allowed, "|"), "|")
}

func (c *choice) Set(s string) error {
	if s == "" || !slices.Contains(c.allowed, s) {
		return fmt.Errorf("write one of %s", strings.ReplaceAll(c.Type(), "|", ", "))
	}
	c.value = s
	return nil
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// list joins names, - for none.
func list(names []string) string {
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ",")
}
