// SPDX-License-Identifier: Apache-2.0

package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/resolve"
)

// profileJSON returns all settings of a profile, sorted by key, each with the
// layer it came from and what it replaced; one line a setting.
func (r *Renderer) profileJSON(p *resolve.Profile) ([]byte, error) {
	settings := slices.Collect(p.Settings.All())
	slices.SortFunc(settings, func(a, b *resolve.Setting) int { return strings.Compare(a.Key, b.Key) })
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n\"profile\": %q,\n\"settings\": {\n", p.Name)
	for i, s := range settings {
		line, err := r.settingJSON(s)
		if err != nil {
			return nil, err
		}
		b.Write(line)
		if i < len(settings)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n}\n")
	return b.Bytes(), nil
}

// settingJSON returns the line of a setting, made once for all profiles that
// share it.
func (r *Renderer) settingJSON(s *resolve.Setting) ([]byte, error) {
	if line, ok := r.settings[s]; ok {
		return line, nil
	}
	value, err := plainJSON(SettingJSON(s))
	if err != nil {
		return nil, err
	}
	line := fmt.Appendf(nil, "%q: %s", s.Key, value)
	r.settings[s] = line
	return line, nil
}

// A JSONSetting is a setting as profile.json and explain --json write it.
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
