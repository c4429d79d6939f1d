// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/kconfig/project"
	"lkmc/lkmcgen/internal/kconfig/tree"
	"lkmc/lkmcgen/internal/kconfig/whynot"
	"lkmc/lkmcgen/internal/resolve"
)

// An unasked is a symbol that a profile does not ask for, and what comes out for
// it, predicted from the project's Kconfig files.
type unasked struct {
	key   string // as if the profile asked for it
	Value string `json:"value"` // as a profile writes it
	Tree  string `json:"tree"`
	// Unasked is true: it tells such a symbol from a setting of the profile.
	Unasked bool       `json:"unasked"`
	Why     []stepJSON `json:"why"`
}

// noSources is said of what may be the name of such a symbol.
const noSources = "for a symbol that nobody asks for the sources have to be there: make check-config fetches them"

var symbolName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// unasked finds a symbol in the trees of sources that are in the folder out; nil
// when none of them defines it; looked is false when there are none. Its name is with
// or without its prefix, or the key that a profile would set: linux.config.NAME.
func (e *env) unasked(p *resolve.Profile, out, name string) (u *unasked, looked bool, err error) {
	part, rest, isKey := strings.Cut(name, ".config.")
	if isKey {
		name = rest
	}
	if !symbolName.MatchString(name) {
		return nil, true, nil
	}
	c := &checker{env: e, checkOptions: checkOptions{out: out, trees: map[string]*string{}}, trees: map[string]*project.Tree{}}
	for _, d := range kconfig.Dialects() {
		c.checkOptions.trees[d.Name] = new(string)
	}
	for _, d := range kconfig.Dialects() {
		symbol := strings.TrimPrefix(name, d.Prefix)
		if folder := c.folder(p, d.Name); isDir(folder) && (!isKey || part == d.Name) {
			looked = true
			if u, err = c.unasked(&wanted{Profile: p, part: d, tree: folder}, symbol); u != nil || err != nil {
				return u, true, err
			}
		}
	}
	return nil, looked, nil
}

func (c *checker) unasked(w *wanted, symbol string) (*unasked, error) {
	t, err := c.tree(w)
	if err != nil {
		return nil, err
	}
	if s := t.Symbol(symbol); s == nil || !s.Defined() {
		return nil, nil
	}
	text, err := c.asked(w.Profile, w.part)
	if err != nil {
		return nil, err
	}
	got, steps, err := whynot.Explain(t, tree.ReadConfig(text, w.part.Prefix), symbol)
	if err != nil {
		return nil, err
	}
	return &unasked{w.part.Name + ".config." + symbol, toml(got), c.shown(w.tree), true, stepsJSON(steps)}, nil
}

func stepsJSON(steps []whynot.Step) []stepJSON {
	all := []stepJSON{}
	for _, s := range steps {
		all = append(all, stepJSON{s.At.String(), s.Text})
	}
	return all
}

// print writes it in words.
func (u *unasked) print(e *env) {
	fmt.Fprintf(e.stdout, "%s = %s, which nobody asks for\n", u.key, u.Value)
	for _, s := range u.Why {
		if s.At == "" {
			fmt.Fprintf(e.stdout, "  %s\n", s.Text)
			continue
		}
		fmt.Fprintf(e.stdout, "  %s: %s\n", filepath.Join(u.Tree, s.At), s.Text)
	}
}
