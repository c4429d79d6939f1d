// SPDX-License-Identifier: Apache-2.0

package render

import (
	"strings"

	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

// profileData feeds the templates of templates/profile.
type profileData struct {
	*resolve.Profile
	Folded                        []string  // files of the layers, lowest first
	Options                       []option  // in the order of the layers
	Builders                      []builder // those that exist, in the order of the layers
	EmulatorProofs                []string  // as builder.Proofs, for the packages of the emulator
	Program, Script, ConsoleLog   string    // as words of run.sh
	Args, ScriptArgs, CommandLine []group
}

// groups are the pieces of the emulator's command and of the kernel command
// line.
type groups struct {
	args, scriptArgs, commandLine []group
}

type option struct {
	Name string
	profile.Option
	Excluded []string // variables of the options it excludes
	Shown    string   // the value as help shows it
}

type builder struct {
	Name string
	profile.Builder
	Proofs []string // "package:command-or-file" for each package it needs
}

// group is a resolve.Group laid out.
type group struct {
	resolve.Group
	From   string   // file of the layer that says what it is by default
	Lines  []string // for run.sh
	Before []string // for run.sh: options that are resolved with the command so far
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
		d.Options = append(d.Options, option{name, o, variables(p, o.Excludes), shown(o)})
	}
	for _, name := range p.Available() {
		d.Builders = append(d.Builders, builder{name, p.Builders[name], proofs(p, p.Builders[name].Needs)})
	}
	g, err := r.laidOut(p)
	d.Args, d.ScriptArgs, d.CommandLine = g.args, g.scriptArgs, g.commandLine
	return d, err
}

func variables(p *resolve.Profile, options []string) []string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = p.Options[o].Variable
	}
	return names
}

// shown is how help writes an option's value.
func shown(o profile.Option) string {
	switch {
	case o.Kind == "flag":
		return "1"
	case o.Default != "":
		return o.Default
	case len(o.Choices) > 0:
		return strings.Join(o.Choices, "|")
	}
	return "..."
}

func proofs(p *resolve.Profile, packages []string) []string {
	list := make([]string, len(packages))
	for i, name := range packages {
		list[i] = name + ":" + p.Packages[name]
	}
	return list
}

// laidOut returns the groups of a profile, made once for all that share them.
func (r *Renderer) laidOut(p *resolve.Profile) (groups, error) {
	lower := p.Settings.Lower()
	if g, ok := r.groups[lower]; ok && p.SharesGroups() {
		return g, nil
	}
	var g groups
	var err error
	for _, part := range []struct {
		to    *[]group
		from  []resolve.Group
		lines func(*resolve.Profile, resolve.Group) ([]string, error)
	}{
		{&g.args, p.Args(), shellGroup},
		{&g.scriptArgs, p.ScriptArgs(), shellGroup},
		{&g.commandLine, p.CommandLine(), shellCommandLine},
	} {
		if *part.to, err = layOut(p, part.from, part.lines); err != nil {
			return g, err
		}
	}
	if p.SharesGroups() {
		r.groups[lower] = g
	}
	return g, nil
}

func layOut(p *resolve.Profile, from []resolve.Group, lines func(*resolve.Profile, resolve.Group) ([]string, error)) ([]group, error) {
	laid := make([]group, len(from))
	resolved := map[string]bool{}
	for i, g := range from {
		shell, err := lines(p, g)
		if err != nil {
			return nil, err
		}
		laid[i] = group{
			Group: g, From: g.Cases[len(g.Cases)-1].From.File, Lines: shell, Before: resolutions(p, g, resolved),
		}
	}
	return laid, nil
}

// resolutions returns the calls that turn an option's given value into the one
// to use, for the options that g is the first to name.
func resolutions(p *resolve.Profile, g resolve.Group, done map[string]bool) []string {
	var calls []string
	for _, name := range g.Places() {
		if o, ok := p.Options[name]; ok && o.Resolve != "" && !done[name] {
			done[name] = true
			calls = append(calls, o.Resolve+" "+o.Variable+` "$@"`)
		}
	}
	return calls
}

// Plain returns the words of a group that hold by default, for reading.
func (d *profileData) Plain(g group) []string { return plainWords(d.Profile, g.Group) }
