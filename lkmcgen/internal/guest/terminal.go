// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// A Terminal is a terminal of the host's in raw mode: each key is passed on.
type Terminal struct {
	file  *os.File
	state *term.State
}

// IsTerminal tells whether the file is a terminal.
func IsTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Raw makes a terminal raw until Restore.
func Raw(f *os.File) (*Terminal, error) {
	state, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	return &Terminal{f, state}, nil
}

// Restore makes the terminal what it was.
func (t *Terminal) Restore() { term.Restore(int(t.file.Fd()), t.state) }

// TerminalSize returns the size of a terminal, and 24 by 80 for other files.
func TerminalSize(f *os.File) Size {
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil || rows == 0 || columns == 0 {
		return Size{24, 80}
	}
	return Size{rows, columns}
}

// Resizes tells each new size of a terminal until ctx ends.
func Resizes(ctx context.Context, f *os.File) <-chan Size {
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, syscall.SIGWINCH)
	sizes := make(chan Size)
	go func() {
		defer signal.Stop(changed)
		for {
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
			select {
			case <-ctx.Done():
				return
			case sizes <- TerminalSize(f):
			}
		}
	}()
	return sizes
}
