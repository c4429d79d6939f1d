// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"lkmc/lkmcgen/internal/diag"
)

// A Source is where a project's Kconfig files are.
type Source struct {
	FS    fs.FS
	Top   string // the file to begin with
	Env   map[string]string
	Shell Shell
	Rules Rules
	// Place returns where a line of a file really stands; nil when each stands
	// where it was read.
	Place func(diag.Pos) diag.Pos
}

// maxProblems bounds what is reported of a file that is no Kconfig file.
const maxProblems = 20

// A parser reads files into a tree.
type parser struct {
	src      Source
	tree     *Tree
	macros   *macros
	lex      *lexer
	file     string
	at       int
	open     []string // files that are being read
	block    *Entry   // that the next entries belong to
	entry    *Entry   // that the next options belong to
	promises []promise
	problems diag.List
	stop     bool
}

// Parse reads all files. Its error is a diag.List; the tree holds what was
// understood.
func Parse(src Source) (*Tree, error) {
	later := newAnswers(src.Shell)
	defer later.all.Wait()
	p := parse(src, later)
	if len(p.promises) > 0 && (len(p.problems) > 0 || !p.keep()) {
		later.wait = true
		p = parse(src, later)
	}
	if len(p.problems) == 0 {
		p.tree.finalize()
	}
	return p.tree, p.problems.Err()
}

func parse(src Source, later *answers) *parser {
	p := &parser{src: src, tree: newTree(src.Rules)}
	p.macros = &macros{env: src.Env, later: later, vars: map[string]*variable{}}
	p.macros.fail = func(format string, args ...any) {
		p.at = p.macros.line
		p.problem("", format, args...)
	}
	p.tree.Root = &Entry{Kind: Menu, Pos: diag.Pos{File: src.Top, Line: 1}}
	p.block, p.entry = p.tree.Root, p.tree.Root
	p.source(src.Top)
	return p
}

func (p *parser) pos() diag.Pos {
	at := diag.Pos{File: p.file, Line: p.at}
	if p.src.Place != nil {
		return p.src.Place(at)
	}
	return at
}

func (p *parser) problem(hint, format string, args ...any) {
	if len(p.problems) < maxProblems {
		p.problems.Add(p.pos(), hint, format, args...)
	}
	p.stop = p.stop || len(p.problems) == maxProblems
}

// source reads a file.
func (p *parser) source(name string) {
	name = path.Clean(name)
	for _, open := range p.open {
		if open == name {
			p.problem("", "%s is read while it is being read", name)
			return
		}
	}
	text, err := fs.ReadFile(p.src.FS, name)
	if err != nil {
		p.problem("", "cannot read %s", name)
		return
	}
	p.tree.Files = append(p.tree.Files, name)
	outer := *p
	p.open = append(p.open, name)
	p.file = name
	p.lex = &lexer{text: string(text), macros: p.macros, dollar: p.src.Rules.Dollar}
	p.macros.file = name
	block := p.block
	for !p.stop {
		tokens, assigned, at, ok := p.lex.next()
		if !ok {
			break
		}
		p.at = at
		if assigned != nil {
			p.macros.set(assigned.name, assigned.op, assigned.text)
			continue
		}
		p.statement(&line{tokens: tokens, parser: p})
	}
	if p.block != block && !p.stop {
		p.at = p.block.Pos.Line
		p.problem("", "%s does not end in this file", p.block.Kind)
	}
	p.open, p.file, p.lex, p.at, p.block = outer.open, outer.file, outer.lex, outer.at, block
	p.entry = block
	p.macros.file = p.file
}

// sources reads the files that a source statement names. Relative ones are in
// the folder of the file that says so; optional ones may be missing; a pattern
// stands for all that match.
func (p *parser) sources(name string, relative, optional bool) {
	if relative {
		name = path.Join(path.Dir(p.file), name)
	}
	if strings.ContainsAny(name, "*?[") {
		names, err := fs.Glob(p.src.FS, name)
		if err != nil || len(names) == 0 && !optional {
			p.problem("", "no file matches %s", name)
		}
		for _, name := range names {
			p.source(name)
		}
		return
	}
	if optional {
		if _, err := fs.Stat(p.src.FS, path.Clean(name)); err != nil {
			return
		}
	}
	p.source(name)
}

// String returns the kind as the language writes it.
func (k Kind) String() string {
	return [...]string{"config", "choice", "menu", "if", "comment"}[k]
}

// A line is a statement, cut into tokens.
type line struct {
	tokens []token
	*parser
}

func (l *line) done() bool { return len(l.tokens) == 0 }

// take returns the next token, with answers in their places.
func (l *line) take() token {
	t := l.raw()
	t.text = l.macros.later.settle(t.text)
	return t
}

// raw returns the next token as it was read.
func (l *line) raw() token {
	if l.done() {
		l.problem("", "the line ends too early")
		return token{}
	}
	t := l.tokens[0]
	l.tokens = l.tokens[1:]
	return t
}

// peek tells whether the next token is the given word or operator.
func (l *line) peek(text string) bool {
	return !l.done() && l.tokens[0].kind != quoted && l.tokens[0].text == text
}

func (l *line) accept(text string) bool {
	if !l.peek(text) {
		return false
	}
	l.tokens = l.tokens[1:]
	return true
}

// statement reads a line outside of a help text.
func (p *parser) statement(l *line) {
	t := l.take()
	if t.kind != word {
		l.problem("", "a line does not begin with %q", t.text)
		return
	}
	switch t.text {
	case "config", "menuconfig":
		p.begin(Config, p.tree.symbol(l.take().text))
	case "choice":
		p.openBlock(Choice, p.choice(l))
	case "menu":
		p.openBlock(Menu, nil)
		p.prompt(l.take().text, nil)
	case "if":
		p.openBlock(If, nil)
		p.entry.Depends = append(p.entry.Depends, Dependency{p.pos(), l.expr()})
	case "endchoice", "endmenu", "endif":
		p.end(t.text)
	case "comment":
		p.begin(Comment, nil)
		p.prompt(l.take().text, nil)
	case "mainmenu":
		l.take()
	case "source", "rsource", "osource", "orsource", "gsource", "grsource":
		name := p.expandOld(l.take().text)
		p.sources(name, strings.Contains(t.text, "rs"), strings.HasPrefix(t.text, "o"))
	default:
		p.option(t.text, l)
	}
	if !l.done() && !p.stop {
		l.problem("", "%q stands behind the end of a statement", l.tokens[0].text)
	}
}

// choice returns the symbol of a choice, which may have a name.
func (p *parser) choice(l *line) *Symbol {
	if l.done() {
		return p.tree.add(&Symbol{IsChoice: true})
	}
	name := l.take().text
	for _, s := range p.tree.all {
		if s.IsChoice && s.Name == name {
			return s
		}
	}
	return p.tree.add(&Symbol{Name: name, IsChoice: true})
}

// begin adds an entry to the block.
func (p *parser) begin(kind Kind, s *Symbol) {
	p.entry = &Entry{Kind: kind, Pos: p.pos(), Symbol: s, Parent: p.block, file: p.file}
	p.block.list = append(p.block.list, p.entry)
	if s != nil {
		s.Entries = append(s.Entries, p.entry)
	}
}

func (p *parser) openBlock(kind Kind, s *Symbol) {
	p.begin(kind, s)
	p.block = p.entry
}

func (p *parser) end(word string) {
	if word != "end"+p.block.Kind.String() || p.block == p.tree.Root || p.block.file != p.file {
		p.problem("", "%s ends nothing that began in this file", word)
		return
	}
	p.block = p.block.Parent
	p.entry = p.block
}

// types are the words that give a symbol its type, and those that give it a
// default too.
func typeOf(word string) (t Type, withDefault, ok bool) {
	switch word {
	case "bool", "boolean":
		return Bool, false, true
	case "tristate":
		return Tristate, false, true
	case "int":
		return Int, false, true
	case "hex":
		return Hex, false, true
	case "string":
		return String, false, true
	case "def_bool", "def_boolean":
		return Bool, true, true
	case "def_tristate":
		return Tristate, true, true
	}
	return Unknown, false, false
}

// option reads a line that belongs to the entry before it.
func (p *parser) option(name string, l *line) {
	s := p.entry.Symbol
	if t, withDefault, ok := typeOf(name); ok && s != nil {
		if s.Type == Unknown {
			s.Type = t
		}
		switch {
		case withDefault:
			p.fallback(l)
		case !l.done():
			text := l.take().text
			p.prompt(text, l.condition())
		}
		return
	}
	switch {
	case name == "depends":
		l.accept("on")
		p.entry.Depends = append(p.entry.Depends, Dependency{p.pos(), l.expr()})
	case name == "visible":
		p.entry.Visible = append(p.entry.Visible, Dependency{p.pos(), l.condition()})
	case name == "help" || name == "---help---":
		p.lex.skipHelp()
	case s == nil:
		l.problem("", "unknown statement %q", name)
		l.tokens = nil
	default:
		p.symbolOption(name, s, l)
	}
}

// symbolOption reads a line below a config or choice.
func (p *parser) symbolOption(name string, s *Symbol, l *line) {
	switch name {
	case "prompt":
		text := l.take().text
		p.prompt(text, l.condition())
	case "default":
		p.fallback(l)
	case "select", "imply":
		target := p.tree.symbol(l.take().text)
		x := p.property(l.condition())
		x.Target = target
		if name == "imply" {
			s.Implies = append(s.Implies, x)
			target.ImpliedBy = append(target.ImpliedBy, x)
			break
		}
		s.Selects = append(s.Selects, x)
		target.SelectedBy = append(target.SelectedBy, x)
	case "range":
		low, high := l.operand(), l.operand()
		x := p.property(l.condition())
		x.Low, x.High = low, high
		s.Ranges = append(s.Ranges, x)
	case "modules":
		p.tree.Modules = s
	case "optional":
		s.Optional = true
	case "option":
		p.oldOption(s, l)
	default:
		l.problem("", "unknown statement %q", name)
		l.tokens = nil
	}
}

// oldOption reads "option env=..." and its like, which older trees have.
func (p *parser) oldOption(s *Symbol, l *line) {
	switch name := l.take().text; name {
	case "modules":
		p.tree.Modules = s
	case "env":
		l.accept("=")
		x := p.property(nil)
		x.Value = &Expr{A: p.tree.constant(p.src.Env[l.take().text])}
		s.Defaults = append(s.Defaults, x)
		s.auto = true
	case "defconfig_list", "allnoconfig_y":
	default:
		l.problem("", "unknown option %q", name)
	}
}

var oldReference = regexp.MustCompile(`\$[A-Za-z0-9_]+`)

// expandOld puts the values of the symbols that stand for variables in the place
// of their names, where a tree has no macros.
func (p *parser) expandOld(text string) string {
	if !p.src.Rules.Dollar {
		return text
	}
	return oldReference.ReplaceAllStringFunc(text, func(name string) string {
		if s := p.tree.Symbols[name[1:]]; s != nil && s.auto {
			return s.Defaults[0].Value.A.Name
		}
		return p.src.Env[name[1:]]
	})
}

func (p *parser) property(condition *Expr) *Property {
	return &Property{Pos: p.pos(), Entry: p.entry, If: condition}
}

func (p *parser) prompt(text string, condition *Expr) {
	x := p.property(condition)
	x.Text = strings.TrimLeft(text, " \t")
	p.entry.Prompt = x
	if s := p.entry.Symbol; s != nil {
		s.Prompts = append(s.Prompts, x)
	}
}

func (p *parser) fallback(l *line) {
	value := l.expr()
	x := p.property(l.condition())
	x.Value = value
	p.entry.Symbol.Defaults = append(p.entry.Symbol.Defaults, x)
}

// condition reads "if EXPR", if it is there.
func (l *line) condition() *Expr {
	if !l.accept("if") {
		return nil
	}
	return l.expr()
}

// expr reads an expression: || binds least, ! most.
func (l *line) expr() *Expr {
	x := l.term()
	for l.accept("||") {
		x = &Expr{Op: Or, X: x, Y: l.term()}
	}
	return x
}

func (l *line) term() *Expr {
	x := l.factor()
	for l.accept("&&") {
		x = &Expr{Op: And, X: x, Y: l.factor()}
	}
	return x
}

func (l *line) factor() *Expr {
	switch {
	case l.accept("!"):
		return &Expr{Op: Not, X: l.factor()}
	case l.accept("("):
		x := l.expr()
		if !l.accept(")") {
			l.problem("", "a ) is missing")
			l.tokens = nil
		}
		return x
	}
	a := l.operand()
	for op := Equal; op <= GreaterEqual; op++ {
		if l.accept(op.String()) {
			return &Expr{Op: op, A: a, B: l.operand()}
		}
	}
	return &Expr{Op: Sym, A: a}
}

// operand reads a symbol or a constant.
func (l *line) operand() *Symbol {
	t := l.raw()
	switch {
	case t.kind == operator:
		l.problem("", "%q stands where a symbol should", t.text)
		l.tokens = nil
		return l.tree.no
	case pending.MatchString(t.text):
		s := l.tree.add(&Symbol{Macro: t.macro, Const: true})
		l.promises = append(l.promises, promise{s, t})
		return s
	case strings.Contains(t.text, unknown):
		l.tree.unsure = true
		return l.tree.add(&Symbol{Name: unknown, Macro: t.macro, Const: true})
	case t.macro != "" && (t.text == "y" || t.text == "n"):
		return l.tree.add(&Symbol{Name: t.text, Macro: t.macro, Const: true, Type: Tristate})
	case t.kind == quoted && t.text != "y" && t.text != "m" && t.text != "n":
		return l.tree.constant(t.text)
	}
	return l.tree.symbol(t.text)
}
