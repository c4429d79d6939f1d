// SPDX-License-Identifier: Apache-2.0

package profile

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of keys into README.adoc")

// TestReadme compares the table of keys in README.adoc with the schema.
func TestReadme(t *testing.T) {
	const name = "../../../README.adoc"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := bytes.Cut(data, []byte("// keys\n"))
	_, after, closed := bytes.Cut(rest, []byte("// end of keys\n"))
	if !found || !closed {
		t.Fatal(`README.adoc has no lines "// keys" and "// end of keys"`)
	}
	want := slices.Concat(before, []byte("// keys\n"+keyTable()+"// end of keys\n"), after)
	switch {
	case bytes.Equal(data, want):
	case *update:
		if err := os.WriteFile(name, want, 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("the table of keys in README.adoc is out of date (run: go test ./lkmcgen/internal/profile -run TestReadme -update)")
	}
}

// keyTable is the schema as a table of AsciiDoc, a key a line.
func keyTable() string {
	var b strings.Builder
	b.WriteString("[cols=\"3,2,6\"]\n|===\n|Key |Value |Meaning\n\n")
	seen := map[string]string{}
	keyRows(&b, "", Schema(), seen)
	b.WriteString("|===\n")
	return b.String()
}

// keyRows writes the leaves below n. A table whose keys are among those of a
// table written before is a row that names that table.
func keyRows(b *strings.Builder, key string, n *Node, seen map[string]string) {
	if n.leaf() {
		doc := n.Doc
		if n.ProfileOnly {
			doc += " (only in a profile)"
		}
		fmt.Fprintf(b, "|%s |%s |%s\n", key, n.wants(), escape(doc))
		return
	}
	if n.Elem != nil {
		keyRows(b, key+".NAME", n.Elem, seen)
		return
	}
	if like := seen[n.Type.String()]; like != "" {
		fmt.Fprintf(b, "|%s |a table |%s; %s, as of %s\n", key, escape(n.Doc), strings.Join(n.names(), ", "), like)
		return
	}
	seen[n.Type.String()] = key
	for _, name := range tablesLast(n) {
		keyRows(b, strings.TrimPrefix(key+"."+name, "."), n.Fields[name], seen)
	}
}

// tablesLast are the keys of a table with its leaves before its tables.
func tablesLast(n *Node) []string {
	names := slices.Sorted(maps.Keys(n.Fields))
	slices.SortStableFunc(names, func(a, b string) int {
		return rank(n.Fields[a]) - rank(n.Fields[b])
	})
	return names
}

func rank(n *Node) int {
	if n.leaf() {
		return 0
	}
	return 1
}

// escape keeps bars from being taken for cells.
func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
