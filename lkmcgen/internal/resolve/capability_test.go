// SPDX-License-Identifier: Apache-2.0

package resolve

import "testing"

const capabilities = `
-- profiles/arch/arm.toml --
format = 1
names = { emu = "arm", debian = "armhf" }
[linux.config]
OFF = false
MODULE = "m"
-- profiles/arch/arm.qemu.toml --
format = 1
[option.smp]
pattern = "1"
expects = "1: the board has one CPU"
[option.broken]
unavailable = "it broke"
-- profiles/emulator/qemu.toml --
format = 1
[builders.distro]
debian = ["linux-image"]
lacks = ["KGDB"]
[builders.ports]
help = "a builder that is not there"
unavailable = "nobody wrote it"
[option.smp]
help = "CPUs"
variable = "SMP"
kind = "value"
pattern = "[0-9]+"
expects = "a number"
[option.plain]
help = "x"
variable = "PLAIN"
kind = "flag"
[option.compiled]
help = "x"
variable = "COMPILED"
kind = "flag"
builders = ["source"]
[option.kgdb]
help = "x"
variable = "KGDB"
kind = "flag"
symbols = ["MODULE", "KGDB"]
[option.wait]
help = "x"
variable = "WAIT"
kind = "flag"
requires = ["kgdb"]
[option.broken]
help = "x"
variable = "BROKEN"
kind = "flag"
[option.off]
help = "x"
variable = "NO"
kind = "flag"
symbols = ["OFF"]
[linux.config]
KGDB = true
-- profiles/arm-qemu-more.toml --
format = 1
arch = "arm"
emulator = "qemu"
[linux.config]
KGDB = false
OFF = true
`

func TestCan(t *testing.T) {
	profiles, err := New(load(t, capabilities)).All()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		profile, builder, option string
		can                      bool
		why, at                  string
	}{
		{"arm-qemu", "distro", "plain", true, "", ""},
		{"arm-qemu", "ports", "plain", false, "nobody wrote it", "profiles/emulator/qemu.toml:7:1"},
		{"arm-qemu", "distro", "other", false, "no layer of the profile has it", ""},
		{"arm-qemu", "distro", "compiled", false, "only with the builder source", "profiles/emulator/qemu.toml:22:1"},
		{"arm-qemu", "source", "compiled", true, "", ""},
		{"arm-qemu", "distro", "kgdb", false, "its kernel has no KGDB", "profiles/emulator/qemu.toml:4:1"},
		{"arm-qemu", "source", "kgdb", true, "", ""},
		{"arm-qemu", "distro", "wait", false, "needs KGDB: its kernel has no KGDB", "profiles/emulator/qemu.toml:4:1"},
		{"arm-qemu", "source", "wait", true, "", ""},
		{"arm-qemu", "distro", "off", true, "", ""},
		{"arm-qemu", "source", "off", false, "profiles/arch/arm.toml turns OFF off", "profiles/arch/arm.toml:4:1"},
		{"arm-qemu-more", "source", "off", true, "", ""},
		{"arm-qemu-more", "source", "kgdb", false, "profiles/arm-qemu-more.toml turns KGDB off", "profiles/arm-qemu-more.toml:5:1"},
		{"arm-qemu", "source", "broken", false, "it broke", "profiles/arch/arm.qemu.toml:6:1"},
		{"arm-qemu", "distro", "smp", true, "want 1: the board has one CPU", "profiles/arch/arm.qemu.toml:4:1"},
	} {
		t.Run(test.profile+" "+test.builder+" "+test.option, func(t *testing.T) {
			for _, p := range profiles {
				if p.Name != test.profile {
					continue
				}
				c := p.Can(test.builder, test.option)
				if c.Can != test.can || c.Why != test.why || c.Pos().String() != test.at {
					t.Errorf("Can = %v %q %v; want %v %q %s", c.Can, c.Why, c.Pos(), test.can, test.why, test.at)
				}
			}
		})
	}
}

// A symbol that nobody asks for is not there, and an option that every run has
// must be possible.
func TestImpossibleDefault(t *testing.T) {
	_, err := New(load(t, `
-- profiles/emulator/qemu.toml --
format = 1
[option.net]
help = "x"
variable = "NET"
kind = "flag"
default = "1"
symbols = ["NET"]
`)).All()
	// The builders of this test's base bring no packages: both compile.
	want := `profiles/emulator/qemu.toml:6:1: option net is given by default, but with the builder distro it cannot be: no layer asks for NET
profiles/emulator/qemu.toml:6:1: option net is given by default, but with the builder source it cannot be: no layer asks for NET`
	if err == nil || err.Error() != want {
		t.Errorf("All =\n%v\nwant\n%s", err, want)
	}
}
