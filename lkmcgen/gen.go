// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/diff"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/output"
	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/render"
	"lkmc/lkmcgen/internal/resolve"
)

// A genMode is what gen does with the difference between generated/ and what it
// should be.
type genMode struct {
	dry, check, diff bool
}

func gen(_ context.Context, e *env, args []string) error {
	var mode genMode
	args, err := e.parse("gen", args, func(f *flag.FlagSet) {
		f.BoolVar(&mode.dry, "n", false, "")
		f.BoolVar(&mode.check, "check", false, "")
		f.BoolVar(&mode.diff, "diff", false, "")
	})
	if err != nil {
		return err
	}
	if len(args) > 0 {
		return usagef("gen takes no arguments, it always makes all profiles")
	}
	report, err := e.generate(mode.dry || mode.check || mode.diff, nil)
	if err != nil {
		return err
	}
	e.print(report, mode)
	if mode.check {
		return stale(report)
	}
	return nil
}

// generate is the whole way from profiles/ and templates/ to generated/. Where it
// is known which files have changed since all was well, by their names in the
// project, the profiles that read none of them are left as they are.
func (e *env) generate(dry bool, changed []string) (output.Report, error) {
	var none output.Report
	if err := e.findRoot(); err != nil {
		return none, err
	}
	fsys := os.DirFS(e.root)
	var problems diag.List
	set, err := profile.Load(fsys)
	problems.Append(err)
	renderer, err := render.New(fsys)
	problems.Append(err)
	if len(problems) > 0 {
		return none, problems.Err()
	}
	dir, err := output.Open(filepath.Join(e.root, "generated"), dry)
	if err != nil {
		return none, err
	}
	defer dir.Close()
	concerned := set.Profiles
	if e.onlyLayers(changed) {
		concerned = slices.DeleteFunc(slices.Clone(concerned), func(l *profile.Layer) bool {
			return !reads(set, l, changed) && dir.Keep(l.Name)
		})
	}
	if err := fill(dir, renderer, resolve.New(set), concerned); err != nil {
		return none, err
	}
	return dir.Commit()
}

// onlyLayers tells whether files are known, and are layers or profiles that are
// there.
func (e *env) onlyLayers(files []string) bool {
	for _, f := range files {
		if !strings.HasPrefix(f, "profiles/") || !isFile(filepath.Join(e.root, f)) {
			return false
		}
	}
	return len(files) > 0
}

// reads tells whether a profile has a layer in one of the files, or is wrong.
func reads(set *profile.Set, l *profile.Layer, files []string) bool {
	layers, err := set.Layers(l)
	return err != nil || slices.ContainsFunc(layers, func(l *profile.Layer) bool { return slices.Contains(files, l.File) })
}

// fill adds the files of profiles, and those that they share. While one profile's
// files are written others are rendered, one more is resolved, and no more than these
// are in memory.
func fill(dir *output.Dir, renderer *render.Renderer, resolver *resolve.Resolver, profiles []*profile.Layer) error {
	var problems diag.List
	resolved := make(chan *resolve.Profile, 1)
	var unresolved diag.List
	go func() {
		defer close(resolved)
		for _, layer := range profiles {
			p, err := resolver.Profile(layer)
			unresolved.Append(err)
			if err == nil {
				resolved <- p
			}
		}
	}()
	type result struct {
		files []render.File
		err   error
	}
	rendered := make(chan result, 1)
	go func() {
		defer close(rendered)
		var workers sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			workers.Go(func() {
				for p := range resolved {
					files, err := renderer.Profile(p)
					rendered <- result{files, err}
				}
			})
		}
		files, err := renderer.Common()
		rendered <- result{files, err}
		workers.Wait()
	}()
	var failed error
	for r := range rendered {
		problems.Append(r.err)
		for _, f := range r.files {
			if failed == nil {
				failed = dir.Add(f.Path, f.Data)
			}
		}
	}
	problems.Append(failed)
	problems.Append(unresolved.Err())
	return problems.Err()
}

// print tells what changed, or would: its answer goes to stdout, what became of
// files edited by hand to stderr.
func (e *env) print(report output.Report, mode genMode) {
	for _, c := range report.Changes {
		switch {
		case mode.diff:
			e.printDiff("generated/"+c.Path, c.Old, c.New)
		case !mode.check:
			fmt.Fprintf(e.stdout, "%s generated/%s\n", c.Kind, c.Path)
		}
	}
	if mode.check || mode.diff {
		return
	}
	is := "is"
	if mode.dry {
		is = "would be"
	}
	for _, kept := range report.Kept {
		fmt.Fprintf(e.stderr, "%s: edited by hand; the edit %s kept here, because the file is generated from profiles/ and templates/\n", kept, is)
	}
}

// printDiff prints what becomes of a file, in a form that patch takes.
func (e *env) printDiff(name string, old, edited []byte) {
	e.stdout.Write(diff.Diff("a/"+name, old, "b/"+name, edited))
}

// stale turns the changes that gen would make into problems.
func stale(report output.Report) error {
	var problems diag.List
	for _, c := range report.Changes {
		what := map[output.Kind]string{output.Create: "missing", output.Update: "out of date", output.Remove: "generated no longer"}[c.Kind]
		problems.Add(diag.Pos{File: "generated/" + c.Path}, "run: make gen", "%s", what)
	}
	return problems.Err()
}
