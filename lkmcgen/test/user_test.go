// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os/exec"
	"syscall"
)

// nobody is a user without rights, on Debian and Ubuntu alike.
const nobody = 65534

// asUser makes c run as the given user, without root's groups.
func asUser(c *exec.Cmd, uid int) {
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
}
