package phrase

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		candidates []string
	}{
		{"Actoin", "Action", []string{"Effect", "Action", "NotAction"}}, // two neighbours swapped
		{"action", "Action", []string{"Action"}},                        // letter case does not count
		{"ACTION", "Action", []string{"Action"}},
		{"Conditions", "Condition", []string{"Condition"}},             // one too many
		{"Conditon", "Condition", []string{"Condition"}},               // one too few
		{"Xondition", "Condition", []string{"Condition"}},              // one changed
		{"abcdef", "", []string{"uvwxyz"}},                             // nothing in common
		{"abcdef", "abcdxy", []string{"abcdxy"}},                       // a third may differ
		{"abcdef", "", []string{"abcxyz"}},                             // and no more
		{"abcdefgh", "abcdefgh1", []string{"abcdefgh12", "abcdefgh1"}}, // the nearest
		{"ab12", "ab13", []string{"ab13", "ab14"}},                     // of equally near ones the first
		{"ab", "", []string{"ac"}},                                     // short names must be right
		{"ab", "AB", []string{"AB"}},
		{"abc", "ab", []string{"ab"}},
		{"abc", "abcd", []string{"abcd"}},
		{"abc", "", []string{"abcde"}},
		{"acb", "abc", []string{"abc"}},          // a swap is one slip
		{"cab", "", []string{"abc"}},             // a rotation is two
		{"abcabc", "bacacb", []string{"bacacb"}}, // two swaps
		{"", "", []string{"", "a"}},
		{"a", "", nil},
		{"string_equals", "string_equal", []string{"string_like", "string_equal"}},
		{"[a", "", []string{"{A"}},                                                            // only letters have a case: { is not [
		{strings.Repeat("x", 64), strings.Repeat("x", 63), []string{strings.Repeat("x", 63)}}, // long names still count
		{strings.Repeat("x", 65), "", []string{strings.Repeat("x", 65)}},                      // too long ones do not
		{strings.Repeat("x", 64), "", []string{strings.Repeat("x", 65)}},
		{strings.Repeat("x", 63) + "y", strings.Repeat("x", 64), []string{strings.Repeat("x", 64)}},
		{"AZ", "az", []string{"by", "az"}},
	} {
		require.Equal(t, tt.want, Nearest(tt.name, tt.candidates...), "%q among %q", tt.name, tt.candidates)
	}
	type name string
	require.Equal(t, "Effect", Nearest("Efect", name("Action"), name("Effect")))
}

// The distance is what a table of all prefixes gives, and never above the limit.
func TestDistanceSmallWorld(t *testing.T) {
	texts := []string{""}
	for from, n := 0, 0; n < 4; n++ {
		end := len(texts)
		for _, s := range texts[from:end] {
			texts = append(texts, s+"a", s+"B", s+"c")
		}
		from = end
	}
	for _, a := range texts {
		for _, b := range texts {
			want := slowDistance(strings.ToLower(a), strings.ToLower(b))
			for limit := 1; limit < 6; limit++ {
				if got := distance(strings.ToUpper(a), b, limit); min(got, limit) != min(want, limit) {
					t.Fatalf("%q and %q below %d: got %d, want %d", a, b, limit, got, want)
				}
			}
		}
	}
}

func slowDistance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0:
				d[i][j] = j
			case j == 0:
				d[i][j] = i
			default:
				change := 1
				if a[i-1] == b[j-1] {
					change = 0
				}
				d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+change)
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}

// A quoted text is whole up to 80 bytes, cut between characters above, and has
// nothing in it that a terminal would act on (H11).
func TestHazardH11Quote(t *testing.T) {
	for _, s := range []string{"", "a", "a\"b\n\x1b[31m", strings.Repeat("x", 80), "\xff"} {
		require.Equal(t, strconv.Quote(s), Quote(s))
	}
	require.Equal(t, `"`+strings.Repeat("x", 80)+`"…`, Quote(strings.Repeat("x", 81)))
	for _, unit := range []string{"é", "日", "🔒", "a🔒", "ab日"} {
		for shift := range 5 {
			long := strings.Repeat("x", shift) + strings.Repeat(unit, 100)
			q := Quote(long)
			require.True(t, utf8.ValidString(q))
			inner, err := strconv.Unquote(strings.TrimSuffix(q, "…"))
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(long, inner), "%q is no beginning", inner)
			require.True(t, utf8.ValidString(inner) && len(inner) > 76 && len(inner) <= 80, "%q", inner)
		}
	}
	require.Equal(t, `"`+strings.Repeat(`\x80`, 76)+`"…`, Quote(strings.Repeat("\x80", 1000)))
}
