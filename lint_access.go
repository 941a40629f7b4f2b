package writ

import (
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// accessRules are about who can do what in the end.
var accessRules = []Rule{
	{"AGENCY_ACTION", policy.Warning, "An agency for other actions than to assume it",
		"A statement that names agencies by uri holds for switching to them, iam:agencies:assume, and for nothing else (huawei.md P-9).",
		func(l *linter, s *statement) {
			if s.NotAction() || !slices.ContainsFunc(s.Resources(), func(r *resource.Pattern) bool { return r.Form() == resource.URI }) {
				return
			}
			for i, p := range s.Actions() {
				if p.Text() != "iam:agencies:assume" && p.Text() != "iam:tokens:assume" {
					l.note(s.ActionPosition(i), p.String()+" is not about agencies", `give "iam:agencies:assume" a statement of its own`)
				}
			}
		}, nil},
	{"ALLOW_NOT_PRINCIPAL", policy.Security, "Allow with NotPrincipal",
		"The statement allows everybody that it does not list, in every account (huawei.md T-4). List in Principal who is meant.",
		func(l *linter, s *statement) {
			if s.Effect() == policy.Allow && s.NotPrincipal() && !l.doc.Dialect().IsGuardrail() {
				l.noteStatement(s, "an Allow with NotPrincipal allows everybody that it does not list", "list in Principal who is meant")
			}
		}, nil},
	{"SCP_ALLOW_CONDITION", policy.Warning, "A condition in an Allow of an organization policy",
		"Some of the vendor's pages have no Condition in such an Allow (huawei.md A-2), and may refuse the document. A Deny with the opposite condition, beside FullAccess, says the same.",
		func(l *linter, s *statement) {
			if l.doc.Dialect() == policy.HuaweiSCP && s.Effect() == policy.Allow && len(s.Condition().Clauses()) > 0 {
				l.note(s.ClausePosition(0), "the vendor's pages disagree on Condition in an Allow of a service control policy", "write a Deny with the opposite condition")
			}
		}, nil},
	{"DENY_ANYONE", policy.Security, "A Deny for anyone in a resource policy",
		"A Deny for qcs::cam::anyone:anyone stops unsigned requests only; whoever signs is judged by what is granted (tencent-cam.md P3). The principal * stands for everybody.",
		func(l *linter, s *statement) {
			if s.Effect() != policy.Deny || !l.doc.Dialect().IsCAM() {
				return
			}
			for _, p := range s.Principals() {
				if p.String() == "qcs::cam::anyone:anyone" {
					l.note(p.Position(), "a Deny for "+p.String()+" stops unsigned requests only", `write "*" if everybody is meant`)
				}
			}
		}, nil},
	{"FINANCE_DENY", policy.Warning, "A Deny of payments",
		"Users with AdministratorAccess or QCloudFinanceFullAccess pay in spite of it (tencent-cam.md X2). Take those permissions from them.",
		func(l *linter, s *statement) {
			if s.Effect() != policy.Deny || !l.doc.Dialect().IsCAM() {
				return
			}
			for i, p := range s.Actions() {
				if strings.HasPrefix(p.Text(), "finance:") {
					l.note(s.ActionPosition(i), "a Deny of "+p.String()+" does not bind users with AdministratorAccess or QCloudFinanceFullAccess", "take those permissions from them")
				}
			}
		}, nil},
	{"LIST_DENY", policy.Warning, "A list narrowed by a Deny",
		"What a list shows is filtered by Allow alone: a Deny for some resources or tags may have no effect there, and neither have string_not_equal and string_like (tencent-cam.md X1). Allow what is meant to be seen.",
		func(l *linter, s *statement) {
			if !l.doc.Dialect().IsCAM() {
				return
			}
			by := ""
			if s.Effect() == policy.Deny && !s.everyResource() {
				by = "a Deny for some resources"
			}
			for _, c := range s.clauses() {
				tags := strings.HasPrefix(c.Key().String(), "qcs:resource_tag") || strings.HasPrefix(c.Key().String(), "qcs:tag")
				switch {
				case tags && s.Effect() == policy.Deny:
					by = "a Deny for a tag"
				case tags && (strings.Contains(c.Operator(), "string_not") || strings.Contains(c.Operator(), "string_like")):
					by = c.Operator()
				}
			}
			for i, p := range s.Actions() {
				_, operation, _ := strings.Cut(p.Text(), ":")
				lists := func(a *catalog.Action) bool {
					return a.Access() == "read" && !a.OperationLevel() && p.Match(a.Name())
				}
				if by != "" && strings.HasPrefix(operation, "Describe") && slices.ContainsFunc(s.covered, lists) {
					l.note(s.ActionPosition(i), "the list of "+p.String()+" may show what "+by+" is to hide", "allow what is meant to be seen, and nothing else")
				}
			}
		}, nil},
	{"OIDC_TRUST", policy.Warning, "A role for an OIDC provider without the keys that it needs",
		"Tencent Cloud wants oidc:iss and oidc:aud, each under string_equal, in a statement that lets an OIDC provider's users take a role (tencent-cam.md K4).",
		func(l *linter, s *statement) {
			if l.doc.Dialect() != policy.TencentResource || s.Effect() != policy.Allow {
				return
			}
			for i, p := range s.Actions() {
				if p.Text() != "sts:AssumeRoleWithWebIdentity" {
					continue
				}
				for _, key := range []string{"oidc:iss", "oidc:aud"} {
					there := false
					for _, c := range s.clauses() {
						there = there || c.Key().String() == key && c.Operator() == "string_equal"
					}
					if !there {
						l.note(s.ActionPosition(i), "the condition has no string_equal for "+key, "add it")
					}
				}
			}
		}, nil},
}

// open reports whether a statement is about every request for its actions, those
// left aside that touch no resource: *:*:*:*:* and qcs::*:*:*:* do not cover these.
func (s *statement) open() bool {
	if s.unconditional() {
		return true
	}
	return len(s.Condition().Clauses()) == 0 && len(s.Principals()) == 0 && !s.NotResource() && slices.ContainsFunc(s.Resources(), func(r *resource.Pattern) bool {
		for i, segment := range r.Segments() {
			// An empty account is the owner's: all that he has.
			empty := segment == "" || segment == "uin/"
			if strings.Trim(segment, "*") != "" && !empty || empty && (r.Form() != resource.QCS || i == 3) {
				return false
			}
		}
		return len(r.Segments()) > 3
	})
}

// denies tells which statement of the documents denies an action for every
// request; it is empty if none does.
func (l *linter) denies(n action.Name) (by string) {
	a, known := l.catalog.Action(n)
	for _, d := range l.docs {
		if d == nil || d.Dialect().IsCAM() != n.IsCAM() {
			continue
		}
		for i, st := range d.Statements() {
			if s := (&statement{Statement: st}); st.Effect() != policy.Deny || !s.unconditional() {
				continue
			}
			named := slices.ContainsFunc(st.Actions(), func(p *action.Pattern) bool {
				return known && l.covers(p, a) || p.Match(n)
			})
			switch {
			case named == st.NotAction():
			case d == l.doc:
				return "statement " + strconv.Itoa(i+1)
			default:
				return "statement " + strconv.Itoa(i+1) + " of " + d.File()
			}
		}
	}
	return ""
}
