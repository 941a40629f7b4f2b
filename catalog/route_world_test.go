package catalog

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// row is a path of an API, cut into segments.
type row struct {
	api  *API
	text string
	segs []string
}

func newRow(a *API, text string) row { return row{a, text, strings.Split(text[1:], "/")} }

// rowsOf lists all paths of a catalog.
func rowsOf(c *Catalog) (rows []row) {
	for _, apis := range [][]API{c.apis, c.unmapped} {
		for i := range apis {
			for _, p := range append([]string{apis[i].path}, apis[i].legacy...) {
				rows = append(rows, newRow(&apis[i], p))
			}
		}
	}
	return rows
}

func isVar(seg string) bool { return strings.HasPrefix(seg, "{") }

func (r row) matches(segs []string) bool {
	if len(r.segs) != len(segs) {
		return false
	}
	for i, s := range r.segs {
		if isVar(s) && segs[i] == "" || !isVar(s) && s != segs[i] {
			return false
		}
	}
	return true
}

// moreSpecific: r has a literal wherever s has one, and more.
func (r row) moreSpecific(s row) bool {
	more := false
	for i := range r.segs {
		if isVar(r.segs[i]) && !isVar(s.segs[i]) {
			return false
		}
		more = more || !isVar(r.segs[i]) && isVar(s.segs[i])
	}
	return more
}

// before: r has a literal where the two first differ; of the same form neither
// is before the other.
func (r row) before(s row) bool {
	for i := range r.segs {
		if isVar(r.segs[i]) != isVar(s.segs[i]) {
			return !isVar(r.segs[i])
		}
	}
	return false
}

// conflict: two APIs share a request, neither is more specific, and to prefer
// one may do harm.
func (r row) conflict(s row) bool {
	if r.api == s.api || r.api.method != s.api.method || len(r.segs) != len(s.segs) || r.moreSpecific(s) || s.moreSpecific(r) {
		return false
	}
	for i := range r.segs {
		if isVar(r.segs[i]) && s.segs[i] == "" || r.segs[i] == "" && isVar(s.segs[i]) || !isVar(r.segs[i]) && !isVar(s.segs[i]) && r.segs[i] != s.segs[i] {
			return false
		}
	}
	return !r.before(s) && !s.before(r) || r.before(s) && r.api.mapped || s.before(r) && s.api.mapped
}

// slowRoute goes through all rows. It fails if a mapped API is found that does
// not come before all others.
func slowRoute(t testing.TB, rows []row, method, path string) (best row, ok bool) {
	segs := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, r := range rows {
		if r.api.method == method && r.matches(segs) && (!ok || r.before(best)) {
			best, ok = r, true
		}
	}
	for _, r := range rows {
		if ok && best.api.mapped && r.api != best.api && r.api.method == method && r.matches(segs) && !best.moreSpecific(r) {
			t.Errorf("%s %s: %s is found, but %s is as good", method, path, best.text, r.text)
		}
	}
	return best, ok
}

// checkWorld compares a catalog of these APIs with the slow way.
func checkWorld(t *testing.T, c *Catalog, methods, paths []string) (sound bool) {
	rows := rowsOf(c)
	sound = true
	for i := range rows {
		for j := range i {
			sound = sound && !rows[i].conflict(rows[j])
		}
	}
	err := c.routeTable().err
	if (err == nil) != sound {
		t.Fatalf("%v: error %v", texts(rows), err)
	}
	if err != nil {
		var e *RouteConflictError
		if !errors.As(err, &e) {
			t.Fatalf("%v: error %v", texts(rows), err)
		}
		segs := strings.Split(e.Witness[1:], "/")
		if !slices.ContainsFunc(rows, func(r row) bool {
			return r.text == e.First && r.api.method == e.Method && r.matches(segs) && slices.ContainsFunc(rows, func(s row) bool {
				return s.text == e.Second && s.matches(segs) && r.conflict(s) && !s.before(r)
			})
		}) {
			t.Fatalf("%v: %v", texts(rows), err)
		}
	}
	for _, m := range methods {
		for _, p := range paths {
			r, ok := c.Route(m, p)
			if !sound {
				if ok {
					t.Fatalf("%v: found %s", texts(rows), p)
				}
				continue
			}
			want, found := slowRoute(t, rows, m, p)
			if ok != found || r.API() != want.api {
				t.Fatalf("%v: %s %s: found %+v, want %s", texts(rows), m, p, r.API(), want.text)
			}
		}
	}
	return sound
}

func texts(rows []row) (out []string) {
	for _, r := range rows {
		out = append(out, r.api.method+" "+r.text+" "+strconv.FormatBool(r.api.mapped))
	}
	return out
}

// worldOf makes a catalog: state 1 is a mapped API, 2 one that is not.
func worldOf(templates []string, state func(i int) int) *Catalog {
	c := &Catalog{}
	for i, p := range templates {
		switch state(i) {
		case 1:
			c.apis = append(c.apis, API{method: "GET", path: p, mapped: true})
		case 2:
			c.unmapped = append(c.unmapped, API{method: "GET", path: p})
		}
	}
	return c
}

// wordsOf joins the letters to all paths of at most depth segments.
func wordsOf(depth int, letters ...string) (out []string) {
	level := []string{""}
	for d := range depth {
		var next []string
		for _, p := range level {
			for _, l := range letters {
				next = append(next, p+"/"+strings.Replace(l, "{x}", "{x"+strconv.Itoa(d)+"}", 1))
			}
		}
		out, level = append(out, next...), next
	}
	return out
}

var get = []string{"GET"}

// All sets of the templates over a, b and a variable, of depth 2; of depth 3
// all of up to three, with each API mapped or not.
func TestRouteSmallWorld(t *testing.T) {
	sets, sound := 0, 0
	check := func(c *Catalog, paths []string) {
		sets++
		if checkWorld(t, c, get, paths) {
			sound++
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	two := wordsOf(2, "a", "b", "{x}")
	paths := append(wordsOf(2, "a", "b", "c"), "/", "/a/", "/a/b/a")
	for n := range 1 << len(two) {
		for _, unmapped := range []int{0, rng.IntN(n + 1), rng.Int(), rng.Int() & rng.Int()} {
			if testing.Short() && unmapped&3 != 0 {
				continue
			}
			check(worldOf(two, func(i int) int { return n >> i & 1 * (1 + unmapped>>i&1) }), paths)
		}
	}
	three := wordsOf(3, "a", "b", "{x}")
	paths = append(wordsOf(3, "a", "b", "c"), "/", "/a/b/", "/a/b/a/b")
	for i := range three {
		for j := range i + 1 {
			for k := range j + 1 {
				for n := range 8 {
					if testing.Short() && (i+j+k+n)%11 != 0 {
						continue
					}
					set := slices.Compact([]string{three[i], three[j], three[k]})
					check(worldOf(set, func(m int) int { return 1 + n>>m&1 }), paths)
				}
			}
		}
	}
	if sound < sets/20 || sound > sets*19/20 {
		t.Errorf("%d of %d sets are sound", sound, sets)
	}
}

// Sets as people write them: some APIs, some with old paths, three methods,
// slashes at the end. Those without are also compared with net/http.
func TestRouteRandomWorlds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rounds := 6000
	if testing.Short() {
		rounds = 600
	}
	sound, compared := 0, 0
	for round := range rounds {
		c, paths := randomRoutes(rng, round%2 == 0)
		ok := checkWorld(t, c, someMethods, paths)
		if ok {
			sound++
		}
		compared += compareWithMux(t, c, ok, someMethods, paths)
	}
	if sound < rounds/3 || sound > rounds*9/10 || compared < rounds/2 {
		t.Errorf("%d of %d sets are sound, %d were compared with net/http", sound, rounds, compared)
	}
}

// FuzzRouteWorld lets the fuzzer choose the APIs and the paths that are asked for.
func FuzzRouteWorld(f *testing.F) {
	for i := range uint64(8) {
		f.Add(i, i, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, a, b uint64, plain bool) {
		c, paths := randomRoutes(rand.New(rand.NewPCG(a, b)), plain)
		compareWithMux(t, c, checkWorld(t, c, someMethods, paths), someMethods, paths)
	})
}

var someMethods = []string{"GET", "PUT", "DELETE"}

// randomRoutes makes some APIs and paths to ask for. Plain ones are such as
// net/http has, too.
func randomRoutes(rng *rand.Rand, plain bool) (c *Catalog, paths []string) {
	segs := []string{"a", "a", "b", "c", "{x}", "{y}"}
	template := func() string {
		p, last := "", 1+rng.IntN(5)
		for i := range last {
			s := segs[rng.IntN(len(segs))]
			if isVar(s) {
				s = "{v" + strconv.Itoa(i) + "}"
			}
			p += "/" + s
		}
		if !plain && rng.IntN(8) == 0 {
			p += "/"
		}
		return p
	}
	c = &Catalog{}
	for range 1 + rng.IntN(8) {
		a := API{method: someMethods[rng.IntN(3)], path: template(), mapped: plain || rng.IntN(4) > 0}
		if !plain && rng.IntN(4) == 0 {
			a.legacy = []string{template()}
		}
		if a.mapped {
			c.apis = append(c.apis, a)
		} else {
			c.unmapped = append(c.unmapped, a)
		}
	}
	for range 30 {
		paths = append(paths, strings.NewReplacer("{", "", "}", "").Replace(template()))
	}
	return c, paths
}

// compareWithMux registers the APIs with net/http, which panics at a conflict.
// It has no notion of several paths of one API and of APIs that are not mapped,
// and reads a slash at the end in its own way.
func compareWithMux(t *testing.T, c *Catalog, sound bool, methods, paths []string) int {
	rows := rowsOf(c)
	if len(rows) != len(c.apis) || slices.ContainsFunc(rows, func(r row) bool { return strings.HasSuffix(r.text, "/") }) {
		return 0
	}
	mux := http.NewServeMux()
	panicked := func() (p bool) {
		defer func() { p = recover() != nil }()
		for _, r := range rows {
			mux.HandleFunc(r.api.method+" "+r.text, func(http.ResponseWriter, *http.Request) {})
		}
		return
	}()
	if panicked == sound {
		t.Fatalf("%v: sound is %v, but net/http differs", texts(rows), sound)
	}
	for _, p := range paths {
		if strings.HasSuffix(p, "/") || !sound {
			continue
		}
		req := httptest.NewRequest("GET", p, nil)
		for _, req.Method = range methods {
			want := ""
			if r, ok := c.Route(req.Method, p); ok {
				want = req.Method + " " + r.API().Path()
			}
			if _, got := mux.Handler(req); got != want {
				t.Fatalf("%v: %s %s: found %q, net/http %q", texts(rows), req.Method, p, want, got)
			}
		}
	}
	return 1
}
