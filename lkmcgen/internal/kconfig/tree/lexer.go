// SPDX-License-Identifier: Apache-2.0

package tree

import "strings"

// A token is a word, a text in quotes, or an operator.
type token struct {
	kind  tokenKind
	text  string
	macro string // the text that was expanded into it
}

type tokenKind uint8

const (
	word tokenKind = iota
	quoted
	operator
)

// A lexer cuts a file into lines, and these into tokens.
type lexer struct {
	text   string // what is left of the file
	line   int    // number of the line that was read last
	macros *macros
	dollar bool // there are no macros
	tokens []token
}

// rawLine takes the next line of the file, without its end.
func (l *lexer) rawLine() (string, bool) {
	if l.text == "" {
		return "", false
	}
	l.line++
	var line string
	line, l.text, _ = strings.Cut(l.text, "\n")
	return line, true
}

// An assignment is what a line says that gives a macro its text.
type assignment struct{ name, op, text string }

// next returns the tokens of the next line that has some, or its assignment,
// and the number of its first line. A line goes on behind a backslash.
func (l *lexer) next() (tokens []token, assigned *assignment, at int, ok bool) {
	for {
		line, ok := l.rawLine()
		if !ok {
			return nil, nil, l.line, false
		}
		if line == "" || line[0] == '#' {
			continue
		}
		at = l.line
		l.macros.line = at
		l.tokens = l.tokens[:0]
		if a := l.scan(line); a != nil {
			return nil, a, at, true
		}
		if len(l.tokens) > 0 {
			return l.tokens, nil, at, true
		}
	}
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}

// isOldWord has what unquoted names of files hold in BusyBox's files.
func isOldWord(c byte) bool { return isWord(c) || c == '/' || c == '.' || c == '$' }

// scan adds the tokens of a line, or returns the assignment that it is.
func (l *lexer) scan(line string) *assignment {
	for line != "" {
		switch c := line[0]; {
		case c == ' ' || c == '\t' || c == '\r':
			line = line[1:]
		case c == '#':
			return nil
		case c == '\\' && strings.TrimLeft(line[1:], "\r") == "":
			line, _ = l.rawLine()
		case c == '"' || c == '\'':
			line = l.quoted(line[1:], c)
		case isWord(c) || c == '$' || l.dollar && isOldWord(c):
			line = l.word(line)
		default:
			var op string
			op, line = cutOperator(line)
			if op != "" {
				l.tokens = append(l.tokens, token{kind: operator, text: op})
			}
			if l.assigns(op) {
				return &assignment{l.tokens[0].text, op, strings.TrimLeft(line, " \t")}
			}
		}
	}
	return nil
}

// assigns tells whether the line is an assignment, now that op was read.
func (l *lexer) assigns(op string) bool {
	return len(l.tokens) == 2 && l.tokens[0].kind == word && (op == "=" || op == ":=" || op == "+=")
}

// cutOperator takes an operator off the line. A character that begins none is
// passed over, as conf does with a warning.
func cutOperator(line string) (op, rest string) {
	for _, op := range []string{"||", "&&", "!=", "<=", ">=", ":=", "+=", "=", "<", ">", "!", "(", ")"} {
		if strings.HasPrefix(line, op) {
			return op, line[len(op):]
		}
	}
	return "", line[1:]
}

// quoted takes a text up to the quote that ends it, or to the end of the line.
func (l *lexer) quoted(line string, quote byte) string {
	var b strings.Builder
	macro := ""
	for line != "" && line[0] != quote {
		switch {
		case line[0] == '\\' && len(line) > 1:
			b.WriteByte(line[1])
			line = line[2:]
		case line[0] == '\\':
			line = ""
		case line[0] == '$' && !l.dollar:
			value, rest := l.macros.reference(line[1:], nil)
			macro += line[:len(line)-len(rest)]
			b.WriteString(value)
			line = rest
		default:
			b.WriteByte(line[0])
			line = line[1:]
		}
	}
	text := b.String()
	l.tokens = append(l.tokens, token{quoted, text, macro})
	if line == "" {
		return ""
	}
	return line[1:]
}

// word takes a word, its macros expanded. What a macro gives is not cut any
// further, and nothing is no word.
func (l *lexer) word(line string) string {
	in := isWord
	if l.dollar {
		in = isOldWord
	}
	end := 0
	for end < len(line) && in(line[end]) {
		end++
	}
	if end == len(line) || line[end] != '$' || l.dollar {
		l.tokens = append(l.tokens, token{kind: word, text: line[:end]})
		return line[end:]
	}
	text, start := line[:end], line
	line = line[end:]
	for line != "" && (line[0] == '$' || in(line[0])) {
		if line[0] != '$' {
			text += line[:1]
			line = line[1:]
			continue
		}
		var value string
		value, line = l.macros.reference(line[1:], nil)
		text += value
	}
	if text != "" {
		l.tokens = append(l.tokens, token{word, text, start[:len(start)-len(line)]})
	}
	return line
}

// skipHelp passes over a help text: the lines as far in as the first that says
// something.
func (l *lexer) skipHelp() {
	first := -1
	for {
		line, rest, _ := strings.Cut(l.text, "\n")
		if in := indent(line); in >= 0 {
			if first < 0 {
				first = in
			}
			if in < first || in == 0 {
				return
			}
		}
		if l.text == "" {
			return
		}
		l.text = rest
		l.line++
	}
}

// indent returns the column where a line's text begins, or -1 when it has none.
func indent(line string) int {
	column := 0
	for i := range len(line) {
		switch line[i] {
		case ' ':
			column++
		case '\t':
			column = column&^7 + 8
		case '\r':
		default:
			return column
		}
	}
	return -1
}
