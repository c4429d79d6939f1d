// SPDX-License-Identifier: Apache-2.0

package render

import (
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

// A line is the line of a generated file that a setting makes.
type line struct{ key, text string }

// linesOf names the lines that profiles with the same lower settings share: those
// of a layer's settings below a key, for one kind of file.
type linesOf struct {
	lower *resolve.Settings
	layer *profile.Layer
	file  string
}

// lines returns the lines of the settings of p whose key begins with prefix and
// in which layer l had the last word, sorted by key. write makes the line of a
// setting; with share, what it makes is kept for other profiles of the same
// layers.
func (r *Renderer) lines(p *resolve.Profile, l *profile.Layer, file, prefix string, share bool, write func(*resolve.Setting) (string, error)) ([]line, error) {
	id := linesOf{p.Settings.Lower(), l, file}
	own := l == p.Layers[len(p.Layers)-1]
	known, ok := r.shared.Load(id)
	all, _ := known.([]line)
	if !ok || own || !share {
		all = nil
		for _, v := range l.Values {
			s := p.Settings.Lower().Get(v.Key)
			if own {
				s = p.Settings.Own(v.Key)
			}
			if s == nil || s.From != l || !strings.HasPrefix(v.Key, prefix) {
				continue
			}
			text, err := write(s)
			if err != nil {
				return nil, err
			}
			all = append(all, line{v.Key, text})
		}
		slices.SortFunc(all, func(a, b line) int { return strings.Compare(a.key, b.key) })
		if share && !own {
			r.shared.Store(id, all)
		}
	}
	if own {
		return all, nil
	}
	left := make([]line, 0, len(all))
	for _, x := range all {
		if p.Settings.Own(x.key) == nil {
			left = append(left, x)
		}
	}
	return left, nil
}
