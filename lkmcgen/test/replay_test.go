// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// whatVaries prints addresses for GDB and what differs from boot to boot.
const whatVaries = `EVAL_INIT=grep -E " run_init_process$" /proc/kallsyms; /rand_check.out; echo "end of rand_check"`

// TestReplay: two replays equal their recording, two plain boots differ, and GDB
// goes back in time. Of each arch.
func TestReplay(t *testing.T) {
	needBoot(t)
	for _, profile := range distroProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			tr := root(t).of(profile).with("TIMEOUT=400", "BUILDER=distro")
			if tr.cannot(t, "RR") {
				tr.make(t, "record").want(t, 2, "RR: not with "+profile+": ")
				return
			}
			needAllOf(t, profile)
			t.Parallel()
			replays(t, tr)
		})
	}
}

// TestRecordWithoutScreen: a profile with a screen is recorded without it; who asks for
// one is refused.
func TestRecordWithoutScreen(t *testing.T) {
	needBoot(t)
	tr := root(t).with("RR=record")
	r := tr.command(t, nil, "sh", "generated/x86_64-qemu-x11/run.sh", "-n")
	r.want(t, 0, "rr=record")
	if strings.Contains(r.output, "VGA") {
		t.Errorf("there is a screen in %s", r.output)
	}
	tr.with("SCREEN=1").command(t, nil, "sh", "generated/x86_64-qemu-x11/run.sh", "-n").want(t, 103, "RR and SCREEN cannot be given together")
}

func replays(t *testing.T, tr tree) {
	tr.make(t, "build").want(t, 0)
	tr.make(t, "replay", "RUN=no-such").want(t, 2, "there is no recording of RUN=no-such")
	tr.make(t, "record", "RUN=no-such", "INITRD=1").want(t, 2, "RR and INITRD cannot be given together")
	plain := tr.with("RUN=plain")
	first, second := varies(t, plain.make(t, "run", whatVaries)), varies(t, plain.make(t, "run", whatVaries))
	if first == second {
		t.Errorf("two boots are the same:\n%s", first)
	}

	tr = tr.with("RUN=replay")
	recording := varies(t, tr.make(t, "record", "FORWARD=22", whatVaries))
	log := filepath.Join(tr.runFolder("replay"), "console.log")
	recorded := content(t, log)
	for range 2 {
		r := tr.make(t, "replay")
		r.want(t, 0, "the guest powered off")
		if got := varies(t, r); got != recording {
			t.Errorf("recorded:\n%sreplayed:\n%s", recording, got)
		}
		if !bytes.Equal(content(t, log), recorded) {
			t.Error("the console's log is not the one that was recorded")
		}
	}
	tr.make(t, "replay", "MEMORY=300M").want(t, 2, "was recorded with another machine", "- -m 256M", "+ -m 300M")
	tr.make(t, "replay", "APPEND=x").want(t, 2, "was recorded with another machine")
	back(t, tr, string(recorded))
	kernel := filepath.Join(tr.dir, "out", tr.profileName(), "distro/kernel")
	info, err := os.Stat(kernel)
	if err != nil {
		t.Fatal(err)
	}
	defer os.Chtimes(kernel, time.Time{}, info.ModTime())
	if err := os.Chtimes(kernel, time.Time{}, time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	tr.make(t, "replay").want(t, 2, "- kernel ", "+ kernel ", "2001-09-09")
}

// varies returns the lines of rand_check.
func varies(t *testing.T, r result) string {
	t.Helper()
	r.want(t, 0)
	lines := regexp.MustCompile(`(?ms)^code 0x.*^uptime .*?\n`).FindString(r.output)
	if lines == "" {
		t.Fatalf("nothing of rand_check in:\n%s", tail(r.output, 30))
	}
	return lines
}

// back goes back with GDB: one instruction, and from the start of init to what was
// last written to its stack.
func back(t *testing.T, tr tree, console string) {
	init := regexp.MustCompile(`([0-9a-f]+) \w run_init_process`).FindStringSubmatch(console)
	if init == nil {
		t.Fatal("the guest does not say where run_init_process is")
	}
	socket := filepath.Join(tr.runFolder("replay"), "gdb.sock")
	os.Remove(socket)
	done := make(chan result, 1)
	go func() { done <- tr.with("GDB=1", "RR=replay").run(t) }()
	waitSocket(socket)
	args := []string{"timeout", "300", "gdb-multiarch", "-q", "-batch", "-x", "generated/" + tr.profileName() + "/gdb.gdb"}
	for _, c := range []string{
		"target remote " + socket, "stepi", "stepi", `printf "at %lx\n", $pc`, "stepi", "reverse-stepi", `printf "at %lx\n", $pc`,
		"hbreak *0x" + init[1], "continue", "delete", "watch -location *(long *)$sp", "reverse-continue", `printf "stopped at %lx\n", $pc`, endQemu,
	} {
		args = append(args, "-ex", c)
	}
	r := tr.command(t, nil, args...)
	r.want(t, 0, "Breakpoint 1, ", "atchpoint 2: ", "stopped at ")
	if strings.Contains(r.output, "No more reverse-execution history") || strings.Contains(r.output, "stopped at "+init[1]) {
		t.Errorf("GDB did not go back to the last write:\n%s", r.output)
	}
	at := regexp.MustCompile(`(?m)^at [0-9a-f]+$`).FindAllString(r.output, -1)
	if len(at) != 2 || at[0] != at[1] {
		t.Errorf("a step and one back lead from %q elsewhere", at)
	}
	if got := <-done; strings.Contains(got.output, "Replay:") {
		t.Error(got.output)
	}
}

// waitSocket waits up to a minute for a socket to be there.
func waitSocket(socket string) {
	for end := time.Now().Add(time.Minute); !exists(socket) && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
}

// TestReverseStep: source lines backwards, in a replay that takes the builder of its
// recording.
func TestReverseStep(t *testing.T) {
	needBoot(t)
	t.Parallel()
	for _, profile := range []string{"x86_64-qemu", "aarch64-qemu"} {
		t.Run(profile, func(t *testing.T) {
			tr := root(t).of(profile).with("RUN=reverse", "TIMEOUT=100")
			tr.make(t, "record", "BUILDER=source", "EVAL=poweroff").want(t, 0)
			socket := filepath.Join(tr.runFolder("reverse"), "gdb.sock")
			os.Remove(socket)
			done := make(chan result, 1)
			go func() { done <- tr.make(t, "replay", "GDB=1") }()
			waitSocket(socket)
			commands := []string{"next", "next", "step", `echo back:\n`, "reverse-step", "reverse-next", endQemu}
			r := tr.attach(t, "gdb", "reverse", []string{"BREAK=start_kernel"}, commands...)
			r.want(t, 0)
			_, back, _ := strings.Cut(r.output, "back:\n")
			if !strings.Contains(back, "smp_setup_processor_id") || strings.Contains(back, "No more reverse-execution history") {
				t.Errorf("a step back:\n%s", r.output)
			}
			(<-done).want(t, 0, "the emulator was told to quit")
		})
	}
}

// TestRecordInput: what is typed at the console is recorded. QEMU 7.2 stands still
// in the replay of about every second such recording (see Limits in README.adoc),
// so with LKMC_BOOT=all one of four must be replayed whole.
func TestRecordInput(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := root(t).with("RUN=typed")
	tr.make(t, "build").want(t, 0)
	tr.recordTyped(t)
	t.Run("replay", func(t *testing.T) {
		needAll(t, "QEMU may need several tries")
		for range 4 {
			recorded := content(t, filepath.Join(tr.runFolder("typed"), "console.log"))
			r := tr.with("TIMEOUT=100").make(t, "replay")
			if r.status == 0 {
				r.want(t, 0, "\nroot\n", "the guest powered off")
				if !bytes.Equal(content(t, filepath.Join(tr.runFolder("typed"), "console.log")), recorded) {
					t.Error("the replay shows something else")
				}
				return
			}
			r.want(t, 2, "TIMEOUT=100 seconds passed")
			tr.recordTyped(t)
		}
		t.Error("none of four recordings could be replayed")
	})
}

// recordTyped records a run in which a command and poweroff are typed.
func (tr tree) recordTyped(t *testing.T) {
	t.Helper()
	in, typist, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	log := filepath.Join(tr.runFolder("typed"), "console.log")
	os.Remove(log)
	go func() {
		defer typist.Close()
		for _, text := range []string{"id -un\n", "poweroff\n"} {
			if !waitFor(log, "# ", 2*time.Minute) {
				return
			}
			time.Sleep(time.Second)
			typist.WriteString(text)
		}
		waitFor(log, "Power down", time.Minute)
	}()
	tr.with("RR=record", "TIMEOUT=300").command(t, in, "sh", "generated/x86_64-qemu/run.sh").want(t, 0, "\nroot\n", "recorded in ")
}
