// SPDX-License-Identifier: Apache-2.0

package diag

import (
	"errors"
	"fmt"
	"testing"
)

func TestPosString(t *testing.T) {
	for _, test := range []struct {
		name string
		pos  Pos
		want string
	}{
		{"nowhere", Pos{}, ""},
		{"file", Pos{File: "profiles/base.toml"}, "profiles/base.toml"},
		{"line", Pos{File: "a.toml", Line: 3}, "a.toml:3"},
		{"column", Pos{File: "a.toml", Line: 3, Col: 7}, "a.toml:3:7"},
		{"column without line", Pos{File: "a.toml", Col: 7}, "a.toml"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.pos.String(); got != test.want {
				t.Errorf("%#v.String() = %q; want %q", test.pos, got, test.want)
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	at := Pos{File: "a.toml", Line: 2, Col: 1}
	for _, test := range []struct {
		name string
		err  *Error
		want string
	}{
		{"place and hint", &Error{at, "wrong", "try b"}, "a.toml:2:1: wrong (try b)"},
		{"place", &Error{at, "wrong", ""}, "a.toml:2:1: wrong"},
		{"neither", &Error{Pos{}, "wrong", ""}, "wrong"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("Error() = %q; want %q", got, test.want)
			}
		})
	}
}

func TestListErr(t *testing.T) {
	at := func(file string, line, col int) Pos { return Pos{file, line, col} }
	for _, test := range []struct {
		name string
		list List
		want string
	}{
		{"by file", List{{at("b", 1, 1), "m", ""}, {at("a", 9, 9), "m", ""}}, "a:9:9: m\nb:1:1: m"},
		{"by line as number", List{{at("a", 10, 1), "m", ""}, {at("a", 9, 1), "m", ""}}, "a:9:1: m\na:10:1: m"},
		{"by column as number", List{{at("a", 1, 10), "m", ""}, {at("a", 1, 9), "m", ""}}, "a:1:9: m\na:1:10: m"},
		{"whole file first", List{{at("a", 1, 1), "m", ""}, {at("a", 0, 0), "m", ""}}, "a: m\na:1:1: m"},
		{"by message", List{{at("a", 1, 1), "y", ""}, {at("a", 1, 1), "x", ""}}, "a:1:1: x\na:1:1: y"},
		{"once", List{{at("a", 1, 1), "m", "h"}, {at("b", 1, 1), "m", ""}, {at("a", 1, 1), "m", "h"}}, "a:1:1: m (h)\nb:1:1: m"},
		{"hints between repetitions", List{{at("a", 1, 1), "m", "g"}, {at("a", 1, 1), "m", "h"}, {at("a", 1, 1), "m", "g"}}, "a:1:1: m (g)\na:1:1: m (h)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.list.Err().Error(); got != test.want {
				t.Errorf("Err() =\n%s\nwant\n%s", got, test.want)
			}
		})
	}
	if err := (List{}).Err(); err != nil {
		t.Errorf("List{}.Err() = %v; want nil", err)
	}
}

func TestListAppend(t *testing.T) {
	var l List
	l.Append(nil)
	l.Append(List(nil))
	l.Append(&Error{Msg: "one"})
	l.Append(List{{Msg: "two"}, {Msg: "three"}})
	l.Append(errors.New("four"))
	l.Add(Pos{File: "a"}, "hint", "%s", "five")
	want := "one\ntwo\nthree\nfour\na: five (hint)"
	if got := l.Error(); got != want {
		t.Errorf("list =\n%s\nwant\n%s", got, want)
	}
}

func TestDidYouMean(t *testing.T) {
	for _, test := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"descripton", []string{"description", "arch"}, "description"},
		{"acrh", []string{"arch", "argv"}, "arch"},
		{"ARCH", []string{"arch"}, "arch"},
		{"ar", []string{"arch", "argv"}, ""},
		{"arm", []string{"arm64", "art"}, "art"},
		{"zebra", []string{"arch", "argv"}, ""},
		{"", []string{"a", ""}, ""},
		{"x", nil, ""},
		{"memoryxxx", []string{"memory"}, ""},
		{"memoryxx", []string{"memory"}, "memory"},
		{"kernal", []string{"kernels", "kernel"}, "kernel"},
		{"teh", []string{"tea", "the"}, "tea"},
		{"flga", []string{"flag"}, "flag"},
	} {
		t.Run(test.word, func(t *testing.T) {
			want := ""
			if test.want != "" {
				want = fmt.Sprintf("did you mean %q?", test.want)
			}
			if got := DidYouMean(test.word, test.candidates); got != want {
				t.Errorf("DidYouMean(%q, %q) = %q; want %q", test.word, test.candidates, got, want)
			}
		})
	}
}
