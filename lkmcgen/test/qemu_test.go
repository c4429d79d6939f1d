// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// likeQemu makes a tree that QEMU's scripts take for QEMU's, whose configure ends
// all before anything is compiled.
func likeQemu(t *testing.T) tree {
	t.Helper()
	tr := tree{dir: t.TempDir()}
	for file, text := range map[string]string{
		"configure": "#!/bin/sh\necho 'so far'; exit 1\n", "Makefile": "", "qemu-options.hx": "",
		"hw/lines": "one\ntwo\nthree\n", "hw/other": "other\n", "build/config-host.mak": "of somebody's build\n",
	} {
		write(t, tr, file, text)
	}
	if err := os.Chmod(filepath.Join(tr.dir, "configure"), 0o755); err != nil {
		t.Fatal(err)
	}
	return tr
}

// addLine is a patch that puts a line behind the second one of hw/lines.
func addLine(line string) string {
	return "Subject: a line\n---\n hw/lines | 1 +\n\n--- a/hw/lines\n+++ b/hw/lines\n@@ -1,3 +1,4 @@\n one\n two\n+" + line + "\n three\n--\n2.0\n"
}

const newFile = "--- /dev/null\n+++ b/hw/misc/new.c\n@@ -0,0 +1 @@\n+new\n"

// TestQemuPatches: a copy of the tree gets the patches, in which only what they
// change gets another time; one that does not apply stops all and changes nothing.
func TestQemuPatches(t *testing.T) {
	needBoot(t)
	tr, src, patches, folder := root(t), likeQemu(t), tree{dir: t.TempDir()}, t.TempDir()
	script := func(names ...string) result {
		t.Helper()
		args := []string{"sh", "generated/common/qemu.sh", src.dir, folder, "x86_64-softmmu"}
		for _, name := range names {
			args = append(args, filepath.Join(patches.dir, name))
		}
		return tr.command(t, nil, args...)
	}
	copied := filepath.Join(folder, "source")
	has := func(want string) {
		t.Helper()
		new, _ := os.ReadFile(filepath.Join(copied, "hw/misc/new.c"))
		if got := string(content(t, filepath.Join(copied, "hw/lines"))) + string(new); got != strings.ReplaceAll(want, " ", "\n") {
			t.Errorf("the copy has %q; want %q", got, want)
		}
	}
	times := func() (list string) {
		for _, name := range []string{"hw/lines", "hw/misc/new.c", "hw/other", "configure"} {
			info, err := os.Stat(filepath.Join(copied, name))
			if err != nil {
				t.Fatal(err)
			}
			list += info.ModTime().String() + "\n"
		}
		return list
	}
	write(t, patches, "1", addLine("2.5"))
	write(t, patches, "2", newFile)
	script("1", "2").want(t, 1, "so far", "configure failed; all that it printed is in "+folder)
	has("one two 2.5 three new ")
	if exists(filepath.Join(copied, "build")) {
		t.Error("somebody's build was copied")
	}
	before := times()
	script("1", "2").want(t, 1, "so far")
	if after := times(); after != before {
		t.Errorf("with nothing changed times were\n%sand are\n%s", before, after)
	}

	write(t, patches, "broken", strings.Replace(addLine("2.7"), " two\n", " zwei\n", 1))
	script("2", "broken").want(t, 1, "1 out of 1 hunk FAILED", "+++ hw/lines", "\n zwei\n+2.7\n three\n", "error: "+patches.dir+"/broken does not apply to "+src.dir)
	if after := times(); after != before {
		t.Error("a patch that does not apply changed something")
	}

	write(t, patches, "1", addLine("2.6"))
	script("1").want(t, 1, "so far")
	has("one two 2.6 three ")
	src.edit(t, "hw/other", "other", "mine")
	script().want(t, 1, "so far")
	has("one two three ")
	if got := string(content(t, filepath.Join(copied, "hw/other"))); got != "mine\n" {
		t.Errorf("of an edit of the tree the copy has %q", got)
	}
	// A copying that was killed leaves files cut short, which are newer.
	write(t, tree{dir: folder}, "copying", "")
	write(t, tree{dir: copied}, "hw/other", "mi")
	script().want(t, 1, "so far")
	if got := string(content(t, filepath.Join(copied, "hw/other"))); got != "mine\n" || exists(filepath.Join(folder, "copying")) {
		t.Errorf("after a copying that was cut short the copy has %q", got)
	}
	src.edit(t, "hw/lines", "two\n", "two\n2.6\n")
	script("1").want(t, 1, src.dir+" has "+patches.dir+"/1 already", "so far")
	has("one two 2.6 three ")
}

// TestQemuBuilt: QEMU from the distribution's sources has our devices, and our
// drivers work; what was recorded with another QEMU is refused.
func TestQemuBuilt(t *testing.T) {
	needBoot(t)
	needAll(t, "compiles QEMU")
	const entries = "/test.sh pci_min pci_min.sh uio_pci_min.sh platform_device platform_device.sh; poweroff"
	for profile, want := range map[string][]string{
		"x86_64-qemu":  {"ok 1 pci_min\n", "ok 2 pci_min.sh\n", "ok 3 uio_pci_min.sh\n"},
		"aarch64-qemu": {"ok 1 pci_min\n", "ok 2 pci_min.sh\n", "ok 3 uio_pci_min.sh\n", "ok 4 platform_device\n", "ok 5 platform_device.sh\n"},
	} {
		t.Run(profile, func(t *testing.T) {
			tr := root(t).of(profile).with("TIMEOUT=400", "RUN=qemu", "BUILDER=distro")
			tr.make(t, jobs(), "qemu").want(t, 0)
			if r := tr.make(t, "-q", "qemu"); r.status != 0 {
				t.Error("it is compiled again though nothing changed")
			}
			tr.make(t, "run", "FRESH=1", "EVAL="+entries).want(t, 0, "ok 1 pci_min # SKIP there is no PCI device 1234:11eb\n")
			built := tr.with("QEMU=built")
			built.make(t, "run", "EVAL="+entries).want(t, 0, want...)
			tr.make(t, "record", "EVAL=poweroff").want(t, 0)
			built.make(t, "replay").want(t, 2, "was recorded with another machine", "- emulator ", "+ emulator ")
		})
	}
}
