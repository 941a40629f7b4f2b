package catalog

import (
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/internal/wildcard"
)

// The objects of an authorization schema (huawei.md 3.4). Of schemaForm
// actions comes first, the only member that both formats have. Texts in
// several languages are objects with a member for each.
var (
	schemaForm          = form{"an authorization schema", 1, []string{"actions", "version", "resources", "conditions", "operations"}, false}
	schemaActionForm    = form{"an action", 3, []string{"name", "access_level", "permission_only", "description", "aliases", "resources", "condition_keys"}, false}
	schemaTypeForm      = form{"a resource of an action", 2, []string{"urn_template", "required", "condition_keys"}, false}
	schemaResourceForm  = form{"a resource", 2, []string{"type_name", "urn_template"}, false}
	schemaConditionForm = form{"a condition", 3, []string{"key", "value_type", "multi_valued", "description"}, false}
	schemaOperationForm = form{"an operation", 2, []string{"operation_id", "operation_action", "dependent_actions"}, false}
)

// What is read is the vendor's table; the rest it does not state.
const (
	schemaActionLetters    = "ttttttt"
	schemaOperationLetters = "t--tt----"
)

// schema reads an authorization schema. It does not say which service it is
// of; names and URNs tell.
type schema struct{ *reader }

func (r *reader) authorizationSchema(root *jsonsrc.Node) {
	m := r.members(root, &schemaForm)
	r.text(orNull(m["version"]), "the version", anyText)
	s := schema{r}
	for _, n := range r.rows(m["actions"], "actions", maxActions) {
		s.action(n)
	}
	if n := m["actions"]; n != nil && n.Kind == jsonsrc.Array && len(n.Items) == 0 {
		r.invalid(n, "there are no actions", "ask for a service that is registered")
	}
	for _, n := range r.items(orNull(m["resources"]), "resources") {
		s.resource(n)
	}
	for _, n := range r.items(orNull(m["conditions"]), "conditions") {
		s.condition(n)
	}
	for _, n := range r.rows(orNull(m["operations"]), "operations", maxAPIs) {
		s.operation(n)
	}
}

func (s schema) action(n *jsonsrc.Node) {
	m := s.members(n, &schemaActionForm)
	a := &Action{
		name: s.actionName(m["name"], "the name"), access: s.word(m["access_level"], "the access_level", accessLevels...),
		permissionOnly: s.flag(m["permission_only"], "permission_only"), letters: schemaActionLetters,
		aliases: s.actionNames(orNull(m["aliases"]), "aliases"), own: s.texts(orNull(m["condition_keys"]), "condition_keys", keyName, keyID),
	}
	s.description(m["description"])
	types := map[string]*jsonsrc.Node{}
	for _, item := range s.items(orNull(m["resources"]), "resources") {
		r := s.members(item, &schemaTypeForm)
		t := ActionType{required: s.flag(r["required"], "required"), keys: s.texts(orNull(r["condition_keys"]), "condition_keys", keyName, keyID)}
		var ok bool
		if t.service, t.text, ok = s.template(r["urn_template"], "the urn_template"); !ok {
			continue
		}
		t.folded = wildcard.Lower(t.text)
		id := t.service + ":" + t.folded
		if first := types[id]; first != nil {
			s.twice(r["urn_template"], "the resource type "+t.text, first)
			continue
		}
		types[id] = r["urn_template"]
		a.types = append(a.types, t)
	}
	a.sort()
	if !a.name.IsZero() && s.define("action", a.name.String(), m["name"], phrase.Quote(m["name"].Text)) {
		a.text = m["name"].Text
		s.b.actions = append(s.b.actions, a)
	}
}

func (s schema) resource(n *jsonsrc.Node) {
	m := s.members(n, &schemaResourceForm)
	t := ResourceType{text: s.text(m["type_name"], "the type_name", typeName), evidence: Table}
	service, typ, ok := s.template(m["urn_template"], "the urn_template")
	if t.text == "" || !ok {
		return
	}
	if wildcard.Lower(typ) != wildcard.Lower(t.text) {
		s.invalid(m["urn_template"], "the urn_template is of the type "+typ, "its type_name is "+t.text)
	}
	t.service, t.urn = service, m["urn_template"].Text
	if s.define("type", t.id(), m["type_name"], phrase.Quote(m["type_name"].Text)) {
		s.b.types = append(s.b.types, t)
	}
}

func (s schema) condition(n *jsonsrc.Node) {
	m := s.members(n, &schemaConditionForm)
	k := Key{text: s.text(m["key"], "the key", keyName), grade: "table"}
	k.info = condition.KeyInfo{Type: typeOf(s.word(m["value_type"], "the value_type", keyTypes...)), Multi: s.flag(m["multi_valued"], "multi_valued")}
	s.description(m["description"])
	if k.text != "" && s.define("key", keyID(k.text), m["key"], phrase.Quote(m["key"].Text)) {
		s.b.keys = append(s.b.keys, k)
	}
}

func (s schema) operation(n *jsonsrc.Node) {
	m := s.members(n, &schemaOperationForm)
	a := API{
		mapped: true, dependentGiven: true, operation: s.text(m["operation_id"], "the operation_id", someText), iam: '-', enterprise: '-', letters: schemaOperationLetters,
		dependent: s.actionNames(orNull(m["dependent_actions"]), "dependent_actions"),
	}
	name := s.actionName(m["operation_action"], "the operation_action")
	if name.IsZero() || a.operation == "" {
		return
	}
	a.of, a.actions = name.Service(), append(a.actions, name)
	if s.define("operation", a.id(), m["operation_id"], phrase.Quote(m["operation_id"].Text)) {
		s.b.operations = append(s.b.operations, a)
	}
}

// description reads a text in several languages. The catalog does not keep it.
func (s schema) description(n *jsonsrc.Node) {
	if !s.is(orNull(n), "the description", jsonsrc.Object) {
		return
	}
	for i := range n.Members {
		s.text(orNull(&n.Members[i].Value), "a description", anyText)
	}
}
