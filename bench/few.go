package main

import "fmt"

// five makes one policy of 5 statements without conditions: what one person
// may do.
func five() *workload {
	w := &workload{name: "5, no conditions", perPolicy: 5, statements: []statement{
		{actions: []string{"svc00:disk:*"}, resources: []string{"svc00:*:*:disk:*"}},
		{actions: []string{"svc00:image:get-item", "svc00:image:list-item"}, resources: []string{"*"}},
		{actions: []string{"svc01:*:get*"}, resources: []string{"svc01:eu-de:*:key:*"}},
		{actions: []string{"svc02:net:attach-item", "svc02:net:detach-item"}, resources: []string{"svc02:*:000000007919:net:vault-*"}},
		{deny: true, actions: []string{"svc00:disk:delete-item"}, resources: []string{"svc00:*:*:disk:vault-9*"}},
	}}
	newMaker(5).ask(w)
	return w
}

// eighty makes 10 policies of 8 statements, one for a type of a service each.
// One in three has a condition, the last of each policy denies.
func eighty() *workload {
	w := &workload{name: "80, a third conditional", perPolicy: 8}
	for i := range 10 {
		for j := range 8 {
			service, kind := serviceName(i*5+j/4), kinds[j%4]
			s := statement{
				deny:      j == 7,
				actions:   []string{service + ":" + kind + ":get*", service + ":" + kind + ":delete-item"},
				resources: []string{service + ":*:*:" + kind + ":vault-*"},
			}
			if (i*8+j)%3 == 0 {
				s.tests = []test{
					{kind: pattern, key: keyTeam, texts: []string{fmt.Sprintf("team%02d-*", i*2)}},
					{kind: isTrue, key: keyMFA},
				}
			}
			w.statements = append(w.statements, s)
		}
	}
	newMaker(80).ask(w)
	return w
}
