package main

import (
	"fmt"
	"strings"

	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

// json writes a statement in the language of v5.0 identity policies.
func (s *statement) json() string {
	effect, element := "Allow", "Action"
	if s.deny {
		effect = "Deny"
	}
	if s.notAction {
		element = "NotAction"
	}
	text := fmt.Sprintf(`{"Effect": %q, %q: ["%s"], "Resource": ["%s"]`, effect, element, strings.Join(s.actions, `", "`), strings.Join(s.resources, `", "`))
	var clauses []string
	for i := range s.tests {
		clauses = append(clauses, s.tests[i].clauses()...)
	}
	if clauses != nil {
		text += `, "Condition": {` + strings.Join(clauses, ", ") + "}"
	}
	return text + "}"
}

// texts writes the documents of the workload.
func (w *workload) texts() (texts [][]byte) {
	for i := 0; i < len(w.statements); i += w.perPolicy {
		var list []string
		for j := i; j < min(i+w.perPolicy, len(w.statements)); j++ {
			list = append(list, w.statements[j].json())
		}
		texts = append(texts, []byte(`{"Version": "5.0", "Statement": [`+strings.Join(list, ",\n")+"]}"))
	}
	return texts
}

// parse reads documents that must be sound.
func parse(d *policy.Dialect, texts [][]byte) ([]*policy.Document, error) {
	var docs []*policy.Document
	for i, text := range texts {
		doc, err := policy.ParseAs(d, fmt.Sprintf("policy-%d.json", i+1), text)
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// ownCatalog knows the actions and resource types of the 50 services, besides
// what writ knows already.
func ownCatalog() (*catalog.Catalog, error) {
	all := catalog.Default()
	for s := range services {
		name := serviceName(s)
		var actions, entries []string
		for _, t := range kinds {
			for _, v := range verbs {
				actions = append(actions, fmt.Sprintf(`{"name": "%s:%s:%s-item", "accessLevel": %q, "resourceTypes": [{"type": %q}]}`, name, t, v, level(v), t))
			}
			entries = append(entries, fmt.Sprintf(`{"type": %q, "urnTemplate": "%s:<region>:<account-id>:%s:<id>"}`, t, name, t))
		}
		text := fmt.Sprintf(`{"service": %q, "actions": [%s], "resourceTypes": [%s]}`, name, strings.Join(actions, ","), strings.Join(entries, ","))
		c, err := catalog.Parse(name+".json", []byte(text))
		if err != nil {
			return nil, err
		}
		if all, err = all.With(c); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// level is the access level of an action by its verb.
func level(verb string) string {
	switch verb {
	case "get", "show":
		return "read"
	case "list":
		return "list"
	}
	return "write"
}
