// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

// importConfig shows symbols of a .config file or a fragment as an edit of a
// profile, and makes it when that is asked for.
func importConfig(_ context.Context, e *env, args []string) error {
	var asJSON, write bool
	args, err := e.parse("import", args, func(f *flag.FlagSet) {
		f.BoolVar(&asJSON, "json", false, "")
		f.BoolVar(&write, "write", false, "")
	})
	if err != nil {
		return err
	}
	if len(args) != 3 {
		return usagef("import needs a profile, a project and a file")
	}
	dialect, err := dialectOf(args[1])
	if err != nil {
		return err
	}
	p, err := e.profile(args[0])
	if err != nil {
		return err
	}
	symbols, err := readSymbols(args[2], dialect)
	if err != nil {
		return err
	}
	imports := news(p, dialect, symbols)
	layer := p.Layers[len(p.Layers)-1]
	name := filepath.Join(e.root, filepath.FromSlash(layer.File))
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	edited := string(old)
	if len(imports) > 0 {
		if edited, err = profile.Edit(layer.File, edited, dialect.Name, symbolsOf(imports)); err != nil {
			return err
		}
	}
	if write && edited != string(old) {
		if err := rewrite(name, []byte(edited)); err != nil {
			return err
		}
	}
	if asJSON {
		return e.printJSON(map[string]any{"file": layer.File, "symbols": imports, "written": write && len(imports) > 0})
	}
	e.printDiff(layer.File, old, []byte(edited))
	switch {
	case len(imports) == 0:
		fmt.Fprintf(e.stderr, "nothing differs from what %s asks for\n", p.Name)
	case write:
		fmt.Fprintf(e.stderr, "%s: %s set\n", layer.File, plural(len(imports), "symbol", "symbols"))
	default:
		fmt.Fprintf(e.stderr, "nothing is written yet: WRITE=1 make %s-import, or lkmcgen import --write\n", dialect.Name)
	}
	return nil
}

func dialectOf(name string) (kconfig.Dialect, error) {
	var names []string
	for _, d := range kconfig.Dialects() {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return kconfig.Dialect{}, usagef("there is no project %q, only %s%s", name, strings.Join(names, ", "), hinted(diag.DidYouMean(name, names)))
}

// readSymbols returns the symbols that a file sets, in its order.
func readSymbols(file string, d kconfig.Dialect) ([]profile.Symbol, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []profile.Symbol
	for line := range strings.Lines(string(data)) {
		if name, v := d.Symbol(strings.TrimSuffix(line, "\n")); name != "" {
			all = append(all, profile.Symbol{Name: name, Value: v})
		}
	}
	return all, nil
}

// An imported is a symbol that a profile says nothing of, or another value.
type imported struct {
	Symbol string `json:"symbol"`
	Value  string `json:"value"` // as TOML
	Was    string `json:"was,omitempty"`
	At     string `json:"at,omitempty"` // of what it was
	value  kconfig.Value
}

// news returns the symbols whose value is not what the profile asks for.
func news(p *resolve.Profile, d kconfig.Dialect, symbols []profile.Symbol) []imported {
	all := []imported{}
	for _, s := range symbols {
		i := imported{Symbol: s.Name, Value: s.Value.String(), value: s.Value}
		if asked := p.Settings.Get(d.Name + ".config." + s.Name); asked != nil {
			if asked.Data == any(s.Value) {
				continue
			}
			i.Was, i.At = fmt.Sprint(asked.Data), asked.Pos().String()
		}
		all = append(all, i)
	}
	return all
}

func symbolsOf(imports []imported) []profile.Symbol {
	all := make([]profile.Symbol, len(imports))
	for i, x := range imports {
		all[i] = profile.Symbol{Name: x.Symbol, Value: x.value}
	}
	return all
}

// rewrite gives a file new contents: all of them or, whatever happens, the old
// ones. A link stays a link.
func rewrite(name string, data []byte) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	// Nobody takes a hidden file for a profile.
	f, err := os.CreateTemp(filepath.Dir(name), ".import-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	for _, step := range []func() error{func() error { return f.Chmod(info.Mode().Perm()) }, f.Sync, f.Close} {
		if failed := step(); err == nil {
			err = failed
		}
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
