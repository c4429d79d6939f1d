// SPDX-License-Identifier: Apache-2.0

package whynot

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"lkmc/lkmcgen/internal/kconfig/project"
	"lkmc/lkmcgen/internal/kconfig/tree"
)

// toy is a kernel with a reason for each kind of loss.
var toy = map[string]string{
	"Makefile":                        "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 2\n",
	"scripts/kconfig/symbol.c":        "",
	"scripts/kconfig/confdata.c":      "sym_string_within_range(",
	"kernel/configs/tiny-base.config": "",
	"arch/other/Kconfig":              "config OTHER_ONLY\n\tbool \"o\"\n",
	"Kconfig": `config MODULES
	bool "modules"
	modules
config NET
	bool "net"
menu "drivers"
	depends on NET
config BUS
	bool "bus"
config CARD
	tristate "card"
	depends on BUS
endmenu
choice
	prompt "allocator"
config SLAB
	bool "slab"
config SLUB
	bool "slub"
endchoice
config CRC
	bool "crc"
config DISK
	bool "disk"
	select CRC
config SHIFT
	int "shift"
	range 4 8
	default 6
config CC_HAS_MAGIC
	def_bool $(shell,test -e magic && echo y || echo n)
config MAGIC
	bool "magic"
	depends on CC_HAS_MAGIC
config HIDDEN
	bool
config HOLDER
	bool "holder"
	select HIDDEN if CRC
config EXPERT
	bool "expert"
config ALWAYS
	bool "always" if EXPERT
	default y
config NAME
	string "name"
config PTDUMP_DEBUGFS
	bool "p"
config NOT_WITH
	bool "n"
	depends on !CRC
config DEEP
	int "deep"
	depends on NET
	range 1 3
	default 2
config HID
	bool "hid"
config USB
	bool "usb"
config USB_HID
	bool "usb hid"
	depends on USB
	default y
	select HID
config STICK
	bool "stick"
	depends on USB
config ISCSI
	bool "iscsi"
	select USB
config STAYS
	bool "stays"
	depends on CRC!=n
`,
}

func open(t *testing.T) *project.Tree {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range toy {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	says := func(string, map[string]string) (string, bool) { return "n\n", true }
	p, err := project.Linux(files, "/toy", "toy", "", says)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fixed writes the lines of a fix as a profile's, without blanks.
func fixed(lines []tree.Line) string {
	var words []string
	for _, l := range lines {
		words = append(words, l.Name+"="+l.Value)
	}
	return strings.Join(words, " ")
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name, asked, lost string
		cause             Cause
		step              string // the last
		fix, hint         string
	}{
		{"nothing", "NET=y BUS=y CARD=y", "", "", "", "", ""},
		{"missing dependency", "NET=y CARD=y", "CARD", Dependency, "Kconfig:8: BUS is n, and can be set", "BUS=y", ""},
		{"two levels deep", "CARD=y", "CARD", Dependency, "Kconfig:4: NET is n, and can be set", "NET=y BUS=y", ""},
		{"against what is asked", "NET=n BUS=y", "BUS", Dependency, "Kconfig:4: NET is n, and can be set", "NET=y", ""},
		{"sibling", "SLAB=y SLUB=y", "SLAB", Sibling, "Kconfig:18: SLUB is set in the same choice, as was asked; only one can be", "SLUB=n", ""},
		{"sibling by default", "SLAB=n", "SLAB", Sibling, "Kconfig:16: it is the member that its choice takes when none else is set", "SLUB=y", ""},
		{"selected", "DISK=y CRC=n", "CRC", Selected, "Kconfig:25: DISK, which is y, selects CRC", "DISK=n", ""},
		{"of another arch", "OTHER_ONLY=y", "OTHER_ONLY", OtherArch, "arch/other/Kconfig:1: OTHER_ONLY is defined there, which this arch does not read", "", "ask for it in the layers of that arch alone, or call it optional"},
		{"renamed", "TOY_PTDUMP=y", "TOY_PTDUMP", Renamed, "no Kconfig file of this tree defines TOY_PTDUMP", "", `did you mean "PTDUMP_DEBUGFS"?`},
		{"typo", "EXPRET=y", "EXPRET", Renamed, "no Kconfig file of this tree defines EXPRET", "", `did you mean "EXPERT"?`},
		{"nothing like it", "XYZZY=y", "XYZZY", Renamed, "no Kconfig file of this tree defines XYZZY", "", "remove it, or call it optional"},
		{"without modules", "NET=y BUS=y CARD=m", "CARD", NoModules, "Kconfig:1: MODULES is n, and can be set", "MODULES=y", ""},
		{"below the range", "SHIFT=1", "SHIFT", Range, "Kconfig:28: SHIFT may be 4 to 8", "SHIFT=4", ""},
		{"out of a range that is not there yet", "DEEP=9", "DEEP", Dependency, "Kconfig:4: NET is n, and can be set", "", "what it depends on can be had, and then it may be 1 to 3"},
		{"above the range", "SHIFT=99", "SHIFT", Range, "Kconfig:28: SHIFT may be 4 to 8", "SHIFT=8", ""},
		{"macro", "MAGIC=y", "MAGIC", Macro, "$(shell,test -e magic && echo y || echo n) is n here", "", "no setting gives it on this arch, with this compiler"},
		{"no prompt", "HIDDEN=y", "HIDDEN", NoPrompt, "Kconfig:35: HIDDEN has no prompt; it is selected by HOLDER", "HOLDER=y CRC=y", ""},
		{"default", "ALWAYS=n", "ALWAYS", Default, "Kconfig:44: its default is y", "EXPERT=y", ""},
		{"forbidden", "CRC=y NOT_WITH=y", "NOT_WITH", Dependency, "Kconfig:21: CRC is y", "CRC=n", ""},
		{"type", "NAME=y", "NAME", WrongType, "Kconfig:45: NAME is a string", "", "want a string"},
		{"m for a bool", "CRC=m", "CRC", WrongType, "Kconfig:21: CRC is a bool", "", "want true or false"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fragment := tree.ReadConfig(strings.ReplaceAll(test.asked, " ", "\n"), "")
			r, err := Check(open(t), fragment)
			if err != nil {
				t.Fatal(err)
			}
			if test.lost == "" {
				if len(r.Lost) > 0 {
					t.Fatalf("lost %+v; want nothing", r.Lost)
				}
				return
			}
			if len(r.Lost) != 1 || r.Lost[0].Asked.Name != test.lost {
				t.Fatalf("lost %+v; want %s", r.Lost, test.lost)
			}
			l := r.Lost[0]
			if l.Cause != test.cause || last(l.Steps) != test.step || l.Hint != test.hint || fixed(l.Fix) != test.fix {
				t.Errorf("%s: cause %q, last step %q, hint %q, fix %q\nwant   %q,           %q,      %q,     %q",
					test.lost, l.Cause, last(l.Steps), l.Hint, fixed(l.Fix), test.cause, test.step, test.hint, test.fix)
			}
			if len(l.Fix) > 0 {
				mends(t, fragment, l)
			}
		})
	}
}

// TestPrice: what a fix costs is told, and kept low.
func TestPrice(t *testing.T) {
	for _, test := range []struct{ name, asked, fix, loses, or string }{
		{"nothing", "BUS=y", "NET=y", "", ""},
		{"another is lost", "CRC=y HOLDER=y HIDDEN=y NOT_WITH=y", "CRC=n", "HIDDEN=n", ""},
		{"another would be lost", "HID=n STICK=y", "USB=y USB_HID=n", "", ""},
		{"no way round what is asked", "USB=n USB_HID=n STICK=y", "USB=y", "", ""},
		{"a later line has more to say", "BUS=y NET=n", "NET=y", "", "BUS=n"},
		{"so in a choice", "SLAB=y SLUB=y", "SLUB=n", "", "SLAB=n"},
		{"a comparison", "STAYS=y", "CRC=y", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Check(open(t), tree.ReadConfig(strings.ReplaceAll(test.asked, " ", "\n"), ""))
			if err != nil || len(r.Lost) != 1 {
				t.Fatalf("%+v, error %v", r, err)
			}
			l := r.Lost[0]
			var or []tree.Line
			if l.Or != nil {
				or = []tree.Line{*l.Or}
			}
			if fixed(l.Fix) != test.fix || fixed(l.Loses) != test.loses || fixed(or) != test.or {
				t.Errorf("fix %q, loses %q, or %q\nwant %q, %q, %q", fixed(l.Fix), fixed(l.Loses), fixed(or), test.fix, test.loses, test.or)
			}
		})
	}
}

// last returns the last step with its place.
func last(steps []Step) string {
	if len(steps) == 0 {
		return ""
	}
	s := steps[len(steps)-1]
	if s.At.File == "" {
		return s.Text
	}
	return fmt.Sprintf("%v: %s", s.At, s.Text)
}

// mends applies a fix, and looks that what was lost is there. The fix of a range
// changes what is asked.
func mends(t *testing.T, fragment []tree.Line, l Loss) {
	t.Helper()
	r, err := Check(open(t), with(fragment, l.Fix))
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range r.Lost {
		if lost.Asked.Name == l.Asked.Name {
			t.Errorf("with %s, %s is lost still: %s", fixed(l.Fix), l.Asked.Name, lost.Cause)
		}
	}
}

// A compiler that is not there leaves things unknown, and n is not claimed.
func TestUnknown(t *testing.T) {
	p := open(t)
	src := p.Source
	src.Shell = func(string, map[string]string) (string, bool) { return "", false }
	parsed, err := tree.Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	p.Tree = parsed
	r, err := Check(p, tree.ReadConfig("MAGIC=y\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Lost) != 1 || r.Lost[0].Cause != Unsure {
		t.Errorf("lost %+v; want MAGIC, unknown", r.Lost)
	}
}
