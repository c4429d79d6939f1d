// SPDX-License-Identifier: Apache-2.0

// Package doctor looks at this host: what would stop a build or a run here, what
// would make it slow, and which command mends it. It tries things instead of
// looking for signs of them.
package doctor

import (
	"os"
	"path/filepath"
)

// A Level says how much a finding matters.
type Level string

// The levels, from nothing to do to what must be mended before anything works.
const (
	OK      Level = "ok"
	Note    Level = "note"
	Warning Level = "warning"
	Error   Level = "error"
)

// A Finding is one thing that was looked at. Fix is a command or a setting that
// mends it, empty where there is nothing to mend.
type Finding struct {
	Topic string `json:"topic"`
	Level Level  `json:"level"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`
}

// A Need is a package of this host. Proof is a command or, if it begins with a
// slash, a file that the package brings; Fix installs it. What is not Required is
// for one goal or setting alone.
type Need struct {
	For, Package, Proof, Fix string
	Required                 bool
}

// A Host is what the findings are about. Folders may be relative. Of a profile
// that is broken its fields are empty, and what depends on them is left out.
type Host struct {
	Root, Out string
	Watched   []string // folders that make watch looks at
	GoVersion string   // that go.mod asks for: "1.26"
	Program   string   // the emulator
	Machine   string   // of the guest, as uname -m says it
	KVMFlags  []string // flags of /proc/cpuinfo of which KVM needs one
	Compiles  bool     // the builder compiles a kernel
	Needs     []Need
}

// Examine returns all findings, in the order in which one meets what they are
// about.
func (h Host) Examine() []Finding {
	var all []Finding
	for _, check := range []func() []Finding{
		h.paths, h.environment, h.makeVersion, h.goVersion, h.packages, h.emulator, h.gdb, h.kvm,
		h.disk, h.fileSystem, h.clock, h.memory, h.cpus, h.ccache, h.inotify,
	} {
		all = append(all, check()...)
	}
	return all
}

func one(topic string, level Level, text, fix string) []Finding {
	return []Finding{{topic, level, text, fix}}
}

// existing returns the nearest folder upwards from dir that is there.
func existing(dir string) string {
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return dir
		}
		dir = up
	}
}
