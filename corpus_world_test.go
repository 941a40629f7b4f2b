package writ_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	cam, flow    bool
	groups       int
}

var corpusFiles = []corpusFile{
	{"huawei-layers", "hl", false, false, 2550},
	{"huawei-flow", "hf", false, true, 2550},
	{"cam-layers", "cl", true, false, 1300},
	{"cam-flow", "cf", true, true, 1300},
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
	c := w.policies(f.cam, f.flow)
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
		if err := add(c["layers"], w.corpusRequest(f.cam, f.flow)); err != nil {
			return nil, err
		}
	}
	if layers := w.spoil(c); layers != nil {
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
	case flow && w.yes(6):
		delete(r, "action")
		method, path, _ := strings.Cut(pick(w, "GET /v3/p1/vaults/v1", "DELETE /v3/p1/vaults/v1", "POST /v3/p1/vaults", "GET /v3/p1/backups/b1",
			"POST /v3/p1/policies", "POST /v3/p1/backups/b1/members", "GET /v3/p1/vaults/../backups/b1", "GET /v3/p1/nothing"), " ")
		r["api"] = object{"method": method, "path": path}
	}
	return r
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
