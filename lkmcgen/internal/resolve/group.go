// SPDX-License-Identifier: Apache-2.0

package resolve

import (
	"slices"
	"strings"
	"sync"

	"lkmc/lkmcgen/internal/profile"
)

// A Group is a named piece of a command or of the kernel command line with all
// that can stand in its place. The first case whose condition holds counts.
type Group struct {
	Name  string
	Cases []Case
}

// A Case is what a group is under a condition: an option that is given, a
// builder that is in use, or none. Words may be empty: then the group is left
// out.
type Case struct {
	Option  string // name of an option
	Builder string // name of a builder
	Words   []Word
	Key     string // the key that says so
	From    *profile.Layer
}

// Places returns the names of the places in the group's words, in all cases.
func (g Group) Places() []string {
	var names []string
	for _, c := range g.Cases {
		for _, w := range c.Words {
			for _, part := range w {
				if part.Name != "" {
					names = append(names, part.Name)
				}
			}
		}
	}
	return names
}

// groups are a profile's groups, or those of the layers below it, each made
// when it is first asked for.
type groups struct {
	args, scriptArgs, commandLine lazyGroups
}

// lazyGroups are made once, for all goroutines that ask.
type lazyGroups struct {
	once sync.Once
	list []Group
}

func (l *lazyGroups) get(collect func() []Group) []Group {
	l.once.Do(func() { l.list = collect() })
	return l.list
}

// Args returns the groups of the emulator's arguments. The caller must not
// change what it gets; profiles share it.
func (p *Profile) Args() []Group {
	return p.groups.args.get(func() []Group { return p.collect("argv.args.", "args.") })
}

// ScriptArgs returns the groups of the arguments of the emulator's script, on
// the same terms.
func (p *Profile) ScriptArgs() []Group {
	return p.groups.scriptArgs.get(func() []Group { return p.collect("argv.script_args.", "script_args.") })
}

// CommandLine returns the groups of the kernel command line, on the same terms.
func (p *Profile) CommandLine() []Group {
	return p.groups.commandLine.get(func() []Group { return p.collect("linux.command_line.", "command_line.") })
}

// Shares tells whether the profile itself says nothing but its symbols, what its
// guest holds, and how options look: then its groups, and all else that is made
// of its settings, are those of the layers below it.
func (p *Profile) Shares() bool {
	if !p.shares {
		return false
	}
	for key := range p.Settings.own {
		table, rest, _ := strings.Cut(key, ".")
		switch table {
		case "description", "arch", "emulator", "features", "guest":
			continue
		case "linux", "busybox", "buildroot":
			if what, _, _ := strings.Cut(rest, "."); what == "config" || what == "optional" {
				continue
			}
		case "option":
			_, what, _ := strings.Cut(rest, ".")
			if p.Settings.Get(key).Over != nil && slices.Contains([]string{"help", "default", "pattern", "expects", "choices"}, what) {
				continue
			}
		}
		return false
	}
	return true
}

// collect collects the groups below the key base, and what builders and options
// put in their place or add behind them, in that order, under the key below.
func (p *Profile) collect(base, below string) []Group {
	names := p.Settings.Names(base)
	for _, b := range p.Available() {
		names = appendNew(names, p.Settings.Names("builders."+b+"."+below))
	}
	for _, o := range p.OptionNames() {
		names = appendNew(names, p.Settings.Names("option."+o+"."+below))
	}
	groups := make([]Group, len(names), len(names)+1)
	for i, name := range names {
		groups[i].Name = name
		add := func(c Case, key string) {
			if s := p.Settings.Get(key + name); s != nil {
				c.Words, c.Key, c.From = p.words(s), s.Key, s.From
				groups[i].Cases = append(groups[i].Cases, c)
			}
		}
		for _, o := range p.OptionNames() {
			add(Case{Option: o}, "option."+o+"."+below)
		}
		for _, b := range p.Available() {
			add(Case{Builder: b}, "builders."+b+"."+below)
		}
		add(Case{}, base)
	}
	return groups
}

func appendNew(names, more []string) []string {
	for _, n := range more {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

func (p *Profile) words(s *Setting) []Word {
	list := p.fillIn(s, nil).([]string)
	words := make([]Word, len(list))
	for i, text := range list {
		words[i] = ParseWord(text)
	}
	return words
}
