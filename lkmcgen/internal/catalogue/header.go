// SPDX-License-Identifier: Apache-2.0

package catalogue

import (
	"cmp"
	"regexp"
	"strings"

	"lkmc/lkmcgen/internal/diag"
)

// A line of a header, without the comment's sign, and its number in the file.
type line struct {
	text   string
	number int
}

// headerLines are those of the first comment, but for the licence.
func headerLines(e *Entry, text string) []line {
	var lines []line
	for i, l := range strings.Split(text, "\n") {
		switch {
		case i == 0, l == "/*", strings.Contains(l, " SPDX-License"):
			continue
		case l == " */", e.Kind == Script && !strings.HasPrefix(l, "#"), e.Kind != Script && !strings.HasPrefix(l, " *"):
			return lines
		}
		l = strings.TrimPrefix(strings.TrimPrefix(l, " *"), "#")
		lines = append(lines, line{strings.TrimPrefix(l, " "), i + 1})
	}
	return lines
}

var blockStart = regexp.MustCompile(`^(Idea|Usage|Expected|Needs|See|Test):(?: +(.*))?$`)

// need is what test.sh in the guest can look for.
var need = regexp.MustCompile(`^((no )?CONFIG_[A-Z0-9_]+(\|CONFIG_[A-Z0-9_]+)*|/\S+|pci [0-9a-f]{4}:[0-9a-f]{4}|node [a-z0-9-]+|[0-9]+ CPUs|root|nothing)$`)

// parse fills in an entry from the text of its file.
func parse(e *Entry, text string) error {
	p := parser{e: e}
	lines := headerLines(e, text)
	if len(lines) == 0 {
		p.wrong(1, "", "no header")
		return p.problems.Err()
	}
	name, title, ok := strings.Cut(lines[0].text, " - ")
	want := strings.TrimSuffix(e.Name, ".out")
	if !ok || name != want {
		p.wrong(lines[0].number, "", "the header begins with %q, not with %q", lines[0].text, want+" - ")
	}
	e.Title = strings.TrimSuffix(title, ".")
	for _, l := range lines[1:] {
		p.line(l)
	}
	p.end(lines[len(lines)-1].number)
	return p.problems.Err()
}

type parser struct {
	e        *Entry
	block    string
	blank    bool // the last line was
	needs    string
	needsAt  int
	mixed    []int // lines for the host among those for the guest, or the other way round
	problems diag.List
}

func (p *parser) wrong(number int, hint, format string, args ...any) {
	p.problems.Add(diag.Pos{File: p.e.File, Line: number}, hint, format, args...)
}

func (p *parser) line(l line) {
	blank := p.blank
	p.blank = l.text == ""
	if p.blank {
		return
	}
	if m := blockStart.FindStringSubmatch(l.text); m != nil {
		p.start(l, m[1], m[2])
		return
	}
	indented, isIndented := strings.CutPrefix(l.text, "\t")
	steps := p.e.Steps
	switch p.block {
	case "Usage", "Expected":
		if !isIndented {
			p.wrong(l.number, "each line of Usage and Expected has a tab in front", "%q is neither a block nor a line of %s", l.text, p.block)
			return
		}
		s := &steps[len(steps)-1]
		if p.block == "Expected" {
			s.Expected = append(s.Expected, indented)
			return
		}
		if len(s.Usage) > 0 && isBoot(s.Usage[0]) != isBoot(indented) {
			p.mixed = append(p.mixed, l.number)
		}
		s.Usage = append(s.Usage, indented)
	case "Idea":
		if blank || len(p.e.Idea) == 0 {
			p.e.Idea = append(p.e.Idea, "")
		}
		last := &p.e.Idea[len(p.e.Idea)-1]
		*last = strings.TrimSpace(*last + " " + strings.TrimSpace(l.text))
	case "See":
		p.e.See = strings.TrimSpace(p.e.See + " " + strings.TrimSpace(l.text))
	case "Needs":
		p.needs += " " + strings.TrimSpace(l.text)
	case "":
		if blank {
			p.wrong(l.number, "", "%q belongs to no block", l.text)
			return
		}
		p.e.Title = strings.TrimSuffix(p.e.Title+" "+strings.TrimSpace(l.text), ".")
	default:
		p.wrong(l.number, "", "%q belongs to no block", l.text)
	}
}

// start begins a block. What stands behind its name is its first line.
func (p *parser) start(l line, block, rest string) {
	steps := p.e.Steps
	switch {
	case block == "Usage" && len(steps) > 0 && steps[len(steps)-1].Expected == nil:
		p.wrong(l.number, "", "Usage without Expected before it")
	case block == "Expected" && (len(steps) == 0 || steps[len(steps)-1].Expected != nil):
		p.wrong(l.number, "", "Expected without Usage before it")
		p.e.Steps = append(p.e.Steps, Step{})
	}
	p.block = block
	switch block {
	case "Usage":
		p.e.Steps = append(p.e.Steps, Step{})
	case "Expected":
		p.e.Steps[len(p.e.Steps)-1].Expected = []string{}
	case "Test":
		p.e.Test = rest
		return
	case "Needs":
		p.needsAt = l.number
	}
	if rest != "" {
		p.line(line{rest, l.number})
	}
}

// end checks that nothing is missing.
func (p *parser) end(number int) {
	for _, block := range []struct {
		name string
		has  bool
	}{
		{"Idea", p.e.Idea != nil}, {"Usage", len(p.e.Steps) > 0}, {"Needs", p.needs != ""}, {"See", p.e.See != ""},
	} {
		if !block.has {
			p.wrong(number, "", "the header has no block %s", block.name)
		}
	}
	for _, s := range p.e.Steps {
		if len(s.Usage) == 0 || s.Expected == nil {
			p.wrong(number, "", "the header has a block Usage that is empty or has no block Expected")
		}
	}
	for _, number := range p.mixed {
		// Nobody runs them where a Go test does it.
		if p.e.Test == "" {
			p.wrong(number, "give them blocks of their own", "lines for the host (make ...) and for the guest in one Usage")
		}
	}
	for one := range strings.SplitSeq(p.needs, ",") {
		one = strings.TrimSpace(one)
		if p.needs != "" && !need.MatchString(one) {
			p.wrong(cmp.Or(p.needsAt, number), "there are CONFIG_X, CONFIG_A|CONFIG_B, no CONFIG_X, /path, pci VVVV:DDDD, node NAME, N CPUs, root, nothing", "Needs: %q cannot be looked for", one)
		}
		p.e.Needs = append(p.e.Needs, one)
	}
}
