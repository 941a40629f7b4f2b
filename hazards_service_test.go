package writ_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/cases"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// Text that deceives whoever reads it is reported wherever it can stand; text
// of one script is not.
func TestHazardH29Lookalikes(t *testing.T) {
	for name, bad := range map[string]bool{
		"pr\u043ed": true, "\u0440rod": true, "prod\u202e": true, "\u2066prod": true, "pro\u200bd": true, "p\ufeffrod": true, "\uff50rod": true, "prod\u00ad": true, "\u0391lpha": true,
		"prod": false, "\u043f\u0440\u043e\u0434": false, "日本": false, "größe": false, "prod-日本": false, "a/\u043f": false,
	} {
		for _, statement := range []string{
			`{"Sid": "s", "Effect": "Deny", "Action": ["obs:object:getObject"], "Resource": ["obs:*:*:object:b/%s"]}`,
			`{"Effect": "Deny", "Action": ["obs:object:getObject"], "Condition": {"StringEquals": {"g:UserName": ["x", "%s"]}}}`,
			`{"Effect": "Deny", "Action": ["obs:object:getObject"], "Condition": {"StringEquals": {"g:PrincipalTag/%s": ["x"]}}}`,
		} {
			doc, err := policy.Parse("x.json", []byte(`{"Version": "5.0", "Statement": [`+fmt.Sprintf(statement, name)+`]}`))
			if err != nil {
				continue // refused altogether
			}
			found := slices.ContainsFunc(writ.Lint(doc), func(d policy.Diagnostic) bool { return d.Code == "SUSPICIOUS_TEXT" })
			require.Equal(t, bad, found, "%+q in %s", name, statement)
			for _, d := range writ.Lint(doc) {
				require.NotContains(t, d.Error(), "\u202e")
			}
		}
	}
}

// No bytes make anything panic, from reading to repairing. casbin v2.135.0 panics on
// patterns of a policy.
func TestHazardH30NothingPanics(t *testing.T) {
	r := rand.New(rand.NewPCG(30, 1))
	bits := []string{`"`, `*`, `?`, `${`, `}`, `${g:UserName}`, `,`, `[`, `]`, `{`, `null`, `\u0000`, "\xff", `"Deny"`, `:`, `::::`, `1e9`, `é`, `"*"`, `/`, `-`, `''`, `"Null"`, `ForAllValues:`}
	var docs []string
	for _, c := range readCases(t) {
		var raw struct {
			Layers []struct{ Documents []json.RawMessage }
		}
		require.NoError(t, json.Unmarshal(c.Text, &raw))
		for _, l := range raw.Layers {
			for _, d := range l.Documents {
				docs = append(docs, string(d))
			}
		}
	}
	sound := 0
	for range worlds() {
		text := docs[r.IntN(len(docs))]
		for range 1 + r.IntN(2) {
			i := r.IntN(len(text) + 1)
			j := min(len(text), i+r.IntN(4))
			text = text[:i] + bits[r.IntN(len(bits))] + text[j:]
		}
		d := policy.Dialects()[r.IntN(len(policy.Dialects()))]
		if r.IntN(4) > 0 {
			d = policy.Guess([]byte(text))
		}
		_, _ = policy.Format(d, "x.json", []byte(text))
		doc, err := policy.ParseAs(d, "x.json", []byte(text))
		if err != nil {
			require.NotEmpty(t, err.Error())
			continue
		}
		for _, f := range writ.Lint(doc) {
			require.NotEmpty(t, f.Error())
		}
		for _, kind := range []writ.Kind{writ.Identity, writ.Resource, writ.Guardrail} {
			set, err := onSyntax.Compile(writ.Layer{Kind: kind, Documents: []*policy.Document{doc}})
			if err != nil {
				continue
			}
			for _, req := range append(requests(policy.HuaweiIdentity)[:2], requests(policy.TencentCAM)[:2]...) {
				whole(t, set, req)
				sound++
			}
		}
	}
	require.Greater(t, sound, worlds()/10)
}

// calls are every API of the catalog, with a value for each variable of its path.
func calls() (out [][2]string) {
	variable := regexp.MustCompile(`\{[^}]*\}`)
	for api := range catalog.Default().APIs() {
		out = append(out, [2]string{api.Method(), variable.ReplaceAllString(api.Path(), "x1")})
	}
	return out
}

func callOf(set *writ.Set, method, path string) *writ.CallDecision {
	return set.DecideCall(&writ.Call{Method: method, Path: path, Region: "eu-de", Request: own("a1")})
}

// What Missing lists is what Evaluate does not allow, and nothing else.
func TestHazardH36ListsAsEvaluateDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(36, 1))
	n := map[bool]int{}
	for range 10 {
		var list []string
		for a := range catalog.Default().Actions(nil) {
			if !a.Name().IsCAM() && r.IntN(3) > 0 {
				list = append(list, fmt.Sprintf(`{"Effect": %q, "Action": [%q]}`, []string{"Allow", "Allow", "Deny"}[r.IntN(3)], a))
			}
		}
		set := saying(t, policy.HuaweiIdentity, list...)
		for _, c := range calls() {
			d := callOf(set, c[0], c[1])
			missing := slices.Collect(d.Missing())
			for s := range d.Steps() {
				allowed := set.Evaluate(s.Request).Allowed()
				require.Equal(t, !allowed, slices.Contains(missing, s.Request.Action), "%v: %v", c, s.Request.Action)
				n[allowed]++
			}
		}
	}
	require.True(t, n[true] > 100 && n[false] > 100, "%v", n)
}

// A path that a router could read in another way is served by no API, whatever is
// allowed.
func TestHazardH41PathsOfOneReading(t *testing.T) {
	set := saying(t, policy.HuaweiIdentity, allowAll)
	served := 0
	for _, c := range calls() {
		method, path := c[0], c[1]
		if callOf(set, method, path).Allowed() {
			served++
		}
		i := strings.LastIndexByte(path, '/')
		for _, odd := range []string{
			"/" + path, path + "/", path[1:], path[:i] + "/" + path[i:], path[:i] + "/." + path[i:], path[:i] + "/.." + path[i:], path[:i] + "/x/.." + path[i:],
			path[:i] + "%2F" + path[i+1:], path[:i] + "%2f" + path[i+1:], path[:i] + "%252F" + path[i+1:], path[:i] + `\` + path[i+1:], path[:i] + "/%2e%2e" + path[i:],
			path + "?x=1", path + "#f", path + "%00", path + "\x00", path + " ", " " + path, path + "\n", "http://h" + path, "//h" + path, strings.ToUpper(path), path + "/..", path + "/.", path + "/%2e%2e/x", path + "%3F",
		} {
			d := callOf(set, method, odd)
			require.False(t, d.Allowed(), "%s %q is served as %v", method, odd, d.API())
		}
	}
	require.Greater(t, served, 50)
}

// Every method is asked about in the same way, and one that an API does not have
// is refused; so is whoever is nobody, where principals are named.
func TestHazardH42EveryMethod(t *testing.T) {
	all, none := saying(t, policy.HuaweiIdentity, allowAll), saying(t, policy.HuaweiIdentity, allowAll, `{"Effect": "Deny", "Action": ["cbr:*:*"]}`)
	known := map[[2]string]bool{}
	for _, c := range calls() {
		known[c] = true
	}
	for c := range known {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PRI", "get", "Get", "", "*", "GET ", "QUERY"} {
			if _, routed := catalog.Default().Route(method, c[1]); !known[[2]string{method, c[1]}] && !routed {
				require.False(t, callOf(all, method, c[1]).Allowed(), "%s %s", method, c[1])
			}
			require.False(t, callOf(none, method, c[1]).Allowed(), "%s %s", method, c[1])
		}
	}
	for text, want := range map[string]bool{
		`{"qcs": ["qcs::cam::uin/100:uin/200"]}`: false, `{"qcs": ["qcs::cam::uin/100:root"]}`: false, `{"service": ["cvm.qcloud.com"]}`: false, `{"qcs": ["qcs::cam::anonymous:anonymous"]}`: true, `"*"`: true,
	} {
		l := camLayer(t, writ.Resource, `{"version": "2.0", "statement": [{"principal": `+text+`, "effect": "allow", "action": "cos:GetObject", "resource": "*"}]}`)
		require.Equal(t, want, outcome(t, cos("qcs::cos:gz:uin/100:b/x", ""), l) == writ.Allow, text)
	}
}

// What the caller is told has nothing of the policies, the resource or the values.
func TestHazardH44CallerLearnsNothing(t *testing.T) {
	const secret = "hunter2"
	for _, statement := range []string{
		`{"Sid": "hunter2", "Effect": "Deny", "Action": ["svc:files:*"], "Resource": ["svc:*:*:file:hunter2*"]}`,
		`{"Sid": "hunter2", "Effect": "Allow", "Action": ["svc:files:*"], "Condition": {"StringEquals": {"x:hunter2": ["hunter2"]}}}`,
		`{"Sid": "hunter2", "Effect": "Deny", "Action": ["svc:files:*"], "Condition": {"NumberLessThan": {"x:k": "5"}}}`,
		`{"Effect": "Allow", "Action": ["svc:hunter2:*"], "Resource": ["svc:*:*:file:${x:k}"]}`,
	} {
		doc, err := policy.Parse("hunter2.json", []byte(`{"Version": "5.0", "Statement": [`+statement+`]}`))
		require.NoError(t, err)
		for _, kind := range []writ.Kind{writ.Identity, writ.Session, writ.Boundary} {
			set, err := writ.Compile(writ.Layer{Kind: kind, Name: secret, Documents: []*policy.Document{doc}}, writ.Layer{Kind: writ.Identity, Name: secret})
			require.NoError(t, err)
			req := asking("svc:files:get", "svc:eu:a1:file:hunter2", fact("x:k", condition.String(secret)), fact("x:hunter2", condition.String("other")))
			e := set.Explain(req)
			require.False(t, e.Decision.Allowed())
			require.NotContains(t, e.Caller(), secret)
			require.Contains(t, e.Caller(), "svc:files:get")
		}
	}
}

// What Repair promises has been decided, of random requests too; Lint keeps still
// about services that no catalog knows.
func TestHazardH45VerdictsAreDecided(t *testing.T) {
	repaired := 0
	for i := range worlds() / 60 {
		cs, err := cases.Read("random.json", newWorld(uint64(i), 45).decision(i%2 == 0))
		require.NoError(t, err)
		set, err := cs[0].Compile()
		if err != nil {
			continue
		}
		for _, req := range cs[0].Requests() {
			r, ok := set.Explain(req).Repair()
			if !ok {
				continue
			}
			again, err := writ.Compiler{Catalog: cs[0].Known()}.Compile(r.Layers...)
			require.NoError(t, err)
			require.True(t, again.Evaluate(r.Request).Allowed(), "world %d: %v", i, r.Changes)
			require.False(t, set.Evaluate(req).Allowed())
			repaired++
		}
	}
	require.Greater(t, repaired, worlds()/200)
	for _, statement := range []string{
		`{"Effect": "Deny", "Action": ["nobody:knows:this"], "Resource": ["nobody:*:*:thing:*"]}`,
		`{"Effect": "Deny", "Action": ["nobody:knows:this", "cbr:vaults:delete"], "Resource": ["nobody:*:*:thing:*"], "Condition": {"StringEquals": {"nobody:key": "x"}}}`,
	} {
		for _, d := range writ.Lint(parsed(t, `{"Version": "5.0", "Statement": [`+statement+`]}`)) {
			require.NotContains(t, []policy.Code{"DENY_NEVER_MATCHES", "UNKNOWN_ACTION", "KEY_NOT_TAKEN"}, d.Code, statement)
		}
	}
}

// A statement that is offered for what was refused allows that, and nothing more.
func TestHazardH46OffersOnlyWhatWasAsked(t *testing.T) {
	set := saying(t, policy.HuaweiIdentity)
	n := 0
	for a := range catalog.Default().Actions(nil) {
		for typ := range a.Types() {
			urn := typ.Service() + ":eu-de:a1:" + typ.Type() + ":"
			req := asking(a.String(), urn+"one")
			r, ok := set.Explain(req).Repair()
			require.True(t, ok)
			require.Len(t, r.Changes, 1)
			require.Equal(t, writ.AddStatement, r.Changes[0].Kind)
			again, err := writ.Compile(r.Layers...)
			require.NoError(t, err)
			require.True(t, again.Evaluate(req).Allowed(), "%v", r.Changes)
			for _, other := range []string{urn + "two", urn + "one1", urn + "*", strings.Replace(urn, "a1", "a2", 1) + "one", strings.Replace(urn, "eu-de", "eu-nl", 1) + "one", "*"} {
				require.False(t, again.Evaluate(&writ.Request{Action: a.Name(), Resources: []resource.Name{resource.MustParse(other)}}).Allowed(), "%s by %v", other, r.Changes)
			}
			for b := range catalog.Default().Actions(nil) {
				require.True(t, b.Name() == a.Name() || !again.Evaluate(&writ.Request{Action: b.Name(), Resources: req.Resources}).Allowed(), "%v by %v", b, r.Changes)
			}
			n++
		}
	}
	require.Greater(t, n, 50)
}

// A layout decides as what it is made of, is its own layout, and keeps the order.
func TestHazardH15LayoutSaysTheSame(t *testing.T) {
	n := 0
	for i := range worlds() / 20 {
		text := newWorld(uint64(i), 15).decision(i%2 == 0)
		before, problem := decideText(text)
		if problem != "" {
			continue
		}
		c := decodeJSON(text).(object)
		for _, l := range layersOf(c) {
			docs := l.(object)["documents"].([]any)
			for k, d := range docs {
				src, err := json.Marshal(d)
				require.NoError(t, err)
				out, err := policy.Format(nil, "x.json", src)
				if err != nil {
					continue // of a dialect that the text does not tell
				}
				again, err := policy.Format(nil, "x.json", out)
				require.NoError(t, err)
				require.True(t, bytes.Equal(out, again), "%s", out)
				docs[k] = json.RawMessage(out)
				n++
			}
		}
		changed, err := json.Marshal(c)
		require.NoError(t, err)
		after, problem := decideText(changed)
		require.Empty(t, problem)
		require.Equal(t, before, after, "%s\n%s", text, changed)
	}
	require.Greater(t, n, worlds()/40)
}
