// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
)

// A check says of a text why it cannot be a value, and what to write instead;
// both empty when it can.
type check func(s string) (wrong, hint string)

// Name is the pattern of the names of profiles, layers, groups, builders and
// options. What matches needs no quoting in make, a shell or a path.
var Name = regexp.MustCompile(`^[a-z0-9][` + nameChars + `]*$`)

// What names and words are made of, as in a pattern's brackets.
const (
	nameChars = `a-z0-9_-`
	wordChars = `A-Za-z0-9_.+:@/{}=,-`
)

var (
	variable = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	word     = regexp.MustCompile(`^[` + wordChars + `]+$`)
	size     = regexp.MustCompile(`^[0-9]+[KMGT]$`)
	address  = regexp.MustCompile(`^(0x[0-9a-f]+|0|[1-9][0-9]*)$`)
	kinds    = []string{"flag", "value", "words", "script"}
)

// checks returns the check that the tag is:"…" names.
func checks(name string) check {
	return map[string]check{
		"":         func(string) (string, string) { return "", "" },
		"name":     matches(Name, "a name", "lower-case letters, digits, - and _"),
		"variable": matches(variable, "a variable", "upper-case letters, digits and _"),
		"word":     matches(word, "a word", "letters, digits and _.+:@/=,-"),
		"size":     matches(size, "a size", "a number and K, M, G or T"),
		"address":  matches(address, "an address", "decimal, or hexadecimal with 0x"),
		"path":     checkPath,
		"symbol":   checkSymbol,
		"kind":     checkKind,
		"pattern":  checkPattern,
	}[name]
}

func matches(re *regexp.Regexp, noun, hint string) check {
	return func(s string) (string, string) {
		if re.MatchString(s) {
			return "", ""
		}
		return fmt.Sprintf("%q is not %s", s, noun), hint
	}
}

func checkPath(s string) (wrong, hint string) {
	if s == "" || s[0] == '/' || !word.MatchString(s) || slices.Contains(strings.Split(s, "/"), "..") {
		return fmt.Sprintf("%q is not a path inside its folder", s), "relative, without .."
	}
	return "", ""
}

func checkSymbol(s string) (wrong, hint string) {
	hint, err := kconfig.CheckSymbol(s)
	if err != nil {
		wrong = err.Error()
	}
	return wrong, hint
}

func checkKind(s string) (wrong, hint string) {
	if slices.Contains(kinds, s) {
		return "", ""
	}
	hint = diag.DidYouMean(s, kinds)
	if hint == "" {
		hint = "one of " + strings.Join(kinds, ", ")
	}
	return fmt.Sprintf("there is no kind %q", s), hint
}

func checkPattern(s string) (wrong, hint string) {
	if _, err := regexp.CompilePOSIX(s); err != nil {
		return fmt.Sprintf("%q is not a regular expression", s), "POSIX extended"
	}
	return "", ""
}
