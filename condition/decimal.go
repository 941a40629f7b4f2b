package condition

// decimal is an exact decimal number: 0.d1d2d3… × 10^point, with the digits
// still in the text that they were read from. The zero decimal is 0.
type decimal struct {
	digits string // from the first to the last digit that is not 0; may hold the point
	point  int
	neg    bool
}

const (
	maxDigits   = 128  // characters of a number; keeps comparing cheap
	maxExponent = 9999 // so that no operand can stand for a giant
)

// parseDecimal reads [-]digits[.digits][e[±]digits]. It allocates nothing.
func parseDecimal(s string) (d decimal, ok bool) {
	if len(s) > maxDigits {
		return d, false
	}
	i := 0
	if i < len(s) && s[i] == '-' {
		d.neg = true
		i++
	}
	start, whole := i, 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		whole++
	}
	if whole == 0 {
		return d, false
	}
	if i < len(s) && s[i] == '.' {
		n := i + 1
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
		if i == n {
			return d, false
		}
	}
	mantissa := s[start:i]
	exp := 0
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		minus := false
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			minus = s[i] == '-'
			i++
		}
		n := i
		for ; i < len(s) && isDigit(s[i]); i++ {
			if exp = exp*10 + int(s[i]-'0'); exp > maxExponent {
				return d, false
			}
		}
		if i == n {
			return d, false
		}
		if minus {
			exp = -exp
		}
	}
	if i != len(s) {
		return d, false
	}
	d.point = whole + exp
	lead := 0
	for lead < len(mantissa) && (mantissa[lead] == '0' || mantissa[lead] == '.') {
		if mantissa[lead] == '0' {
			d.point--
		}
		lead++
	}
	if lead == len(mantissa) {
		return decimal{}, true
	}
	end := len(mantissa)
	for mantissa[end-1] == '0' || mantissa[end-1] == '.' {
		end--
	}
	d.digits = mantissa[lead:end]
	return d, true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// compare returns -1, 0 or 1.
func (d decimal) compare(e decimal) int {
	switch {
	case d.digits == "" && e.digits == "":
		return 0
	case d.digits == "":
		return sign(!e.neg, -1)
	case e.digits == "":
		return sign(!d.neg, 1)
	case d.neg != e.neg:
		return sign(e.neg, 1)
	}
	c := 0
	if d.point != e.point {
		c = sign(d.point > e.point, 1)
	} else {
		c = compareDigits(d.digits, e.digits)
	}
	return sign(!d.neg, c)
}

func sign(same bool, c int) int {
	if same {
		return c
	}
	return -c
}

func compareDigits(a, b string) int {
	i, j := 0, 0
	for {
		if i < len(a) && a[i] == '.' {
			i++
		}
		if j < len(b) && b[j] == '.' {
			j++
		}
		switch {
		case i == len(a) && j == len(b):
			return 0
		case i == len(a):
			return -1
		case j == len(b):
			return 1
		case a[i] != b[j]:
			return sign(a[i] > b[j], 1)
		}
		i++
		j++
	}
}
