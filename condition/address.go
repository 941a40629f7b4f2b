package condition

import (
	"net/netip"
	"strconv"
	"strings"
)

// parseAddress reads an IPv4 or IPv6 address: no leading zeros, a zone is
// dropped, an IPv4 address in IPv6 form counts as IPv4. It is used instead of
// netip.ParseAddr because a request's bad text must not cost an allocation.
func parseAddress(s string) (netip.Addr, bool) {
	if strings.IndexByte(s, ':') < 0 {
		b, ok := parseIPv4(s)
		return netip.AddrFrom4(b), ok
	}
	if i := strings.IndexByte(s, '%'); i >= 0 {
		if i == len(s)-1 {
			return netip.Addr{}, false
		}
		s = s[:i]
	}
	var b [16]byte
	n, gap := 0, -1
	if strings.HasPrefix(s, "::") {
		gap, s = 0, s[2:]
	}
	for s != "" {
		if n == 16 {
			return netip.Addr{}, false
		}
		k, v := 0, 0
		for k < len(s) && k < 5 && hex(s[k]) >= 0 {
			v = v<<4 | hex(s[k])
			k++
		}
		if k < len(s) && s[k] == '.' {
			four, ok := parseIPv4(s)
			if !ok || n > 12 {
				return netip.Addr{}, false
			}
			copy(b[n:], four[:])
			n, s = n+4, ""
			break
		}
		if k == 0 || k > 4 {
			return netip.Addr{}, false
		}
		b[n], b[n+1] = byte(v>>8), byte(v)
		n, s = n+2, s[k:]
		if s == "" {
			break
		}
		if s[0] != ':' || len(s) == 1 {
			return netip.Addr{}, false
		}
		if s = s[1:]; s[0] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, s = n, s[1:]
		}
	}
	if gap >= 0 {
		if n == 16 {
			return netip.Addr{}, false
		}
		copy(b[16-(n-gap):], b[gap:n])
		clear(b[gap : 16-(n-gap)])
	} else if n != 16 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom16(b).Unmap(), true
}

func hex(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func parseIPv4(s string) (b [4]byte, ok bool) {
	for i := range b {
		n, v := 0, 0
		for n < len(s) && n < 3 && isDigit(s[n]) {
			v = v*10 + int(s[n]-'0')
			n++
		}
		if n == 0 || v > 255 || n > 1 && s[0] == '0' {
			return b, false
		}
		b[i], s = byte(v), s[n:]
		if i < 3 {
			if s == "" || s[0] != '.' {
				return b, false
			}
			s = s[1:]
		}
	}
	return b, s == ""
}

// parseRange reads an address or a CIDR; host bits do not count (huawei.md 5.3,
// tencent-cam.md C8), and an IPv4 range in IPv6 form counts as IPv4.
func parseRange(s string) (netip.Prefix, bool) {
	if strings.IndexByte(s, '%') >= 0 {
		return netip.Prefix{}, false
	}
	i := strings.IndexByte(s, '/')
	if i < 0 {
		a, ok := parseAddress(s)
		return netipPrefix(a), ok
	}
	a, ok := parseAddress(s[:i])
	bits, okBits := parseBits(s[i+1:])
	if !ok || !okBits {
		return netip.Prefix{}, false
	}
	if a.Is4() && strings.IndexByte(s, ':') >= 0 {
		bits -= 96
	}
	if bits < 0 || bits > a.BitLen() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, bits), true
}

func parseBits(s string) (int, bool) {
	if s == "" || len(s) > 3 || len(s) > 1 && s[0] == '0' {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// addressText writes an address as RFC 5952 has it. (The netip package's own
// formatting is for zones and IPv4 in IPv6, too, and several times as long.)
func addressText(a netip.Addr) string {
	text := make([]byte, 0, len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))
	if a.Is4() {
		for i, n := range a.As4() {
			if i > 0 {
				text = append(text, '.')
			}
			text = strconv.AppendUint(text, uint64(n), 10)
		}
		return string(text)
	}
	b := a.As16()
	var groups [8]uint64
	from, to := -1, -1 // the longest run of zeros, of two at least
	for i, zeros := 0, 0; i < len(groups); i++ {
		groups[i] = uint64(b[2*i])<<8 | uint64(b[2*i+1])
		if zeros++; groups[i] != 0 {
			zeros = 0
		}
		if zeros > max(1, to-from) {
			from, to = i+1-zeros, i+1
		}
	}
	for i, n := range groups {
		switch {
		case i == from:
			text = append(text, "::"...)
		case i > 0 && i != to && (i < from || i > to):
			text = append(text, ':')
		}
		if i < from || i >= to {
			text = strconv.AppendUint(text, n, 16)
		}
	}
	return string(text)
}

func netipPrefix(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }
