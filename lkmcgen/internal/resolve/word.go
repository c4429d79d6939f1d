// SPDX-License-Identifier: Apache-2.0

package resolve

import (
	"regexp"
	"strings"
)

// A Word is one argument of a command or one word of the kernel command line:
// text, with places that are filled in when the guest starts.
type Word []Part

// A Part is a piece of a Word: a text, or the name of a run value.
type Part struct {
	Text string
	Name string // "build", or an option's name; empty for a text
}

var (
	runPlace    = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)
	staticPlace = regexp.MustCompile(`\{([a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)+)\}`)
)

// ParseWord splits s at its run places.
func ParseWord(s string) Word {
	var w Word
	at := 0
	for _, m := range runPlace.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > at {
			w = append(w, Part{Text: s[at:m[0]]})
		}
		w = append(w, Part{Name: s[m[2]:m[3]]})
		at = m[1]
	}
	if at < len(s) || s == "" {
		w = append(w, Part{Text: s[at:]})
	}
	return w
}

// source writes a word as a profile does.
func (w Word) source() string {
	var b strings.Builder
	for _, part := range w {
		b.WriteString(part.Text)
		if part.Name != "" {
			b.WriteString("{" + part.Name + "}")
		}
	}
	return b.String()
}

// RunValues are the values of a run that are not options, each with the function
// of common/run.sh that makes it, if it is made only when a word names it. Words
// name them in braces:
//
//	{build}         the folder of what the builder made
//	{command_line}  the kernel command line
//	{disk}          the run's disk, which keeps what the guest writes
//	{out}           the folder of everything that is built
//	{recording}     the folder of what a run records, or replays
//	{snapshots}     an image for snapshots alone, where there is no disk
//	{run}           the run's own folder
func RunValues() map[string]string {
	return map[string]string{
		"build": "", "command_line": "", "disk": "make_disk", "out": "", "recording": "make_recording", "snapshots": "make_snapshots", "run": "",
	}
}
