// SPDX-License-Identifier: Apache-2.0

// Package watch calls a function after each burst of changes below folders.
package watch

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Quiet is how long nothing must change before a burst counts as over. Editors
// write a file in several steps, a git checkout hundreds of files.
const Quiet = 100 * time.Millisecond

// Run calls do at once, and again after each burst of changes below the
// folders, until ctx ends. Calls never overlap; what changes during one leads
// to one more. Nothing is seen on file systems without inotify (NFS, 9p).
func Run(ctx context.Context, folders []string, do func(context.Context)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	for _, f := range folders {
		if err := add(w, f); err != nil {
			return err
		}
	}
	changes := make(chan string)
	go follow(ctx, w, changes)
	loop(ctx, changes, Quiet, do)
	return nil
}

// add watches a folder and those below it.
func add(w *fsnotify.Watcher, folder string) error {
	return filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return w.Add(path)
	})
}

// follow passes on the names of changed files and watches new folders.
func follow(ctx context.Context, w *fsnotify.Watcher, changes chan<- string) {
	defer close(changes)
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.Events:
			if !ok {
				return
			}
			if e.Has(fsnotify.Create) {
				// A name that is not a folder, or is gone again, needs no watch.
				_ = add(w, e.Name)
			}
			if e.Op == fsnotify.Chmod || !relevant(e.Name) {
				continue
			}
			select {
			case changes <- e.Name:
			case <-ctx.Done():
				return
			}
		case <-w.Errors:
			// An overflow of the queue: something changed.
			select {
			case changes <- "":
			case <-ctx.Done():
				return
			}
		}
	}
}

// relevant tells a file that people save from one that their editor keeps
// beside it.
func relevant(name string) bool {
	base := filepath.Base(name)
	return base != "4913" && !strings.HasPrefix(base, ".") && !strings.HasSuffix(base, "~") &&
		!strings.HasSuffix(base, ".swp") && !strings.HasPrefix(base, "#")
}

func loop(ctx context.Context, changes <-chan string, quiet time.Duration, do func(context.Context)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			do(ctx)
		case _, ok := <-changes:
			if !ok {
				return
			}
			timer.Reset(quiet)
		}
	}
}
