package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/internal/phrase"
)

// canFlags are the flags of can.
type canFlags struct {
	policies, layerTexts, systems, scps []string
	dialect                             dialectFlag

	action             string
	api                string
	region, account    string
	dependent          bool
	ids                []string
	resources, context []string
	principal, appID   string
	owner              string
	resourceOwner      string
	root               bool
	exempt             []string
	scope              string
	enterpriseProject  string
	now                string

	expect       choice
	trace, needs bool
	mask         mask
	catalog      catalogFlag
}

const canHelp = `Decide one request, and name the statements that decide it.

--policy gives what is attached to the principal: its documents are united.
--layer KIND[:NAME][@SCOPE]=FILE gives a document of another kind:

  identity    grants, as --policy does; NAME is the user group that it is
              granted to, @SCOPE where it is granted: global, project:<id>,
              all-projects, all, enterprise-project:<id>
  session     bounds what identity documents grant
  guardrail   an organization's policies: each level must allow, none grants
  scp         the same, always read as a service control policy
  rcp, ncp    the same for resource and for network control policies
  boundary    the permission boundary of a user or role
  resource    attached to a resource, and names principals
  trust       the same, for the trust policy of a role or agency

Documents with the same KIND and NAME form one layer. FILE is a path, - for
standard input, or system:NAME for a permission of the catalog; --system NAME
and --scp NAME are short for identity=system:NAME and scp=system:NAME.

With --api the catalog tells which actions the call needs and what it touches:
every one must be allowed. What only the body names is given with --resource.

The catalog tells the type of a condition key; all other values are strings. A
key that is given several times has several values; key= is the empty string.

Exit codes: 0 allowed, 1 denied, 4 undecided. With --expect: 0 if the decision
is the expected one, 1 if not.`

const canExamples = `  writ can --system "CBR ReadOnlyAccess" -a cbr:vaults:list -r cbr:eu-de:0f12:vault:prod-7
  writ can -p ops.json --layer scp:root=root.json -a cbr:vaults:delete \
    -r cbr:eu-de:0f12:vault:prod-7 -c g:MFAPresent=true --expect deny
  writ can -p ops.json --api "DELETE /v3/p1/vaults/prod-7" --region eu-de --account 0f12
  writ can -p orders.json --catalog orders-catalog.json --api "GET /v1/p1/orders/7" \
    --region eu-de --account a1
  cat disk.json | writ can -p - -a cvm:DescribeDisks \
    -r qcs::cvm:ap-beijing:uin/100:volume/disk-1 --principal qcs::cam::uin/100:uin/200`

func (a *app) can() *cobra.Command {
	f := &canFlags{expect: choose("", "allow", "deny", "implicit", "explicit", "undecided")}
	cmd := &cobra.Command{
		Use:     "can",
		Short:   "May this be done?",
		Long:    canHelp,
		Example: canExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%q is in no flag; give the policy with --policy, what is asked with --action and --resource", args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return a.decide(f) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	f.add(flags)
	flags.Var(&f.expect, "expect", "the decision that makes the exit code 0; deny is anything but allow")
	flags.BoolVar(&f.trace, "trace", false, "show how every statement fares, element by element")
	flags.BoolVar(&f.needs, "needs", false, "list the condition keys that a decision on the action can read, and decide nothing")
	flags.StringArrayVar((*[]string)(&f.mask), "mask", nil, "show *** for what the request has under the condition `KEY`, * for every key; repeatable")
	f.catalog.add(flags)
	a.completeNames(cmd, f)
	return cmd
}

// add adds the flags that say what is asked, and of which policies.
func (f *canFlags) add(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&f.policies, "policy", "p", nil, "a policy `FILE` of the principal; repeatable")
	flags.StringArrayVar(&f.layerTexts, "layer", nil, "a document of another kind, as `KIND[:NAME][@SCOPE]=FILE`; repeatable")
	flags.StringArrayVar(&f.systems, "system", nil, "the system-defined permission `NAME` of the principal; repeatable")
	flags.StringArrayVar(&f.scps, "scp", nil, "the system-defined service control policy `NAME` as a guardrail; repeatable")
	flags.Var(&f.dialect, "dialect", dialectHelp("documents whose kind of layer does not tell it"))
	flags.StringVarP(&f.action, "action", "a", "", "`WHAT` is to be done, such as cbr:vaults:delete or cvm:DescribeDisks")
	flags.StringVar(&f.api, "api", "", "the call that is made, in place of --action: `METHOD /path`, such as \"DELETE /v3/p1/vaults/v1\"")
	flags.StringVar(&f.region, "region", "", "the `REGION` of the resources that the call, or --id, names")
	flags.StringVar(&f.account, "account", "", "the `ACCOUNT` that owns them; default: that of --resource-owner, else of the principal")
	flags.BoolVar(&f.dependent, "dependent", false, "the actions that the API depends on must be allowed, too")
	flags.StringArrayVar(&f.ids, "id", nil, "the id of a resource of a Tencent Cloud action, as `NAME=VALUE`, such as diskId=disk-1; repeatable")
	flags.StringArrayVarP(&f.resources, "resource", "r", nil, "what it is done to, a URN or six-segment path `NAME`; repeatable: all must be allowed")
	flags.StringArrayVarP(&f.context, "context", "c", nil, "the value of a condition key, as `KEY=VALUE`; repeatable")
	flags.StringVar(&f.principal, "principal", "", "`WHO` asks: iam::<account>:user:<name>, qcs::cam::uin/<root>:uin/<user>, or a service such as service.ecs")
	flags.StringVar(&f.appID, "app-id", "", "the `APPID` of the caller's root account in Tencent Cloud")
	flags.StringVar(&f.owner, "owner", "", "the `UIN` of the root account that owns the policies; default: the caller's")
	flags.StringVar(&f.resourceOwner, "resource-owner", "", "the account that owns the resources, as `ID` or UIN:APPID")
	flags.BoolVar(&f.root, "root", false, "the principal is the root user of its account")
	flags.StringArrayVar(&f.exempt, "exempt", nil, "the `NAME` of a guardrail or boundary layer that does not bind this request; repeatable")
	flags.StringVar(&f.scope, "scope", "", "`WHERE` the request is made: global or project:<id>")
	flags.StringVar(&f.enterpriseProject, "enterprise-project", "", "the `ID` of the enterprise project of the resources")
	flags.StringVar(&f.now, "now", "", "the `TIME` of the request, such as 2026-01-31T08:00:00Z; default: the clock")
}

// completeNames lets a shell complete actions, keys and permissions from the
// catalog.
func (a *app) completeNames(cmd *cobra.Command, f *canFlags) {
	complete := func(flag, suffix string, names func(*catalog.Catalog) []string) {
		// The flag exists, so that this cannot fail.
		_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			c, err := a.known(&f.catalog)
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			out := names(c)
			for i := range out {
				out[i] += suffix
			}
			if suffix != "" {
				return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		})
	}
	complete("action", "", func(c *catalog.Catalog) (out []string) {
		for a := range c.Actions(nil) {
			out = append(out, a.String())
		}
		return out
	})
	keys := func(c *catalog.Catalog) (out []string) {
		for k := range c.Keys() {
			out = append(out, k.String())
		}
		return out
	}
	complete("context", "=", keys)
	complete("mask", "", keys)
	complete("system", "", func(c *catalog.Catalog) (out []string) {
		for p := range c.Permissions() {
			if p.HasContent() {
				out = append(out, p.Name())
			}
		}
		return out
	})
}

// decide answers the question of can.
func (a *app) decide(f *canFlags) error {
	cat, err := a.known(&f.catalog)
	if err != nil {
		return err
	}
	if err := f.mask.check(cat, f.context); err != nil {
		return err
	}
	req, err := f.request(cat)
	if err != nil {
		return err
	}
	all, err := f.layers()
	if err != nil {
		return err
	}
	if len(all) == 0 && !f.root {
		return usagef("there is no policy to ask; give one with --policy, --system or --layer")
	}
	req.Exempt = f.exempt
	set, _, notes, err := a.compile(f, cat, all)
	if err != nil {
		return err
	}
	if f.needs {
		return a.listNeeds(set, req)
	}
	var v interface {
		print(*printer)
		is(want string) bool
		outcome() string
		code() int
	}
	var form any
	if f.api != "" {
		call, err := f.decideCall(set, cat, req, notes)
		if err != nil {
			if call == nil || a.format.value != "json" {
				return err
			}
			undecided := call.json("")
			undecided.Reason = err.Error()
			if failed := a.out.json(undecided); failed != nil {
				return failed
			}
			return err
		}
		v, form = call, call.json(f.expect.value)
	} else {
		asked := strings.TrimPrefix(f.action, "name/")
		if known, ok := cat.Action(req.Action); ok {
			asked = known.String()
		}
		one := &verdict{set: set, cat: cat, req: req, asked: asked, e: set.Explain(req), trace: f.trace, mask: f.mask, notes: append(f.requestNotes(cat, req, asked), notes...)}
		v, form = one, one.json(f.expect.value)
	}
	if a.format.value == "json" {
		err = a.out.json(form)
	} else {
		v.print(a.out)
	}
	if err != nil {
		return err
	}
	if want := f.expect.value; want != "" {
		if !v.is(want) {
			return &exit{codeNo, errors.New("expected " + want + ", got " + v.outcome())}
		}
		return nil
	}
	return result(v.code())
}

// compile reads and compiles the layers of the command line. The notes are what a
// person should know about their documents.
func (a *app) compile(f *canFlags, cat *catalog.Catalog, all []given) (*writ.Set, []writ.Layer, []string, error) {
	if err := f.exempted(all); err != nil {
		return nil, nil, nil, err
	}
	ld := &loader{app: a, forced: f.dialect.dialect, cat: catalog.Default()}
	layers, err := ld.load(all, f.owner)
	if err != nil {
		return nil, nil, nil, err
	}
	set, err := writ.Compiler{Catalog: cat}.Compile(layers...)
	var misfit *writ.CompileError
	if errors.As(err, &misfit) {
		where := ""
		if misfit.Layer >= 0 {
			where = "the " + label(layers[misfit.Layer].Kind, layers[misfit.Layer].Name) + " layer: "
		}
		err = inputf("%s%s", where, misfit.Reason)
	}
	return set, layers, ld.notes, err
}

// listNeeds lists the condition keys that decisions on the action can read.
func (a *app) listNeeds(set *writ.Set, req *writ.Request) error {
	keys := []string{}
	for k := range set.Needs(req.Action) {
		keys = append(keys, k.String())
	}
	if a.format.value == "json" {
		return a.out.json(struct {
			Version int      `json:"version"`
			Needs   []string `json:"needs"`
		}{jsonVersion, keys})
	}
	for _, k := range keys {
		a.out.line(k)
	}
	return nil
}

// exempted checks that each --exempt names a layer that can be left out.
func (f *canFlags) exempted(all []given) error {
	var names []string
	for _, l := range all {
		if l.name != "" && (l.kind == writ.Guardrail || l.kind == writ.Boundary) {
			names = append(names, l.name)
		}
	}
next:
	for _, name := range f.exempt {
		for _, known := range names {
			if name == known {
				continue next
			}
		}
		hint := "name one with --layer KIND:NAME=FILE"
		if len(names) > 0 {
			hint = "there is " + strings.Join(names, ", ")
		}
		if near := phrase.Nearest(name, names...); near != "" {
			hint = "did you mean " + near + "?"
		}
		return usagef("--exempt %q names no guardrail or boundary layer; %s", name, hint)
	}
	return nil
}
