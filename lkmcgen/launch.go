// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"lkmc/lkmcgen/internal/guest"
)

// A launch is how guests of one profile are started: by its run.sh.
type launch struct {
	root, out        string
	profile, builder string
	run              string // name of the run
}

// folder returns the folder of the run.
func (l launch) folder() string { return l.inOut("runs", l.run) }

// built returns the folder of what the builder made.
func (l launch) built() string { return l.inOut(l.builder) }

func (l launch) inOut(names ...string) string {
	out := l.out
	if !filepath.IsAbs(out) {
		out = filepath.Join(l.root, out)
	}
	return filepath.Join(append([]string{out, l.profile}, names...)...)
}

// script returns run.sh, called in the environment with settings, of which the
// last counts. Line is what stands before it in a shell: "env" and words.
func (l launch) script(line string, settings ...string) *exec.Cmd {
	c := exec.Command("sh", "-c", "exec "+line+` sh "$0"`, filepath.Join("generated", l.profile, "run.sh"))
	c.Dir = l.root
	c.Env = append(append(os.Environ(), "OUT="+l.out, "BUILDER="+l.builder, "RUN="+l.run), settings...)
	// The pipes end with the script though the emulator may live on.
	c.WaitDelay = time.Second
	return c
}

// start starts a guest; end makes sure that it is over, after which said has all
// that it wrote.
func (l launch) start(said *bytes.Buffer, settings ...string) (r *guest.Run, end func(), err error) {
	c := l.script("env", settings...)
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		return nil, nil, err
	}
	over := make(chan struct{})
	go func() {
		c.Wait()
		close(over)
	}()
	end = func() {
		c.Process.Kill()
		<-over
		// The emulator follows its parent on its own time.
		for range 100 {
			if !guest.Read(l.folder()).Alive {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	for {
		r = guest.Read(l.folder())
		if r.Alive && r.PID == c.Process.Pid {
			return r, end, nil
		}
		select {
		case <-over:
			return nil, nil, errors.New(strings.TrimSpace(said.String()))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// connect starts a guest and a session in it, which end ends with the guest.
func (l launch) connect(ctx context.Context, settings ...string) (s *guest.Session, end func(), err error) {
	var said bytes.Buffer
	r, stop, err := l.start(&said, settings...)
	if err != nil {
		return nil, nil, err
	}
	if s, err = guest.Connect(ctx, r, func(string) {}); err != nil {
		stop()
		return nil, nil, fmt.Errorf("%s\n%w", strings.Join(last(said.String(), 10), "\n"), err)
	}
	return s, func() { s.Close(); stop() }, nil
}

// poweroff ends a guest in order, and the run with it.
func (l launch) poweroff(ctx context.Context, s *guest.Session) {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	s.Run(ctx, guest.Command{Args: []string{"/bin/sh", "-c", "poweroff; sleep 20"}})
	guest.Read(l.folder()).Ended()
}
