// SPDX-License-Identifier: Apache-2.0

package test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// put makes a file below the tree's folder, and the folders above it.
func (tr tree) put(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	name = filepath.Join(tr.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// TestGem5Refused: what cannot be is told before anything is compiled or booted.
func TestGem5Refused(t *testing.T) {
	tr := copyTree(t)
	tr.put(t, "profiles/mips64-gem5.toml", "format = 1\narch = \"mips64\"\nemulator = \"gem5\"\ndescription = \"x\"\n", 0o666)
	tr.make(t, "gen").want(t, 2, "profiles/mips64-gem5.toml:3:", "mips64 with gem5 does not exist: gem5 boots no system of MIPS")
	if err := os.Remove(filepath.Join(tr.dir, "profiles/mips64-gem5.toml")); err != nil {
		t.Fatal(err)
	}
	g := tr.of("aarch64-gem5")
	for _, test := range []struct{ setting, want string }{
		{"MEMORY=4G", "MEMORY=4G: want a number and M or G; the board takes up to 2G"},
		{"MEMORY=2049M", "the board takes up to 2G"},
		{"CPU=hpo", "want one of: atomic timing minor o3 hpi (did you mean hpi?)"},
		{"CPU=O3CPU", "(did you mean o3?)"},
		{"L1D=32", "L1D=32: want a power of two up to 512 and kB or MB"},
		{"L2=48kB", "L2=48kB: want a power of two up to 512 and kB or MB, or 0"},
		{"SMP=8", "SMP=8: want 1 to 4"},
		{"CHECKPOINT=x", "want a number that make checkpoints shows, or RUN/number"},
		{"BUILDER=distro", "gem5 starts an ELF vmlinux"},
		{"EVAL=true", "gem5-ARM: not built yet (run: make gem5 PROFILE=aarch64-gem5)"},
	} {
		g.with(test.setting).command(t, nil, "sh", "generated/aarch64-gem5/run.sh", "-c").want(t, 103, test.want)
	}
	g.make(t, "gem5", "GEM5_SRC=nowhere").want(t, 2, "GEM5_SRC=nowhere: no tree of gem5 there")
	g.make(t, "gem5", "GEM5_VARIANT=small").want(t, 2, "want full, trimmed or own")
	tr.make(t, "gem5").want(t, 2, "gem5 is not the emulator of x86_64-qemu")
	tr.put(t, "old/build_opts/ARM", "", 0o666)
	tr.put(t, "old/SConstruct", "", 0o666)
	tr.put(t, "old/src/base/version.cc", "const char *gem5Version = \"22.1.0.0\";\n", 0o666)
	g.make(t, "gem5", "GEM5_SRC=old").want(t, 2, "old is gem5 22.1.0.0; tried were 24.0 to 24.0")
	tr.put(t, "old/build/X86/gem5.opt", "", 0o777)
	tr.command(t, nil, "sh", "generated/common/gem5.sh", "old", "out/gem5/old", "build", "ARM", "own", "out/gem5").
		want(t, 1, "has no build/ARM/gem5.fast, .opt or .debug; built there is build/X86/gem5.opt")
	// The tree of the last make gem5, while it is there, is that of what is made later;
	// make gem5 itself takes GEM5_SRC or clones.
	tr.put(t, "out/gem5/m5.arm64.tree", "old\n", 0o666)
	tr.put(t, "out/gem5/m5.arm64", "", 0o777)
	const clone = "fetch https:"
	r := g.make(t, "-n", "run", "GEM5_SRC=")
	r.want(t, 0)
	if strings.Contains(r.output, clone) {
		t.Errorf("make run clones gem5 though there is the tree of the last make gem5:\n%s", r.output)
	}
	g.make(t, "-n", "gem5", "GEM5_SRC=").want(t, 0, clone)
	if err := os.Remove(filepath.Join(tr.dir, "old/SConstruct")); err != nil {
		t.Fatal(err)
	}
	g.make(t, "-n", "run", "GEM5_SRC=").want(t, 0, clone)
	g.make(t, "gem5-shell").want(t, 2, "no guest default of aarch64-gem5 is running")
	g.make(t, "stats").want(t, 2, "there are no statistics")
}

// TestGem5Checkpoints: which there are, and why one cannot be gone on from. No gem5
// is started, so any program will do.
func TestGem5Checkpoints(t *testing.T) {
	tr := copyTree(t).of("aarch64-gem5")
	tr.make(t, "-s", "checkpoints").want(t, 0, "there are none in out/aarch64-gem5/runs/default")
	const folder = "out/aarch64-gem5/runs/default/checkpoints/"
	tr.put(t, "out/gem5/bin/gem5-ARM", "#!/bin/sh\n", 0o777)
	for _, name := range []string{"kernel", "vmlinux", "rootfs.ext4"} {
		tr.put(t, "out/aarch64-gem5/source/"+name, "x", 0o666)
	}
	tr.put(t, folder+"1/m5.cpt", "four", 0o666)
	tr.put(t, folder+"1/lkmc.about", "2026-11-26T10:00:00Z 103129869500 atomic\n", 0o666)
	tr.put(t, folder+"1/lkmc.files", "4 m5.cpt\n", 0o666)
	tr.put(t, folder+"1/lkmc.state", "kernel 2 bytes\n--cores=2\n", 0o666)
	tr.put(t, folder+"2/m5.cpt", "", 0o666)
	tr.make(t, "-s", "checkpoints").want(t, 0, "1    2026-11-26T10:00:00Z 103129869500     atomic", "2    not whole")
	run := []string{"sh", "generated/aarch64-gem5/run.sh"}
	tr.with("CHECKPOINT=3").command(t, nil, run...).want(t, 103, "CHECKPOINT=default/3: there is no such checkpoint (there are: default/1 default/2 )")
	tr.with("CHECKPOINT=1", "RUN=other").command(t, nil, run...).want(t, 103, "CHECKPOINT=other/1: there is no such checkpoint (there are: default/1 default/2 )")
	for _, own := range [][]string{{"CHECKPOINT=2"}, {"CHECKPOINT=default/2", "RUN=other"}} {
		tr.with(own...).command(t, nil, run...).want(t, 103, "runs/default/checkpoints/2: not written to its end")
	}
	tr.with("CHECKPOINT=1", "CPU=timing", "EVAL=ls").command(t, nil, run...).
		want(t, 103, "CHECKPOINT=1 was made with another machine", "- --cores=2", "+ --cores=1", "- kernel 2 bytes", "+ kernel 1 bytes of ")
	if got := string(content(t, filepath.Join(tr.dir, "out/aarch64-gem5/runs/default/state"))); strings.Contains(got, "--cpu") {
		t.Errorf("the model of the CPU is part of the state:\n%s", got)
	}
	tr.put(t, folder+"1/m5.cpt", "fou", 0o666)
	tr.with("CHECKPOINT=1").command(t, nil, run...).want(t, 103, "checkpoints/1: damaged: m5.cpt is not there or has another size")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	tr.with("PORT="+port).command(t, nil, run...).want(t, 103, "PORT="+port+": this port of this host is in use")
	tr.with("PORT=65536").command(t, nil, run...).want(t, 103, "PORT=65536: ports are numbers up to 65535")
}

// forGem5 is this checkout with the gem5 that GEM5_SRC names, built.
func forGem5(t *testing.T, profile string) tree {
	t.Helper()
	src := os.Getenv("GEM5_SRC")
	if src == "" {
		t.Skip("no gem5 is given: run it by make test-gem5 GEM5_SRC=folder")
	}
	tr := root(t).of(profile).with("GEM5_SRC=" + src)
	tr.make(t, "gem5").want(t, 0)
	tr.make(t, "build").want(t, 0)
	return tr
}

// TestGem5Options: the gem5 that is given knows each option that stands before its
// script, and the script takes each that stands behind it.
func TestGem5Options(t *testing.T) {
	tr := forGem5(t, "aarch64-gem5")
	argv := string(content(t, filepath.Join(tr.dir, "generated/aarch64-gem5/gem5.argv")))
	before, behind, _ := strings.Cut(argv, "\n# script\n")
	option := regexp.MustCompile(`(?m)^--[a-z0-9-]+`)
	own := tr.command(t, nil, "out/gem5/bin/gem5-ARM", "--help").output
	script := tr.command(t, nil, "out/gem5/bin/gem5-ARM", "--outdir="+t.TempDir(), "generated/common/gem5.py", "--help").output
	for text, help := range map[string]string{before: own, behind: script} {
		for _, name := range option.FindAllString(text, -1) {
			if !strings.Contains(help, name) {
				t.Errorf("this gem5 has no option %s", name)
			}
		}
	}
	tr.with("MEM_TYPE=DDR4_2400_8x9").make(t, "run").want(t, 2, "gem5.py: error: --memory-type=DDR4_2400_8x9: this gem5 has no such type; there are ", " DDR4_2400_8x8")
}

// TestGem5Quit: Ctrl-C ends a run, also where gem5 waits for GDB and hears no signal,
// and who starts one in a terminal is told so.
func TestGem5Quit(t *testing.T) {
	tr := forGem5(t, "aarch64-gem5").with("RUN=quit", "GDB=1", "TIMEOUT=120")
	log := filepath.Join(tr.runFolder("quit"), "gem5.log")
	os.Remove(log)
	read, write := io.Pipe()
	go func() {
		defer write.Close()
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if b, _ := os.ReadFile(log); strings.Contains(string(b), "Waiting for a remote GDB") {
				write.Write([]byte{3})
				return
			}
		}
	}()
	tr.command(t, read, "script", "-qec", "sh generated/aarch64-gem5/run.sh", "/dev/null").
		want(t, 0, "the guest waits for make gdb", "Ctrl-C ends the run", "make gem5-shell PROFILE=aarch64-gem5 RUN=quit", "told to quit (exit status 0)")
}

// gem5Entries are those of the catalogue that are tested in gem5: few, since each
// takes half a minute there.
const gem5Entries = "hello params dep2 list_lock"

// TestGem5Guest boots a guest, keeps it, tests modules in it, goes on with other
// CPUs and caches, and compares them.
func TestGem5Guest(t *testing.T) {
	tr := forGem5(t, "aarch64-gem5").with("RUN=test")
	tr.command(t, nil, "rm", "-rf", tr.runFolder("test"))
	tr.with("EVAL=insmod /hello.ko; rmmod hello; /checkpoint.sh; poweroff").make(t, "run").
		want(t, 0, "hello init", "hello exit", "reboot: ", "(exit status 0)")
	tr.make(t, "-s", "checkpoints").want(t, 0, "atomic")
	tr.with("CHECKPOINT=1", "EVAL=/test.sh "+gem5Entries+" || /m5 fail 9; /m5 exit").make(t, "run").want(t, 0, "ok 4 list_lock", "m5_exit")
	work := "EVAL=/m5 resetstats; sha256sum /hello.ko; /m5 dumpstats; insmod /hello.ko; /m5 exit"
	for _, l1 := range []string{"4kB", "64kB"} {
		tr.with("RUN=test-"+strings.ToLower(l1), "CHECKPOINT=test/1", "CPU=timing", "L1D="+l1, "L1I="+l1, work).make(t, "run").want(t, 0, "hello init", "m5_exit")
	}
	tr.make(t, "-s", "stats-diff", "A=test-4kb", "B=test-64kb", "REGION=1", "STAT=l1d-cache-0.overallMisses::total").want(t, 0, "overallMisses::total  ")
	tr.with("CHECKPOINT=1", "SMP=2").make(t, "run").want(t, 2, "- --cores=1", "+ --cores=2")
	tr.with("CHECKPOINT=1", "CPU=hpi", "EVAL=/m5 fail 7").make(t, "run").want(t, 2, "(exit status 7)")
}

// TestGem5Arm and x86_64: they boot, and what they are told they do.
func TestGem5Others(t *testing.T) {
	for _, profile := range []string{"arm-gem5", "x86_64-gem5"} {
		t.Run(profile, func(t *testing.T) {
			tr := forGem5(t, profile).with("RUN=test")
			tr.with("EVAL=insmod /hello.ko; poweroff").make(t, "run").want(t, 0, "hello init", "(exit status 0)")
		})
	}
}
