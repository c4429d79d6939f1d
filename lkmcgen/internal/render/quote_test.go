// SPDX-License-Identifier: Apache-2.0

package render

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// hostile are the strings that each quoting function must bring through, or
// refuse.
var hostile = []string{
	"", "plain", "$(rm)", "${x}", "$$", "$", "`rm`", "it's", "'", "''", `"q"`, `"`, "a#b", "#", "50%", "a b", " a", "a ", "  ",
	`\`, `end\`, `\\`, `\n`, `\$`, "ü", "à", "€", "a\tb", "a\nb", "\n", "\r", "*", "?", "[a]", "~", "~/x", "!", "!!", "a;b", "a&b",
	"a|b", "<a", ">a", "(a)", "{a,b}", "a=b", "=", "=a b", "a=b c", "a b=c d", "a b=", "-n", "--", "-e", "\x7f", "\xff", "a\x00b", "\u00a0",
	"x=à", "x=\u2028", "set -- \"$@\"", ":", "a:b", "%", ",",
}

func TestShellWord(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", "''"},
		{"plain", "plain"},
		{"-m", "-m"},
		{"file=x.img,if=none", "file=x.img,if=none"},
		{"a b", "'a b'"},
		{"it's", `'it'\''s'`},
		{"$(rm)", "'$(rm)'"},
		{"ü", "'ü'"},
		{"~", "'~'"},
	} {
		if got, err := shellWord(test.in); err != nil || got != test.want {
			t.Errorf("shellWord(%q) = %s, %v; want %s", test.in, got, err, test.want)
		}
	}
	if got, err := shellWord("a\x00b"); err == nil {
		t.Errorf("shellWord(NUL) = %s; want an error", got)
	}
}

// printed runs a script that prints its words with a NUL behind each.
func printed(t *testing.T, words string) []string {
	t.Helper()
	out, err := exec.Command("sh", "-c", `printf '%s\0' `+words).CombinedOutput()
	if err != nil {
		t.Fatalf("sh cannot read %s: %v\n%s", words, err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// A process takes a thousand times as long as a word, so several go into one.
func FuzzShellWord(f *testing.F) {
	for batch := range slices.Chunk(hostile, 4) {
		batch = append(slices.Clone(batch), "", "", "")
		f.Add(batch[0], batch[1], batch[2], batch[3])
	}
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		var texts, words []string
		for _, s := range []string{a, b, c, d} {
			word, err := shellWord(s)
			if err != nil {
				continue
			}
			texts = append(texts, s, s)
			words = append(words, word, `"`+shellDouble(s)+`"`)
		}
		if len(words) == 0 {
			return
		}
		if got := printed(t, strings.Join(words, " ")); !slices.Equal(got, texts) {
			t.Errorf("sh reads %s as %q; want %q", words, got, texts)
		}
	})
}

func TestKernelWord(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"rw", "rw"},
		{"root=/dev/vda", "root=/dev/vda"},
		{"a b", `"a b"`},
		{"x=a b", `x="a b"`},
		{"a b=c", `"a b=c"`},
		{"=a b", `"=a b"`},
		{"it's", "it's"},
		{"$(rm)", "$(rm)"},
		{`end\`, `end\`},
		{"ü", "ü"},
		{"x=à", `x="à"`},
	} {
		if got, err := kernelWord(test.in); err != nil || got != test.want {
			t.Errorf("kernelWord(%q) = %s, %v; want %s", test.in, got, err, test.want)
		}
	}
	for _, s := range []string{"", `a"b`, "a\nb", "a\tb", "a\x00b", "\x7f"} {
		if got, err := kernelWord(s); err == nil {
			t.Errorf("kernelWord(%q) = %s; want an error", s, got)
		}
	}
}

// A parameter is a word of the kernel command line as the kernel reads it.
type parameter struct {
	name, value string
	hasValue    bool
}

// kernelSpace is isspace of the kernel (lib/ctype.c).
func kernelSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' || c == 0xa0 }

// readCommandLine reads a kernel command line as parse_args and next_arg do
// (kernel/params.c, lib/cmdline.c).
func readCommandLine(line string) []parameter {
	var parameters []parameter
	args := []byte(strings.TrimLeft(line, " "))
	for len(args) > 0 {
		var p parameter
		p, args = nextArg(args)
		parameters = append(parameters, p)
	}
	return parameters
}

func nextArg(args []byte) (p parameter, rest []byte) {
	quoted, inQuote := false, false
	if args[0] == '"' {
		args = args[1:]
		quoted, inQuote = true, true
	}
	equals, end := 0, 0
	for ; end < len(args); end++ {
		c := args[end]
		if kernelSpace(c) && !inQuote {
			break
		}
		if equals == 0 && c == '=' {
			equals = end
		}
		if c == '"' {
			inQuote = !inQuote
		}
	}
	rest = args[end:]
	for len(rest) > 0 && kernelSpace(rest[0]) {
		rest = rest[1:]
	}
	word := string(args[:end])
	if equals == 0 {
		if quoted {
			word = strings.TrimSuffix(word, `"`)
		}
		return parameter{name: word}, rest
	}
	p = parameter{name: word[:equals], value: word[equals+1:], hasValue: true}
	if value, ok := strings.CutPrefix(p.value, `"`); ok {
		p.value = strings.TrimSuffix(value, `"`)
	} else if quoted {
		p.value = strings.TrimSuffix(p.value, `"`)
	}
	return p, rest
}

// asParameter is what s means: an = at its start belongs to the name.
func asParameter(s string) parameter {
	if at := strings.IndexByte(s[1:], '='); at >= 0 {
		return parameter{s[:at+1], s[at+2:], true}
	}
	return parameter{name: s}
}

func FuzzKernelWord(f *testing.F) {
	for i, s := range hostile {
		f.Add(s, hostile[(i+1)%len(hostile)])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		var words []string
		var want []parameter
		for _, s := range []string{a, b, a} {
			if word, err := kernelWord(s); err == nil {
				words = append(words, word)
				want = append(want, asParameter(s))
			}
		}
		line := strings.Join(words, " ")
		if got := readCommandLine(line); !slices.Equal(got, want) {
			t.Errorf("the kernel reads %s as %+v; want %+v", line, got, want)
		}
	})
}
