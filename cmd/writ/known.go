package main

import (
	"errors"
	"strings"

	"github.com/spf13/pflag"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
)

// catalogFlag is a flag that says what is known about actions, keys and APIs.
type catalogFlag struct{ words []string }

const catalogWords = "default, none or a `FILE` with the catalog of a service, which is added to the default; repeatable"

func (f *catalogFlag) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.words, "catalog", nil, "what is known about actions, keys and APIs: "+catalogWords)
}

// none reports whether nothing is known.
func (f *catalogFlag) none() bool { return len(f.words) == 1 && f.words[0] == "none" }

// known builds the catalog that the flag asks for.
func (a *app) known(f *catalogFlag) (*catalog.Catalog, error) {
	base := catalog.Default()
	var own []*catalog.Catalog
	var files []string
	var failed error
	for _, word := range f.words {
		switch word {
		case "default":
			continue
		case "none":
			base = &catalog.Catalog{}
			continue
		case "":
			return nil, usagef("--catalog is empty; write %s", strings.ReplaceAll(catalogWords, "`", ""))
		}
		name, src, err := a.read(word)
		if err != nil {
			return nil, err
		}
		c, err := catalog.Parse(name, src)
		if err != nil {
			ds := findings(nil, err)
			rows := make([][]any, len(ds))
			for i := range ds {
				rows[i] = findingRow(&ds[i])
			}
			a.errOut.table(rows)
			failed = inputf("the catalog %s cannot be used", name)
			continue
		}
		own, files = append(own, c), append(files, name)
	}
	if failed != nil || len(own) == 0 {
		return base, failed
	}
	all, err := base.With(own...)
	var clash *catalog.ConflictError
	if errors.As(err, &clash) {
		return nil, inputf("the catalog %s contradicts what comes before it: %s %s has another %s: %s, not %s", files[clash.Argument], clash.Kind, clash.Name, clash.Cell, orNone(clash.New), orNone(clash.Old))
	}
	if err != nil {
		return nil, inputf("the catalogs %s do not go together: %v", strings.Join(files, " and "), err)
	}
	return all, nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// unknownNames warns of actions and condition keys that a v5.0 document names
// and that the catalog does not have, though it has others of the service. The
// lists of v1.1 names, and of the actions of Tencent Cloud, are not whole.
func unknownNames(c *catalog.Catalog, doc *policy.Document) policy.Diagnostics {
	switch doc.Dialect() {
	case policy.HuaweiRole, policy.HuaweiPolicy, policy.TencentCAM, policy.TencentResource:
		return nil
	}
	actions, keys := map[string][]string{}, map[string][]string{} // by service
	for a := range c.Actions(nil) {
		if !a.Name().IsCAM() {
			actions[a.Name().Service()] = append(actions[a.Name().Service()], a.String())
		}
	}
	for k := range c.Keys() {
		prefix, _, _ := strings.Cut(condition.NewKey(k.String()).String(), ":")
		keys[prefix] = append(keys[prefix], k.String())
	}
	var out policy.Diagnostics
	warn := func(code policy.Code, at policy.Position, message, near string) {
		fix := "look it up with writ catalog"
		if near != "" {
			fix = "did you mean " + near + "?"
		}
		out = append(out, policy.Diagnostic{Code: code, Severity: policy.Warning, File: doc.File(), Pos: at, End: at, Message: message, Fix: fix})
	}
	for _, st := range doc.Statements() {
		for i, p := range st.Actions() {
			service, _, _ := strings.Cut(p.Text(), ":")
			if actions[service] == nil || covers(c, p) {
				continue
			}
			message := "the catalog has no action that " + p.String() + " covers"
			if _, literal := p.Literal(); literal {
				message = "the catalog has no action " + p.String()
			}
			warn("UNKNOWN_ACTION", st.ActionPosition(i), message, phrase.Nearest(p.String(), actions[service]...))
		}
		for i, clause := range st.Condition().Clauses() {
			prefix, _, _ := strings.Cut(clause.Key().String(), ":")
			if _, known := c.Key(clause.Key()); known || actions[prefix] == nil {
				continue
			}
			warn("UNKNOWN_KEY", st.ClausePosition(i), "the catalog has no condition key "+clause.KeyText(), phrase.Nearest(clause.KeyText(), keys[prefix]...))
		}
	}
	return out
}

// covers reports whether the catalog has an action that a pattern covers, by its
// own or an old name.
func covers(c *catalog.Catalog, p *action.Pattern) bool {
	for range c.Actions(p) {
		return true
	}
	for a := range c.Actions(nil) {
		for old := range a.Aliases() {
			if p.Match(old) {
				return true
			}
		}
	}
	return false
}
