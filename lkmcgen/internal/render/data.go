// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

// profileData feeds the templates of templates/profile.
type profileData struct {
	*resolve.Profile
	Folded                      []string  // files of the layers, lowest first
	Options                     []option  // in the order of the layers
	Builders                    []builder // those that exist, in the order of the layers
	EmulatorProofs              []string  // as builder.Proofs, for the packages of the emulator
	Program, Script, ConsoleLog string    // as words of run.sh
	OptionLines                 []string  // of run.sh, for each option
	Refused                     []refused // options that the kernel of a builder cannot do
	ArgLines, ScriptArgLines    []string  // of the argv file, for each group
	Command, BuildRules         string    // parts of run.sh and rules.mk that profiles share
}

// commandData feeds the template command.
type commandData struct {
	*profileData
	Args, ScriptArgs, CommandLine []group
}

type option struct {
	Name string
	profile.Option
	Excluded []string // variables of the options it excludes
	Required []string // variables of the options it requires
	Implied  []string // variables of the flags it implies
	Proofs   []string // as builder.Proofs
	Instead  string   // Program as a word of run.sh
}

// refused is an option that a builder's kernel cannot do: the symbol that a
// ready-made one lacks, or why.
type refused struct{ Variable, Builder, Symbol, Why string }

type builder struct {
	Name string
	profile.Builder
	Proofs []string // "package:command-or-file" for each package it needs
}

// group is a resolve.Group laid out.
type group struct {
	Name  string
	From  string   // file of the layer that says what it is by default
	Lines []string // for run.sh
}

// fragmentData feeds the template kconfig.
type fragmentData struct {
	*profileData
	Project string
	Symbols string
}

func (r *Renderer) data(p *resolve.Profile) (*profileData, error) {
	d := &profileData{Profile: p, Folded: p.Sources(), EmulatorProofs: proofs(p, p.Argv.Needs)}
	for _, w := range []struct {
		to   *string
		text string
	}{{&d.Program, p.Argv.Program}, {&d.Script, p.Argv.Script}, {&d.ConsoleLog, p.Argv.ConsoleLog}} {
		var err error
		if w.text == "" {
			continue
		}
		if *w.to, err = shellExpr(p, resolve.ParseWord(w.text)); err != nil {
			return nil, err
		}
	}
	for _, name := range p.OptionNames() {
		o := p.Options[name]
		instead, err := shellExpr(p, resolve.ParseWord(o.Program))
		if err != nil {
			return nil, err
		}
		d.Options = append(d.Options, option{name, o, variables(p, o.Excludes), variables(p, o.Requires), variables(p, o.Implies), proofs(p, o.Needs), instead})
	}
	for _, name := range p.Available() {
		d.Builders = append(d.Builders, builder{name, p.Builders[name], proofs(p, p.Builders[name].Needs)})
	}
	d.Refused = refusals(p)
	for _, o := range d.Options {
		share := p.Shares() && !p.Settings.Says("option."+o.Name+".")
		lines, err := r.part(p, "option "+o.Name, share, func() (string, error) { return r.execute("option", o) })
		if err != nil {
			return nil, err
		}
		d.OptionLines = append(d.OptionLines, lines)
	}
	var err error
	if d.Command, err = r.part(p, "command", p.Shares(), func() (string, error) { return r.command(d) }); err != nil {
		return nil, err
	}
	if d.BuildRules, err = r.part(p, "build.mk", p.Shares(), func() (string, error) { return r.execute("build.mk", d) }); err != nil {
		return nil, err
	}
	d.ArgLines, d.ScriptArgLines = plainLines(p, p.Args()), plainLines(p, p.ScriptArgs())
	return d, nil
}

// command returns the part of run.sh that makes the emulator's command.
func (r *Renderer) command(d *profileData) (string, error) {
	c := commandData{profileData: d}
	for _, part := range []struct {
		to    *[]group
		from  []resolve.Group
		lines func(*resolve.Profile, resolve.Group) ([]string, error)
	}{
		{&c.Args, d.Profile.Args(), shellGroup},
		{&c.ScriptArgs, d.Profile.ScriptArgs(), shellGroup},
		{&c.CommandLine, d.Profile.CommandLine(), shellCommandLine},
	} {
		var err error
		if *part.to, err = layOut(d.Profile, part.from, part.lines); err != nil {
			return "", err
		}
	}
	return r.execute("command", c)
}

// refusals returns what run.sh must not start, for a reason that a profile knows
// and no other line of run.sh says.
func refusals(p *resolve.Profile) []refused {
	var all []refused
	for _, b := range p.Available() {
		for _, name := range p.OptionNames() {
			c := p.Kernel(b, name)
			if c.Can {
				continue
			}
			r := refused{p.Options[name].Variable, b, "", c.Why}
			for _, symbol := range p.Options[name].Symbols {
				if slices.Contains(p.Builders[b].Lacks, symbol) {
					r.Symbol = symbol
					break
				}
			}
			all = append(all, r)
		}
	}
	return all
}

func variables(p *resolve.Profile, options []string) []string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = p.Options[o].Variable
	}
	return names
}

func proofs(p *resolve.Profile, packages []string) []string {
	list := make([]string, len(packages))
	for i, name := range packages {
		list[i] = name + ":" + p.Packages[name]
	}
	return list
}

func layOut(p *resolve.Profile, from []resolve.Group, lines func(*resolve.Profile, resolve.Group) ([]string, error)) ([]group, error) {
	laid := make([]group, len(from))
	for i, g := range from {
		shell, err := lines(p, g)
		if err != nil {
			return nil, err
		}
		laid[i] = group{Name: g.Name, From: defaultOf(g).From.File, Lines: shell}
	}
	return laid, nil
}

// plainLines returns for each group what the argv file says of it: its name, its
// layer, and a word a line.
func plainLines(p *resolve.Profile, groups []resolve.Group) []string {
	var lines []string
	for _, g := range groups {
		if words := plainWords(p, g); len(words) > 0 {
			lines = append(lines, fmt.Sprintf("# %s (%s)\n%s", g.Name, defaultOf(g).From.File, strings.Join(words, "\n")))
		}
	}
	return lines
}

// defaultOf returns the case of a group that holds when no other does.
func defaultOf(g resolve.Group) resolve.Case { return g.Cases[len(g.Cases)-1] }
