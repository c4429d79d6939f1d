// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// programCompiler returns the compiler of a profile's programs, and flags for a
// program with the shared C library.
func (tr tree) programCompiler(t *testing.T) []string {
	t.Helper()
	compiler := regexp.MustCompile(`(?m)^PROGRAM_COMPILER := (.*) \$\(userccflags\)$`).FindStringSubmatch(readText(t, "generated/"+tr.profileName()+"/rules.mk"))
	flags := regexp.MustCompile(`(?m)^userccflags := (.*) -static$`).FindStringSubmatch(readText(t, "kernel_module/user/flags.mk"))
	if compiler == nil || flags == nil {
		t.Fatal("rules.mk and flags.mk do not tell how programs are compiled")
	}
	return strings.Fields(compiler[1] + " " + flags[1])
}

// compile compiles a program of kernel_module/user with the given flags.
func (tr tree) compile(t *testing.T, name, to string, flags ...string) {
	t.Helper()
	tr.command(t, nil, append(append(tr.programCompiler(t), flags...), "-o", to, "kernel_module/user/"+name+".c")...).want(t, 0)
}

// gdbserver debugs a program in the guest as make gdbserver does, once that has
// brought everything there, and has GDB execute commands.
func (g *running) gdbserver(t *testing.T, settings []string, commands ...string) result {
	t.Helper()
	args := []string{"timeout", "100", "sh", "generated/common/gdbserver.sh", "out/bin/lkmcgen", "out/" + g.profileName(), g.folder, "-batch"}
	for _, c := range commands {
		args = append(args, "-ex", c)
	}
	return g.with(settings...).command(t, nil, args...)
}

// TestGdbserver: programs in a guest under GDB on the host, static ones, those
// with a shared C library, and BusyBox.
func TestGdbserver(t *testing.T) {
	needBoot(t)
	for _, profile := range distroProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			needAllOf(t, profile)
			tr := root(t).of(profile).with("BUILDER=distro", "FRESH=1")
			g := tr.start(t, "gdbserver")
			g.make(t, "gdbserver", "BIN=myinsmod", `ARGS=/hello.ko "a b"`, "BREAK=main").want(t, 0, "copying gdbserver and the shared C library",
				"Breakpoint 1, main (argc=3, argv=0x", "kernel_module/user/myinsmod.c:")
			busybox(t, g)
			sharedLibrary(t, g)
			if profile == "x86_64-qemu" {
				refusals(t, g)
				interruptGDB(t, g)
			}
			g.until(t, "gdbserver -", false)
		})
	}
}

// busybox: of the distribution's only the program is there.
func busybox(t *testing.T, g *running) {
	g.gdbserver(t, []string{"BIN=ls", "ARGS=-d /proc", "CONTINUE=1"}).want(t, 0, "has no symbols (that of BUILDER=source has)", "\n/proc\n", "exited normally")
	g.gdbserver(t, []string{"BIN=ls", "BREAK=main"}).want(t, 1, "no function can be named in BREAK=main")
}

// TestGdbserverApplet: BusyBox from source has symbols.
func TestGdbserverApplet(t *testing.T) {
	g := root(t).with("BUILDER=source", "FRESH=1").start(t, "gdbserver")
	g.make(t, "gdbserver", "BIN=ls", "ARGS=-d /proc", "BREAK=ls_main").want(t, 0, "Breakpoint 1, ls_main (argc=3, argv=0x", "coreutils/ls.c:")
	g.gdbserver(t, []string{"BIN=ls", "ARGS=-d /proc", "BREAK=ls_main"}, "print argv[2]", "info source", "continue").
		want(t, 0, "Breakpoint 1, ls_main (argc=3, argv=0x", `"/proc"`, "coreutils/ls.c", "\n/proc\n", "exited normally")
}

// sharedLibrary: a program of this host is copied; one steps into the C library,
// and starts it again.
func sharedLibrary(t *testing.T, g *running) {
	file := filepath.Join(t.TempDir(), "greet")
	g.compile(t, "hello", file)
	g.gdbserver(t, []string{"BIN=" + file, "BREAK=main puts"}, "continue", "backtrace", "info sharedlibrary", "finish", "continue", "run", "kill").
		want(t, 0, "gdbserver: copying "+file+" to /greet in the guest\n", "Breakpoint 1, main () at kernel_module/user/hello.c:",
			"puts (str=", `"hello") at `, "ioputs.c:", "in main () at kernel_module/user/hello.c:", "libc.so.6", "Value returned is $1 = 6",
			"\nhello\n", "exited normally", "\nBreakpoint 1, main ()")
	again := g.gdbserver(t, []string{"BIN=" + file, "CONTINUE=1"})
	again.want(t, 0, "\nhello\n")
	if strings.Contains(again.output, "copying") {
		t.Errorf("what is there was copied again:\n%s", again.output)
	}
}

// refusals: what stands in the way is told before GDB starts.
func refusals(t *testing.T, g *running) {
	for _, test := range []struct {
		settings []string
		want     string
	}{
		{[]string{"RUN=nosuch", "BIN=hello"}, "no guest nosuch of " + g.profileName() + " is running"},
		{nil, "say which: make gdbserver BIN="},
		{[]string{"BIN=helo"}, `there is no program "helo" in the guest (did you mean "hello"?)`},
		{[]string{"BIN=nonsense"}, "there are the programs of kernel_module/user and those of BusyBox"},
		{[]string{"BIN=poll.sh"}, "/poll.sh is a script (debug what runs it: BIN=sh ARGS=/poll.sh)"},
		{[]string{"BIN=/hello.out"}, "there is no such file here (a program of the guest's is called by its name alone: BIN=hello.out)"},
		{[]string{"BIN=./Makefile"}, "./Makefile is no program for the machine of " + g.profileName()},
		{[]string{"BIN=hello", `ARGS="x`}, "unmatched quote"},
		{[]string{"BIN=hello", "GDB_BIN=nosuch-gdb"}, "nosuch-gdb is missing"},
	} {
		r := g.make(t, append([]string{"-s", "gdbserver"}, test.settings...)...)
		r.want(t, 2, test.want)
		if strings.Contains(r.output, "(gdb)") {
			t.Errorf("%q: GDB was started:\n%s", test.settings, r.output)
		}
	}
	g.of("mips64-qemu").with("BUILDER=source").make(t, "out/mips64-qemu/gdbserver/guest.tar").want(t, 2, "the distribution has no gdbserver for mips64")
	g.gdbserver(t, []string{"BIN=hello", "BREAK=mian"}).want(t, 0, "no function mian yet (there are: main): it is waited for")
}

// interruptGDB: Ctrl-C stops the program, and a GDB that is killed takes it along.
func interruptGDB(t *testing.T, g *running) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	c := exec.Command("sh", "generated/common/gdbserver.sh", "out/bin/lkmcgen", "out/"+g.profileName(), g.folder,
		"-batch", "-ex", "backtrace", "-ex", "continue")
	c.Dir, c.Stdout, c.Stderr = g.dir, log, log
	c.Env = append(append(cleanEnv(), g.env...), "BIN=sleep_forever", "CONTINUE=1")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	g.until(t, "sleep_forever.out", true)
	if !waitFor(log.Name(), "sleeps\n", time.Minute) {
		t.Fatal("the program does not run")
	}
	c.Process.Signal(syscall.SIGINT)
	if !waitFor(log.Name(), "pause ()", time.Minute) {
		t.Error("Ctrl-C does not stop the program")
	}
	c.Process.Kill()
	c.Wait()
	g.until(t, "sleep_forever.out", false)
}
