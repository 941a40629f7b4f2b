package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"
)

// seed makes every run ask the same.
const seed = 42

const (
	services  = 50
	allAsked  = 16384 // requests of a workload: cycling through them is cold
	hotAsked  = 256   // the first of them: these stay in the caches
	wholeOrg  = 1000  // statements that may span accounts
	userCount = 5000
)

var (
	kinds   = []string{"disk", "image", "key", "net"}
	verbs   = []string{"get", "list", "show", "create", "update", "delete", "attach", "detach", "start", "stop"}
	regions = []string{"eu-de", "eu-nl", "eu-ch2"}
	epoch   = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
)

// workload is statements and what is asked about them.
type workload struct {
	name       string
	statements []statement
	perPolicy  int // statements of a document
	questions  []question
}

// actionNames lists the 2,000 actions of the 50 services.
func actionNames() (names []string) {
	for s := range services {
		for _, t := range kinds {
			for _, v := range verbs {
				names = append(names, serviceName(s)+":"+t+":"+v+"-item")
			}
		}
	}
	return names
}

func serviceName(i int) string { return fmt.Sprintf("svc%02d", i) }

// maker draws statements and requests.
type maker struct {
	*rand.Rand
	accounts, ids int
	made          int // resources drawn so far
}

func newMaker(n int) *maker {
	return &maker{Rand: rand.New(rand.NewPCG(seed, uint64(n))), accounts: 10 + n/50, ids: 20 + n}
}

func pick[T any](m *maker, from []T) T { return from[m.IntN(len(from))] }

func (m *maker) account() string { return fmt.Sprintf("%012d", m.IntN(m.accounts)*7919) }
func (m *maker) user() string    { return fmt.Sprintf("user-%04d", m.IntN(userCount)) }

// id is a name of 14 characters that differ in the middle and at the end.
func (m *maker) id() string {
	return fmt.Sprintf("vault-%08x", uint32(m.IntN(m.ids))*2654435761)
}

// org makes n statements of an organization that grows: the first 1,000 may
// span accounts, the others belong to one account each.
func org(n int) *workload {
	w := &workload{name: fmt.Sprintf("org %d", n), perPolicy: 8}
	m := newMaker(n)
	for range n {
		w.statements = append(w.statements, m.statement())
	}
	m.ask(w)
	return w
}

func (m *maker) statement() statement {
	service, kind := serviceName(m.IntN(services)), pick(m, kinds)
	s := statement{deny: m.IntN(5) == 0}
	for range 1 + m.IntN(3) {
		s.actions = append(s.actions, m.action(service, kind))
	}
	if m.IntN(3) == 0 {
		s.tests = m.tests()
	}
	if m.IntN(100) == 0 {
		s.notAction, s.actions = true, []string{serviceName(m.IntN(20)) + ":*:*"}
	}
	for range 1 + m.IntN(2) {
		r := m.resource(service, kind, s.notAction)
		s.resources = append(s.resources, r)
		if (s.deny || s.notAction) && s.tests == nil && (r == "*" || strings.HasSuffix(r, ":*")) {
			s.tests = m.tests() // what refuses so much hangs on something, as in practice
		}
	}
	return s
}

func (m *maker) action(service, kind string) string {
	verb := pick(m, verbs)
	switch k := m.IntN(100); {
	case k < 55:
		return service + ":" + kind + ":" + verb + "-item"
	case k < 75:
		return service + ":" + kind + ":*"
	case k < 90:
		return service + ":*:" + verb + "*"
	case k < 98:
		return service + ":*:*"
	}
	return "*:*:" + verb + "*"
}

func (m *maker) resource(service, kind string, whole bool) string {
	urn := func(region, account, id string) string {
		return strings.Join([]string{service, region, account, kind, id}, ":")
	}
	k := m.IntN(100)
	if m.made++; m.made > wholeOrg {
		k = pick(m, []int{20, 35, 65, 72, 72, 72})
	}
	region, account, id := pick(m, regions), m.account(), m.id()
	switch {
	case k < 5:
		return "*"
	case k < 20:
		return urn("*", "*", "*")
	case k < 35:
		return urn(region, account, "*")
	case k < 50:
		return urn("*", account, "*")
	case k < 65:
		return urn("*", "*", id[:7+m.IntN(6)]+"*")
	case k < 70 && !whole:
		return urn("*", account, "*"+id[10:])
	case k < 72 && !whole:
		return urn(region, "*", id[:8]+"*"+id[12:])
	}
	return urn(region, account, id)
}

func (m *maker) tests() (ts []test) {
	mfa := test{kind: isTrue, key: keyMFA}
	switch m.IntN(5) {
	case 0:
		t := test{kind: oneOf, key: keyUser}
		for range 1 + m.IntN(3) {
			t.texts = append(t.texts, m.user())
		}
		ts = append(ts, t)
	case 1:
		net := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(m.IntN(64))}), 16)
		ts = append(ts, test{kind: subnet, key: keyIP, net: net})
	case 2:
		from := epoch.AddDate(0, 0, m.IntN(50))
		ts = append(ts, test{kind: period, key: keyTime, from: from, until: from.AddDate(0, 0, 30)})
	case 3:
		return []test{mfa}
	case 4:
		ts = append(ts, test{kind: pattern, key: keyTeam, texts: []string{fmt.Sprintf("team%02d-*", m.IntN(20))}})
	}
	if m.IntN(4) == 0 {
		ts = append(ts, mfa)
	}
	return ts
}

// ask draws the requests: three in four aim at a statement.
func (m *maker) ask(w *workload) {
	for range allAsked {
		w.questions = append(w.questions, m.question(&w.statements[m.IntN(len(w.statements))]))
	}
}

func (m *maker) question(s *statement) (q question) {
	p, act := "*", "*:*:*"
	if m.IntN(4) != 0 {
		p = pick(m, s.resources)
		if !s.notAction {
			act = pick(m, s.actions)
		}
	}
	// The parts of the action that its pattern leaves open follow the
	// resource, which takes from the action what its own pattern leaves open.
	a := strings.Split(act, ":")
	if p == "*" {
		p = orElse(a[0], serviceName(m.IntN(services))) + ":*:*:" + orElse(a[1], pick(m, kinds)) + ":*"
	}
	r := strings.Split(p, ":")
	region, account := orElse(r[1], pick(m, regions)), orElse(r[2], m.account())
	id := m.id()
	if before, behind, ok := strings.Cut(r[4], "*"); !ok {
		id = r[4]
	} else if before != "" || behind != "" {
		id = before + id[9:] + behind
	}
	operation := orElse(strings.TrimSuffix(strings.TrimSuffix(a[2], "*"), "-item"), pick(m, verbs))
	q.action = r[0] + ":" + r[3] + ":" + operation + "-item"
	q.resource = strings.Join([]string{r[0], region, account, r[3], id}, ":")

	q.values[keyUser] = value{present: true, text: m.user()}
	if len(s.tests) > 0 && s.tests[0].kind == oneOf && m.IntN(2) == 0 {
		q.values[keyUser].text = s.tests[0].texts[0]
	}
	q.values[keyIP] = value{present: true, addr: netip.AddrFrom4([4]byte{10, byte(m.IntN(64)), byte(m.IntN(256)), byte(m.IntN(256))})}
	q.values[keyTime] = value{present: true, time: epoch.Add(time.Duration(m.IntN(80*86400)) * time.Second)}
	q.values[keyMFA] = value{present: m.IntN(2) == 0, truth: m.IntN(2) == 0}
	q.values[keyTeam] = value{present: m.IntN(2) == 0, text: fmt.Sprintf("team%02d-x", m.IntN(20))}
	return q
}

// orElse is the text, or another one for a wildcard.
func orElse(s, other string) string {
	if s == "*" || s == "" {
		return other
	}
	return s
}
