package writ_test

import "encoding/json"

// shrink drops parts of a case, as long as what is left still fails, so that a
// person can read it.
func shrink(text []byte, fails func([]byte) bool) []byte {
	root := decodeJSON(text)
	for again := true; again; {
		again = false
		for n := 0; ; n++ {
			k := n
			smaller, done := without(root, &k)
			if done {
				break
			}
			out, err := json.Marshal(smaller)
			if err == nil && fails(out) {
				root, text, again = smaller, out, true
				n--
			}
		}
	}
	return text
}

// without copies v without its part number k, counted from 0 in depth-first
// order; done reports that there is no such part.
func without(v any, k *int) (out any, done bool) {
	switch v := v.(type) {
	case []any:
		for i := range v {
			if *k == 0 {
				return append(append([]any{}, v[:i]...), v[i+1:]...), false
			}
			*k--
			if e, done := without(v[i], k); !done {
				return append(append(append([]any{}, v[:i]...), e), v[i+1:]...), false
			}
		}
	case map[string]any:
		for _, name := range sorted(v) {
			c := make(map[string]any, len(v))
			for n, e := range v {
				c[n] = e
			}
			if *k == 0 {
				delete(c, name)
				return c, false
			}
			*k--
			if e, done := without(v[name], k); !done {
				c[name] = e
				return c, false
			}
		}
	}
	return v, true
}
