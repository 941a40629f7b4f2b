package catalog

import (
	"encoding/json"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/condition"
)

// object is a JSON object of the raw data.
type object map[string]any

func (o object) str(name string) string { s, _ := o[name].(string); return s }

func (o object) strings(name string) []string {
	var out []string
	list, _ := o[name].([]any)
	for _, v := range list {
		out = append(out, v.(string))
	}
	return out
}

func (o object) objects(name string) []object {
	var out []object
	list, _ := o[name].([]any)
	for _, v := range list {
		out = append(out, v.(map[string]any))
	}
	return out
}

func raw[T any](t testing.TB, file string) (v T) {
	t.Helper()
	src, err := os.ReadFile("data/" + file)
	if err == nil {
		err = json.Unmarshal(src, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func count[T any](seq iter.Seq[T]) (n int) {
	for range seq {
		n++
	}
	return n
}

func equal[T any](t *testing.T, what string, got iter.Seq[T], want []string, spell func(T) string) {
	t.Helper()
	var g []string
	for v := range got {
		g = append(g, spell(v))
	}
	if !slices.Equal(g, want) {
		t.Errorf("%s: got %q, want %q", what, g, want)
	}
}

func same(s string) string { return s }

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

func folded(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, action.MustParse(s).String())
	}
	return out
}

func isCAM(a *Action) bool { return a.Name().IsCAM() }

func TestCounts(t *testing.T) {
	c := Default()
	cam := 0
	for a := range c.Actions(nil) {
		if isCAM(a) {
			cam++
		}
	}
	global := len(raw[object](t, "keys.json").objects("keys"))
	for _, x := range []struct {
		what      string
		got, want int
	}{
		{"CBR actions", count(c.Actions(nil)) - cam, 90},
		{"CBS actions", cam, 84},
		{"APIs", count(c.APIs()), 69},
		{"unmapped APIs", count(c.UnmappedAPIs()), 6},
		{"resource types", count(c.ResourceTypes()), 6},
		{"keys", count(c.Keys()), global + 4},
	} {
		if x.got != x.want {
			t.Errorf("%d %s, want %d", x.got, x.what, x.want)
		}
	}
}

func TestActionsHaveTheirCells(t *testing.T) {
	for _, o := range raw[object](t, "cbr.json").objects("actions") {
		name := o.str("name")
		a, ok := Default().Action(action.MustParse(name))
		if !ok {
			t.Errorf("%s: not found", name)
			continue
		}
		if a.String() != name || a.Access() != o.str("accessLevel") || isCAM(a) {
			t.Errorf("%s: got %s, %s", name, a, a.Access())
		}
		equal(t, name+" keys", a.Keys(), sorted(o.strings("conditionKeys")), same)
		equal(t, name+" action keys", a.ActionKeys(), sorted(o.strings("actionLevelConditionKeys")), same)
		equal(t, name+" aliases", a.Aliases(), folded(o.strings("aliases")), action.Name.String)
		types := o.objects("resourceTypes")
		if a.HasTypes() != (len(types) > 0) || count(a.Types()) != len(types) {
			t.Errorf("%s: wrong number of types", name)
		}
		i := 0
		for typ := range a.Types() {
			want := types[i]
			if typ.Service() != "cbr" || typ.Type() != want.str("type") || typ.Required() != want["required"] {
				t.Errorf("%s: type %+v, want %v", name, typ, want)
			}
			equal(t, name+" type keys", typ.Keys(), sorted(want.strings("conditionKeys")), same)
			i++
		}
		if got := a.Evidence("").String(); got != o.str("evidence") {
			t.Errorf("%s: evidence %s", name, got)
		}
		for cell, want := range o["cells"].(map[string]any) {
			if got := a.Evidence(cell).String(); got != want {
				t.Errorf("%s: evidence of %s is %s, want %s", name, cell, got, want)
			}
		}
		gaps := map[string][]string{}
		for _, g := range o.objects("gaps") {
			gaps[g.str("cell")] = sorted(g.strings("candidates"))
		}
		for g := range a.Gaps() {
			want, ok := gaps[g.Cell()]
			if !ok {
				t.Errorf("%s: gap %s", name, g.Cell())
			}
			equal(t, name+" candidates", g.Candidates(), want, same)
			delete(gaps, g.Cell())
		}
		if len(gaps) > 0 {
			t.Errorf("%s: no gaps %v", name, gaps)
		}
		if a.OperationLevel() || count(a.Resources()) > 0 || a.Basis() != "" {
			t.Errorf("%s: has cells of Tencent Cloud", name)
		}
	}
}

func TestCAMActionsHaveTheirCells(t *testing.T) {
	for _, o := range raw[[]object](t, "cbs.json") {
		name := o.str("action")
		a, ok := Default().Action(action.MustParse(name))
		if !ok {
			t.Errorf("%s: not found", name)
			continue
		}
		if "name/"+a.String() != name || a.Access() != o.str("access") || a.Basis() != o.str("basis") || !isCAM(a) ||
			a.OperationLevel() != (o.str("granularity") == "operation") || a.HasTypes() || count(a.Gaps()) > 0 {
			t.Errorf("%s: got %+v", name, a)
		}
		equal(t, name+" resources", a.Resources(), o.strings("resources"), same)
		equal(t, name+" keys", a.Keys(), sorted(o.strings("conditionKeys")), same)
		want := map[string]Evidence{"vendor-table": Table, "not-listed-rule": Inferred}[a.Basis()]
		if got := a.Evidence("resourceTypes"); want != Unknown && got != want || want == Unknown && got != Document {
			t.Errorf("%s: evidence %s", name, got)
		}
	}
}

func TestActions(t *testing.T) {
	c := Default()
	last := ""
	for a := range c.Actions(nil) {
		if a.Name().String() <= last {
			t.Errorf("%s comes behind %s", a, last)
		}
		last = a.Name().String()
	}
	for _, x := range []struct {
		g       action.Grammar
		pattern string
		want    int
	}{
		{action.Identity, "*", 90}, {action.CAM, "*", 84}, {action.Policy, "cbr:policies:*", 5},
		{action.Identity, "cbr:vaults:get", 1}, {action.Policy, "ecs:*:*", 0}, {action.CAM, "cvm:*Snapshots", 2},
	} {
		p, err := action.Compile(x.g, x.pattern)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for a := range c.Actions(p) {
			n++
			if !p.Match(a.Name()) {
				t.Errorf("%s does not cover %s", x.pattern, a)
			}
		}
		if n != x.want {
			t.Errorf("%s covers %d actions, want %d", x.pattern, n, x.want)
		}
	}
	for range c.Actions(nil) {
		break
	}
}

func TestHasType(t *testing.T) {
	a, _ := Default().Action(action.MustParse("cbr:rackGroups:create"))
	for _, x := range []struct {
		service, typ string
		want         bool
	}{
		{"", "rackGroup", true}, {"", "rackgroup", true}, {"CBR", "RACKGROUP", true}, {"cbr", "rackGroup", true},
		{"ecs", "rackGroup", false}, {"", "vault", false}, {"", "", false},
	} {
		if got := a.HasType(x.service, x.typ); got != x.want {
			t.Errorf("HasType(%q, %q) = %v", x.service, x.typ, got)
		}
	}
	a, _ = Default().Action(action.MustParse("cbr::getFeature"))
	if a.HasTypes() || a.HasType("", "vault") {
		t.Error("cbr::getFeature touches no resource (huawei.md I-24)")
	}
}

func TestKeys(t *testing.T) {
	c := Default()
	rows := raw[object](t, "keys.json").objects("keys")
	rows = append(rows, raw[object](t, "cbr.json").objects("conditionKeys")...)
	rows = append(rows, raw[object](t, "cbr.json").objects("globalConditionKeys")...)
	for _, o := range rows {
		name := o.str("key")
		for _, spelling := range []string{name, strings.ToUpper(name), strings.Replace(name, "<tag-key>", "Team", 1)} {
			k, ok := c.Key(condition.NewKey(spelling))
			if !ok || k.String() != name {
				t.Errorf("%s: found %v, %v", spelling, k, ok)
				continue
			}
			if k.Type().String() != o.str("type") || k.Multi() != o["multivalued"] || k.Info() != (condition.KeyInfo{Type: k.Type(), Multi: k.Multi()}) {
				t.Errorf("%s: %s, %v", name, k.Type(), k.Multi())
			}
			if g := o.str("grade"); g != "" && g != k.Grade() {
				t.Errorf("%s: grade %s, want %s", name, k.Grade(), g)
			}
		}
	}
	last := ""
	for k := range c.Keys() {
		if s := strings.ToLower(k.String()); s <= last {
			t.Errorf("%s comes behind %s", k, last)
		} else {
			last = s
		}
	}
	for _, name := range []string{"g:ResourceTag", "g:ResourceTag/", "g:TagKeys/x", "/x", "", "obs:x"} {
		if k, ok := c.Key(condition.NewKey(name)); ok {
			t.Errorf("%q: found %s", name, k)
		}
	}
	if _, ok := c.Key(condition.Key{}); ok {
		t.Error("the zero key is known")
	}
}

// TestKeysOfActions: what actions list are known keys.
func TestKeysOfActions(t *testing.T) {
	for a := range Default().Actions(nil) {
		for k := range a.Keys() {
			if _, ok := Default().Key(condition.NewKey(k)); !ok {
				t.Errorf("%s: key %s is not known", a, k)
			}
		}
	}
}

func TestResourceTypes(t *testing.T) {
	rows := raw[object](t, "cbr.json").objects("resourceTypes")
	last := ""
	for r := range Default().ResourceTypes() {
		i := slices.IndexFunc(rows, func(o object) bool { return o.str("type") == r.Type() })
		if i < 0 || r.URN() != rows[i].str("urnTemplate") || r.Service() != "cbr" || r.Evidence().String() != rows[i].str("evidence") || r.Type() <= last {
			t.Errorf("%+v", r)
		}
		last = r.Type()
	}
	for a := range Default().Actions(nil) {
		for typ := range a.Types() {
			if !slices.ContainsFunc(rows, func(o object) bool { return o.str("type") == typ.Type() }) {
				t.Errorf("%s: type %s is not listed", a, typ.Type())
			}
		}
	}
}

func TestZeroCatalogKnowsNothing(t *testing.T) {
	c := &Catalog{}
	if _, ok := c.Action(action.MustParse("cbr:vaults:get")); ok {
		t.Error("an action")
	}
	if _, ok := c.Key(condition.NewKey("g:ResourceTag/a")); ok {
		t.Error("a key")
	}
	if _, ok := c.Permission("FullAccess"); ok {
		t.Error("a permission")
	}
	if n := count(c.Actions(nil)) + count(c.Keys()) + count(c.ResourceTypes()) + count(c.APIs()) + count(c.UnmappedAPIs()) + count(c.Permissions()); n > 0 {
		t.Errorf("%d things", n)
	}
	var a Action
	if a.HasTypes() || a.OperationLevel() || a.Evidence("name") != Unknown || count(a.Gaps()) > 0 || a.HasType("", "") {
		t.Error("the zero Action is something")
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	c := Default()
	n := action.MustParse("cbr:vaults:get")
	k, tag := condition.NewKey("g:SourceIp"), condition.NewKey("g:ResourceTag/Team")
	a, _ := c.Action(n)
	var ok bool
	for what, f := range map[string]func(){
		"Action":  func() { _, ok = c.Action(n) },
		"Key":     func() { _, ok = c.Key(k) },
		"tag Key": func() { _, ok = c.Key(tag) },
		"HasType": func() { ok = a.HasType("", "vault") },
	} {
		if got := testing.AllocsPerRun(100, f); got != 0 || !ok {
			t.Errorf("%s: %v allocations, found %v", what, got, ok)
		}
	}
}

// BenchmarkDecode is the cost of the first call of Default.
func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		decode(unpack(packed))
	}
}

func BenchmarkKey(b *testing.B) {
	c, k := Default(), condition.NewKey("g:ResourceTag/Team")
	b.ReportAllocs()
	for b.Loop() {
		c.Key(k)
	}
}

func BenchmarkAction(b *testing.B) {
	c, n := Default(), action.MustParse("cbr:vaults:get")
	b.ReportAllocs()
	for b.Loop() {
		c.Action(n)
	}
}

// The embedded form is the text, packed.
func TestUnpack(t *testing.T) {
	want, err := os.ReadFile("catalog.txt")
	if err != nil {
		t.Fatal(err)
	}
	if unpack(packed) != string(want) {
		t.Error("catalog.bin does not unpack to catalog.txt")
	}
}
