// SPDX-License-Identifier: Apache-2.0

package project

import (
	"io/fs"
	"path"
	"strings"

	"lkmc/lkmcgen/internal/kconfig/tree"
)

// Buildroot reads the tree of Buildroot in fsys, with one external tree, whose
// Config.in is given.
func Buildroot(fsys fs.FS, shell tree.Shell, external []byte) (*Tree, error) {
	env := map[string]string{"BASE_DIR": "output", "BR2_CONFIG": ".config"}
	machine, _ := shell("uname -m", nil)
	env["HOSTARCH"] = strings.TrimSpace(machine)
	compiler, _ := shell("gcc -dumpversion", nil)
	env["HOST_GCC_VERSION"], _, _ = strings.Cut(strings.TrimSpace(compiler), ".")
	t := &Tree{Prefix: "BR2_", Source: tree.Source{
		FS: withExternal{fsys, external}, Top: "Config.in", Env: env, Shell: shell, Rules: tree.Rules{Dollar: true, Reset: true, Prefix: "BR2_"},
	}}
	return t.parse()
}

// A withExternal is a tree of Buildroot with the files that its Makefile makes of
// an external tree: one sources its Config.in, the others say nothing here.
type withExternal struct {
	fs.FS
	config []byte
}

// ReadFile returns a file of the tree, or one that is made.
func (w withExternal) ReadFile(name string) ([]byte, error) {
	switch made, isMade := strings.CutPrefix(path.Base(name), ".br2-external.in."); {
	case isMade && made == "menus":
		return w.config, nil
	case isMade:
		return nil, nil
	}
	return fs.ReadFile(w.FS, name)
}
