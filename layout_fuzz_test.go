package writ_test

import (
	"encoding/json"
	"testing"

	"github.com/writ-policy/writ/policy"
)

// layouts is a change of a random case: all its documents are laid out anew.
func layouts(t *testing.T) change {
	return change{"a layout changes nothing", func(w world, c object) bool {
		made := false
		for _, l := range layersOf(c) {
			docs := l.(object)["documents"].([]any)
			for i, doc := range docs {
				if doc.(object)["system"] != nil {
					continue
				}
				src, err := json.Marshal(doc)
				if err != nil {
					t.Fatal(err)
				}
				d := dialectIn(l.(object), src)
				out, err := policy.Format(d, "x.json", src)
				if err != nil {
					return false
				}
				if again, err := policy.Format(d, "x.json", out); err != nil || string(again) != string(out) {
					t.Errorf("a second layout differs (%v)\n%s\n%s", err, out, again)
				}
				docs[i] = object{"text": string(out)}
				made = true
			}
		}
		return made
	}, same}
}

// FuzzLayout makes a random case, and decides it with its documents as they are
// and laid out anew.
func FuzzLayout(f *testing.F) {
	for i := range uint64(20) {
		f.Add(i, i*3, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, a, b uint64, flow bool) {
		property(t, newWorld(a, b), layouts(t), flow)
	})
}
