package main

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/policy"
)

const checkHelp = `Read policy documents and report all that is wrong with them, with its place
and what to write instead.

Documents of version 5.0 are read as identity policies, those of version 2.0 as
CAM policies, unless --dialect says scp, rcp, ncp, trust or cam-resource.

Then look for what is legal and probably not meant; the files count as granted
together. writ explain lists the rules. --catalog FILE adds a service.

--fix makes the edits that are certain, in the files, and reports what is left:
edits after which a document allows nothing more and denies nothing less. Without
--dialect they must be certain in every language that the document may be in: as
a control policy or a trust policy, too. A document from standard input goes to standard output, and the report to standard
error. A file with errors that have no such edit stays as it is, and so does one
that is read-only, has hard links or an owner that the new text cannot have. --diff shows
what --fix would do.

Exit codes: 0 no finding of the chosen severity or worse, 1 some, or with --diff
something to fix, 3 a file cannot be read or written.`

// checkFlags are the flags of check.
type checkFlags struct {
	dialect        dialectFlag
	catalog        catalogFlag
	failOn, format choice
	ignore         []string
	fix, diff      bool
}

func (a *app) check() *cobra.Command {
	f := &checkFlags{failOn: choose("error", "security", "warning", "suggestion"), format: choose("text", "compact", "json", "github", "junit", "sarif")}
	cmd := &cobra.Command{
		Use:     "check FILE…",
		Short:   "Is it well formed and sensible?",
		Long:    checkHelp,
		Example: "  writ check policies/*.json\n  writ check --dialect scp --fail-on warning root.json\n  writ check --fix policies/*.json\n  cat ops.json | writ check --format json -",
		Args:    files,
		RunE:    func(_ *cobra.Command, args []string) error { return a.checkFiles(args, f) },
	}
	flags := cmd.Flags()
	flags.Var(&f.dialect, "dialect", dialectHelp("the files"))
	f.catalog.add(flags)
	flags.Var(&f.failOn, "fail-on", "the mildest severity that makes the exit code 1")
	flags.Var(&f.format, "format", "how to answer: compact is for editors, json is versioned and stable, github makes annotations, junit is for test reports, sarif for code scanning")
	flags.StringArrayVar(&f.ignore, "ignore", nil, "leave out the findings of a `CODE`, or CODE@FILE; repeatable. Errors are never left out")
	flags.BoolVar(&f.fix, "fix", false, "make the edits that are certain, in the files")
	flags.BoolVar(&f.diff, "diff", false, "show what --fix would do, as a unified diff")
	return cmd
}

// checkFiles checks each file. Findings come in the order of the files, and
// within a file in that of their places.
func (a *app) checkFiles(names []string, f *checkFlags) error {
	for _, text := range f.ignore {
		code, file, _ := strings.Cut(text, "@")
		if _, err := path.Match(file, ""); err != nil || code == "" {
			return usagef("--ignore %s: write CODE or CODE@FILE; writ explain lists the codes", text)
		}
		if codes := codes(); !slices.Contains(codes, code) {
			hint := "writ explain lists those of the rules"
			if near := phrase.Nearest(strings.ToUpper(code), codes...); near != "" {
				hint = "did you mean " + near + "?"
			}
			return usagef("--ignore %s: no finding has the code %s; %s", text, phrase.Quote(code), hint)
		}
		if strings.Contains(text, "@") && !slices.ContainsFunc(names, func(name string) bool { return fits(file, name) }) {
			return usagef("--ignore %s: no file that is checked is %s; write it as among the files, or as a pattern", text, phrase.Quote(file))
		}
	}
	if f.fix && f.diff {
		return usagef("--fix changes the files and --diff does not; give one of the two")
	}
	known, err := a.known(&f.catalog)
	if err != nil {
		return err
	}
	r := &report{failOn: severities[f.failOn.value]}
	failed, differs := false, false
	for _, arg := range names {
		name, src, err := a.read(arg)
		if err != nil {
			if name == "" {
				return err
			}
			a.complain(err)
			r.files = append(r.files, checked{name: name, err: err})
			continue
		}
		c := checked{name: name, src: src}
		if f.fix || f.diff {
			var mended policy.Diagnostics
			if c.src, mended, err = a.fix(f, known, arg, name, src); err != nil {
				a.complain(err)
				c.unwritten, failed = err, true
			}
			if differs = differs || len(mended) > 0; f.fix {
				c.fixed = mended
			}
		}
		c.dialect, c.doc, c.found = f.parse(name, c.src)
		if hint := dialectHint(name, c.dialect, c.found); f.dialect.dialect == nil && hint != "" {
			r.hints = append(r.hints, hint)
		}
		c.mendable = c.doc != nil || f.mendable(known, name, c.src, c.found)
		r.files = append(r.files, c)
	}
	f.lint(r, known)
	if f.diff || f.fix && slices.Contains(names, "-") {
		defer a.elsewhere()()
	}
	if err := a.printReport(f.format.value, r); err != nil {
		return err
	}
	switch {
	case failed || r.unreadable() > 0:
		return result(codeInput)
	case r.fails(r.found()) || f.diff && differs:
		return result(codeNo)
	}
	return nil
}

// lint adds what is legal and probably not meant, and leaves out what --ignore
// says.
func (f *checkFlags) lint(r *report, known *catalog.Catalog) {
	var docs []*policy.Document
	for i := range r.files {
		docs = append(docs, r.files[i].doc)
	}
	for i := range r.files {
		c := &r.files[i]
		if c.doc != nil {
			found := writ.Compiler{Catalog: known}.Lint(c.doc, docs...)
			if f.settle(known, c.name, c.src, c.dialect, found) && (f.fix || f.diff) {
				r.hints = append(r.hints, c.name+" was read as "+c.dialect.String()+", and may be in another language; more can be mended if --dialect says what it is")
			}
			c.found = append(c.found, found...)
			slices.SortStableFunc(c.found, func(a, b policy.Diagnostic) int { return a.Pos.Offset - b.Pos.Offset })
		}
		c.found = slices.DeleteFunc(c.found, func(d policy.Diagnostic) bool { return f.ignored(&d) })
	}
}

// codes are those that a finding may have.
func codes() (out []string) {
	for r := range writ.Rules() {
		out = append(out, string(r.Code))
	}
	for c := range policy.Codes() {
		out = append(out, string(c))
	}
	return out
}

// fits reports whether the file of --ignore, a name or a pattern, is one that is
// checked.
func fits(file, name string) bool {
	if name == "-" || name == standardInput {
		return file == "-" || file == standardInput || file == "*"
	}
	file, name = path.Clean(filepath.ToSlash(file)), path.Clean(filepath.ToSlash(name))
	matches, _ := path.Match(file, name)
	return matches || file == name
}

// ignored reports whether --ignore leaves a finding out. An error never is.
func (f *checkFlags) ignored(d *policy.Diagnostic) bool {
	for _, text := range f.ignore {
		code, file, limited := strings.Cut(text, "@")
		if code == string(d.Code) && d.Severity != policy.Error && (!limited || fits(file, d.File)) {
			return true
		}
	}
	return false
}

var severities = map[string]policy.Severity{
	"error": policy.Error, "security": policy.Security, "warning": policy.Warning, "suggestion": policy.Suggestion,
}

// dialectHint tells how to read a document that names principals.
func dialectHint(name string, as *policy.Dialect, ds policy.Diagnostics) string {
	for i := range ds {
		switch {
		case as == policy.HuaweiIdentity && ds[i].Code == "UNSUPPORTED_PRINCIPAL":
			return name + " was read as an identity policy; a trust policy needs --dialect trust, a control policy rcp or ncp"
		case as == policy.TencentCAM && ds[i].Code == "PrincipalError":
			return name + " was read as a policy of a user, group or role; one of a resource or a trust policy needs --dialect cam-resource"
		}
	}
	return ""
}
