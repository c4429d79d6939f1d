// SPDX-License-Identifier: Apache-2.0

package catalogue

import (
	"regexp"
	"strings"
)

var kernelTime = regexp.MustCompile(`^\[ *[0-9]+\.[0-9]{6}\] `)

// Missing compares a console with the lines that are expected on it in this
// order, between any others: it returns the first that is not there, or "".
// "..." stands for any text in a line; the kernel's times do not count.
func Missing(console string, expected []string) string {
	lines := strings.Split(console, "\n")
	for _, want := range expected {
		if want == "..." {
			continue
		}
		found := false
		for !found && len(lines) > 0 {
			text := strings.TrimRight(lines[0], "\r")
			found = like(text, want) || like(kernelTime.ReplaceAllString(text, ""), want)
			lines = lines[1:]
		}
		if !found {
			return want
		}
	}
	return ""
}

// like reports whether the line is the pattern, where "..." is any text.
func like(line, pattern string) bool {
	parts := strings.Split(pattern, "...")
	if len(parts) == 1 {
		return line == pattern
	}
	rest, ok := strings.CutPrefix(line, parts[0])
	for _, part := range parts[1 : len(parts)-1] {
		if ok {
			_, rest, ok = strings.Cut(rest, part)
		}
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}
