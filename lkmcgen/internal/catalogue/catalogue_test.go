// SPDX-License-Identifier: Apache-2.0

package catalogue

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"lkmc/lkmcgen/internal/diag"
)

const good = `// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll - a file that becomes
 * readable.
 *
 * Idea: first line
 * second line.
 *
 * Another paragraph.
 *
 * Usage:
 *	insmod /poll.ko
 *	rmmod poll
 *
 * Expected:
 *	poll: tick 1
 *	...
 *
 * Usage:
 *	make run EVAL='poweroff'
 * Expected:
 *	reboot: Power down
 *
 * Needs: CONFIG_A, CONFIG_B|CONFIG_C, /dev/mem,
 *	pci 1234:11e8, 2 CPUs
 * See: a, b
 */
#include <linux/module.h>
`

func TestLoad(t *testing.T) {
	entries, err := Load(fstest.MapFS{
		"kernel_module/poll.c":       {Data: []byte(good)},
		"kernel_module/user/poll.c":  {Data: []byte(good)},
		"rootfs_overlay/ktap.sh":     {Data: []byte("# shellcheck shell=sh\n")},
		"rootfs_overlay/poll.sh":     {Data: []byte("#!/bin/sh\n# SPDX-License-Identifier: x\n# poll.sh - t.\n#\n# Idea: i\n#\n# Usage:\n#\t/poll.sh\n# Expected:\n# Needs: nothing\n# See: s\nset -eu\n# Usage:\n")},
		"kernel_module/user/agent.c": {Data: []byte("int x;\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(entries[0], "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
 "name": "poll",
 "kind": "module",
 "file": "kernel_module/poll.c",
 "title": "a file that becomes readable",
 "idea": [
  "first line second line.",
  "Another paragraph."
 ],
 "steps": [
  {
   "usage": [
    "insmod /poll.ko",
    "rmmod poll"
   ],
   "expected": [
    "poll: tick 1",
    "..."
   ]
  },
  {
   "usage": [
    "make run EVAL='poweroff'"
   ],
   "expected": [
    "reboot: Power down"
   ]
  }
 ],
 "needs": [
  "CONFIG_A",
  "CONFIG_B|CONFIG_C",
  "/dev/mem",
  "pci 1234:11e8",
  "2 CPUs"
 ],
 "see": "a, b"
}`
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if e := entries[0]; !e.InGuest() || len(e.Boots()) != 1 || strings.Join(e.Parts(entries), " ") != "kernel_module/user/poll.c rootfs_overlay/poll.sh" {
		t.Errorf("InGuest %v, Boots %v, Parts %v", e.InGuest(), e.Boots(), e.Parts(entries))
	}
	if e := entries[2]; e.Name != "poll.sh" || len(e.Steps) != 1 || len(e.Steps[0].Expected) != 0 {
		t.Errorf("script: %+v", e)
	}
}

// Each line that is taken out or changed is an error at its place.
func TestErrors(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"name":          {"poll - a", "pool - a", `kernel_module/poll.c:3: the header begins with "pool - a file that becomes", not with "poll - "`},
		"idea":          {" * Idea: first line\n * second line.\n *\n * Another paragraph.\n", "", "kernel_module/poll.c:22: the header has no block Idea"},
		"needs":         {"/dev/mem,", "a mouse,", `kernel_module/poll.c:24: Needs: "a mouse" cannot be looked for`},
		"no expected":   {" * Expected:\n *	poll: tick 1\n *	...\n", "", "kernel_module/poll.c:16: Usage without Expected before it"},
		"host and here": {" *	rmmod poll\n", " *	make run\n", "kernel_module/poll.c:13: lines for the host (make ...) and for the guest in one Usage"},
		"no tab":        {" *	rmmod poll\n", " * rmmod poll\n", `kernel_module/poll.c:13: "rmmod poll" is neither a block nor a line of Usage`},
		"free text":     {" * Idea:", " * Free text.\n *\n * Idea:", `kernel_module/poll.c:6: "Free text." belongs to no block`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, test.old, test.new, 1)
			_, err := Load(fstest.MapFS{"kernel_module/poll.c": {Data: []byte(text)}})
			list, _ := err.(diag.List)
			if len(list) == 0 || !strings.HasPrefix(list[0].Error(), test.want) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestPick(t *testing.T) {
	all := []*Entry{{Name: "poll"}, {Name: "poll.out"}, {Name: "timer"}}
	for pattern, want := range map[string]string{"": "poll poll.out timer", "poll": "poll", "poll*": "poll poll.out", "timer poll": "poll timer"} {
		entries, err := Pick(all, strings.Fields(pattern))
		var names []string
		for _, e := range entries {
			names = append(names, e.Name)
		}
		if err != nil || strings.Join(names, " ") != want {
			t.Errorf("Pick(%q) = %q, %v; want %q", pattern, names, err, want)
		}
	}
	if _, err := Pick(all, []string{"pol"}); err == nil || err.Error() != `there is no "pol" in the catalogue (did you mean "poll"?)` {
		t.Errorf("Pick(pol): %v", err)
	}
}

func TestMissing(t *testing.T) {
	const console = "[    0.5] x\r\n[    1.500000] hello init\r\nother\r\nrun: kernel panic: on purpose (exit status 101)\n"
	for _, test := range []struct{ expected, want string }{
		{"hello init", ""},
		{"hello init\n...\nrun: ... on purpose...", ""},
		{"hello exit", "hello exit"},
		{"other\nhello init", "hello init"},
		{"hello in", "hello in"},
	} {
		if got := Missing(console, strings.Split(test.expected, "\n")); got != test.want {
			t.Errorf("Missing(%q) = %q, want %q", test.expected, got, test.want)
		}
	}
}

// TestMerge: a run that tested a part leaves what others found.
func TestMerge(t *testing.T) {
	entries := []*Entry{{Name: "poll"}, {Name: "timer"}}
	older := []Results{
		{"x", "source", "6.1", map[string]string{"poll": Pass, "gone": Pass}},
		{"x", "distro", "6.1", map[string]string{"poll": Fail, "poll" + Booted: Pass, "timer": Pass}},
	}
	newer := []Results{{"x", "distro", "6.1", map[string]string{"poll": Pass}}, {"y", "distro", "6.1", nil}}
	want := []Results{
		{"x", "distro", "6.1", map[string]string{"poll": Pass, "poll" + Booted: Pass, "timer": Pass}},
		{"x", "source", "6.1", map[string]string{"poll": Pass}},
		{"y", "distro", "6.1", map[string]string{}},
	}
	if got := Merge(older, newer, entries); !reflect.DeepEqual(got, want) {
		t.Errorf("Merge: %v\nwant   %v", got, want)
	}
}

// TestCatalogue: the project's own headers are whole, and the text that is made
// of them is up to date.
func TestCatalogue(t *testing.T) {
	const root = "../../.."
	entries, err := Load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	var results []Results
	data, err := os.ReadFile(root + "/" + ResultsFile)
	if err == nil {
		err = json.Unmarshal(data, &results)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(root + "/" + ReadmeFile); err != nil || string(got) != Readme(entries, results) {
		t.Errorf("%s is out of date, error %v (run: make catalogue-doc)", ReadmeFile, err)
	}
}
