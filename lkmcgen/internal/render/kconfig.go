// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"strings"

	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/resolve"
)

// Fragment returns the lines that ask a project for what the profile says of
// it, grouped by the layer that had the last word, lowest first.
//
// Comments name no symbol with its prefix: merge_config.sh would take that for
// a request.
func (r *Renderer) Fragment(p *resolve.Profile, d kconfig.Dialect) (string, error) {
	var b strings.Builder
	share := !p.Settings.Says(d.Name + ".optional.")
	for _, l := range p.Layers {
		lines, err := r.lines(p, l, d.Name, d.Name+".config.", share, func(s *resolve.Setting) (string, error) {
			return symbolLine(p, d, s), nil
		})
		if err != nil {
			return "", err
		}
		if len(lines) > 0 {
			fmt.Fprintf(&b, "\n# %s\n", l.File)
		}
		for _, x := range lines {
			b.WriteString(x.text)
		}
	}
	return b.String(), nil
}

// symbolLine asks for a symbol's value, below what there is to say of it.
func symbolLine(p *resolve.Profile, d kconfig.Dialect, s *resolve.Setting) string {
	symbol := s.Key[strings.LastIndexByte(s.Key, '.')+1:]
	var b strings.Builder
	if s.Over != nil {
		fmt.Fprintf(&b, "# over %s, which says %v\n", s.Over.From.File, s.Over.Data)
	}
	if reason := p.Settings.Get(d.Name + ".optional." + symbol); reason != nil {
		fmt.Fprintf(&b, "# may be lost: %v\n", reason.Data)
	}
	b.WriteString(d.Line(symbol, s.Data.(kconfig.Value)))
	b.WriteByte('\n')
	return b.String()
}
