// SPDX-License-Identifier: Apache-2.0

package resolve

import (
	"fmt"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
)

// A Capability tells whether something works. Why says why not or, of what
// works, what limits it; Where finds the place of what says so, which takes reading
// its layer again. Both are empty of what works without limit.
type Capability struct {
	Can   bool
	Why   string
	Where func() diag.Pos
}

// Unlimited tells whether it works, and nothing limits it.
func (c Capability) Unlimited() bool { return c.Can && c.Why == "" }

// Pos returns the place of what says so.
func (c Capability) Pos() diag.Pos {
	if c.Where == nil {
		return diag.Pos{}
	}
	return c.Where()
}

// Builds tells whether a builder exists for the profile.
func (p *Profile) Builds(builder string) Capability {
	if why := p.Builders[builder].Unavailable; why != "" {
		return Capability{Why: why, Where: p.where("builders." + builder + ".unavailable")}
	}
	return Capability{Can: true}
}

// Can tells whether an option, whose name may be of another profile, can be given
// to a run of the guest that a builder made.
func (p *Profile) Can(builder, option string) Capability {
	o, key := p.Options[option], "option."+option
	if b := p.Builds(builder); !b.Can {
		return b
	}
	if o.Variable == "" {
		return Capability{Why: "no layer of the profile has it"}
	}
	if o.Unavailable != "" {
		return Capability{Why: o.Unavailable, Where: p.where(key + ".unavailable")}
	}
	if len(o.Builders) > 0 && !slices.Contains(o.Builders, builder) {
		return Capability{Why: "only with the builder " + strings.Join(o.Builders, " or "), Where: p.where(key + ".builders")}
	}
	if c := p.Kernel(builder, option); !c.Can {
		return c
	}
	for _, other := range o.Requires {
		if c := p.Can(builder, other); !c.Can {
			return Capability{Why: "needs " + p.Options[other].Variable + ": " + c.Why, Where: c.Where}
		}
	}
	return p.limit(key)
}

// Kernel tells whether the kernel that a builder makes has the symbols that an
// option needs. What is not said of a ready-made one it is taken to have.
func (p *Profile) Kernel(builder, option string) Capability {
	for _, symbol := range p.Options[option].Symbols {
		if c := p.hasSymbol(builder, symbol); !c.Can {
			return c
		}
	}
	return Capability{Can: true}
}

func (p *Profile) hasSymbol(builder, symbol string) Capability {
	b := p.Builders[builder]
	asked := p.Settings.Get("linux.config." + symbol)
	switch {
	case slices.Contains(b.Lacks, symbol):
		return Capability{Why: "its kernel has no " + symbol, Where: p.where("builders." + builder + ".lacks")}
	case len(b.Debian)+len(b.Ubuntu) > 0: // ready-made, whatever the profile asks for
		return Capability{Can: true}
	case asked == nil:
		return Capability{Why: "no layer asks for " + symbol}
	case asked.Data == kconfig.Value{Kind: kconfig.Tristate, Text: "n"}:
		return Capability{Why: fmt.Sprintf("%s turns %s off", asked.From.File, symbol), Where: asked.Pos}
	}
	return Capability{Can: true}
}

func (p *Profile) where(key string) func() diag.Pos {
	return func() diag.Pos { return p.at(key) }
}

// limit returns what a layer made of the values that an option of a lower one
// has.
func (p *Profile) limit(key string) Capability {
	s := p.Settings.Get(key + ".expects")
	if s == nil || s.Over == nil {
		return Capability{Can: true}
	}
	return Capability{Can: true, Why: "want " + s.Data.(string), Where: s.Pos}
}
