// SPDX-License-Identifier: Apache-2.0

// Package catalogue reads the headers of the guest's modules, programs and
// scripts: what each shows, how it is used, and what is then to be seen.
package catalogue

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/diag"
)

// A Kind is what an entry is for the guest.
type Kind string

// The kinds, in the order of lists.
const (
	Module  Kind = "module"
	Program Kind = "program"
	Script  Kind = "script"
)

// An Entry is a file of the guest with the header that its test obeys.
type Entry struct {
	Name  string   `json:"name"` // as in TEST=: hello, hello.out, fops.sh
	Kind  Kind     `json:"kind"`
	File  string   `json:"file"` // relative to the project's root
	Title string   `json:"title"`
	Idea  []string `json:"idea"` // paragraphs
	Steps []Step   `json:"steps"`
	Needs []string `json:"needs"`
	See   string   `json:"see"`
	Test  string   `json:"test,omitempty"` // the Go test of one that cannot be run alone
}

// A Step is a block of Usage and the block of Expected behind it, in lines.
type Step struct {
	Usage    []string `json:"usage"`
	Expected []string `json:"expected"`
}

// Boots reports whether the lines are for the host and each boots a guest.
func (s Step) Boots() bool { return len(s.Usage) > 0 && isBoot(s.Usage[0]) }

func isBoot(line string) bool { return strings.HasPrefix(line, "make ") }

// InGuest reports whether there is something to run in a guest that is up.
func (e *Entry) InGuest() bool {
	return e.Test == "" && slices.ContainsFunc(e.Steps, func(s Step) bool { return !s.Boots() })
}

// Boots are the steps that the host runs.
func (e *Entry) Boots() []Step {
	if e.Test != "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.Steps), func(s Step) bool { return !s.Boots() })
}

// Parts are the other files of the same name: user/poll.c and poll.sh of poll.
func (e *Entry) Parts(all []*Entry) []string {
	var files []string
	for _, other := range all {
		if other != e && stem(other.Name) == stem(e.Name) {
			files = append(files, other.File)
		}
	}
	return files
}

func stem(name string) string { return strings.TrimSuffix(strings.TrimSuffix(name, ".out"), ".sh") }

// notEntries have no catalogue header: what others are made of.
var notEntries = []string{"kernel_module/user/agent.c", "rootfs_overlay/ktap.sh", "rootfs_overlay/test.sh"}

// Load reads all entries below the project's root, sorted by kind and name. The
// error is a diag.List of everything that is wrong.
func Load(root fs.FS) ([]*Entry, error) {
	var entries []*Entry
	var problems diag.List
	for _, from := range []struct {
		pattern, suffix string
		kind            Kind
	}{
		{"kernel_module/*.c", "", Module},
		{"kernel_module/user/*.c", ".out", Program},
		{"rootfs_overlay/*.sh", ".sh", Script},
	} {
		files, err := fs.Glob(root, from.pattern)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if slices.Contains(notEntries, file) {
				continue
			}
			data, err := fs.ReadFile(root, file)
			if err != nil {
				return nil, err
			}
			base := path.Base(file)
			e := &Entry{Name: strings.TrimSuffix(base, path.Ext(base)) + from.suffix, Kind: from.kind, File: file}
			problems.Append(parse(e, string(data)))
			entries = append(entries, e)
		}
	}
	return entries, problems.Err()
}

// Pick returns the entries that the names or patterns (path.Match) choose, all
// when there is none, in the order of all.
func Pick(all []*Entry, names []string) ([]*Entry, error) {
	if len(names) == 0 {
		return all, nil
	}
	var problems diag.List
	chosen := map[*Entry]bool{}
	for _, pattern := range names {
		found := false
		for _, e := range all {
			ok, err := path.Match(pattern, e.Name)
			if err != nil {
				problems.Add(diag.Pos{}, "", "%s: %v", pattern, err)
				break
			}
			if ok {
				chosen[e], found = true, true
			}
		}
		if !found {
			known := make([]string, len(all))
			for i, e := range all {
				known[i] = e.Name
			}
			problems.Add(diag.Pos{}, diag.DidYouMean(pattern, known), "there is no %q in the catalogue", pattern)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(e *Entry) bool { return !chosen[e] }), problems.Err()
}
