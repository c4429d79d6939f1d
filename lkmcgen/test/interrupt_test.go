// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedBuild ends a build in each of its phases: by Ctrl-C, which every
// process of the terminal gets, and by killing make alone. No process may stay
// and the next make goes on.
func TestInterruptedBuild(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := leanTree(t)
	tr.env = append(tr.env, "BUILDER=source")
	tr.make(t, "-n", "build").want(t, 0) // builds the generator
	const linux, source = "out/source/linux-6.1/", "out/x86_64-qemu/source/"
	for _, phase := range []struct{ name, sign, first string }{
		{"unpack", "out/source/linux-6.1.tmp*", ""},
		{"config", linux + "build-x86_64-qemu/scripts/kconfig/conf", ""},
		{"compile", linux + "build-x86_64-qemu/init/main.o", ""},
		{"busybox", source + "busybox-build/.config", "clean-busybox"},
		{"modules", source + "modules/.*.o.cmd", "clean-modules"},
		{"rootfs", source + "root/etc", "clean-rootfs"},
	} {
		for _, how := range []string{"Ctrl-C", "kill"} {
			t.Run(phase.name+" "+how, func(t *testing.T) {
				if phase.first != "" {
					tr.make(t, phase.first).want(t, 0)
				}
				tr.interrupt(t, phase.sign, how)
			})
		}
	}
	tr.make(t, "build").want(t, 0)
	tr.make(t, "-q", "build").want(t, 0)
	tr.run(t, "EVAL=insmod /hello.ko; poweroff", "TIMEOUT=120").want(t, 0, "hello init\n")
	t.Run("rebuild table", func(t *testing.T) { testRebuildTable(t, tr, "source") })
}

// interrupt starts a build, with settings, and ends it when a file that matches sign is there anew.
func (tr tree) interrupt(t *testing.T, sign, how string, settings ...string) {
	t.Helper()
	old, _ := filepath.Glob(filepath.Join(tr.dir, sign))
	for _, f := range old {
		os.RemoveAll(f)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	c := exec.Command("make", append(settings, "-j"+strconv.Itoa(runtime.NumCPU()), "build")...)
	c.Dir, c.Env = tr.dir, append(cleanEnv(), tr.env...)
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if files, _ := filepath.Glob(filepath.Join(tr.dir, sign)); len(files) > 0 {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("the build was over (%v) before %s was there", err, sign)
		default:
		}
		if time.Since(start) > 30*time.Minute {
			t.Fatalf("%s did not come", sign)
		}
	}
	if how == "Ctrl-C" {
		syscall.Kill(-c.Process.Pid, syscall.SIGINT)
	} else {
		c.Process.Kill()
	}
	if err := <-ended; err == nil {
		t.Error("the build ended well")
	}
	// What unpacks may go on to its end when only make was killed.
	for start := time.Now(); len(processes(t, c.Process.Pid)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatalf("left running: %q", processes(t, c.Process.Pid))
		}
	}
}

// processes returns the command lines of a process group.
func processes(t *testing.T, group int) []string {
	t.Helper()
	var found []string
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		stat, _ := os.ReadFile(filepath.Join(p, "stat"))
		_, rest, _ := strings.Cut(string(stat), ") ") // behind the name: state, parent, group
		if f := strings.Fields(rest); len(f) > 2 && f[0] != "Z" && f[2] == strconv.Itoa(group) {
			line, _ := os.ReadFile(filepath.Join(p, "cmdline"))
			found = append(found, fmt.Sprintf("%.100s", strings.ReplaceAll(string(line), "\x00", " ")))
		}
	}
	return found
}
