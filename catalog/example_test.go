package catalog_test

import (
	"fmt"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
)

func ExampleCatalog_Action() {
	a, _ := catalog.Default().Action(action.MustParse("CBR:Vaults:Delete"))
	fmt.Println(a, a.Access(), a.HasType("", "vault"))
	for k := range a.Keys() {
		fmt.Println(k)
	}
	// Output:
	// cbr:vaults:delete write true
	// g:EnterpriseProjectId
	// g:ResourceTag/<tag-key>
}

func ExampleCatalog_Actions() {
	p, _ := action.Compile(action.Identity, "cbr:agents:*path")
	for a := range catalog.Default().Actions(p) {
		fmt.Println(a)
	}
	// Output:
	// cbr:agents:addPath
	// cbr:agents:removePath
}

func ExampleCatalog_Key() {
	k, _ := catalog.Default().Key(condition.NewKey("g:resourcetag/Team"))
	fmt.Println(k, k.Type(), k.Multi())
	// Output: g:ResourceTag/<tag-key> string false
}

func ExamplePermission_Document() {
	for _, name := range []string{"IAM ReadOnlyAccess", "CBR FullAccess"} {
		p, _ := catalog.Default().Permission(name)
		doc, err := p.Document()
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(doc.Dialect(), doc.Statement(0).Actions())
	}
	// Output:
	// huawei-1.1 [iam:*:get* iam:*:list* iam:*:check*]
	// system-defined permission "CBR FullAccess": the vendor has not published its content; export it from the account and give the document itself
}
