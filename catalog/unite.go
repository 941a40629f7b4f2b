package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/writ-policy/writ/action"
)

// The places of the cells in the letters of a row; 0 is the row itself.
const (
	actionTypes = 3 + iota
	actionAllKeys
	actionOwnKeys
	actionAliases
)

const (
	apiActions = 3 + iota
	apiDependent
	apiV11
	apiV11Dependencies
	apiIAM
	apiEnterprise
)

// uniteActions never changes the old action: a catalog has it.
func uniteActions(old **Action, b *Action) *clash {
	a := *old
	if a == b {
		return nil
	}
	if a.access != b.access {
		return &clash{"accessLevel", a.access, b.access}
	}
	u, p := *a, newPair(a.letters, b.letters)
	u.ownKeys = nil // made anew
	for i := range actionTypes {
		p.agree(i)
	}
	types, c := p.lists(actionTypes, "resourceTypes", a.typeList(), b.typeList())
	if c != nil {
		return c
	}
	own, c := p.lists(actionOwnKeys, "actionLevelConditionKeys", keyList(a.own), keyList(b.own))
	if c != nil {
		return c
	}
	aliases, c := p.lists(actionAliases, "aliases", nameList(a.aliases), nameList(b.aliases))
	if c != nil {
		return c
	}
	if types {
		u.types = b.types
		p.both[actionAllKeys] = b.letters[actionAllKeys]
	} else if b.typeList() == a.typeList() {
		take, c := p.lists(actionAllKeys, "conditionKeys", a.typeKeyList(), b.typeKeyList())
		if c != nil {
			return c
		}
		if take {
			u.types = b.types
		}
	}
	if own {
		u.own = b.own
	}
	if aliases {
		u.aliases = b.aliases
	}
	u.permissionOnly = a.permissionOnly || b.permissionOnly
	u.silent, u.untyped = a.silent && b.silent, a.untyped && b.untyped
	u.candidates = slices.Clone(a.candidates)
	for _, g := range b.candidates {
		u.candidates = withGap(u.candidates, g)
	}
	u.letters, u.types = string(p.both), slices.Clone(u.types)
	u.fillKeys()
	*old = &u
	return nil
}

// typeList writes the resource types out: order*, crm:customer.
func (a *Action) typeList() string {
	var words []string
	for i := range a.types {
		words = append(words, a.typeWord(i))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

func (a *Action) typeWord(i int) string {
	t := &a.types[i]
	w := t.folded
	if t.service != a.name.Service() {
		w = t.service + ":" + w
	}
	if t.required {
		w += "*"
	}
	return w
}

// typeKeyList writes out the keys of the types that have some: "" if none has.
func (a *Action) typeKeyList() string {
	var words []string
	for i, t := range a.types {
		if len(t.keys) > 0 {
			words = append(words, a.typeWord(i)+" "+keyList(t.keys))
		}
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

func keyList(keys []string) string {
	var ids []string
	for _, k := range keys {
		ids = append(ids, keyID(k))
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func nameList(names []action.Name) string {
	var words []string
	for _, n := range names {
		words = append(words, n.String())
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func uniteKeys(a *Key, b Key) *clash {
	switch {
	case a.info.Type != b.info.Type:
		return &clash{"type", a.info.Type.String(), b.info.Type.String()}
	case a.info.Multi != b.info.Multi:
		return &clash{"multivalued", strconv.FormatBool(a.info.Multi), strconv.FormatBool(b.info.Multi)}
	case a.grade == "":
		a.grade = b.grade
	}
	return nil
}

// uniteTypes lets the catalog that has a URN fill it in for one that has none.
func uniteTypes(a *ResourceType, b ResourceType) *clash {
	switch {
	case b.urn == "" || a.urn == b.urn:
		a.evidence = max(a.evidence, b.evidence)
	case a.urn == "":
		a.urn, a.evidence = b.urn, b.evidence
	default:
		return &clash{"urnTemplate", a.urn, b.urn}
	}
	return nil
}

// uniteNames puts together what is known about an API apart from its actions.
func uniteNames(a *API, b API) *clash {
	switch {
	case a.path != b.path:
		return &clash{"path", a.path, b.path}
	case a.operation == "":
		a.operation = b.operation
	case b.operation != "" && a.operation != b.operation:
		return &clash{"operationId", a.operation, b.operation}
	}
	return nil
}

// uniteNeeds puts together the actions that an API needs.
func uniteNeeds(a *API, b API) *clash {
	p := newPair(a.letters, b.letters)
	for i := range apiActions {
		p.agree(i)
	}
	actions, c := p.lists(apiActions, "actions", nameList(a.actions), nameList(b.actions))
	if c != nil {
		return c
	}
	dependent, c := p.lists(apiDependent, "dependentActions", nameList(a.dependent), nameList(b.dependent))
	if c != nil {
		return c
	}
	if actions {
		a.actions = b.actions
	}
	if dependent {
		a.dependent = b.dependent
	}
	a.letters = string(p.both)
	a.dependentGiven = a.dependentGiven || b.dependentGiven
	return nil
}

// uniteAPIs puts two rows of one API together. About authorization by v1.1 it
// is no contradiction if one of them says nothing.
func uniteAPIs(a *API, b API) *clash {
	if c := uniteNames(a, b); c != nil {
		return c
	}
	letters := a.letters
	if c := uniteNeeds(a, b); c != nil {
		return c
	}
	p := &pair{letters, b.letters, []byte(a.letters)}
	switch {
	case a.v11 == b.v11:
		p.agree(apiV11)
		take, c := p.lists(apiV11Dependencies, "v11Dependencies", nameList(a.v11Dependencies), nameList(b.v11Dependencies))
		if c != nil {
			return c
		}
		if take {
			a.v11Dependencies = b.v11Dependencies
		}
	case a.v11.IsZero():
		a.v11, a.v11Dependencies = b.v11, b.v11Dependencies
		p.both[apiV11], p.both[apiV11Dependencies] = b.letters[apiV11], b.letters[apiV11Dependencies]
	case !b.v11.IsZero():
		return &clash{"v11Action", a.v11.String(), b.v11.String()}
	}
	for _, x := range []struct {
		cell     string
		i        int
		old, new *byte
	}{{"iamProject", apiIAM, &a.iam, &b.iam}, {"enterpriseProject", apiEnterprise, &a.enterprise, &b.enterprise}} {
		switch {
		case *x.old == *x.new:
			p.agree(x.i)
		case *x.old == '-':
			*x.old, p.both[x.i] = *x.new, p.new[x.i]
		case *x.new != '-':
			return &clash{x.cell, strconv.FormatBool(*x.old == 'y'), strconv.FormatBool(*x.new == 'y')}
		}
	}
	legacy := slices.Clone(a.legacy)
	for _, path := range b.legacy {
		if !slices.Contains(legacy, path) {
			legacy = append(legacy, path)
		}
	}
	a.legacy, a.letters = legacy, string(p.both)
	return nil
}
