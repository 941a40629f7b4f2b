package writ_test

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// oracleTri is a truth value; the order makes AND the smaller and OR the
// larger (False beats Unknown beats True in an AND).
type oracleTri int

const (
	oracleFalse oracleTri = iota
	oracleUnknown
	oracleTrue
)

func oracleBool(b bool) oracleTri {
	if b {
		return oracleTrue
	}
	return oracleFalse
}

// oracleOp is an operator taken apart: qualifier, base, IfExists.
type oracleOp struct {
	typ      string // string, numeric, date, boolean, ip_address; "null" fits any
	rel      string // the positive test behind the operator
	neg      bool
	qual     string // "", "any", "all"
	ifExists bool
	obsOnly  bool // legal on obs: keys only
}

// oracleHuaweiOp reads an operator name for a dialect (5.2, C-4, C-10, C-17,
// C-18). Not ok means that the document must be rejected.
func oracleHuaweiOp(name, dialect string) (op oracleOp, ok bool) {
	p := !oracleV5(dialect)
	if rest, found := strings.CutPrefix(name, "ForAllValues:"); found {
		op.qual, name = "all", rest
	} else if rest, found := strings.CutPrefix(name, "ForAnyValue:"); found {
		op.qual, name = "any", rest
	}
	if rest, found := strings.CutSuffix(name, "IfExists"); found {
		op.ifExists, name = true, rest
	}
	if name == "Null" || name == "IsNullOrEmpty" && p {
		op.typ, op.rel = "null", name
		return op, op.qual == "" && !op.ifExists
	}
	if rest, found := strings.CutSuffix(name, "AnyOf"); found && p && strings.HasPrefix(rest, "String") {
		name = rest
	}
	if rest, found := strings.CutPrefix(name, "Numeric"); found {
		if !p {
			return op, false
		}
		op.obsOnly, name = true, "Number"+rest
	}
	switch name {
	case "StringEquals", "StringNotEquals":
		op.typ, op.rel = "string", "equal"
	case "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase":
		op.typ, op.rel = "string", "equal-fold"
	case "StringMatch", "StringNotMatch":
		op.typ, op.rel = "string", "match"
	case "StringStartWith", "StringNotStartWith":
		op.typ, op.rel = "string", "start-fold"
	case "StringEndWith", "StringNotEndWith":
		op.typ, op.rel = "string", "end-fold"
	case "StringLike", "StringNotLike":
		op.typ, op.rel = "string", "contain-fold"
	case "NumberEquals", "NumberNotEquals":
		op.typ, op.rel = "numeric", "equal"
	case "NumberLessThan", "NumberLessThanEquals", "NumberGreaterThan", "NumberGreaterThanEquals":
		op.typ, op.rel = "numeric", strings.TrimPrefix(name, "Number")
	case "DateEquals", "DateNotEquals":
		if !p {
			return op, false
		}
		op.typ, op.rel, op.obsOnly = "date", "equal", true
	case "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals":
		op.typ, op.rel = "date", strings.TrimPrefix(name, "Date")
	case "Bool":
		op.typ, op.rel = "boolean", "equal"
	case "IpAddress", "NotIpAddress":
		op.typ, op.rel, op.obsOnly = "ip_address", "equal", p
	default:
		return op, false
	}
	op.neg = strings.Contains(name, "Not")
	return op, true
}

// oracleCAMOp reads an operator name of CAM (4.2, C5, C7, G8).
func oracleCAMOp(name string) (op oracleOp, ok bool) {
	if rest, found := strings.CutPrefix(name, "for_all_value:"); found {
		op.qual, name = "all", rest
	} else if rest, found := strings.CutPrefix(name, "for_any_value:"); found {
		op.qual, name = "any", rest
	}
	if rest, found := strings.CutSuffix(name, "_if_exist"); found {
		op.ifExists, name = true, rest
	}
	switch name {
	case "null_equal":
		op.typ, op.rel = "null", "Null"
		return op, op.qual == "" && !op.ifExists
	case "string_equal", "string_not_equal", "binary_equal":
		op.typ, op.rel = "string", "equal"
	case "string_equal_ignore_case", "string_not_equal_ignore_case":
		op.typ, op.rel = "string", "equal-fold"
	case "string_like", "string_not_like":
		op.typ, op.rel = "string", "match"
	case "numeric_equal", "numeric_not_equal":
		op.typ, op.rel = "numeric", "equal"
	case "date_equal", "date_not_equal":
		op.typ, op.rel = "date", "equal"
	case "bool_equal":
		op.typ, op.rel = "boolean", "equal"
	case "ip_equal", "ip_not_equal":
		op.typ, op.rel = "ip_address", "equal"
	default:
		typ, rel, _ := strings.Cut(name, "_")
		op.typ = map[string]string{"numeric": "numeric", "date": "date"}[typ]
		op.rel = map[string]string{"less_than": "LessThan", "less_than_equal": "LessThanEquals",
			"greater_than": "GreaterThan", "greater_than_equal": "GreaterThanEquals"}[rel]
		return op, op.typ != "" && op.rel != ""
	}
	op.neg = strings.Contains(name, "_not_")
	return op, true
}

// oracleHuaweiCondition ANDs all operators and keys (C-1).
func (r *oracleRun) oracleHuaweiCondition(element any, dialect string) oracleTri {
	result := oracleTrue
	operators, _ := element.(map[string]any)
	for name, keys := range operators {
		op, _ := oracleHuaweiOp(name, dialect)
		for key, values := range keys.(map[string]any) {
			result = min(result, r.oracleHuaweiClause(op, dialect, key, oracleList(values)))
		}
	}
	return result
}

// oracleHuaweiClause decides one operator and key. While it is in doubt
// whether the action takes the key, the clause says only what it says with
// and without the request's value.
func (r *oracleRun) oracleHuaweiClause(op oracleOp, dialect, key string, values []string) oracleTri {
	value, doubt := r.value(key)
	result := r.oracleHuaweiTest(op, dialect, key, values, oracleValues(value))
	if doubt && result != r.oracleHuaweiTest(op, dialect, key, values, nil) {
		return oracleUnknown
	}
	return result
}

// oracleHuaweiTest is one operator and key against the values that the
// request has of the key (C-2 to C-16, 5.2).
func (r *oracleRun) oracleHuaweiTest(op oracleOp, dialect, key string, values []string, have []any) (result oracleTri) {
	absent := len(have) == 0
	unfit := oracleBool(absent && op.ifExists) // C-14
	if info, known := r.cat.keyInfo(key); known && op.typ != "null" && info.typ != op.typ {
		return unfit
	}
	var policy []any
	hidden := false // there are policy values that are not known
	defer func() {
		if hidden && op.typ != "string" && !(absent && op.ifExists) { // they may be no text of the type (C-14)
			result = min(result, oracleUnknown)
		}
	}()
	for _, text := range values {
		toks, ok := r.oracleExpand(text, dialect, op.rel == "match", op.rel == "match")
		if !ok {
			return oracleFalse // not reached: the statement is void
		}
		if oracleUnknownIn(toks) {
			hidden = true
			continue
		}
		if op.typ == "string" {
			policy = append(policy, toks)
			continue
		}
		v, ok := oracleParse(op.typ, oracleToksText(toks), true, false)
		if !ok {
			return unfit
		}
		policy = append(policy, v)
	}
	if op.typ == "null" {
		null := absent || op.rel == "IsNullOrEmpty" && len(have) == 1 && have[0] == ""
		for _, v := range policy {
			if v == null {
				return oracleTrue
			}
		}
		if hidden {
			return oracleUnknown
		}
		return oracleFalse
	}
	if len(policy) == 0 && !hidden { // C-16
		switch {
		case absent && op.ifExists:
			return oracleTrue
		case op.neg:
			return oracleUnknown
		}
		return oracleFalse
	}
	if absent {
		switch {
		case op.ifExists: // C-4
			return oracleTrue
		case op.qual == "any": // C-7
			return oracleFalse
		case op.qual == "all", op.neg: // C-8, C-6
			return oracleUnknown
		}
		return oracleFalse // C-5
	}
	if op.qual == "" && len(have) > 1 { // C-11
		return oracleUnknown
	}
	result = oracleTrue
	if op.qual == "any" {
		result = oracleFalse
	}
	for _, raw := range have { // C-2, C-7, C-9, C-12
		one := oracleUnknown
		if v, ok := oracleHuaweiConvert(op.typ, raw); ok {
			one = oracleBool(oracleAny(op, v, policy))
			if hidden { // it may be equal, less…
				one = max(one, oracleUnknown)
			}
			if op.neg {
				one = oracleTrue - one
			}
		}
		if op.qual == "any" {
			result = max(result, one)
		} else {
			result = min(result, one)
		}
	}
	return result
}

// oracleAny is the positive test: v against some policy value (C-2, C-3).
func oracleAny(op oracleOp, v any, policy []any) bool {
	for _, p := range policy {
		if oracleCompare(op, v, p) {
			return true
		}
	}
	return false
}

func oracleCompare(op oracleOp, v, p any) bool {
	order := 0
	switch want := p.(type) {
	case []oracleTok:
		text, pattern := v.(string), oracleToksText(want)
		switch op.rel {
		case "equal":
			return text == pattern
		case "match":
			return oracleGlob(want, text, false)
		case "equal-fold":
			return oracleFold(text) == oracleFold(pattern)
		case "start-fold":
			return strings.HasPrefix(oracleFold(text), oracleFold(pattern))
		case "end-fold":
			return strings.HasSuffix(oracleFold(text), oracleFold(pattern))
		case "contain-fold":
			return strings.Contains(oracleFold(text), oracleFold(pattern))
		}
		return false
	case bool:
		return v.(bool) == want
	case netip.Prefix:
		return want.Contains(v.(netip.Addr))
	case *big.Rat:
		order = v.(*big.Rat).Cmp(want)
	case time.Time:
		order = v.(time.Time).Compare(want)
	}
	switch op.rel {
	case "equal":
		return order == 0
	case "LessThan":
		return order < 0
	case "LessThanEquals":
		return order <= 0
	case "GreaterThan":
		return order > 0
	case "GreaterThanEquals":
		return order >= 0
	}
	return false
}

// oracleHuaweiConvert reads a request value for an operator (5.3): a JSON
// string as any type, a JSON number or boolean as its own type only.
func oracleHuaweiConvert(typ string, raw any) (any, bool) {
	switch v := raw.(type) {
	case string:
		if typ == "string" {
			return v, true
		}
		return oracleParse(typ, v, false, false)
	case json.Number:
		if typ == "numeric" {
			return oracleParse(typ, v.String(), false, false)
		}
	case bool:
		return v, typ == "boolean"
	case oracleInstant:
		if typ == "date" {
			return oracleParse(typ, string(v), false, false)
		}
	}
	return nil, false
}

// oracleParse reads the text of a number, date, boolean or address. Policy
// addresses may be ranges with host bits set (5.3, CAM C8).
func oracleParse(typ, text string, policy, cam bool) (any, bool) {
	switch typ {
	case "string":
		return text, true
	case "numeric":
		return oracleNumber(text)
	case "date":
		return oracleDate(text, cam)
	case "boolean", "null":
		if !cam {
			text = strings.ToLower(text)
		}
		return text == "true", text == "true" || text == "false"
	case "ip_address":
		if policy && strings.Contains(text, "/") {
			p, err := netip.ParsePrefix(text)
			if err != nil {
				return nil, false
			}
			if p.Addr().Is4In6() && p.Bits() >= 96 {
				p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
			}
			return p.Masked(), true
		}
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, false
		}
		a = a.WithZone("").Unmap()
		if policy {
			return netip.PrefixFrom(a, a.BitLen()), true
		}
		return a, true
	}
	return nil, false
}

// oracleNumber reads -?digits[.digits][(e|E)[+-]digits] exactly.
func oracleNumber(text string) (any, bool) {
	digits := func(s string) bool {
		for _, r := range s {
			if r < '0' || r > '9' {
				return false
			}
		}
		return s != ""
	}
	if len(text) > 128 {
		return nil, false
	}
	mantissa, exponent := strings.TrimPrefix(text, "-"), ""
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		mantissa, exponent = mantissa[:i], mantissa[i+1:]
		if strings.HasPrefix(exponent, "-") || strings.HasPrefix(exponent, "+") {
			exponent = exponent[1:]
		}
		n, err := strconv.Atoi(exponent)
		if !digits(exponent) || err != nil || n > 9999 {
			return nil, false
		}
	}
	whole, fraction, dotted := strings.Cut(mantissa, ".")
	if !digits(whole) || dotted && !digits(fraction) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// oracleDate reads an RFC 3339 instant with capital T and Z; CAM also takes
// "YYYY-MM-DD HH:MM:SS" as UTC (CAM #26).
func oracleDate(text string, cam bool) (any, bool) {
	shape := func(s, form string) bool {
		if len(s) != len(form) {
			return false
		}
		for i := range form {
			if form[i] == '0' && (s[i] < '0' || s[i] > '9') || form[i] != '0' && s[i] != form[i] {
				return false
			}
		}
		return true
	}
	if cam && shape(text, "0000-00-00 00:00:00") {
		t, err := time.Parse("2006-01-02 15:04:05", text)
		return t, err == nil
	}
	if len(text) < 20 || !shape(text[:19], "0000-00-00T00:00:00") {
		return nil, false
	}
	rest := text[19:]
	if rest[0] == '.' {
		n := 1
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n == 1 || n > 10 {
			return nil, false
		}
		rest = rest[n:]
	}
	if rest != "Z" && (!shape(rest, "+00:00") && !shape(rest, "-00:00") || rest[1:3] > "23" || rest[4:6] > "59") {
		return nil, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

// oracleCAMCondition ANDs all operators and keys (C3).
func (r *oracleRun) oracleCAMCondition(element any) bool {
	operators, _ := element.(map[string]any)
	for name, keys := range operators {
		op, _ := oracleCAMOp(name)
		for key, values := range keys.(map[string]any) {
			if !r.oracleCAMClause(op, key, oracleList(values)) {
				return false
			}
		}
	}
	return true
}

// oracleCAMClause decides one operator and key (C1, C2, C4 to C7, C9).
func (r *oracleRun) oracleCAMClause(op oracleOp, key string, values []string) bool {
	value, _ := r.value(key)
	have := oracleValues(value)
	absent := len(have) == 0
	if op.typ != "null" && absent {
		return op.ifExists // C4, C5
	}
	var policy []any
	for _, text := range values {
		toks, ok := r.oracleCAMExpand(text)
		if !ok {
			return false
		}
		if op.typ == "string" {
			policy = append(policy, toks)
			continue
		}
		v, ok := oracleParse(op.typ, oracleToksText(toks), true, true)
		if !ok {
			return false // C2
		}
		policy = append(policy, v)
	}
	if op.typ == "null" { // C9
		for _, v := range policy {
			if v == absent {
				return true
			}
		}
		return false
	}
	some, every := false, true
	for _, raw := range have {
		v, ok := oracleParse(op.typ, oracleText(raw), false, true)
		one := ok && oracleAny(op, v, policy) != op.neg // C2, C6
		some, every = some || one, every && one
	}
	if op.qual == "all" || op.qual == "" && op.neg { // C7
		return every
	}
	return some
}

// oracleValues lists the values of a key; null and an empty array are none.
func oracleValues(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// oracleText is the text of a scalar.
func oracleText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case oracleInstant:
		return string(v)
	}
	return ""
}

// oracleList is a scalar or array of scalars as texts.
func oracleList(v any) []string {
	var out []string
	for _, e := range oracleValues(v) {
		out = append(out, oracleText(e))
	}
	return out
}

func oracleHas(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}
