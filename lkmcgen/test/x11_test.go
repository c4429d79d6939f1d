// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What twm's frames look like by system.twmrc.
const frameWidth = 3

var frameColor = color.NRGBA{0xc0, 0x80, 0x30, 0xff}

// TestX11: startx shows its windows in their frames, a window on which nothing
// moves is the one in the README's picture, and keys reach xterm.
func TestX11(t *testing.T) {
	needBoot(t)
	needAll(t, "fetches X11")
	for _, profile := range []string{"x86_64-qemu-x11", "aarch64-qemu-x11"} {
		t.Run(profile, func(t *testing.T) { startsX(t, root(t).of(profile)) })
	}
}

// TestBuildrootX11 is the same of the programs that Buildroot compiles, of the tree
// that BUILDROOT_SRC names.
func TestBuildrootX11(t *testing.T) {
	src := needBuildroot(t)
	t.Setenv("LKMC_BOOT", "1")
	startsX(t, root(t).of("x86_64-qemu-x11").with("BUILDER=buildroot", "BUILDROOT_SRC="+src))
}

func startsX(t *testing.T, tr tree) {
	known := screenshot(t, "testdata/x11.png")
	g := tr.start(t, "x11", "FRESH=1")
	g.exec(t, "(startx >/tmp/startx.log 2>&1 &)").want(t, 0, "", "")
	shot := filepath.Join(t.TempDir(), "screen.png")
	var wrong string
	for range 60 {
		time.Sleep(time.Second)
		g.make(t, "-s", "screenshot", "FILE="+shot).want(t, 0, shot+"\n")
		if wrong = wrongScreen(g.windows(t), screenshot(t, shot), known); wrong == "" {
			break
		}
	}
	if wrong != "" {
		t.Fatalf("%s; startx said\n%s", wrong, g.exec(t, "cat /tmp/startx.log; grep EE /var/log/Xorg.0.log").stdout)
	}

	xterm := g.windows(t)["xterm"]
	before := dark(screenshot(t, shot), xterm)
	g.lkmcgen(t, strings.NewReader("sendkey e\nsendkey c\nsendkey h\nsendkey o\nsendkey spc\nsendkey shift-dot\nsendkey k\nsendkey ret\n"), "monitor", g.folder).want(t, 0, "", "")
	g.exec(t, "until [ -e /k ]; do sleep 0.2; done").want(t, 0, "", "")
	g.make(t, "-s", "screenshot", "FILE="+shot).want(t, 0)
	if after := dark(screenshot(t, shot), xterm); after <= before {
		t.Errorf("xterm shows no more than before something was typed: %d dark pixels, then %d", before, after)
	}
}

// screenshot reads a picture.
func screenshot(t *testing.T, name string) *image.NRGBA {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	from, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	picture := image.NewNRGBA(from.Bounds())
	draw.Draw(picture, picture.Bounds(), from, image.Point{}, draw.Src)
	return picture
}

// windows asks the X server where the frames are of which clients, borders included.
func (g *running) windows(t *testing.T) map[string]image.Rectangle {
	t.Helper()
	tree := g.exec(t, "xwininfo -display :0 -root -tree").stdout
	frames := map[string]image.Rectangle{}
	for _, f := range regexp.MustCompile(`(?m)^ {5}0x\w+ .*\)  (\d+)x(\d+)\+\d+\+\d+  \+(\d+)\+(\d+)\n.*children:\n +0x\w+ "[^"]*": \("(\w+)"`).FindAllStringSubmatch(tree, -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(f[i+1])
		}
		frames[f[5]] = image.Rect(n[2], n[3], n[2]+n[0]+2*frameWidth, n[3]+n[1]+2*frameWidth)
	}
	return frames
}

// wrongScreen tells what a picture lacks of the frames that the X server says are
// there, or how it differs from the known one.
func wrongScreen(frames map[string]image.Rectangle, picture, known *image.NRGBA) string {
	for _, name := range []string{"xterm", "xclock", "xeyes", "xcalc"} {
		frame, ok := frames[name]
		if !ok {
			return "there is no window of " + name
		}
		if !frame.In(picture.Bounds()) {
			return fmt.Sprintf("%s is at %v, the screen is %v", name, frame, picture.Bounds())
		}
		bottom := frame.Max.Y
		if name == "xeyes" { // its window, and so its frame below the title, has the form of eyes
			bottom = frame.Min.Y + frameWidth
		}
		for y := frame.Min.Y; y < bottom; y++ {
			for x := frame.Min.X; x < frame.Max.X; x++ {
				if !image.Pt(x, y).In(frame.Inset(frameWidth)) && picture.NRGBAAt(x, y) != frameColor {
					return fmt.Sprintf("%s has no frame at %d,%d", name, x, y)
				}
			}
		}
	}
	if dark(picture, frames["xterm"]) < 150 { // a prompt has 200, the cursor 80
		return "xterm shows no text"
	}
	different, xcalc := 0, frames["xcalc"]
	for y := xcalc.Min.Y; y < xcalc.Max.Y; y++ {
		for x := xcalc.Min.X; x < xcalc.Max.X; x++ {
			if picture.NRGBAAt(x, y) != known.NRGBAAt(x, y) {
				different++
			}
		}
	}
	if size := xcalc.Dx() * xcalc.Dy(); different > size/100 {
		return fmt.Sprintf("%d of %d pixels of xcalc are not those of testdata/x11.png", different, size)
	}
	return ""
}

// dark counts the black pixels of a window.
func dark(picture *image.NRGBA, window image.Rectangle) (n int) {
	for y := window.Min.Y; y < window.Max.Y; y++ {
		for x := window.Min.X; x < window.Max.X; x++ {
			if picture.NRGBAAt(x, y) == (color.NRGBA{0, 0, 0, 0xff}) {
				n++
			}
		}
	}
	return n
}
