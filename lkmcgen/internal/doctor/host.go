// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lkmc/lkmcgen/internal/watch"
)

// paths: Kbuild cannot work below some, and sockets have short names.
func (h Host) paths() []Finding {
	var all []Finding
	for _, dir := range []string{h.Root, h.Out} {
		if abs, err := filepath.Abs(dir); err == nil && strings.ContainsAny(abs, " \t:") {
			all = append(all, Finding{"paths", Error, "Kbuild cannot work below a folder with a blank or a colon in its name: " + abs,
				"mv '" + abs + "' /a/folder/without, or give OUT= another place"})
		}
	}
	if all == nil {
		return one("paths", OK, "no blank and no colon in the names of the folders", "")
	}
	return all
}

// environment: variables that change what Kbuild or this program do.
func (h Host) environment() []Finding {
	var all []Finding
	for _, name := range []string{"KCONFIG_CONFIG", "KCONFIG_ALLCONFIG", "KBUILD_OUTPUT", "KBUILD_EXTMOD", "KCPPFLAGS", "INSTALL_MOD_PATH", "GNUMAKEFLAGS"} {
		if value := os.Getenv(name); value != "" {
			all = append(all, Finding{"environment", Warning, fmt.Sprintf("%s=%s is in the environment, and Kbuild heeds it", name, value), "unset " + name})
		}
	}
	for _, name := range []string{"NO_COLOR", "TERM"} {
		if value := os.Getenv(name); name == "NO_COLOR" && value != "" || value == "dumb" {
			all = append(all, Finding{"environment", Note, fmt.Sprintf("messages have no colours, because of %s=%s", name, value), "unset NO_COLOR, or a TERM that has them"})
		}
	}
	return all
}

const gib = 1 << 30

// disk: what a build takes was measured, for one profile: 0.7 GB with ready-made
// kernels, 3 GB with compiled ones.
func (h Host) disk() []Finding {
	where := existing(h.Out)
	file, err := os.CreateTemp(where, ".doctor-")
	if err != nil {
		return one("disk", Error, fmt.Sprintf("nothing can be written to %s: %v", where, bare(err)), "give another folder: OUT=..., or: sudo chown -R \"$USER\" "+where)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	var stat syscall.Statfs_t
	if err := syscall.Statfs(where, &stat); err != nil {
		return one("disk", Warning, fmt.Sprintf("%s: %v", where, err), "df "+where)
	}
	free, need := float64(stat.Bavail)*float64(stat.Bsize)/gib, 1.0
	if h.Compiles {
		need = 4
	}
	text := fmt.Sprintf("%.1f GB are free for %s, a build takes up to %.0f", free, h.Out, need)
	switch {
	case free < 0.2:
		return one("disk", Error, text, "make clean, or another disk: make OUT=...")
	case free < need:
		return one("disk", Warning, text, "make clean, or another disk: make OUT=...")
	}
	return one("disk", OK, text, "")
}

func (h Host) fileSystem() []Finding {
	if kind := watch.Share(h.Root); kind != "" {
		return one("file system", Warning, kind+" does not tell what other machines change: make watch looks at all files twice a second", "edit on this machine, or work on a local disk: git clone . /var/tmp/lkmcgen")
	}
	if caseless(existing(h.Out)) {
		return one("file system", Error, h.Out+" takes a and A for the same name; the kernel's sources have such files", "give OUT= a folder on a file system of Linux")
	}
	return one("file system", OK, "local, tells changes, knows a from A", "")
}

// caseless makes a file and looks for it by another name.
func caseless(dir string) bool {
	file, err := os.CreateTemp(dir, ".doctor-a")
	if err != nil {
		return false // disk tells
	}
	defer os.Remove(file.Name())
	defer file.Close()
	_, err = os.Stat(filepath.Join(dir, strings.ToUpper(filepath.Base(file.Name()))))
	return err == nil
}

// clock: make compares times, so a disk whose clock differs, or a file of
// tomorrow, makes it build too much or too little.
func (h Host) clock() []Finding {
	if file, err := os.CreateTemp(existing(h.Out), ".doctor-"); err == nil {
		defer os.Remove(file.Name())
		defer file.Close()
		if info, err := file.Stat(); err == nil {
			if skew := time.Until(info.ModTime()).Abs(); skew > 2*time.Second {
				return one("clock", Warning, fmt.Sprintf("the clock of the disk of %s differs by %v from this machine's", h.Out, skew.Round(time.Second)), "sudo timedatectl set-ntp true, on both machines")
			}
		}
	}
	soon := time.Now().Add(2 * time.Second)
	var future []string
	for _, dir := range h.Watched {
		filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err == nil {
				if info, err := e.Info(); err == nil && info.ModTime().After(soon) {
					future = append(future, name)
				}
			}
			return nil
		})
	}
	if len(future) > 0 {
		slices.Sort(future)
		which := future[0]
		if n := len(future) - 1; n > 0 {
			which += fmt.Sprintf(" and %d more", n)
		}
		return one("clock", Warning, "from the future, so that make takes all else for older: "+which,
			"find "+strings.Join(h.Watched, " ")+" -newermt now -exec touch {} +")
	}
	return one("clock", OK, "agrees with the disk's, no file is from the future", "")
}

// memory: to link a kernel with debug information takes about half a gigabyte
// beside the guest's own.
func (h Host) memory() []Finding {
	data, _ := os.ReadFile("/proc/meminfo")
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			text := fmt.Sprintf("%.1f GB are free", float64(kib)/(1<<20))
			if kib < 1<<20 {
				return one("memory", Warning, text+", which is little for a compiler and a guest", "end other programs, or compile without -j")
			}
			return one("memory", OK, text, "")
		}
	}
	return nil
}

func (h Host) cpus() []Finding {
	n := runtime.NumCPU()
	if n == 1 || !h.Compiles || strings.Contains(os.Getenv("MAKEFLAGS"), "-j") {
		return one("cpus", OK, fmt.Sprint(n), "")
	}
	return one("cpus", Note, fmt.Sprintf("%d, of which make uses one to compile unless it is told", n), fmt.Sprintf("make -j%d build", n))
}

// inotify: watches each folder for a moment, as make watch does.
func (h Host) inotify() []Finding {
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC)
	if err != nil {
		return one("inotify", Warning, fmt.Sprintf("make watch gets no change: %v", err), "sudo sysctl fs.inotify.max_user_instances=512")
	}
	defer syscall.Close(fd)
	n := 0
	for _, top := range h.Watched {
		err = filepath.WalkDir(top, func(dir string, e fs.DirEntry, err error) error {
			if err != nil || !e.IsDir() {
				return nil
			}
			n++
			_, err = syscall.InotifyAddWatch(fd, dir, syscall.IN_MODIFY)
			return err
		})
		if errors.Is(err, syscall.ENOSPC) {
			return one("inotify", Warning, fmt.Sprintf("make watch can look at no more than %d folders", n-1), "sudo sysctl fs.inotify.max_user_watches=524288")
		}
	}
	return one("inotify", OK, fmt.Sprintf("what make watch looks at can be watched, folders: %d", n), "")
}

func bare(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
