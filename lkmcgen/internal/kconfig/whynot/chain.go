// SPDX-License-Identifier: Apache-2.0

package whynot

import (
	"fmt"
	"strings"

	"lkmc/lkmcgen/internal/kconfig/tree"
)

const (
	maxDepth = 8  // of a chain
	maxNamed = 4  // symbols that one sentence names
	maxSteps = 12 // of an explanation
)

// below tells why a symbol is less than want, down to the leaves: symbols that
// someone can set, that nobody can, or that are not there.
func (x *explainer) below(s *tree.Symbol, want tree.Tri, depth int) {
	if x.seen[s] || depth > maxDepth || len(x.steps) >= maxSteps {
		return
	}
	x.seen[s] = true
	v := x.st.Value(s)
	switch {
	case s.Unsure():
		x.step(place(s), "%s could not be tried here", s.Macro)
	case s.Const && s.Macro != "":
		x.macro = true
		x.step(place(s), "%s is %s here", s.Macro, v.Tri)
	case s.Const:
	case s.IsChoice:
		x.hidden(s, want)
	case !s.Defined():
		x.step(place(s), "%s is defined nowhere in what this arch reads", s.Name)
	case len(s.Prompts) > 0 && v.Visible < want:
		x.hiddenAt(s, want, depth)
	case len(s.Prompts) > 0:
		if depth > 0 {
			x.step(place(s), "%s is %s, and can be set", s.Name, v.Tri)
		}
	default:
		x.promptless(s, want, depth)
	}
}

// promptless tells why a symbol that only selects and defaults can set is not.
func (x *explainer) promptless(s *tree.Symbol, want tree.Tri, depth int) {
	var can []string
	for _, p := range s.SelectedBy {
		can = append(can, p.Entry.Symbol.Name)
	}
	for _, p := range s.Defaults {
		if p.Value != nil && p.Value.Op == tree.Sym && p.Value.A.Const && p.Value.A.Macro == "" && p.Value.A.Name == "n" {
			continue
		}
		x.step(p.Pos, "%s has no prompt; by default it is %s%s", s.Name, p.Value, condition(p.Cond))
		x.leaves(p.Value, want, depth)
		x.leaves(p.Cond, want, depth)
		if len(can) == 0 {
			return
		}
	}
	switch {
	case len(can) > 0:
		x.step(place(s), "%s has no prompt; it is selected by %s", s.Name, names(can))
	case len(s.Defaults) == 0:
		x.step(place(s), "%s has no prompt and nothing that this arch reads selects it", s.Name)
	}
}

func condition(e *tree.Expr) string {
	if e == nil {
		return ""
	}
	return " if " + e.String()
}

// names writes a list that may be long.
func names(list []string) string {
	if n := len(list) - maxNamed; n > 1 {
		return strings.Join(list[:maxNamed], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(list, ", ")
}

// hidden tells why no prompt of a symbol can be seen.
func (x *explainer) hidden(s *tree.Symbol, want tree.Tri) { x.hiddenAt(s, want, 0) }

func (x *explainer) hiddenAt(s *tree.Symbol, want tree.Tri, depth int) {
	if len(s.Prompts) == 0 && !s.IsChoice {
		x.step(place(s), "%s has no prompt", s.Name)
		return
	}
	for _, p := range s.Prompts {
		for e := p.Entry; e != nil; e = e.Parent {
			for _, d := range e.Depends {
				x.dependency(s, e, d, "depends on", want, depth)
			}
			if e != p.Entry {
				for _, d := range e.Visible {
					x.dependency(s, e, d, "is visible if", want, depth)
				}
			}
		}
		if p.If != nil {
			x.dependency(s, p.Entry, tree.Dependency{Pos: p.Pos, Expr: p.If}, "has a prompt only if", want, depth)
		}
	}
}

// dependency tells of a condition, if it does not hold.
func (x *explainer) dependency(s *tree.Symbol, e *tree.Entry, d tree.Dependency, what string, want tree.Tri, depth int) {
	if x.st.Eval(d.Expr) >= want || len(x.steps) >= maxSteps || x.told(d.Expr, want) {
		return
	}
	subject := s.Name
	switch {
	case e.Symbol != s && e.Kind == tree.If:
		subject, what = subject+" stands in an if that", "asks for"
	case e.Symbol != s && e.Prompt != nil:
		subject = fmt.Sprintf("%s %q, where %s stands,", e.Kind, e.Prompt.Text, s.Name)
	case s.IsChoice:
		subject = "the choice"
	}
	x.step(d.Pos, "%s %s %s", subject, what, d.Expr)
	x.leaves(d.Expr, want, depth)
}

// told tells whether all that keeps an expression below want was told of before.
func (x *explainer) told(e *tree.Expr, want tree.Tri) bool {
	if e == nil || x.st.Eval(e) >= want {
		return true
	}
	switch e.Op {
	case tree.And, tree.Or:
		return x.told(e.X, want) && x.told(e.Y, want)
	case tree.Sym:
		return x.seen[e.A]
	}
	return false
}

// leaves goes on with the symbols that keep an expression below want.
func (x *explainer) leaves(e *tree.Expr, want tree.Tri, depth int) {
	if e == nil || x.st.Eval(e) >= want {
		return
	}
	switch e.Op {
	case tree.And, tree.Or:
		x.leaves(e.X, want, depth)
		x.leaves(e.Y, want, depth)
	case tree.Sym:
		x.below(e.A, want, depth+1)
	case tree.Not:
		x.on(e.X)
	default:
		if e.Op == tree.Unequal && e.B.Name == "n" {
			x.below(e.A, tree.Mod, depth+1)
		} else if !e.A.Const {
			x.step(place(e.A), "%s is %s", e.A.Name, x.st.Text(e.A))
		}
	}
}

// on names the symbols that make an expression hold that should not.
func (x *explainer) on(e *tree.Expr) {
	switch e.Op {
	case tree.And, tree.Or:
		x.on(e.X)
		x.on(e.Y)
	case tree.Sym:
		if v := x.st.Value(e.A); v.Tri != tree.No && !e.A.Const {
			x.step(place(e.A), "%s is %s", e.A.Name, v.Tri)
			x.selectors(e.A, tree.No)
		}
	}
}
