// SPDX-License-Identifier: Apache-2.0

package whynot

import (
	"fmt"
	"slices"

	"lkmc/lkmcgen/internal/kconfig/tree"
)

const (
	maxFixes  = 60 // of one fragment are looked for
	maxTries  = 6  // plans that are tried for one symbol
	fixDepth  = 10 // symbols that a plan goes through
	dear      = 1000
	notAtAll  = 1 << 20
	maxChoose = 8     // selectors of a symbol that are looked at
	maxVisits = 20000 // of symbols, for a plan
	maxKept   = 3     // symbols that are kept besides
)

// fix finds lines that give a symbol the value that was asked; a smallest set, in
// that without any of them that symbol, or another that is asked for, is lost. Of
// two sets it takes the one that loses less. The hint of the loss says so when
// there are none.
func (x *explainer) fix(s *tree.Symbol, loss *Loss) {
	l := loss.Asked
	if x.noFix {
		loss.Hint = "too much is lost to look for all fixes: mend the first ones and check again"
		return
	}
	if p := x.st.Range(s); p != nil && x.st.Value(s).Visible != tree.No {
		loss.Fix, loss.Hint = x.clamped(s, l, p)
		return
	}
	lines, hint := x.plan(s, l, false)
	if len(lines) == 0 {
		loss.Hint = hint
		if loss.Cause == Selected {
			loss.Or = &tree.Line{Name: l.Name, Value: loss.Got}
		}
		return
	}
	best := x.keep(x.try(lines, l), l)
	if len(best.lost) > 0 {
		lines, _ := x.plan(s, l, true)
		if other := x.try(lines, l); other.holds && other.price() < best.price() {
			best = x.keep(other, l)
		}
	}
	loss.Fix, loss.Loses = best.lines, best.lost
	if x.yields(loss.Fix, l) {
		loss.Or = &tree.Line{Name: l.Name, Value: loss.Got}
	}
}

// A trial is what comes of a fix.
type trial struct {
	lines []tree.Line
	st    *tree.State
	holds bool        // what was lost is there
	lost  []tree.Line // what becomes of the rest of the fragment that is not there, and is without the fix
}

func (t trial) price() int { return len(t.lines) + len(t.lost) }

func (x *explainer) try(lines []tree.Line, l tree.Line) trial {
	fragment := with(x.fragment, lines)
	st, err := x.tree.Config(fragment, tree.No)
	if err != nil {
		return trial{}
	}
	t := trial{lines, st, written(x.tree, st, l.Name) == l.Value, nil}
	asked := x.asked()
	for _, a := range fragment {
		got := written(x.tree, st, a.Name)
		if a.Name != l.Name && written(x.tree, x.st, a.Name) == asked[a.Name] && got != a.Value {
			t.lost = append(t.lost, tree.Line{Name: a.Name, Value: got})
		}
	}
	return t
}

// keep adds to a fix what keeps other symbols, where it then costs less.
func (x *explainer) keep(t trial, l tree.Line) trial {
	if len(t.lost) > maxKept {
		return t
	}
	asked := x.asked()
	for _, lost := range t.lost {
		y := &explainer{tree: x.tree, st: t.st, fragment: with(x.fragment, t.lines)}
		more, _ := y.plan(x.tree.Symbol(lost.Name), tree.Line{Name: lost.Name, Value: asked[lost.Name]}, true)
		if len(more) == 0 {
			continue
		}
		if other := x.try(tree.Merge(t.lines, more), l); other.holds && len(other.lost) < len(t.lost) {
			t = other
		}
	}
	return t
}

// yields tells whether a fix goes against a line below that of the lost symbol: a
// later layer's, which has more to say.
func (x *explainer) yields(fix []tree.Line, l tree.Line) bool {
	below := false
	for _, a := range x.fragment {
		if below && slices.ContainsFunc(fix, func(f tree.Line) bool { return f.Name == a.Name }) {
			return true
		}
		below = below || a.Name == l.Name
	}
	return false
}

// plan finds lines for fix; narrow is one that turns off what selects a symbol
// rather than what the selecting hangs on.
func (x *explainer) plan(s *tree.Symbol, l tree.Line, narrow bool) (lines []tree.Line, hint string) {
	st := x.st
	var plan []tree.Line
	for range maxTries {
		m := &maker{tree: x.tree.Tree, st: st, busy: map[*tree.Symbol]bool{}, asked: x.asked(), narrow: narrow}
		more, cost := m.value(s, l.Value)
		if cost >= notAtAll {
			return nil, "no setting gives it on this arch, with this compiler"
		}
		plan = tree.Merge(plan, more)
		if len(more) == 0 {
			break
		}
		next, err := x.tree.Config(with(x.fragment, plan), tree.No)
		if err != nil {
			return nil, err.Error()
		}
		if written(x.tree, next, l.Name) == l.Value {
			return x.least(plan, l), ""
		}
		if p := next.Range(s); p != nil && !next.InRange(s, l.Value) {
			return nil, fmt.Sprintf("what it depends on can be had, and then it may be %s to %s", next.Text(p.Low), next.Text(p.High))
		}
		st = next
	}
	return nil, "no settings were found that give it"
}

// clamped proposes the nearest value of a range.
func (x *explainer) clamped(s *tree.Symbol, l tree.Line, p *tree.Property) ([]tree.Line, string) {
	st, err := x.tree.Config(x.fragment, tree.No)
	if err != nil {
		return nil, err.Error()
	}
	for _, bound := range []*tree.Symbol{p.Low, p.High} {
		line := tree.Line{Name: x.tree.Plain(s), Value: st.Text(bound)}
		if near(l.Value, st.Text(p.Low), s) == (bound == p.Low) && x.holds(with(x.fragment, []tree.Line{line}), line) {
			return []tree.Line{line}, ""
		}
	}
	return nil, "no value of its range was found that it takes"
}

// near tells whether a number lies below its range.
func near(value, low string, s *tree.Symbol) bool {
	return tree.Leading(value, s) < tree.Leading(low, s)
}

func (x *explainer) holds(fragment []tree.Line, l tree.Line) bool {
	st, err := x.tree.Config(fragment, tree.No)
	return err == nil && written(x.tree, st, l.Name) == l.Value
}

// least leaves out of a plan all that is not needed.
func (x *explainer) least(plan []tree.Line, l tree.Line) []tree.Line {
	for i := len(plan) - 1; i >= 0 && len(plan) > 1; i-- {
		if fewer := slices.Delete(slices.Clone(plan), i, i+1); x.holds(with(x.fragment, fewer), l) {
			plan = fewer
		}
	}
	return plan
}

// with returns a fragment with other lines in it, each in the place of the
// symbol's own, as an edit of a profile puts them.
func with(fragment, over []tree.Line) []tree.Line {
	edited := slices.Clone(fragment)
	for _, l := range over {
		at := slices.IndexFunc(edited, func(old tree.Line) bool { return old.Name == l.Name })
		if at < 0 {
			edited = append(edited, l)
			continue
		}
		edited[at] = l
	}
	return edited
}

func (x *explainer) asked() map[string]string {
	asked := map[string]string{}
	for _, l := range x.fragment {
		asked[l.Name] = l.Value
	}
	return asked
}

// A maker plans which symbols to set so that something holds. Its plans are
// lines and what they cost: a line costs one, to go against what is asked much.
type maker struct {
	tree   *tree.Tree
	st     *tree.State
	asked  map[string]string
	busy   map[*tree.Symbol]bool
	narrow bool // turn off what selects, not what its selecting hangs on
	depth  int
	visits int
}

// set plans to ask for a value.
func (m *maker) set(s *tree.Symbol, value string) ([]tree.Line, int) {
	cost := 1
	if asked, ok := m.asked[m.tree.Plain(s)]; ok && asked != value {
		cost = dear
	}
	return []tree.Line{{Name: m.tree.Plain(s), Value: value}}, cost
}

// value plans to give a symbol a value as a .config has it.
func (m *maker) value(s *tree.Symbol, value string) ([]tree.Line, int) {
	switch {
	case s.Type != tree.Bool && s.Type != tree.Tristate:
		lines, cost := m.expr(prompts(s), tree.Yes)
		own, c := m.set(s, value)
		return join(lines, cost, own, c)
	case value == "n":
		return m.atMost(s, tree.No)
	case value == "m" && m.st.Value(m.tree.Modules).Tri == tree.No:
		lines, cost := m.atLeast(m.tree.Modules, tree.Yes)
		own, c := m.set(s, value)
		return join(lines, cost, own, c)
	}
	return m.atLeast(s, tri(value))
}

// join puts two plans together.
func join(a []tree.Line, costA int, b []tree.Line, costB int) ([]tree.Line, int) {
	if costA >= notAtAll || costB >= notAtAll {
		return nil, notAtAll
	}
	return tree.Merge(a, b), costA + costB
}

// prompts returns what makes a symbol's prompts visible, any of them.
func prompts(s *tree.Symbol) *tree.Expr {
	var any *tree.Expr
	for i, p := range s.Prompts {
		if p.Cond == nil {
			return nil
		}
		if i == 0 {
			any = p.Cond
			continue
		}
		any = &tree.Expr{Op: tree.Or, X: any, Y: p.Cond}
	}
	return any
}

// enter guards against going round in a circle, too deep, or for too long. What
// nobody defines cannot be entered.
func (m *maker) enter(s *tree.Symbol) (leave func(), ok bool) {
	if m.visits++; m.busy[s] || m.depth > fixDepth || m.visits > maxVisits || s.Const || !s.Defined() {
		return nil, false
	}
	m.busy[s] = true
	m.depth++
	return func() { m.busy[s] = false; m.depth-- }, true
}

// atLeast plans to make a symbol t or more.
func (m *maker) atLeast(s *tree.Symbol, t tree.Tri) ([]tree.Line, int) {
	if m.st.Value(s).Tri >= t {
		return nil, 0
	}
	leave, ok := m.enter(s)
	if !ok {
		return nil, notAtAll
	}
	defer leave()
	if s.IsChoice {
		return m.expr(prompts(s), t)
	}
	var best []tree.Line
	least := notAtAll
	offer := func(lines []tree.Line, cost int) {
		if cost < least {
			best, least = lines, cost
		}
	}
	if len(s.Prompts) > 0 {
		offer(m.prompted(s, t))
		if least < dear {
			return best, least
		}
	}
	// To go round what is asked is to go against it.
	against := 0
	if asked, ok := m.asked[m.tree.Plain(s)]; ok && tri(asked) < t {
		against = dear
	}
	// Whoever can set a symbol has set it, if only to what it was: its default has
	// no say.
	for _, p := range s.Defaults {
		if len(s.Prompts) > 0 && least < notAtAll {
			break
		}
		lines, cost := m.expr(p.Cond, t)
		more, c := m.expr(p.Value, t)
		offer(join(lines, cost+against, more, c))
	}
	// So it is to select what depends on something that is not so.
	if m.st.Value(s).DirDep < t {
		against += dear
	}
	for i, p := range s.SelectedBy {
		if i == maxChoose && least < notAtAll {
			break
		}
		lines, cost := m.atLeast(p.Entry.Symbol, t)
		more, c := m.expr(p.Cond, t)
		offer(join(lines, cost+against, more, c))
	}
	return best, least
}

// prompted plans to set a symbol as a user does.
func (m *maker) prompted(s *tree.Symbol, t tree.Tri) ([]tree.Line, int) {
	value := t.String()
	if s.Type == tree.Bool {
		value = "y"
	}
	own, cost := m.set(s, value)
	lines, c := m.expr(prompts(s), t)
	lines, cost = join(lines, c, own, cost)
	if s.Choice == nil {
		return lines, cost
	}
	for _, sibling := range s.Choice.Members {
		if sibling != s && m.asked[m.tree.Plain(sibling)] == "y" {
			off, c := m.set(sibling, "n")
			lines, cost = join(lines, cost, off, c)
		}
	}
	return lines, cost
}

// atMost plans to make a symbol t or less.
func (m *maker) atMost(s *tree.Symbol, t tree.Tri) ([]tree.Line, int) {
	v := m.st.Value(s)
	if v.Tri <= t {
		return nil, 0
	}
	leave, ok := m.enter(s)
	if !ok {
		return nil, notAtAll
	}
	defer leave()
	var lines []tree.Line
	cost := 0
	for _, p := range s.SelectedBy {
		by := p.Entry.Symbol
		if min(m.st.Value(by).Tri, m.st.Eval(p.Cond)) <= t {
			continue
		}
		off, c := m.atMost(by, t)
		if other, d := m.not(p.Cond, t); d < c && (!m.narrow || c >= notAtAll) {
			off, c = other, d
		}
		lines, cost = join(lines, cost, off, c)
	}
	if len(s.Prompts) == 0 || s.IsChoice {
		for _, p := range s.Defaults {
			if min(m.st.Eval(p.Cond), m.st.Eval(p.Value)) > t {
				off, c := m.not(p.Cond, t)
				if other, d := m.not(p.Value, t); d < c {
					off, c = other, d
				}
				lines, cost = join(lines, cost, off, c)
			}
		}
		return lines, cost
	}
	if s.Choice != nil {
		return m.another(s)
	}
	own, c := m.set(s, t.String())
	lines, cost = join(lines, cost, own, c)
	show, c := m.expr(prompts(s), tree.Mod)
	return join(show, c, lines, cost)
}

// another plans to set another member of a choice.
func (m *maker) another(s *tree.Symbol) ([]tree.Line, int) {
	var best []tree.Line
	least := notAtAll
	for _, sibling := range s.Choice.Members {
		if sibling == s || m.asked[m.tree.Plain(sibling)] == "n" {
			continue
		}
		lines, cost := m.expr(prompts(sibling), tree.Yes)
		own, c := m.set(sibling, "y")
		if lines, cost = join(lines, cost, own, c); cost < least {
			best, least = lines, cost
		}
	}
	if m.asked[m.tree.Plain(s)] == "y" {
		off, c := m.set(s, "n")
		return join(best, least, off, c)
	}
	return best, least
}

// expr plans to make an expression t or more.
func (m *maker) expr(e *tree.Expr, t tree.Tri) ([]tree.Line, int) {
	if e == nil || m.st.Eval(e) >= t {
		return nil, 0
	}
	switch e.Op {
	case tree.And:
		lines, cost := m.expr(e.X, t)
		if cost >= notAtAll {
			return nil, cost
		}
		more, c := m.expr(e.Y, t)
		return join(lines, cost, more, c)
	case tree.Or:
		lines, cost := m.expr(e.X, t)
		if other, c := m.expr(e.Y, t); c < cost {
			return other, c
		}
		return lines, cost
	case tree.Not:
		return m.not(e.X, tree.Yes-t)
	case tree.Sym:
		return m.atLeast(e.A, t)
	}
	return m.comparison(e, t)
}

// comparison plans to make a comparison hold.
func (m *maker) comparison(e *tree.Expr, t tree.Tri) ([]tree.Line, int) {
	isTri := e.A.Type == tree.Bool || e.A.Type == tree.Tristate
	switch {
	case e.A.Const || !e.B.Const || t == tree.No:
	case e.Op == tree.Equal && isTri:
		return m.value(e.A, e.B.Name)
	case e.Op == tree.Unequal && isTri && e.B.Name == "n":
		return m.atLeast(e.A, tree.Mod)
	case e.Op == tree.Unequal && isTri:
		return m.atMost(e.A, tri(e.B.Name)-1)
	}
	return nil, notAtAll
}

// not plans to make an expression t or less.
func (m *maker) not(e *tree.Expr, t tree.Tri) ([]tree.Line, int) {
	if m.st.Eval(e) <= t {
		return nil, 0
	}
	if e == nil {
		return nil, notAtAll
	}
	switch e.Op {
	case tree.And:
		lines, cost := m.not(e.X, t)
		if other, c := m.not(e.Y, t); c < cost {
			return other, c
		}
		return lines, cost
	case tree.Or:
		lines, cost := m.not(e.X, t)
		more, c := m.not(e.Y, t)
		return join(lines, cost, more, c)
	case tree.Not:
		return m.expr(e.X, tree.Yes-t)
	case tree.Sym:
		return m.atMost(e.A, t)
	}
	return nil, notAtAll
}
