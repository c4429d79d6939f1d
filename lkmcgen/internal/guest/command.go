// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"lkmc/lkmcgen/internal/diag"
)

const (
	runPty  = 1
	runKmsg = 2
)

// Streams of a command.
const (
	output = iota
	errs
	kmsg
	streams
)

// A Size is that of a terminal.
type Size struct{ Rows, Columns int }

// A Command is what to run in the guest, and where its input comes from and its
// output goes to.
type Command struct {
	Args   []string
	Env    []string
	Stdin  io.Reader // nil: nothing
	Stdout io.Writer
	Stderr io.Writer
	Kernel io.Writer // gets the kernel's messages meanwhile, as dmesg shows them; nil: nobody
	Pty    *Size     // nil: no terminal

	Resized <-chan Size
	Signals <-chan os.Signal
}

// A Status is how a command ended: by itself, or by a signal.
type Status struct{ Exited, Signal int }

// Code is the status as a shell gives it.
func (s Status) Code() int {
	if s.Signal != 0 {
		return 128 + s.Signal
	}
	return s.Exited
}

// Run runs a command in the guest to its end.
func (s *Session) Run(ctx context.Context, c Command) (Status, error) {
	request, err := c.request()
	if err != nil {
		return Status{}, err
	}
	p := &process{s: s, credit: newCredit()}
	writers := [streams]io.Writer{c.Stdout, c.Stderr, nil}
	if c.Kernel != nil {
		writers[kmsg] = &kernelLog{w: c.Kernel}
	}
	return p.serve(ctx, frame{'R', request}, c.Stdin, writers, c.Resized, c.Signals)
}

// Put makes a file in the guest, with the folders that it needs. The file is
// there whole, or as it was.
func (s *Session) Put(ctx context.Context, path string, mode os.FileMode, content io.Reader) error {
	p := &process{s: s, credit: newCredit()}
	request := binary.LittleEndian.AppendUint32(nil, uint32(mode.Perm()))
	_, err := p.serve(ctx, frame{'P', append(request, path...)}, content, [streams]io.Writer{}, nil, nil)
	return err
}

func (c *Command) request() ([]byte, error) {
	var flags byte
	var size Size
	if c.Pty != nil {
		flags |= runPty
		size = *c.Pty
	}
	if c.Kernel != nil {
		flags |= runKmsg
	}
	b := sizeBytes([]byte{flags}, size)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(c.Args)))
	for _, list := range [][]string{c.Args, c.Env} {
		for _, text := range list {
			b = append(append(b, text...), 0)
		}
	}
	if len(b) > maxData {
		return nil, &diag.Error{Msg: fmt.Sprintf("the command has %d bytes, of which %d fit", len(b), maxData), Hint: "pass a script on the standard input: CMD=sh"}
	}
	return b, nil
}

func sizeBytes(b []byte, size Size) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(size.Rows))
	return binary.LittleEndian.AppendUint16(b, uint16(size.Columns))
}

// A process is a request that is being served.
type process struct {
	s      *Session
	credit *credit
}

// serve sends a request and does everything for it until its end has come.
func (p *process) serve(ctx context.Context, request frame, stdin io.Reader, writers [streams]io.Writer,
	resized <-chan Size, signals <-chan os.Signal) (Status, error) {
	defer p.credit.close()
	if err := p.s.send(request); err != nil {
		return Status{}, p.s.gone()
	}
	go p.pump(stdin)
	var queues [streams]*queue
	written := make(chan error, streams)
	for i := range queues {
		queues[i] = newQueue()
		go func() { written <- p.write(byte(i), writers[i], queues[i]) }()
	}
	status, err := p.follow(ctx, &queues, resized, signals)
	for i := range queues {
		queues[i].close()
	}
	for range queues {
		if err != nil {
			break
		}
		select {
		case err = <-written:
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	return status, err
}

// follow takes what comes from the guest until the request's end.
func (p *process) follow(ctx context.Context, queues *[streams]*queue, resized <-chan Size, signals <-chan os.Signal) (Status, error) {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	w := watcher{heard: time.Now()}
	for {
		select {
		case <-ctx.Done():
			return Status{}, context.Cause(ctx)
		case <-look.C:
			if err := w.look(p.s); err != nil {
				return Status{}, err
			}
		case size := <-resized:
			go p.s.send(frame{'w', sizeBytes(nil, size)})
		case number := <-signals:
			if n, ok := number.(syscall.Signal); ok {
				go p.s.send(frame{'s', []byte{byte(n)}})
			}
		case f, ok := <-p.s.frames:
			if !ok {
				if ctx.Err() != nil {
					return Status{}, context.Cause(ctx)
				}
				return Status{}, p.s.gone()
			}
			w = watcher{heard: time.Now()}
			switch {
			case f.kind == 'o':
				queues[output].put(f.data)
			case f.kind == 'r':
				queues[errs].put(f.data)
			case f.kind == 'k':
				queues[kmsg].put(f.data)
			case f.kind == 'a' && len(f.data) == 4:
				p.credit.add(int(binary.LittleEndian.Uint32(f.data)))
			case f.kind == 'x' && len(f.data) == 2:
				return Status{int(f.data[0]), int(f.data[1])}, nil
			case f.kind == 'f':
				return Status{}, errors.New("the guest's agent: " + string(f.data))
			}
		}
	}
}

// A watcher finds out that a guest has panicked though its emulator goes on.
type watcher struct {
	heard, asked time.Time // from the agent, and of it
}

// look is an error when the console tells of a panic and the agent does not
// answer any more. Silence alone proves nothing: a guest may be stopped.
func (w *watcher) look(s *Session) error {
	text := s.run.panicked()
	switch {
	case time.Since(w.heard) < patience || text == "":
	case w.asked.IsZero():
		w.asked = time.Now()
		go s.send(frame{kind: 'p'})
	case time.Since(w.asked) > patience:
		return fmt.Errorf("%w: kernel panic: %s; its emulator goes on", ErrGone, text)
	}
	return nil
}

// write writes a stream and acknowledges what was written. What cannot be
// written is passed over, so that the command is not held up.
func (p *process) write(stream byte, w io.Writer, q *queue) (failed error) {
	for {
		data := q.take()
		if data == nil {
			return failed
		}
		if w != nil && failed == nil {
			_, failed = w.Write(data)
		}
		p.s.send(frame{'a', binary.LittleEndian.AppendUint32([]byte{stream}, uint32(len(data)))})
	}
}

// pump sends the input, as much at a time as the guest has room for.
func (p *process) pump(stdin io.Reader) {
	buf := make([]byte, maxData)
	for stdin != nil {
		room := p.credit.wait()
		if room == 0 {
			return
		}
		n, err := stdin.Read(buf[:min(room, len(buf))])
		if n > 0 {
			p.credit.add(-n)
			if !p.sendInput(frame{'i', buf[:n]}) {
				return
			}
		}
		if err != nil {
			break
		}
	}
	p.sendInput(frame{kind: 'e'})
}

// sendInput sends a frame unless the request is over: it would be for the next.
func (p *process) sendInput(f frame) bool {
	p.credit.Lock()
	over := p.credit.closed
	p.credit.Unlock()
	return !over && p.s.send(f) == nil
}
