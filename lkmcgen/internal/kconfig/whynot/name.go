// SPDX-License-Identifier: Apache-2.0

package whynot

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/diag"
)

// missing tells of a name that no file defines which the arch reads.
func (x *explainer) missing(name string) (Cause, string) {
	if at, ok := x.elsewhere(name); ok {
		x.step(at, "%s is defined there, which this arch does not read", name)
		return OtherArch, "ask for it in the layers of that arch alone, or call it optional"
	}
	x.step(diag.Pos{}, "no Kconfig file of this tree defines %s", name)
	return Renamed, x.like(name)
}

// like returns a hint that names a symbol of the tree: one that is spelt almost
// so, else one with the same rare word in it.
func (x *explainer) like(name string) string {
	var all []string
	for _, s := range x.tree.Symbols {
		if s.Defined() {
			all = append(all, x.tree.Plain(s)) // as profiles write it
		}
	}
	if hint := diag.DidYouMean(name, all); hint != "" {
		return hint
	}
	if near := x.sharing(name); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "remove it, or call it optional"
}

// sharing returns the symbol with a prompt that shares the rarest word of a
// name, and the most of the others.
func (x *explainer) sharing(name string) string {
	const rare = 12 // a word that more symbols have says nothing
	words := strings.Split(name, "_")
	type candidate struct {
		name  string
		score int
	}
	var best []candidate
	for _, word := range words {
		var with []candidate
		for _, s := range x.tree.Symbols {
			if len(word) <= 2 || len(s.Prompts) == 0 || !strings.Contains(s.Name, word) {
				continue
			}
			if parts := strings.Split(s.Name, "_"); slices.Contains(parts, word) {
				with = append(with, candidate{x.tree.Plain(s), shared(words, parts)})
			}
		}
		if len(with) <= rare && (len(best) == 0 || len(with) > 0 && len(with) < len(best)) {
			best = with
		}
	}
	if len(best) == 0 {
		return ""
	}
	slices.SortFunc(best, func(a, b candidate) int {
		return cmp.Or(b.score-a.score, len(a.name)-len(b.name), strings.Compare(a.name, b.name))
	})
	return best[0].name
}

func shared(words, parts []string) int {
	n := 0
	for _, w := range words {
		if slices.Contains(parts, w) {
			n++
		}
	}
	return n
}

// elsewhere looks for the definition of a symbol in Kconfig files that were not
// read.
func (x *explainer) elsewhere(name string) (at diag.Pos, ok bool) {
	read := map[string]bool{}
	for _, f := range x.tree.Files {
		read[f] = true
	}
	want := [][]byte{[]byte("config " + name), []byte("menuconfig " + name)}
	_ = fs.WalkDir(x.tree.Source.FS, "arch", func(file string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || ok:
			return fs.SkipAll
		case e.IsDir() && strings.Count(file, "/") > 2:
			return fs.SkipDir
		case !strings.HasPrefix(path.Base(file), "Kconfig") || read[file] || e.IsDir():
			return nil
		}
		text, err := fs.ReadFile(x.tree.Source.FS, file)
		if err != nil || !bytes.Contains(text, want[0]) {
			return nil
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		for n := 1; lines.Scan(); n++ {
			if line := bytes.TrimSpace(lines.Bytes()); bytes.Equal(line, want[0]) || bytes.Equal(line, want[1]) {
				at, ok = diag.Pos{File: file, Line: n}, true
			}
		}
		return nil
	})
	return at, ok
}
