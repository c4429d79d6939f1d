// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
	"testing"
)

// stoppedGuest starts a guest that waits for GDB.
func (tr tree) stoppedGuest(t *testing.T, run string, settings ...string) *running {
	t.Helper()
	needBoot(t)
	socket := filepath.Join(tr.runFolder(run), "gdb.sock")
	os.Remove(socket)
	g := tr.start(t, run, append(settings, "GDB=1")...)
	g.command(t, nil, "timeout", "60", "sh", "-c", `until [ -S "$0" ]; do sleep 0.1; done`, socket).want(t, 0)
	return g
}

// gdbUser stops in a program as make gdb-user does, and has GDB execute commands.
func (g *running) gdbUser(t *testing.T, settings []string, commands ...string) result {
	t.Helper()
	args := []string{"timeout", "200", "sh", "generated/common/gdb-user.sh", "out/" + g.profileName(), g.name, "generated/" + g.profileName(), "-batch"}
	for _, c := range commands {
		args = append(args, "-ex", c)
	}
	return g.with(settings...).command(t, nil, args...)
}

// TestGdbUser: the emulator's GDB stub stops in a program that is the guest's
// init, with a kernel of which GDB knows nothing.
func TestGdbUser(t *testing.T) {
	needBoot(t)
	for _, profile := range distroProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			needAllOf(t, profile)
			g := root(t).of(profile).stoppedGuest(t, "gdb-user", "APPEND=init=/sleep_forever.out")
			g.gdbUser(t, []string{"BIN=sleep_forever", "BREAK=mian"}).want(t, 1, "sleep_forever.out has no function mian (there are: main")
			g.gdbUser(t, []string{"BIN=sleep_forever"}, "next", "next", "backtrace").
				want(t, 0, "1, main () at kernel_module/user/sleep_forever.c:", "\tfflush(stdout);", "__libc_start_")
		})
	}
}

// TestGdbUserLater: of many processes only the one that is meant; other programs
// have code at the same address. What stands in the way is told.
func TestGdbUserLater(t *testing.T) {
	g := root(t).stoppedGuest(t, "gdb-later", "EVAL=/hello.out; /myinsmod.out; /rw.out </dev/null; /sleep_forever.out")
	movable := filepath.Join(t.TempDir(), "movable")
	g.compile(t, "sleep_forever", movable, "-static-pie")
	for _, test := range []struct {
		settings []string
		want     string
	}{
		{[]string{"RUN=nosuch", "BIN=hello"}, "no guest nosuch of x86_64-qemu is running"},
		{nil, "which program? BIN=NAME"},
		{[]string{"BIN=helo"}, "BIN=helo: there is no such program (there are: agent "},
		{[]string{"BIN=" + movable}, "can be anywhere in memory, and only the kernel's symbols tell where it is"},
	} {
		g.make(t, append([]string{"-s", "gdb-user"}, test.settings...)...).want(t, 2, test.want)
	}
	g.make(t, "gdb-user", "BIN=sleep_forever", "BREAK=main").want(t, 0, "Breakpoint 1, main () at kernel_module/user/sleep_forever.c:")
	g.until(t, "sleep_forever.out", true)
}

// TestGdbUserKernel: with the kernel's symbols, an applet of BusyBox by its name
// and a program that the kernel puts anywhere. Other cross compilers make no
// static program that can be anywhere.
func TestGdbUserKernel(t *testing.T) {
	needBoot(t)
	for _, profile := range []string{"x86_64-qemu", "aarch64-qemu"} {
		t.Run(profile, func(t *testing.T) { inAnyPlace(t, root(t).of(profile).with("BUILDER=source")) })
	}
}

func inAnyPlace(t *testing.T, tr tree) {
	folder := t.TempDir()
	tr = tr.with("SHARE=" + folder)
	movable := filepath.Join(folder, "movable")
	tr.compile(t, "sleep_forever", movable, "-static-pie")
	tr.make(t, "build").want(t, 0)
	g := tr.stoppedGuest(t, "gdb-kernel", "EVAL=ls /proc/1; while sleep 2; do /hello.out; /share/movable & done")
	// Where the first instruction of main makes the kernel bring a page, it is run once more, and stops once more.
	const again = "python gdb.selected_frame().name() == 'main' and gdb.execute('continue')"
	g.gdbUser(t, []string{"BIN=ls", "BREAK=main ls_main"}, "print argv[1]", "continue", again).
		want(t, 0, "Breakpoint 1, main (argc=2, argv=0x", `"/proc/1"`, "Breakpoint 2, ls_main (argc=2, argv=")
	g.gdbUser(t, []string{"BIN=" + movable}, "next", "info symbol main").
		want(t, 0, "1, main () at kernel_module/user/sleep_forever.c:", "main in section .text of "+movable)
}
