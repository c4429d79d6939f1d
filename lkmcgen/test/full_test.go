// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A small is a folder for what is built, with what a guest needs in it, on a disk of
// its own that can be filled.
type small struct {
	tree
	folder string
}

// onSmallDisk makes one with 260 MB. Without the right to mount the test is skipped.
func onSmallDisk(t *testing.T, tr tree) small {
	t.Helper()
	folder := filepath.Join(tr.dir, "out/small")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", folder, "tmpfs", 0, "size=260M"); err != nil {
		t.Skipf("no disk can be mounted: %v", err)
	}
	t.Cleanup(func() {
		syscall.Unmount(folder, syscall.MNT_DETACH)
		os.Remove(folder)
	})
	built := filepath.Join(folder, tr.profileName(), "distro")
	tr.command(t, nil, "sh", "-c", `mkdir -p "$1" && cd "$0" && cp -L --sparse=always kernel boot.cpio.gz rootfs.ext4 rootfs.id "$1"`,
		filepath.Join(tr.dir, "out", tr.profileName(), "distro"), built).want(t, 0)
	return small{tr.with("OUT=out/small"), folder}
}

// fill leaves so many megabytes free.
func (s small) fill(t *testing.T, left int64) {
	t.Helper()
	name := filepath.Join(s.folder, "fill")
	os.Remove(name)
	var fs syscall.Statfs_t
	if err := syscall.Statfs(s.folder, &fs); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, make([]byte, int64(fs.Bavail)*fs.Bsize-left<<20), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestFullDisk: a snapshot or a recording for which there is no room is told, and the
// ones before are kept.
func TestFullDisk(t *testing.T) {
	needAll(t, "fills a disk")
	tr := root(t).with("BUILDER=distro")
	tr.make(t, "build").want(t, 0)
	s := onSmallDisk(t, tr)
	t.Run("snapshot", func(t *testing.T) {
		folder := "out/small/x86_64-qemu/runs/full"
		g := &running{tree: s.with("RUN=full"), name: "full", folder: folder, done: make(chan result, 1)}
		go func() { g.done <- g.with("ACCEL=tcg", "TIMEOUT=300").run(t) }()
		if !waitFor(filepath.Join(tr.dir, folder, "run.json"), "argv", time.Minute) {
			t.Fatal("the run did not start")
		}
		t.Cleanup(func() { g.stop(t) })
		save := func(id string) answer { return g.lkmcgen(t, nil, "snapshot", "save", folder, id) }
		g.exec(t, "echo one >/root/f; sync").want(t, 0, "", "")
		save("one").want(t, 0, "", "")
		s.fill(t, 20)
		g.exec(t, "echo two >/root/f; sync").want(t, 0, "", "")
		for _, id := range []string{"one", "two"} {
			save(id).want(t, 1, "", "the disk is full")
		}
		if a := g.lkmcgen(t, nil, "snapshot", "list", folder); !strings.Contains(a.stdout, "one ") || strings.Contains(a.stdout, "two ") {
			t.Errorf("the list is\n%s", a.stdout)
		}
		g.exec(t, "cat /root/f").want(t, 0, "two\n", "")
		g.lkmcgen(t, nil, "snapshot", "load", folder, "one").want(t, 0, "", "")
		g.exec(t, "cat /root/f").want(t, 0, "one\n", "")
		// The emulator stops a guest whose disk cannot grow.
		s.fill(t, 1)
		g.lkmcgen(t, nil, "exec", "--timeout", "20", folder, "head -c 9000000 /dev/urandom >/root/r; sync; sleep 9").want(t, 124, "", "")
		for _, what := range []string{"save", "load"} {
			g.lkmcgen(t, nil, "snapshot", what, folder, "one").want(t, 1, "", "the guest waits at a write")
		}
		os.Remove(filepath.Join(s.folder, "fill"))
		g.lkmcgen(t, strings.NewReader("cont\n"), "monitor", folder).want(t, 0, "", "")
		g.lkmcgen(t, nil, "snapshot", "load", folder, "one").want(t, 0, "", "")
		g.exec(t, "cat /root/f").want(t, 0, "one\n", "")
	})
	if err := os.RemoveAll(filepath.Join(s.folder, "x86_64-qemu/runs")); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(s.folder, "fill"))
	t.Run("recording", func(t *testing.T) {
		r := s.with("RUN=full", "TIMEOUT=60")
		r.with("RR=record").run(t, "EVAL=echo first; poweroff").want(t, 0, "recorded in")
		// No room for the first state; none for what follows it, so that the guest waits.
		for left, status := range map[int64]int{20: 102, 36: 124} {
			s.fill(t, left)
			r.with("RR=record").run(t, "EVAL=head -c 6000000 /dev/urandom >/root/r; sync; poweroff").want(t, status, "nothing is recorded: the disk is full", "; the disk is full")
		}
		os.Remove(filepath.Join(s.folder, "fill"))
		r.with("RR=replay").run(t).want(t, 0, "first\n", "the guest powered off")
	})
}
