package writ_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// Decisions go on while sets are swapped, and each is of one set: all of a
// generation allow one file and deny the others. casbin tears on a reload (its issue 1491).
func TestHazardH39SwapsUnderLoad(t *testing.T) {
	const generations, files = 3000, 4
	sets := make([]*writ.Set, files)
	names := make([]*writ.Request, files)
	for g := range sets {
		var list []string
		for i := range files {
			effect := map[bool]string{true: "Allow", false: "Deny"}[i == g]
			list = append(list, fmt.Sprintf(`{"Sid": "g%d", "Effect": %q, "Action": ["svc:files:get"], "Resource": ["svc:*:*:file:%d"]}`, g, effect, i))
		}
		sets[g] = saying(t, policy.HuaweiIdentity, list...)
		names[g] = asking("svc:files:get", fmt.Sprintf("svc:eu:a1:file:%d", g))
	}
	var current atomic.Pointer[writ.Set]
	current.Store(sets[0])
	var stop atomic.Bool
	var decided atomic.Int64
	var wg sync.WaitGroup
	for range max(2, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for !stop.Load() {
				set := current.Load()
				allowed, sid := 0, ""
				for i, req := range names {
					d := set.Evaluate(req)
					r, ok := d.Statement()
					if !ok || sid != "" && r.Statement().Sid() != sid || d.Allowed() != (r.Statement().Sid() == fmt.Sprint("g", i)) {
						t.Errorf("file %d: %v by %v, others by %s", i, d.Outcome(), r, sid)
						return
					}
					if sid = r.Statement().Sid(); d.Allowed() {
						allowed++
					}
				}
				if allowed != 1 {
					t.Errorf("%d files are allowed", allowed)
					return
				}
				decided.Add(1)
			}
		})
	}
	for g := range generations {
		set := sets[g%files]
		if g%10 == 0 { // some are compiled under load
			var layers []writ.Layer
			for l := range set.Layers() {
				layers = append(layers, l)
			}
			fresh, err := onSyntax.Compile(layers...)
			require.NoError(t, err)
			set = fresh
		}
		current.Store(set)
		runtime.Gosched()
	}
	for decided.Load() == 0 {
		runtime.Gosched()
	}
	stop.Store(true)
	wg.Wait()
}

// policies is what a service keeps of a policy file: the set, and the trouble of
// the last reading.
type policies struct {
	file string
	set  atomic.Pointer[writ.Set]
}

// reload reads the file again. What cannot be read leaves the old set as it was.
func (p *policies) reload() error {
	src, err := os.ReadFile(p.file)
	if err != nil {
		return err
	}
	doc, err := policy.Parse(filepath.Base(p.file), src)
	if err != nil {
		return err
	}
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	if err != nil {
		return err
	}
	p.set.Store(set)
	return nil
}

// A service reloads its policies: a broken file is reported and changes nothing,
// and once it is mended the next reading counts.
func Example_reload() {
	dir, err := os.MkdirTemp("", "writ")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	p := policies{file: filepath.Join(dir, "ops.json")}
	req := &writ.Request{Action: action.MustParse("cbr:vaults:get")}
	for _, text := range []string{
		`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"]}]}`,
		`{"Version": "5.0", "Statement": [{"Effect": "Deny", "Actoin": ["cbr:vaults:get"]}]}`,
		`{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": ["cbr:vaults:get"]}]}`,
	} {
		if err := os.WriteFile(p.file, []byte(text), 0o600); err != nil {
			panic(err)
		}
		err := p.reload()
		var found policy.Diagnostics
		fmt.Println(errors.As(err, &found), p.set.Load().Evaluate(req).Outcome())
	}
	// Output:
	// false allow
	// true allow
	// false explicit deny
}

// Whatever is wrong with a file, the old set stays, what is wrong is told each time, and
// the next good file counts, be it the old one. grpc-go once took the bytes of a failed
// reading for those in force.
func TestHazardH40ReloadOfBrokenFiles(t *testing.T) {
	p := policies{file: filepath.Join(t.TempDir(), "p.json")}
	put := func(text string) { require.NoError(t, os.WriteFile(p.file, []byte(text), 0o600)) }
	get := asking("svc:files:get", file1)
	require.Error(t, p.reload(), "there is no file yet")
	require.False(t, p.set.Load().Evaluate(get).Allowed(), "no set denies")
	good := map[writ.Outcome]string{
		writ.Allow:        `{"Version": "5.0", "Statement": [` + allowAll + `]}`,
		writ.ExplicitDeny: `{"Version": "5.0", "Statement": [` + allowAll + `, {"Effect": "Deny", "Action": ["svc:files:get"]}]}`,
	}
	now := writ.Allow
	put(good[now])
	require.NoError(t, p.reload())
	for _, broken := range []string{
		"", "{", "null", "[]", good[now] + good[now], good[now][:len(good[now])-1], "\ufeff" + good[now], "\x00", "\xff", strings.Repeat(" ", 200_000),
		strings.Replace(good[now], "Effect", "effect", 1), strings.Replace(good[now], "5.0", "6.0", 1), strings.Replace(good[now], "Allow", "Maybe", 1),
		`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["svc:*"]}]}`,
		`{"Version": "5.0", "Statement": [{"Effect": "Deny", "Effect": "Allow", "Action": ["*"]}]}`,
	} {
		put(broken)
		before := p.set.Load()
		for range 2 {
			err := p.reload()
			require.Error(t, err, "%.80q", broken)
			require.NotEmpty(t, err.Error())
			require.Same(t, before, p.set.Load())
			require.Equal(t, now, p.set.Load().Evaluate(get).Outcome())
		}
		if now == writ.Allow {
			now = writ.ExplicitDeny
		} else {
			now = writ.Allow
		}
		put(good[now])
		require.NoError(t, p.reload())
		require.Equal(t, now, p.set.Load().Evaluate(get).Outcome(), "after %.80q", broken)
	}
	require.NoError(t, os.Remove(p.file))
	require.Error(t, p.reload())
	require.Equal(t, now, p.set.Load().Evaluate(get).Outcome())
}

// keeper is a set in which everything is allowed that no Deny names, and one
// operator of every type reads a key.
func keeper(t *testing.T) *writ.Set {
	return saying(t, policy.HuaweiIdentity, allowAll,
		`{"Effect": "Deny", "Action": ["svc:files:*"], "Resource": ["svc:*:*:file:secret*", "svc:*:*:*:*/secret"]}`,
		`{"Effect": "Deny", "Action": ["svc:files:*"], "Resource": ["svc:*:*:file:home/${g:UserName}/*"]}`, // void without a name (P-28)
		`{"Effect": "Deny", "Action": ["svc:files:*"], "Condition": {"StringMatch": {"x:k": ["*secret*", "?"]}}}`,
		`{"Effect": "Deny", "Action": ["svc:files:*"], "Condition": {"ForAnyValue:StringEqualsIgnoreCase": {"x:list": ["secret", "\u00e9"]}}}`,
		`{"Effect": "Deny", "Action": ["svc:numbers:*"], "Condition": {"NumberLessThanIfExists": {"x:k": "5"}}}`,
		`{"Effect": "Deny", "Action": ["svc:dates:*"], "Condition": {"DateLessThan": {"g:CurrentTime": "2026-01-01T00:00:00Z"}}}`,
		`{"Effect": "Deny", "Action": ["svc:nets:*"], "Condition": {"IpAddress": {"x:k": ["10.0.0.0/8", "::/0"]}}}`)
}

// whole asks in every way and holds the answers against each other.
func whole(t *testing.T, set *writ.Set, req *writ.Request) writ.Outcome {
	d := set.Evaluate(req)
	e := set.Explain(req)
	require.Equal(t, d, e.Decision)
	require.LessOrEqual(t, len(e.Caller()), 400)
	for trial := range e.Trials() {
		for range trial.Misses() {
		}
	}
	return d.Outcome()
}

// No request, however large, odd or hostile, makes a decision panic, hang or grant what
// a Deny names.
func TestFaultsOfRequests(t *testing.T) {
	set := keeper(t)
	const secret = "svc:eu:a1:file:secret"
	long := strings.Repeat("a", resource.MaxLength-len(secret))
	for _, path := range []string{long, strings.Repeat("secret", 600), strings.Repeat("/", 3000), strings.Repeat("é", 1500), "\x00", "\xff\xfe", "\xed\xa0\x80", "*", "?", "${g:UserName}", strings.Repeat("*", 3000), "/../..", "\u202e", ":::::"} {
		n, err := resource.Parse(secret + path)
		if err != nil {
			continue // what is refused cannot be asked
		}
		req := &writ.Request{Action: action.MustParse("svc:files:get"), Resources: []resource.Name{n}}
		require.Equal(t, writ.ExplicitDeny, whole(t, set, req), "%.60q", path)
		req.Context = condition.Context{fact("g:UserName", condition.String(path)), fact("x:k", condition.Unavailable())}
		require.Equal(t, writ.ExplicitDeny, whole(t, set, req), "%.60q", path)
	}
	_, err := resource.Parse(secret + long + "a")
	require.Error(t, err)
	longest := action.MustParse("svc:files:" + strings.Repeat("g", action.MaxLength-len("svc:files:")))
	require.Equal(t, writ.ExplicitDeny, whole(t, set, &writ.Request{Action: longest, Resources: []resource.Name{resource.MustParse(secret)}}))

	// Thousands of resources, the denied one anywhere; zero Names among them.
	many := make([]resource.Name, 5000)
	for i := range many {
		many[i] = resource.MustParse(fmt.Sprintf("svc:eu:a1:file:f%d", i))
	}
	req := &writ.Request{Action: action.MustParse("svc:files:get"), Resources: many, Context: condition.Context{fact("g:UserName", condition.String("u")), fact("x:k", condition.String("ab"))}}
	require.Equal(t, writ.Allow, whole(t, set, req))
	for _, at := range []int{0, 2500, 4999} {
		one := many[at]
		many[at] = resource.MustParse(secret)
		require.Equal(t, writ.ExplicitDeny, whole(t, set, req), "%d", at)
		require.Equal(t, at, set.Evaluate(req).Resource())
		many[at] = resource.Name{}
		require.NotEqual(t, writ.Allow, whole(t, set, req), "a Deny that names resources bites where none is named")
		many[at] = one
	}
}

// The same of the condition keys of a request.
func TestFaultsOfContexts(t *testing.T) {
	set := keeper(t)
	ask := func(act string, ctx ...condition.Entry) writ.Outcome {
		ctx = append(ctx, fact("g:UserName", condition.String("u")))
		return whole(t, set, asking(act, file1, ctx...))
	}
	// Ten thousand keys, and the one that counts behind them, once or twice.
	var ctx []condition.Entry
	for i := range 10_000 {
		ctx = append(ctx, fact(fmt.Sprint("x:", i), condition.String("secret")))
	}
	ctx = ctx[:len(ctx):len(ctx)]
	require.Equal(t, writ.Allow, ask("svc:files:get", append(ctx, fact("x:k", condition.String("ab")))...))
	require.Equal(t, writ.ExplicitDeny, ask("svc:files:get", append(ctx, fact("x:k", condition.String("a secret")))...))
	require.Equal(t, writ.Undecided, ask("svc:files:get", append(ctx, fact("x:k", condition.String("ab")), fact("X:k", condition.String("ab")))...))

	// Lists of ten thousand values.
	list := make([]string, 10_000)
	for i := range list {
		list[i] = fmt.Sprint("value", i)
	}
	require.Equal(t, writ.Allow, ask("svc:files:get", fact("x:list", condition.Strings(list...))))
	for _, at := range []int{0, 5000, 9999} {
		list[at] = "SECRET"
		require.Equal(t, writ.ExplicitDeny, ask("svc:files:get", fact("x:list", condition.Strings(list...))))
		list[at] = ""
	}

	// Texts of any bytes: what a Deny names is found between them, and they are
	// equal to nothing else.
	for _, odd := range []string{"\x00", "\xff", "\xc3", "\xed\xa0\x80", "\ufeff", "\u202e", "\ufffd", "${x:k}", "*", strings.Repeat("\xff", 100_000), strings.Repeat("s", 100_000)} {
		require.Equal(t, writ.ExplicitDeny, ask("svc:files:get", fact("x:k", condition.String(odd+"secret"+odd))), "%.20q", odd)
		require.NotEqual(t, writ.ExplicitDeny, ask("svc:files:get", fact("x:list", condition.Strings(odd, "secret"+odd))), "%.20q", odd)
		require.Equal(t, writ.ExplicitDeny, ask("svc:files:get", fact("x:list", condition.Strings(odd, "Secret"))), "%.20q", odd)
		for _, act := range []string{"svc:numbers:get", "svc:nets:get"} {
			require.Equal(t, writ.Undecided, ask(act, fact("x:k", condition.String(odd))), "%.20q", odd)
		}
		require.Equal(t, writ.Undecided, ask("svc:dates:get", fact("g:CurrentTime", condition.String(odd))), "%.20q", odd)
		require.Equal(t, writ.Allow, ask("svc:other:get", fact(odd, condition.String(odd))), "a key nobody reads")
	}
	for _, n := range []string{"1e9999", "-1e-9999", strings.Repeat("9", 128), "0." + strings.Repeat("0", 120) + "1"} {
		require.Contains(t, []writ.Outcome{writ.Allow, writ.ExplicitDeny}, ask("svc:numbers:get", fact("x:k", condition.Number(n))), n)
	}
	for _, n := range []string{"1e10000", "1e999999999999", strings.Repeat("9", 100_000), "-"} {
		require.Equal(t, writ.Undecided, ask("svc:numbers:get", fact("x:k", condition.Number(n))), "%.20s", n)
	}

	// Times at the ends of what there is. Of a time that no policy can name nothing is
	// known.
	for _, at := range []time.Time{time.Unix(-1<<62, 0), time.Unix(1<<62, 0), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 1<<62)} {
		req := asking("svc:dates:get", file1, fact("g:UserName", condition.String("u")))
		req.Now = at
		want := writ.Undecided
		if y := at.UTC().Year(); y >= 0 && y < 2026 {
			want = writ.ExplicitDeny
		} else if y >= 2026 && y <= 9999 {
			want = writ.Allow
		}
		require.Equal(t, want, whole(t, set, req), "%v", at)
		require.Equal(t, want, ask("svc:dates:get", fact("g:CurrentTime", condition.Time(at))), "%v", at)
	}

	// Requests that say nothing, or what makes no sense.
	for _, req := range []*writ.Request{nil, {}, {Resources: make([]resource.Name, 1000)}, {Context: make(condition.Context, 1000)}, {Root: true}, {Scope: writ.AllProjects, Action: action.MustParse("svc:x:y")}} {
		require.NotEqual(t, writ.Allow, whole(t, set, req))
	}
	zero := asking("svc:files:get", "*", fact("", condition.String("x")), condition.Entry{})
	zero.Exempt, zero.Service, zero.AppID, zero.EnterpriseProject = []string{"", "\x00"}, "\xff", strings.Repeat("9", 10_000), "\x00"
	require.NotEqual(t, writ.Allow, whole(t, set, zero))
}
