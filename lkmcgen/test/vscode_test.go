// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type (
	// A launchFile is what VS Code's C/C++ extension takes from launch.json.
	launchFile struct {
		Version        string
		Configurations []launchConfiguration
	}
	launchConfiguration struct {
		Name, Type, Request, Program, Cwd, MIMode, MIDebuggerPath, MIDebuggerServerAddress, PreLaunchTask string
		StopAtConnect                                                                                     bool
		HardwareBreakpoints                                                                               struct{ Require bool }
		SetupCommands, PostRemoteConnectCommands                                                          []struct{ Text string }
	}
	// A taskFile is what VS Code takes from tasks.json.
	taskFile struct {
		Version string
		Options struct{ Cwd string }
		Tasks   []struct {
			Label, Type, Command string
			Args                 []string
			Group                any
			IsBackground         bool
			ProblemMatcher       any
		}
		Inputs []struct{ ID, Type, Description, Default string }
	}
)

// read decodes JSON of which each key is known.
func read(t *testing.T, name string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(content(t, name))))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestVSCodeFiles: what the files name exists: goals, files, tasks, inputs.
func TestVSCodeFiles(t *testing.T) {
	tr := root(t)
	files, err := filepath.Glob(filepath.Join(tr.dir, "generated/*/vscode/launch.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	goals := string(content(t, filepath.Join(tr.dir, "Makefile")))
	variable := regexp.MustCompile(`\$\{[^}]*\}`)
	for _, file := range files {
		var l launchFile
		var tasks taskFile
		read(t, file, &l)
		read(t, filepath.Join(filepath.Dir(file), "tasks.json"), &tasks)
		inputs := []string{"${workspaceFolder}", "${fileBasenameNoExtension}"}
		for _, i := range tasks.Inputs {
			inputs = append(inputs, "${input:"+i.ID+"}")
		}
		var labels []string
		for _, task := range tasks.Tasks {
			labels = append(labels, task.Label)
			for _, word := range task.Args {
				if !strings.Contains(word, "=") && !strings.Contains(goals, "\n"+word+": ") {
					t.Errorf("%s: task %q: there is no goal %s", file, task.Label, word)
				}
			}
		}
		for _, c := range l.Configurations {
			if c.PreLaunchTask != "" && !slices.Contains(labels, c.PreLaunchTask) {
				t.Errorf("%s: there is no task %q", file, c.PreLaunchTask)
			}
			for _, s := range c.SetupCommands {
				if name, ok := strings.CutPrefix(s.Text, "source ${workspaceFolder}/"); ok {
					content(t, filepath.Join(tr.dir, name))
				}
				if strings.Contains(s.Text, `"`) {
					t.Errorf("%s: %s holds a double quote", file, s.Text)
				}
			}
		}
		for _, name := range []string{file, filepath.Join(filepath.Dir(file), "tasks.json")} {
			for _, v := range variable.FindAllString(string(content(t, name)), -1) {
				if !slices.Contains(inputs, v) {
					t.Errorf("%s: %s is not known", name, v)
				}
			}
		}
	}
}

// TestVSCodeLinks: the files of a profile take the place of those of another, never of
// the user's.
func TestVSCodeLinks(t *testing.T) {
	tr := copyTree(t)
	tr.make(t, "vscode").want(t, 0, ".vscode/launch.json is now that of x86_64-qemu")
	tr.make(t, "vscode", "PROFILE=arm-qemu").want(t, 0, ".vscode/tasks.json is now that of arm-qemu")
	var l launchFile
	read(t, filepath.Join(tr.dir, ".vscode/launch.json"), &l)
	if !strings.Contains(l.Configurations[0].Name, "arm-qemu") {
		t.Errorf("launch.json has %q", l.Configurations[0].Name)
	}
	mine := filepath.Join(tr.dir, ".vscode/tasks.json")
	if err := os.Remove(mine); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	tr.make(t, "vscode").want(t, 2, ".vscode/launch.json is now that of x86_64-qemu", ".vscode/tasks.json is yours")
	if string(content(t, mine)) != "{}" {
		t.Error("the user's file was changed")
	}
	tr.make(t, "vscode", "OUT=other").want(t, 2, "the files for VS Code name the folder out, not other")
}

// An mi is a GDB that is driven as VS Code's extension does.
type mi struct {
	io.Writer
	lines *bufio.Scanner
	seen  []string
}

func startMI(t *testing.T, dir, gdb string) *mi {
	t.Helper()
	c := exec.Command("timeout", "150", gdb, "-q", "--interpreter=mi")
	c.Dir, c.Env = dir, cleanEnv()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Wait() })
	return &mi{Writer: in, lines: bufio.NewScanner(out)}
}

// until reads up to a line with the prefix, and returns that.
func (m *mi) until(t *testing.T, prefix string) string {
	t.Helper()
	for m.lines.Scan() {
		m.seen = append(m.seen, m.lines.Text())
		if strings.HasPrefix(m.lines.Text(), prefix) {
			return m.lines.Text()
		}
		if strings.HasPrefix(m.lines.Text(), "^error") && prefix[0] == '^' && prefix != "^" {
			break
		}
	}
	t.Fatalf("no %s from GDB:\n%s", prefix, strings.Join(m.seen[max(0, len(m.seen)-20):], "\n"))
	return ""
}

// do executes a command, which is one for the console unless it begins with a dash.
func (m *mi) do(t *testing.T, command, answer string) {
	t.Helper()
	if command[0] != '-' {
		command = fmt.Sprintf("-interpreter-exec console %q", command)
	}
	m.seen = append(m.seen, command)
	fmt.Fprintln(m, command)
	m.until(t, answer)
}

// begin is what the extension does with a configuration up to the first stop.
func (m *mi) begin(t *testing.T, c launchConfiguration) {
	t.Helper()
	m.do(t, "-gdb-set mi-async on", "^done")
	for _, s := range c.SetupCommands {
		m.do(t, s.Text, "^done")
	}
	m.do(t, "-environment-cd "+c.Cwd, "^done")
	m.do(t, "-file-exec-and-symbols "+c.Program, "^done")
	m.do(t, "-break-insert main", "^") // fails unless the program has a main
	m.do(t, "-target-select remote "+c.MIDebuggerServerAddress, "^connected")
	for _, s := range c.PostRemoteConnectCommands {
		m.do(t, s.Text, "^done")
	}
}

// configuration returns what launch.json says with its variables filled in, of the
// run of the given name.
func (tr tree) configuration(t *testing.T, run string, n int) launchConfiguration {
	t.Helper()
	data := string(content(t, filepath.Join(tr.dir, "generated", tr.profileName(), "vscode/launch.json")))
	data = strings.NewReplacer("${workspaceFolder}", tr.dir, "/runs/default/", "/runs/"+run+"/").Replace(data)
	var l launchFile
	if err := json.Unmarshal([]byte(data), &l); err != nil {
		t.Fatal(err)
	}
	return l.Configurations[n]
}

// TestVSCodeDebugs: GDB with what launch.json says stops in the kernel and in a
// module, whose file is the one in kernel_module.
func TestVSCodeDebugs(t *testing.T) {
	eachSource(t, func(t *testing.T, tr tree) {
		s := tr.forGDB(t, "vscode", "FRESH=1")
		c := tr.configuration(t, "vscode", 0)
		m := startMI(t, tr.dir, c.MIDebuggerPath)
		m.begin(t, c)
		m.do(t, "-break-insert -h start_kernel", "^done")
		m.do(t, "-exec-continue", "^running")
		stop := m.until(t, `*stopped,reason="breakpoint-hit"`)
		if !strings.Contains(stop, `func="start_kernel"`) || !strings.Contains(stop, "init/main.c") {
			t.Errorf("stopped at %s", stop)
		}
		source := filepath.Join(tr.dir, "kernel_module/misc_device.c")
		m.do(t, "-break-insert -h -f "+source+":misc_device_write", "^done")
		m.do(t, "-exec-continue", "^running")
		g := &running{tree: s.tree, name: s.run, folder: "out/" + s.profileName() + "/runs/" + s.run, done: s.done}
		done := make(chan answer, 1)
		go func() { done <- g.exec(t, "insmod /misc_device.ko && echo hi >/dev/misc_device") }()
		stop = m.until(t, `*stopped,reason="breakpoint-hit"`)
		if !strings.Contains(stop, `func="misc_device_write"`) || !strings.Contains(stop, `fullname="`+source+`"`) {
			t.Errorf("stopped at %s", stop)
		}
		m.do(t, "-break-delete", "^done")
		m.do(t, "-target-detach", "^done")
		(<-done).want(t, 0, "", "")

		// The guest goes on, and the other configuration meets the module there.
		c = tr.configuration(t, "vscode", 1)
		m = startMI(t, tr.dir, c.MIDebuggerPath)
		m.begin(t, c)
		m.do(t, "-break-insert -h "+source+":misc_device_write", "^done")
		m.do(t, "-target-detach", "^done")
		fmt.Fprintln(m, "-gdb-exit")
		g.stop(t)
	})
}
