// SPDX-License-Identifier: Apache-2.0

package project

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig/tree"
)

// BusyBox reads the tree of BusyBox in fsys. Most of its Kconfig stands in
// comments of its C files, which its build collects first.
func BusyBox(fsys fs.FS, shell tree.Shell) (*Tree, error) {
	collected := &collected{FS: fsys, places: map[string][]diag.Pos{}}
	t := &Tree{Prefix: "CONFIG_", Source: tree.Source{
		FS: collected, Top: "Config.in", Env: map[string]string{}, Shell: shell,
		Rules: tree.Rules{Old: true, Dollar: true, Reset: true}, Place: collected.place,
	}}
	return t.parse()
}

// platform is what BusyBox's Makefile writes, which its Config.in reads.
const platform = ".platform.in"

// A collected is a tree of BusyBox in which each Config.in is made of a
// Config.src and of the C files beside it.
type collected struct {
	fs.FS
	places map[string][]diag.Pos // of each line of a file that was made
}

// ReadFile returns a file, made if it has to be.
func (c *collected) ReadFile(name string) ([]byte, error) {
	if name == platform {
		return []byte("config PLATFORM_LINUX\n\tbool\n\tdefault y\n"), nil
	}
	if path.Base(name) == "Config.in" {
		source := strings.TrimSuffix(name, ".in") + ".src"
		if text, err := fs.ReadFile(c.FS, source); err == nil {
			return c.collect(name, source, string(text))
		}
	}
	return fs.ReadFile(c.FS, name)
}

// Open opens a file as it is, or one that is made, to be looked at.
func (c *collected) Open(name string) (fs.File, error) {
	if f, err := c.FS.Open(name); err == nil {
		return f, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// collect puts the "//config:" lines of the C files in the place of INSERT.
func (c *collected) collect(name, source, text string) ([]byte, error) {
	var b bytes.Buffer
	add := func(file string, line int, text string) {
		io.WriteString(&b, text+"\n")
		c.places[name] = append(c.places[name], diag.Pos{File: file, Line: line})
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimRight(line, "\n"); line != "INSERT" {
			add(source, number, line)
			continue
		}
		files, err := fs.Glob(c.FS, path.Dir(name)+"/*.c")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := c.comments(file, add); err != nil {
				return nil, err
			}
		}
	}
	return b.Bytes(), nil
}

func (c *collected) comments(file string, add func(file string, line int, text string)) error {
	text, err := fs.ReadFile(c.FS, file)
	if err != nil {
		return err
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		if config, ok := strings.CutPrefix(line, "//config:"); ok {
			add(file, number, strings.TrimRight(config, "\n"))
		}
	}
	return nil
}

// place returns where the line of a Config.in that was made comes from.
func (c *collected) place(at diag.Pos) diag.Pos {
	if places := c.places[at.File]; at.Line > 0 && at.Line <= len(places) {
		return places[at.Line-1]
	}
	return at
}
