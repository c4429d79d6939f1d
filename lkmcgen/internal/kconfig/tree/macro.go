// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"fmt"
	"strconv"
	"strings"
)

// A Shell runs a command of a macro, with the variables of env, and returns its
// output, or ok = false when what it would need, such as a compiler, is not
// there: then nobody knows the value, and it is neither y nor n. It is called for
// many commands at once.
type Shell func(command string, env map[string]string) (output string, ok bool)

// unknown stands in expanded text for what a Shell could not tell. No file can
// hold it.
const unknown = "\x00unknown\x00"

const (
	maxArgs  = 16
	maxDepth = 1000
	maxCalls = 1 << 17 // of all macros together
	maxText  = 1 << 16 // bytes of one macro
)

// A variable is a macro: its text is expanded at each use, or was once.
type variable struct {
	text      string
	recursive bool
	depth     int
}

// macros expands what begins with a dollar sign.
type macros struct {
	env   map[string]string
	vars  map[string]*variable
	later *answers
	file  string
	line  int
	calls int
	fail  func(format string, args ...any)
}

// set is an assignment: op is "=", ":=" or "+=".
func (m *macros) set(name, op, text string) {
	v := m.vars[name]
	add := v != nil && op == "+="
	recursive := op != ":="
	if add {
		recursive = v.recursive
	}
	if !recursive {
		text = m.expand(text, nil)
	}
	if add {
		text = v.text + " " + text
	}
	if len(text) > maxText {
		m.fail("macro %s is too long", name)
		return
	}
	m.vars[name] = &variable{text: text, recursive: recursive}
}

// expand replaces all references in text. args are those of the macro that the
// text is of.
func (m *macros) expand(text string, args []string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	var b strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '$')
		if at < 0 {
			break
		}
		b.WriteString(text[:at])
		var value string
		value, text = m.reference(text[at+1:], args)
		b.WriteString(value)
	}
	b.WriteString(text)
	return b.String()
}

// reference expands the reference whose dollar sign stands before text, and
// returns what follows it.
func (m *macros) reference(text string, args []string) (value, rest string) {
	if !strings.HasPrefix(text, "(") {
		return "$", text
	}
	depth := 0
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return m.call(text[1:i], args), text[i+1:]
			}
			depth--
		}
	}
	m.fail("reference to %q does not end: missing )", text[1:])
	return "", ""
}

// call expands what stands in the parentheses of a reference.
func (m *macros) call(clause string, args []string) string {
	if n, err := strconv.Atoi(clause); err == nil && n > 0 && n <= len(args) {
		return args[n-1]
	}
	words := splitArgs(clause)
	if len(words) > maxArgs {
		m.fail("more than %d arguments", maxArgs-1)
		return ""
	}
	for i := range words {
		words[i] = m.expand(words[i], args)
	}
	name, args := m.later.settle(words[0]), words[1:]
	if v := m.vars[name]; v != nil {
		return m.variable(name, v, args)
	}
	if value, ok := m.builtin(name, args); ok {
		return value
	}
	if len(args) == 0 {
		return m.env[name]
	}
	return ""
}

func (m *macros) variable(name string, v *variable, args []string) string {
	if !v.recursive {
		return v.text
	}
	if len(args) == 0 && v.depth > 0 || v.depth > maxDepth {
		m.fail("macro %s is made of itself", name)
		return ""
	}
	if m.calls++; m.calls > maxCalls {
		m.fail("macros are expanded without end")
		return ""
	}
	v.depth++
	text := m.expand(v.text, args)
	v.depth--
	if len(text) > maxText {
		m.fail("macro %s is too long", name)
		return ""
	}
	return text
}

// splitArgs cuts at the commas outside parentheses.
func splitArgs(clause string) []string {
	var words []string
	depth, start := 0, 0
	for i := range len(clause) {
		switch clause[i] {
		case ',':
			if depth == 0 {
				words = append(words, clause[start:i])
				start = i + 1
			}
		case '(':
			depth++
		case ')':
			depth--
		}
	}
	return append(words, clause[start:])
}

// builtin calls one of the language's own functions, if there is one of that
// name.
func (m *macros) builtin(name string, args []string) (value string, ok bool) {
	want, ok := map[string]int{"error-if": 2, "filename": 0, "info": 1, "lineno": 0, "shell": 1, "warning-if": 2}[name]
	if !ok {
		return "", false
	}
	if len(args) != want {
		m.fail("%s takes %d arguments, not %d", name, want, len(args))
		return "", true
	}
	switch name {
	case "error-if":
		if m.later.settle(args[0]) == "y" {
			m.fail("%s", m.later.settle(args[1]))
		}
	case "filename":
		return m.file, true
	case "lineno":
		return fmt.Sprint(m.line), true
	case "shell":
		return m.run(args[0]), true
	}
	return "", true
}

// run calls the shell, and returns what stands for its answer. What depends on an
// unknown value is unknown itself.
func (m *macros) run(command string) string {
	command = m.later.settle(command)
	if strings.Contains(command, unknown) {
		return unknown
	}
	return m.later.ask(command, m.env)
}
