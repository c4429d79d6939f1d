// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/resolve"
)

// shellGroup returns the lines of run.sh that put a group of arguments behind
// "$@".
func shellGroup(p *resolve.Profile, g resolve.Group) ([]string, error) {
	return shellCases(p, g, argumentLines)
}

// shellCommandLine returns the lines of run.sh that put a group of words on the
// kernel command line.
func shellCommandLine(p *resolve.Profile, g resolve.Group) ([]string, error) {
	return shellCases(p, g, commandLineLines)
}

// shellCases lays the cases of a group out as one if with its elifs, or as bare
// lines when there is one case without a condition.
func shellCases(p *resolve.Profile, g resolve.Group, lay func(*resolve.Profile, []resolve.Word) ([]string, error)) ([]string, error) {
	var lines []string
	keyword := "if"
	for _, c := range g.Cases {
		body, err := lay(p, c.Words)
		if err != nil {
			return nil, fmt.Errorf("group %s: %w", g.Name, err)
		}
		body = append(preparations(p, c.Words), body...)
		condition := shellCondition(p, c)
		switch {
		case condition != "":
			lines = append(lines, keyword+" "+condition+"; then")
			keyword = "elif"
		case keyword == "if":
			return body, nil
		case len(body) == 0:
			continue
		default:
			lines = append(lines, "else")
		}
		if len(body) == 0 {
			body = []string{":"}
		}
		for _, line := range body {
			lines = append(lines, indentShell(line))
		}
	}
	return append(lines, "fi"), nil
}

// indentShell puts a tab before a line, but not before the inside and the end
// of a here-document.
func indentShell(line string) string {
	return "\t" + strings.ReplaceAll(line, " \\\n\t", " \\\n\t\t")
}

// preparations returns the calls that make what words name: run values that
// are made on demand, and options whose given value is turned into the one to
// use. They see the command so far, and can be called twice.
func preparations(p *resolve.Profile, words []resolve.Word) []string {
	var calls []string
	for _, w := range words {
		for _, part := range w {
			call := resolve.RunValues()[part.Name]
			if o := p.Options[part.Name]; o.Resolve != "" {
				call = o.Resolve + " " + o.Variable + ` "$@"`
			}
			if call != "" && !slices.Contains(calls, call) {
				calls = append(calls, call)
			}
		}
	}
	return calls
}

func shellCondition(p *resolve.Profile, c resolve.Case) string {
	switch {
	case c.Option != "" && p.Options[c.Option].Kind == "flag":
		return fmt.Sprintf(`[ "$%s" = 1 ]`, p.Options[c.Option].Variable)
	case c.Option != "":
		return fmt.Sprintf(`[ -n "$%s" ]`, p.Options[c.Option].Variable)
	case c.Builder != "":
		return fmt.Sprintf(`[ "$BUILDER" = %s ]`, c.Builder)
	}
	return ""
}

// argumentLines returns one `set --` with an option and its value on each line.
// An option of the kind words becomes as many arguments as it has words.
func argumentLines(p *resolve.Profile, words []resolve.Word) ([]string, error) {
	if len(words) == 0 {
		return nil, nil
	}
	if o, ok := soleOption(p, words, "words"); ok {
		return []string{
			`words=$(split ` + o + `)`,
			`while IFS= read -r word; do [ -z "$word" ] || set -- "$@" "${word%.}"; done <<-END`,
			`$words`,
			`END`,
		}, nil
	}
	lines := []string{`set -- "$@"`}
	for i, w := range words {
		word, err := shellExpr(p, w)
		if err != nil {
			return nil, err
		}
		if i == 0 || strings.HasPrefix(w[0].Text, "-") {
			lines = append(lines, word)
		} else {
			lines[len(lines)-1] += " " + word
		}
	}
	if len(lines) == 2 {
		return []string{strings.Join(lines, " ")}, nil
	}
	return []string{strings.Join(lines, " \\\n\t")}, nil
}

func commandLineLines(p *resolve.Profile, words []resolve.Word) ([]string, error) {
	if len(words) == 0 {
		return nil, nil
	}
	line := "append"
	var lines []string
	for _, w := range words {
		if o, ok := soleOption(p, []resolve.Word{w}, "script"); ok {
			parameter, err := shellWord(parameterOf(p, o))
			if err != nil {
				return nil, err
			}
			lines = append(lines, "append_script "+parameter+` "$`+o+`"`)
			continue
		}
		quoted, err := kernelQuoted(w)
		if err != nil {
			return nil, err
		}
		word, err := shellExpr(p, quoted)
		if err != nil {
			return nil, err
		}
		line += " " + word
	}
	if line != "append" {
		lines = append([]string{line}, lines...)
	}
	return lines, nil
}

// kernelQuoted returns w as the kernel command line takes it; only a word that is
// all text can be put in quotes.
func kernelQuoted(w resolve.Word) (resolve.Word, error) {
	quoted := slices.Clone(w)
	for i, part := range w {
		if part.Name != "" {
			continue
		}
		if len(w) > 1 && kernelSplits(part.Text) {
			return nil, fmt.Errorf("%q: a blank and a place in braces cannot be in the same word", part.Text)
		}
		text, err := kernelWord(part.Text)
		if err != nil {
			return nil, err
		}
		quoted[i].Text = text
	}
	return quoted, nil
}

// soleOption returns the variable of the option that is all of words, when it
// is of the given kind.
func soleOption(p *resolve.Profile, words []resolve.Word, kind string) (variable string, ok bool) {
	if len(words) != 1 || len(words[0]) != 1 {
		return "", false
	}
	o, ok := p.Options[words[0][0].Name]
	return o.Variable, ok && o.Kind == kind
}

func parameterOf(p *resolve.Profile, variable string) string {
	for _, o := range p.Options {
		if o.Variable == variable {
			return o.Parameter
		}
	}
	return ""
}

// shellExpr returns w as one word of run.sh, its places as variables.
func shellExpr(p *resolve.Profile, w resolve.Word) (string, error) {
	if len(w) == 1 && w[0].Name == "" {
		return shellWord(w[0].Text)
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, part := range w {
		if part.Name == "" {
			b.WriteString(shellDouble(part.Text))
			continue
		}
		name := part.Name
		if o, ok := p.Options[name]; ok {
			if o.Kind == "words" || o.Kind == "script" {
				return "", fmt.Errorf("{%s} must be a word of its own", name)
			}
			name = o.Variable
		}
		if i+1 < len(w) && (w[i+1].Name == "" && isNameByte(w[i+1].Text[0])) {
			name = "{" + name + "}"
		}
		b.WriteString("$" + name)
	}
	b.WriteByte('"')
	return b.String(), nil
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// plainWords returns the words of the case that holds when no option is given
// but by its default and the profile's own builder is in use, places in braces.
func plainWords(p *resolve.Profile, g resolve.Group) []string {
	for _, c := range g.Cases {
		if c.Option != "" && !givenByDefault(p.Options[c.Option]) || c.Builder != "" && c.Builder != p.Builder {
			continue
		}
		words := make([]string, len(c.Words))
		for i, w := range c.Words {
			words[i] = plainWord(p, w)
		}
		return words
	}
	return nil
}

func givenByDefault(o profile.Option) bool {
	return o.Default != "" && (o.Kind != "flag" || o.Default == "1")
}

// plainWord writes a word for people: options by their default, other places in
// braces.
func plainWord(p *resolve.Profile, w resolve.Word) string {
	var b strings.Builder
	for _, part := range w {
		switch o, ok := p.Options[part.Name]; {
		case part.Name == "":
			b.WriteString(part.Text)
		case ok && o.Default != "":
			b.WriteString(o.Default)
		default:
			b.WriteString("{" + part.Name + "}")
		}
	}
	return b.String()
}
