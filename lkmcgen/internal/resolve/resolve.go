// SPDX-License-Identifier: Apache-2.0

// Package resolve folds layers into one typed Profile in which every value
// knows the layer that set it, and checks what no single layer can show.
package resolve

import (
	"regexp"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
	"lkmc/lkmcgen/internal/profile"
)

// A Profile is the result for one profile file: the typed values, and the
// settings they came from.
type Profile struct {
	profile.Keys
	Name     string
	Layers   []*profile.Layer // lowest first
	Settings *Settings
	groups   *groups
	shares   bool // the profile changes no value of the layers below by a place in it
}

// A Resolver resolves the profiles of a Set. It keeps what profiles with the
// same layers share, so it is not for use by several goroutines at once.
type Resolver struct {
	set    *profile.Set
	shared map[string]*folded
}

// folded is the result of the layers below a profile. The profile may change
// what the places {a.b} in it stand for: filled are the settings that hold such
// places, places the keys that they name.
type folded struct {
	settings *Settings
	keys     profile.Keys
	filled   []*Setting
	places   map[string]bool
	problems diag.List // of the places
	checked  bool      // a profile that shares all of it had no problem
	groups   groups
}

// New returns a Resolver for the profiles of set.
func New(set *profile.Set) *Resolver {
	return &Resolver{set, map[string]*folded{}}
}

// All resolves every profile of the set, in order of name. Its error is a
// diag.List with the problems of all profiles.
func (r *Resolver) All() ([]*Profile, error) {
	var all []*Profile
	var problems diag.List
	for _, l := range r.set.Profiles {
		p, err := r.Profile(l)
		problems.Append(err)
		all = append(all, p)
	}
	return all, problems.Err()
}

// Profile resolves one profile.
func (r *Resolver) Profile(l *profile.Layer) (*Profile, error) {
	layers, err := r.set.Layers(l)
	if err != nil {
		return nil, err
	}
	lower := r.lower(layers[:len(layers)-1])
	p := &Profile{Name: l.Name, Layers: layers, Keys: lower.keys, Settings: newSettings(lower.settings)}
	p.Settings.fold(l)
	p.shares = !slices.ContainsFunc(l.Values, func(v profile.Value) bool { return lower.places[v.Key] })
	p.groups = &groups{}
	if p.Shares() {
		p.groups = &lower.groups
	}
	var problems diag.List
	d := profile.NewDecoder(r.set.Schema, &p.Keys)
	if p.shares {
		problems.Append(lower.problems.Err())
	} else {
		for _, s := range lower.filled {
			p.set(d, s, &problems)
		}
	}
	for _, s := range p.Settings.own {
		p.set(d, s, &problems)
	}
	switch {
	case len(problems) > 0:
	case lower.checked && p.Shares():
		p.checkOwnOptions(&problems)
	default:
		p.check(&problems)
		lower.checked = lower.checked || len(problems) == 0 && p.Shares()
	}
	return p, problems.Err()
}

// lower folds the layers below a profile, once for all that share them.
func (r *Resolver) lower(layers []*profile.Layer) *folded {
	var id strings.Builder
	for _, l := range layers {
		id.WriteString(l.Name)
		id.WriteByte(' ')
	}
	f := r.shared[id.String()]
	if f == nil {
		f = &folded{settings: newSettings(nil), places: map[string]bool{}}
		for _, l := range layers {
			f.settings.fold(l)
		}
		lower := &Profile{Settings: f.settings}
		d := profile.NewDecoder(r.set.Schema, &f.keys)
		for s := range f.settings.All() {
			lower.set(d, s, &f.problems)
			if places := placesIn(s.Data); len(places) > 0 {
				f.filled = append(f.filled, s)
				for _, key := range places {
					f.places[key] = true
				}
			}
		}
		r.shared[id.String()] = f
	}
	return f
}

// placesIn returns the keys of the places {a.b} that data holds.
func placesIn(data any) []string {
	var texts []string
	switch data := data.(type) {
	case string:
		texts = []string{data}
	case []string:
		texts = data
	}
	var keys []string
	for _, text := range texts {
		for _, m := range staticPlace.FindAllStringSubmatch(text, -1) {
			keys = append(keys, m[1])
		}
	}
	return keys
}

// Filled returns the value of a setting with its places {a.b} filled in.
func (p *Profile) Filled(s *Setting) any {
	return p.fillIn(s, new(diag.List))
}

// set decodes a setting, its places filled in. Symbols are not decoded: there
// are hundreds, and who wants one asks Settings, which also knows its layer.
func (p *Profile) set(d *profile.Decoder, s *Setting, problems *diag.List) {
	if _, isSymbol := s.Data.(kconfig.Value); !isSymbol {
		d.Set(s.Key, p.fillIn(s, problems))
	}
}

// fillIn returns the data of s with each {a.b} replaced by the text of that
// key.
func (p *Profile) fillIn(s *Setting, problems *diag.List) any {
	switch data := s.Data.(type) {
	case string:
		return p.fillInText(s, data, problems)
	case []string:
		if len(placesIn(data)) == 0 {
			return data
		}
		list := make([]string, len(data))
		for i, e := range data {
			list[i] = p.fillInText(s, e, problems)
		}
		return list
	}
	return s.Data
}

func (p *Profile) fillInText(s *Setting, text string, problems *diag.List) string {
	return staticPlace.ReplaceAllStringFunc(text, func(place string) string {
		key := place[1 : len(place)-1]
		if v := p.Settings.Get(key); v != nil {
			if text, ok := v.Data.(string); ok && !strings.Contains(text, "{") {
				return text
			}
		}
		problems.Add(s.Pos(), "", "%s: %s is not the key of a plain string", s.Key, place)
		return place
	})
}

// SharesPlaces tells whether what the places {a.b} in the layers below the profile
// stand for is what it is without the profile.
func (p *Profile) SharesPlaces() bool { return p.shares }

// Available returns the names of the builders that exist for the profile, in
// the order of the layers.
func (p *Profile) Available() []string {
	return slices.DeleteFunc(p.Settings.Names("builders."), func(b string) bool {
		return p.Builders[b].Unavailable != ""
	})
}

// OptionNames returns the names of the options in the order of the layers.
func (p *Profile) OptionNames() []string { return p.Settings.Names("option.") }

// Sources returns the files of the profile's layers, lowest first.
func (p *Profile) Sources() []string {
	files := make([]string, len(p.Layers))
	for i, l := range p.Layers {
		files[i] = l.File
	}
	return files
}

// Matches tells whether value is possible for option o, and in words what is.
func Matches(o profile.Option, value string) (ok bool, expects string) {
	switch {
	case o.Kind == "flag":
		return value == "" || value == "0" || value == "1", "0 or 1"
	case len(o.Choices) > 0:
		return slices.Contains(o.Choices, value), "one of " + strings.Join(o.Choices, ", ")
	case o.Pattern != "":
		re := regexp.MustCompilePOSIX("^(" + o.Pattern + ")$")
		return re.MatchString(value), o.Expects
	}
	return true, ""
}

// at returns the place of the nearest key that was said: key itself or, when
// nothing was said there, the profile's file.
func (p *Profile) at(key string) diag.Pos {
	if s := p.Settings.Get(key); s != nil {
		return s.Pos()
	}
	for _, l := range slices.Backward(p.Layers) {
		if pos := l.Pos(key); pos.Line > 0 {
			return pos
		}
	}
	return diag.Pos{File: p.Layers[len(p.Layers)-1].File}
}
