// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"lkmc/lkmcgen/internal/chart"
	"lkmc/lkmcgen/internal/resolve"
)

// A measurement is a boot of a guest that is looked at.
type measurement struct {
	launch
	e      *env
	target *resolve.Profile
	fresh  []string // settings: the run is ours, so that its disk may go
	asJSON bool
}

// measurement reads the flags that the commands which measure have in common, and
// the name of the profile. The run has the given name unless the user gives one.
func (e *env) measurement(command, run string, args []string, declare func(*flag.FlagSet)) (*measurement, error) {
	m := &measurement{e: e}
	args, err := e.parse(command, args, func(f *flag.FlagSet) {
		f.BoolVar(&m.asJSON, "json", false, "")
		f.StringVar(&m.out, "out", "out", "")
		f.StringVar(&m.run, "run", "", "")
		f.StringVar(&m.builder, "builder", "", "")
		if declare != nil {
			declare(f)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(args) != 1 {
		return nil, usagef("%s needs a profile", command)
	}
	if m.target, err = e.profile(args[0]); err != nil {
		return nil, err
	}
	if m.run == "" {
		m.run, m.fresh = run, []string{"FRESH=1"}
	}
	m.root, m.profile, m.builder = e.root, m.target.Name, cmp.Or(m.builder, m.target.Builder)
	return m, nil
}

// write keeps what was measured in the run's folder, as NAME.json and NAME.svg, and
// says where.
func (m *measurement) write(name string, report any, picture *chart.Chart) error {
	data, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(m.folder(), name)
	if err := os.WriteFile(file+".json", append(data, '\n'), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(file+".svg", picture.SVG(), 0o600); err != nil {
		return err
	}
	shown := file + ".svg"
	if short, err := filepath.Rel(m.root, shown); err == nil && !filepath.IsAbs(m.out) {
		shown = short
	}
	fmt.Fprintf(m.e.stderr, "picture: %s\n", shown)
	return nil
}
