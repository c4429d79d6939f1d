// SPDX-License-Identifier: Apache-2.0

package whynot

import (
	"lkmc/lkmcgen/internal/kconfig/project"
	"lkmc/lkmcgen/internal/kconfig/tree"
)

// Explain tells what comes out, with a fragment, for a symbol of the tree that the
// fragment does not ask for, and why. got is as a .config has it.
func Explain(p *project.Tree, fragment []tree.Line, name string) (got string, steps []Step, err error) {
	final, err := p.Config(fragment, tree.No)
	if err != nil {
		return "", nil, err
	}
	x := &explainer{tree: p, st: final, fragment: fragment, seen: map[*tree.Symbol]bool{}}
	s := p.Symbol(name)
	got = written(p, final, name)
	if p.Unsure() {
		guess, err := p.Config(fragment, tree.Yes)
		if err != nil {
			return "", nil, err
		}
		if written(p, guess, name) != got {
			x.step(place(s), "%s hangs on a test of the compiler that could not be made here", name)
			return "unknown", x.steps, nil
		}
	}
	x.value(s, tri(got))
	return got, x.steps, nil
}

// value tells where the value of a symbol comes from.
func (x *explainer) value(s *tree.Symbol, got tree.Tri) {
	v := x.st.Value(s)
	number := s.Type == tree.Int || s.Type == tree.Hex || s.Type == tree.String
	switch {
	case number && !x.st.HasLine(s):
		x.hidden(s, tree.Yes)
	case number:
		x.defaults(s)
	case got == tree.No && s.Choice != nil && v.Visible != tree.No:
		x.sibling(s)
	case got == tree.No:
		x.below(s, tree.Yes, 0)
	case v.Selected == got:
		x.selectors(s, tree.No)
	case s.Choice != nil:
		x.step(place(s), "it is the member that its choice takes when none else is set")
	default:
		x.defaults(s)
	}
	if len(x.steps) == 0 {
		x.step(place(s), "%s can be set", s.Name)
	}
}
