package policy

import "slices"

// Edit replaces the bytes of a document from Start up to End by New.
type Edit struct {
	Start, End int
	New        string
}

// Fixable reports whether the finding has Edits.
func (d *Diagnostic) Fixable() bool { return len(d.Edits) > 0 }

// Apply makes the edits of the findings in the text that they are about. A
// finding whose edits meet those of one before it is passed over: read the new
// text and apply what is found in it then. Apply returns the findings that it
// mended.
func (ds Diagnostics) Apply(src []byte) (out []byte, mended Diagnostics) {
	var edits []Edit
	meets := func(e Edit) bool {
		return e.Start < 0 || e.End < e.Start || e.End > len(src) || slices.ContainsFunc(edits, func(f Edit) bool {
			return e.Start < f.End && f.Start < e.End || e.Start == f.Start
		})
	}
	for _, d := range ds {
		if d.Fixable() && !slices.ContainsFunc(d.Edits, meets) {
			edits, mended = append(edits, d.Edits...), append(mended, d)
		}
	}
	slices.SortFunc(edits, func(a, b Edit) int { return a.Start - b.Start })
	at := 0
	for _, e := range edits {
		out = append(append(out, src[at:e.Start]...), e.New...)
		at = e.End
	}
	return append(out, src[at:]...), mended
}
