// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/resolve"
)

// A cannot is the table, made by a build, of what a ready-made kernel does not
// have of what its profile asks for.
type cannot struct {
	File    string    `json:"file"`
	Built   bool      `json:"built"` // otherwise there is no table yet
	Symbols []missing `json:"symbols"`
}

// A missing is a symbol as it was asked for and as it is, and the layer that asks.
type missing struct {
	Symbol string `json:"symbol"`
	Asked  string `json:"asked"`
	Is     string `json:"is"`
	Layer  string `json:"layer"`
}

// readCannot reads the table that contract.sh -t wrote for a profile and a
// builder; nil when the builder compiles the kernel.
func (e *env) readCannot(out string, p *resolve.Profile, builder string) (*cannot, error) {
	b := p.Builders[builder]
	if len(b.Debian)+len(b.Ubuntu) == 0 || !p.Builds(builder).Can {
		return nil, nil
	}
	c := &cannot{File: filepath.Join(out, p.Name, builder, "linux.cannot"), Symbols: []missing{}}
	text, err := os.ReadFile(e.inRoot(c.File))
	if os.IsNotExist(err) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	c.Built = true
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 4 {
			return nil, &diag.Error{Pos: diag.Pos{File: c.File}, Msg: fmt.Sprintf("want four fields between tabs, not %q", line), Hint: "remove the file, the next build makes it again"}
		}
		c.Symbols = append(c.Symbols, missing{strings.TrimPrefix(f[0], "CONFIG_"), f[1], f[2], f[3]})
	}
	return c, nil
}

// limits lowers what an option of p is said to be able to by what the kernel was
// found not to have.
func (c *cannot) limits(p *resolve.Profile, option string, said resolve.Capability) resolve.Capability {
	if c == nil || !said.Can {
		return said
	}
	o := p.Options[option]
	for _, m := range c.Symbols {
		if slices.Contains(o.Symbols, m.Symbol) {
			return resolve.Capability{Why: "its kernel has no " + m.Symbol, Where: func() diag.Pos { return diag.Pos{File: c.File} }}
		}
	}
	for _, other := range o.Requires {
		if x := c.limits(p, other, said); !x.Can {
			return resolve.Capability{Why: "needs " + p.Options[other].Variable + ": " + x.Why, Where: x.Where}
		}
	}
	return said
}

// printCannot prints what the ready-made kernels of rows cannot do.
func printCannot(w io.Writer, rows []matrixRow) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r matrixRow) bool { return r.cannot == nil })
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprint(w, "\nReady-made kernels do not have, of what their profiles ask for:\n\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		lead := r.profile.Name + "\t" + r.builder
		for _, line := range r.cannot.lines() {
			fmt.Fprintf(t, "%s\t%s\n", lead, line)
			lead = "\t"
		}
	}
	return t.Flush()
}

// lines returns the names of the symbols, with what they are if it is not n, as
// many on a line as fit.
func (c *cannot) lines() []string {
	const width = 80
	switch {
	case !c.Built:
		return []string{"not built yet"}
	case len(c.Symbols) == 0:
		return []string{"nothing"}
	}
	var lines []string
	for _, m := range c.Symbols {
		word := m.Symbol
		if m.Is != "n" {
			word += "=" + m.Is
		}
		last := len(lines) - 1
		if last < 0 || len(lines[last])+1+len(word) > width {
			lines = append(lines, word)
			continue
		}
		lines[last] += " " + word
	}
	return lines
}
