// Package condition decides the Condition element of a policy: typed values of
// condition keys, the operators of all dialects, and their three results.
//
//	ctx := condition.Context{
//		{Key: condition.NewKey("g:MFAPresent"), Value: condition.Bool(true)},
//		{Key: condition.NewKey("g:SourceIp"), Value: condition.IP(addr)},
//	}
package condition

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/writ-policy/writ/internal/wildcard"
)

// Key is the name of a condition key, folded: ASCII letters before the first
// slash compare without regard to case, a tag key behind it exactly (huawei.md
// section 6, tencent-cam.md K2). Keys are comparable; make them once, as package
// variables. The zero Key names nothing.
type Key struct{ name string }

// NewKey makes the key of that name.
func NewKey(name string) Key { return Key{wildcard.FoldKey(name)} }

// String returns the folded name.
func (k Key) String() string { return k.name }

// Type is the type of a condition key's values.
type Type uint8

const (
	// AnyType is the type of a key that no catalog knows: the operator decides.
	AnyType Type = iota
	StringType
	NumericType
	DateType
	BooleanType
	IPType
)

// String returns the name that the catalogs use: string, numeric, date,
// boolean, ip_address; "any" for AnyType.
func (t Type) String() string {
	return [...]string{"any", "string", "numeric", "date", "boolean", "ip_address"}[t]
}

type valueKind uint8

const (
	absent valueKind = iota
	text
	list
	number
	boolean
	instant
	address
	unknown
)

// Value is what a request says about one key: one typed value, a list of
// strings, nothing, or that it could not be found out. The zero Value is an
// absent key. Values are immutable and may be shared.
type Value struct {
	kind valueKind
	text string // also the text of numbers and booleans
	list []string
	time moment
	ip   netip.Addr
}

// String is a string. Operators for other types read it as a number, date,
// boolean or address; text that is none of theirs leaves the condition
// undecided.
func String(s string) Value { return Value{kind: text, text: s} }

// Strings is a multi-valued key. Without strings it is the same as an absent
// key; the Value keeps the slice.
func Strings(s ...string) Value { return Value{kind: list, list: s} }

// Number is a decimal number given as text, so that none of its digits is
// lost. Text that is no number gives Unavailable.
func Number(s string) Value {
	if _, ok := parseDecimal(s); !ok {
		return Unavailable()
	}
	return Value{kind: number, text: s}
}

// Int is a whole number.
func Int(n int64) Value { return Value{kind: number, text: strconv.FormatInt(n, 10)} }

// Bool is a truth value.
func Bool(b bool) Value { return Value{kind: boolean, text: strconv.FormatBool(b)} }

// Time is an instant, of a year from 0 to 9999; any other gives Unavailable.
func Time(t time.Time) Value {
	const first, last = -62167219200, 253402300799 // of the years 0 and 9999
	if s := t.Unix(); s < first || s > last {
		return Unavailable()
	}
	return Value{kind: instant, time: momentOf(t)}
}

// IP is an address. A zone is dropped and an IPv4 address in IPv6 form counts
// as IPv4; the zero Addr gives Unavailable.
func IP(a netip.Addr) Value {
	if !a.IsValid() {
		return Unavailable()
	}
	return Value{kind: address, ip: a.Unmap().WithZone("")}
}

// Unavailable is a value that the caller could not find out. It never helps to
// allow: an Allow that needs it does not match, and a Deny that needs it does.
func Unavailable() Value { return Value{kind: unknown} }

// IsAbsent reports whether v says nothing: the zero Value or an empty list.
func (v *Value) IsAbsent() bool { return v.kind == absent || v.kind == list && len(v.list) == 0 }

// String returns the value as people read it.
func (v Value) String() string {
	switch v.kind {
	case absent:
		return "absent"
	case list:
		s := []byte{'['}
		for i, e := range v.list {
			if i > 0 {
				s = append(s, ", "...)
			}
			s = strconv.AppendQuote(s, e)
		}
		return string(append(s, ']'))
	case text:
		return strconv.Quote(v.text)
	case unknown:
		return "unknown"
	}
	return v.plain()
}

// plain is the text that a policy variable expands to.
func (v *Value) plain() string {
	switch v.kind {
	case instant:
		return v.time.String()
	case address:
		return addressText(v.ip)
	}
	return v.text
}

// Entry is the value of one key.
type Entry struct {
	Key   Key
	Value Value
}

// Context is what a request knows about condition keys, in any order. A key
// that is not in it is absent; a key that is in it twice is unknown.
type Context []Entry

// Env is what conditions and variables are decided against. The zero Env knows
// nothing and reads the clock.
type Env struct {
	Context Context
	// Keys tells which keys of the context take effect; nil stands for all.
	Keys *KeySet
	// Now is the value of g:CurrentTime and qcs:current_time where the
	// context gives none; the zero Time stands for the time of the decision.
	Now time.Time
	// UIN, OwnerUIN and AppID are the CAM variables ${uin}, ${owner_uin} and
	// ${app_id}; empty means unresolvable.
	UIN, OwnerUIN, AppID string

	clock Value
}

var (
	huaweiClock  = NewKey("g:CurrentTime")
	tencentClock = NewKey("qcs:current_time")
	noValue      Value
	unknownValue = Unavailable()
)

// Value returns the value of a key as conditions see it: absent if it does not
// take effect. doubt tells that nobody knows whether it does.
func (e *Env) Value(k Key) (v Value, doubt bool) {
	p, doubt := e.find(k)
	return *p, doubt
}

// IsClock reports whether the key is g:CurrentTime or qcs:current_time, which a
// decision knows by itself.
func (k Key) IsClock() bool { return k == huaweiClock || k == tencentClock }

// find returns the value of a key. It is in doubt if nobody knows whether the
// key takes effect, which matters only where the context has it.
func (e *Env) find(k Key) (v *Value, doubt bool) {
	v = e.value(k)
	if e.Keys == nil || v.IsAbsent() {
		return v, false
	}
	switch e.Keys.Takes(k) {
	case False:
		return &noValue, false
	case Unknown:
		return v, true
	}
	return v, false
}

// value returns what the context has, or the clock.
func (e *Env) value(k Key) *Value {
	found := &noValue
	for i := range e.Context {
		if e.Context[i].Key == k {
			if found != &noValue {
				return &unknownValue
			}
			found = &e.Context[i].Value
		}
	}
	if found.IsAbsent() && k.IsClock() {
		if e.clock.kind == absent {
			if e.Now.IsZero() {
				e.Now = time.Now()
			}
			e.clock = Time(e.Now)
		}
		return &e.clock
	}
	return found
}
