package writ_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// corpusSeed is what the published corpus is made from. With another seed, or
// another world, it is another corpus.
const corpusSeed = 20250701

// corpusFile is a file of the corpus: policies of one cloud, with the layers
// that its name says. Its groups are random worlds, each made from the seed and
// its number alone; the rows of a group share their policies.
type corpusFile struct {
	name, prefix string
	groups       int
	cam, flow    bool
	conditions   bool // one document with conditions, and requests that come near them
}

var corpusFiles = []corpusFile{
	{name: "huawei-layers", prefix: "hl", groups: 1800},
	{name: "huawei-flow", prefix: "hf", groups: 2000, flow: true},
	{name: "huawei-conditions", prefix: "hc", groups: 1600, conditions: true},
	{name: "cam-layers", prefix: "cl", groups: 850, cam: true},
	{name: "cam-flow", prefix: "cf", groups: 1150, cam: true, flow: true},
	{name: "cam-conditions", prefix: "cc", groups: 900, cam: true, conditions: true},
}

// corpusRow is a row in the order in which people read it.
type corpusRow struct {
	ID      string `json:"id"`
	Now     any    `json:"now"`
	Catalog any    `json:"catalog,omitempty"`
	Layers  any    `json:"layers"`
	Request any    `json:"request"`
	Expect  string `json:"expect"`
}

// keep is how many rows of an outcome a group has at most: the more, the rarer
// the outcome is.
var keep = map[string]int{"allow": 6, "explicit-deny": 4, "implicit-deny": 3, "undecided": 8, "invalid": 1}

// tries is how many requests a group makes to find its rows among.
const tries = 80

// group makes the rows of a group, decided by the oracle.
func (f corpusFile) group(n int) (rows [][]byte, err error) {
	seed := uint64(corpusSeed)
	for _, c := range f.prefix {
		seed = seed<<8 | uint64(c)
	}
	w := newWorld(seed, uint64(n))
	c, ask := w.policies(f.cam, f.flow), func() object { return w.corpusRequest(f.cam, f.flow) }
	if f.conditions {
		st := w.conditions(c, f.cam)
		ask = func() object { return w.near(w.corpusRequest(f.cam, false), st) }
	}
	count, seen := map[string]int{}, map[string]bool{}
	add := func(layers any, r object) error {
		row := corpusRow{fmt.Sprintf("%s-%d-%d", f.prefix, n, len(rows)), c["now"], c["catalog"], layers, r, "allow"}
		text, err := row.marshal()
		if err != nil {
			return err
		}
		request, err := json.Marshal(r)
		if err != nil || seen[string(request)] {
			return err
		}
		seen[string(request)] = true
		if row.Expect, err = oracleDecide(text); err != nil {
			return fmt.Errorf("%w\n%s", err, text)
		}
		if count[row.Expect]++; count[row.Expect] > keep[row.Expect] {
			return nil
		}
		text, err = row.marshal()
		rows = append(rows, text)
		return err
	}
	for range tries {
		if err := add(c["layers"], ask()); err != nil {
			return nil, err
		}
	}
	if layers := w.spoil(c); layers != nil && !f.conditions {
		return rows, add(layers, w.request(f.cam, f.flow))
	}
	return rows, nil
}

func (r *corpusRow) marshal() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(r)
	return bytes.TrimSpace(b.Bytes()), err
}

// corpusRequest makes a request; in Huawei's flow some name an API.
func (w world) corpusRequest(cam, flow bool) object {
	r := w.request(cam, flow)
	if cam {
		return r
	}
	switch {
	case w.yes(4):
		r["action"] = w.tabled()
	case w.yes(12):
		r["resource"] = "cbr:eu-de:*:vault:v1"
	case flow && w.yes(6):
		delete(r, "action")
		method, path, _ := strings.Cut(pick(w, "GET /v3/p1/vaults/v1", "DELETE /v3/p1/vaults/v1", "POST /v3/p1/vaults", "GET /v3/p1/backups/b1",
			"POST /v3/p1/policies", "POST /v3/p1/backups/b1/members", "GET /v3/p1/vaults/../backups/b1", "GET /v3/p1/nothing"), " ")
		r["api"] = object{"method": method, "path": path}
	}
	return r
}

// conditions puts one document into a case, with statements for everything
// under some conditions. It returns these.
func (w world) conditions(c object, cam bool) (conditions []object) {
	d, action := "cam-2.0", "*"
	if !cam {
		d = pick(w, "huawei-1.1", "huawei-5.0")
		action = "*:*:*"
	}
	list := some(w, 2, func() object {
		cond := object{}
		for clauses := 1 + w.IntN(2); clauses > 0 || len(cond) == 0; clauses-- {
			if cam {
				w.clauseCAM(cond)
			} else {
				w.clauseHuawei(cond, d)
			}
		}
		conditions = append(conditions, cond)
		effect := pick(w, "Allow", "Allow", "Deny")
		if cam {
			return object{"effect": strings.ToLower(effect), "action": action, "resource": "*", "condition": cond}
		}
		return object{"Effect": effect, "Action": []string{action}, "Condition": cond}
	})
	doc := object{"version": "2.0", "statement": list}
	if !cam {
		doc = object{"Version": strings.TrimPrefix(d, "huawei-"), "Statement": list}
	}
	c["layers"] = []any{object{"kind": "identity", "dialect": d, "documents": []any{doc}}}
	if !w.yes(3) {
		c["catalog"] = "none"
	}
	return conditions
}

// near gives a request keys that conditions ask for, with values that are or
// resemble theirs.
func (w world) near(r object, conditions []object) object {
	text, err := json.Marshal(conditions)
	if err != nil {
		panic(err)
	}
	values := map[string][]any{}
	for _, cond := range decodeJSON(text).([]any) {
		for _, op := range sorted(cond.(object)) {
			keys := cond.(object)[op].(object)
			for _, key := range sorted(keys) {
				values[oracleKey(key)] = append(values[oracleKey(key)], oracleValues(keys[key])...)
			}
		}
	}
	ctx := object{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		switch v := values[key]; {
		case w.yes(6):
		case len(v) == 0 || w.yes(4):
			ctx[key] = w.value()
		case w.yes(5):
			ctx[key] = some(w, 3, func() string { return w.like(oracleText(pick(w, v...))) })
		default:
			s := w.like(oracleText(pick(w, v...)))
			ctx[key] = s
			if s == "true" || s == "false" {
				ctx[key] = pick[any](w, s, s == "true")
			} else if _, ok := oracleNumber(s); ok && json.Valid([]byte(s)) {
				ctx[key] = pick[any](w, s, json.Number(s))
			}
		}
	}
	r["context"] = ctx
	return r
}

// like makes a text that resembles s.
func (w world) like(s string) string {
	switch w.IntN(8) {
	case 0:
		return w.flip(s + "x")
	case 1:
		return w.flip("x" + s)
	case 2:
		return strings.ToUpper(s)
	case 3:
		return strings.NewReplacer("*", "yz", "?", "é").Replace(s)
	case 4:
		return w.operands(pick(w, "string", "number", "date", "ip"), true)
	}
	return w.flip(s)
}

// spoil returns the layers of a case with one document that nobody may accept,
// nil if there is none to spoil.
func (w world) spoil(c object) any {
	text, err := json.Marshal(object{"layers": c["layers"]})
	if err != nil {
		panic(err)
	}
	c = decodeJSON(text).(object)
	_, doc := aDocument(w, c)
	if doc == nil {
		return nil
	}
	cam := doc["version"] != nil
	name := func(s string) string {
		if cam {
			return strings.ToLower(s)
		}
		return s
	}
	list, put := statements(doc)
	st := pick(w, list...).(object)
	whole := func(change func(src string) string) {
		src, err := json.Marshal(doc)
		if err != nil {
			panic(err)
		}
		clear(doc)
		doc["text"] = change(string(src))
	}
	switch w.IntN(14) {
	case 0:
		st["Extra"] = true
	case 1:
		delete(st, name("Effect"))
	case 2:
		st[name("Effect")] = "Permit"
	case 3:
		doc[name("Version")] = pick(w, "", "1", "3.0")
	case 4:
		st[name("Action")] = []any{"*:"}
	case 5:
		st[name("Action")] = 7
	case 6:
		st[name("Resource")] = []any{pick(w, "cbr", "qcs::cvm", "a:b:c:d", "")}
	case 7:
		st[name("Condition")] = object{pick(w, "StringEqual", "string_equals", "stringequals", "StringEqualsIfExist", "NullIfExists"): object{"g:UserName": []any{"x"}}}
	case 8:
		e := st[name("Effect")]
		delete(st, name("Effect"))
		st["EFFECT"] = e
	case 9:
		put(nil)
	case 10:
		whole(func(src string) string { return src + "x" })
	case 11:
		whole(func(src string) string { return strings.Replace(src, "{", `{"`+name("Version")+`":"5.0",`, 1) })
	case 12:
		whole(func(src string) string { return src[:len(src)-1] })
	default:
		st[name("Condition")] = object{pick(w, "NumberLessThan", "numeric_less_than", "DateLessThan", "date_less_than"): object{"g:UserName": "x"}}
	}
	return c["layers"]
}
