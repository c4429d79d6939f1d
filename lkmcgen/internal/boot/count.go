// SPDX-License-Identifier: Apache-2.0

// Package boot reads what was measured of a guest's boot: the instructions of its
// phases, and its initcalls.
package boot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Border is where a phase of a boot begins.
type Border struct {
	Phase    string
	Address  uint64 // virtual, of the first instruction
	Optional bool   // not every guest has the phase
}

// A Phase is a part of a boot.
type Phase struct {
	Name         string `json:"phase"`
	Begins       uint64 `json:"begins"`       // instructions before
	Instructions uint64 `json:"instructions"` // of the phase itself
}

// A block is what patches/qemu/plugins/count.c writes: where a block of code is, and the
// instructions that were executed before it was translated for the first time.
type block struct{ address, before uint64 }

// end is the address of the last block of a run that came to its end.
const end = math.MaxUint64

// Phases divides a run into its phases. The first begins with the run, whatever
// its address; the others at the first block with the address of their border that
// comes after the border before. Blocks is the file that patches/qemu/plugins/count.c made on this
// host. It is an error if the run did not come to its end, or not to a border.
func Phases(blocks []byte, borders []Border) ([]Phase, error) {
	all, err := decode(blocks)
	if err != nil {
		return nil, err
	}
	total := all[len(all)-1].before
	phases := []Phase{{Name: borders[0].Phase}}
	at, optional := 0, -1
	for i, b := range borders[1:] {
		if b.Optional {
			optional = i + 1
			continue
		}
		found := find(all[at:], b.Address)
		if found < 0 {
			return nil, fmt.Errorf("the guest never came to the phase %q: no instruction at %#x among %d", b.Phase, b.Address, total)
		}
		if optional > 0 {
			before := borders[optional]
			if begin := find(all[at:at+found], before.Address); begin >= 0 {
				phases = append(phases, Phase{Name: before.Phase, Begins: all[at+begin].before})
			}
			optional = -1
		}
		at += found
		phases = append(phases, Phase{Name: b.Phase, Begins: all[at].before})
	}
	for i := range phases {
		next := total
		if i+1 < len(phases) {
			next = phases[i+1].Begins
		}
		phases[i].Instructions = next - phases[i].Begins
	}
	return phases, nil
}

func find(blocks []block, address uint64) int {
	return slices.IndexFunc(blocks, func(b block) bool { return b.address == address })
}

func decode(data []byte) ([]block, error) {
	const size = 16
	all := make([]block, len(data)/size)
	for i := range all {
		pair := data[i*size:]
		all[i] = block{binary.NativeEndian.Uint64(pair), binary.NativeEndian.Uint64(pair[8:])}
	}
	if len(all) == 0 || len(data)%size != 0 || all[len(all)-1].address != end {
		return nil, errors.New("the count was cut off: the emulator was killed, or the disk is full")
	}
	return all, nil
}
