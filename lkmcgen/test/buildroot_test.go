// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// likeBuildroot returns a copy of the tree of testdata/buildroot, the folder for
// what is built, and a checkout whose settings name both.
func likeBuildroot(t *testing.T) (br, out string, tr tree) {
	t.Helper()
	k := kernel(t, "x86_64-qemu", "x86_64-qemu")
	br, out = filepath.Join(t.TempDir(), "buildroot"), filepath.Join(t.TempDir(), "out")
	k.command(t, nil, "cp", "-a", filepath.Join(k.dir, "lkmcgen/test/testdata/buildroot"), br).want(t, 0)
	return br, out, k.with("LKMC_CONF="+filepath.Join(k.build, "scripts/kconfig/conf"), "OUT="+out, "BR_TOOLCHAIN=internal", "BUILDROOT_SRC="+br, "LINUX_SRC="+filepath.Join(k.dir, k.folder))
}

// TestBuildrootConfig configures a tree that does what Buildroot's does then; what
// is lost or cannot be used is told.
func TestBuildrootConfig(t *testing.T) {
	needBoot(t)
	t.Parallel()
	br, out, tr := likeBuildroot(t)
	tr.make(t, "-s", "buildroot-config").want(t, 0, "buildroot: configured ")
	build := filepath.Join(out, "x86_64-qemu/buildroot/output")
	config := string(content(t, filepath.Join(build, ".config")))
	for _, line := range []string{"BR2_PACKAGE_LKMC_MODULES=y", "BR2_TOOLCHAIN_BUILDROOT_GLIBC=y", "BR2_PACKAGE_HOST_LINUX_HEADERS_CUSTOM_6_0=y", `BR2_SYSTEM_DHCP=""`, "# BR2_PACKAGE_HOST_QEMU is not set"} {
		if !strings.Contains(config, line+"\n") {
			t.Errorf(".config has no line %s", line)
		}
	}
	// Our patches of QEMU are not for Buildroot's own package of that name.
	if strings.Contains(config, `BR2_GLOBAL_PATCH_DIR="/`) {
		t.Error("Buildroot applies patches of ours, though there is no folder patches/buildroot")
	}
	if users := string(content(t, filepath.Join(build, "lkmc.users"))); !regexp.MustCompile(`^user0 1000 user0 1000 \$5\$\S+ /home/user0 /bin/sh - user0\n$`).MatchString(users) {
		t.Errorf("the table of users is %q", users)
	}
	if r := tr.make(t, "-q", "buildroot-config"); r.status != 0 {
		t.Error("it is configured again though nothing changed")
	}
	// What was given once need not be given again.
	later := tr.with("BUILDROOT_SRC=", "BR_TOOLCHAIN=")
	if r := later.make(t, "-q", "buildroot-config"); r.status != 0 {
		t.Errorf("without BUILDROOT_SRC and BR_TOOLCHAIN it is another configuration: %s", r.output)
	}
	// A copy of one kernel is not gone on with for another one.
	other := filepath.Join(t.TempDir(), "linux")
	tr.command(t, nil, "ln", "-s", filepath.Join(tr.dir, "out/source/linux-6.1"), other).want(t, 0)
	tr.command(t, nil, "mkdir", "-p", filepath.Join(build, "build/linux-custom"), filepath.Join(build, "build/busybox-custom")).want(t, 0)
	tr = tr.with("LINUX_SRC=" + other)
	tr.make(t, "-s", "buildroot-config").want(t, 0, "buildroot: configured ")
	if mk := string(content(t, filepath.Join(build, "lkmc.mk"))); !strings.Contains(mk, "LINUX_OVERRIDE_SRCDIR = "+other+"\n") || exists(filepath.Join(build, "build/linux-custom")) {
		t.Errorf("with another LINUX_SRC the old copy goes on: %s", mk)
	}
	if !exists(filepath.Join(build, "build/busybox-custom")) {
		t.Error("the copy of BusyBox is gone, too")
	}
	// Once something is compiled another toolchain cannot go on with it.
	tr.command(t, nil, "install", "-D", "/dev/null", filepath.Join(build, "build/toolchain/.stamp_built")).want(t, 0)
	tr.with("BR_TOOLCHAIN=distro").make(t, "-s", "buildroot-config").want(t, 2, "was made with internal "+br, "make clean-buildroot")
	tr.make(t, "-s", "clean-buildroot").want(t, 0)
	if _, err := os.Stat(build); err == nil {
		t.Error("make clean-buildroot leaves something behind")
	}
	later.make(t, "-n", "buildroot-config").want(t, 0, "fetch https:", "TOOLCHAIN=distro")
	t.Run("refused", func(t *testing.T) { tr.buildrootRefused(t, br) })
	t.Run("C++", func(t *testing.T) { tr.buildrootCXX(t, br) })
}

// buildrootCXX has a profile that wants C++ of the toolchain that Buildroot makes;
// TestToolchain asks the distribution's.
func (tr tree) buildrootCXX(t *testing.T, br string) {
	profile, build := filepath.Join(t.TempDir(), "x86_64-qemu"), filepath.Join(t.TempDir(), "output")
	tr.command(t, nil, "cp", "-a", "generated/x86_64-qemu", profile).want(t, 0)
	changed := tree{dir: profile}
	changed.edit(t, "buildroot.config", "BR2_INIT_NONE=y\n", "BR2_INIT_NONE=y\nBR2_INSTALL_LIBSTDCPP=y\n")
	tr.with("TOOLCHAIN=internal", "DOWNLOADS=/").command(t, nil, "sh", "generated/common/buildroot.sh", br, build,
		"config", profile, "qemu_x86_64", "x86_64-linux-gnu", "out/source/linux-6.1", "out/source/busybox").want(t, 0, "buildroot: configured ")
	if config := string(content(t, filepath.Join(build, ".config"))); !strings.Contains(config, "BR2_TOOLCHAIN_BUILDROOT_CXX=y\n") {
		t.Error("a profile that asks for INSTALL_LIBSTDCPP gets no C++")
	}
}

// buildrootRefused has symbols lost, retired and unknown, and trees that cannot be
// used.
func (tr tree) buildrootRefused(t *testing.T, br string) {
	const merged = "config BR2_ROOTFS_MERGED_USR\n\tbool \"ROOTFS_MERGED_USR\"\n"
	for _, test := range []struct {
		name  string
		edits [][3]string // file, old, new
		want  []string
	}{
		{"lost", [][3]string{{"Config.in", "\tdepends on BR2_TARGET_ROOTFS_CPIO\n", "\tdepends on BR2_TARGET_ROOTFS_CPIO && BR2_CCACHE\n"}}, []string{
			"profiles/base.toml: BR2_TARGET_ROOTFS_CPIO_GZIP = y was asked for, but the result is n\n",
			"TARGET_ROOTFS_CPIO_GZIP = true is asked for, but it will be false", "fix: CCACHE = true\n",
		}},
		{"toolchain", [][3]string{{"Config.in", "\tdepends on BR2_TARGET_ROOTFS_CPIO\n", "\tdepends on BR2_TARGET_ROOTFS_CPIO && BR2_TOOLCHAIN_EXTERNAL\n\nconfig BR2_TOOLCHAIN_EXTERNAL\n\tbool \"external\"\n"}}, []string{
			"fix: BR_TOOLCHAIN=distro, a setting of make\n",
		}},
		{"unknown", [][3]string{{"Config.in", merged, strings.ReplaceAll(merged, "MERGED", "MERGE")}}, []string{
			"BR2_ROOTFS_MERGED_USR = y was asked for, but the result is n\n", "ROOTFS_MERGE_USR",
		}},
		{"setting", [][3]string{{"Config.in", "\tbool \"TOOLCHAIN_BUILDROOT\"\n", "\tbool \"TOOLCHAIN_BUILDROOT\"\n\tdepends on BR2_CCACHE\n"}}, []string{
			"\nmake: BR2_TOOLCHAIN_BUILDROOT = y was asked for, but the result is n\n", "at odds with what make decides, BR_TOOLCHAIN=internal",
		}},
		{"retired", [][3]string{
			{"Config.in", merged, "config BR2_MERGED\n\tbool\n"},
			{"Config.in.legacy", "config BR2_LEGACY_EXAMPLE\n", "config BR2_ROOTFS_MERGED_USR\n\tbool \"it has another name\"\n\tselect BR2_LEGACY\n\tselect BR2_MERGED\n\nconfig BR2_LEGACY_EXAMPLE\n"},
		}, []string{"profiles/base.toml: BR2_ROOTFS_MERGED_USR is no more: it has another name; instead: BR2_MERGED\n", "what this Buildroot has retired"}},
		{"no defconfig", [][3]string{{"configs/qemu_x86_64_defconfig", "", ""}}, []string{"has no configs/qemu_x86_64_defconfig\n"}},
		{"too old", [][3]string{{"Makefile", "2025.02.7", "2018.05"}}, []string{"is Buildroot 2018.05; tried were 2025.02 to "}},
		{"no tree", [][3]string{{"package/Makefile.in", "", ""}}, []string{"no tree of Buildroot there"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := tree{dir: filepath.Join(t.TempDir(), "buildroot")}
			tr.command(t, nil, "cp", "-a", br, changed.dir).want(t, 0)
			for _, e := range test.edits {
				if e[1] != "" {
					changed.edit(t, e[0], e[1], e[2])
				} else if err := os.Remove(filepath.Join(changed.dir, e[0])); err != nil {
					t.Fatal(err)
				}
			}
			tr.with("BUILDROOT_SRC="+changed.dir, "OUT="+t.TempDir()).make(t, "-s", "buildroot-config").want(t, 2, test.want...)
		})
	}
	for _, name := range []string{"with blank", "at@home"} {
		tr.make(t, "-s", "buildroot-config", "BUILDROOT_SRC=/tmp/"+name).want(t, 2, "it cannot work below a folder with a blank or an @")
	}
	tr.make(t, "-s", "buildroot-config", "BR_TOOLCHAIN=ours").want(t, 2, "BR_TOOLCHAIN=ours: want distro or internal")
}

// TestBuildrootClone clones a tree at its tag, and goes on with the one it has.
func TestBuildrootClone(t *testing.T) {
	needBoot(t)
	tr := root(t)
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "buildroot")
	git := func(args ...string) {
		t.Helper()
		tr.command(t, nil, append([]string{"git", "-C", from, "-c", "user.name=x", "-c", "user.email=x@y"}, args...)...).want(t, 0)
	}
	tr.command(t, nil, "cp", "-a", "lkmcgen/test/testdata/buildroot/.", from).want(t, 0)
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "x")
	git("tag", "1.0")
	fetch := func(url, tag string) result {
		return tr.command(t, nil, "sh", "generated/common/buildroot.sh", to, filepath.Join(filepath.Dir(to), "build"), "fetch", url, tag)
	}
	fetch("file://"+from, "1.1").want(t, 1, "cloning 1.1 from file://"+from, "has no 1.1, or cannot be reached")
	if _, err := os.Stat(to); err == nil {
		t.Error("a clone that failed leaves a tree behind")
	}
	fetch("file://"+from, "1.0").want(t, 0, "cloning 1.0")
	content(t, filepath.Join(to, "Config.in"))
	if r := fetch("file:///nowhere", "1.0"); r.status != 0 || r.output != "" {
		t.Errorf("a second time: %s", r.output)
	}
}

// needBuildroot returns the tree that BUILDROOT_SRC names, and skips the test
// unless there is one.
func needBuildroot(t *testing.T) string {
	t.Helper()
	src := os.Getenv("BUILDROOT_SRC")
	if src == "" {
		t.Skip("no tree of Buildroot: run it by make test-buildroot BUILDROOT_SRC=folder")
	}
	return src
}

// TestBuildrootTree configures the tree that BUILDROOT_SRC names for each arch.
func TestBuildrootTree(t *testing.T) {
	tr := root(t).with("BUILDROOT_SRC="+needBuildroot(t), "BUILDER=buildroot", "OUT="+filepath.Join(t.TempDir(), "out"))
	const linux = "out/source/linux-6.1"
	root(t).make(t, linux+"/Makefile", "BUILDER=source").want(t, 0)
	for _, profile := range []string{"x86_64-qemu", "aarch64-qemu", "arm-qemu", "mips64-qemu", "mips64el-qemu", "riscv64-qemu", "ppc64el-qemu", "x86_64-qemu-x11", "aarch64-qemu-x11"} {
		for _, toolchain := range []string{"distro", "internal"} {
			t.Run(profile+" "+toolchain, func(t *testing.T) {
				tr.of(profile).with("LINUX_SRC="+linux, "BR_TOOLCHAIN="+toolchain).make(t, "-s", "buildroot-config").want(t, 0, "buildroot: configured ")
			})
		}
	}
}

// TestBuildrootGuest builds with the tree that BUILDROOT_SRC names, in this checkout's
// out, and what works in the guests of other builders works in its guest.
func TestBuildrootGuest(t *testing.T) {
	src := needBuildroot(t)
	t.Setenv("LKMC_BOOT", "1")
	for _, profile := range []string{"x86_64-qemu", "aarch64-qemu"} {
		t.Run(profile, func(t *testing.T) {
			tr := root(t).of(profile).with("BUILDER=buildroot", "BUILDROOT_SRC="+src, "TIMEOUT=180")
			if tr.make(t, "build").want(t, 0); t.Failed() {
				return
			}
			t.Run("guest", func(t *testing.T) {
				tr.with("RUN=test-buildroot").make(t, "test-guest").want(t, 0, "0 failed")
			})
			t.Run("snapshots", func(t *testing.T) { snapshots(t, tr) })
			t.Run("gdb", func(t *testing.T) {
				s := tr.forGDB(t, "gdb", "EVAL=insmod /misc_device.ko && echo hi >/dev/misc_device; poweroff")
				s.gdb([]string{"BREAK=start_kernel"}, "tbreak misc_device_write", "continue", "backtrace 2", "detach").
					want(t, 0, "start_kernel () at ", "init/main.c", "misc_device_write (file=", "/misc_device.c:", "vfs_write")
				(<-s.done).want(t, 0, "the guest powered off")
			})
			t.Run("gdbserver", func(t *testing.T) {
				g := tr.start(t, "gdbserver", "FRESH=1")
				g.make(t, "gdbserver", "BIN=myinsmod", "ARGS=/hello.ko", "BREAK=main").want(t, 0, "Breakpoint 1, main (argc=2, argv=0x", "kernel_module/user/myinsmod.c:")
				g.make(t, "-s", "exec", "CMD=insmod /hello.ko && uname -r").want(t, 0, readText(t, "out/"+profile+"/buildroot/release"))
				g.stop(t)
			})
		})
	}
}

// TestToolchain compiles with the folder that is made of the distribution's
// compiler: statically and not, with headers and libraries of its own only.
func TestToolchain(t *testing.T) {
	needBoot(t)
	tr := root(t).with("CCACHE=0")
	for _, triplet := range []string{"x86_64-linux-gnu", "aarch64-linux-gnu"} {
		t.Run(triplet, func(t *testing.T) {
			for _, language := range []struct{ name, compiler, source, cxx string }{
				{"c", "gcc", "#include <math.h>\n#include <pthread.h>\n#include <linux/version.h>\nint main(int n, char **a) { return pthread_self() == 0 || sin(n) > LINUX_VERSION_CODE; }\n", "# BR2_TOOLCHAIN_EXTERNAL_CXX is not set\n"},
				{"c++", "g++", "#include <cmath>\n#include <iostream>\n#include <thread>\nint main(int n, char **) { std::thread t([n] { std::cout << std::sin(n); }); t.join(); }\n", "BR2_TOOLCHAIN_EXTERNAL_CXX=y\n"},
			} {
				t.Run(language.name, func(t *testing.T) {
					if _, err := exec.LookPath(triplet + "-" + language.compiler); err != nil {
						t.Skip(err)
					}
					testToolchain(t, tr, triplet, language.name, language.compiler, language.source, language.cxx)
				})
			}
		})
	}
}

func testToolchain(t *testing.T, tr tree, triplet, language, compiler, text, cxx string) {
	dir := t.TempDir()
	args := []string{"sh", "generated/common/toolchain.sh", triplet, dir}
	if language != "c" {
		args = append(args, language)
	}
	tr.command(t, nil, args...).want(t, 0, `BR2_TOOLCHAIN_EXTERNAL_PATH="`+dir+`"`, `BR2_TOOLCHAIN_EXTERNAL_CUSTOM_PREFIX="`+triplet+`"`, cxx)
	gcc, sysroot := filepath.Join(dir, "bin", triplet+"-gcc"), filepath.Join(dir, "sysroot")
	if r := tr.command(t, nil, gcc, "-v"); strings.Contains(r.output, "--with-sysroot=/ ") || r.status != 0 {
		t.Errorf("-v tells a sysroot that Buildroot refuses:\n%s", r.output)
	}
	if r := tr.command(t, nil, gcc, "-print-file-name=libc.a"); !strings.HasSuffix(r.output, "/sysroot/usr/lib/libc.a\n") {
		t.Errorf("libc.a is in %s", r.output)
	}
	// Else Buildroot copies the folder that it is in, with GCC's own programs.
	if r := tr.command(t, nil, gcc, "-print-file-name=libstdc++.a"); r.output != "libstdc++.a\n" {
		t.Errorf("libstdc++.a is in %s", r.output)
	}
	source := filepath.Join(dir, "x."+language)
	if err := os.WriteFile(source, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "bin", triplet+"-"+compiler)
	for _, how := range []string{"-static", "-fopenmp"} {
		// Staging is a copy of the sysroot elsewhere.
		tr.command(t, nil, program, "--sysroot="+sysroot, how, "-o", source+".out", source, "-lm").want(t, 0)
	}
	// What such programs load is there for Buildroot to take, too.
	libraries := tr.command(t, nil, triplet+"-readelf", "-d", source+".out")
	libraries.want(t, 0, "(NEEDED)")
	for _, needed := range regexp.MustCompile(`NEEDED.*\[(.*)\]`).FindAllStringSubmatch(libraries.output, -1) {
		if !exists(filepath.Join(sysroot, "usr/lib", needed[1])) {
			t.Errorf("the sysroot has no %s", needed[1])
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "bin", triplet+"-g++")); (err == nil) != (language == "c++") {
		t.Errorf("of C++ the configuration says %q, and the compiler: %v", cxx, err)
	}
}
