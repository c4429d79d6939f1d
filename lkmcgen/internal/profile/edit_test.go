// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"strings"
	"testing"

	"lkmc/lkmcgen/internal/kconfig"
)

func TestEdit(t *testing.T) {
	on, off := kconfig.Value{Kind: kconfig.Tristate, Text: "y"}, kconfig.Value{Kind: kconfig.Tristate, Text: "n"}
	text, hex := kconfig.Value{Kind: kconfig.String, Text: `a "b" \c`}, kconfig.Value{Kind: kconfig.Number, Text: "0x1000"}
	for _, test := range []struct {
		name, source string
		symbols      []Symbol
		want         string
	}{
		{"no table", "# head\nformat = 1 # one\n", []Symbol{{"NET", on}, {"X", hex}},
			"# head\nformat = 1 # one\n\n[linux.config]\nNET = true\nX = 0x1000\n"},
		{"no line break at the end", "format = 1", []Symbol{{"NET", on}}, "format = 1\n\n[linux.config]\nNET = true\n"},
		{"table", "format = 1\n[linux.config]\n# why\nA = true # yes\n\n# next\n[guest]\nmodules = []\n", []Symbol{{"9P", text}, {"A", off}},
			"format = 1\n[linux.config]\n# why\nA = false # yes\n9P = \"a \\\"b\\\" \\\\c\"\n\n# next\n[guest]\nmodules = []\n"},
		{"empty table", "format = 1\n[ linux . config ] # x\n\n[guest]\n", []Symbol{{"A", on}}, "format = 1\n[ linux . config ] # x\nA = true\n\n[guest]\n"},
		{"dotted", "format = 1\nlinux.config.A = true\ndescription = 'x'\n", []Symbol{{"B", on}}, "format = 1\nlinux.config.A = true\nlinux.config.B = true\ndescription = 'x'\n"},
		{"dotted below", "format = 1\n[linux]\nconfig.A = 'x#y' # z\nversion = '1'\n", []Symbol{{"A", text}, {"B", off}},
			"format = 1\n[linux]\nconfig.A = \"a \\\"b\\\" \\\\c\" # z\nconfig.B = false\nversion = '1'\n"},
		{"inline, what is there", "format = 1\nlinux.config = { A = true, AB = 1 }\n", []Symbol{{"AB", off}}, "format = 1\nlinux.config = { A = true, AB = false }\n"},
		{"another project's", "format = 1\n[busybox.config]\nA = true\n", []Symbol{{"A", off}}, "format = 1\n[busybox.config]\nA = true\n\n[linux.config]\nA = false\n"},
		{"quoted key", "format = 1\n[linux.config]\n\"A\" = \"x\"\n", []Symbol{{"A", on}}, "format = 1\n[linux.config]\n\"A\" = true\n"},
		{"nothing", "format = 1\n", nil, "format = 1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Edit("profiles/x-y.toml", test.source, "linux", test.symbols)
			if err != nil || got != test.want {
				t.Errorf("Edit = %q, %v; want %q", got, err, test.want)
			}
		})
	}
}

// What cannot be edited is left to the user, with what to write.
func TestEditRefuses(t *testing.T) {
	on := kconfig.Value{Kind: kconfig.Tristate, Text: "y"}
	_, err := Edit("profiles/x-y.toml", "format = 1\nlinux.config = { A = true }\n", "linux", []Symbol{{"B", on}})
	want := "profiles/x-y.toml:2:1: linux.config cannot be edited by a program as the file has it (write there: B = true)"
	if err == nil || err.Error() != want {
		t.Errorf("Edit = %v; want %s", err, want)
	}
	if _, err := Edit("profiles/x-y.toml", "fromat = 1\n", "linux", nil); err == nil || !strings.Contains(err.Error(), "fromat") {
		t.Errorf("Edit of a broken file = %v; want its error", err)
	}
}
