// SPDX-License-Identifier: Apache-2.0

package resolve

import (
	"maps"
	"slices"

	"lkmc/lkmcgen/internal/diag"
)

// reserved are variables that make, the shell or the front door use; an option
// cannot have one of them.
var reserved = []string{
	"PROFILE", "BUILDER", "OUT", "DOWNLOADS", "CCACHE", "DISTRIBUTE", "V", "LINUX_SRC", "BUSYBOX_SRC", "BUILDROOT_SRC", "QEMU_SRC", "GEM5_SRC",
	"MAKEFLAGS", "MAKE", "SHELL", "PATH", "HOME", "IFS", "ENV", "USER", "TERM", "ARCH", "CROSS_COMPILE", "CFLAGS", "O", "M",
}

// check reports what cannot be, though each key alone is well formed.
func (p *Profile) check(problems *diag.List) {
	if p.Unavailable != "" {
		problems.Add(p.at("emulator"), "", "%s with %s does not exist: %s", p.Arch, p.Emulator, p.Unavailable)
		return
	}
	for _, key := range []string{"argv.program", "argv.console_log", "linux.image", "builder"} {
		if p.Settings.Get(key) == nil {
			problems.Add(diag.Pos{File: p.Layers[len(p.Layers)-1].File}, "", "no layer says %s", key)
		}
	}
	p.checkBuilders(problems)
	variables := map[string]string{}
	for _, name := range p.OptionNames() {
		p.checkOption(name, variables, problems)
	}
	words := []string{"argv.program", "argv.console_log", "argv.script"}
	for _, name := range p.OptionNames() {
		words = append(words, "option."+name+".program")
	}
	for _, key := range words {
		if s := p.Settings.Get(key); s != nil {
			p.checkPlaces(key, ParseWord(p.fillIn(s, problems).(string)), s.Pos, problems)
		}
	}
	for _, groups := range [][]Group{p.Args(), p.ScriptArgs(), p.CommandLine()} {
		for _, g := range groups {
			p.checkGroup(g, problems)
		}
	}
}

// checkOwnOptions checks the options that the profile itself speaks of, whose
// rest was checked for the layers below it.
func (p *Profile) checkOwnOptions(problems *diag.List) {
	for _, name := range p.OptionNames() {
		if p.Settings.Says("option." + name + ".") {
			p.checkOption(name, map[string]string{}, problems)
		}
	}
}

func (p *Profile) checkBuilders(problems *diag.List) {
	if b, ok := p.Builders[p.Builder]; p.Builder != "" && !ok {
		names := slices.Collect(maps.Keys(p.Builders))
		problems.Add(p.at("builder"), diag.DidYouMean(p.Builder, names), "there is no builder %q", p.Builder)
	} else if b.Unavailable != "" {
		problems.Add(p.at("builder"), "", "the builder %s does not exist for this profile: %s", p.Builder, b.Unavailable)
	}
	p.checkPackages("argv.needs", p.Argv.Needs, problems)
	for name, o := range p.Options {
		p.checkPackages("option."+name+".needs", o.Needs, problems)
	}
	for name, b := range p.Builders {
		p.checkPackages("builders."+name+".needs", b.Needs, problems)
	}
}

func (p *Profile) checkPackages(key string, needs []string, problems *diag.List) {
	for _, pkg := range needs {
		if _, ok := p.Packages[pkg]; !ok {
			problems.Add(p.at(key), "say in [packages] which command or file it brings", "package %q is not described", pkg)
		}
	}
}

func (p *Profile) checkOption(name string, variables map[string]string, problems *diag.List) {
	o, key := p.Options[name], "option."+name
	switch other := variables[o.Variable]; {
	case o.Kind == "" || o.Variable == "" || o.Help == "":
		problems.Add(p.at(key), "", "option %s needs help, variable and kind", name)
		return
	case other != "":
		problems.Add(p.at(key+".variable"), "", "the options %s and %s have the same variable %s", other, name, o.Variable)
	case slices.Contains(reserved, o.Variable):
		problems.Add(p.at(key+".variable"), "", "the variable %s has another meaning", o.Variable)
	}
	variables[o.Variable] = name
	if _, isRunValue := RunValues()[name]; isRunValue {
		problems.Add(p.at(key), "", "{%s} has another meaning", name)
	}
	if ok, expects := Matches(o, o.Default); !ok && o.Default != "" {
		problems.Add(p.at(key+".default"), "want "+expects, "%s is no value for %s", o.Default, o.Variable)
	}
	if (o.Kind == "script") != (o.Parameter != "") {
		problems.Add(p.at(key), "", "option %s: a script, and only a script, has a parameter", name)
	}
	if o.Builds != "" && len(o.Builders) == 0 {
		problems.Add(p.at(key+".builds"), "", "option %s builds %s, but builders does not say who can", name, o.Builds)
	}
	p.checkDefault(name, problems)
	for _, ref := range []struct {
		key   string
		names []string
		known []string
	}{{"excludes", o.Excludes, p.OptionNames()}, {"requires", o.Requires, p.OptionNames()}, {"implies", o.Implies, p.flags()}, {"builders", o.Builders, slices.Sorted(maps.Keys(p.Builders))}} {
		for _, n := range ref.names {
			if !slices.Contains(ref.known, n) {
				problems.Add(p.at(key+"."+ref.key), diag.DidYouMean(n, ref.known), "%s.%s: there is no %q", key, ref.key, n)
			}
		}
	}
}

// flags returns the names of the options that are flags.
func (p *Profile) flags() []string {
	return slices.DeleteFunc(p.OptionNames(), func(name string) bool { return p.Options[name].Kind != "flag" })
}

// checkDefault reports an option that every run has and a builder's kernel cannot
// do.
func (p *Profile) checkDefault(name string, problems *diag.List) {
	o := p.Options[name]
	if o.Default == "" || o.Kind == "flag" && o.Default == "0" {
		return
	}
	for _, b := range p.Available() {
		if c := p.Kernel(b, name); !c.Can {
			problems.Add(p.at("option."+name+".default"), "", "option %s is given by default, but with the builder %s it cannot be: %s", name, b, c.Why)
		}
	}
}

// checkGroup reports places that nothing fills, and options that both claim a
// group though they can be given together.
func (p *Profile) checkGroup(g Group, problems *diag.List) {
	var claims []string
	for _, c := range g.Cases {
		for _, w := range c.Words {
			p.checkPlaces("group "+g.Name, w, func() diag.Pos { return c.From.Pos(c.Key) }, problems)
		}
		if c.Option == "" {
			continue
		}
		for _, other := range claims {
			if !p.exclude(other, c.Option) {
				problems.Add(c.From.Pos(c.Key), "let one exclude the other", "the options %s and %s both set the group %s", other, c.Option, g.Name)
			}
		}
		claims = append(claims, c.Option)
	}
}

// checkPlaces reports the places of w that nothing fills.
func (p *Profile) checkPlaces(what string, w Word, at func() diag.Pos, problems *diag.List) {
	for _, part := range w {
		_, isRunValue := RunValues()[part.Name]
		_, isOption := p.Options[part.Name]
		if part.Name == "" || isRunValue || isOption {
			continue
		}
		known := append(slices.Collect(maps.Keys(RunValues())), p.OptionNames()...)
		problems.Add(at(), diag.DidYouMean(part.Name, known), "%s: nothing is called {%s}", what, part.Name)
	}
}

func (p *Profile) exclude(a, b string) bool {
	return slices.Contains(p.Options[a].Excludes, b) || slices.Contains(p.Options[b].Excludes, a)
}
