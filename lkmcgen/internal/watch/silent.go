// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
)

// silent are the types of file systems whose changes are not told, or only those
// that this host makes: shares of another machine or with others, of the host of a
// virtual one, or of a program. All of FUSE is: sshfs, shared folders of containers.
var silent = []string{
	"9p", "afs", "beegfs", "ceph", "cifs", "fuse", "fuseblk", "gfs2", "gpfs", "lustre",
	"nfs", "nfs4", "ocfs2", "prl_fs", "smb3", "vboxsf", "virtiofs", "vmhgfs",
}

// Share returns the type of the file system that a folder lies on, such as "9p",
// when it is one whose changes are not told; "" when it is not, or that cannot be
// found out.
func Share(folder string) string {
	var s syscall.Stat_t
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || syscall.Stat(folder, &s) != nil {
		return ""
	}
	kind := typeOf(string(mounts), fmt.Sprintf("%d:%d", major(s.Dev), minor(s.Dev)))
	if !isSilent(kind) {
		return ""
	}
	return kind
}

// isSilent tells whether a type of file system, such as "fuse.sshfs", is silent.
func isSilent(kind string) bool {
	name, _, _ := strings.Cut(kind, ".")
	return slices.Contains(silent, name)
}

// Silent tells whether a folder lies on such a file system.
func Silent(folder string) bool { return Share(folder) != "" }

// typeOf returns the type of the file system on a device, such as "0:42", or "". It
// is taken from the kernel's list of mounts (Documentation/filesystems/proc.rst,
// mountinfo): statfs(2) of 9p tells the type that the host has.
func typeOf(mounts, device string) string {
	for line := range strings.Lines(mounts) {
		mount, rest, _ := strings.Cut(line, " - ")
		if f := strings.Fields(mount); len(f) > 2 && f[2] == device {
			kind, _, _ := strings.Cut(rest, " ")
			return kind
		}
	}
	return ""
}

// The kernel's encoding of device numbers, include/linux/kdev_t.h.
func major(dev uint64) uint64 { return dev >> 8 & 0xfff }
func minor(dev uint64) uint64 { return dev&0xff | dev>>12&0xfff00 }
