package policy

import (
	"strconv"
	"unicode/utf8"

	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/internal/phrase"
)

// condition reads a Condition element.
func (r *reader) condition(s *Statement, v *jsonsrc.Node, e *element) {
	if v.Kind == jsonsrc.Array && len(v.Items) == 0 && e.shapes&emptyArray != 0 {
		return // G16
	}
	if v.Kind != jsonsrc.Object {
		r.kind(pConditionType, v, e.name+" is an object", "write {operator: {key: [values]}}")
		return
	}
	r.count(v, int(e.min), int(e.max), pConditionCount, e.name+" has", "operators")
	if len(v.Members) == 0 && e.min == 0 && !r.dialect.IsCAM() {
		r.report(Suggestion, pEmpty, v.Pos, v.End, "an empty "+e.name+" is no condition", "leave it out")
	}
	var clauses []condition.Clause
	for i := range v.Members {
		m := &v.Members[i]
		if m.Value.Kind != jsonsrc.Object {
			r.kind(pConditionType, &m.Value, "an operator holds an object", "write {key: [values]}")
			continue
		}
		switch {
		case len(m.Value.Members) == 0 && (r.dialect.IsCAM() || r.dialect.maxKeys > 0):
			r.error(pKeyCount, &m.Value, "the operator has no keys", "name a key or leave the operator out")
		case len(m.Value.Members) == 0:
			r.report(Suggestion, pEmpty, m.Value.Pos, m.Value.End, "an operator without keys is no condition", "leave it out")
		default:
			r.count(&m.Value, 0, r.dialect.maxKeys, pKeyCount, "the operator has", "keys")
		}
		seen := make(map[string]string)
		if bad := condition.CheckOperator(r.dialect.conditions, m.Name); bad != nil {
			r.name(pOperator, m, bad.Reason, bad.Fix)
		}
		for j := range m.Value.Members {
			k := &m.Value.Members[j]
			key := condition.NewKey(k.Name).String()
			if first, twice := seen[key]; twice && first != k.Name { // else reported as a duplicate name
				r.name(pDuplicate, k, "key "+phrase.Quote(k.Name)+" stands twice under "+m.Name+"; key names have no letter case", "join the values")
			}
			seen[key] = k.Name
			c, ok := r.clause(m, k)
			if !ok {
				continue
			}
			clauses = append(clauses, c)
			s.clausePos = append(s.clausePos, r.position(k.NamePos))
		}
	}
	s.condition = condition.NewBlock(clauses)
}

func (r *reader) count(v *jsonsrc.Node, min, max int, p problem, what, of string) {
	n := len(v.Members)
	switch {
	case n < min:
		r.error(p, v, what+" no "+of, "leave it out")
	case max > 0 && n > max:
		r.error(p, v, what+" "+strconv.Itoa(n)+" "+of+", "+strconv.Itoa(max)+" are allowed", "split the statement")
	}
}

// clause reads one key under the operator op. What is wrong with the operator
// itself has been reported.
func (r *reader) clause(op, key *jsonsrc.Member) (c condition.Clause, ok bool) {
	v := &key.Value
	values, ok := r.values(v)
	if !ok {
		return c, false
	}
	c, problems := condition.Compile(r.dialect.conditions, op.Name, key.Name, values)
	for _, p := range problems {
		sev := Error
		if p.Warning {
			sev = Warning
		} else {
			ok = false
		}
		switch p.Part {
		case condition.OperatorPart:
		case condition.KeyPart:
			code := pKey
			if p.Kind == condition.OperatorKey {
				code = pOperatorKey
			}
			r.report(sev, code, key.NamePos, key.NameEnd, p.Reason, p.Fix)
		default:
			code := pValue
			if p.Kind == condition.BadVariable {
				code = pVariable
			}
			n := v
			if v.Kind == jsonsrc.Array {
				n = &v.Items[p.Value]
			}
			at := n.Pos
			if n.Kind == jsonsrc.String && p.Kind != condition.BadValue {
				at = n.Offset(r.src, p.Offset)
			}
			r.report(sev, code, at, n.End, p.Reason, p.Fix)
		}
	}
	return c, ok
}

// values returns the values of a key as text.
func (r *reader) values(v *jsonsrc.Node) (texts []string, ok bool) {
	shapes := r.dialect.values
	ok = true
	length := 0
	add := func(n *jsonsrc.Node) {
		if n.Kind == jsonsrc.String || n.Kind == jsonsrc.Number && shapes&number != 0 || n.Kind == jsonsrc.Bool && shapes&boolean != 0 {
			texts = append(texts, n.Text)
			length += utf8.RuneCountInString(n.Text)
			return
		}
		r.kind(pValueType, n, "a value is a string", asString(n))
		ok = false
	}
	switch {
	case v.Kind == jsonsrc.Array:
		for i := range v.Items {
			add(&v.Items[i])
		}
	case shapes&^array == 0:
		fix := "write […]"
		if v.Kind == jsonsrc.String {
			fix = "write [" + phrase.Quote(v.Text) + "]"
		}
		r.kind(pValueType, v, "the values of a key are an array", fix)
		return nil, false
	default:
		add(v)
	}
	if !ok {
		return nil, false
	}
	switch max := r.dialect.maxText; {
	case max > 0 && (length == 0 || length > max):
		r.error(pValueCount, v, "the values of a key have 1 to "+strconv.Itoa(max)+" characters, not "+strconv.Itoa(length), "name a value or split the statement")
		return nil, false
	case len(texts) == 0 && r.dialect.IsCAM():
		r.error(pValueCount, v, "there are no values", "name one")
		return nil, false
	case len(texts) == 0:
		r.report(Warning, pEmpty, v.Pos, v.End, "a condition without values is not satisfied, or with a negative operator undecided", "name a value")
	}
	return texts, true
}
