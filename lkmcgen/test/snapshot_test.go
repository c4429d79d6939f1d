// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSnapshot saves a guest, starts it from there, and refuses what is not of the
// same machine, with the emulator of each arch and with both builders.
func TestSnapshot(t *testing.T) {
	needBoot(t)
	t.Parallel()
	test := func(profile, builder string) {
		t.Run(profile+"/"+builder, func(t *testing.T) {
			needAllOf(t, profile)
			tr := root(t).of(profile).with("TIMEOUT=180", "BUILDER="+builder)
			tr.make(t, "build").want(t, 0)
			snapshots(t, tr)
		})
	}
	for _, profile := range distroProfiles(t, root(t)) {
		test(profile, "distro")
	}
	test("x86_64-qemu", "source")
}

func snapshots(t *testing.T, tr tree) {
	for name, settings := range map[string][]string{"disk": nil, "initrd": {"INITRD=1"}} {
		t.Run(name, func(t *testing.T) {
			run := "snap-" + name
			g := tr.start(t, run, append([]string{"FRESH=1"}, settings...)...)
			g.make(t, "-s", "exec", "CMD=mount -t tmpfs none /mnt; echo memory >/mnt/f; echo disk >/root/f").want(t, 0)
			g.make(t, "-s", "snapshot-load", "ID=one").want(t, 2, `there is no snapshot "one"`)
			g.make(t, "-s", "snapshot-save", "ID=one").want(t, 0)
			g.make(t, "-s", "exec", "CMD=echo later >/mnt/f; echo later >/root/f").want(t, 0)
			g.make(t, "-s", "snapshot-save", "ID=two").want(t, 0)
			g.make(t, "-s", "snapshot-load", "ID=one").want(t, 0)
			g.make(t, "-s", "exec", "CMD=cat /mnt/f /root/f").want(t, 0, "memory\ndisk\n")
			g.make(t, "-s", "snapshot-load", "ID=onee").want(t, 2, `did you mean "one"?`)
			g.make(t, "-s", "snapshot-delete", "ID=two").want(t, 0)
			g.make(t, "-s", "snapshot-save", "ID=a b").want(t, 2, "want up to 40 letters")
			if out := g.make(t, "-s", "snapshot-list").output; !strings.Contains(out, "one ") || strings.Contains(out, "two ") {
				t.Errorf("the list is\n%s", out)
			}
			g.stop(t)
			g.make(t, "-s", "snapshot-save", "ID=one").want(t, 2, "no guest "+run+" of")

			from := tr.start(t, run, append([]string{"SNAPSHOT=one"}, settings...)...)
			from.make(t, "-s", "exec", "CMD=cat /mnt/f /root/f").want(t, 0, "memory\ndisk\n")
			from.stop(t)

			another := tr.start(t, run, append([]string{"MEMORY=300M"}, settings...)...)
			another.make(t, "-s", "snapshot-load", "ID=one").want(t, 2, "- -m 256M", "+ -m 300M")
			another.stop(t)

			other := tr.with(append([]string{"RUN=" + run}, settings...)...)
			other.run(t, "SNAPSHOT=two").want(t, 103, "there is no such snapshot", "there are: one)")
			other.run(t, "SNAPSHOT=one", "MEMORY=300M").want(t, 103, "- -m 256M", "+ -m 300M")
			other.run(t, "SNAPSHOT=one", "APPEND=x").want(t, 103, "saved with another machine")
			other.run(t, "SNAPSHOT=one", "EVAL=true").want(t, 103, "cannot be given together")
			kernel := filepath.Join(tr.dir, "out", tr.profileName(), builderOf(tr), "kernel")
			info, err := os.Stat(kernel)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(kernel, time.Time{}, time.Unix(1e9, 0)); err != nil {
				t.Fatal(err)
			}
			defer os.Chtimes(kernel, time.Time{}, info.ModTime())
			other.run(t, "SNAPSHOT=one").want(t, 103, "- kernel ", "+ kernel ", "2001-09-09")
			deleted(t, other, run)
		})
	}
	t.Run("9p", func(t *testing.T) {
		g := tr.start(t, "snap-9p", "FRESH=1", "SHARE="+t.TempDir())
		g.make(t, "-s", "exec", "CMD=until grep -q /share /proc/mounts; do sleep 0.1; done").want(t, 0)
		g.make(t, "-s", "snapshot-save", "ID=x").want(t, 2, "VirtFS", "umount /share")
		g.make(t, "-s", "exec", "CMD=umount /share").want(t, 0)
		g.make(t, "-s", "snapshot-save", "ID=x").want(t, 0)
		g.stop(t)
	})
}

// deleted forgets the snapshot "one" of a run that is over, which tr has for RUN.
func deleted(t *testing.T, tr tree, run string) {
	tr.make(t, "-s", "snapshot-delete", "ID=onee").want(t, 2, `there is no snapshot "onee" of this run (did you mean "one"?)`)
	tr.make(t, "-s", "snapshot-delete", "ID=one").want(t, 0)
	tr.make(t, "-s", "snapshot-list").want(t, 0, "there are none in out/")
	images, err := filepath.Glob(filepath.Join(tr.dir, "out", tr.profileName(), "runs", run, "*.qcow2"))
	if err != nil || len(images) == 0 {
		t.Fatal(images, err)
	}
	for _, image := range images {
		if out, err := exec.Command("qemu-img", "snapshot", "-l", image).CombinedOutput(); err != nil || strings.Contains(string(out), " one ") {
			t.Errorf("%s: %v\n%s", image, err, out)
		}
	}
}

func builderOf(tr tree) string {
	for _, setting := range tr.env {
		if builder, ok := strings.CutPrefix(setting, "BUILDER="); ok {
			return builder
		}
	}
	return "distro"
}
