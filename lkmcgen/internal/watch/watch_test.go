// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// runs starts loop on a false clock and records when do was called.
func runs(t *testing.T, takes time.Duration, changeAt ...time.Duration) []time.Duration {
	var called []time.Duration
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		changes := make(chan string)
		running := false
		go loop(ctx, changes, Quiet, func(context.Context, []string) {
			if running {
				t.Error("calls overlap")
			}
			running = true
			called = append(called, time.Since(start))
			time.Sleep(takes)
			running = false
		})
		for _, at := range changeAt {
			time.Sleep(at - time.Since(start))
			changes <- "x"
		}
		time.Sleep(time.Minute)
		cancel()
		synctest.Wait()
	})
	return called
}

func TestLoop(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name    string
		takes   time.Duration
		changes []time.Duration
		want    []time.Duration
	}{
		{"at once", 0, nil, []time.Duration{0}},
		{"a change", 0, []time.Duration{1000 * ms}, []time.Duration{0, 1100 * ms}},
		{"a burst", 0, []time.Duration{1000 * ms, 1050 * ms, 1149 * ms, 1200 * ms}, []time.Duration{0, 1300 * ms}},
		{"two bursts", 0, []time.Duration{1000 * ms, 1010 * ms, 2000 * ms, 2010 * ms}, []time.Duration{0, 1110 * ms, 2110 * ms}},
		{"a change during a call", 5000 * ms, []time.Duration{1000 * ms}, []time.Duration{0, 5100 * ms}},
		{"a burst during a call", 5000 * ms, []time.Duration{1000 * ms, 1001 * ms, 2000 * ms}, []time.Duration{0, 5100 * ms}},
		{"changes during each call", 1000 * ms, []time.Duration{500 * ms, 1500 * ms}, []time.Duration{0, 1100 * ms, 2200 * ms}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := runs(t, test.takes, test.changes...); !slices.Equal(got, test.want) {
				t.Errorf("calls at %v; want %v", got, test.want)
			}
		})
	}
}

func TestLoopEnds(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(cancel context.CancelFunc, changes chan string)
	}{
		{"with its context", func(cancel context.CancelFunc, _ chan string) { cancel() }},
		{"with its changes", func(_ context.CancelFunc, changes chan string) { close(changes) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				changes := make(chan string)
				ended := false
				go func() {
					loop(ctx, changes, Quiet, func(context.Context, []string) {})
					ended = true
				}()
				time.Sleep(time.Second)
				test.end(cancel, changes)
				synctest.Wait()
				if !ended {
					t.Error("loop goes on")
				}
			})
		})
	}
}

// The context that do gets ends with the watch, so that a command does too.
func TestLoopEndsDuringCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := false
		go func() {
			loop(ctx, make(chan string), Quiet, func(ctx context.Context, _ []string) { <-ctx.Done() })
			ended = true
		}()
		time.Sleep(time.Second)
		cancel()
		synctest.Wait()
		if !ended {
			t.Error("loop waits for a call that ended with its context")
		}
	})
}

func TestRelevant(t *testing.T) {
	for _, test := range []struct {
		name string
		want bool
	}{
		{"profiles/base.toml", true},
		{"profiles/arch", true},
		{"templates/profile/run.sh.tmpl", true},
		{"a~b.toml", true},
		{"profiles/base.toml~", false},
		{"profiles/.base.toml.swp", false},
		{"profiles/base.toml.swp", false},
		{"profiles/.#base.toml", false},
		{"profiles/#base.toml#", false},
		{"profiles/4913", false},
		{"profiles/.git", false},
	} {
		if got := relevant(test.name); got != test.want {
			t.Errorf("relevant(%q) = %v; want %v", test.name, got, test.want)
		}
	}
}

// TestRun watches a real folder, in both ways; and one that is a share, where
// changes are made behind it and not told.
func TestRun(t *testing.T) {
	t.Run("told", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		testRun(t, dir, dir, false)
	})
	t.Run("looked", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		testRun(t, dir, dir, true)
	})
	t.Run("share", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		testRun(t, shared(t, dir), dir, true)
	})
}

// shared returns a share of a folder, which is one by its type.
func shared(t *testing.T, folder string) string {
	t.Helper()
	share := t.TempDir()
	var said bytes.Buffer
	c := exec.Command("bindfs", "-f", "-o", "attr_timeout=0,entry_timeout=0,negative_timeout=0", folder, share)
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Skip(err)
	}
	ended := make(chan error)
	go func() { ended <- c.Wait() }()
	for !Silent(share) {
		select {
		case err := <-ended:
			t.Skipf("bindfs: %v: %s", err, &said)
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt) // it unmounts
		<-ended
	})
	return share
}

// testRun makes changes below one folder and watches them below another, which is
// the same or a share of it.
func testRun(t *testing.T, share, dir string, poll bool) {
	share, dir = filepath.Join(share, "watched"), filepath.Join(dir, "watched")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	put := func(name, data string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	mkdir := func(name string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	rename := func(from, to string) {
		t.Helper()
		if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	put("a", "1")
	ctx, cancel := context.WithCancel(t.Context())
	called := make(chan bool, 100)
	ended := make(chan error)
	go func() {
		ended <- Run(ctx, []string{share}, poll, func(context.Context, []string) { called <- true })
	}()
	<-called
	for _, step := range []struct {
		name string
		do   func()
		want bool
	}{
		{"write", func() { put("a", "2") }, true},
		{"nothing", func() {}, false},
		{"save by rename", func() { put(".a.tmp", "3"); rename(".a.tmp", "a") }, true},
		{"save after rename", func() { put("a", "4") }, true},
		{"names to ignore", func() { put("a~", ""); put(".a.swp", ""); put("4913", ""); put("#a#", "") }, false},
		{"time only", func() {
			if err := os.Chmod(filepath.Join(dir, "a"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"new folder", func() { mkdir("new/deeper") }, !poll},
		{"in the new folder", func() { put("new/b", "1") }, true},
		{"deeper", func() { put("new/deeper/c", "1") }, true},
		{"folder that comes with files", func() { mkdir(".hidden/x"); put(".hidden/x/y", ""); rename(".hidden", "moved") }, true},
		{"in it", func() { put("moved/x/y", "2") }, true},
		{"remove", func() { os.Remove(filepath.Join(dir, "a")) }, true},
		{"remove a folder", func() { os.RemoveAll(filepath.Join(dir, "new")) }, true},
		{"after that", func() { put("z", "") }, true},
		{"backup and new file", func() { rename("z", "z~"); put("z", "2"); os.Remove(filepath.Join(dir, "z~")) }, true},
		{"the folder itself", func() { os.RemoveAll(dir) }, true},
		{"it comes back", func() { mkdir("x"); put("x/y", "1") }, true},
		{"in what came back", func() { put("x/y", "2") }, true},
		{"moved away", func() { rename("../"+filepath.Base(dir), "../other") }, true},
		{"and another in its place", func() { mkdir("."); put("q", "1") }, true},
		{"in that", func() { put("q", "2") }, true},
	} {
		wait := 5 * time.Second
		if !step.want {
			wait = 2 * Quiet
			if poll {
				wait += 2 * Interval
			}
		}
		// A slow machine can make two bursts of the step before.
		time.Sleep(2 * Quiet)
		for len(called) > 0 {
			<-called
		}
		step.do()
		got := false
		select {
		case got = <-called:
		case <-time.After(wait):
		}
		if got != step.want {
			t.Fatalf("%s: called = %v; want %v", step.name, got, step.want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v; want nil", err)
	}
}

func TestRunMissingFolder(t *testing.T) {
	if err := Run(t.Context(), []string{filepath.Join(t.TempDir(), "none")}, false, func(context.Context, []string) {}); !os.IsNotExist(err) {
		t.Errorf("Run of a missing folder = %v; want that it does not exist", err)
	}
}

// watched runs a watch of a new folder, and returns what it is told from then on.
func watched(t *testing.T) (dir string, told <-chan []string) {
	t.Helper()
	dir = t.TempDir()
	calls := make(chan []string, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- Run(ctx, []string{dir}, false, func(_ context.Context, changed []string) { calls <- changed })
	}()
	t.Cleanup(func() { cancel(); <-ended })
	if first := <-calls; first != nil {
		t.Errorf("the first call names %q", first)
	}
	return dir, calls
}

// gather adds up what is told until n names are known, or all may have changed.
func gather(t *testing.T, told <-chan []string, n int) []string {
	t.Helper()
	var all []string
	for len(all) < n {
		select {
		case names := <-told:
			if names == nil {
				return nil
			}
			all = append(all, names...)
			slices.Sort(all)
			all = slices.Compact(all)
		case <-time.After(30 * time.Second):
			t.Fatalf("%d names, want %d", len(all), n)
		}
	}
	return all
}

// TestBurst: a flood of changes loses none, in few calls.
func TestBurst(t *testing.T) {
	t.Parallel()
	dir, told := watched(t)
	const n = 10000
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d", i)), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	gather(t, told, n)
	if err := os.WriteFile(filepath.Join(dir, "last"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if names := gather(t, told, 1); names != nil && !slices.Contains(names, filepath.Join(dir, "last")) {
		t.Errorf("after the flood %q", names)
	}
}

// TestEditors saves a file by real editors, in the ways they can be told to, and
// wants it named. What an editor writes beside it is not.
func TestEditors(t *testing.T) {
	for _, editor := range [][]string{
		{"vim", "-u", "NONE", "-es", "-c", "set backup backupcopy=no", "-c", "%s/old/new/", "-c", "wq"},
		{"vim", "-u", "NONE", "-es", "-c", "set backup backupcopy=yes", "-c", "%s/old/new/", "-c", "wq"},
		{"vim", "-u", "NONE", "-es", "-c", "set nowritebackup", "-c", "%s/old/new/", "-c", "wq"},
		{"nano", "-I"},
		{"nano", "-I", "-B"},
		{"emacs", "-Q", "--batch", "--eval", `(progn (find-file (pop argv)) (replace-string "old" "new") (save-buffer))`},
		{"emacs", "-Q", "--batch", "--eval", `(progn (setq backup-by-copying t) (find-file (pop argv)) (replace-string "old" "new") (save-buffer))`},
		{"emacs", "-Q", "--batch", "--eval", `(progn (setq file-precious-flag t) (find-file (pop argv)) (replace-string "old" "new") (save-buffer))`},
		{"sed", "-i", "s/old/new/"},
		{"perl", "-pi", "-e", "s/old/new/"},
	} {
		t.Run(strings.Join(editor, " "), func(t *testing.T) {
			t.Parallel()
			c, keys := edit(t, editor)
			dir, told := watched(t)
			file := filepath.Join(dir, "hello.c")
			if err := os.WriteFile(file, []byte("old\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			gather(t, told, 1)
			c.Args = append(c.Args, file)
			if out, err := typed(c, keys); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for { // first may come what was there before, or an editor's own file
				names := gather(t, told, 1)
				data, _ := os.ReadFile(file)
				if string(data) == "new\n" && (names == nil || slices.Contains(names, file)) {
					return
				}
			}
		})
	}
}

// edit returns the command of an editor, without the file's name, which replaces
// its only line by "new". Nano wants a terminal, and someone who types the keys.
func edit(t *testing.T, editor []string) (c *exec.Cmd, keys string) {
	t.Helper()
	program, err := exec.LookPath(editor[0])
	if err != nil && editor[0] == "vim" {
		program, err = exec.LookPath("vim.tiny")
	}
	if err != nil {
		t.Skip(err)
	}
	if editor[0] != "nano" {
		return exec.Command(program, editor[1:]...), ""
	}
	const cut, write, exit = "\v", "\x0f\r", "\x18"
	c = exec.Command("sh", "-c", `TERM=xterm exec timeout 60 script -qec "`+strings.Join(editor, " ")+` $0" /dev/null`)
	return c, cut + "new" + write + exit
}

// typed runs a command and types keys, if there are any, when it has drawn a
// screen with its last word of help, "Exit".
func typed(c *exec.Cmd, keys string) (output []byte, err error) {
	if keys == "" {
		return c.CombinedOutput()
	}
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	buffer := make([]byte, 4096)
	for n := 0; err == nil; n, err = out.Read(buffer) {
		output = append(output, buffer[:n]...)
		if bytes.Contains(output, []byte("Exit")) && keys != "" {
			_, _ = io.WriteString(in, keys)
			keys = ""
		}
	}
	return output, c.Wait()
}

// TestCheckout switches branches of a real repository: what differs is named, and
// nothing else.
func TestCheckout(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	dir, told := watched(t)
	repository := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		c := exec.Command("git", append([]string{"--git-dir", repository, "--work-tree", dir, "-c", "user.name=x", "-c", "user.email=x@x"}, args...)...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v: %s", args, err, out)
		}
	}
	const n = 50
	put := func(text string) {
		for i := range n {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d", i)), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	git("init", "-q", "-b", "one")
	put("1")
	gather(t, told, n)
	git("add", ".")
	git("commit", "-qm", "one")
	git("checkout", "-qb", "two")
	put("two")
	git("commit", "-qam", "two")
	gather(t, told, n)
	git("checkout", "-q", "one")
	names := gather(t, told, n)
	for i := range n {
		if name := filepath.Join(dir, fmt.Sprintf("f%d", i)); !slices.Contains(names, name) {
			t.Errorf("%s is not named", name)
		}
	}
}

func TestTypeOf(t *testing.T) {
	const mounts = "22 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n36 22 0:31 / /share rw,relatime - 9p share rw\n37 22 0:32 / /x\\040y rw - fuse.sshfs me: rw\n" +
		"38 22 0:52 / /nfs rw,relatime shared:2 - nfs4 host:/share rw,vers=4.2\n"
	for device, want := range map[string]string{"254:0": "ext4", "0:31": "9p", "0:32": "fuse.sshfs", "0:52": "nfs4", "0:3": ""} {
		if got := typeOf(mounts, device); got != want {
			t.Errorf("typeOf %s: %q, want %q", device, got, want)
		}
	}
	for kind, want := range map[string]bool{"9p": true, "nfs": true, "nfs4": true, "fuse.sshfs": true, "ext4": false, "overlay": false} {
		if isSilent(kind) != want {
			t.Errorf("isSilent %s: %v, want %v", kind, !want, want)
		}
	}
	if Silent("/proc") {
		t.Error("/proc is no share")
	}
}
