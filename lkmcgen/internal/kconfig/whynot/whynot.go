// SPDX-License-Identifier: Apache-2.0

// Package whynot tells why a symbol that was asked for is not what comes out,
// and what would make it so.
package whynot

import (
	"fmt"
	"slices"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig/project"
	"lkmc/lkmcgen/internal/kconfig/tree"
)

// A Cause is the kind of a loss.
type Cause string

// The causes.
const (
	Renamed    Cause = "not in this tree"  // nor in another arch's; there may be a name like it
	OtherArch  Cause = "of another arch"   // other Kconfig files of the tree define it
	Dependency Cause = "depends on"        // something that it depends on is not so
	NoPrompt   Cause = "nobody can set it" // it has no prompt; selects and defaults decide
	Sibling    Cause = "choice"            // another member of its choice is set
	Selected   Cause = "selected"          // another symbol wants it
	Default    Cause = "default"           // it cannot be seen, and its default says otherwise
	NoModules  Cause = "no modules"        // m where modules cannot be
	Range      Cause = "range"             // a number out of its range
	WrongType  Cause = "type"              // its type has no such value
	Macro      Cause = "macro"             // a test of the compiler or of the host says no
	Unsure     Cause = "unknown"           // a test could not be made
)

// A Step is a sentence of an explanation, with its place in the tree.
type Step struct {
	At   diag.Pos `json:"-"`
	Text string   `json:"text"`
}

// A Loss is a symbol that does not come out as it was asked for.
type Loss struct {
	Asked tree.Line
	Got   string // as a .config has it; n when the symbol is not there
	Cause Cause
	Steps []Step
	Fix   []tree.Line // what to ask for besides, or instead; it was tried
	Loses []tree.Line // what comes, with the fix, of the rest of the fragment that is lost then
	Or    *tree.Line  // what to ask for if a later line that the fix goes against is to stay
	Hint  string      // when there is no fix
}

// A Report is what comes of a fragment.
type Report struct {
	Final *tree.State
	Lost  []Loss // in the order of the fragment
}

// Check predicts what comes of a fragment and explains each symbol that is lost.
func Check(p *project.Tree, fragment []tree.Line) (*Report, error) {
	final, err := p.Config(fragment, tree.No)
	if err != nil {
		return nil, err
	}
	guess := final
	if p.Unsure() {
		if guess, err = p.Config(fragment, tree.Yes); err != nil {
			return nil, err
		}
	}
	r := &Report{Final: final}
	var unsure []bool
	for _, l := range fragment {
		got := written(p, final, l.Name)
		if differs := written(p, guess, l.Name) != got; differs || got != l.Value {
			r.Lost = append(r.Lost, Loss{Asked: l, Got: got})
			unsure = append(unsure, differs)
		}
	}
	for i := range r.Lost {
		x := &explainer{tree: p, st: final, fragment: fragment, seen: map[*tree.Symbol]bool{}, noFix: i >= maxFixes}
		x.explain(&r.Lost[i], unsure[i])
	}
	return r, nil
}

// written returns the value of a symbol as a .config has it; n when it has none.
func written(p *project.Tree, st *tree.State, name string) string {
	s := p.Symbol(name)
	if s == nil || !s.Defined() || !st.HasLine(s) {
		return "n"
	}
	return st.Written(s)
}

// An explainer explains one loss.
type explainer struct {
	tree     *project.Tree
	st       *tree.State
	fragment []tree.Line
	steps    []Step
	seen     map[*tree.Symbol]bool
	macro    bool // a step ended at a macro
	noFix    bool // is looked for
}

func (x *explainer) step(at diag.Pos, format string, args ...any) {
	x.steps = append(x.steps, Step{at, fmt.Sprintf(format, args...)})
}

// explain tells why a symbol is lost; unsure is one whose value hangs on a test
// that could not be made.
func (x *explainer) explain(loss *Loss, unsure bool) {
	l := loss.Asked
	s := x.tree.Symbol(l.Name)
	switch {
	case s == nil || !s.Defined():
		loss.Cause, loss.Hint = x.missing(l.Name)
	case !fits(s, l.Value):
		loss.Cause = WrongType
		x.step(place(s), "%s is a %s", s.Name, s.Type)
		loss.Hint = wants(s)
	case s.Type == tree.Int || s.Type == tree.Hex || s.Type == tree.String:
		loss.Cause, loss.Hint = x.text(s, l)
	default:
		loss.Cause = x.tristate(s, tri(l.Value), tri(loss.Got))
	}
	if x.macro && loss.Cause == Dependency {
		loss.Cause = Macro
	}
	loss.Steps = x.steps
	switch {
	case unsure:
		loss.Cause, loss.Hint = Unsure, "a test of the compiler could not be made here; install it"
	case loss.Hint == "":
		x.fix(s, loss)
	}
}

// place returns where a symbol is defined first.
func place(s *tree.Symbol) diag.Pos {
	if !s.Defined() {
		return diag.Pos{}
	}
	return s.Entries[0].Pos
}

func tri(text string) tree.Tri {
	switch text {
	case "y":
		return tree.Yes
	case "m":
		return tree.Mod
	}
	return tree.No
}

// fits tells whether a symbol's type has the value.
func fits(s *tree.Symbol, value string) bool {
	isTri := value == "y" || value == "m" || value == "n"
	switch s.Type {
	case tree.Bool:
		return value == "y" || value == "n"
	case tree.Tristate:
		return isTri
	case tree.String:
		return len(value) > 0 && value[0] == '"'
	}
	return !isTri && value != "" && value[0] != '"'
}

// wants says which values a symbol's type has.
func wants(s *tree.Symbol) string {
	return map[tree.Type]string{
		tree.Bool: "want true or false", tree.Tristate: `want true, false or "m"`, tree.String: "want a string",
		tree.Int: "want a number", tree.Hex: "want a number such as 0x1000",
	}[s.Type]
}

// text tells why a number or string is not what was asked.
func (x *explainer) text(s *tree.Symbol, l tree.Line) (Cause, string) {
	if x.st.Value(s).Visible == tree.No {
		x.hidden(s, tree.Yes)
		return Dependency, ""
	}
	if p := x.st.Range(s); p != nil && !x.st.InRange(s, l.Value) {
		x.step(p.Pos, "%s may be %s to %s", s.Name, x.st.Text(p.Low), x.st.Text(p.High))
		return Range, ""
	}
	x.step(place(s), "%s takes no such value", s.Name)
	return WrongType, wants(s)
}

// tristate tells why a symbol is not what was asked.
func (x *explainer) tristate(s *tree.Symbol, asked, got tree.Tri) Cause {
	v := x.st.Value(s)
	switch {
	case asked < got && v.Selected > asked:
		x.selectors(s, asked)
		return Selected
	case asked == tree.Mod && x.st.Value(x.tree.Modules).Tri == tree.No:
		x.step(place(s), "%s can be a module only with %s", s.Name, x.tree.Modules.Name)
		x.below(x.tree.Modules, tree.Yes, 1)
		return NoModules
	case s.Choice != nil && v.Visible != tree.No:
		x.sibling(s)
		return Sibling
	case asked < got:
		x.hidden(s, tree.Yes)
		x.defaults(s)
		return Default
	case len(s.Prompts) == 0:
		x.below(s, asked, 0)
		return NoPrompt
	}
	x.below(s, asked, 0)
	return Dependency
}

// selectors names those that want more of a symbol than was asked.
func (x *explainer) selectors(s *tree.Symbol, asked tree.Tri) {
	for _, p := range s.SelectedBy {
		by := p.Entry.Symbol
		if min(x.st.Value(by).Tri, x.st.Eval(p.Cond)) > asked {
			x.step(p.Pos, "%s, which is %s, selects %s", by.Name, x.st.Value(by).Tri, s.Name)
		}
	}
}

// sibling names the member of the choice that is set instead.
func (x *explainer) sibling(s *tree.Symbol) {
	for _, m := range s.Choice.Members {
		if m == s || x.st.Value(m).Tri != tree.Yes {
			continue
		}
		why := "by default"
		if slices.ContainsFunc(x.fragment, func(l tree.Line) bool { return x.tree.Symbol(l.Name) == m }) {
			why = "as was asked"
		}
		x.step(place(m), "%s is set in the same choice, %s; only one can be", m.Name, why)
		return
	}
	x.step(place(s), "it is the member that its choice takes when none else is set")
}

// defaults names the default that decides about a symbol.
func (x *explainer) defaults(s *tree.Symbol) {
	for _, p := range s.Defaults {
		if x.st.Eval(p.Cond) != tree.No {
			x.step(p.Pos, "its default is %s", p.Value)
			return
		}
	}
	for _, p := range s.ImpliedBy {
		if min(x.st.Value(p.Entry.Symbol).Tri, x.st.Eval(p.Cond)) != tree.No {
			x.step(p.Pos, "%s implies it", p.Entry.Symbol.Name)
		}
	}
}
