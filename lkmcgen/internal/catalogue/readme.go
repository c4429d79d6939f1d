// SPDX-License-Identifier: Apache-2.0

package catalogue

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The files that are written from the headers and from the results of tests.
const (
	ReadmeFile  = "kernel_module/README.adoc"
	ResultsFile = "kernel_module/results.json"
)

// Results are what one kernel's guest made of the catalogue: "pass", "fail", or
// the reason why an entry was skipped, by the entry's name.
type Results struct {
	Profile  string            `json:"profile"`
	Builder  string            `json:"builder"`
	Linux    string            `json:"linux"` // the version, 6.1
	Outcomes map[string]string `json:"outcomes"`
}

// The outcomes that are no reason.
const (
	Pass = "pass"
	Fail = "fail"
)

// Booted follows an entry's name in the name of the test at boot.
const Booted = " (boot)"

// Merge puts newer outcomes in the place of older ones of the same entry and
// kernel, as a run may test a part only, and forgets entries that are no more.
// What it returns is sorted by kernel.
func Merge(older, newer []Results, entries []*Entry) []Results {
	known := map[string]bool{}
	for _, e := range entries {
		known[e.Name], known[e.Name+Booted] = true, true
	}
	key := func(r Results) string { return r.Profile + " " + r.Builder + " " + r.Linux }
	byKey := map[string]Results{}
	for _, r := range slices.Concat(older, newer) {
		all := maps.Clone(byKey[key(r)].Outcomes)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, r.Outcomes)
		maps.DeleteFunc(all, func(name, _ string) bool { return !known[name] })
		r.Outcomes = all
		byKey[key(r)] = r
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b Results) int { return cmp.Compare(key(a), key(b)) })
}

const readmeStart = `// SPDX-License-Identifier: Apache-2.0
// Made by "make catalogue-doc" from the headers of the files that it names. DO NOT EDIT.
= The guest's modules, programs and scripts
:toc:

Each entry shows one idea, and begins with a comment that this text is made of.
In the guest all of them lie in ` + "`/`" + `, and the lines under _Run_ can be typed there after ` + "`make run`" + `; lines that begin with ` + "`make`" + ` are for the host.
_Expected_ is what is then to be seen: what the commands write and what the kernel says, without its times; ` + "`...`" + ` stands for any text.
` + "`make test-guest`" + ` does just that and compares, see <<results>>.
`

var chapters = []struct {
	kind         Kind
	title, intro string
}{
	{Module, "Kernel modules", "Compiled from `kernel_module/NAME.c`; `modprobe NAME` finds them too."},
	{Program, "User programs", "Compiled from `kernel_module/user/NAME.c`, static, and called `/NAME.out` in the guest."},
	{Script, "Guest scripts", "From `rootfs_overlay`. Those that bear the name of a module show it and check what it does, at its edges too."},
}

// Readme is the text of ReadmeFile.
func Readme(entries []*Entry, results []Results) string {
	var b strings.Builder
	b.WriteString(readmeStart)
	for _, c := range chapters {
		fmt.Fprintf(&b, "\n== %s\n\n%s\n", c.title, c.intro)
		for _, e := range entries {
			if e.Kind == c.kind {
				chapter(&b, e, entries)
			}
		}
	}
	table(&b, entries, results)
	return b.String()
}

// chapter writes what is to be read about an entry.
func chapter(b *strings.Builder, e *Entry, all []*Entry) {
	fmt.Fprintf(b, "\n[#%s]\n=== %s: %s\n\n", anchor(e.Name), e.Name, asciidoc(e.Title))
	for _, paragraph := range e.Idea {
		fmt.Fprintf(b, "%s\n\n", asciidoc(sentence(paragraph)))
	}
	var files []string
	for _, file := range append([]string{e.File}, e.Parts(all)...) {
		rest, inside := strings.CutPrefix(file, path.Dir(ReadmeFile)+"/")
		if !inside {
			rest = "../" + file
		}
		files = append(files, fmt.Sprintf("link:%s[%s]", rest, file))
	}
	fmt.Fprintf(b, "Sources:: %s\n", strings.Join(files, ", "))
	fmt.Fprintf(b, "Needs:: %s\n", asciidoc(strings.Join(e.Needs, ", ")))
	fmt.Fprintf(b, "See:: %s\n", asciidoc(e.See))
	for _, s := range e.Steps {
		fmt.Fprintf(b, "\n.Run\n%s\n.Expected\n%s", listing(s.Usage), listing(s.Expected))
	}
}

var plainWord = regexp.MustCompile(`^[a-z]+[ ,:]`)

// sentence begins with a capital letter, if with a word and not with a name.
func sentence(text string) string {
	if !plainWord.MatchString(text) {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func listing(lines []string) string {
	return "----\n" + strings.Join(append(slices.Clone(lines), ""), "\n") + "----\n"
}

func anchor(name string) string { return strings.ReplaceAll(name, ".", "-") }

// markup is what AsciiDoc could take for more than text.
var markup = regexp.MustCompile("[{]\\w|<<|\\[\\[|__|\\*\\*|##|``|(^|\\W)[*_#+`^~]\\S|://")

// asciidoc keeps it from that.
func asciidoc(text string) string {
	if markup.MatchString(text) {
		return "pass:c[" + strings.ReplaceAll(text, "]", "\\]") + "]"
	}
	return text
}

// table writes what the tests found, an entry a row and a kernel a column.
func table(b *strings.Builder, entries []*Entry, results []Results) {
	b.WriteString("\n[#results]\n== Where they were seen to work\n\n" +
		"Made from the results of `make test-guest`; `d` is the builder distro, `s` source, and a number a reason below the table.\n\n")
	fmt.Fprintf(b, "[cols=\"3%s\"]\n|===\n|Entry", strings.Repeat(",1", len(results)))
	for _, r := range results {
		fmt.Fprintf(b, " |%s %.1s %s", r.Profile, r.Builder, r.Linux)
	}
	b.WriteString("\n\n")
	var reasons []string
	for _, e := range entries {
		fmt.Fprintf(b, "|<<%s,%s>>", anchor(e.Name), e.Name)
		for _, r := range results {
			outcome := r.Outcomes[e.Name]
			if also, ok := r.Outcomes[e.Name+Booted]; ok && outcome == Pass {
				outcome = also
			}
			cell := map[string]string{Pass: "yes", Fail: "*no*", "": "?"}[outcome]
			if cell == "" {
				if !slices.Contains(reasons, outcome) {
					reasons = append(reasons, outcome)
				}
				cell = fmt.Sprint(slices.Index(reasons, outcome) + 1)
			}
			fmt.Fprintf(b, " |%s", cell)
		}
		b.WriteByte('\n')
	}
	b.WriteString("|===\n")
	for i, reason := range reasons {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(b, ". %s\n", asciidoc(reason))
	}
}
