package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/internal/phrase"
)

const catalogHelp = `Query the catalog: the actions, condition keys, resource types and APIs of
Huawei Cloud CBR and Tencent Cloud CBS, the global condition keys, and the
system-defined permissions. --catalog FILE adds the catalog of another service.

Exit codes: 0 something was found, 1 nothing.`

func (a *app) catalog() *cobra.Command {
	cmd := &cobra.Command{
		Use:                   "catalog",
		Short:                 "What actions, keys, types, APIs and permissions are there?",
		Long:                  catalogHelp,
		Args:                  verb,
		DisableFlagsInUseLine: true,
		RunE: func(*cobra.Command, []string) error {
			return usagef("what of the catalog? actions, keys, types, apis, permissions or search TEXT")
		},
	}
	var known catalogFlag
	known.add(cmd.PersistentFlags())
	const names = "\n\nPATTERN is a name with * for any text and ? for any character; letter case\ndoes not count."
	var service, needs, called string
	permissions := a.query(&known, "permissions [PATTERN]", "System-defined permissions, and whether their content is published"+names,
		`  writ catalog permissions --service cbr`+"\n"+`  writ catalog permissions '*ReadOnlyAccess'`,
		func(c *catalog.Catalog, pattern string) (listing, error) {
			return permissionsOf(c, name(pattern), service), nil
		})
	permissions.Flags().StringVar(&service, "service", "", "only those of the `SERVICE`, such as cbr, or base for those of all services")
	actions := a.query(&known, "actions [PATTERN]", "Actions with access level, resource types, keys, aliases and evidence\n\nPATTERN is an action as a policy writes it, with wildcards. A single action is\nshown with all that is known about it.",
		"  writ catalog actions 'cbr:*:get*'\n  writ catalog actions cbr:vaults:delete\n  writ catalog actions --api 'POST /v3/{project_id}/vaults*'",
		func(c *catalog.Catalog, pattern string) (listing, error) { return actionsOf(c, pattern, called) })
	actions.Flags().StringVar(&called, "api", "", "only the actions that these APIs need or depend on, as `PATTERN` of apis")
	apis := a.query(&known, "apis [PATTERN]", "APIs and the actions that they need"+names+" It is compared with the path, with method\nand path, and with the name of the operation. A single API is shown with all that\nis known about it.",
		"  writ catalog apis 'DELETE *'\n  writ catalog apis ListVault\n  writ catalog apis --action 'cbr:vaults:*'",
		func(c *catalog.Catalog, pattern string) (listing, error) { return apisOf(c, name(pattern), needs) })
	apis.Flags().StringVar(&needs, "action", "", "only those that need or depend on such an `ACTION`, with wildcards")
	cmd.AddCommand(
		actions,
		a.query(&known, "keys [PATTERN]", "Condition keys with the type of their values"+names, "  writ catalog keys 'g:*'",
			func(c *catalog.Catalog, pattern string) (listing, error) { return keysOf(c, name(pattern)), nil }),
		a.query(&known, "types [PATTERN]", "Resource types with the names of their resources"+names, "  writ catalog types vault",
			func(c *catalog.Catalog, pattern string) (listing, error) { return typesOf(c, name(pattern)), nil }),
		apis, permissions, a.search(&known))
	return cmd
}

// listing is an answer of the catalog: rows for people, values for programs.
type listing struct {
	what   string
	head   []any
	rows   [][]any
	detail [][]any // of a single hit, in place of the table
	values any
	names  []string // of all, to suggest one
	within string   // what else limits the answer
}

// page is the JSON form of a listing.
type page struct {
	what   string
	values any
}

func (p page) MarshalJSON() ([]byte, error) {
	values, err := json.Marshal(p.values)
	return fmt.Appendf(nil, `{"version":%d,%q:%s}`, jsonVersion, p.what, values), err
}

// query makes a verb that lists something.
func (a *app) query(known *catalogFlag, use, about, example string, ask func(*catalog.Catalog, string) (listing, error)) *cobra.Command {
	short, _, _ := strings.Cut(about, "\n")
	what, _, _ := strings.Cut(use, " ")
	return &cobra.Command{
		Use:     use,
		Short:   short,
		Long:    about,
		Example: example,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s takes one pattern; quote it to keep the shell from expanding it", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			pattern := ""
			if len(args) > 0 {
				pattern = args[0]
			}
			c, err := a.known(known)
			if err != nil {
				return err
			}
			l, err := ask(c, pattern)
			if err != nil {
				return err
			}
			l.what = what
			return a.list(l, pattern)
		},
	}
}

// list prints an answer.
func (a *app) list(l listing, pattern string) error {
	switch {
	case a.format.value == "json":
		if err := a.out.json(page{l.what, l.values}); err != nil {
			return err
		}
	case len(l.rows) > 0 && l.detail != nil:
		a.out.table(l.detail)
	case len(l.rows) > 0:
		a.out.table(slices.Insert(l.rows, 0, l.head))
	}
	if len(l.rows) > 0 {
		return nil
	}
	none := "the catalog has no " + l.what + l.within
	if l.what == "hits" {
		none = "the catalog has no names"
	}
	if pattern != "" {
		none += " that match " + strconv.Quote(pattern)
	}
	if near := phrase.Nearest(pattern, l.names...); near != "" {
		none += "; did you mean " + strconv.Quote(near) + "?"
	}
	return &exit{codeNo, errors.New(none)}
}

// name compiles a pattern for names; the empty pattern is any name.
func name(pattern string) func(string) bool {
	if pattern == "" {
		return func(string) bool { return true }
	}
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(quoted)
	return regexp.MustCompile(`(?is)^` + quoted + `$`).MatchString
}

// actionPattern compiles a pattern of either cloud, told apart by the colons.
func actionPattern(text string) (*action.Pattern, error) {
	switch {
	case text == "" || text == "*":
		return nil, nil
	case strings.Count(text, ":") == 1:
		return compileAction(action.CAM, text)
	}
	return compileAction(action.Identity, text)
}

func compileAction(g action.Grammar, text string) (*action.Pattern, error) {
	p, err := action.Compile(g, text)
	if err != nil {
		reason := err.Error()
		var bad *action.Error
		if errors.As(err, &bad) {
			reason = bad.Reason
		}
		return nil, usagef("%q is not an action pattern: %s; write cbr:*:get* or cvm:Describe*, or use writ catalog search", text, reason)
	}
	return p, nil
}

func (a *app) search(known *catalogFlag) *cobra.Command {
	return &cobra.Command{
		Use:     "search TEXT…",
		Short:   "Everything whose name contains the text",
		Long:    "Everything whose name contains the text, letter case not counted. Of several\ntexts all must be there.",
		Example: "  writ catalog search vault tag\n  writ catalog search mfa",
		Args: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(strings.Join(args, "")) == "" {
				return usagef("search for what? %s TEXT", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.known(known)
			if err != nil {
				return err
			}
			return a.list(searchOf(c, args), strings.Join(args, " "))
		},
	}
}

// hit is something that was found, in the JSON output.
type hit struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Info string `json:"info"`
}

// searchOf looks through all names.
func searchOf(c *catalog.Catalog, texts []string) listing {
	hits := []hit{}
	look := func(kind, name, info string, also ...string) {
		all := strings.ToLower(strings.Join(append(also, name), "\n"))
		for _, t := range texts {
			if !strings.Contains(all, strings.ToLower(t)) {
				return
			}
		}
		hits = append(hits, hit{kind, name, info})
	}
	for a := range c.Actions(nil) {
		var also []string
		for old := range a.Aliases() {
			also = append(also, old.String())
		}
		info := a.Access()
		if also != nil {
			info += ", v1.1 name " + strings.Join(also, ", ")
		}
		look("action", a.String(), info, also...)
	}
	for k := range c.Keys() {
		look("key", k.String(), k.Type().String())
	}
	for t := range c.ResourceTypes() {
		look("type", t.Service()+":"+t.Type(), t.URN())
	}
	for _, api := range allAPIs(c) {
		look("api", apiName(api), apiActions(c, api), api.OperationID())
	}
	for p := range c.Permissions() {
		look("permission", p.Name(), published(p), slices.Collect(p.FormerNames())...)
	}
	l := listing{what: "hits", head: heading("KIND", "NAME", "ABOUT"), values: hits}
	for _, h := range hits {
		l.rows = append(l.rows, []any{h.Kind, h.Name, h.Info})
	}
	return l
}
