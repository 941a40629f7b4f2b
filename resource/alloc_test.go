package resource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/resource"
)

var (
	nameSink resource.Name
	boolSink bool
)

// Parse allocates only where letters are folded or a region is renamed.
func TestParseAllocates(t *testing.T) {
	for _, s := range []string{"*", "cbr:eu-de:0f12:vault:prod-7", "iam::d1:user:alice", "/iam/agencies/0f12",
		"qcs::cvm:ap-guangzhou:uin/100:volume/disk-1", "qcs:id/0:cvm:ap-guangzhou:uin/100:volume/*"} {
		require.Zero(t, testing.AllocsPerRun(100, func() { nameSink, _ = resource.Parse(s) }), s)
	}
}

func TestMatchAllocates(t *testing.T) {
	facts := &resource.Facts{UIN: "100", AppID: "9", Owner: "100"}
	vars := []string{"prod", "7"}
	for _, tt := range []struct {
		g       resource.Grammar
		s, name string
	}{
		{resource.Identity, "*", "cbr:eu-de:0f12:vault:prod-7"},
		{resource.Identity, "cbr:eu-*:?f*2:va?lt:*prod*-?", "cbr:eu-de:0f12:vault:prod-7"},
		{resource.Identity, "cbr:*:${a}:vault:${b}-*", "cbr:eu-de:prod:vault:7-x"},
		{resource.Policy, "obs:*:*:object:b/${a}/*${b}*", "obs:eu-de:0f12:object:b/prod/x7y"},
		{resource.Agency, "/iam/agencies/0f12", "/iam/agencies/0f12"},
		{resource.CAM, "qcs::cvm:gz:uin/1*:volume/*${uin}*", "qcs::cvm:gz:uin/100:volume/xprody"},
		{resource.CAM, "qcs::cvm:::volume/*", "qcs::cvm:gz::volume/disk-1"},
		{resource.CAM, "qcs::cos:*:uid/9:b-9/*", "qcs::cos:gz:uin/100:b-9/k"},
	} {
		p, n := mustCompile(t, tt.g, tt.s), resource.MustParse(tt.name)
		require.True(t, p.Match(n, facts, vars...), "%s ~ %s", tt.s, tt.name)
		require.Zero(t, testing.AllocsPerRun(100, func() { boolSink = p.Match(n, facts, vars...) }), tt.s)
	}
}
