// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"lkmcgen": main,
	})
}

// TestScripts runs the scripts of testdata/script, each in a fresh copy of
// testdata/project. There, besides the commands of testscript,
//
//	! lkmcgen-usage ARGS
//
// is lkmcgen that must end with the status of a wrong command line and have
// nothing on stdout.
func TestScripts(t *testing.T) {
	repo, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", repo)
			return copyProject(e.WorkDir)
		},
		Condition: func(name string) (bool, error) {
			return name == "root" && os.Getuid() == 0, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"lkmcgen-usage": func(ts *testscript.TestScript, neg bool, args []string) {
				if !neg {
					ts.Fatalf("lkmcgen-usage always fails: write ! before it")
				}
				err := ts.Exec("lkmcgen", args...)
				status, ok := err.(interface{ ExitCode() int })
				if !ok || status.ExitCode() != exitUsage {
					ts.Fatalf("lkmcgen %q: %v; want status %d", args, err, exitUsage)
				}
				if out := ts.ReadFile("stdout"); out != "" {
					ts.Fatalf("lkmcgen %q: stdout %q; want nothing", args, out)
				}
			},
		},
	})
}

// copyProject makes a copy of testdata/project. Its templates are those that
// scripts look at; the others that a profile needs are filled up.
func copyProject(dir string) error {
	names, err := filepath.Glob("../templates/profile/*.tmpl")
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, os.DirFS("testdata/project")); err != nil {
		return err
	}
	for _, name := range names {
		file := filepath.Join(dir, "templates/profile", filepath.Base(name))
		if _, err := os.Stat(file); err == nil {
			continue
		}
		if err := os.WriteFile(file, []byte("# filled up\n"), 0o666); err != nil {
			return err
		}
	}
	return nil
}

func TestColored(t *testing.T) {
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, test := range []struct {
		name                 string
		force, noColor, term string
		want                 bool
	}{
		{"a file", "", "", "xterm", false},
		{"forced", "1", "", "xterm", true},
		{"forced off", "0", "", "xterm", false},
		{"NO_COLOR wins", "1", "1", "xterm", false},
		{"dumb wins", "1", "", "dumb", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("CLICOLOR_FORCE", test.force)
			t.Setenv("NO_COLOR", test.noColor)
			t.Setenv("TERM", test.term)
			if got := colored(file); got != test.want {
				t.Errorf("colored = %v; want %v", got, test.want)
			}
			if colored(new(bytes.Buffer)) {
				t.Error("colored(buffer) = true; want false")
			}
		})
	}
}
