// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A bug is what someone could break in a module, and the tests that must see it.
type bug struct {
	module, old, new string
	tests            string
	checks           bool // only a kernel that checks itself sees it
}

var bugs = []bug{
	{"hello", `pr_info("hello exit\n")`, `pr_info("hello exits\n")`, "hello", false},
	{"fops", "	len = min_t(size_t, len, FOPS_SIZE);\n", "", "fops.sh", false},
	{"misc_device", "	box->size = len;\n	mutex_unlock(&box->lock);\n", "	box->size = len;\n", "misc_device.sh", false},
	{"seq_file", "	mutex_unlock(&seq_file_lock);\n", "", "seq_file.sh", false},
	{"timer", "	timer_shutdown_sync(&timer_each);\n", "", "timer", false},
	{"character_device", "	unregister_chrdev(character_device_major, KBUILD_MODNAME);\n", "", "character_device character_device.sh", false},
	{"debugfs", "	debugfs_remove(debugfs_folder);\n", "", "debugfs", false},
	{"ioctl", "	if (!division.divisor)\n		return -EINVAL;\n", "", "ioctl.sh", false},
	{"kthread", "kthread_stop(kthread_task)", "0", "kthread", false},
	{"mmap", "simple_write_to_buffer(mmap_memory, MMAP_SIZE,", "simple_write_to_buffer(mmap_memory, 2 * MMAP_SIZE,", "mmap.sh", false},
	{"poll", "	timer_shutdown_sync(&reader->timer);\n", "", "poll.sh", true},
	{"anonymous_inode", "		kfree(counter);\n", "		;\n", "anonymous_inode.out", true},
	{"kref", "	kfree(object);\n", "", "kref", true},
}

// TestPlantedBugs: each bug is seen by the tests of its module, by what the
// kernel says, or by the loss of the guest.
func TestPlantedBugs(t *testing.T) {
	needBoot(t)
	t.Parallel()
	for _, kernel := range []struct{ profile, builder string }{{"x86_64-qemu", "distro"}, {"x86_64-qemu-debug", "source"}} {
		t.Run(kernel.profile, func(t *testing.T) {
			checks := kernel.builder == "source"
			if checks {
				needAll(t, "takes its time")
			}
			tr := root(t).of(kernel.profile).with("BUILDER=" + kernel.builder)
			tr.make(t, "build").want(t, 0)
			modules := plant(t, tr, kernel.builder)
			var g *running
			for _, b := range bugs {
				if b.checks && !checks {
					continue
				}
				t.Run(b.module, func(t *testing.T) {
					if g != nil {
						g.stop(t) // what one has broken is not another's
					}
					g = tr.startFor(t, "bugs", modules)
					a := g.lkmcgen(t, nil, "exec", "--timeout", "60", g.folder, "/test.sh -t 10 "+b.tests)
					if a.status == 0 || a.status == 2 {
						t.Errorf("nobody saw it: status %d\n%s%s", a.status, a.stdout, a.stderr)
					}
				})
			}
			if g != nil {
				g.stop(t)
			}
		})
	}
}

// plant compiles the modules with their bugs, and returns an archive of them.
func plant(t *testing.T, tr tree, builder string) []byte {
	t.Helper()
	dir := t.TempDir()
	write(t, tree{dir: dir}, "Kbuild", "")
	var kbuild strings.Builder
	for _, b := range bugs {
		kbuild.WriteString("obj-m += " + b.module + ".o\n")
	}
	sources, err := filepath.Glob(filepath.Join(tr.dir, "kernel_module/*.[ch]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		text := string(content(t, name))
		for _, b := range bugs {
			if filepath.Base(name) != b.module+".c" {
				continue
			}
			if !strings.Contains(text, b.old) {
				t.Errorf("%s.c has no %q", b.module, b.old)
			}
			text = strings.Replace(text, b.old, b.new, 1)
		}
		write(t, tree{dir: dir}, filepath.Base(name), text)
	}
	write(t, tree{dir: dir}, "Kbuild", kbuild.String())
	headers := filepath.Join(tr.dir, "out", tr.profileName(), builder, "headers")
	tr.make(t, "-C", headers, "M="+dir, "CC=gcc", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules").want(t, 0)
	archive, err := exec.Command("sh", "-c", "cd '"+dir+"' && tar -cf - *.ko").Output()
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// startFor starts a guest with other modules in the place of its own.
func (tr tree) startFor(t *testing.T, name string, modules []byte) *running {
	t.Helper()
	g := tr.with("RUN=" + name)
	r := &running{tree: g, name: name, folder: "out/" + tr.profileName() + "/runs/" + name, done: make(chan result, 1)}
	os.Remove(filepath.Join(tr.dir, r.folder, "run.json"))
	go func() { r.done <- g.with("FRESH=1", "TIMEOUT=300").run(t) }()
	if !waitFor(filepath.Join(tr.dir, r.folder, "run.json"), "argv", time.Minute) {
		t.Fatal("the run did not start")
	}
	if a := r.lkmcgen(t, bytes.NewReader(modules), "exec", r.folder, "tar -C /lib/modules/*/extra -xf -"); a.status != 0 {
		t.Fatal(a.stderr)
	}
	return r
}
