// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A stub is the server's end of GDB's remote protocol.
type stub struct {
	net.Conn
	in *bufio.Reader
}

// dialStub connects to the second serial port of a guest. A unix socket's path is
// short: it is dialled from the run's folder.
func dialStub(t *testing.T, g *running) *stub {
	t.Helper()
	link := filepath.Join(t.TempDir(), "s")
	if err := os.Symlink(filepath.Join(g.dir, g.folder), link); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("unix", filepath.Join(link, "serial.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	return &stub{conn, bufio.NewReader(conn)}
}

// until reads up to the text.
func (s *stub) until(t *testing.T, text string) {
	t.Helper()
	var seen strings.Builder
	for !strings.HasSuffix(seen.String(), text) {
		b, err := s.in.ReadByte()
		if err != nil {
			t.Fatalf("no %q on the serial port, but %q: %v", text, seen.String(), err)
		}
		seen.WriteByte(b)
	}
}

// ask sends a packet, and returns and acknowledges the answer.
func (s *stub) ask(t *testing.T, packet string) string {
	t.Helper()
	fmt.Fprint(s, frame(packet))
	s.until(t, "$")
	answer, err := s.in.ReadString('#')
	if err != nil {
		t.Fatal(err)
	}
	sum := make([]byte, 2)
	for i := range sum {
		sum[i], _ = s.in.ReadByte()
	}
	answer = strings.TrimSuffix(answer, "#")
	if want := frame(answer); want[len(want)-2:] != string(sum) {
		t.Errorf("%q has the sum %s, want %s", answer, sum, want)
	}
	fmt.Fprint(s, "+")
	return answer
}

func frame(packet string) string {
	var sum byte
	for i := range len(packet) {
		sum += packet[i]
	}
	return fmt.Sprintf("$%s#%02x", packet, sum)
}

// TestKgdb: the kernel stops for who speaks GDB's protocol on the second serial
// port, answers, and goes on.
func TestKgdb(t *testing.T) {
	g := root(t).with("BUILDER=source", "SERIAL=1").start(t, "kgdb")
	g.exec(t, "true").want(t, 0, "", "")
	g.exec(t, "/kgdb.sh a b").want(t, 2, "", "usage: kgdb.sh [PORT]")
	g.exec(t, "/kgdb.sh nosuch0").want(t, 1, "", "")
	s := dialStub(t, g)
	for i, script := range []string{"/kgdb.sh", "/kgdb.sh ttyS1", "/kgdb-mod.sh"} {
		t.Run(script, func(t *testing.T) {
			done := make(chan answer, 1)
			go func() { done <- g.exec(t, script) }()
			// Whoever types there finds KDB, until what it reads is GDB's; from
			// then on the kernel waits without a word.
			if i == 0 {
				s.until(t, "kdb> ")
			}
			time.Sleep(3 * time.Second)
			if got := s.ask(t, "?"); !strings.HasPrefix(got, "S05") && !strings.HasPrefix(got, "T05") {
				t.Errorf("? is answered by %q, want signal 5", got)
			}
			if got := s.ask(t, "m0,1"); !strings.HasPrefix(got, "E") {
				t.Errorf("memory at 0: %q, want an error", got)
			}
			if got := s.ask(t, "g"); len(got) < 100 {
				t.Errorf("the registers are %q", got)
			}
			select {
			case a := <-done:
				t.Errorf("the guest goes on while it is stopped: %+v", a)
			default:
			}
			if got := s.ask(t, "D"); got != "OK" {
				t.Errorf("detach is answered by %q", got)
			}
			a := <-done
			a.want(t, 0, "kgdb.sh: the kernel stops now; GDB can attach at /dev/ttyS1\n", "")
			a.want(t, 0, "kgdb.sh: the kernel goes on\n", "")
			g.exec(t, "echo alive; lsmod | grep -c fops").want(t, 1, "alive\n0\n", "")
		})
	}
}

// TestKGDB: make kgdb stops the kernel and attaches GDB, which knows the kernel's
// functions and those of modules, from their first instruction.
func TestKGDB(t *testing.T) {
	eachSource(t, func(t *testing.T, tr tree) {
		if tr.cannot(t, "KGDB") {
			tr.make(t, "run", "KGDB=1").want(t, 2, "KGDB: not with "+tr.profileName()+": ")
			return
		}
		g := tr.start(t, "kgdb-gdb", "KGDB=1")
		g.exec(t, "true").want(t, 0, "", "")
		commands, refused := []string{"backtrace 5", "lx-version", "call (int)nr_cpu_ids"}, ""
		if tr.name(t, "kbuild") != "mips" { // where nobody has called a function
			commands, refused = append(commands, `call (int)_printk($kstr("x"))`), "in a guest of GDB=1 it"
		}
		r := g.attach(t, "kgdb", g.name, nil, append(commands, "detach")...)
		r.want(t, 0, "kgdb_breakpoint () at ", "kernel/debug/debug_core.c:", "write_sysrq_trigger", "Linux version", refused)
		g.exec(t, "echo alive").want(t, 0, "alive\n", "")

		// While the kernel stands still, the command waits.
		stops := func(n int) {
			if !waitForTimes(filepath.Join(g.dir, g.folder, "console.log"), "sysrq: DEBUG", n, time.Minute) {
				t.Errorf("the kernel did not stop %d times", n)
			}
		}
		done := make(chan answer, 1)
		go func() {
			stops(2)
			done <- g.exec(t, "insmod /misc_device.ko; echo hi >/dev/misc_device; rmmod misc_device; echo done")
		}()
		r = g.attach(t, "kgdb", g.name, []string{"BREAK=misc_device_init"},
			"backtrace 2", "tbreak misc_device_write", "continue", "backtrace 2", "delete", "detach")
		r.want(t, 0, "no function misc_device_init yet", "symbols of module misc_device", "in do_one_initcall",
			"modules/misc_device.c", "misc_device_write (file=", "vfs_write")
		a := <-done
		a.want(t, 0, "done\n", "")

		// Also where the guest has stopped by itself.
		go func() { done <- g.exec(t, "/kgdb-mod.sh") }()
		stops(3)
		r = g.attach(t, "kgdb", g.name, []string{"BREAK=fops_write"}, "backtrace 1", "delete", "detach")
		r.want(t, 0, "fops_write (", "modules/fops.c:")
		a = <-done
		a.want(t, 0, "kgdb.sh: the kernel goes on\n", "")
	})
}

// TestKGDBWait: the kernel stops in the middle of its boot.
func TestKGDBWait(t *testing.T) {
	needBoot(t)
	g := root(t).with("BUILDER=source").start(t, "kgdb-wait", "KGDB=1", "KGDB_WAIT=1")
	g.attach(t, "kgdb", g.name, []string{"BREAK=run_init_process"}, "backtrace 1", "delete", "detach").
		want(t, 0, "run_init_process (init_filename=", "init/main.c")
	g.exec(t, "echo alive").want(t, 0, "alive\n", "")
}

// TestKGDBRefuses: what stands in the way is told before the boot, or before the
// kernel is stopped.
func TestKGDBRefuses(t *testing.T) {
	needBoot(t)
	tr := root(t)
	tr.make(t, "build").want(t, 0)
	tr.make(t, "run", "KGDB=1").want(t, 2, "KGDB: the kernel of BUILDER=distro was compiled without KGDB_SERIAL_CONSOLE (BUILDER=source makes one with it)")
	tr.make(t, "run", "BUILDER=source", "KGDB=1", "KDB=1").want(t, 2, "KDB and KGDB cannot be given together")
	tr.make(t, "run", "BUILDER=source", "KGDB_WAIT=1").want(t, 2, "KGDB_WAIT has no effect without KGDB")
	g := tr.start(t, "kgdb-none")
	g.make(t, "kgdb").want(t, 2, "the guest was started without KGDB=1")
	g.lkmcgen(t, nil, "stop-kernel", g.folder).want(t, 1, "", "the guest has no second serial port (start it with KGDB=1)")
}

// A typed is what to type once the console has said something, n times or more.
type typed struct {
	wait string
	n    int
	text string
}

// typeAt starts a run, types, and returns how it ended.
func (tr tree) typeAt(t *testing.T, run string, settings []string, steps []typed) result {
	t.Helper()
	in, typist, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	log := filepath.Join(tr.runFolder(run), "console.log")
	os.Remove(log)
	go func() {
		defer typist.Close()
		for _, step := range steps {
			if !waitForTimes(log, step.wait, step.n, 2*time.Minute) {
				t.Errorf("%q was not said %d times", step.wait, step.n)
				typist.WriteString("\x01x")
				return
			}
			time.Sleep(300 * time.Millisecond) // until what prompts also reads
			typist.WriteString(step.text)
		}
		waitFor(log, "Power down", time.Minute)
	}()
	return tr.with("RUN="+run, "TIMEOUT=180").with(settings...).command(t, in, "sh", "generated/"+tr.profileName()+"/run.sh")
}

// waitForTimes waits until the file holds the text n times.
func waitForTimes(file, text string, n int, patience time.Duration) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		data, _ := os.ReadFile(file)
		if strings.Count(string(data), text) >= n {
			return true
		}
	}
	return false
}

// TestKDB types at the kernel's own debugger, which /kgdb.sh and SysRq g on the
// serial line bring to the console.
func TestKDB(t *testing.T) {
	eachSource(t, func(t *testing.T, tr tree) {
		tr.make(t, "build").want(t, 0)
		sysrq := "\x01b" // Ctrl-A b, a break that the emulator sends; Enter is \r for KDB
		if strings.Contains(readText(t, "generated/"+tr.profileName()+"/run.sh"), "kgdboc=hvc") {
			sysrq = "\x0f" // Ctrl-O: the hypervisor's console has no break
		}
		r := tr.typeAt(t, "kdb", []string{"KDB=1"}, []typed{
			{"~# ", 1, "/kgdb.sh\n"},
			{"kdb> ", 1, "set LINES 500\r"},
			{"kdb> ", 2, "ps\r"},
			{"kdb> ", 3, "bt\r"},
			{"kdb> ", 4, "go\r"},
			{"the kernel goes on", 1, sysrq + "g"},
			{"kdb> ", 5, "go\r"},
			{"~# ", 2, "poweroff\n"},
		})
		r.want(t, 0, "KDB is at the console, go leaves it", "Entering kdb (current=", "Stack traceback for pid ", "kgdb.sh: the kernel goes on\n",
			"the guest powered off (exit status 0)")
		if tr.name(t, "kbuild") != "mips" { // whose kernel follows no calls beyond an exception
			r.want(t, 0, "write_sysrq_trigger")
		}
	})
}
