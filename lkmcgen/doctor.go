// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/doctor"
	"lkmc/lkmcgen/internal/resolve"
)

// errBlocked is the failure of doctor: its findings are the answer, so there is
// nothing more to print.
var errBlocked = errors.New("what is marked error must be mended first")

// A needFlag collects --need GOAL=PACKAGE:PROOF.
type needFlag []doctor.Need

func (n *needFlag) String() string { return "" }

func (n *needFlag) Set(text string) error {
	goal, rest, _ := strings.Cut(text, "=")
	name, proof, ok := strings.Cut(rest, ":")
	if !ok {
		return fmt.Errorf("want GOAL=PACKAGE:PROOF")
	}
	*n = append(*n, doctor.Need{For: "make " + goal, Package: name, Proof: proof, Fix: "make deps " + goal})
	return nil
}

// examine prints what doctor finds, and fails when something must be mended.
func examine(_ context.Context, e *env, args []string) error {
	var asJSON bool
	var builder, out string
	var goals needFlag
	args, err := e.parse("doctor", args, func(f *flag.FlagSet) {
		f.BoolVar(&asJSON, "json", false, "")
		f.StringVar(&builder, "builder", "", "")
		f.StringVar(&out, "out", "out", "")
		f.Var(&goals, "need", "")
	})
	if err != nil {
		return err
	}
	if len(args) > 1 {
		return usagef("doctor takes one profile")
	}
	if err := e.findRoot(); err != nil {
		return err
	}
	h := doctor.Host{Root: e.root, Out: out, GoVersion: e.goVersion()}
	for _, dir := range []string{"profiles", "templates", "kernel_module", "rootfs_overlay"} {
		if path := filepath.Join(e.root, dir); isDir(path) {
			h.Watched = append(h.Watched, path)
		}
	}
	p, findings := e.healthy(strings.Join(args, ""))
	if p != nil {
		describe(&h, p, builder)
	}
	h.Needs = append(h.Needs, goals...)
	findings = append(findings, h.Examine()...)
	if asJSON {
		err = e.printJSON(findings)
	} else {
		e.printFindings(findings)
	}
	for _, f := range findings {
		if f.Level == doctor.Error && err == nil {
			err = errBlocked
		}
	}
	return err
}

// goVersion returns the version of Go that go.mod asks for, or "" in a project
// that has none.
func (e *env) goVersion() string {
	data, _ := os.ReadFile(filepath.Join(e.root, "go.mod"))
	for line := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(line, "go "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// healthy returns the profile of a name, nil without one, with what is wrong in
// profiles/: that stops everything else, but not this.
func (e *env) healthy(name string) (*resolve.Profile, []doctor.Finding) {
	profiles, err := e.load()
	var p *resolve.Profile
	if err == nil && name != "" {
		p, err = pick(profiles, name)
	}
	if err == nil {
		return p, []doctor.Finding{{Topic: "profiles", Level: doctor.OK, Text: fmt.Sprintf("all %d are right", len(profiles))}}
	}
	var problems diag.List
	problems.Append(err)
	findings := make([]doctor.Finding, len(problems))
	for i, problem := range problems {
		findings[i] = doctor.Finding{Topic: "profiles", Level: doctor.Error, Text: problem.Error(), Fix: "edit it; make gen tells what is left"}
	}
	return nil, findings
}

// describe tells the doctor what the profile needs of this host.
func describe(h *doctor.Host, p *resolve.Profile, builder string) {
	setting := " PROFILE=" + p.Name
	if builder == "" {
		builder = p.Builder
	} else {
		setting += " BUILDER=" + builder
	}
	b := p.Builders[builder]
	h.Compiles = len(b.Debian)+len(b.Ubuntu) == 0
	h.Machine, h.KVMFlags = p.Names["machine"], p.KVMFlags
	h.Program, _ = p.Filled(p.Settings.Get("argv.program")).(string)
	if strings.ContainsAny(h.Program, "{") {
		h.Program = "" // of a tree that a setting names
	}
	add := func(purpose, fix string, required bool, packages []string) {
		for _, name := range packages {
			h.Needs = append(h.Needs, doctor.Need{For: purpose, Package: name, Proof: p.Packages[name], Fix: fix, Required: required})
		}
	}
	add("make run"+setting, "make deps run"+setting, true, append(append([]string{}, b.Needs...), p.Argv.Needs...))
	for _, name := range p.OptionNames() {
		o := p.Options[name]
		add("make run "+o.Variable+"=1"+setting, "make deps run "+o.Variable+"=1"+setting, false, o.Needs)
	}
}

func (e *env) printFindings(findings []doctor.Finding) {
	for _, f := range findings {
		fmt.Fprintf(e.stdout, "%s  %-11s  %s\n", e.paint(string(f.Level), fmt.Sprintf("%-7s", f.Level)), f.Topic, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(e.stdout, "%22s%s\n", "mend it: ", f.Fix)
		}
	}
}
