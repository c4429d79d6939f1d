// SPDX-License-Identifier: Apache-2.0

package tree

// calc works out the value of a symbol, once.
func (st *State) calc(s *Symbol) *Value {
	v := st.reset[s]
	switch {
	case v == nil && st.before != nil:
		return st.before.calc(s)
	case v == nil:
		v = &st.values[s.id]
	}
	if v.valid {
		return v
	}
	v.valid = true
	if s.Type == Unknown || s.Const {
		st.constant(s, v)
		return v
	}
	v.Tri, v.Text, v.Written = No, "", false
	if st.tree.rules.Zero {
		v.Text = map[Type]string{Int: "0", Hex: "0x0"}[s.Type]
	}
	empty := v.Text
	st.visibility(s, v)
	v.Written = v.Visible != No
	v.Tri, v.Text = No, empty
	switch st.typeOf(s) {
	case Bool, Tristate:
		v.Tri = st.tristate(s, v)
	default:
		v.Text = st.text(s, v)
	}
	if s.IsChoice && !st.tree.rules.FirstY && v.Tri == Yes {
		st.choose(s, v)
	}
	st.clamp(s, v)
	if s == st.tree.Modules {
		st.modules = v.Tri
	}
	if s.IsChoice {
		for _, m := range s.Members {
			if x := &st.values[m.id]; v.Written && x.Visible != No {
				x.Written = true
			}
		}
		v.Written = false
	}
	return v
}

func (st *State) constant(s *Symbol, v *Value) {
	v.Text = s.Name
	switch {
	case s.Name == unknown:
		v.Tri = st.guess
		v.Text = map[Tri]string{No: "0", Yes: "999999"}[st.guess]
	case s.Const && s.Type == Tristate:
		v.Tri = map[string]Tri{"y": Yes, "m": Mod}[s.Name]
	}
}

// visibility works out the bounds of a symbol's value.
func (st *State) visibility(s *Symbol, v *Value) {
	visible := No
	for _, p := range s.Prompts {
		x := st.Eval(p.Cond)
		if x == Mod && s.Type == Tristate && s.Choice != nil && !st.tree.rules.FirstY && st.values[s.Choice.id].Tri == Yes {
			x = No
		}
		visible = max(visible, x)
	}
	if visible == Mod && (s.Type != Tristate || st.modules == No) {
		visible = Yes
	}
	v.Visible = visible
	if s.Choice != nil {
		return
	}
	v.DirDep = Yes
	if len(s.dirDep) > 0 {
		v.DirDep = No
		for _, d := range s.dirDep {
			v.DirDep = max(v.DirDep, st.Eval(d))
		}
	}
	v.Selected = st.reverse(s.SelectedBy)
	if s.rootRev != nil {
		v.Selected = max(v.Selected, st.Eval(s.rootRev))
	}
	v.Implied = st.reverse(s.ImpliedBy)
	if st.typeOf(s) == Bool {
		for _, t := range []*Tri{&v.DirDep, &v.Selected, &v.Implied} {
			if *t == Mod {
				*t = Yes
			}
		}
	}
}

// reverse returns the most that selects or implies ask for.
func (st *State) reverse(by []*Property) Tri {
	most := No
	for _, x := range by {
		if most == Yes {
			break
		}
		if t := st.calc(x.Entry.Symbol).Tri; t > most {
			most = max(most, min(t, st.Eval(x.Cond)))
		}
	}
	return most
}

// tristate works out the value of a bool or tristate.
func (st *State) tristate(s *Symbol, v *Value) Tri {
	var t Tri
	switch {
	case s.Choice != nil && st.tree.rules.FirstY:
		st.chooseFirst(s.Choice)
		t = v.Tri
	case s.Choice != nil && v.Visible == Yes:
		if st.calc(s.Choice).chosen == s {
			t = Yes
		}
	default:
		t = max(st.free(s, v), v.Selected)
		if st.tree.rules.Old && max(v.Visible, v.Selected) != No {
			t = max(min(t, v.Visible), v.Selected)
		}
	}
	if t == Mod && st.typeOf(s) == Bool {
		t = Yes
	}
	return t
}

// free returns the value of a symbol before selects have their say.
func (st *State) free(s *Symbol, v *Value) Tri {
	if v.Visible != No && v.Asked {
		return min(v.AskedTri, v.Visible)
	}
	v.Written = v.Written || v.Selected != No
	if s.IsChoice {
		return No
	}
	t := No
	if p, cond := st.fallback(s.Defaults); p != nil {
		t = min(st.Eval(p.Value), cond)
		v.Written = v.Written || t != No
	}
	if v.Implied != No {
		v.Written = true
		t = min(max(t, v.Implied), v.DirDep)
	}
	return t
}

// fallback returns the first property whose condition holds.
func (st *State) fallback(list []*Property) (*Property, Tri) {
	for _, p := range list {
		if cond := st.Eval(p.Cond); cond != No {
			return p, cond
		}
	}
	return nil, No
}

// text works out the value of a number or string.
func (st *State) text(s *Symbol, v *Value) string {
	if v.Visible != No && v.Asked {
		return v.AskedText
	}
	p, _ := st.fallback(s.Defaults)
	if p == nil || p.Value == nil || p.Value.Op != Sym {
		return v.Text
	}
	v.Written = true
	return st.Text(p.Value.A)
}

// Range returns the range that counts now for a number, or nil.
func (st *State) Range(s *Symbol) *Property {
	if s.Type != Int && s.Type != Hex {
		return nil
	}
	p, _ := st.fallback(s.Ranges)
	return p
}

func (st *State) bounds(s *Symbol) (low, high string, ok bool) {
	p := st.Range(s)
	if p == nil {
		return "", "", false
	}
	return st.Text(p.Low), st.Text(p.High), true
}

func (s *Symbol) base() int {
	if s.Type == Hex {
		return 16
	}
	return 10
}

// clamp moves a number into its range.
func (st *State) clamp(s *Symbol, v *Value) {
	low, high, ok := st.bounds(s)
	if !ok {
		return
	}
	switch x := leading(v.Text, s.base()); {
	case x < leading(low, s.base()):
		v.Text = low
	case x > leading(high, s.base()):
		v.Text = high
	}
}

// InRange tells whether a text is a possible value of a number or string now.
func (st *State) InRange(s *Symbol, text string) bool {
	if !validText(s.Type, text) {
		return false
	}
	low, high, ok := st.bounds(s)
	x := leading(text, s.base())
	return !ok || x >= leading(low, s.base()) && x <= leading(high, s.base())
}

// choose finds the member of a choice that is y: that asked for last, else the
// first default that can be seen, else the first member that can.
func (st *State) choose(choice *Symbol, v *Value) {
	for _, m := range choice.Members {
		st.visibility(m, &st.values[m.id])
	}
	v.chosen = v.wanted
	if v.chosen == nil || st.values[v.chosen.id].Visible == No {
		v.chosen = st.chosenByDefault(choice)
	}
	if v.chosen == nil {
		v.Tri = No
	}
}

func (st *State) chosenByDefault(choice *Symbol) *Symbol {
	for _, p := range choice.Defaults {
		if st.Eval(p.Cond) != No && st.values[p.Value.A.id].Visible != No {
			return p.Value.A
		}
	}
	for _, m := range choice.Members {
		if st.values[m.id].Visible != No {
			return m
		}
	}
	return nil
}

// chooseFirst is choose as it is since Linux 6.11, and gives all members their
// values.
func (st *State) chooseFirst(choice *Symbol) {
	chosen := st.first(choice)
	for _, m := range choice.Members {
		v := &st.values[m.id]
		if v.Visible == No {
			continue
		}
		v.Tri = No
		if m == chosen {
			v.Tri = Yes
		}
		v.valid, v.Written = true, true
	}
}

func (st *State) first(choice *Symbol) *Symbol {
	order := st.asked[choice]
	for _, m := range choice.Members {
		if !st.values[m.id].Asked {
			order = append(order[:len(order):len(order)], m)
		}
	}
	for _, m := range order {
		v := &st.values[m.id]
		st.visibility(m, v)
		if v.Visible != No && v.Asked && v.AskedTri == Yes {
			// The others' visibility counts for their lines.
			for _, m := range order {
				st.visibility(m, &st.values[m.id])
			}
			return m
		}
	}
	if m := st.chosenByDefault(choice); m != nil && !(st.values[m.id].Asked && st.values[m.id].AskedTri == No) {
		return m
	}
	for _, m := range choice.Members {
		if v := &st.values[m.id]; v.Visible != No && !v.Asked {
			return m
		}
	}
	for i := len(order) - 1; i >= 0; i-- {
		if st.values[order[i].id].Visible != No {
			return order[i]
		}
	}
	return nil
}
