// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Frames are delimited and stuffed as in RFC 1055 (SLIP). Inside stand a type,
// the length of the data in two bytes, low byte first, and the data. The same
// is in kernel_module/user/agent.c, which describes the protocol.
const (
	end    = 0xc0
	esc    = 0xdb
	escEnd = 0xdc
	escEsc = 0xdd

	head    = 3
	maxData = 16384
)

// A frame is one message of the agent's or to it.
type frame struct {
	kind byte
	data []byte
}

// appendFrame appends a frame with a delimiter before and behind it: the first
// ends what was there, should it have been cut short.
func appendFrame(b []byte, f frame) []byte {
	b = append(b, end, f.kind)
	b = appendStuffed(b, binary.LittleEndian.AppendUint16(nil, uint16(len(f.data))))
	b = appendStuffed(b, f.data)
	return append(b, end)
}

func appendStuffed(b, data []byte) []byte {
	for _, c := range data {
		switch c {
		case end:
			b = append(b, esc, escEnd)
		case esc:
			b = append(b, esc, escEsc)
		default:
			b = append(b, c)
		}
	}
	return b
}

// A frameReader reads frames and passes over everything else: noise, and frames
// that were cut short.
type frameReader struct {
	r *bufio.Reader
}

func newFrameReader(r io.Reader) *frameReader {
	return &frameReader{bufio.NewReaderSize(r, 2*(head+maxData)+2)}
}

// next returns the next whole frame. Its data is the caller's to keep.
func (r *frameReader) next() (frame, error) {
	for {
		raw, err := r.r.ReadSlice(end)
		if errors.Is(err, bufio.ErrBufferFull) {
			if err := r.skip(); err != nil {
				return frame{}, err
			}
			continue
		}
		if err != nil {
			return frame{}, err
		}
		if f, ok := unstuff(raw[:len(raw)-1]); ok {
			return f, nil
		}
	}
}

// skip reads to the end of something that is too long for a frame.
func (r *frameReader) skip() error {
	for {
		_, err := r.r.ReadSlice(end)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// unstuff turns what stands between two delimiters into a frame.
func unstuff(raw []byte) (frame, bool) {
	b := make([]byte, 0, len(raw))
	for {
		n := bytes.IndexByte(raw, esc)
		if n < 0 {
			b = append(b, raw...)
			break
		}
		if n+1 == len(raw) {
			return frame{}, false
		}
		b = append(b, raw[:n]...)
		switch raw[n+1] {
		case escEnd:
			b = append(b, end)
		case escEsc:
			b = append(b, esc)
		default:
			return frame{}, false
		}
		raw = raw[n+2:]
	}
	if len(b) < head || len(b)-head != int(binary.LittleEndian.Uint16(b[1:])) {
		return frame{}, false
	}
	return frame{b[0], b[head:]}, true
}
