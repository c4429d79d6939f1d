// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A kernelTree is the sources of a kernel, for the arch of a profile, with a
// folder where the kernel's own conf works.
type kernelTree struct {
	tree
	name        string // of the profile
	folder      string
	arch, cross string
	build       string
	tiny        string // what tinyconfig makes
}

// kernel unpacks the sources that the profile of has, and takes them for another.
func kernel(t *testing.T, of, name string) *kernelTree {
	t.Helper()
	tr := root(t)
	rules := func(profile string, pattern string) []string {
		t.Helper()
		text := string(content(t, filepath.Join(tr.dir, "generated", profile, "rules.mk")))
		m := regexp.MustCompile(pattern).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("%s has no builder source", profile)
		}
		return m
	}
	m := rules(name, `\$\(LINUX_BUILD\) (\S+) (\S+)`)
	k := &kernelTree{tree: tr, name: name, arch: m[1], cross: m[2], build: t.TempDir()}
	k.folder = "out/source/linux-" + rules(of, `source/linux-([0-9.]+)`)[1]
	tr.of(of).with("BUILDER=source").make(t, k.folder+"/Makefile").want(t, 0)
	k.conf(t, "tinyconfig")
	k.tiny = string(content(t, filepath.Join(k.build, ".config")))
	return k
}

// conf runs a target of the kernel's Kconfig.
func (k *kernelTree) conf(t *testing.T, target string) {
	t.Helper()
	k.command(t, nil, "make", "-s", "-C", k.folder, "O="+k.build, "ARCH="+k.arch, "CROSS_COMPILE="+k.cross, target).want(t, 0)
}

// settled returns the .config that conf makes of a fragment laid over tinyconfig.
func (k *kernelTree) settled(t *testing.T, fragment string) map[string]string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(k.build, ".config"), []byte(k.tiny+fragment), 0o666); err != nil {
		t.Fatal(err)
	}
	k.conf(t, "olddefconfig")
	return configLines(string(content(t, filepath.Join(k.build, ".config"))))
}

var configLine = regexp.MustCompile(`(?m)^(?:# (\w+) is not set|(\w+)=(.*))$`)

// configLines returns the symbols that a .config has lines for, and their values.
func configLines(text string) map[string]string {
	lines := map[string]string{}
	for _, m := range configLine.FindAllStringSubmatch(text, -1) {
		if m[1] != "" {
			lines[m[1]] = "n"
			continue
		}
		lines[m[2]] = m[3]
	}
	return lines
}

// check runs lkmcgen check with a fragment.
func (k *kernelTree) check(t *testing.T, fragment string, flags ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fragment")
	if err := os.WriteFile(file, []byte(fragment), 0o666); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"out/bin/lkmcgen", "check", "--linux", k.folder, "--fragment", file}, flags...)
	r := k.command(t, nil, append(args, k.name, "linux")...)
	return r.output
}

// agrees compares what is predicted of a fragment with what conf makes of it, line
// for line, and returns how many lines there were and how many differ.
func (k *kernelTree) agrees(t *testing.T, what, fragment string) (lines, wrong int) {
	t.Helper()
	want, got := k.settled(t, fragment), configLines(k.check(t, fragment, "--config"))
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if want[name] != got[name] {
			t.Errorf("%s %s, %s: %s is %q; conf says %q", k.folder, k.name, what, name, got[name], want[name])
			wrong++
		}
	}
	return len(all), wrong
}

var configEntry = regexp.MustCompile(`(?m)^(?:menu)?config[ \t]+(\w+)`)

// symbols returns the names that the tree's Kconfig files define, for any arch.
func (k *kernelTree) symbols(t *testing.T) []string {
	t.Helper()
	names := map[string]bool{}
	err := fs.WalkDir(os.DirFS(k.dir), k.folder, func(file string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasPrefix(e.Name(), "Kconfig") || e.IsDir() {
			return err
		}
		for _, m := range configEntry.FindAllSubmatch(content(t, filepath.Join(k.dir, file)), -1) {
			names[string(m[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(names))
}

// random returns a fragment that asks n symbols for something, with what many
// others hang on.
func random(names []string, seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	values := []string{"y", "y", "y", "y", "m", "m", "n", "7", "0x10", `"text"`}
	words := []string{"EXPERT=y", "NET=y", "PCI=y", "BLOCK=y", "MODULES=" + values[4*r.IntN(2)+2]}
	for range n {
		words = append(words, names[r.IntN(len(names))]+"="+values[r.IntN(len(values))])
	}
	return asFragment(words)
}

// TestPredictedConfig compares what lkmcgen predicts with what the kernel's own
// conf makes of the shipped fragments, and of random ones.
func TestPredictedConfig(t *testing.T) {
	needBoot(t)
	t.Parallel()
	const newer = "x86_64-qemu-linux612"
	for _, test := range []struct {
		of, profile string
		slow        bool
	}{
		{"x86_64-qemu", "x86_64-qemu", false},
		{"x86_64-qemu", "aarch64-qemu", true},
		{"x86_64-qemu", "arm-qemu", true},
		{"x86_64-qemu", "mips64-qemu", true},
		{"x86_64-qemu", "mips64el-qemu", true},
		{"x86_64-qemu", "ppc64el-qemu", true},
		{"x86_64-qemu", "riscv64-qemu", true},
		{newer, newer, true},
		{newer, "aarch64-qemu", true},
		{newer, "arm-qemu", true},
		{newer, "mips64-qemu", true},
		{newer, "mips64el-qemu", true},
		{newer, "ppc64el-qemu", true},
		{newer, "riscv64-qemu", true},
	} {
		t.Run(test.of+" for "+test.profile, func(t *testing.T) {
			if test.slow {
				needAll(t, "takes its time")
			}
			k := kernel(t, test.of, test.profile)
			fragment := string(content(t, filepath.Join(k.dir, "generated", test.profile, "linux.config")))
			lines, wrong := k.agrees(t, "the profile's", fragment)
			names := k.symbols(t)
			sizes := []int{300, 6000}
			if os.Getenv("LKMC_BOOT") == "all" {
				sizes = append(sizes, 30, 1000, 3000, 12000)
			}
			for i, n := range sizes {
				l, w := k.agrees(t, fmt.Sprintf("random %d", i+1), random(names, uint64(i+1), n))
				lines, wrong = lines+l, wrong+w
			}
			t.Logf("%s for %s: %d lines of %d .config files, %d differ: %.3f %% agree", k.folder, k.name, lines, 1+len(sizes), wrong, 100*float64(lines-wrong)/float64(lines))
		})
	}
}

// TestPredictedBusybox does the same for BusyBox, whose conf is of 2006.
func TestPredictedBusybox(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := root(t)
	tr.with("BUILDER=source").make(t, "out/source/busybox/Makefile").want(t, 0)
	names := []string{}
	for name := range configLines(tr.command(t, nil, "out/bin/lkmcgen", "check", "--config", "x86_64-qemu", "busybox").output) {
		names = append(names, strings.TrimPrefix(name, "CONFIG_"))
	}
	slices.Sort(names)
	for what, fragment := range map[string]string{
		"the profile's": readText(t, "generated/x86_64-qemu/busybox.config"),
		"random":        random(names, 1, 400),
	} {
		build, file := t.TempDir(), filepath.Join(t.TempDir(), "fragment")
		for _, name := range []string{filepath.Join(build, ".config"), file} {
			if err := os.WriteFile(name, []byte(fragment), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		tr.command(t, strings.NewReader(strings.Repeat("\n", 4000)), "make", "-s", "-C", "out/source/busybox", "O="+build, "oldconfig").want(t, 0)
		want := configLines(string(content(t, filepath.Join(build, ".config"))))
		got := configLines(tr.command(t, nil, "out/bin/lkmcgen", "check", "--config", "--fragment", file, "x86_64-qemu", "busybox").output)
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s: %s is %q; conf says %q", what, name, got[name], value)
			}
		}
		t.Logf("%s: %d lines", what, len(want))
	}
}

// A lostSymbol is what check --json tells of a symbol.
type lostSymbol struct {
	Symbol, Cause, Hint string
	Why                 []struct{ At, Text string }
	Fix, Loses          []string
}

// lost returns what a fragment loses, by name.
func (k *kernelTree) lost(t *testing.T, fragment string, flags ...string) map[string]lostSymbol {
	t.Helper()
	text := k.check(t, fragment, append(flags, "--json")...)
	var results []struct{ Lost []lostSymbol }
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&results); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	lost := map[string]lostSymbol{}
	for _, l := range results[0].Lost {
		lost[l.Symbol] = l
	}
	return lost
}

// TestWhyNot asks for ten symbols that are lost for ten reasons, in a real tree.
// Each must be told with its reason and place, and what is proposed must work: so
// says the kernel's own conf.
func TestWhyNot(t *testing.T) {
	needBoot(t)
	t.Parallel()
	k := kernel(t, "x86_64-qemu", "x86_64-qemu")
	for _, test := range []struct {
		reason, asked string // the last of asked is lost, of a choice the first
		cause         string
		at, text      string // of one step
		fix           string // in place of what was asked, if there is no other
	}{
		{"missing dependency", "EXT4_FS=y", "depends on", "block/Kconfig", "BLOCK is n, and can be set", ""},
		{"two levels deep", "USB_STORAGE=y", "depends on", "block/Kconfig", "BLOCK is n, and can be set", ""},
		{"choice sibling", "PREEMPT=y PREEMPT_NONE=y", "choice", "kernel/Kconfig.preempt", "PREEMPT_NONE is set in the same choice", ""},
		{"selected by another", "FTRACE=y FUNCTION_TRACER=y KALLSYMS=n", "selected", "kernel/trace/Kconfig", "FUNCTION_TRACER, which is y, selects KALLSYMS", ""},
		{"wrong arch", "ARM64_VA_BITS_48=y", "of another arch", "arch/arm64/Kconfig", "this arch does not read", "-"},
		{"renamed", "X86_PTDUMP=y", "not in this tree", "", "no Kconfig file of this tree defines X86_PTDUMP", "PTDUMP_DEBUGFS=y"},
		{"typo", "VIRTIO_MENUU=y", "not in this tree", "", "no Kconfig file of this tree defines VIRTIO_MENUU", "VIRTIO_MENU=y"},
		{"m without modules", "CRC7=m", "no modules", "kernel/module/Kconfig", "MODULES is n, and can be set", ""},
		{"range", "PRINTK=y LOG_BUF_SHIFT=40", "range", "init/Kconfig", "LOG_BUF_SHIFT may be 12 to 25", ""},
		{"macro", "LTO_CLANG_FULL=y", "macro", "init/Kconfig", "CC_IS_CLANG has no prompt", "-"},
	} {
		t.Run(test.reason, func(t *testing.T) {
			fragment := asFragment(strings.Fields(test.asked))
			words := strings.Fields(test.asked)
			name, value, _ := strings.Cut(words[len(words)-1], "=")
			if test.cause == "choice" {
				name, value, _ = strings.Cut(words[0], "=")
			}
			l, ok := k.lost(t, fragment)[name]
			if !ok || l.Cause != test.cause {
				t.Fatalf("%s: %+v; want it lost: %s", name, l, test.cause)
			}
			if !slices.ContainsFunc(l.Why, func(s struct{ At, Text string }) bool {
				return strings.HasPrefix(s.At, test.at) && strings.Contains(s.Text, test.text)
			}) {
				t.Errorf("%s: no step %q in %q of %+v", name, test.text, test.at, l.Why)
			}
			if test.fix == "-" {
				if len(l.Fix) > 0 || l.Hint == "" {
					t.Errorf("%s: fix %q, hint %q; want no fix", name, l.Fix, l.Hint)
				}
				return
			}
			k.mend(t, words, name, value, l, test.fix)
		})
	}
	for _, word := range []string{"USB_STORAGE=y", "KALLSYMS=n"} {
		t.Run("in a profile "+word, func(t *testing.T) {
			asked := configLines(readText(t, "generated/x86_64-qemu/linux.config"))
			name, value, _ := strings.Cut(word, "=")
			asked["CONFIG_"+name] = value
			l := k.lost(t, configText(asked))[name]
			for _, f := range slices.Concat(l.Fix, l.Loses) {
				symbol, to := fixLine(f)
				asked["CONFIG_"+symbol] = to
			}
			settled := k.settled(t, configText(asked))
			for name, value := range asked {
				if got := settled[name]; len(l.Fix) == 0 || got != value && (got != "" || value != "n") {
					t.Errorf("with %q and %q, %s is %q; want %q", l.Fix, l.Loses, name, got, value)
				}
			}
		})
	}
	for _, name := range []string{"CRC32", "CONFIG_CRC32", "linux.config.CRC32"} {
		r := k.command(t, nil, "out/bin/lkmcgen", "explain", k.name, name)
		r.want(t, 0, "linux.config.CRC32 = true, which nobody asks for", "selects CRC32")
	}
}

// mend applies what is proposed for a lost symbol: the fix, or the name that was
// meant, and what that one needs. The kernel's own conf must then agree.
func (k *kernelTree) mend(t *testing.T, words []string, name, value string, l lostSymbol, instead string) {
	t.Helper()
	if instead != "" {
		if meant, _, _ := strings.Cut(instead, "="); !strings.Contains(l.Hint, `"`+meant+`"`) {
			t.Fatalf("%s: hint %q; want %s in it", name, l.Hint, meant)
		}
		words = []string{instead}
		name, value, _ = strings.Cut(instead, "=")
		l = k.lost(t, asFragment(words))[name]
	}
	for _, f := range l.Fix {
		symbol, to := fixLine(f)
		words = slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, symbol+"=") })
		words = append(words, symbol+"="+to)
		if symbol == name {
			value = to
		}
	}
	if got := k.settled(t, asFragment(words))["CONFIG_"+name]; got != value && (got != "" || value != "n") {
		t.Errorf("with %q, %s is %q; want %q", words, name, got, value)
	}
}

// fixLine returns the symbol of a line of a fix, and its value as a .config has it.
func fixLine(line string) (symbol, value string) {
	symbol, value, _ = strings.Cut(line, " = ")
	return symbol, strings.NewReplacer("true", "y", "false", "n", `"m"`, "m").Replace(value)
}

// configText writes what configLines reads.
func configText(lines map[string]string) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		words = append(words, strings.TrimPrefix(name, "CONFIG_")+"="+lines[name])
	}
	return asFragment(words)
}

// asFragment writes words such as SMP=y as a fragment.
func asFragment(words []string) string {
	var b strings.Builder
	for _, w := range words {
		if name, off := strings.CutSuffix(w, "=n"); off {
			fmt.Fprintf(&b, "# CONFIG_%s is not set\n", name)
			continue
		}
		fmt.Fprintf(&b, "CONFIG_%s\n", w)
	}
	return b.String()
}

// TestEveryArch: a list of symbols that was asked for on every arch loses some on
// each, and the README says which. The kernel's own conf is the witness.
func TestEveryArch(t *testing.T) {
	needBoot(t)
	list := readText(t, "lkmcgen/test/testdata/everyarch.config")
	for _, test := range []struct {
		profile, defconfig string
		slow               bool
	}{
		{"x86_64-qemu", "x86_64_defconfig", false},
		{"aarch64-qemu", "defconfig", true},
		{"arm-qemu", "vexpress_defconfig", true},
		{"mips64el-qemu", "malta_defconfig", true},
		{"riscv64-qemu", "defconfig", true},
		{"ppc64el-qemu", "ppc64_defconfig", true},
	} {
		t.Run(test.profile, func(t *testing.T) {
			if test.slow {
				needAll(t, "takes its time")
			}
			k := kernel(t, "x86_64-qemu", test.profile)
			file := filepath.Join(k.folder, "arch", k.arch, "configs", test.defconfig)
			k.tiny = string(content(t, filepath.Join(k.dir, file)))
			settled := k.settled(t, list)
			var lost []string
			for name, value := range configLines(list) {
				if got := settled[name]; got != value && (got != "" || value != "n") {
					lost = append(lost, strings.TrimPrefix(name, "CONFIG_"))
				}
			}
			slices.Sort(lost)
			predicted := slices.Sorted(maps.Keys(k.lost(t, list, "--base", file)))
			if !slices.Equal(predicted, lost) {
				t.Errorf("lkmcgen check: %q; conf: %q", predicted, lost)
			}
			arch, _, _ := strings.Cut(test.profile, "-")
			row := fmt.Sprintf("|%s, %s |%s\n", arch, test.defconfig, strings.Join(lost, " "))
			if !strings.Contains(readme(t), row) {
				t.Errorf("README.adoc has no line %q", row)
			}
		})
	}
}

// TestContractSaysWhy: a build that stops because a symbol is lost tells the
// reason, and what was meant.
func TestContractSaysWhy(t *testing.T) {
	needBoot(t)
	t.Parallel()
	k := kernel(t, "x86_64-qemu", "x86_64-qemu")
	tr := copyTree(t)
	tr.edit(t, "profiles/x86_64-qemu.toml", "emulator = \"qemu\"\n", "emulator = \"qemu\"\nlinux.config.X86_PTDUMP = true\n")
	tr.make(t, "linux", "BUILDER=source", "LINUX_SRC="+filepath.Join(k.dir, k.folder)).want(t, 2,
		"profiles/x86_64-qemu.toml: CONFIG_X86_PTDUMP = y was asked for, but the result is n",
		": X86_PTDUMP = true is asked for, but it will be false (not in this tree)",
		`did you mean "PTDUMP_DEBUGFS"?`)
}
