// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A running is a guest that runs beside a test.
type running struct {
	tree
	name   string
	folder string // of the run, relative to the tree
	done   chan result
}

// start starts a guest, which ends with the test, and does not wait for it.
func (tr tree) start(t *testing.T, name string, settings ...string) *running {
	t.Helper()
	needBoot(t)
	tr.make(t, "build").want(t, 0)
	tr = tr.with("RUN=" + name)
	g := &running{tree: tr, name: name, folder: "out/" + tr.profileName() + "/runs/" + name, done: make(chan result, 1)}
	os.Remove(filepath.Join(tr.dir, g.folder, "run.json"))
	go func() { g.done <- tr.with("ACCEL=tcg", "TIMEOUT=600").run(t, settings...) }()
	if !waitFor(filepath.Join(tr.dir, g.folder, "run.json"), "argv", time.Minute) {
		t.Fatal("the run did not start")
	}
	t.Cleanup(func() { g.stop(t) })
	return g
}

// stop ends the guest, also one whose emulator is only about to start.
func (g *running) stop(t *testing.T) {
	t.Helper()
	for len(g.done) == 0 {
		g.lkmcgen(t, strings.NewReader("quit\n"), "monitor", g.folder)
		select {
		case r := <-g.done:
			g.done <- r // for the end of the test
		case <-time.After(time.Second):
		}
	}
}

// An answer is how a command for a guest ended.
type answer struct {
	stdout, stderr string
	status         int
}

// process starts lkmcgen.
func (g *running) process(t *testing.T, stdin io.Reader, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(filepath.Join(g.dir, "out/bin/lkmcgen"), args...)
	c.Dir, c.Stdin = g.dir, stdin
	c.Env = append(cleanEnv(), g.env...)
	return c
}

func (g *running) lkmcgen(t *testing.T, stdin io.Reader, args ...string) answer {
	t.Helper()
	c := g.process(t, stdin, args...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return answer{stdout.String(), stderr.String(), c.ProcessState.ExitCode()}
}

func (g *running) exec(t *testing.T, command string) answer {
	t.Helper()
	return g.lkmcgen(t, nil, "exec", "--timeout", "120", g.folder, command)
}

func (a answer) want(t *testing.T, status int, stdout, stderr string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.stdout, stdout) || !strings.Contains(a.stderr, stderr) {
		t.Errorf("status %d, stdout %q, stderr %q; want %d, %q, %q", a.status, tail(a.stdout, 20), tail(a.stderr, 20), status, stdout, stderr)
	}
}

// until waits until a process of the guest has the command line, or none has.
func (g *running) until(t *testing.T, command string, there bool) {
	t.Helper()
	for range 50 {
		if a := g.exec(t, "ps"); a.status == 0 && strings.Contains(a.stdout, command) == there {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("%s runs in the guest: want %v", command, there)
}

func noise(n int) []byte {
	data := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(data)
	return data
}

// TestExec is about commands in one guest.
func TestExec(t *testing.T) {
	g := root(t).start(t, "exec")
	t.Run("waits for the boot", func(t *testing.T) {
		g.exec(t, "echo up").want(t, 0, "up\n", "")
	})
	t.Run("status", func(t *testing.T) {
		for _, test := range []struct {
			command string
			status  int
			stdout  string
			stderr  string
		}{
			{"true", 0, "", ""},
			{"false", 1, "", ""},
			{"exit 42", 42, "", ""},
			{"nosuch", 127, "", "not found"},
			{"kill -9 $$", 137, "", ""},
			{"kill -TERM $$", 143, "", ""},
			{"echo out; echo err >&2; exit 3", 3, "out\n", "err\n"},
			{"echo \"it's\" '$x' `echo y` \\\\ 50% ü; exit 0", 0, "it's $x y \\ 50% ü\n", ""},
			{"echo a\necho b", 0, "a\nb\n", ""},
			{"pwd; echo $USER $HOME", 0, "/\nroot /root\n", ""},
			{"cat", 0, "", ""},
			{"sleep 50 & echo left $!", 0, "left ", ""},
			{"sleep 51 >/dev/null 2>&1 & exit 4", 4, "", ""},
		} {
			g.exec(t, test.command).want(t, test.status, test.stdout, test.stderr)
		}
		// What was left behind in the background runs on.
		a := g.exec(t, "ps")
		a.want(t, 0, "sleep 50\n", "")
		a.want(t, 0, "sleep 51\n", "")
	})
	t.Run("make", func(t *testing.T) {
		g.make(t, "-s", "exec", `CMD=echo "$HOME" 'a$b'; exit 7`).want(t, 2, "/root a$b\n", "Error 7")
		g.make(t, "-s", "exec").want(t, 2, "say which: make exec CMD=")
		g.make(t, "-s", "exec", "CMD=sleep 100", "TIMEOUT=1").want(t, 2, "did not end within TIMEOUT=1 seconds", "Error 124")
	})
	t.Run("binary", func(t *testing.T) {
		every := make([]byte, 256)
		for i := range every {
			every[i] = byte(i)
		}
		data := bytes.Repeat(append(every, 0xc0, 0xdb, 0xc0, 0xdc, 0xdb, 0xdd), 100)
		a := g.lkmcgen(t, bytes.NewReader(data), "exec", g.folder, "cat")
		if a.status != 0 || a.stdout != string(data) {
			t.Errorf("status %d, %d bytes came back, want the same %d", a.status, len(a.stdout), len(data))
		}
	})
	t.Run("large", func(t *testing.T) {
		data := noise(20e6)
		want := fmt.Sprintf("%x  -\n", sha256.Sum256(data))
		begin := time.Now()
		g.lkmcgen(t, bytes.NewReader(data), "exec", g.folder, "sha256sum").want(t, 0, want, "")
		t.Logf("20 MB into the guest: %v", time.Since(begin))
		begin = time.Now()
		a := g.lkmcgen(t, bytes.NewReader(data), "exec", g.folder, "cat; echo end >&2")
		t.Logf("20 MB through the guest: %v", time.Since(begin))
		if a.status != 0 || a.stdout != string(data) || a.stderr != "end\n" {
			t.Errorf("status %d, %d bytes came back, want the same %d", a.status, len(a.stdout), len(data))
		}
		both := g.exec(t, "yes out | head -n 1000000 & yes err | head -n 1000000 >&2; wait")
		if both.stdout != strings.Repeat("out\n", 1e6) || both.stderr != strings.Repeat("err\n", 1e6) {
			t.Errorf("got %d bytes of output and %d of errors", len(both.stdout), len(both.stderr))
		}
		// More input than anyone reads.
		g.lkmcgen(t, bytes.NewReader(data), "exec", g.folder, "head -c 5 | wc -c; exit 6").want(t, 6, "5\n", "")
		g.lkmcgen(t, bytes.NewReader(data), "exec", g.folder, "exec <&-; sleep 1; echo done").want(t, 0, "done\n", "")
	})
	t.Run("slow reader", func(t *testing.T) {
		// Nobody reads standard output, yet errors and the status of the input come.
		c := g.process(t, nil, "exec", "--timeout", "60", g.folder, "yes | head -c 3000000 & sleep 1; echo err >&2; wait")
		out, _ := c.StdoutPipe()
		errs, _ := c.StderrPipe()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 4)
		if _, err := io.ReadFull(errs, line); err != nil || string(line) != "err\n" {
			t.Errorf("got %q, %v; want err", line, err)
		}
		all, _ := io.ReadAll(out)
		if err := c.Wait(); err != nil || len(all) != 3e6 {
			t.Errorf("%d bytes, %v; want 3000000", len(all), err)
		}
	})
	t.Run("many", func(t *testing.T) {
		begin := time.Now()
		const n = 20
		for i := range n {
			g.exec(t, fmt.Sprintf("echo %d", i)).want(t, 0, fmt.Sprintf("%d\n", i), "")
		}
		t.Logf("one exec: %v", time.Since(begin)/n)
	})
	t.Run("four at once", func(t *testing.T) {
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				g.exec(t, fmt.Sprintf("echo begin; sleep 3; seq 20000 | wc -l; exit %d", i+1)).want(t, i+1, "begin\n20000\n", "")
			})
		}
		time.Sleep(1500 * time.Millisecond)
		g.exec(t, "true").want(t, 125, "", "all 4 ports of the guest's agent are in use")
		all.Wait()
		g.exec(t, "true").want(t, 0, "", "")
	})
	t.Run("killed client", func(t *testing.T) {
		for range 5 {
			c := g.process(t, infinite{}, "exec", g.folder, "cat >/dev/null; sleep 99")
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Millisecond)
			c.Process.Kill()
			c.Wait()
			g.exec(t, "echo again").want(t, 0, "again\n", "")
		}
		c := g.process(t, nil, "exec", g.folder, "echo here; exec sleep 98")
		out, _ := c.StdoutPipe()
		c.Start()
		io.ReadFull(out, make([]byte, 5))
		c.Process.Kill()
		c.Wait()
		g.until(t, "sleep 98", false)
	})
	t.Run("interrupt", func(t *testing.T) {
		for _, test := range []struct {
			command string
			signal  os.Signal
			status  int
			out     string
		}{
			{"echo here; sleep 97", os.Interrupt, 130, ""},
			{"echo here; sleep 97", syscall.SIGTERM, 143, ""},
			{"trap 'echo trapped; exit 5' INT; echo here; sleep 97", os.Interrupt, 5, "trapped\n"},
			{"trap '' INT; echo here; sleep 97", os.Interrupt, 130, ""},
			{"echo here; sleep 97 & sleep 97", os.Interrupt, 130, ""},
		} {
			c := g.process(t, nil, "exec", g.folder, test.command)
			out, _ := c.StdoutPipe()
			c.Start()
			io.ReadFull(out, make([]byte, 5))
			g.until(t, "sleep 97", true) // a signal between fork and exec would be lost
			c.Process.Signal(test.signal)
			rest, _ := io.ReadAll(out)
			c.Wait()
			if got := c.ProcessState.ExitCode(); got != test.status || string(rest) != test.out {
				t.Errorf("%s: status %d, %q; want %d, %q", test.command, got, rest, test.status, test.out)
			}
			g.until(t, "sleep 97", false)
		}
	})
	t.Run("terminal", func(t *testing.T) {
		a := g.lkmcgen(t, strings.NewReader("read from it\n"), "exec", "-t", g.folder, "tty; stty size; read x; echo \"<$x>\"; echo $TERM; exit 9")
		a.want(t, 9, "/dev/pts/", "")
		a.want(t, 9, "24 80\r\n", "")
		a.want(t, 9, "<read from it>\r\n", "")
		g.lkmcgen(t, nil, "exec", "-t", g.folder, "seq 30000 | tail -n 20000").want(t, 0, "\n29999\r\n30000\r\n", "")
		g.lkmcgen(t, strings.NewReader("uname -s\nexit 3\n"), "shell", g.folder).want(t, 3, "Linux\n", "")
		// script gives it a terminal; what is typed comes back.
		r := g.command(t, strings.NewReader("stty size\nexit\n"), "script", "-qec", "stty rows 33 cols 101; out/bin/lkmcgen shell "+g.folder, "/dev/null")
		r.want(t, 0, "33 101", "lkmc")
	})
	t.Run("deep folder", func(t *testing.T) {
		g.lkmcgen(t, nil, "exec", strings.Repeat("./", 100)+g.folder, "echo deep").want(t, 0, "deep\n", "")
	})
	t.Run("too long", func(t *testing.T) {
		g.exec(t, ": "+strings.Repeat("x", 20000)).want(t, 125, "", "pass a script on the standard input")
		g.lkmcgen(t, strings.NewReader("x="+strings.Repeat("x", 200000)+"; echo ${#x}"), "exec", g.folder, "sh").want(t, 0, "200000\n", "")
	})
	t.Run("stopped guest", func(t *testing.T) {
		g.lkmcgen(t, strings.NewReader("stop\n"), "monitor", g.folder).want(t, 0, "", "")
		g.lkmcgen(t, nil, "exec", "--timeout", "4", g.folder, "true").want(t, 124, "", "it is stopped (paused)")
		g.lkmcgen(t, strings.NewReader("cont\n"), "monitor", g.folder).want(t, 0, "", "")
		g.exec(t, "true").want(t, 0, "", "")
	})
	t.Run("module", func(t *testing.T) { modules(t, g) })
	t.Run("monitor", func(t *testing.T) {
		g.make(t, "-s", "screenshot").want(t, 2, "the guest has no screen (make run SCREEN=1 or GRAPHIC=1 gives it one)")
		a := g.lkmcgen(t, strings.NewReader("info status\n\ninfo name\n"), "monitor", g.folder)
		a.want(t, 0, "VM status: running\n", "")
		for _, wrong := range []string{"inof status", "info nosuch", "savevm a b c", "device_del nosuch"} {
			a := g.lkmcgen(t, strings.NewReader(wrong+"\ninfo status\n"), "monitor", g.folder)
			if a.status != 1 || a.stdout != "" || !strings.HasPrefix(a.stderr, wrong+": ") {
				t.Errorf("%s: %+v; want status 1 and its error", wrong, a)
			}
		}
		r := g.command(t, nil, "sh", "-c", `{ sleep 1; echo info status; sleep 1; printf '\035'; } | script -qec 'out/bin/lkmcgen monitor `+g.folder+"' /dev/null")
		r.want(t, 0, "Ctrl-] leaves", "VM status: running")
		g.make(t, "serial").want(t, 2, "the guest was started without a second serial port")
	})
	t.Run("runs", func(t *testing.T) {
		g.lkmcgen(t, nil, "runs", "out").want(t, 0, "alive", "")
		g.lkmcgen(t, nil, "runs", "--json", "out").want(t, 0, `"run": "`+g.name+`"`, "")
		g.make(t, "-s", "exec", "CMD=true", "RUN=nosuch").want(t, 2,
			"no guest nosuch of "+g.profileName()+" is running (start one in another terminal: make run PROFILE="+g.profileName()+" RUN=nosuch", "RUN="+g.name)
	})
}

// infinite is input without end.
type infinite struct{}

func (infinite) Read(p []byte) (int, error) { return len(p), nil }

// modules is about modules in a running guest.
func modules(t *testing.T, g *running) {
	g.make(t, "-s", "insmod", "MODULE=hello").want(t, 0, "] hello init\n")
	again := g.make(t, "-s", "insmod", "MODULE=hello")
	again.want(t, 0, "] hello exit\n", "] hello init\n")
	g.make(t, "-s", "insmod", "MODULE=params", `PARAMS=number=5 text="a b"`).want(t, 0, "params: init number=5 text=a b\n")
	g.make(t, "-s", "rmmod", "MODULE=hello").want(t, 0, "] hello exit\n")
	g.make(t, "-s", "rmmod", "MODULE=hello").want(t, 2, "hello", "Error 1")
	g.make(t, "-s", "insmod", "MODULE=helo").want(t, 2, `there is no module "helo"`, `did you mean "hello"?`, "Error 125")
	g.make(t, "-s", "insmod").want(t, 2, "say which: make insmod MODULE=")
	// Its own error, and what the kernel has to say of it.
	g.make(t, "-s", "insmod", "MODULE=params", "PARAMS=number=many").want(t, 2, "params: `many' invalid for parameter `number'", "insmod: ", "Error ")
	g.exec(t, "rmmod params").want(t, 1, "", "")

	// A module that the image does not have is found like the others.
	built, _ := filepath.Glob(filepath.Join(g.dir, "out", g.profileName(), "*", "modules/hello.ko"))
	if len(built) == 0 {
		t.Fatal("there is no hello.ko")
	}
	data, err := os.ReadFile(built[0])
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "un-known.ko")
	if err := os.WriteFile(other, data, 0o644); err != nil {
		t.Fatal(err)
	}
	g.lkmcgen(t, nil, "insmod", g.folder, other).want(t, 0, "] hello init\n", "")
	g.exec(t, "rmmod hello && modprobe un-known && rmmod hello && insmod /un-known.ko && rmmod hello").want(t, 0, "", "")

	other = "source"
	if info, _ := os.ReadFile(filepath.Join(g.dir, g.folder, "run.json")); strings.Contains(string(info), `"builder": "source"`) {
		other = "distro"
	}
	g.lkmcgen(t, nil, "insmod", "--builder", other, g.folder).want(t, 125, "", "not "+other+": its kernel is another (add BUILDER=")
}

// TestExecNoAgent: a guest whose init starts no agent.
func TestExecNoAgent(t *testing.T) {
	t.Parallel()
	g := root(t).start(t, "noagent", "EVAL_INIT=sleep 100")
	a := g.exec(t, "true")
	a.want(t, 125, "", "the guest's agent did not answer in 1")
	a.want(t, 125, "", "its init is /eval.sh, and nothing has started the agent")
}

// TestExecPanic: the guest panics in the middle of a command, and afterwards is
// not there.
func TestExecPanic(t *testing.T) {
	t.Parallel()
	g := root(t).start(t, "panic")
	c := g.process(t, nil, "exec", g.folder, "echo before; read go; echo c >/proc/sysrq-trigger; sleep 60")
	in, _ := c.StdinPipe()
	out, _ := c.StdoutPipe()
	var stderr bytes.Buffer
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	// What a guest says in the very moment of its panic may stay in it.
	line, _ := bufio.NewReader(out).ReadString('\n')
	io.WriteString(in, "\n")
	c.Wait()
	answer{line, stderr.String(), c.ProcessState.ExitCode()}.want(t, 125, "before\n", "the guest is gone: kernel panic: sysrq triggered crash")
	g.exec(t, "true").want(t, 125, "", "no guest panic of "+g.profileName()+" is running")
	g.lkmcgen(t, nil, "monitor", g.folder).want(t, 1, "", "no guest panic of "+g.profileName()+" is running")
	g.lkmcgen(t, nil, "runs", "out").want(t, 0, "kernel panic: sysrq triggered crash (exit status 101)", "")
}

// TestExecHalted: the guest panics, and its emulator does not end.
func TestExecHalted(t *testing.T) {
	t.Parallel()
	g := root(t).start(t, "halted", "APPEND=panic=0")
	g.exec(t, "echo 'Kernel panic - not syncing: said somebody' >/dev/console; sleep 9; echo alive").want(t, 0, "alive\n", "")
	g.exec(t, "echo c >/proc/sysrq-trigger; sleep 60").want(t, 125, "", "the guest is gone: kernel panic: ")
	g.exec(t, "true").want(t, 125, "", "the guest's agent did not answer in ")
}

// TestExecKilled: the emulator is killed in the middle of a command.
func TestExecKilled(t *testing.T) {
	t.Parallel()
	g := root(t).start(t, "killed-exec", "TIMEOUT=0")
	g.exec(t, "true").want(t, 0, "", "")
	c := g.process(t, nil, "exec", g.folder, "echo here; sleep 60")
	out, _ := c.StdoutPipe()
	var stderr bytes.Buffer
	c.Stderr = &stderr
	c.Start()
	io.ReadFull(out, make([]byte, 5))
	g.command(t, nil, "sh", "-c", `kill -9 $(ps -o pid= --ppid $(sed -n 's/^ *"pid": \([0-9]*\).*/\1/p' `+g.folder+`/run.json))`).want(t, 0)
	c.Wait()
	if c.ProcessState.ExitCode() != 125 || !strings.Contains(stderr.String(), "the guest is gone: ") || !strings.Contains(stderr.String(), "ended with status 137") {
		t.Errorf("status %d, stderr %q; want 125 and how the emulator ended", c.ProcessState.ExitCode(), stderr.String())
	}
}

// TestExecWatch: each save of a module, a program and a file of the overlay
// reaches the running guest, by what editor ever; what a profile's change
// concerns is told; and nothing that is wrong ends it.
func TestExecWatch(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := leanTree(t)
	g := tr.start(t, "watch")
	g.exec(t, "true").want(t, 0, "", "")
	log := filepath.Join(t.TempDir(), "log")
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c := exec.Command("make", "watch", "RUN=watch", "PROFILE="+g.profileName())
	c.Dir, c.Env, c.Stdout, c.Stderr = g.dir, append(cleanEnv(), g.env...), out, out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	expect := func(text string) {
		t.Helper()
		begin := time.Now()
		if !waitFor(log, text, time.Minute) {
			data, _ := os.ReadFile(log)
			t.Fatalf("no %q in\n%s", text, data)
		}
		t.Logf("%q after %v", text, time.Since(begin))
	}
	expect(": 0 files changed\n")
	g.edit(t, "kernel_module/hello.c", `pr_info("hello init`, `pr_info("hello again`)
	expect("/hello.o\n") // what compiles it is seen
	expect("] hello again\n")
	g.edit(t, "kernel_module/hello.c", `pr_info("hello again`, `pr_nonsense("hello`)
	expect("pr_nonsense")
	g.edit(t, "kernel_module/hello.c", `pr_nonsense("hello`, `pr_info("hello at last`)
	expect("] hello at last\n")
	if _, err := exec.LookPath("vim"); err == nil {
		g.command(t, nil, "vim", "-u", "NONE", "-es", "-c", "set backup backupcopy=no", "-c", "%s/hello at last/hello by vim/", "-c", "wq", "kernel_module/hello.c").want(t, 0)
		expect("] hello by vim\n")
	}
	overlay(t, g.tree, "poked.sh", "echo poked $((6 * 7))\n")
	expect("/poked.sh is in the guest\n")
	g.exec(t, "sh /poked.sh").want(t, 0, "poked 42\n", "")
	g.edit(t, "kernel_module/user/hello.c", `puts("hello")`, `puts("hello, watch")`)
	expect("/hello.out is in the guest\n")
	g.exec(t, "/hello.out").want(t, 0, "hello, watch\n", "")
	g.edit(t, "kernel_module/user/flags.mk", "-O2", "-O1")
	expect("-O1 -g ") // the programs are compiled
	for range 2 {
		g.edit(t, "profiles/base.toml", "disk_size", "disc_size")
		expect(`unknown key "guest.disc_size"`)
		time.Sleep(time.Second)
		g.edit(t, "kernel_module/hello.c", "pr_info", "pr_info ")
		time.Sleep(time.Second)
		g.edit(t, "profiles/base.toml", "disc_size", "disk_size")
	}
	g.edit(t, "profiles/base.toml", `"256M"`, `"300M"`)
	expect("out of date now: modules, root file system (make build BUILDER=distro)")
	if n := strings.Count(string(content(t, log)), "disc_size"); n > 2 {
		t.Errorf("a mistake that was made twice is told %d times", n)
	}
	if strings.Contains(string(content(t, log)), "ing directory") {
		t.Error("make tells its folder")
	}
	syscall.Kill(-c.Process.Pid, syscall.SIGINT)
	c.Wait()
}
