// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os/signal"
	"syscall"

	"lkmc/lkmcgen/internal/guest"
)

// stopKernel stops the kernel of a guest for GDB on its second serial port.
func stopKernel(ctx context.Context, e *env, args []string) error {
	args, err := e.parse("stop-kernel", args, nil)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return usagef("stop-kernel wants: RUN")
	}
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	return guest.Read(args[0]).StopKernel(ctx, func(text string) { fmt.Fprintln(e.stderr, "lkmcgen: "+text) })
}
