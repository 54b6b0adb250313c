package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"

	"simulacro/sim"
)

// Result is a run for a report on several of them.
type Result struct {
	History sim.History
	Verdict sim.Verdict
}

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Time       string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr,omitempty"`
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Failure *problem `xml:"failure"`
	Error   *problem `xml:"error"`
	Out     string   `xml:"system-out,omitempty"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes runs as JUnit's XML, as build servers read it: a suite a run, a case a check. What is inconclusive is an
// error there: the test could not be carried out.
func JUnit(w io.Writer, results ...Result) error {
	all := suites{}
	for _, r := range results {
		s := newSuite(r)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func newSuite(r Result) suite {
	s := suite{Name: "run", Time: "0"}
	if first, last := extent(r.History); !first.IsZero() {
		s.Time = fmt.Sprintf("%.3f", last.Sub(first).Seconds())
		s.Timestamp = first.UTC().Format(time.RFC3339)
	}
	if run := r.History.Run(); run != nil {
		s.Name = fmt.Sprintf("%s on %s", scenarioName(run), run.Director)
		s.Properties = append(s.Properties, property{"seed", fmt.Sprint(run.Seed)}, property{"version", run.Version})
	}
	for _, f := range r.Verdict.Facts {
		s.Properties = append(s.Properties, property{f.Name, f.Value})
	}
	for _, c := range r.Verdict.Checks {
		s.add(c)
	}
	return s
}

func (s *suite) add(c sim.Check) {
	tc := testcase{Class: s.Name, Name: checkName(c), Out: fmt.Sprintf("measured %s; bound %s", c.Measured, c.Bound)}
	p := &problem{Message: fmt.Sprintf("measured %s, bound %s", c.Measured, c.Bound), Type: string(c.Outcome), Text: c.Reason}
	s.Tests++
	if c.Outcome == sim.Inconclusive && c.Reason != "" {
		p.Message = c.Reason
	}
	switch c.Outcome {
	case sim.Fail:
		s.Failures++
		tc.Failure = p
	case sim.Inconclusive:
		s.Errors++
		tc.Error = p
	}
	s.Cases = append(s.Cases, tc)
}
