package condition

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Groups of texts for one number, in rising order.
var rising = [][]string{
	{"-1e9999"},
	{"-9007199254740993"},
	{"-9007199254740992"},
	{"-10", "-1e1", "-10.0", "-010"},
	{"-9.99"},
	{"-0.2"},
	{"-0.1", "-1e-1", "-0.10"},
	{"-1e-9999"},
	{"0", "-0", "0.0", "-0.000", "00", "0e5", "0e-9999", "-0e9999", "0.0e+3"},
	{"1e-9999"},
	{"0.009"},
	{"0.01", "1e-2", "0.010", "00.01", "100e-4"},
	{"0.1", "1e-1", "0.10", "10e-2"},
	{"0.11"},
	{"1", "1.0", "01", "1e0", "1E-0", "10e-1", "0.1e1", "0.01e2"},
	{"1.000000000000000000000000000000000000000001"},
	{"9"},
	{"9.99"},
	{"10", "1e1", "1E+1", "10.0"},
	{"99"},
	{"100", "1e2", "1e02", "0.1e3"},
	{"101", "1.01e2"},
	{"1000", "1e3", "1E3", "1e+3", "1000.000", "0.001e6"},
	{"9007199254740992"},
	{"9007199254740993", "9007199254740993.0", "9.007199254740993e15"},
	{"9007199254740994"},
	{"1e9999", "1e0009999", "10e9998"},
	{"9.9e9999"},
}

// Comparing is exact: no two numbers of the list are taken for one, and every
// spelling of a number is the number (H14).
func TestHazardH14Decimals(t *testing.T) {
	for i, as := range rising {
		for j, bs := range rising {
			for _, a := range as {
				for _, b := range bs {
					x, ok := parseDecimal(a)
					require.True(t, ok, a)
					y, ok := parseDecimal(b)
					require.True(t, ok, b)
					want := 0
					if i != j {
						want = sign(i > j, 1)
					}
					require.Equal(t, want, x.compare(y), "%s and %s", a, b)
				}
			}
		}
	}
}

func TestDecimalRefused(t *testing.T) {
	for _, s := range []string{
		"", "-", "+1", "--1", ".1", "-.1", "1.", "1.e1", "1.-1", ".", "e1", "1e", "1e+", "1e-", "1e1.5", "1ee1", "1e1e1", "1.2.3",
		"1 ", " 1", "1\n", "0x10", "1_000", "1,5", "NaN", "Inf", "-inf", "infinity", "1f", "1e10000", "1e-10000", "1e999999999999999999999", "1e+00010000",
		"١", "１", "1\x00", "true", strings.Repeat("1", 129), "1." + strings.Repeat("0", 127),
	} {
		_, ok := parseDecimal(s)
		require.False(t, ok, "%q", s)
	}
	for _, s := range []string{strings.Repeat("1", 128), "1." + strings.Repeat("0", 126), "1e9999", "1e-9999"} {
		_, ok := parseDecimal(s)
		require.True(t, ok, "%q", s)
	}
}

// The zero decimal is 0.
func TestDecimalZero(t *testing.T) {
	zero, ok := parseDecimal("-0.00e-7")
	require.True(t, ok)
	require.Equal(t, decimal{}, zero)
}

var decimalForm = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?([0-9]+))?$`)

// slowDecimal reads a number by way of math/big.
func slowDecimal(s string) (*big.Rat, bool) {
	m := decimalForm.FindStringSubmatch(s)
	if m == nil || len(s) > 128 {
		return nil, false
	}
	if e := strings.TrimLeft(m[3], "0"); e != "" {
		if n, err := strconv.Atoi(e); err != nil || n > 9999 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(s)
}

func FuzzDecimal(f *testing.F) {
	for _, g := range rising {
		f.Add(g[0], g[len(g)-1])
	}
	f.Add("0.10", ".1")
	f.Add("1e10000", "1")
	f.Add("100.001", "0100.0010e0")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, okX := parseDecimal(a)
		y, okY := parseDecimal(b)
		slowX, wantX := slowDecimal(a)
		slowY, wantY := slowDecimal(b)
		if okX != wantX || okY != wantY {
			t.Fatalf("%q: %v, want %v; %q: %v, want %v", a, okX, wantX, b, okY, wantY)
		}
		if okX && okY && (x.compare(y) != slowX.Cmp(slowY) || y.compare(x) != slowY.Cmp(slowX)) {
			t.Fatalf("%q and %q: %d, want %d", a, b, x.compare(y), slowX.Cmp(slowY))
		}
	})
}
