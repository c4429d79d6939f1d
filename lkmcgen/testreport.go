// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/guest"
)

// A testReport is what test-guest found out about one kernel.
type testReport struct {
	Profile string         `json:"profile"`
	Builder string         `json:"builder"`
	Release string         `json:"release"` // of the kernel
	Seconds float64        `json:"seconds"`
	Results []guest.Result `json:"results"`
}

func (t *testReport) count(v guest.Verdict) int {
	n := 0
	for _, r := range t.Results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

// resultLine is a result as it is streamed.
func resultLine(r guest.Result) string {
	if r.Verdict == guest.Skipped {
		return fmt.Sprintf("skip  %-26s        %s", r.Name, r.Reason)
	}
	words := map[guest.Verdict]string{guest.Passed: "ok  ", guest.Failed: "FAIL"}
	return strings.TrimRight(fmt.Sprintf("%s  %-26s %5.1f s  %s", words[r.Verdict], r.Name, r.Seconds, r.Reason), " ")
}

// summary ends the stream: what failed, or passed only at the second try, with its
// log, and the totals, in a line that names what failed once more, for who sees but
// the last lines.
func (t *testReport) summary(w io.Writer) {
	var failed []string
	for _, r := range t.Results {
		word := "failed"
		switch {
		case r.Verdict == guest.Failed:
			failed = append(failed, r.Name)
		case r.Verdict == guest.Passed && r.Reason != "":
			word = "passed"
		default:
			continue
		}
		fmt.Fprintf(w, "\n%s %s", r.Name, word)
		if r.Reason != "" {
			fmt.Fprintf(w, ": %s", r.Reason)
		}
		fmt.Fprintln(w)
		for _, line := range r.Log {
			fmt.Fprintln(w, "  "+line)
		}
	}
	names := ""
	if len(failed) > 0 {
		names = " (" + strings.Join(failed, ", ") + ")"
	}
	fmt.Fprintf(w, "\n%d passed, %d failed%s, %d skipped in %.0f s", t.count(guest.Passed), len(failed), names, t.count(guest.Skipped), t.Seconds)
	if t.Release != "" {
		fmt.Fprintf(w, ", %s, Linux %s", t.Profile, t.Release)
	}
	fmt.Fprintln(w)
}

// keep writes the report, with the results of an earlier one for what was not
// tested now.
func (t *testReport) keep(name string) error {
	var old testReport
	if err := readJSON(name, &old); err != nil || old.Release != t.Release {
		old = testReport{}
	}
	all := *t
	all.Results = nil
	for _, r := range append(slices.Clone(t.Results), old.Results...) {
		if !slices.ContainsFunc(all.Results, func(other guest.Result) bool { return other.Name == r.Name }) {
			all.Results = append(all.Results, r)
		}
	}
	slices.SortFunc(all.Results, func(a, b guest.Result) int { return strings.Compare(a.Name, b.Name) })
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(name, append(data, '\n'))
}

// replaceFile writes a file as a whole.
func replaceFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(name+".tmp", data, 0o666); err != nil {
		return err
	}
	return os.Rename(name+".tmp", name)
}

// The elements of JUnit's XML that CI systems read.
type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		Time    string       `xml:"time,attr"`
		Failure *junitDetail `xml:"failure"`
		Skipped *junitDetail `xml:"skipped"`
	}
	junitDetail struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes the report as JUnit's XML, unless name is empty.
func (t *testReport) writeJUnit(name string) error {
	if name == "" {
		return nil
	}
	class := strings.Join([]string{t.Profile, t.Builder}, ".")
	suite := junitSuite{Name: class, Tests: len(t.Results), Failures: t.count(guest.Failed), Skipped: t.count(guest.Skipped), Time: fmt.Sprintf("%.3f", t.Seconds)}
	for _, r := range t.Results {
		c := junitCase{Class: class, Name: r.Name, Time: fmt.Sprintf("%.3f", r.Seconds)}
		detail := &junitDetail{Message: xmlText(r.Reason), Text: xmlText(strings.Join(r.Log, "\n"))}
		switch r.Verdict {
		case guest.Failed:
			c.Failure = detail
		case guest.Skipped:
			c.Skipped = detail
		}
		suite.Cases = append(suite.Cases, c)
	}
	data, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(name, slices.Concat([]byte(xml.Header), data, []byte("\n")))
}

// xmlText leaves out what XML cannot hold: control characters of a console.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' {
			return -1
		}
		return r
	}, s)
}
