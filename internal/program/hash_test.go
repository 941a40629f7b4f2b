package program

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/resource"
)

// Texts that differ have hashes that do: a statement whose key is taken for that of
// an earlier one would be left out. The texts are all short ones, and those that
// differ in a byte, a length or a role from another.
func TestHazardH31HashesDiffer(t *testing.T) {
	at := map[uint64]string{}
	note := func(s string, role uint64) {
		h, text := hash(s, role), fmt.Sprintf("%q in %d", s, role)
		if other, known := at[h]; known && other != text {
			t.Fatalf("%s and %s have the same hash", other, text)
		}
		at[h] = text
	}
	for role := roleService; role <= roleSuffix; role++ {
		note("", role)
		for a := range 256 {
			note(string([]byte{byte(a)}), role)
			for b := 0; b < 256 && role == roleSegment+4; b++ {
				note(string([]byte{byte(a), byte(b)}), role)
			}
		}
		for n := range 40 {
			for _, unit := range []string{"a", "0", "\x00", "\xff", "ab"} {
				text := strings.Repeat(unit, n+1)[:n]
				note(text, role)
				for i := range n {
					for _, x := range []byte{1, 2, 3, 4, 8, 0x20, 0x80} {
						note(text[:i]+string([]byte{text[i] ^ x})+text[i+1:], role)
					}
				}
			}
		}
	}
}

// Paths of different lengths that differ in a digit are all found, for whatever
// stands before them (0 was once taken for 10, and a Deny on 10 was lost).
func TestHazardH31ShortPaths(t *testing.T) {
	get, err := action.Compile(action.Identity, "a:b:get")
	require.NoError(t, err)
	for _, before := range []string{"", "x", "id-", "1234567"} {
		for _, behind := range []string{"", "*"} {
			var rules []Rule
			for _, i := range rand.New(rand.NewSource(1)).Perm(1100) {
				p, err := resource.Compile(resource.Identity, fmt.Sprintf("a:*:*:a:%s%d%s", before, i, behind))
				require.NoError(t, err)
				rules = append(rules, Rule{Row: int32(len(rules)), Deny: true, Certain: true, Actions: []*action.Pattern{get}, Resources: []*resource.Pattern{p}})
			}
			x := New(&catalog.Catalog{}, rules)
			for i := range 1100 {
				agree(t, x, rules, action.MustParse("a:b:get"), resource.MustParse(fmt.Sprintf("a:eu:acct:a:%s%d", before, i)))
			}
		}
	}
}

// If all hashes are equal, the index offers more, and never less.
func TestHazardH31HashesFallTogether(t *testing.T) {
	defer func(f uint64) { factor = f }(factor)
	factor = 0
	for seed := range int64(40) {
		w := world{rand.New(rand.NewSource(seed))}
		rules := w.rules(t, []int{1, 4, 20, 40}[seed%4])
		x := New(catalog.Default(), rules)
		for range 40 {
			agree(t, x, rules, w.actionName(), w.resourceName())
		}
	}
}
