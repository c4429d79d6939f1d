// SPDX-License-Identifier: Apache-2.0

package catalogue

import (
	"fmt"
	"strings"
)

// Text is an entry for a terminal.
func Text(e *Entry, all []*Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s\n%s", e.Name, e.Title, e.File)
	for _, file := range e.Parts(all) {
		fmt.Fprintf(&b, ", %s", file)
	}
	b.WriteByte('\n')
	for _, paragraph := range e.Idea {
		fmt.Fprintf(&b, "\n%s\n", paragraph)
	}
	for _, s := range e.Steps {
		fmt.Fprintf(&b, "\nRun:\n\t%s\n\nExpected:\n\t%s\n", strings.Join(s.Usage, "\n\t"), strings.Join(s.Expected, "\n\t"))
	}
	fmt.Fprintf(&b, "\nNeeds: %s\nSee: %s\n", strings.Join(e.Needs, ", "), e.See)
	return b.String()
}
