package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// whole returns a legal document of the dialect that has every element it may
// have, each member on a line of its own.
func whole(d *policy.Dialect) string {
	switch d {
	case policy.HuaweiRole:
		return `{
"Version": "1.0",
"Statement": [{
"Effect": "Allow",
"Action": ["iam:agencies:assume"],
"Resource": {
"uri": ["/iam/agencies/1"]
}
}],
"Depends": [{
"catalog": "BASE",
"display_name": "Tenant Guest"
}]
}`
	case policy.HuaweiPolicy:
		return `{
"Version": "1.1",
"Statement": [{
"Effect": "Allow",
"Action": ["obs:*:*"],
"Resource": ["obs:*:*:bucket:x"],
"Condition": {
"StringEquals": {
"g:UserName": ["x"]
}
}
}, {
"Effect": "Deny",
"NotAction": ["obs:*:*"]
}],
"Depends": []
}`
	case policy.TencentCAM, policy.TencentResource:
		principal := ""
		if d == policy.TencentResource {
			principal = "\n\"principal\": {\n\"qcs\": [\"qcs::cam::uin/1:uin/2\"],\n\"service\": [\"cvm.qcloud.com\"],\n\"federated\": [\"qcs::cam::uin/1:saml-provider/x\"]\n},"
		}
		return `{
"version": "2.0",
"statement": [{` + principal + `
"sid": "x",
"effect": "allow",
"action": "cos:*",
"resource": "*",
"condition": {
"string_equal": {
"qcs:tag": ["x"]
}
}
}]
}`
	}
	principal, notPrincipal := "", ""
	if d.NamesPrincipals() {
		principal = "\n\"Principal\": {\n\"IAM\": [\"0f12ab\"],\n\"Service\": [\"service.EVS\"]\n},"
		notPrincipal = "\n\"NotPrincipal\": {\"IAM\": [\"0f12ab\"]},"
	}
	notAction := `"NotAction": ["iam:*:*"],`
	if d == policy.HuaweiNCP {
		notAction = `"Action": ["iam:*:*"],`
	}
	return `{
"Version": "5.0",
"Statement": [{` + principal + `
"Sid": "x",
"Effect": "Deny",
"Action": ["obs:*:*"],
"Resource": ["obs:*:*:bucket:x"],
"Condition": {
"StringEquals": {
"g:UserName": ["x"]
}
}
}, {` + notPrincipal + `
"Effect": "Deny",
` + notAction + `
"NotResource": ["obs:*:*:bucket:x"]
}]
}`
}

// members yields each member of a document of whole: its name, and the text
// before, of and behind it. Members that begin an object reach to its end.
func members(src string) (out [][4]string) {
	lines := strings.SplitAfter(src, "\n")
	for i, line := range lines {
		name, ok := strings.CutPrefix(line, `"`)
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, `"`)
		depth, end := 0, i
		for end = i; ; end++ {
			depth += strings.Count(lines[end], "{") + strings.Count(lines[end], "[") - strings.Count(lines[end], "}") - strings.Count(lines[end], "]")
			if depth <= 0 {
				break
			}
		}
		text := strings.Join(lines[i:end+1], "")
		out = append(out, [4]string{name, strings.Join(lines[:i], ""), text, strings.Join(lines[end+1:], "")})
	}
	return out
}

// repeated returns a document in which a member stands twice, the second time
// with the text of another value if there is one.
func repeated(m [4]string, value string) string {
	first := strings.TrimSuffix(strings.TrimSuffix(m[2], "\n"), ",")
	second := first
	if value != "" {
		second = `"` + m[0] + `": ` + value
	}
	rest := m[3]
	if strings.HasSuffix(m[2], ",\n") {
		rest = ",\n" + rest
	}
	return m[1] + first + ",\n" + second + rest
}

// A name that stands twice is an error at every depth, with equal values or others.
// minio/pkg v3.1.3 takes the last: a Deny with a second effect of Allow allows.
func TestHazardH07DuplicateNames(t *testing.T) {
	for _, d := range policy.Dialects() {
		src := whole(d)
		mustParse(t, d, src)
		all := members(src)
		require.GreaterOrEqual(t, len(all), 8, d)
		for _, m := range all {
			values := []string{""}
			if m[0] == "Effect" || m[0] == "effect" {
				values = append(values, `"Allow"`, `"Deny"`, `"allow"`, `"deny"`)
			} else {
				values = append(values, `[]`, `null`, `{}`)
			}
			for _, value := range values {
				twice := repeated(m, value)
				ds := mustRefuse(t, d, twice)
				require.Contains(t, codes(ds), "DUPLICATE_NAME", "%s %s\n%s", d, m[0], twice)
				for _, f := range ds {
					if f.Code == "DUPLICATE_NAME" {
						text := twice[f.Pos.Offset:f.End.Offset]
						require.Equal(t, `"`+m[0]+`"`, text)
						require.Greater(t, f.Pos.Offset, strings.Index(twice, text), "the second of the two is named")
						break
					}
				}
			}
		}
	}
}

func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// respelt returns spellings of a name that some JSON reader takes for it.
func respelt(name string) (out []string) {
	for _, s := range []string{
		strings.ToUpper(name), strings.ToLower(name), capital(name),
		strings.Replace(name, "s", "ſ", 1), strings.Replace(name, "S", "ſ", 1), strings.Replace(name, "k", "\u212a", 1),
		name + " ", " " + name, name + "\u0000", name + "\u200b",
	} {
		if s != name {
			out = append(out, s)
		}
	}
	return out
}

// respell refuses every document of whole in which one element is spelt as f
// leaves it, alone and beside the right spelling. (Capitalised names are legal in
// resource policies, so they are left out.)
func respell(t *testing.T, f func(spelling string) bool) {
	n := 0
	for _, d := range policy.Dialects() {
		for _, m := range members(whole(d)) {
			if strings.HasPrefix(m[0], "g:") || strings.HasPrefix(m[0], "qcs:") {
				continue // condition keys have no letter case
			}
			for _, s := range respelt(m[0]) {
				if !f(s) || d.IsCAM() && s == capital(m[0]) {
					continue
				}
				wrong := m[1] + fmt.Sprintf("%q", s) + strings.TrimPrefix(m[2], `"`+m[0]+`"`) + m[3]
				mustRefuse(t, d, wrong)
				both := repeated(m, "")
				both = strings.Replace(both, ",\n\""+m[0]+`"`, ",\n"+fmt.Sprintf("%q", s), 1)
				mustRefuse(t, d, both)
				n++
			}
		}
	}
	require.Greater(t, n, 30)
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0 }

// Names are compared byte by byte: one in other letters is an error, and does not
// stand in for the right one, or beside it.
func TestHazardH08ElementCase(t *testing.T) { respell(t, ascii) }

// So is one that Unicode folds to the right one, such as ſtatement. encoding/json of
// Go 1.26.8 takes it for Statement.
func TestHazardH09ElementFolding(t *testing.T) {
	respell(t, func(s string) bool { return !ascii(s) })
}

// A known name in another letter case is answered with the exact one.
func TestHazardH08Suggestion(t *testing.T) {
	for _, tt := range []struct {
		dialect    *policy.Dialect
		name, want string
	}{
		{policy.HuaweiIdentity, "EFFECT", "Effect"},
		{policy.HuaweiIdentity, "effect", "Effect"},
		{policy.HuaweiIdentity, "notresource", "NotResource"},
		{policy.HuaweiPolicy, "condition", "Condition"},
		{policy.TencentCAM, "RESOURCE", "resource"},
		{policy.TencentResource, "PRINCIPAL", "principal"},
		{policy.TencentCAM, "re\u017fource", "resource"},
	} {
		src := fmt.Sprintf(`{"Version": "5.0", "version": "2.0", "statement": [{%q: 1}], "Statement": [{%q: 1}]}`, tt.name, tt.name)
		var fix []string
		for _, f := range mustRefuse(t, tt.dialect, src) {
			if src[f.Pos.Offset:f.End.Offset] == fmt.Sprintf("%q", tt.name) {
				fix = append(fix, f.Fix)
			}
		}
		require.Contains(t, fix, fmt.Sprintf("element names are exact: write %q", tt.want), "%s", tt.name)
	}
}

// An element that does not exist is an error at every place.
func TestHazardH10UnknownElements(t *testing.T) {
	for _, d := range policy.Dialects() {
		for _, m := range members(whole(d)) {
			if strings.HasPrefix(m[0], "g:") || strings.HasPrefix(m[0], "qcs:") {
				continue // policies cannot know all condition keys
			}
			for _, name := range []string{m[0] + "s", "x" + m[0], m[0][1:], "Comment", "", "$schema"} {
				extra := fmt.Sprintf("%q: [],\n", name)
				mustRefuse(t, d, m[1]+extra+m[2]+m[3])
			}
		}
	}
}

// One text is one document.
func TestHazardH11TrailingText(t *testing.T) {
	for _, d := range policy.Dialects() {
		src := whole(d)
		for _, tail := range []string{src, "{}", "null", ",", "}", "]", "x", "\x00", "\u00a0", "/**/", "//", "\ufeff", "\x1a"} {
			ds := mustRefuse(t, d, src+"\n"+tail)
			require.Equal(t, []string{"JSON_SYNTAX_ERROR"}, codes(ds))
			require.Equal(t, len(src)+1, ds[0].Pos.Offset)
		}
		for _, tail := range []string{"", " ", "\n", "\r\n\t "} {
			mustParse(t, d, tail+src+tail)
		}
	}
}

// Text that is not plain UTF-8 is refused wherever it stands.
func TestHazardH12Encoding(t *testing.T) {
	for _, d := range policy.Dialects() {
		src := whole(d)
		for i := range src {
			if src[i] != '"' {
				continue
			}
			for _, bad := range []string{"\xff", "\xc0\xaf", "\xed\xa0\x80", `\ud800`, `\udc00`, `\ud800\u0041`, `\u0000`} {
				if i+1 < len(src) && src[i+1] != ':' && src[i+1] != ',' && src[i+1] != ']' && src[i+1] != '}' && src[i+1] != '\n' {
					ds := mustRefuse(t, d, src[:i+1]+bad+src[i+1:])
					require.Contains(t, codes(ds), "INVALID_ENCODING", "%s %q", d, bad)
				}
			}
		}
		for _, bom := range []string{"\ufeff", "\xff\xfe", "\xfe\xff"} {
			require.Equal(t, "INVALID_ENCODING", codes(mustRefuse(t, d, bom+src))[0])
		}
	}
}

// Text that is nested deep or is very long is refused.
func TestHazardH13DepthAndSize(t *testing.T) {
	for _, open := range []string{"[", `{"a":`, `[{"a":`} {
		for _, n := range []int{17, 1000, 100_000} {
			src := strings.Repeat(open, n)
			if len(src) > 100_000 {
				src = src[:100_000]
			}
			require.Equal(t, []string{"DOCUMENT_LIMIT"}, codes(mustRefuse(t, nil, src)), "%d times %s", n, open)
		}
	}
	// 131,072 characters are read, whatever their bytes; one more are not.
	for _, unit := range []string{" ", "é", "日", "🔒"} {
		frame := `{"Version": "5.0", "Statement": [], "Sid": ""}`
		pad := strings.Repeat(unit, 131072-len(frame))
		put := func(pad string) string { return strings.Replace(frame, `""`, `"`+pad+`"`, 1) }
		require.NotContains(t, codes(mustRefuse(t, nil, put(pad))), "DOCUMENT_LIMIT")
		require.Equal(t, []string{"DOCUMENT_LIMIT"}, codes(mustRefuse(t, nil, put(pad+"x"))))
	}
}

// A number is kept as it is written, and none is so large that reading or
// comparing it takes long.
func TestHazardH14Numbers(t *testing.T) {
	for _, n := range []string{"9007199254740993", "0.1000000000000000000001", "-0", "0.0", "1e9999", "1E+5", "-1.5e-3", "0"} {
		doc := mustParse(t, policy.TencentCAM, `{"version": "2.0", "statement": {"effect": "allow", "action": "*", "resource": "*", "condition": {"numeric_equal": {"x": `+n+`}}}}`)
		require.Equal(t, []string{n}, doc.Statement(0).Condition().Clauses()[0].Values())
	}
	for _, n := range []string{"1e10000", "1e999999", "-1e-999999", "1e99999999999999999999", "1" + strings.Repeat("0", 200)} {
		ds := mustRefuse(t, policy.TencentCAM, `{"version": "2.0", "statement": {"effect": "allow", "action": "*", "resource": "*", "condition": {"numeric_equal": {"x": `+n+`}}}}`)
		require.Equal(t, []string{"ConditionContentError"}, codes(ds), n)
	}
}

// The shapes that have troubled other readers: a string for a list, a list for
// a string, an object for a list.
func TestHazardH16Shapes(t *testing.T) {
	for _, d := range policy.Dialects() {
		for _, m := range members(whole(d)) {
			tail := ""
			if strings.HasSuffix(m[2], ",\n") {
				tail = ","
			}
			for _, value := range []string{"null", "true", "0", "[[]]", "[{}]", "[null]", `{"":1}`, `[""]`, `{"a":{"b":{"c":{}}}}`} {
				src := m[1] + `"` + m[0] + `": ` + value + tail + "\n" + m[3]
				_, err := policy.ParseAs(d, "p.json", []byte(src))
				legal := (m[0] == "qcs:tag" || m[0] == "g:UserName") && (value == `[""]` && d != policy.HuaweiPolicy || d.IsCAM() && (value == "0" || value == "true"))
				if !legal {
					require.Error(t, err, "%s: %s", d, src)
				} else {
					require.NoError(t, err, "%s: %s", d, src)
				}
			}
		}
	}
}
