package policy_test

import (
	"errors"
	"fmt"

	"github.com/writ-policy/writ/policy"
)

// A document says where each of its entries stands.
func ExampleParse() {
	doc, err := policy.Parse("backup.json", []byte(`{
  "Version": "1.1",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["cbr:vaults:get*", "cbr:*:list"],
      "Condition": {"Bool": {"g:MFAPresent": ["true"]}}
    }
  ]
}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("read as", doc.Dialect())
	for _, s := range doc.Statements() {
		for i, a := range s.Actions() {
			fmt.Println(s.Effect(), a, "at", s.ActionPosition(i))
		}
		for i, c := range s.Condition().Clauses() {
			fmt.Println("if", c.Operator(), c.KeyText(), c.Values(), "at", s.ClausePosition(i))
		}
	}
	// Output:
	// read as huawei-1.1
	// Allow cbr:vaults:get* at 6:18
	// Allow cbr:*:list at 6:37
	// if Bool g:MFAPresent [true] at 7:30
}

// All that is wrong with a document is reported at once, each finding with its
// place and a remedy.
func ExampleDiagnostics() {
	_, err := policy.Parse("backup.json", []byte(`{
  "Version": "1.1",
  "Statement": [
    {
      "Effect": "Permit",
      "Action": ["cbr:vaults:get"],
      "Resources": ["cbr:*:*:vault:prod-*"]
    }
  ]
}`))
	fmt.Println(err)

	var all policy.Diagnostics
	if errors.As(err, &all) {
		for _, d := range all {
			fmt.Printf("bytes %d to %d: %s\n", d.Pos.Offset, d.End.Offset, d.Code)
		}
	}
	// Output:
	// backup.json:5:17: error IAM.1029: the Effect is neither Allow nor Deny but "Permit"; write "Allow" or "Deny"
	// backup.json:7:7: error IAM.1059: unknown element "Resources"; did you mean "Resource"?
	// bytes 61 to 69: IAM.1029
	// bytes 113 to 124: IAM.1059
}
