// SPDX-License-Identifier: Apache-2.0

package project

import (
	"io/fs"
	"path"
	"strings"

	"lkmc/lkmcgen/internal/kconfig/tree"
)

// Buildroot reads the tree of Buildroot in fsys, without external trees.
func Buildroot(fsys fs.FS, shell tree.Shell) (*Tree, error) {
	env := map[string]string{"BASE_DIR": "output", "BR2_CONFIG": ".config"}
	machine, _ := shell("uname -m", nil)
	env["HOSTARCH"] = strings.TrimSpace(machine)
	compiler, _ := shell("gcc -dumpversion", nil)
	env["HOST_GCC_VERSION"], _, _ = strings.Cut(strings.TrimSpace(compiler), ".")
	t := &Tree{Prefix: "BR2_", Source: tree.Source{
		FS: noExternal{fsys}, Top: "Config.in", Env: env, Shell: shell, Rules: tree.Rules{Dollar: true, Reset: true, Prefix: "BR2_"},
	}}
	return t.parse()
}

// A noExternal is a tree of Buildroot with the files that its Makefile makes
// when there is no external tree: they say nothing.
type noExternal struct{ fs.FS }

// ReadFile returns a file of the tree, or an empty one.
func (n noExternal) ReadFile(name string) ([]byte, error) {
	if strings.HasPrefix(path.Base(name), ".br2-external.in.") {
		return nil, nil
	}
	return fs.ReadFile(n.FS, name)
}
