package writ_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// ring is the place of a layer in the small world.
type ring int

const (
	identityRing ring = iota
	rootRing
	unitRing
	resourceRing
	boundaryRing
	sessionRing
	rings
)

func (r ring) bounds() bool { return r != identityRing && r != resourceRing }

// form is one statement of the small world: effect, action, resource and condition.
type form struct {
	effect        policy.Effect
	names, covers bool
	holds         condition.Result
}

// is what the statement comes to.
func (f form) is() condition.Result {
	if f.names && f.covers {
		return f.holds
	}
	return condition.False
}

// item is a statement in a layer.
type item struct {
	ring ring
	form int
}

// stage is what a layer has besides: it is absent, empty, or allows everything.
type stage uint8

const (
	absent stage = iota
	empty
	open
)

// scene is a set of layers: what is behind, and up to three statements.
type scene struct {
	behind [rings]stage
	n      int
	items  [3]item
}

func (s scene) with(it item) scene {
	s.items[s.n] = it
	s.n++
	return s
}

func (s scene) without(drop func(i int, it item) bool) scene {
	out := scene{behind: s.behind}
	for i, it := range s.items[:s.n] {
		if !drop(i, it) {
			out = out.with(it)
		}
	}
	return out
}

// onSyntax compiles without a catalog, which knows nothing of the small world.
var onSyntax = writ.Compiler{Catalog: &catalog.Catalog{}}

// cloud is the small world in the words of a cloud.
type cloud struct {
	t         *testing.T
	cam       bool
	forms     []form
	documents map[string]*policy.Document
	reqs      [2]*writ.Request // on a resource of one's own, and of another account
	directory *writ.Directory
	put       map[string]bool
	outcomes  map[scene][2]writ.Outcome
	seen      map[writ.Outcome]int
}

func newCloud(t *testing.T, cam bool) *cloud {
	c := &cloud{t: t, cam: cam, documents: map[string]*policy.Document{}, seen: map[writ.Outcome]int{}}
	ctx := condition.Context{
		{Key: condition.NewKey("x:yes"), Value: condition.Bool(true)},
		{Key: condition.NewKey("x:no"), Value: condition.Bool(false)},
		{Key: condition.NewKey("x:who-knows"), Value: condition.Unavailable()},
	}
	for i, account := range []string{"a1", "a2"} {
		if c.reqs[i] = (&writ.Request{Action: action.MustParse("svc:files:get"), Principal: resource.MustParse("iam::a1:user:u"), Context: ctx}); !cam {
			c.reqs[i].Resources = []resource.Name{resource.MustParse("svc:eu-de:" + account + ":file:f1")}
			continue
		}
		c.reqs[i].Action, c.reqs[i].Principal = action.MustParse("cos:GetObject"), resource.MustParse("qcs::cam::uin/a1:uin/7")
		c.reqs[i].Resources = []resource.Name{resource.MustParse("qcs::cos:ap-beijing:uin/" + account + ":b/f1")}
	}
	c.renew()
	return c
}

// renew takes another directory: one gets slower with every document.
func (c *cloud) renew() {
	var err error
	c.directory, err = onSyntax.NewDirectory()
	require.NoError(c.t, err)
	c.put = map[string]bool{}
}

// text is a statement in the language of a layer.
func (c *cloud) text(r ring, f form) string {
	key := []string{"x:no", "x:who-knows", "x:yes"}[f.holds]
	pick := func(b bool, yes, no string) string {
		if b {
			return yes
		}
		return no
	}
	if c.cam {
		principal := pick(r == resourceRing, `"principal": {"qcs": ["qcs::cam::uin/a1:uin/7"]}, `, "")
		return fmt.Sprintf(`{%s"effect": %q, "action": %q, "resource": %q, "condition": {"bool_equal": {%q: "true"}}}`, principal,
			pick(f.effect == policy.Allow, "allow", "deny"), pick(f.names, "cos:Get*", "cos:PutObject"),
			pick(f.covers, "qcs::cos:ap-beijing:*:b/f1", "qcs::cos:ap-beijing:*:b/f2"), key)
	}
	principal := pick(r == resourceRing, `"Principal": {"IAM": ["a1"]}, `, "")
	return fmt.Sprintf(`{%s"Effect": %q, "Action": [%q], "Resource": [%q], "Condition": {"Bool": {%q: "true"}}}`, principal,
		pick(f.effect == policy.Allow, "Allow", "Deny"), pick(f.names, "svc:files:g*", "svc:files:put"),
		pick(f.covers, "svc:*:*:file:f1", "svc:*:*:file:f2"), key)
}

// layer makes one layer of a scene; twice, each statement stands twice, in
// reverse order.
func (c *cloud) layer(s *scene, r ring, twice bool) writ.Layer {
	l := writ.Layer{Kind: [rings]writ.Kind{writ.Identity, writ.Guardrail, writ.Guardrail, writ.Resource, writ.Boundary, writ.Session}[r], Name: fmt.Sprint(int(r))}
	d := policy.HuaweiIdentity
	switch {
	case c.cam && r == resourceRing:
		d = policy.TencentResource
	case c.cam:
		d = policy.TencentCAM
	case r == resourceRing:
		d = policy.HuaweiTrust
	case r == rootRing || r == unitRing:
		d = policy.HuaweiSCP
	}
	var list []string
	if s.behind[r] == open {
		all := form{effect: policy.Allow, names: true, covers: true, holds: condition.True}
		list = append(list, c.text(r, all))
	}
	for _, it := range s.items[:s.n] {
		if it.ring == r {
			list = append(list, c.text(r, c.forms[it.form]))
		}
	}
	if twice {
		list = append(slices.Clone(list), list...)
		slices.Reverse(list)
	}
	if len(list) == 0 {
		return l
	}
	text := `{"Version": "5.0", "Statement": [` + strings.Join(list, ", ") + `]}`
	if c.cam {
		text = `{"version": "2.0", "statement": [` + strings.Join(list, ", ") + `]}`
	}
	doc, ok := c.documents[d.String()+text]
	if !ok {
		doc = document(c.t, d, text).Titled(policy.Title{Name: d.String() + text})
		c.documents[d.String()+text] = doc
	}
	l.Documents = []*policy.Document{doc}
	return l
}

func (c *cloud) layers(s *scene, twice bool) (out []writ.Layer) {
	for r := range rings {
		if s.behind[r] != absent {
			out = append(out, c.layer(s, r, twice))
		}
	}
	return out
}

// decide decides a scene, in the four ways in which it can be asked.
func (c *cloud) decide(s *scene) (out [2]writ.Outcome) {
	layers := c.layers(s, false)
	set, err := onSyntax.Compile(layers...)
	require.NoError(c.t, err)
	other := c.layers(s, true)
	slices.Reverse(other)
	turned, err := onSyntax.Compile(other...)
	require.NoError(c.t, err)
	directory := s.behind[sessionRing] == absent
	if directory {
		c.attach(layers)
	}
	for i, req := range c.reqs {
		d := set.Evaluate(req)
		out[i] = d.Outcome()
		if e := set.Explain(req).Decision; e != d {
			c.fail(s, i, "Explain: %v, Evaluate: %v", e.Outcome(), d.Outcome())
		}
		if o := turned.Evaluate(req).Outcome(); o != out[i] && !(bounded(d) && bounded(turned.Evaluate(req))) {
			c.fail(s, i, "%v, and %v with everything twice and in another order", out[i], o)
		}
		if directory {
			if o := c.directory.Evaluate("p", req).Outcome(); o != out[i] {
				c.fail(s, i, "Set: %v, Directory: %v", out[i], o)
			}
		}
		c.seen[out[i]]++
	}
	return out
}

func bounded(d writ.Decision) bool { _, ok := d.Guardrail(); return ok }

// attach puts layers into the directory.
func (c *cloud) attach(layers []writ.Layer) {
	if len(c.put) > 50 {
		c.renew()
	}
	var base []writ.Layer
	var grants []writ.Grant
	for _, l := range layers {
		if l.Kind != writ.Identity && (l.Kind != writ.Boundary || len(l.Documents) == 0) {
			base = append(base, l)
			continue
		}
		for _, doc := range l.Documents {
			id := doc.Title().Name
			if !c.put[id] {
				c.put[id] = true
				require.NoError(c.t, c.directory.PutDocument(id, doc))
			}
			grants = append(grants, writ.Grant{Document: id, Bounds: l.Kind == writ.Boundary})
		}
	}
	require.NoError(c.t, c.directory.ReplaceLayers(base...))
	require.NoError(c.t, c.directory.Attach("p", writ.Attachments{Grants: grants}))
}

func (c *cloud) fail(s *scene, i int, format string, args ...any) {
	c.t.Helper()
	text := ""
	for _, l := range c.layers(s, false) {
		text += "\n" + l.Kind.String()
		for _, d := range l.Documents {
			text += " " + d.Title().Name
		}
	}
	c.t.Fatalf("%v: %s%s", c.reqs[i].Resources, fmt.Sprintf(format, args...), text)
}
