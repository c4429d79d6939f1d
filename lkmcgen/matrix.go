// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/resolve"
)

// matrix prints which options work with which profiles and builders.
func matrix(_ context.Context, e *env, args []string) error {
	var asJSON bool
	var out string
	args, err := e.parse("matrix", args, func(f *flag.FlagSet) {
		f.BoolVar(&asJSON, "json", false, "")
		f.StringVar(&out, "out", "out", "")
	})
	if err != nil {
		return err
	}
	profiles, err := e.load()
	if err != nil {
		return err
	}
	if len(args) > 0 {
		var problems diag.List
		picked := make([]*resolve.Profile, len(args))
		for i, name := range args {
			picked[i], err = pick(profiles, name)
			problems.Append(err)
		}
		if len(problems) > 0 {
			return problems.Err()
		}
		profiles = picked
	}
	rows, err := e.rowsOf(profiles, out)
	if err != nil {
		return err
	}
	if asJSON {
		return e.printJSON(matrixJSON(profiles, rows))
	}
	var emulators []string
	for _, p := range profiles {
		if !slices.Contains(emulators, p.Emulator) {
			emulators = append(emulators, p.Emulator)
		}
	}
	for i, emulator := range emulators {
		if i > 0 {
			fmt.Fprintln(e.stdout)
		}
		other := func(p *resolve.Profile) bool { return p.Emulator != emulator }
		otherRow := func(r matrixRow) bool { return other(r.profile) }
		if err := printMatrix(e.stdout, slices.DeleteFunc(slices.Clone(profiles), other), slices.DeleteFunc(slices.Clone(rows), otherRow)); err != nil {
			return err
		}
	}
	return printCannot(e.stdout, rows)
}

// A matrixRow is a profile with a builder, and what its options can.
type matrixRow struct {
	profile *resolve.Profile
	builder string
	builds  resolve.Capability
	cannot  *cannot                       // of a ready-made kernel
	cells   map[string]resolve.Capability // by option
}

// rowsOf returns the rows of profiles, with what their builds in the folder out
// found.
func (e *env) rowsOf(profiles []*resolve.Profile, out string) ([]matrixRow, error) {
	options, _ := optionsOf(profiles)
	var rows []matrixRow
	for _, p := range profiles {
		for _, b := range p.Settings.Names("builders.") {
			found, err := e.readCannot(out, p, b)
			if err != nil {
				return nil, err
			}
			row := matrixRow{p, b, p.Builds(b), found, map[string]resolve.Capability{}}
			for _, o := range options {
				row.cells[o] = found.limits(p, o, p.Can(b, o))
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// optionsOf returns the names of the options of all profiles, and the variable of
// each.
func optionsOf(profiles []*resolve.Profile) (names []string, variables map[string]string) {
	variables = map[string]string{}
	for _, p := range profiles {
		for _, o := range p.OptionNames() {
			if variables[o] == "" {
				names = append(names, o)
				variables[o] = p.Options[o].Variable
			}
		}
	}
	return names, variables
}

// printMatrix prints the matrix of one emulator: what always works in a line, the
// rest as a table with a note for each reason.
func printMatrix(w io.Writer, profiles []*resolve.Profile, rows []matrixRow) error {
	names, variables := optionsOf(profiles)
	var always, columns []string
	for _, o := range names {
		if slices.ContainsFunc(rows, func(r matrixRow) bool { return r.builds.Can && !r.cells[o].Unlimited() }) {
			columns = append(columns, o)
		} else {
			always = append(always, variables[o])
		}
	}
	fmt.Fprintf(w, "With %s always: %s\n\n", profiles[0].Emulator, strings.Join(always, " "))
	var notes []string
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "PROFILE\tBUILDER\tEXISTS")
	for _, o := range columns {
		fmt.Fprint(t, "\t", variables[o])
	}
	fmt.Fprintln(t)
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s", r.profile.Name, r.builder, cell(r.builds, &notes))
		for _, o := range columns {
			text := ""
			if r.builds.Can {
				text = cell(r.cells[o], &notes)
			}
			fmt.Fprint(t, "\t", text)
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(table.String()) {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
	fmt.Fprintln(w)
	for i, note := range notes {
		fmt.Fprintf(w, "%d  %s\n", i+1, note)
	}
	printRelations(w, profiles)
	return nil
}

// cell writes a capability: yes or no, with the number of its note.
func cell(c resolve.Capability, notes *[]string) string {
	text := "no"
	if c.Can {
		text = "yes"
	}
	if c.Why == "" {
		return text
	}
	at := slices.Index(*notes, c.Why)
	if at < 0 {
		at = len(*notes)
		*notes = append(*notes, c.Why)
	}
	return fmt.Sprintf("%s %d", text, at+1)
}

// printRelations says which options exclude or need one another, where it is so
// in one of the profiles.
func printRelations(w io.Writer, profiles []*resolve.Profile) {
	var lines []string
	for _, p := range profiles {
		for _, name := range p.OptionNames() {
			o := p.Options[name]
			for _, r := range []struct {
				text   string
				others []string
			}{{"not with", o.Excludes}, {"only with", o.Requires}} {
				line := fmt.Sprintf("%s %s %s", o.Variable, r.text, strings.Join(variablesOf(p, r.others), " "))
				if len(r.others) > 0 && !slices.Contains(lines, line) {
					lines = append(lines, line)
				}
			}
		}
	}
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
}

func variablesOf(p *resolve.Profile, options []string) []string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = p.Options[o].Variable
	}
	return names
}

// A jsonCapability is a resolve.Capability as matrix --json prints it.
type jsonCapability struct {
	Can bool   `json:"can"`
	Why string `json:"why,omitempty"`
	At  string `json:"at,omitempty"`
}

type jsonBuilder struct {
	jsonCapability
	Options map[string]jsonCapability `json:"options"` // by variable
	Cannot  *cannot                   `json:"cannot,omitempty"`
}

type jsonMatrix struct {
	Profile  string                 `json:"profile"`
	Arch     string                 `json:"arch"`
	Emulator string                 `json:"emulator"`
	Builders map[string]jsonBuilder `json:"builders"`
	Excludes map[string][]string    `json:"excludes"`
	Requires map[string][]string    `json:"requires"`
}

// matrixJSON has every option of every profile for each of them.
func matrixJSON(profiles []*resolve.Profile, rows []matrixRow) []jsonMatrix {
	_, variables := optionsOf(profiles)
	plain := func(c resolve.Capability) jsonCapability { return jsonCapability{c.Can, c.Why, c.Pos().String()} }
	all := make([]jsonMatrix, len(profiles))
	for i, p := range profiles {
		m := jsonMatrix{p.Name, p.Arch, p.Emulator, map[string]jsonBuilder{}, map[string][]string{}, map[string][]string{}}
		for _, row := range rows {
			if row.profile != p {
				continue
			}
			b := jsonBuilder{plain(row.builds), map[string]jsonCapability{}, row.cannot}
			for o, c := range row.cells {
				b.Options[variables[o]] = plain(c)
			}
			m.Builders[row.builder] = b
		}
		for _, name := range p.OptionNames() {
			o := p.Options[name]
			if len(o.Excludes) > 0 {
				m.Excludes[o.Variable] = variablesOf(p, o.Excludes)
			}
			if len(o.Requires) > 0 {
				m.Requires[o.Variable] = variablesOf(p, o.Requires)
			}
		}
		all[i] = m
	}
	return all
}
