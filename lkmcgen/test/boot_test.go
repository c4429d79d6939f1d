// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// builders are the two ways to a guest; each test that is about the guest and
// not about how it was built runs with both.
var builders = []string{"distro", "source"}

func eachBuilder(t *testing.T, f func(t *testing.T, tr tree)) {
	needBoot(t)
	for _, b := range builders {
		t.Run(b, func(t *testing.T) {
			tr := root(t)
			tr.env = append(tr.env, "BUILDER="+b, "TIMEOUT=120")
			tr.make(t, "build").want(t, 0)
			f(t, tr)
		})
	}
}

// TestRun is the README's first command.
func TestRun(t *testing.T) {
	eachBuilder(t, func(t *testing.T, tr tree) {
		r := tr.make(t, "run", "EVAL=insmod /hello.ko; rmmod hello; poweroff")
		r.want(t, 0, "hello init\n", "hello exit\n", "the guest powered off (exit status 0)")
	})
}

// TestModules loads every module by modprobe and from the initial RAM disk.
func TestModules(t *testing.T) {
	eachBuilder(t, func(t *testing.T, tr tree) {
		r := tr.run(t, "INITRD=1", "EVAL=modprobe hello && modprobe hello2 && rmmod hello hello2 && /params.sh && "+
			"/hello.out && /myinsmod.out /hello.ko && /myrmmod.out hello; s=$?; df / | tail -n 1; poweroff; exit $s")
		r.want(t, 0, "hello init\n", "hello2 init\n", "hello2 exit\n", "rootfs")
		if n := strings.Count(r.output, "hello exit\n"); n != 2 {
			t.Errorf("hello left %d times, want 2", n)
		}
		if regexp.MustCompile(`(?m)^\s*not ok`).MatchString(r.output) {
			t.Errorf("a guest test failed:\n%s", tail(r.output, 60))
		}
	})
}

// TestVerdict: each way a run can end has its exit status.
func TestVerdict(t *testing.T) {
	eachBuilder(t, func(t *testing.T, tr tree) {
		for i, test := range []struct {
			name     string
			settings []string
			status   int
			want     string
		}{
			{"own status", []string{"EVAL=poweroff; exit 7"}, 7, "the commands of EVAL ended with status 7"},
			{"instead of init", []string{"EVAL_INIT=echo \"pid $$\"; exit 3"}, 3, "the commands of EVAL ended with status 3"},
			{"long form", []string{`APPEND=init=/eval.sh - lkmc_eval="insmod /hello.ko; false"`}, 1, "hello init"},
			{"program as init", []string{"APPEND=init=/poweroff.out"}, 0, "the guest powered off"},
			{"panic", []string{"EVAL=echo c >/proc/sysrq-trigger"}, 101, "kernel panic: sysrq triggered crash"},
			{"no init", []string{"APPEND=init=/nonexistent"}, 101, "kernel panic"},
			{"time-out", []string{"TIMEOUT=1.5"}, 124, "TIMEOUT=1.5 seconds passed"},
			{"time-out of a hung guest", []string{"TIMEOUT=10", "EVAL=while :; do :; done"}, 124, "TIMEOUT=10 seconds passed"},
			{"emulator refuses", []string{"ARGS=-device nosuch"}, 102, "'nosuch' is not a valid device model name"},
			{"impossible value", []string{"MEMORY=12Q", "SMP=0"}, 103, "MEMORY=12Q: want a number"},
			{"contradiction", []string{"EVAL=a", "EVAL_INIT=b"}, 103, "EVAL_INIT and EVAL cannot be given together"},
			{"unmatched quote", []string{`ARGS=-name "x`}, 103, "unmatched quote"},
			{"command line too long", []string{"APPEND=" + strings.Repeat("x", 2100)}, 103, "this kernel keeps 2047"},
			{"line break", []string{"APPEND=a\nb"}, 103, "APPEND: holds a line break"},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				tr.with(fmt.Sprintf("RUN=verdict%d", i)).run(t, test.settings...).want(t, test.status, test.want)
			})
		}
		// make itself knows only 2, and prints the rest.
		tr.make(t, "run", "EVAL=poweroff; exit 7").want(t, 2, "(exit status 7)", "Error 7")
	})
}

// TestHostileSettings: what is in APPEND and EVAL arrives in the guest byte for
// byte, and nothing of it is run by a shell on the way.
func TestHostileSettings(t *testing.T) {
	eachBuilder(t, func(t *testing.T, tr tree) {
		const hostile = `it's $(x) a#b 50% "q"`
		r := tr.make(t, "run", "APPEND="+hostile, "EVAL=cat /proc/cmdline; poweroff")
		r.want(t, 0, hostile+"\n")
		const script = "echo \"a$((1 + 1))b\" 'c\"d' `echo e`\necho \\\\ # 50% ü\npoweroff"
		tr.make(t, "run", "EVAL="+strings.ReplaceAll(script, "$", "$")).want(t, 0, "a2b c\"d e\n", "\\\n")
	})
}

// TestConsole types at the guest's console: a shell without a login, job
// control, and the user user0 with the password a.
func TestConsole(t *testing.T) {
	eachBuilder(t, func(t *testing.T, tr tree) {
		in, typist, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		log := filepath.Join(tr.dir, "out/x86_64-qemu/runs/console/console.log")
		os.Remove(log)
		go func() {
			defer typist.Close()
			for _, step := range []struct{ wait, text string }{
				{"# ", "echo I am $(id -un); sleep 100 &\n"},
				{"I am root", "jobs; kill %1; login user0\n"},
				{"assword: ", "a\n"},
				{"$ ", "echo I am $(id -un) in $PWD; exit\n"},
				{"I am user0 in /home/user0", "poweroff\n"},
			} {
				if !waitFor(log, step.wait, time.Minute) {
					return
				}
				time.Sleep(300 * time.Millisecond) // until what prompts also reads
				typist.WriteString(step.text)
			}
			waitFor(log, "Power down", time.Minute)
		}()
		tr.env = append(tr.env, "RUN=console", "TIMEOUT=90")
		r := tr.command(t, in, "sh", "generated/x86_64-qemu/run.sh")
		r.want(t, 0, "I am root\n", "Running", "I am user0 in /home/user0\n")
		if strings.Contains(r.output, "job control turned off") {
			t.Error("the console has no job control")
		}
	})
}

// waitFor waits until the file ends with, or somewhere newly holds, the text.
func waitFor(file, text string, patience time.Duration) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		data, _ := os.ReadFile(file)
		if strings.Contains(string(data), text) {
			return true
		}
	}
	return false
}

// TestQuit: to leave by Ctrl-A X is no power-off of the guest's.
func TestQuit(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.make(t, "build").want(t, 0)
	in, typist, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	log := filepath.Join(tr.dir, "out/x86_64-qemu/runs/quit/console.log")
	os.Remove(log)
	go func() {
		defer typist.Close()
		waitFor(log, "# ", time.Minute)
		typist.WriteString("\x01x")
	}()
	tr.env = append(tr.env, "RUN=quit", "TIMEOUT=90")
	tr.command(t, in, "sh", "generated/x86_64-qemu/run.sh").want(t, 0, "the emulator was told to quit (exit status 0)")
}

// TestRunsAtOnce: two runs do not disturb each other, and a name that is taken
// is refused.
func TestRunsAtOnce(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.make(t, "build").want(t, 0)
	log := filepath.Join(tr.dir, "out/x86_64-qemu/runs/a/console.log")
	os.Remove(log)
	done := make(chan result, 2)
	for _, name := range []string{"a", "b"} {
		go func() {
			one := tr
			one.env = append(one.env, "RUN="+name, "EVAL=echo guest $((1 + 1)) up; sleep 3; echo down; poweroff", "TIMEOUT=120")
			done <- one.command(t, nil, "sh", "generated/x86_64-qemu/run.sh")
		}()
	}
	if !waitFor(log, "guest 2 up", time.Minute) {
		t.Error("guest a did not come up")
	}
	tr.run(t, "RUN=a", "TIMEOUT=20").want(t, 103, "RUN=a is under way already")
	info, err := os.Stat(filepath.Join(tr.dir, "out/x86_64-qemu/runs/a"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder of the run: %v, %v; want mode 0700", info, err)
	}
	for range 2 {
		(<-done).want(t, 0, "down\n")
	}
}

// TestKilledRun: a run that was killed leaves nothing that stops the next one.
func TestKilledRun(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := root(t)
	tr.make(t, "build").want(t, 0)
	tr.env = append(tr.env, "RUN=killed")
	log := filepath.Join(tr.dir, "out/x86_64-qemu/runs/killed/console.log")
	os.Remove(log)
	for _, timeout := range []string{"TIMEOUT=0", "TIMEOUT=100"} {
		done := make(chan result, 1)
		go func() {
			one := tr
			one.env = append(one.env, timeout, "EVAL=echo up $((1 + 1)); sleep 50")
			// The shell is killed, not told.
			done <- one.command(t, nil, "sh", "-c", "sh generated/x86_64-qemu/run.sh & until grep -q 'up 2' "+log+
				" 2>/dev/null; do sleep 0.2; done; kill -9 $!; wait $!; echo killed")
		}()
		(<-done).want(t, 0, "killed")
		time.Sleep(500 * time.Millisecond) // the emulator ends on its own time
		tr.run(t, "TIMEOUT=60", "EVAL=poweroff").want(t, 0)
		os.Remove(log)
	}
}

// TestListens: nothing of a run can be reached from the network.
func TestListens(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.make(t, "build").want(t, 0)
	log := filepath.Join(tr.dir, "out/x86_64-qemu/runs/listen/console.log")
	os.Remove(log)
	before := tr.command(t, nil, "ss", "-Hltun").output
	done := make(chan result, 1)
	go func() {
		one := tr
		one.env = append(one.env, "RUN=listen", "EVAL=echo up $((1 + 1)); sleep 2; poweroff", "TIMEOUT=120", "GDB=0")
		done <- one.command(t, nil, "sh", "generated/x86_64-qemu/run.sh")
	}()
	waitFor(log, "up 2", time.Minute)
	if during := tr.command(t, nil, "ss", "-Hltun").output; during != before {
		t.Errorf("listening before:\n%sand during a run:\n%s", before, during)
	}
	(<-done).want(t, 0)
}

// TestRebuild: after a build make has nothing to do, and an edited module is in
// the next guest.
func TestRebuild(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := leanTree(t)
	tr.make(t, "build").want(t, 0)
	tr.make(t, "-q", "build").want(t, 0)
	tr.edit(t, "profiles/base.toml", "format = 1", "format = 1 # a comment")
	tr.make(t, "-n", "build").want(t, 0)
	tr.make(t, "-q", "build").want(t, 0)
	tr.edit(t, "kernel_module/hello.c", `pr_info("hello init`, `pr_info("hello again`)
	tr.make(t, "-q", "build").want(t, 1)
	boot := filepath.Join(tr.dir, "out", tr.profileName(), "distro/boot.cpio.gz")
	before := content(t, boot)
	r := tr.make(t, "run", "EVAL=insmod /hello.ko; poweroff", "TIMEOUT=120")
	r.want(t, 0, "hello again\n")
	if strings.Contains(r.output, "hello2.o") || strings.Contains(r.output, "packages amd64") {
		t.Errorf("more was rebuilt than hello:\n%s", tail(r.output, 400))
	}
	if !bytes.Equal(content(t, boot), before) {
		t.Errorf("%s is another, with which no recording can be replayed", boot)
	}

	// The generator may be gone; what was generated and built still runs.
	if err := os.RemoveAll(filepath.Join(tr.dir, "out/bin")); err != nil {
		t.Fatal(err)
	}
	tr.run(t, "EVAL=insmod /hello.ko; poweroff", "TIMEOUT=120").want(t, 0, "hello again\n")

	// A module that does not compile stops with its own error.
	tr.edit(t, "kernel_module/hello.c", "pr_info", "pr_nonsense")
	tr.make(t, "build").want(t, 2, "pr_nonsense")
}

// TestPlainUser builds and boots as a user without rights or namespaces.
func TestPlainUser(t *testing.T) {
	needBoot(t)
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("every other test already runs as a plain user")
	}
	tr := leanTree(t)
	tr.make(t, "-n", "run").want(t, 0)
	tr.env = []string{"HOME=" + tr.dir, "DOWNLOADS=out/download", "GO=false"}
	if r := tr.command(t, nil, "chown", "-R", "65534:65534", tr.dir); r.status != 0 {
		t.Fatal(r.output)
	}
	for dir := tr.dir; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tr.uid = nobody
	r := tr.make(t, "run", "EVAL=insmod /hello.ko; ls -ln /home; poweroff", "TIMEOUT=120")
	r.want(t, 0, "hello init\n", "1000     1000")
}

// TestOffline: what was fetched once is enough to build everything again.
func TestOffline(t *testing.T) {
	needBoot(t)
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can take the network away from a command")
	}
	root(t).make(t, "build").want(t, 0)
	root(t).make(t, "build", "BUILDER=source").want(t, 0)
	tr := leanTree(t)
	offline := func(args ...string) result {
		return tr.command(t, nil, append([]string{"unshare", "--net", "make"}, args...)...)
	}
	offline("build").want(t, 0)
	offline("out/source/busybox/Makefile", "BUILDER=source").want(t, 0, "unpacking")
	offline("out/source/linux-6.1/Makefile", "BUILDER=source").want(t, 0, "unpacking")
}

// TestNoSources: apt takes a name for a pattern when it has no such package.
func TestNoSources(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := root(t).with("DOWNLOADS=" + t.TempDir())
	tr.command(t, nil, "sh", "generated/common/sources.sh", "linux-source-6", filepath.Join(t.TempDir(), "linux")).
		want(t, 1, "has no linux-source-6, but linux-source-6", "LINUX_SRC=FOLDER")
}

// TestInterruptedDownload: a fetch that was killed is not half-used.
func TestInterruptedDownload(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := leanTree(t)
	tr.env = []string{"DOWNLOADS=out/download"}
	for _, seconds := range []string{"1", "3", "5"} {
		r := tr.command(t, nil, "timeout", "-s", "KILL", seconds, "make", "build")
		if r.status == 0 {
			t.Logf("the build was over in %s s", seconds)
		}
	}
	tr.make(t, "run", "EVAL=insmod /hello.ko; poweroff", "TIMEOUT=120").want(t, 0, "hello init\n")
}

// TestKbuildSettings: settings of ours mean nothing to Kbuild.
func TestKbuildSettings(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.env = append(tr.env, "BUILDER=source")
	tr.make(t, "build").want(t, 0)
	// Settings that mean something else to Kbuild do not reach it.
	tr.make(t, "linux-savedefconfig", "V=1", "ARGS=x", "RUN=y").want(t, 0)
	tr.make(t, "-q", "build").want(t, 0)
}
