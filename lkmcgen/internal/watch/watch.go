// SPDX-License-Identifier: Apache-2.0

// Package watch calls a function after each burst of changes below folders.
package watch

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// Quiet is how long nothing must change before a burst counts as over. Editors
	// write a file in several steps, a git checkout hundreds of files.
	Quiet = 100 * time.Millisecond
	// Interval is the time from one look at all files to the next where the
	// system tells no changes.
	Interval = 500 * time.Millisecond
)

// A Do is what to do after a burst of changes. Files that came, changed or went
// are named, sorted; none are named at the start, and when what has changed is
// not known.
type Do func(ctx context.Context, changed []string)

// Run calls do at once, and again after each burst of changes below the
// folders, until ctx ends. Calls never overlap; what changes during one leads
// to one more. A folder that is removed is watched again when it is back. With
// poll, which is for file systems where Silent is true, it looks for changes
// itself.
func Run(ctx context.Context, folders []string, poll bool, do Do) error {
	for _, f := range folders {
		if _, err := os.Stat(f); err != nil {
			return err
		}
	}
	changes := make(chan string)
	if poll {
		go look(ctx, folders, changes)
	} else {
		w, err := fsnotify.NewWatcher()
		if err != nil {
			return err
		}
		defer w.Close()
		n := &notified{w: w, folders: folders, changes: changes}
		if err := n.begin(); err != nil {
			return err
		}
		go n.follow(ctx)
	}
	loop(ctx, changes, Quiet, do)
	return nil
}

// A notified passes on what the system tells of changes.
type notified struct {
	w       *fsnotify.Watcher
	folders []string
	changes chan<- string
}

// begin watches the folders, those below, and for each the one above it, in which
// it may come back.
func (n *notified) begin() error {
	for _, f := range n.folders {
		if err := n.w.Add(filepath.Dir(f)); err != nil {
			return err
		}
		if err := n.add(f, func(string) {}); err != nil {
			return err
		}
	}
	return nil
}

// add watches a folder and those below it, and tells the files in them.
func (n *notified) add(folder string, file func(string)) error {
	return filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !e.IsDir() {
			file(path)
			return nil
		}
		return n.w.Add(path)
	})
}

// follow passes on the names of changed files and watches new folders.
func (n *notified) follow(ctx context.Context) {
	defer close(n.changes)
	send := func(name string) {
		select {
		case n.changes <- name:
		case <-ctx.Done():
		}
	}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case e, ok := <-n.w.Events:
			if !ok {
				return
			}
			if e.Op == fsnotify.Chmod || !n.ours(e.Name) {
				continue
			}
			if relevant(e.Name) {
				send(e.Name)
			}
			if e.Has(fsnotify.Create) {
				// A name that is not a folder, or is gone again, needs no watch. What
				// was in a new folder before it was watched is new too.
				_ = n.add(e.Name, func(file string) {
					if relevant(file) {
						send(file)
					}
				})
			}
		case _, ok := <-n.w.Errors:
			if !ok {
				return
			}
			// An overflow of the queue: anything may have changed, folders too.
			for _, f := range n.folders {
				_ = n.add(f, func(string) {})
			}
			send("")
		}
	}
}

// ours tells what lies in the folders from what lies beside them.
func (n *notified) ours(name string) bool {
	return slices.ContainsFunc(n.folders, func(f string) bool {
		return name == f || strings.HasPrefix(name, f+string(filepath.Separator))
	})
}

// look passes on the names of files that differ from one look to the next.
func look(ctx context.Context, folders []string, changes chan<- string) {
	defer close(changes)
	tick := time.NewTicker(Interval)
	defer tick.Stop()
	old := state(folders)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := state(folders)
		for name := range maps.Keys(now) {
			if old[name] == now[name] {
				delete(old, name)
			} else {
				old[name] = now[name]
			}
		}
		for name := range old { // came, changed or went
			select {
			case changes <- name:
			case <-ctx.Done():
				return
			}
		}
		old = now
	}
}

// A stamp is what changes with a file.
type stamp struct {
	size     int64
	modified time.Time
}

func state(folders []string) map[string]stamp {
	files := map[string]stamp{}
	for _, f := range folders {
		filepath.WalkDir(f, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !relevant(path) {
				return nil // what is gone shows by its absence
			}
			if info, err := e.Info(); err == nil {
				files[path] = stamp{info.Size(), info.ModTime()}
			}
			return nil
		})
	}
	return files
}

// relevant tells a file that people save from one that their editor keeps
// beside it.
func relevant(name string) bool {
	base := filepath.Base(name)
	return base != "4913" && !strings.HasPrefix(base, ".") && !strings.HasSuffix(base, "~") &&
		!strings.HasSuffix(base, ".swp") && !strings.HasPrefix(base, "#")
}

// loop gathers changes, also while do is under way, and calls do when they
// pause.
func loop(ctx context.Context, changes <-chan string, quiet time.Duration, do Do) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var changed map[string]bool // nil: nobody knows
	var done chan struct{}      // closed at the end of the call under way
	for {
		select {
		case <-ctx.Done():
			if done != nil {
				<-done
			}
			return
		case <-timer.C:
			if done != nil {
				continue
			}
			names := slices.Sorted(maps.Keys(changed))
			changed = map[string]bool{}
			done = make(chan struct{})
			go func(done chan<- struct{}) {
				defer close(done)
				do(ctx, names)
			}(done)
		case <-done:
			done = nil
			if changed == nil || len(changed) > 0 {
				timer.Reset(quiet)
			}
		case name, ok := <-changes:
			switch {
			case !ok:
				return
			case name == "":
				changed = nil
			case changed != nil:
				changed[name] = true
			}
			timer.Reset(quiet)
		}
	}
}
