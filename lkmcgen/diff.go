// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"reflect"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/render"
	"lkmc/lkmcgen/internal/resolve"
)

// diffProfiles prints in which values two profiles differ, or one of now and of
// a revision.
func diffProfiles(ctx context.Context, e *env, args []string) error {
	var asJSON bool
	args, err := e.parse("diff", args, func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "") })
	if err != nil {
		return err
	}
	switch {
	case len(args) == 1 && strings.Contains(args[0], "@"):
		name, _, _ := strings.Cut(args[0], "@")
		args = append(args, name)
	case len(args) == 1:
		args = []string{args[0] + "@HEAD", args[0]}
	case len(args) != 2:
		return usagef("diff needs two profiles, or one")
	}
	if err := e.findRoot(); err != nil {
		return err
	}
	a, b, err := e.loadTwo(ctx, args[0], args[1])
	if err != nil {
		return err
	}
	changes := differences(a, b)
	if asJSON {
		return e.printJSON(map[string]any{"a": args[0], "b": args[1], "differences": changes})
	}
	for _, c := range changes {
		fmt.Fprintln(e.stdout, c.Key)
		for _, side := range []struct {
			sign string
			*side
		}{{"-", c.A}, {"+", c.B}} {
			if side.side != nil {
				fmt.Fprintf(e.stdout, "  %s %s  %s\n", side.sign, show(side.data), side.At)
			}
		}
	}
	if len(changes) == 0 {
		fmt.Fprintf(e.stderr, "%s and %s say the same\n", args[0], args[1])
	}
	return nil
}

// loadTwo returns the two profiles that a and b name, and the problems of both.
func (e *env) loadTwo(ctx context.Context, a, b string) (*resolve.Profile, *resolve.Profile, error) {
	var problems diag.List
	pa, err := e.loadAt(ctx, a)
	problems.Append(err)
	pb, err := e.loadAt(ctx, b)
	problems.Append(err)
	return pa, pb, problems.Err()
}

// loadAt returns the profile that "NAME" or "NAME@REVISION" names. The files of
// a revision are called as git calls them, REVISION:profiles/base.toml.
func (e *env) loadAt(ctx context.Context, what string) (*resolve.Profile, error) {
	name, revision, old := strings.Cut(what, "@")
	if !old {
		return e.profile(name)
	}
	fsys, err := e.revision(ctx, revision)
	if err != nil {
		return nil, err
	}
	p, err := loadOne(fsys, name)
	if list, ok := errors.AsType[diag.List](err); ok {
		for i, problem := range list {
			moved := *problem
			moved.Pos.File = revision + ":" + problem.Pos.File
			list[i] = &moved
		}
		return nil, list
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", revision, err)
	}
	for _, l := range p.Layers {
		l.File = revision + ":" + l.File
	}
	return p, nil
}

// revision returns the profiles/ of a git revision.
func (e *env) revision(ctx context.Context, revision string) (fs.FS, error) {
	// What is a tree has a name that no option of git looks like.
	tree, err := e.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{tree}")
	if err != nil {
		return nil, &diag.Error{Msg: fmt.Sprintf("git has no revision %q%s", revision, said(err)), Hint: "see git log"}
	}
	data, err := e.git(ctx, "archive", "--format=zip", strings.TrimSpace(string(tree)), "profiles")
	if err != nil {
		return nil, fmt.Errorf("%s has no profiles%s", revision, said(err))
	}
	return zip.NewReader(bytes.NewReader(data), int64(len(data)))
}

// git returns what git prints in the project's folder, which need not be the top
// of its repository.
func (e *env) git(ctx context.Context, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, "git", args...)
	c.Dir = e.root
	c.Env = append(os.Environ(), "LC_ALL=C")
	return c.Output()
}

// said returns what a command that failed printed to stderr, as the end of a
// message.
func said(err error) string {
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		if text := strings.TrimSpace(string(failed.Stderr)); text != "" {
			return ": " + text
		}
		return ""
	}
	return ": " + err.Error()
}

// A difference is a key whose value is not the same in two profiles. A or B is
// nil where a profile does not say it.
type difference struct {
	Key string `json:"key"`
	A   *side  `json:"a,omitempty"`
	B   *side  `json:"b,omitempty"`
}

// A side is the value in one of the profiles, its places filled in, and who
// said so.
type side struct {
	render.JSONSetting
	At   string `json:"at"`
	data any
}

// differences returns the keys in which a and b differ, in the order in which
// they appear, those of b alone last.
func differences(a, b *resolve.Profile) []difference {
	all := []difference{}
	for s := range a.Settings.All() {
		other := b.Settings.Get(s.Key)
		if other == nil || !reflect.DeepEqual(a.Filled(s), b.Filled(other)) {
			all = append(all, difference{s.Key, sideOf(a, s), sideOf(b, other)})
		}
	}
	for s := range b.Settings.All() {
		if a.Settings.Get(s.Key) == nil {
			all = append(all, difference{s.Key, nil, sideOf(b, s)})
		}
	}
	return all
}

func sideOf(p *resolve.Profile, s *resolve.Setting) *side {
	if s == nil {
		return nil
	}
	filled := &resolve.Setting{Key: s.Key, Data: p.Filled(s), From: s.From}
	return &side{render.SettingJSON(filled), s.Pos().String(), filled.Data}
}
