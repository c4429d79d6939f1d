// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestSVG: it is XML whatever stands in it, and names are there once, labels where
// there is room.
func TestSVG(t *testing.T) {
	c := &Chart{Title: `a <b> & "c"`, Subtitle: "it's", End: 7, Tick: func(x float64) string { return fmt.Sprintf("%g s", x) }, Rows: []Row{
		{Name: "short", Bars: []Bar{{From: 0, To: 0, Label: "1 < 2", Note: "]]>"}}},
		{Name: "at the end", Bars: []Bar{{From: 6.9, To: 7, Label: "before it", Tone: 9}}},
		{Name: "over all", Bars: []Bar{{From: 0, To: 7, Label: "within"}}},
		{Name: strings.Repeat("ä", 100)},
	}}
	var texts []string
	anchors := map[string]string{}
	d := xml.NewDecoder(strings.NewReader(string(c.SVG())))
	anchor := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			for _, a := range token.Attr {
				if a.Name.Local == "text-anchor" {
					anchor = a.Value
				}
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("%s = %q", a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			if s := strings.TrimSpace(string(token)); s != "" {
				texts = append(texts, s)
				anchors[s] = anchor
			}
		}
	}
	for _, want := range []string{c.Title, "it's", "0 s", "7 s", "short", "1 < 2", "]]>", strings.Repeat("ä", 18) + "…" + strings.Repeat("ä", 17)} {
		if !slices.Contains(texts, want) {
			t.Errorf("no text %q in %q", want, texts)
		}
	}
	if anchors["1 < 2"] != "start" || anchors["before it"] != "end" || anchors["within"] != "end" {
		t.Errorf("labels are anchored at %q", anchors)
	}
}

// TestAxis: there are some lines and not too many, whatever the length.
func TestAxis(t *testing.T) {
	for _, end := range []float64{1e-6, 0.99, 1, 1.01, 2.4, 2.6, 4.9, 5.1, 9.99, 10, 1.4e9} {
		n := 0
		c := &Chart{End: end, Tick: func(float64) string { n++; return "" }}
		c.SVG()
		if n < 4 || n > 10 {
			t.Errorf("End %g: %d lines; want 4 to 10", end, n)
		}
	}
}
