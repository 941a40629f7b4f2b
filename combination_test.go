package writ_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
)

// How statements and layers come together, whatever they say:
//
//   - Nothing is allowed by default: a true Allow of an identity or a resource
//     layer is needed.
//   - A Deny that is true denies, in any layer. One that is undecided leaves
//     nothing allowed.
//   - An Allow that is undecided grants nothing that is not granted without it.
//   - Adding a Deny never widens; adding an Allow never narrows; a statement that
//     is false changes nothing.
//   - Adding a session, guardrail or boundary layer never widens; an empty one
//     denies what an absent one lets through.
//   - The order of layers, documents and statements, and duplicates, do not change
//     the outcome. Only of two layers that bound, one silent and one undecided, the
//     first is named.
//   - Explain decides as Evaluate does, and a Directory as a Set.
//
// They are checked on every set of statements of a small world, in every
// arrangement of layers, for a resource of the caller's account and for one of
// another.

// rules holds a scene against those that lack a part of it.
func (c *cloud) rules(s *scene, got [2]writ.Outcome) {
	for i, o := range got {
		allowed := o == writ.Allow
		grants := s.behind[identityRing] == open || s.behind[resourceRing] == open
		deny := condition.False
		for k, it := range s.items[:s.n] {
			f := c.forms[it.form]
			before := c.outcomes[s.without(func(j int, _ item) bool { return j == k })][i]
			grants = grants || f.effect == policy.Allow && f.is() == condition.True && !it.ring.bounds()
			switch {
			case f.is() == condition.False && o != before:
				c.fail(s, i, "a false statement makes %v of %v", o, before)
			case f.effect == policy.Deny && allowed && before != writ.Allow:
				c.fail(s, i, "a Deny widens")
			case f.effect == policy.Allow && !allowed && before == writ.Allow:
				c.fail(s, i, "an Allow narrows")
			case f.is() == condition.Unknown && allowed && before != writ.Allow:
				c.fail(s, i, "an undecided statement grants")
			}
			if f.effect == policy.Deny {
				deny = max(deny, f.is())
			}
		}
		if allowed && !grants {
			c.fail(s, i, "nothing grants")
		}
		if (deny == condition.True) != (o == writ.ExplicitDeny) || deny == condition.Unknown && o != writ.Undecided {
			c.fail(s, i, "%v where a Deny is %v", o, deny)
		}
		for r := range rings {
			if !r.bounds() || s.behind[r] == absent || r == rootRing && s.behind[unitRing] != absent {
				continue
			}
			less := s.without(func(_ int, it item) bool { return it.ring == r })
			less.behind[r] = absent
			if before, known := c.outcomes[less]; known && allowed && before[i] != writ.Allow {
				c.fail(s, i, "layer %d widens", r)
			}
			bare := less
			bare.behind[r] = empty
			if bound, known := c.outcomes[bare]; known && bound[i] == writ.Allow && (r != sessionRing || c.cam || s.behind[resourceRing] == absent) {
				c.fail(&bare, i, "an empty layer %d lets through", r)
			}
		}
	}
}

// explore decides every set of up to n of the items before each background; apart,
// each in another layer. The backgrounds come with less behind before more.
func (c *cloud) explore(behind [][rings]stage, n int, apart bool, items func([rings]stage) []item) {
	c.outcomes = map[scene][2]writ.Outcome{}
	for _, b := range behind {
		all := items(b)
		scenes := make([][]scene, n+1) // by size
		var grow func(s scene, from int)
		grow = func(s scene, from int) {
			scenes[s.n] = append(scenes[s.n], s)
			for k := from; k < len(all) && s.n < n; k++ {
				if !apart || s.n == 0 || s.items[s.n-1].ring != all[k].ring {
					grow(s.with(all[k]), k)
				}
			}
		}
		grow(scene{behind: b}, 0)
		for _, s := range slices.Concat(scenes...) {
			got := c.decide(&s)
			c.outcomes[s] = got
			c.rules(&s, got)
		}
	}
}

// everywhere calls f in both clouds.
func everywhere(t *testing.T, f func(c *cloud)) {
	for _, cam := range []bool{false, true} {
		t.Run(map[bool]string{false: "huawei", true: "tencent"}[cam], func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, cam)
			f(c)
			t.Logf("%d scenes, %v", len(c.outcomes), c.seen)
			for o := writ.ImplicitDeny; o <= writ.Allow; o++ {
				require.NotZero(t, c.seen[o], "%v", o)
			}
		})
	}
}

// Every set of up to three statements in one layer, all that it needs allowed by
// the others.
func TestCombinationOfStatements(t *testing.T) {
	everywhere(t, func(c *cloud) {
		for _, effect := range []policy.Effect{policy.Allow, policy.Deny} {
			for i := range 3 { // it fits, or the action or the resource does not
				for holds := condition.False; holds <= condition.True; holds++ {
					c.forms = append(c.forms, form{effect, i != 1, i != 2, holds})
				}
			}
		}
		n := 3
		if testing.Short() {
			n = 2
		}
		for _, at := range []ring{identityRing, rootRing, resourceRing, boundaryRing, sessionRing} {
			behind := [rings]stage{identityRing: open}
			behind[at] = empty
			c.explore([][rings]stage{behind}, n, false, func([rings]stage) (out []item) {
				for i := range c.forms {
					out = append(out, item{at, i})
				}
				return out
			})
		}
	})
}

// Every set of up to two statements in two layers, in every arrangement of layers.
func TestCombinationOfLayers(t *testing.T) {
	everywhere(t, func(c *cloud) {
		for _, effect := range []policy.Effect{policy.Allow, policy.Deny} {
			for _, holds := range []condition.Result{condition.Unknown, condition.True} {
				c.forms = append(c.forms, form{effect, true, true, holds})
			}
		}
		n := 2
		if testing.Short() {
			n = 1
		}
		c.explore(backgrounds(), n, true, func(b [rings]stage) (out []item) {
			for r := range rings {
				for i := range c.forms {
					if b[r] != absent {
						out = append(out, item{r, i})
					}
				}
			}
			return out
		})
	})
}

// backgrounds lists every arrangement of layers, with less behind before more. There
// is always an identity layer, and a unit only below a root; and two layers that
// are empty at most, since two statements do not fill more.
func backgrounds() [][rings]stage {
	out := [][rings]stage{{}}
	for r := range rings {
		var next [][rings]stage
		for s := absent; s <= open; s++ {
			for _, b := range out {
				if b[r] = s; b[identityRing] != absent && (r != unitRing || s == absent || b[rootRing] != absent) && count(b, empty) <= 2 {
					next = append(next, b)
				}
			}
		}
		out = next
	}
	return out
}

func count(b [rings]stage, of stage) (n int) {
	for _, s := range b {
		if s == of {
			n++
		}
	}
	return n
}
