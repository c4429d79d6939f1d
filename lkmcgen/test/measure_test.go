// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestCountInstructions: the phases of a boot, of each arch, and what cannot be
// counted.
func TestCountInstructions(t *testing.T) {
	needBoot(t)
	t.Parallel()
	for _, profile := range distroProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			needAllOf(t, profile)
			tr := root(t).of(profile).with("BUILDER=distro", "TIMEOUT=300")
			tr.make(t, "count-instructions").want(t, 0, "kernel until init", "init and after", "from the first to power-off", "count.svg")
			counted(t, tr, "count")
		})
	}
	tr := root(t).with("BUILDER=distro", "TIMEOUT=300")
	tr.make(t, "count-instructions", "SMP=2").want(t, 2, "SMP=2: several CPUs count into one another")
	tr.make(t, "count-instructions", "INITRD=1", "APPEND=rdinit=/poweroff.out").want(t, 2, `the guest never came to the phase "init and after"`, "console.log")
	tr.make(t, "count-instructions", "INITRD=1", "APPEND=rdinit=/nonexistent").want(t, 2, "kernel panic: VFS: Unable to mount root fs")
	for _, goal := range []string{"count-instructions", "boot-chart"} {
		tr.command(t, nil, "out/bin/lkmcgen", goal, "aarch64-gem5").want(t, 1, "of aarch64-gem5")
	}
}

// counted looks at the report of a count of a kernel that nothing unpacks in the
// guest.
func counted(t *testing.T, tr tree, run string) {
	t.Helper()
	var report struct {
		Instructions uint64
		Phases       []struct {
			Phase                string
			Begins, Instructions uint64
		}
	}
	folder := tr.runFolder(run)
	if err := json.Unmarshal(content(t, filepath.Join(folder, "count.json")), &report); err != nil {
		t.Fatal(err)
	}
	want := []string{"firmware", "kernel until init", "init and after"}
	var names []string
	var sum uint64
	for _, p := range report.Phases {
		names = append(names, p.Phase)
		if p.Begins != sum {
			t.Errorf("%s begins at %d; want %d", p.Phase, p.Begins, sum)
		}
		// The smallest kernel that boots has many millions, a loader in ROM few.
		if p.Phase != "firmware" && p.Instructions < 10_000_000 {
			t.Errorf("%s has %d instructions", p.Phase, p.Instructions)
		}
		sum += p.Instructions
	}
	if !slices.Equal(names, want) || sum != report.Instructions {
		t.Errorf("phases %q with %d instructions; want %q with %d", names, sum, want, report.Instructions)
	}
	wellFormed(t, filepath.Join(folder, "count.svg"))
	if _, err := os.Stat(filepath.Join(folder, "count.blocks")); err == nil {
		t.Error("count.blocks was left behind")
	}
}

func wellFormed(t *testing.T, name string) {
	t.Helper()
	var svg struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
	}
	if err := xml.Unmarshal(content(t, name), &svg); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestPluginRefused: a plugin for another QEMU than this.
func TestPluginRefused(t *testing.T) {
	needBoot(t)
	tr := root(t).with("BUILDER=distro")
	tr.make(t, "build", "out/plugins/count.so").want(t, 0)
	other := filepath.Join(t.TempDir(), "other.so")
	source := string(content(t, filepath.Join(tr.dir, "patches/qemu/plugins/count.c")))
	c := tr.command(t, nil, "sh", "-c", `printf '%s' "$1" | sed 's/qemu_plugin_version = [12]/qemu_plugin_version = 99/' | gcc -x c -shared -fPIC -o "$2" -`, "sh", source, other)
	c.want(t, 0)
	count := func(plugin string) result {
		return tr.command(t, nil, "out/bin/lkmcgen", "count-instructions", "--plugin", plugin, "x86_64-qemu")
	}
	count(other).want(t, 1, "requires API version 99", "the plugin is for versions 1 and 2 of QEMU's interface: 6.0 and later")
	count("/nonexistent.so").want(t, 1, "/nonexistent.so")
}

// TestBootChart: the initcalls of a boot, of each arch.
func TestBootChart(t *testing.T) {
	needBoot(t)
	t.Parallel()
	for _, profile := range distroProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			needAllOf(t, profile)
			tr := root(t).of(profile).with("BUILDER=distro")
			tr.make(t, "boot-chart").want(t, 0, "TOOK", "initcalls took", "chart.svg")
			folder := tr.runFolder("chart")
			wellFormed(t, filepath.Join(folder, "chart.svg"))
			var report struct {
				Initcalls []struct {
					Name, Module    string
					Begins, Seconds float64
				}
				Init, End float64
			}
			if err := json.Unmarshal(content(t, filepath.Join(folder, "chart.json")), &report); err != nil {
				t.Fatal(err)
			}
			modules := 0
			for i, call := range report.Initcalls {
				if i > 0 && call.Begins < report.Initcalls[i-1].Begins {
					t.Errorf("%s begins before %s", call.Name, report.Initcalls[i-1].Name)
				}
				if call.Module != "" {
					modules++
				}
			}
			if len(report.Initcalls) < 100 || modules == 0 || report.Init <= 0 || report.End < report.Init {
				t.Errorf("%d initcalls, %d of modules, init at %g, end at %g", len(report.Initcalls), modules, report.Init, report.End)
			}
		})
	}
}
