package main

import (
	"bytes"
	"slices"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

// maxRounds bounds how often a document is read and mended again. Every round
// makes at least one edit, and a document has no more findings than this.
const maxRounds = 1000

// mend makes the edits that are certain, but those of findings that --ignore
// leaves out, until there are none. Only a sound document comes out; if some
// errors have no such edit, the text stays as it is and left is true.
func (f *checkFlags) mend(known *catalog.Catalog, name string, src []byte) (out []byte, mended policy.Diagnostics, left bool) {
	out = src
	for range maxRounds {
		as, doc, ds := f.parse(name, out)
		if doc != nil {
			found := writ.Compiler{Catalog: known}.Lint(doc)
			f.settle(known, name, out, as, found)
			ds = append(ds, found...)
		}
		ds = slices.DeleteFunc(ds, func(d policy.Diagnostic) bool { return f.ignored(&d) })
		text, now := ds.Apply(out)
		if len(now) == 0 {
			break
		}
		out, mended = text, append(mended, now...)
	}
	if _, doc, _ := f.parse(name, out); doc == nil {
		return src, nil, len(mended) > 0
	}
	return out, mended, false
}

// alike are the dialects that the version of a document does not tell apart.
var alike = [][]*policy.Dialect{
	{policy.HuaweiPolicy, policy.HuaweiRole},
	{policy.HuaweiIdentity, policy.HuaweiSCP, policy.HuaweiRCP, policy.HuaweiNCP, policy.HuaweiTrust},
	{policy.TencentCAM, policy.TencentResource},
}

// settle takes away the edits that are not certain in every dialect that a sound
// document may be of, if --dialect does not say which. It reports whether there
// were some.
func (f *checkFlags) settle(known *catalog.Catalog, name string, src []byte, as *policy.Dialect, ds policy.Diagnostics) (some bool) {
	fixable := func(d policy.Diagnostic) bool { return d.Fixable() }
	for _, family := range alike {
		if f.dialect.dialect != nil || !slices.Contains(family, as) {
			continue
		}
		for _, other := range family {
			if other == as || !slices.ContainsFunc(ds, fixable) {
				continue
			}
			doc, text := sound(other, name, src)
			if doc == nil {
				continue
			}
			var same policy.Diagnostics
			if bytes.Equal(text, src) {
				same = writ.Compiler{Catalog: known}.Lint(doc)
			}
			for i := range ds {
				if ds[i].Fixable() && !slices.ContainsFunc(same, func(d policy.Diagnostic) bool { return slices.Equal(d.Edits, ds[i].Edits) }) {
					ds[i].Edits, some = nil, true
				}
			}
		}
	}
	return some
}

// sound reads a text in a dialect, once its errors are mended; the document is nil
// if they cannot be.
func sound(as *policy.Dialect, name string, src []byte) (*policy.Document, []byte) {
	for range maxRounds {
		doc, err := policy.ParseAs(as, name, src)
		if err == nil {
			return doc, src
		}
		ds := findings(nil, err)
		as.Mend(src, ds)
		text, mended := ds.Apply(src)
		if len(mended) == 0 {
			return nil, src
		}
		src = text
	}
	return nil, src
}

// mendable reports whether --fix would write a text that has errors.
func (f *checkFlags) mendable(known *catalog.Catalog, name string, src []byte, ds policy.Diagnostics) bool {
	if !slices.ContainsFunc(ds, func(d policy.Diagnostic) bool { return d.Fixable() }) {
		return false
	}
	_, mended, _ := f.mend(known, name, src)
	return len(mended) > 0
}

// parse reads a document; it is nil if there are errors.
func (f *checkFlags) parse(name string, src []byte) (as *policy.Dialect, doc *policy.Document, ds policy.Diagnostics) {
	if as = f.dialect.dialect; as == nil {
		as = policy.Guess(src)
	}
	doc, err := policy.ParseAs(as, name, src)
	ds = findings(doc, err)
	as.Mend(src, ds)
	return as, doc, ds
}

// fix mends a document and writes it, or shows what would be written. It
// returns the text that is to be checked, and what was mended.
func (a *app) fix(f *checkFlags, known *catalog.Catalog, arg, name string, src []byte) ([]byte, policy.Diagnostics, error) {
	out, mended, left := f.mend(known, name, src)
	if left {
		a.complain(inputf("%s stays as it is: it has errors that only its author can mend", name))
	}
	switch {
	case f.diff && len(mended) > 0:
		a.printDiff(name, src, out)
	case f.fix && arg == "-":
		a.out.document(out)
	case f.fix && len(mended) > 0:
		if err := write(name, out); err != nil {
			return src, nil, err
		}
	}
	if f.diff {
		out = src
	}
	return out, mended, nil
}

// printFixed lists what was mended, each where it stood.
func (a *app) printFixed(ds policy.Diagnostics) {
	rows := make([][]any, len(ds))
	for i := range ds {
		row := findingRow(&ds[i])
		row[1], row[3] = span{"fixed", green}, ds[i].Message
		rows[i] = row
	}
	a.out.table(rows)
}

// elsewhere sends what a verb says to the other stream, where standard output is
// for documents or diffs. It returns what undoes that.
func (a *app) elsewhere() (back func()) {
	out := a.out
	a.out = a.errOut
	return func() {
		a.out.w.Flush()
		a.out = out
	}
}
