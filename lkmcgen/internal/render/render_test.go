// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/diff"

	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

var update = flag.Bool("update", false, "write testdata/*/want")

const project = "../../.."

// withTemplates is a project with the profiles of one folder and the templates
// of another.
type withTemplates struct{ profiles, templates fs.FS }

func (w withTemplates) Open(name string) (fs.File, error) {
	if name == "templates" || strings.HasPrefix(name, "templates/") {
		return w.templates.Open(name)
	}
	return w.profiles.Open(name)
}

// shipped and small are projects to render.
func shipped() fs.FS { return os.DirFS(project) }
func testCase(name string) fs.FS {
	return withTemplates{os.DirFS("testdata/" + name), os.DirFS(project)}
}

// rendered returns all files of a project by their path.
func rendered(t *testing.T, fsys fs.FS) map[string]string {
	t.Helper()
	set, err := profile.Load(fsys)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	profiles, err := resolve.New(set).All()
	if err != nil {
		t.Fatalf("All: %v", err)
	}
	r, err := New(fsys)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	all, err := r.Common()
	if err != nil {
		t.Fatalf("Common: %v", err)
	}
	for _, p := range profiles {
		files, err := r.Profile(p)
		if err != nil {
			t.Fatalf("Profile(%s): %v", p.Name, err)
		}
		all = append(all, files...)
	}
	byPath := map[string]string{}
	for _, f := range all {
		if _, twice := byPath[f.Path]; twice {
			t.Errorf("%s is rendered twice", f.Path)
		}
		byPath[f.Path] = string(f.Data)
	}
	return byPath
}

// TestGolden compares what the profiles of testdata/NAME/profiles make with
// testdata/NAME/want; -update writes it. What profiles do not decide (common/, schema/,
// rules.mk, gdb.gdb) is seen in the generated/ of the repository.
func TestGolden(t *testing.T) {
	for _, name := range []string{"small", "options", "hostile"} {
		t.Run(name, func(t *testing.T) {
			got := rendered(t, testCase(name))
			maps.DeleteFunc(got, func(file, _ string) bool {
				return strings.HasPrefix(file, "common/") || strings.HasPrefix(file, "schema/") || path.Base(file) == "rules.mk" || path.Base(file) == "gdb.gdb"
			})
			dir := filepath.Join("testdata", name, "want")
			if *update {
				writeTree(t, dir, got)
			}
			compareTrees(t, got, readTree(t, dir))
		})
	}
}

func writeTree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func compareTrees(t *testing.T, got, want map[string]string) {
	t.Helper()
	names := maps.Clone(got)
	maps.Copy(names, want)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if d := diff.Diff("got/"+name, []byte(got[name]), "want/"+name, []byte(want[name])); d != nil {
			t.Errorf("%s", d)
		}
	}
}

// TestHostile runs the run.sh of texts that a shell could misread, and reads
// the command that it prints as a shell does.
func TestHostile(t *testing.T) {
	root := filepath.Join(t.TempDir(), "it's $(a) folder")
	files := rendered(t, testCase("hostile"))
	writeTree(t, filepath.Join(root, "generated"), files)
	p := profileOf(t, testCase("hostile"), "arm-qemu")

	const name = `$(n) it's "n" \`
	want := []string{"qemu-system-arm", "-machine", "virt"}
	want = append(want, p.Argv.Args["hostile"]...)
	for _, word := range p.Argv.Args["places"] {
		want = append(want, strings.ReplaceAll(word, "{name}", name))
	}
	for _, shell := range []string{"sh", "bash", "busybox"} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skip("not installed")
			}
			args := []string{filepath.Join(root, "generated/arm-qemu/run.sh"), "-n"}
			if shell == "busybox" {
				args = append([]string{"sh"}, args...)
			}
			cmd := exec.Command(shell, args...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("run.sh -n: %v\n%s", err, &stderr)
			}
			got := printed(t, strings.TrimSpace(string(out)))
			if len(got) != len(want)+2 || !slices.Equal(got[:len(want)], want) || got[len(want)] != "-append" {
				t.Fatalf("run.sh -n = %q; want %q and -append", got, want)
			}
			var words []parameter
			for _, word := range append([]string{"console=ttyAMA0"}, slices.Concat(p.Linux.CommandLine["root"], p.Linux.CommandLine["hostile"])...) {
				if word != "console=ttyAMA0" {
					words = append(words, asParameter(word))
				}
			}
			if line := readCommandLine(got[len(want)+1]); !slices.Equal(line, words) {
				t.Errorf("the kernel reads %+v; want %+v", line, words)
			}
		})
	}
}

func profileOf(t *testing.T, fsys fs.FS, name string) *resolve.Profile {
	t.Helper()
	set, err := profile.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	all, err := resolve.New(set).All()
	if err != nil {
		t.Fatal(err)
	}
	return all[slices.IndexFunc(all, func(p *resolve.Profile) bool { return p.Name == name })]
}

// What a place cannot hold is an error, not a best effort.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ name, toml, want string }{
		{"quote for the kernel", `linux.command_line.x = ['a"b']`, `profiles/arm-qemu.toml: group x: "a\"b" cannot be on the kernel command line`},
		{"empty word for the kernel", `linux.command_line.x = ['']`, `profiles/arm-qemu.toml: group x: "" cannot be on the kernel command line`},
		{"blank beside a place", `linux.command_line.x = ['a b={run_name}']`, `profiles/arm-qemu.toml: group x: "a b=": a blank and a place in braces cannot be in the same word`},
		{"words inside a word", "argv.args.x = ['-x{args}']\noption.args = { help = 'x', variable = 'ARGS', kind = 'words' }", `profiles/arm-qemu.toml: group x: {args} must be a word of its own`},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			copyInto(t, fsys, os.DirFS("testdata/small"), "profiles")
			fsys["profiles/arm-qemu.toml"].Data = append(fsys["profiles/arm-qemu.toml"].Data, test.toml...)
			p := profileOf(t, fsys, "arm-qemu")
			r, err := New(shipped())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Profile(p); err == nil || err.Error() != test.want {
				t.Errorf("Profile = %v; want %s", err, test.want)
			}
		})
	}
}

func copyInto(t *testing.T, to fstest.MapFS, from fs.FS, dir string) {
	t.Helper()
	err := fs.WalkDir(from, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		to[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSameBytesTwice(t *testing.T) {
	for name, fsys := range map[string]fs.FS{"shipped": shipped(), "options": testCase("options")} {
		t.Run(name, func(t *testing.T) { compareTrees(t, rendered(t, fsys), rendered(t, fsys)) })
	}
}

// What profiles of the same layers share is never mixed up: each of many that
// change one thing is rendered among the others as it is alone.
func TestProfileAlone(t *testing.T) {
	changes := []string{
		"", `description = "other"`, `builder = "distro"`, `names.debian = "armel"`, `names.qemu = "aarch64"`, `linux.version = "6.2"`,
		`linux.config.SMP = true`, `linux.config.NEW = true`, `linux.optional.NEW = "x"`, `busybox.config.STATIC = false`, `busybox.config.NEW = 1`,
		`linux.command_line.console = ["x"]`, `linux.command_line.new = ["x"]`, `linux.image = "x"`, `argv.program = "x"`, `argv.args.disk = []`,
		`argv.args.disk = ["inherit", "x"]`, `argv.args.new = ["{names.qemu}"]`, `argv.script_args.new = ["{memory}"]`, `argv.console_log = "{run}/x"`,
		`option.memory.default = "1G"`, `option.memory.help = "x"`, `option.memory.pattern = ".*"`, `option.memory.variable = "MEM"`, `option.memory.args.new = ["x"]`,
		`option.accel.choices = ["tcg"]`, `option.accel.resolve = "other"`, `option.eval.parameter = "x"`,
		`option.initrd.args.disk = ["inherit"]`, `option.initrd.builders = []`, `builders.distro.args.initrd = []`, `builders.distro.help = "x"`,
		`builders.other.help = "x"`, `builders.other.args.disk = []`, `packages.gcc = "x"`, `guest.disk_size = "1G"`, `guest.modules = ["x"]`,
	}
	all := fstest.MapFS{}
	copyInto(t, all, os.DirFS("testdata/options"), "profiles")
	delete(all, "profiles/arm-qemu.toml")
	add := func(to fstest.MapFS, i int) {
		name := fmt.Sprintf("profiles/arm-qemu-%02d.toml", i)
		to[name] = &fstest.MapFile{Data: fmt.Appendf(nil, "format = 1\narch = \"arm\"\nemulator = \"qemu\"\n%s\n", changes[i])}
	}
	want := map[string]string{}
	for i := range changes {
		alone := maps.Clone(all)
		add(alone, i)
		maps.Copy(want, rendered(t, withTemplates{alone, os.DirFS(project)}))
	}
	for i := range changes {
		add(all, i)
	}
	compareTrees(t, rendered(t, withTemplates{all, os.DirFS(project)}), want)
}

// Comments and blank lines in layers change no byte.
func TestCommentsChangeNothing(t *testing.T) {
	commented := fstest.MapFS{}
	copyInto(t, commented, shipped(), "profiles")
	for name, f := range commented {
		if strings.HasSuffix(name, ".toml") {
			lines := strings.Split(string(f.Data), "\n")
			f.Data = []byte("# comment\n\n\n" + strings.Join(lines, "\n\n# comment\n") + "\n\n# end\n")
		}
	}
	compareTrees(t, rendered(t, withTemplates{commented, os.DirFS(project)}), rendered(t, shipped()))
}

// What every generated file is like.
func TestLooks(t *testing.T) {
	root, err := filepath.Abs(project)
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip("no home folder to look for")
	}
	notes := []struct {
		what string
		find *regexp.Regexp
		only string
	}{
		{"blanks at the end of a line", regexp.MustCompile(`(?m)[ \t]$`), ""},
		{"a run of blank lines", regexp.MustCompile(`\n\n\n`), ""},
		{"a blank line at the start", regexp.MustCompile(`\A\n`), ""},
		{"a blank line at the end", regexp.MustCompile(`\n\n\z`), ""},
		{"no final line break", regexp.MustCompile(`[^\n]\z`), ""},
		{"a carriage return", regexp.MustCompile(`\r`), ""},
		{"the line of a layer", regexp.MustCompile(`\.toml:[0-9]`), ""},
		{"the project's folder", regexp.MustCompile(regexp.QuoteMeta(root) + `\b`), ""},
		{"the home folder", regexp.MustCompile(`(?m)(^|[^\w.-])` + regexp.QuoteMeta(home) + `/`), ""},
		{"a prefixed symbol in a comment", regexp.MustCompile(`(?m)^#.*\b(CONFIG_|BR2_)\w+.*[^t\n]$`), ".config"},
		{"a template's action", regexp.MustCompile(`\{\{|\}\}|<no value>`), ""},
	}
	for name, fsys := range map[string]fs.FS{"shipped": shipped(), "small": testCase("small"), "options": testCase("options")} {
		t.Run(name, func(t *testing.T) {
			for file, data := range rendered(t, fsys) {
				for _, n := range notes {
					if at := n.find.FindStringIndex(data); at != nil && strings.HasSuffix(file, n.only) {
						line := 1 + strings.Count(data[:at[0]], "\n")
						t.Errorf("%s:%d: has %s", file, line, n.what)
					}
				}
				if path.Ext(file) != ".json" && !strings.Contains(strings.Join(strings.SplitN(data, "\n", 4)[:min(3, strings.Count(data, "\n"))], "\n"), "DO NOT EDIT") {
					t.Errorf("%s: its first lines do not say DO NOT EDIT", file)
				}
			}
		})
	}
}

// Every script is one that sh can read.
func TestScriptsParse(t *testing.T) {
	for name, fsys := range map[string]fs.FS{"shipped": shipped(), "hostile": testCase("hostile"), "options": testCase("options")} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			files := rendered(t, fsys)
			writeTree(t, dir, files)
			for _, file := range slices.Sorted(maps.Keys(files)) {
				if path.Ext(file) != ".sh" {
					continue
				}
				if out, err := exec.Command("sh", "-n", filepath.Join(dir, file)).CombinedOutput(); err != nil {
					t.Errorf("sh -n %s: %v\n%s", file, err, out)
				}
			}
		})
	}
}

// Templates can use these functions and those of text/template, no others.
func TestFuncs(t *testing.T) {
	want := []string{"join", "shellWord"}
	if got := slices.Sorted(maps.Keys(funcs())); !slices.Equal(got, want) {
		t.Errorf("funcs() = %q; want %q", got, want)
	}
	for name, f := range funcs() {
		if f == nil {
			t.Errorf("function %s is not there", name)
		}
	}
}

// templates returns templates that make every file, with one replaced.
func templates(replace, by string) fstest.MapFS {
	fsys := fstest.MapFS{"templates/common/x.sh.tmpl": {Data: []byte("x\n")}}
	for _, name := range []string{"argv", "build.mk", "command", "gdb.gdb", "gdbserver.list", "guest.list", "kconfig", "option", "packages.list", "rules.mk", "run.sh"} {
		fsys["templates/profile/"+name+".tmpl"] = &fstest.MapFile{Data: []byte("x\n")}
	}
	fsys["templates/"+replace] = &fstest.MapFile{Data: []byte(by)}
	return fsys
}

func TestTemplateErrors(t *testing.T) {
	p := profileOf(t, testCase("small"), "arm-qemu")
	missing := templates("common/x.sh.tmpl", "x\n")
	delete(missing, "templates/profile/rules.mk.tmpl")
	for _, test := range []struct {
		name string
		fsys fs.FS
		want string
	}{
		{"fine", templates("profile/run.sh.tmpl", "{{ .Name }} {{ join \",\" .Folded }} {{ shellWord \"a b\" }}\n"), ""},
		{"syntax", templates("profile/run.sh.tmpl", "x\n{{ if }}\n"), "templates/profile/run.sh.tmpl:2: missing value for if"},
		{"open action", templates("profile/run.sh.tmpl", "{{ if .Name }}\n"), "templates/profile/run.sh.tmpl:2: unexpected EOF"},
		{"unknown function", templates("profile/run.sh.tmpl", "x\n\n{{ env \"HOME\" }}\n"), `templates/profile/run.sh.tmpl:3: function "env" not defined`},
		{"of common", templates("common/x.sh.tmpl", "{{ now }}\n"), `templates/common/x.sh.tmpl:1: function "now" not defined`},
		{"unknown field", templates("profile/run.sh.tmpl", "x\n{{ .Nmae }}\n"), `templates/profile/run.sh.tmpl:2: executing "run.sh" at <.Nmae>: can't evaluate field Nmae in type *render.profileData`},
		{"unknown name", templates("profile/rules.mk.tmpl", "{{ .Names.nothing }}\n"), `templates/profile/rules.mk.tmpl:1: executing "rules.mk" at <.Names.nothing>: map has no entry for key "nothing"`},
		{"refused text", templates("profile/run.sh.tmpl", "{{ shellWord \"\\x00\" }}\n"), `templates/profile/run.sh.tmpl:1: executing "run.sh" at <shellWord "\x00">: error calling shellWord: "\x00" holds a NUL, which no shell word can`},
		{"missing", missing, "templates/profile/rules.mk.tmpl: the template is missing"},
		{"no templates", fstest.MapFS{}, "templates/common: file does not exist\ntemplates/profile: file does not exist"},
		{"both folders", fstest.MapFS{"templates/common/a.tmpl": {Data: []byte("{{")}, "templates/profile/b.tmpl": {Data: []byte("{{ x }}")}},
			"templates/common/a.tmpl:1: unclosed action\ntemplates/profile/b.tmpl:1: function \"x\" not defined"},
		{"left by an editor", templates("profile/.run.sh.tmpl", "{{"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := New(test.fsys)
			if err == nil {
				_, err = r.Common()
			}
			if err == nil {
				_, err = r.Profile(p)
			}
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("errors = %s; want %s", got, test.want)
			}
		})
	}
}
