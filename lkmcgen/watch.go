// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"lkmc/lkmcgen/internal/guest"
	"lkmc/lkmcgen/internal/watch"
)

// manyModules is how many modules of one burst of changes are put into a guest.
// More are not one's work on a module but another branch.
const manyModules = 8

// A watcher does what a change asks for.
type watcher struct {
	e    *env
	args []string // a command; with run, make and its settings
	run  string   // folder of the run whose guest gets what changed
	said string   // the problems that were told last
	held []string // what changed meanwhile
	all  bool     // generate for all profiles: what has changed is not known
}

// watchFolders generates after each change, and then does what the change asks
// for. Errors do not end it.
func watchFolders(ctx context.Context, e *env, args []string) error {
	w := &watcher{e: e}
	var poll bool
	args, err := e.parse("watch", args, func(f *flag.FlagSet) {
		f.BoolVar(&poll, "poll", false, "")
		f.StringVar(&w.run, "run", "", "")
	})
	if err != nil {
		return err
	}
	w.args = args
	if w.run != "" && len(args) == 0 {
		return usagef("watch --run needs a COMMAND such as: make")
	}
	if err := e.findRoot(); err != nil {
		return err
	}
	if e.root, err = filepath.Abs(e.root); err != nil {
		return err
	}
	folders := []string{"profiles", "templates"}
	if len(args) > 0 {
		folders = append(folders, "kernel_module", "rootfs_overlay")
	}
	var there []string
	for _, f := range folders {
		if f = filepath.Join(e.root, f); isDir(f) {
			there = append(there, f)
		}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	debug.SetGCPercent(400) // a generation leaves nothing behind
	fmt.Fprintln(e.stderr, "watching; Ctrl-C ends it")
	if !poll && slices.ContainsFunc(there, watch.Silent) {
		poll = true
		fmt.Fprintf(e.stderr, "this file system tells no changes: looking at all files every %v\n", watch.Interval)
	}
	return watch.Run(ctx, there, poll, w.do)
}

// do generates, and goes on from there.
func (w *watcher) do(ctx context.Context, changed []string) {
	w.all = w.all || len(changed) == 0
	w.held = append(w.held, changed...)
	if w.concerned(changed) && !w.generate() {
		return
	}
	changed = w.held
	w.held = nil
	switch {
	case w.run != "":
		w.act(ctx, w.sort(changed))
	case len(w.args) > 0:
		w.e.command(ctx, w.args...)
	}
}

// concerned tells whether what is generated may be out of date.
func (w *watcher) concerned(changed []string) bool {
	return len(changed) == 0 || w.said != "" || w.sort(changed).profiles
}

// generate keeps the last good output on an error. The same problems are told
// once, however often something else is saved.
func (w *watcher) generate() bool {
	report, err := w.e.generate(false, w.layers())
	if err != nil {
		if err.Error() != w.said {
			printErrors(w.e.stderr, err)
		}
		w.said = err.Error()
		return false
	}
	w.said, w.all = "", false
	w.e.print(report, genMode{})
	fmt.Fprintf(w.e.stderr, "%s: %s changed\n", time.Now().Format(time.TimeOnly), plural(len(report.Changes), "file", "files"))
	return true
}

// layers returns which files of profiles and templates have changed since all was
// well, by their names in the project; none when that is not known.
func (w *watcher) layers() []string {
	var files []string
	if w.all {
		return nil
	}
	for _, name := range w.held {
		if w.sort([]string{name}).profiles {
			name, _ = filepath.Rel(w.e.root, name)
			files = append(files, name)
		}
	}
	return files
}

// A change is what one burst of changes is about; names are relative to the
// root. All may be empty: then nobody knows.
type change struct {
	profiles bool     // or templates
	modules  []string // names
	more     bool     // something of the modules or programs that is none
	programs []string // names
	overlay  []string // files
}

var moduleName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (w *watcher) sort(changed []string) change {
	var c change
	for _, name := range changed {
		name, _ = filepath.Rel(w.e.root, name)
		folder, file := path.Split(name)
		base, isC := strings.CutSuffix(file, ".c")
		isC = isC && isFile(filepath.Join(w.e.root, name)) && moduleName.MatchString(base)
		switch top, _, _ := strings.Cut(name, "/"); {
		case top == "profiles" || top == "templates":
			c.profiles = true
		case folder == "kernel_module/user/" && isC:
			c.programs = append(c.programs, base)
		case folder == "kernel_module/" && isC:
			c.modules = append(c.modules, base)
		case folder == "kernel_module/" && strings.HasSuffix(file, ".h"):
			c.modules = append(c.modules, w.including(file)...)
		case top == "kernel_module" && (isFile(filepath.Join(w.e.root, name)) || path.Ext(file) != ""):
			c.more = true // not what sed -i wrote beside it, which has no suffix and is gone
		case top == "rootfs_overlay" && isFile(filepath.Join(w.e.root, name)):
			c.overlay = append(c.overlay, name)
		}
	}
	slices.Sort(c.modules)
	c.modules = slices.Compact(c.modules)
	return c
}

// including returns the names of the modules that include a header.
func (w *watcher) including(header string) []string {
	files, _ := filepath.Glob(filepath.Join(w.e.root, "kernel_module/*.c"))
	var names []string
	for _, f := range files {
		if data, _ := os.ReadFile(f); strings.Contains(string(data), `#include "`+header+`"`) {
			names = append(names, strings.TrimSuffix(filepath.Base(f), ".c"))
		}
	}
	return names
}

func isFile(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode().IsRegular()
}

// act does the least that a change asks for. What a guest can take goes into the
// one that runs; without one everything is built.
func (w *watcher) act(ctx context.Context, c change) {
	if c.profiles {
		w.tellOutOfDate(ctx)
	}
	if len(c.modules)+len(c.programs)+len(c.overlay) == 0 && !c.more {
		return
	}
	r := guest.Read(w.folder())
	if !r.Alive {
		w.make(ctx, "build")
		return
	}
	builder := "BUILDER=" + r.Builder
	if c.more || len(c.modules) > manyModules {
		w.make(ctx, builder, "modules", "programs")
	}
	if len(c.modules) > manyModules {
		fmt.Fprintf(w.e.stderr, "%d modules changed: none was put into the guest (make insmod MODULE=... does it)\n", len(c.modules))
		c.modules = nil
	}
	for _, m := range c.modules {
		w.make(ctx, builder, "insmod", "MODULE="+m)
	}
	files := map[string]string{} // by their name in the guest
	if len(c.programs) > 0 && w.make(ctx, "-s", builder, "programs") {
		for _, p := range c.programs {
			files["/"+p+".out"] = filepath.Join(filepath.Dir(filepath.Dir(r.Folder)), "user", p+".out")
		}
	}
	for _, name := range c.overlay {
		files[strings.TrimPrefix(name, "rootfs_overlay")] = filepath.Join(w.e.root, name)
	}
	if err := w.put(ctx, r, files); err != nil && ctx.Err() == nil {
		printErrors(w.e.stderr, err)
	}
}

// put copies files into a guest.
func (w *watcher) put(ctx context.Context, r *guest.Run, files map[string]string) error {
	if len(files) == 0 {
		return nil
	}
	s, err := guest.Connect(ctx, r, func(text string) { fmt.Fprintln(w.e.stderr, "lkmcgen: "+text) })
	if err != nil {
		return err
	}
	defer s.Close()
	for to, from := range files {
		f, err := os.Open(from)
		if err != nil {
			return err
		}
		defer f.Close()
		mode := fs.FileMode(0o644)
		if info, err := f.Stat(); err == nil && info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		if err := s.Put(ctx, to, mode, f); err != nil {
			return err
		}
		fmt.Fprintf(w.e.stderr, "%s is in the guest\n", to)
	}
	return nil
}

// tellOutOfDate asks make which parts it would make again.
func (w *watcher) tellOutOfDate(ctx context.Context) {
	builder := w.builder()
	made := filepath.Join(filepath.Dir(filepath.Dir(w.run)), builder)
	var parts []string
	for _, part := range [][2]string{
		{"kernel", filepath.Join(made, "kernel.stamp")},
		{"busybox", filepath.Join(made, "busybox.stamp")},
		{"modules", "modules"},
		{"root file system", "rootfs"},
	} {
		c := exec.CommandContext(ctx, w.args[0], append(slices.Clone(w.args[1:]), "-q", part[1])...)
		c.Dir = w.e.root
		if c.Run(); c.ProcessState != nil && c.ProcessState.ExitCode() == 1 {
			parts = append(parts, part[0])
		}
	}
	if len(parts) > 0 {
		fmt.Fprintf(w.e.stderr, "out of date now: %s (make build BUILDER=%s)\n", strings.Join(parts, ", "), builder)
	}
}

// builder is the one that make is told, or the profile's own.
func (w *watcher) builder() string {
	for _, a := range w.args {
		if name, ok := strings.CutPrefix(a, "BUILDER="); ok && name != "" {
			return name
		}
	}
	p, err := w.e.profile(guest.Read(w.run).Profile)
	if err != nil {
		return ""
	}
	return p.Builder
}

// folder is that of the run.
func (w *watcher) folder() string {
	if filepath.IsAbs(w.run) {
		return w.run
	}
	return filepath.Join(w.e.root, w.run)
}

// make calls make with further settings and a goal, and tells whether it went
// well.
func (w *watcher) make(ctx context.Context, args ...string) bool {
	return w.e.command(ctx, slices.Concat(w.args, []string{"--no-print-directory"}, args)...)
}

// command runs a command with the program's own input and output, and says so
// when it fails.
func (e *env) command(ctx context.Context, args ...string) bool {
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Dir, c.Stdin, c.Stdout, c.Stderr = e.root, os.Stdin, e.stdout, e.stderr
	err := c.Run()
	if err != nil && ctx.Err() == nil {
		fmt.Fprintf(e.stderr, "%s: %v\n", args[0], err)
	}
	return err == nil
}
