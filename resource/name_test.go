package resource_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/resource"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		rule, in, text string
		form           resource.Form
		segments       [5]string // service, region, account, type, path
	}{
		{"I-19", "cbr:eu-de:0f12:vault:prod-7", "cbr:eu-de:0f12:vault:prod-7", resource.URN, [5]string{"cbr", "eu-de", "0f12", "vault", "prod-7"}},
		{"I-19", "iam::d1:user:alice", "iam::d1:user:alice", resource.URN, [5]string{"iam", "", "d1", "user", "alice"}},
		{"I-19", "iam::system:policy:FullAccess", "iam::system:policy:FullAccess", resource.URN, [5]string{"iam", "", "system", "policy", "FullAccess"}},
		{"I-19", "obs:::object:b/k:1/x", "obs:::object:b/k:1/x", resource.URN, [5]string{"obs", "", "", "object", "b/k:1/x"}},
		{"I-21", "iam:*:d1:user:alice", "iam:*:d1:user:alice", resource.URN, [5]string{"iam", "*", "d1", "user", "alice"}},
		{"P-17", "OBS:Eu-De:D1:Bucket:TestBucket9", "obs:Eu-De:D1:bucket:TestBucket9", resource.URN, [5]string{"obs", "Eu-De", "D1", "bucket", "TestBucket9"}},
		{"P-15", "a:b:c:d:e:f:", "a:b:c:d:e:f:", resource.URN, [5]string{"a", "b", "c", "d", "e:f:"}},
		{"I-19", "iam::d1:root", "iam::d1:root", resource.URN, [5]string{"iam", "", "d1", "root", ""}},
		{"I-19", "iam::d1:root:root", "iam::d1:root:root", resource.URN, [5]string{"iam", "", "d1", "root", "root"}},
		{"I-19", "sts::d1:assumed-agency:ops/s1", "sts::d1:assumed-agency:ops/s1", resource.URN, [5]string{"sts", "", "d1", "assumed-agency", "ops/s1"}},
		{"P-9", "/iam/agencies/0f12", "/iam/agencies/0f12", resource.URI, [5]string{"", "", "", "", "/iam/agencies/0f12"}},
		{"P-9", "/IAM/agencies/a:b:c:d:e", "/IAM/agencies/a:b:c:d:e", resource.URI, [5]string{"", "", "", "", "/IAM/agencies/a:b:c:d:e"}},
		{"R1", "qcs::cvm:ap-guangzhou:uin/100:volume/disk-1", "qcs::cvm:ap-guangzhou:uin/100:volume/disk-1", resource.QCS, [5]string{"cvm", "ap-guangzhou", "uin/100", "", "volume/disk-1"}},
		{"R1", "qcs::ccr:::repo/ns/name:tag", "qcs::ccr:::repo/ns/name:tag", resource.QCS, [5]string{"ccr", "", "", "", "repo/ns/name:tag"}},
		{"R2", "qcs:id/1158313:cvm:ap-beijing:uin/1:volume/*", "qcs::cvm:ap-beijing:uin/1:volume/*", resource.QCS, [5]string{"cvm", "ap-beijing", "uin/1", "", "volume/*"}},
		{"R4", "qcs:id/0:CVM:gz:uin/1:instance/ins-1", "qcs::cvm:ap-guangzhou:uin/1:instance/ins-1", resource.QCS, [5]string{"cvm", "ap-guangzhou", "uin/1", "", "instance/ins-1"}},
		{"R6", "qcs::CAM::uin/1:roleName/Dev", "qcs::cam::uin/1:roleName/Dev", resource.QCS, [5]string{"cam", "", "uin/1", "", "roleName/Dev"}},
		{"2.1", "qcs::cvm:gz:uin/:volume/x", "qcs::cvm:ap-guangzhou::volume/x", resource.QCS, [5]string{"cvm", "ap-guangzhou", "", "", "volume/x"}},
		{"2.1", "qcs::cos:ap-beijing:uid/:b-1/k", "qcs::cos:ap-beijing:uid/:b-1/k", resource.QCS, [5]string{"cos", "ap-beijing", "uid/", "", "b-1/k"}},
		{"2.2", "qcs::cos:ap-beijing:uid/9:prefix//9/b/k", "qcs::cos:ap-beijing:uid/9:prefix//9/b/k", resource.QCS, [5]string{"cos", "ap-beijing", "uid/9", "", "prefix//9/b/k"}},
		{"P2b", "qcs::cam::uin/67890:root", "qcs::cam::uin/67890:root", resource.QCS, [5]string{"cam", "", "uin/67890", "", "root"}},
		{"R5", "*", "*", resource.None, [5]string{}},
		{"R5", "", "*", resource.None, [5]string{}},
	} {
		n, err := resource.Parse(tt.in)
		require.NoError(t, err, tt.in)
		require.Equal(t, tt.text, n.String(), "%s %s", tt.rule, tt.in)
		require.Equal(t, tt.form, n.Form(), "%s %s", tt.rule, tt.in)
		require.Equal(t, tt.segments, [5]string{n.Service(), n.Region(), n.Account(), n.Type(), n.Path()}, "%s %s", tt.rule, tt.in)
		require.Equal(t, tt.form == resource.None, n.IsZero(), tt.in)
		require.Equal(t, n, resource.MustParse(n.String()), "the compared spelling of %s", tt.in)
	}
	require.Equal(t, resource.Name{}, resource.MustParse("*"))
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		rule, in string
		offset   int
		segment  string
		reason   string
	}{
		{"I-19", "cbr", 3, "", "a URN has five segments, this has 1"},
		{"I-19", "cbr:eu-de:d1:vault", 18, "", "a URN has five segments, this has 4"},
		{"I-19", "ecs::d1:root", 12, "", "a URN has five segments, this has 4"},
		{"I-19", "iam::d1:toor", 12, "", "a URN has five segments, this has 4"},
		{"I-19", "iam:root", 8, "", "a URN has five segments, this has 2"},
		{"I-19", ":eu-de:d1:vault:v", 0, "service", "the service is empty"},
		{"I-19", "cbr:eu-de:d1::v", 13, "type", "the type is empty"},
		{"I-19", "cbr:eu-de:d1:vault:", 19, "path", "the path is empty"},
		{"I-19", "cbr::::", 6, "type", "the type is empty"},
		{"I-19", "::::", 0, "service", "the service is empty"},
		{"R1", "qcs:", 4, "", "a path has six segments, this has 2"},
		{"R1", "qcs::cvm:gz:instance/ins-1", 26, "", "a path has six segments, this has 5"},
		{"R1", "qcs:::gz:uin/1:x", 5, "service", "the service is empty"},
		{"R1", "qcs:id/0::gz:uin/1:x", 9, "service", "the service is empty"},
		{"R1", "qcs::cvm:gz:uin/1:", 18, "resource", "the resource is empty"},
		{"H12", "cbr:eu-de:d1:vault:a\x00b", 20, "", "control character"},
		{"H12", "cbr:eu-de\n:d1:vault:a", 9, "", "control character"},
		{"H12", "/iam/agencies/\x7f", 14, "", "control character"},
		{"H12", "qcs::cvm:\x1f::x", 9, "", "control character"},
		{"H12", "cbr:eu-de:d1:vault:é\xff", 21, "", "text that is not UTF-8"},
		{"H12", "\xed\xa0\x80", 0, "", "text that is not UTF-8"},
		{"H6", "cbr:eu-de:d1:vault:" + strings.Repeat("x", resource.MaxLength), resource.MaxLength, "", "longer than 4096 bytes"},
	} {
		n, err := resource.Parse(tt.in)
		require.Equal(t, resource.Name{}, n, "%s %q", tt.rule, tt.in)
		requireError(t, err, tt.in, tt.offset, tt.segment, tt.reason)
	}
}

// requireError checks an error's place, segment, reason and text.
func requireError(t testing.TB, err error, in string, offset int, segment, reason string) {
	t.Helper()
	var e *resource.Error
	require.True(t, errors.As(err, &e), "%q: the error is %T", in, err)
	require.Equal(t, reason, e.Reason, "%q", in)
	require.Equal(t, segment, e.Segment, "%q", in)
	require.Equal(t, offset, e.Offset, "%q", in)
	require.True(t, strings.HasPrefix(in, e.Input), "%q is no part of %q", e.Input, in)
	require.LessOrEqual(t, e.Offset, len(e.Input), "%q", in)
	require.Contains(t, err.Error(), reason)
	if e.Fix != "" {
		require.True(t, strings.HasSuffix(err.Error(), "; "+e.Fix), err)
	}
}

func TestErrorText(t *testing.T) {
	_, err := resource.Parse("a:b\x1b[31m")
	require.EqualError(t, err, `resource "a:b\x1b[31m": control character; remove it`)
	_, err = resource.Parse("cbr:eu-de:d1:vault:\xff")
	require.EqualError(t, err, `resource "cbr:eu-de:d1:vault:\xff": text that is not UTF-8`)
	long := strings.Repeat("a", 100_000)
	_, err = resource.Parse(long)
	require.EqualError(t, err, `resource "`+long[:200]+`…": longer than 4096 bytes`)
	_, err = resource.Parse(long[:200])
	require.ErrorContains(t, err, `"`+long[:200]+`": a URN`)
}

// The prefix of a six-segment path has one spelling; another one must not turn
// the path into a URN of a service qcs (R1).
func TestParsePrefixCase(t *testing.T) {
	for _, in := range []string{"QCS::cvm:gz:uin/1:x", "Qcs::cvm:gz:uin/1:x", "qcS:a:b:c:d"} {
		_, err := resource.Parse(in)
		require.Error(t, err, in)
		for _, g := range []resource.Grammar{resource.Policy, resource.Identity} {
			_, err := resource.Compile(g, in)
			require.Error(t, err, in)
		}
	}
}

// The replacement character is a character like any other when it is written
// out, and the longest name that is allowed is allowed.
func TestParseEdges(t *testing.T) {
	require.Equal(t, "a\uFFFDb", resource.MustParse("obs:::object:a\uFFFDb").Path())
	s := "obs:::object:" + strings.Repeat("x", resource.MaxLength-13)
	require.Equal(t, s, resource.MustParse(s).String())
	require.Equal(t, " a b ", resource.MustParse("obs:::object: a b ").Path())
}

// Two spellings of one resource are equal; what a cloud compares exactly keeps
// names apart (P-17, I-23, R4, R6).
func TestNameComparable(t *testing.T) {
	for _, same := range [][2]string{
		{"OBS:r:a:Bucket:B", "obs:r:a:bucket:B"},
		{"qcs::CVM:gz:uin/1:volume/x", "qcs:id/0:cvm:ap-guangzhou:uin/1:volume/x"},
		{"qcs::cvm:gz:uin/:x", "qcs::cvm:ap-guangzhou::x"},
		{"*", ""},
	} {
		a, b := resource.MustParse(same[0]), resource.MustParse(same[1])
		require.True(t, a == b, "%s and %s", same[0], same[1])
		require.Equal(t, 1, map[resource.Name]int{a: 1}[b])
	}
	for _, other := range [][2]string{
		{"obs:r:a:bucket:B", "obs:r:a:bucket:b"},
		{"obs:r:a:bucket:b", "obs:R:a:bucket:b"},
		{"obs:r:a:bucket:b", "obs:r:A:bucket:b"},
		{"obs:r:a:b:c:d", "obs:r:a:b:c/d"},
		{"obs::a:b:c", "obs:*:a:b:c"},
		{"iam::d1:root", "iam::d1:root:root"},
		{"qcs::cvm:gz:uin/1:Volume/x", "qcs::cvm:gz:uin/1:volume/x"},
		{"qcs::cvm:gz:uin/1:x", "qcs::cvm:GZ:uin/1:x"},
		{"qcs::cvm:gz:uin/1:x", "qcs::cvm:gz:uid/1:x"},
		{"qcs::a:b:c:d", "a:b:c:d:e"},
		{"/iam/agencies/a", "/iam/agencies/A"},
	} {
		a, errA := resource.Parse(other[0])
		b, errB := resource.Parse(other[1])
		require.False(t, errA == nil && errB == nil && a == b, "%s and %s", other[0], other[1])
	}
}

// The old region names are those of the vendor's table, and only they
// (tencent-cam.md 2.1, R4).
func TestRegionNames(t *testing.T) {
	for old, now := range map[string]string{
		"gz": "ap-guangzhou", "sh": "ap-shanghai", "shjr": "ap-shanghai-fsi", "bj": "ap-beijing", "ca": "na-toronto",
		"sg": "ap-singapore", "hk": "ap-hongkong", "cd": "ap-chengdu", "de": "eu-frankfurt",
	} {
		n := resource.MustParse("qcs::cvm:" + old + ":uin/1:volume/x")
		require.Equal(t, now, n.Region(), old)
		require.Equal(t, resource.MustParse("qcs::cvm:"+now+":uin/1:volume/x"), n)
		for _, region := range []string{old, now} {
			p := mustCompile(t, resource.CAM, "qcs::cvm:"+region+":uin/1:volume/x")
			require.True(t, p.Match(n, nil), region)
			require.Equal(t, now, p.Segments()[1])
		}
		require.Equal(t, old, resource.MustParse("cvm:"+old+":a:b:c").Region(), "a URN keeps its region")
	}
	for _, region := range []string{"", "gzz", "g", "ap-guangzhou-1", "*"} {
		require.Equal(t, region, resource.MustParse("qcs::cvm:"+region+":uin/1:x").Region())
	}
}

// Only ASCII letters fold (H28): the Kelvin sign is no k, the long s no s.
func TestHazardH28ResourceLetters(t *testing.T) {
	n := resource.MustParse("\u212Aa:r:a:\u017Ft:p")
	require.Equal(t, "\u212Aa", n.Service())
	require.Equal(t, "\u017Ft", n.Type())
	require.False(t, mustCompile(t, resource.Identity, "ka:r:a:\u017Ft:p").Match(n, nil))
	require.False(t, mustCompile(t, resource.Identity, "\u212Aa:r:a:st:p").Match(n, nil))
	require.True(t, mustCompile(t, resource.Identity, "\u212Aa:r:a:\u017Ft:p").Match(n, nil))
}

func TestMustParse(t *testing.T) {
	require.Equal(t, "*", resource.MustParse("*").String())
	require.Panics(t, func() { resource.MustParse("cbr") })
}
