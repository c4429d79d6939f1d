// SPDX-License-Identifier: Apache-2.0

// Package guest is the host's side of a guest that runs: the run's folder, the
// agent in the guest, and the emulator's monitor.
//
// A run's folder is out/<profile>/runs/<name>. In it are run.json, written when
// the run starts; lock, held by flock while it lives; the emulator's sockets;
// console.log, what the guest said; and verdict, how the last run ended.
package guest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lkmc/lkmcgen/internal/diag"
)

// A Run is what a folder says about the run of that name, which lives or is the
// last one that did.
type Run struct {
	Folder  string    `json:"folder"`
	Profile string    `json:"profile"`
	Name    string    `json:"run"`
	Builder string    `json:"builder"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Argv    []string  `json:"-"`
	Alive   bool      `json:"alive"`
	// Verdict tells how a run that is over ended; empty when it was killed.
	Verdict string `json:"verdict"`
	Status  int    `json:"status"` // the exit status in the verdict
}

// Read returns the state of the run with the given folder. A folder that is not
// there is a run that is not alive.
func Read(folder string) *Run {
	profile := filepath.Base(filepath.Dir(filepath.Dir(absolute(folder))))
	r := &Run{Folder: folder, Profile: profile, Name: filepath.Base(folder)}
	if data, err := os.ReadFile(filepath.Join(folder, "run.json")); err == nil {
		var info struct {
			Run
			Argv []string `json:"argv"`
		}
		if json.Unmarshal(data, &info) == nil {
			r.Builder, r.PID, r.Started, r.Argv = info.Builder, info.PID, info.Started, info.Argv
		}
	}
	r.Alive = locked(filepath.Join(folder, "lock"))
	if data, err := os.ReadFile(filepath.Join(folder, "verdict")); err == nil {
		status, words, _ := strings.Cut(strings.TrimSpace(string(data)), " ")
		r.Status, _ = strconv.Atoi(status)
		r.Verdict = words
	}
	return r
}

func absolute(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}

// List returns the runs below the folder in which everything is built, by
// profile and name.
func List(out string) []*Run {
	folders, _ := filepath.Glob(filepath.Join(out, "*", "runs", "*", "run.json"))
	var runs []*Run
	for _, f := range folders {
		runs = append(runs, Read(filepath.Dir(f)))
	}
	slices.SortFunc(runs, func(a, b *Run) int {
		return cmp.Or(cmp.Compare(a.Profile, b.Profile), cmp.Compare(a.Name, b.Name))
	})
	return runs
}

// State tells in words how the run is.
func (r *Run) State() string {
	switch {
	case r.Alive:
		return "alive"
	case r.Verdict != "":
		return fmt.Sprintf("%s (exit status %d)", r.Verdict, r.Status)
	}
	return "killed"
}

// NeedAlive is an error that says how to start the run, unless it is alive.
func (r *Run) NeedAlive() error {
	if r.Alive {
		return nil
	}
	settings := "PROFILE=" + r.Profile
	if r.Name != "default" {
		settings += " RUN=" + r.Name
	}
	hint := "start one in another terminal: make run " + settings
	for _, other := range List(filepath.Dir(filepath.Dir(filepath.Dir(absolute(r.Folder))))) {
		if other.Alive {
			hint += fmt.Sprintf("; there is one: PROFILE=%s RUN=%s", other.Profile, other.Name)
		}
	}
	return &diag.Error{Msg: fmt.Sprintf("no guest %s of %s is running", r.Name, r.Profile), Hint: hint}
}

// NeedSerial is an error unless the run's guest has a second serial port, for
// people and not for KGDB.
func (r *Run) NeedSerial() error {
	if r.parameter("kgdboc") != "" {
		return &diag.Error{Msg: "its second serial port is the debugger's", Hint: "attach to it: make kgdb"}
	}
	if _, err := os.Stat(filepath.Join(r.Folder, "serial.sock")); err != nil {
		return &diag.Error{Msg: "the guest was started without a second serial port", Hint: "make run SERIAL=1"}
	}
	return nil
}

// locked tells whether another process holds the lock of the given name.
func locked(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	// Shared: two that ask do not see each other.
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == syscall.EWOULDBLOCK
}

// take takes a lock in the run's folder, and is nil when another process has
// it. It is given back by Close, and by the end of this process.
func (r *Run) take(name string) *os.File {
	f, err := os.OpenFile(filepath.Join(r.Folder, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil
	}
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		f.Close()
		return nil
	}
	return f
}

// dial connects to a socket in the run's folder, however long the folder's name
// is: a socket's address has 107 bytes.
func (r *Run) dial(socket string) (net.Conn, error) {
	dir, err := os.Open(r.Folder)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	conn, err := net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), socket))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(r.Folder, socket), err)
	}
	return conn, nil
}

// parameter returns the value of a word of the guest's kernel command line.
func (r *Run) parameter(name string) string {
	word := regexp.MustCompile(`(?:^|\s)` + regexp.QuoteMeta(name) + `=(\S*)`)
	for _, a := range r.Argv {
		if m := word.FindStringSubmatch(a); m != nil {
			return m[1]
		}
	}
	return ""
}

// Ended waits a little until a run whose emulator went away is over, and says
// how it ended.
func (r *Run) Ended() string {
	var now *Run
	for range 60 {
		if now = Read(r.Folder); !now.Alive {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	switch {
	case now.Verdict != "":
		return now.Verdict
	case now.panicked() != "":
		return "kernel panic: " + now.panicked()
	case now.Alive:
		return "its emulator closed the connection"
	}
	return "the run was killed"
}

// logTail is how much of the console's log may come after the line of a panic:
// registers and a stack.
const logTail = 64 << 10

// panicked returns the text of a panic at the end of the console's log.
func (r *Run) panicked() string {
	f, err := os.Open(filepath.Join(r.Folder, "console.log"))
	if err != nil {
		return ""
	}
	defer f.Close()
	f.Seek(-logTail, io.SeekEnd) // a shorter one is read from its beginning
	data, _ := io.ReadAll(f)
	_, text, _ := strings.Cut(string(data), "Kernel panic - not syncing: ")
	text, _, _ = strings.Cut(text, "\n")
	return strings.TrimRight(text, "\r")
}
