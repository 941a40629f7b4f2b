package wildcard

import (
	"unicode"
	"unicode/utf8"
)

// canon maps a character to the one that stands for its whole folding class
// (Unicode simple folding): the smallest member, so ASCII letters to capitals.
func canon(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			return r - ('a' - 'A')
		}
		return r
	}
	low := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		low = min(low, f)
	}
	return low
}

func canonString(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = utf8.AppendRune(b, canon(r))
	}
	return string(b)
}

// next decodes the first character of s in canonical form. A byte that is not
// UTF-8 stands for itself, apart from every character.
func next(s string) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return canon(rune(s[0])), 1
	}
	r, w := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && w == 1 {
		return -1 - rune(s[0]), 1
	}
	return canon(r), w
}

// BadUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func BadUTF8(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, w := utf8.DecodeRuneInString(s[i:]); w == 1 {
				return i
			}
		}
	}
	return -1
}

// prefixFold reports whether s begins with lit, letters folded on both sides,
// and how many bytes of s that takes.
func prefixFold(s, lit string) (int, bool) {
	at := 0
	for len(lit) > 0 {
		if at == len(s) {
			return 0, false
		}
		a, n := next(s[at:])
		b, m := next(lit)
		if a != b {
			return 0, false
		}
		at, lit = at+n, lit[m:]
	}
	return at, true
}

// EqualFold reports whether two texts are equal, letters folded on both sides.
func EqualFold(s, t string) bool {
	n, ok := prefixFold(s, t)
	return ok && n == len(s)
}

// suffixFold is prefixFold from the end.
func suffixFold(s, lit string) (int, bool) {
	end := len(s)
	for len(lit) > 0 {
		if end == 0 {
			return 0, false
		}
		_, n := utf8.DecodeLastRuneInString(s[:end])
		_, m := utf8.DecodeLastRuneInString(lit)
		a, _ := next(s[end-n : end])
		b, _ := next(lit[len(lit)-m:])
		if a != b {
			return 0, false
		}
		end, lit = end-n, lit[:len(lit)-m]
	}
	return len(s) - end, true
}

// indexFold finds lit in s, letters folded on both sides: its place and length
// in s, or -1. A rolling hash over the characters keeps it linear; a hit is
// always compared.
func indexFold(s, lit string) (int, int) {
	const base = 0x9E3779B97F4A7C15
	var want, pow uint64 = 0, 1
	count := 0
	for rest := lit; rest != ""; count++ {
		r, w := next(rest)
		want = want*base + uint64(uint32(r))
		pow *= base
		rest = rest[w:]
	}
	if count == 0 {
		return 0, 0
	}
	var have uint64
	from, to := 0, 0
	for n := 0; to < len(s); {
		r, w := next(s[to:])
		have = have*base + uint64(uint32(r))
		to += w
		if n++; n > count {
			r, w := next(s[from:])
			have -= pow * uint64(uint32(r))
			from += w
			n--
		}
		if n == count && have == want {
			if k, ok := prefixFold(s[from:], lit); ok {
				return from, k
			}
		}
	}
	return -1, 0
}
