// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"lkmc/lkmcgen/internal/diag"
)

// unseen are lines that the loader alone refuses, by a part of its message: a
// JSON Schema cannot see what is wrong, for the reason given.
func unseen() []struct{ message, line, why string } {
	return []struct{ message, line, why string }{
		{"differ only in case", `linux.config = { X = true, x = true }`, "no keyword compares two keys"},
		{": is a floating-point number", `linux.command_line_size = 1.0`, "JSON's 1.0 is an integer"},
		{": is a date or time", `description = 2026-01-01`, "JSON has none, an editor makes it a text"},
		{"no symbol has such a value", `linux.config.X = 2026-01-01`, "as above"},
		{"is neither decimal nor hexa", `linux.config.X = 0o17`, "JSON does not say how a number was written"},
		{"stands in the list twice", `kvm_flags = ["inherit", "inherit"]`, "draft 7 does not count"},
		{"is not a regular expression", `option.x.pattern = "("`, "no keyword reads POSIX expressions"},
		{"cannot be split into words", `kvm_flags = "'a"`, "no pattern matches the quotes of a shell"},
		{"holds the shell operator", `argv.args.x = "a;b"`, "as above"},
	}
}

// otherFiles are errors about other files and names, which a schema does not see.
func otherFiles() []string {
	return []string{"there is no layer profiles/", "file's name does not tell its arch"}
}

// TestSchemaUnseen: what is said of unseen is so.
func TestSchemaUnseen(t *testing.T) {
	s := compiled(t)
	for _, u := range unseen() {
		v := s.of(t, "profiles/feature/x.toml", "format = 1\n"+u.line+"\n")
		if v.schema != nil || v.loader == nil || !strings.Contains(v.loader.Error(), u.message) {
			t.Errorf("%s: the schema says %v, the loader %v; want nothing, and %q", u.line, v.schema, v.loader, u.message)
		}
	}
	// Quotes make one word of two.
	v := s.of(t, "profiles/feature/x.toml", "format = 1\nkvm_flags = \"'a b'\"\n")
	if v.schema != nil || v.loader == nil {
		t.Errorf("the schema says %v, the loader %v; want nothing, and an error", v.schema, v.loader)
	}
}

// A verdict is what loader and schema say of one file.
type verdict struct {
	loader error
	schema error
}

// agree fails unless both accept the file, or both refuse it; the loader may
// refuse alone for a reason of unseen.
func (v verdict) agree(t *testing.T, what string) {
	t.Helper()
	var seen diag.List
	seen.Append(v.loader)
	parts := otherFiles()
	for _, u := range unseen() {
		parts = append(parts, u.message)
	}
	for _, part := range parts {
		seen = slices.DeleteFunc(seen, func(e *diag.Error) bool { return strings.Contains(e.Msg, part) })
	}
	switch {
	case v.schema != nil && v.loader == nil:
		t.Errorf("%s: only the schema refuses it: %v", what, v.schema)
	case v.schema == nil && len(seen) > 0:
		t.Errorf("%s: only the loader refuses it: %v", what, seen)
	}
}

// schemas are the compiled schemas of a layer and of a profile.
type schemas struct{ layer, profile *jsonschema.Schema }

func compiled(t *testing.T) schemas {
	t.Helper()
	files, err := JSONSchemas()
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	for _, f := range files {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(f.Data))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(f.Name, doc); err != nil {
			t.Fatal(err)
		}
	}
	return schemas{c.MustCompile(files[0].Name), c.MustCompile(files[1].Name)}
}

// of returns what both say of a file, whose name tells layer from profile.
func (s schemas) of(t *testing.T, file, source string) verdict {
	t.Helper()
	tree := map[string]any{}
	if _, err := toml.Decode(source, &tree); err != nil {
		t.Fatalf("%s is no TOML: %v\n%s", file, err, source)
	}
	schema := s.layer
	name := strings.TrimSuffix(strings.TrimPrefix(file, "profiles/"), ".toml")
	if (&Layer{Name: name}).isProfile() {
		schema = s.profile
	}
	return verdict{loadOne(file, source), schema.Validate(asJSON(tree))}
}

// loadOne is the loader on one file, whose layers are there.
func loadOne(file, source string) error {
	fsys := fstest.MapFS{}
	for _, name := range []string{"base", "arch/arm", "arch/x86_64", "arch/aarch64", "emulator/qemu", "emulator/gem5", "feature/debug"} {
		fsys["profiles/"+name+".toml"] = &fstest.MapFile{Data: []byte("format = 1\n")}
	}
	fsys[file] = &fstest.MapFile{Data: []byte(source)}
	set, err := Load(fsys)
	if err != nil {
		return err
	}
	for _, p := range set.Profiles {
		_, err = set.Layers(p)
	}
	return err
}

// asJSON turns a tree of the TOML library into what an editor shows a schema.
func asJSON(data any) any {
	switch data := data.(type) {
	case map[string]any:
		m := map[string]any{}
		for k, v := range data {
			m[k] = asJSON(v)
		}
		return m
	case []any:
		l := make([]any, len(data))
		for i, v := range data {
			l[i] = asJSON(v)
		}
		return l
	case []map[string]any:
		l := make([]any, len(data))
		for i, v := range data {
			l[i] = asJSON(v)
		}
		return l
	case time.Time:
		return data.String()
	}
	return data
}

// shippedFiles are the profiles and layers of the repository.
func shippedFiles(t *testing.T) map[string]string {
	t.Helper()
	fsys := os.DirFS("../../..")
	files := map[string]string{}
	for _, pattern := range []string{"profiles/*.toml", "profiles/*/*.toml"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("Glob(%s) = %q, %v; want files", pattern, names, err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = string(data)
		}
	}
	return files
}

// Both accept what is shipped, and each of its files tells editors its schema.
func TestSchemaShipped(t *testing.T) {
	s := compiled(t)
	for file, source := range shippedFiles(t) {
		v := s.of(t, file, source)
		if v.schema != nil {
			t.Errorf("%s: %v", file, v.schema)
		}
		want := map[int]string{1: "profile", 2: "layer"}[strings.Count(file, "/")]
		if file == "profiles/base.toml" {
			want = "layer"
		}
		line := "#:schema " + strings.Repeat("../", strings.Count(file, "/")) + "generated/schema/" + want + ".json\n"
		head, _, _ := strings.Cut(source, "format = ")
		if !strings.Contains(head, line) {
			t.Errorf("%s: want the line %s above its format", file, strings.TrimSpace(line))
		}
	}
}

// Both refuse the files of testdata/errors that are TOML.
func TestSchemaErrors(t *testing.T) {
	s := compiled(t)
	archives, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			var tree map[string]any
			if _, err := toml.Decode(string(f.Data), &tree); err != nil || !strings.HasSuffix(f.Name, ".toml") || !validFileName(strings.TrimSuffix(strings.TrimPrefix(f.Name, "profiles/"), ".toml")) {
				continue
			}
			n++
			s.of(t, f.Name, string(f.Data)).agree(t, name+" "+f.Name)
		}
	}
	if n < 10 {
		t.Errorf("only %d files were looked at", n)
	}
}

// values are what each key is given in turn.
func values() map[string]any {
	return map[string]any{
		"true": true, "false": false, "zero": 0, "one": 1, "two": 2, "negative": -1, "large": 1 << 40,
		"fraction": 1.5, "whole fraction": 1.0, "date": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		"empty": "", "m": "m", "y": "y", "n": "n", "letter": "x", "upper": "X", "blank": "a b", "line break": "a\nb", "NUL": "a\x00b",
		"path": "a/b", "absolute": "/a", "above": "../a", "above inside": "a/../b", "dots": "a..b", "size": "10M", "flag": "flag",
		"unclosed": "a 'b", "operator": "a;b", "bracket": "(", "braces": "{names.x}", "inherit": "inherit", "umlaut": "ü", "$": "a$b",
		"list": []any{"a"}, "no list": []any{}, "numbers": []any{1}, "mixed": []any{"a", 1}, "nested": []any{[]any{"a"}},
		"list with blank": []any{"a b"}, "list with break": []any{"a\nb"}, "inherits": []any{"inherit", "a"}, "inherits twice": []any{"inherit", "inherit"},
		"list of upper": []any{"A-B"}, "list with empty": []any{""},
		"table": map[string]any{"a": "b"}, "empty table": map[string]any{}, "tables": []map[string]any{{"a": "b"}},
		"table of lists": map[string]any{"a": []any{"b"}}, "deep": map[string]any{"a": map[string]any{"b": map[string]any{"c": "d"}}},
		"prefixed": map[string]any{"CONFIG_X": true}, "Buildroot's": map[string]any{"BR2_X": "x"}, "dotted": map[string]any{"a.b": "c"}, "no name": map[string]any{"": "c"},
	}
}

// edits are what happens to a key of a table: each of values, and other names.
func edits() map[string]func(table map[string]any, key string) {
	all := map[string]func(table map[string]any, key string){
		"left out": func(table map[string]any, key string) { delete(table, key) },
		"beside":   func(table map[string]any, key string) { table["another"] = table[key] },
	}
	for what, value := range values() {
		all["= "+what] = func(table map[string]any, key string) { table[key] = value }
	}
	for what, name := range map[string]func(string) string{
		"upper":    strings.ToUpper,
		"title":    func(key string) string { return strings.ToUpper(key[:1]) + key[1:] },
		"longer":   func(key string) string { return key + "x" },
		"blank":    func(key string) string { return key + " x" },
		"dot":      func(key string) string { return key + ".x" },
		"dash":     func(key string) string { return key + "-x" },
		"slash":    func(key string) string { return key + "/x" },
		"prefixed": func(key string) string { return "CONFIG_" + key },
		"umlaut":   func(key string) string { return key + "ü" },
		"empty":    func(string) string { return "" },
	} {
		all["renamed "+what] = func(table map[string]any, key string) {
			value := table[key]
			delete(table, key)
			table[name(key)] = value
		}
	}
	return all
}

// places returns the path of each key of a tree, tables too, by its place in the
// schema.
func places(tree map[string]any) map[string][]string {
	all := map[string][]string{}
	var walk func(table map[string]any, n *Node, place string, path []string)
	walk = func(table map[string]any, n *Node, place string, path []string) {
		for _, key := range slices.Sorted(maps.Keys(table)) {
			name := key
			if n.Elem != nil {
				name = "NAME"
			}
			here, at := append(slices.Clone(path), key), place+"."+name
			all[at] = here
			if below, ok := table[key].(map[string]any); ok {
				walk(below, n.child(key), at, here)
			}
		}
	}
	walk(tree, Schema(), "", nil)
	return all
}

// shorten leaves a few keys of each long table but for those below keep: the
// test takes too long with hundreds of symbols in each file.
func shorten(table map[string]any, keep string) {
	for key, value := range table {
		below, ok := value.(map[string]any)
		if !ok || key == keep {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(below))[min(3, len(below)):] {
			delete(below, name)
		}
		shorten(below, "")
	}
	if len(table) > 20 {
		for _, name := range slices.Sorted(maps.Keys(table))[10:] {
			if name != keep {
				delete(table, name)
			}
		}
	}
}

// edited returns a file in which edit changed the key at path.
func edited(t *testing.T, source string, path []string, edit func(table map[string]any, key string)) string {
	t.Helper()
	tree := map[string]any{}
	if _, err := toml.Decode(source, &tree); err != nil {
		t.Fatal(err)
	}
	table := tree
	for _, name := range path[:len(path)-1] {
		shorten(table, name)
		table = table[name].(map[string]any)
	}
	shorten(table, path[len(path)-1])
	edit(table, path[len(path)-1])
	var b bytes.Buffer
	if err := toml.NewEncoder(&b).Encode(tree); err != nil {
		t.Fatalf("%q: %v", path, err)
	}
	return b.String()
}

// TestSchemaAgrees gives each of values to each key of the schema, in the first
// of the shipped files that has such a key, and also misspells it, doubles it and
// leaves it out.
func TestSchemaAgrees(t *testing.T) {
	s := compiled(t)
	files := shippedFiles(t)
	done := map[string]bool{}
	accepted, refused := 0, 0
	for _, file := range slices.Sorted(maps.Keys(files)) {
		tree := map[string]any{}
		if _, err := toml.Decode(files[file], &tree); err != nil {
			t.Fatal(err)
		}
		for place, path := range places(tree) {
			if place = fmt.Sprint(strings.Count(file, "/"), place); done[place] {
				continue
			}
			done[place] = true
			short := edited(t, files[file], path, func(map[string]any, string) {})
			for what, edit := range edits() {
				source := edited(t, short, path, edit)
				v := s.of(t, file, source)
				v.agree(t, fmt.Sprintf("%s: %s %s", file, strings.Join(path, "."), what))
				if v.schema == nil {
					accepted++
				} else {
					refused++
				}
			}
		}
	}
	t.Logf("%d places; accepted %d files, refused %d", len(done), accepted, refused)
	if len(done) < 60 || accepted < 500 || refused < 500 {
		t.Errorf("%d places; accepted %d files, refused %d: want more", len(done), accepted, refused)
	}
}
