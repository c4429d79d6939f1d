// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"lkmc/lkmcgen/internal/diag"
)

const (
	version = 1
	ports   = 4

	// Quiet is how long Connect waits before it says that it waits.
	Quiet = 2 * time.Second
	// bootTime is how long a guest may take until its agent answers, also with a
	// kernel that checks itself on a busy host, and otherInit the same for a guest
	// whose init is not the usual one.
	bootTime  = 180 * time.Second
	otherInit = 10 * time.Second
)

// A Session is a connection with the agent of a guest. It serves one request
// after the other.
type Session struct {
	Release string // what uname -r says in the guest

	run    *Run
	cancel context.CancelFunc
	lock   *os.File
	conn   net.Conn
	frames chan frame // closed when the emulator went away

	sending sync.Mutex
	buffer  []byte
}

// Connect begins a session. A guest that still boots is waited for; what to tell
// meanwhile is given to notice. When ctx ends, so does the session, and what
// runs in it.
func Connect(ctx context.Context, r *Run, notice func(string)) (*Session, error) {
	if err := r.NeedAlive(); err != nil {
		return nil, err
	}
	w := &waiting{notice: notice, start: time.Now()}
	s := &Session{run: r}
	if err := s.open(ctx, w); err != nil {
		return nil, err
	}
	ctx, s.cancel = context.WithCancel(ctx)
	context.AfterFunc(ctx, func() { s.conn.Close() })
	if err := s.hello(ctx, w); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the session. A command that is under way is killed.
func (s *Session) Close() {
	s.cancel()
	s.conn.Close()
	s.lock.Close()
}

// A waiting is how long a guest was waited for.
type waiting struct {
	notice func(string)
	start  time.Time
	told   bool
}

// over tells whether patience is at its end; early on it says that one waits.
func (w *waiting) over(r *Run) bool {
	passed := time.Since(w.start)
	if passed > Quiet && !w.told {
		w.told = true
		w.notice("waiting for the guest: " + r.why())
	}
	init := r.parameter("init")
	if passed > Quiet && r.panicked() != "" {
		return true
	}
	return passed > bootTime || passed > otherInit && init != "" && init != "/sbin/init"
}

func (w *waiting) end(r *Run) error {
	return &diag.Error{
		Msg:  fmt.Sprintf("the guest's agent did not answer in %.0f s: %s", time.Since(w.start).Seconds(), r.why()),
		Hint: "see " + r.Folder + "/console.log",
	}
}

// why tells, as far as can be seen from outside, why the agent is silent.
func (r *Run) why() string {
	init := Read(r.Folder).parameter("init")
	switch state := r.state(); {
	case r.panicked() != "":
		return "kernel panic: " + r.panicked()
	case state.Status == noRoom:
		return "it " + waits
	case state.Status != "" && state.Status != "running":
		return "it is stopped (" + state.Status + "), by GDB or in the monitor"
	case state.AgentOpen:
		return "its agent was started but is silent; the guest hangs or is very busy"
	case init != "" && init != "/sbin/init":
		return "its init is " + init + ", and nothing has started the agent (EVAL_INIT and init= boot without it, EVAL with it)"
	}
	return "it is still booting, or its init starts no agent"
}

// open finds a free port and connects to it.
func (s *Session) open(ctx context.Context, w *waiting) error {
	for {
		var failed error
		for i := range ports {
			lock := s.run.take(fmt.Sprintf("agent.%d.lock", i))
			if lock == nil {
				continue
			}
			conn, err := s.run.dial(fmt.Sprintf("agent.%d.sock", i))
			if err == nil {
				s.lock, s.conn = lock, conn
				return nil
			}
			lock.Close()
			failed = err
		}
		now := Read(s.run.Folder)
		switch {
		case !now.Alive:
			return s.gone()
		case failed == nil:
			return &diag.Error{Msg: fmt.Sprintf("all %d ports of the guest's agent are in use", ports), Hint: "end one of the other exec, shell or insmod"}
		case len(now.Argv) > 0 && !strings.Contains(strings.Join(now.Argv, " "), "agent.0.sock") && time.Since(w.start) > Quiet:
			return &diag.Error{Msg: "the run has no port for an agent", Hint: "its emulator has none, or the run is older than this checkout"}
		case w.over(now):
			return failed
		}
		// The emulator is about to start.
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// hello begins the session and waits for the answer. What comes before it is of
// the session that the port had before.
func (s *Session) hello(ctx context.Context, w *waiting) error {
	s.frames = make(chan frame)
	go s.receive(ctx)
	nonce := make([]byte, 8)
	rand.Read(nonce)
	go s.send(frame{'H', nonce}) // a guest without agent does not take it
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case f, ok := <-s.frames:
			if !ok {
				return s.gone()
			}
			if f.kind != 'H' || len(f.data) < 2+len(nonce) || !bytes.Equal(f.data[2:2+len(nonce)], nonce) {
				continue
			}
			s.Release = string(f.data[2+len(nonce):])
			if f.data[0] != version {
				return &diag.Error{Msg: fmt.Sprintf("the guest's agent speaks version %d, this program %d", f.data[0], version), Hint: "start the guest anew"}
			}
			return nil
		case <-time.After(200 * time.Millisecond):
			if w.over(s.run) {
				return w.end(s.run)
			}
		}
	}
}

func (s *Session) receive(ctx context.Context) {
	defer close(s.frames)
	r := newFrameReader(s.conn)
	for {
		f, err := r.next()
		if err != nil {
			return
		}
		select {
		case s.frames <- f:
		case <-ctx.Done():
			return
		}
	}
}

// send sends a frame. When it cannot, receive ends too and tells.
func (s *Session) send(f frame) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.buffer = appendFrame(s.buffer[:0], f)
	_, err := s.conn.Write(s.buffer)
	return err
}

// ErrGone is what a session ends with when the guest does.
var ErrGone = errors.New("the guest is gone")

func (s *Session) gone() error {
	return fmt.Errorf("%w: %s", ErrGone, s.run.Ended())
}
