package refusal

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxEscapes is how often a message may have been quoted: in an error body, in a
// log of it, in a log of that.
const maxEscapes = 4

// plain undoes the escapes of JSON and of quoted logs, and makes each run of
// blanks one blank, or one line end if it holds any. Frames that terminals draw
// on the left are blanks.
func plain(s string) string {
	for range maxEscapes {
		next := unescape(s)
		if next == s {
			break
		}
		s = next
	}
	var b strings.Builder
	var gap rune // of the blanks that were read
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028':
			gap = '\n'
		case unicode.IsSpace(r):
			if gap == 0 {
				gap = ' '
			}
		case gap == '\n' && (r == '│' || r == '|' || r == '╷' || r == '╵' || r == '>'):
		default:
			if gap != 0 {
				b.WriteRune(gap)
			}
			b.WriteRune(r)
			gap = 0
		}
	}
	return b.String()
}

// entities are the characters that pages write in another way and that messages
// hold.
var entities = strings.NewReplacer("&#39;", "'", "&#039;", "'", "&apos;", "'", "&quot;", `"`, "&#34;", `"`, "’", "'")

// unescape undoes one level of escapes.
func unescape(s string) string {
	s = entities.Replace(s)
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch c := s[i+1]; c {
		case 'n', 'r':
			b.WriteByte('\n')
		case 't':
			b.WriteByte(' ')
		case '"', '\'', '/', '\\':
			b.WriteByte(c)
		case 'u':
			if r, ok := hex(s[i+2:]); ok {
				b.WriteRune(r)
				i += 5
				continue
			}
			fallthrough
		default:
			b.WriteByte('\\')
			continue
		}
		i++
	}
	return b.String()
}

// hex reads the four digits of an escaped character.
func hex(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[:4], 16, 16)
	return rune(n), err == nil && utf8.ValidRune(rune(n))
}
