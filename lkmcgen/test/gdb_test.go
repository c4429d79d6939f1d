// SPDX-License-Identifier: Apache-2.0

package test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A stopped is a guest that waits for GDB.
type stopped struct {
	tree
	t    *testing.T
	run  string
	done chan result
}

// forGDB starts a guest that waits for GDB.
func (tr tree) forGDB(t *testing.T, run string, settings ...string) *stopped {
	t.Helper()
	needBoot(t)
	tr = tr.with("RUN=" + run)
	tr.make(t, "build").want(t, 0)
	socket := filepath.Join(tr.runFolder(run), "gdb.sock")
	os.Remove(socket)
	s := &stopped{tr, t, run, make(chan result, 1)}
	go func() { s.done <- tr.with("GDB=1", "TIMEOUT=120").run(t, settings...) }()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			return s
		}
	}
	t.Fatal("no guest waits for GDB")
	return nil
}

// gdb attaches GDB as make gdb does, and has it execute commands.
func (s *stopped) gdb(settings []string, commands ...string) result {
	s.t.Helper()
	return s.attach(s.t, "gdb", s.run, settings, commands...)
}

// endQemu has GDB kill the guest; QEMU may be gone before it has answered.
const endQemu = `python exec("try: gdb.execute('kill')\nexcept gdb.error: pass")`

// attach attaches GDB to a run, as make gdb or make kgdb does, and has it execute
// commands.
func (tr tree) attach(t *testing.T, server, run string, settings []string, commands ...string) result {
	t.Helper()
	profile := tr.profileName()
	args := []string{"timeout", "200", "sh", "generated/common/gdb.sh", server, "out/" + profile, run, "generated/" + profile, "-batch"}
	for _, c := range commands {
		args = append(args, "-ex", c)
	}
	return tr.with(settings...).command(t, nil, args...)
}

// eachSource runs a test for each arch whose kernel is compiled here.
func eachSource(t *testing.T, f func(t *testing.T, tr tree)) {
	needBoot(t)
	for _, profile := range sourceProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			needAllOf(t, profile)
			f(t, root(t).of(profile).with("BUILDER=source"))
		})
	}
}

// TestGDB: a guest that waits, and GDB that knows the kernel's functions from its
// first instructions on, by the names that people use, and those of modules from
// their first instruction, also of one that is all init and exit; and that calls them.
func TestGDB(t *testing.T) {
	eachSource(t, func(t *testing.T, tr tree) {
		s := tr.forGDB(t, "gdb", "EVAL=insmod /hello.ko; insmod /misc_device.ko && echo hi >/dev/misc_device; rmmod misc_device; insmod /misc_device.ko; poweroff")
		early := tr.setting(t, "linux.early")
		r := s.gdb([]string{"BREAK=" + early}, "backtrace 1", "delete", "hbreak start_kernel",
			"continue", "list start_kernel", "lx-version",
			"tbreak sys_write", "tbreak hello_init", "tbreak misc_device_write", "tbreak misc_device_init", "tbreak misc_devic_wr",
			"continue", "backtrace 1", `print $kstr("")`, `call (int)_printk($kstr("GDB was here\n"))`,
			"continue", "continue", "backtrace 2", "continue", "backtrace 3", "lx-lsmod", "delete", "detach")
		r.want(t, 0, early+" (", "../arch/", "start_kernel () at ", "init/main.c", "set_task_stack_end_magic", "Linux version",
			"sys_write (", "fs/read_write.c:", "no function misc_devic_wr yet", "hello_init ()",
			"symbols of module misc_device", "in do_one_initcall", "modules/misc_device.c", "misc_device_write (file=", "vfs_write")
		(<-s.done).want(t, 0, "GDB was here\n", "the guest powered off")
	})
}

// TestGDBByHand: what make gdb does about modules, by the kernel's lx-symbols, and
// by GDB alone.
func TestGDBByHand(t *testing.T) {
	eachSource(t, func(t *testing.T, tr tree) {
		s := tr.forGDB(t, "gdb-hand", "FRESH=1")
		s.gdb(nil, "detach").want(t, 0)
		g := &running{tree: s.tree, name: s.run, folder: "out/" + s.profileName() + "/runs/" + s.run, done: s.done}
		defer g.stop(t)
		a := g.exec(t, "insmod /misc_device.ko; cat /sys/module/misc_device/sections/.text")
		a.want(t, 0, "0x", "")
		write := func() <-chan answer {
			done := make(chan answer, 1)
			go func() { done <- g.exec(t, "sleep 3; echo hi >/dev/misc_device") }()
			return done
		}
		modules := "out/" + tr.profileName() + "/source/modules"
		// The memory of modules is mapped by a TLB that the kernel of MIPS fills itself:
		// GDB sees it only where the CPU has used it.
		if tr.name(t, "kbuild") != "mips" {
			done := write()
			s.gdb(nil, "lx-symbols", "tbreak misc_device_write", "continue", "backtrace 2", "detach").
				want(t, 0, ": "+filepath.Join(tr.dir, modules)+"/misc_device.ko\n", "misc_device_write (file=", "modules/misc_device.c", "vfs_write")
			(<-done).want(t, 0, "", "")
		}
		done := write()
		s.command(t, nil, "timeout", "100", "gdb-multiarch", "-batch", "-iex", "set auto-load no", "out/"+tr.profileName()+"/source/vmlinux",
			"-ex", "target remote "+g.folder+"/gdb.sock", "-ex", "add-symbol-file "+modules+"/misc_device.ko "+strings.TrimSpace(a.stdout),
			"-ex", "tbreak misc_device_write", "-ex", "continue", "-ex", "backtrace 2", "-ex", "detach").
			want(t, 0, "misc_device_write (", "vfs_write")
		(<-done).want(t, 0, "", "")
	})
}

// TestGDBRefuses: what stands in the way is told before GDB starts.
func TestGDBRefuses(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.make(t, "gdb", "RUN=nosuch").want(t, 2, "no guest nosuch of x86_64-qemu is running")
	tr.make(t, "build").want(t, 0)
	g := tr.start(t, "gdb-none")
	g.make(t, "gdb").want(t, 2, "the guest was started without GDB=1")
	g.stop(t)
	g = tr.start(t, "gdb-none", "GDB=1")
	g.make(t, "gdb").want(t, 2, "the kernel of BUILDER=distro has no debug information here")
	g.stop(t)
	s := tr.with("BUILDER=source").forGDB(t, "gdb-two")
	s.with("RUN=gdb-two").make(t, "gdb", "GDB_BIN=nosuch-gdb").want(t, 2, "nosuch-gdb is missing")
	lock := filepath.Join(tr.runFolder("gdb-two"), "gdb.lock")
	s.with("RUN=gdb-two").command(t, nil, "flock", lock, "make", "gdb").want(t, 2, "another GDB is attached to this guest")
	conn, err := net.Dial("unix", filepath.Join(tr.runFolder("gdb-two"), "gdb.sock"))
	if err != nil {
		t.Fatal(err)
	}
	s.with("RUN=gdb-two").make(t, "gdb").want(t, 2, "another program is connected with out/x86_64-qemu/runs/gdb-two/gdb.sock")
	conn.Close()
	s.gdb(nil, "break strt_kernel", endQemu).want(t, 0, "no function strt_kernel yet (there are: start_kernel", "it is waited for")
	(<-s.done).want(t, 0, "the emulator was told to quit")
}

// TestGDBTmux: guest and GDB in the halves of one tmux session.
func TestGDBTmux(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.make(t, "build", "BUILDER=source").want(t, 0)
	tr.make(t, "gdb", "TMUX=1", "BUILDER=source").want(t, 2, "TMUX=1 needs a terminal")
	tr.make(t, "build").want(t, 0)
	tr.command(t, nil, "script", "-qec", "make gdb TMUX=1", "/dev/null").want(t, 2, "the kernel of BUILDER=distro has no debug information here")
	done := make(chan result, 1)
	go func() {
		done <- tr.command(t, nil, "script", "-qec", "stty rows 40 cols 150; make gdb TMUX=1 BUILDER=source BREAK=start_kernel RUN=gdb-tmux TIMEOUT=120", "/dev/null")
	}()
	tmux := func(args ...string) string {
		return tr.command(t, nil, append([]string{"tmux", "-L", "lkmc-x86_64-qemu-gdb-tmux"}, args...)...).output
	}
	seen := func(pane, text string) {
		t.Helper()
		for range 600 {
			if strings.Contains(tmux("capture-pane", "-p", "-t", pane), text) {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Errorf("no %q in\n%s", text, tmux("capture-pane", "-p", "-t", pane))
	}
	seen("0.1", "Breakpoint 1, start_kernel () at")
	tmux("send-keys", "-t", "0.1", "detach", "Enter")
	seen("0.0", "root@lkmc:~#")
	tmux("send-keys", "-t", "0.0", "poweroff", "Enter")
	seen("0.0", "the guest powered off (exit status 0)")
	tmux("kill-server")
	<-done
}

// TestEmulatorGDB: QEMU itself runs under GDB, which stops where it is told, and
// the run's status is still the guest's.
func TestEmulatorGDB(t *testing.T) {
	needBoot(t)
	tr := root(t).with("RUN=qemu-gdb", "TIMEOUT=180", "QEMU_GDB=1")
	tr.make(t, "build").want(t, 0)
	commands := strings.NewReader("backtrace 2\ndelete\ncontinue\n")
	tr.with("QEMU_BREAK=cpu_exec", "EVAL=poweroff; exit 5").command(t, commands, "sh", "generated/x86_64-qemu/run.sh").
		want(t, 5, "hit Breakpoint 1", "in cpu_exec ()", "#1 ", "the commands of EVAL ended with status 5")
	tr.with("QEMU_BREAK=cpu_exec").command(t, strings.NewReader("quit\n"), "script", "-qec", "sh generated/x86_64-qemu/run.sh", "/dev/null").
		want(t, 0, "Ctrl-C stops QEMU", "hit Breakpoint 1", "the emulator was told to quit (exit status 0)")
	tr.run(t, "QEMU_BREAK=a;b").want(t, 103, "QEMU_BREAK=a;b: want names of functions")
}
