// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestWatchLayers: after a change of known files nothing differs from what gen
// makes of all profiles, and only those were made that read them.
func TestWatchLayers(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"profiles", "templates"} {
		if err := os.CopyFS(filepath.Join(dir, folder), os.DirFS("../"+folder)); err != nil {
			t.Fatal(err)
		}
	}
	w := &watcher{e: &env{root: dir, stdout: io.Discard, stderr: io.Discard}}
	save := func(edit func(old string) string, files ...string) {
		t.Helper()
		var changed []string
		for _, file := range files {
			name := filepath.Join(dir, file)
			old, _ := os.ReadFile(name)
			if text := edit(string(old)); text == "" {
				os.Remove(name)
			} else if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			changed = append(changed, name)
		}
		w.do(t.Context(), changed)
		report, err := w.e.generate(true, nil)
		if (err == nil) != (w.said == "") || err == nil && len(report.Changes) > 0 {
			t.Errorf("%v: gen would change %d files, error %v; watch said %q", files, len(report.Changes), err, w.said)
		}
	}
	add := func(line string) func(string) string { return func(old string) string { return old + line + "\n" } }
	symbol := func(name string) func(string) string {
		return func(old string) string {
			return strings.Replace(old, "[linux.config]\n", "[linux.config]\n"+name+" = true\n", 1)
		}
	}
	broken := func(old string) string { return old + "broken\n" }
	mend := func(old string) string { return strings.Replace(old, "broken\n", "", 1) }
	gone := func(string) string { return "" }

	w.do(t.Context(), nil)
	save(add("linux.config.CRC7 = true"), "profiles/x86_64-qemu.toml")
	save(symbol("CRC4"), "profiles/arch/arm.toml")
	save(add(`option.memory.default = "300M"`), "profiles/x86_64-qemu.toml", "profiles/arm-qemu.toml")
	save(broken, "profiles/arm-qemu.toml")
	save(symbol("CRC8"), "profiles/feature/debug.toml")
	if w.said == "" {
		t.Error("a broken profile is no error")
	}
	save(mend, "profiles/arm-qemu.toml")
	save(func(string) string {
		return "format = 1\narch = \"arm\"\nemulator = \"qemu\"\ndescription = \"new\"\n"
	}, "profiles/arm-qemu-new.toml")
	save(gone, "profiles/arm-qemu-new.toml")
	save(gone, "profiles/arch/mips64el.gem5.toml")
	save(add("# {{/* a comment */}}"), "templates/profile/gdb.gdb.tmpl")

	// A file of another profile that was edited by hand is left to gen.
	other := filepath.Join(dir, "generated/arm-qemu/run.sh")
	if err := os.WriteFile(other, []byte("mine\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	w.do(t.Context(), []string{filepath.Join(dir, "profiles/x86_64-qemu.toml")})
	if text, _ := os.ReadFile(other); string(text) != "mine\n" {
		t.Error("a save of x86_64-qemu made arm-qemu too")
	}
	w.do(t.Context(), []string{filepath.Join(dir, "profiles/arm-qemu.toml")})
	if text, _ := os.ReadFile(other + ".edited"); string(text) != "mine\n" {
		t.Errorf("what was edited by hand is lost; problems: %s", w.said)
	}
}

// TestWatchSort: which files of a burst ask for what.
func TestWatchSort(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"kernel_module/hello.c":      "#include \"common.h\"\n",
		"kernel_module/common.h":     "",
		"kernel_module/Kbuild":       "",
		"kernel_module/user/count.c": "",
		"rootfs_overlay/poll.sh":     "",
	} {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	w := &watcher{e: &env{root: dir}}
	for _, test := range []struct {
		changed string
		want    change
	}{
		{"profiles/base.toml", change{profiles: true}},
		{"kernel_module/hello.c", change{modules: []string{"hello"}}},
		{"kernel_module/hello.c kernel_module/common.h", change{modules: []string{"hello"}}},
		{"kernel_module/hello.c kernel_module/sedAbC123", change{modules: []string{"hello"}}},
		{"kernel_module/Kbuild", change{more: true}},
		{"kernel_module/gone.c", change{more: true}},
		{"kernel_module/user/count.c", change{programs: []string{"count"}}},
		{"rootfs_overlay/poll.sh rootfs_overlay/gone.sh", change{overlay: []string{"rootfs_overlay/poll.sh"}}},
	} {
		var changed []string
		for name := range strings.FieldsSeq(test.changed) {
			changed = append(changed, filepath.Join(dir, name))
		}
		if got := w.sort(changed); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, want %+v", test.changed, got, test.want)
		}
	}
}
