// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	"lkmc/lkmcgen/internal/diag"
)

const (
	serialSocket = "serial.sock"
	// whyStopped asks who speaks GDB's protocol why it stopped.
	whyStopped = "+$?#3f"
	// answerTime is how long a kernel that has stopped may take to answer, and
	// silence how long nothing comes once it has said all.
	answerTime = 3 * time.Second
	silence    = 300 * time.Millisecond
	// startTime is how long an emulator may take until it listens.
	startTime = 10 * time.Second
	// stopTime is how long a kernel may take to stop.
	stopTime = 2 * time.Minute
)

var stopReply = regexp.MustCompile(`\$[ST][0-9a-f]{2}[^#]*#[0-9a-f]{2}`)

// StopKernel stops the kernel of a guest for GDB on its second serial port, by
// SysRq g, unless it has stopped there already. It goes on when GDB lets it. What
// to tell meanwhile is given to notice.
func (r *Run) StopKernel(ctx context.Context, notice func(string)) error {
	if err := r.NeedAlive(); err != nil {
		return err
	}
	if !strings.Contains(strings.Join(r.Argv, " "), "/"+serialSocket) {
		return &diag.Error{Msg: "the guest has no second serial port", Hint: "start it with KGDB=1"}
	}
	conn, err := r.dialSoon(serialSocket)
	if err != nil {
		return err
	}
	defer conn.Close()
	if answers(conn, answerTime) {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { cancel(r.sysrq(ctx, notice)) }()
	for end := time.Now().Add(stopTime); time.Now().Before(end); {
		if answers(conn, answerTime) {
			return nil
		}
		if ctx.Err() != nil && !errors.Is(context.Cause(ctx), context.Canceled) {
			return context.Cause(ctx)
		}
	}
	return &diag.Error{Msg: fmt.Sprintf("the kernel did not stop within %v", stopTime), Hint: "see " + r.Folder + "/console.log"}
}

// dialSoon connects to a socket of an emulator that may be about to start.
func (r *Run) dialSoon(socket string) (net.Conn, error) {
	for end := time.Now().Add(startTime); ; time.Sleep(50 * time.Millisecond) {
		conn, err := r.dial(socket)
		if err == nil || !errors.Is(err, os.ErrNotExist) || time.Now().After(end) {
			return conn, err
		}
	}
}

// sysrq has the agent press SysRq g, and lasts until the kernel goes on.
func (r *Run) sysrq(ctx context.Context, notice func(string)) error {
	s, err := Connect(ctx, r, notice)
	if err != nil {
		return err
	}
	defer s.Close()
	// What is on the way to the console gets there first.
	const script = "/bin/busybox stty -F /dev/console opost 2>/dev/null; echo g >/proc/sysrq-trigger"
	if _, err := s.Run(ctx, Command{Args: []string{"/bin/sh", "-c", script}}); err != nil {
		return err
	}
	return errors.New("the kernel does not stop at SysRq g, or went on at once")
}

// answers asks for the reason of a stop, and takes all that is said of it.
func answers(conn net.Conn, patience time.Duration) bool {
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, whyStopped); err != nil {
		return false
	}
	var said []byte
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		said = append(said, buf[:n]...)
		answered := stopReply.Match(said)
		if err != nil {
			return answered
		}
		if answered {
			io.WriteString(conn, "+")
			conn.SetDeadline(time.Now().Add(silence))
		}
	}
}
