// SPDX-License-Identifier: Apache-2.0

package stats

import (
	"reflect"
	"strings"
	"testing"
)

// The lines are gem5's, of a run that dumped once and was killed at its end.
const text = `
---------- Begin Simulation Statistics ----------
simSeconds                                   0.103130                       # Number of seconds simulated (Second)
hostSeconds                                     98.50                       # Real time elapsed on the host (Second)
board.processor.cores.core.cpi               1.043215                       # CPI: cycles per instruction (core level) ((Cycle/Count))
board.cache.overallMisses::total                 1217                       # number of overall misses (Count)
board.cache.overallMisses::data                  1000     82.17%     82.17% # number of overall misses (Count)
board.cache.avgMshr                               nan                       # average (Tick/Count)
board.cache.zero                                    0                       # nothing

---------- End Simulation Statistics   ----------

---------- Begin Simulation Statistics ----------
simSeconds                                   0.2
`

func TestParse(t *testing.T) {
	all, err := Parse(strings.NewReader(text))
	if err != nil || len(all) != 1 || len(all[0]) != 6 {
		t.Fatalf("Parse = %v, %v; want one region of 6", all, err)
	}
	want := Region{
		{"board.processor.cores.core.cpi", 1.043215, "(Cycle/Count)", "CPI: cycles per instruction (core level)"},
		{"board.cache.overallMisses::total", 1217, "Count", "number of overall misses"},
	}
	if got := all[0].Select([]string{"CPI", "total"}, false); !reflect.DeepEqual(got, want) {
		t.Errorf("Select = %+v; want %+v", got, want)
	}
	for _, w := range []struct{ word, want string }{{"Misses", ""}, {"zero", ""}, {"cpu", "cpu"}} {
		if got := all[0].Missing([]string{"CPI", w.word}); got != w.want {
			t.Errorf("Missing(%q) = %q; want %q", w.word, got, w.want)
		}
	}
	if got := len(all[0].Select(nil, false)); got != 5 {
		t.Errorf("%d of the region are not zero; want 5", got)
	}
	if _, err := Parse(strings.NewReader(text[:60])); err == nil {
		t.Error("Parse of a file that was cut short: no error")
	}
}

func TestDiff(t *testing.T) {
	a := Region{{Name: "same", Value: 1}, {Name: "misses", Value: 200}, {Name: "hostSeconds", Value: 1}, {Name: "gone", Value: 3}}
	b := Region{{Name: "same", Value: 1}, {Name: "misses", Value: 150}, {Name: "hostSeconds", Value: 2}, {Name: "new", Value: 5}}
	want := []Change{{Name: "misses", A: 200, B: 150}, {Name: "gone", A: 3}, {Name: "new", B: 5}}
	got := Diff(a, b)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Diff = %+v; want %+v", got, want)
	}
	if p := got[0].Percent(); p != -25 {
		t.Errorf("Percent = %v; want -25", p)
	}
}
