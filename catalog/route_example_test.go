package catalog_test

import (
	"fmt"
	"log"
	"slices"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/policy"
)

func ExampleCatalog_Route() {
	c := catalog.Default()
	for _, path := range []string{"/v3/4d2f/vaults/v1", "/v3/4d2f/vaults/summary", "/v3/region-projects", "/v3/4d2f//vaults"} {
		r, ok := c.Route("GET", path)
		if !ok || !r.API().Mapped() {
			fmt.Println(path, "- deny")
			continue
		}
		fmt.Println(path, "-", r.API().OperationID(), slices.Collect(r.API().Actions()))
	}
	// Output:
	// /v3/4d2f/vaults/v1 - ShowVault [cbr:vaults:get]
	// /v3/4d2f/vaults/summary - ShowSummary [cbr:vaults:showsummary]
	// /v3/region-projects - deny
	// /v3/4d2f//vaults - deny
}

// A call is allowed if all its actions are. What its path does not name is
// allowed by a statement for all resources of the type.
func ExampleRoute_Resources() {
	doc, err := policy.Parse("ops.json", []byte(`{"Version": "5.0", "Statement": [
		{"Effect": "Allow", "Action": ["cbr:vaults:get", "cbr:vaults:create"], "Resource": ["cbr:*:*:vault:ops-*"]},
		{"Effect": "Allow", "Action": ["cbr:vaults:list"], "Resource": ["cbr:*:*:vault:*"]},
		{"Effect": "Allow", "Action": ["cbr::getFeature"], "Resource": ["*"]}]}`))
	if err != nil {
		log.Fatal(err)
	}
	set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: []*policy.Document{doc}})
	if err != nil {
		log.Fatal(err)
	}
	c := catalog.Default()
	for _, req := range [][2]string{
		{"GET", "/v3/4d2f/vaults/ops-1"}, {"GET", "/v3/4d2f/vaults/web-1"}, {"GET", "/v3/4d2f/vaults"},
		{"POST", "/v3/4d2f/vaults"}, {"GET", "/v3/4d2f/cbr-features/f1"}, {"GET", "/v3/4d2f/cbr-features"},
	} {
		r, ok := c.Route(req[0], req[1])
		if !ok || !r.API().Mapped() {
			continue // deny
		}
		for n := range r.API().Actions() {
			a, _ := c.Action(n)
			resources, err := r.Resources(a, "eu-de", "0f12")
			allowed := err == nil && set.Evaluate(&writ.Request{Action: n, Resources: resources}).Allowed()
			fmt.Println(allowed, n, resources)
		}
	}
	// Output:
	// true cbr:vaults:get [cbr:eu-de:0f12:vault:ops-1]
	// false cbr:vaults:get [cbr:eu-de:0f12:vault:web-1]
	// true cbr:vaults:list [cbr:eu-de:0f12:vault:*]
	// false cbr:vaults:create [cbr:eu-de:0f12:vault:*]
	// true cbr::getfeature []
	// false cbr::listfeatures []
}
