// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"image/color"
	"strings"
	"testing"
)

func TestDecodePPM(t *testing.T) {
	picture, err := decodePPM(strings.NewReader("P6\n2 1\n255\n\x00\x01\x02\xff\n "))
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != 2 || size.Y != 1 {
		t.Fatalf("the size is %v", size)
	}
	if got, want := picture.At(1, 0), (color.NRGBA{0xff, '\n', ' ', 0xff}); got != want {
		t.Errorf("the second pixel is %v, want %v", got, want)
	}
	for _, wrong := range []string{"", "P5\n1 1\n255\n   ", "P6\n1 1\n65535\n      ", "P6\n2 1\n255\n     ", "P6\n-1 1\n255\n", "P6\n99999 99999\n255\n"} {
		if _, err := decodePPM(strings.NewReader(wrong)); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}
