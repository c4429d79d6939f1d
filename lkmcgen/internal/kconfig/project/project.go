// SPDX-License-Identifier: Apache-2.0

// Package project knows how Linux, BusyBox and Buildroot call their Kconfig: the
// file to begin with, the environment, the generation of conf, and what their
// configuration begins with.
package project

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"lkmc/lkmcgen/internal/kconfig/tree"
)

// A Tree is a project's Kconfig tree.
type Tree struct {
	*tree.Tree
	Source tree.Source
	Prefix string // of symbols in a .config
	base   func(guess tree.Tri) ([]tree.Line, error)
	known  map[tree.Tri][]tree.Line
}

// Config returns the state that comes of a fragment as the project's build here
// settles it, upon the project's base. guess is for what nobody knows.
func (t *Tree) Config(fragment []tree.Line, guess tree.Tri) (*tree.State, error) {
	base, err := t.Base(guess)
	if err != nil {
		return nil, err
	}
	return t.Olddefconfig(append(base[:len(base):len(base)], fragment...), guess), nil
}

// SetBase has fragments laid over other lines than the project's own base.
func (t *Tree) SetBase(lines []tree.Line) {
	t.known = map[tree.Tri][]tree.Line{tree.No: lines, tree.Yes: lines}
}

// Base returns the lines that a fragment is laid over.
func (t *Tree) Base(guess tree.Tri) ([]tree.Line, error) {
	if lines, ok := t.known[guess]; ok || t.base == nil {
		return lines, nil
	}
	lines, err := t.base(guess)
	if err == nil {
		t.known[guess] = lines
	}
	return lines, err
}

// Linux reads the tree of a kernel in fsys, which lies at root. arch is Kbuild's
// name, cross what the names of the compiler's programs begin with.
func Linux(fsys fs.FS, root, arch, cross string, shell tree.Shell) (*Tree, error) {
	makefile, err := fs.ReadFile(fsys, "Makefile")
	if err != nil {
		return nil, err
	}
	env := map[string]string{
		"srctree": root, "ARCH": arch, "SRCARCH": arch, "SUBARCH": arch, "KERNELVERSION": version(makefile),
		"RUSTC": "rustc", "BINDGEN": "bindgen", "PAHOLE": "pahole", "HOSTCC": "gcc", "HOSTCXX": "g++", "CROSS_COMPILE": cross,
	}
	for name, tool := range map[string]string{"CC": "gcc", "LD": "ld", "AR": "ar", "NM": "nm", "OBJCOPY": "objcopy", "OBJDUMP": "objdump", "READELF": "readelf", "STRIP": "strip"} {
		env[name] = cross + tool
	}
	for name, command := range map[string]string{
		"CC_VERSION_TEXT":    "LC_ALL=C " + env["CC"] + " --version 2>/dev/null | head -n 1",
		"RUSTC_VERSION_TEXT": env["RUSTC"] + " --version 2>/dev/null",
	} {
		text, _ := shell(command, env)
		env[name] = strings.ReplaceAll(strings.TrimSpace(text), "#", "")
	}
	rules, err := generation(fsys)
	if err != nil {
		return nil, err
	}
	t := &Tree{Prefix: "CONFIG_", Source: tree.Source{FS: fsys, Top: "Kconfig", Env: env, Shell: shell, Rules: rules}}
	t.base = func(guess tree.Tri) ([]tree.Line, error) { return t.tinyconfig(arch, guess) }
	return t.parse()
}

func (t *Tree) parse() (*Tree, error) {
	parsed, err := tree.Parse(t.Source)
	if err != nil {
		return nil, err
	}
	t.Tree, t.known = parsed, map[tree.Tri][]tree.Line{}
	return t, nil
}

var versionLine = regexp.MustCompile(`(?m)^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*=[ \t]*(.*?)[ \t]*$`)

// version puts together the version that a kernel's Makefile spells out.
func version(makefile []byte) string {
	part := map[string]string{}
	for _, m := range versionLine.FindAllSubmatch(makefile, -1) {
		if _, ok := part[string(m[1])]; !ok {
			part[string(m[1])] = string(m[2])
		}
	}
	return part["VERSION"] + "." + part["PATCHLEVEL"] + "." + part["SUBLEVEL"] + part["EXTRAVERSION"]
}

// generation finds out which conf the tree has.
func generation(fsys fs.FS) (tree.Rules, error) {
	source, err := fs.ReadFile(fsys, "scripts/kconfig/symbol.c")
	if err != nil {
		return tree.Rules{}, err
	}
	reader, err := fs.ReadFile(fsys, "scripts/kconfig/confdata.c")
	if err != nil {
		return tree.Rules{}, err
	}
	return tree.Rules{
		FirstY: bytes.Contains(source, []byte("choice_members")),
		Zero:   bytes.Contains(source, []byte(`"0x0"`)),
		Reset:  bytes.Contains(reader, []byte("sym_string_within_range(")),
	}, nil
}

// tinyconfig does what "make tinyconfig" does.
func (t *Tree) tinyconfig(arch string, guess tree.Tri) ([]tree.Line, error) {
	base, err := t.read("kernel/configs/tiny-base.config")
	if err != nil {
		return nil, err
	}
	lines := t.Allnoconfig(base, guess).Lines()
	for _, folder := range []string{"kernel", path.Join("arch", arch)} {
		over, err := t.read(folder + "/configs/tiny.config")
		if err == nil {
			lines = tree.Merge(lines, over)
		}
	}
	return t.Olddefconfig(lines, guess).Lines(), nil
}

func (t *Tree) read(name string) ([]tree.Line, error) {
	text, err := fs.ReadFile(t.Source.FS, name)
	return tree.ReadConfig(string(text), t.Prefix), err
}
