// SPDX-License-Identifier: Apache-2.0

// Package stats reads what gem5 counted: its stats.txt.
//
// Such a file has a region for each time that the statistics were written: at the
// end of the run, and when the guest called m5 dumpstats. A region counts from the
// one before it on only if the guest called m5 resetstats there.
package stats

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Stat is one number. Unit is as gem5 writes it, such as "Count" or
// "(Cycle/Count)"; it is empty where gem5 says none.
type Stat struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	Help  string  `json:"help,omitempty"`
}

// A Region is what was written at one time, in the order of the file.
type Region []Stat

const (
	begin = "---------- Begin Simulation Statistics"
	end   = "---------- End Simulation Statistics"
)

// Parse reads the regions of a stats.txt. One that was cut short is left out; a
// file without a whole one is an error.
func Parse(r io.Reader) ([]Region, error) {
	var all []Region
	var now Region
	inside := false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, begin):
			now, inside = nil, true
		case strings.HasPrefix(line, end) && inside:
			all, inside = append(all, now), false
		case inside:
			if s, ok := parseLine(line); ok {
				now = append(now, s)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no whole region of statistics")
	}
	return all, nil
}

// parseLine reads "name value [share share] # help (unit)". What gem5 could not
// compute, nan, is none.
func parseLine(line string) (Stat, bool) {
	numbers, help, _ := strings.Cut(line, "#")
	words := strings.Fields(numbers)
	if len(words) < 2 {
		return Stat{}, false
	}
	value, err := strconv.ParseFloat(words[1], 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return Stat{}, false
	}
	s := Stat{Name: words[0], Value: value, Help: strings.TrimSpace(help)}
	if at := unitAt(s.Help); at >= 0 {
		s.Unit, s.Help = s.Help[at+1:len(s.Help)-1], strings.TrimSpace(s.Help[:at])
	}
	return s, true
}

// unitAt returns where the parenthesis begins that ends a text, or -1.
func unitAt(help string) int {
	if !strings.HasSuffix(help, ")") {
		return -1
	}
	for depth, at := 0, len(help)-1; at >= 0; at-- {
		switch help[at] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return at
			}
		}
	}
	return -1
}

// Select returns those of a region whose name holds one of the words, in any case;
// all when there are no words. Zeros are left out unless zeros is set.
func (r Region) Select(words []string, zeros bool) Region {
	var some Region
	for _, s := range r {
		if !zeros && s.Value == 0 || !named(s.Name, words) {
			continue
		}
		some = append(some, s)
	}
	return some
}

// Missing returns the first of words that no name holds, or "".
func (r Region) Missing(words []string) string {
	for _, w := range words {
		if !slices.ContainsFunc(r, func(s Stat) bool { return named(s.Name, []string{w}) }) {
			return w
		}
	}
	return ""
}

func named(name string, words []string) bool {
	return len(words) == 0 || slices.ContainsFunc(words, func(w string) bool {
		return strings.Contains(strings.ToLower(name), strings.ToLower(w))
	})
}

// A Change is a number that two regions do not have in common. A value that one of
// them lacks is 0.
type Change struct {
	Name string  `json:"name"`
	A    float64 `json:"a"`
	B    float64 `json:"b"`
	Unit string  `json:"unit,omitempty"`
}

// Percent is by how much B is more than A; infinite when A is 0.
func (c Change) Percent() float64 { return (c.B - c.A) / math.Abs(c.A) * 100 }

// Diff returns what differs, in the order of a, then of b. What the host took is
// left out: it differs each time.
func Diff(a, b Region) []Change {
	values := map[string]float64{}
	for _, s := range b {
		values[s.Name] = s.Value
	}
	var all []Change
	seen := map[string]bool{}
	for _, s := range a {
		seen[s.Name] = true
		if other := values[s.Name]; other != s.Value {
			all = append(all, Change{s.Name, s.Value, other, s.Unit})
		}
	}
	for _, s := range b {
		if !seen[s.Name] && s.Value != 0 {
			all = append(all, Change{s.Name, 0, s.Value, s.Unit})
		}
	}
	return slices.DeleteFunc(all, func(c Change) bool { return strings.HasPrefix(c.Name, "host") })
}
