package resource_test

import (
	"fmt"

	"github.com/writ-policy/writ/resource"
)

func ExampleCompile() {
	p, err := resource.Compile(resource.Identity, "obs:*:*:object:backups/${g:UserName}/*")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Variables()[0].Key)
	n := resource.MustParse("obs:eu-de:0f12:object:backups/ann/2026/01")
	fmt.Println(p.Match(n, nil, "ann"), p.Match(n, nil, "*"))

	_, err = resource.Compile(resource.Policy, "obs::*:bucket:x")
	fmt.Println(err)
	// Output:
	// g:username
	// true false
	// resource "obs::*:bucket:x": the region is empty; write * for any
}

func ExampleParse() {
	for _, s := range []string{"CBR:eu-de:0f12:Vault:prod-7", "qcs:id/0:cvm:gz:uin/100:volume/disk-1", "*"} {
		n, _ := resource.Parse(s)
		fmt.Printf("%s %q %q %q %q %q\n", n, n.Service(), n.Region(), n.Account(), n.Type(), n.Path())
	}
	// Output:
	// cbr:eu-de:0f12:vault:prod-7 "cbr" "eu-de" "0f12" "vault" "prod-7"
	// qcs::cvm:ap-guangzhou:uin/100:volume/disk-1 "cvm" "ap-guangzhou" "uin/100" "" "volume/disk-1"
	// * "" "" "" "" ""
}
