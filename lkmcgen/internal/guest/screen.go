// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bufio"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lkmc/lkmcgen/internal/diag"
)

// Screen returns what the guest's screen shows now. A guest without one is an
// error.
func (r *Run) Screen() (image.Image, error) {
	m, err := OpenMonitor(r)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	m.conn.SetDeadline(time.Now().Add(10 * patience))
	// Every QEMU writes this format, not every one others.
	name := filepath.Join(absolute(r.Folder), "screen.ppm")
	defer os.Remove(name)
	if err := m.do("screendump", map[string]any{"filename": name}, nil); err != nil {
		if strings.Contains(err.Error(), "no console") || strings.Contains(err.Error(), "no QemuConsole") {
			return nil, &diag.Error{Msg: "the guest has no screen", Hint: "make run SCREEN=1 or GRAPHIC=1 gives it one"}
		}
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return decodePPM(f)
}

// decodePPM reads a picture of the netpbm format P6, three bytes a pixel and no
// comments, as QEMU writes it.
func decodePPM(from io.Reader) (image.Image, error) {
	r := bufio.NewReader(from)
	var width, height, most int
	if _, err := fmt.Fscanf(r, "P6\n%d %d\n%d\n", &width, &height, &most); err != nil || most != 255 || width <= 0 || height <= 0 || width > 1<<14 || height > 1<<14 {
		return nil, fmt.Errorf("the emulator wrote no picture of the format P6")
	}
	pixels := make([]byte, 3*width*height)
	if _, err := io.ReadFull(r, pixels); err != nil {
		return nil, fmt.Errorf("the emulator's picture is cut short: %w", err)
	}
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(picture.Pix[4*i:], pixels[3*i:3*i+3])
		picture.Pix[4*i+3] = 255
	}
	return picture, nil
}
