package main

import "bytes"

// pack shortens an ASCII text for embedding: what stood before is written as a
// reference to it. A byte below 0x80 is itself. Any other byte, less 0x80, is
// a length less 4; the distance back follows in two bytes, high byte first.
// (Package catalog holds the reader; the standard library's decompressors
// would cost a program more than they save.)
func pack(text []byte) []byte {
	const least, most, window, tries = 4, 4 + 0x7f, 0xffff, 512
	var out []byte
	seen := make(map[string][]int) // where each run of four bytes begins
	note := func(i int) {
		if i+least <= len(text) {
			k := string(text[i : i+least])
			seen[k] = append(seen[k], i)
		}
	}
	for i := 0; i < len(text); {
		length, at := 0, 0
		if i+least <= len(text) {
			places := seen[string(text[i:i+least])]
			for n := len(places) - 1; n >= 0 && n >= len(places)-tries && i-places[n] <= window; n-- {
				if l := common(text[places[n]:], text[i:], most); l > length {
					length, at = l, places[n]
				}
			}
		}
		if length < least {
			out = append(out, text[i])
			note(i)
			i++
			continue
		}
		out = append(out, byte(0x80+length-least), byte((i-at)>>8), byte(i-at))
		for range length {
			note(i)
			i++
		}
	}
	return out
}

// common is the length of the common prefix, at most limit.
func common(a, b []byte, limit int) int {
	limit = min(limit, len(a), len(b))
	if bytes.Equal(a[:limit], b[:limit]) {
		return limit
	}
	n := 0
	for a[n] == b[n] {
		n++
	}
	return n
}
