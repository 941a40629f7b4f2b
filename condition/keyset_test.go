package condition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

func TestKeySet(t *testing.T) {
	s := condition.NewKeySet([]string{"cbr:VaultId", "g:ResourceTag/<tag-key>", "x:Tag/a"}, []string{"cbr:PolicyId"}, false)
	open := condition.NewKeySet(nil, nil, true)
	for _, x := range []struct {
		key               string
		in, open, zeroHas condition.Result
	}{
		{"cbr:vaultid", condition.True, condition.Unknown, condition.False},
		{"cbr:PolicyID", condition.Unknown, condition.Unknown, condition.False},
		{"cbr:Other", condition.False, condition.Unknown, condition.False},
		{"g:resourcetag/Team", condition.True, condition.Unknown, condition.False},
		{"g:ResourceTag/", condition.False, condition.Unknown, condition.False},
		{"g:RequestTag/Team", condition.False, condition.Unknown, condition.False},
		{"g:TagKeys", condition.False, condition.Unknown, condition.False},
		{"g:EnterpriseProjectId", condition.False, condition.Unknown, condition.False},
		{"x:tag/a", condition.True, condition.Unknown, condition.False},
		{"x:tag/A", condition.False, condition.Unknown, condition.False},
		{"x:tag/ab", condition.False, condition.Unknown, condition.False},
		{"g:MFAPresent", condition.True, condition.True, condition.True},
		{"g:PrincipalTag/Team", condition.True, condition.True, condition.True},
		{"g:TagKeysX", condition.True, condition.True, condition.True},
	} {
		k := condition.NewKey(x.key)
		require.Equal(t, x.in, s.Takes(k), x.key)
		require.Equal(t, x.open, open.Takes(k), x.key)
		require.Equal(t, x.zeroHas, new(condition.KeySet).Takes(k), x.key)
		require.Equal(t, condition.True, (*condition.KeySet)(nil).Takes(k), x.key)
		require.Zero(t, testing.AllocsPerRun(10, func() { s.Takes(k) }))
	}
	require.Equal(t, condition.False, condition.NewKeySet([]string{""}, nil, false).Takes(condition.NewKey("cbr:VaultId")))
}

// Where it is in doubt whether a key takes effect, only what is the same with
// and without it is decided.
func TestDoubt(t *testing.T) {
	value := condition.Context{{Key: condition.NewKey("cbr:PolicyId"), Value: condition.String("p1")}}
	for _, x := range []struct {
		operator, operand      string
		takes, doubt, ignorant condition.Result
	}{
		{"StringEquals", "p1", condition.True, condition.Unknown, condition.False},
		{"StringEquals", "p2", condition.False, condition.False, condition.False},
		{"StringEqualsIfExists", "p1", condition.True, condition.True, condition.True},
		{"StringEqualsIfExists", "p2", condition.False, condition.Unknown, condition.True},
		{"StringNotEquals", "p1", condition.False, condition.Unknown, condition.Unknown},
		{"StringNotEquals", "p2", condition.True, condition.Unknown, condition.Unknown},
		{"StringNotEqualsIfExists", "p2", condition.True, condition.True, condition.True},
		{"Null", "true", condition.False, condition.Unknown, condition.True},
		{"Null", "false", condition.True, condition.Unknown, condition.False},
		{"StringEquals", "${cbr:PolicyId}", condition.True, condition.Unknown, condition.False},
		{"StringEquals", "${cbr:PolicyId, 'p1'}", condition.True, condition.Unknown, condition.False},
	} {
		c, problems := condition.Compile(condition.Identity, x.operator, "cbr:PolicyId", []string{x.operand})
		require.Empty(t, problems)
		b := condition.NewBlock([]condition.Clause{c})
		for keys, want := range map[*condition.KeySet]condition.Result{
			nil: x.takes,
			condition.NewKeySet([]string{"cbr:PolicyId"}, nil, false): x.takes,
			condition.NewKeySet(nil, []string{"cbr:PolicyId"}, false): x.doubt,
			condition.NewKeySet(nil, nil, true):                       x.doubt,
			new(condition.KeySet):                                     x.ignorant,
		} {
			require.Equal(t, want, b.Eval(&condition.Env{Context: value, Keys: keys}), "%v %v", x, keys)
		}
		require.Equal(t, x.ignorant, b.Eval(&condition.Env{Keys: condition.NewKeySet(nil, nil, true)}), "no value, no doubt: %v", x)
	}
}
