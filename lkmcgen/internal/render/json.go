// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

// profileJSON returns all settings of a profile by the layer that had the last
// word, lowest first, each layer's sorted by key; and what they replaced.
func (r *Renderer) profileJSON(p *resolve.Profile) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n\"profile\": %q,\n\"settings\": {\n", p.Name)
	for i, l := range p.Layers {
		lines, err := r.settingsJSON(p, l)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "\"%s\": {\n%s}", l.File, lines)
		if i < len(p.Layers)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("},\n\"replaced\": [\n")
	replaced, err := replacedJSON(p)
	b.Write(replaced)
	b.WriteString("]\n}\n")
	return b.Bytes(), err
}

type settingsOf struct {
	settings *resolve.Settings
	layer    *profile.Layer
}

// settingsJSON returns the lines of what layer l says last, made once for all
// profiles that leave the layer as it is.
func (r *Renderer) settingsJSON(p *resolve.Profile, l *profile.Layer) ([]byte, error) {
	lower := settingsOf{p.Settings.Lower(), l}
	shared := p.Leaves(l)
	if lines, ok := r.settings[lower]; ok && shared {
		return lines, nil
	}
	var last []*resolve.Setting
	for _, v := range l.Values {
		if s := p.Settings.Get(v.Key); s != nil && s.From == l {
			last = append(last, s)
		}
	}
	slices.SortFunc(last, func(a, b *resolve.Setting) int { return strings.Compare(a.Key, b.Key) })
	var b bytes.Buffer
	for i, s := range last {
		value, err := plainJSON(plainValue(p.Filled(s)))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, " %q: %s", s.Key, value)
		if i < len(last)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	if shared {
		r.settings[lower] = b.Bytes()
	}
	return b.Bytes(), nil
}

// replacedJSON returns a line for each value that a higher layer replaced.
func replacedJSON(p *resolve.Profile) ([]byte, error) {
	var lines []string
	for s := range p.Settings.All() {
		for _, o := range s.History() {
			value, err := plainJSON(plainValue(o.Data))
			if err != nil {
				return nil, err
			}
			lines = append(lines, fmt.Sprintf(" {\"key\": %q, \"value\": %s, \"from\": %q}", o.Key, value, o.From.File))
		}
	}
	slices.Sort(lines)
	text := strings.Join(lines, ",\n")
	if text != "" {
		text += "\n"
	}
	return []byte(text), nil
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
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
