package writ

import (
	"strconv"
	"unicode/utf8"

	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// limitRules are about limits on which the vendor's pages disagree, or that the
// parser does not enforce.
var limitRules = []Rule{
	{"STRICT_LIMIT", policy.Warning, "More than the smaller of two limits",
		"The vendor's pages give two limits, and the document keeps the larger only (huawei.md A-19): 128 and 1,500 characters of a resource, 10 and 20 agencies. Or it is over a limit for a service's own element: 10 values of oidc:sub in a trust policy (tencent-cam.md 1.2). The vendor may refuse it.",
		func(l *linter, s *statement) {
			if l.doc.Dialect().IsOld() {
				for i, r := range s.Resources() {
					if n := utf8.RuneCountInString(r.String()); n > 128 {
						l.note(s.ResourcePosition(i), "the resource has "+strconv.Itoa(n)+" characters; some of the vendor's pages allow 128", "shorten it with *")
					}
				}
				if n := len(s.Resources()); n > 10 && s.Resources()[0].Form() == resource.URI {
					l.note(s.ResourcePosition(10), strconv.Itoa(n)+" agencies; some of the vendor's pages allow 10 resources", "split the statement")
				}
			}
			for i, c := range s.clauses() {
				if l.doc.Dialect() == policy.TencentResource && c.Key().String() == "oidc:sub" && len(c.Values()) > 10 {
					l.note(s.ClausePosition(i), strconv.Itoa(len(c.Values()))+" values of oidc:sub; the vendor allows 10", "split the statement")
				}
			}
		}, nil},
}
