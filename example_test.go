package writ_test

import (
	"fmt"
	"log"
	"slices"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// read parses a document of the examples.
func read(d *policy.Dialect, text string) *policy.Document {
	doc, err := policy.ParseAs(d, "example.json", []byte(text))
	if err != nil {
		log.Fatal(err)
	}
	return doc
}

// compile compiles layers of the examples.
func compileAll(layers ...writ.Layer) *writ.Set {
	set, err := writ.Compile(layers...)
	if err != nil {
		log.Fatal(err)
	}
	return set
}

// show asks and prints the outcome.
func show(set *writ.Set, req writ.Request) {
	fmt.Println(req.Action, "-", set.Evaluate(&req).Outcome())
}

func Example() {
	doc, err := policy.Parse("backup.json", []byte(`{"Version": "5.0", "Statement": [
		{"Effect": "Allow", "Action": ["cbr:vaults:*"], "Resource": ["cbr:*:*:vault:*"],
		 "Condition": {"Bool": {"g:MFAPresent": "true"}}},
		{"Effect": "Deny", "Action": ["cbr:vaults:delete"], "Resource": ["cbr:*:*:vault:prod-*"]}]}`))
	if err != nil {
		log.Fatal(err)
	}
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	if err != nil {
		log.Fatal(err)
	}
	d := set.Evaluate(&writ.Request{
		Action:    action.MustParse("cbr:vaults:delete"),
		Resources: []resource.Name{resource.MustParse("cbr:eu-de:0f12:vault:prod-7")},
		Context:   condition.Context{{Key: condition.NewKey("g:MFAPresent"), Value: condition.Bool(true)}},
	})
	st, _ := d.Statement()
	pos, _ := st.Statement().Position()
	fmt.Printf("%v %v %s:%v\n", d.Allowed(), d.Outcome(), st.Document.File(), pos)
	// Output: false explicit deny backup.json:4:3
}

// The same in Tencent Cloud. The empty account segment of the policy stands
// for the account that owns it, here the caller's.
func Example_tencent() {
	set := compileAll(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{read(policy.TencentCAM, `{"version": "2.0",
		"statement": {"effect": "allow", "action": "cvm:*Disks", "resource": "qcs::cvm:ap-beijing::volume/*"}}`)}})
	ask := func(region string) {
		show(set, writ.Request{
			Action:    action.MustParse("name/cvm:DetachDisks"),
			Resources: []resource.Name{resource.MustParse("qcs::cvm:" + region + ":uin/100:volume/disk-1")},
			Principal: resource.MustParse("qcs::cam::uin/100:uin/200"),
		})
	}
	ask("bj") // the old name of ap-beijing
	ask("ap-guangzhou")
	// Output:
	// cvm:DetachDisks - allow
	// cvm:DetachDisks - implicit deny
}

// An organization bounds what its accounts may do, level by level; each level
// is a layer. Guardrails never grant. The management account is exempt.
func Example_organization() {
	all, err := catalog.Default().SCP("FullAccess")
	if err != nil {
		log.Fatal(err)
	}
	keep := read(policy.HuaweiSCP, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": ["organizations:organizations:leave"]}]}`)
	set := compileAll(
		writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{read(policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["*"]}]}`)}},
		writ.Layer{Kind: writ.Guardrail, Name: "root", Documents: []*policy.Document{all}},
		writ.Layer{Kind: writ.Guardrail, Name: "account", Documents: []*policy.Document{all, keep}},
	)
	leave := writ.Request{Action: action.MustParse("organizations:organizations:leave")}
	show(set, leave)
	leave.Exempt = []string{"root", "account"}
	show(set, leave)
	// Output:
	// organizations:organizations:leave - explicit deny
	// organizations:organizations:leave - allow
}

// A v1.0 role acts only while the roles that it depends on are granted to the
// same group in the same project.
func Example_roles() {
	var docs []*policy.Document
	for _, name := range []string{"DNS Administrator", "Tenant Guest"} {
		p, _ := catalog.Default().Permission(name)
		doc, err := p.Document()
		if err != nil {
			log.Fatal(err)
		}
		docs = append(docs, doc)
	}
	create := writ.Request{Action: action.MustParse("DNS:Zone:create"), Scope: writ.Project("p1")}
	layer := writ.Layer{Kind: writ.Identity, Group: "net", Scope: writ.Project("p1"), Documents: docs}
	show(compileAll(layer), create)

	// VPC Administrator is missing. The vendor has not published what it
	// says, but its name is enough for the roles that depend on it.
	vpc, _ := catalog.Default().Permission("VPC Administrator")
	layer.Documents = append(layer.Documents, vpc.Stub())
	show(compileAll(layer), create)
	// Output:
	// dns:zone:create - implicit deny
	// dns:zone:create - allow
}

// A v1.x grant counts where it was made.
func Example_scope() {
	doc := read(policy.HuaweiPolicy, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["ecs:*:*"]}]}`)
	set := compileAll(writ.Layer{Kind: writ.Identity, Scope: writ.Project("p1"), Documents: []*policy.Document{doc}})
	show(set, writ.Request{Action: action.MustParse("ecs:servers:get"), Scope: writ.Project("p1")})
	show(set, writ.Request{Action: action.MustParse("ecs:servers:get"), Scope: writ.Project("p2")})
	// Output:
	// ecs:servers:get - allow
	// ecs:servers:get - implicit deny
}

// Temporary credentials may carry a policy that narrows the role's.
func Example_session() {
	set := compileAll(
		writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{read(policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["obs:*:*"]}]}`)}},
		writ.Layer{Kind: writ.Session, Documents: []*policy.Document{read(policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["obs:object:get*"]}]}`)}},
	)
	show(set, writ.Request{Action: action.MustParse("obs:object:getObject")})
	show(set, writ.Request{Action: action.MustParse("obs:object:deleteObject")})
	// Output:
	// obs:object:getobject - allow
	// obs:object:deleteobject - implicit deny
}

// Whoever assumes an agency of another account needs the permission at home
// and the agency's trust.
func Example_trust() {
	trust := writ.Layer{Kind: writ.Resource, Documents: []*policy.Document{read(policy.HuaweiTrust, `{"Version": "5.0", "Statement": [
		{"Effect": "Allow", "Principal": {"IAM": ["a1"]}, "Action": ["sts:agencies:assume"],
		 "Condition": {"StringEquals": {"sts:ExternalId": "42"}}}]}`)}}
	home := writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{read(policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["sts:agencies:assume"]}]}`)}}
	assume := writ.Request{
		Action:    action.MustParse("sts:agencies:assume"),
		Resources: []resource.Name{resource.MustParse("iam::a2:agency:ops")},
		Principal: resource.MustParse("iam::a1:user:alice"),
		Context:   condition.Context{{Key: condition.NewKey("sts:ExternalId"), Value: condition.String("42")}},
	}
	show(compileAll(trust), assume)
	show(compileAll(home), assume)
	show(compileAll(trust, home), assume)
	// Output:
	// sts:agencies:assume - implicit deny
	// sts:agencies:assume - implicit deny
	// sts:agencies:assume - allow
}

// A v5 operation is governed by identity policies under its new name and by
// v1.1 policies under its old one, together; Deny first.
func Example_aliases() {
	old := read(policy.HuaweiPolicy, `{"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr:agents:getAgentAutoUpgrade"]}]}`)
	deny := read(policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [{"Effect": "Deny", "Action": ["cbr::getAgentAutoUpgrade"]}]}`)
	get := writ.Request{Action: action.MustParse("cbr::getAgentAutoUpgrade")}
	show(compileAll(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{old}}), get)
	show(compileAll(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{old, deny}}), get)
	// Output:
	// cbr::getagentautoupgrade - allow
	// cbr::getagentautoupgrade - explicit deny
}

// All resources of a request must be allowed.
func ExampleDecision_Resource() {
	set := compileAll(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{read(policy.TencentCAM, `{"version": "2.0",
		"statement": [{"effect": "allow", "action": "cvm:AttachDisks", "resource": "qcs::cvm:::volume/*"}]}`)}})
	req := writ.Request{
		Action:    action.MustParse("cvm:AttachDisks"),
		Principal: resource.MustParse("qcs::cam::uin/100:uin/200"),
		Resources: []resource.Name{
			resource.MustParse("qcs::cvm:ap-beijing:uin/100:volume/disk-1"),
			resource.MustParse("qcs::cvm:ap-beijing:uin/100:instance/ins-1"),
		},
	}
	d := set.Evaluate(&req)
	fmt.Println(d.Outcome(), "-", req.Resources[d.Resource()])
	// Output: implicit deny - qcs::cvm:ap-beijing:uin/100:instance/ins-1
}

// A condition that cannot be decided never grants, and never switches a Deny
// off.
func Example_undecided() {
	set := compileAll(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{read(policy.HuaweiIdentity, `{"Version": "5.0", "Statement": [
		{"Effect": "Allow", "Action": ["obs:*:*"]},
		{"Effect": "Deny", "Action": ["obs:object:*"], "Condition": {"NotIpAddress": {"g:SourceIp": "10.0.0.0/8"}}}]}`)}})
	ask := func(ctx condition.Context) {
		show(set, writ.Request{Action: action.MustParse("obs:object:getObject"), Context: ctx})
	}
	ip := condition.NewKey("g:SourceIp")
	ask(condition.Context{{Key: ip, Value: condition.String("10.1.2.3")}})
	ask(condition.Context{{Key: ip, Value: condition.String("not an address")}})
	ask(nil)
	// Output:
	// obs:object:getobject - allow
	// obs:object:getobject - undecided
	// obs:object:getobject - undecided
}

func ExampleSet_Explain() {
	doc := read(policy.HuaweiPolicy, `{"Version": "1.1", "Statement": [
		{"Effect": "Deny", "Action": ["cbr:*:delete"]},
		{"Effect": "Deny", "Action": ["cbr:vaults:*"]}]}`)
	set := compileAll(writ.Layer{Kind: writ.Identity, Name: "alice", Documents: []*policy.Document{doc}})
	e := set.Explain(&writ.Request{Action: action.MustParse("cbr:vaults:delete")})
	fmt.Println(e.Decision.Outcome())
	for r := range e.Reasons() {
		pos, _ := r.Statement().Position()
		fmt.Println(r.Layer.Kind, r.Layer.Name, pos, r.Statement().Effect())
	}
	// Output:
	// explicit deny
	// identity alice 2:3 Deny
	// identity alice 3:3 Deny
}

// Which actions a call needs, and on what, comes from the catalog.
func ExampleSet_DecideCall() {
	doc, err := policy.Parse("ops.json", []byte(`{"Version": "5.0", "Statement": [
		{"Effect": "Allow", "Action": ["cbr:vaults:*"], "Resource": ["cbr:*:*:vault:*"]},
		{"Effect": "Deny", "Action": ["cbr:vaults:delete"], "Resource": ["cbr:*:*:vault:prod-*"]}]}`))
	if err != nil {
		log.Fatal(err)
	}
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	if err != nil {
		log.Fatal(err)
	}
	for _, call := range [][2]string{
		{"DELETE", "/v3/p1/vaults/test-1"}, {"DELETE", "/v3/p1/vaults/prod-1"}, {"DELETE", "/v3/p1//vaults/prod-1"}, {"POST", "/v3/p1/vaults"},
	} {
		d := set.DecideCall(&writ.Call{Method: call[0], Path: call[1], Region: "eu-de", Request: writ.Request{Owner: writ.Account{ID: "0f12"}}})
		fmt.Println(call[0], call[1], "-", d.Outcome(), slices.Collect(d.Missing()))
		if d.Err() != nil {
			fmt.Println(d.Err())
		}
	}
	// Output:
	// DELETE /v3/p1/vaults/test-1 - allow []
	// DELETE /v3/p1/vaults/prod-1 - explicit deny [cbr:vaults:delete]
	// DELETE /v3/p1//vaults/prod-1 - implicit deny []
	// no API of the catalog serves DELETE /v3/p1//vaults/prod-1
	// POST /v3/p1/vaults - allow [ecs:cloudservers:listserversdetails evs:volumes:list]
}

// A service with very many principals compiles each document once and attaches it.
func ExampleDirectory() {
	doc, err := policy.Parse("readers.json", []byte(`{
		"Version": "5.0",
		"Statement": [{"Effect": "Allow", "Action": ["cbr:vaults:get"], "Resource": ["*"]}]
	}`))
	if err != nil {
		panic(err)
	}
	d, err := writ.NewDirectory()
	if err != nil {
		panic(err)
	}
	for _, err := range []error{
		d.PutDocument("vault-readers", doc),
		d.PutGroup("staff", writ.Grant{Document: "vault-readers"}),
		d.Attach("ann", writ.Attachments{Groups: []string{"staff"}}),
	} {
		if err != nil {
			panic(err)
		}
	}
	req := &writ.Request{
		Action:    action.MustParse("cbr:vaults:get"),
		Resources: []resource.Name{resource.MustParse("cbr:eu-de:0f12:vault:prod-7")},
	}
	fmt.Println(d.Evaluate("ann", req).Allowed(), d.Evaluate("eve", req).Allowed())
	// Output: true false
}
