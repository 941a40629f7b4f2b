package action_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		rule, in, text, service, typ, operation string
		cam                                     bool
	}{
		{"P-10", "cbr:vaults:get", "cbr:vaults:get", "cbr", "vaults", "get", false},
		{"P-11", "CBR:Vaults:GET", "cbr:vaults:get", "cbr", "vaults", "get", false},
		{"R-10", "DNS:Zone:create", "dns:zone:create", "dns", "zone", "create", false},
		{"P-11", "obs:bucket:ListAllMyBuckets", "obs:bucket:listallmybuckets", "obs", "bucket", "listallmybuckets", false},
		{"I-13", "cbr::getFeature", "cbr::getfeature", "cbr", "", "getfeature", false},
		{"I-13", "a::b", "a::b", "a", "", "b", false},
		{"A1", "cvm:DescribeDisks", "cvm:DescribeDisks", "cvm", "", "DescribeDisks", true},
		{"A1", "name/cvm:DescribeDisks", "cvm:DescribeDisks", "cvm", "", "DescribeDisks", true},
		{"A4", "cls:createTopic", "cls:createTopic", "cls", "", "createTopic", true},
		{"A5", "SMS:SendSms", "sms:SendSms", "sms", "", "SendSms", true},
		{"A5", "name/VRS:GetTrainingText", "vrs:GetTrainingText", "vrs", "", "GetTrainingText", true},
		{"A1", "a:X", "a:X", "a", "", "X", true},
		{"A6", "permid/280655", "permid/280655", "", "", "permid/280655", true},
		{"A6", "name/permid/7", "permid/7", "", "", "permid/7", true},
		{"A1", "name:Op", "name:Op", "name", "", "Op", true},
		{"P-10", "x_1-y:2:3-_", "x_1-y:2:3-_", "x_1-y", "2", "3-_", false},
	} {
		n, err := action.Parse(tt.in)
		require.NoError(t, err, tt.in)
		require.Equal(t, tt.text, n.String(), "%s %s", tt.rule, tt.in)
		require.Equal(t, []string{tt.service, tt.typ, tt.operation}, []string{n.Service(), n.Type(), n.Operation()}, "%s %s", tt.rule, tt.in)
		require.Equal(t, tt.cam, n.IsCAM(), "%s %s", tt.rule, tt.in)
		require.False(t, n.IsZero(), tt.in)
		again, err := action.Parse(n.String())
		require.NoError(t, err, "the folded spelling of %s", tt.in)
		require.Equal(t, n, again, "the folded spelling of %s", tt.in)
	}
}

func TestParseErrors(t *testing.T) {
	const (
		wild   = "a request names one action, without wildcards"
		empty  = "the text is empty"
		blank  = "blank in an action"
		char   = "character that no action holds"
		notOne = "not an action"
	)
	for _, tt := range []struct {
		rule, in string
		offset   int
		reason   string
	}{
		{"A8", "", 0, empty},
		{"A8", "name/", 0, empty},
		{"P-10", "cbr", 0, notOne},
		{"P-10", "a:b:c:d", 0, notOne},
		{"A8", "name/cvm", 5, notOne},
		{"A6", "permid", 0, notOne},
		{"A6", "permid/", 6, "character '/' that no action holds"},
		{"A6", "permid/7a", 6, "character '/' that no action holds"},
		{"A6", "PERMID/7", 6, "character '/' that no action holds"},
		{"P-10", ":vaults:get", 0, "the service is empty"},
		{"P-10", "::get", 0, "the service is empty"},
		{"P-10", "cbr:vaults:", 11, "the operation is empty"},
		{"P-10", "cbr::", 5, "the operation is empty"},
		{"A8", ":DescribeDisks", 0, "a segment is empty"},
		{"A8", "cvm:", 3, "a segment is empty"},
		{"A8", "name/:X", 5, "a segment is empty"},
		{"A8", "name/cvm:", 8, "a segment is empty"},
		{"A8", ":", 0, "a segment is empty"},
		{"A1", "name/cbr:vaults:get", 0, "name/ belongs to Tencent Cloud actions of two segments"},
		{"A1", "Name/cvm:X", 4, "character '/' that no action holds"},
		{"A1", "name/name/cvm:X", 9, "character '/' that no action holds"},
		{"P-12", "cbr:*:get", 4, wild},
		{"I-14", "cbr:vaults:ge?", 13, wild},
		{"A2", "name/cvm:Describe*", 17, wild},
		{"A6", "permid/*", 7, wild},
		{"I-15", "*", 0, wild},
		{"5.3", " cbr:vaults:get", 0, blank},
		{"5.3", "cbr:vaults:get ", 14, blank},
		{"5.3", "name/cvm:\tX", 9, blank},
		{"P-3", "cbr:vaults:ge\x00t", 13, `character '\x00' that no action holds`},
		{"P-3", "cbr:vaults:get\n", 14, `character '\n' that no action holds`},
		{"P-3", "cbr.x:vaults:get", 3, `character '.' that no action holds`},
		{"P-25", "cbr:${g:X}:get", 4, "an action cannot hold a variable"},
		{"P-3", "cbr:vaults:gét", 12, char},
		{"P-3", "cbr:vaults:ge\xfft", 13, char},
		{"P-3", "cbr:vaults:ge\x80t", 13, char},
		{"P-3", "cbr:vaults:" + strings.Repeat("x", 246), 256, "longer than 256 bytes"},
	} {
		n, err := action.Parse(tt.in)
		require.True(t, n.IsZero(), "%s %q", tt.rule, tt.in)
		requireError(t, err, tt.in, tt.offset, tt.reason)
	}
}

// requireError checks an error's place, reason and text.
func requireError(t testing.TB, err error, in string, offset int, reason string) {
	t.Helper()
	var e *action.Error
	require.True(t, errors.As(err, &e), "%q: the error is %T", in, err)
	require.Equal(t, reason, e.Reason, "%q", in)
	require.Equal(t, offset, e.Offset, "%q", in)
	require.True(t, strings.HasPrefix(in, e.Input), "%q is no part of %q", e.Input, in)
	require.LessOrEqual(t, e.Offset, len(e.Input), "%q", in)
	require.Contains(t, err.Error(), reason)
	if e.Fix != "" {
		require.True(t, strings.HasSuffix(err.Error(), "; "+e.Fix), err)
	}
}

func TestErrorText(t *testing.T) {
	_, err := action.Parse("cbr:vaults:get\x1b[31m")
	require.EqualError(t, err, `action "cbr:vaults:get\x1b[31m": character '\x1b' that no action holds; use letters, digits, - and _`)
	long := strings.Repeat("a", 100_000)
	_, err = action.Parse(long)
	require.EqualError(t, err, `action "`+long[:action.MaxLength]+`": longer than 256 bytes`)
}

// A long text is refused for its length, whatever it holds: its error must not
// quote it (H11).
func TestHazardH11LongAction(t *testing.T) {
	for _, in := range []string{strings.Repeat("x", 100_000) + "*", "*" + strings.Repeat("x", 100_000), strings.Repeat("?", 257)} {
		_, err := action.Parse(in)
		requireError(t, err, in, action.MaxLength, "longer than 256 bytes")
	}
}

// Every byte in every place: the letters, digits, - and _ of ASCII are all that
// a name is made of, the wildcards of a grammar all that a pattern has besides.
func TestAlphabet(t *testing.T) {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	for b := 0; b < 256; b++ {
		c := string([]byte{byte(b)})
		if c == ":" {
			continue
		}
		legal := strings.Contains(alphabet, c)
		for _, place := range []string{"@bc:def:ghi", "a@c:def:ghi", "abc:@:ghi", "abc:def:gh@"} {
			s := strings.Replace(place, "@", c, 1)
			_, err := action.Parse(s)
			require.Equal(t, legal, err == nil, "%q", s)
			for _, g := range []action.Grammar{action.Role, action.Policy, action.Identity} {
				_, err := action.Compile(g, s)
				require.Equal(t, legal || c == "*" || c == "?" && g == action.Identity, err == nil, "grammar %d: %q", g, s)
			}
		}
		_, err := action.Parse("cvm:D" + c)
		require.Equal(t, legal, err == nil, "%q", c)
		_, err = action.Compile(action.CAM, "cvm:D"+c)
		require.Equal(t, legal || c == "*", err == nil, "%q", c)
	}
}

// The longest text that is allowed is allowed.
func TestParseLongest(t *testing.T) {
	s := "cbr:vaults:" + strings.Repeat("x", action.MaxLength-11)
	require.Equal(t, s, action.MustParse(s).String())
	s = s[1:] + "*"
	_, err := action.Parse(s)
	requireError(t, err, s, action.MaxLength-1, "a request names one action, without wildcards")
}

// Two spellings of one action are equal, so names can be keys of maps (P-11,
// A1, A5); a CAM operation is exact (A4).
func TestNameComparable(t *testing.T) {
	for _, same := range [][2]string{
		{"cbr:vaults:get", "CBR:Vaults:Get"},
		{"cbr::getFeature", "cbr::getfeature"},
		{"cvm:DescribeDisks", "name/CVM:DescribeDisks"},
		{"permid/7", "name/permid/7"},
	} {
		a, b := action.MustParse(same[0]), action.MustParse(same[1])
		require.True(t, a == b, "%s and %s", same[0], same[1])
		require.Equal(t, 1, map[action.Name]int{a: 1}[b])
	}
	for _, other := range [][2]string{
		{"cvm:DescribeDisks", "cvm:describeDisks"},
		{"cbr::get", "cbr:x:get"},
		{"a:b:c", "a:b"},
		{"permid/7", "permid/07"},
	} {
		require.False(t, action.MustParse(other[0]) == action.MustParse(other[1]), "%s and %s", other[0], other[1])
	}
}

// Only ASCII letters fold, and nothing else is let in that could fold to one
// (H28): the Kelvin sign, the long s, the dotless i.
func TestHazardH28ActionLetters(t *testing.T) {
	for _, in := range []string{"\u212Abr:vaults:get", "cbr:vault\u017F:get", "cbr:vaults:l\u0131st", "cvm:\u212A"} {
		_, err := action.Parse(in)
		require.ErrorContains(t, err, "character that no action holds", in)
		for _, g := range grammars {
			_, err := action.Compile(g, in)
			require.ErrorContains(t, err, "character that no action holds", in)
		}
	}
}

func TestZeroName(t *testing.T) {
	var n action.Name
	require.True(t, n.IsZero())
	require.False(t, n.IsCAM())
	require.Empty(t, n.String()+n.Service()+n.Type()+n.Operation())
}

func TestMustParse(t *testing.T) {
	require.Equal(t, "cbr:vaults:get", action.MustParse("cbr:vaults:get").String())
	require.PanicsWithError(t, `action "cbr": not an action; write service:type:operation (Huawei Cloud) or service:Operation (Tencent Cloud)`,
		func() { action.MustParse("cbr") })
}
