// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"lkmc/lkmcgen/internal/guest"
)

// leave is the key that ends the monitor and the serial port on a terminal, Ctrl-].
const leave = 0x1d

// monitor talks with the emulator's monitor: key by key from a terminal, else
// line by line, until one fails.
func monitor(_ context.Context, e *env, args []string) error {
	args, err := e.parse("monitor", args, nil)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return usagef("monitor wants: RUN")
	}
	r := guest.Read(args[0])
	if err := r.NeedAlive(); err != nil {
		return err
	}
	if guest.IsTerminal(os.Stdin) {
		return e.talk(r, "monitor", "the emulator's monitor")
	}
	m, err := guest.OpenMonitor(r)
	if err != nil {
		return err
	}
	defer m.Close()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		text, err := m.Human(line)
		if err != nil && line != "quit" && line != "q" {
			return err
		}
		if _, err := io.WriteString(e.stdout, text); err != nil {
			return err
		}
	}
	return lines.Err()
}

// serial is a terminal at the guest's second serial port. What is no terminal is
// sent there, and what comes is printed until the guest ends.
func serial(_ context.Context, e *env, args []string) error {
	args, err := e.parse("serial", args, nil)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return usagef("serial wants: RUN")
	}
	r := guest.Read(args[0])
	if err := r.NeedAlive(); err != nil {
		return err
	}
	if err := r.NeedSerial(); err != nil {
		return err
	}
	return e.talk(r, "serial", "the guest's second serial port")
}

// talk passes on what is typed here to a socket of a run's, and what comes from
// there, until Ctrl-] or the socket's end.
func (e *env) talk(r *guest.Run, socket, what string) error {
	conn, err := guest.Dial(r, socket, what)
	if err != nil {
		return err
	}
	defer conn.Close()
	if !guest.IsTerminal(os.Stdin) {
		go io.Copy(conn, os.Stdin)
		_, err := io.Copy(e.stdout, conn)
		return err
	}
	fmt.Fprintln(e.stderr, what+"; Ctrl-] leaves it, the guest goes on")
	t, err := guest.Raw(os.Stdin)
	if err != nil {
		return err
	}
	defer t.Restore()
	go func() {
		keys := make([]byte, 256)
		for {
			n, err := os.Stdin.Read(keys)
			typed, _, left := strings.Cut(string(keys[:n]), string(rune(leave)))
			io.WriteString(conn, typed)
			if left || err != nil {
				conn.Close()
				return
			}
		}
	}()
	io.Copy(e.stdout, conn)
	fmt.Fprint(e.stdout, "\r\n")
	return nil
}

// listRuns prints the runs below the folder in which everything is built.
func listRuns(_ context.Context, e *env, args []string) error {
	var asJSON bool
	args, err := e.parse("runs", args, func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "") })
	if err != nil {
		return err
	}
	if len(args) > 1 {
		return usagef("runs takes one folder")
	}
	out := "out"
	if len(args) == 1 {
		out = args[0]
	}
	runs := guest.List(out)
	if asJSON {
		return e.printJSON(append([]*guest.Run{}, runs...))
	}
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for i, r := range runs {
		if i == 0 {
			fmt.Fprint(t, "PROFILE\tRUN\tBUILDER\tPROCESS\tSTARTED\tSTATE\n")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%s\n", r.Profile, r.Name, r.Builder, r.PID, r.Started.Local().Format(time.DateTime), r.State())
	}
	return t.Flush()
}
