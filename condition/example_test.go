package condition_test

import (
	"fmt"

	"github.com/writ-policy/writ/condition"
)

func ExampleBlock_Eval() {
	var clauses []condition.Clause
	for _, c := range []struct{ operator, key, value string }{
		{"Bool", "g:MFAPresent", "true"},
		{"NotIpAddress", "g:SourceIp", "203.0.113.0/24"},
	} {
		clause, problems := condition.Compile(condition.Identity, c.operator, c.key, []string{c.value})
		if len(problems) > 0 {
			fmt.Println(problems[0].Reason)
			return
		}
		clauses = append(clauses, clause)
	}
	b := condition.NewBlock(clauses)

	mfa := condition.Entry{Key: condition.NewKey("g:MFAPresent"), Value: condition.Bool(true)}
	for _, ctx := range []condition.Context{
		{mfa, {Key: condition.NewKey("g:SourceIp"), Value: condition.String("198.51.100.7")}},
		{mfa, {Key: condition.NewKey("g:SourceIp"), Value: condition.String("203.0.113.7")}},
		{mfa},
	} {
		fmt.Println(b.Eval(&condition.Env{Context: ctx}))
	}
	// Output:
	// true
	// false
	// unknown
}

func ExampleCompile() {
	_, problems := condition.Compile(condition.Policy, "StringEqual", "g:UserName", []string{"ann"})
	fmt.Println(problems[0].Reason + "; " + problems[0].Fix)
	// Output: unknown operator "StringEqual"; did you mean "StringEquals"?
}
