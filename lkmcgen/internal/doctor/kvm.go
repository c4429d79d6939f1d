// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// kvm creates a virtual machine: that /dev/kvm is there, and even that it opens,
// proves nothing. Without KVM guests run all the same, slower.
func (h Host) kvm() []Finding {
	host := machine()
	if h.Machine == "" {
		return nil
	}
	if h.Machine != host {
		return one("kvm", OK, fmt.Sprintf("not for %s on %s: guests are emulated", h.Machine, host), "")
	}
	file, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return one("kvm", Note, "there is no /dev/kvm: guests are emulated, which takes longer", "sudo modprobe kvm, or switch virtualization on in the firmware or in the hypervisor below")
	case errors.Is(err, fs.ErrPermission):
		return one("kvm", Warning, "/dev/kvm is not for you: guests are emulated, which takes longer", "sudo usermod -aG kvm \"$USER\", then log in again")
	case err != nil:
		return one("kvm", Note, fmt.Sprintf("/dev/kvm: %v: guests are emulated", bare(err)), "sudo modprobe kvm")
	}
	defer file.Close()
	if !hasFlag(h.KVMFlags) {
		return one("kvm", Note, fmt.Sprintf("this CPU has none of %s: guests are emulated, which takes longer", strings.Join(h.KVMFlags, ", ")),
			"switch virtualization on in the firmware, or nested virtualization in the hypervisor below")
	}
	if err := createMachine(file); err != nil {
		return one("kvm", Note, fmt.Sprintf("/dev/kvm opens, but no virtual machine can be created: %v: guests are emulated, which takes longer", err),
			"switch nested virtualization on in the hypervisor below; ACCEL=tcg asks no more")
	}
	return one("kvm", OK, "a virtual machine was created", "")
}

// createMachine creates a virtual machine with one CPU, and lets go of it.
func createMachine(kvm *os.File) error {
	// linux/kvm.h: KVM_CREATE_VM and KVM_CREATE_VCPU, with type and number 0.
	const createVM, createVCPU = 0xAE01, 0xAE41
	vm, _, errno := syscall.Syscall(syscall.SYS_IOCTL, kvm.Fd(), createVM, 0)
	if errno != 0 {
		return errno
	}
	defer syscall.Close(int(vm))
	cpu, _, errno := syscall.Syscall(syscall.SYS_IOCTL, vm, createVCPU, 0)
	if errno != 0 {
		return errno
	}
	return syscall.Close(int(cpu))
}

// hasFlag tells whether the CPU has one of flags, or none is needed.
func hasFlag(flags []string) bool {
	data, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); name != "flags" && name != "Features" {
			continue
		}
		for word := range strings.FieldsSeq(value) {
			if slices.Contains(flags, word) {
				return true
			}
		}
	}
	return len(flags) == 0
}

// machine is what uname -m says.
func machine() string {
	var name syscall.Utsname
	if syscall.Uname(&name) != nil {
		return ""
	}
	var b strings.Builder
	for _, c := range name.Machine {
		if c == 0 {
			break
		}
		b.WriteByte(byte(c))
	}
	return b.String()
}
