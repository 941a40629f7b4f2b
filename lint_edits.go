package writ

import (
	"slices"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

// certain gives the finding that was noted last its edits: they may neither
// widen what a document allows nor narrow what it denies.
func (l *linter) certain(edits ...policy.Edit) {
	l.found[len(l.found)-1].Edits = edits
}

// remove takes a statement, which is not the only one, out of the document.
func (l *linter) remove(s *statement) policy.Edit {
	pos, end := s.Position()
	if s.index > 0 {
		_, before := l.doc.Statement(s.index - 1).Position()
		return policy.Edit{Start: before.Offset, End: end.Offset}
	}
	after, _ := l.doc.Statement(1).Position()
	return policy.Edit{Start: pos.Offset, End: after.Offset}
}

// rename writes the name of the action for entry i, its old name. A Deny keeps
// the old name, which it denies as well; an Allow of a guardrail would come to
// allow more (huawei.md L-8), and where the old name governs several actions
// none of them says as much.
func (l *linter) rename(s *statement, i int, old action.Name, a *catalog.Action) []policy.Edit {
	if s.Effect() == policy.Deny || s.NotAction() || l.doc.Dialect().IsGuardrail() {
		return nil
	}
	for b := range l.catalog.Actions(nil) {
		if b.String() != a.String() && slices.Contains(slices.Collect(b.Aliases()), old) {
			return nil
		}
	}
	return []policy.Edit{{Start: s.ActionPosition(i).Offset, End: s.ActionEnd(i), New: `"` + a.String() + `"`}}
}

// literally reports whether no resource of a statement hangs on a variable,
// which may void all of it.
func (s *statement) literally() bool {
	for _, r := range s.Resources() {
		if len(r.Variables()) > 0 || r.Void() != nil {
			return false
		}
	}
	return true
}
