package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
	"github.com/writ-policy/writ/resource"
)

// addParallel asks from one goroutine, and from two at once.
func (r *report) addParallel(known *catalog.Catalog) error {
	w := org(1000)
	c, err := compileWrit(w, known)
	if err != nil {
		return err
	}
	r.cores = runtime.GOMAXPROCS(0)
	const asked = 1 << 16
	ask := func(requests []writ.Request) {
		allowed := 0
		for i := range asked {
			if c.set.Evaluate(&requests[i%len(requests)]).Allowed() {
				allowed++
			}
		}
		if allowed == 0 {
			panic("nothing is allowed")
		}
	}
	// Each goroutine has requests of its own, as a server's do.
	one, two := writRequests(w.questions[:1024]), writRequests(w.questions[:1024])
	r.decide.add("parallel/1", asked, func() { ask(one) })
	r.decide.add("parallel/2", 2*asked, func() {
		var wg sync.WaitGroup
		wg.Go(func() { ask(one) })
		wg.Go(func() { ask(two) })
		wg.Wait()
	})
	return nil
}

// addLevels asks below none, one and six levels of an organization.
func (r *report) addLevels(*catalog.Catalog) error {
	document := func(d *policy.Dialect, statements string) *policy.Document {
		docs, err := parse(d, [][]byte{[]byte(`{"Version": "5.0", "Statement": [` + statements + "]}")})
		if err != nil {
			panic(err)
		}
		return docs[0]
	}
	all := document(policy.HuaweiSCP, `{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}`)
	keep := document(policy.HuaweiSCP, `{"Effect": "Deny", "Action": ["organizations:*:*", "iam:users:delete*"]},
		{"Effect": "Deny", "Action": ["cbr:vaults:delete"], "Condition": {"BoolIfExists": {"g:PrincipalIsRootUser": "true"}}}`)
	grant := document(policy.HuaweiIdentity, `{"Effect": "Allow", "Action": ["cbr:vaults:*"], "Resource": ["cbr:*:*:vault:*"]}`)
	request := &writ.Request{
		Action:    action.MustParse("cbr:vaults:delete"),
		Resources: []resource.Name{resource.MustParse("cbr:eu-de:a1:vault:v1")},
		Context:   condition.Context{{Key: condition.NewKey("g:PrincipalIsRootUser"), Value: condition.Bool(false)}},
	}
	for _, levels := range []int{0, 1, 6} {
		layers := []writ.Layer{{Kind: writ.Identity, Documents: []*policy.Document{grant}}}
		for i := range levels {
			layers = append(layers, writ.Layer{Kind: writ.Guardrail, Name: fmt.Sprint("level ", i), Documents: []*policy.Document{all, keep}})
		}
		set, err := writ.Compile(layers...)
		if err != nil {
			return err
		}
		if got := set.Evaluate(request).Outcome(); got != writ.Allow {
			return fmt.Errorf("%d levels: %v", levels, got)
		}
		r.decide.add(fmt.Sprint("levels/", levels), 1024, func() {
			for range 1024 {
				sink += int(set.Evaluate(request).Outcome())
			}
		})
	}
	return nil
}

// hardPatterns are the worst that are accepted: many stars, the most ? that may
// stand between two of them, long texts that nearly match everywhere.
func hardPatterns() (all []string) {
	all = append(all,
		strings.Repeat("*a", 200)+"*b",
		"*"+strings.Repeat("a", 500)+"b*",
		strings.Repeat("*aab", 100)+"*",
		"*"+strings.Repeat("a?", 6)+"b*",
		"*"+strings.Repeat("?a", 6)+"b*c",
		"*a??????b*",
		"*"+strings.Repeat("a", 40)+strings.Repeat("?a", 6)+strings.Repeat("a", 40)+"b*",
		"*"+strings.Repeat(strings.Repeat("a", 20)+"?", 6)+"b*",
	)
	return all
}

// addWildcard asks about a resource of 1 KB, under each of the hard patterns.
func (r *report) addWildcard(*catalog.Catalog) error {
	subject := strings.Repeat("a", 1<<10)
	request := &writ.Request{
		Action:    action.MustParse("svc00:disk:get-item"),
		Resources: []resource.Name{resource.MustParse("svc00:eu-de:a1:disk:" + subject)},
	}
	accepted := 0
	for i, p := range hardPatterns() {
		text := fmt.Sprintf(`{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["svc00:disk:*"], "Resource": ["svc00:*:*:disk:%s"]}]}`, p)
		docs, err := parse(policy.HuaweiIdentity, [][]byte{[]byte(text)})
		if err != nil {
			continue // a pattern that is refused costs nothing
		}
		set, err := writ.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
		if err != nil {
			return err
		}
		if set.Evaluate(request).Allowed() {
			if matched := !strings.Contains(strings.ReplaceAll(p, "?", "a"), "b"); !matched {
				return fmt.Errorf("pattern %s covers a text without b", p)
			}
		}
		accepted++
		r.decide.add(fmt.Sprint("wildcard/", i), 1, func() { sink += int(set.Evaluate(request).Outcome()) })
	}
	if accepted < len(hardPatterns())/2 {
		return fmt.Errorf("of the hard patterns only %d are accepted", accepted)
	}
	return nil
}

// worst is the slowest hard pattern, in nanoseconds.
func (r *report) worst() (ns float64, ok bool) {
	for i := range hardPatterns() {
		if t, found := r.decide.ns(fmt.Sprint("wildcard/", i)); found {
			ns, ok = max(ns, t), true
		}
	}
	return ns, ok
}
