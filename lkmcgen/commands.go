// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/render"
	"lkmc/lkmcgen/internal/resolve"
)

// A command is one verb. Help and completion are made from the table.
type command struct {
	name  string
	args  string // what follows the name
	short string
	flags []string // for completion
	run   func(ctx context.Context, e *env, args []string) error
}

// commands returns the table in the order of help.
func commands() []command {
	return []command{
		{"gen", "[-n | --check | --diff]", "write generated/ from profiles/ and templates/", []string{"-n", "--check", "--diff"}, gen},
		{"watch", "[--poll] [--run RUN] [COMMAND ...]", "gen after every change, then run a command such as: make build; with --run COMMAND is make without a goal, and what changed goes into that guest", []string{"--poll", "--run"}, watchFolders},
		{"list", "[--json]", "list the profiles", []string{"--json"}, list},
		{"explain", "[--json] [--out DIR] PROFILE [KEY ...]", "show a value, a symbol or a word of a command, the file and line that set it, and what it replaced; of a symbol that nobody asks for what comes out, and why", []string{"--json", "--out"}, explain},
		{"diff", "[--json] A [B]", "in which values two profiles differ; NAME@REVISION is one as git has it", []string{"--json"}, diffProfiles},
		{"matrix", "[--json] [--out DIR] [PROFILE ...]", "which options work with which profiles and builders, and why not; what ready-made kernels do not have, where they are built", []string{"--json", "--out"}, matrix},
		{"import", "[--json | --write] PROFILE PROJECT FILE", "show the symbols of a .config file as an edit of a profile, or make it", []string{"--json", "--write"}, importConfig},
		{"schema", "layer|profile", "print the JSON Schema of such files, which tells an editor their keys", nil, printSchema},
		{"check", "[--json | --config] [--out DIR] [--PART DIR] [--base FILE] [--setting SYMBOL=SETTING] [--fragment FILE] [PROFILE [PART]]", "tell which symbols a profile asks for in vain, why, and what mends it; PART: linux, busybox, buildroot", []string{"--json", "--config", "--out", "--linux", "--busybox", "--buildroot", "--base", "--setting", "--fragment"}, check},
		{"exec", "[-t] [--timeout S] RUN COMMAND", "run a shell command in a running guest; its status is the exit status", []string{"--timeout", "-t"}, execCommand},
		{"shell", "RUN", "a shell in a running guest", nil, shell},
		{"insmod", "[--timeout S] [--builder B] RUN [FILE.ko [X=VALUE ...]]", "put a module into a running guest, in place of the loaded one", []string{"--timeout", "--builder"}, insmod},
		{"rmmod", "[--timeout S] RUN NAME", "remove a module from a running guest", []string{"--timeout"}, rmmod},
		{"gdbserver", "[--timeout S] [--prepare TAR [--copy FILE]] RUN [PROGRAM [ARG ...]]", "run a program in a running guest for GDB: target remote | lkmcgen gdbserver ...", []string{"--timeout", "--prepare", "--copy"}, gdbserver},
		{"monitor", "RUN", "the emulator's monitor, or run the lines of standard input there", nil, monitor},
		{"serial", "RUN", "a guest's second serial port: a terminal there, or send standard input and print what comes", nil, serial},
		{"screenshot", "RUN [FILE]", "write what a running guest's screen shows as a PNG file", nil, screenshot},
		{"stop-kernel", "RUN", "stop the kernel of a running guest for GDB on its second serial port", nil, stopKernel},
		{"snapshot", "save|load|delete RUN ID, or list [--json] RUN", "keep the state of a running guest, go back to it, forget it", []string{"--json"}, snapshot},
		{"stats", "[--format table|csv|json] [--region N] [--zeros] RUN [WORD ...]", "print what the simulation of a run counted, all or what has one of the words in its name; of the last region, or region N", []string{"--format", "--region", "--zeros"}, printStats},
		{"stats-diff", "[--format table|csv|json] [--region N] RUN RUN [WORD ...]", "print in what two runs differ there", []string{"--format", "--region"}, diffStats},
		{"runs", "[--json] [OUT]", "list the runs: what lives, and how the others ended", []string{"--json"}, listRuns},
		{"catalogue", "[--json | --write [--out DIR]] [NAME ...]", "list the guest's modules, programs and scripts, tell of some, or write the text about them", []string{"--json", "--write", "--out"}, listCatalogue},
		{"test-guest", "[--builder B] [--out DIR] [--run NAME] [--test 'NAME ...'] [--timeout S] [--fail] [--junit FILE] [--json] PROFILE", "test them in a guest", []string{"--builder", "--out", "--run", "--test", "--timeout", "--fail", "--junit", "--json"}, testGuest},
		{"count-instructions", "[--builder B] [--out DIR] [--run NAME] [--plugin FILE] [--json] PROFILE", "boot a guest and count the instructions of each phase", []string{"--builder", "--out", "--run", "--plugin", "--json"}, countInstructions},
		{"boot-chart", "[--builder B] [--out DIR] [--run NAME] [--json] PROFILE", "boot a guest and draw when which initcall ran", []string{"--builder", "--out", "--run", "--json"}, bootChart},
		{"doctor", "[--json] [--builder B] [--out DIR] [--need GOAL=PACKAGE:PROOF ...] [PROFILE]", "look at this host: what is missing or in the way, and what mends it", []string{"--json", "--builder", "--out", "--need"}, examine},
		{"completion", "bash|zsh|fish", "print a completion script for a shell", nil, completion},
		{"version", "", "print the version", nil, version},
		{"help", "[COMMAND]", "print this text, or a command's", nil, help},
	}
}

func find(name string) (command, error) {
	var names []string
	for _, c := range commands() {
		if c.name == name {
			return c, nil
		}
		names = append(names, c.name)
	}
	return command{}, usagef("there is no command %q%s", name, hinted(diag.DidYouMean(name, names)))
}

// parse reads a command's flags and returns what follows them.
func (e *env) parse(name string, args []string, declare func(*flag.FlagSet)) ([]string, error) {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(new(strings.Builder))
	f.Usage = func() {}
	if declare != nil {
		declare(f)
	}
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errors.Join(err, help(context.Background(), e, []string{name}))
		}
		return nil, flagError(f, err)
	}
	return f.Args(), nil
}

// flagError turns an error of flag's into one that names the flag that was
// meant.
func flagError(f *flag.FlagSet, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !ok {
		return usagef("%s: %v", f.Name(), err)
	}
	var known []string
	f.VisitAll(func(f *flag.Flag) { known = append(known, f.Name) })
	return usagef("%s has no flag -%s%s", f.Name(), name, hinted(diag.DidYouMean(name, known)))
}

func hinted(hint string) string {
	if hint == "" {
		return ""
	}
	return " (" + hint + ")"
}

// load reads and resolves all profiles.
func (e *env) load() ([]*resolve.Profile, error) {
	if err := e.findRoot(); err != nil {
		return nil, err
	}
	set, err := profile.Load(os.DirFS(e.root))
	if err != nil {
		return nil, err
	}
	return resolve.New(set).All()
}

// profile reads all profiles, and resolves the one of the given name.
func (e *env) profile(name string) (*resolve.Profile, error) {
	if err := e.findRoot(); err != nil {
		return nil, err
	}
	return loadOne(os.DirFS(e.root), name)
}

// loadOne returns one profile of a file system.
func loadOne(fsys fs.FS, name string) (*resolve.Profile, error) {
	set, err := profile.Load(fsys)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, l := range set.Profiles {
		if l.Name == name {
			return resolve.New(set).Profile(l)
		}
		names = append(names, l.Name)
	}
	return nil, noProfile(name, names)
}

func noProfile(name string, names []string) error {
	return &diag.Error{Msg: fmt.Sprintf("there is no profile %q", name), Hint: cmp.Or(diag.DidYouMean(name, names), "make list prints them")}
}

func list(_ context.Context, e *env, args []string) error {
	var asJSON bool
	args, err := e.parse("list", args, func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "") })
	if err != nil {
		return err
	}
	if len(args) > 0 {
		return usagef("list takes no arguments")
	}
	profiles, err := e.load()
	if err != nil {
		return err
	}
	if asJSON {
		return e.printJSON(listed(profiles))
	}
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, p := range listed(profiles) {
		fmt.Fprintf(t, "%s\t%s\t%s\n", p.Name, strings.Join(p.Builders, ","), p.Description)
	}
	return t.Flush()
}

// A listedProfile is a profile as list prints it.
type listedProfile struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Arch        string   `json:"arch"`
	Emulator    string   `json:"emulator"`
	Features    []string `json:"features"`
	Builder     string   `json:"builder"`
	Builders    []string `json:"builders"`
}

func listed(profiles []*resolve.Profile) []listedProfile {
	l := make([]listedProfile, len(profiles))
	for i, p := range profiles {
		l[i] = listedProfile{p.Name, p.Description, p.Arch, p.Emulator, append([]string{}, p.Features...), p.Builder, p.Available()}
	}
	return l
}

func (e *env) printJSON(v any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func explain(_ context.Context, e *env, args []string) error {
	var asJSON bool
	var out string
	args, err := e.parse("explain", args, func(f *flag.FlagSet) {
		f.BoolVar(&asJSON, "json", false, "")
		f.StringVar(&out, "out", "out", "")
	})
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return usagef("explain needs a profile")
	}
	p, err := e.profile(args[0])
	if err != nil {
		return err
	}
	settings, others, err := e.explained(p, out, args[1:])
	if err != nil {
		return err
	}
	if asJSON {
		m := map[string]any{}
		for _, s := range settings {
			m[s.Key] = withPlaces(s)
		}
		for _, u := range others {
			m[u.key] = u
		}
		return e.printJSON(m)
	}
	for _, s := range settings {
		fmt.Fprintf(e.stdout, "%s = %s\n  %v\n", s.Key, show(s.Data), s.Pos())
		for _, o := range s.History() {
			fmt.Fprintf(e.stdout, "  over %v  %s\n", o.Pos(), show(o.Data))
		}
	}
	for _, u := range others {
		u.print(e)
	}
	return nil
}

// pick returns the profile with the given name.
func pick(profiles []*resolve.Profile, name string) (*resolve.Profile, error) {
	var names []string
	for _, p := range profiles {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return nil, noProfile(name, names)
}

// explained returns the settings that the keys name, all when there is no key, and
// what comes out for symbols that no setting names.
func (e *env) explained(p *resolve.Profile, out string, keys []string) ([]*resolve.Setting, []*unasked, error) {
	if len(keys) == 0 {
		return p.Settings.Under(""), nil, nil
	}
	var settings []*resolve.Setting
	var others []*unasked
	var problems diag.List
	for _, key := range keys {
		found, err := p.Explain(key)
		settings = append(settings, found...)
		if err == nil {
			continue
		}
		u, looked, failed := e.unasked(p, out, key)
		switch {
		case failed != nil:
			problems.Append(failed)
		case u != nil:
			others = append(others, u)
		default:
			if x, ok := errors.AsType[*diag.Error](err); ok && x.Hint == "" && !looked && key == strings.ToUpper(key) {
				x.Hint = noSources
			}
			problems.Append(err)
		}
	}
	return settings, others, problems.Err()
}

// An explainedSetting is a setting with its places, as explain --json prints
// it.
type explainedSetting struct {
	render.JSONSetting
	At   string   `json:"at"`
	Over []placed `json:"over,omitempty"`
}

type placed struct {
	render.JSONSetting
	At string `json:"at"`
}

func withPlaces(s *resolve.Setting) explainedSetting {
	x := explainedSetting{JSONSetting: render.SettingJSON(s), At: s.Pos().String()}
	x.JSONSetting.Over = nil
	for _, o := range s.History() {
		j := render.SettingJSON(o)
		j.Over = nil
		x.Over = append(x.Over, placed{j, o.Pos().String()})
	}
	return x
}

// printSchema prints a file that gen writes, for projects that have none yet.
func printSchema(_ context.Context, e *env, args []string) error {
	args, err := e.parse("schema", args, nil)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return usagef("schema needs one of layer, profile")
	}
	files, err := profile.JSONSchemas()
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name == "schema/"+args[0]+".json" {
			_, err := e.stdout.Write(f.Data)
			return err
		}
	}
	return usagef("there is no schema of a %q, only of a layer and of a profile", args[0])
}

// show writes a value as TOML does.
func show(data any) string {
	switch data := data.(type) {
	case string:
		return fmt.Sprintf("%q", data)
	case []string:
		words := make([]string, len(data))
		for i, w := range data {
			words[i] = fmt.Sprintf("%q", w)
		}
		return "[" + strings.Join(words, ", ") + "]"
	}
	return fmt.Sprint(data)
}

func version(_ context.Context, e *env, args []string) error {
	args, err := e.parse("version", args, nil)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		return usagef("version takes no arguments")
	}
	v, revision, dirty := "unknown", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		v = info.Main.Version
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = " " + s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = " (modified)"
			}
		}
		v += " " + info.GoVersion
	}
	_, err = fmt.Fprintf(e.stdout, "lkmcgen %s%s%s, profile format %d\n", v, revision, dirty, profile.Format)
	return err
}

func help(_ context.Context, e *env, args []string) error {
	args, err := e.parse("help", args, nil)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		c, err := find(args[0])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.stdout, "usage: lkmcgen [-C DIR] %s\n\n%s\n", strings.TrimSpace(c.name+" "+c.args), c.short)
		return err
	}
	fmt.Fprint(e.stdout, "lkmcgen compiles layered TOML profiles into Kconfig fragments, emulator\n"+
		"command lines and make rules.\n\nusage: lkmcgen [-C DIR] COMMAND ...\n\n")
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(t, "  %s %s\t%s\n", c.name, c.args, c.short)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprint(e.stdout, `
DIR is the project's folder; by default the nearest one upwards with
profiles/ and templates/. RUN is a run's folder, out/PROFILE/runs/NAME; S is
seconds. Exit status: 0 done, 1 a profile, template or check is wrong, 2 usage.
exec, shell, insmod, rmmod and gdbserver end with the status of what ran in the
guest (128+N for signal N), with 124 after a time-out, and with 125 when there
is no guest, it ended, or its agent did not answer.
`)
	return err
}
