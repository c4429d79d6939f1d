// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// all returns the frames in data.
func all(t *testing.T, data []byte) []frame {
	t.Helper()
	r := newFrameReader(bytes.NewReader(data))
	var frames []frame
	for {
		f, err := r.next()
		if errors.Is(err, io.EOF) {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, f)
	}
}

func same(a, b []frame) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].kind != b[i].kind || !bytes.Equal(a[i].data, b[i].data) {
			return false
		}
	}
	return true
}

func TestFrames(t *testing.T) {
	hello := frame{'H', []byte("hello")}
	whole := appendFrame(nil, hello)
	for _, test := range []struct {
		name string
		in   []byte
		want []frame
	}{
		{"nothing", nil, nil},
		{"one", whole, []frame{hello}},
		{"two", append(bytes.Clone(whole), whole...), []frame{hello, hello}},
		{"cut short, and whole", append(bytes.Clone(whole[:5]), whole...), []frame{hello}},
		{"cut in an escape", append([]byte{end, 'o', 1, 0, esc}, whole...), []frame{hello}},
		{"wrong escape", append([]byte{end, 'o', 1, 0, esc, 'x'}, whole...), []frame{hello}},
		{"noise before", append([]byte("noise"), whole...), []frame{hello}},
		{"too long", append(bytes.Repeat([]byte{'x'}, 5*maxData), whole...), []frame{hello}},
		{"no end", whole[:len(whole)-1], nil},
		{"longer than it says", append([]byte{end, 'o', 1, 0, 'a', 'b'}, whole...), []frame{hello}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := all(t, test.in); !same(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// FuzzFrames: any data survives, also behind a frame of which any part is
// missing. Only the same frame again can come of that part.
func FuzzFrames(f *testing.F) {
	f.Add(byte('o'), []byte("data"), uint16(3))
	f.Add(byte('x'), []byte{end, esc, escEnd, escEsc, 0, 255}, uint16(7))
	f.Add(byte(end), []byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, kind byte, data []byte, cut uint16) {
		if kind == end || kind == esc {
			kind = 'o'
		}
		data = data[:min(len(data), maxData)]
		one := frame{kind, data}
		whole := appendFrame(nil, one)
		want := []frame{one}
		if int(cut) >= len(whole)-1 {
			want = append(want, one)
		}
		in := append(bytes.Clone(whole[:min(len(whole), int(cut))]), whole...)
		if got := all(t, in); !same(got, want) {
			t.Errorf("%v cut after %d bytes and again gives %v", one, cut, got)
		}
	})
}

// FuzzNoise: the reader does not fall over anything.
func FuzzNoise(f *testing.F) {
	f.Add([]byte{end, 'o', 0, 0, end})
	f.Add([]byte{esc, end, esc})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, got := range all(t, data) {
			again := all(t, appendFrame(nil, got))
			if got.kind != end && got.kind != esc && !same(again, []frame{got}) {
				t.Errorf("%v comes back as %v", got, again)
			}
		}
	})
}
