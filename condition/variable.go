package condition

import "github.com/writ-policy/writ/internal/wildcard"

// MaxVariables is the most variables that one text can hold.
const MaxVariables = wildcard.MaxVariables

// Variable is a policy variable that can be expanded: a condition key, or in
// CAM one of ${uin}, ${owner_uin} and ${app_id}. It is immutable.
type Variable struct {
	key        Key
	name       string // CAM
	text       string // default
	hasDefault bool
	cam        bool
}

// Variables prepares the variables of a text for expansion.
func Variables(g Grammar, vars []wildcard.Variable) []Variable {
	if len(vars) == 0 {
		return nil
	}
	out := make([]Variable, len(vars))
	for i, v := range vars {
		out[i] = Variable{text: v.Default, hasDefault: v.HasDefault}
		if g == CAM {
			out[i].name, out[i].cam = v.Key, true
		} else {
			out[i].key = NewKey(v.Key)
		}
	}
	return out
}

// Key returns the condition key; the zero Key for a variable of CAM.
func (v *Variable) Key() Key { return v.key }

// MultiValued reports whether one of the variables is a multi-valued key. (Not
// inlined for the size of programs.)
//
//go:noinline
func MultiValued(vars []Variable, known func(Key) (KeyInfo, bool)) bool {
	for _, v := range vars {
		if k, ok := known(v.key); ok && k.Multi {
			return true
		}
	}
	return false
}

// Expand puts the texts of variables into buf and returns the part of it that
// it used, and which of them are not known: bit i stands for text i.
//
// The result is False if one cannot be expanded, which voids the statement: the
// key is absent without a default, or has several values (huawei.md P-28,
// tencent-cam.md V4). It is Unknown if nobody knows whether one can. A key in
// doubt that has a default is not known, but can be expanded.
func (e *Env) Expand(vars []Variable, buf *[MaxVariables]string) (texts []string, hidden uint8, r Result) {
	r = True
	for i := range vars {
		v := &vars[i]
		buf[i] = ""
		if v.cam {
			s := ""
			switch v.name {
			case "uin":
				s = e.UIN
			case "owner_uin":
				s = e.OwnerUIN
			case "app_id":
				s = e.AppID
			}
			if s == "" {
				return nil, 0, False
			}
			buf[i] = s
			continue
		}
		switch val, doubt := e.find(v.key); {
		case doubt || val.kind == unknown:
			hidden |= 1 << i
			if !doubt || !v.hasDefault || val.kind == list {
				r = Unknown
			}
		case val.kind == list && len(val.list) > 0:
			return nil, 0, False
		case !val.IsAbsent():
			buf[i] = val.plain()
		case v.hasDefault:
			buf[i] = v.text
		default:
			return nil, 0, False
		}
	}
	return buf[:len(vars)], hidden, r
}
