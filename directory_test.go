package writ_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/internal/cases"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// directoryOf puts what a set has into a directory, half of it by groups; ok is false for
// what a directory does not take.
func directoryOf(t *testing.T, c *cases.Case, set *writ.Set, r *rand.Rand) (d *writ.Directory, ok bool) {
	var base []writ.Layer
	var grants []writ.Grant
	docs := map[string]*policy.Document{}
	for l := range set.Layers() {
		if l.Kind == writ.Guardrail || l.Kind == writ.Resource || l.Kind == writ.Boundary && (l.Name != "" || l.Owner != "" || len(l.Documents) != 1) {
			base = append(base, l)
			continue
		}
		if l.Kind == writ.Session || l.Owner != "" {
			return nil, false
		}
		for _, doc := range l.Documents {
			for range doc.Depends() {
				return nil, false
			}
			id := fmt.Sprint("doc", len(docs))
			docs[id] = doc
			grants = append(grants, writ.Grant{Document: id, Scope: l.Scope, Bounds: l.Kind == writ.Boundary})
		}
	}
	d, err := writ.Compiler{Catalog: c.Known()}.NewDirectory(base...)
	require.NoError(t, err)
	for id, doc := range docs {
		require.NoError(t, d.PutDocument(id, doc))
	}
	k := r.IntN(len(grants) + 1)
	require.NoError(t, d.PutGroup("staff", grants[k:]...))
	require.NoError(t, d.Attach("p", writ.Attachments{Grants: grants[:k], Groups: []string{"staff"}}))
	require.Equal(t, append([]writ.Grant(nil), grants[:k]...), d.Attached("p").Grants)
	return d, true
}

// requireDirectory decides a random case by a directory, by its set of what the
// principal has, and by the set of the case. It reports the outcomes, of which there
// are none for what a directory does not take.
func requireDirectory(t *testing.T, text []byte, r *rand.Rand) (outcomes []writ.Outcome) {
	cs, err := cases.Read("random.json", text)
	require.NoError(t, err)
	set, err := cs[0].Compile()
	if err != nil {
		return nil
	}
	d, ok := directoryOf(t, &cs[0], set, r)
	if !ok {
		return nil
	}
	alike, err := d.Set("p")
	require.NoError(t, err)
	for _, req := range cs[0].Requests() {
		got, want := d.Evaluate("p", req), alike.Evaluate(req)
		require.Equal(t, want.Outcome(), got.Outcome(), "%s", text)
		require.Equal(t, want.Resource(), got.Resource(), "%s", text)
		if want.Outcome() != writ.Undecided { // several statements may leave it so
			w, wok := want.Statement()
			g, gok := got.Statement()
			require.Equal(t, wok, gok, "%s", text)
			require.True(t, w.Document == g.Document && w.Index == g.Index, "%v and %v: %s", w, g, text)
			wl, wok := want.Guardrail()
			gl, gok := got.Guardrail()
			require.True(t, wok == gok && wl.Kind == gl.Kind && wl.Name == gl.Name, "%v and %v: %s", wl, gl, text)
		}
		require.Equal(t, set.Evaluate(req).Outcome(), got.Outcome(), "%s", text)
		outcomes = append(outcomes, got.Outcome())
	}
	return outcomes
}

// A directory decides as the set of what it has for a principal.
func TestDirectoryDecidesAsSet(t *testing.T) {
	count := map[writ.Outcome]int{}
	for i := range worlds() / 4 {
		text := newWorld(uint64(i), 77).decision(i%2 == 0)
		for _, o := range requireDirectory(t, text, rand.New(rand.NewPCG(uint64(i), 1))) {
			count[o]++
		}
	}
	t.Log(count)
	for _, o := range []writ.Outcome{writ.Allow, writ.ExplicitDeny, writ.ImplicitDeny, writ.GuardrailDeny, writ.Undecided} {
		require.Greater(t, count[o], worlds()/1200, "%v", o)
	}
}

// FuzzDirectory lets the fuzzer choose the world and what of it is a group's.
func FuzzDirectory(f *testing.F) {
	for i := range uint64(20) {
		f.Add(i, i*5, i+1, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, a, b, split uint64, flow bool) {
		requireDirectory(t, newWorld(a, b).decision(flow), rand.New(rand.NewPCG(split, 1)))
	})
}

func TestDirectoryChanges(t *testing.T) {
	read := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"], "Resource": ["*"]}]}`)
	keep := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": ["cbr:*:*"], "Resource": ["*"]}]}`)
	scp := document(t, policy.HuaweiSCP, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["evs:*:*"], "Resource": ["*"]}]}`)
	role := document(t, policy.HuaweiRole, `{"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}], "Depends": [{"catalog": "BASE", "display_name": "Tenant Guest"}]}`)
	req := &writ.Request{Action: action.MustParse("cbr:vaults:get"), Resources: []resource.Name{resource.MustParse("cbr:eu-de:a1:vault:v1")}}
	d, err := writ.NewDirectory()
	require.NoError(t, err)

	var ae *writ.AttachError
	require.ErrorAs(t, d.Attach("ann", writ.Attachments{Grants: []writ.Grant{{Document: "read"}}}), &ae)
	require.Equal(t, "read", ae.ID)
	require.ErrorAs(t, d.Attach("ann", writ.Attachments{Groups: []string{"staff"}}), &ae)
	require.ErrorAs(t, d.PutDocument("role", role), &ae)
	require.ErrorAs(t, d.PutDocument("scp", scp), &ae)
	require.ErrorAs(t, d.PutDocument("nil", nil), &ae)
	require.ErrorAs(t, d.PutGroup("staff", writ.Grant{Document: "read"}), &ae)
	require.False(t, d.Evaluate("ann", req).Allowed())

	require.NoError(t, d.PutDocument("read", read))
	require.NoError(t, d.PutDocument("keep", keep))
	require.ErrorAs(t, d.Attach("ann", writ.Attachments{Grants: []writ.Grant{{Document: "read", Bounds: true, Scope: writ.Global}}}), &ae)
	require.NoError(t, d.Attach("ann", writ.Attachments{Grants: []writ.Grant{{Document: "read"}}}))
	require.NoError(t, d.PutGroup("staff"))
	require.NoError(t, d.Attach("bob", writ.Attachments{Groups: []string{"staff"}}))
	require.True(t, d.Evaluate("ann", req).Allowed())
	require.False(t, d.Evaluate("bob", req).Allowed())
	require.NoError(t, d.PutGroup("staff", writ.Grant{Document: "read"}))
	require.True(t, d.Evaluate("bob", req).Allowed())
	require.Equal(t, []string{"staff"}, d.Attached("bob").Groups)

	// Bounds do not grant, and must allow.
	require.NoError(t, d.Attach("eve", writ.Attachments{Grants: []writ.Grant{{Document: "read", Bounds: true}}}))
	require.Equal(t, writ.ImplicitDeny, d.Evaluate("eve", req).Outcome())
	require.NoError(t, d.PutDocument("none", document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["evs:*:*"], "Resource": ["*"]}]}`)))
	require.NoError(t, d.Attach("eve", writ.Attachments{Grants: []writ.Grant{{Document: "none", Bounds: true}, {Document: "read"}}}))
	require.Equal(t, writ.GuardrailDeny, d.Evaluate("eve", req).Outcome())
	l, ok := d.Evaluate("eve", req).Guardrail()
	require.True(t, ok)
	require.Equal(t, writ.Boundary, l.Kind)

	// Scopes.
	require.NoError(t, d.Attach("joe", writ.Attachments{Grants: []writ.Grant{{Document: "read", Scope: writ.Project("p1")}}}))
	at := *req
	at.Scope = writ.Project("p1")
	require.True(t, d.Evaluate("joe", &at).Allowed())
	at.Scope = writ.Project("p2")
	require.False(t, d.Evaluate("joe", &at).Allowed())

	// Another document under the same id, and none.
	require.NoError(t, d.PutDocument("read", keep))
	require.Equal(t, writ.ExplicitDeny, d.Evaluate("ann", req).Outcome())
	require.ErrorAs(t, d.PutDocument("read", role), &ae)
	require.Equal(t, writ.ExplicitDeny, d.Evaluate("bob", req).Outcome(), "the old one stays")
	d.RemoveDocument("read")
	require.Equal(t, writ.ImplicitDeny, d.Evaluate("ann", req).Outcome())
	require.NoError(t, d.PutDocument("read", read))
	require.Equal(t, writ.ImplicitDeny, d.Evaluate("ann", req).Outcome(), "it was taken away")
	require.NoError(t, d.Attach("ann", writ.Attachments{Grants: []writ.Grant{{Document: "read"}}}))
	require.True(t, d.Evaluate("ann", req).Allowed())

	// Layers for everyone.
	var ce *writ.CompileError
	require.ErrorAs(t, d.ReplaceLayers(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{read}}), &ce)
	require.True(t, d.Evaluate("ann", req).Allowed())
	require.NoError(t, d.ReplaceLayers(writ.Layer{Kind: writ.Guardrail, Name: "root", Documents: []*policy.Document{scp}}))
	require.Equal(t, writ.GuardrailDeny, d.Evaluate("ann", req).Outcome())
	require.NoError(t, d.ReplaceLayers())
	require.NoError(t, d.Attach("ann", writ.Attachments{}))
	require.False(t, d.Evaluate("ann", req).Allowed())
	require.Empty(t, d.Attached("ann"))
}

// Many principals with ids of all lengths, changed and taken away in any order.
func TestDirectoryPrincipals(t *testing.T) {
	d, err := writ.NewDirectory()
	require.NoError(t, err)
	for i := range 20 {
		require.NoError(t, d.PutDocument(fmt.Sprint(i), document(t, policy.HuaweiIdentity, fmt.Sprintf(`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["svc%d:a:b"], "Resource": ["*"]}]}`, i))))
	}
	r := rand.New(rand.NewPCG(1, 2))
	model := map[string][]writ.Grant{}
	for range 60_000 {
		id := fmt.Sprint(r.IntN(9000))
		var grants []writ.Grant
		for range r.IntN(4) {
			grants = append(grants, writ.Grant{Document: fmt.Sprint(r.IntN(20))})
		}
		require.NoError(t, d.Attach(id, writ.Attachments{Grants: grants}))
		model[id] = grants
	}
	for id, grants := range model {
		for i := range 20 {
			req := &writ.Request{Action: action.MustParse(fmt.Sprintf("svc%d:a:b", i))}
			require.Equal(t, slices.Contains(grants, writ.Grant{Document: fmt.Sprint(i)}), d.Evaluate(id, req).Allowed())
		}
	}
}

// Decisions go on while everything changes, and each is of one state: a principal
// either may read or has the Deny, and never neither or both.
func TestDirectoryWhileChanging(t *testing.T) {
	doc := func(effect string) *policy.Document {
		return document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "`+effect+`", "Action": ["cbr:vaults:get"], "Resource": ["*"]}]}`)
	}
	d, err := writ.NewDirectory()
	require.NoError(t, err)
	require.NoError(t, d.PutDocument("a", doc("Allow")))
	require.NoError(t, d.PutDocument("d", doc("Deny")))
	require.NoError(t, d.Attach("ann", writ.Attachments{Grants: []writ.Grant{{Document: "a"}}}))
	req := &writ.Request{Action: action.MustParse("cbr:vaults:get")}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range max(2, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if o := d.Evaluate("ann", req).Outcome(); o != writ.Allow && o != writ.ExplicitDeny {
					t.Errorf("%v", o)
					return
				}
			}
		})
	}
	for i := range 1000 {
		require.NoError(t, d.Attach("ann", writ.Attachments{Grants: []writ.Grant{{Document: []string{"a", "d"}[i%2]}}}))
		require.NoError(t, d.Attach(fmt.Sprint("other", i), writ.Attachments{Grants: []writ.Grant{{Document: "a"}}}))
		require.NoError(t, d.PutDocument("a", doc([]string{"Allow", "Deny"}[i%2])))
		require.NoError(t, d.ReplaceLayers())
	}
	close(done)
	wg.Wait()
}

func TestDirectoryAllocatesNothing(t *testing.T) {
	d := population(t, 100)
	req := &writ.Request{Action: action.MustParse("svc1:a:get")}
	require.Zero(t, testing.AllocsPerRun(100, func() { d.Evaluate("iam::acct:user:7", req) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { d.Evaluate("nobody", req) }))
}

// population is a directory of n principals with ten attachments each, of a
// thousand documents.
func population(t testing.TB, n int) *writ.Directory {
	d, err := writ.NewDirectory()
	require.NoError(t, err)
	for i := range 1000 {
		require.NoError(t, d.PutDocument(fmt.Sprint(i), document(t, policy.HuaweiIdentity, fmt.Sprintf(
			`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["svc%d:a:get", "svc%d:a:list"], "Resource": ["*"]}, {"Effect": "Deny", "Action": ["svc%d:b:*"], "Resource": ["svc%d:*:*:b:%d*"]}]}`, i%50, i%50, i%50, i%50, i))))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		grants := make([]writ.Grant, 10)
		for j := range grants {
			grants[j].Document = fmt.Sprint(r.IntN(1000))
		}
		require.NoError(t, d.Attach(fmt.Sprintf("iam::acct:user:%d", i), writ.Attachments{Grants: grants}))
	}
	return d
}

// A million principals with ten attachments each: what they cost in memory, and a
// decision for one after the other.
func BenchmarkDirectory(b *testing.B) {
	const n = 1_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := population(b, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	reqs := make([]*writ.Request, 50)
	for i := range reqs {
		reqs[i] = &writ.Request{Action: action.MustParse(fmt.Sprintf("svc%d:a:get", i))}
	}
	ids := make([]string, 1<<16)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range ids {
		ids[i] = fmt.Sprintf("iam::acct:user:%d", r.IntN(n))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.Evaluate(ids[i%len(ids)], reqs[i%len(reqs)])
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(10*n), "B/attachment")
}

// A decision never joins what a principal had with what a group has since: ann is in
// the group only while that may do nothing.
func TestDirectoryDecidesOfOneMoment(t *testing.T) {
	allow := document(t, policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:*:*"], "Resource": ["*"]}]}`)
	d, err := writ.NewDirectory()
	require.NoError(t, err)
	require.NoError(t, d.PutDocument("allow", allow))
	require.NoError(t, d.PutGroup("g"))
	req := &writ.Request{Action: action.MustParse("cbr:vaults:get")}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range max(2, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if d.Evaluate("ann", req).Allowed() {
					t.Error("allowed")
					return
				}
			}
		})
	}
	for range 50_000 {
		require.NoError(t, d.Attach("ann", writ.Attachments{Groups: []string{"g"}}))
		require.NoError(t, d.Attach("ann", writ.Attachments{}))
		require.NoError(t, d.PutGroup("g", writ.Grant{Document: "allow"}))
		require.NoError(t, d.PutGroup("g"))
	}
	close(done)
	wg.Wait()
}
