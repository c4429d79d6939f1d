// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLinuxVersion boots the kernel that a feature chooses instead of base's.
func TestLinuxVersion(t *testing.T) {
	needBoot(t)
	r := root(t).make(t, "run", "PROFILE=x86_64-qemu-linux612", "EVAL=uname -r; insmod /hello.ko; rmmod hello; poweroff", "TIMEOUT=120")
	r.want(t, 0, "\n6.12.", "hello init\n", "hello exit\n")
}

// TestInitramfs boots a kernel with the root file system inside, and kills the
// link of such a one: GDB and modules see the plain kernel all the time.
func TestInitramfs(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.env = append(tr.env, "BUILDER=source", "RUN=initramfs", "TIMEOUT=120")
	tr.make(t, "build").want(t, 0)
	vmlinux := filepath.Join(tr.dir, "out/x86_64-qemu/source/vmlinux")
	plain := content(t, vmlinux)
	r := tr.make(t, "run", "INITRAMFS=1", "EVAL=insmod /hello.ko; ls /dev/vda; grep ' / ' /proc/mounts; poweroff")
	r.want(t, 0, "hello init\n", "rootfs / rootfs", "ls: /dev/vda: No such file")
	tr.make(t, "-q", "build", "INITRAMFS=1").want(t, 0)
	tr.make(t, "-q", "build").want(t, 0)
	if !bytes.Equal(content(t, vmlinux), plain) {
		t.Error("vmlinux is not the plain kernel's")
	}
	tr.make(t, "build", "INITRAMFS=1", "BUILDER=distro").want(t, 2, "INITRAMFS: not with BUILDER=distro, only with: source")

	os.Remove(filepath.Join(tr.dir, "out/x86_64-qemu/source/initramfs.stamp"))
	aside := filepath.Join(tr.dir, "out/source/linux-6.1/build-x86_64-qemu/vmlinux.plain")
	tr.interrupt(t, strings.TrimPrefix(aside, tr.dir+"/"), "kill", "INITRAMFS=1")
	tr.make(t, "build").want(t, 0)
	tr.make(t, "-q", "build").want(t, 0)
	if !bytes.Equal(content(t, vmlinux), plain) {
		t.Error("after a kill vmlinux is not the plain kernel's")
	}
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestForeignKernel: an image of another machine stops before anything uses it.
func TestForeignKernel(t *testing.T) {
	tr := tree{dir: t.TempDir()}
	write(t, tr, "tree/Makefile", "vmlinux:\n\techo | gcc $(BITS) -c -x c -o $(O)/$@ -\n"+
		"\tmkdir -p $(O)/include/config\n\techo 1 >$(O)/include/config/kernel.release\nmodules scripts_gdb: ;\n")
	script := filepath.Join(root(t).dir, "generated/common/linux.sh")
	for _, test := range []struct {
		bits   string
		status int
		want   string
	}{
		{"-m64", 0, "done"},
		{"-m32", 1, "vmlinux is for ELF32 little endian Intel 80386, not for ELF64 little endian Advanced Micro Devices X86-64"},
	} {
		tr.env = []string{"BITS=" + test.bits}
		tr.command(t, nil, "sh", script, "tree", "build", "x86", "", "build", "vmlinux", "vmlinux", "result").want(t, test.status, test.want)
	}
}

// A compileCommand is an entry of compile_commands.json.
type compileCommand struct {
	Directory, Command, File string
	Arguments                []string
}

func (tr tree) compileCommands(t *testing.T) []compileCommand {
	t.Helper()
	var entries []compileCommand
	if err := json.Unmarshal(content(t, filepath.Join(tr.dir, "compile_commands.json")), &entries); err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestCompileFlags: what is in the flags of programs arrives in
// compile_commands.json as it is.
func TestCompileFlags(t *testing.T) {
	tr := copyTree(t)
	const flag = `-DTEXT="a b\\n"`
	tr.command(t, nil, "mkdir", "-p", tr.dir+"/build/headers", tr.dir+"/build/modules").want(t, 0)
	tr.command(t, nil, "sh", "generated/common/compile-commands.sh", "build", "cc", flag).want(t, 0)
	entries := tr.compileCommands(t)
	if want := []string{"cc", flag, "-c", entries[0].File}; !slices.Equal(entries[0].Arguments, want) {
		t.Errorf("%q, want %q", entries[0].Arguments, want)
	}
}

// TestCompileCommands: each entry names a file that is there, our own ones by
// their real names, and clang takes the commands.
func TestCompileCommands(t *testing.T) {
	eachBuilder(t, func(t *testing.T, tr tree) {
		tr.make(t, "compile-commands").want(t, 0)
		entries := tr.compileCommands(t)
		found := map[string]int{}
		for i, e := range entries {
			file := e.File
			if !filepath.IsAbs(file) {
				file = filepath.Join(e.Directory, file)
			}
			if _, err := os.Stat(file); err != nil {
				t.Error(err)
			}
			found[file] = i
		}
		wanted := []string{"kernel_module/hello.c", "kernel_module/user/hello.c"}
		if strings.HasSuffix(t.Name(), "source") {
			wanted = append(wanted, "out/source/linux-6.1/kernel/fork.c")
		}
		for _, name := range wanted {
			i, ok := found[filepath.Join(tr.dir, name)]
			if !ok {
				t.Errorf("no entry for %s among %d", name, len(entries))
			} else if _, err := exec.LookPath("clang"); err != nil {
				t.Log("clang is not installed: its opinion of the commands was not asked")
			} else {
				in := tree{dir: entries[i].Directory}
				_, args, _ := strings.Cut(entries[i].Command, " ")
				if a := entries[i].Arguments; a != nil {
					args = "'" + strings.Join(a[1:], "' '") + "'"
				}
				in.command(t, nil, "sh", "-c", "clang -fsyntax-only -Wno-everything "+args).want(t, 0)
			}
		}
	})
}
