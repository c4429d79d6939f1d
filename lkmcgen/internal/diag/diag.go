// SPDX-License-Identifier: Apache-2.0

// Package diag describes problems that the user can fix, each at a place in a
// file.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file. File is relative to the project's root and written
// with forward slashes. Line and Col count from 1 (Col in bytes); zero means
// the whole file or the whole line.
type Pos struct {
	File      string
	Line, Col int
}

// String returns "file:line:col" without the parts that are zero.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

func (p Pos) compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// An Error is one problem at its place. Msg is lower case and has no full stop,
// because it always stands behind a position.
type Error struct {
	Pos  Pos
	Msg  string
	Hint string // what to do about it; may be empty
}

// Error returns "file:line:col: message (hint)".
func (e *Error) Error() string {
	var b strings.Builder
	if e.Pos.File != "" {
		b.WriteString(e.Pos.String())
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	if e.Hint != "" {
		fmt.Fprintf(&b, " (%s)", e.Hint)
	}
	return b.String()
}

// List collects problems so that one run reports all of them.
type List []*Error

// Add appends the problem that format and args describe.
func (l *List) Add(pos Pos, hint, format string, args ...any) {
	*l = append(*l, &Error{Pos: pos, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// Append adds the problems that err holds: each of a List, or err itself.
func (l *List) Append(err error) {
	switch err := err.(type) {
	case nil:
	case List:
		*l = append(*l, err...)
	case *Error:
		*l = append(*l, err)
	default:
		*l = append(*l, &Error{Msg: err.Error()})
	}
}

// Err returns the list sorted by place, without repetitions, or nil when it is
// empty. (An empty List in an error variable would not be nil.)
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	slices.SortStableFunc(l, func(a, b *Error) int {
		return cmp.Or(a.Pos.compare(b.Pos), cmp.Compare(a.Msg, b.Msg), cmp.Compare(a.Hint, b.Hint))
	})
	return slices.CompactFunc(l, func(a, b *Error) bool { return *a == *b })
}

// Error returns one line for each problem.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// DidYouMean returns the hint `did you mean "x"?` for the candidate nearest to
// word, or "" when none is near: at most two edits, and fewer than half the
// word's letters.
func DidYouMean(word string, candidates []string) string {
	best, near := "", min(2, (len(word)-1)/2)+1
	word = strings.ToLower(word)
	for _, c := range candidates {
		if len(c)-len(word) > near || len(word)-len(c) > near {
			continue // as many edits at least
		}
		if d := distance(word, strings.ToLower(c)); d < near || d == near && best != "" && c < best {
			best, near = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance is the number of insertions, deletions, substitutions and swaps of
// neighbours that turn a into b (optimal string alignment, by bytes).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
