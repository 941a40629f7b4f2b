package main

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/resource"
)

// verdict is what an engine answers.
type verdict uint8

const (
	implicitDeny verdict = iota
	allow
	explicitDeny
	other // nothing that a workload asks for
)

func (v verdict) String() string {
	return [...]string{"implicit deny", "allow", "explicit deny", "another outcome"}[v]
}

// statement is a statement of a workload, from which every engine makes its
// own form. Letters are lower case throughout, so that nobody has to fold.
type statement struct {
	deny      bool
	notAction bool
	actions   []string // service:type:operation with *
	resources []string // service:region:account:type:id with *, or *
	tests     []test
}

// The condition keys of the workloads, as indexes.
const (
	keyUser = iota
	keyIP
	keyTime
	keyMFA
	keyTeam
	keyCount
)

// keyNames are the keys as documents write them.
var keyNames = [keyCount]string{"g:UserName", "g:SourceIp", "g:CurrentTime", "g:MFAPresent", "g:PrincipalTag/team"}

// testKind says what a test compares.
type testKind uint8

const (
	oneOf   testKind = iota // the text is one of texts
	pattern                 // the text matches the pattern texts[0]
	subnet                  // the address is in net
	period                  // from <= time < until
	isTrue                  // the truth value is true
)

// test is one condition. It fails where its key is absent.
type test struct {
	kind        testKind
	key         int
	texts       []string
	net         netip.Prefix
	from, until time.Time
}

// clauses writes the test as members of a Condition element.
func (t *test) clauses() []string {
	clause := func(op, value string) string { return fmt.Sprintf("%q: {%q: %s}", op, keyNames[t.key], value) }
	list := func(texts []string) string { return `["` + strings.Join(texts, `", "`) + `"]` }
	switch t.kind {
	case oneOf:
		return []string{clause("StringEquals", list(t.texts))}
	case pattern:
		return []string{clause("StringMatch", list(t.texts))}
	case subnet:
		return []string{clause("IpAddress", list([]string{t.net.String()}))}
	case period:
		return []string{
			clause("DateGreaterThanEquals", list([]string{t.from.Format(time.RFC3339)})),
			clause("DateLessThan", list([]string{t.until.Format(time.RFC3339)})),
		}
	}
	return []string{clause("Bool", list([]string{"true"}))}
}

// value is the value of a condition key in a request.
type value struct {
	present bool
	text    string
	addr    netip.Addr
	time    time.Time
	truth   bool
}

// question is a request of a workload, before an engine prepares it.
type question struct {
	action, resource string
	values           [keyCount]value
}

// context makes the condition keys of writ.
func (q *question) context() (ctx condition.Context) {
	for k, v := range q.values {
		if !v.present {
			continue
		}
		e := condition.Entry{Key: keys[k]}
		switch k {
		case keyIP:
			e.Value = condition.IP(v.addr)
		case keyTime:
			e.Value = condition.Time(v.time)
		case keyMFA:
			e.Value = condition.Bool(v.truth)
		default:
			e.Value = condition.String(v.text)
		}
		ctx = append(ctx, e)
	}
	return ctx
}

var keys = func() (ks [keyCount]condition.Key) {
	for i, name := range keyNames {
		ks[i] = condition.NewKey(name)
	}
	return ks
}()

func (q *question) name() action.Name     { return action.MustParse(q.action) }
func (q *question) target() resource.Name { return resource.MustParse(q.resource) }

// inNumber turns an address into an integer, for engines without such a type.
func inNumber(a netip.Addr) uint32 {
	b := a.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// span returns the first address of a network and the one behind its last.
func span(p netip.Prefix) (first, end uint64) {
	first = uint64(inNumber(p.Masked().Addr()))
	return first, first + 1<<(32-p.Bits())
}
