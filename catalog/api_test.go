package catalog

import (
	"testing"

	"github.com/writ-policy/writ/action"
)

func TestAPIsHaveTheirCells(t *testing.T) {
	rows := map[string]object{}
	for _, o := range raw[object](t, "cbr.json").objects("apis") {
		rows[o.str("method")+" "+o.str("path")] = o
	}
	for a := range Default().APIs() {
		name := a.Method() + " " + a.Path()
		o, ok := rows[name]
		if !ok {
			t.Errorf("%s: not in the data", name)
			continue
		}
		delete(rows, name)
		if a.OperationID() != o.str("operationId") || !a.Mapped() {
			t.Errorf("%s: operation %s", name, a.OperationID())
		}
		equal(t, name+" actions", a.Actions(), folded(o.strings("actions")), action.Name.String)
		equal(t, name+" dependent actions", a.DependentActions(), folded(o.strings("dependentActions")), action.Name.String)
		equal(t, name+" v1.1 dependencies", a.V11Dependencies(), folded(o.strings("v11Dependencies")), action.Name.String)
		equal(t, name+" old paths", a.LegacyPaths(), o.strings("legacyPaths"), same)
		want, listed := o["v11Action"].(string)
		if got, ok := a.V11Action(); ok != listed || ok && got != action.MustParse(want) {
			t.Errorf("%s: v1.1 action %s", name, got)
		}
		for cell, f := range map[string]func() (bool, bool){"iamProject": a.IAMProject, "enterpriseProject": a.EnterpriseProject} {
			want, listed := o[cell].(bool)
			if takes, known := f(); known != listed || takes != want {
				t.Errorf("%s: %s is %v, %v", name, cell, takes, known)
			}
		}
		if got := a.Evidence("").String(); got != o.str("evidence") {
			t.Errorf("%s: evidence %s", name, got)
		}
		for cell, want := range o["cells"].(map[string]any) {
			if got := a.Evidence(cell).String(); got != want {
				t.Errorf("%s: evidence of %s is %s, want %s", name, cell, got, want)
			}
		}
	}
	for name := range rows {
		t.Errorf("%s: not found", name)
	}
}

func TestUnmappedAPIs(t *testing.T) {
	rows := map[string]string{}
	for _, o := range raw[object](t, "cbr.json").objects("unmappedApis") {
		rows[o.str("method")+" "+o.str("path")] = o.str("operationId")
	}
	for a := range Default().UnmappedAPIs() {
		id, ok := rows[a.Method()+" "+a.Path()]
		if !ok || id != a.OperationID() || a.Mapped() || count(a.Actions()) > 0 || a.Evidence("") != Unknown {
			t.Errorf("%+v", a)
		}
	}
}

func TestAPIsAreInPathOrder(t *testing.T) {
	last := ""
	for a := range Default().APIs() {
		if at := a.Path() + "\x00" + a.Method(); at <= last {
			t.Errorf("%s %s comes too late", a.Method(), a.Path())
		} else {
			last = at
		}
	}
}

// TestAPIActionsAreKnown: every action that a CBR API maps to is in the table
// of actions.
func TestAPIActionsAreKnown(t *testing.T) {
	for a := range Default().APIs() {
		for n := range a.Actions() {
			if _, ok := Default().Action(n); !ok {
				t.Errorf("%s %s: action %s is not known", a.Method(), a.Path(), n)
			}
		}
	}
}
