// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"bufio"
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// An Initcall is one initialization of a part of the kernel or of a module. Times
// are seconds of the kernel's clock, which stands still until it has one.
type Initcall struct {
	Name    string  `json:"name"`
	Module  string  `json:"module,omitempty"`
	Begins  float64 `json:"begins"`
	Seconds float64 `json:"seconds"`
	Status  int     `json:"status"` // what the function returned
}

// A Timeline is a boot as the kernel's log tells it.
type Timeline struct {
	Initcalls []Initcall `json:"initcalls"` // in the order of their beginnings
	Init      float64    `json:"init"`      // when the kernel started the first program
	End       float64    `json:"end"`       // of the last message
}

var (
	message  = regexp.MustCompile(`^\[ *(\d+\.\d+)\] (.*)`)
	calling  = regexp.MustCompile(`^calling  (\S+)(?: \[(\S+)\])? @ \d+$`)
	returned = regexp.MustCompile(`^initcall (\S+)(?: \[\S+\])? returned (-?\d+) after (\d+) usecs`)
)

// ReadLog reads what dmesg printed of a kernel that was started with
// initcall_debug. It is an error if no initcall is told of, or no init.
func ReadLog(log string) (*Timeline, error) {
	t := &Timeline{}
	open := map[string]int{} // the index of an initcall that has not returned
	started := false
	lines := bufio.NewScanner(strings.NewReader(log))
	for lines.Scan() {
		m := message.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		now, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return nil, err
		}
		t.End = now
		if c := calling.FindStringSubmatch(m[2]); c != nil {
			open[c[1]] = len(t.Initcalls)
			name, _, _ := strings.Cut(c[1], "+")
			t.Initcalls = append(t.Initcalls, Initcall{Name: name, Module: c[2], Begins: now})
		} else if r := returned.FindStringSubmatch(m[2]); r != nil {
			if i, ok := open[r[1]]; ok {
				t.Initcalls[i].finish(r[2], r[3])
				delete(open, r[1])
			}
		} else if !started && strings.HasPrefix(m[2], "Run ") && strings.HasSuffix(m[2], " as init process") {
			t.Init, started = now, true
		}
	}
	switch {
	case lines.Err() != nil:
		return nil, lines.Err()
	case len(t.Initcalls) == 0:
		return nil, errors.New("the kernel's log tells of no initcall")
	case !started:
		return nil, errors.New("the kernel's log does not tell when init was started")
	}
	return t, nil
}

// finish takes what the kernel says at the end of an initcall: numbers, as the
// pattern has matched.
func (i *Initcall) finish(status, µs string) {
	i.Status, _ = strconv.Atoi(status)
	µ, _ := strconv.ParseFloat(µs, 64)
	i.Seconds = µ / 1e6
}
