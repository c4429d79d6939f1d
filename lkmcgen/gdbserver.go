// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/guest"
)

// findScript prints the path of the program $1, which is a name or a path, and
// its path without links. Without such a program it ends with notThere and
// prints the names that there are; those of / first, without .out.
const findScript = `
for path in "$1" "/$1.out" "/$1" "/bin/$1" "/sbin/$1" "/usr/bin/$1" "/usr/sbin/$1"; do
	case $path in /*) ;; *) continue ;; esac
	[ -f "$path" ] && [ -x "$path" ] || continue
	echo "$path"
	readlink -f "$path"
	[ "$(head -c 4 "$path" | tail -c 3)" = ELF ] || exit 4
	exit 0
done
cd /
for path in *.out; do echo "${path%.out}"; done
ls /bin /sbin
exit 3
`

// How findScript ends besides 0.
const (
	notThere   = 3
	notProgram = 4
)

// installScript unpacks gdbserver from the standard input and notes its id $1.
const installScript = `
cd / && tar xf - && mkdir -p /lib/lkmc && echo "$1" >/lib/lkmc/gdbserver
`

// gdbserver runs a program in a guest for the GDB whose pipe the standard input
// and output are. With --prepare it starts nothing: it sees to it that gdbserver
// and the program are there, and prints the program's path, and the path
// without links.
func gdbserver(ctx context.Context, e *env, args []string) error {
	var j job
	var files, file string
	args, err := e.guestFlags("gdbserver", args, 1, -1, &j, func(f *flag.FlagSet) {
		f.StringVar(&files, "prepare", "", "")
		f.StringVar(&file, "copy", "", "")
	})
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return e.inGuest(ctx, j)
	case files == "":
		return e.runCommand(ctx, j, false, append([]string{"gdbserver", "--once", "-"}, args...)...)
	}
	j.work = func(ctx context.Context, s *guest.Session, _ <-chan os.Signal) (guest.Status, error) {
		if file != "" {
			if err := e.copyProgram(ctx, s, file, args[0]); err != nil {
				return guest.Status{}, err
			}
		}
		paths, err := findProgram(ctx, s, args[0])
		if err != nil {
			return guest.Status{}, err
		}
		if err := e.installGdbserver(ctx, s, files); err != nil {
			return guest.Status{}, err
		}
		_, err = io.WriteString(e.stdout, paths)
		return guest.Status{}, err
	}
	return e.inGuest(ctx, j)
}

// ask runs a script in the guest and returns what it prints.
func ask(ctx context.Context, s *guest.Session, stdin io.Reader, script string, args ...string) (string, guest.Status, error) {
	var out, errs bytes.Buffer
	c := guest.Command{Args: append([]string{"/bin/sh", "-c", script, "sh"}, args...), Stdin: stdin, Stdout: &out, Stderr: &errs}
	status, err := s.Run(ctx, c)
	if err == nil && status.Code() != 0 && errs.Len() > 0 {
		err = errors.New("in the guest: " + strings.TrimSpace(errs.String()))
	}
	return out.String(), status, err
}

// findProgram returns what findScript prints of a program in the guest.
func findProgram(ctx context.Context, s *guest.Session, name string) (string, error) {
	text, status, err := ask(ctx, s, nil, findScript, name)
	switch {
	case err != nil:
		return "", err
	case status.Code() == notProgram:
		path, _, _ := strings.Cut(text, "\n")
		return "", &diag.Error{Msg: path + " is a script", Hint: "debug what runs it: BIN=sh ARGS=" + path}
	case status.Code() != 0:
		names := strings.Fields(text)
		hint := diag.DidYouMean(name, names)
		if hint == "" {
			hint = "there are the programs of kernel_module/user and those of BusyBox; the path of a file of this host also does: BIN=./" + name
		}
		return "", &diag.Error{Msg: fmt.Sprintf("there is no program %q in the guest", name), Hint: hint}
	}
	return text, nil
}

// copyProgram makes path in the guest the program in a file of this host, unless
// it is that already.
func (e *env) copyProgram(ctx context.Context, s *guest.Session, file, path string) error {
	content, id, err := openSummed(file)
	if err != nil {
		return err
	}
	defer content.Close()
	there, _, err := ask(ctx, s, nil, `[ ! -x "$1" ] || sha256sum <"$1"`, path)
	if err != nil || strings.HasPrefix(there, id) {
		return err
	}
	fmt.Fprintf(e.stderr, "gdbserver: copying %s to %s in the guest\n", file, path)
	return s.Put(ctx, path, 0o755, content)
}

// installGdbserver brings gdbserver and the shared C library into the guest,
// from a tar archive, unless they are there.
func (e *env) installGdbserver(ctx context.Context, s *guest.Session, archive string) error {
	content, id, err := openSummed(archive)
	if err != nil {
		return err
	}
	defer content.Close()
	there, _, err := ask(ctx, s, nil, "cat /lib/lkmc/gdbserver 2>/dev/null; true")
	if err != nil || strings.TrimSpace(there) == id {
		return err
	}
	info, err := content.Stat()
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "gdbserver: copying gdbserver and the shared C library to the guest, %.1f MB\n", float64(info.Size())/1e6)
	_, status, err := ask(ctx, s, content, installScript, id)
	if err == nil && status.Code() != 0 {
		err = fmt.Errorf("gdbserver could not be unpacked in the guest, status %d", status.Code())
	}
	return err
}

// openSummed opens a file and returns the SHA-256 of its content in hexadecimal.
func openSummed(name string) (*os.File, string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, "", err
	}
	return f, fmt.Sprintf("%x", h.Sum(nil)), nil
}
