// SPDX-License-Identifier: Apache-2.0

// Package kconfig knows the values that Kconfig symbols take and how the three
// projects that use Kconfig here write them to a fragment or a .config file.
//
// Names of symbols never carry a dialect's prefix inside this program.
package kconfig

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Dialect is what differs between the projects that use Kconfig. Its fields
// are all there is to differ.
type Dialect struct {
	Name   string // key of the profile table: "linux"
	Prefix string // what stands before each symbol in a .config file
}

// Dialects returns the three projects that fragments are written for.
// Linux and BusyBox: CONFIG_ (scripts/kconfig/lkc.h); Buildroot defines its
// symbols with BR2_ in their names and an empty CONFIG_ prefix
// (support/kconfig/lkc.h).
func Dialects() []Dialect {
	return []Dialect{{"linux", "CONFIG_"}, {"busybox", "CONFIG_"}, {"buildroot", "BR2_"}}
}

// Kind tells how a value is written.
type Kind int

// The kinds of values. A Tristate's text is y, m or n.
const (
	Tristate Kind = iota
	String
	Number
)

// A Value is what a profile asks of a symbol. Text is without quotes; a
// number's is as the profile writes it, so that 0x1000 stays hexadecimal.
type Value struct {
	Kind Kind
	Text string
}

// SymbolPattern is the regular expression of the names of symbols.
const SymbolPattern = `^[A-Za-z0-9][A-Za-z0-9_]*$`

var (
	symbolName = regexp.MustCompile(SymbolPattern)
	number     = regexp.MustCompile(`^-?([0-9]+|0[xX][0-9a-fA-F]+)$`)
)

// CheckSymbol returns an error that says why name cannot be a symbol of any
// dialect, and a hint.
func CheckSymbol(name string) (hint string, err error) {
	for _, prefix := range []string{"CONFIG_", "BR2_"} {
		if short, ok := strings.CutPrefix(name, prefix); ok {
			return fmt.Sprintf("write %s", short), fmt.Errorf("symbol %s carries the prefix %s", name, prefix)
		}
	}
	if !symbolName.MatchString(name) {
		return "letters, digits and underscores", fmt.Errorf("%q is not the name of a symbol", name)
	}
	return "", nil
}

// FromTOML turns a TOML value (bool, string or integer with its text as
// written) into a Value.
func FromTOML(data any, text string) (Value, error) {
	switch data := data.(type) {
	case bool:
		if data {
			return Value{Tristate, "y"}, nil
		}
		return Value{Tristate, "n"}, nil
	case int64:
		text = strings.ReplaceAll(strings.TrimPrefix(text, "+"), "_", "")
		if !number.MatchString(text) {
			return Value{}, fmt.Errorf("the number %s is neither decimal nor hexadecimal", text)
		}
		return Value{Number, text}, nil
	case string:
		switch {
		case data == "m":
			return Value{Tristate, "m"}, nil
		case data == "y":
			return Value{}, fmt.Errorf("\"y\" is written true here")
		case data == "n":
			return Value{}, fmt.Errorf("\"n\" is written false here")
		case strings.ContainsAny(data, "\n\r\x00"):
			return Value{}, fmt.Errorf("a symbol's string cannot hold a line break or a NUL")
		}
		return Value{String, data}, nil
	}
	return Value{}, errors.New("no symbol has such a value")
}

// String returns the value as a profile writes it.
func (v Value) String() string {
	switch {
	case v.Kind == String:
		return quote(v.Text)
	case v.Kind == Number:
		return v.Text
	case v.Text == "m":
		return `"m"`
	}
	return map[string]string{"y": "true", "n": "false"}[v.Text]
}

// Line returns the fragment line that asks for the value: CONFIG_X=y,
// CONFIG_X="text", or "# CONFIG_X is not set".
func (d Dialect) Line(symbol string, v Value) string {
	switch {
	case v.Kind == String:
		return d.Prefix + symbol + "=" + quote(v.Text)
	case v.Kind == Tristate && v.Text == "n":
		return "# " + d.Prefix + symbol + " is not set"
	}
	return d.Prefix + symbol + "=" + v.Text
}

// quote writes a string as Kconfig reads it: a backslash before each double
// quote and backslash (conf_set_sym_val and sym_escape_string_value in
// scripts/kconfig).
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Symbol reads a line of a .config file or a fragment. It returns no name for a
// line that sets no symbol of the dialect.
func (d Dialect) Symbol(line string) (name string, v Value) {
	if rest, ok := strings.CutPrefix(line, "# "+d.Prefix); ok {
		if name, ok := strings.CutSuffix(rest, " is not set"); ok && symbolName.MatchString(name) {
			return name, Value{Tristate, "n"}
		}
		return "", Value{}
	}
	rest, ok := strings.CutPrefix(line, d.Prefix)
	name, text, found := strings.Cut(rest, "=")
	switch {
	case !ok || !found || !symbolName.MatchString(name):
		return "", Value{}
	case text == "y" || text == "m" || text == "n":
		return name, Value{Tristate, text}
	case len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"':
		return name, Value{String, unquote(text[1 : len(text)-1])}
	}
	return name, Value{Number, text}
}

// unquote undoes what quote does inside its quotes.
func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
