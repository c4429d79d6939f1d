// SPDX-License-Identifier: Apache-2.0

// Command lkmcgen compiles layered TOML profiles into Kconfig fragments,
// emulator command lines and GNU Make rules.
//
// Run "lkmcgen help" for its commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"

	"lkmc/lkmcgen/internal/diag"
)

// Exit codes, documented in README.adoc.
const (
	exitOK    = 0
	exitFail  = 1 // a profile, a template or a check is wrong
	exitUsage = 2 // the command line is wrong
)

// An env is where a command runs: the project's root and where its answer and
// its messages go.
type env struct {
	root           string
	stdout, stderr io.Writer
}

func main() {
	// A run lives for milliseconds: garbage is collected only by what would need
	// much memory, as 10,000 profiles do.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(300 << 20)
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process.
func run(args []string, stdout, stderr io.Writer) int {
	answer := &checkedWriter{w: stdout}
	e := &env{stdout: answer, stderr: stderr}
	err := e.dispatch(context.Background(), args)
	if err == nil {
		err = answer.err
	}
	var usage usageError
	var guests guestError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "lkmcgen: %v\nrun \"lkmcgen help\" for usage\n", err)
		return exitUsage
	case errors.As(err, &guests):
		if guests.err != nil {
			printErrors(stderr, guests.err)
		}
		return guests.status
	}
	printErrors(stderr, err)
	return exitFail
}

// A checkedWriter remembers the first error of writing, so that an answer that
// did not arrive is no success.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if c.err == nil && err != nil {
		c.err = fmt.Errorf("write the answer: %w", err)
	}
	return n, err
}

// A usageError is a mistake on the command line.
type usageError string

func (e usageError) Error() string { return string(e) }

func usagef(format string, args ...any) error {
	return usageError(fmt.Sprintf(format, args...))
}

// dispatch reads the flags that stand before the command and runs it.
func (e *env) dispatch(ctx context.Context, args []string) error {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch {
		case args[0] == "-C" && len(args) > 1:
			e.root, args = args[1], args[2:]
		case args[0] == "-C":
			return usagef("-C needs a folder")
		case args[0] == "-h" || args[0] == "-help" || args[0] == "--help":
			return help(ctx, e, nil)
		case args[0] == "--version":
			return version(ctx, e, nil)
		default:
			return usagef("unknown flag %s before the command", args[0])
		}
	}
	if len(args) == 0 {
		return help(ctx, e, nil)
	}
	c, err := find(args[0])
	if err != nil {
		return err
	}
	return c.run(ctx, e, args[1:])
}

// findRoot makes e.root the project's root: -C, else the nearest folder upwards
// that has profiles/ and templates/.
func (e *env) findRoot() error {
	if e.root != "" {
		if !isProject(e.root) {
			return usagef("no profiles/ and templates/ in %s", e.root)
		}
		return nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	dir = filepath.Clean(dir) // $PWD may end in ..
	for {
		if isProject(dir) {
			e.root = dir
			return nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return usagef("no profiles/ and templates/ here or above; go to the project's folder or name it with -C")
		}
		dir = up
	}
}

func isProject(dir string) bool {
	return isDir(filepath.Join(dir, "profiles")) && isDir(filepath.Join(dir, "templates"))
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// printErrors prints each problem on its own line, its place in bold where
// stderr is a terminal.
func printErrors(stderr io.Writer, err error) {
	var problems diag.List
	if list, ok := errors.AsType[diag.List](err); ok {
		problems = list
	} else {
		problems.Append(err)
	}
	bold := color.New(color.Bold)
	if !colored(stderr) {
		bold.DisableColor()
	} else {
		bold.EnableColor()
	}
	for _, p := range problems {
		text := p.Error()
		if place := p.Pos.String(); place != "" {
			text = bold.Sprint(place+":") + strings.TrimPrefix(text, place+":")
		}
		fmt.Fprintln(stderr, text)
	}
}

// paint colours a word of an answer by how much it matters, where the answer goes
// to a terminal.
func (e *env) paint(level, word string) string {
	c, ok := map[string]*color.Color{
		"ok": color.New(color.FgGreen), "note": color.New(color.FgCyan),
		"warning": color.New(color.FgYellow), "error": color.New(color.FgRed, color.Bold),
	}[level]
	if !ok || !colored(e.stdout) {
		return word
	}
	c.EnableColor()
	return c.Sprint(word)
}

// colored decides for the stream that messages go to; color's own default looks
// at stdout.
func colored(w io.Writer) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	if answer, ok := w.(*checkedWriter); ok {
		w = answer.w
	}
	f, ok := w.(*os.File)
	force := os.Getenv("CLICOLOR_FORCE")
	return ok && (isatty.IsTerminal(f.Fd()) || force != "" && force != "0")
}
