// SPDX-License-Identifier: Apache-2.0

package resolve

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
)

// Explain returns the settings that what names: the one of exactly that key,
// else all below it ("linux.command_line"), else all whose last name it is
// ("MODULES"), a symbol of a fragment ("CONFIG_MODULES"), or those that put it on
// the emulator's command or the kernel command line ("-nodefaults").
func (p *Profile) Explain(what string) ([]*Setting, error) {
	if s := p.Settings.Get(what); s != nil {
		return []*Setting{s}, nil
	}
	for _, find := range []func(string) []*Setting{p.below, p.named, p.symbols, p.saying} {
		if found := find(what); len(found) > 0 {
			return found, nil
		}
	}
	var keys []string
	for s := range p.Settings.All() {
		keys = append(keys, s.Key)
	}
	hint := diag.DidYouMean(what, keys)
	name := what
	for _, d := range kconfig.Dialects() {
		name = strings.TrimPrefix(name, d.Prefix)
	}
	if hint == "" {
		hint = diag.DidYouMean(name, lastNames(keys))
	}
	return nil, &diag.Error{Msg: fmt.Sprintf("%s: nothing sets %q", p.Name, what), Hint: hint}
}

func lastNames(keys []string) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k[strings.LastIndexByte(k, '.')+1:]
	}
	return names
}

func (p *Profile) below(key string) []*Setting { return p.Settings.Under(key + ".") }

func (p *Profile) named(name string) []*Setting {
	var found []*Setting
	for s := range p.Settings.All() {
		if strings.HasSuffix(s.Key, "."+name) {
			found = append(found, s)
		}
	}
	return found
}

// symbols returns the settings of a symbol as a .config file writes it.
func (p *Profile) symbols(name string) []*Setting {
	var found []*Setting
	for _, d := range kconfig.Dialects() {
		symbol, ok := strings.CutPrefix(name, d.Prefix)
		if !ok {
			continue
		}
		for _, table := range []string{".config.", ".optional."} {
			if s := p.Settings.Get(d.Name + table + symbol); s != nil {
				found = append(found, s)
			}
		}
	}
	return found
}

// saying returns the settings that put word on a command: those that have the
// word itself, else those whose places could be filled so that it comes out.
func (p *Profile) saying(word string) []*Setting {
	var exact, filled []*Setting
	add := func(to *[]*Setting, key string) {
		if s := p.Settings.Get(key); s != nil && !slices.Contains(*to, s) {
			*to = append(*to, s)
		}
	}
	match := func(key string, w Word) {
		switch {
		case w.source() == word:
			add(&exact, key)
		case p.plain(w) == word:
			add(&exact, key)
			for _, part := range w {
				add(&exact, "option."+part.Name+".default")
			}
		case p.canBe(w, word):
			add(&filled, key)
		}
	}
	for _, key := range []string{"argv.program", "argv.script"} {
		if s := p.Settings.Get(key); s != nil {
			match(key, ParseWord(p.Filled(s).(string)))
		}
	}
	for _, groups := range [][]Group{p.Args(), p.ScriptArgs(), p.CommandLine()} {
		for _, g := range groups {
			for _, c := range g.Cases {
				for _, w := range c.Words {
					match(c.Key, w)
				}
			}
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return filled
}

// plain writes a word with options by their default.
func (p *Profile) plain(w Word) string {
	var b strings.Builder
	for _, part := range w {
		b.WriteString(part.Text)
		if part.Name != "" {
			b.WriteString(p.Options[part.Name].Default)
		}
	}
	return b.String()
}

// canBe tells whether the places of w can be filled so that it becomes text. A
// word that is nothing but an option becomes what the option allows, if it does
// not allow any name.
func (p *Profile) canBe(w Word, text string) bool {
	if len(w) == 1 && w[0].Name != "" {
		o := p.Options[w[0].Name]
		if len(o.Choices) == 0 && o.Pattern == "" {
			return false
		}
		ok, _ := Matches(o, text)
		everything, _ := Matches(o, "name")
		return ok && !everything
	}
	var b strings.Builder
	for _, part := range w {
		b.WriteString(regexp.QuoteMeta(part.Text))
		if part.Name != "" {
			b.WriteString(".*")
		}
	}
	return regexp.MustCompile("^" + b.String() + "$").MatchString(text)
}
