// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// moduleSources are the C files of modules, relative to the tree.
func (tr tree) moduleSources(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"kernel_module/*.[ch]", "kernel_module/hello_host/*.c"} {
		found, err := filepath.Glob(filepath.Join(tr.dir, pattern))
		if err != nil || strings.HasSuffix(pattern, "c") && len(found) == 0 {
			t.Fatalf("nothing matches %s (%v)", pattern, err)
		}
		for _, file := range found {
			files = append(files, strings.TrimPrefix(file, tr.dir+"/"))
		}
	}
	return files
}

func jobs() string { return "-j" + strconv.Itoa(runtime.NumCPU()) }

// warnings are the lines that warn, but for those about the headers themselves:
// what a kernel has not compiled has no list of its symbols, and another compiler
// made the kernel.
func warnings(output string) []string {
	ours := regexp.MustCompile(`(?i)\bwarning: `)
	headers := regexp.MustCompile(`Module\.symvers is missing|modpost: .* (undefined!|unresolved symbol warnings)|the compiler differs`)
	return slices.DeleteFunc(strings.Split(output, "\n"), func(line string) bool {
		return !ours.MatchString(line) || headers.MatchString(line)
	})
}

func wantNoWarnings(t *testing.T, r result) {
	t.Helper()
	r.want(t, 0)
	if w := warnings(r.output); len(w) > 0 {
		t.Errorf("warnings:\n%s", strings.Join(w, "\n"))
	}
}

// TestModuleWarnings: the modules compile without a warning of W=1 with the next
// long-term kernel too. For the distribution's kernels TestArches shows it.
func TestModuleWarnings(t *testing.T) {
	needBoot(t)
	t.Run("x86_64-qemu-linux612", func(t *testing.T) {
		wantNoWarnings(t, root(t).of("x86_64-qemu-linux612").with("BUILDER=distro").make(t, "modules", "W=1"))
	})
	needAll(t, "makes the headers of six arches")
	// No packages have that one for these: its headers are made from source.
	tr := copyTree(t)
	arches := map[string]string{"aarch64": "", "arm": "", "mips64": `"malta", `, "mips64el": `"malta", `, "ppc64el": "", "riscv64": ""}
	for arch, features := range arches {
		write(t, tr, "profiles/"+arch+"-qemu-linux612.toml", "format = 1\ndescription = \"test\"\narch = \""+arch+
			"\"\nemulator = \"qemu\"\nbuilder = \"source\"\nfeatures = ["+features+"\"linux-6-12\"]\n")
	}
	for arch := range arches {
		profile := arch + "-qemu-linux612"
		t.Run(profile, func(t *testing.T) {
			tr := tr.of(profile)
			const linux = "out/source/linux-6.12"
			build := linux + "/build-" + profile
			tr.make(t, build+"/lkmc.configured").want(t, 0)
			kbuild, cross := tr.name(t, "kbuild"), tr.name(t, "gnu")+"-"
			tr.command(t, nil, "sh", "generated/common/linux.sh", linux, build, kbuild, cross, "make", jobs(), "modules_prepare").want(t, 0)
			tr.command(t, nil, "mkdir", "-p", "out/"+profile).want(t, 0)
			tr.command(t, nil, "ln", "-s", filepath.Join(tr.dir, build), "out/"+profile+"/headers").want(t, 0)
			wantNoWarnings(t, tr.with("W=1", "KBUILD_MODPOST_WARN=1", "MAKEFLAGS="+jobs()).
				command(t, nil, "sh", "generated/common/modules.sh", "out/"+profile, kbuild, cross))
		})
	}
}

// name is what others call the arch of the tree's profile.
func (tr tree) name(t *testing.T, by string) string {
	t.Helper()
	return tr.setting(t, "names."+by)
}

// setting is a text that a layer of the tree's profile sets.
func (tr tree) setting(t *testing.T, key string) string {
	t.Helper()
	var profile struct{ Settings map[string]map[string]any } // by layer
	if err := json.Unmarshal(content(t, filepath.Join(tr.dir, "generated", tr.profileName(), "profile.json")), &profile); err != nil {
		t.Fatal(err)
	}
	for _, layer := range profile.Settings {
		if text, ok := layer[key].(string); ok {
			return text
		}
	}
	t.Fatalf("%s has no %s", tr.profileName(), key)
	return ""
}

// TestCheckpatch: the modules are in the kernel's style. They are for several
// kernels, so the version may be asked; it is taken for a constant on the left.
func TestCheckpatch(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.make(t, "out/source/linux-6.1/Makefile", "BUILDER=source").want(t, 0)
	tr.command(t, nil, append([]string{"perl", "out/source/linux-6.1/scripts/checkpatch.pl", "--no-tree", "--strict", "--terse",
		"--ignore", "LINUX_VERSION_CODE,CONSTANT_COMPARISON", "-f"}, tr.moduleSources(t)...)...).want(t, 0)
}

// Modules that do not compile, do not link, and want what the first exports.
var broken = map[string]string{
	"zz_compile": "#include <linux/module.h>\nint zz_compile(void) { return nosuch; }\nEXPORT_SYMBOL_GPL(zz_compile);\nMODULE_LICENSE(\"GPL\");\n",
	"zz_link":    "#include <linux/module.h>\nint zz_nosuch(void);\nstatic int __init f(void) { return zz_nosuch(); }\nmodule_init(f);\nMODULE_LICENSE(\"GPL\");\n",
	"zz_needs":   "#include <linux/module.h>\nint zz_compile(void);\nstatic int __init f(void) { return zz_compile(); }\nmodule_init(f);\nMODULE_LICENSE(\"GPL\");\n",
	"zz_good":    "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n",
}

// addModules adds modules, and one that no kernel can have.
func (tr tree) addModules(t *testing.T, sources map[string]string) {
	t.Helper()
	lines := "obj-$(patsubst y,m,$(CONFIG_ZZ)) += zz_lacks.o\n"
	write(t, tr, "kernel_module/zz_lacks.c", "no C\n")
	for name, text := range sources {
		write(t, tr, "kernel_module/"+name+".c", text)
		lines += "obj-m += " + name + ".o\n"
	}
	tr.edit(t, "kernel_module/Kbuild", "obj-m += hello.o\n", lines+"obj-m += hello.o\n")
}

// built are the names of the modules in a folder.
func (tr tree) built(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(tr.dir, folder, "*.ko"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".ko"); strings.HasPrefix(name, "zz") || name == "hello" {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// TestKeepGoing: with -k a module that cannot be made does not keep the others
// from being made, its error is printed once, and make fails. What is gone from
// the sources is gone from the guest.
func TestKeepGoing(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := leanTree(t)
	const modules = "out/x86_64-qemu/distro/modules"
	tr.addModules(t, broken)
	tr.make(t, "modules").want(t, 2, "‘nosuch’ undeclared")
	if got := tr.built(t, modules); got != "" {
		t.Errorf("without -k made: %s", got)
	}
	for _, goal := range []string{"modules", "build"} {
		r := tr.make(t, "-k", goal)
		r.want(t, 2, "modules: error: these modules failed, the others are made: zz_compile zz_link zz_needs", `"zz_nosuch" [`)
		if n := strings.Count(r.output, "error: ‘nosuch’"); n != 1 {
			t.Errorf("make -k %s prints an error %d times", goal, n)
		}
		if got := tr.built(t, modules); got != "hello zz_good" {
			t.Errorf("make -k %s made: %s", goal, got)
		}
	}
	// One that was made before is not there any longer when it does not compile.
	write(t, tr, "kernel_module/zz_good.c", "#error no longer\n")
	tr.make(t, "-k", "modules").want(t, 2, "#error no longer", "zz_compile zz_good zz_link zz_needs")
	if got := tr.built(t, modules); got != "hello" {
		t.Errorf("after an edit there are: %s", got)
	}
	write(t, tr, "kernel_module/zz_good.c", broken["zz_good"])
	for _, name := range []string{"zz_compile", "zz_link", "zz_needs"} {
		tr.edit(t, "kernel_module/Kbuild", "obj-m += "+name+".o\n", "")
	}
	tr.make(t, "build").want(t, 0)
	if got := tr.built(t, "out/x86_64-qemu/distro/root"); got != "hello zz_good" {
		t.Errorf("the guest has: %s", got)
	}
	tr.edit(t, "kernel_module/Kbuild", "obj-m += zz_good.o\n", "")
	tr.make(t, "build").want(t, 0)
	if got := tr.built(t, modules) + ", " + tr.built(t, "out/x86_64-qemu/distro/root"); got != "hello, hello" {
		t.Errorf("after one is gone there are: %s", got)
	}
}

// hostHeaders are headers of a kernel that this host could run.
func hostHeaders(t *testing.T) string {
	t.Helper()
	needBoot(t)
	if runtime.GOARCH != "amd64" {
		t.Skip("the headers at hand are for x86_64")
	}
	tr := root(t)
	tr.make(t, "modules", "BUILDER=distro").want(t, 0)
	return filepath.Join(tr.dir, "out/x86_64-qemu/distro/headers")
}

// TestHostModules: make host-modules tells what became of each module.
func TestHostModules(t *testing.T) {
	t.Parallel()
	headers := hostHeaders(t)
	tr := copyTree(t)
	r := tr.make(t, "host-modules", "HOST_HEADERS="+headers)
	r.want(t, 0, "hello                    built\n", " built in out/host/modules, 0 failed; none was loaded", "warning: these are lessons")
	tr.addModules(t, broken)
	r = tr.make(t, "host-modules", "HOST_HEADERS="+headers)
	r.want(t, 2, "zz_compile               failed: kernel_module/zz_compile.c:2:31: error: ‘nosuch’ undeclared",
		"zz_link                  failed: \"zz_nosuch\" undefined!\n", "zz_good                  built\n",
		"zz_lacks                 not for this kernel", ", 3 failed, see out/host/log; none was loaded")
	tr.make(t, "host-modules", "HOST_HEADERS=/nonexistent").want(t, 2, "/nonexistent: no kernel headers there")
	if release := strings.TrimSpace(tr.command(t, nil, "uname", "-r").output); !exists("/lib/modules/" + release + "/build") {
		tr.make(t, "host-modules").want(t, 2, "no kernel headers there (Debian, Ubuntu: package linux-headers-"+release)
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// TestHelloHost: the module that stands alone compiles wherever it is copied to.
func TestHelloHost(t *testing.T) {
	headers := hostHeaders(t)
	tr := tree{dir: t.TempDir()}
	root(t).command(t, nil, "cp", "kernel_module/hello_host/Makefile", "kernel_module/hello_host/hello_host.c", tr.dir).want(t, 0)
	tr.make(t, "HEADERS="+headers).want(t, 0)
	tr.command(t, nil, "/sbin/modinfo", "hello_host.ko").want(t, 0, "vermagic:", "GPL")
	tr.make(t, "clean", "HEADERS="+headers).want(t, 0)
	if files, err := filepath.Glob(filepath.Join(tr.dir, "*")); err != nil || len(files) != 2 {
		t.Errorf("after make clean there are %v (%v)", files, err)
	}
}

// TestDeviceTrees: the commands in the headers of the device trees print what
// stands there.
func TestDeviceTrees(t *testing.T) {
	needBoot(t)
	from := root(t)
	files, err := filepath.Glob(filepath.Join(from.dir, "kernel_module/dts/*.dts"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no device trees (%v)", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			tr := tree{dir: t.TempDir()}
			from.command(t, nil, "sh", "-c", "cp kernel_module/dts/*.dts "+tr.dir).want(t, 0)
			text := string(content(t, file))
			for _, block := range []string{"\n * Idea: ", "\n * Needs: ", "\n * See: "} {
				if !strings.Contains(text, block) {
					t.Errorf("no block%q", block)
				}
			}
			r := tr.command(t, nil, "sh", "-c", block(text, "Usage"))
			if want := block(text, "Expected"); r.output != want || want == "" {
				t.Errorf("the output is:\n%s\nexpected:\n%s", r.output, want)
			}
		})
	}
}

// block is what stands in a block of a header, without the signs of the comment.
func block(text, name string) string {
	_, rest, _ := strings.Cut(text, "\n * "+name+":\n")
	var b strings.Builder
	for line := range strings.Lines(rest) {
		line, ok := strings.CutPrefix(line, " *\t")
		if !ok {
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// TestDebugKernel: the kernel that checks itself tells of a bug of each kind.
func TestDebugKernel(t *testing.T) {
	needBoot(t)
	needAll(t, "compiles a kernel")
	tr := root(t).of("x86_64-qemu-debug").with("TIMEOUT=240")
	tr.make(t, "build").want(t, 0)
	headers := filepath.Join(tr.dir, "out/x86_64-qemu-debug/source/headers")
	for name, test := range map[string]struct{ code, then, want string }{
		"freed":   {"kfree(p); p[0] = 1; p = NULL;", "", "BUG: KASAN: use-after-free in zz_bug"},
		"overrun": {"OPTIMIZER_HIDE_VAR(p); p[8] = 1;", "", "BUG: KASAN: slab-out-of-bounds in zz_bug"},
		"list":    {"item.prev = &item; list_add(&item, &head); head.next = &head; list_del(&item);", "", "list_del corruption"},
		"sleep":   {"spin_lock(&spin); might_sleep(); spin_unlock(&spin);", "", "BUG: sleeping function called from invalid context"},
		"lock":    {"mutex_lock(&lock);", "", "lock held when returning to user space"},
		"timer":   {"t = kzalloc(sizeof(*t), GFP_KERNEL); timer_setup(t, late, 0); mod_timer(t, jiffies + HZ); kfree(t);", "", "ODEBUG: free active"},
		"leak":    {"p = NULL;", "cd /sys/kernel/debug; echo scan >kmemleak; echo scan >kmemleak; ", "kmemleak: 1 new suspected"},
	} {
		t.Run(name, func(t *testing.T) {
			source := tree{dir: t.TempDir()}
			write(t, source, "Kbuild", "obj-m := zz_bug.o\nccflags-y := -Wno-unused\n")
			write(t, source, "zz_bug.c", `#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
static DEFINE_MUTEX(lock);
static DEFINE_SPINLOCK(spin);
static LIST_HEAD(head);
static struct list_head item;
static void late(struct timer_list *t) {}
static int __init zz_bug(void)
{
	char *p = kmalloc(8, GFP_KERNEL);
	struct timer_list *t;
	`+test.code+`
	kfree(p);
	return 0;
}
module_init(zz_bug);
MODULE_LICENSE("GPL");
`)
			source.make(t, "-C", headers, "M="+source.dir, "modules").want(t, 0)
			tr.run(t, "RUN=bug", "FRESH=1", "SHARE="+source.dir,
				"EVAL=insmod /share/zz_bug.ko; "+test.then+"sleep 0.3; poweroff").want(t, 0, test.want)
		})
	}
}

// TestProgramFlags: programs are compiled and linked with what flags.mk says.
func TestProgramFlags(t *testing.T) {
	needBoot(t)
	tr := copyTree(t)
	write(t, tr, "kernel_module/user/maths.c", "#include <math.h>\nint main(int argc, char **argv) { (void)argv; return sin(argc * ONE) > 1; }\n")
	const program, flags = "out/x86_64-qemu/user/maths.out", "kernel_module/user/flags.mk"
	tr.make(t, program).want(t, 2, "‘ONE’ undeclared")
	tr.edit(t, flags, "-std=c11", "-std=c11 -DONE=1")
	tr.make(t, program).want(t, 0)
	tr.command(t, nil, filepath.Join(tr.dir, program)).want(t, 0)
	tr.edit(t, flags, "-lm", "")
	tr.make(t, program).want(t, 2, "undefined reference to `sin'")
}
