// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"lkmc/lkmcgen/internal/diag"
)

// newest and oldest are the generations of conf that differ most.
var (
	newest = Rules{FirstY: true, Zero: true}
	oldest = Rules{Reset: true}
)

// noTool is a shell that has echo and no more.
func noTool(command string, _ map[string]string) (string, bool) {
	text, ok := strings.CutPrefix(command, "echo ")
	return text + "\n", ok
}

// source is a tree whose file Kconfig has the given text.
func source(text string, rules Rules) Source {
	return Source{
		FS:    fstest.MapFS{"Kconfig": {Data: []byte(text)}},
		Top:   "Kconfig",
		Env:   map[string]string{"ARCH": "toy"},
		Shell: noTool,
		Rules: rules,
	}
}

func mustParse(t *testing.T, src Source) *Tree {
	t.Helper()
	tree, err := Parse(src)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return tree
}

// config returns a .config, a space between its lines.
func config(lines []Line) string {
	var words []string
	for _, l := range lines {
		words = append(words, l.Name+"="+l.Value)
	}
	return strings.Join(words, " ")
}

func TestOlddefconfig(t *testing.T) {
	const modules = "config MODULES\n\tbool \"m\"\n\tmodules\n"
	const choice = "choice\n\tprompt \"one\"\n\tdefault B\nconfig A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\nendchoice\n"
	for _, test := range []struct {
		name, text, asked, want string
		rules                   Rules
	}{
		{"asked", "config A\n\tbool \"a\"\n", "A=y", "A=y", newest},
		{"not asked", "config A\n\tbool \"a\"\n", "", "A=n", newest},
		{"default", "config A\n\tbool \"a\"\n\tdefault y\n", "", "A=y", newest},
		{"default is overridden", "config A\n\tbool \"a\"\n\tdefault y\n", "A=n", "A=n", newest},
		{"first default counts", "config A\n\tint \"a\"\n\tdefault 1 if B\n\tdefault 2\nconfig B\n\tbool\n", "", "A=2", newest},
		{"no prompt", "config A\n\tbool\n", "A=y", "", newest},
		{"no prompt, default", "config A\n\tdef_bool y\n", "A=n", "A=y", newest},
		{"dependency", "config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tbool \"b\"\n", "A=y", "B=n", newest},
		{"if", "config B\n\tbool \"b\"\nif B\nconfig A\n\tbool \"a\"\nendif\n", "A=y B=y", "B=y A=y", newest},
		{"menu", "config B\n\tbool \"b\"\nmenu \"m\"\n\tdepends on B\nconfig A\n\tbool \"a\"\n\tdefault y\nendmenu\n", "", "B=n", newest},
		{"visible if", "config B\n\tbool \"b\"\nmenu \"m\"\n\tvisible if B\nconfig A\n\tbool \"a\"\n\tdefault y\nendmenu\n", "A=n", "B=n A=y", newest},
		{"prompt if", "config A\n\tbool \"a\" if B\n\tdefault y\nconfig B\n\tbool \"b\"\n", "A=n", "A=y B=n", newest},
		{"select", "config A\n\tbool\nconfig B\n\tbool \"b\"\n\tselect A\n", "B=y", "A=y B=y", newest},
		{"select in spite of a dependency", "config A\n\tbool \"a\"\n\tdepends on C\nconfig B\n\tbool \"b\"\n\tselect A\nconfig C\n\tbool\n", "B=y", "A=y B=y", newest},
		{"imply", "config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\timply A\n", "B=y", "A=y B=y", newest},
		{"imply is overridden", "config A\n\tbool \"a\"\nconfig B\n\tbool \"b\"\n\timply A\n", "B=y A=n", "A=n B=y", newest},
		{"m without modules", modules + "config A\n\ttristate \"a\"\n", "A=m", "MODULES=n A=y", newest},
		{"m with modules", modules + "config A\n\ttristate \"a\"\n", "A=m MODULES=y", "MODULES=y A=m", newest},
		{"m bounds", modules + "config A\n\ttristate \"a\"\nconfig B\n\ttristate \"b\"\n\tdepends on A\n", "A=m MODULES=y B=y", "MODULES=y A=m B=m", newest},
		{"depends on m", modules + "config B\n\ttristate \"b\"\n\tdepends on m\n", "MODULES=y B=y", "MODULES=y B=m", newest},
		{"comparison", "config A\n\tint \"a\"\n\tdefault 9\nconfig B\n\tdef_bool A > 10\nconfig C\n\tdef_bool A < 10\n", "A=010", "A=9 C=y", newest},
		{"hexadecimal", "config A\n\thex \"a\"\nconfig B\n\tdef_bool A >= 0x10\n", "A=0x1f", "A=0x1f B=y", newest},
		{"string", "config A\n\tstring \"a\"\nconfig B\n\tdef_bool A = \"x y\"\n", `A="x y"`, `A="x y" B=y`, newest},
		{"quotes", "config A\n\tstring \"a\"\n", `A="x\"y\\z"`, `A="x\"y\\z"`, newest},
		{"number without a value", "config A\n\tint \"a\"\n", "", "A=0", newest},
		{"number without a value, old", "config A\n\tint \"a\"\n", "", "A=", oldest},
		{"range moves", "config A\n\tint \"a\"\n\trange 1 5\n\tdefault 3\n", "A=9", "A=5", newest},
		{"range resets", "config A\n\tint \"a\"\n\trange 1 5\n\tdefault 3\n", "A=9", "A=3", oldest},
		{"range resets, what hangs on it does not", "config A\n\tint \"a\"\n\trange 1 5\n\tdefault 3\nconfig B\n\tdef_bool A = 5\n", "A=9", "A=3 B=y", oldest},
		{"two ranges reset", "config A\n\tint \"a\"\n\trange 1 5\n\tdefault B\nconfig B\n\tint \"b\"\n\trange 1 5\n\tdefault 4\n", "A=9 B=8", "A=4 B=4", oldest},
		{"choice by default", choice, "", "A=n B=y C=n", newest},
		{"choice asked", choice, "C=y", "A=n B=n C=y", newest},
		{"choice asked twice", choice, "C=y A=y", "A=y B=n C=n", newest},
		{"choice asked twice, old", choice, "C=y A=y", "A=y B=n C=n", oldest},
		{"choice refused", choice, "B=n", "A=y B=n C=n", newest},
		{"choice refused, old", choice, "B=n", "A=n B=y C=n", oldest},
		{"choice below another", strings.Replace(choice, "config C\n\tbool \"c\"\n", "config C\n\tbool \"c\"\n\tdepends on B\n", 1), "C=y", "A=n B=y C=y", oldest},
		{"optional choice, old", strings.Replace(choice, "\tdefault B\n", "\toptional\n", 1), "", "", oldest},
		{"two definitions", "config A\n\tbool \"a\"\n\tdepends on B\nconfig A\n\tbool \"a\"\n\tdepends on C\nconfig B\n\tbool\nconfig C\n\tdef_bool y\n", "A=y", "A=y C=y", newest},
		{"answer that is a name", "config A\n\tdef_bool y\nconfig B\n\tdef_bool $(shell,echo A)\nconfig C\n\tdef_bool $(shell,echo D)\n", "", "A=y B=y", newest},
		{"answer that is nothing", "config A\n\tdef_bool $(shell,echo ) y\n", "", "A=y", newest},
		{"answers that are values", "config M\n\tint\n\tdefault $(shell,echo 7)\nconfig S\n\tstring\n\tdefault \"a $(shell,echo b)\"\nconfig N\n\tdef_bool $(shell,echo n)\nconfig Y\n\tdef_bool $(shell,echo $(shell,echo y))\n", "", "M=7 S=\"a b\" Y=y", newest},
		{"macro", "yes = $(if,$(1),y)\nif = $(shell,echo $(2))\nconfig A\n\tdef_bool $(yes,1)\n", "", "A=y", newest},
		{"immediate macro", "a := 1\nb := $(a)\na := 2\nc = $(a)\nconfig A\n\tint\n\tdefault $(b)$(c)\na := 3\n", "", "A=12", newest},
		{"appended macro", "a = 1\na += 2\nconfig A\n\tstring\n\tdefault \"$(a)\"\n", "", `A="1 2"`, newest},
		{"environment", "config A\n\tstring\n\tdefault \"$(ARCH)-$(NOT_THERE)\"\n", "", `A="toy-"`, newest},
		{"continued line", "config A\n\tbool \"a\"\n\tdepends on B && \\\n\t\tC\nconfig B\n\tdef_bool y\nconfig C\n\tdef_bool y\n", "A=y", "A=y B=y C=y", newest},
		{"help is text", "config A\n\tbool \"a\"\n\thelp\n\t  config B\n\n\t    bool\n\n\t  endif\nconfig C\n\tdef_bool y\n", "", "A=n C=y", newest},
		{"not", "config A\n\tdef_bool !(B || C)\nconfig B\n\tbool\nconfig C\n\tbool\n", "", "A=y", newest},
		{"symbol that is nowhere", "config A\n\tdef_bool B || C = D\n", "", "", newest},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := mustParse(t, source(test.text, test.rules))
			asked := strings.ReplaceAll(test.asked, " ", "\n")
			if strings.Contains(asked, `"`) {
				asked = test.asked
			}
			if got := config(tree.Olddefconfig(ReadConfig(asked, ""), No).Lines()); got != test.want {
				t.Errorf("Olddefconfig(%s) = %s; want %s", test.asked, got, test.want)
			}
			st := tree.Olddefconfig(ReadConfig(asked, ""), No)
			for _, s := range slices.Backward(tree.all) {
				st.Value(s)
			}
			if got := config(st.Lines()); got != test.want {
				t.Errorf("Olddefconfig(%s), the last symbol worked out first, = %s; want %s", test.asked, got, test.want)
			}
		})
	}
}

// Of lines that name a symbol again one counts, as conf has it.
func TestCounting(t *testing.T) {
	for old, want := range map[bool]string{false: "B=y A=n C=y", true: "A=y B=y C=n"} {
		tree := mustParse(t, source("", Rules{Old: old}))
		if got := config(tree.Counting(ReadConfig("A=y\nB=y\nA=n\nC=n\nC=y\n", ""))); got != want {
			t.Errorf("Counting, old %v: %s; want %s", old, got, want)
		}
	}
}

func TestAllnoconfig(t *testing.T) {
	tree := mustParse(t, source("config A\n\tbool \"a\"\n\tdefault y\nconfig B\n\tbool \"b\"\nconfig C\n\tdef_bool y\n", newest))
	if got, want := config(tree.Allnoconfig(ReadConfig("B=y\n", ""), No).Lines()), "A=n B=y C=y"; got != want {
		t.Errorf("Allnoconfig(B=y) = %s; want %s", got, want)
	}
}

// What a test that cannot be made would decide is neither y nor n.
func TestUnknown(t *testing.T) {
	const text = "config A\n\tdef_bool $(shell,gcc -v)\nconfig B\n\tdef_bool y\nconfig N\n\tint\n\tdefault $(shell,gcc -v)\nconfig C\n\tdef_bool N > 100\n"
	tree := mustParse(t, source(text, newest))
	if !tree.Unsure() {
		t.Error("Unsure() = false; want true")
	}
	for guess, want := range map[Tri]string{No: "B=y N=0", Yes: "A=y B=y N=999999 C=y"} {
		if got := config(tree.Olddefconfig(nil, guess).Lines()); got != want {
			t.Errorf("Olddefconfig with %v = %s; want %s", guess, got, want)
		}
	}
}

func TestSources(t *testing.T) {
	src := source("source \"a/Kconfig\"\nosource \"none\"\nosource \"b/*.x\"\n", newest)
	src.FS = fstest.MapFS{
		"Kconfig":   src.FS.(fstest.MapFS)["Kconfig"],
		"a/Kconfig": {Data: []byte("rsource \"more\"\norsource \"none\"\nconfig A\n\tdef_bool y\n")},
		"a/more":    {Data: []byte("config M\n\tdef_bool y\n")},
		"b/1.x":     {Data: []byte("config B1\n\tdef_bool y\n")},
		"b/2.x":     {Data: []byte("config B2\n\tdef_bool y\n")},
	}
	tree := mustParse(t, src)
	if got, want := config(tree.Olddefconfig(nil, No).Lines()), "M=y A=y B1=y B2=y"; got != want {
		t.Errorf("config = %s; want %s", got, want)
	}
	if got, want := tree.Symbols["M"].Entries[0].Pos, (diag.Pos{File: "a/more", Line: 1}); got != want {
		t.Errorf("M is at %v; want %v", got, want)
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"unknown statement", "config A\n\tbol\n", `Kconfig:2: unknown statement "bol"`},
		{"end of nothing", "endif\n", "Kconfig:1: endif ends nothing that began in this file"},
		{"no end", "if A\nconfig A\n\tbool\n", "Kconfig:1: if does not end in this file"},
		{"missing file", "source \"x\"\n", "Kconfig:1: cannot read x"},
		{"itself", "source \"Kconfig\"\n", "Kconfig:1: Kconfig is read while it is being read"},
		{"expression ends", "config A\n\tbool\n\tdepends on B &&\n", "Kconfig:3: the line ends too early"},
		{"parenthesis", "config A\n\tbool\n\tdepends on (B\n", "Kconfig:3: a ) is missing"},
		{"too much", "config A B\n", `Kconfig:1: "B" stands behind the end of a statement`},
		{"error-if", "$(error-if,y,no compiler)\n", "Kconfig:1: no compiler"},
		{"macro without end", "config A\n\tdefault $(x\n", `Kconfig:2: reference to "x" does not end: missing )`},
		{"macro of itself", "a = $(a)\nconfig A\n\tdefault $(a)\n", "Kconfig:3: macro a is made of itself"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(source(test.text, newest))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Parse = %v; want %s", err, test.want)
			}
		})
	}
}

func TestExprString(t *testing.T) {
	for _, text := range []string{"A && (B || !C) && D=y", "A || B && C", "!(A && B)", `A="x"`, "A<=3"} {
		tree := mustParse(t, source("config X\n\tbool\n\tdepends on "+text+"\n", newest))
		if got := tree.Symbols["X"].Entries[0].Depends[0].Expr.String(); got != text {
			t.Errorf("%s is written %s", text, got)
		}
	}
}

// FuzzParse looks for files that make the reader or the evaluator panic or run
// for ever.
func FuzzParse(f *testing.F) {
	f.Add("config A\n\ttristate \"a\" if B\n\tdepends on C=y || (D && !E)\n\tselect F if m\n\trange 1 0x2\n\thelp\n\t  text\n", "A=m\n# B is not set\n")
	f.Add("choice\n\tprompt \"p\"\n\toptional\nconfig A\n\tbool \"a\"\nif A\nconfig B\n\ttristate \"b\"\nendif\nendchoice\n", "B=y\nA=n\n")
	f.Add("x = $(x,$(1))$(y)\ny := $(shell,echo $(x,1,2))\nmenu \"$(y)\"\n\tvisible if A\nendmenu\nsource \"$(x)\"\n", "")
	f.Add("config A\n\tdef_bool \"\x000\x00\"\nconfig B\n\tdef_bool $(shell,echo \x007\x00)\n", "")
	f.Add("config A\n\tbool\n\tdefault A\n\tselect A\nconfig A\n\tint\n\trange A A\n\tdefault A\n", "A=\"\\\n")
	f.Fuzz(func(t *testing.T, text, asked string) {
		for _, rules := range []Rules{newest, oldest, {Old: true, Dollar: true, Reset: true}} {
			tree, err := Parse(source(text, rules))
			if err != nil {
				continue
			}
			lines := tree.Olddefconfig(ReadConfig(asked, ""), No).Lines()
			tree.Allnoconfig(lines, Yes).Lines()
		}
	})
}
