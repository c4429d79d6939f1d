// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// folder makes a run's folder with the given files, and locks it if it lives.
func folder(t *testing.T, alive bool, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out", "some-profile", "runs", "mine")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if alive {
		f, err := os.Create(filepath.Join(dir, "lock"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const info = `{"profile": "some-profile", "builder": "distro", "run": "mine", "pid": 12,
	"started": "2026-01-02T03:04:05Z", "argv": ["emulator", "-append", "console=x init=/eval.sh quiet"]}`

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name  string
		alive bool
		files map[string]string
		want  string
	}{
		{"nothing there", false, nil, "killed"},
		{"alive", true, map[string]string{"run.json": info}, "alive"},
		{"ended", false, map[string]string{"run.json": info, "verdict": "101 kernel panic: x\n", "lock": ""}, "kernel panic: x (exit status 101)"},
		{"killed", false, map[string]string{"run.json": info, "lock": ""}, "killed"},
		{"half a file", true, map[string]string{"run.json": info[:40]}, "alive"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := Read(folder(t, test.alive, test.files))
			if got := r.State(); got != test.want {
				t.Errorf("State() = %q, want %q", got, test.want)
			}
			if r.Profile != "some-profile" || r.Name != "mine" {
				t.Errorf("it is %s of %s, want mine of some-profile", r.Name, r.Profile)
			}
			if err := r.NeedAlive(); (err == nil) != test.alive {
				t.Errorf("NeedAlive() = %v", err)
			}
		})
	}
	r := Read(folder(t, true, map[string]string{"run.json": info}))
	if r.Builder != "distro" || r.PID != 12 || r.Started.IsZero() || r.parameter("init") != "/eval.sh" || r.parameter("console") != "x" || r.parameter("root") != "" {
		t.Errorf("read %+v", r)
	}
}

// TestNeedAlive: the error says how to start the run, and which others live.
func TestNeedAlive(t *testing.T) {
	alive := folder(t, true, map[string]string{"run.json": info})
	err := Read(filepath.Join(filepath.Dir(alive), "other")).NeedAlive()
	const want = "no guest other of some-profile is running (start one in another terminal: make run PROFILE=some-profile RUN=other; there is one: PROFILE=some-profile RUN=mine)"
	if err == nil || err.Error() != want {
		t.Errorf("NeedAlive() = %v, want %s", err, want)
	}
}

func TestEnded(t *testing.T) {
	for _, test := range []struct {
		files map[string]string
		want  string
	}{
		{map[string]string{"verdict": "102 it ended with status 137\n"}, "it ended with status 137"},
		{map[string]string{"console.log": "a\r\n[ 1.0] Kernel panic - not syncing: Oops: x\r\nb\n"}, "kernel panic: Oops: x"},
		{nil, "the run was killed"},
	} {
		if got := Read(folder(t, false, test.files)).Ended(); got != test.want {
			t.Errorf("Ended() = %q, want %q", got, test.want)
		}
	}
}

// TestDial: a folder may be deeper than a socket's address is long.
func TestDial(t *testing.T) {
	dir := folder(t, true, nil)
	deep := filepath.Join(dir, strings.Repeat("a", 100), strings.Repeat("b", 100))
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	l, err := net.Listen("unix", "agent.0.sock")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := Read(deep).dial("agent.0.sock")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := Read(deep).dial("none.sock"); err == nil || !strings.Contains(err.Error(), deep+"/none.sock") {
		t.Errorf("dial = %v, want the socket's name", err)
	}
}

func TestTake(t *testing.T) {
	r := Read(folder(t, true, nil))
	one := r.take("agent.0.lock")
	if one == nil || r.take("agent.0.lock") != nil {
		t.Fatal("the lock was given to none or to two")
	}
	one.Close()
	if again := r.take("agent.0.lock"); again == nil {
		t.Error("the lock was not given back")
	}
}

func TestKernelLine(t *testing.T) {
	for _, test := range []struct{ record, want string }{
		{"6,339,5140900,-;hello init\n", "[    5.140900] hello init\n"},
		{"4,340,65140900,-,caller=T1;it's; 50%\n SUBSYSTEM=pci\n DEVICE=+pci:0\n", "[   65.140900] it's; 50%\n"},
		{`6,1,7,-;a\x0ab\x5cx`, "[    0.000007] a\nb\\x\n"},
		{"12,339,5140900,-;a program's\n", ""},
		{"", ""},
		{"6,1;no time", ""},
	} {
		if got, _ := kernelLine(test.record); got != test.want {
			t.Errorf("kernelLine(%q) = %q, want %q", test.record, got, test.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                  false,
		"VM status: running\n":              false,
		"unknown command: 'x'\n":            true,
		"Error: Device 'x' not found\n":     true,
		"x: extra\nTry \"help x\" for more": true,
	} {
		if refused(text) != want {
			t.Errorf("refused(%q) = %v", text, !want)
		}
	}
}
