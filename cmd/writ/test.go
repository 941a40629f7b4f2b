package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/writ-policy/writ/internal/cases"
)

const testHelp = `Decide cases, and report those that do not come out as they say. A case is a
JSON object with policies, a request and the decision that is expected:

  {"id": "read-only", "layers": [{"kind": "identity", "documents":
      [{"system": "CBR ReadOnlyAccess"}]}],
   "request": {"action": "cbr:vaults:delete"}, "expect": "implicit-deny"}

A file holds one case or an array of them or, if its name ends in .jsonl, one
case a line. A file with an error runs nothing.

Exit codes: 0 all pass, 1 some fail, 3 a file cannot be read or is malformed.`

func (a *app) test() *cobra.Command {
	var verbose bool
	var only string
	var known catalogFlag
	format := choose("text", "json", "junit")
	cmd := &cobra.Command{
		Use:     "test FILE…",
		Short:   "Do these cases come out as they say?",
		Long:    testHelp,
		Example: "  writ test cases/*.jsonl\n  writ test -v --run 'vault-*' cases/vaults.json",
		Args:    files,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.testFiles(args, only, format.value, verbose, &known)
		},
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "list the cases that pass, too")
	known.add(cmd.Flags())
	cmd.Flags().Var(&format, "format", "how to answer: json is versioned and stable, junit is for test reports")
	cmd.Flags().StringVar(&only, "run", "", "run only the cases whose id matches `GLOB`")
	return cmd
}

// ran is a case in the JSON output.
type ran struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	ID      string `json:"id"`
	Rule    string `json:"rule,omitempty"`
	Expect  string `json:"expect"`
	Got     string `json:"got"`
	Passed  bool   `json:"passed"`
	Message string `json:"message,omitempty"`
}

func (a *app) testFiles(names []string, only, format string, verbose bool, flag *catalogFlag) error {
	known, err := a.known(flag)
	if err != nil {
		return err
	}
	if _, err := path.Match(globText(only), ""); err != nil {
		return usagef("--run %s: a [ is not closed, or a \\ ends the pattern", only)
	}
	var broken error
	var malformed []junitCase
	all := []ran{}
	passed := 0
	for _, arg := range names {
		cs, err := a.readCases(arg)
		if err != nil {
			var e *exit
			if errors.As(err, &e) && e.code == codeUsage {
				return err
			}
			if broken != nil {
				a.complain(broken)
			}
			broken = err
			name := arg
			if arg == "-" {
				name = standardInput
			}
			malformed = append(malformed, junitCase{Name: name, Class: name, Error: &junitProblem{Type: unreadableCode, Message: clean(err.Error())}})
			continue
		}
		for i := range cs {
			if ok, _ := path.Match(globText(only), globText(cs[i].ID)); only != "" && !ok {
				continue
			}
			cs[i].Catalog = known
			r := runCase(&cs[i])
			if all = append(all, r); r.Passed {
				passed++
			}
		}
	}
	if len(all) == 0 && broken == nil {
		return usagef("--run %s: no case has an id like that", only)
	}
	if format == "junit" {
		err = a.out.xml(junitRan(all, malformed))
	} else {
		err = a.printRan(all, passed, format, verbose)
	}
	if err != nil {
		return err
	}
	if broken != nil {
		return broken
	}
	if passed < len(all) {
		return result(codeNo)
	}
	return nil
}

// globText makes path.Match treat / as any other character.
func globText(s string) string { return strings.ReplaceAll(s, "/", "\x00") }

// readCases reads a file of cases. What is wrong with it is printed.
func (a *app) readCases(arg string) ([]cases.Case, error) {
	name, src, err := a.read(arg)
	if err != nil {
		return nil, err
	}
	as := name
	if trimmed := bytes.TrimSpace(src); arg == "-" && !bytes.HasPrefix(trimmed, []byte("[")) && !json.Valid(trimmed) {
		as += ".jsonl"
	}
	cs, err := cases.Read(as, src)
	if err != nil {
		ds := findings(nil, err)
		for i := range ds {
			ds[i].File = name
		}
		a.report(ds)
		return nil, inputf("no case of %s was run, since it is malformed", name)
	}
	if len(cs) == 0 {
		return nil, inputf("%s holds no case", name)
	}
	for i := range cs {
		cs[i].File = name
	}
	return cs, nil
}

func runCase(c *cases.Case) ran {
	res := c.Run()
	return ran{c.File, c.Line, c.ID, c.Rule, c.Expect, res.Got, res.Passed, res.Message}
}

// why says on one line how a case fails.
func (r *ran) why() string {
	message := r.Message
	if says := "expected " + r.Expect + ", got " + r.Got; !strings.HasPrefix(message, says) {
		message = says + ": " + message
	}
	return strings.ReplaceAll(message, "\n", "; ")
}

func (a *app) printRan(all []ran, passed int, format string, verbose bool) error {
	if format == "json" {
		return a.out.json(struct {
			Version int   `json:"version"`
			Passed  int   `json:"passed"`
			Failed  int   `json:"failed"`
			Cases   []ran `json:"cases"`
		}{jsonVersion, passed, len(all) - passed, all})
	}
	var rows [][]any
	for _, r := range all {
		at := fmt.Sprintf("%s:%d", r.File, r.Line)
		id := r.ID
		if r.Rule != "" {
			id += " (" + r.Rule + ")"
		}
		switch {
		case !r.Passed:
			rows = append(rows, []any{span{"FAIL", red}, at, id, r.why()})
		case verbose:
			rows = append(rows, []any{span{"ok", green}, at, id, r.Got})
		}
	}
	a.out.table(rows)
	a.out.line(passed, " passed, ", len(all)-passed, " failed")
	return nil
}
