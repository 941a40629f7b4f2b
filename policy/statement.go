package policy

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/internal/wildcard"
	"github.com/writ-policy/writ/resource"
)

// statement reads one statement and adds it to the document.
func (r *reader) statement(n *jsonsrc.Node) {
	if n.Kind != jsonsrc.Object {
		r.kind(pStatementType, n, "a statement is an object", "write {…}")
		return
	}
	table := r.dialect.statement
	m := r.members(n, table)
	s := Statement{}
	s.pos, s.end = r.position(n.Pos), r.position(n.End)
	if v := m[kSid]; v != nil {
		if v.Kind != jsonsrc.String {
			r.kind(pType, v, "the Sid is a string", "put it in quotes")
		}
		s.sid = v.Text
	}
	known := r.effect(&s, n, m[kEffect])
	r.actions(&s, n, m[kAction], m[kNotAction], known)
	r.resources(&s, n, m[kResource], m[kNotResource])
	r.whose(&s, n, m[kPrincipal], m[kNotPrincipal])
	if v := m[kCondition]; v != nil {
		r.condition(&s, v, elementOf(table, kCondition))
	}
	r.doc.statements = append(r.doc.statements, s)
}

// effect reads the Effect and reports whether there is a sound one.
func (r *reader) effect(s *Statement, n, v *jsonsrc.Node) bool {
	name := elementOf(r.dialect.statement, kEffect).name
	allow, deny := r.dialect.effects[0], r.dialect.effects[1]
	either := phrase.Quote(allow[0]) + " or " + phrase.Quote(deny[0])
	fix := "write " + either
	switch {
	case v == nil && r.meant[kEffect]:
		return false
	case v == nil:
		r.missing(pMissingEffect, n, name, "add "+phrase.Quote(name)+": "+either)
		return false
	case v.Kind != jsonsrc.String:
		r.kind(pEffect, v, "the "+name+" is a string", fix)
		return false
	case r.oneOf(v.Text, allow):
		s.effect = Allow
		if r.dialect.denyOnly {
			r.error(pAllowInNCP, v, "a "+r.dialect.title+" only denies", "write "+phrase.Quote(deny[0])+"; what is allowed is the default policy's")
		}
	case !r.oneOf(v.Text, deny):
		r.error(pEffect, v, "the "+name+" is neither "+allow[0]+" nor "+deny[0]+" but "+phrase.Quote(v.Text), fix)
		return false
	}
	return true
}

func (r *reader) oneOf(s string, spellings []string) bool {
	for _, w := range spellings {
		if s == w || r.dialect.foldEffect && len(s) == len(w) && wildcard.EqualFold(s, w) {
			return true
		}
	}
	return false
}

func (r *reader) actions(s *Statement, n, yes, not *jsonsrc.Node, known bool) {
	e := elementOf(r.dialect.statement, kAction)
	v := yes
	switch {
	case yes != nil && not != nil:
		r.error(pActionTwice, not, "Action and NotAction in one statement", "keep one of the two")
		return
	case not != nil:
		v, s.notAction = not, true
		if e2 := elementOf(r.dialect.statement, kNotAction); e2 != nil {
			e = e2
		}
		if r.dialect.guardrail {
			r.notInSCP(s, not, "NotAction")
		}
	case yes == nil && !r.meant[kAction] && r.dialect.guardrail && !e.required && s.effect == Deny && known:
		// S-13, A-2: every action.
		p, _ := action.Compile(action.Identity, "*")
		s.actions, s.actionPos, s.actionEnd = []*action.Pattern{p}, []Position{s.pos}, []int{s.pos.Offset}
		r.report(Warning, pWideSCP, n.Pos, n.Pos+1, "a Deny without Action denies every action", `write "Action": ["*"] if that is meant`)
		return
	case yes == nil && (r.meant[kAction] || r.meant[kNotAction]):
		return
	case yes == nil:
		fix := "add " + phrase.Quote(e.name) + ": […]"
		r.missing(pMissingAction, n, e.name, fix)
		return
	}
	for _, item := range r.list(v, e, s.notAction, pActionType, pActionCount) {
		if !r.text(item, e, pAction, pActionLength) {
			continue
		}
		p, err := action.Compile(r.dialect.actions, item.Text)
		if err != nil {
			bad := err.(*action.Error)
			r.at(pAction, item, bad.Offset, phrase.Quote(item.Text)+" is not an action here: "+bad.Reason, bad.Fix)
			continue
		}
		if svc, _, _ := strings.Cut(p.Text(), ":"); r.dialect.guardrail && s.effect == Deny && strings.ContainsAny(svc, "*?") {
			// NCP: the vendor says so; SCP: third parties do (S-10).
			if r.dialect.service {
				r.error(pAction, item, "the service of an action in a "+r.dialect.title+" is a name", "write one entry for each service")
				continue
			}
			r.report(Warning, pServiceWildcard, item.Pos, item.End, "the service of an action in a "+r.dialect.title+" may have to be a name", "write one entry for each service")
		}
		s.actions = append(s.actions, p)
		s.actionPos = append(s.actionPos, r.position(item.Pos))
		s.actionEnd = append(s.actionEnd, item.End)
	}
}

// notInSCP: documents disagree on NotAction and NotResource in SCPs; in a Deny
// they can only narrow and are accepted.
func (r *reader) notInSCP(s *Statement, v *jsonsrc.Node, name string) {
	if s.effect == Allow {
		r.error(pNotActionAllow, v, "an Allow of a "+r.dialect.title+" has no "+name, "list what is allowed")
		return
	}
	r.report(Warning, pNotInSCP, v.Pos, v.End, "the vendor's pages disagree on "+name+" in a "+r.dialect.title, "list what is denied, to be sure")
}

func (r *reader) resources(s *Statement, n, yes, not *jsonsrc.Node) {
	e := elementOf(r.dialect.statement, kResource)
	v := yes
	switch {
	case yes != nil && not != nil:
		r.error(pResourceTwice, not, "Resource and NotResource in one statement", "keep one of the two")
		return
	case not != nil:
		v, s.notResource = not, true
		e = elementOf(r.dialect.statement, kNotResource)
		if r.dialect.guardrail {
			r.notInSCP(s, not, "NotResource")
		}
	case yes == nil:
		if !r.meant[kResource] && (e.required || r.dialect == TencentResource && !s.assumes()) {
			// G5: only a trust policy names no resource.
			r.missing(pMissingResource, n, e.name, `write "`+e.name+`": "*" for every resource`)
		}
		return
	}
	s.hasResource = true
	grammar := r.dialect.resources
	if v.Kind == jsonsrc.Object && e.shapes&uriObject != 0 {
		uri, ok := v.Member("uri")
		if !ok || len(v.Members) != 1 {
			r.error(pResourceType, v, "a Resource object has uri as its one member", `write {"uri": ["/iam/agencies/<id>"]}`)
			return
		}
		v, grammar = &uri.Value, resource.Agency
		e = &element{name: "uri", shapes: array, min: 1, max: 20, length: e.length, countCode: pURICount}
	} else if e.shapes&array == 0 && v.Kind == jsonsrc.Array {
		// a role names agencies only.
		r.reportCode(Error, "IAM.1038", v.Pos, v.End, "a "+r.dialect.title+" names agencies only", `write {"uri": ["/iam/agencies/<id>"]}`)
		return
	}
	for _, item := range r.list(v, e, s.notResource, pResourceType, pResourceCount) {
		if !r.text(item, e, pResource, pResourceLength) {
			continue
		}
		p, err := resource.Compile(grammar, item.Text)
		if err != nil {
			bad := err.(*resource.Error)
			r.reportCode(Error, r.resourceCode(grammar, bad), item.Offset(r.src, bad.Offset), item.End, phrase.Quote(item.Text)+" is not a resource here: "+bad.Reason, bad.Fix)
			continue
		}
		if why := p.Void(); why != nil {
			r.report(Warning, pVariable, item.Offset(r.src, why.Offset), item.End, why.Reason+": the statement can never match", why.Fix)
		}
		s.resources = append(s.resources, p)
		s.resourcePos = append(s.resourcePos, r.position(item.Pos))
		s.resourceEnd = append(s.resourceEnd, item.End)
	}
}

// assumes reports whether all actions of a statement of CAM are those of a
// trust policy.
func (s *Statement) assumes() bool {
	for _, p := range s.actions {
		if !strings.HasPrefix(p.Text(), "sts:") {
			return false
		}
	}
	return true
}

// resourceCode is the vendor's code for what is wrong with a resource.
func (r *reader) resourceCode(g resource.Grammar, e *resource.Error) Code {
	switch {
	case g == resource.Agency && strings.HasPrefix(e.Reason, "blank"):
		return "IAM.1041"
	case g == resource.Agency:
		return "IAM.1038"
	case r.dialect.IsCAM() && e.Segment == "project":
		return "ResourceProjectError"
	case r.dialect.IsCAM() && (e.Segment == "resource" || e.Segment == "service"):
		return "ResourceContentError"
	case g == resource.Policy && e.Segment == "region" && strings.HasSuffix(e.Reason, "empty"):
		return "IAM.1043"
	case g == resource.Policy && e.Segment == "region":
		return "IAM.1044"
	case g == resource.Policy && e.Segment == "service":
		return "IAM.1045"
	case g == resource.Policy && e.Segment == "type":
		return "IAM.1046"
	case g == resource.Policy && strings.HasPrefix(e.Reason, "blank"):
		return "IAM.1041"
	}
	return r.dialect.code(pResource)
}

// list returns the entries of an element that is a list or, where the dialect
// has that, a bare value.
func (r *reader) list(v *jsonsrc.Node, e *element, not bool, badType, empty problem) []*jsonsrc.Node {
	if v.Kind == jsonsrc.String && e.shapes&str != 0 {
		return []*jsonsrc.Node{v}
	}
	if v.Kind != jsonsrc.Array {
		what, fix := "an array of strings", "write […]"
		switch {
		case e.shapes&(array|str) == 0:
			what, fix = "an object with uri", `write {"uri": ["/iam/agencies/<id>"]}`
		case v.Kind == jsonsrc.String:
			fix = "write [" + phrase.Quote(v.Text) + "]"
		}
		r.kind(badType, v, e.name+" is "+what, fix)
		return nil
	}
	switch {
	case len(v.Items) < int(e.min):
		r.error(e.countCode, v, e.name+" is empty", "name at least one")
	case e.max > 0 && len(v.Items) > int(e.max):
		r.error(e.countCode, v, strconv.Itoa(len(v.Items))+" entries in "+e.name+", "+strconv.Itoa(int(e.max))+" are allowed", "split the statement")
	case len(v.Items) == 0 && not:
		// nothing excluded would be everything.
		r.error(empty, v, "an empty "+e.name+" would cover everything", `write "*" without Not if that is meant`)
	case len(v.Items) == 0:
		r.report(Suggestion, pEmpty, v.Pos, v.End, "an empty "+e.name+" matches nothing", "name at least one")
	}
	items := make([]*jsonsrc.Node, 0, len(v.Items))
	for i := range v.Items {
		if v.Items[i].Kind != jsonsrc.String {
			r.kind(badType, &v.Items[i], "an entry of "+e.name+" is a string", asString(&v.Items[i]))
			continue
		}
		items = append(items, &v.Items[i])
	}
	return items
}

// asString says how a value becomes a string.
func asString(n *jsonsrc.Node) string {
	if _, ok := n.Member("uri"); ok {
		return `write {"uri": […]} without the brackets`
	}
	if n.Kind == jsonsrc.Number || n.Kind == jsonsrc.Bool {
		return "put it in quotes"
	}
	return "write a string"
}

// text checks what holds for every entry.
func (r *reader) text(n *jsonsrc.Node, e *element, bad, length problem) bool {
	switch {
	case n.Text == "":
		if bad == pResource {
			bad = pEmptyResource
		}
		r.error(bad, n, "an entry of "+e.name+" is empty", "remove it")
		return false
	case e.length > 0 && utf8.RuneCountInString(n.Text) > int(e.length):
		r.error(length, n, "the entry has more than "+strconv.Itoa(int(e.length))+" characters", "shorten it")
		return false
	}
	return wildcard.BadUTF8(n.Text) < 0 // else it has been reported
}

// at reports an error inside a string.
func (r *reader) at(p problem, n *jsonsrc.Node, offset int, message, fix string) {
	r.report(Error, p, n.Offset(r.src, offset), n.End, message, fix)
}
