// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"

	"lkmc/lkmcgen/internal/diag"
)

// TestErrors loads the folders in testdata/errors. Each expected error stands
// in a comment at the end of the line that it is about:
//
//	#! message (hint)       an error of this line
//	#!2 message (hint)      an error of the line two above
//	#!file message (hint)   an error of the file as a whole
//
// A line can have several. Missing and additional errors fail.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob(testdata/errors/*.txtar) = %v, %v; want files", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{"profiles/base.toml": {Data: []byte("format = 1\n")}}
			var want diag.List
			for _, f := range archive.Files {
				fsys[f.Name] = &fstest.MapFile{Data: f.Data}
				want = append(want, annotated(f.Name, string(f.Data))...)
			}
			checkErrors(t, fsys, want)
		})
	}
}

func checkErrors(t *testing.T, fsys fs.FS, want diag.List) {
	t.Helper()
	_, err := Load(fsys)
	got := ""
	if err != nil {
		got = err.Error() + "\n"
	}
	wanted := ""
	if err := want.Err(); err != nil {
		wanted = err.Error() + "\n"
	}
	if got != wanted {
		t.Errorf("Load: wrong errors:\n%s", diff.Diff("got", []byte(got), "want", []byte(wanted)))
	}
}

var annotation = regexp.MustCompile(`#!(file|\d*) `)

// annotated returns the errors that the comments of a file announce.
func annotated(file, source string) diag.List {
	var want diag.List
	lines := strings.Split(source, "\n")
	for i, line := range lines {
		marks := annotation.FindAllStringSubmatchIndex(line, -1)
		for n, m := range marks {
			end := len(line)
			if n+1 < len(marks) {
				end = marks[n+1][0]
			}
			message := strings.TrimSpace(line[m[1]:end])
			switch kind := line[m[2]:m[3]]; kind {
			case "file":
				want.Add(diag.Pos{File: file}, "", "%s", message)
			default:
				above, _ := strconv.Atoi(kind)
				at := lines[i-above]
				col := 1 + len(at) - len(strings.TrimLeft(at, " \t"))
				want.Add(diag.Pos{File: file, Line: i + 1 - above, Col: col}, "", "%s", message)
			}
		}
	}
	return want
}

// brokenFS is a file system in which one file cannot be read.
type brokenFS struct {
	fstest.MapFS
	broken string
	err    error
}

func (b brokenFS) Open(name string) (fs.File, error) {
	if name == b.broken {
		return nil, &fs.PathError{Op: "open", Path: name, Err: b.err}
	}
	return b.MapFS.Open(name)
}

func (b brokenFS) ReadFile(name string) ([]byte, error) {
	if name == b.broken {
		return nil, &fs.PathError{Op: "open", Path: name, Err: b.err}
	}
	return b.MapFS.ReadFile(name)
}

func (b brokenFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == b.broken {
		return nil, &fs.PathError{Op: "open", Path: name, Err: b.err}
	}
	return b.MapFS.ReadDir(name)
}

func TestUnreadable(t *testing.T) {
	good := &fstest.MapFile{Data: []byte("format = 1\n")}
	all := fstest.MapFS{"profiles/base.toml": good, "profiles/arch/arm.toml": good, "profiles/arm-qemu.toml": good}
	for _, test := range []struct {
		name string
		fsys fs.FS
		want string
	}{
		{"no folder", fstest.MapFS{}, "profiles: file does not exist"},
		{"no base", fstest.MapFS{"profiles/arch/arm.toml": good}, "profiles/base.toml: the base layer is missing"},
		{"folder with a file's name", fstest.MapFS{"profiles/base.toml": good, "profiles/x.toml/y.toml": good},
			"profiles/x.toml: there is no such kind of layer"},
		{"folder that is not one of layers", fstest.MapFS{"profiles/base.toml": good, "profiles/features/x.toml": good},
			"profiles/features: there is no such kind of layer (did you mean \"feature\"?)"},
		{"layer", brokenFS{all, "profiles/arch/arm.toml", fs.ErrPermission}, "profiles/arch/arm.toml: permission denied"},
		{"profile", brokenFS{all, "profiles/arm-qemu.toml", fmt.Errorf("input/output error")}, "profiles/arm-qemu.toml: input/output error"},
		{"base", brokenFS{all, "profiles/base.toml", fs.ErrPermission}, "profiles/base.toml: permission denied"},
		{"folder of layers", brokenFS{all, "profiles/arch", fs.ErrPermission}, "profiles/arch: permission denied"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(test.fsys)
			if got := fmt.Sprint(err); got != test.want && (err != nil || test.want != "") {
				t.Errorf("Load = %q; want %q", got, test.want)
			}
		})
	}
}

// Errors of several files come together, sorted by place.
func TestErrorsTogether(t *testing.T) {
	_, err := Load(fstest.MapFS{
		"profiles/z-qemu.toml":        {Data: []byte("format = 1\nzzz = 1\n")},
		"profiles/base.toml":          {Data: []byte("format = 1\n\n\n\n\n\n\n\n\nten = 1\naaa = 1\n[linux]\nversion = 2\n")},
		"profiles/arch/arm.toml":      {Data: []byte("format = 1\nbbb =\n")},
		"profiles/emulator/qemu.toml": {Data: []byte("bbb = 1\n")},
	})
	want := `profiles/arch/arm.toml:2:1: expected value but found '\n' instead
profiles/base.toml:10:1: unknown key "ten"
profiles/base.toml:11:1: unknown key "aaa"
profiles/base.toml:13:1: linux.version: is an integer (want a string)
profiles/emulator/qemu.toml: the file does not say its format (format = 1)
profiles/emulator/qemu.toml:1:1: unknown key "bbb"
profiles/z-qemu.toml:2:1: unknown key "zzz"`
	if err == nil || err.Error() != want {
		t.Errorf("Load =\n%v\nwant\n%s", err, want)
	}
}

// The layers and profiles of the repository have no problems.
func TestShipped(t *testing.T) {
	set, err := Load(os.DirFS("../../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Profiles {
		if _, err := set.Layers(p); err != nil {
			t.Errorf("Layers(%s): %v", p.Name, err)
		}
	}
}
