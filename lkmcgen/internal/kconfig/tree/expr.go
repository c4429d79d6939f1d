// SPDX-License-Identifier: Apache-2.0

package tree

import "strings"

// An Op is the operator of an expression.
type Op uint8

// The operators. Sym and the comparisons are leaves.
const (
	Sym Op = iota
	Not
	And
	Or
	Equal
	Unequal
	Less
	LessEqual
	Greater
	GreaterEqual
)

func (op Op) String() string {
	return [...]string{"", "!", " && ", " || ", "=", "!=", "<", "<=", ">", ">="}[op]
}

// An Expr is an expression. A nil one is y. Expressions are shared, nobody
// changes one.
type Expr struct {
	Op   Op
	X, Y *Expr   // of Not (X alone), And, Or
	A, B *Symbol // of Sym (A alone) and of comparisons
}

func and(x, y *Expr) *Expr {
	switch {
	case x == nil || x == y:
		return y
	case y == nil:
		return x
	}
	return &Expr{Op: And, X: x, Y: y}
}

// rewriteM makes m && MODULES of each m that stands for itself, so that without
// modules it is n.
func (t *Tree) rewriteM(e *Expr) *Expr {
	if e == nil {
		return nil
	}
	switch e.Op {
	case Not:
		if x := t.rewriteM(e.X); x != e.X {
			return &Expr{Op: Not, X: x}
		}
	case And, Or:
		if x, y := t.rewriteM(e.X), t.rewriteM(e.Y); x != e.X || y != e.Y {
			return &Expr{Op: e.Op, X: x, Y: y}
		}
	case Sym:
		if e.A == t.mod {
			return and(e, &Expr{A: t.Modules})
		}
	}
	return e
}

// String returns the expression as the language writes it.
func (e *Expr) String() string {
	var b strings.Builder
	e.write(&b, 0)
	return b.String()
}

func (e *Expr) write(b *strings.Builder, within Op) {
	switch {
	case e == nil:
		b.WriteString("y")
	case e.Op == Sym:
		b.WriteString(e.A.text())
	case e.Op == Not:
		b.WriteString("!")
		e.X.write(b, Not)
	case e.Op == And || e.Op == Or:
		paren := within == Not || within == And && e.Op == Or
		if paren {
			b.WriteString("(")
		}
		e.X.write(b, e.Op)
		b.WriteString(e.Op.String())
		e.Y.write(b, e.Op)
		if paren {
			b.WriteString(")")
		}
	default:
		b.WriteString(e.A.text() + e.Op.String() + e.B.text())
	}
}

// text returns a symbol as an expression writes it.
func (s *Symbol) text() string {
	switch {
	case s.IsChoice:
		return "<choice>"
	case s.Macro != "":
		return s.Macro
	case s.Const && s.Type == Unknown:
		return `"` + s.Name + `"`
	}
	return s.Name
}

// impliesSymbol tells whether the expression cannot be more than s: s is one of
// its factors.
func (e *Expr) impliesSymbol(t *Tree, s *Symbol) bool {
	if e == nil {
		return false
	}
	switch e.Op {
	case And:
		return e.X.impliesSymbol(t, s) || e.Y.impliesSymbol(t, s)
	case Sym:
		return e.A == s
	case Equal:
		return e.A == s && (e.B == t.yes || e.B == t.mod)
	case Unequal:
		return e.A == s && e.B == t.no
	}
	return false
}
