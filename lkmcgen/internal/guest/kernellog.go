// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// A kernelLog takes records of /dev/kmsg, one at each Write, and writes the
// kernel's own as dmesg would.
type kernelLog struct{ w io.Writer }

func (k *kernelLog) Write(record []byte) (int, error) {
	if line, ok := kernelLine(string(record)); ok {
		if _, err := io.WriteString(k.w, line); err != nil {
			return 0, err
		}
	}
	return len(record), nil
}

var escaped = regexp.MustCompile(`\\x[0-9a-f]{2}`)

// kernelLine turns a record, "priority,number,microseconds,flags;text" and then
// lines of properties, into a line of dmesg. It is false for what a program has
// written there: it has another facility than the kernel, 0.
func kernelLine(record string) (string, bool) {
	prefix, text, _ := strings.Cut(record, ";")
	text, _, _ = strings.Cut(text, "\n")
	fields := strings.Split(prefix, ",")
	if len(fields) < 3 {
		return "", false
	}
	priority, err := strconv.Atoi(fields[0])
	µs, err2 := strconv.ParseUint(fields[2], 10, 64)
	if err != nil || err2 != nil || priority>>3 != 0 {
		return "", false
	}
	text = escaped.ReplaceAllStringFunc(text, func(x string) string {
		n, _ := strconv.ParseUint(x[2:], 16, 8)
		return string([]byte{byte(n)})
	})
	return fmt.Sprintf("[%5d.%06d] %s\n", µs/1e6, µs%1e6, text), true
}
