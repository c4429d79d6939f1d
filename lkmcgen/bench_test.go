// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lkmc/lkmcgen/internal/profile"
	"lkmc/lkmcgen/internal/render"
	"lkmc/lkmcgen/internal/resolve"
)

// BenchmarkShipped makes all files of the repository's profiles in memory.
func BenchmarkShipped(b *testing.B) {
	fsys := os.DirFS("..")
	for b.Loop() {
		set, err := profile.Load(fsys)
		if err != nil {
			b.Fatal(err)
		}
		renderer, err := render.New(fsys)
		if err != nil {
			b.Fatal(err)
		}
		resolver := resolve.New(set)
		for _, l := range set.Profiles {
			p, err := resolver.Profile(l)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := renderer.Profile(p); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(set.Profiles)), "profiles")
	}
}

// BenchmarkMany runs gen for ten thousand profiles: into a new folder, and
// again when nothing changed.
func BenchmarkMany(b *testing.B) {
	const count = 10_000
	dir := b.TempDir()
	for _, folder := range []string{"profiles", "templates"} {
		if err := os.CopyFS(filepath.Join(dir, folder), os.DirFS("../"+folder)); err != nil {
			b.Fatal(err)
		}
	}
	out, err := exec.Command("sh", "testdata/many-profiles.sh", "x86_64", "qemu", strconv.Itoa(count), filepath.Join(dir, "profiles")).CombinedOutput()
	if err != nil {
		b.Fatalf("many-profiles.sh: %v\n%s", err, out)
	}
	for _, again := range []bool{false, true} {
		b.Run(map[bool]string{false: "new", true: "unchanged"}[again], func(b *testing.B) {
			var peak atomic.Uint64
			stop := sampleMemory(&peak)
			defer stop()
			for b.Loop() {
				if !again {
					b.StopTimer()
					if err := os.RemoveAll(filepath.Join(dir, "generated")); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				e := &env{root: dir, stdout: io.Discard, stderr: io.Discard}
				if _, err := e.generate(false, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/profile")
			b.ReportMetric(float64(peak.Load())/1e6, "peak-MB")
		})
	}
}

// sampleMemory keeps the largest amount of memory that the program had in peak.
func sampleMemory(peak *atomic.Uint64) (stop func()) {
	done := make(chan bool)
	go func() {
		for {
			peak.Store(max(peak.Load(), resident()))
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() { close(done) }
}

// resident returns the bytes of memory that the program has now.
func resident() uint64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err == nil {
		var size, pages uint64
		if _, err = fmt.Fscan(strings.NewReader(string(data)), &size, &pages); err == nil {
			return pages * uint64(os.Getpagesize())
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}
