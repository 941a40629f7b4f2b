package condition

import (
	"fmt"
	"math/rand"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

// A clause with many values comes out as the clauses with one of them each.
func TestManyValues(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	ip := func() string {
		switch r.Intn(5) {
		case 0:
			return fmt.Sprintf("2001:db8::%x", r.Intn(64))
		case 1:
			return fmt.Sprintf("2001:db8::%x/%d", r.Intn(64), 118+r.Intn(11))
		case 2:
			return fmt.Sprintf("10.0.0.%d", r.Intn(64))
		}
		return fmt.Sprintf("10.0.%d.%d/%d", r.Intn(4), r.Intn(256), r.Intn(33))
	}
	word := func() string { return []string{"a", "b", "ab", "a*", "*b", "?", "${g:UserName}", "é", "x"}[r.Intn(9)] }
	env := &Env{Context: Context{{NewKey("g:UserName"), String("b")}}}
	outcomes := map[Result]int{}
	for range 3000 {
		op, value, got := "StringMatch", word, Value(String([]string{"a", "b", "c", "ab", "xyz", ""}[r.Intn(6)]))
		switch r.Intn(6) {
		case 0, 1:
			op, value, got = "IpAddress", ip, String(fmt.Sprintf("10.0.%d.%d", r.Intn(8), r.Intn(256)))
		case 2:
			op, value, got = "IpAddress", ip, IP(netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", r.Intn(80))))
		case 3:
			op = "StringEquals"
		case 4:
			op = "StringEqualsIgnoreCase"
		}
		if r.Intn(20) == 0 {
			got = Bool(true)
		}
		e := *env
		e.Context = append(e.Context, Entry{NewKey("g:Key"), got})
		values := make([]string, manyValues+r.Intn(6))
		want := False
		for i := range values {
			values[i] = value()
			one, problems := Compile(Identity, op, "g:Key", values[i:i+1])
			require.Empty(t, problems)
			require.Nil(t, one.set)
			want = max(want, one.Eval(&e))
		}
		many, problems := Compile(Identity, op, "g:Key", values)
		require.Empty(t, problems)
		require.NotNil(t, many.set)
		require.Equal(t, want, many.Eval(&e), "%s %q for %v", op, values, got)
		outcomes[want]++
	}
	require.Greater(t, outcomes[True], 300)
	require.Greater(t, outcomes[False], 300)
}
