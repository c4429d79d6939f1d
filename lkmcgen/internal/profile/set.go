// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"lkmc/lkmcgen/internal/diag"
)

// A Set is all profiles and layers of a project.
type Set struct {
	Schema   *Node
	Profiles []*Layer          // sorted by name
	layers   map[string]*Layer // by name: "base", "arch/x86_64"
}

// layerFolders are the folders of profiles/ that hold layers.
var layerFolders = []string{"arch", "emulator", "feature"}

// Load reads every file below profiles/ of fsys. Its error is a diag.List with
// all problems of all files; the Set then holds the files without problems.
func Load(fsys fs.FS) (*Set, error) {
	s := &Set{Schema: Schema(), layers: map[string]*Layer{}}
	var problems diag.List
	files := tomlFiles(fsys, "profiles", &problems)
	for _, f := range layerFolders {
		files = append(files, tomlFiles(fsys, "profiles/"+f, &problems)...)
	}
	layers := make([]*Layer, len(files))
	errs := make([]error, len(files))
	each(len(files), func(i int) { layers[i], errs[i] = read(s.Schema, fsys, files[i]) })
	for i, l := range layers {
		switch {
		case errs[i] != nil:
			problems.Append(errs[i])
		case l.isProfile():
			s.Profiles = append(s.Profiles, l)
		default:
			s.layers[l.Name] = l
		}
	}
	if s.layers["base"] == nil && problems == nil {
		problems.Add(diag.Pos{File: "profiles/base.toml"}, "", "the base layer is missing")
	}
	slices.SortFunc(s.Profiles, func(a, b *Layer) int { return strings.Compare(a.Name, b.Name) })
	return s, problems.Err()
}

// each calls do with 0 to n-1, several at a time.
func each(n int, do func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, 8) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
}

// tomlFiles returns the TOML files of a folder.
func tomlFiles(fsys fs.FS, dir string, problems *diag.List) []string {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		if dir == "profiles" || !errors.Is(err, fs.ErrNotExist) {
			problems.Add(diag.Pos{File: dir}, "", "%v", bare(err))
		}
		return nil
	}
	var files []string
	for _, e := range entries {
		if dir == "profiles" && e.IsDir() && !slices.Contains(layerFolders, e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			problems.Add(diag.Pos{File: path.Join(dir, e.Name())}, diag.DidYouMean(e.Name(), layerFolders), "there is no such kind of layer")
		}
		// Editors leave hidden and backup files beside the one being saved.
		if strings.HasSuffix(e.Name(), ".toml") && !strings.HasPrefix(e.Name(), ".") && !e.IsDir() {
			files = append(files, path.Join(dir, e.Name()))
		}
	}
	return files
}

// read reads and checks one file.
func read(schema *Node, fsys fs.FS, file string) (*Layer, error) {
	name := strings.TrimSuffix(strings.TrimPrefix(file, "profiles/"), ".toml")
	if !validFileName(name) {
		return nil, &diag.Error{Pos: diag.Pos{File: file}, Hint: "lower-case letters, digits, - and _", Msg: fmt.Sprintf("%q is not a name", path.Base(name))}
	}
	source, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, &diag.Error{Pos: diag.Pos{File: file}, Msg: bare(err).Error()}
	}
	// The library skips a byte order mark, but does not count it in places.
	return parse(schema, name, file, strings.TrimPrefix(string(source), "\ufeff"))
}

// isProfile tells a profile from a layer below one.
func (l *Layer) isProfile() bool { return !strings.Contains(l.Name, "/") && l.Name != "base" }

// validFileName accepts "base", "x86_64-qemu", "feature/x11", and for a pair of
// arch and emulator "arch/x86_64.qemu".
func validFileName(name string) bool {
	folder, base, ok := strings.Cut(name, "/")
	if !ok {
		return Name.MatchString(name)
	}
	arch, emulator, isPair := strings.Cut(base, ".")
	return Name.MatchString(arch) && (!isPair || folder == "arch" && Name.MatchString(emulator))
}

// bare returns err without the operation and path that an fs.PathError adds,
// because the message has its place already.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Layers returns the layers that profile p is folded from, lowest first, p
// last.
func (s *Set) Layers(p *Layer) ([]*Layer, error) {
	var problems diag.List
	arch, emulator := p.text1("arch"), p.text1("emulator")
	for key, v := range map[string]string{"arch": arch, "emulator": emulator} {
		if v == "" {
			problems.Add(diag.Pos{File: p.File}, "", "a profile must say its %s", key)
		}
	}
	if len(problems) == 0 && p.Name != arch+"-"+emulator && !strings.HasPrefix(p.Name, arch+"-"+emulator+"-") {
		problems.Add(diag.Pos{File: p.File}, fmt.Sprintf("rename it to %s-%s.toml or %s-%s-<variant>.toml", arch, emulator, arch, emulator),
			"the file's name does not tell its arch and emulator")
	}
	layers := []*Layer{s.layers["base"]}
	add := func(key, folder, name string) {
		if name == "" {
			return
		}
		if l := s.layers[folder+"/"+name]; l != nil {
			layers = append(layers, l)
			return
		}
		problems.Add(p.Pos(key), diag.DidYouMean(name, s.names(folder)), "there is no layer profiles/%s/%s.toml", folder, name)
	}
	add("arch", "arch", arch)
	add("emulator", "emulator", emulator)
	if pair := s.layers["arch/"+arch+"."+emulator]; pair != nil {
		layers = append(layers, pair)
	}
	for _, f := range p.list("features") {
		add("features", "feature", f)
	}
	return append(layers, p), problems.Err()
}

// names returns the names of the layers in a folder.
func (s *Set) names(folder string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.layers)) {
		if f, base, _ := strings.Cut(name, "/"); f == folder && !strings.Contains(base, ".") {
			names = append(names, base)
		}
	}
	return names
}

func (l *Layer) value(key string) any {
	for _, v := range l.Values {
		if v.Key == key {
			return v.Data
		}
	}
	return nil
}

func (l *Layer) text1(key string) string  { s, _ := l.value(key).(string); return s }
func (l *Layer) list(key string) []string { s, _ := l.value(key).([]string); return s }
