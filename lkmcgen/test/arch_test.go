// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestArches boots every arch in every way that the README's table promises; the
// modules compile without a warning. To compile all kernels takes hours without a
// cache: those marked slow run with LKMC_BOOT=all.
func TestArches(t *testing.T) {
	needBoot(t)
	for _, test := range []struct {
		profile, builder string
		serial           string // what the guest calls its second serial port
		slow             bool
	}{
		{"x86_64-qemu", "distro", "ttyS1", false},
		{"x86_64-qemu", "source", "ttyS1", false},
		{"aarch64-qemu", "distro", "ttyS0", false},
		{"aarch64-qemu", "source", "ttyS0", false},
		{"arm-qemu", "distro", "ttyS0", false},
		{"arm-qemu", "source", "ttyS0", true},
		{"mips64-qemu", "source", "ttyS1", true},
		{"mips64el-qemu", "distro", "ttyS1", false},
		{"mips64el-qemu", "source", "ttyS1", true},
		{"ppc64el-qemu", "distro", "hvc1", false},
		{"ppc64el-qemu", "source", "hvc1", true},
		{"riscv64-qemu", "source", "ttyS0", true},
	} {
		t.Run(test.profile+"/"+test.builder, func(t *testing.T) {
			if test.slow {
				needAll(t, "compiles a kernel")
			}
			tr := root(t).of(test.profile).with("BUILDER="+test.builder, "TIMEOUT=180", "RUN=arch-"+test.builder)
			if test.builder == "source" {
				tr.make(t, "linux", "busybox").want(t, 0) // which warn
			}
			if wantNoWarnings(t, tr.make(t, "build", "W=1")); t.Failed() {
				return
			}
			t.Parallel() // when all are built
			t.Run("disk", func(t *testing.T) {
				tr.run(t, "EVAL=insmod /hello.ko; rmmod hello; grep ' / ' /proc/mounts; poweroff").
					want(t, 0, "hello init\n", "hello exit\n", " / ext4 rw", "(exit status 0)", "the guest powered off")
			})
			t.Run("initrd", func(t *testing.T) {
				tr.run(t, "INITRD=1", "EVAL=modprobe hello && rmmod hello && grep ^rootfs /proc/mounts; poweroff").
					want(t, 0, "hello exit\n", "rootfs / rootfs rw", "the guest powered off")
			})
			t.Run("panic", func(t *testing.T) {
				tr.run(t, "EVAL=echo c >/proc/sysrq-trigger").want(t, 101, "kernel panic: sysrq triggered crash (exit status 101)")
			})
			t.Run("exec", func(t *testing.T) {
				g := tr.start(t, "arch-"+test.builder, "SERIAL=1", "GRAPHIC=1", "ARGS=-display none")
				heard := make(chan string, 1)
				go func() { heard <- g.talk(t) }() // what is written before is lost
				data := noise(1e6)
				a := g.lkmcgen(t, bytes.NewReader(data), "exec", g.folder, "cat; exit 3")
				if a.status != 3 || a.stdout != string(data) {
					t.Errorf("status %d, %d bytes came back, want 3 and the same %d; stderr %s", a.status, len(a.stdout), len(data), a.stderr)
				}
				g.make(t, "-s", "insmod", "MODULE=params", "PARAMS=number=5").want(t, 0, "] params: init number=5")
				g.make(t, "-s", "insmod", "MODULE=params").want(t, 0, "] params: exit number=5", "] params: init number=0")
				g.make(t, "-s", "rmmod", "MODULE=params").want(t, 0, "] params: exit")
				g.lkmcgen(t, strings.NewReader("info status\n"), "monitor", g.folder).want(t, 0, "VM status: running\n", "")
				g.exec(t, "cat /proc/fb").want(t, 0, "drmfb\n", "")
				g.exec(t, "exec 3<>/dev/"+test.serial+"; echo out >&3; read l <&3; echo got $l").want(t, 0, "got in\n", "")
				// Long after start-up init itself is asked, and ends everything in order.
				g.exec(t, "poweroff").want(t, 0, "", "")
				r := <-g.done
				g.done <- r
				r.want(t, 0, "Requesting system poweroff", "the guest powered off")
				if line := <-heard; line != "out" {
					t.Errorf("the second serial port said %q, want out", line)
				}
			})
		})
	}
}

// talk waits for a line at the guest's second serial port, answers it by the line
// "in", and returns what it was, without its end.
func (g *running) talk(t *testing.T) string {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(g.dir, g.folder, "serial.sock")); err == nil {
			break
		}
		if time.Now().After(end) {
			return "nothing"
		}
	}
	in, typist := io.Pipe()
	c := g.process(t, in, "serial", g.folder)
	out, err := c.StdoutPipe()
	if err != nil {
		return err.Error()
	}
	if err := c.Start(); err != nil {
		return err.Error()
	}
	defer c.Wait()
	defer typist.Close()
	r := bufio.NewReader(out)
	line, _ := r.ReadString('\n')
	io.WriteString(typist, "in\n")
	io.Copy(io.Discard, r) // until the guest ends
	return strings.TrimRight(line, "\r\n")
}

// TestNoBuilder: asking for a builder that a profile does not have is an error
// that says why, before anything is built.
func TestNoBuilder(t *testing.T) {
	tr := root(t)
	tr.make(t, "build", "PROFILE=riscv64-qemu", "BUILDER=distro").want(t, 2, "Debian 12 has no packages for riscv64")
	tr.make(t, "build", "PROFILE=mips64-qemu", "BUILDER=distro").want(t, 2, "Debian 12 has no packages for mips64")
	tr.make(t, "build", "PROFILE=x86_64-qemu", "BUILDER=nosuch").want(t, 2, "BUILDER=nosuch: want one of: distro source")
	tr.env = append(tr.env, "BUILDER=distro")
	tr.command(t, nil, "sh", "generated/riscv64-qemu/run.sh", "-n").want(t, 103, "Debian 12 has no packages for riscv64")
}
