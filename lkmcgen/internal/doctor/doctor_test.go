// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// want compares findings with lines "level text", of which the text is a part.
func want(t *testing.T, got []Finding, lines ...string) {
	t.Helper()
	if len(got) != len(lines) {
		t.Fatalf("found %v; want %d findings", got, len(lines))
	}
	for i, line := range lines {
		level, text, _ := strings.Cut(line, " ")
		if f := got[i]; string(f.Level) != level || !strings.Contains(f.Text, text) || (f.Fix == "") != (f.Level == OK) {
			t.Errorf("found %+v; want %s, and a fix of what is not ok", f, line)
		}
	}
}

// tools makes a folder the whole PATH, with scripts that print a text.
func tools(t *testing.T, texts map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho '"+text+"'\n"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestOlder(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{{"3.82", "4.0", true}, {"4.0", "4.0", false}, {"4.10", "4.9", false}, {"1.26.8", "1.26.0", false}, {"1.25.9", "1.26.0", true}, {"1.26", "1.26.0", false}, {"", "", false}} {
		if got := older(test.a, test.b); got != test.want {
			t.Errorf("older(%q, %q) = %v; want %v", test.a, test.b, got, test.want)
		}
	}
}

func TestTools(t *testing.T) {
	h := Host{GoVersion: "1.26.0", Program: "emu"}
	tools(t, map[string]string{"make": "GNU Make 4.3", "go": "go1.26.8", "emu": "emulator 7", "gdb-multiarch": "42"})
	want(t, h.makeVersion(), "ok GNU Make 4.3")
	want(t, h.goVersion(), "ok Go 1.26.8")
	want(t, h.emulator(), "ok emulator 7")
	want(t, h.gdb(), "ok with Python")
	tools(t, map[string]string{"make": "GNU Make 3.81", "go": "go1.21.0", "gdb-multiarch": "Python scripting is not supported"})
	want(t, h.makeVersion(), "error not GNU Make 4.0 or newer, but GNU Make 3.81")
	want(t, h.goVersion(), "warning Go 1.21.0 is older than 1.26.0")
	want(t, h.emulator())
	want(t, h.gdb(), "warning has no Python")
	tools(t, map[string]string{"make": "bmake"})
	want(t, h.makeVersion(), "error but bmake")
	want(t, h.goVersion(), "warning Go is not on PATH")
	want(t, h.gdb())
	want(t, h.ccache())
	h.Compiles = true
	want(t, h.ccache(), "note not installed")
	tools(t, nil)
	want(t, h.makeVersion(), "error make is not installed")
}

func TestPackages(t *testing.T) {
	proof := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(proof, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	h := Host{Needs: []Need{
		{"make run", "here", "here", "make deps run", true}, {"make run", "file", proof, "make deps run", true},
		{"make run", "there", "there", "make deps run", true}, {"make gdb", "nowhere", "nowhere", "make deps gdb", false},
		{"make run", "far", "/far", "make deps run", true}, {"make run", "far", "/further", "make deps run", true},
	}}
	tools(t, map[string]string{"here": "", "apt-get": ""})
	want(t, h.packages(), "error make run needs what is not installed: there far", "note make gdb needs what is not installed: nowhere")
	tools(t, map[string]string{"here": "", "there": "", "nowhere": ""})
	want(t, h.packages(), "error make run needs what is not installed: far", "warning no apt-get here")
	h.Needs = h.Needs[:2]
	want(t, h.packages(), "ok all 2 that are needed")
}

func TestPaths(t *testing.T) {
	want(t, Host{Root: "/a", Out: "/b"}.paths(), "ok no blank")
	want(t, Host{Root: "/a b", Out: "/c:d"}.paths(), "error /a b", "error /c:d")
}

func TestEnvironment(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	want(t, Host{}.environment())
	t.Setenv("NO_COLOR", "1")
	t.Setenv("TERM", "dumb")
	t.Setenv("KCONFIG_CONFIG", "x")
	want(t, Host{}.environment(), "warning KCONFIG_CONFIG=x", "note NO_COLOR=1", "note TERM=dumb")
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	h := Host{Root: dir, Out: filepath.Join(dir, "not", "there")}
	if got := h.disk(); len(got) != 1 || !strings.Contains(got[0].Text, "GB are free for "+h.Out) {
		t.Errorf("disk = %v; want what is free", got)
	}
	want(t, h.fileSystem(), "ok local")
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	want(t, h.disk(), "error nothing can be written")
}

func TestClock(t *testing.T) {
	dir := t.TempDir()
	h := Host{Root: dir, Out: dir, Watched: []string{dir}}
	want(t, h.clock(), "ok agrees")
	file := filepath.Join(dir, "tomorrow")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	want(t, h.clock(), "warning from the future, so that make takes all else for older: "+file)
	want(t, h.inotify(), "ok what make watch looks at can be watched, folders: 1")
}

func TestKVM(t *testing.T) {
	want(t, Host{}.kvm())
	want(t, Host{Machine: "vax"}.kvm(), "ok not for vax")
	// Whatever this host can: it is said, and mended unless it is ok.
	got := Host{Machine: machine(), KVMFlags: []string{"vmx", "svm"}}.kvm()
	if len(got) != 1 || (got[0].Fix == "") != (got[0].Level == OK) || got[0].Level == Error {
		t.Errorf("kvm = %+v; want one finding that stops nothing", got)
	}
	if hasFlag([]string{"no-cpu-has-this"}) || !hasFlag(nil) {
		t.Error("hasFlag is wrong of a flag that no CPU has, or of none")
	}
}
