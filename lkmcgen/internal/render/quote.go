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

// kernelWord writes s as one word of the kernel command line, where only double
// quotes protect a blank and nothing protects a double quote (next_arg in
// lib/cmdline.c).
func kernelWord(s string) (string, error) {
	if s == "" || strings.Contains(s, `"`) || strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return "", fmt.Errorf("%q cannot be on the kernel command line", s)
	}
	if !kernelSplits(s) {
		return s, nil
	}
	if name, value, ok := strings.Cut(s, "="); ok && name != "" && !kernelSplits(name) {
		return name + `="` + value + `"`, nil
	}
	return `"` + s + `"`, nil
}

// kernelSplits tells whether the kernel takes a byte of s for a blank: besides
// the space the byte a0, no-break space in Latin-1, which is also the end of "à"
// in UTF-8 (lib/ctype.c).
func kernelSplits(s string) bool {
	return strings.IndexByte(s, ' ') >= 0 || strings.IndexByte(s, 0xa0) >= 0
}
