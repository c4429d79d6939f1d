// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// A macroShell runs the commands that Kconfig macros are made of, and remembers
// what they said, in a file too: most of them run the compiler.
type macroShell struct {
	work    string   // where the commands run; made when one does
	missing []string // tools that are not installed
	file    string
	slots   chan struct{} // one for each command that runs
	lock    sync.Mutex    // of the rest
	known   map[string]string
	changed bool
}

// newMacroShell returns a shell that remembers in a file in dir what it was told
// under key, for as long as the tools are the same.
func newMacroShell(dir, key string, tools []string) (*macroShell, error) {
	sh := &macroShell{known: map[string]string{}, slots: make(chan struct{}, runtime.NumCPU())}
	for _, tool := range tools {
		program, err := exec.LookPath(tool)
		if err != nil {
			sh.missing = append(sh.missing, tool)
			continue
		}
		key += identity(program)
	}
	sh.file = filepath.Join(dir, "macros-"+hashed(key+os.Getenv("PATH"))+".json")
	if data, err := os.ReadFile(sh.file); err == nil && json.Unmarshal(data, &sh.known) != nil {
		sh.known = map[string]string{} // damaged: asked again
	}
	return sh, os.MkdirAll(dir, 0o777)
}

// identity changes when a program does.
func identity(program string) string {
	info, err := os.Stat(program)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("\n%s %d %d", program, info.Size(), info.ModTime().UnixNano())
}

// run is a tree.Shell.
func (sh *macroShell) run(command string, env map[string]string) (string, bool) {
	work, output, ok := sh.remembered(command)
	if ok {
		return output, true
	}
	for _, tool := range sh.missing {
		if strings.Contains(command, tool) {
			return "", false
		}
	}
	if work == "" {
		return "", false
	}
	c := exec.Command("sh", "-c", command)
	c.Dir = work
	c.Env = os.Environ()
	for name, value := range env {
		c.Env = append(c.Env, name+"="+value)
	}
	sh.slots <- struct{}{}
	said, _ := c.Output() // a command that fails has its say too
	<-sh.slots
	sh.lock.Lock()
	defer sh.lock.Unlock()
	sh.known[command], sh.changed = string(said), true
	return string(said), true
}

// remembered returns what a command said, if it ran before; else the folder where
// it can run.
func (sh *macroShell) remembered(command string) (work, output string, ok bool) {
	sh.lock.Lock()
	defer sh.lock.Unlock()
	if output, ok := sh.known[command]; ok {
		return "", output, true
	}
	if sh.work == "" {
		sh.work, _ = os.MkdirTemp("", "lkmcgen-kconfig-")
	}
	return sh.work, "", false
}

// save keeps what the shell was told.
func (sh *macroShell) save() error {
	if !sh.changed {
		return nil
	}
	data, err := json.Marshal(sh.known)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(sh.file), "macros-*.tmp")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(tmp.Name(), sh.file)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

// close removes what the commands left behind.
func (sh *macroShell) close() {
	if sh.work != "" {
		os.RemoveAll(sh.work)
	}
}
