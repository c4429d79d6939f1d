// SPDX-License-Identifier: Apache-2.0

// Package chart draws spans along an axis as an SVG picture.
package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
)

// A Chart is a title, and rows of bars above one axis from 0 to End.
type Chart struct {
	Title, Subtitle string
	End             float64              // more than 0
	Tick            func(float64) string // what stands at a place of the axis
	Rows            []Row
}

// A Row has a name, which stands to its left.
type Row struct {
	Name string
	Bars []Bar
}

// A Bar is a span. Label stands behind it, or before it where there is no room;
// Note is shown when the pointer is on it. Tone chooses the colour.
type Bar struct {
	From, To    float64
	Label, Note string
	Tone        int
}

// Measures in pixels. A letter is as wide as in the widest usual font.
const (
	names, plot, right = 250.0, 830.0, 40.0
	top, rowHeight     = 92.0, 22.0
	letter, longest    = 6.6, 36 // pixels; letters of a name
)

// tones can be told apart by people who see no red or no green.
var tones = []string{"#0072b2", "#e69f00", "#009e73", "#cc79a7"}

// beside is the style of a label beside its bar: lines of the axis end before it.
const beside = `fill="#333333" stroke="#ffffff" stroke-width="3" paint-order="stroke"`

// SVG returns the picture.
func (c *Chart) SVG() []byte {
	var b bytes.Buffer
	width, bottom := names+plot+right, top+rowHeight*float64(len(c.Rows))
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="DejaVu Sans, Verdana, sans-serif" font-size="11">`+"\n",
		width, bottom+20, width, bottom+20)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#ffffff"/>`+"\n")
	text(&b, 16, 30, "start", `font-size="18" fill="#111111"`, c.Title)
	text(&b, 16, 52, "start", `font-size="12" fill="#555555"`, c.Subtitle)
	c.axis(&b, bottom)
	for i, row := range c.Rows {
		c.row(&b, row, top+rowHeight*float64(i))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (c *Chart) x(value float64) float64 { return names + plot*value/c.End }

// axis draws four to ten lines, at round numbers.
func (c *Chart) axis(b *bytes.Buffer, bottom float64) {
	step := math.Pow(10, math.Floor(math.Log10(c.End)))
	for _, finer := range []float64{5, 2.5, 2} {
		if c.End/step*finer <= 8 {
			step /= finer
			break
		}
	}
	for i := 0.0; i*step <= c.End; i++ {
		x := c.x(i * step)
		fmt.Fprintf(b, `<path d="M%.1f %.0fV%.0f" stroke="#dddddd"/>`+"\n", x, top-6, bottom+4)
		text(b, x, top-12, "middle", `fill="#555555"`, c.Tick(i*step))
	}
}

func (c *Chart) row(b *bytes.Buffer, row Row, y float64) {
	base := y + rowHeight/2 + 4
	text(b, names-10, base, "end", `fill="#111111"`, shortened(row.Name, longest))
	for _, bar := range row.Bars {
		from, to := c.x(bar.From), c.x(bar.To)
		fmt.Fprintf(b, `<rect x="%.1f" y="%.0f" width="%.1f" height="%.0f" fill="%s"><title>`, from, y+4, max(to-from, 0.8), rowHeight-8, tones[bar.Tone%len(tones)])
		xml.EscapeText(b, []byte(bar.Note))
		b.WriteString("</title></rect>\n")
		switch room := letter * float64(len(bar.Label)); {
		case bar.Label == "":
		case to+5+room <= names+plot+right:
			text(b, to+5, base, "start", beside, bar.Label)
		case from-5-room >= names:
			text(b, from-5, base, "end", beside, bar.Label)
		default:
			text(b, to-5, base, "end", `fill="#ffffff"`, bar.Label)
		}
	}
}

// shortened cuts the middle out of a name of more than n letters.
func shortened(name string, n int) string {
	if r := []rune(name); len(r) > n {
		return string(r[:n/2]) + "…" + string(r[len(r)-n+n/2+1:])
	}
	return name
}

func text(b *bytes.Buffer, x, y float64, anchor, style, words string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.0f" text-anchor="%s" %s>`, x, y, anchor, style)
	xml.EscapeText(b, []byte(words))
	b.WriteString("</text>\n")
}
