// SPDX-License-Identifier: Apache-2.0

package resolve

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"lkmc/lkmcgen/internal/profile"
)

// lowest are the layers that each test starts from: the least that makes a
// profile.
const lowest = `
-- profiles/base.toml --
format = 1
builder = "distro"
[argv]
program = "emu-{names.emu}"
console_log = "{run}/console.log"
[linux]
image = "Image"
version = "6.1"
[builders.distro]
help = "packages"
[builders.source]
help = "sources"
-- profiles/arch/arm.toml --
format = 1
names = { emu = "arm", debian = "armhf" }
-- profiles/arch/mips.toml --
format = 1
names.emu = "mips"
-- profiles/emulator/qemu.toml --
format = 1
-- profiles/arm-qemu.toml --
format = 1
arch = "arm"
emulator = "qemu"
`

// load makes a set of lowest and the files of archive, which replace those of
// the same name; a name with a + before it adds to the file.
func load(t *testing.T, archive string) *profile.Set {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, text := range []string{lowest, archive} {
		for _, f := range txtar.Parse([]byte(text)).Files {
			if name, adds := strings.CutPrefix(f.Name, "+"); adds {
				fsys[name] = &fstest.MapFile{Data: slices.Concat(fsys[name].Data, f.Data)}
				continue
			}
			fsys[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	set, err := profile.Load(fsys)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return set
}

// resolved returns the profile with the given name.
func resolved(t *testing.T, archive, name string) *Profile {
	t.Helper()
	all, err := New(load(t, archive)).All()
	if err != nil {
		t.Fatalf("All: %v", err)
	}
	for _, p := range all {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("there is no profile %s", name)
	return nil
}

func TestFoldOrder(t *testing.T) {
	files := []string{"base", "arch/arm", "emulator/qemu", "arch/arm.qemu", "feature/b", "feature/a", "arm-qemu"}
	var archive strings.Builder
	for _, f := range files {
		switch {
		case f == "arch/arm":
			// The names there are an inline table, which cannot be added to.
			archive.WriteString("-- profiles/arch/arm.toml --\nformat = 1\nnames.emu = \"arm\"\n")
		case f == "arch/arm.qemu" || strings.HasPrefix(f, "feature/"):
			fmt.Fprintf(&archive, "-- profiles/%s.toml --\nformat = 1\n[names]\n", f)
		case f == "arm-qemu":
			archive.WriteString("-- +profiles/arm-qemu.toml --\nfeatures = [\"b\", \"a\"]\n[names]\n")
		default:
			fmt.Fprintf(&archive, "-- +profiles/%s.toml --\n[names]\n", f)
		}
		if f == "arch/arm" {
			archive.WriteString("names.")
		}
		fmt.Fprintf(&archive, "who = %q\n", f)
	}
	p := resolved(t, archive.String(), "arm-qemu")
	s := p.Settings.Get("names.who")
	got := []string{s.From.Name}
	for _, o := range s.History() {
		got = append(got, o.From.Name)
	}
	slices.Reverse(got)
	if !slices.Equal(got, files) {
		t.Errorf("names.who was said by %q; want %q", got, files)
	}
	if p.Names["who"] != "arm-qemu" || s.Data != "arm-qemu" {
		t.Errorf("names.who = %v, %v; want arm-qemu", p.Names["who"], s.Data)
	}
	var sources []string
	for _, f := range files {
		sources = append(sources, "profiles/"+f+".toml")
	}
	if got := p.Sources(); !slices.Equal(got, sources) {
		t.Errorf("Sources() = %q; want %q", got, sources)
	}
}

func TestOptionalPair(t *testing.T) {
	const pair = "-- profiles/arch/mips.qemu.toml --\nformat = 1\nlinux.version = \"5\"\n"
	if got := resolved(t, pair, "arm-qemu").Linux.Version; got != "6.1" {
		t.Errorf("linux.version with the pair of another arch = %q; want 6.1", got)
	}
	const own = "-- profiles/arch/arm.qemu.toml --\nformat = 1\nlinux.version = \"5\"\n"
	if got := resolved(t, own, "arm-qemu").Linux.Version; got != "5" {
		t.Errorf("linux.version with a pair = %q; want 5", got)
	}
}

func TestInherit(t *testing.T) {
	for _, test := range []struct {
		name, base, emulator, profile string
		want                          []string
	}{
		{"replace", `["a"]`, `["b"]`, `["c"]`, []string{"c"}},
		{"before", `["a"]`, "", `["inherit", "c"]`, []string{"a", "c"}},
		{"behind", `["a"]`, "", `["c", "inherit"]`, []string{"c", "a"}},
		{"middle", `["a", "b"]`, "", `["c", "inherit", "d"]`, []string{"c", "a", "b", "d"}},
		{"over two layers", `["a"]`, `["b", "inherit"]`, `["inherit", "c"]`, []string{"b", "a", "c"}},
		{"nothing below", "", "", `["c", "inherit", "d"]`, []string{"c", "d"}},
		{"empty below", `[]`, "", `["c", "inherit"]`, []string{"c"}},
		{"emptied", `["a"]`, "", `[]`, []string{}},
		{"only inherit", `["a"]`, "", `["inherit"]`, []string{"a"}},
		{"in a string", `"a b"`, "", `"c inherit"`, []string{"c", "a", "b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var archive strings.Builder
			for _, l := range []struct{ file, list string }{{"base", test.base}, {"emulator/qemu", test.emulator}, {"arm-qemu", test.profile}} {
				if l.list != "" {
					fmt.Fprintf(&archive, "-- +profiles/%s.toml --\n[argv.args]\nx = %s\n", l.file, l.list)
				}
			}
			got := resolved(t, archive.String(), "arm-qemu").Argv.Args["x"]
			if !slices.Equal(got, test.want) {
				t.Errorf("argv.args.x = %q; want %q", got, test.want)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	p := resolved(t, `
-- +profiles/base.toml --
[linux.config]
SMP = true
-- +profiles/emulator/qemu.toml --
linux.config.SMP = "m"
-- +profiles/arm-qemu.toml --
linux.config.SMP = false
`, "arm-qemu")
	s := p.Settings.Get("linux.config.SMP")
	got := fmt.Sprintf("%v %v", s.Data, s.Pos())
	for _, o := range s.History() {
		got += fmt.Sprintf("\n%v %v", o.Data, o.Pos())
	}
	want := `false profiles/arm-qemu.toml:4:1
"m" profiles/emulator/qemu.toml:2:1
true profiles/base.toml:14:1`
	if got != want {
		t.Errorf("linux.config.SMP:\n%s\nwant\n%s", got, want)
	}
}

func TestPlaces(t *testing.T) {
	const qemu = "-- +profiles/emulator/qemu.toml --\n[argv.args]\nx = [\"{names.emu}-{linux.version}\", \"{run}\"]\n[guest]\nmodules = [\"plain\"]\n"
	p := resolved(t, qemu+"-- +profiles/arm-qemu.toml --\nnames.emu = \"aarch64\"\n"+
		"-- profiles/arm-qemu-two.toml --\nformat = 1\narch = \"arm\"\nemulator = \"qemu\"\n", "arm-qemu")
	if got, want := p.Argv.Args["x"], []string{"aarch64-6.1", "{run}"}; !slices.Equal(got, want) {
		t.Errorf("argv.args.x = %q; want %q", got, want)
	}
	if p.Argv.Program != "emu-aarch64" {
		t.Errorf("argv.program = %q; want emu-aarch64", p.Argv.Program)
	}
	// What is explained is what the file says.
	if got := p.Settings.Get("argv.program").Data; got != "emu-{names.emu}" {
		t.Errorf("setting argv.program = %q; want emu-{names.emu}", got)
	}
}

// Profiles that share lower layers do not see each other's values, in whatever
// order they are resolved.
func TestProfilesAreApart(t *testing.T) {
	const archive = `
-- +profiles/emulator/qemu.toml --
[argv.args]
x = ["{names.emu}", "lower"]
[linux.config]
SMP = true
[option.gdb]
help = "gdb"
variable = "GDB"
kind = "flag"
args.gdb = ["-s"]
-- profiles/arm-qemu-a.toml --
format = 1
arch = "arm"
emulator = "qemu"
names.emu = "a"
argv.args.x = ["inherit", "a"]
linux.config.SMP = false
option.gdb.args.gdb = ["a"]
option.gdb.args.more = ["a"]
builders.distro.unavailable = "a"
builder = "source"
-- profiles/arm-qemu-b.toml --
format = 1
arch = "arm"
emulator = "qemu"
`
	alone := resolved(t, strings.Split(archive, "-- profiles/arm-qemu-a.toml --")[0], "arm-qemu")
	set := load(t, archive)
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 1}} {
		r := New(set)
		for _, i := range order {
			p, err := r.Profile(set.Profiles[i])
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(p.Name, "-a") {
				if got, want := p.Argv.Args["x"], []string{"a", "lower", "a"}; !slices.Equal(got, want) {
					t.Errorf("order %v: %s: argv.args.x = %q; want %q", order, p.Name, got, want)
				}
				continue
			}
			p.Keys.Description = ""
			if !reflect.DeepEqual(p.Keys, alone.Keys) {
				t.Errorf("order %v: %s = %+v; want %+v", order, p.Name, p.Keys, alone.Keys)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	const gdb = "-- +profiles/emulator/qemu.toml --\n[option.gdb]\nhelp = \"gdb\"\nvariable = \"GDB\"\nkind = \"flag\"\n"
	for _, test := range []struct{ name, archive, want string }{
		{"no arch", "-- profiles/arm-qemu.toml --\nformat = 1\nemulator = \"qemu\"\n", `profiles/arm-qemu.toml: a profile must say its arch`},
		{"no arch, no emulator", "-- profiles/arm-qemu.toml --\nformat = 1\n", "profiles/arm-qemu.toml: a profile must say its arch\nprofiles/arm-qemu.toml: a profile must say its emulator"},
		{"unknown arch", "-- profiles/sparc-qemu.toml --\nformat = 1\narch = \"sparc\"\nemulator = \"qemu\"\n", `profiles/sparc-qemu.toml:2:1: there is no layer profiles/arch/sparc.toml`},
		{"misspelt arch", "-- profiles/misp-qemu.toml --\nformat = 1\narch = \"misp\"\nemulator = \"qemu\"\n", `profiles/misp-qemu.toml:2:1: there is no layer profiles/arch/misp.toml (did you mean "mips"?)`},
		{"misspelt emulator", "-- profiles/arm-qmeu.toml --\nformat = 1\narch = \"arm\"\nemulator = \"qmeu\"\n", `profiles/arm-qmeu.toml:3:1: there is no layer profiles/emulator/qmeu.toml (did you mean "qemu"?)`},
		{"misspelt feature", "-- profiles/feature/kasan.toml --\nformat = 1\n-- +profiles/arm-qemu.toml --\nfeatures = [\"kasna\"]\n", `profiles/arm-qemu.toml:4:1: there is no layer profiles/feature/kasna.toml (did you mean "kasan"?)`},
		{"name of another", "-- profiles/mips-qemu.toml --\nformat = 1\narch = \"arm\"\nemulator = \"qemu\"\n", `profiles/mips-qemu.toml: the file's name does not tell its arch and emulator (rename it to arm-qemu.toml or arm-qemu-<variant>.toml)`},
		{"name without a dash", "-- profiles/arm-qemux.toml --\nformat = 1\narch = \"arm\"\nemulator = \"qemu\"\n", `profiles/arm-qemux.toml: the file's name does not tell its arch and emulator (rename it to arm-qemu.toml or arm-qemu-<variant>.toml)`},

		{"unknown static place", "-- +profiles/arm-qemu.toml --\nlinux.source = \"x-{names.debain}\"\n", `profiles/arm-qemu.toml:4:1: linux.source: {names.debain} is not the key of a plain string`},
		{"unknown static place of a lower layer", "-- +profiles/emulator/qemu.toml --\nlinux.source = \"x-{a.b}\"\n", `profiles/emulator/qemu.toml:2:1: linux.source: {a.b} is not the key of a plain string`},
		{"nested static place", "-- +profiles/arm-qemu.toml --\nlinux.source = \"x-{linux.target}\"\nlinux.target = \"{linux.version}\"\n", `profiles/arm-qemu.toml:4:1: linux.source: {linux.target} is not the key of a plain string`},
		{"place of itself", "-- +profiles/arm-qemu.toml --\nlinux.source = \"{linux.source}\"\n", `profiles/arm-qemu.toml:4:1: linux.source: {linux.source} is not the key of a plain string`},
		{"place of a list", "-- +profiles/arm-qemu.toml --\nlinux.source = \"{guest.modules}\"\nguest.modules = []\n", `profiles/arm-qemu.toml:4:1: linux.source: {guest.modules} is not the key of a plain string`},
		{"unknown run place", "-- +profiles/arm-qemu.toml --\nargv.args.x = [\"-m\", \"{memroy}\", \"{biuld}\"]\n[option.memory]\nhelp = \"x\"\nvariable = \"MEMORY\"\nkind = \"value\"\n", "profiles/arm-qemu.toml:4:1: group x: nothing is called {biuld} (did you mean \"build\"?)\nprofiles/arm-qemu.toml:4:1: group x: nothing is called {memroy} (did you mean \"memory\"?)"},
		{"unknown run place on the command line", "-- +profiles/arm-qemu.toml --\nlinux.command_line.x = [\"{nothing}\"]\n", `profiles/arm-qemu.toml:4:1: group x: nothing is called {nothing}`},
		{"unknown run place of a builder", "-- +profiles/arm-qemu.toml --\nbuilders.source.args.x = [\"{nothing}\"]\n", `profiles/arm-qemu.toml:4:1: group x: nothing is called {nothing}`},
		{"unknown run place of the program", "-- +profiles/arm-qemu.toml --\nargv.program = \"{biuld}/emu\"\n", `profiles/arm-qemu.toml:4:1: argv.program: nothing is called {biuld} (did you mean "build"?)`},
		{"unknown run place of the log", "-- +profiles/arm-qemu.toml --\nargv.console_log = \"{rum}/log\"\n", `profiles/arm-qemu.toml:4:1: argv.console_log: nothing is called {rum} (did you mean "run"?)`},
		{"unknown run place of the script", "-- +profiles/arm-qemu.toml --\nargv.script = \"{nothing}/fs.py\"\n", `profiles/arm-qemu.toml:4:1: argv.script: nothing is called {nothing}`},

		{"nothing said", "-- profiles/base.toml --\nformat = 1\n", "profiles/arm-qemu.toml: no layer says argv.console_log\nprofiles/arm-qemu.toml: no layer says argv.program\nprofiles/arm-qemu.toml: no layer says builder\nprofiles/arm-qemu.toml: no layer says linux.image"},
		{"unknown builder", "-- +profiles/arm-qemu.toml --\nbuilder = \"sauce\"\n", `profiles/arm-qemu.toml:4:1: there is no builder "sauce" (did you mean "source"?)`},
		{"unavailable builder", "-- +profiles/arm-qemu.toml --\nbuilders.distro.unavailable = \"no packages\"\n", `profiles/base.toml:2:1: the builder distro does not exist for this profile: no packages`},
		{"package that is not described", "-- +profiles/arm-qemu.toml --\nargv.needs = [\"qemu\"]\nbuilders.source.needs = [\"gcc\"]\n", "profiles/arm-qemu.toml:4:1: package \"qemu\" is not described (say in [packages] which command or file it brings)\nprofiles/arm-qemu.toml:5:1: package \"gcc\" is not described (say in [packages] which command or file it brings)"},

		{"option without kind", "-- +profiles/arm-qemu.toml --\n[option.x]\nhelp = \"x\"\nvariable = \"X\"\n", `profiles/arm-qemu.toml:4:1: option x needs help, variable and kind`},
		{"same variable", gdb + "[option.trace]\nhelp = \"x\"\nvariable = \"GDB\"\nkind = \"flag\"\n", `profiles/emulator/qemu.toml:8:1: the options gdb and trace have the same variable GDB`},
		{"reserved variable", "-- +profiles/arm-qemu.toml --\n[option.x]\nhelp = \"x\"\nvariable = \"PATH\"\nkind = \"value\"\n", `profiles/arm-qemu.toml:6:1: the variable PATH has another meaning`},
		{"option with the name of a run value", "-- +profiles/arm-qemu.toml --\n[option.build]\nhelp = \"x\"\nvariable = \"X\"\nkind = \"value\"\n", `profiles/arm-qemu.toml:4:1: {build} has another meaning`},
		{"default against the pattern", "-- +profiles/arm-qemu.toml --\n[option.x]\nhelp = \"x\"\nvariable = \"X\"\nkind = \"value\"\ndefault = \"12x\"\npattern = \"[0-9]+\"\nexpects = \"a number\"\n", `profiles/arm-qemu.toml:8:1: 12x is no value for X (want a number)`},
		{"default of a flag", "-- +profiles/arm-qemu.toml --\n[option.x]\nhelp = \"x\"\nvariable = \"X\"\nkind = \"flag\"\ndefault = \"yes\"\n", `profiles/arm-qemu.toml:8:1: yes is no value for X (want 0 or 1)`},
		{"default that is no choice", "-- +profiles/arm-qemu.toml --\n[option.x]\nhelp = \"x\"\nvariable = \"X\"\nkind = \"value\"\ndefault = \"c\"\nchoices = [\"a\", \"b\"]\n", `profiles/arm-qemu.toml:8:1: c is no value for X (want one of a, b)`},
		{"script without parameter", "-- +profiles/arm-qemu.toml --\n[option.x]\nhelp = \"x\"\nvariable = \"X\"\nkind = \"script\"\n", `profiles/arm-qemu.toml:4:1: option x: a script, and only a script, has a parameter`},
		{"excludes nothing", gdb + "excludes = [\"gbd\"]\n", `profiles/emulator/qemu.toml:6:1: option.gdb.excludes: there is no "gbd" (did you mean "gdb"?)`},
		{"unknown builder of an option", gdb + "builders = [\"sorce\"]\n", `profiles/emulator/qemu.toml:6:1: option.gdb.builders: there is no "sorce" (did you mean "source"?)`},
		{"two claim a group", gdb + "args.stop = [\"-S\"]\n[option.trace]\nhelp = \"x\"\nvariable = \"TRACE\"\nkind = \"flag\"\nargs.stop = [\"-T\"]\n", `profiles/emulator/qemu.toml:11:1: the options gdb and trace both set the group stop (let one exclude the other)`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(load(t, test.archive)).All()
			if fmt.Sprint(err) != test.want {
				t.Errorf("All() =\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}

// Options may claim the same group when one excludes the other, whichever says
// so.
func TestExcludesAllowSameGroup(t *testing.T) {
	for _, who := range []string{"a", "b"} {
		var archive strings.Builder
		archive.WriteString("-- +profiles/arm-qemu.toml --\n")
		for _, o := range []string{"a", "b"} {
			fmt.Fprintf(&archive, "[option.%s]\nhelp = \"x\"\nvariable = %q\nkind = \"flag\"\nargs.x = [%q]\n", o, strings.ToUpper(o), o)
			if o == who {
				other := map[string]string{"a": "b", "b": "a"}[o]
				fmt.Fprintf(&archive, "excludes = [%q]\n", other)
			}
		}
		if _, err := New(load(t, archive.String())).All(); err != nil {
			t.Errorf("All() with %s excluding = %v; want no error", who, err)
		}
	}
}

// Errors of all profiles come at once.
func TestErrorsOfAllProfiles(t *testing.T) {
	_, err := New(load(t, "-- profiles/mips-qemu.toml --\nformat = 1\narch = \"mips\"\nemulator = \"x\"\n-- +profiles/arm-qemu.toml --\nbuilder = \"x\"\n")).All()
	want := "profiles/arm-qemu.toml:4:1: there is no builder \"x\"\n" +
		"profiles/mips-qemu.toml: the file's name does not tell its arch and emulator (rename it to mips-x.toml or mips-x-<variant>.toml)\n" +
		"profiles/mips-qemu.toml:3:1: there is no layer profiles/emulator/x.toml"
	if fmt.Sprint(err) != want {
		t.Errorf("All() =\n%v\nwant\n%s", err, want)
	}
}

func TestExplain(t *testing.T) {
	p := resolved(t, `
-- +profiles/emulator/qemu.toml --
[linux.config]
MODULES = true
SMP = true
[busybox.config]
MODULES = false
`, "arm-qemu")
	for _, test := range []struct {
		key  string
		want string
	}{
		{"linux.config.SMP", "linux.config.SMP"},
		{"linux.config", "linux.config.MODULES linux.config.SMP"},
		{"busybox", "busybox.config.MODULES"},
		{"MODULES", "linux.config.MODULES busybox.config.MODULES"},
		{"config.SMP", "linux.config.SMP"},
		{"SPM", `arm-qemu: nothing sets "SPM" (did you mean "SMP"?)`},
		{"linux.confg.SMP", `arm-qemu: nothing sets "linux.confg.SMP" (did you mean "linux.config.SMP"?)`},
		{"zebra", `arm-qemu: nothing sets "zebra"`},
		{"", `arm-qemu: nothing sets ""`},
	} {
		t.Run(test.key, func(t *testing.T) {
			settings, err := p.Explain(test.key)
			var keys []string
			for _, s := range settings {
				keys = append(keys, s.Key)
			}
			got := strings.Join(keys, " ")
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("Explain(%q) = %s; want %s", test.key, got, test.want)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	p := resolved(t, `
-- +profiles/emulator/qemu.toml --
[argv.args]
one = ["-a"]
two = ["-b", "{names.emu}"]
[builders.distro.args]
initrd = ["-initrd"]
two = []
[option.gdb]
help = "gdb"
variable = "GDB"
kind = "flag"
args.two = ["-c"]
args.three = ["-d", "{run}/x"]
-- +profiles/arm-qemu.toml --
builders.source.unavailable = "x"
builders.source.args.one = ["not listed"]
`, "arm-qemu")
	var got []string
	for _, g := range p.Args() {
		for _, c := range g.Cases {
			got = append(got, fmt.Sprintf("%s option=%s builder=%s %v from %s", g.Name, c.Option, c.Builder, c.Words, c.From.Name))
		}
	}
	want := []string{
		"one option= builder= [[{-a }]] from emulator/qemu",
		"two option=gdb builder= [[{-c }]] from emulator/qemu",
		"two option= builder=distro [] from emulator/qemu",
		"two option= builder= [[{-b }] [{arm }]] from emulator/qemu",
		"initrd option= builder=distro [[{-initrd }]] from emulator/qemu",
		"three option=gdb builder= [[{-d }] [{ run} {/x }]] from emulator/qemu",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Args() =\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := p.Available(); !slices.Equal(got, []string{"distro"}) {
		t.Errorf("Available() = %q; want distro", got)
	}
}

func TestParseWord(t *testing.T) {
	for _, test := range []struct {
		in   string
		want Word
	}{
		{"", Word{{Text: ""}}},
		{"plain", Word{{Text: "plain"}}},
		{"{run}", Word{{Name: "run"}}},
		{"{run}/x", Word{{Name: "run"}, {Text: "/x"}}},
		{"a={b},c={d}", Word{{Text: "a="}, {Name: "b"}, {Text: ",c="}, {Name: "d"}}},
		{"{a}{b}", Word{{Name: "a"}, {Name: "b"}}},
		{"${x}", Word{{Text: "$"}, {Name: "x"}}},
		{"{}", Word{{Text: "{}"}}},
		{"{A}", Word{{Text: "{A}"}}},
		{"{a", Word{{Text: "{a"}}},
		{"{{a}}", Word{{Text: "{"}, {Name: "a"}, {Text: "}"}}},
		{"ü{a}ü", Word{{Text: "ü"}, {Name: "a"}, {Text: "ü"}}},
	} {
		t.Run(test.in, func(t *testing.T) {
			if got := ParseWord(test.in); !reflect.DeepEqual(got, test.want) {
				t.Errorf("ParseWord(%q) = %#v; want %#v", test.in, got, test.want)
			}
		})
	}
}

// The pieces of a word, put together again, are the word.
func FuzzParseWord(f *testing.F) {
	for _, s := range []string{"", "{a}", "x{a}y{b_1}", "{{a}}", "{A}", "ü{", "{a.b}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		for _, part := range ParseWord(s) {
			if part.Name != "" {
				b.WriteString("{" + part.Name + "}")
			}
			b.WriteString(part.Text)
		}
		if b.String() != s {
			t.Errorf("ParseWord(%q) = the parts of %q", s, b.String())
		}
	})
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		name  string
		o     profile.Option
		value string
		want  bool
	}{
		{"flag", profile.Option{Kind: "flag"}, "1", true},
		{"flag off", profile.Option{Kind: "flag"}, "", true},
		{"flag in words", profile.Option{Kind: "flag"}, "yes", false},
		{"choice", profile.Option{Kind: "value", Choices: []string{"a", "b"}}, "b", true},
		{"no choice", profile.Option{Kind: "value", Choices: []string{"a", "b"}}, "ab", false},
		{"pattern", profile.Option{Kind: "value", Pattern: "[0-9]+"}, "12", true},
		{"pattern of a part", profile.Option{Kind: "value", Pattern: "[0-9]+"}, "12x", false},
		{"alternatives", profile.Option{Kind: "value", Pattern: "a|bc"}, "ac", false},
		{"anything", profile.Option{Kind: "value"}, "$(x)", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, _ := Matches(test.o, test.value); got != test.want {
				t.Errorf("Matches(%+v, %q) = %v; want %v", test.o, test.value, got, test.want)
			}
		})
	}
}

// The profiles of the repository resolve.
func TestShipped(t *testing.T) {
	set, err := profile.Load(os.DirFS("../../.."))
	if err != nil {
		t.Fatal(err)
	}
	all, err := New(set).All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if n := len(p.Settings.Names("linux.config.")); n < 100 {
			t.Errorf("%s: %d settings of linux.config; want hundreds", p.Name, n)
		}
	}
}
