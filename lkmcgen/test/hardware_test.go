// SPDX-License-Identifier: Apache-2.0

package test

import (
	"regexp"
	"strings"
	"testing"
)

// TestVirtToPhys: the emulator's monitor sees at the physical addresses what the
// kernel and a process have at the virtual ones.
func TestVirtToPhys(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"x86_64-qemu", "arm-qemu", "mips64el-qemu"} {
		t.Run(profile, func(t *testing.T) {
			g := root(t).of(profile).start(t, "virt")
			said := g.exec(t, "insmod /virt_to_phys.ko && dmesg")
			said.want(t, 0, "virt_to_phys: kmalloc: ", "")
			told := regexp.MustCompile(`physical (0x[0-9a-f]+), text (.*)`).FindAllStringSubmatch(said.stdout, -1)
			if len(told) != 2 {
				t.Fatalf("addresses in\n%s", said.stdout)
			}
			for _, one := range told {
				g.wantAt(t, one[1], one[2])
			}

			user := g.exec(t, `/usermem.out 100 "a process has it" >/tmp/text & sleep 1
/virt_to_phys_user.out $! $(sed -n 's/.* virtual \(0x[0-9a-f]*\),.*/\1/p' /tmp/text)`)
			user.want(t, 0, "0x", "")
			g.wantAt(t, strings.TrimSpace(user.stdout), "a process has it")
		})
	}
}

// wantAt asks the monitor for the text at a physical address.
func (g *running) wantAt(t *testing.T, address, want string) {
	t.Helper()
	a := g.lkmcgen(t, strings.NewReader("xp /16cb "+address+"\n"), "monitor", g.folder)
	var got strings.Builder
	for _, c := range regexp.MustCompile(`'(\\?[^']+)'`).FindAllStringSubmatch(a.stdout, -1) {
		got.WriteString(strings.ReplaceAll(c[1], `\x00`, ""))
	}
	if got.String() != want {
		t.Errorf("at %s the monitor has %q, want %q; it said\n%s", address, got.String(), want, a.stdout)
	}
}

// TestGpioLed: a light that the guest switches is seen by the emulator's monitor in
// the registers of the chip: the levels of its lines, and which are outputs.
func TestGpioLed(t *testing.T) {
	t.Parallel()
	g := root(t).of("aarch64-qemu").start(t, "led")
	want := func(command, level, direction string) {
		t.Helper()
		g.exec(t, command).want(t, 0, "", "")
		a := g.lkmcgen(t, strings.NewReader("xp /1xb 0x090303fc\nxp /1xb 0x09030400\n"), "monitor", g.folder)
		a.want(t, 0, "3fc: "+level+"\n", "")
		a.want(t, 0, "400: "+direction+"\n", "")
	}
	want("modprobe leds-gpio; insmod /gpio_led.ko line=5", "0x00", "0x20")
	want("echo 1 >/sys/class/leds/lkmc/brightness", "0x20", "0x20")
	want("echo 0 >/sys/class/leds/lkmc/brightness", "0x00", "0x20")
	want("rmmod gpio_led; insmod /gpio_led.ko line=0; echo 1 >/sys/class/leds/lkmc/brightness", "0x01", "0x21")
}
