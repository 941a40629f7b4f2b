package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/writ-policy/writ/policy"
)

// compact returns the JSON text of a row's member, "" for null.
func compact(t *testing.T, src json.RawMessage) string {
	t.Helper()
	if len(src) == 0 || string(src) == "null" {
		return ""
	}
	var b bytes.Buffer
	if err := json.Compact(&b, src); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPermissionsHaveTheirRows(t *testing.T) {
	type row struct {
		Name, Service, Scope, Level, Type, FormerName string
		DependsOn                                     []struct {
			Name, ResolvedName, Scope, Evidence, When string
			Required                                  bool
		}
		Content json.RawMessage
	}
	rows := raw[struct{ Permissions []row }](t, "system-permissions.json").Permissions
	if len(rows) != 153 {
		t.Fatalf("%d rows", len(rows))
	}
	found := map[*Permission]bool{}
	contents := 0
	for _, r := range rows {
		var p *Permission
		for q := range Default().Permissions() {
			if q.Name() == r.Name && q.Service() == r.Service && q.Level() == r.Level && !found[q] {
				p = q
				break
			}
		}
		if p == nil {
			t.Errorf("%s, %s: not found", r.Name, r.Service)
			continue
		}
		found[p] = true
		if p.Scope() != r.Scope || p.Type() != r.Type {
			t.Errorf("%s: scope %s, type %s", r.Name, p.Scope(), p.Type())
		}
		if former := slices.Collect(p.FormerNames()); r.FormerName != "" && (len(former) == 0 || former[0] != r.FormerName) {
			t.Errorf("%s: former names %q", r.Name, former)
		}
		depends := slices.Collect(p.DependsOn())
		if len(depends) != len(r.DependsOn) {
			t.Errorf("%s: %d dependencies, want %d", r.Name, len(depends), len(r.DependsOn))
			continue
		}
		for i, want := range r.DependsOn {
			d := depends[i]
			if want.ResolvedName != "" {
				want.Name = want.ResolvedName
			}
			if d.Name() != want.Name || d.Scope() != want.Scope || d.Required() != want.Required || d.When() != want.When || d.Evidence().String() != want.Evidence {
				t.Errorf("%s: dependency %+v, want %+v", r.Name, d, want)
			}
		}
		if want := compact(t, r.Content); want != "" {
			contents++
			if p.content != want || p.PublishedAs() != p.Name() {
				t.Errorf("%s: content %s", r.Name, p.content)
			}
		} else if p.HasContent() && p.PublishedAs() == p.Name() {
			t.Errorf("%s: has content", r.Name)
		}
	}
	if contents < 24 {
		t.Errorf("%d contents", contents)
	}
	if n := count(Default().Permissions()); n != 153+1 {
		t.Errorf("%d permissions, want 153 and CBRReadOnlyPolicy", n)
	}
}

func TestPermissionsAreInNameOrder(t *testing.T) {
	last := ""
	for p := range Default().Permissions() {
		if p.Name() < last {
			t.Errorf("%s comes behind %s", p.Name(), last)
		}
		last = p.Name()
	}
	for range Default().Permissions() {
		break
	}
}

func TestEveryPublishedContentParses(t *testing.T) {
	n := 0
	for p := range Default().Permissions() {
		doc, err := p.Document()
		if !p.HasContent() {
			var none *NoContentError
			if !errors.As(err, &none) || none.Name != p.Name() || p.PublishedAs() != "" {
				t.Errorf("%s: %v", p.Name(), err)
			}
			continue
		}
		n++
		if err != nil {
			t.Errorf("%s: %v", p.Name(), err)
		} else if doc.Len() == 0 || doc.File() != "system:"+p.Name() {
			t.Errorf("%s: %d statements, file %s", p.Name(), doc.Len(), doc.File())
		}
	}
	if n != 26 {
		t.Errorf("%d contents, want the 24 of the list and 2 of CBR", n)
	}
}

func TestPermission(t *testing.T) {
	for _, x := range []struct {
		name, service, scope, typ string
		dialect                   *policy.Dialect // nil: not published
	}{
		{"FullAccess", "base", "global-services", "policy", policy.HuaweiPolicy},
		{"Tenant Guest", "base", "all-resources", "role", policy.HuaweiPolicy},
		{"Agent Operator", "base", "global-services", "role", policy.HuaweiRole},
		{"Server Administrator", "ecs", "region-specific-projects", "role", policy.HuaweiPolicy},
		{"CES Administrator", "ces", "region-specific-projects", "role", nil},
		{"CBR FullAccess", "cbr", "region-specific-projects", "policy", nil},
		{"CBR ReadOnlyAccess", "cbr", "region-specific-projects", "policy", policy.HuaweiPolicy},
		{"CBRReadOnlyPolicy", "cbr", "", "policy", policy.HuaweiIdentity},
	} {
		p, ok := Default().Permission(x.name)
		if !ok || p.Service() != x.service || p.Scope() != x.scope || p.Type() != x.typ {
			t.Errorf("%s: %+v", x.name, p)
			continue
		}
		doc, err := p.Document()
		if (x.dialect == nil) != (err != nil) || err == nil && doc.Dialect() != x.dialect {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	// A former name is no name, letter case counts, and a name that no source
	// attests is not known.
	for _, name := range []string{"", "CBR Viewer", "fullaccess", "CBRFullAccessPolicy"} {
		if _, ok := Default().Permission(name); ok {
			t.Errorf("%q is known", name)
		}
	}
}

func TestPublishedAs(t *testing.T) {
	p, _ := Default().Permission("CBR ReadOnlyAccess")
	if p.PublishedAs() != "CBR Viewer" || !slices.Contains(slices.Collect(p.FormerNames()), p.PublishedAs()) {
		t.Errorf("published as %q", p.PublishedAs())
	}
	p, _ = Default().Permission("CBR FullAccess")
	if got := slices.Collect(p.FormerNames()); !slices.Equal(got, []string{"CBR Admin", "CBR Administrator"}) {
		t.Errorf("former names %q", got)
	}
}

// TestRoleDependsOnKnownNames: the dependencies that a content states are names
// of the list, and so are those of the list but for two.
func TestRoleDependsOnKnownNames(t *testing.T) {
	for p := range Default().Permissions() {
		for d := range p.DependsOn() {
			if _, ok := Default().Permission(d.Name()); !ok && d.Name() != "LTS ReadOnlyAccess" && d.Name() != "LTS FullAccess" {
				t.Errorf("%s depends on %s", p.Name(), d.Name())
			}
		}
		if doc, err := p.Document(); err == nil {
			for d := range doc.Depends() {
				if _, ok := Default().Permission(d.DisplayName); !ok {
					t.Errorf("the content of %s depends on %s", p.Name(), d.DisplayName)
				}
			}
		}
	}
}

func TestSCP(t *testing.T) {
	doc, err := Default().SCP("FullAccess")
	if err != nil {
		t.Fatal(err)
	}
	if s := doc.Statement(0); doc.Dialect() != policy.HuaweiSCP || doc.Len() != 1 || s.Effect() != policy.Allow || !s.Actions()[0].Everything() {
		t.Errorf("%+v", doc)
	}
	for _, c := range []*Catalog{Default(), {}} {
		var unknown *UnknownSCPError
		if _, err := c.SCP("Full"); !errors.As(err, &unknown) || unknown.Name != "Full" {
			t.Errorf("error %v", err)
		}
	}
	if _, err := (&Catalog{}).SCP("FullAccess"); err == nil {
		t.Error("the zero Catalog knows FullAccess")
	}
}
