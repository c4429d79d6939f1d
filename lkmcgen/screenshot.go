// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"path/filepath"

	"lkmc/lkmcgen/internal/guest"
)

// screenshot writes what a guest's screen shows as a PNG file, by default in the
// run's folder, and prints its name.
func screenshot(_ context.Context, e *env, args []string) error {
	args, err := e.parse("screenshot", args, nil)
	if err != nil {
		return err
	}
	if len(args) != 1 && len(args) != 2 {
		return usagef("screenshot wants: RUN [FILE]")
	}
	picture, err := guest.Read(args[0]).Screen()
	if err != nil {
		return err
	}
	name := filepath.Join(args[0], "screen.png")
	if len(args) == 2 {
		name = args[1]
	}
	var data bytes.Buffer
	if err := png.Encode(&data, picture); err != nil {
		return err
	}
	if err := replaceFile(name, data.Bytes()); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, name)
	return nil
}
