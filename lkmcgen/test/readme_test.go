// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what commands print into README.adoc")

var (
	inline   = regexp.MustCompile("`\\+?([^`]+?)\\+?`")
	word     = regexp.MustCompile(`(?:[^\s'";]|'[^']*'|"[^"]*")+|;`)
	setting  = regexp.MustCompile(`^([A-Z][A-Z0-9_]*)=`)
	goalName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	holes    = regexp.MustCompile(`<[a-z]+>`)
)

func readme(t *testing.T) string {
	t.Helper()
	return readText(t, "README.adoc")
}

func readText(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A listing is a block between lines of four dashes.
type listing struct {
	title string
	lines []string
}

func listings(text string) []listing {
	var all []listing
	var now *listing
	title := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "----" && now == nil:
			now = &listing{title: title}
		case line == "----":
			all = append(all, *now)
			now, title = nil, ""
		case now != nil:
			now.lines = append(now.lines, line)
		case line == "":
			title = ""
		case line[0] == '.':
			title = line[1:]
		}
	}
	return all
}

// codes are the commands that listings show behind a prompt, and what stands
// between backquotes.
func codes(text string) []string {
	var all []string
	for _, l := range listings(text) {
		for _, line := range l.lines {
			if c, ok := strings.CutPrefix(line, "$ "); ok {
				all = append(all, c)
			}
		}
	}
	inside := false
	for line := range strings.Lines(text) {
		if line == "----\n" {
			inside = !inside
		}
		if !inside {
			for _, m := range inline.FindAllStringSubmatch(line, -1) {
				all = append(all, m[1])
			}
		}
	}
	return all
}

// TestReadmeGoals: what the README makes can be made, and what it sets is a
// setting.
func TestReadmeGoals(t *testing.T) {
	goals, settings := known(t)
	for _, code := range codes(readme(t)) {
		words := word.FindAllString(code, -1)
		making := false
		for i, w := range words {
			// Settings of guest commands and of the shell are lower-case.
			if m := setting.FindStringSubmatch(w); m != nil && !slices.Contains(settings, m[1]) {
				t.Errorf("%s: there is no setting %s", code, m[1])
			}
			switch {
			case w == "make" && (i == 0 || words[i-1] == ";"):
				making = true
			case w == ";":
				making = false
			// Buildroot's own targets are in no list.
			case making && goalName.MatchString(w) && !slices.Contains(goals, w) && !strings.HasPrefix(w, "buildroot-"):
				t.Errorf("%s: there is no goal %s", code, w)
			}
		}
	}
}

// TestReadmeComplete: the README names each goal and each setting that help has.
func TestReadmeComplete(t *testing.T) {
	tr := root(t)
	r := tr.make(t, "-s", "help", "PROFILE=x86_64-qemu")
	r.want(t, 0)
	all := codes(readme(t))
	_, help, _ := strings.Cut(r.output, "\nProfiles:\n")
	for _, m := range regexp.MustCompile(`(?m)^  ((?:[a-z-]+ )+) +|([A-Z][A-Z0-9_]*)=`).FindAllStringSubmatch(help, -1) {
		for _, name := range append(strings.Fields(m[1]), m[2]) {
			if name != "" && !slices.ContainsFunc(all, func(code string) bool {
				return code == name || strings.HasPrefix(code+" ", "make "+name+" ")
			}) {
				t.Errorf("README.adoc does not name %s", name)
			}
		}
	}
}

// known returns the goals and the settings that exist for some profile.
func known(t *testing.T) (goals, settings []string) {
	t.Helper()
	rules, _ := filepath.Glob("../../generated/*/rules.mk")
	runs, _ := filepath.Glob("../../generated/*/run.sh")
	var text strings.Builder
	for _, name := range append(append([]string{"../../Makefile"}, rules...), runs...) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(data)
	}
	for _, m := range regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindAllStringSubmatch(text.String(), -1) {
		goals = append(goals, strings.Fields(m[1])...)
	}
	for _, m := range regexp.MustCompile(`(?m)^(?:option )?([A-Z][A-Z0-9_]*) (?:\?=|flag|value|words|script)`).FindAllStringSubmatch(text.String(), -1) {
		settings = append(settings, m[1])
	}
	if len(goals) < 10 || len(settings) < 10 {
		t.Fatalf("found only the goals %v and the settings %v", goals, settings)
	}
	return goals, settings
}

// TestReadmePaths: each file of the project that the README names is there.
func TestReadmePaths(t *testing.T) {
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	ignored := readText(t, ".gitignore")
	n := 0
	for _, code := range codes(readme(t)) {
		for _, w := range word.FindAllString(code, -1) {
			top, _, _ := strings.Cut(w, "/")
			there := slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == top })
			// What is only a word, and what is built, cannot be looked for.
			if top == w && w != "Makefile" && !there || !there || top == "out" || strings.Contains(ignored, "/"+w+"\n") {
				continue
			}
			n++
			found, err := filepath.Glob(filepath.Join("../..", holes.ReplaceAllString(w, "*")))
			if err != nil || len(found) == 0 {
				t.Errorf("there is no %s", w)
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d paths were found", n)
	}
}

// TestReadmeStatus: the table of exit statuses says what run.sh does.
func TestReadmeStatus(t *testing.T) {
	row := regexp.MustCompile(`(?m)^(?:#   |\|)([0-9.]+) +\|?(.*)$`)
	rows := func(text, from, to string) []string {
		t.Helper()
		_, text, found := strings.Cut(text, from)
		text, _, ends := strings.Cut(text, to)
		if !found || !ends {
			t.Fatalf("no %q or no %q behind it", from, to)
		}
		var all []string
		for _, m := range row.FindAllStringSubmatch(strings.ReplaceAll(text, "`", ""), -1) {
			all = append(all, m[1]+" "+m[2])
		}
		return all
	}
	want := rows(readText(t, "templates/common/run.sh.tmpl"), "# Exit status of a run:\n", "# shellcheck")
	got := rows(readme(t), ".Exit status of a run\n[cols=\"1,6\"]\n|===\n", "|===")
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("README.adoc has\n%s\nand templates/common/run.sh.tmpl has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// printed are the commands whose whole output is in the README.
var printed = []string{"make list", "make matrix", "make explain KEY=argv.args.machine", "make explain KEY=CONFIG_SMP", "make explain KEY=256M", "out/bin/lkmcgen help"}

// TestReadmeOutput: the README shows what these commands print where nothing is
// built. Places in layers, which each edit of one moves, may differ.
func TestReadmeOutput(t *testing.T) {
	text := readme(t)
	tr := root(t)
	tr.make(t, "-s", "gen", "OUT=out").want(t, 0)
	out := t.TempDir()
	tr.command(t, nil, "cp", "-a", "out/bin", out).want(t, 0)
	place := regexp.MustCompile(`\.toml:[0-9]+:[0-9]+`)
	for _, command := range printed {
		args := strings.Fields(command)
		if args[0] == "make" {
			args = append(args, "-s", "PROFILE=x86_64-qemu", "OUT="+out, "DOWNLOADS=out/download", "BUILDER=distro")
		}
		r := tr.command(t, nil, args...)
		r.want(t, 0)
		before, rest, _ := strings.Cut(text, "\n----\n$ "+command+"\n")
		got, after, found := strings.Cut(rest, "----\n")
		if !found {
			t.Errorf("README.adoc has no listing of: %s", command)
			continue
		}
		if place.ReplaceAllString(got, "") == place.ReplaceAllString(r.output, "") {
			continue
		}
		if !*update {
			t.Errorf("README.adoc shows another output of %s (run: go test ./lkmcgen/test -run TestReadmeOutput -update)", command)
		}
		text = before + "\n----\n$ " + command + "\n" + r.output + "----\n" + after
	}
	if *update {
		if err := os.WriteFile("../../README.adoc", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReadmeArch adds the arch of the README: its listings are all it takes.
func TestReadmeArch(t *testing.T) {
	tr := copyTree(t)
	n := 0
	for _, l := range listings(readme(t)) {
		if strings.Contains(l.title, "s390x") {
			write(t, tr, l.title, strings.Join(l.lines, "\n")+"\n")
			n++
		}
	}
	if n != 3 {
		t.Fatalf("README.adoc has %d listings of files for the new arch, want 3", n)
	}
	tr.make(t, "-s", "gen").want(t, 0, "create generated/s390x-qemu/buildroot.config\n", "create generated/s390x-qemu/run.sh\n")
	tr.make(t, "-s", "list").want(t, 0, "s390x-qemu ")
	tr.command(t, nil, "sh", "generated/s390x-qemu/run.sh", "-n").want(t, 0, "qemu-system-s390x ", "-machine s390-ccw-virtio", "console=ttysclp0")
}

// TestReadmeLines: one sentence a line, and nothing of the machine it was
// written on.
func TestReadmeLines(t *testing.T) {
	data := []byte(readme(t))
	for i, line := range bytes.Split(data, []byte("\n")) {
		if bytes.HasSuffix(line, []byte(" ")) {
			t.Errorf("README.adoc:%d: blank at the end", i+1)
		}
	}
	for _, bad := range []string{root(t).dir, "/home/", "/tmp/"} {
		if bytes.Contains(data, []byte(bad)) {
			t.Errorf("README.adoc names %s", bad)
		}
	}
}
