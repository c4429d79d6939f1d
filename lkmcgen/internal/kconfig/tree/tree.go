// SPDX-License-Identifier: Apache-2.0

// Package tree reads a project's Kconfig files and tells, as the project's own
// conf does, what .config comes of what is asked for.
//
// The language is that of Documentation/kbuild/kconfig-language.rst, together
// with what BusyBox and Buildroot still have of older ones. Where the text is
// silent, the programs in scripts/kconfig decide: the names of what is computed
// here are theirs.
package tree

import (
	"strings"

	"lkmc/lkmcgen/internal/diag"
)

// A Tri is the value of a bool or tristate: No < Mod < Yes.
type Tri uint8

// The three values.
const (
	No Tri = iota
	Mod
	Yes
)

// String returns n, m or y.
func (t Tri) String() string { return "nmy"[t : t+1] }

// A Type is the type of a symbol.
type Type uint8

// The types of symbols. A symbol that is used but defined nowhere, and a
// constant, has the type Unknown.
const (
	Unknown Type = iota
	Bool
	Tristate
	Int
	Hex
	String
)

// String returns the type as the language writes it.
func (t Type) String() string {
	return [...]string{"unknown", "bool", "tristate", "int", "hex", "string"}[t]
}

// A Symbol is a name with all that the files say of it. A choice is a symbol
// too, mostly without a name.
type Symbol struct {
	Name     string
	Type     Type
	Const    bool // y, m, n, or in quotes
	Macro    string
	IsChoice bool
	Optional bool // of a choice: it may have no member set

	Prompts    []*Property
	Defaults   []*Property
	Ranges     []*Property
	SelectedBy []*Property // by Entry.Symbol of each
	ImpliedBy  []*Property
	Selects    []*Property // what it selects: Target of each
	Implies    []*Property
	Entries    []*Entry // where it is defined, in the order of the files

	Choice  *Symbol   // that it is a member of
	Members []*Symbol // of a choice
	auto    bool      // has no line in a .config
	dirDep  []*Expr   // what each definition depends on; its OR counts
	rootRev *Expr     // of a choice: what keeps it from being n
	id      int
}

// Defined tells whether some file defines the symbol.
func (s *Symbol) Defined() bool { return len(s.Entries) > 0 }

// Unsure tells whether the symbol stands for a test that could not be made.
func (s *Symbol) Unsure() bool { return s.Name == unknown }

// A Property is one line below a definition, with its condition.
type Property struct {
	Pos    diag.Pos
	Entry  *Entry
	Text   string  // of a prompt
	Value  *Expr   // of a default
	Target *Symbol // of a select or imply
	Low    *Symbol // of a range
	High   *Symbol
	If     *Expr // as it stands in the line
	Cond   *Expr // If, and all that the definition depends on
}

// A Dependency is one "depends on" line, the condition of an "if", or a "visible
// if".
type Dependency struct {
	Pos  diag.Pos
	Expr *Expr
}

// A Kind tells what an entry is.
type Kind uint8

// The kinds of entries.
const (
	Config Kind = iota
	Choice
	Menu
	If
	Comment
)

// An Entry is a definition of a symbol, or a block.
type Entry struct {
	Kind    Kind
	Pos     diag.Pos
	Symbol  *Symbol // of a Config or Choice
	Parent  *Entry
	Depends []Dependency
	Visible []Dependency
	Prompt  *Property
	Dep     *Expr // Depends of it and of all that it stands in
	list    []*Entry
	file    string // that was read
}

// A Tree is all that the files of a project say.
type Tree struct {
	Root    *Entry
	Symbols map[string]*Symbol
	Modules *Symbol
	Files   []string // that were read
	rules   Rules
	all     []*Symbol // by id
	order   []*Symbol // in the order of a .config
	consts  map[string]*Symbol
	yes     *Symbol
	mod     *Symbol
	no      *Symbol
	unsure  bool
}

// Rules is what differs between generations of conf.
type Rules struct {
	// FirstY: since Linux 6.11 the member of a choice that was last asked for
	// wins, and one that was refused is not taken by default.
	FirstY bool
	// Zero: since Linux 6.10 a number without a value is 0, not empty.
	Zero bool
	// Reset: before Linux 6.10 a number that is out of its range is not moved into
	// it, but taken for not asked for.
	Reset bool
	// Old: BusyBox has a conf of 2006. It takes the first line of a .config that
	// names a symbol, and writes all symbols.
	Old bool
	// Dollar: there are no macros, as before Linux 4.18. Names of files, which
	// may stand without quotes, hold variables as $NAME.
	Dollar bool
	// Prefix is what each name begins with that a .config has, for a project
	// that has it in its Kconfig files too.
	Prefix string
}

func newTree(rules Rules) *Tree {
	t := &Tree{Symbols: map[string]*Symbol{}, consts: map[string]*Symbol{}, rules: rules}
	t.no, t.mod, t.yes = t.constant("n"), t.constant("m"), t.constant("y")
	for _, s := range []*Symbol{t.no, t.mod, t.yes} {
		s.Type = Tristate
	}
	return t
}

func (t *Tree) add(s *Symbol) *Symbol {
	s.id = len(t.all)
	t.all = append(t.all, s)
	return s
}

// constant returns the constant with the given text.
func (t *Tree) constant(text string) *Symbol {
	s := t.consts[text]
	if s == nil {
		s = t.add(&Symbol{Name: text, Const: true})
		t.consts[text] = s
	}
	return s
}

// symbol returns the symbol of the given name, which may be that of a constant.
func (t *Tree) symbol(name string) *Symbol {
	switch name {
	case "y":
		return t.yes
	case "m":
		return t.mod
	case "n":
		return t.no
	}
	s := t.Symbols[name]
	if s == nil {
		s = t.add(&Symbol{Name: name})
		t.Symbols[name] = s
	}
	return s
}

// Symbol returns the symbol that a .config or a profile calls by the name, which
// has no prefix; nil when no file mentions it.
func (t *Tree) Symbol(name string) *Symbol { return t.Symbols[t.rules.Prefix+name] }

// Plain returns the name of a symbol as Symbol takes it.
func (t *Tree) Plain(s *Symbol) string { return strings.TrimPrefix(s.Name, t.rules.Prefix) }

// Unsure tells whether the files hold a test that could not be made.
func (t *Tree) Unsure() bool { return t.unsure }
