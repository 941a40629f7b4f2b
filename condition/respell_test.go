package condition_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/condition"
)

// An operator in another letter case is found; nothing else is.
func TestRespell(t *testing.T) {
	for _, x := range []struct {
		grammar condition.Grammar
		names   []string
	}{
		{condition.Identity, []string{"Bool", "Null", "StringEquals", "ForAnyValue:StringMatch", "ForAllValues:StringNotEqualsIfExists", "NumberLessThanIfExists"}},
		{condition.Policy, []string{"StringEqualsAnyOf", "ForAnyValue:StringNotLikeAnyOfIfExists", "IsNullOrEmpty", "NumericLessThanEquals"}},
		{condition.CAM, []string{"string_equal", "for_any_value:string_like", "ip_not_equal_if_exist", "null_equal"}},
	} {
		for _, name := range x.names {
			require.Nil(t, condition.CheckOperator(x.grammar, name), name)
			for _, other := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
				got, ok := condition.Respell(x.grammar, other)
				require.True(t, ok, other)
				require.Equal(t, name, got)
			}
			for _, other := range []string{name + "s", "x" + name, name[1:], name + " ", strings.ReplaceAll(name, "E", "É") + "É"} {
				_, ok := condition.Respell(x.grammar, other)
				require.False(t, ok, other)
			}
		}
	}
	for _, name := range []string{"", "forallvalues:", "NULLIFEXISTS", "foranyvalue:bool:", "numericequals", "isnullorempty", "stringequalsanyof"} {
		_, ok := condition.Respell(condition.Identity, name)
		require.False(t, ok, name)
	}
}
