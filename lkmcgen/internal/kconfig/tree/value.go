// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"strconv"
	"strings"
)

// A Value is what a state knows of a symbol. Text is the value of a number or
// string without quotes, Tri that of the others.
type Value struct {
	Tri  Tri
	Text string

	Visible  Tri // as far as a prompt lets a user set it
	DirDep   Tri // the most that "depends on" allows
	Selected Tri // the least that selects ask for
	Implied  Tri
	Written  bool // has a line in the .config

	Asked     bool // the .config that was read has it
	AskedTri  Tri
	AskedText string

	chosen *Symbol // of a choice
	wanted *Symbol // of a choice: the member asked for
	valid  bool
}

// A State is the values that come of what was asked for. Each is worked out when
// it is wanted first, so a state is for one goroutine.
type State struct {
	tree    *Tree
	values  []Value
	modules Tri
	guess   Tri                   // of what nobody knows
	asked   map[*Symbol][]*Symbol // choice to members, that asked for last first

	before *State             // has the values of all but those that are reset
	reset  map[*Symbol]*Value // numbers that count as not asked for
}

// Value returns what the state knows of a symbol.
func (st *State) Value(s *Symbol) *Value { return st.calc(s) }

// typeOf returns the symbol's type as it works out: a tristate without modules
// is a bool.
func (st *State) typeOf(s *Symbol) Type {
	if s.Type == Tristate {
		if !st.tree.rules.FirstY && s.Choice != nil && st.values[s.id].Visible == Yes || st.modules == No {
			return Bool
		}
	}
	return s.Type
}

// Eval returns the value of an expression.
func (st *State) Eval(e *Expr) Tri {
	if e == nil {
		return Yes
	}
	switch e.Op {
	case Sym:
		return st.calc(e.A).Tri
	case Not:
		return Yes - st.Eval(e.X)
	case And:
		x := st.Eval(e.X)
		if x == No {
			return No
		}
		return min(x, st.Eval(e.Y))
	case Or:
		x := st.Eval(e.X)
		if x == Yes {
			return Yes
		}
		return max(x, st.Eval(e.Y))
	}
	return st.compare(e)
}

func (st *State) compare(e *Expr) Tri {
	a, b := st.Text(e.A), st.Text(e.B)
	order := strings.Compare(a, b)
	if e.A.Type != String || e.B.Type != String {
		x, xKind := number(a, e.A.Type)
		y, yKind := number(b, e.B.Type)
		switch {
		case xKind == notNumber || yKind == notNumber:
		case xKind == unsigned || yKind == unsigned:
			order = compare(uint64(x), uint64(y))
		default:
			order = compare(x, y)
		}
	}
	yes := false
	switch e.Op {
	case Equal:
		yes = order == 0
	case Unequal:
		yes = order != 0
	case Less:
		yes = order < 0
	case LessEqual:
		yes = order <= 0
	case Greater:
		yes = order > 0
	case GreaterEqual:
		yes = order >= 0
	}
	if yes {
		return Yes
	}
	return No
}

func compare[T int64 | uint64](x, y T) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

type numberKind uint8

const (
	notNumber numberKind = iota
	signed
	unsigned
)

// number reads a text as a comparison does, by the symbol's type.
func number(text string, t Type) (int64, numberKind) {
	switch t {
	case Bool, Tristate:
		return int64(strings.Index("nmy", text)), signed
	case Hex:
		x, err := strconv.ParseUint(cutHex(text), 16, 64)
		if err != nil {
			return 0, notNumber
		}
		return int64(x), unsigned
	case Int:
		x, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, notNumber
		}
		return x, signed
	}
	if strings.Contains(text, "_") {
		return 0, notNumber
	}
	base := 10
	if digits := cutHex(text); digits != text {
		text, base = digits, 16
	} else if len(text) > 1 && text[0] == '0' {
		base = 8
	}
	x, err := strconv.ParseInt(text, base, 64)
	if err != nil {
		return 0, notNumber
	}
	return x, signed
}

func cutHex(text string) string {
	if len(text) > 2 && (strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X")) {
		return text[2:]
	}
	return text
}

// leading returns the number that a text begins with, as strtoll does.
func leading(text string, base int) int64 {
	if base == 16 {
		text = cutHex(text)
	}
	end := 0
	for end < len(text) {
		if _, err := strconv.ParseInt(text[:end+1], base, 64); err != nil && text[:end+1] != "-" {
			break
		}
		end++
	}
	x, _ := strconv.ParseInt(text[:end], base, 64)
	return x
}

// Leading returns the number that a text begins with, in the base of the
// symbol's type.
func Leading(text string, s *Symbol) int64 { return leading(text, s.base()) }

// HasLine tells whether the .config has a line for the symbol.
func (st *State) HasLine(s *Symbol) bool { return (st.calc(s).Written || st.tree.rules.Old) && !s.auto }

// Text returns the value of a symbol as a .config has it, without quotes.
func (st *State) Text(s *Symbol) string {
	v := st.calc(s)
	if s.Type == Bool || s.Type == Tristate {
		return v.Tri.String()
	}
	return v.Text
}

// validText tells whether a text can be a value of the symbol's type.
func validText(t Type, text string) bool {
	digits := text
	switch t {
	case Int:
		digits = strings.TrimPrefix(text, "-")
		if len(digits) > 1 && digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
			return false
		}
	case Hex:
		digits = cutHex(text)
		if strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
			return false
		}
	default:
		return true
	}
	return digits != ""
}
