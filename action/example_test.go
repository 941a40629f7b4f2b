package action_test

import (
	"fmt"

	"github.com/writ-policy/writ/action"
)

func ExampleCompile() {
	p, err := action.Compile(action.Identity, "cbr:vaults:*")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Match(action.MustParse("CBR:Vaults:Delete")))
	fmt.Println(p.Match(action.MustParse("cbr::getFeature")))

	_, err = action.Compile(action.Policy, "cbr:*")
	fmt.Println(err)
	// Output:
	// true
	// false
	// action "cbr:*": an action has three segments, not 2; write service:type:operation, for example cbr:vaults:get
}

func ExampleParse() {
	for _, s := range []string{"CBR::getFeature", "name/cvm:DescribeDisks"} {
		n, _ := action.Parse(s)
		fmt.Printf("%q %q %q %v\n", n.Service(), n.Type(), n.Operation(), n.IsCAM())
	}
	// Output:
	// "cbr" "" "getfeature" false
	// "cvm" "" "DescribeDisks" true
}
