// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"strings"
	"unicode"
)

// One function for each place that a text can go to. What a place cannot hold
// is an error, never a best effort.

// shellWord quotes s as exactly one word of a POSIX shell.
func shellWord(s string) (string, error) {
	if strings.ContainsRune(s, 0) {
		return "", fmt.Errorf("%q holds a NUL, which no shell word can", s)
	}
	if s != "" && strings.IndexFunc(s, unsafeInShell) < 0 {
		return s, nil
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", nil
}

// unsafeInShell lists what is safe instead of what is special, so that a
// character forgotten here costs two quotes and not a bug.
func unsafeInShell(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("_-+=.,/:@", r)
}

// shellDouble writes s as it stands inside double quotes of a POSIX shell.
func shellDouble(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(s)
}

// recipeWord quotes s as one word of a make recipe. Make reads the recipe
// before the shell does, so make's escape goes on last.
func recipeWord(s string) (string, error) {
	if strings.ContainsAny(s, "\n\r") {
		return "", fmt.Errorf("%q holds a line break, which no recipe line can", s)
	}
	word, err := shellWord(s)
	return strings.ReplaceAll(word, "$", "$$"), err
}

// makeValue writes s as the value of a make variable assigned with :=.
func makeValue(s string) (string, error) {
	if strings.ContainsAny(s, "\n\r\x00") || strings.HasSuffix(s, `\`) || s != strings.TrimLeft(s, " \t") {
		return "", fmt.Errorf("%q cannot be the value of a make variable", s)
	}
	// make drops a backslash only where it stands before a #.
	var b strings.Builder
	backslashes := 0
	for _, r := range s {
		switch r {
		case '\\':
			backslashes++
		case '#':
			b.WriteString(strings.Repeat(`\`, backslashes+1))
			backslashes = 0
		case '$':
			b.WriteRune('$')
			backslashes = 0
		default:
			backslashes = 0
		}
		b.WriteRune(r)
	}
	return b.String(), nil
}

// makePath checks that s can be a target or prerequisite of make as it is.
func makePath(s string) (string, error) {
	if s == "" || strings.IndexFunc(s, func(r rune) bool { return unsafeInShell(r) || r == ':' || r == '=' }) >= 0 {
		return "", fmt.Errorf("%q cannot be a target of make", s)
	}
	return s, nil
}

// kernelWord writes s as one word of the kernel command line, where only double
// quotes protect a space and nothing protects a double quote (next_arg in
// lib/cmdline.c).
func kernelWord(s string) (string, error) {
	if strings.Contains(s, `"`) || strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return "", fmt.Errorf("%q cannot be on the kernel command line", s)
	}
	if !strings.Contains(s, " ") {
		return s, nil
	}
	if name, value, ok := strings.Cut(s, "="); ok && !strings.Contains(name, " ") {
		return name + `="` + value + `"`, nil
	}
	return `"` + s + `"`, nil
}
