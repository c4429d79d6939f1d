// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"lkmc/lkmcgen/internal/diag"
)

// A Snapshot is a state of a guest that was kept: memory, devices, disk.
type Snapshot struct {
	ID      string    `json:"id"`
	Builder string    `json:"builder"`
	Saved   time.Time `json:"saved"`
}

// mark is the file which says that a snapshot is whole, and of what machine it
// is. run.sh compares it.
func (r *Run) mark(builder, id string) string {
	return filepath.Join(r.Folder, "snapshot-"+builder+"-"+id)
}

// Save keeps the state of the guest under the name id, in place of an older one.
func (r *Run) Save(id string) error {
	if err := r.NeedAlive(); err != nil {
		return err
	}
	state, err := r.machine()
	if err != nil {
		return err
	}
	// QEMU forgets the older one before it saves: whether there is room is found out
	// under another name.
	if _, err := os.Stat(r.mark(r.Builder, id)); err == nil {
		if err := r.saved(trial); err != nil {
			return err
		}
		r.vm("delvm " + trial)
	}
	// Killed from here on, there is none of that name.
	if err := os.Remove(r.mark(r.Builder, id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := r.saved(id); err != nil {
		return err
	}
	return os.WriteFile(r.mark(r.Builder, id), state, 0o600)
}

// machine is what run.sh wrote of the machine that runs, a line each.
func (r *Run) machine() ([]byte, error) {
	state, err := os.ReadFile(filepath.Join(r.Folder, "state"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, &diag.Error{Msg: "the run is older than this checkout", Hint: "start the guest anew"}
	}
	return state, err
}

// trial is no ID.
const trial = ".trial"

// saved has the emulator save, and leaves nothing behind of what it could not.
func (r *Run) saved(id string) error {
	err := r.vm("savevm " + id)
	if err != nil {
		r.vm("delvm " + id)
	}
	return err
}

// plenty is more than what a file system keeps back, in bytes.
const plenty = 16 << 20

// full tells whether the run's folder has no room, and what to do then.
func (r *Run) full(m *Monitor) string {
	var s syscall.Statfs_t
	if err := syscall.Statfs(r.Folder, &s); err != nil || s.Bavail*uint64(s.Bsize) > plenty {
		return ""
	}
	guest := "the guest goes on"
	if m.status() == noRoom {
		guest = "the guest " + waits
	}
	return fmt.Sprintf("the disk is full: %d MB are free for %s; %s, earlier snapshots are kept", s.Bavail*uint64(s.Bsize)>>20, r.Folder, guest)
}

// Load puts the guest back into the state of the name id.
func (r *Run) Load(id string) error {
	if err := r.has(id); err != nil {
		return err
	}
	if err := r.sameMachine(id); err != nil {
		return err
	}
	// QEMU 7.2 stays stopped then, and dies when it goes on.
	if r.state().Status == noRoom {
		return &diag.Error{Msg: "the guest " + waits, Hint: "or a new run can begin there: SNAPSHOT=" + id}
	}
	return r.vm("loadvm " + id)
}

// sameMachine refuses a state of another machine and says what differs, as run.sh
// does. QEMU takes one that lacks a device, and gives up in the middle of others.
func (r *Run) sameMachine(id string) error {
	saved, err := os.ReadFile(r.mark(r.Builder, id))
	if err != nil {
		return err
	}
	state, err := r.machine()
	if err != nil || bytes.Equal(saved, state) {
		return err
	}
	then, now := strings.Split(string(saved), "\n"), strings.Split(string(state), "\n")
	text := fmt.Sprintf("snapshot %q was saved with another machine, - then and + now:", id)
	for _, l := range then {
		if !slices.Contains(now, l) {
			text += "\n  - " + l
		}
	}
	for _, l := range now {
		if !slices.Contains(then, l) {
			text += "\n  + " + l
		}
	}
	return &diag.Error{Msg: text, Hint: "a run with the settings of then can begin there: SNAPSHOT=" + id}
}

// Delete forgets a state. The guest need not be alive.
func (r *Run) Delete(id string) error {
	if !r.Alive {
		return r.deleteStopped(id)
	}
	if err := r.has(id); err != nil {
		return err
	}
	if err := r.vm("delvm " + id); err != nil {
		return err
	}
	return os.Remove(r.mark(r.Builder, id))
}

// deleteStopped forgets a state of a run that is over, which must not begin again
// meanwhile. Of two builders with a state of that name it is the last one's.
func (r *Run) deleteStopped(id string) error {
	all, err := r.Snapshots()
	if err != nil {
		return err
	}
	builder := ""
	for _, s := range all {
		if s.ID == id && (builder == "" || s.Builder == r.Builder) {
			builder = s.Builder
		}
	}
	if builder == "" {
		return noSnapshot("run", id, all)
	}
	lock := r.take("lock")
	if lock == nil {
		return &diag.Error{Msg: fmt.Sprintf("the run %s of %s is about to start", r.Name, r.Profile), Hint: "try again"}
	}
	defer lock.Close()
	// The images are those of a run with a disk, and without, see run.sh.
	image := func(of string) string { return filepath.Join(r.Folder, of+builder+".qcow2") }
	out, err := exec.Command("sh", "generated/common/snapshot-delete.sh", id, image("disk-"), image("snapshots-")).CombinedOutput()
	if err != nil {
		return &diag.Error{Msg: cmp.Or(strings.TrimSpace(string(out)), err.Error())}
	}
	return os.Remove(r.mark(builder, id))
}

func (r *Run) has(id string) error {
	if err := r.NeedAlive(); err != nil {
		return err
	}
	if _, err := os.Stat(r.mark(r.Builder, id)); err == nil {
		return nil
	}
	all, _ := r.Snapshots()
	return noSnapshot("guest", id, slices.DeleteFunc(all, func(s Snapshot) bool { return s.Builder != r.Builder }))
}

// noSnapshot says that none of those that are there has the name id.
func noSnapshot(of, id string, there []Snapshot) error {
	var ids []string
	for _, s := range there {
		ids = append(ids, s.ID)
	}
	hint := diag.DidYouMean(id, ids)
	if hint == "" && len(ids) > 0 {
		hint = "there are: " + strings.Join(ids, ", ")
	}
	return &diag.Error{Msg: fmt.Sprintf("there is no snapshot %q of this %s", id, of), Hint: hint}
}

// vm executes a line of the monitor about snapshots.
func (r *Run) vm(line string) error {
	m, err := OpenMonitor(r)
	if err != nil {
		return err
	}
	defer m.Close()
	text, err := m.Human(line)
	if err == nil && strings.TrimSpace(text) == "" {
		return nil
	}
	why := strings.TrimSpace(text)
	if err != nil {
		why = err.Error()
	}
	hint := r.full(m)
	if strings.Contains(why, "VirtFS") {
		hint = "unmount it first, in the guest: umount /share"
	}
	return &diag.Error{Msg: why, Hint: hint}
}

// Snapshots are those of the run, the oldest first. The guest need not be alive.
func (r *Run) Snapshots() ([]Snapshot, error) {
	marks, err := filepath.Glob(r.mark("*", "*"))
	if err != nil {
		return nil, err
	}
	var all []Snapshot
	for _, name := range marks {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		builder, id, _ := strings.Cut(strings.TrimPrefix(filepath.Base(name), "snapshot-"), "-")
		all = append(all, Snapshot{id, builder, info.ModTime()})
	}
	slices.SortStableFunc(all, func(a, b Snapshot) int { return a.Saved.Compare(b.Saved) })
	return all, nil
}
