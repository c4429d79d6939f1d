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
	src.edit(t, "hw/lines", "two\n", "two\n2.6\n")
	script("1").want(t, 1, src.dir+" has "+patches.dir+"/1 already", "so far")
	has("one two 2.6 three ")
}
