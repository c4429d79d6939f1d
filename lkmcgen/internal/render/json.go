// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/resolve"
)

// profileJSON returns all settings of a profile by the layer that had the last
// word, lowest first, each layer's sorted by key; and what they replaced.
func (r *Renderer) profileJSON(p *resolve.Profile) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n\"profile\": %q,\n\"settings\": {\n", p.Name)
	for i, l := range p.Layers {
		lines, err := r.lines(p, l, "json", "", p.SharesPlaces(), func(s *resolve.Setting) (string, error) {
			value, err := plainJSON(plainValue(p.Filled(s)))
			return ` "` + s.Key + `": ` + string(value), err
		})
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q: {\n", l.File)
		writeList(&b, lines)
		b.WriteByte('}')
		if i < len(p.Layers)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("},\n\"replaced\": [\n")
	replaced, err := r.replacedJSON(p)
	writeList(&b, replaced)
	b.WriteString("]\n}\n")
	return b.Bytes(), err
}

// writeList writes lines with a comma between them.
func writeList(b *bytes.Buffer, lines []line) {
	for i, x := range lines {
		b.WriteString(x.text)
		if i < len(lines)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
}

// replacedJSON returns a line for each value that a higher layer replaced.
func (r *Renderer) replacedJSON(p *resolve.Profile) ([]line, error) {
	var all []line
	for _, l := range p.Layers {
		lines, err := r.lines(p, l, "replaced", "", true, replacedLines)
		if err != nil {
			return nil, err
		}
		for _, x := range lines {
			for text := range strings.Lines(x.text) {
				all = append(all, line{x.key, strings.TrimSuffix(text, "\n")})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return strings.Compare(a.key, b.key) })
	return all, nil
}

func replacedLines(s *resolve.Setting) (string, error) {
	var b strings.Builder
	for _, o := range s.History() {
		value, err := plainJSON(plainValue(o.Data))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, " {\"key\": %q, \"value\": %s, \"from\": %q}\n", o.Key, value, o.From.File)
	}
	return b.String(), nil
}

// A JSONSetting is a setting as explain --json writes it.
type JSONSetting struct {
	Value any           `json:"value"`
	From  string        `json:"from"`
	Over  []JSONSetting `json:"over,omitempty"`
}

// SettingJSON returns s and what it replaced in their JSON form.
func SettingJSON(s *resolve.Setting) JSONSetting {
	j := JSONSetting{Value: plainValue(s.Data), From: s.From.File}
	for _, o := range s.History() {
		j.Over = append(j.Over, JSONSetting{Value: plainValue(o.Data), From: o.From.File})
	}
	return j
}

// plainValue returns data as JSON should show it. Numbers of symbols stay
// texts, because JSON has no hexadecimal ones.
func plainValue(data any) any {
	v, ok := data.(kconfig.Value)
	switch {
	case !ok:
		return data
	case v.Kind == kconfig.Tristate && v.Text != "m":
		return v.Text == "y"
	}
	return v.Text
}

// plainJSON encodes v on one line without the escapes meant for HTML.
func plainJSON(v any) ([]byte, error) {
	// Most values are a boolean or a plain text, for which an encoder is much.
	switch v := v.(type) {
	case bool:
		return strconv.AppendBool(nil, v), nil
	case string:
		if !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
			return []byte(`"` + v + `"`), nil
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
