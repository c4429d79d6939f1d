// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"lkmc/lkmcgen/internal/diag"
)

// A Monitor is a connection with the emulator's machine protocol, QMP.
type Monitor struct {
	lock *os.File
	conn net.Conn
	dec  *json.Decoder
}

// patience is how long an answer may take that needs no work.
const patience = 3 * time.Second

// OpenMonitor connects with the emulator of a run that is alive.
func OpenMonitor(r *Run) (*Monitor, error) {
	if err := r.NeedAlive(); err != nil {
		return nil, err
	}
	lock := r.take("qmp.lock")
	if lock == nil {
		return nil, &diag.Error{Msg: "the emulator's monitor is in use by another process"}
	}
	conn, err := r.dial("qmp.sock")
	if err != nil {
		lock.Close()
		if len(r.Argv) > 0 && !strings.Contains(strings.Join(r.Argv, " "), "qmp.sock") {
			return nil, &diag.Error{Msg: "the run has no monitor", Hint: "its emulator has none"}
		}
		return nil, err
	}
	m := &Monitor{lock, conn, json.NewDecoder(conn)}
	conn.SetDeadline(time.Now().Add(patience))
	var greeting any
	if err := m.dec.Decode(&greeting); err != nil {
		m.Close()
		return nil, fmt.Errorf("the emulator does not greet: %w", err)
	}
	if err := m.do("qmp_capabilities", nil, nil); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// Close ends the connection.
func (m *Monitor) Close() {
	m.conn.Close()
	m.lock.Close()
}

// do executes a command of QMP and decodes what it returns into result.
func (m *Monitor) do(command string, arguments map[string]any, result any) error {
	request := map[string]any{"execute": command}
	if arguments != nil {
		request["arguments"] = arguments
	}
	data, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if _, err := m.conn.Write(append(data, '\n')); err != nil {
		return err
	}
	for {
		var answer struct {
			Return json.RawMessage
			Error  *struct{ Desc string }
			Event  string
		}
		if err := m.dec.Decode(&answer); err != nil {
			return err
		}
		switch {
		case answer.Error != nil:
			return fmt.Errorf("%s: %s", command, answer.Error.Desc)
		case answer.Event != "":
			continue
		case result == nil:
			return nil
		}
		return json.Unmarshal(answer.Return, result)
	}
}

// Human executes a line of the monitor for people and returns what it prints.
// Some lines, such as savevm, take their time. A line that the monitor refuses
// is an error with its text.
func (m *Monitor) Human(line string) (string, error) {
	m.conn.SetDeadline(time.Time{})
	var text string
	err := m.do("human-monitor-command", map[string]any{"command-line": line}, &text)
	if err != nil {
		return "", err
	}
	text = strings.ReplaceAll(text, "\r", "")
	if refused(text) {
		return "", fmt.Errorf("%s: %s", line, strings.TrimSpace(text))
	}
	return text, nil
}

// refused tells an error from an answer: the monitor for people has text only.
func refused(text string) bool {
	return strings.HasPrefix(text, "Error: ") || strings.HasPrefix(text, "unknown command: ") ||
		strings.Contains(text, "\nTry \"help ") || strings.HasPrefix(text, "Try \"help ")
}

// status is that of the guest: running, paused, prelaunch, ...; empty when the
// emulator does not say.
func (m *Monitor) status() string {
	m.conn.SetDeadline(time.Now().Add(patience))
	var state struct{ Status string }
	if m.do("query-status", nil, &state) != nil {
		return ""
	}
	return state.Status
}

// noRoom is the status of a guest that was stopped at a write to its disk, for which
// there was no room on the host.
const (
	noRoom = "io-error"
	waits  = "waits at a write until the host's disk has room and its monitor gets cont"
)

// A machineState is what the emulator knows of its guest.
type machineState struct {
	Status    string
	AgentOpen bool // a program in the guest has opened an agent's port
}

func (r *Run) state() (state machineState) {
	m, err := OpenMonitor(r)
	if err != nil {
		return state
	}
	defer m.Close()
	if state.Status = m.status(); state.Status == "" {
		return state
	}
	var devices []struct {
		Label string
		Open  bool `json:"frontend-open"`
	}
	if m.do("query-chardev", nil, &devices) == nil {
		for _, d := range devices {
			state.AgentOpen = state.AgentOpen || strings.HasPrefix(d.Label, "agent") && d.Open
		}
	}
	return state
}

// Dial connects with a socket of the run's that is for people: its monitor, which
// echoes keys, or its serial port. One process at a time can use it.
func Dial(r *Run, socket, what string) (net.Conn, error) {
	lock := r.take(socket + ".lock")
	if lock == nil {
		return nil, &diag.Error{Msg: what + " is in use by another process"}
	}
	conn, err := r.dial(socket + ".sock")
	if err != nil {
		lock.Close()
		return nil, err
	}
	return lockedConn{conn, lock}, nil
}

// A lockedConn gives its lock back with its end.
type lockedConn struct {
	net.Conn
	lock *os.File
}

// Close ends the connection.
func (c lockedConn) Close() error {
	defer c.lock.Close()
	return c.Conn.Close()
}
