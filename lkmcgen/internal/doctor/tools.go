// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// output returns what a command prints, without its standard error.
func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	return string(out), err
}

var version = regexp.MustCompile(`[0-9]+(\.[0-9]+)+`)

// older tells whether version a is below b; both are numbers with dots.
func older(a, b string) bool {
	left, right := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(left), len(right)) {
		x, _ := strconv.Atoi(left[i])
		y, _ := strconv.Atoi(right[i])
		if x != y {
			return x < y
		}
	}
	return false
}

func (h Host) makeVersion() []Finding {
	text, err := output("make", "--version")
	v := version.FindString(text)
	switch {
	case err != nil:
		return one("make", Error, "make is not installed", "sudo apt-get install make")
	case !strings.HasPrefix(text, "GNU Make") || older(v, "4.0"):
		return one("make", Error, "make is not GNU Make 4.0 or newer, but "+firstLine(text), "sudo apt-get install make")
	}
	return one("make", OK, "GNU Make "+v, "")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func (h Host) goVersion() []Finding {
	text, err := output("go", "env", "GOVERSION")
	v := version.FindString(text)
	switch {
	case err != nil:
		return one("go", Warning, "Go is not on PATH: lkmcgen is built, but not after an edit of it", "install Go from https://go.dev/dl, or name it: make GO=/usr/local/go/bin/go")
	case older(v, h.GoVersion):
		return one("go", Warning, fmt.Sprintf("Go %s is older than %s, which go.mod asks for", v, h.GoVersion), "install Go from https://go.dev/dl, or name it: make GO=/usr/local/go/bin/go")
	}
	return one("go", OK, "Go "+v, "")
}

// packages tells the packages that are missing, those for the same purpose in one
// finding.
func (h Host) packages() []Finding {
	var missing []Need
	for _, n := range h.Needs {
		if !installed(n.Proof) {
			missing = append(missing, n)
		}
	}
	if len(h.Needs) == 0 {
		return nil // nothing was named
	}
	if len(missing) == 0 {
		return one("packages", OK, fmt.Sprintf("all %d that are needed are installed", len(h.Needs)), "")
	}
	var all []Finding
	for len(missing) > 0 {
		first := missing[0]
		var names []string
		for _, n := range missing {
			if n.For == first.For && !slices.Contains(names, n.Package) {
				names = append(names, n.Package)
			}
		}
		level := Note
		if first.Required {
			level = Error
		}
		all = append(all, Finding{"packages", level, fmt.Sprintf("%s needs what is not installed: %s", first.For, strings.Join(names, " ")), first.Fix})
		missing = slices.DeleteFunc(missing, func(n Need) bool { return n.For == first.For })
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		all = append(all, Finding{"packages", Warning, "there is no apt-get here: packages are called as in Debian", "install them by other means"})
	}
	return all
}

// installed looks where deps.sh does: on PATH, and where administrators' commands
// are.
func installed(proof string) bool {
	if strings.HasPrefix(proof, "/") {
		_, err := os.Stat(proof)
		return err == nil
	}
	if _, err := exec.LookPath(proof); err == nil {
		return true
	}
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if _, err := exec.LookPath(filepath.Join(dir, proof)); err == nil {
			return true
		}
	}
	return false
}

func (h Host) emulator() []Finding {
	if h.Program == "" || !installed(h.Program) {
		return nil // a package is missing
	}
	text, err := output(h.Program, "--version")
	if err != nil {
		return one("emulator", Error, fmt.Sprintf("%s does not start: %v", h.Program, err), "sudo apt-get install --reinstall the package that brings it")
	}
	return one("emulator", OK, firstLine(text), "")
}

// gdb: the kernel's scripts and ours are Python, which a GDB may have been built
// without.
func (h Host) gdb() []Finding {
	const program = "gdb-multiarch"
	if !installed(program) {
		return nil // packages tells
	}
	text, err := output(program, "-nx", "-batch", "-ex", "python print(6 * 7)")
	if err != nil || strings.TrimSpace(text) != "42" {
		return one("gdb", Warning, program+" has no Python, which make gdb needs", "sudo apt-get install --reinstall gdb-multiarch, or name another: make gdb GDB_BIN=...")
	}
	text, _ = output(program, "--version")
	return one("gdb", OK, firstLine(text)+", with Python", "")
}

func (h Host) ccache() []Finding {
	switch {
	case !h.Compiles:
		return nil
	case !installed("ccache"):
		return one("ccache", Note, "not installed: after make clean the whole kernel is compiled again", "sudo apt-get install ccache")
	}
	text, _ := output("ccache", "--get-config", "max_size")
	return one("ccache", OK, "keeps up to "+strings.TrimSpace(text), "")
}
