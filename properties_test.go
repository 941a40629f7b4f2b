package writ_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/writ-policy/writ/internal/cases"
)

// change is a change of a random case, and what it may do to the decision. It
// reports whether it could be made.
type change struct {
	name string
	make func(w world, c object) bool
	// legal reports whether the decision may go from before to after.
	legal func(before, after string) bool
}

func same(before, after string) bool    { return before == after }
func narrows(before, after string) bool { return after != "allow" || before == "allow" }
func widens(before, after string) bool  { return before != "allow" || after == "allow" }

func layersOf(c object) []any { return c["layers"].([]any) }

// aDocument returns a random document that is written out, with its layer.
func aDocument(w world, c object, kinds ...string) (layer, doc object) {
	var found [][2]object
	for _, l := range layersOf(c) {
		l := l.(object)
		if len(kinds) > 0 && !slices.Contains(kinds, l["kind"].(string)) {
			continue
		}
		for _, d := range l["documents"].([]any) {
			if d := d.(object); d["system"] == nil {
				found = append(found, [2]object{l, d})
			}
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	p := pick(w, found...)
	return p[0], p[1]
}

// statements returns the statements of a document as a list, and how to put
// them back.
func statements(doc object) (list []any, put func([]any)) {
	name := "Statement"
	if doc["version"] != nil {
		name = "statement"
	}
	switch s := doc[name].(type) {
	case []any:
		list = s
	default:
		list = []any{s}
	}
	return list, func(list []any) { doc[name] = list }
}

// dialectOf names the dialect of a generated document.
func dialectOf(l, doc object) string {
	if doc["version"] != nil {
		return "cam"
	}
	switch doc["Version"] {
	case "1.0":
		return "huawei-1.0"
	case "1.1":
		return "huawei-1.1"
	}
	if d, ok := l["dialect"].(string); ok {
		return d
	}
	return "huawei-5.0"
}

// random makes a statement with the effect for a document.
func random(w world, l, doc object, effect string) object {
	for {
		var s object
		d := dialectOf(l, doc)
		if d == "cam" {
			s = w.statementCAM(l["kind"] == "resource")
		} else {
			s = w.statementHuawei(d)
		}
		for _, name := range []string{"Effect", "effect"} {
			if e, ok := s[name].(string); ok && strings.EqualFold(e, effect) {
				return s
			}
		}
	}
}

func add(effect string, kinds ...string) func(world, object) bool {
	return func(w world, c object) bool {
		l, doc := aDocument(w, c, kinds...)
		if doc == nil {
			return false
		}
		list, put := statements(doc)
		if len(list) >= 8 {
			return false
		}
		put(append(slices.Clone(list), random(w, l, doc, effect)))
		return true
	}
}

// lists calls f for the lists of entries in a statement, and of values in its
// conditions.
func lists(s object, f func(owner object, name string, list []any)) {
	for _, name := range []string{"Action", "NotAction", "Resource", "NotResource", "action", "resource"} {
		if list, ok := s[name].([]any); ok {
			f(s, name, list)
		}
	}
	for _, name := range []string{"Condition", "condition"} {
		cond, _ := s[name].(object)
		for _, keys := range cond {
			for k, v := range keys.(object) {
				if list, ok := v.([]any); ok {
					f(keys.(object), k, list)
				}
			}
		}
	}
}

var changes = []change{
	{"a Deny never widens", add("deny"), narrows},
	{"an Allow in an identity layer never narrows", add("allow", "identity"), widens},
	{"a guardrail never widens", func(w world, c object) bool {
		req := c["request"].(object)
		cam := strings.Count(strings.TrimPrefix(req["action"].(string), "name/"), ":") != 2
		l := w.layer(cam, false)
		for l["kind"] != "guardrail" {
			l = w.layer(cam, false)
		}
		l["name"] = "more"
		c["layers"] = append(slices.Clone(layersOf(c)), any(l))
		return true
	}, narrows},
	{"an empty guardrail denies", func(w world, c object) bool {
		c["layers"] = append(slices.Clone(layersOf(c)), any(object{"kind": "guardrail", "name": "empty", "documents": []any{}}))
		return true
	}, func(before, after string) bool { return after != "allow" }},
	{"the order of layers does not matter", func(w world, c object) bool {
		layers := slices.Clone(layersOf(c))
		w.Shuffle(len(layers), func(i, j int) { layers[i], layers[j] = layers[j], layers[i] })
		c["layers"] = layers
		return true
	}, func(before, after string) bool { return (before == "allow") == (after == "allow") }},
	{"the order of documents and statements does not matter", func(w world, c object) bool {
		for _, l := range layersOf(c) {
			docs := slices.Clone(l.(object)["documents"].([]any))
			w.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
			l.(object)["documents"] = docs
			for _, d := range docs {
				if d.(object)["system"] == nil {
					list, put := statements(d.(object))
					list = slices.Clone(list)
					w.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
					put(list)
				}
			}
		}
		return true
	}, same},
	{"duplicate statements change nothing", func(w world, c object) bool {
		_, doc := aDocument(w, c)
		if doc == nil {
			return false
		}
		list, put := statements(doc)
		if len(list) >= 8 {
			return false
		}
		put(append(slices.Clone(list), pick(w, list...)))
		return true
	}, same},
	{"order and duplicates of list entries change nothing", func(w world, c object) bool {
		_, doc := aDocument(w, c)
		if doc == nil {
			return false
		}
		list, _ := statements(doc)
		for _, s := range list {
			lists(s.(object), func(owner object, name string, list []any) {
				list = slices.Clone(list)
				if n := len(list); n > 0 && n < 8 {
					list = append(list, list[w.IntN(n)])
				}
				w.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
				owner[name] = list
			})
		}
		return true
	}, same},
	{"letter case of an action in a Deny changes nothing where the dialect folds", func(w world, c object) bool {
		l, doc := aDocument(w, c)
		if doc == nil {
			return false
		}
		d := dialectOf(l, doc)
		list, _ := statements(doc)
		for _, s := range list {
			for _, name := range []string{"Action", "action"} {
				entries, ok := s.(object)[name].([]any)
				if !ok {
					continue
				}
				for i, e := range entries {
					if d != "cam" {
						entries[i] = strings.ToUpper(e.(string))
					} else if svc, op, ok := strings.Cut(strings.TrimPrefix(e.(string), "name/"), ":"); ok {
						entries[i] = strings.ToUpper(svc) + ":" + op
					}
				}
			}
		}
		return true
	}, same},
}

// FuzzProperties makes a random case, changes it in a way whose effect is
// known, and decides both.
func FuzzProperties(f *testing.F) {
	for i := range uint64(30) {
		f.Add(i, i*31, uint8(i), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, a, b uint64, which uint8, flow bool) {
		w := newWorld(a, b)
		property(t, w, changes[int(which)%len(changes)], flow)
	})
}

// The properties hold on many random cases each.
func TestProperties(t *testing.T) {
	for k, ch := range changes {
		t.Run(ch.name, func(t *testing.T) {
			made := 0
			for i := range worlds() / 10 {
				if property(t, newWorld(uint64(i), uint64(k)), ch, i%2 == 0) {
					made++
				}
				if t.Failed() {
					return
				}
			}
			if made < worlds()/40 {
				t.Errorf("the change could be made %d times only", made)
			}
		})
	}
}

func property(t *testing.T, w world, ch change, flow bool) bool {
	text := w.decision(flow)
	before, problem := decideText(text)
	c := decodeJSON(text).(object)
	if problem != "" || !ch.make(w, c) {
		return false
	}
	changed, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	after, problem := decideText(changed)
	if problem != "" {
		return false
	}
	if !ch.legal(before, after) {
		t.Errorf("%s: %s before, %s after\n%s\n%s", ch.name, before, after, text, changed)
	}
	return true
}

// decodeJSON keeps the text of numbers.
func decodeJSON(text []byte) any {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

func decideText(text []byte) (got, problem string) {
	cs, err := cases.Read("random.json", text)
	if err != nil {
		return "", err.Error()
	}
	res := cs[0].Run()
	if res.Got == "invalid" {
		return "", res.Message
	}
	return res.Got, ""
}
