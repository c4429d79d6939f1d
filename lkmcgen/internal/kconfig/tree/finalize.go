// SPDX-License-Identifier: Apache-2.0

package tree

// finalize gives each entry and property the whole of its condition.
func (t *Tree) finalize() {
	if t.Modules == nil {
		t.Modules = t.no
	}
	t.block(t.Root)
	t.number(t.Root, make([]bool, len(t.all)))
}

// block hands down to the entries of a block what it depends on.
func (t *Tree) block(b *Entry) {
	dep := b.Dep
	if b.Kind == Choice {
		t.typeMembers(b)
		if !t.rules.FirstY {
			// The choice's own value bounds that of its members.
			dep = &Expr{A: b.Symbol}
		}
	}
	for _, e := range b.list {
		e.Dep = dep
		for _, d := range e.Depends {
			e.Dep = and(e.Dep, t.rewriteM(d.Expr))
		}
		t.properties(e)
	}
	for _, e := range b.list {
		if len(e.list) > 0 || e.Kind != Config {
			t.block(e)
		}
	}
	if b.Kind == Choice {
		t.members(b.Symbol, b)
		t.requireChoice(b)
	}
}

// typeMembers gives a choice the type of its first member, and members without
// a type that of the choice.
func (t *Tree) typeMembers(b *Entry) {
	s := b.Symbol
	if t.rules.FirstY {
		s.Type = Bool
	}
	for _, e := range b.list {
		if s.Type == Unknown && e.Symbol != nil {
			s.Type = e.Symbol.Type
		}
	}
	for _, e := range b.list {
		if e.Symbol != nil && e.Symbol.Type == Unknown {
			e.Symbol.Type = s.Type
		}
	}
}

// properties completes the conditions of what an entry says.
func (t *Tree) properties(e *Entry) {
	if x := e.Prompt; x != nil {
		x.Cond = and(e.Dep, t.rewriteM(and(x.If, visibility(e))))
	}
	s := e.Symbol
	if s == nil {
		return
	}
	if e.Kind == Config && e.Dep != nil {
		s.dirDep = append(s.dirDep, e.Dep)
	}
	for _, list := range [][]*Property{s.Defaults, s.Ranges, s.Selects, s.Implies, s.Prompts} {
		for _, x := range list {
			if x.Entry == e && x != e.Prompt {
				x.Cond = and(e.Dep, t.rewriteM(x.If))
			}
		}
	}
}

// visibility returns what the menus around an entry ask before they show it.
func visibility(e *Entry) *Expr {
	var all *Expr
	for b := e.Parent; b != nil; b = b.Parent {
		for _, v := range b.Visible {
			all = and(all, v.Expr)
		}
	}
	return all
}

// members makes the entries of a choice its members, and those of ifs in it. A
// symbol that depends on the one before it would stand in a menu below that one,
// so it is no member.
func (t *Tree) members(choice *Symbol, b *Entry) {
	var above *Symbol
	for _, e := range b.list {
		switch {
		case e.Kind == If:
			t.members(choice, e)
		case e.Kind != Config || e.Symbol.Choice != nil:
		case above != nil && !t.rules.FirstY && e.Prompt != nil && e.Prompt.Cond.impliesSymbol(t, above):
		case t.rules.FirstY && len(e.Symbol.Prompts) == 0:
		default:
			above = e.Symbol
			t.member(choice, e)
		}
	}
}

func (t *Tree) member(choice *Symbol, e *Entry) {
	e.Symbol.Choice = choice
	choice.Members = append(choice.Members, e.Symbol)
	if choice.Type != Tristate || e.Symbol.Type == Tristate {
		return
	}
	// A bool of a tristate choice is there only when the choice is y.
	isY := &Expr{Op: Equal, A: choice, B: t.yes}
	for _, list := range [][]*Property{e.Symbol.Prompts, e.Symbol.Defaults, e.Symbol.Selects} {
		for _, x := range list {
			if x.Entry == e {
				x.Cond = and(isY, x.Cond)
			}
		}
	}
}

// requireChoice keeps a choice that can be made from being n.
func (t *Tree) requireChoice(b *Entry) {
	if b.Prompt != nil && !b.Symbol.Optional {
		x := and(b.Prompt.Cond, &Expr{A: t.mod})
		if b.Symbol.rootRev != nil {
			x = &Expr{Op: Or, X: b.Symbol.rootRev, Y: x}
		}
		b.Symbol.rootRev = x
	}
}

// number collects the symbols in the order in which a .config has them.
func (t *Tree) number(b *Entry, seen []bool) {
	for _, e := range b.list {
		if s := e.Symbol; s != nil && !s.IsChoice && !seen[s.id] {
			seen[s.id] = true
			t.order = append(t.order, s)
		}
		t.number(e, seen)
	}
}
