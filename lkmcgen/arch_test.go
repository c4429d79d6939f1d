// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// arrows are the packages of this module that each package may import.
var arrows = map[string][]string{
	"":                {"diag", "kconfig", "kconfig/tree", "kconfig/project", "kconfig/whynot", "profile", "resolve", "render", "output", "watch", "guest", "catalogue", "doctor", "boot", "chart", "stats"},
	"diag":            {},
	"kconfig":         {"diag"},
	"kconfig/tree":    {"diag"},
	"kconfig/project": {"kconfig/tree", "diag"},
	"kconfig/whynot":  {"kconfig/project", "kconfig/tree", "diag"},
	"profile":         {"kconfig", "diag"},
	"resolve":         {"profile", "kconfig", "diag"},
	"render":          {"resolve", "profile", "kconfig", "diag"},
	"output":          {"diag"},
	"watch":           {},
	"guest":           {"diag"},
	"catalogue":       {"diag"},
	"doctor":          {"watch"},
	"boot":            {},
	"chart":           {},
	"stats":           {},
	"test":            {},
}

// thirdParty are the files that may import a package of another module.
var thirdParty = map[string]string{
	"github.com/fatih/color":               "main.go",
	"github.com/mattn/go-isatty":           "main.go",
	"github.com/mattn/go-shellwords":       "internal/profile/layer.go",
	"github.com/BurntSushi/toml":           "internal/profile/layer.go",
	"github.com/Masterminds/sprig/v3":      "internal/render/funcs.go",
	"github.com/fsnotify/fsnotify":         "internal/watch/watch.go",
	"github.com/rogpeppe/go-internal/diff": "gen.go",
	"golang.org/x/term":                    "internal/guest/terminal.go",
}

// impure are packages that only those that touch the disk, a process or the
// clock may import.
var impure = []string{"os", "os/exec", "os/user", "net", "syscall", "time", "math/rand", "math/rand/v2", "runtime"}

func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	const ours = "lkmc/lkmcgen"
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, ours), "/"), "internal/")
		allowed, ok := arrows[name]
		if !ok {
			t.Errorf("package %s has no arrows", p.ImportPath)
		}
		pure := slices.Contains([]string{"diag", "kconfig", "kconfig/tree", "kconfig/project", "kconfig/whynot", "profile", "resolve", "render", "catalogue", "boot", "chart", "stats"}, name)
		for _, i := range p.Imports {
			if rest, isOurs := strings.CutPrefix(i, ours+"/internal/"); isOurs && !slices.Contains(allowed, rest) {
				t.Errorf("%s imports %s; want at most %q", name, rest, allowed)
			}
			if pure && slices.Contains(impure, i) {
				t.Errorf("%s imports %s; want it pure", name, i)
			}
		}
	}
}

// eachFile calls do with every Go file but tests.
func eachFile(t *testing.T, do func(name string, fset *token.FileSet, f *ast.File)) {
	t.Helper()
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil && !strings.HasPrefix(name, "test/") {
			do(filepath.ToSlash(name), fset, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestThirdParty(t *testing.T) {
	eachFile(t, func(name string, _ *token.FileSet, f *ast.File) {
		for _, i := range f.Imports {
			module := strings.Trim(i.Path.Value, `"`)
			if first, _, _ := strings.Cut(module, "/"); strings.Contains(first, ".") && thirdParty[module] != name {
				t.Errorf("%s imports %s; want that in %q only", name, module, thirdParty[module])
			}
		}
	})
}

func TestNoInit(t *testing.T) {
	eachFile(t, func(name string, fset *token.FileSet, f *ast.File) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%v: has an init function", fset.Position(fn.Pos()))
			}
		}
	})
}

// What an arch or an emulator needs is in profiles/, not in the program.
func TestNoArchNames(t *testing.T) {
	var names []string
	for _, folder := range []string{"arch", "emulator"} {
		files, err := filepath.Glob("../profiles/" + folder + "/*.toml")
		if err != nil || len(files) == 0 {
			t.Fatalf("Glob(%s) = %q, %v; want layers", folder, files, err)
		}
		for _, f := range files {
			name, _, _ := strings.Cut(filepath.Base(f), ".")
			names = append(names, regexp.QuoteMeta(name))
		}
	}
	arch := regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\b`)
	eachFile(t, func(name string, fset *token.FileSet, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && arch.MatchString(lit.Value) && !strings.HasPrefix(lit.Value, "`toml:") {
				t.Errorf("%v: %s names an arch or an emulator", fset.Position(lit.Pos()), lit.Value)
			}
			return true
		})
	})
	templates, err := filepath.Glob("../templates/*/*.tmpl")
	if err != nil || len(templates) == 0 {
		t.Fatalf("Glob(templates) = %q, %v; want templates", templates, err)
	}
	branch := regexp.MustCompile(`\{\{-? *(if|with|else if)[^}]*(` + strings.Join(names, "|") + `)`)
	for _, file := range templates {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if at := branch.Find(data); at != nil {
			t.Errorf("%s: %s… asks for an arch or an emulator", file, at)
		}
	}
}
