// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

// fragment returns the lines that ask a project for what the profile says of
// it, grouped by the layer that had the last word, lowest first.
//
// Comments name no symbol with its prefix: merge_config.sh would take that for
// a request.
func (r *Renderer) fragment(p *resolve.Profile, d kconfig.Dialect) []byte {
	if p.Settings.Says(d.Name + ".") {
		return fragment(p, d)
	}
	lower := fragmentOf{p.Settings.Lower(), d}
	body, ok := r.fragments[lower]
	if !ok {
		body = fragment(p, d)
		r.fragments[lower] = body
	}
	return body
}

type fragmentOf struct {
	settings *resolve.Settings
	dialect  kconfig.Dialect
}

func fragment(p *resolve.Profile, d kconfig.Dialect) []byte {
	byLayer := map[*profile.Layer][]*resolve.Setting{}
	for _, s := range p.Settings.Under(d.Name + ".config.") {
		byLayer[s.From] = append(byLayer[s.From], s)
	}
	var b bytes.Buffer
	for _, l := range p.Layers {
		asked := byLayer[l]
		if len(asked) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n# %s\n", l.File)
		slices.SortFunc(asked, func(a, b *resolve.Setting) int { return strings.Compare(a.Key, b.Key) })
		for _, s := range asked {
			writeSymbol(&b, p, d, s)
		}
	}
	return b.Bytes()
}

func writeSymbol(b *bytes.Buffer, p *resolve.Profile, d kconfig.Dialect, s *resolve.Setting) {
	symbol := s.Key[strings.LastIndexByte(s.Key, '.')+1:]
	if s.Over != nil {
		fmt.Fprintf(b, "# over %s, which says %v\n", s.Over.From.File, s.Over.Data)
	}
	if reason := p.Settings.Get(d.Name + ".optional." + symbol); reason != nil {
		fmt.Fprintf(b, "# may be lost: %v\n", reason.Data)
	}
	b.WriteString(d.Line(symbol, s.Data.(kconfig.Value)))
	b.WriteByte('\n')
}
