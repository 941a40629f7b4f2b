package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/writ-policy/writ/catalog"
)

// catalogFlag is a flag that says what is known about actions, keys and APIs.
type catalogFlag struct{ words []string }

const catalogWords = "default, none or a `FILE` with the catalog of a service, which is added to the default, or after none stands alone; repeatable"

func (f *catalogFlag) add(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.words, "catalog", nil, "what is known about actions, keys and APIs: "+catalogWords)
}

// none reports whether nothing is known.
func (f *catalogFlag) none() bool {
	return len(f.words) > 0 && !slices.ContainsFunc(f.words, func(w string) bool { return w != "none" })
}

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
			a.report(findings(nil, err))
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
		return nil, inputf("the catalogs %s do not go together: %v; --catalog none --catalog FILE asks a service by itself", strings.Join(files, " and "), err)
	}
	return all, nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
