package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/cmd/writ/internal/refusal"
)

// whyFlags are the flags of why.
type whyFlags struct {
	canFlags
	message string
	suggest bool
}

const whyHelp = `Tell why something was refused, and what to add so that it is allowed.

--message reads the refusal of a cloud: a sentence, an error body or lines of a
log, with one refusal or several. FILE is a path, or - for standard input. What
the message does not tell is given with the other flags, which are those of can.
In place of a message, --action or --api says what was refused.

Without a policy: the smallest statement to add, what else the call depends on,
the system-defined permissions that grant it, the least first, and the condition
keys that a policy could use. With policies (--policy, --layer, …): the decision
on them, the statements that come nearest, and the smallest change.

If the message says that a Deny or an organization's policy refuses, no Allow
helps, and who must change what is told instead.

--suggest prints the policy document to add, and nothing else: a v5.0 identity
policy or a CAM 2.0 policy. The document has been decided: with it, and the
policies given, everything is allowed that the message or the flags name. With
--dependent it allows what the calls depend on, too, on every resource.

Exit codes: 0 an answer without policies, or the policies allow it; 1 the
policies refuse it; 3 the message tells of no refusal, or names what cannot be
read; 4 undecided. With --suggest: 0 a document, 1 there is none that helps.`

const whyExamples = `  pbpaste | writ why --message -
  writ why --message refused.log -p ops.json --layer scp:root=root.json
  writ why -a cbr:vaults:delete -r cbr:eu-de:0f12:vault:prod-7
  writ why --message refused.log --suggest | writ check -`

func (a *app) why() *cobra.Command {
	f := &whyFlags{}
	cmd := &cobra.Command{
		Use:     "why",
		Short:   "Why was this refused, and what to add?",
		Long:    whyHelp,
		Example: whyExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%q is in no flag; give a message on standard input with --message -, or what was refused with --action and --resource", args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return a.explainRefusal(f) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.message, "message", "", "the refusal that the cloud sent, in a `FILE`, or - for standard input")
	flags.BoolVar(&f.suggest, "suggest", false, "print only the policy document to add")
	f.add(flags)
	f.catalog.add(flags)
	a.completeNames(cmd, &f.canFlags)
	return cmd
}

// why is one run of the verb.
type why struct {
	flags  *whyFlags
	cat    *catalog.Catalog
	layers []writ.Layer
	set    *writ.Set
	given  bool // there are policies to ask
	needs  []*need
	notes  []string
	// permissions are those of the catalog with a content.
	permissions []*grantor
}

// explainRefusal answers the question of why.
func (a *app) explainRefusal(f *whyFlags) error {
	switch {
	case f.message == "" && f.action == "" && f.api == "":
		return usagef("what was refused? give the message with --message, or the action with --action")
	case f.message != "" && (f.action != "" || f.api != ""):
		return usagef("--message says what was refused, and so do --action and --api; give one of them")
	}
	cat, err := a.known(&f.catalog)
	if err != nil {
		return err
	}
	all, err := f.layers()
	if err != nil {
		return err
	}
	w := &why{flags: f, cat: cat, given: len(all) > 0 || f.root}
	var unread error
	var asked []*need
	if f.message != "" {
		if asked, unread = a.fromMessage(w); asked == nil {
			return unread
		}
	}
	if w.set, w.layers, w.notes, err = a.compile(&f.canFlags, cat, all); err != nil {
		return err
	}
	if f.message != "" {
		w.needs = asked
	} else if done, err := a.fromFlags(w); done || err != nil {
		return err
	}
	if f.dependent && f.api == "" {
		w.depend()
	}
	for _, n := range w.needs {
		n.v.set, n.v.e = w.set, w.set.Explain(n.v.req)
		w.weigh(n)
	}
	if f.suggest {
		return a.suggest(w, unread)
	}
	if a.format.value == "json" {
		err = a.out.json(w.json(unread))
	} else {
		w.print(a.out)
	}
	if err != nil {
		return err
	}
	if unread != nil {
		return unread
	}
	if !w.given {
		return nil
	}
	return result(w.code())
}

// code is that of the worst decision.
func (w *why) code() int {
	worst := codeYes
	for _, n := range w.needs {
		switch c := n.v.code(); {
		case c == codeNo, c == codeUndecided && worst == codeYes:
			worst = c
		}
	}
	return worst
}

// fromMessage reads the message. What can be read is returned even if there is an
// error.
func (a *app) fromMessage(w *why) ([]*need, error) {
	name, src, err := a.read(w.flags.message)
	if err != nil {
		if strings.ContainsAny(w.flags.message, " \n") {
			return nil, usagef("--message reads a file; give the text on standard input, with --message -")
		}
		return nil, err
	}
	found, err := refusal.Find(string(src))
	if err != nil {
		err = inputf("%s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	var out []*need
	for _, r := range found {
		f := w.flags.canFlags
		f.action, f.dependent = r.Asked, false
		if len(f.resources)+len(f.ids) == 0 {
			for _, n := range r.Resources {
				f.resources = append(f.resources, n.String())
			}
		}
		if f.principal == "" && !r.Who.IsZero() {
			f.principal = r.Who.String()
		}
		n, bad := w.need(&f)
		if bad != nil {
			return nil, bad
		}
		n.from = r
		out = append(out, n)
	}
	return out, err
}

// fromFlags makes the requests of --action or --api. done says that the answer is
// out already: nobody knows what the call needs.
func (a *app) fromFlags(w *why) (done bool, err error) {
	f := &w.flags.canFlags
	if f.api == "" {
		alone := *f
		alone.dependent = false
		n, err := w.need(&alone)
		w.needs = []*need{n}
		return false, err
	}
	req, err := f.request(w.cat)
	if err != nil {
		return false, err
	}
	req.Exempt = f.exempt
	call, err := f.decideCall(w.set, w.cat, req, w.notes)
	if err != nil {
		return false, err
	}
	if err := call.d.Err(); err != nil {
		if w.flags.suggest {
			return true, &exit{codeNo, err}
		}
		if a.format.value == "json" {
			out := w.json(nil)
			out.Notes = append(out.Notes, err.Error())
			if err := a.out.json(out); err != nil {
				return true, err
			}
		} else {
			call.print(a.out)
		}
		return true, result(call.code())
	}
	for _, v := range call.needed() {
		w.needs = append(w.needs, &need{v: v})
	}
	return false, nil
}

// suggest prints the document that allows everything that was refused.
func (a *app) suggest(w *why, unread error) error {
	if unread != nil {
		return unread
	}
	var all []*grant
	for _, n := range w.needs {
		switch {
		case w.given && n.allowed():
		case n.hinder != "":
			return &exit{codeNo, errors.New(n.v.asked + ": " + n.hinder)}
		case len(all) > 0 && all[0].cam != n.grant.cam:
			return inputf("%s and %s belong to different clouds, and no policy is for both; give one message at a time", all[0].actions[0], n.v.asked)
		default:
			all = append(all, n.grant)
		}
	}
	if len(all) == 0 {
		return &exit{codeNo, errors.New("there is nothing to add: the policies given allow it")}
	}
	text := documentOf(all)
	set, err := w.granting(text)
	if err != nil {
		return &exit{codeNo, errors.New("no sound policy can be written: " + strings.ReplaceAll(err.Error(), "\n", "; "))}
	}
	for _, n := range w.needs {
		if d := set.Evaluate(n.v.req); !d.Allowed() {
			return &exit{codeNo, errors.New("there is no statement to add for " + n.v.asked)}
		}
	}
	a.out.w.WriteString(text + "\n")
	return nil
}
