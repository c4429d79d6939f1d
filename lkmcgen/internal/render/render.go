// SPDX-License-Identifier: Apache-2.0

// Package render turns a resolved profile into the files of generated/. It is
// pure: the same profile and templates give the same bytes, wherever and
// whenever.
package render

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"text/template"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

// A File is a generated file. Path is relative to generated/.
type File struct {
	Path string
	Data []byte
}

// A Renderer holds the parsed templates, and what profiles with the same layers
// share. Several goroutines may use it at once.
type Renderer struct {
	common  *template.Template // templates/common/NAME.tmpl makes common/NAME, which may lie in a folder
	profile *template.Template // templates/profile/NAME.tmpl makes <profile>/NAME
	shared  sync.Map           // linesOf to []line
	parts   sync.Map           // partOf to string
}

// New parses the templates below templates/ of fsys.
func New(fsys fs.FS) (*Renderer, error) {
	r := &Renderer{}
	var problems diag.List
	r.common = parse(fsys, "templates/common", &problems)
	r.profile = parse(fsys, "templates/profile", &problems)
	return r, problems.Err()
}

func parse(fsys fs.FS, dir string, problems *diag.List) *template.Template {
	t := template.New(dir).Funcs(funcs()).Option("missingkey=error")
	_ = fs.WalkDir(fsys, dir, func(file string, e fs.DirEntry, err error) error {
		name, isTemplate := strings.CutSuffix(strings.TrimPrefix(file, dir+"/"), ".tmpl")
		if err == nil && (!isTemplate || e.IsDir() || strings.HasPrefix(e.Name(), ".")) {
			return nil
		}
		var source []byte
		if err == nil {
			source, err = fs.ReadFile(fsys, file)
		}
		if err != nil {
			problems.Append(unreadable(file, err))
		} else if _, err := t.New(name).Parse(string(source)); err != nil {
			problems.Append(templateError(dir, err))
		}
		return nil
	})
	return t
}

func unreadable(file string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	return &diag.Error{Pos: diag.Pos{File: file}, Msg: err.Error()}
}

// templateError puts a problem of a template at its place:
// "template: run.sh:12:3: executing …" becomes "templates/profile/run.sh.tmpl:12: …".
func templateError(dir string, err error) error {
	text, ok := strings.CutPrefix(err.Error(), "template: ")
	if !ok {
		return err
	}
	name, rest, _ := strings.Cut(text, ":")
	var line int
	fmt.Sscanf(rest, "%d", &line)
	_, message, ok := strings.Cut(rest, ": ")
	if !ok {
		message = strings.TrimSpace(rest)
	}
	return &diag.Error{Pos: diag.Pos{File: path.Join(dir, name+".tmpl"), Line: line}, Msg: message}
}

// Common returns the files that all profiles share, in common/ and schema/.
func (r *Renderer) Common() ([]File, error) {
	var files []File
	var problems diag.List
	templates := r.common.Templates()
	slices.SortFunc(templates, func(a, b *template.Template) int { return strings.Compare(a.Name(), b.Name()) })
	for _, t := range templates {
		var b bytes.Buffer
		if err := t.Execute(&b, nil); err != nil {
			problems.Append(templateError("templates/common", err))
		}
		files = append(files, File{path.Join("common", t.Name()), b.Bytes()})
	}
	schemas, err := profile.JSONSchemas()
	problems.Append(err)
	for _, s := range schemas {
		files = append(files, File{s.Name, s.Data})
	}
	return files, problems.Err()
}

// partOf names a part of a file that profiles with the same lower settings share.
type partOf struct {
	lower *resolve.Settings
	name  string
}

// part returns the part of a file with the given name, made by write; with share,
// once for all profiles of the same layers.
func (r *Renderer) part(p *resolve.Profile, name string, share bool, write func() (string, error)) (string, error) {
	if !share {
		return write()
	}
	id := partOf{p.Settings.Lower(), name}
	if text, ok := r.parts.Load(id); ok {
		return text.(string), nil
	}
	text, err := write()
	if err == nil {
		r.parts.Store(id, text)
	}
	return text, err
}

// Profile returns the files of one profile.
func (r *Renderer) Profile(p *resolve.Profile) ([]File, error) {
	data, err := r.data(p)
	if err != nil {
		return nil, atProfile(p, err)
	}
	var files []File
	add := func(name, tmpl string, data any) error {
		text, err := r.execute(tmpl, data)
		files = append(files, File{path.Join(p.Name, name), []byte(text)})
		return err
	}
	for _, d := range kconfig.Dialects() {
		symbols, err := r.Fragment(p, d)
		if err != nil {
			return nil, err
		}
		if err := add(d.Name+".config", "kconfig", fragmentData{data, d.Name, symbols}); err != nil {
			return nil, err
		}
	}
	if err := add(p.Emulator+".argv", "argv", data); err != nil {
		return nil, err
	}
	for _, name := range []string{"gdb.gdb", "gdbserver.list", "guest.list", "packages.list", "rules.mk", "run.sh"} {
		if err := add(name, name, data); err != nil {
			return nil, err
		}
	}
	if _, ok := p.Options["gdb"]; ok {
		for _, name := range []string{"launch.json", "tasks.json"} {
			if err := add("vscode/"+name, name, data); err != nil {
				return nil, err
			}
		}
	}
	settings, err := r.profileJSON(p)
	return append(files, File{path.Join(p.Name, "profile.json"), settings}), err
}

// execute returns what a template of templates/profile makes of data.
func (r *Renderer) execute(tmpl string, data any) (string, error) {
	if r.profile.Lookup(tmpl) == nil {
		return "", &diag.Error{Pos: diag.Pos{File: path.Join("templates/profile", tmpl+".tmpl")}, Msg: "the template is missing"}
	}
	var b strings.Builder
	if err := r.profile.ExecuteTemplate(&b, tmpl, data); err != nil {
		return "", templateError("templates/profile", err)
	}
	return b.String(), nil
}

// atProfile puts a problem that has no place at the profile's file.
func atProfile(p *resolve.Profile, err error) error {
	if _, placed := errors.AsType[*diag.Error](err); placed {
		return err
	}
	return &diag.Error{Pos: diag.Pos{File: p.Layers[len(p.Layers)-1].File}, Msg: err.Error()}
}
