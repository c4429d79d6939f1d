// SPDX-License-Identifier: Apache-2.0

package output

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

type tree map[string]string

// write makes dir hold files, and returns what happened as lines.
func write(t *testing.T, dir string, files tree) string {
	t.Helper()
	report, err := tryWrite(dir, files, false)
	if err != nil {
		t.Fatalf("write: %v", err)
	}
	return lines(report)
}

func tryWrite(dir string, files tree, dry bool) (r Report, err error) {
	d, err := Open(dir, dry)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := d.Add(name, []byte(files[name])); err != nil {
			return r, err
		}
	}
	return d.Commit()
}

func lines(r Report) string {
	var l []string
	for _, c := range r.Changes {
		l = append(l, fmt.Sprintf("%s %s", c.Kind, c.Path))
	}
	for _, k := range r.Kept {
		l = append(l, "kept "+k)
	}
	return strings.Join(l, "\n")
}

// content returns all files below dir but the index and the lock.
func content(t *testing.T, dir string) tree {
	t.Helper()
	files := tree{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		if e.IsDir() {
			if rel != "." {
				files[rel+"/"] = ""
			}
			return nil
		}
		data, err := os.ReadFile(name)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(files, indexName)
	delete(files, lockName)
	return files
}

func wantContent(t *testing.T, dir string, want tree) {
	t.Helper()
	all := tree{}
	for name, data := range want {
		all[name] = data
		for d := filepath.Dir(name); d != "."; d = filepath.Dir(d) {
			all[d+"/"] = ""
		}
	}
	if got := content(t, dir); !maps.Equal(got, all) {
		t.Errorf("folder holds %q; want %q", got, all)
	}
}

func put(t *testing.T, dir, name, data string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
}

func generated(t *testing.T) string { return filepath.Join(t.TempDir(), "generated") }

func TestChanges(t *testing.T) {
	first := tree{"common/run.sh": "run", "arm/run.sh": "arm", "arm/empty": ""}
	for _, test := range []struct {
		name   string
		second tree
		want   string
	}{
		{"nothing", first, ""},
		{"update", tree{"common/run.sh": "new", "arm/run.sh": "arm", "arm/empty": ""}, "update common/run.sh"},
		{"fill and empty", tree{"common/run.sh": "", "arm/run.sh": "arm", "arm/empty": "x"}, "update arm/empty\nupdate common/run.sh"},
		{"create", tree{"common/run.sh": "run", "arm/run.sh": "arm", "arm/empty": "", "arm/new": "", "mips/run.sh": "x"}, "create arm/new\ncreate mips/run.sh"},
		{"remove a file", tree{"common/run.sh": "run", "arm/run.sh": "arm"}, "remove arm/empty"},
		{"remove a folder", tree{"common/run.sh": "run"}, "remove arm/empty\nremove arm/run.sh"},
		{"remove all", tree{}, "remove arm/empty\nremove arm/run.sh\nremove common/run.sh"},
		{"deeper", tree{"common/run.sh": "run", "arm/run.sh": "arm", "arm/empty": "", "arm/a/b/c": "c", "x/y/z": "z", "x/z": "z"}, "create arm/a/b/c\ncreate x/y/z\ncreate x/z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := generated(t)
			if got, want := write(t, dir, first), "create arm/empty\ncreate arm/run.sh\ncreate common/run.sh"; got != want {
				t.Errorf("first = %s; want %s", got, want)
			}
			wantContent(t, dir, first)
			if got := write(t, dir, test.second); got != test.want {
				t.Errorf("second = %s; want %s", got, test.want)
			}
			wantContent(t, dir, test.second)
			if got := write(t, dir, test.second); got != "" {
				t.Errorf("third = %s; want nothing", got)
			}
		})
	}
}

// Files whose bytes are right keep their time, the index too.
func TestUnchangedFilesKeepTheirTime(t *testing.T) {
	dir := generated(t)
	write(t, dir, tree{"a/x": "x", "a/y": "y"})
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, name := range []string{"a/x", "a/y", indexName} {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	isOld := func(name string) bool {
		info, err := os.Stat(filepath.Join(dir, name))
		return err == nil && info.ModTime().Equal(old)
	}
	write(t, dir, tree{"a/x": "x", "a/y": "y"})
	if !isOld("a/x") || !isOld("a/y") || !isOld(indexName) {
		t.Errorf("times after no change: x %v, y %v, index %v; want all old", isOld("a/x"), isOld("a/y"), isOld(indexName))
	}
	write(t, dir, tree{"a/x": "x", "a/y": "new"})
	if !isOld("a/x") || isOld("a/y") || isOld(indexName) {
		t.Errorf("times after a change of y: x old %v, y old %v, index old %v; want only x", isOld("a/x"), isOld("a/y"), isOld(indexName))
	}
}

func TestEditedByHand(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "generated")
	write(t, dir, tree{"a/x": "one", "a/y": "y"})

	put(t, dir, "a/x", "mine")
	if got, want := write(t, dir, tree{"a/x": "one", "a/y": "y"}), "update a/x\nkept generated/a/x.edited"; got != want {
		t.Errorf("after an edit = %s; want %s", got, want)
	}
	wantContent(t, dir, tree{"a/x": "one", "a/y": "y", "a/x.edited": "mine"})

	put(t, dir, "a/x", "mine again")
	if got, want := write(t, dir, tree{"a/x": "two", "a/y": "y"}), "update a/x\nkept generated/a/x.2.edited"; got != want {
		t.Errorf("after a second edit = %s; want %s", got, want)
	}
	wantContent(t, dir, tree{"a/x": "two", "a/y": "y", "a/x.edited": "mine", "a/x.2.edited": "mine again"})

	put(t, dir, "a/y", "mine too")
	if got, want := write(t, dir, tree{"a/x": "two"}), "remove a/y\nkept generated/a/y.edited"; got != want {
		t.Errorf("after an edit of what goes away = %s; want %s", got, want)
	}

	// An edit that is what the file becomes anyway is no edit; only the index
	// did not know.
	put(t, dir, "a/x", "three")
	if got, want := write(t, dir, tree{"a/x": "three"}), "update index.json"; got != want {
		t.Errorf("after the edit that gen would make = %s; want %s", got, want)
	}
	if got, want := write(t, dir, tree{"a/x": "four"}), "update a/x"; got != want {
		t.Errorf("then = %s; want %s", got, want)
	}

	// A file that stands where a new one belongs is not ours.
	put(t, dir, "b/x", "theirs")
	if got, want := write(t, dir, tree{"a/x": "four", "b/x": "ours"}), "update b/x\nkept generated/b/x.edited"; got != want {
		t.Errorf("over a foreign file = %s; want %s", got, want)
	}
}

func TestForeignFilesStay(t *testing.T) {
	dir := generated(t)
	write(t, dir, tree{"a/x": "x"})
	put(t, dir, "a/notes", "mine")
	write(t, dir, tree{})
	wantContent(t, dir, tree{"a/notes": "mine"})
}

func TestBrokenIndex(t *testing.T) {
	for name, index := range map[string]string{"empty": "", "no JSON": "<<<<<<< HEAD", "another shape": `{"files": []}`, "null": "null"} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "generated")
			write(t, dir, tree{"a/x": "x", "a/y": "y"})
			put(t, dir, indexName, index)
			if got, want := write(t, dir, tree{"a/x": "x", "a/y": "new"}), "update a/y\nkept generated/a/y.edited"; got != want {
				t.Errorf("with a broken index = %s; want %s", got, want)
			}
			wantContent(t, dir, tree{"a/x": "x", "a/y": "new", "a/y.edited": "y"})
			if got, want := write(t, dir, tree{"a/x": "x", "a/y": "newer"}), "update a/y"; got != want {
				t.Errorf("then = %s; want %s", got, want)
			}
		})
	}
}

// A killed process leaves files old or new, left-overs, and an index that is
// older than the files; the next run mends it.
func TestAfterKill(t *testing.T) {
	dir := generated(t)
	write(t, dir, tree{"a/x": "old", "a/gone": "old", "b/gone": "old"})
	put(t, dir, ".staging/a/x", "half")
	put(t, dir, ".staging/c/new", "half")
	put(t, dir, "a/x", "new") // moved already
	if err := os.RemoveAll(filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	want := tree{"a/x": "new", "c/new": "new"}
	if got, want := write(t, dir, want), "remove a/gone\ncreate c/new"; got != want {
		t.Errorf("after a kill = %s; want %s", got, want)
	}
	wantContent(t, dir, want)
	if got := write(t, dir, want); got != "" {
		t.Errorf("then = %s; want nothing", got)
	}
}

// What is not committed leaves no trace.
func TestNotCommitted(t *testing.T) {
	dir := generated(t)
	write(t, dir, tree{"a/x": "x"})
	d, err := Open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Add("a/x", []byte("new")), d.Add("b/x", []byte("new")), d.Close()); err != nil {
		t.Fatal(err)
	}
	wantContent(t, dir, tree{"a/x": "x"})
}

func TestDry(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "generated")
	dry := func(files tree) string {
		t.Helper()
		r, err := tryWrite(dir, files, true)
		if err != nil {
			t.Fatalf("dry: %v", err)
		}
		return lines(r)
	}
	if got, want := dry(tree{"a/x": "x"}), "create a/x"; got != want {
		t.Errorf("dry without a folder = %s; want %s", got, want)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("dry made the folder: %v", err)
	}
	write(t, dir, tree{"a/x": "x", "a/y": "y"})
	put(t, dir, "a/y", "mine")
	before := everything(t, dir)
	if got, want := dry(tree{"a/x": "new", "a/y": "y", "b/z": ""}), "update a/x\nupdate a/y\ncreate b/z\nkept generated/a/y.edited"; got != want {
		t.Errorf("dry = %s; want %s", got, want)
	}
	if got, want := dry(tree{}), "remove a/x\nremove a/y\nkept generated/a/y.edited"; got != want {
		t.Errorf("dry = %s; want %s", got, want)
	}
	if after := everything(t, dir); after != before {
		t.Errorf("dry left\n%s\nof\n%s", after, before)
	}
	r, err := tryWrite(dir, tree{"a/x": "new", "a/y": "y"}, true)
	if err != nil || len(r.Changes) != 2 || string(r.Changes[0].Old) != "x" || string(r.Changes[0].New) != "new" {
		t.Errorf("dry = %+v, %v; want old and new contents", r, err)
	}
}

// everything describes each file and folder below dir with its time.
func everything(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		fmt.Fprintf(&b, "%s %v %d %v\n", name, info.Mode(), info.Size(), info.ModTime())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Nothing is read or written outside the folder, whatever links and the index
// say.
func TestOutside(t *testing.T) {
	const escapes = "path escapes from parent"
	for _, test := range []struct {
		name    string
		prepare func(dir, outside string) error
		files   tree
		want    string
	}{
		{"folder that is a link", func(dir, outside string) error { return os.Symlink(outside, filepath.Join(dir, "a")) }, tree{"a/x": "new"}, "generated/a/x: " + escapes},
		{"file that is a link", func(dir, outside string) error {
			return errors.Join(os.Mkdir(filepath.Join(dir, "a"), 0o777), os.Symlink(filepath.Join(outside, "x"), filepath.Join(dir, "a/x")))
		}, tree{"a/x": "new"}, "generated/a/x: " + escapes},
		{"path", func(string, string) error { return nil }, tree{"../outside/x": "new"}, "outside/x: " + escapes},
		{"absolute path", func(string, string) error { return nil }, tree{"/x": "new"}, "generated/x: " + escapes},
		{"index", func(dir, _ string) error {
			return os.WriteFile(filepath.Join(dir, indexName), []byte(`{"files": {"../outside/x": "0"}}`), 0o666)
		}, tree{}, "outside/x: " + escapes},
		{"staging that is a link", func(dir, outside string) error { return os.Symlink(outside, filepath.Join(dir, stagingName)) }, tree{"a/x": "new"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			parent := t.TempDir()
			dir, outside := filepath.Join(parent, "generated"), filepath.Join(parent, "outside")
			put(t, outside, "x", "precious")
			if err := errors.Join(os.Mkdir(dir, 0o777), test.prepare(dir, outside)); err != nil {
				t.Fatal(err)
			}
			_, err := tryWrite(dir, test.files, false)
			if got := fmt.Sprint(err); got != test.want && (err != nil || test.want != "") {
				t.Errorf("write = %s; want %s", got, test.want)
			}
			if got := content(t, outside); !maps.Equal(got, tree{"x": "precious"}) {
				t.Errorf("outside holds %q; want it as it was", got)
			}
		})
	}
}

// A file where a folder belongs, and the other way round, is an error that
// changes nothing.
func TestInTheWay(t *testing.T) {
	dir := generated(t)
	write(t, dir, tree{"a/x": "x", "b/x": "x"})
	put(t, dir, "c", "a file")
	put(t, dir, "b/y/z", "below a folder")
	for _, test := range []struct {
		files tree
		want  string
	}{
		{tree{"a/x": "new", "c/x": "new"}, "generated/c/x: not a directory"},
		{tree{"a/x": "new", "b/y": "new"}, "generated/b/y: is a directory"},
	} {
		before := content(t, dir)
		if _, err := tryWrite(dir, test.files, false); fmt.Sprint(err) != test.want {
			t.Errorf("write(%q) = %v; want %s", test.files, err, test.want)
		}
		if after := content(t, dir); !maps.Equal(before, after) {
			t.Errorf("the folder holds %q; want %q", after, before)
		}
	}
}

// TestTwoWriters checks that a second writer waits for the first: each sees a
// whole result of the other.
func TestTwoWriters(t *testing.T) {
	dir := generated(t)
	first, err := Open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	second := exec.Command(os.Args[0], "-test.run=^TestChild$")
	second.Env = append(os.Environ(), "LKMCGEN_TEST_WRITE="+dir)
	var out bytes.Buffer
	second.Stdout, second.Stderr = &out, &out
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- second.Wait() }()
	select {
	case err := <-done:
		t.Fatalf("the second writer did not wait: %v\n%s", err, &out)
	case <-time.After(200 * time.Millisecond):
	}
	if err := first.Add("a/x", []byte("first")); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "a/x")); string(data) != "first" {
		t.Errorf("a/x = %.20q, %v; want the first writer's", data, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatalf("the second writer: %v\n%s", err, &out)
	}
	wantContent(t, dir, tree{"a/x": strings.Repeat("child", 100_000)})
}

// TestChild is what the tests start as another process: it writes one file to a
// folder and says what went wrong.
func TestChild(t *testing.T) {
	dir := os.Getenv("LKMCGEN_TEST_WRITE")
	if dir == "" {
		t.Skip("not started by another test")
	}
	if _, err := tryWrite(dir, tree{"a/x": strings.Repeat("child", 100_000)}, false); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// child runs TestChild on dir as an ordinary user, and returns what it says.
func child(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), "LKMCGEN_TEST_WRITE="+dir)
	if os.Getuid() == 0 {
		// Root may write everywhere. The test's program lies in a folder of root's.
		program := filepath.Join(filepath.Dir(dir), "test-program")
		data, err := os.ReadFile(os.Args[0])
		if err == nil {
			err = os.WriteFile(program, data, 0o755)
		}
		for d := filepath.Dir(dir); err == nil && d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
			err = os.Chmod(d, 0o755)
		}
		if err != nil {
			t.Skipf("cannot prepare for another user: %v", err)
		}
		cmd.Path, cmd.Dir = program, "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Skipf("cannot run as another user: %v", err)
	}
	return string(out)
}

func TestMissingPermission(t *testing.T) {
	for _, test := range []struct {
		name   string
		locked string // made read-only
		want   string
	}{
		{"no new folder", ".", "error: generated: permission denied (make the folder writable and run it again)\n"},
		{"read-only", "generated", "error: generated: permission denied (make the folder writable and run it again)\n"},
		{"read-only inside", "generated/a", "error: generated/a/x: permission denied (make the folder writable and run it again)\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "generated")
			if test.locked != "." {
				write(t, dir, tree{"a/x": "old"})
				for _, name := range []string{".", "a", "a/x", indexName, lockName} {
					if os.Getuid() == 0 {
						if err := os.Chown(filepath.Join(dir, name), 65534, 65534); err != nil {
							t.Skipf("cannot give files away: %v", err)
						}
					}
				}
				if test.locked == "generated" {
					if err := os.Remove(filepath.Join(dir, lockName)); err != nil {
						t.Fatal(err)
					}
				}
			}
			locked := filepath.Join(parent, test.locked)
			if err := os.Chmod(locked, 0o555); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(locked, 0o755)
			got := child(t, dir)
			if got != test.want {
				t.Errorf("write = %s; want %s", got, test.want)
			}
			if data, err := os.ReadFile(filepath.Join(dir, "a/x")); err == nil && string(data) != "old" {
				t.Errorf("a/x = %.20q; want it as it was", data)
			}
		})
	}
}

// TestFullDisk writes to a file system of 64 kB.
func TestFullDisk(t *testing.T) {
	parent := t.TempDir()
	if err := syscall.Mount("tmpfs", parent, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("mounting a small file system: %v", err)
	}
	defer syscall.Unmount(parent, 0)
	dir := filepath.Join(parent, "generated")
	write(t, dir, tree{"a/x": "old", "a/y": "old"})
	_, err := tryWrite(dir, tree{"a/x": "new", "a/y": strings.Repeat("x", 100_000), "b/x": "new"}, false)
	if want := "generated/a/y: no space left on device (make room and run it again)"; fmt.Sprint(err) != want {
		t.Errorf("write = %v; want %s", err, want)
	}
	wantContent(t, dir, tree{"a/x": "old", "a/y": "old"})
	if got, want := write(t, dir, tree{"a/x": "new", "a/y": "old"}), "update a/x"; got != want {
		t.Errorf("then = %s; want %s", got, want)
	}
}
