// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A result is how a command ended. Output has stdout and stderr together, as
// they came.
type result struct {
	output string
	status int
}

// A tree is a checkout in which commands are run.
type tree struct {
	dir     string
	profile string // x86_64-qemu if empty
	env     []string
	uid     int // run as this user; 0 is as we are
}

// with returns the tree with further settings.
func (tr tree) with(settings ...string) tree {
	tr.env = append(slices.Clip(tr.env), settings...)
	return tr
}

// of returns the tree with another profile.
func (tr tree) of(profile string) tree {
	tr.profile = profile
	return tr.with("PROFILE=" + profile)
}

func (tr tree) profileName() string { return cmp.Or(tr.profile, "x86_64-qemu") }

// runFolder is the folder of the run with the given name.
func (tr tree) runFolder(name string) string {
	return filepath.Join(tr.dir, "out", tr.profileName(), "runs", name)
}

// root is the checkout that holds this test.
func root(t *testing.T) tree {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return tree{dir: dir}
}

// needBoot skips a test that builds or boots unless it was asked for.
func needBoot(t *testing.T) {
	t.Helper()
	if os.Getenv("LKMC_BOOT")+os.Getenv("LKMC_BENCH") == "" {
		t.Skip("builds or boots: run it by make test, or with LKMC_BOOT=1")
	}
}

// needAll skips what takes long, as to compile a kernel does, unless all tests
// were asked for.
func needAll(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("LKMC_BOOT") != "all" {
		t.Skip(why + ": run it by make test-all, or with LKMC_BOOT=all")
	}
}

// needAllOf is needAll for what is the same on each arch, but on two of them.
func needAllOf(t *testing.T, profile string) {
	t.Helper()
	if profile != "x86_64-qemu" && profile != "aarch64-qemu" {
		needAll(t, "of another arch")
	}
}

// command runs a command in the tree, with the end of a file as its input.
func (tr tree) command(t *testing.T, stdin io.Reader, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Dir = tr.dir
	c.Stdin = stdin
	c.Env = append(cleanEnv(), tr.env...)
	if tr.uid != 0 {
		asUser(c, tr.uid)
	}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return result{strings.ReplaceAll(out.String(), "\r", ""), c.ProcessState.ExitCode()}
}

// cleanEnv is the environment without what the make that runs the tests put
// into it.
func cleanEnv() []string {
	var env []string
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		switch name {
		case "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "LKMC_BOOT":
		default:
			env = append(env, e)
		}
	}
	return env
}

// make runs make with a job for each CPU, as people do.
func (tr tree) make(t *testing.T, args ...string) result {
	t.Helper()
	return tr.command(t, nil, append([]string{"make", "-j" + strconv.Itoa(runtime.NumCPU())}, args...)...)
}

// run runs a profile's run.sh, whose exit status make would not pass on.
func (tr tree) run(t *testing.T, settings ...string) result {
	t.Helper()
	return tr.with(settings...).command(t, nil, "sh", "generated/"+tr.profileName()+"/run.sh")
}

func (r result) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("exit status %d, want %d", r.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(r.output, text) {
			t.Errorf("no %q in the output", text)
		}
	}
	if t.Failed() {
		t.Logf("output:\n%s", tail(r.output, 60))
	}
}

// cannot tells whether the profile refuses an option.
func (tr tree) cannot(t *testing.T, option string) bool {
	t.Helper()
	return strings.Contains(readText(t, "generated/"+tr.profileName()+"/run.sh"), "\n\tcannot "+option+" ")
}

func tail(s string, lines int) string {
	l := strings.Split(s, "\n")
	return strings.Join(l[max(0, len(l)-lines):], "\n")
}

// copyTree copies the checkout without out/, so that a test can edit it. It
// shares the downloads.
func copyTree(t *testing.T) tree {
	t.Helper()
	from := root(t)
	to := tree{dir: t.TempDir()}
	for _, name := range []string{"Makefile", "generated", "go.mod", "go.sum", "kernel_module", "lkmcgen", "profiles", "rootfs_overlay", "templates"} {
		if r := from.command(t, nil, "cp", "-a", name, to.dir); r.status != 0 {
			t.Fatal(r.output)
		}
	}
	to.env = []string{"DOWNLOADS=" + filepath.Join(from.dir, "out/download")}
	return to
}

// leanTree is a copyTree with few modules and programs: what is about the build
// and not about them need not compile the others. The guest itself needs the agent.
func leanTree(t *testing.T) tree {
	t.Helper()
	tr := copyTree(t)
	kept := map[string]bool{"agent": true, "hello": true, "hello2": true, "params": true}
	for _, pattern := range []string{"kernel_module/*.c", "kernel_module/user/*.c"} {
		files, err := filepath.Glob(filepath.Join(tr.dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !kept[strings.TrimSuffix(filepath.Base(f), ".c")] {
				os.Remove(f)
			}
		}
	}
	var lines strings.Builder
	for line := range strings.Lines(string(content(t, filepath.Join(tr.dir, "kernel_module/Kbuild")))) {
		_, object, _ := strings.Cut(line, " += ")
		if name, isModule := strings.CutSuffix(object, ".o\n"); !isModule || kept[name] {
			lines.WriteString(line)
		}
	}
	write(t, tr, "kernel_module/Kbuild", lines.String())
	return tr
}

func (tr tree) edit(t *testing.T, file, old, new string) {
	t.Helper()
	name := filepath.Join(tr.dir, file)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s holds no %q", file, old)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), old, new, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestHelp(t *testing.T) {
	tr := root(t)
	tr.make(t, "-s").want(t, 0, "First steps:", "make deps run", "EVAL=", "MEMORY=")
	tr.make(t, "-s", "--warn-undefined-variables", "help").want(t, 0)
	if r := tr.make(t, "-s", "--warn-undefined-variables", "help"); strings.Contains(r.output, "warning: ") {
		t.Errorf("make help warns:\n%s", r.output)
	}
}

func TestBadSettings(t *testing.T) {
	tr := root(t)
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"profile", []string{"run", "PROFILE=x86_64-qmeu"}, `there is no profile "x86_64-qmeu" (did you mean "x86_64-qemu"?)`},
		{"builder", []string{"build", "BUILDER=disto"}, "BUILDER=disto: want one of: distro source"},
		{"misspelt setting", []string{"run", "EVLA=poweroff"}, "there is no setting EVLA; there are: A ACCEL APPEND"},
		{"quote in a name", []string{"help", "PROFILE=x'; touch pwned; '"}, "special character"},
		{"call in a name", []string{"clean", "OUT=$(x)"}, "special character"},
		{"profile that leads out", []string{"clean", "PROFILE=../.."}, "want the name of a profile"},
		{"no profile", []string{"clean", "PROFILE="}, "want the name of a profile"},
		{"out is the checkout", []string{"distclean", "OUT=."}, "holds more than what was built"},
		{"out with a blank", []string{"build", "OUT=a b"}, "blank or a colon"},
		{"kernel tree", []string{"build", "BUILDER=source", "LINUX_SRC=/nonexistent"}, "LINUX_SRC=/nonexistent: no kernel tree"},
		{"kernel tree without the builder", []string{"build", "BUILDER=distro", "LINUX_SRC=/usr"}, "only BUILDER=source and buildroot compile a kernel"},
		{"tree of BusyBox", []string{"build", "BUILDER=source", "BUSYBOX_SRC=/usr"}, "BUSYBOX_SRC=/usr: no tree of BusyBox there"},
		{"ccache", []string{"build", "CCACHE=yes"}, "CCACHE=yes: want 0 or 1"},
		{"distribution", []string{"build", "DISTRIBUTE=x"}, "DISTRIBUTE=x: want distcc or icecc"},
		{"clean and build", []string{"clean", "build"}, "make clean && make build"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tr.make(t, test.args...).want(t, 2, test.want)
		})
	}
}

// TestNotInstalled: what is not there is named with its package and with what
// installs it.
func TestNotInstalled(t *testing.T) {
	tr := copyTree(t)
	tr.edit(t, "generated/aarch64-qemu/run.sh", "program=qemu-system-aarch64", "program=qemu-system-nosuch")
	tr.of("aarch64-qemu").run(t).want(t, 102, "qemu-system-nosuch: not installed, package qemu-system-arm (run: make deps PROFILE=aarch64-qemu)")
	tr.edit(t, "templates/profile/build.mk.tmpl", "NEEDS_{{ .Name }} :=", "NEEDS_{{ .Name }} := some:nosuch some:nosuch") // it is told once
	for builder, goal := range map[string]string{"distro": "distro/packages/versions", "buildroot": "buildroot/output/lkmc.configured"} {
		tr.of("aarch64-qemu").make(t, "-s", "out/aarch64-qemu/"+goal, "OUT=out", "BUILDROOT_SRC=lkmcgen/test/testdata/buildroot").want(t, 2,
			"error: packages are missing: some (run: make deps BUILDER="+builder+" PROFILE=aarch64-qemu)\n")
	}
}

// TestKernelTree: a kernel tree that cannot be compiled is told before a build.
func TestKernelTree(t *testing.T) {
	tr := root(t)
	trees := tree{dir: t.TempDir()}
	for _, file := range []string{"init/Kconfig", "arch/arm/Makefile"} {
		write(t, trees, "arm/"+file, "")
		write(t, trees, "built/"+file, "")
	}
	write(t, trees, "built/arch/x86/Makefile", "")
	write(t, trees, "built/.config", "")
	for name, want := range map[string]string{
		"arm":   "the tree has no arch/x86",
		"built": "the tree was built in place (run there: make mrproper)",
	} {
		tr.make(t, "build", "BUILDER=source", "LINUX_SRC="+filepath.Join(trees.dir, name)).want(t, 2, want)
	}
}

// TestDoctor: it works when nothing else does.
func TestDoctor(t *testing.T) {
	tr := copyTree(t)
	tr.make(t, "doctor").want(t, 0, "ok       profiles     all ", "ok       make         GNU Make ")
	write(t, tr, "profiles/broken-qemu.toml", "format = 1\nmemroy = 1\n")
	tr.make(t, "doctor", "BUILDER=source").want(t, 2, `error    profiles     profiles/broken-qemu.toml:2:1: unknown key "memroy"`,
		"mend it: edit it; make gen tells what is left\n", "ok       make         GNU Make ")
}

// TestImpossible: what the profile knows not to work is refused with the reason
// before anything is built.
func TestImpossible(t *testing.T) {
	tr := copyTree(t)
	write(t, tr, "profiles/x86_64-qemu-plain.toml", "format = 1\ndescription = \"no 9p\"\narch = \"x86_64\"\nemulator = \"qemu\"\nlinux.config.9P_FS = false\n")
	tr.make(t, "run", "PROFILE=x86_64-qemu-plain", "BUILDER=source", "SHARE=.").
		want(t, 2, "run: SHARE: not with BUILDER=source: profiles/x86_64-qemu-plain.toml turns 9P_FS off\n")
	tr.make(t, "matrix").want(t, 0, "profiles/x86_64-qemu-plain.toml turns 9P_FS off\n")
}

// TestLacks: of the symbols that options need a ready-made kernel has all but
// those that the profile says it lacks.
func TestLacks(t *testing.T) {
	needBoot(t)
	for _, profile := range distroProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			tr := root(t).of(profile)
			tr.make(t, "build", "BUILDER=distro").want(t, 0)
			config := readText(t, "out/"+profile+"/distro/headers/.config")
			r := tr.command(t, nil, "out/bin/lkmcgen", "explain", "--json", profile)
			r.want(t, 0)
			var settings map[string]struct{ Value any }
			if err := json.Unmarshal([]byte(r.output), &settings); err != nil {
				t.Fatal(err)
			}
			lacks, _ := settings["builders.distro.lacks"].Value.([]any)
			needed := 0
			for key, s := range settings {
				if !strings.HasPrefix(key, "option.") || !strings.HasSuffix(key, ".symbols") {
					continue
				}
				for _, symbol := range s.Value.([]any) {
					needed++
					has := regexp.MustCompile(fmt.Sprintf("(?m)^CONFIG_%s=[ym]$", symbol)).MatchString(config)
					if has == slices.Contains(lacks, symbol) {
						t.Errorf("%s: the kernel has %v: %v; builders.distro.lacks is %q", key, symbol, has, lacks)
					}
				}
			}
			if needed == 0 {
				t.Error("no option needs a symbol")
			}
		})
	}
}

// TestImport: what the projects' own tools changed in .config comes back as the
// fewest lines of a profile, and the contract holds with them.
func TestImport(t *testing.T) {
	needBoot(t)
	t.Parallel()
	from := root(t)
	from.make(t, "out/source/linux-6.1/Makefile", "out/source/busybox/Makefile", "BUILDER=source", "OUT=out").want(t, 0)
	linux, busybox := filepath.Join(from.dir, "out/source/linux-6.1"), filepath.Join(from.dir, "out/source/busybox")
	tr := copyTree(t).with("BUILDER=source", "LINUX_SRC="+linux, "BUSYBOX_SRC="+busybox)
	tr.make(t, "linux-import", "busybox-import").want(t, 0, "nothing differs from what x86_64-qemu asks for\n")
	built := func(name, tree string) string {
		return "out/x86_64-qemu/source/" + name + strings.ReplaceAll(tree, "/", "_")
	}
	config := built("linux", linux) + "/.config"
	tr.command(t, nil, linux+"/scripts/config", "--file", config, "-e", "PANIC_ON_OOPS").want(t, 0)
	tr.command(t, nil, "sh", "generated/common/linux.sh", linux, built("linux", linux), "x86", "x86_64-linux-gnu-", "make", "olddefconfig").
		want(t, 0, "linux: to keep the change in the profile: make linux-import\n")
	tr.edit(t, built("busybox", busybox)+"/.config", "CONFIG_CAL=y", "# CONFIG_CAL is not set")
	edit := "+\n+[linux.config]\n+PANIC_ON_OOPS = true\nnothing is written yet"
	tr.make(t, "linux-import").want(t, 0, "symbols that differ: 2; looking", edit)
	tr.make(t, "linux-import", "WRITE=1").want(t, 0, "profiles/x86_64-qemu.toml: 1 symbol set\n")
	tr.make(t, "busybox-import", "WRITE=1").want(t, 0, "+[busybox.config]\n+CAL = false\n")
	tr.make(t, "linux-import", "busybox-import").want(t, 0, "linux: configured ", "nothing differs from what x86_64-qemu asks for\n")
}

// TestRegenerate follows the rule that keeps generated/ up to date.
func TestRegenerate(t *testing.T) {
	tr := copyTree(t)
	generations := func(args ...string) int {
		t.Helper()
		log := filepath.Join(tr.dir, "log")
		os.Remove(log)
		r := tr.make(t, append([]string{"-n", "run"}, args...)...)
		r.want(t, 0)
		data, _ := os.ReadFile(log)
		return strings.Count(string(data), "gen")
	}
	tr.make(t, "-n", "run").want(t, 0)
	// From now on each call of the generator leaves a line.
	bin := filepath.Join(tr.dir, "out/bin/lkmcgen")
	if err := os.Rename(bin, bin+".real"); err != nil {
		t.Fatal(err)
	}
	wrapper := "#!/bin/sh\necho \"$1\" >>log\nexec " + bin + ".real \"$@\"\n"
	if err := os.WriteFile(bin, []byte(wrapper), 0o777); err != nil {
		t.Fatal(err)
	}
	tr.make(t, "-n", "run").want(t, 0) // the new binary is newer than the stamp
	if n := generations(); n != 0 {
		t.Errorf("with nothing to do the generator ran %d times", n)
	}
	steps := []struct {
		name string
		do   func()
	}{
		{"comment in a layer", func() { tr.edit(t, "profiles/base.toml", "format = 1", "format = 1 # one") }},
		{"new value", func() { tr.edit(t, "profiles/emulator/qemu.toml", `default = "256M"`, `default = "257M"`) }},
		{"new layer file", func() { write(t, tr, "profiles/feature/new.toml", "format = 1\n") }},
		{"layer removed", func() { os.Remove(filepath.Join(tr.dir, "profiles/feature/new.toml")) }},
		{"template", func() {
			tr.edit(t, "templates/profile/gdb.gdb.tmpl", "set confirm off", "set confirm off\nset height 0")
		}},
		{"output deleted", func() { os.Remove(filepath.Join(tr.dir, "generated/x86_64-qemu/rules.mk")) }},
		{"stamp deleted", func() { os.Remove(filepath.Join(tr.dir, "out/gen.stamp")) }},
	}
	for _, step := range steps {
		time.Sleep(10 * time.Millisecond) // the clock of file times is coarse
		step.do()
		if n := generations(); n != 1 {
			t.Errorf("%s: the generator ran %d times, want once", step.name, n)
		}
		if n := generations(); n != 0 {
			t.Errorf("%s: and again %d times", step.name, n)
		}
	}
	tr.make(t, "check-generated").want(t, 0)

	// A broken profile stops what needs it and nothing else.
	write(t, tr, "profiles/broken-qemu.toml", "format = 1\nmemroy = 1\n")
	tr.make(t, "-n", "run").want(t, 2, `profiles/broken-qemu.toml:2:1: unknown key "memroy"`)
	tr.make(t, "-s", "help").want(t, 0)
	tr.make(t, "clean").want(t, 0)
}

// TestCompilerRebuilt: an edit of any of the compiler's packages builds it again.
func TestCompilerRebuilt(t *testing.T) {
	tr := copyTree(t)
	tr.make(t, "-s", "gen").want(t, 0)
	folders := map[string]string{} // to a file in each
	err := fs.WalkDir(os.DirFS(tr.dir), "lkmcgen", func(file string, e fs.DirEntry, err error) error {
		if strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
			folders[filepath.Dir(file)] = file
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(folders, "lkmcgen/test")
	for _, file := range folders {
		tr.make(t, "-n", "-W", file, "gen").want(t, 0, "building out/bin/lkmcgen")
	}
}

func write(t *testing.T, tr tree, file, text string) {
	t.Helper()
	name := filepath.Join(tr.dir, file)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestCheckGenerated is what the reviewer of a template change relies on.
func TestCheckGenerated(t *testing.T) {
	tr := copyTree(t)
	tr.make(t, "-s", "check-generated").want(t, 0)
	tr.edit(t, "templates/profile/gdb.gdb.tmpl", "set confirm off", "set confirm on")
	tr.make(t, "-s", "check-generated").want(t, 2, "generated/x86_64-qemu/gdb.gdb: out of date (run: make gen)")
	tr.make(t, "-s", "gen").want(t, 0)
	tr.make(t, "-s", "check-generated").want(t, 0)
}

// TestDryRun: make -n prints, and neither builds nor calls other makes.
func TestDryRun(t *testing.T) {
	tr := copyTree(t)
	for _, builder := range []string{"distro", "source"} {
		r := tr.make(t, "-n", "--warn-undefined-variables", "run", "BUILDER="+builder)
		r.want(t, 0, "sh generated/x86_64-qemu/run.sh")
		if strings.Contains(r.output, "warning: ") {
			t.Errorf("make warns:\n%s", r.output)
		}
	}
	for _, name := range []string{"out/x86_64-qemu", "out/source"} {
		if _, err := os.Stat(filepath.Join(tr.dir, name)); err == nil {
			t.Errorf("make -n made %s", name)
		}
	}
}

// TestSettingsOfRun: what is given to make arrives at the emulator's command
// byte for byte.
func TestSettingsOfRun(t *testing.T) {
	tr := copyTree(t)
	tr.edit(t, "Makefile", "@sh generated/$(PROFILE)/run.sh", "@sh generated/$(PROFILE)/run.sh -n")
	tr.edit(t, "Makefile", "run: check-run build ##", "run: ##")
	const hostile = `it's $(x) $$ a#b 50% "q" \ ü`
	for name, r := range map[string]result{
		"command line": tr.make(t, "-s", "run", "ACCEL=tcg", "APPEND="+hostile, "MEMORY=1G"),
		"environment":  tree{dir: tr.dir, env: []string{"ACCEL=tcg", "APPEND=" + hostile, "MEMORY=1G"}}.make(t, "-s", "run"),
	} {
		t.Run(name, func(t *testing.T) {
			r.want(t, 0, "-m 1G")
			words := tr.command(t, nil, "sh", "-c", "printf '%s\\n' "+lastLine(r.output))
			words.want(t, 0, hostile+"\n")
		})
	}
}

func lastLine(s string) string {
	l := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return l[len(l)-1]
}

// TestContract: a symbol that the configure step dropped is told, with its layer.
func TestContract(t *testing.T) {
	tr := tree{dir: t.TempDir()}
	write(t, tr, "fragment", "# profiles/base.toml\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=\"a=b\"\nCONFIG_D=y\n# CONFIG_E is not set\n"+
		"# profiles/arch/x.toml\nCONFIG_F=0x10\n# may be lost: needs a clock\nCONFIG_G=y\n")
	contract := filepath.Join(root(t).dir, "generated/common/contract.sh")
	write(t, tr, "kept", "CONFIG_A=y\nCONFIG_C=\"a=b\"\nCONFIG_D=y\n# CONFIG_E is not set\nCONFIG_F=0x10\nCONFIG_G=y\n")
	tr.command(t, nil, "sh", contract, "fragment", "kept").want(t, 0)
	write(t, tr, "lost", "CONFIG_A=m\nCONFIG_B=y\nCONFIG_C=\"a\"\nCONFIG_F=0x20\n")
	r := tr.command(t, nil, "sh", contract, "fragment", "lost")
	const want = `profiles/base.toml: CONFIG_A = y was asked for, but the result is m
profiles/base.toml: CONFIG_B = n was asked for, but the result is y
profiles/base.toml: CONFIG_C = "a=b" was asked for, but the result is "a"
profiles/base.toml: CONFIG_D = y was asked for, but the result is n
profiles/arch/x.toml: CONFIG_F = 0x10 was asked for, but the result is 0x20
profiles/arch/x.toml: CONFIG_G = y was asked for, but the result is n (optional: needs a clock)
`
	if r.status != 1 || r.output != want {
		t.Errorf("status %d, output:\n%s\nwant status 1 and:\n%s", r.status, r.output, want)
	}
	table := tr.command(t, nil, "sh", contract, "-t", "fragment", "lost")
	const cannot = "CONFIG_C\t\"a=b\"\t\"a\"\tprofiles/base.toml\nCONFIG_D\ty\tn\tprofiles/base.toml\n" +
		"CONFIG_F\t0x10\t0x20\tprofiles/arch/x.toml\nCONFIG_G\ty\tn\tprofiles/arch/x.toml\n"
	if table.status != 0 || table.output != cannot {
		t.Errorf("table: status %d, output:\n%s\nwant status 0 and:\n%s", table.status, table.output, cannot)
	}
	write(t, tr, "optional", "CONFIG_A=y\nCONFIG_C=\"a=b\"\nCONFIG_D=y\nCONFIG_F=0x10\n")
	tr.command(t, nil, "sh", contract, "fragment", "optional").want(t, 0, "optional: needs a clock")
}
