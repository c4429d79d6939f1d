// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/kconfig/project"
	"lkmc/lkmcgen/internal/kconfig/tree"
	"lkmc/lkmcgen/internal/kconfig/whynot"
	"lkmc/lkmcgen/internal/render"
	"lkmc/lkmcgen/internal/resolve"
)

// checkOptions are the flags of check.
type checkOptions struct {
	json, config bool
	out          string
	fragment     string             // a file
	base         string             // a file
	settings     map[string]string  // symbol to the setting of make that turns it on
	trees        map[string]*string // part to the folder given
}

// maxUnreadable bounds what is reported of a file that is no fragment.
const maxUnreadable = 20

// A checker predicts what becomes of the fragments of profiles.
type checker struct {
	*env
	checkOptions
	trees map[string]*project.Tree // by folder, arch and compiler
	lost  int
}

// check predicts, without calling make, which symbols that profiles ask for are
// lost, says why, and what would mend it.
func check(_ context.Context, e *env, args []string) error {
	o := checkOptions{trees: map[string]*string{}, settings: map[string]string{}}
	args, err := e.parse("check", args, func(f *flag.FlagSet) {
		f.BoolVar(&o.json, "json", false, "")
		f.BoolVar(&o.config, "config", false, "")
		f.StringVar(&o.out, "out", "out", "")
		f.StringVar(&o.fragment, "fragment", "", "")
		f.StringVar(&o.base, "base", "", "")
		f.Func("setting", "", func(given string) error {
			symbol, setting, found := strings.Cut(given, "=")
			if !found {
				return errors.New("want SYMBOL=SETTING")
			}
			o.settings[symbol] = setting
			return nil
		})
		for _, d := range kconfig.Dialects() {
			o.trees[d.Name] = f.String(d.Name, "", "")
		}
	})
	if err != nil {
		return err
	}
	if len(args) == 0 {
		debug.SetGCPercent(400) // the trees stay until the end
	}
	c := &checker{env: e, checkOptions: o, trees: map[string]*project.Tree{}}
	checks, err := c.plan(args)
	if err != nil {
		return err
	}
	var results []*checked
	for _, want := range checks {
		r, err := c.one(want)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	return c.report(results)
}

// A wanted is a fragment to check: that of a profile for a part, or a file's.
type wanted struct {
	*resolve.Profile
	part     kconfig.Dialect
	text     string // of the fragment
	fragment []tree.Line
	tree     string // folder
	file     string // of the fragment, when it is not the profile's
}

// plan returns what the arguments ask for. Without a profile it is all of them,
// without a part it is those whose tree is there.
func (c *checker) plan(args []string) ([]*wanted, error) {
	if c.fragment+c.base != "" && len(args) != 2 {
		return nil, usagef("check --fragment and --base need a profile and a part")
	}
	profiles, err := c.profiles(args)
	if err != nil {
		return nil, err
	}
	var all []*wanted
	for _, p := range profiles {
		w, err := c.parts(p, args)
		if err != nil {
			return nil, err
		}
		all = append(all, w...)
	}
	if len(all) == 0 {
		return nil, &diag.Error{Msg: "no sources of Linux or BusyBox are in " + filepath.Join(c.out, "source"), Hint: "run: make check-config, which fetches them"}
	}
	return all, nil
}

// profiles returns the profile that the arguments name, or all.
func (c *checker) profiles(args []string) ([]*resolve.Profile, error) {
	if len(args) == 0 {
		return c.load()
	}
	p, err := c.profile(args[0])
	return []*resolve.Profile{p}, err
}

// parts returns what to check of a profile.
func (c *checker) parts(p *resolve.Profile, args []string) ([]*wanted, error) {
	var names []string
	var all []*wanted
	for _, d := range kconfig.Dialects() {
		names = append(names, d.Name)
		if len(args) > 1 && args[1] != d.Name {
			continue
		}
		folder := c.folder(p, d.Name)
		if !isDir(folder) {
			if len(args) > 1 {
				return nil, &diag.Error{Pos: diag.Pos{File: folder}, Msg: "there are no sources of " + d.Name, Hint: "run: make check-config"}
			}
			continue
		}
		text, err := c.asked(p, d)
		if err != nil {
			return nil, err
		}
		all = append(all, &wanted{p, d, text, tree.ReadConfig(text, d.Prefix), folder, c.fragment})
	}
	if len(args) > 1 && len(all) == 0 {
		return nil, usagef("there is no part %q%s", args[1], hinted(diag.DidYouMean(args[1], names)))
	}
	return all, nil
}

// folder returns where the sources of a part are: where the flag says, else where
// the source builder has them.
func (c *checker) folder(p *resolve.Profile, part string) string {
	name := part
	if part == "linux" {
		name += "-" + p.Linux.Version
	}
	folder := filepath.Join(c.out, "source", name)
	if given := *c.checkOptions.trees[part]; given != "" {
		folder = given
	}
	return c.inRoot(folder)
}

// inRoot returns the name of a file that the project's root has.
func (e *env) inRoot(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(e.root, name)
}

// asked returns the text of the profile's fragment, as gen writes it, or of the
// file that was given.
func (c *checker) asked(p *resolve.Profile, d kconfig.Dialect) (string, error) {
	if c.fragment != "" {
		text, err := os.ReadFile(c.fragment)
		if err == nil {
			err = readable(c.fragment, string(text), d.Prefix)
		}
		return string(text), err
	}
	renderer, err := render.New(os.DirFS(c.root))
	if err != nil {
		return "", err
	}
	return renderer.Fragment(p, d)
}

// readable tells which lines of a file ask for nothing and are no comments: conf
// would pass over them with a warning.
func readable(file, text, prefix string) error {
	var problems diag.List
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" || line[0] == '#' || len(tree.ReadConfig(line, prefix)) == 1 || len(problems) == maxUnreadable {
			continue
		}
		problems.Add(diag.Pos{File: file, Line: number}, fmt.Sprintf("want %[1]sNAME=value, or # %[1]sNAME is not set", prefix), "the line asks for no symbol")
	}
	return problems.Err()
}

// tree reads the Kconfig files of a part, once for all profiles that share them.
func (c *checker) tree(w *wanted) (*project.Tree, error) {
	arch, cross := w.Names["kbuild"], w.Names["gnu"]+"-"
	key := strings.Join([]string{w.part.Name, w.tree, arch, cross}, " ")
	if t := c.trees[key]; t != nil {
		return t, nil
	}
	// Other scripts of the tree, or other tools, may answer otherwise.
	state := key + identity(filepath.Join(w.tree, "Makefile"))
	for _, tool := range []string{"gcc", "clang", "rustc", "bindgen", "pahole"} {
		if program, err := exec.LookPath(tool); err == nil {
			state += identity(program)
		}
	}
	sh, err := newMacroShell(c.inRoot(filepath.Join(c.out, "kconfig")), state, []string{cross + "gcc", cross + "ld"})
	if err != nil {
		return nil, err
	}
	defer sh.close()
	t, err := c.openTree(w, arch, cross, sh.run)
	if err != nil {
		return nil, inFolder(w.tree, err)
	}
	c.trees[key] = t
	if c.base != "" {
		text, err := os.ReadFile(c.base)
		if err != nil {
			return nil, err
		}
		t.SetBase(tree.ReadConfig(string(text), w.part.Prefix))
	}
	return t, sh.save()
}

func (c *checker) openTree(w *wanted, arch, cross string, shell tree.Shell) (*project.Tree, error) {
	fsys := os.DirFS(w.tree)
	switch w.part.Name {
	case "linux":
		return project.Linux(fsys, w.tree, arch, cross, shell)
	case "busybox":
		return project.BusyBox(fsys, shell)
	}
	external, err := os.ReadFile(filepath.Join(c.root, "generated", "common", "buildroot", "Config.in"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return project.Buildroot(fsys, shell, external)
}

// inFolder makes the places of err those of files in a folder.
func inFolder(folder string, err error) error {
	var problems diag.List
	problems.Append(err)
	for _, p := range problems {
		p.Pos.File = filepath.Join(folder, p.Pos.File)
	}
	return problems.Err()
}

// A checked is the result for one fragment.
type checked struct {
	*wanted
	tree   *project.Tree
	report *whynot.Report
}

func (c *checker) one(w *wanted) (*checked, error) {
	t, err := c.tree(w)
	if err != nil {
		return nil, err
	}
	if c.config {
		final, err := t.Config(w.fragment, tree.No)
		return &checked{w, t, &whynot.Report{Final: final}}, err
	}
	w.fragment = t.Counting(w.fragment)
	r, err := whynot.Check(t, w.fragment)
	return &checked{w, t, r}, err
}

// at returns where the profile asks for a symbol, with its value.
func (r *checked) at(name string) (diag.Pos, *resolve.Setting) {
	if r.file != "" {
		return diag.Pos{File: r.file, Line: r.line(name)}, nil
	}
	s := r.Settings.Get(r.part.Name + ".config." + name)
	if s == nil {
		return diag.Pos{File: r.Name}, nil
	}
	return s.Pos(), s
}

// line returns the number of the last line of the fragment that asks for a symbol,
// 0 when none does.
func (w *wanted) line(name string) int {
	last, number := 0, 0
	for text := range strings.Lines(w.text) {
		number++
		if l := tree.ReadConfig(text, w.part.Prefix); len(l) == 1 && l[0].Name == name {
			last = number
		}
	}
	return last
}

// optional returns why the profile lets a symbol be lost, "" when it does not.
func (r *checked) optional(name string) string {
	if s := r.Settings.Get(r.part.Name + ".optional." + name); s != nil {
		return fmt.Sprint(s.Data)
	}
	return ""
}

// report prints the results; its error says how many symbols are lost.
func (c *checker) report(results []*checked) error {
	var all []checkedJSON
	for _, r := range results {
		switch {
		case c.config:
			for _, l := range r.report.Final.Lines() {
				fmt.Fprintln(c.stdout, prefixed(r.tree.Prefix, l))
			}
		case c.json:
			all = append(all, c.asJSON(r))
		default:
			c.text(r)
		}
		for _, l := range r.report.Lost {
			if r.optional(l.Asked.Name) == "" {
				c.lost++
			}
		}
	}
	if c.json {
		if err := c.printJSON(all); err != nil {
			return err
		}
	}
	if c.lost > 0 && !c.config {
		return fmt.Errorf("%s lost that no profile calls optional", plural(c.lost, "symbol is", "symbols are"))
	}
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// prefixed writes a line as a .config has it.
func prefixed(prefix string, l tree.Line) string {
	l.Name = prefix + l.Name
	return l.String()
}

// text prints what is lost in words.
func (c *checker) text(r *checked) {
	fmt.Fprintf(c.stdout, "%s %s: %d of %d symbols lost (%s)\n", r.Name, r.part.Name, len(r.report.Lost), len(r.fragment), c.shown(r.wanted.tree))
	for _, l := range r.report.Lost {
		at, _ := r.at(l.Asked.Name)
		fmt.Fprintf(c.stdout, "%v: %s = %s is asked for, but it will be %s (%s)\n", at, l.Asked.Name, toml(l.Asked.Value), toml(l.Got), l.Cause)
		for _, s := range l.Steps {
			place := s.At.String()
			if place != "" {
				place += ": "
			}
			fmt.Fprintf(c.stdout, "    %s%s\n", place, s.Text)
		}
		c.lines(r, "  fix: ", l.Fix)
		c.lines(r, "  then lost: ", l.Loses)
		if l.Hint != "" {
			fmt.Fprintf(c.stdout, "  %s\n", l.Hint)
		}
		if l.Or != nil {
			c.lines(r, "  or:  ", []tree.Line{*l.Or})
		}
		if why := r.optional(l.Asked.Name); why != "" {
			fmt.Fprintf(c.stdout, "  optional: %s\n", why)
		}
	}
}

// lines prints lines as a profile takes them.
func (c *checker) lines(r *checked, lead string, lines []tree.Line) {
	for _, l := range lines {
		fmt.Fprintf(c.stdout, "%s%s%s\n", lead, c.set(l), r.instead(l))
		lead = strings.Repeat(" ", len(lead))
	}
}

// shown shortens the name of a folder that lies in the project.
func (c *checker) shown(folder string) string {
	if rel, err := filepath.Rel(c.root, folder); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return folder
}

// instead names the setting that a line of a fix takes the place of.
func (r *checked) instead(f tree.Line) string {
	at, s := r.at(f.Name)
	if s == nil {
		return ""
	}
	return fmt.Sprintf("  # instead of %v at %v", s.Data, at)
}

// set writes a line of a .config as a profile does, or names the setting of make
// that decides it.
func (c *checker) set(l tree.Line) string {
	if setting := c.settings[l.Name]; setting != "" && l.Value == "y" {
		return setting + ", a setting of make"
	}
	return l.Name + " = " + toml(l.Value)
}

// toml writes the value of a .config as a profile does.
func toml(value string) string {
	switch value {
	case "y":
		return "true"
	case "n":
		return "false"
	case "m":
		return `"m"`
	}
	return value
}

// A checkedJSON is a result as check --json prints it.
type checkedJSON struct {
	Profile string     `json:"profile"`
	Part    string     `json:"part"`
	Tree    string     `json:"tree"`
	Asked   int        `json:"asked"`
	Lost    []lostJSON `json:"lost"`
}

type lostJSON struct {
	Symbol   string       `json:"symbol"`
	At       string       `json:"at"`
	Asked    string       `json:"asked"`
	Got      string       `json:"got"`
	Cause    whynot.Cause `json:"cause"`
	Optional string       `json:"optional,omitempty"`
	Why      []stepJSON   `json:"why"`
	Fix      []string     `json:"fix,omitempty"`
	Loses    []string     `json:"loses,omitempty"`
	Or       string       `json:"or,omitempty"`
	Hint     string       `json:"hint,omitempty"`
}

type stepJSON struct {
	At   string `json:"at,omitempty"`
	Text string `json:"text"`
}

func (c *checker) asJSON(r *checked) checkedJSON {
	j := checkedJSON{r.Name, r.part.Name, c.shown(r.wanted.tree), len(r.fragment), []lostJSON{}}
	for _, l := range r.report.Lost {
		at, _ := r.at(l.Asked.Name)
		x := lostJSON{
			Symbol: l.Asked.Name, At: at.String(), Asked: toml(l.Asked.Value), Got: toml(l.Got),
			Cause: l.Cause, Optional: r.optional(l.Asked.Name), Why: stepsJSON(l.Steps), Fix: c.sets(l.Fix), Loses: c.sets(l.Loses), Hint: l.Hint,
		}
		if l.Or != nil {
			x.Or = c.set(*l.Or)
		}
		j.Lost = append(j.Lost, x)
	}
	return j
}

func (c *checker) sets(lines []tree.Line) []string {
	var all []string
	for _, l := range lines {
		all = append(all, c.set(l))
	}
	return all
}

// hashed returns a name for a file that remembers things of a key.
func hashed(key string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(key)))[:16] }
