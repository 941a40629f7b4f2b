// Command writ answers questions about access policies of Huawei Cloud (Open
// Telekom Cloud) IAM and Tencent Cloud CAM: may this be done, why was it refused,
// is this policy well formed, do these cases come out as they say, what actions
// are there.
//
//	writ can -p backup.json -a cbr:vaults:delete -r cbr:eu-de:0f12:vault:prod-7
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/writ-policy/writ/internal/phrase"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// The exit codes.
const (
	codeYes       = 0 // yes, clean
	codeNo        = 1 // no: denied, findings, failures, nothing found
	codeUsage     = 2
	codeInput     = 3 // input that cannot be read or is invalid
	codeUndecided = 4
	codeInternal  = 5
)

// exit ends a run with a code. An err, if there is one, is printed.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

// usagef is the error for a command line that says something impossible.
func usagef(format string, args ...any) error {
	return &exit{codeUsage, fmt.Errorf(format, args...)}
}

// inputf is the error for input that cannot be used.
func inputf(format string, args ...any) error {
	return &exit{codeInput, fmt.Errorf(format, args...)}
}

// result is the answer of a verb that ran to its end; nil for codeYes.
func result(code int) error {
	if code == codeYes {
		return nil
	}
	return &exit{code: code}
}

// app is one run of the command.
type app struct {
	in      io.Reader
	out     *printer
	errOut  *printer
	format  choice
	color   choice
	stdin   bool // standard input was read
	started bool // the command line was understood
}

// run does what args say and returns the exit code.
func run(args []string, in io.Reader, out, errOut io.Writer) (code int) {
	a := &app{
		in: in, out: newPrinter(out), errOut: newPrinter(errOut),
		format: choose("text", "json"), color: choose("auto", "always", "never"),
	}
	defer func() {
		if p := recover(); p != nil {
			a.complain(fmt.Errorf("internal error: %v; please report it with the command line", p))
			code = codeInternal
		}
	}()
	root := a.command()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.Execute()
	if failed := a.out.w.Flush(); failed != nil {
		err = &exit{codeInternal, fmt.Errorf("cannot write the output: %w", failed)}
	}
	if err == nil {
		return codeYes
	}
	var e *exit
	if !errors.As(err, &e) {
		e = &exit{codeUsage, err}
		if a.started {
			e.code = codeInternal
		}
	}
	if e.err != nil {
		a.complain(e.err)
	}
	return e.code
}

// complain prints an error.
func (a *app) complain(err error) {
	a.errOut.line("writ: " + strings.TrimRight(err.Error(), "\n"))
	a.errOut.w.Flush()
}

const longHelp = `writ answers questions about access policies of Huawei Cloud (Open Telekom
Cloud) IAM and Tencent Cloud CAM. It never uses the network.

A file named - is standard input. Every flag is also an environment variable:
WRIT_ and the flag's name in capitals, with _ for -, such as WRIT_FORMAT=json.
If a flag can be repeated, each line of the variable is one value. The command
line wins over the variable.

Exit codes: 0 yes or clean; 1 no: denied, findings, failed cases, nothing
found; 2 wrong usage; 3 input that cannot be read or is invalid; 4 undecided;
5 internal error.`

// command builds the tree of verbs.
func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "writ",
		Short: "Questions about access policies, answered",
		Long:  longHelp,
		Args:  verb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(a.errOut.w)
			defer a.errOut.w.Flush()
			if err := cmd.Help(); err != nil {
				return err
			}
			return result(codeUsage)
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			a.out.color = wantColor(a.color.value, a.out.terminal, os.Getenv)
			a.errOut.color = wantColor(a.color.value, a.errOut.terminal, os.Getenv)
			a.started = true
			return nil
		},
		DisableFlagsInUseLine: true,
		SilenceErrors:         true,
		SilenceUsage:          true,
	}
	root.PersistentFlags().Var(&a.format, "format", "how to answer; json is versioned and stable")
	root.PersistentFlags().Var(&a.color, "color", "colour the text; auto is only on a terminal, and not if NO_COLOR is set")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(help())
	root.AddCommand(a.can(), a.why(), a.check(), a.fmt(), a.test(), a.catalog(), a.explain(), a.schema(), a.version())
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			cmd.Args = verb
			cmd.RunE = func(*cobra.Command, []string) error {
				return usagef("of which shell? bash, zsh, fish or powershell")
			}
		}
		completeWords(cmd, cmd.Flags())
	}
	completeWords(root, root.PersistentFlags())
	return root
}

// completeWords lets a shell complete the values of flags that take one of a few
// words.
func completeWords(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		var words []string
		switch v := f.Value.(type) {
		case *choice:
			words = slices.DeleteFunc(slices.Clone(v.allowed), func(s string) bool { return s == "" })
		case *dialectFlag:
			words = dialectNames()
		default:
			if f.Name != "ignore" {
				return
			}
			words = codes()
		}
		_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	})
}

// verb refuses arguments that are no verb; cobra has looked for one already.
func verb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	hint := "it has " + strings.Join(names, ", ")
	if near := phrase.Nearest(args[0], names...); near != "" {
		hint = "did you mean " + near + "?"
	}
	return usagef("%s has no verb %q; %s", cmd.CommandPath(), args[0], hint)
}

func help() *cobra.Command {
	return &cobra.Command{
		Use:   "help [verb]",
		Short: "Tell how a verb is used",
		RunE: func(cmd *cobra.Command, args []string) error {
			to, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("there is no verb %q; writ --help lists them", strings.Join(args, " "))
			}
			return to.Help()
		},
	}
}

// flagError makes the error for a flag helpful.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := phrase.Nearest(unknown.GetSpecifiedName(), names...); near != "" {
			return usagef("%v; did you mean --%s?", err, near)
		}
	}
	return usagef("%v; see %s --help", err, cmd.CommandPath())
}

// variable names the environment variable of a flag.
func variable(flag string) string {
	return "WRIT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment sets the flags that the command line does not.
func fromEnvironment(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		text := os.Getenv(variable(f.Name))
		if f.Changed || text == "" || f.Name == "help" || err != nil {
			return
		}
		values := []string{text}
		if _, many := f.Value.(pflag.SliceValue); many {
			values = strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
		}
		for _, v := range values {
			if bad := flags.Set(f.Name, v); bad != nil {
				err = usagef("the environment variable %s: %v", variable(f.Name), bad)
				return
			}
		}
	})
	return err
}
