package condition

import "time"

// moment is an instant with nanoseconds.
type moment struct {
	sec  int64 // since 1970-01-01T00:00:00Z
	nsec int32
}

func momentOf(t time.Time) moment { return moment{t.Unix(), int32(t.Nanosecond())} }

func (m moment) compare(n moment) int {
	switch {
	case m.sec != n.sec:
		return sign(m.sec > n.sec, 1)
	case m.nsec != n.nsec:
		return sign(m.nsec > n.nsec, 1)
	}
	return 0
}

// parseMoment reads RFC 3339 with capital T and Z (huawei.md 5.3); with blank
// also YYYY-MM-DD HH:MM:SS as UTC (tencent-cam.md ambiguity 26). It allocates
// nothing.
func parseMoment(s string, blank bool) (m moment, ok bool) {
	const layout = "dddd-dd-ddTdd:dd:dd"
	if len(s) < len(layout) {
		return m, false
	}
	for i := 0; i < len(layout); i++ {
		switch c := layout[i]; {
		case c == 'd' && !isDigit(s[i]):
			return m, false
		case c == 'T' && blank && s[i] == ' ' && len(s) == len(layout):
		case c != 'd' && s[i] != c:
			return m, false
		}
	}
	year := int64(two(s[0:]))*100 + int64(two(s[2:]))
	month, day, hour, minute, second := two(s[5:]), two(s[8:]), two(s[11:]), two(s[14:]), two(s[17:])
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return m, false
	}
	m.sec = days(year, month, day)*86400 + int64(hour*3600+minute*60+second)
	rest := s[len(layout):]
	if blank && s[10] == ' ' {
		return m, true
	}
	if rest != "" && rest[0] == '.' {
		n := 1
		for scale := int32(100_000_000); n < len(rest) && isDigit(rest[n]); n++ {
			if n > 9 {
				return m, false
			}
			m.nsec += int32(rest[n]-'0') * scale
			scale /= 10
		}
		if n == 1 {
			return m, false
		}
		rest = rest[n:]
	}
	if rest == "Z" {
		return m, true
	}
	if len(rest) != 6 || rest[0] != '+' && rest[0] != '-' || rest[3] != ':' ||
		!isDigit(rest[1]) || !isDigit(rest[2]) || !isDigit(rest[4]) || !isDigit(rest[5]) {
		return m, false
	}
	h, min := two(rest[1:]), two(rest[4:])
	if h > 23 || min > 59 {
		return m, false
	}
	offset := int64(h*3600 + min*60)
	if rest[0] == '-' {
		offset = -offset
	}
	m.sec -= offset
	return m, true
}

func two(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

func daysIn(year int64, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// days counts the days from 1970-01-01 in the Gregorian calendar. Years are
// taken to begin in March, so that the leap day is the last of a year.
func days(year int64, month, day int) int64 {
	y, m := year, int64(month)-3
	if m < 0 {
		y, m = y-1, m+12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	ofEra := y - era*400
	ofYear := (153*m+2)/5 + int64(day) - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}

// String writes RFC 3339 in UTC, with as many digits of a second as there are.
// (The time package's own formatting would bring its time zones along.)
func (m moment) String() string {
	day, rest := m.sec/86400, m.sec%86400
	if rest < 0 {
		day, rest = day-1, rest+86400
	}
	// The inverse of days.
	day += 719468
	era := day / 146097
	if day < 0 {
		era = (day - 146096) / 146097
	}
	ofEra := day - era*146097
	year := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*year + year/4 - year/100)
	month := (5*ofYear + 2) / 153
	dayOfMonth := ofYear - (153*month+2)/5 + 1
	year += era * 400
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	b := make([]byte, 0, len("2006-01-02T15:04:05.000000000Z"))
	b = digits(b, year, 4)
	b = digits(append(b, '-'), month, 2)
	b = digits(append(b, '-'), dayOfMonth, 2)
	b = digits(append(b, 'T'), rest/3600, 2)
	b = digits(append(b, ':'), rest/60%60, 2)
	b = digits(append(b, ':'), rest%60, 2)
	if m.nsec != 0 {
		b = digits(append(b, '.'), int64(m.nsec), 9)
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return string(append(b, 'Z'))
}

// digits appends n with leading zeros.
func digits(b []byte, n int64, width int) []byte {
	if width > 1 {
		b = digits(b, n/10, width-1)
	}
	return append(b, byte('0'+n%10))
}
