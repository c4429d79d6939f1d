// SPDX-License-Identifier: Apache-2.0

// Package output makes a folder hold exactly the generated files: all of them
// or, after an error, none of the new ones.
//
// New contents are first written beside the old ones, in a folder that nobody
// reads, and moved into place only when everything is there. So a full disk, a
// killed process or a wrong profile leaves each file old or new, and the next
// run mends the rest. A file whose bytes are right already keeps its time.
package output

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"lkmc/lkmcgen/internal/diag"
)

const (
	indexName   = "index.json"
	stagingName = ".staging"
	lockName    = ".lock"
	// Edited ends the name under which a file edited by hand is kept; further
	// ones of the same file end in .2.edited, .3.edited and so on.
	Edited = ".edited"
)

// A Change is a file that differs from what it should be.
type Change struct {
	Path     string
	Kind     Kind
	Old, New []byte // nil where there is none
	kept     string // where to put the old contents; empty when they were generated
}

// Kind tells what happens to a changed file.
type Kind string

// The kinds of changes. A file changed by hand since it was generated is kept
// under its name and Edited before the kind's action.
const (
	Create Kind = "create"
	Update Kind = "update"
	Remove Kind = "remove"
)

// A Dir is a folder of generated files. It holds the folder's lock from Open to
// Close.
type Dir struct {
	name    string
	root    *os.Root
	lock    *os.File
	index   index
	next    index
	changes []Change
	staged  bool
	dry     bool
	in      folder
}

// index records what was generated, so that a file edited by hand can be told
// from an outdated one. Its values begin the SHA-256 of the contents.
type index struct {
	Comment string            `json:"comment"`
	Files   map[string]string `json:"files"`
}

// Open prepares the folder name for new contents. Errors and the Report name
// files from the folder's last element on, "generated/…". With dry it changes nothing
// on disk; Change values then hold the contents, for a diff. Other writers wait
// until Close; a reader with dry does not lock.
func Open(name string, dry bool) (*Dir, error) {
	d := &Dir{name: filepath.Base(name), dry: dry}
	d.next = index{Comment: "Written by lkmcgen gen. Tells files edited by hand from generated ones.", Files: map[string]string{}}
	if !dry {
		if err := os.MkdirAll(name, 0o777); err != nil {
			return nil, at(d.name, err)
		}
	}
	var err error
	if d.root, err = os.OpenRoot(name); err != nil {
		if dry && errors.Is(err, fs.ErrNotExist) {
			return d, nil
		}
		return nil, at(d.name, err)
	}
	if !dry {
		if err := d.takeLock(); err != nil {
			d.root.Close()
			return nil, at(d.name, err)
		}
	}
	d.readIndex()
	return d, nil
}

func (d *Dir) takeLock() error {
	f, err := d.root.OpenFile(lockName, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return errors.Join(err, f.Close())
	}
	d.lock = f
	return d.root.RemoveAll(stagingName)
}

// readIndex reads the index. A broken one counts as empty: then each file whose
// contents differ is taken for one edited by hand, and kept.
func (d *Dir) readIndex() {
	data, err := d.root.ReadFile(indexName)
	if err == nil {
		err = json.Unmarshal(data, &d.index)
	}
	if err != nil {
		d.index = index{}
	}
}

// Close releases the folder. What was not committed is thrown away.
func (d *Dir) Close() error {
	if d.root == nil {
		return nil
	}
	err := d.leave()
	if d.staged {
		err = errors.Join(err, d.root.RemoveAll(stagingName))
	}
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return errors.Join(err, d.root.Close())
}

// Add puts a file among those that the folder shall hold.
func (d *Dir) Add(file string, data []byte) error {
	d.next.Files[file] = digest(data)
	old, err := d.read(file)
	if err != nil {
		return at(path.Join(d.name, file), err)
	}
	if old != nil && bytes.Equal(old, data) {
		return nil
	}
	c := Change{Path: file, Kind: Update, Old: old, New: data, kept: d.keep(file, old)}
	if old == nil {
		c.Kind = Create
	}
	if !d.dry {
		if err := d.stage(file, data); err != nil {
			return at(path.Join(d.name, file), err)
		}
		c.New = nil
		c.Old = nil
	}
	d.changes = append(d.changes, c)
	return nil
}

// Keep puts all files of a folder that were generated before among those that the
// folder shall hold, as they are, and tells whether there are any.
func (d *Dir) Keep(folder string) bool {
	any := false
	for file, sum := range d.index.Files {
		if top(file) == folder {
			d.next.Files[file] = sum
			any = true
		}
	}
	return any
}

// A folder is the one that files are being added to. Files come folder by
// folder, so each is opened once.
type folder struct {
	name        string
	old, staged *os.Root // nil where there is no such folder
}

// enter makes d.in the folder with the given name.
func (d *Dir) enter(name string) error {
	if d.in.name == name {
		return nil
	}
	if err := d.leave(); err != nil || d.root == nil {
		return err
	}
	old, err := d.root.OpenRoot(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d.in = folder{name: name, old: old}
	return nil
}

func (d *Dir) leave() error {
	var errs []error
	for _, r := range []*os.Root{d.in.old, d.in.staged} {
		if r != nil {
			errs = append(errs, r.Close())
		}
	}
	d.in = folder{}
	return errors.Join(errs...)
}

// read returns the contents of a file, nil when there is none.
func (d *Dir) read(file string) ([]byte, error) {
	if err := d.enter(path.Dir(file)); err != nil || d.in.old == nil {
		return nil, err
	}
	data, err := d.in.old.ReadFile(path.Base(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if data == nil && err == nil {
		data = []byte{}
	}
	return data, err
}

func (d *Dir) stage(file string, data []byte) error {
	if err := d.enter(path.Dir(file)); err != nil {
		return err
	}
	if d.in.staged == nil {
		d.staged = true
		name := path.Join(stagingName, d.in.name)
		if err := d.root.MkdirAll(name, 0o777); err != nil {
			return err
		}
		staged, err := d.root.OpenRoot(name)
		if err != nil {
			return err
		}
		d.in.staged = staged
	}
	return d.in.staged.WriteFile(path.Base(file), data, 0o666)
}

// keep returns the name under which a file's contents are kept, or "" when they
// are those that were generated.
func (d *Dir) keep(file string, old []byte) string {
	if old == nil || d.index.Files[file] == digest(old) {
		return ""
	}
	name := file + Edited
	for n := 2; ; n++ {
		if _, err := d.root.Lstat(name); err != nil {
			return name
		}
		name = fmt.Sprintf("%s.%d%s", file, n, Edited)
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:12])
}

// A Report tells what Commit did, or would do when the Dir is dry.
type Report struct {
	Changes []Change // sorted by path
	Kept    []string // where files edited by hand were put, sorted
}

// Commit moves everything into place, removes files that are generated no
// longer, and writes the index last.
func (d *Dir) Commit() (Report, error) {
	if err := d.prune(); err != nil {
		return Report{}, err
	}
	if len(d.changes) == 0 && !sameFiles(d.index.Files, d.next.Files) {
		d.changes = append(d.changes, Change{Path: indexName, Kind: Update})
	}
	slices.SortFunc(d.changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	report := Report{Changes: d.changes}
	for _, c := range d.changes {
		if c.kept != "" {
			report.Kept = append(report.Kept, path.Join(d.name, c.kept))
		}
	}
	if d.dry || len(d.changes) == 0 {
		return report, nil
	}
	return report, d.commit()
}

func sameFiles(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

func (d *Dir) commit() error {
	index, err := json.MarshalIndent(d.next, "", " ")
	if err != nil {
		return err
	}
	if err := d.stage(indexName, append(index, '\n')); err != nil {
		return at(path.Join(d.name, indexName), err)
	}
	whole := d.wholeFolders()
	for _, c := range d.changes {
		if whole[top(c.Path)] || c.Path == indexName {
			continue
		}
		if err := d.apply(c); err != nil {
			return at(path.Join(d.name, c.Path), err)
		}
	}
	for folder := range whole {
		if err := d.root.Rename(path.Join(stagingName, folder), folder); err != nil {
			return at(path.Join(d.name, folder), err)
		}
	}
	return d.root.Rename(path.Join(stagingName, indexName), indexName)
}

// wholeFolders returns the folders that do not exist yet: they are moved as a
// whole.
func (d *Dir) wholeFolders() map[string]bool {
	whole := map[string]bool{}
	for _, c := range d.changes {
		folder := top(c.Path)
		if _, known := whole[folder]; !known && folder != "." {
			_, err := d.root.Stat(folder)
			whole[folder] = errors.Is(err, fs.ErrNotExist)
		}
	}
	for folder, isNew := range whole {
		if !isNew {
			delete(whole, folder)
		}
	}
	return whole
}

// top returns the folder at the top that a file is in, "." for one in none.
func top(file string) string {
	if folder, _, found := strings.Cut(file, "/"); found {
		return folder
	}
	return "."
}

func (d *Dir) apply(c Change) error {
	if c.kept != "" {
		if err := d.root.Rename(c.Path, c.kept); err != nil {
			return err
		}
	}
	if c.Kind == Remove {
		return d.remove(c.Path)
	}
	err := d.root.Rename(path.Join(stagingName, c.Path), c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.root.MkdirAll(path.Dir(c.Path), 0o777); err != nil {
			return err
		}
		err = d.root.Rename(path.Join(stagingName, c.Path), c.Path)
	}
	return err
}

func (d *Dir) remove(file string) error {
	if err := d.root.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// Fails where a folder still holds something, as it should.
	for dir := path.Dir(file); dir != "." && d.root.Remove(dir) == nil; dir = path.Dir(dir) {
	}
	return nil
}

// prune adds the removal of every file that an earlier run generated and this
// one does not.
func (d *Dir) prune() error {
	for file := range d.index.Files {
		if _, ok := d.next.Files[file]; ok {
			continue
		}
		old, err := d.read(file)
		if err != nil {
			return at(path.Join(d.name, file), err)
		}
		if old != nil {
			d.changes = append(d.changes, Change{Path: file, Kind: Remove, Old: old, kept: d.keep(file, old)})
		}
	}
	return nil
}

// at puts a system error at its file and says what the usual causes ask for.
func at(file string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		err = l.Err
	}
	hint := ""
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "make room and run it again"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		hint = "make the folder writable and run it again"
	}
	return &diag.Error{Pos: diag.Pos{File: file}, Msg: fmt.Sprint(err), Hint: hint}
}
