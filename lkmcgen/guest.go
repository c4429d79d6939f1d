// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/guest"
)

// Exit codes of the commands for guests, besides those of what runs there.
const (
	exitTimeout = 124
	exitGuest   = 125 // no guest, it ended, or its agent did not answer
	exitSignal  = 128 // and the number of the signal
)

// A guestError ends the program with a status of its own; err may be nil.
type guestError struct {
	status int
	err    error
}

func (g guestError) Error() string { return fmt.Sprintf("status %d: %v", g.status, g.err) }

// grace is how long a command in the guest may take to obey the signal that
// came to this program.
const grace = 2 * time.Second

// A job is what to do in a guest.
type job struct {
	folder  string
	timeout float64 // seconds; 0 is never
	builder string  // who must have built the guest; empty: anyone
	work    func(ctx context.Context, s *guest.Session, signals <-chan os.Signal) (guest.Status, error)
}

// errTimeout and an interrupted end the context of a job.
var errTimeout = errors.New("time-out")

type interrupted syscall.Signal

func (i interrupted) Error() string { return syscall.Signal(i).String() }

// inGuest connects, does the job, and turns its end into an exit status.
func (e *env) inGuest(ctx context.Context, j job) error {
	debug.SetGCPercent(100) // some transfers are large
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	signals, forward := forwardSignals(cancel)
	if j.timeout > 0 {
		end := time.AfterFunc(time.Duration(j.timeout*float64(time.Second)), func() { cancel(errTimeout) })
		defer end.Stop()
	}
	status, err := e.connected(ctx, j, signals, forward)
	var how interrupted
	switch {
	case errors.As(err, &how):
		return guestError{exitSignal + int(how), nil}
	case errors.Is(err, errTimeout):
		return guestError{exitTimeout, &diag.Error{Msg: fmt.Sprintf("it did not end within TIMEOUT=%v seconds and was killed in the guest", j.timeout)}}
	case err != nil:
		return guestError{exitGuest, err}
	case status.Code() != 0:
		return guestError{status.Code(), nil}
	}
	return nil
}

func (e *env) connected(ctx context.Context, j job, signals <-chan os.Signal, forward func()) (guest.Status, error) {
	r := guest.Read(j.folder)
	if err := r.NeedAlive(); err != nil {
		return guest.Status{}, err
	}
	if j.builder != "" && r.Builder != "" && j.builder != r.Builder {
		return guest.Status{}, &diag.Error{
			Msg:  fmt.Sprintf("the running guest was built by BUILDER=%s, not %s: its kernel is another", r.Builder, j.builder),
			Hint: "add BUILDER=" + r.Builder,
		}
	}
	if j.work == nil {
		return guest.Status{}, nil
	}
	s, err := guest.Connect(ctx, r, func(text string) { fmt.Fprintln(e.stderr, "lkmcgen: "+text) })
	if err != nil {
		return guest.Status{}, err
	}
	defer s.Close()
	forward()
	return j.work(ctx, s, signals)
}

// forwardSignals makes the signals that end this program end the job. After a
// call of forward they first go to the channel, and to the command in the guest;
// a second one, or the end of its grace, ends the job.
func forwardSignals(cancel context.CancelCauseFunc) (signals <-chan os.Signal, forward func()) {
	got := make(chan os.Signal, 4)
	signal.Notify(got, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	out := make(chan os.Signal, 1)
	ready := make(chan struct{})
	go func() {
		first := <-got
		how := interrupted(first.(syscall.Signal))
		select {
		case <-ready:
			out <- first
			select {
			case <-got:
			case <-time.After(grace):
			}
		default:
		}
		cancel(how)
	}()
	return out, func() { close(ready) }
}

// environment is what a command in the guest is told of the terminal here.
func environment() []string {
	if term := os.Getenv("TERM"); term != "" {
		return []string{"TERM=" + term}
	}
	return nil
}

// guestFlags reads the flags of a command for guests, and wants between least
// and most arguments; a negative most is no limit.
func (e *env) guestFlags(name string, args []string, least, most int, j *job, declare func(*flag.FlagSet)) ([]string, error) {
	args, err := e.parse(name, args, func(f *flag.FlagSet) {
		f.Float64Var(&j.timeout, "timeout", 0, "")
		if declare != nil {
			declare(f)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(args) < least || most >= 0 && len(args) > most {
		c, _ := find(name)
		return nil, usagef("%s wants: %s", name, c.args)
	}
	if j.timeout < 0 {
		return nil, usagef("--timeout wants a number of seconds")
	}
	j.folder = args[0]
	return args[1:], nil
}

// execCommand runs a shell command in a guest.
func execCommand(ctx context.Context, e *env, args []string) error {
	var j job
	var pty bool
	args, err := e.guestFlags("exec", args, 2, 2, &j, func(f *flag.FlagSet) { f.BoolVar(&pty, "t", false, "") })
	if err != nil {
		return err
	}
	return e.runCommand(ctx, j, pty, "/bin/sh", "-c", args[0])
}

// shell is a shell in a guest: as at the console from a terminal, and one that
// reads commands from anything else.
func shell(ctx context.Context, e *env, args []string) error {
	var j job
	if _, err := e.guestFlags("shell", args, 1, 1, &j, nil); err != nil {
		return err
	}
	if !guest.IsTerminal(os.Stdin) {
		return e.runCommand(ctx, j, false, "/bin/sh", "-l")
	}
	err := e.runCommand(ctx, j, true, "/etc/init.d/shell")
	// One who worked there has seen how the last command ended.
	var ended guestError
	if errors.As(err, &ended) && ended.err == nil {
		return nil
	}
	return err
}

// runCommand runs a command with the program's own input and output.
func (e *env) runCommand(ctx context.Context, j job, pty bool, command ...string) error {
	j.work = func(ctx context.Context, s *guest.Session, signals <-chan os.Signal) (guest.Status, error) {
		c := guest.Command{Args: command, Env: environment(), Stdin: os.Stdin, Stdout: e.stdout, Stderr: e.stderr, Signals: signals}
		if pty {
			size := guest.TerminalSize(os.Stdin)
			c.Pty = &size
			c.Resized = guest.Resizes(ctx, os.Stdin)
		}
		if pty && guest.IsTerminal(os.Stdin) {
			t, err := guest.Raw(os.Stdin)
			if err != nil {
				return guest.Status{}, err
			}
			defer t.Restore()
		}
		return s.Run(ctx, c)
	}
	return e.inGuest(ctx, j)
}

// insmodScript puts the module with the file $1 and the name $2 in place of the
// loaded one; what follows are its parameters. The file is found by modprobe,
// which has an index, and in / as those of the image are.
const insmodScript = `
file=$1 name=$2
shift 2
folder=/lib/modules/$(uname -r)
[ -e "/${file##*/}" ] || ln -sf "${file#/}" "/${file##*/}"
grep -qs "/${file##*/}:" "$folder/modules.dep" || depmod 2>/dev/null
if grep -q "^$name " /proc/modules; then
	rmmod "$name" || exit
fi
exec insmod "$file" "$@"
`

// insmod copies a module into a guest and loads it. Without a file it only
// checks that there is such a guest.
func insmod(ctx context.Context, e *env, args []string) error {
	var j job
	args, err := e.guestFlags("insmod", args, 1, -1, &j, func(f *flag.FlagSet) { f.StringVar(&j.builder, "builder", "", "") })
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return e.inGuest(ctx, j)
	}
	file, params := args[0], args[1:]
	j.work = func(ctx context.Context, s *guest.Session, signals <-chan os.Signal) (guest.Status, error) {
		content, err := openModule(file)
		if err != nil {
			return guest.Status{}, err
		}
		defer content.Close()
		to := "/lib/modules/" + s.Release + "/extra/" + filepath.Base(file)
		if err := s.Put(ctx, to, 0o644, content); err != nil {
			return guest.Status{}, err
		}
		name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".ko"), "-", "_")
		return e.inKernel(ctx, s, signals, append([]string{"/bin/sh", "-c", insmodScript, "insmod", to, name}, params...)...)
	}
	return e.inGuest(ctx, j)
}

// rmmod removes a module from a guest.
func rmmod(ctx context.Context, e *env, args []string) error {
	var j job
	args, err := e.guestFlags("rmmod", args, 2, 2, &j, nil)
	if err != nil {
		return err
	}
	j.work = func(ctx context.Context, s *guest.Session, signals <-chan os.Signal) (guest.Status, error) {
		return e.inKernel(ctx, s, signals, "rmmod", args[0])
	}
	return e.inGuest(ctx, j)
}

// inKernel runs a command and prints what the kernel says meanwhile.
func (e *env) inKernel(ctx context.Context, s *guest.Session, signals <-chan os.Signal, command ...string) (guest.Status, error) {
	return s.Run(ctx, guest.Command{Args: command, Stdout: e.stdout, Stderr: e.stderr, Kernel: e.stdout, Signals: signals})
}

// openModule opens a compiled module, or says which there are.
func openModule(file string) (io.ReadCloser, error) {
	f, err := os.Open(file)
	if !errors.Is(err, os.ErrNotExist) {
		return f, err
	}
	siblings, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*.ko"))
	var names []string
	for _, s := range siblings {
		names = append(names, strings.TrimSuffix(filepath.Base(s), ".ko"))
	}
	name := strings.TrimSuffix(filepath.Base(file), ".ko")
	hint := diag.DidYouMean(name, names)
	if hint == "" && len(names) > 0 {
		hint = "there are: " + strings.Join(names, ", ")
	}
	return nil, &diag.Error{Msg: fmt.Sprintf("there is no module %q in %s", name, filepath.Dir(file)), Hint: hint}
}
