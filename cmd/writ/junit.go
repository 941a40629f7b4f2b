package main

import (
	"encoding/xml"
	"strings"
)

// The parts of JUnit's XML that test reports need.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		junitCounts
		Suites []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Cases []junitCase `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Failure *junitProblem `xml:"failure"`
		Error   *junitProblem `xml:"error"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitProblem struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// xml prints a value as an XML document.
func (p *printer) xml(v any) error {
	p.w.WriteString(xml.Header)
	enc := xml.NewEncoder(p.w)
	enc.Indent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	return p.w.WriteByte('\n')
}

// add adds a case and counts it.
func (s *junitSuite) add(c junitCase) {
	c.Name, c.Class = clean(c.Name), clean(c.Class)
	s.Cases = append(s.Cases, c)
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Error != nil {
		s.Errors++
	}
}

// junit puts suites together.
func junit(suites ...junitSuite) junitSuites {
	out := junitSuites{Suites: suites}
	for i := range suites {
		s := &suites[i]
		s.Name = clean(s.Name)
		out.Tests, out.Failures, out.Errors = out.Tests+s.Tests, out.Failures+s.Failures, out.Errors+s.Errors
	}
	return out
}

// junitOf is a report with a case for each file. It fails by --fail-on; milder
// findings are its output.
func junitOf(r *report) junitSuites {
	s := junitSuite{Name: "writ check"}
	for i := range r.files {
		f := &r.files[i]
		c := junitCase{Name: f.name, Class: s.Name}
		var lines []string
		worst := 0
		for j := range f.found {
			if lines = append(lines, clean(compact(&f.found[j]))); f.found[j].Severity < f.found[worst].Severity {
				worst = j
			}
		}
		text := strings.Join(lines, "\n")
		code, err := f.failure()
		switch {
		case err != nil:
			c.Error = &junitProblem{code, clean(err.Error()), text}
		case r.fails(f.found):
			c.Failure = &junitProblem{string(f.found[worst].Code), clean(advice(&f.found[worst])), text}
		default:
			c.Out = text
		}
		s.add(c)
	}
	return junit(s)
}

// junitRan are cases with a suite for each file; broken are the files that
// cannot be read or are malformed.
func junitRan(all []ran, broken []junitCase) junitSuites {
	var suites []junitSuite
	for _, r := range all {
		if len(suites) == 0 || suites[len(suites)-1].Name != r.File {
			suites = append(suites, junitSuite{Name: r.File})
		}
		c := junitCase{Name: r.ID, Class: r.File}
		if !r.Passed {
			c.Failure = &junitProblem{Type: r.Expect, Message: clean(r.why())}
		}
		suites[len(suites)-1].add(c)
	}
	for _, c := range broken {
		s := junitSuite{Name: c.Name}
		s.add(c)
		suites = append(suites, s)
	}
	return junit(suites...)
}
