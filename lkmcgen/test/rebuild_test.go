// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// parts are what a build makes, each with the files that are written when, and
// only when, it is made again.
func parts(builder string) []struct{ name, files string } {
	p := "out/x86_64-qemu/"
	return []struct{ name, files string }{
		{"generated", "generated/*/*"},
		{"kernel", p + builder + "/kernel.stamp"},
		{"busybox", p + builder + "/busybox.stamp"},
		{"modules", p + builder + "/modules.stamp"},
		{"programs", p + "user/*.out"},
		{"rootfs", p + builder + "/rootfs.stamp"},
	}
}

// written returns for each part when the newest of its files was written.
func (tr tree) written(t *testing.T, builder string) map[string]time.Time {
	t.Helper()
	newest := map[string]time.Time{}
	for _, part := range parts(builder) {
		files, err := filepath.Glob(filepath.Join(tr.dir, part.files))
		if err != nil || len(files) == 0 {
			t.Fatalf("nothing matches %s (%v)", part.files, err)
		}
		for _, f := range files {
			info, err := os.Stat(f)
			if err != nil {
				t.Fatal(err)
			}
			if info.ModTime().After(newest[part.name]) {
				newest[part.name] = info.ModTime()
			}
		}
	}
	return newest
}

// remade makes goals and returns which parts were made again.
func (tr tree) remade(t *testing.T, builder string, goals ...string) string {
	t.Helper()
	before := tr.written(t, builder)
	tr.make(t, goals...).want(t, 0)
	after := tr.written(t, builder)
	var names []string
	for _, part := range parts(builder) {
		if !after[part.name].Equal(before[part.name]) {
			names = append(names, part.name)
		}
	}
	return strings.Join(names, " ")
}

// An edit is what somebody changes, and the parts that are made again for it.
type edit struct {
	name           string
	do             func(t *testing.T, tr tree)
	distro, source string
}

// replace returns an edit's function that replaces text in a file.
func replace(file, old, new string) func(*testing.T, tree) {
	return func(t *testing.T, tr tree) { tr.edit(t, file, old, new) }
}

// edits is the table "What is made again" of the README, in its order.
func edits() []edit {
	same := func(parts string) (string, string) { return parts, parts }
	one := func(name string, do func(*testing.T, tree), parts string) edit {
		d, s := same(parts)
		return edit{name, do, d, s}
	}
	return []edit{
		one("nothing", func(*testing.T, tree) {}, ""),
		one("a comment in a layer", replace("profiles/base.toml", "format = 1", "format = 1 # first"), ""),
		one("a comment of a template", replace("templates/profile/kconfig.tmpl", "Data: fragmentData.", "The data is a fragmentData."), ""),
		one("a comment in a generated script", replace("templates/common/linux.sh.tmpl", "# Calls Kbuild", "# Here it calls Kbuild"), "generated"),
		one("an option of QEMU", replace("profiles/emulator/qemu.toml", `default = "256M"`, `default = "260M"`), "generated"),
		{"a symbol of the kernel", replace("profiles/base.toml", "PANIC_ON_OOPS = false", "PANIC_ON_OOPS = true"),
			"generated", "generated kernel modules rootfs"},
		{"a symbol of BusyBox", replace("profiles/base.toml", "\nRESIZE = true", "\nRESIZE = false"),
			"generated", "generated busybox rootfs"},
		{"a driver in guest.modules", replace("profiles/emulator/qemu.toml", `"virtio_rng", `, ""),
			"generated rootfs", "generated rootfs"},
		one("a module", replace("kernel_module/hello.c", `pr_info("hello init`, `pr_info("hello again`), "modules rootfs"),
		one("a header of modules", func(t *testing.T, tr tree) { write(t, tr, "kernel_module/hello.h", "#define HELLO 1\n") }, "modules programs rootfs"),
		one("a user program", replace("kernel_module/user/hello.c", "hello", "hi"), "programs rootfs"),
		one("a user program that is removed", func(t *testing.T, tr tree) { os.Remove(filepath.Join(tr.dir, "kernel_module/user/hello.c")) }, "rootfs"),
		one("the flags of user programs", replace("kernel_module/user/flags.mk", "-O2", "-O1"), "programs rootfs"),
		one("a file of rootfs_overlay", replace("rootfs_overlay/etc/hostname", "lkmc", "lkmc2"), "rootfs"),
	}
}

// TestRebuildTable proves the README's table of what is made again. That of the
// builder source comes at the end of TestInterruptedBuild, which has compiled a
// kernel of its own.
func TestRebuildTable(t *testing.T) {
	needBoot(t)
	t.Parallel()
	testRebuildTable(t, leanTree(t).with("BUILDER=distro"), "distro")
}

func testRebuildTable(t *testing.T, tr tree, builder string) {
	tr.make(t, "build").want(t, 0)
	for _, e := range edits() {
		time.Sleep(10 * time.Millisecond) // the clock of file times is coarse
		e.do(t, tr)
		want := e.distro
		if builder == "source" {
			want = e.source
		}
		if got := tr.remade(t, builder, "build"); got != want {
			t.Errorf("%s: made again: %q, want %q", e.name, got, want)
		}
		if r := tr.make(t, "-q", "build"); r.status != 0 {
			t.Errorf("%s: make still has something to do: %s", e.name, tr.make(t, "-n", "build").output)
		}
	}
	testRebuildGoals(t, tr, builder)
	testClean(t, tr, builder)
}

// testRebuildGoals asks for parts that are up to date. Kbuild finds nothing to do
// for the kernel, so nothing follows it; packages are unpacked again.
func testRebuildGoals(t *testing.T, tr tree, builder string) {
	for goals, want := range map[string]map[string]string{
		"rootfs-rebuild":                       {"distro": "rootfs", "source": "rootfs"},
		"modules-rebuild build":                {"distro": "modules rootfs", "source": "modules rootfs"},
		"linux-rebuild build":                  {"distro": "kernel busybox modules rootfs", "source": ""},
		"busybox-rebuild rootfs-rebuild build": {"distro": "kernel busybox modules rootfs", "source": "rootfs"},
	} {
		if got := tr.remade(t, builder, strings.Fields(goals)...); got != want[builder] {
			t.Errorf("%s: made again: %q, want %q", goals, got, want[builder])
		}
		tr.make(t, "-q", "build").want(t, 0)
	}
}

// testClean cleans part after part, with a disk of a run that is over and with a
// guest that runs.
func testClean(t *testing.T, tr tree, builder string) {
	tr.run(t, "RUN=over", "EVAL=poweroff", "TIMEOUT=120").want(t, 0)
	disks := func() []string {
		found, _ := filepath.Glob(filepath.Join(tr.dir, "out/x86_64-qemu/runs/over/*"))
		return found
	}
	if !slices.ContainsFunc(disks(), func(f string) bool { return strings.HasPrefix(filepath.Base(f), "disk") }) {
		t.Fatalf("the run has no disk but %v", disks())
	}
	for part, want := range map[string]string{
		"clean-modules": "modules rootfs", "clean-rootfs": "rootfs", "clean-busybox": "busybox rootfs",
	} {
		if builder == "distro" && part == "clean-busybox" {
			want = "kernel busybox modules rootfs" // all of them come from the packages
		}
		tr.make(t, part).want(t, 0)
		tr.make(t, "-q", "build").want(t, 1)
		before := time.Now()
		tr.make(t, "build").want(t, 0)
		var names []string
		for _, p := range parts(builder) {
			if tr.written(t, builder)[p.name].After(before) {
				names = append(names, p.name)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: made again: %q, want %q", part, got, want)
		}
	}
	log := filepath.Join(tr.dir, "out/x86_64-qemu/runs/live/console.log")
	done := make(chan result, 1)
	go func() {
		done <- tr.run(t, "RUN=live", "EVAL=echo up $((1 + 1))", "TIMEOUT=300")
	}()
	if !waitFor(log, "up 2", time.Minute) {
		t.Error("no guest came up")
	}
	tr.make(t, "clean", "build").want(t, 2, "clean needs a make of its own: make clean && make build")
	tr.make(t, "distclean").want(t, 2, "out/x86_64-qemu/runs/live is running")
	r := tr.make(t, "clean")
	r.want(t, 0, "run live is under way", "run over keeps its disk")
	tr.make(t, "exec", "RUN=live", "CMD=sync; poweroff").want(t, 0)
	(<-done).want(t, 0, "the guest powered off")
	if left := disks(); len(left) == 0 || slices.ContainsFunc(left, func(f string) bool {
		return !strings.HasPrefix(filepath.Base(f), "disk") && !strings.HasPrefix(filepath.Base(f), "base")
	}) {
		t.Errorf("make clean left of a run %v", left)
	}
	for _, gone := range []string{"out/x86_64-qemu/" + builder, "out/x86_64-qemu/user", "out/source/linux-6.1/build-x86_64-qemu"} {
		if _, err := os.Stat(filepath.Join(tr.dir, gone)); err == nil {
			t.Errorf("make clean left %s", gone)
		}
	}
	tr.make(t, "distclean").want(t, 0)
	if _, err := os.Stat(filepath.Join(tr.dir, "out")); err == nil {
		t.Error("make distclean left out")
	}
}

// TestRebuildReadme: the README has the table that TestRebuildTable proves.
func TestRebuildReadme(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root(t).dir, "README.adoc"))
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	cell := func(parts string) string {
		if parts == "" {
			return "nothing"
		}
		return strings.ReplaceAll(parts, " ", ", ")
	}
	for _, e := range edits() {
		fmt.Fprintf(&rows, "|%s |%s |%s\n", e.name, cell(e.distro), cell(e.source))
	}
	if !strings.Contains(string(data), rows.String()) {
		t.Errorf("README.adoc has not these rows:\n%s", rows.String())
	}
}
