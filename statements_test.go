package writ_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// A growing organization: 50 services of 40 actions each, which no catalog knows.
// Of n statements the first thousand may span accounts, the others belong to
// one account each.
type organization struct {
	r        *rand.Rand
	accounts int
}

func newOrganization(n int) *organization {
	return &organization{rand.New(rand.NewSource(7)), max(4, n/50)}
}

func (o *organization) pick(s ...string) string { return s[o.r.Intn(len(s))] }

func (o *organization) types() string {
	return o.pick("vault", "backup", "policy", "task", "user", "zone", "key", "port")
}

func (o *organization) service() string { return fmt.Sprintf("svc%d", o.r.Intn(50)) }

func (o *organization) account() string { return fmt.Sprintf("acct%d", o.r.Intn(o.accounts)) }

var verbs = []string{"get", "list", "create", "update", "delete"}

func (o *organization) statement(i int) string {
	svc, typ, verb := o.service(), o.types(), o.pick(verbs...)
	act, effect, element := svc+":"+typ+"s:"+verb, "Allow", "Action"
	switch p := o.r.Intn(100); {
	case p < 55:
	case p < 75:
		act = svc + ":" + typ + "s:*"
	case p < 90:
		act = svc + ":*:" + verb + "*"
	case p < 98:
		act = svc + ":*:*"
	default:
		act = "*:*:" + verb + "*"
	}
	if o.r.Intn(100) == 0 {
		element = "NotAction"
	}
	if o.r.Intn(5) == 0 {
		effect = "Deny"
	}
	account, region := o.account(), o.pick("*", "*", "eu-de", "eu-nl")
	if i < 1000 && o.r.Intn(2) == 0 {
		account = "*"
	}
	id := fmt.Sprintf("id-%d", o.r.Intn(200))
	res := ""
	switch p := o.r.Intn(100); {
	case p < 8 && i < 1000:
		res = "*"
	case p < 30:
		res = svc + ":" + region + ":" + account + ":" + typ + ":*"
	case p < 45:
		res = svc + ":" + region + ":" + account + ":" + typ + ":" + id[:len(id)-1] + "*"
	case p < 50:
		res = svc + ":" + region + ":" + account + ":" + typ + ":*" + id[2:]
	case p < 52:
		res = svc + ":" + region + ":" + account + ":" + typ + ":id*" + id[len(id)-1:]
	default:
		res = svc + ":" + region + ":" + account + ":" + typ + ":" + id
	}
	cond := ""
	if o.r.Intn(3) == 0 {
		cond = `, "Condition": {` + o.pick(
			fmt.Sprintf(`"StringEquals": {"g:UserName": ["u%d", "u%d", "u%d"]}`, o.r.Intn(500), o.r.Intn(500), o.r.Intn(500)),
			fmt.Sprintf(`"IpAddress": {"g:SourceIp": ["10.%d.0.0/16"]}`, o.r.Intn(250)),
			`"Bool": {"g:MFAPresent": ["true"]}`,
			`"DateLessThan": {"g:CurrentTime": ["2030-01-01T00:00:00Z"]}`,
			`"StringMatch": {"g:PrincipalTag/team": ["ops-*"]}`) + "}"
	}
	return fmt.Sprintf(`{"Effect": %q, %q: [%q], "Resource": [%q]%s}`, effect, element, act, res, cond)
}

func (o *organization) request() *writ.Request {
	svc, typ := o.service(), o.types()
	return &writ.Request{
		Action:    action.MustParse(svc + ":" + typ + "s:" + o.pick(verbs...)),
		Resources: []resource.Name{resource.MustParse(svc + ":" + o.pick("eu-de", "eu-nl") + ":" + o.account() + ":" + typ + ":" + fmt.Sprintf("id-%d", o.r.Intn(200)))},
		Context: condition.Context{
			{Key: condition.NewKey("g:UserName"), Value: condition.String(fmt.Sprintf("u%d", o.r.Intn(500)))},
			{Key: condition.NewKey("g:SourceIp"), Value: condition.String("10.3.2.1")},
			{Key: condition.NewKey("g:MFAPresent"), Value: condition.Bool(o.r.Intn(2) == 0)},
		},
	}
}

// texts are documents of eight statements each.
func (o *organization) texts(n int) (out []string) {
	for i := 0; i < n; {
		var st []string
		for ; i < n && len(st) < 8; i++ {
			st = append(st, o.statement(i))
		}
		out = append(out, `{"Version": "5.0", "Statement": [`+strings.Join(st, ", ")+"]}")
	}
	return out
}

func (o *organization) set(t testing.TB, n int) *writ.Set {
	var docs []*policy.Document
	for _, text := range o.texts(n) {
		docs = append(docs, document(t, policy.HuaweiIdentity, text))
	}
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
	require.NoError(t, err)
	return set
}

// What a decision costs does not grow with the statements.
func BenchmarkEvaluateStatements(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000, 100_000} {
		o := newOrganization(n)
		set := o.set(b, n)
		reqs := make([]*writ.Request, 16_384)
		for i := range reqs {
			reqs[i] = o.request()
		}
		for _, run := range []struct {
			name string
			reqs []*writ.Request
		}{{"cold", reqs}, {"hot", reqs[:256]}} {
			b.Run(fmt.Sprintf("%d/%s", n, run.name), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					set.Evaluate(run.reqs[i%len(run.reqs)])
				}
			})
		}
	}
}

// From the texts of 80 statements to a set.
func BenchmarkCompile(b *testing.B) {
	texts := newOrganization(80).texts(80)
	b.ReportAllocs()
	for b.Loop() {
		var docs []*policy.Document
		for _, text := range texts {
			docs = append(docs, document(b, policy.HuaweiIdentity, text))
		}
		_, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
		require.NoError(b, err)
	}
}
