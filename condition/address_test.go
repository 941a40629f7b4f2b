package condition

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A mapped address is the IPv4 address, a zone is dropped, leading zeros and
// odd spellings are refused (H23).
func TestHazardH23Addresses(t *testing.T) {
	for in, want := range map[string]string{
		"10.0.0.1":             "10.0.0.1",
		"0.0.0.0":              "0.0.0.0",
		"255.255.255.255":      "255.255.255.255",
		"::ffff:10.0.0.1":      "10.0.0.1",
		"::FFFF:0a00:0001":     "10.0.0.1",
		"0:0:0:0:0:ffff:a00:1": "10.0.0.1",
		"::10.0.0.1":           "::a00:1",
		"64:ff9b::10.0.0.1":    "64:ff9b::a00:1",
		"2002:a00:1::":         "2002:a00:1::",
		"::":                   "::",
		"::1":                  "::1",
		"1::":                  "1::",
		"2001:DB8::1":          "2001:db8::1",
		"A:F::fa":              "a:f::fa",
		"2001:0db8:0:0:0::1":   "2001:db8::1",
		"1:2:3:4:5:6:7:8":      "1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7::":      "1:2:3:4:5:6:7:0",
		"::2:3:4:5:6:7:8":      "0:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:1.2.3.4":  "1:2:3:4:5:6:102:304",
		"fe80::1%eth0":         "fe80::1",
		"fe80::1%a%b":          "fe80::1",
	} {
		a, ok := parseAddress(in)
		require.True(t, ok, in)
		require.Equal(t, want, a.String(), in)
	}
	for _, in := range []string{
		"", "10", "10.0.0", "10.0.0.0.1", "10.0.0.", ".10.0.0.1", "10..0.1", "10.0.0.256", "10.0.0.1111", "010.0.0.1", "10.00.0.1", "10.0.0.01", "0x0a.0.0.1", "167772161", "10.0.0.1 ", " 10.0.0.1",
		"10.0.0.1:443", "[::1]", "[::1]:443", "10.0.0.1/32", "10.0.0.1%eth0", "-1.0.0.0", "1０.0.0.1", "localhost", "a.b.c.d",
		":", ":::", "1", "1:", ":1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:", "1::2::3", "::1::", "12345::", "::g", "1:2:3:4:5:6:7:1.2.3.4", "::1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.256", "::01.2.3.4", "::1.2.3.4:5", "1.2.3.4::", "::%", "::1%", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "::1 ",
	} {
		_, ok := parseAddress(in)
		require.False(t, ok, in)
	}
}

// Ranges: host bits are dropped (tencent-cam.md C8), mapped ranges are IPv4.
func TestHazardH23Ranges(t *testing.T) {
	for in, want := range map[string]string{
		"10.0.0.1":             "10.0.0.1/32",
		"10.217.182.3/24":      "10.217.182.0/24",
		"10.0.0.1/32":          "10.0.0.1/32",
		"255.255.255.255/0":    "0.0.0.0/0",
		"10.255.0.0/9":         "10.128.0.0/9",
		"2001:db8::1":          "2001:db8::1/128",
		"2001:db8:ffff::1/33":  "2001:db8:8000::/33",
		"ffff::/0":             "::/0",
		"::1/128":              "::1/128",
		"::ffff:10.1.2.3":      "10.1.2.3/32",
		"::ffff:10.1.2.3/104":  "10.0.0.0/8",
		"::ffff:10.1.2.3/128":  "10.1.2.3/32",
		"::ffff:a01:203/96":    "0.0.0.0/0",
		"64:ff9b::10.0.0.1/96": "64:ff9b::/96",
	} {
		p, ok := parseRange(in)
		require.True(t, ok, in)
		require.Equal(t, want, p.Masked().String(), in)
	}
	for _, in := range []string{
		"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/128", "10.0.0.0/08", "10.0.0.0/00", "10.0.0.0/+8", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/8/8", "10.0.0.0/a", "10.0.0/8", "010.0.0.0/8", "10.0.0.0/255.0.0.0",
		"::/129", "::/999", "::/0000", "::/1000", "::ffff:10.0.0.0/95", "::ffff:10.0.0.0/8", "fe80::1%eth0", "fe80::%eth0/64", "fe80::/64%eth0", "10.0.0.*", "10.0.0.0-10.0.0.9",
	} {
		_, ok := parseRange(in)
		require.False(t, ok, in)
	}
}

// A range contains what it should, whichever way the address is written; an
// address of the other family is in no range.
func TestHazardH23Contains(t *testing.T) {
	for _, tt := range []struct {
		ranges  string
		yes, no string
	}{
		{"10.0.0.0/8", "10.0.0.0 10.255.255.255 ::ffff:10.1.2.3 ::ffff:a01:203", "9.255.255.255 11.0.0.0 ::10.1.2.3 2002:a01:203:: 64:ff9b::10.1.2.3"},
		{"::ffff:10.0.0.0/104", "10.1.2.3 ::ffff:10.1.2.3", "11.0.0.0 ::10.1.2.3"},
		{"0.0.0.0/0", "1.2.3.4 ::ffff:1.2.3.4", ":: ::1"},
		{"::/0", ":: fe80::1%eth0 2001:db8::1", "1.2.3.4 ::ffff:1.2.3.4"},
		{"fe80::/10", "fe80::1 fe80::1%eth0 febf::", "fec0::"},
		{"10.0.0.1", "10.0.0.1", "10.0.0.2"},
	} {
		c, problems := Compile(Identity, "IpAddress", "g:SourceIp", []string{tt.ranges})
		require.Empty(t, problems)
		b := NewBlock([]Clause{c})
		for want, list := range map[Result]string{True: tt.yes, False: tt.no} {
			for _, s := range strings.Fields(list) {
				for _, v := range []Value{String(s), IP(netip.MustParseAddr(s))} {
					env := Env{Context: Context{{NewKey("g:SourceIp"), v}}}
					require.Equal(t, want, b.Eval(&env), "%s in %s", s, tt.ranges)
				}
			}
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"10.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "::", "1::8", "10.0.0.0/8", "::ffff:10.0.0.0/104", "2001:db8::/32", "010.0.0.1", "::ffff:1.2.3.4%x", "1:2:3:4:5:6:1.2.3.4", "::/128", "10.0.0.0/08"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := netip.ParseAddr(s)
		got, ok := parseAddress(s)
		if ok != (err == nil) || ok && got != want.WithZone("").Unmap() {
			t.Fatalf("address %q: %v %v, want %v %v", s, got, ok, want, err)
		}
		var wantRange netip.Prefix
		if strings.Contains(s, "/") {
			if wantRange, err = netip.ParsePrefix(s); err == nil {
				if a := wantRange.Addr(); a.Is4In6() {
					// Below 96 bits the range is neither of IPv4 nor of IPv6.
					if wantRange, err = a.Unmap().Prefix(wantRange.Bits() - 96); wantRange.Bits() < 0 {
						wantRange = netip.Prefix{}
					}
				}
				wantRange = wantRange.Masked()
			}
		} else if err == nil && want.Zone() == "" {
			wantRange = netip.PrefixFrom(want.Unmap(), want.Unmap().BitLen())
		}
		gotRange, ok := parseRange(s)
		if ok != wantRange.IsValid() || ok && gotRange.Masked() != wantRange {
			t.Fatalf("range %q: %v %v, want %v %v", s, gotRange, ok, wantRange, err)
		}
	})
}

// Addresses are written as the netip package writes them.
func TestAddressText(t *testing.T) {
	for _, s := range []string{"0.0.0.0", "203.0.113.7", "255.255.255.255", "::", "::1", "1::", "2001:db8::7", "1:0:0:2::3", "1:0:0:2:0:0:3:4",
		"0:1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0", "1:0:3:4:5:6:7:8", "::3:4:5:6:7:8", "1:2:3:4:5:6::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"} {
		a := netip.MustParseAddr(s)
		require.Equal(t, a.String(), addressText(a))
	}
	for bits := range 256 { // every pattern of zero groups
		var b [16]byte
		for i := range 8 {
			if bits>>i&1 != 0 {
				b[2*i], b[2*i+1] = byte(i), 0xa0
			}
		}
		if a := netip.AddrFrom16(b); !a.Is4In6() {
			require.Equal(t, a.String(), addressText(a))
		}
	}
}
