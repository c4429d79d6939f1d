// SPDX-License-Identifier: Apache-2.0

// Package profile turns TOML files into checked layers: every key is known,
// every value has its type, and each has a place in its file.
package profile

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/mattn/go-shellwords"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
)

// A Layer is one checked file. Values holds its leaves in the order of the
// file.
type Layer struct {
	Name   string // "arch/x86_64", or the profile's name
	File   string // "profiles/arch/x86_64.toml"
	Values []Value
	source string
}

// A Value is a leaf of a layer. Data has the Go type of the schema's node.
type Value struct {
	Key  string // "linux.config.MODULES"
	Data any
}

// parse checks source against the schema. It returns what it understood
// together with every problem.
func parse(root *Node, name, file, source string) (*Layer, error) {
	l := &Layer{Name: name, File: file, source: source}
	tree := map[string]any{}
	md, err := toml.Decode(source, &tree)
	if err != nil {
		return l, l.syntaxError(err)
	}
	p := parser{layer: l, root: root}
	p.keys(md, tree)
	if md.Type("format") == "" {
		p.problems.Add(diag.Pos{File: file}, fmt.Sprintf("format = %d", Format), "the file does not say its format")
	}
	return l, p.problems.Err()
}

func (l *Layer) syntaxError(err error) error {
	var at toml.ParseError
	if !errors.As(err, &at) {
		return &diag.Error{Pos: diag.Pos{File: l.File}, Msg: err.Error()}
	}
	return &diag.Error{Pos: l.pos(at.Position), Msg: strings.TrimSuffix(lowerFirst(at.Message), ".")}
}

func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'a' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// pos turns the library's place of a value or a syntax error into ours: its
// line, and the column where that line's text begins.
func (l *Layer) pos(at toml.Position) diag.Pos {
	if at.Line == 0 {
		return diag.Pos{File: l.File}
	}
	line := l.source
	for range at.Line - 1 {
		_, line, _ = strings.Cut(line, "\n")
	}
	line, _, _ = strings.Cut(line, "\n")
	return diag.Pos{File: l.File, Line: at.Line, Col: 1 + len(line) - len(strings.TrimLeft(line, " \t"))}
}

// Pos returns the place of a key, which may be a leaf or a table; of a table
// that only dotted keys make, the place of the first. The library tells places
// only in errors, so the file is decoded once more, with a type at the key that
// always errs. It is for messages, not for every value.
func (l *Layer) Pos(key string) diag.Pos {
	return l.pos(l.locate(key))
}

func (l *Layer) locate(key string) toml.Position {
	var tree map[string]toml.Primitive
	md, err := toml.Decode(l.source, &tree)
	if err != nil {
		return toml.Position{}
	}
	var below toml.Position
	for _, path := range md.Keys() {
		switch joined := strings.Join(path, "."); {
		case joined == key:
			if at := position(md, tree, path); at.Line > 0 {
				return at
			}
		case below.Line == 0 && strings.HasPrefix(joined, key+"."):
			below = position(md, tree, path)
		}
	}
	return below
}

// errLocated is what a locator answers instead of decoding.
var errLocated = errors.New("located")

type locator struct{}

func (*locator) UnmarshalTOML(any) error { return errLocated }

// position returns where the library found the value at path.
func position(md toml.MetaData, table map[string]toml.Primitive, path toml.Key) toml.Position {
	for _, name := range path[:len(path)-1] {
		value := table[name]
		table = nil
		if md.PrimitiveDecode(value, &table) != nil {
			return toml.Position{}
		}
	}
	var at toml.ParseError
	if !errors.As(md.PrimitiveDecode(table[path[len(path)-1]], &locator{}), &at) {
		return toml.Position{}
	}
	return at.Position
}

// number returns the number at key as the file writes it.
func (l *Layer) number(key string) string {
	at := l.locate(key)
	text := l.source[at.Start:]
	// In an inline table the library's place is that of the key.
	end := min(at.Len, len(text))
	if behind := strings.TrimLeft(text[end:], " \t\"'"); strings.HasPrefix(behind, "=") || strings.HasPrefix(behind, ".") {
		_, text, _ = strings.Cut(behind, "=")
	}
	return numberText.FindString(text)
}

var numberText = regexp.MustCompile(`[+-]?[0-9][0-9A-Za-z_]*`)

// parser checks the keys of one file.
type parser struct {
	layer    *Layer
	root     *Node
	problems diag.List
	bad      []string // tables whose own key is wrong; what is in them is not reported again
}

func (p *parser) problem(key, hint, format string, args ...any) {
	at := p.layer.Pos(key)
	if dot := strings.LastIndexByte(key, '.'); at.Line == 0 && dot > 0 {
		at = p.layer.Pos(key[:dot]) // the library has no place for an empty key
	}
	p.problems.Add(at, hint, format, args...)
}

func (p *parser) keys(md toml.MetaData, tree map[string]any) {
	folded := map[string]string{} // a key's lower-case form to the key
	for _, path := range md.Keys() {
		key := strings.Join(path, ".")
		if other, ok := folded[strings.ToLower(key)]; ok && other != key {
			p.problem(key, fmt.Sprintf("remove one of them; the other is at %v", p.layer.Pos(other)), "%s and %s differ only in case", key, other)
			continue
		}
		folded[strings.ToLower(key)] = key
		if node := p.find(path); node != nil {
			p.value(node, key, lookup(tree, path))
		}
	}
}

// find returns the node of path, or nil after it reported why there is none.
func (p *parser) find(path []string) *Node {
	node := p.root
	for i, name := range path {
		key := strings.Join(path[:i+1], ".")
		if p.isBad(key) {
			return nil
		}
		if wrong, hint := p.wrongName(node, key, name); wrong != "" {
			p.bad = append(p.bad, key)
			p.problem(key, hint, "%s", wrong)
			return nil
		}
		node = node.child(name)
	}
	return node
}

func (p *parser) isBad(key string) bool {
	for _, b := range p.bad {
		if key == b {
			return true
		}
	}
	return false
}

// wrongName says why name cannot stand in the table parent, and a hint.
func (p *parser) wrongName(parent *Node, key, name string) (wrong, hint string) {
	switch {
	case parent.leaf():
		return fmt.Sprintf("%s is a table", strings.TrimSuffix(key, "."+name)), "want " + parent.wants()
	case parent.Elem != nil:
		return parent.is(name)
	case parent.Fields[name] == nil:
		return fmt.Sprintf("unknown key %q", key), p.suggest(parent, key, name)
	case parent.Fields[name].ProfileOnly && !p.layer.isProfile():
		return fmt.Sprintf("only a profile says its %s, a layer does not", key), ""
	}
	return "", ""
}

func (p *parser) suggest(parent *Node, key, name string) string {
	prefix := strings.TrimSuffix(key, name)
	var full []string
	for _, n := range parent.names() {
		full = append(full, prefix+n)
	}
	return diag.DidYouMean(key, full)
}

func lookup(tree map[string]any, path []string) any {
	var v any = tree
	for _, name := range path {
		table, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = table[name]
	}
	return v
}

// value checks the value at key and adds it to the layer when it is a leaf.
func (p *parser) value(n *Node, key string, data any) {
	if table, isTable := data.(map[string]any); isTable || !n.leaf() {
		if !isTable || n.leaf() {
			p.bad = append(p.bad, key)
			p.problem(key, "want "+n.wants(), "%s is %s", key, typeName(data))
		} else if len(table) == 0 && n.Fields == nil {
			return
		}
		return
	}
	leaf, wrong, hint := p.leaf(n, key, data)
	if wrong != "" {
		p.problem(key, hint, "%s: %s", key, wrong)
		return
	}
	p.layer.Values = append(p.layer.Values, Value{key, leaf})
}

// leaf turns data into the Go type of n, or says what is wrong with it.
func (p *parser) leaf(n *Node, key string, data any) (leaf any, wrong, hint string) {
	if n.Type == valueType {
		text := ""
		if i, ok := data.(int64); ok {
			text = p.number(key, i)
		}
		v, err := kconfig.FromTOML(data, text)
		if err != nil {
			return nil, err.Error(), "want " + n.wants()
		}
		return v, "", ""
	}
	switch n.Type.Kind() {
	case reflect.Int:
		if i, ok := data.(int64); ok {
			return p.integer(key, int(i))
		}
	case reflect.String:
		if s, ok := data.(string); ok {
			return p.texts(n, []string{s}, func(l []string) any { return l[0] })
		}
	case reflect.Slice:
		if list, ok := stringList(data); ok {
			return p.texts(n, list, func(l []string) any { return l })
		}
		if s, ok := data.(string); ok {
			list, err := splitWords(s)
			if err != nil {
				return nil, err.Error(), "a list says it plainly"
			}
			return p.texts(n, list, func(l []string) any { return l })
		}
	}
	return nil, "is " + typeName(data), "want " + n.wants()
}

// number returns the text of an integer: as the file writes it, which is looked
// up only in a file that may hold one that is not decimal.
func (p *parser) number(key string, i int64) string {
	for _, prefix := range []string{"0x", "0o", "0b"} {
		if strings.Contains(p.layer.source, prefix) {
			return p.layer.number(key)
		}
	}
	return strconv.FormatInt(i, 10)
}

func (p *parser) integer(key string, i int) (leaf any, wrong, hint string) {
	switch {
	case key == "format" && i != Format:
		return nil, fmt.Sprintf("this program reads format %d, not %d", Format, i), ""
	case i < 0:
		return nil, fmt.Sprintf("%d is negative", i), ""
	}
	return i, "", ""
}

// texts checks each text of a leaf and returns what as makes of them.
func (p *parser) texts(n *Node, list []string, as func([]string) any) (leaf any, wrong, hint string) {
	inherited := false
	for _, s := range list {
		if strings.ContainsAny(s, "\n\r\x00") {
			return nil, fmt.Sprintf("%q holds a line break or a NUL", s), "one line each"
		}
		if s == Inherit && n.Type.Kind() == reflect.Slice {
			if inherited {
				return nil, fmt.Sprintf("%q stands in the list twice", Inherit), ""
			}
			inherited = true
			continue
		}
		if wrong, hint := n.is(s); wrong != "" {
			return nil, wrong, hint
		}
	}
	return as(list), "", ""
}

// Inherit is the element that a list of a later layer has in the place where
// the lower layer's list belongs.
const Inherit = "inherit"

func stringList(data any) ([]string, bool) {
	list, ok := data.([]any)
	if !ok {
		return nil, false
	}
	texts := make([]string, len(list))
	for i, e := range list {
		if texts[i], ok = e.(string); !ok {
			return nil, false
		}
	}
	return texts, true
}

// splitWords splits a string that stands for a list as a shell would, without
// expanding anything.
func splitWords(s string) ([]string, error) {
	parser := shellwords.NewParser()
	parser.ParseEnv, parser.ParseBacktick = false, false
	list, err := parser.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("%q cannot be split into words", s)
	}
	// The library stops at an operator of the shell and tells only its place.
	if parser.Position >= 0 && parser.Position < len(s) {
		return nil, fmt.Errorf("%q holds the shell operator %q outside quotes", s, s[parser.Position])
	}
	return list, nil
}

func typeName(data any) string {
	switch data := data.(type) {
	case bool:
		return "a boolean"
	case int64:
		return "an integer"
	case float64:
		return "a floating-point number"
	case string:
		return "a string"
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "an array of tables"
	case []any:
		if _, ok := stringList(data); ok {
			return "a list of strings"
		}
		return "a list"
	}
	return "a date or time"
}
