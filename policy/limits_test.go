package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// times joins n entries made by f.
func times(n int, f func(i int) string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = f(i)
	}
	return strings.Join(out, ", ")
}

// The largest legal number of everything is read; one more is refused, with
// the vendor's code.
func TestLimits(t *testing.T) {
	statement11 := func(body string) string {
		return `{"Version": "1.1", "Statement": [{"Effect": "Allow", ` + body + `}]}`
	}
	action := func(i int) string { return fmt.Sprintf(`"a:b:c%d"`, i) }
	for _, tt := range []struct {
		name    string
		dialect *policy.Dialect
		max     int
		code    string
		src     func(n int) string
	}{
		{"statements", policy.HuaweiPolicy, 8, "IAM.1028", func(n int) string {
			return `{"Version": "1.1", "Statement": [` + times(n, func(int) string { return `{"Effect": "Allow", "Action": ["a:b:c"]}` }) + `]}`
		}},
		{"statements of a role", policy.HuaweiRole, 8, "IAM.1028", func(n int) string {
			return `{"Version": "1.0", "Statement": [` + times(n, func(int) string { return `{"Effect": "Allow", "Action": ["a:b:c"]}` }) + `]}`
		}},
		{"dependencies", policy.HuaweiRole, 20, "IAM.1058", func(n int) string {
			return `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"]}], "Depends": [` +
				times(n, func(i int) string { return fmt.Sprintf(`{"catalog": "C", "display_name": "N%d"}`, i) }) + `]}`
		}},
		{"actions", policy.HuaweiPolicy, 100, "IAM.1033", func(n int) string {
			return statement11(`"Action": [` + times(n, action) + `]`)
		}},
		{"excluded actions", policy.HuaweiPolicy, 100, "IAM.1033", func(n int) string {
			return statement11(`"NotAction": [` + times(n, action) + `]`)
		}},
		{"characters of an action", policy.HuaweiPolicy, 128, "IAM.1034", func(n int) string {
			return statement11(`"Action": ["a:b:` + strings.Repeat("c", n-4) + `"]`)
		}},
		{"bytes of an action", policy.HuaweiIdentity, 256, "INVALID_ACTION", func(n int) string {
			return `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:` + strings.Repeat("c", n-4) + `"]}]}`
		}},
		{"resources", policy.HuaweiPolicy, 10, "IAM.1040", func(n int) string {
			return statement11(`"Action": ["a:b:c"], "Resource": [` + times(n, func(i int) string { return fmt.Sprintf(`"a:*:*:b:%d"`, i) }) + `]`)
		}},
		{"uris", policy.HuaweiPolicy, 20, "IAM.1037", func(n int) string {
			return statement11(`"Action": ["a:b:c"], "Resource": {"uri": [` + times(n, func(i int) string { return fmt.Sprintf(`"/iam/agencies/%d"`, i) }) + `]}`)
		}},
		{"uris of a role", policy.HuaweiRole, 20, "IAM.1037", func(n int) string {
			return `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["a:b:c"], "Resource": {"uri": [` +
				times(n, func(i int) string { return fmt.Sprintf(`"/iam/agencies/%d"`, i) }) + `]}}]}`
		}},
		{"characters of a resource", policy.HuaweiPolicy, 1500, "IAM.1042", func(n int) string {
			return statement11(`"Action": ["a:b:c"], "Resource": ["a:*:*:b:` + strings.Repeat("é", n-8) + `"]`)
		}},
		{"characters of a uri", policy.HuaweiPolicy, 1500, "IAM.1042", func(n int) string {
			return statement11(`"Action": ["a:b:c"], "Resource": {"uri": ["/` + strings.Repeat("x", n-1) + `"]}`)
		}},
		{"bytes of a resource", policy.HuaweiIdentity, 6000, "INVALID_RESOURCE", func(n int) string {
			return `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["a:::b:` + strings.Repeat("é", (n-6)/2) + strings.Repeat("x", n%2) + `"]}]}`
		}},
		{"operators", policy.HuaweiPolicy, 10, "IAM.1050", func(n int) string {
			ops := []string{"StringEquals", "StringNotEquals", "StringMatch", "StringNotMatch", "StringLike", "StringNotLike", "StringStartWith", "StringEndWith", "StringEqualsIfExists", "StringMatchIfExists", "StringLikeIfExists"}
			return statement11(`"Action": ["a:b:c"], "Condition": {` + times(n, func(i int) string { return `"` + ops[i] + `": {"k": ["x"]}` }) + `}`)
		}},
		{"keys", policy.HuaweiPolicy, 10, "IAM.1054", func(n int) string {
			return statement11(`"Action": ["a:b:c"], "Condition": {"StringEquals": {` + times(n, func(i int) string { return fmt.Sprintf(`"k%d": ["x"]`, i) }) + `}}`)
		}},
		{"characters of values", policy.HuaweiPolicy, 1024, "IAM.1056", func(n int) string {
			return statement11(`"Action": ["a:b:c"], "Condition": {"StringEquals": {"k": ["` + strings.Repeat("日", n-1) + `", "x", ""]}}`)
		}},
		{"variables", policy.HuaweiIdentity, 8, "INVALID_VALUE", func(n int) string {
			return `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Condition": {"StringEquals": {"k": "` + strings.Repeat("${k}", n) + `"}}}]}`
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := mustParse(t, tt.dialect, tt.src(tt.max))
			require.Empty(t, doc.Warnings())
			require.Equal(t, []string{tt.code}, codes(mustRefuse(t, tt.dialect, tt.src(tt.max+1))))
		})
	}
}

// v5.0 and CAM bound the document, not its parts.
func TestNoLimits(t *testing.T) {
	many := func(n int, f string) string { return times(n, func(i int) string { return fmt.Sprintf(f, i) }) }
	doc := mustParse(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [`+times(20, func(int) string { return `{"Effect": "Deny", "Action": ["*"]}` })+
		`, {"Effect": "Allow", "Action": [`+many(150, `"a:b:%d"`)+`], "Resource": [`+many(30, `"a:::b:%d"`)+`], "Condition": {"StringEquals": {`+many(20, `"k%d": "x"`)+`}}}]}`)
	require.Equal(t, 21, doc.Len())
	require.Len(t, doc.Statement(20).Actions(), 150)
	require.Len(t, doc.Statement(20).Condition().Clauses(), 20)
	cam := mustParse(t, policy.TencentCAM, `{"version": "2.0", "statement": [{"effect": "allow", "action": [`+many(150, `"a:B%d"`)+`], "resource": [`+many(30, `"qcs::a:::b/%d"`)+`]}]}`)
	require.Len(t, cam.Statement(0).Resources(), 30)
}

// The length of a document counts characters; white space counts only in
// organization policies. v5.0 warns, since its vendor only warns of values.
func TestSize(t *testing.T) {
	frame := func(d *policy.Dialect) (before, behind string) {
		switch d {
		case policy.HuaweiRole:
			return `{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["*"],"Resource":{"uri":["/x"]}}],"Depends":[{"catalog":"C","display_name":"`, `"}]}`
		case policy.HuaweiPolicy:
			return `{"Version":"1.1","Statement":[` + times(5, func(int) string {
				return `{"Effect":"Allow","Action":["a:b:c"],"Condition":{"StringEquals":{"k":["` + strings.Repeat("v", 1024) + `"]}}}`
			}) + `,{"Effect":"Allow","Action":["a:b:c"],"Condition":{"StringEquals":{"k":["`, `"]}}}]}`
		case policy.TencentCAM:
			return `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","condition":{"string_equal":{"k":"`, `"}}}}`
		case policy.TencentResource:
			return `{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*","principal":"*","condition":{"string_equal":{"k":"`, `"}}}}`
		case policy.HuaweiTrust:
			return `{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"],"Principal":{"IAM":["a"]},"Sid":"`, `"}]}`
		case policy.HuaweiRCP, policy.HuaweiNCP:
			return `{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["a:b:c"],"Principal":"*","Sid":"`, `"}]}`
		}
		return `{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["a:b:c"],"Sid":"`, `"}]}`
	}
	for _, tt := range []struct {
		dialect *policy.Dialect
		size    int
		code    string
		space   bool
	}{
		{policy.HuaweiRole, 6144, "IAM.1021", false},
		{policy.HuaweiPolicy, 6144, "IAM.1021", false},
		{policy.HuaweiIdentity, 6144, "", false},
		{policy.HuaweiTrust, 6144, "", false},
		{policy.HuaweiSCP, 5120, "", true},
		{policy.HuaweiRCP, 5120, "", true},
		{policy.HuaweiNCP, 5120, "", true},
		{policy.TencentCAM, 6144, "PolicyDocumentLengthOverLimit", false},
		{policy.TencentResource, 20480, "PolicyDocumentLengthOverLimit", false},
	} {
		before, behind := frame(tt.dialect)
		blanks := strings.Count(before, " ") // of times
		pad := func(n int) string {
			n -= len(before) + len(behind)
			if !tt.space {
				n += blanks
			}
			return before + strings.Repeat("日", n) + behind
		}
		largest := pad(tt.size)
		if !tt.space {
			largest = "\n\t " + largest + strings.Repeat(" \r\n", 2000)
		}
		if tt.dialect.IsOld() {
			// the vendor may count white space.
			ds := mustParse(t, tt.dialect, largest).Warnings()
			require.Equal(t, []string{tt.code}, codes(ds), tt.dialect)
			require.Equal(t, policy.Warning, ds[0].Severity)
			largest = pad(tt.size - blanks)
		}
		require.Empty(t, mustParse(t, tt.dialect, largest).Warnings(), tt.dialect)
		longer := pad(tt.size + 1)
		if tt.space {
			longer = pad(tt.size) + "\n"
		}
		doc, err := policy.ParseAs(tt.dialect, "", []byte(longer))
		want := fmt.Sprintf("the document has %d characters; a ", tt.size+1)
		if tt.code == "" {
			require.NoError(t, err)
			require.Equal(t, []string{"DOCUMENT_TOO_LONG"}, codes(doc.Warnings()))
			require.Equal(t, policy.Warning, doc.Warnings()[0].Severity)
			require.Contains(t, doc.Warnings()[0].Message, want)
			continue
		}
		require.Equal(t, []string{tt.code}, codes(err.(policy.Diagnostics)), tt.dialect)
		require.ErrorContains(t, err, want)
	}
}

// A text full of errors is answered with the first hundred.
func TestManyFindings(t *testing.T) {
	ds := mustRefuse(t, nil, `{"Version": "5.0", "Statement": [`+times(150, func(int) string { return `1` })+`]}`)
	require.Len(t, ds, 100)
	require.Equal(t, "1:34", ds[0].Pos.String())
	require.Equal(t, "1:331", ds[99].Pos.String())
	ds = mustRefuse(t, nil, `{"Version": "5.0", "Statement": [], `+times(150, func(int) string { return `"Sid": "\ud800"` })+`}`)
	require.Len(t, ds, 100)
}
