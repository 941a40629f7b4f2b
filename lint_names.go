package writ

import (
	"slices"
	"strings"

	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// nameRules are about names that a vendor writes in more than one way.
var nameRules = []Rule{
	{"KEY_CASE", policy.Suggestion, "A condition key in other letters",
		"The key is documented in other letters. Tencent Cloud's pages disagree on whether case counts in keys (tencent-cam.md 8, 1); if it does, the condition never holds.",
		func(l *linter, s *statement) {
			if !l.doc.Dialect().IsCAM() {
				return
			}
			for i, c := range s.clauses() {
				k, known := l.catalog.Key(c.Key())
				if !known {
					continue
				}
				documented, _, _ := strings.Cut(k.String(), "/")
				name, tag, tagged := strings.Cut(c.KeyText(), "/")
				if name == documented {
					continue
				}
				if tagged {
					documented += "/" + tag
				}
				l.note(s.ClausePosition(i), "the vendor writes "+c.KeyText()+" as "+documented, "write "+phrase.Quote(documented))
			}
		}, nil},
	{"NEW_NAME_IN_POLICY", policy.Warning, "The v5.0 name of a renamed action in a role or policy",
		"v1.0 and v1.1 are asked for the action by its old name: an Allow on the new one does not allow it (huawei.md L-5).",
		func(l *linter, s *statement) {
			if !l.doc.Dialect().IsOld() || s.Effect() != policy.Allow || s.NotAction() {
				return
			}
			for i, p := range s.Actions() {
				n, literal := p.Literal()
				a, known := l.catalog.Action(n)
				if !literal || !known || !renamed(a) || slices.ContainsFunc(s.covered, func(b *catalog.Action) bool { return slices.Contains(slices.Collect(b.Aliases()), n) }) {
					continue
				}
				old := slices.Collect(a.Aliases())[0].String()
				l.note(s.ActionPosition(i), p.String()+" is the v5.0 name: a "+l.doc.Dialect().Version()+" document is asked for "+old, "write "+phrase.Quote(old))
			}
		}, nil},
	{"OLD_NAME_IN_SCP", policy.Warning, "The old name of an action in an Allow of an organization policy",
		"An Allow of an organization policy does not allow an action by its old name; a Deny denies it (huawei.md L-8).",
		func(l *linter, s *statement) {
			if !l.newNames() || !l.doc.Dialect().IsGuardrail() || s.Effect() != policy.Allow || s.NotAction() {
				return
			}
			for i, p := range s.Actions() {
				old := ""
				for _, a := range s.covered {
					if p.Match(a.Name()) {
						old = ""
						break
					}
					if l.covers(p, a) {
						old = a.String()
					}
				}
				if old != "" {
					l.note(s.ActionPosition(i), p.String()+" covers "+old+" by its old name only, and does not allow it here", "write "+phrase.Quote(old))
				}
			}
		}, nil},
	{"OLD_REGION", policy.Suggestion, "The old name of a region",
		"The region has another name now. In a resource both are understood (tencent-cam.md R4).",
		func(l *linter, s *statement) {
			for i, r := range s.Resources() {
				if text := region(r); slices.Contains(oldRegions, text) {
					l.note(s.ResourcePosition(i), text+" is the old name of "+currentRegion(text), "write "+currentRegion(text))
				}
			}
		}, nil},
	{"REGION_NAME", policy.Warning, "A region by a name that is not compared",
		"The values of a condition are compared as text: the old name of a region is not the new one (tencent-cam.md 8, 14). In a resource, the name of a zone, a place or a misspelt region covers nothing.",
		func(l *linter, s *statement) {
			if !l.doc.Dialect().IsCAM() {
				return
			}
			for i, r := range s.Resources() {
				if text := region(r); !slices.Contains(oldRegions, text) {
					if meant := regionMeant(text); meant != "" {
						l.note(s.ResourcePosition(i), phrase.Quote(text)+" is no region", "did you mean "+meant+"?")
					}
				}
			}
			for i, c := range s.clauses() {
				if !strings.HasSuffix(c.Key().String(), ":region") || c.Operand() != condition.StringType {
					continue
				}
				for _, v := range c.Values() {
					if meant := regionMeant(v); meant != "" {
						l.note(s.ClausePosition(i), phrase.Quote(v)+" is compared as text, and requests name regions as "+meant, "did you mean "+meant+"?")
					}
				}
			}
		}, nil},
	{"UNKNOWN_KEY", policy.Warning, "A condition key that the catalog does not have",
		"The catalog knows the service, or all global keys (g: and qcs:), and has no such key. A misspelt key is absent from every request. Of v1.0 and v1.1, whose global keys no page lists in full, only those count that look like a known one.",
		func(l *linter, s *statement) {
			for i, c := range s.clauses() {
				if _, known := l.catalog.Key(c.Key()); known {
					continue
				}
				prefix, _, _ := strings.Cut(c.Key().String(), ":")
				fix := l.meantKey(c.KeyText(), prefix)
				switch prefix {
				case "g":
					if l.doc.Dialect().IsCAM() || l.doc.Dialect().IsOld() && fix == "" {
						continue
					}
				case "qcs":
					if !l.doc.Dialect().IsCAM() {
						continue
					}
				default:
					if !l.newNames() || l.actions[prefix] == nil {
						continue
					}
				}
				if l.keys[prefix] == nil {
					continue // a catalog without such keys
				}
				if fix == "" {
					fix = "look it up with writ catalog"
				}
				l.note(s.ClausePosition(i), "the catalog has no condition key "+c.KeyText(), fix)
			}
		}, nil},
}

// meantKey says which key of the catalog a text may have been meant to be; tag
// keys are left out of the comparison.
func (l *linter) meantKey(text, prefix string) string {
	name, tag, _ := strings.Cut(text, "/")
	tagged := tag != ""
	var names []string
	for _, k := range l.keys[prefix] {
		n, _, ofTag := strings.Cut(k, "/")
		switch {
		case ofTag && !tagged && strings.EqualFold(n, name):
			return "write " + k
		case ofTag == tagged:
			names = append(names, n)
		}
	}
	near := phrase.Nearest(name, names...)
	switch {
	case near == "":
		return ""
	case tagged:
		near += "/" + tag
	}
	return "did you mean " + near + "?"
}

// renamed reports whether v1.1 knows an action by other names only.
func renamed(a *catalog.Action) bool {
	old := slices.Collect(a.Aliases())
	return len(old) > 0 && !slices.Contains(old, a.Name())
}

// oldRegions are the short names that Tencent Cloud once gave its regions.
var oldRegions = []string{"gz", "sh", "shjr", "bj", "ca", "sg", "hk", "cd", "de"}

func currentRegion(old string) string {
	return resource.MustParse("qcs::cvm:" + old + ":uin/1:x").Region()
}

// region returns the region segment of a six-segment path as it is written.
func region(r *resource.Pattern) string {
	if segments := strings.SplitN(r.String(), ":", 6); r.Form() == resource.QCS && len(segments) == 6 {
		return segments[3]
	}
	return ""
}

// regionMeant returns the region that a text names in another way: by its old
// name or its place, in other letters, with a zone or with one letter wrong.
func regionMeant(text string) string {
	for _, old := range oldRegions {
		now := currentRegion(old)
		_, place, _ := strings.Cut(now, "-")
		zone, isZone := strings.CutPrefix(text, now+"-")
		switch {
		case text == now, text == "" || strings.ContainsAny(text, "*$"):
			return ""
		case text == old, strings.EqualFold(text, now), strings.EqualFold(text, place), isZone && len(zone) == 1 && zone >= "0" && zone <= "9":
			return now
		}
	}
	for _, old := range oldRegions {
		if now := currentRegion(old); oneEdit(text, now) {
			return now
		}
	}
	return ""
}

// oneEdit reports whether one letter more, less, changed or swapped with the next
// makes a of b.
func oneEdit(a, b string) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return len(a) < 2 && len(b) < 2 || len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
}
