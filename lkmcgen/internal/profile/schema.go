// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/kconfig"
)

// A Node is one place of the schema that Keys spells out: a table of named
// Fields, a table whose every key is an Elem, or a leaf.
type Node struct {
	Doc         string
	Type        reflect.Type // of the Go value
	ProfileOnly bool
	Fields      map[string]*Node // a table with fixed keys
	Elem        *Node            // a table with free keys
	is          check
	isName      string // of the check
	index       []int  // of the field in its struct
}

// Schema returns the schema's root.
func Schema() *Node {
	return newNode(reflect.TypeFor[Keys](), "", "")
}

func newNode(t reflect.Type, doc, is string) *Node {
	n := &Node{Doc: doc, Type: t, is: checks(is), isName: is}
	switch {
	case t == valueType:
	case t.Kind() == reflect.Struct:
		n.Fields = map[string]*Node{}
		for _, f := range reflect.VisibleFields(t) {
			if f.Anonymous {
				continue
			}
			child := newNode(f.Type, f.Tag.Get("doc"), f.Tag.Get("is"))
			child.ProfileOnly = f.Tag.Get("in") == "profile"
			child.index = f.Index
			n.Fields[f.Tag.Get("toml")] = child
		}
	case t.Kind() == reflect.Map:
		// A table's check is of its keys; of the texts only where they are plain.
		elem := ""
		if t.Elem().Kind() == reflect.String && is != "symbol" {
			elem = is
		}
		n.Elem = newNode(t.Elem(), doc, elem)
	}
	return n
}

var valueType = reflect.TypeFor[kconfig.Value]()

func (n *Node) leaf() bool { return n.Fields == nil && n.Elem == nil }

// child returns the node of key below n, or nil.
func (n *Node) child(key string) *Node {
	if n.Elem != nil {
		return n.Elem
	}
	return n.Fields[key]
}

// names returns the fixed keys of a table, sorted.
func (n *Node) names() []string {
	return slices.Sorted(maps.Keys(n.Fields))
}

// wants says in words what a leaf takes.
func (n *Node) wants() string {
	switch {
	case n.Type == valueType:
		return `true, false, "m", a string or an integer`
	case !n.leaf():
		return "a table"
	case n.Type.Kind() == reflect.Slice:
		return "a list of strings"
	case n.Type.Kind() == reflect.Int:
		return "an integer"
	}
	return "a string"
}

// A Decoder fills a Keys from leaves, one at a time. It never changes a map
// that it did not make, so a copy of a Keys can serve as the start of another.
type Decoder struct {
	root  *Node
	keys  *Keys
	fresh map[string]bool // the maps this decoder made, by their key
}

// NewDecoder returns a Decoder into keys for the schema whose root is given.
func NewDecoder(root *Node, keys *Keys) *Decoder {
	return &Decoder{root, keys, map[string]bool{}}
}

// Set stores a leaf that Load accepted.
func (d *Decoder) Set(key string, data any) {
	d.set(reflect.ValueOf(d.keys).Elem(), d.root, key, 0, data)
}

// set stores data at key[at:] below v.
func (d *Decoder) set(v reflect.Value, n *Node, key string, at int, data any) {
	if n.leaf() {
		v.Set(reflect.ValueOf(data))
		return
	}
	name, _, _ := strings.Cut(key[at:], ".")
	if n.Elem != nil && n.Elem.leaf() {
		name = key[at:] // may have dots of its own, as packages have
	}
	next := min(at+len(name)+1, len(key))
	if n.Fields != nil {
		d.set(v.FieldByIndex(n.Fields[name].index), n.Fields[name], key, next, data)
		return
	}
	d.own(v, key[:at])
	elem := reflect.New(n.Elem.Type).Elem()
	if old := v.MapIndex(reflect.ValueOf(name)); old.IsValid() {
		elem.Set(old)
	}
	d.set(elem, n.Elem, key, next, data)
	v.SetMapIndex(reflect.ValueOf(name), elem)
}

// own makes the map v, which stands at key, this decoder's own.
func (d *Decoder) own(v reflect.Value, key string) {
	if d.fresh[key] {
		return
	}
	d.fresh[key] = true
	m := reflect.MakeMapWithSize(v.Type(), v.Len()+8)
	for it := v.MapRange(); it.Next(); {
		m.SetMapIndex(it.Key(), it.Value())
	}
	v.Set(m)
}
