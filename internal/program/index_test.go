package program

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/resource"
)

// A small world, so that patterns and names often meet.
type world struct{ r *rand.Rand }

func (w world) pick(s ...string) string { return s[w.r.Intn(len(s))] }

func (w world) actionPattern(t testing.TB) *action.Pattern {
	seg := func() string { return w.pick("a", "b", "*", "a*", "?", "ab") }
	op := func() string {
		return w.pick("get", "get*", "*", "g?t", "list", "l*t", "*t", "describesomethinglong", "describesomethinglonger*", "getall")
	}
	if w.r.Intn(4) == 0 {
		p, err := action.Compile(action.CAM, w.pick("*", "a:get", "a:get*", "*:get*", "a:*", "b:l*t", "permid/1", "*:*", "name/b:list"))
		require.NoError(t, err)
		return p
	}
	p, err := action.Compile(action.Identity, w.pick(seg()+":"+seg()+":"+op(), seg()+":"+seg()+":"+op(), "cbr:vaults:get", "cbr:*:list", "*"))
	require.NoError(t, err)
	return p
}

func (w world) actionName() action.Name {
	seg := func() string { return w.pick("a", "b", "ab", "c") }
	op := w.pick("get", "getall", "list", "lt", "t", "describesomethinglong", "describesomethinglongerstill", "other")
	if w.r.Intn(4) == 0 {
		return action.MustParse(w.pick(seg()+":"+op, "permid/1"))
	}
	return action.MustParse(w.pick(seg()+":"+seg()+":"+op, seg()+"::"+op, "cbr:vaults:get", "cbr:vaults:list"))
}

func (w world) path() string {
	long := "0123456789012345678901234567890123456789012345678901234567890123456789"
	return w.pick("x", "xy", "yx", "x:y", "é", "xé", "a/b/c", long, long+"x", "*", "?")
}

func (w world) resourcePattern(t testing.TB) *resource.Pattern {
	seg := func() string { return w.pick("a", "b", "*", "a*", "?", "") }
	long := "0123456789012345678901234567890123456789012345678901234567890123456789"
	path := w.pick("x", "x*", "*x", "*", "*y*", "x*y", "?y", "x?", "a/*", "*/c", long+"*", "*"+long[2:], "${g:UserName}", "x${g:UserName}", "${*}", "*${*}")
	g, text := resource.Identity, w.pick("a", "b")+":"+seg()+":"+seg()+":"+w.pick("a", "b", "*", "${g:UserName}", "?")+":"+path
	switch w.r.Intn(6) {
	case 0:
		text = "*"
	case 1:
		g, text = resource.Agency, w.pick("/iam/agencies/x", "/iam/agencies/y")
	case 2:
		g, text = resource.CAM, "qcs::"+w.pick("a", "", "*")+":"+w.pick("ap-beijing", "bj", "", "ap-*", "*")+":"+w.pick("uin/1", "uid/2", "", "*")+":"+w.pick("x", "x*", "*x", "*", "x*y", "${uin}/x", "x/${uin}")
	}
	p, err := resource.Compile(g, text)
	require.NoError(t, err, text)
	return p
}

func (w world) resourceName() resource.Name {
	switch w.r.Intn(8) {
	case 0:
		return resource.Name{}
	case 1:
		return resource.MustParse(w.pick("/iam/agencies/x", "/iam/agencies/z"))
	case 2, 3:
		return resource.MustParse("qcs::" + w.pick("a", "b") + ":" + w.pick("ap-beijing", "bj", "", "*") + ":" + w.pick("uin/1", "uid/2", "") + ":" + w.pick("x", "xy", "1/x", "x/1", "yx"))
	}
	return resource.MustParse(w.pick("a", "b") + ":" + w.pick("a", "b", "", "*") + ":" + w.pick("a", "b", "") + ":" + w.pick("a", "b") + ":" + w.path())
}

func (w world) rules(t testing.TB, n int) []Rule {
	rules := make([]Rule, n)
	for i := range rules {
		r := &rules[i]
		r.Row, r.Deny, r.Kin = int32(i), w.r.Intn(3) == 0, int32(w.r.Intn(2))
		if w.r.Intn(8) > 0 {
			for range 1 + w.r.Intn(3) {
				r.Actions = append(r.Actions, w.actionPattern(t))
			}
			r.CAM = r.Actions[0].IsCAM()
			for _, p := range r.Actions {
				if p.IsCAM() != r.CAM {
					r.Actions = r.Actions[:1]
					break
				}
			}
		} else {
			r.CAM = w.r.Intn(2) == 0
		}
		if w.r.Intn(5) > 0 {
			for range 1 + w.r.Intn(3) {
				r.Resources = append(r.Resources, w.resourcePattern(t))
			}
			r.Bare = r.Deny && !r.CAM
		}
		sound := true
		for _, p := range r.Resources {
			sound = sound && len(p.Variables()) == 0
		}
		r.Certain = sound && r.Actions != nil && w.r.Intn(2) == 0
	}
	return rules
}

// names reports whether a rule names the action.
func names(r *Rule, n action.Name) bool {
	if r.CAM != n.IsCAM() {
		return false
	}
	for _, p := range r.Actions {
		if p.Match(n) {
			return true
		}
	}
	return len(r.Actions) == 0
}

// covers reports whether a rule may cover the resource.
func covers(r *Rule, n resource.Name) bool {
	if n.IsZero() && r.Bare || len(r.Resources) == 0 {
		return true
	}
	for _, p := range r.Resources {
		vars := make([]string, len(p.Variables()))
		if p.May(n, &resource.Facts{UIN: "1", AppID: "2", Owner: "1", Lenient: true}, 0xff, vars...) {
			return true
		}
	}
	return false
}

// agree checks the contract: for each effect and kin, what matches is offered, or
// stands behind an offered rule that is certain to match.
func agree(t testing.TB, x *Index, rules []Rule, n action.Name, res resource.Name) {
	var a Actions
	x.Actions(n, &a)
	offered := map[int32]bool{}
	note := func(o Offer) {
		r := &rules[o.Row()]
		require.Equal(t, r.Deny, o.Denies())
		if o.Settled() && !a.Old {
			require.True(t, names(r, n), "rule %d is settled and does not name %s", o.Row(), n)
		}
		offered[o.Row()] = true
	}
	if few, ok := a.Few(); ok {
		for _, o := range few {
			note(o)
		}
	} else {
		x.Find(&a, res, note)
	}
	old := []action.Name{n}
	if a.Action != nil {
		for alias := range a.Action.Aliases() {
			old = append(old, alias)
		}
	}
	for i := range rules {
		r := &rules[i]
		named := false
		for _, name := range old {
			named = named || names(r, name)
		}
		if !named || !covers(r, res) || offered[r.Row] {
			continue
		}
		stands := false
		for j := range rules[:i] {
			c := &rules[j]
			stands = stands || c.Certain && c.Kin == r.Kin && c.Deny == r.Deny && offered[c.Row] && covers(c, res)
		}
		require.True(t, stands, "rule %d is not offered for %s on %s: %v %v", i, n, res, r.Actions, r.Resources)
	}
}

func TestHazardH31FindOffersWhatMatches(t *testing.T) {
	for seed := range int64(400) {
		w := world{rand.New(rand.NewSource(seed))}
		rules := w.rules(t, []int{1, 4, 20, 80}[seed%4])
		x := New(catalog.Default(), rules)
		for range 100 {
			agree(t, x, rules, w.actionName(), w.resourceName())
		}
	}
}

// More statements than 16 bits count (H35).
func TestHazardH35IndexOfManyStatements(t *testing.T) {
	w := world{rand.New(rand.NewSource(1))}
	const n = 1<<16 + 500
	rules := make([]Rule, n)
	get, err := action.Compile(action.Identity, "a:b:get")
	require.NoError(t, err)
	for i := range rules {
		p, err := resource.Compile(resource.Identity, fmt.Sprintf("a:*:*:a:id-%d", i))
		require.NoError(t, err)
		rules[i] = Rule{Row: int32(i), Deny: i%2 == 1, Actions: []*action.Pattern{get}, Resources: []*resource.Pattern{p}}
	}
	x := New(catalog.Default(), rules)
	var a Actions
	x.Actions(action.MustParse("a:b:get"), &a)
	for _, i := range []int{0, 1, 1<<16 - 1, 1 << 16, n - 1, w.r.Intn(n), w.r.Intn(n)} {
		var got []int32
		x.Find(&a, resource.MustParse(fmt.Sprintf("a:eu:acct:a:id-%d", i)), func(o Offer) {
			got = append(got, o.Row())
			require.Equal(t, i%2 == 1, o.Denies())
			require.True(t, o.Settled())
		})
		require.Equal(t, []int32{int32(i)}, got)
	}
}

// A statement with many actions and many resources does not make the index grow
// with their product.
func TestManyByMany(t *testing.T) {
	var r Rule
	for i := range 300 {
		p, err := action.Compile(action.Identity, fmt.Sprintf("a:b:op%d", i))
		require.NoError(t, err)
		q, err := resource.Compile(resource.Identity, fmt.Sprintf("a:*:*:a:id-%d", i))
		require.NoError(t, err)
		r.Actions, r.Resources = append(r.Actions, p), append(r.Resources, q)
	}
	rules := []Rule{r}
	x := New(catalog.Default(), rules)
	require.LessOrEqual(t, len(x.leaves.slots)+len(x.joined.slots), 3*maxEntries*600)
	for _, i := range []int{0, 299} {
		agree(t, x, rules, action.MustParse(fmt.Sprintf("a:b:op%d", i)), resource.MustParse(fmt.Sprintf("a:r:c:a:id-%d", 299-i)))
	}
}

// Slots of equal hash are all found, whatever stands between.
func TestTable(t *testing.T) {
	for seed := range int64(200) {
		r := rand.New(rand.NewSource(seed))
		var slots []slot
		for i := range r.Intn(40) {
			h := uint64(r.Intn(6)) * 0x2aaaaaaaaaaaaaaa
			slots = append(slots, slot{h, uint32(i), 0})
		}
		var table table
		table.fill(slots)
		for h := uint64(0); h < 6; h++ {
			want, got := map[uint32]bool{}, map[uint32]bool{}
			for _, s := range slots {
				if s.hash == h*0x2aaaaaaaaaaaaaaa {
					want[s.a] = true
				}
			}
			for i := table.first(h * 0x2aaaaaaaaaaaaaaa); i >= 0; i = table.next(i, h*0x2aaaaaaaaaaaaaaa) {
				got[table.slots[i].a] = true
			}
			require.Equal(t, want, got)
		}
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	w := world{rand.New(rand.NewSource(3))}
	rules := w.rules(t, 200)
	x := New(catalog.Default(), rules)
	n, res := action.MustParse("a:b:get"), resource.MustParse("a:b:a:b:xy")
	count := 0
	require.Zero(t, testing.AllocsPerRun(100, func() {
		var a Actions
		x.Actions(n, &a)
		x.Find(&a, res, func(Offer) { count++ })
	}))
	require.NotZero(t, count)
}

// FuzzFind holds the index against the patterns themselves.
func FuzzFind(f *testing.F) {
	for seed := range int64(8) {
		f.Add(seed, uint8(10*seed))
	}
	f.Fuzz(func(t *testing.T, seed int64, n uint8) {
		w := world{rand.New(rand.NewSource(seed))}
		rules := w.rules(t, int(n))
		x := New(catalog.Default(), rules)
		for range 20 {
			agree(t, x, rules, w.actionName(), w.resourceName())
		}
	})
}
