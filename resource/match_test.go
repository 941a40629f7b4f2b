package resource_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/resource"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		rule    string
		g       resource.Grammar
		pattern string
		yes, no string // names, separated by blanks
	}{
		{"P-16", resource.Policy, "obs:*:*:object:my-bucket/my-object/*",
			"obs:::object:my-bucket/my-object/ obs:r:a:object:my-bucket/my-object/a/b obs:*:a:object:my-bucket/my-object/x:y",
			"obs:::object:my-bucket/my-object obs:::object:my-bucket/other/x obs:::bucket:my-bucket/my-object/a"},
		{"P-16", resource.Policy, "obs:*:*:bucket:TestBucket*", "obs:::bucket:TestBucket obs:::bucket:TestBucket9", "obs:::bucket:testBucket9 obs:::bucket:aTestBucket"},
		{"P-17", resource.Policy, "OBS:*:*:object:obs-example/my-object.txt", "obs:r:a:object:obs-example/my-object.txt OBS:r:a:OBJECT:obs-example/my-object.txt", "obs:r:a:object:obs-example/my-objectXtxt obs:r:a:object:Obs-example/my-object.txt"},
		{"P-17", resource.Policy, "obs:eu-de:Ac:bucket:b", "obs:eu-de:Ac:bucket:b", "obs:EU-DE:Ac:bucket:b obs:eu-de:ac:bucket:b obs:eu-de:Ac:bucket:B"},
		{"P-18", resource.Policy, "obs:*:*:bucket:b", "obs::a:bucket:b obs:*:a:bucket:b obs:eu-de::bucket:b", "obs:r:a:bucket:bb"},
		{"P-18", resource.Policy, "obs:eu-de:*:bucket:b", "obs:eu-de:a:bucket:b", "obs::a:bucket:b obs:*:a:bucket:b obs:eu-nl:a:bucket:b"},
		{"P-23", resource.Policy, "obs:*:*:object:b/*", "obs:r:a:object:b/k", "obs:r:a:bucket:b"},
		{"P-16", resource.Policy, "obs:*:*:object:a?c", "obs:r:a:object:a?c", "obs:r:a:object:abc obs:r:a:object:ac"},
		{"P-16", resource.Policy, "*:*:*:*:*", "cbr:r:a:vault:v iam::d1:root obs:::object:a:b/c", "/iam/agencies/x qcs::cvm:gz:uin/1:x *"},
		{"P-9", resource.Agency, "/iam/agencies/A", "/iam/agencies/A", "/iam/agencies/a /iam/agencies/AA /iam/agencies/ iam::d:agency:A * qcs::iam:::/iam/agencies/A"},
		{"I-19", resource.Identity, "iam::d1:user:alice", "iam::d1:user:alice IAM:*:d1:User:alice", "iam:eu-de:d1:user:alice iam::d2:user:alice iam::d1:user:Alice iam::d1:user:alice2"},
		{"I-20", resource.Identity, "svc:*:*:a:x*", "svc:r:d:a:x svc:r:d:a:x:y/z", "svc:r:d:b:a:x svc:r:d:a:yx svc:r:d:ab:x"},
		{"I-20", resource.Identity, "svc:*:*:t*:p", "svc:r:d:t:p svc:r:d:task:p", "svc:r:d:t:x:p svc:r:d:t:p:p svc:r:t:t2x:pp"},
		{"I-20", resource.Identity, "svc:*:?:t:?:?", "svc:r:d:t:a:b", "svc:r::t:a:b svc:r:dd:t:a:b svc:r:d:t:ab svc:r:d:t:a/b"},
		{"I-14", resource.Identity, "obs:*:*:object:??", "obs:r:d:object:ab obs:r:d:object:éé obs:r:d:object:/: obs:r:d:object:日a", "obs:r:d:object:a obs:r:d:object:abc obs:r:d:object:é"},
		{"I-21", resource.Identity, "iam:*:d1:user:*", "iam::d1:user:a iam:*:d1:user:a iam:eu-de:d1:user:a", "iam::d1:agency:a"},
		{"I-21", resource.Identity, "iam::d1:user:*", "iam::d1:user:a iam:*:d1:user:a", "iam:eu-de:d1:user:a"},
		{"I-21", resource.Identity, "iam:eu-de:d1:user:*", "iam:eu-de:d1:user:a", "iam::d1:user:a iam:*:d1:user:a"},
		{"I-21", resource.Identity, "iam:eu-*:d1:user:*", "iam:eu-de:d1:user:a iam:eu-:d1:user:a", "iam::d1:user:a iam:*:d1:user:a"},
		{"I-21", resource.Identity, "iam:?*:d1:user:*", "iam:e:d1:user:a", "iam::d1:user:a"},
		{"I-23", resource.Identity, "cbr:*:*:VAULT:V-*", "cbr:r:d:vault:V-1 CBR:r:d:Vault:V-", "cbr:r:d:vault:v-1"},
		{"I-23", resource.Identity, "cbr:*:*:V*T:v", "cbr:r:d:vault:v cbr:r:d:VT:v", "cbr:r:d:vaults:v"},
		{"H4", resource.Identity, "cbr:*:*:vault:*v*v*", "cbr:r:d:vault:vv cbr:r:d:vault:v:v", "cbr:r:d:vault:v"},
		{"H3", resource.Identity, "obs:*:*:object:[ab]{c,d}!^$.+(x)|\\", "obs:r:d:object:[ab]{c,d}!^$.+(x)|\\", "obs:r:d:object:ac!^$.+(x)|\\ obs:r:d:object:[ab]{c,d}!^$x+(x)|\\"},
		{"H3", resource.Identity, "obs:*:*:object:[ab]{c,d}\\*", "obs:r:d:object:[ab]{c,d}\\ obs:r:d:object:[ab]{c,d}\\x", "obs:r:d:object:ac\\ obs:r:d:object:[ab]{c,d}*"},
		{"R1", resource.CAM, "qcs::cvm:ap-guangzhou:uin/1:volume/disk-1", "qcs::cvm:gz:uin/1:volume/disk-1 qcs:id/7:CVM:gz:uin/1:volume/disk-1", "qcs::cvm:sh:uin/1:volume/disk-1 qcs::cvm:gz:uin/1:volume/disk-12 qcs::cvm:gz:uin/1:Volume/disk-1 qcs::cbs:gz:uin/1:volume/disk-1"},
		{"R2", resource.CAM, "qcs::cvm::*:volume/*", "qcs::cvm:gz:uin/1:volume/a qcs::cvm::uid/2:volume/ qcs::cvm:x::volume/a/b", "qcs::cvm:gz:uin/1:volume qcs::vpc:gz:uin/1:volume/a"},
		{"R2", resource.CAM, "qcs:::gz:*:volume/*", "qcs::cvm:gz:uin/1:volume/a qcs::cos:ap-guangzhou:uin/1:volume/a", "qcs::cvm:sh:uin/1:volume/a"},
		{"R2", resource.CAM, "qcs::c*:*:*:*", "qcs::cvm:gz:uin/1:a qcs::COS::x/y:a:b/c qcs::c:::d", "qcs::vpc:gz:uin/1:a cvm:a:b:c:d"},
		{"R2", resource.CAM, "qcs::cvm:*:*:a*:b", "qcs::cvm:gz:uin/1:a:b qcs::cvm:gz:uin/1:ax/y:z:b", "qcs::cvm:gz:uin/1:a"},
		{"R3", resource.CAM, "qcs::cos:*:*:b-1/dir1/*", "qcs::cos:gz:uid/1:b-1/dir1/ qcs::cos:gz:uid/1:b-1/dir1/a/b:c", "qcs::cos:gz:uid/1:b-1/dir1 qcs::cos:gz:uid/1:b-1/dir12/x"},
		{"R3", resource.CAM, "qcs::cos:*:*:*/k", "qcs::cos:gz:uid/1:/k qcs::cos:gz:uid/1:b-1/a/k", "qcs::cos:gz:uid/1:k"},
		{"R3", resource.CAM, "qcs::cos:*:*:b-1/a*z", "qcs::cos:gz:uid/1:b-1/az qcs::cos:gz:uid/1:b-1/a/y/z", "qcs::cos:gz:uid/1:b-1/a"},
		{"R3", resource.CAM, "qcs::cos:*:*:[a]?{b}\\*", "qcs::cos:gz:uid/1:[a]?{b}\\x", "qcs::cos:gz:uid/1:axb\\x qcs::cos:gz:uid/1:[a]x{b}\\x"},
		{"R4", resource.CAM, "qcs::cvm:ap-*:*:x", "qcs::cvm:gz:uin/1:x qcs::cvm:ap-new:uin/1:x", "qcs::cvm:ca:uin/1:x qcs::cvm::uin/1:x"},
		{"R4", resource.CAM, "qcs::cvm:g*:*:x", "qcs::cvm:gzz:uin/1:x", "qcs::cvm:gz:uin/1:x"},
		{"R6", resource.CAM, "qcs::CVM:*:*:x", "qcs::cvm:gz:uin/1:x qcs::Cvm:gz:uin/1:x", "qcs::cvm:gz:uin/1:X"},
		{"R7", resource.CAM, "qcs::cam:gz:*:x", "qcs::cam:gz:uin/1:x", "qcs::cam::uin/1:x"},
		{"R7", resource.CAM, "qcs::cam:*:*:x", "qcs::cam::uin/1:x", ""},
		{"R8", resource.CAM, "qcs::cvm:*:*:volume/*", "qcs::cvm:bj:uin/1:volume/*", ""},
		{"R8", resource.CAM, "qcs::cvm:*:*:volume/disk-1", "", "qcs::cvm:bj:uin/1:volume/*"},
	} {
		p := mustCompile(t, tt.g, tt.pattern)
		for _, s := range strings.Fields(tt.yes) {
			require.True(t, p.Match(resource.MustParse(s), nil), "%s: %s does not cover %s", tt.rule, tt.pattern, s)
		}
		for _, s := range strings.Fields(tt.no) {
			require.False(t, p.Match(resource.MustParse(s), nil), "%s: %s covers %s", tt.rule, tt.pattern, s)
		}
		require.False(t, p.Match(resource.Name{}, &resource.Facts{Lenient: true}), "%s covers no resource", tt.pattern)
	}
}

// Every ASCII character but the wildcards stands for itself (H3): the policy
// language is poorer than the glob library's.
func TestHazardH03ResourceCharacters(t *testing.T) {
	for b := 0x21; b < 0x7f; b++ {
		c := string(rune(b))
		if c == "*" {
			continue
		}
		for g, head := range map[resource.Grammar]string{resource.Policy: "obs:r:a:object:", resource.Identity: "obs:r:a:object:", resource.CAM: "qcs::cvm:gz:uin/1:"} {
			for _, s := range []string{c, "x" + c + "y", c + c, "[" + c + "]", "\\" + c, "{" + c + ",x}", "x" + c + "*"} {
				plain := strings.TrimSuffix(s, "*")
				if g == resource.Identity && c == "?" {
					continue
				}
				p := mustCompile(t, g, head+s)
				require.True(t, p.Match(resource.MustParse(head+plain), nil), s)
				require.Equal(t, s != plain, p.Match(resource.MustParse(head+plain+"é"), nil), s)
				require.False(t, p.Match(resource.MustParse(head+"é"), nil), s)
			}
		}
	}
}

// The account of a six-segment path (R2, R7, ambiguities 8 and 15).
func TestMatchAccount(t *testing.T) {
	type facts = resource.Facts
	for _, tt := range []struct {
		rule, pattern, name string
		f                   *facts
		want                bool
	}{
		{"R2", "*", "uin/1", nil, true},
		{"R2", "*", "", nil, true},
		{"R2", "uin/1", "uin/1", nil, true},
		{"R2", "uin/1", "uin/12", nil, false},
		{"R2", "uin/1*", "uin/12", nil, true},
		{"R2", "uin/1*", "uin/2", nil, false},
		{"R2", "uin/1", "uid/1", nil, false},
		{"R2", "uid/9", "uid/9", nil, true},
		{"R2", "uid/9", "uin/9", nil, false},
		{"R6", "uin/Ab*", "uin/Abc", nil, true},
		{"R6", "uin/Ab*", "uin/aBc", nil, false},
		{"R2", "appid/9", "appid/9", nil, true},
		{"R2", "appid/9", "uid/9", &facts{UIN: "1", AppID: "9"}, false},
		{"R2", "100", "100", nil, true},
		{"R2", "100", "uin/100", nil, false},

		{"#15", "uin/1", "uid/9", &facts{UIN: "1", AppID: "9"}, true},
		{"#15", "uin/1", "uid/9", &facts{UIN: "2", AppID: "9"}, false},
		{"#15", "uin/1", "uid/9", &facts{AppID: "9"}, false},
		{"#15", "uid/9", "uin/1", &facts{UIN: "1", AppID: "9"}, true},
		{"#15", "uid/9", "uin/1", &facts{UIN: "1", AppID: "8"}, false},
		{"#15", "uid/9", "uin/1", &facts{UIN: "1"}, false},
		{"#15", "uid/*", "uin/1", &facts{UIN: "1", AppID: "9"}, true},
		{"#15", "uid/*", "uin/1", nil, false},
		{"#15", "uin/1", "uin/1", &facts{UIN: "2"}, true},
		{"#15", "uin/2", "uin/1", &facts{UIN: "2"}, false},
		{"#15", "uid/8", "uid/9", &facts{AppID: "8"}, false},

		{"R7", "uin/1", "", &facts{UIN: "1"}, true},
		{"R7", "uin/1", "uin/", &facts{UIN: "1"}, true},
		{"R7", "uin/1", "", &facts{UIN: "2"}, false},
		{"R7", "uin/1", "", &facts{Owner: "1"}, false},
		{"R7", "uin/*", "", nil, false},
		{"R7", "uid/9", "", &facts{AppID: "9"}, true},

		{"#8", "", "uin/1", &facts{Owner: "1"}, true},
		{"#8", "", "uin/1", &facts{Owner: "2"}, false},
		{"#8", "", "uin/12", &facts{Owner: "1"}, false},
		{"#8", "uin/", "uin/1", &facts{Owner: "1"}, true},
		{"#8", "uin/", "uin/1", &facts{Owner: "2"}, false},
		{"#8", "", "uid/9", &facts{Owner: "1", UIN: "1"}, true},
		{"#8", "", "uid/9", &facts{Owner: "1", UIN: "2"}, false},
		{"#8", "", "uid/9", &facts{Owner: "1"}, false},
		{"#8", "", "", &facts{Owner: "1", UIN: "1"}, true},
		{"#8", "", "", &facts{Owner: "1", UIN: "2"}, false},
		{"#8", "", "", &facts{Owner: "1"}, false},
		{"#8", "", "uin/1", &facts{UIN: "1"}, false},
		{"#8", "", "", nil, false},
		{"#8", "", "", &facts{}, false},

		// Not knowing an account must not switch a Deny off; knowing does.
		{"#8", "", "", &facts{Lenient: true}, true},
		{"#8", "", "uin/1", &facts{Lenient: true}, true},
		{"#8", "", "", &facts{Owner: "1", Lenient: true}, true},
		{"#8", "", "uid/9", &facts{Owner: "1", Lenient: true}, true},
		{"#8", "", "uin/1", &facts{Owner: "2", Lenient: true}, false},
		{"#8", "", "uin/1", &facts{Owner: "1", Lenient: true}, true},
		{"R2", "uin/1", "uin/2", &facts{Lenient: true}, false},
		{"R7", "uin/1", "", &facts{Lenient: true}, true},
		{"R7", "uin/1", "", &facts{UIN: "2", Lenient: true}, false},
		{"R7", "uid/9", "", &facts{Lenient: true}, true},
		{"#15", "uin/1", "uid/9", &facts{Lenient: true}, true},
		{"#15", "uin/1", "uid/9", &facts{UIN: "2", Lenient: true}, false},
		{"#15", "uid/9", "uin/1", &facts{Lenient: true}, true},
		{"#15", "uid/9", "uin/1", &facts{AppID: "8", Lenient: true}, false},
		{"R2", "uin/1", "x/1", &facts{Lenient: true}, false},
		{"R2", "uid/1", "x/1", &facts{Lenient: true}, false},
		{"R2", "x/1", "", &facts{Lenient: true}, false},
	} {
		p := mustCompile(t, resource.CAM, "qcs::cvm::"+tt.pattern+":x")
		n := resource.MustParse("qcs::cvm:gz:" + tt.name + ":x")
		require.Equal(t, tt.want, p.Match(n, tt.f), "%s: account %q ~ %q, %+v", tt.rule, tt.pattern, tt.name, tt.f)
		require.False(t, p.Match(resource.MustParse("qcs::cvm:gz:"+tt.name+":y"), tt.f), "whatever the account")
		require.False(t, p.Match(resource.MustParse("qcs::vpc:gz:"+tt.name+":x"), tt.f), "whatever the account")
	}
}
