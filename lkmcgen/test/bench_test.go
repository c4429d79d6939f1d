// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lkmc/lkmcgen/internal/watch"
)

// TestBench prints the figures of "make bench". It asserts nothing but that
// the commands work: what counts as quick depends on the machine.
func TestBench(t *testing.T) {
	if os.Getenv("LKMC_BENCH") == "" {
		t.Skip("measures: run it by make bench")
	}
	tr := copyTree(t)
	tr.make(t, "-n", "run").want(t, 0)
	fmt.Printf("%s, %d CPUs, Go %s\n", cpuName(), runtime.NumCPU(), runtime.Version())
	fmt.Print("Each figure: wall time of the whole process, median of the runs given, [least, most].\n\n")
	wanted := os.Getenv("LKMC_BENCH")
	for _, part := range []struct {
		name    string
		measure func(*testing.T, tree)
	}{
		{"gen", benchGenerator}, {"kconfig", benchKconfig}, {"make", benchMake}, {"boot", benchBoot},
		{"fetch", benchFetch}, {"guest", benchGuest}, {"debug", benchDebug},
	} {
		if wanted == "1" || wanted == part.name {
			part.measure(t, tr)
		}
	}
}

// A timing is the wall time of several runs of one command, and the largest
// memory that one of them used.
type timing struct {
	runs   []time.Duration
	maxRSS int64 // bytes
}

func (x timing) median() time.Duration { return x.runs[len(x.runs)/2] }

func (x timing) String() string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
	return fmt.Sprintf("%s ms, n=%d [%s, %s]", ms(x.median()), len(x.runs), ms(x.runs[0]), ms(x.runs[len(x.runs)-1]))
}

// measure runs a command n times, each time after before, and fails the test
// when the command fails.
func (tr tree) measure(t *testing.T, n int, before func(), args ...string) timing {
	t.Helper()
	var x timing
	for range n {
		if before != nil {
			before()
		}
		c := exec.Command(args[0], args[1:]...)
		c.Dir = tr.dir
		c.Env = append(cleanEnv(), tr.env...)
		start := time.Now()
		out, err := c.CombinedOutput()
		x.runs = append(x.runs, time.Since(start))
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, tail(string(out), 20))
		}
		x.maxRSS = max(x.maxRSS, c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss*1024)
	}
	slices.Sort(x.runs)
	return x
}

func (x timing) over(y timing) float64 { return float64(x.median()) / float64(y.median()) }

func benchGenerator(t *testing.T, tr tree) {
	gen := []string{"out/bin/lkmcgen", "gen"}
	files, _ := filepath.Glob(filepath.Join(tr.dir, "generated/*/*"))
	copied := tr.measure(t, 31, tr.aside("x"), "cp", "-r", "generated", "x")
	all := tr.measure(t, 31, tr.aside("generated"), gen...)
	nothing := tr.measure(t, 31, nil, gen...)
	fmt.Printf("gen, %d files into an empty folder   %v = %.1f times cp -r of them (%v)\n", len(files), all, all.over(copied), copied)
	fmt.Printf("gen, nothing to do                 %v\n", nothing)

	const small, large = 1000, 10000
	var at [2]timing
	for i, n := range []int{small, large} {
		many := synthetic(t, tr, n)
		at[i] = many.measure(t, 3, many.aside("generated"), filepath.Join(tr.dir, "out/bin/lkmcgen"), "gen")
		fmt.Printf("gen, %5d synthetic profiles       %v, at most %d MB\n", n, at[i], at[i].maxRSS/1e6)
	}
	fmt.Printf("  ten times the profiles take %.1f times as long\n", at[1].over(at[0]))
	one := benchSave(t, tr, "profiles/x86_64-qemu.toml")
	fmt.Printf("save of a profile to new files     %v, of which %v wait for the end of the burst\n", one, watch.Quiet)
	fmt.Printf("save of the layer of all QEMUs     %v, likewise\n", benchSave(t, tr, "profiles/emulator/qemu.toml"))
}

// benchSave measures from the save of a file with option.memory.default until what
// it generates is there.
func benchSave(t *testing.T, tr tree, file string) timing {
	layer := filepath.Join(tr.dir, file)
	old := content(t, layer)
	defer os.WriteFile(layer, old, 0o666)
	if !bytes.Contains(old, []byte(`"256M"`)) {
		old = append(slices.Clone(old), "option.memory.default = \"256M\"\n"...)
	}
	log, stop := tr.watch(t, "out/bin/lkmcgen", "watch")
	defer stop()
	waitFor(log, "files changed\n", time.Minute)
	var x timing
	for i := range 11 {
		time.Sleep(300 * time.Millisecond) // the last burst is over
		value := fmt.Sprintf("%dM", 300+i)
		text := bytes.Replace(old, []byte(`"256M"`), []byte(`"`+value+`"`), 1)
		start := time.Now()
		if err := os.WriteFile(layer, text, 0o666); err != nil {
			t.Fatal(err)
		}
		x.until(t, start, filepath.Join(tr.dir, "generated/x86_64-qemu/run.sh"), value)
	}
	slices.Sort(x.runs)
	return x
}

// until adds the time from start until a file holds a text.
func (x *timing) until(t *testing.T, start time.Time, file, text string) {
	t.Helper()
	for !bytes.Contains(content(t, file), []byte(text)) {
		if time.Sleep(time.Millisecond); time.Since(start) > time.Minute {
			t.Fatalf("%s: no %q", file, text)
		}
	}
	x.runs = append(x.runs, time.Since(start))
}

// watch starts a watch, and returns the file of what it says and what ends it.
func (tr tree) watch(t *testing.T, args ...string) (log string, stop func()) {
	t.Helper()
	log = filepath.Join(t.TempDir(), "log")
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(args[0], args[1:]...)
	c.Dir, c.Env, c.Stdout, c.Stderr = tr.dir, append(cleanEnv(), tr.env...), out, out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return log, func() {
		syscall.Kill(-c.Process.Pid, syscall.SIGINT)
		c.Wait()
		out.Close()
	}
}

// lostSymbols is what benchKconfig asks for in vain.
var lostSymbols = strings.Fields("EXT4_FS=y USB_STORAGE=y X86_PTDUMP=y FTRACE=y FUNCTION_TRACER=y KALLSYMS=n CRC7=m PRINTK=y LOG_BUF_SHIFT=40")

// benchKconfig measures what tells lost symbols, against the kernel's own tools.
func benchKconfig(t *testing.T, tr tree) {
	const linux = "out/source/linux-6.1"
	tr.make(t, linux+"/Makefile", "BUILDER=source").want(t, 0)
	write(t, tr, "fragment", asFragment(lostSymbols))
	cold := func() { os.RemoveAll(filepath.Join(tr.dir, "out/kconfig")) }
	why := func(n int, before func()) timing {
		return tr.measure(t, n, before, "sh", "-c", "out/bin/lkmcgen check --fragment fragment x86_64-qemu linux || [ $? = 1 ]")
	}
	first, again := why(7, cold), why(11, nil)
	kbuild := []string{"make", "-s", "-C", linux, "O=" + t.TempDir(), "ARCH=x86"}
	tr.command(t, nil, append(kbuild, "tinyconfig")...).want(t, 0)
	conf := tr.measure(t, 5, nil, append(kbuild, "olddefconfig")...)
	fmt.Printf("why-not, the compiler not asked    %v\n", first)
	fmt.Printf("why-not                            %v\n", again)
	fmt.Printf("  make olddefconfig takes %.1f times as long (%v)\n", conf.over(again), conf)

	config := tr.command(t, nil, "out/bin/lkmcgen", "check", "--config", "--base", linux+"/arch/x86/configs/x86_64_defconfig", "--fragment", "/dev/null", "x86_64-qemu", "linux").output
	lines := strings.SplitAfter(config, "\n")[:1000]
	write(t, tr, "config", config)
	write(t, tr, "thousand", strings.Join(lines, ""))
	contract := tr.measure(t, 11, nil, "sh", "generated/common/contract.sh", "thousand", "config")
	merge := tr.measure(t, 1, nil, "sh", linux+"/scripts/kconfig/merge_config.sh", "-m", "-O", t.TempDir(), "config", "thousand")
	fmt.Printf("contract of 1000 symbols           %v\n", contract)
	fmt.Printf("  merge_config.sh -m, which only merges them, takes %.0f times as long (%v)\n", merge.over(contract), merge)
}

// aside returns a function that moves a folder out of the way. To delete it would
// spoil the next figure: ext4 is slow to make files where it deleted many in the
// last minutes.
func (tr tree) aside(name string) func() {
	n := 0
	return func() {
		n++
		os.Rename(filepath.Join(tr.dir, name), filepath.Join(tr.dir, fmt.Sprintf("%s.%d", name, n)))
	}
}

// synthetic makes a project with n profiles, each with values of its own.
func synthetic(t *testing.T, from tree, n int) tree {
	t.Helper()
	tr := tree{dir: t.TempDir()}
	for _, name := range []string{"profiles", "templates"} {
		if r := from.command(t, nil, "cp", "-r", name, tr.dir); r.status != 0 {
			t.Fatal(r.output)
		}
	}
	maker := filepath.Join(from.dir, "lkmcgen/testdata/many-profiles.sh")
	tr.command(t, nil, "sh", maker, "x86_64", "qemu", strconv.Itoa(n), "profiles").want(t, 0)
	return tr
}

func benchMake(t *testing.T, tr tree) {
	tr.make(t, "build").want(t, 0)
	fmt.Printf("make -n run                        %v\n", tr.measure(t, 11, nil, "make", "-n", "run"))
	fmt.Printf("make -q build, up to date          %v\n", tr.measure(t, 11, nil, "make", "-q", "build"))
}

func benchBoot(t *testing.T, tr tree) {
	here := root(t)
	for _, profile := range sourceProfiles(t, here) {
		one := here.of(profile).with("BUILDER=source", "EVAL=poweroff", "RUN=bench", "ACCEL=tcg", "TIMEOUT=120", "FRESH=1")
		if _, err := os.Stat(filepath.Join(here.dir, "out", profile, "source/rootfs.stamp")); err == nil {
			fmt.Printf("boot to power-off, TCG, %-12s source %v\n", profile, one.measure(t, 5, nil, "sh", "generated/"+profile+"/run.sh"))
		}
	}
	for _, profile := range distroProfiles(t, tr) {
		one := here.of(profile)
		one.make(t, "build").want(t, 0)
		one = one.with("EVAL=poweroff", "RUN=bench", "ACCEL=tcg", "TIMEOUT=120", "FRESH=1")
		plain := one.measure(t, 5, nil, "sh", "generated/"+profile+"/run.sh")
		fmt.Printf("boot to power-off, TCG, %-12s %v\n", profile, plain)
		here.make(t, "out/plugins/count.so").want(t, 0)
		counted := one.measure(t, 5, nil, "out/bin/lkmcgen", "count-instructions", "--run", "bench", profile)
		fmt.Printf("  its instructions counted         %v = %.1f times as long\n", counted, counted.over(plain))
	}
}

// benchFetch measures from the packages of the guest to its end.
func benchFetch(t *testing.T, tr tree) {
	for _, profile := range distroProfiles(t, tr) {
		root(t).of(profile).make(t, "build").want(t, 0) // which fetches
		fresh := tr.of(profile).measure(t, 3, tr.aside("out/"+profile), "make", "run", "EVAL=insmod /hello.ko; poweroff", "TIMEOUT=120")
		fmt.Printf("packages fetched, nothing built, %-12s make run to power-off %v\n", profile, fresh)
	}
	i := 0
	edited := tr.measure(t, 3, func() {
		i++
		tr.edit(t, "kernel_module/hello.c", `pr_info("`, fmt.Sprintf(`pr_info("%d `, i))
	}, "make", "run", "EVAL=insmod /hello.ko; poweroff", "TIMEOUT=120")
	fmt.Printf("edit hello.c, make run, power-off  %v\n", edited)
}

// benchGuest measures commands in a guest that runs. The printk of the module is
// seen before make insmod ends.
func benchGuest(t *testing.T, tr tree) {
	g := tr.start(t, "bench", "ACCEL=tcg")
	g.exec(t, "true").want(t, 0, "", "")
	fmt.Printf("make exec CMD=true                 %v\n", g.measure(t, 21, nil, "make", "exec", "CMD=true"))
	i := 0
	edited := g.measure(t, 11, func() {
		i++
		g.edit(t, "kernel_module/hello.c", `pr_info("`, fmt.Sprintf(`pr_info("%d `, i))
	}, "make", "insmod", "MODULE=hello")
	fmt.Printf("edit hello.c, make insmod          %v\n", edited)
	log, stop := g.tree.watch(t, "make", "watch")
	defer stop()
	waitFor(log, "files changed\n", time.Minute)
	var x timing
	for i := range 11 {
		time.Sleep(300 * time.Millisecond)
		start := time.Now()
		g.edit(t, "kernel_module/hello.c", `pr_info("`, fmt.Sprintf(`pr_info("watch %d `, i))
		x.until(t, start, log, fmt.Sprintf("] watch %d ", i))
	}
	slices.Sort(x.runs)
	fmt.Printf("make watch: save of hello.c to its printk %v, of which %v wait for the end of the burst\n", x, watch.Quiet)
}

// benchDebug measures until GDB has stopped in the kernel, and until a guest that
// begins at a snapshot answers.
func benchDebug(t *testing.T, _ tree) {
	here := root(t)
	for _, profile := range []string{"x86_64-qemu", "aarch64-qemu"} {
		var g *running
		waits := func() {
			if g != nil {
				g.stop(t)
			}
			g = here.of(profile).with("BUILDER=source").stoppedGuest(t, "bench")
		}
		// It reads no commands, so it ends when it has stopped.
		stop := here.of(profile).with("RUN=bench").measure(t, 7, waits, "make", "gdb", "BREAK=start_kernel")
		fmt.Printf("make gdb BREAK=start_kernel, %-12s %v\n", profile, stop)
		g.stop(t)
	}
	for _, profile := range distroProfiles(t, here) {
		g := here.of(profile).start(t, "bench", "FRESH=1")
		g.make(t, "exec", "CMD=true").want(t, 0)
		g.make(t, "snapshot-save", "ID=bench").want(t, 0)
		var x timing
		for range 7 {
			g.stop(t)
			start := time.Now()
			g = here.of(profile).start(t, "bench", "SNAPSHOT=bench")
			g.exec(t, "true").want(t, 0, "", "")
			x.runs = append(x.runs, time.Since(start))
		}
		slices.Sort(x.runs)
		fmt.Printf("SNAPSHOT to the answer of exec, %-12s %v, make build with nothing to do among it\n", profile, x)
	}
}

func cpuName() string {
	data, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(data), "model name\t: ")
	name, _, _ := strings.Cut(rest, "\n")
	return name
}
