// Package phrase holds what messages are made of: the known name that a
// misspelt one was meant to be, and quoted text of bounded length.
package phrase

import "strconv"

// Quote quotes text of a user, cut to some 80 bytes.
func Quote(s string) string {
	rest := ""
	if n := 80; len(s) > n {
		for n > 76 && s[n]&0xC0 == 0x80 {
			n--
		}
		s, rest = s[:n], "…"
	}
	return strconv.Quote(s) + rest
}

// List joins words by commas. (Not inlined for the size of programs.)
//
//go:noinline
func List(words []string) string {
	s := ""
	for i, w := range words {
		if i > 0 {
			s += ", "
		}
		s += w
	}
	return s
}

// Nearest returns the candidate closest to name, or "" if none is close: at
// most a third of the letters may differ, letter case not counted. Of equally
// close candidates the first wins.
func Nearest[T ~string](name string, candidates ...T) string {
	best, at := len(name)/3+1, ""
	if len(name) > 64 {
		return ""
	}
	for _, c := range candidates {
		if d := distance(name, string(c), best); d < best {
			best, at = d, string(c)
		}
	}
	return at
}

// distance is the number of letters to insert, delete, change or swap with
// their neighbour, cut off at limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var rows [3][65]int
	if len(b) > 64 {
		return limit
	}
	prev2, prev, cur := rows[0][:], rows[1][:], rows[2][:]
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if lower(a[i-1]) == lower(b[j-1]) {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && lower(a[i-1]) == lower(b[j-2]) && lower(a[i-2]) == lower(b[j-1]) {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
