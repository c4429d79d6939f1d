// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"text/tabwriter"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/stats"
)

// statsFlags are what stats and stats-diff have in common.
type statsFlags struct {
	format string
	region int
	zeros  bool
}

func (s *statsFlags) declare(f *flag.FlagSet) {
	f.StringVar(&s.format, "format", "table", "")
	f.IntVar(&s.region, "region", 0, "")
	f.BoolVar(&s.zeros, "zeros", false, "")
}

// printStats prints what gem5 counted in a run.
func printStats(_ context.Context, e *env, args []string) error {
	var s statsFlags
	args, err := e.parse("stats", args, s.declare)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return usagef("stats wants the folder of a run")
	}
	region, err := s.read(e, args[0])
	if err != nil {
		return err
	}
	if err := known(region, args[1:]); err != nil {
		return err
	}
	some := region.Select(args[1:], s.zeros)
	rows := [][]string{{"NAME", "VALUE", "UNIT", "WHAT"}}
	for _, x := range some {
		rows = append(rows, []string{x.Name, number(x.Value), x.Unit, x.Help})
	}
	return e.printRows(s.format, rows, append(stats.Region{}, some...))
}

// diffStats prints what differs between two runs.
func diffStats(_ context.Context, e *env, args []string) error {
	var s statsFlags
	args, err := e.parse("stats-diff", args, s.declare)
	if err != nil {
		return err
	}
	if len(args) < 2 {
		return usagef("stats-diff wants the folders of two runs")
	}
	a, err := s.read(e, args[0])
	if err != nil {
		return err
	}
	b, err := s.read(e, args[1])
	if err != nil {
		return err
	}
	if err := known(slices.Concat(a, b), args[2:]); err != nil {
		return err
	}
	changes := stats.Diff(a.Select(args[2:], true), b.Select(args[2:], true))
	rows := [][]string{{"NAME", filepath.Base(args[0]), filepath.Base(args[1]), "CHANGE", "UNIT"}}
	for _, c := range changes {
		percent := ""
		if c.A != 0 {
			percent = fmt.Sprintf("%+.2f%%", c.Percent())
		}
		rows = append(rows, []string{c.Name, number(c.A), number(c.B), percent, c.Unit})
	}
	return e.printRows(s.format, rows, append([]stats.Change{}, changes...))
}

// read returns the wanted region of a run's statistics: the last, or the one of
// that number.
func (s *statsFlags) read(e *env, folder string) (stats.Region, error) {
	name := filepath.Join(folder, "m5out", "stats.txt")
	f, err := os.Open(name)
	if err != nil {
		return nil, &diag.Error{Msg: fmt.Sprintf("%s: there are no statistics", name), Hint: "a simulation writes them at its end"}
	}
	defer f.Close()
	all, err := stats.Parse(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if s.region < 0 || s.region > len(all) {
		return nil, &diag.Error{Msg: fmt.Sprintf("%s: there is no region %d", name, s.region), Hint: fmt.Sprintf("there are 1 to %d", len(all))}
	}
	which := s.region
	if which == 0 {
		which = len(all)
	}
	fmt.Fprintf(e.stderr, "%s: region %d of %d\n", name, which, len(all))
	return all[which-1], nil
}

// known is an error if a word selects nothing.
func known(r stats.Region, words []string) error {
	if w := r.Missing(words); w != "" {
		return &diag.Error{Msg: fmt.Sprintf("no statistic has %q in its name", w), Hint: "without a word all of them are shown"}
	}
	return nil
}

// number writes a value without a fraction that it does not have.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// printRows prints rows, of which the first is the head, or data as JSON.
func (e *env) printRows(format string, rows [][]string, data any) error {
	switch format {
	case "json":
		return e.printJSON(data)
	case "csv":
		return csv.NewWriter(e.stdout).WriteAll(rows)
	case "table":
		t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
		for _, r := range rows {
			for i, cell := range r {
				if i > 0 {
					fmt.Fprint(t, "\t")
				}
				fmt.Fprint(t, cell)
			}
			fmt.Fprintln(t)
		}
		return t.Flush()
	}
	return usagef("--format=%s: want table, csv or json", format)
}
