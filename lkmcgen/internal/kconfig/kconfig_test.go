// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"fmt"
	"strings"
	"testing"
)

func dialect(t *testing.T, name string) Dialect {
	t.Helper()
	for _, d := range Dialects() {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("there is no dialect %s", name)
	return Dialect{}
}

func TestFromTOML(t *testing.T) {
	for _, test := range []struct {
		name     string
		data     any
		text     string
		want     Value
		profile  string // Value.String
		fragment string // Dialect.Line, of linux
	}{
		{"on", true, "", Value{Tristate, "y"}, `true`, `CONFIG_X=y`},
		{"off", false, "", Value{Tristate, "n"}, `false`, `# CONFIG_X is not set`},
		{"module", "m", "", Value{Tristate, "m"}, `"m"`, `CONFIG_X=m`},
		{"string", "lkmc", "", Value{String, "lkmc"}, `"lkmc"`, `CONFIG_X="lkmc"`},
		{"empty string", "", "", Value{String, ""}, `""`, `CONFIG_X=""`},
		{"string like a number", "12", "", Value{String, "12"}, `"12"`, `CONFIG_X="12"`},
		{"double quote", `a"b`, "", Value{String, `a"b`}, `"a\"b"`, `CONFIG_X="a\"b"`},
		{"backslash", `a\b\`, "", Value{String, `a\b\`}, `"a\\b\\"`, `CONFIG_X="a\\b\\"`},
		{"shell characters", "$(rm) it's #x `", "", Value{String, "$(rm) it's #x `"}, "\"$(rm) it's #x `\"", "CONFIG_X=\"$(rm) it's #x `\""},
		{"letters beyond ASCII", "ü", "", Value{String, "ü"}, `"ü"`, `CONFIG_X="ü"`},
		{"decimal", int64(18), "18", Value{Number, "18"}, `18`, `CONFIG_X=18`},
		{"zero", int64(0), "0", Value{Number, "0"}, `0`, `CONFIG_X=0`},
		{"negative", int64(-1), "-1", Value{Number, "-1"}, `-1`, `CONFIG_X=-1`},
		{"positive", int64(5), "+5", Value{Number, "5"}, `5`, `CONFIG_X=5`},
		{"hexadecimal", int64(0x1000), "0x1000", Value{Number, "0x1000"}, `0x1000`, `CONFIG_X=0x1000`},
		{"hexadecimal letters", int64(0xfF), "0xfF", Value{Number, "0xfF"}, `0xfF`, `CONFIG_X=0xfF`},
		{"underscores", int64(1_000), "1_000", Value{Number, "1000"}, `1000`, `CONFIG_X=1000`},
		{"hexadecimal underscores", int64(0xdead_beef), "0xdead_beef", Value{Number, "0xdeadbeef"}, `0xdeadbeef`, `CONFIG_X=0xdeadbeef`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := FromTOML(test.data, test.text)
			if err != nil || got != test.want {
				t.Fatalf("FromTOML(%v, %q) = %#v, %v; want %#v", test.data, test.text, got, err, test.want)
			}
			if s := got.String(); s != test.profile {
				t.Errorf("%#v.String() = %s; want %s", got, s, test.profile)
			}
			if line := dialect(t, "linux").Line("X", got); line != test.fragment {
				t.Errorf("Line(X, %v) = %s; want %s", got, line, test.fragment)
			}
		})
	}
}

func TestFromTOMLErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		data any
		text string
		want string
	}{
		{"y", "y", "", `"y" is written true here`},
		{"n", "n", "", `"n" is written false here`},
		{"line break", "a\nb", "", "a symbol's string cannot hold a line break or a NUL"},
		{"carriage return", "a\rb", "", "a symbol's string cannot hold a line break or a NUL"},
		{"NUL", "a\x00b", "", "a symbol's string cannot hold a line break or a NUL"},
		{"octal", int64(8), "0o10", "the number 0o10 is neither decimal nor hexadecimal"},
		{"binary", int64(2), "0b10", "the number 0b10 is neither decimal nor hexadecimal"},
		{"float", 1.5, "", `no symbol has such a value`},
		{"list", []any{"a"}, "", `no symbol has such a value`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if v, err := FromTOML(test.data, test.text); err == nil || err.Error() != test.want {
				t.Errorf("FromTOML(%v, %q) = %v, %v; want error %s", test.data, test.text, v, err, test.want)
			}
		})
	}
}

func TestLineOfDialects(t *testing.T) {
	for _, test := range []struct{ dialect, on, off string }{
		{"linux", "CONFIG_X=y", "# CONFIG_X is not set"},
		{"busybox", "CONFIG_X=y", "# CONFIG_X is not set"},
		{"buildroot", "BR2_X=y", "# BR2_X is not set"},
	} {
		t.Run(test.dialect, func(t *testing.T) {
			d := dialect(t, test.dialect)
			if got := d.Line("X", Value{Tristate, "y"}); got != test.on {
				t.Errorf("Line(X, true) = %s; want %s", got, test.on)
			}
			if got := d.Line("X", Value{Tristate, "n"}); got != test.off {
				t.Errorf("Line(X, false) = %s; want %s", got, test.off)
			}
		})
	}
}

func TestCheckSymbol(t *testing.T) {
	for _, test := range []struct{ name, hint, want string }{
		{"MODULES", "", ""},
		{"9P_FS", "", ""},
		{"FONT_8x16", "", ""},
		{"CONFIG_MODULES", "write MODULES", "symbol CONFIG_MODULES carries the prefix CONFIG_"},
		{"BR2_x86_64", "write x86_64", "symbol BR2_x86_64 carries the prefix BR2_"},
		{"CONFIGFS_FS", "", ""},
		{"", "letters, digits and underscores", `"" is not the name of a symbol`},
		{"_X", "letters, digits and underscores", `"_X" is not the name of a symbol`},
		{"A-B", "letters, digits and underscores", `"A-B" is not the name of a symbol`},
		{"A=y", "letters, digits and underscores", `"A=y" is not the name of a symbol`},
		{"A\nB", "letters, digits and underscores", `"A\nB" is not the name of a symbol`},
		{"../A", "letters, digits and underscores", `"../A" is not the name of a symbol`},
	} {
		t.Run(test.name, func(t *testing.T) {
			hint, err := CheckSymbol(test.name)
			if hint != test.hint || fmt.Sprint(err) != cmpNil(test.want) {
				t.Errorf("CheckSymbol(%q) = %q, %v; want %q, %s", test.name, hint, err, test.hint, test.want)
			}
		})
	}
}

func cmpNil(message string) string {
	if message == "" {
		return "<nil>"
	}
	return message
}

// readLine reads a line of a .config file as conf_read_simple and
// conf_set_sym_val of scripts/kconfig/confdata.c do: the value of a string ends
// at the first double quote, and a backslash stands for the byte behind it.
func readLine(line string) (symbol, value string, err error) {
	if name, ok := strings.CutPrefix(line, "# CONFIG_"); ok {
		name, ok = strings.CutSuffix(name, " is not set")
		if !ok {
			return "", "", fmt.Errorf("%q is a comment", line)
		}
		return name, "n", nil
	}
	symbol, text, ok := strings.Cut(strings.TrimPrefix(line, "CONFIG_"), "=")
	if !ok {
		return "", "", fmt.Errorf("%q holds no =", line)
	}
	text, isString := strings.CutPrefix(text, `"`)
	if !isString {
		return symbol, text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i+1 != len(text) {
				return "", "", fmt.Errorf("%q goes on after its string", line)
			}
			return symbol, b.String(), nil
		case '\\':
			i++
			if i == len(text) {
				return "", "", fmt.Errorf("%q ends in a backslash", line)
			}
		}
		b.WriteByte(text[i])
	}
	return "", "", fmt.Errorf("%q does not end its string", line)
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "lkmc", `"`, `\`, `a\"b`, `\\`, `it's`, `$(rm)`, "a#b", "50%", "ü", " ", "m", "y", "\t", "\x7f", "is not set"} {
		f.Add(s)
	}
	d := Dialect{"linux", "CONFIG_"}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := FromTOML(s, "")
		if err != nil {
			return
		}
		line := d.Line("X", v)
		if strings.Contains(line, "\n") {
			t.Fatalf("Line(X, %q) = %q; want one line", s, line)
		}
		symbol, value, err := readLine(line)
		if err != nil || symbol != "X" || value != s {
			t.Errorf("Line(X, %q) = %s; Kconfig reads %s = %q, %v", s, line, symbol, value, err)
		}
	})
}

func FuzzFromTOMLNumber(f *testing.F) {
	for _, s := range []string{"0", "-1", "+1", "1_000", "0xFF", "0xdead_beef", "0o7", "0b1", "", "-", "0x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := FromTOML(int64(0), text)
		if err == nil && !number.MatchString(v.Text) {
			t.Errorf("FromTOML(0, %q) = %v; want a number that Kconfig reads", text, v)
		}
	})
}
