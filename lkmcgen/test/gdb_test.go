// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
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

// forGDB starts a guest of the builder source that waits for GDB.
func (tr tree) forGDB(t *testing.T, run string, settings ...string) *stopped {
	t.Helper()
	needBoot(t)
	tr = tr.with("BUILDER=source", "RUN="+run)
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
	profile := s.profileName()
	args := []string{"timeout", "100", "sh", "generated/common/gdb.sh", "out/" + profile, s.run, "generated/" + profile + "/gdb.gdb", "-batch"}
	for _, c := range commands {
		args = append(args, "-ex", c)
	}
	return s.with(settings...).command(s.t, nil, args...)
}

// TestGDB: a guest that waits, and GDB that knows the kernel's functions, by the
// names that people use, and those of modules from their first instruction.
func TestGDB(t *testing.T) {
	s := root(t).forGDB(t, "gdb", "EVAL=insmod /misc_device.ko; echo hi >/dev/misc_device; rmmod misc_device; insmod /misc_device.ko; poweroff")
	s.gdb([]string{"BREAK=start_kernel"}, "list", "lx-version",
		"tbreak sys_write", "tbreak misc_device_write", "tbreak misc_device_init", "tbreak misc_devic_wr",
		"continue", "backtrace 1", "continue", "backtrace 2", "continue", "backtrace 3", "lx-lsmod", "delete").
		want(t, 0, "Breakpoint 1, start_kernel", "init/main.c", "asmlinkage __visible", "Linux version",
			"sys_write is __x64_sys_write here", "no function misc_devic_wr yet",
			"symbols of module misc_device", "in do_one_initcall", "modules/misc_device.c", "misc_device_write (file=", "vfs_write")
	(<-s.done).want(t, 0)
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
	s := tr.forGDB(t, "gdb-two")
	s.with("RUN=gdb-two").make(t, "gdb", "GDB_BIN=nosuch-gdb").want(t, 2, "nosuch-gdb is missing")
	lock := filepath.Join(tr.runFolder("gdb-two"), "gdb.lock")
	s.with("RUN=gdb-two").command(t, nil, "flock", lock, "make", "gdb").want(t, 2, "another GDB is attached to this guest")
	s.gdb(nil, "kill").want(t, 0)
	<-s.done
}
