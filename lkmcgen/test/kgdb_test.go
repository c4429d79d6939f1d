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
