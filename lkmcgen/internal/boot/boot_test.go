// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
)

// pairs makes the file that the plugin writes.
func pairs(numbers ...uint64) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.NativeEndian.AppendUint64(b, n)
	}
	return b
}

func TestPhases(t *testing.T) {
	borders := []Border{{"firmware", 0, false}, {"unpacker", 0x10, true}, {"kernel", 0x20, false}, {"init", 0x30, false}}
	for _, test := range []struct {
		name   string
		blocks []byte
		want   []Phase
		err    string
	}{
		{"all", pairs(1, 0, 0x10, 5, 0x20, 7, 0x30, 20, end, 31),
			[]Phase{{"firmware", 0, 5}, {"unpacker", 5, 2}, {"kernel", 7, 13}, {"init", 20, 11}}, ""},
		{"nothing unpacks", pairs(1, 0, 0x20, 7, 0x30, 20, 0x10, 25, end, 31),
			[]Phase{{"firmware", 0, 7}, {"kernel", 7, 13}, {"init", 20, 11}}, ""},
		{"an address of a later phase", pairs(0x30, 0, 0x20, 7, 0x20, 8, 0x30, 20, end, 31),
			[]Phase{{"firmware", 0, 7}, {"kernel", 7, 13}, {"init", 20, 11}}, ""},
		{"the kernel at once", pairs(0x20, 0, 0x30, 20, end, 31),
			[]Phase{{"firmware", 0, 0}, {"kernel", 0, 20}, {"init", 20, 11}}, ""},
		{"no init", pairs(1, 0, 0x20, 7, end, 31), nil, `never came to the phase "init": no instruction at 0x30 among 31`},
		{"killed", pairs(1, 0, 0x20, 7), nil, "cut off"},
		{"cut", pairs(1, 0, end, 7)[:30], nil, "cut off"},
		{"empty", nil, nil, "cut off"},
	} {
		got, err := Phases(test.blocks, borders)
		if !reflect.DeepEqual(got, test.want) || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: Phases = %v, %v; want %v, %q", test.name, got, err, test.want, test.err)
		}
	}
}

func TestReadLog(t *testing.T) {
	const log = `[    0.000000] Linux version 6.1
[    0.010000] calling  slow_init+0x0/0x40 @ 1
[    0.011000] calling  other_init+0x0/0x40 @ 7
[    0.012000] other: [of a driver] calling  no_initcall @ 1
[    0.013000] initcall other_init+0x0/0x40 returned -19 after 1500 usecs
[    0.052000] initcall slow_init+0x0/0x40 returned 0 after 42000 usecs
[    0.060000] Run /init as init process
[    0.061000]   with arguments:
[    0.100000] calling  late_init+0x0/0x1000 [late] @ 99
[    0.101000] initcall late_init+0x0/0x1000 [late] returned 0 after 900 usecs
a line that a program wrote
[    0.200000] Run /sbin/init as init process
`
	want := &Timeline{Initcalls: []Initcall{
		{"slow_init", "", 0.01, 0.042, 0}, {"other_init", "", 0.011, 0.0015, -19}, {"late_init", "late", 0.1, 0.0009, 0},
	}, Init: 0.06, End: 0.2}
	got, err := ReadLog(log)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ReadLog = %+v, %v; want %+v", got, err, want)
	}
	for _, bad := range []struct{ log, err string }{
		{"", "no initcall"},
		{"[    0.060000] Run /init as init process\n", "no initcall"},
		{"[    0.010000] calling  x+0x0/0x40 @ 1\n", "init was started"},
	} {
		if _, err := ReadLog(bad.log); err == nil || !strings.Contains(err.Error(), bad.err) {
			t.Errorf("ReadLog(%q) = %v; want %q", bad.log, err, bad.err)
		}
	}
}
