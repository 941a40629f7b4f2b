package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ/policy"
)

const fmtHelp = `Lay policy documents out anew: two spaces a level, one entry a line but for
lists of one, the elements in the order of the vendors' own documents, no
needless escapes, lines that end in LF. What a document says stays the same, and so does the order of
its statements and entries.

In the body of an API call only the documents that it holds are laid out. A file
that is no sound document is reported and left as it is; and so is, with -w, one that
is read-only, has hard links or an owner that the new text cannot have.

Exit codes: 0 laid out, 1 with -l or -d: some file is not, 3 a file cannot be
read or is no sound document.`

// fmtFlags are the flags of fmt.
type fmtFlags struct {
	dialect           dialectFlag
	write, list, diff bool
}

func (a *app) fmt() *cobra.Command {
	f := &fmtFlags{}
	cmd := &cobra.Command{
		Use:     "fmt FILE…",
		Short:   "How is it laid out?",
		Long:    fmtHelp,
		Example: "  writ fmt -w policies/*.json\n  writ fmt -l policies/*.json\n  cat ops.json | writ fmt -",
		Args:    files,
		RunE:    func(_ *cobra.Command, args []string) error { return a.fmtFiles(args, f) },
	}
	flags := cmd.Flags()
	flags.Var(&f.dialect, "dialect", dialectHelp("the files"))
	flags.BoolVarP(&f.write, "write", "w", false, "write to the files instead of standard output")
	flags.BoolVarP(&f.list, "list", "l", false, "list the files whose layout differs")
	flags.BoolVarP(&f.diff, "diff", "d", false, "show what differs as a unified diff")
	return cmd
}

func (a *app) fmtFiles(names []string, f *fmtFlags) error {
	code := codeYes
	for _, arg := range names {
		if arg == "-" && f.write {
			return usagef("standard input cannot be written to; leave out --write")
		}
		name, src, err := a.read(arg)
		if err != nil && name == "" {
			return err
		}
		var out []byte
		if err == nil {
			out, err = policy.Format(f.dialect.dialect, name, src)
		}
		if ds := findings(nil, err); ds != nil {
			a.report(ds)
			code = codeInput
			continue
		}
		if err != nil {
			a.complain(err)
			code = codeInput
			continue
		}
		same := bytes.Equal(src, out)
		if f.list && !same {
			a.out.line(name)
		}
		if f.diff && !same {
			a.printDiff(name, src, out)
		}
		switch {
		case f.write && !same:
			if err := write(name, out); err != nil {
				a.complain(err)
				code = codeInput
			}
		case !f.write && (f.list || f.diff) && !same:
			code = max(code, codeNo)
		case !f.write && !f.list && !f.diff:
			a.out.document(out)
		}
	}
	return result(code)
}
