// SPDX-License-Identifier: Apache-2.0

package resolve

import (
	"iter"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/profile"
)

// A Setting is a leaf of a resolved profile: its value, the layer that had the
// last word, and the setting that it replaced.
type Setting struct {
	Key  string
	Data any // as profile.Value.Data, "inherit" spliced
	From *profile.Layer
	Over *Setting // nil when no lower layer said anything
}

// Pos returns the place of the setting in its layer.
func (s *Setting) Pos() diag.Pos { return s.From.Pos(s.Key) }

// History returns the settings that s replaced, the latest first.
func (s *Setting) History() []*Setting {
	var h []*Setting
	for o := s.Over; o != nil; o = o.Over {
		h = append(h, o)
	}
	return h
}

// Settings holds the leaves of folded layers. A profile's Settings stand upon
// those of its layers, which other profiles share.
type Settings struct {
	lower *Settings
	own   map[string]*Setting
	order []string            // own keys that lower does not have, as they appeared
	below map[string][]string // table to the names in it that lower does not have, as they appeared
	known map[string]bool     // the tables and keys that below lists
}

func newSettings(lower *Settings) *Settings {
	return &Settings{lower: lower, own: map[string]*Setting{}, below: map[string][]string{}, known: map[string]bool{}}
}

// Get returns the setting of a key, or nil.
func (s *Settings) Get(key string) *Setting {
	for ; s != nil; s = s.lower {
		if v := s.own[key]; v != nil {
			return v
		}
	}
	return nil
}

// fold puts a layer on top.
func (s *Settings) fold(l *profile.Layer) {
	for _, v := range l.Values {
		if v.Key == "format" {
			continue // speaks of its own file
		}
		old := s.Get(v.Key)
		if old == nil {
			s.order = append(s.order, v.Key)
			s.index(v.Key)
		}
		data := v.Data
		if list, ok := data.([]string); ok {
			data = inherit(list, old)
		}
		s.own[v.Key] = &Setting{Key: v.Key, Data: data, From: l, Over: old}
	}
}

// index enters a new key, and the tables it is in, into below.
func (s *Settings) index(key string) {
	for at := 0; at < len(key); {
		end := len(key)
		if i := strings.IndexByte(key[at:], '.'); i >= 0 {
			end = at + i
		}
		if path := key[:end]; !s.has(path) {
			s.known[path] = true
			s.below[key[:at]] = append(s.below[key[:at]], key[at:end])
		}
		at = end + 1
	}
}

// has tells whether a table or key is known here or lower.
func (s *Settings) has(path string) bool {
	for ; s != nil; s = s.lower {
		if s.known[path] {
			return true
		}
	}
	return false
}

// inherit replaces the element "inherit" of list by the list of old.
func inherit(list []string, old *Setting) []string {
	at := slices.Index(list, profile.Inherit)
	if at < 0 {
		return list
	}
	var lower []string
	if old != nil {
		lower = old.Data.([]string)
	}
	return slices.Concat(list[:at], lower, list[at+1:])
}

// All yields every setting in the order in which the keys first appeared, from
// the lowest layer up.
func (s *Settings) All() iter.Seq[*Setting] {
	return func(yield func(*Setting) bool) {
		for key := range s.keys() {
			if !yield(s.Get(key)) {
				return
			}
		}
	}
}

func (s *Settings) keys() iter.Seq[string] {
	return func(yield func(string) bool) {
		if s.lower != nil {
			for key := range s.lower.keys() {
				if !yield(key) {
					return
				}
			}
		}
		for _, key := range s.order {
			if !yield(key) {
				return
			}
		}
	}
}

// Names returns the names that follow prefix ("argv.args.") in keys, in the
// order in which they first appeared.
func (s *Settings) Names(prefix string) []string {
	if s.lower == nil {
		return slices.Clone(s.below[prefix])
	}
	return append(s.lower.Names(prefix), s.below[prefix]...)
}

// Under returns the settings whose key begins with prefix, in order.
func (s *Settings) Under(prefix string) []*Setting {
	var under []*Setting
	for key := range s.keys() {
		if strings.HasPrefix(key, prefix) {
			under = append(under, s.Get(key))
		}
	}
	return under
}

// Lower returns the settings of the layers below a profile, which profiles of
// the same layers share.
func (s *Settings) Lower() *Settings { return s.lower }

// Own returns the setting of a key that the profile itself sets, or nil.
func (s *Settings) Own(key string) *Setting { return s.own[key] }

// Says tells whether the profile itself, not a layer below, sets a key that
// begins with prefix.
func (s *Settings) Says(prefix string) bool {
	for key := range s.own {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
