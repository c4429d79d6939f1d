// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"lkmc/lkmcgen/internal/kconfig"
)

// load parses source as the layer base.
func load(t *testing.T, source string) *Layer {
	t.Helper()
	set, err := Load(fstest.MapFS{"profiles/base.toml": {Data: []byte(source)}})
	if err != nil {
		t.Fatalf("Load(%q): %v", source, err)
	}
	return set.layers["base"]
}

func TestPos(t *testing.T) {
	for _, test := range []struct {
		name, source, key, want string
	}{
		{"plain key", "format = 1\nbuilder = 'x'\n", "builder", "2:1"},
		{"first line", "format = 1\n", "format", "1:1"},
		{"below a header", "format = 1\n[linux]\nversion = '6'\n", "linux.version", "3:1"},
		{"header", "format = 1\n\n[linux]\nversion = '6'\n", "linux", "3:1"},
		{"deep header", "format = 1\n[option.gdb.args]\ngdb = []\n", "option.gdb.args", "2:1"},
		{"table that only a deeper header makes", "format = 1\n[option.gdb.args]\ngdb = []\n", "option.gdb", "2:1"},
		{"dotted key", "format = 1\nlinux.version = '6'\n", "linux.version", "2:1"},
		{"table of a dotted key", "format = 1\n#\nlinux.version = '6'\n", "linux", "3:1"},
		{"blanks around dots", "format = 1\nlinux . version = '6'\n", "linux.version", "2:1"},
		{"indented", "format = 1\n[linux]\n\t version = '6'\n", "linux.version", "3:3"},
		{"inline table", "format = 1\nlinux = { version = '6', source = 'x' }\n", "linux.source", "2:1"},
		{"inline table itself", "format = 1\nlinux = { version = '6' }\n", "linux", "2:1"},
		{"list over lines", "format = 1\n[argv.args]\na = [\n\t'x',\n\t'y',\n]\nb = []\n", "argv.args.a", "3:1"},
		{"behind a list over lines", "format = 1\n[argv.args]\na = [\n\t'x',\n\t'y',\n]\nb = []\n", "argv.args.b", "7:1"},
		{"quoted key", "format = 1\n[packages]\n\"gcc\" = 'gcc'\n", "packages.gcc", "3:1"},
		{"key in single quotes", "format = 1\n[packages]\n'gcc' = 'gcc'\n", "packages.gcc", "3:1"},
		{"quoted key with a dot", "format = 1\n[packages]\n\"libfoo1.2\" = 'foo'\n", "packages.libfoo1.2", "3:1"},
		{"quoted header", "format = 1\n[\"linux\".'config']\nX = true\n", "linux.config.X", "3:1"},
		{"CRLF", "format = 1\r\n[linux]\r\n\tversion = '6'\r\n", "linux.version", "3:2"},
		{"CRLF in a list", "format = 1\r\nargv.args.a = [\r\n'x',\r\n]\r\nbuilder = 'x'\r\n", "builder", "5:1"},
		{"UTF-8 before", "format = 1\n# äöü €\ndescription = 'ä'\nbuilder = 'x'\n", "builder", "4:1"},
		{"byte order mark", "\ufeffformat = 1\nbuilder = 'x'\n", "builder", "2:1"},
		{"without a final line break", "format = 1\nbuilder = 'x'", "builder", "2:1"},
		{"string with escaped line breaks", "format = 1\ndescription = \"\"\"a \\\n  b\"\"\"\nbuilder = 'x'\n", "builder", "4:1"},
		{"missing key", "format = 1\n[linux]\nversion = '6'\n", "linux.image", ""},
		{"key that begins as another", "format = 1\nlinux.config.SMPX = true\nlinux.config.SMP = true\n", "linux.config.SMP", "3:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := "profiles/base.toml"
			if test.want != "" {
				want += ":" + test.want
			}
			if got := load(t, test.source).Pos(test.key).String(); got != want {
				t.Errorf("Pos(%q) = %s; want %s", test.key, got, want)
			}
		})
	}
}

// Numbers of symbols are kept as they are written, wherever they stand.
func TestNumbersAsWritten(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"plain", "format = 1\nlinux.config.X = 0x00Ff\n", "0x00Ff"},
		{"comment behind", "format = 1\nlinux.config.X = 0x10# ü\n", "0x10"},
		{"UTF-8 before", "format = 1\n# ü€\ndescription = 'ü'\nlinux.config.X = 0x10\n", "0x10"},
		{"inline table", "format = 1\nlinux.config = { A = 1, X = 0x1_0 }\n", "0x10"},
		{"CRLF", "format = 1\r\n[linux.config]\r\nX = 0x10\r\n", "0x10"},
		{"byte order mark", "\ufeffformat = 1\nlinux.config.X = 0x10\n", "0x10"},
		{"inline table of one, quoted, with numeric keys", "format = 1\nlinux.config = { 9 = 1, 'X' = 0x7 }\n", "0x7"},
		{"inline table with dotted keys", "format = 1\nlinux = { config.X = +5 }\n", "5"},
		{"end of file", "format = 1\nlinux.config.X = 17", "17"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := kconfig.Value{Kind: kconfig.Number, Text: test.want}
			if got := load(t, test.source).value("linux.config.X"); got != want {
				t.Errorf("linux.config.X = %#v; want %#v", got, want)
			}
		})
	}
}

func TestSplitWords(t *testing.T) {
	for _, test := range []struct {
		in   string
		want []string
	}{
		{"", []string{}},
		{"a b", []string{"a", "b"}},
		{`-m 'a b' "c d" e\ f`, []string{"-m", "a b", "c d", "e f"}},
		{`'|' ";" \&`, []string{"|", ";", "&"}},
		{"$HOME `x`", []string{"$HOME", "`x`"}},
		{"{a.b},x=y", []string{"{a.b},x=y"}},
		{"''", []string{""}},
		{"it\\'s", []string{"it's"}},
	} {
		t.Run(test.in, func(t *testing.T) {
			got, err := splitWords(test.in)
			if err != nil || len(got) != len(test.want) || len(got) > 0 && !reflect.DeepEqual(got, test.want) {
				t.Errorf("splitWords(%q) = %q, %v; want %q", test.in, got, err, test.want)
			}
		})
	}
}

// A decoder changes no map that it did not make, so that profiles can share
// what their layers say.
func TestDecoderLeavesMapsAlone(t *testing.T) {
	decode := func(keys Keys, source string) Keys {
		d := NewDecoder(Schema(), &keys)
		for _, v := range load(t, source).Values {
			d.Set(v.Key, v.Data)
		}
		return keys
	}
	const lower = `format = 1
[packages]
"libfoo1.2" = "foo"
[linux]
config.SMP = true
command_line.root = ["a"]
[option.gdb]
help = "lower"
args.gdb = ["-s"]
`
	base := decode(Keys{}, lower)
	upper := decode(base, `format = 1
[packages]
gcc = "gcc"
[linux]
config.SMP = false
config.NET = true
command_line.root = ["b"]
command_line.log = ["c"]
[option.gdb]
help = "upper"
args.gdb = ["-S"]
args.more = ["x"]
[option.new]
help = "new"
`)
	if again := decode(Keys{}, lower); !reflect.DeepEqual(base, again) {
		t.Errorf("lower layers became %+v; want %+v", base, again)
	}
	for _, test := range []struct {
		key       string
		got, want any
	}{
		{"packages", upper.Packages, map[string]string{"libfoo1.2": "foo", "gcc": "gcc"}},
		{"linux.config.SMP", upper.Linux.Config["SMP"].String(), "false"},
		{"linux.command_line", upper.Linux.CommandLine, map[string][]string{"root": {"b"}, "log": {"c"}}},
		{"option.gdb", upper.Options["gdb"], Option{Help: "upper", Args: map[string][]string{"gdb": {"-S"}, "more": {"x"}}}},
		{"option.new", upper.Options["new"], Option{Help: "new"}},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s = %v; want %v", test.key, test.got, test.want)
		}
	}
}

// What parse accepts has a place, and the line there holds the end of the key
// or the value.
func FuzzPos(f *testing.F) {
	for _, s := range []string{
		"format = 1\nlinux.config.SMP = true\n",
		"format = 1\n[linux]\nconfig = { SMP = true, NET = 0x1_0 }\n",
		"format = 1\n[argv.args]\na = [\n 'x',\n]\n\n[option.gdb]\nhelp = '''ü'''\n",
		"format = 1\r\n[ option . gdb ]\r\nhelp = \"\"\"x\"\"\"\r\n'args'.\"gdb\" = []\r\n",
		"\ufeffformat = 1\ndescription=\"x\"# y\n[packages]\n'a.b' = 'c'\n[linux]\n[linux.config]\n9P_FS=\"m\"",
		"format=1\nnames={a='b'\n}",
		"format=1\ndescription='''\nx'''",
		"format = 1\n[[option]]\n",
	} {
		f.Add(s)
	}
	root := Schema()
	f.Fuzz(func(t *testing.T, source string) {
		if strings.Contains(source, `\`) {
			t.Skip("an escape can hide a key")
		}
		l, _ := parse(root, "x", "base.toml", source)
		lines := strings.Split(source, "\n")
		for _, v := range l.Values {
			at := l.Pos(v.Key)
			if at.Line < 1 || at.Line > len(lines) {
				t.Fatalf("Pos(%q) in %q = %v; want a line of the file", v.Key, source, at)
			}
			line := lines[at.Line-1]
			last := v.Key[strings.LastIndexByte(v.Key, '.')+1:]
			value, _ := v.Data.(string)
			if !strings.Contains(line, last) && (value == "" || !strings.Contains(line, value)) {
				t.Errorf("Pos(%q) in %q = %v, %q; want a line with %q or %q", v.Key, source, at, line, last, value)
			}
		}
	})
}

// No source, however broken, makes parse panic or yield an error without text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "format = 1", "[linux]\nconfig.X = 0o7", "[[argv]]\n", "a = 1\nA = 2", "linux = 1\n[linux.x]", "\xff", "\x00", "format = 1\n[\"\"]\n\"\" = 1"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	root := Schema()
	f.Fuzz(func(t *testing.T, source string, isProfile bool) {
		name := map[bool]string{true: "x", false: "arch/x"}[isProfile]
		l, err := parse(root, name, "x.toml", source)
		if err != nil && err.Error() == "" {
			t.Errorf("parse(%q) = an error without text", source)
		}
		var keys Keys
		d := NewDecoder(root, &keys)
		for _, v := range l.Values {
			d.Set(v.Key, v.Data)
		}
	})
}
