package action_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
)

var (
	nameSink action.Name
	boolSink bool
)

func TestParseAllocates(t *testing.T) {
	for s, want := range map[string]float64{
		"cbr:vaults:get":         0,
		"cbr::getfeature":        0,
		"cvm:DescribeDisks":      0,
		"name/cvm:DescribeDisks": 0,
		"permid/280655":          0,
		"CBR:vaults:get":         1, // Lower copies, and keeps the copy
	} {
		got := testing.AllocsPerRun(100, func() { nameSink, _ = action.Parse(s) })
		require.LessOrEqual(t, got, 2*want, s)
	}
}

func TestMatchAllocates(t *testing.T) {
	huawei, cam := action.MustParse("cbr:vaults:delete"), action.MustParse("cvm:DescribeDisks")
	for _, tt := range []struct {
		g action.Grammar
		s string
		n action.Name
	}{
		{action.Role, "*", huawei},
		{action.Role, "ecs:list", huawei},
		{action.Policy, "cbr:*:*e*e*", huawei},
		{action.Identity, "cbr:v?ults:de??te", huawei},
		{action.Identity, "*b*:*:?*?", huawei},
		{action.Identity, "cbr:vaults:delete", huawei},
		{action.CAM, "name/cvm:*Disk*", cam},
		{action.CAM, "permid/7", cam},
		{action.CAM, "*:*", cam},
	} {
		p := mustCompile(t, tt.g, tt.s)
		require.Zero(t, testing.AllocsPerRun(100, func() { boolSink = p.Match(tt.n) }), tt.s)
	}
}
