package writ_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// saying makes a set of one identity document of these statements.
func saying(t testing.TB, d *policy.Dialect, statements ...string) *writ.Set {
	t.Helper()
	text := `{"Version": "` + d.Version() + `", "Statement": [` + strings.Join(statements, ", ") + `]}`
	if d.IsCAM() {
		text = `{"version": "2.0", "statement": [` + strings.Join(statements, ", ") + `]}`
	}
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{document(t, d, text)}})
	require.NoError(t, err)
	return set
}

// asking makes a request on one resource.
func asking(act, res string, ctx ...condition.Entry) *writ.Request {
	return &writ.Request{Action: action.MustParse(act), Resources: []resource.Name{resource.MustParse(res)}, Context: ctx}
}

// fact is a key of a request.
func fact(key string, v condition.Value) condition.Entry {
	return condition.Entry{Key: condition.NewKey(key), Value: v}
}

// speech is a dialect with the words for a statement about paths.
type speech struct {
	dialect          *policy.Dialect
	grammar          resource.Grammar
	star, any        bool // which wildcards it has
	statement, name  string
	action, allowAll string
}

var speeches = []speech{
	{policy.HuaweiIdentity, resource.Identity, true, true, `{"Effect": %q, "Action": ["svc:files:get"], "Resource": [%s]}`, "svc:eu:a1:file:", "svc:files:get", `{"Effect": "Allow", "Action": ["*"]}`},
	{policy.HuaweiPolicy, resource.Policy, true, false, `{"Effect": %q, "Action": ["svc:files:get"], "Resource": [%s]}`, "svc:eu:a1:file:", "svc:files:get", `{"Effect": "Allow", "Action": ["*:*:*"]}`},
	{policy.TencentCAM, resource.CAM, true, false, `{"effect": %q, "action": "cos:GetObject", "resource": %s}`, "qcs::cos:ap-beijing:uin/1:", "cos:GetObject", `{"effect": "allow", "action": "*", "resource": "*"}`},
}

// paths compiles a pattern of paths, into an Allow and into a Deny. The two must
// agree on every path.
func (s speech) paths(t *testing.T, pattern string) func(path string) bool {
	text := func(effect string) string {
		if s.dialect.IsCAM() {
			effect = strings.ToLower(effect)
		}
		return fmt.Sprintf(s.statement, effect, `"`+strings.ReplaceAll(strings.ReplaceAll(s.name+pattern, `\`, `\\`), `"`, `\"`)+`"`)
	}
	allow := saying(t, s.dialect, text("Allow"))
	deny := saying(t, s.dialect, s.allowAll, text("Deny"))
	return func(path string) bool {
		t.Helper()
		req := asking(s.action, s.name+path)
		allowed := allow.Evaluate(req).Allowed()
		require.Equal(t, allowed, deny.Evaluate(req).Outcome() == writ.ExplicitDeny, "%v: an Allow and a Deny of %q differ on %q", s.dialect, pattern, path)
		return allowed
	}
}

// spell lists every text of one to n of the letters.
func spell(n int, letters ...string) (out []string) {
	last := []string{""}
	for range n {
		var next []string
		for _, w := range last {
			for _, l := range letters {
				next = append(next, w+l)
			}
		}
		out, last = append(out, next...), next
	}
	return out
}

// A prefix and a suffix do not overlap. gobwas/glob v0.2.3 takes start for
// start*art.
func TestHazardH01Overlap(t *testing.T) {
	for _, s := range speeches {
		for _, x := range [][2]string{{"start*art", "start"}, {"so*so", "so"}, {"a*a", "a"}, {"aba*aba", "ababa"}, {"*ab*ab", "ab"}, {"ab*b*", "ab"}} {
			require.False(t, s.paths(t, x[0])(x[1]), "%v: %s ~ %s", s.dialect, x[0], x[1])
		}
		texts := spell(4, "a", "b")
		for _, pattern := range spell(4, "a", "b", "*") {
			covers := s.paths(t, pattern)
			for _, text := range texts {
				require.Equal(t, oracleGlob(oracleToks(pattern, s.star, s.any), text, false), covers(text), "%v: %s ~ %s", s.dialect, pattern, text)
			}
		}
	}
	mod, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	v := regexp.MustCompile(`github\.com/gobwas/glob v(\d+)\.(\d+)\.`).FindSubmatch(mod)
	require.NotNil(t, v)
	major, _ := strconv.Atoi(string(v[1]))
	minor, _ := strconv.Atoi(string(v[2]))
	require.True(t, major > 1 || major == 1 && minor >= 1, "gobwas/glob %s.%s", v[1], v[2])
}

// A ? is one character, of any number of bytes. gobwas/glob v0.2.3 takes é for
// é*é and the empty text for ?, and misses a:é for a?é.
func TestHazardH02Runes(t *testing.T) {
	for _, s := range speeches {
		letters := []string{"é", "日", "🔒", "e\u0301", "a"}
		texts := spell(2, append(letters, "\u0301")...)
		for _, pattern := range append(spell(2, append(letters, "*", "?")...), "é*é", "a?é", "?é?", "*?🔒", "🔒?*", "??", "?*?*?") {
			covers := s.paths(t, pattern)
			for _, text := range append(texts, "é", "éé", "a:é", "aé", "日é🔒", "a日🔒") {
				require.Equal(t, oracleGlob(oracleToks(pattern, s.star, s.any), text, false), covers(text), "%v: %q ~ %q", s.dialect, pattern, text)
			}
		}
	}
}

// Characters that are operators elsewhere are themselves. casbin v2.135.0 takes
// /aXb for /a.b.
func TestHazardH03LiteralCharacters(t *testing.T) {
	for _, s := range speeches {
		n := 0
		for r := rune(0x21); r < 0x100; r++ {
			c := string(r)
			if r == '*' || r == '?' && s.any {
				continue
			}
			for _, pattern := range []string{"x" + c + "y", "[" + c + "]", "{" + c + ",z}", "x" + c + "*"} {
				if _, err := resource.Compile(s.grammar, s.name+pattern); err != nil {
					continue
				}
				if _, err := resource.Parse(s.name + strings.ReplaceAll(pattern, "*", "")); err != nil {
					continue
				}
				covers := s.paths(t, pattern)
				for _, text := range []string{pattern, "x" + c + "yz", "xzy", "xy", "z", c, "x" + c, "x" + c + c, "x" + c + "y" + c, "[", "[]", "x.y", "x"} {
					require.Equal(t, oracleGlob(oracleToks(pattern, s.star, s.any), text, false), covers(text), "%v: %q ~ %q", s.dialect, pattern, text)
				}
				n++
			}
		}
		require.Greater(t, n, 250, s.dialect)
	}
}

// A * matches nothing, too, at every place and several times. minio once
// missed X for X*.
func TestHazardH04EmptyStar(t *testing.T) {
	for _, s := range speeches {
		for _, pattern := range []string{"X*", "*X", "*X*", "**X", "X**", "X*Y", "X**Y", "*X*Y*", "X*Y*Z", "**", "*"} {
			text := strings.ReplaceAll(pattern, "*", "")
			if text == "" {
				text = "X"
			}
			require.True(t, s.paths(t, pattern)(text), "%v: %s ~ %s", s.dialect, pattern, text)
		}
		require.False(t, s.paths(t, "oo*")("output.txt"), "a * is no repetition")
	}
	for _, name := range []string{"svc:files:get", "svc:files:getX"} {
		require.True(t, saying(t, policy.HuaweiIdentity, `{"Effect": "Allow", "Action": ["*svc*:*files*:*get*"]}`).Evaluate(asking(name, "*")).Allowed())
	}
}

// A Deny that can meet no resource of its actions is reported, and one that
// can is not. minio/pkg v3.1.3 keeps still about a bare prefix.
func TestHazardH05DenyOfNothing(t *testing.T) {
	n := map[bool]int{}
	for a := range catalog.Default().Actions(nil) {
		var types []string
		for typ := range a.Types() {
			types = append(types, typ.Service()+":eu:a1:"+typ.Type()+":x")
		}
		if a.Name().IsCAM() || len(types) == 0 {
			continue
		}
		for _, typ := range []string{"vault", "backup", "vaults", "policy", "volume", "*", "v*"} {
			entry := a.Name().Service() + ":*:*:" + typ + ":*"
			statement := fmt.Sprintf(`{"Effect": "Deny", "Action": [%q], "Resource": [%q]}`, a, entry)
			doc := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [`+statement+`]}`)
			set := saying(t, policy.HuaweiIdentity, statement)
			meets := false
			for _, res := range types {
				meets = meets || set.Evaluate(asking(a.String(), res)).Outcome() == writ.ExplicitDeny
			}
			reported := false
			for _, d := range writ.Lint(doc) {
				reported = reported || d.Code == "DENY_NEVER_MATCHES"
			}
			require.False(t, meets && reported, "%v on %s, which has %v", a, entry, types)
			if a.Evidence("resourceTypes") > catalog.Inferred { // otherwise nobody is sure
				require.NotEqual(t, meets, reported, "%v on %s, which has %v", a, entry, types)
				n[meets]++
			}
		}
	}
	require.True(t, n[true] > 50 && n[false] > 50, "%v", n)
	for _, bare := range []string{"vault", "cbr", "cbr:*", "prod-", "bucket/*", "/prefix"} {
		_, err := policy.Parse("", fmt.Appendf(nil, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": ["cbr:*:*"], "Resource": [%q]}]}`, bare))
		require.Error(t, err, bare)
	}
}

// What could make matching slow is refused when it is read, and the worst that
// is left is decided as ever. gobwas/glob v1.1.0 takes 187 ms for the first.
func TestHazardH06SlowPatterns(t *testing.T) {
	for _, pattern := range []string{"*" + strings.Repeat("a?", 1000) + "b*", "*x?" + strings.Repeat("?", 10) + "b*", strings.Repeat("a", resource.MaxPattern+1)} {
		_, err := policy.Parse("", fmt.Appendf(nil, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": ["svc:files:get"], "Resource": ["svc:eu:a1:file:%s"]}]}`, pattern))
		require.Error(t, err, "%.40s", pattern)
	}
	_, err := policy.Parse("", fmt.Appendf(nil, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": ["svc:%s:get"]}]}`, strings.Repeat("*a", action.MaxLength/2)))
	require.Error(t, err)
	_, err = resource.Parse("svc:eu:a1:file:" + strings.Repeat("a", resource.MaxLength))
	require.Error(t, err)
	_, err = action.Parse("svc:files:" + strings.Repeat("a", action.MaxLength))
	require.Error(t, err)
	a := strings.Repeat("a", resource.MaxLength-30)
	for pattern, want := range map[string]bool{
		strings.Repeat("*a", 600) + "*b*": false, strings.Repeat("*a", 600) + "*": true, strings.Repeat("a*", 700): true,
		"*" + strings.Repeat("a?", 6) + "b*": false, "*" + strings.Repeat("a", 700) + "b*" + strings.Repeat("a", 700): false,
		strings.Repeat("*aaaaaaaaaa?", 100) + "*b": false, strings.Repeat("a?", 700) + "*": true,
	} {
		covers := speeches[0].paths(t, pattern)
		for range 20 {
			require.Equal(t, want, covers(a), "%.40s", pattern)
		}
	}
}

// A Deny in other letters denies, wherever the dialect folds them. fakecloud
// once took such a Deny for none.
func TestHazardH27DenyInOtherLetters(t *testing.T) {
	n := 0
	for a := range catalog.Default().Actions(nil) {
		name := a.String()
		d, all := policy.HuaweiIdentity, `{"Effect": "Allow", "Action": ["*"]}`
		other := []string{strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:], strings.ReplaceAll(name, "e", "E")}
		deny := `{"Effect": "Deny", "Action": [%q]}`
		if a.Name().IsCAM() {
			svc, op, _ := strings.Cut(name, ":")
			d, all, deny = policy.TencentCAM, speeches[2].allowAll, `{"effect": "deny", "action": %q, "resource": "*"}`
			other = []string{strings.ToUpper(svc) + ":" + op, "name/" + strings.ToUpper(svc) + ":" + op}
		}
		for _, spelling := range other {
			set := saying(t, d, all, fmt.Sprintf(deny, spelling))
			for _, asked := range append(other, name) {
				require.Equal(t, writ.ExplicitDeny, set.Evaluate(asking(asked, "*")).Outcome(), "%s denied, %s asked", spelling, asked)
				n++
			}
		}
	}
	require.Greater(t, n, 1000)
}

// Only ASCII letters fold: what strings.ToLower takes for a k is none, and no
// text gets shorter or longer on the way.
func TestHazardH28Folding(t *testing.T) {
	for _, s := range speeches {
		for _, x := range [][2]string{{"\u212A", "k"}, {"k", "\u212A"}, {"\u017F", "s"}, {"\u0130", "i"}, {"\u0130x", "ix"}, {"\u1E9E", "ß"}, {"É", "é"}, {"K", "k"}} {
			covers := s.paths(t, x[0]+"/*")
			require.False(t, covers(x[1]+"/f"), "%v: %q ~ %q", s.dialect, x[0], x[1])
			require.True(t, covers(x[0]+"/f"), "%v: %q", s.dialect, x[0])
			require.Equal(t, utf8.RuneCountInString(x[0]), utf8.RuneCountInString(resource.MustParse(s.name+x[0]).Path()))
		}
	}
	for _, text := range []string{"\u212Abr:vaults:get", "cbr:vault\u017F:get"} {
		_, err := action.Parse(text)
		require.Error(t, err)
		_, err = policy.Parse("", fmt.Appendf(nil, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": [%q]}]}`, text))
		require.Error(t, err)
	}
}
