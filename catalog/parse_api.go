package catalog

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/internal/wildcard"
)

func (s *service) api(n *jsonsrc.Node) {
	m := s.members(n, &apiForm)
	a := API{
		of: s.name, mapped: true, method: s.word(m["method"], "the method", methods...), path: s.text(m["path"], "the path", pathName),
		operation: s.text(orNull(m["operationId"]), "the operationId", anyText),
		actions:   s.actionNames(m["actions"], "actions"), dependent: s.actionNames(m["dependentActions"], "dependentActions"),
		v11: s.actionName(orNull(m["v11Action"]), "the v11Action"), v11Dependencies: s.actionNames(m["v11Dependencies"], "v11Dependencies"),
		iam: s.perhaps(m["iamProject"], "iamProject"), enterprise: s.perhaps(m["enterpriseProject"], "enterpriseProject"),
		legacy: s.texts(m["legacyPaths"], "legacyPaths", pathName, exact),
	}
	s.remarks(m)
	if len(a.legacy) > maxLegacy {
		s.invalid(m["legacyPaths"], "an API has "+strconv.Itoa(len(a.legacy))+" old paths", "keep the latest "+strconv.Itoa(maxLegacy))
		a.legacy = nil
	}
	if !a.v11.IsZero() && !slices.ContainsFunc(a.actions, func(n action.Name) bool { return s.governs(n, a.v11) }) && len(a.actions) > 0 {
		s.invalid(m["v11Action"], "no action of the API has the v1.1 name "+m["v11Action"].Text, "add it to the aliases of the action")
	}
	a.letters = string(s.letters(m, &apiCellsForm, func(cell string) bool {
		return cell == "actions" && len(a.actions) == 0 || cell == "dependentActions" && len(a.dependent) == 0 ||
			cell == "v11Action" && a.v11.IsZero() || cell == "v11Dependencies" && len(a.v11Dependencies) == 0 ||
			cell == "iamProject" && a.iam == '-' || cell == "enterpriseProject" && a.enterprise == '-'
	}))
	a.dependentGiven = m["dependentActions"] != nil
	s.needs(m["actions"])
	s.needs(m["dependentActions"])
	if a.method != "" && a.path != "" {
		s.define("apis", a.id(), n, a.method+" "+a.path)
		s.b.apis = append(s.b.apis, a)
	}
}

// governs reports whether a v1.1 action is or may be another name of an action.
func (s *service) governs(n, v11 action.Name) bool {
	row := s.rows[n]
	return n == v11 || row == nil || slices.Contains(row.aliases, v11) || row.letters[actionAliases] == 'u' || row.letters[actionAliases] == 'i'
}

// needs notes the actions of the service that an API names.
func (s *service) needs(n *jsonsrc.Node) {
	if n == nil {
		return
	}
	for i := range n.Items {
		item := &n.Items[i]
		if service, _, _ := strings.Cut(item.Text, ":"); wildcard.Lower(service) == s.name {
			s.uses = append(s.uses, use{item, "actions", wildcard.Lower(item.Text)})
		}
	}
}

func (s *service) unmapped(n *jsonsrc.Node) {
	m := s.members(n, &unmappedForm)
	a := API{
		of: s.name, method: s.word(m["method"], "the method", methods...), path: s.text(m["path"], "the path", pathName),
		operation: s.text(orNull(m["operationId"]), "the operationId", anyText),
	}
	s.text(m["summary"], "the summary", anyText)
	s.text(m["note"], "the note", anyText)
	s.texts(m["sources"], "sources", someText, exact)
	if a.method != "" && a.path != "" {
		s.define("apis", a.id(), n, a.method+" "+a.path)
		s.b.unmapped = append(s.b.unmapped, a)
	}
}

// orNull is n, or nothing if n is null.
func orNull(n *jsonsrc.Node) *jsonsrc.Node {
	if n != nil && n.Kind == jsonsrc.Null {
		return nil
	}
	return n
}

// perhaps reads a boolean that may be null or not there.
func (r *reader) perhaps(n *jsonsrc.Node, what string) byte {
	switch n = orNull(n); {
	case n == nil:
		return '-'
	case r.flag(n, what):
		return 'y'
	}
	return 'n'
}

// template reads the template of a URN and returns the service, folded, and
// the type.
func (r *reader) template(n *jsonsrc.Node, what string) (service, typ string, ok bool) {
	if !r.is(n, what, jsonsrc.String) {
		return "", "", false
	}
	seg := strings.SplitN(n.Text, ":", 5)
	if len(seg) < 5 || seg[4] == "" || !isWord(seg[0], "-_") || !isWord(seg[3], "-_.") || !isTemplate(n.Text) || strings.ContainsFunc(n.Text, unicode.IsControl) {
		r.invalid(n, what+" cannot be "+phrase.Quote(n.Text), "write service:<region>:<account-id>:type:<id>")
		return "", "", false
	}
	if !isSegment(seg[1]) || !isSegment(seg[2]) || strings.Contains(seg[1]+seg[2], "account") != strings.Contains(seg[2], "account") {
		r.invalid(n, what+" cannot be "+phrase.Quote(n.Text)+": region and account are a name in angle brackets, a plain text or empty", "write service:<region>:<account-id>:type:<id>")
		return "", "", false
	}
	for rest := seg[4]; ; {
		_, behind, ok := strings.Cut(rest, ">")
		between, _, more := strings.Cut(behind, "<")
		if !ok || !more {
			break
		}
		if rest = behind; !strings.Contains(between, "/") {
			r.invalid(n, what+" cannot be "+phrase.Quote(n.Text)+": two ids without a slash between them cannot be told apart", "write <shelf-id>/<item-id>")
			return "", "", false
		}
	}
	return wildcard.Lower(seg[0]), seg[3], true
}

// isSegment reports whether a region or account of a template is a name in angle
// brackets, a plain text or empty.
func isSegment(s string) bool {
	return !strings.ContainsAny(s, "*?<>$") || strings.HasPrefix(s, "<") && strings.Count(s, "<") == 1 && strings.HasSuffix(s, ">")
}

// isTemplate reports whether what varies has a name in angle brackets.
func isTemplate(s string) bool {
	for {
		before, rest, ok := strings.Cut(s, "<")
		if !ok {
			return !strings.Contains(s, ">")
		}
		name, behind, ok := strings.Cut(rest, ">")
		if !ok || name == "" || strings.ContainsAny(name, "<:") || strings.Contains(before, ">") {
			return false
		}
		s = behind
	}
}
