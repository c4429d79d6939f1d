// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/kconfig"
)

// A Symbol is a symbol and the value that is wanted of it.
type Symbol struct {
	Name  string
	Value kconfig.Value
}

// Edit returns the source of a file with the symbols set in the table PROJECT.config:
// where the file sets one its value is replaced, others are added to the table.
// Comments, order and everything else stay. It fails, with the lines to write by
// hand, where the file says it in a way that cannot be edited so.
func Edit(file, source, project string, symbols []Symbol) (string, error) {
	name := strings.TrimSuffix(strings.TrimPrefix(file, "profiles/"), ".toml")
	before, err := parse(Schema(), name, file, source)
	if err != nil {
		return "", err
	}
	table := project + ".config"
	lines := strings.Split(source, "\n")
	var added []string
	for _, s := range symbols {
		if before.value(table+"."+s.Name) == nil {
			added = append(added, s.Name+" = "+s.Value.String())
			continue
		}
		at := before.Pos(table + "." + s.Name)
		lines[at.Line-1] = replaceValue(lines[at.Line-1], s)
	}
	text := insert(lines, project, added)
	after, err := parse(Schema(), name, file, text)
	if err != nil || !changes(before, after, table, symbols) {
		return "", &diag.Error{Pos: before.Pos(table), Msg: fmt.Sprintf("%s cannot be edited by a program as the file has it", table), Hint: "write there: " + strings.Join(said(symbols), ", ")}
	}
	return text, nil
}

func said(symbols []Symbol) []string {
	all := make([]string, len(symbols))
	for i, s := range symbols {
		all[i] = s.Name + " = " + s.Value.String()
	}
	return all
}

// replaceValue replaces the value behind a symbol, and nothing else of the line.
func replaceValue(line string, s Symbol) string {
	assignment := regexp.MustCompile(`((?:^|[.\s{,"'])` + regexp.QuoteMeta(s.Name) + `["']?\s*=\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}#]+)`)
	at := assignment.FindStringSubmatchIndex(line)
	if at == nil {
		return line
	}
	return line[:at[4]] + s.Value.String() + line[at[5]:]
}

// insert adds lines to the table project.config: behind its last one, in whichever
// way the file writes it, or as a new table at the end.
func insert(lines []string, project string, added []string) string {
	if len(added) == 0 {
		return strings.Join(lines, "\n")
	}
	header := regexp.MustCompile(`^\s*\[\s*([^\[\]]*?)\s*\]\s*(?:#.*)?$`)
	key := regexp.MustCompile(`^\s*(?:[\w-]+|"[^"]*"|'[^']*')(\.\S+)?\s*=`)
	table, last, prefix := "", -1, ""
	for i, line := range lines {
		if m := header.FindStringSubmatch(line); m != nil {
			table = strings.ReplaceAll(m[1], " ", "")
			if table == project+".config" {
				last, prefix = i, ""
			}
			continue
		}
		dotted := strings.TrimPrefix(project+".config.", table+".")
		switch trimmed := strings.TrimLeft(line, " \t"); {
		case table == project+".config" && key.MatchString(line):
			last, prefix = i, ""
		case (table == "" || table == project) && strings.HasPrefix(trimmed, dotted):
			last, prefix = i, dotted
		}
	}
	var text []string
	for _, a := range added {
		text = append(text, prefix+a)
	}
	if last >= 0 {
		return strings.Join(slices.Insert(lines, last+1, text...), "\n")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n\n[" + project + ".config]\n" + strings.Join(text, "\n") + "\n"
}

// changes tells whether after is before with the symbols set, and nothing else.
func changes(before, after *Layer, table string, symbols []Symbol) bool {
	want := map[string]any{}
	for _, v := range before.Values {
		want[v.Key] = v.Data
	}
	for _, s := range symbols {
		want[table+"."+s.Name] = s.Value
	}
	got := map[string]any{}
	for _, v := range after.Values {
		got[v.Key] = v.Data
	}
	return reflect.DeepEqual(got, want)
}
