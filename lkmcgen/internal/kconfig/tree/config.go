// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"slices"
	"strings"
)

// A Line is a line of a .config or fragment: a symbol without its prefix, and
// its value as it is written; "n" for "is not set".
type Line struct{ Name, Value string }

// ReadConfig returns the lines of a .config or fragment that say something of a
// symbol with the given prefix ("CONFIG_").
func ReadConfig(text, prefix string) []Line {
	var lines []Line
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, "# "+prefix); ok {
			if name, what, _ := strings.Cut(rest, " "); what == "is not set" {
				lines = append(lines, Line{name, "n"})
			}
			continue
		}
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			if name, value, ok := strings.Cut(rest, "="); ok && !strings.HasPrefix(line, "#") {
				lines = append(lines, Line{name, value})
			}
		}
	}
	return lines
}

// Counting returns the lines that count, of those that name the same symbol: the
// last, as Old says the first.
func (t *Tree) Counting(lines []Line) []Line {
	lines = slices.Clone(lines)
	seen := map[string]bool{}
	again := func(l Line) bool {
		was := seen[l.Name]
		seen[l.Name] = true
		return was
	}
	if t.rules.Old {
		return slices.DeleteFunc(lines, again)
	}
	slices.Reverse(lines)
	lines = slices.DeleteFunc(lines, again)
	slices.Reverse(lines)
	return lines
}

// String returns the line as a .config has it, without a prefix.
func (l Line) String() string {
	if l.Value == "n" {
		return "# " + l.Name + " is not set"
	}
	return l.Name + "=" + l.Value
}

// Olddefconfig returns what comes of lines, read in their order, with defaults
// for the rest. guess stands for what nobody knows.
func (t *Tree) Olddefconfig(lines []Line, guess Tri) *State {
	st := t.newState(guess)
	st.read(lines)
	return st.settle()
}

// Allnoconfig returns what comes of lines when all that can be n is n.
func (t *Tree) Allnoconfig(lines []Line, guess Tri) *State {
	st := t.newState(guess)
	st.read(lines)
	for _, s := range t.all {
		v := &st.values[s.id]
		if (s.Type == Bool || s.Type == Tristate) && !v.Asked && !s.Const && !(t.rules.FirstY && s.Choice != nil) {
			v.Asked, v.AskedTri = true, No
		}
	}
	return st.settle()
}

func (t *Tree) newState(guess Tri) *State {
	return &State{tree: t, values: make([]Value, len(t.all)), guess: guess, asked: map[*Symbol][]*Symbol{}}
}

// settle finds the numbers that count as not asked for, and returns the state
// with them. What is worked out from such a number is worked out as if it were
// asked for.
func (st *State) settle() *State {
	st.calc(st.tree.Modules)
	if !st.tree.rules.Reset {
		return st
	}
	final := st
	for i := range st.values {
		v, s := &st.values[i], st.tree.all[i]
		if !v.Asked || s.Type != Int && s.Type != Hex || final.InRange(s, v.AskedText) {
			continue
		}
		if final == st {
			final = &State{tree: st.tree, before: st, reset: map[*Symbol]*Value{}}
		}
		final.reset[s] = &Value{}
	}
	return final
}

// read takes the lines for what is asked.
func (st *State) read(lines []Line) {
	for _, s := range st.tree.all {
		if s.IsChoice && !st.tree.rules.FirstY {
			st.values[s.id].Asked = true
		}
	}
	for _, l := range lines {
		s := st.tree.Symbol(l.Name)
		if s == nil {
			continue
		}
		v := &st.values[s.id]
		if v.Asked && st.tree.rules.Old {
			continue
		}
		if ask(s, v, l.Value) && s.Choice != nil {
			st.askMember(s, v)
		}
	}
}

// ask sets what was asked of a symbol, if it can be understood.
func ask(s *Symbol, v *Value, text string) bool {
	switch s.Type {
	case Bool, Tristate:
		switch {
		case text == "":
			return false
		case text[0] == 'm' && s.Type == Tristate:
			v.AskedTri = Mod
		case text[0] == 'y':
			v.AskedTri = Yes
		case text[0] == 'n':
			v.AskedTri = No
		default:
			return false
		}
	case String:
		unquoted, ok := unquote(text)
		if !ok {
			return false
		}
		v.AskedText = unquoted
	case Int, Hex:
		if !validText(s.Type, text) {
			return false
		}
		v.AskedText = text
	default:
		return true
	}
	v.Asked = true
	return true
}

// unquote reads a string as a .config has it.
func unquote(text string) (string, bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", false
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return b.String(), true
		case '\\':
			if i++; i < len(text) {
				b.WriteByte(text[i])
			}
		default:
			b.WriteByte(text[i])
		}
	}
	return "", false
}

// askMember notes which member of a choice was asked for.
func (st *State) askMember(s *Symbol, v *Value) {
	if st.tree.rules.FirstY {
		list := slices.DeleteFunc(st.asked[s.Choice], func(m *Symbol) bool { return m == s })
		st.asked[s.Choice] = slices.Insert(list, 0, s)
		return
	}
	c := &st.values[s.Choice.id]
	switch {
	case v.AskedTri == Mod && c.AskedTri == Yes:
		c.Asked = false
	case v.AskedTri == Yes && st.tree.rules.Old && c.AskedTri != No:
		c.Asked = false
	case v.AskedTri == Yes:
		c.wanted = s
	}
	c.AskedTri = max(c.AskedTri, v.AskedTri)
}

// Lines returns the .config, line by line in its order.
func (st *State) Lines() []Line {
	var lines []Line
	for _, s := range st.tree.order {
		if st.HasLine(s) && s.Type != Unknown {
			lines = append(lines, Line{strings.TrimPrefix(s.Name, st.tree.rules.Prefix), st.Written(s)})
		}
	}
	return lines
}

// Written returns the value of a symbol as a line of a .config has it.
func (st *State) Written(s *Symbol) string {
	text := st.Text(s)
	if s.Type == Int && text == "" && st.tree.rules.Old {
		return "0"
	}
	if s.Type == String {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	}
	return text
}

// Merge puts the lines of over on top of base as merge_config.sh does: what base
// says of the same symbols is taken out.
func Merge(base, over []Line) []Line {
	named := map[string]bool{}
	for _, l := range over {
		named[l.Name] = true
	}
	merged := slices.DeleteFunc(slices.Clone(base), func(l Line) bool { return named[l.Name] })
	return append(merged, over...)
}
