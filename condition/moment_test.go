package condition

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Dates and what they are in seconds and nanoseconds since 1970; blank says
// that CAM alone takes the text (tencent-cam.md ambiguity 26).
func TestMoment(t *testing.T) {
	for _, tt := range []struct {
		in    string
		sec   int64
		nsec  int32
		blank bool
	}{
		{in: "1970-01-01T00:00:00Z"},
		{in: "1970-01-01T00:00:00.000000000Z"},
		{in: "1970-01-01T00:00:00+00:00"},
		{in: "1970-01-01T00:00:00-00:00"},
		{in: "1970-01-01T01:30:00+01:30"},
		{in: "1969-12-31T22:30:00-01:30"},
		{in: "1970-01-01T23:59:00+23:59"},
		{in: "1969-12-31T23:59:59.5Z", sec: -1, nsec: 500_000_000},
		{in: "1970-01-01T00:00:00.123456789Z", nsec: 123_456_789},
		{in: "1970-01-01T00:00:00.1Z", nsec: 100_000_000},
		{in: "1970-01-01T00:00:00.000000001+00:00", nsec: 1},
		{in: "2022-08-01T00:00:00Z", sec: 1_659_312_000},
		{in: "2016-06-01T00:01:00Z", sec: 1_464_739_260},
		{in: "2000-02-29T12:00:00Z", sec: 951_825_600},
		{in: "2024-02-29T23:59:59Z", sec: 1_709_251_199},
		{in: "2100-02-28T00:00:00Z", sec: 4_107_456_000},
		{in: "0000-01-01T00:00:00Z", sec: -62_167_219_200},
		{in: "0000-03-01T00:00:00Z", sec: -62_162_035_200},
		{in: "9999-12-31T23:59:59.999999999Z", sec: 253_402_300_799, nsec: 999_999_999},
		{in: "2022-05-31 00:00:00", sec: 1_653_955_200, blank: true},
	} {
		for _, cam := range []bool{false, true} {
			m, ok := parseMoment(tt.in, cam)
			if tt.blank && !cam {
				require.False(t, ok, tt.in)
				continue
			}
			require.True(t, ok, tt.in)
			require.Equal(t, moment{tt.sec, tt.nsec}, m, tt.in)
			require.Equal(t, time.Unix(tt.sec, int64(tt.nsec)).UTC().Format(time.RFC3339Nano), m.String(), tt.in)
		}
	}
}

func TestMomentRefused(t *testing.T) {
	for _, s := range []string{
		"", "2022-08-01", "2022-08-01T00:00:00", "2022-08-01t00:00:00Z", "2022-08-01T00:00:00z", "2022-08-01 00:00:00Z", "2022-08-01 00:00:00.5", "2022-08-01 00:00:00+00:00",
		"2016-06-01T 00:01:00Z", " 2022-08-01T00:00:00Z", "2022-08-01T00:00:00Z ", "2022-08-01T00:00:00ZZ", "2022-8-01T00:00:00Z", "22-08-01T00:00:00Z", "+2022-08-01T00:00:00Z", "-2022-08-01T00:00:00Z",
		"2022-00-01T00:00:00Z", "2022-13-01T00:00:00Z", "2022-01-00T00:00:00Z", "2022-01-32T00:00:00Z", "2022-04-31T00:00:00Z", "2022-06-31T00:00:00Z", "2022-09-31T00:00:00Z", "2022-11-31T00:00:00Z",
		"2022-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2100-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2022-08-01T24:00:00Z", "2022-08-01T00:60:00Z", "2022-08-01T00:00:60Z",
		"2022-08-01T00:00:00.Z", "2022-08-01T00:00:00,5Z", "2022-08-01T00:00:00.1234567890Z", "2022-08-01T00:00:00.5", "2022-08-01T00:00:00.5x",
		"2022-08-01T00:00:00+0000", "2022-08-01T00:00:00+00", "2022-08-01T00:00:00+24:00", "2022-08-01T00:00:00+00:60", "2022-08-01T00:00:00 01:00", "2022-08-01T00:00:00+01-00", "2022-08-01T00:00:00+0a:00", "2022-08-01T00:00:00+a0:00", "2022-08-01T00:00:00+00:a0", "2022-08-01T00:00:00+00:0a", "2022-08-01T00:00:00+01:000", "2022-08-01T00:00:00+1/:00", "2022-08-01T00:00:00+/9:00", "2022-08-01T00:00:00+00:1/", "2022-08-01T00:00:00+00:/9",
		"a022-08-01T00:00:00Z", "/922-08-01T00:00:00Z",
		"2022/08/01T00:00:00Z", "2022-08-01T00.00.00Z", "1659312000", "２０２２-08-01T00:00:00Z", "2022-08-01T00:00:0\x00Z",
	} {
		for _, cam := range []bool{false, true} {
			_, ok := parseMoment(s, cam)
			require.False(t, ok, "%q, CAM %v", s, cam)
		}
	}
	for _, s := range []string{"2022-13-01 00:00:00", "2022-08-01 24:00:00", "2022-08-01 00:00:00 ", "2022-08-01  0:00:00"} {
		_, ok := parseMoment(s, true)
		require.False(t, ok, "%q", s)
	}
}

// Every day of 900 years, and an instant in it, both ways.
func TestMomentDays(t *testing.T) {
	for d := time.Date(1599, 12, 31, 23, 59, 58, 0, time.UTC); d.Year() < 2501; d = d.AddDate(0, 0, 1) {
		m := momentOf(d)
		text := d.Format(time.RFC3339)
		if got := m.String(); got != text {
			t.Fatalf("%s is written as %s", text, got)
		}
		if got, ok := parseMoment(text, false); !ok || got != m {
			t.Fatalf("%s is read as %v %v", text, got, ok)
		}
	}
}

func TestMomentCompare(t *testing.T) {
	order := []moment{{-5, 999}, {-1, 0}, {-1, 1}, {0, 0}, {0, 1}, {0, 999_999_999}, {1, 0}}
	for i, a := range order {
		for j, b := range order {
			want := 0
			if i != j {
				want = sign(i > j, 1)
			}
			require.Equal(t, want, a.compare(b), "%v and %v", a, b)
		}
	}
}

var (
	dateForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)
	camForm  = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$`)
)

func FuzzMoment(f *testing.F) {
	for _, s := range []string{"2022-08-01T00:00:00Z", "2024-02-29T23:59:59.999999999-23:59", "0000-12-31T00:00:00.5+01:00", "2022-05-31 00:00:00", "2022-02-30T00:00:00Z", "9999-12-31T23:59:59-23:59", "2022-08-01T00:00:00,5Z", "2022-08-01T00:00:00+24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want time.Time
		err := error(&time.ParseError{})
		if dateForm.MatchString(s) {
			want, err = time.Parse(time.RFC3339Nano, s)
		}
		m, ok := parseMoment(s, false)
		if ok != (err == nil) || ok && (m.sec != want.Unix() || int(m.nsec) != want.Nanosecond()) {
			t.Fatalf("%q: %v %v, want %v %v", s, m, ok, want, err)
		}
		if utc := want.UTC(); ok && utc.Year() >= 0 && utc.Year() < 10000 {
			if text := utc.Format(time.RFC3339Nano); m.String() != text {
				t.Fatalf("%q is written as %s, want %s", s, m, text)
			}
		}
		if camForm.MatchString(s) {
			want, err = time.Parse("2006-01-02 15:04:05", s)
		}
		if m, ok = parseMoment(s, true); ok != (err == nil) || ok && (m.sec != want.Unix() || int(m.nsec) != want.Nanosecond()) {
			t.Fatalf("%q in CAM: %v %v, want %v %v", s, m, ok, want, err)
		}
	})
}
