// SPDX-License-Identifier: Apache-2.0

package test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fault warns in line 8 and reads from nowhere in line 5, which is inlined in 9.
const fault = `#include <linux/module.h>

static int *nowhere;

static __always_inline int deref(int *p) { return *(volatile int *)p; }
static noinline int fault_deeper(int *p)
{
	WARN_ON(!p);
	return deref(p) + 1;
}
static int __init fault_init(void)
{
	return fault_deeper(nowhere) + 1;
}
module_init(fault_init);
MODULE_LICENSE("GPL");
`

// TestTrace: a warning, an oops and a panic are followed by their traces with
// files and lines, those of modules too, and those of the kernel if it has them.
func TestTrace(t *testing.T) {
	needBoot(t)
	t.Parallel()
	for _, kernel := range []struct {
		profile, builder string
		slow             bool
	}{
		{"x86_64-qemu", "distro", false},
		{"x86_64-qemu", "source", false},
		{"aarch64-qemu", "distro", false},
		{"aarch64-qemu", "source", true},
		{"arm-qemu", "distro", true},
		{"arm-qemu", "source", true},
		{"mips64-qemu", "source", true},
		{"mips64el-qemu", "distro", true},
		{"ppc64el-qemu", "distro", true},
		{"riscv64-qemu", "source", true},
	} {
		t.Run(kernel.profile+"/"+kernel.builder, func(t *testing.T) {
			if kernel.slow {
				needAll(t, "of another arch")
			}
			tr := root(t).of(kernel.profile).with("BUILDER="+kernel.builder, "RUN=trace", "TIMEOUT=180")
			if tr.make(t, "build").want(t, 0); t.Failed() {
				return
			}
			folder := compile(t, tr, kernel.builder, "fault", fault)
			r := tr.run(t, "SHARE="+folder, "EVAL=insmod /share/fault.ko; sleep 1; echo c >/proc/sysrq-trigger")
			r.want(t, 101, "kernel panic: ", "(exit status 101); trace: out/"+kernel.profile+"/runs/trace/trace.txt")
			if t.Failed() {
				return
			}
			kept := string(content(t, filepath.Join(tr.runFolder("trace"), "trace.txt")))
			if !strings.Contains(r.output, "\n"+kept+"run: kernel panic") {
				t.Errorf("the run said:\n%s\nand its file has:\n%s", tail(r.output, 90), kept)
			}
			wants := []string{
				`(?m)^  .*fault_deeper\+0x.* +/.*/fault\.c:8$`,
				`(?m)^  .*fault_deeper\+0x.* +/.*/fault\.c:5 \(in deref, inlined\)\n +/.*/fault\.c:9$`,
				`(?m)^  .*fault_init\+0x.* +/.*/fault\.c:13$`,
			}
			if kernel.builder == "source" {
				wants = append(wants, `(?m)^  .*do_one_initcall\+0x.* out/source/linux-6\.1/init/main\.c:\d+$`)
			} else {
				wants = append(wants, `(?m)^  .*do_one_initcall\+0x[0-9a-f/x]+$`, "BUILDER=distro has no debug information")
			}
			for _, want := range wants {
				if !regexp.MustCompile(want).MatchString(kept) {
					t.Errorf("no %s in the trace:\n%s", want, kept)
				}
			}
			if kernel.builder == "source" && strings.Contains(kept, "no debug information") {
				t.Errorf("the kernel is said to have no lines:\n%s", kept)
			}
			if again := tr.make(t, "-s", "trace").output; again != kept {
				t.Errorf("make trace says:\n%s\nand its file has:\n%s", again, kept)
			}
		})
	}
}

// TestNoTrace: that there is no trace is said.
func TestNoTrace(t *testing.T) {
	run := tree{dir: t.TempDir()}
	write(t, run, "run.json", "{}\n")
	write(t, run, "console.log", "[    0.000000] Booting Linux\n")
	a := root(t).command(t, nil, "sh", "generated/common/trace.sh", run.dir, "")
	a.want(t, 0, "", "no trace of a call on the console of "+run.dir)
}

// compile compiles a module for the kernel of a builder, and returns its folder.
func compile(t *testing.T, tr tree, builder, name, source string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, tree{dir: dir}, name+".c", source)
	write(t, tree{dir: dir}, "Kbuild", "obj-m += "+name+".o\n")
	data := string(content(t, filepath.Join(tr.dir, "generated", tr.profileName(), "rules.mk")))
	call := regexp.MustCompile(`common/modules\.sh \S+ (\S+) (\S+)`).FindStringSubmatch(data)
	headers := filepath.Join(tr.dir, "out", tr.profileName(), builder, "headers")
	tr.make(t, "-C", headers, "M="+dir, "ARCH="+call[1], "CROSS_COMPILE="+call[2], "CC="+call[2]+"gcc", "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules").want(t, 0)
	return dir
}
