// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"debug/elf"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"

	"lkmc/lkmcgen/internal/boot"
	"lkmc/lkmcgen/internal/chart"
	"lkmc/lkmcgen/internal/diag"
)

// A countReport is what count-instructions found.
type countReport struct {
	Profile      string       `json:"profile"`
	Builder      string       `json:"builder"`
	Instructions uint64       `json:"instructions"`
	Phases       []boot.Phase `json:"phases"`
}

// countInstructions boots a guest in an emulator with a plugin that counts.
func countInstructions(ctx context.Context, e *env, args []string) error {
	var plugin string
	m, err := e.measurement("count-instructions", "count", args, func(f *flag.FlagSet) {
		f.StringVar(&plugin, "plugin", "out/plugins/count.so", "")
	})
	if err != nil {
		return err
	}
	if _, ok := m.target.Options["accelerator"]; !ok {
		return &diag.Error{Msg: "the emulator of " + m.profile + " takes no plugin of QEMU's"}
	}
	if smp := os.Getenv("SMP"); smp != "" && smp != "1" {
		return usagef("SMP=%s: several CPUs count into one another; want 1", smp)
	}
	borders, err := m.borders()
	if err != nil {
		return err
	}
	blocks, err := m.count(ctx, plugin)
	if err != nil {
		return err
	}
	phases, err := boot.Phases(blocks, borders)
	if err != nil {
		return &diag.Error{Msg: err.Error(), Hint: "what the guest said: " + filepath.Join(m.folder(), "console.log")}
	}
	last := phases[len(phases)-1]
	r := countReport{m.profile, m.builder, last.Begins + last.Instructions, phases}
	if m.asJSON {
		err = e.printJSON(r)
	} else {
		err = r.table(e)
	}
	return errors.Join(err, m.write("count", r, r.picture()))
}

// borders returns where the phases of a boot begin: by what the profile says of its
// kernel, the kernel's ELF file where that says nothing, and the file of BusyBox,
// which is init.
func (m *measurement) borders() ([]boot.Border, error) {
	kernel, err := m.entry("kernel", "vmlinux")
	if text := cmp.Or(m.target.Builders[m.builder].Start, m.target.Linux.Start); text != "" {
		start, wrong := strconv.ParseUint(text, 0, 64)
		// The first instruction need not be the first byte, which an ELF file tells
		// if it has physical addresses.
		if err != nil || kernel < start || kernel-start >= 1<<20 {
			kernel, err = start, wrong
		}
	}
	if err != nil {
		return nil, err
	}
	program, err := m.entry("busybox")
	if err != nil {
		return nil, err
	}
	borders := []boot.Border{{Phase: "firmware"}}
	if text := m.target.Linux.UnpackerStart; text != "" {
		unpacker, err := strconv.ParseUint(text, 0, 64)
		if err != nil {
			return nil, err
		}
		borders = append(borders, boot.Border{Phase: "unpacker", Address: unpacker, Optional: true})
	}
	return append(borders, boot.Border{Phase: "kernel until init", Address: kernel}, boot.Border{Phase: "init and after", Address: program}), nil
}

// entry returns where the first ELF file begins that has one of the names, of what
// the builder made.
func (m *measurement) entry(files ...string) (uint64, error) {
	var problem error
	for _, file := range files {
		name := filepath.Join(m.built(), file)
		f, err := elf.Open(name)
		if errors.Is(err, os.ErrNotExist) {
			err = &diag.Error{Msg: name + " is not built yet", Hint: fmt.Sprintf("make build PROFILE=%s BUILDER=%s", m.profile, m.builder)}
		} else if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		} else {
			defer f.Close()
			if f.Machine == elf.EM_ARM {
				return f.Entry &^ 1, nil // the lowest bit tells the instruction set
			}
			return f.Entry, nil
		}
		problem = cmp.Or(problem, err)
	}
	return 0, problem
}

// count boots a guest that powers off, or does what EVAL says, and returns what the
// plugin wrote.
func (m *measurement) count(ctx context.Context, plugin string) ([]byte, error) {
	file := filepath.Join(m.folder(), "count.blocks")
	defer os.Remove(file)
	comma := strings.NewReplacer(",", ",,")
	settings := append(m.fresh, "ACCEL=tcg",
		fmt.Sprintf(`ARGS=%s -plugin "%s,out=%s"`, os.Getenv("ARGS"), comma.Replace(plugin), comma.Replace(file)))
	if os.Getenv("EVAL") == "" && os.Getenv("EVAL_INIT") == "" {
		settings = append(settings, "EVAL=poweroff")
	}
	c := m.script("env", settings...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	defer context.AfterFunc(ctx, func() { c.Process.Signal(syscall.SIGTERM) })()
	fmt.Fprintf(m.e.stderr, "booting %s, counting\n", m.profile)
	if err := c.Run(); err != nil {
		return nil, &diag.Error{Msg: strings.Join(last(said.String(), 10), "\n"), Hint: pluginHint(said.String())}
	}
	return os.ReadFile(file)
}

// pluginHint tells what it means when QEMU takes no plugin, or not this one.
func pluginHint(said string) string {
	switch {
	case strings.Contains(said, "-plugin: invalid option"), strings.Contains(said, "plugin interface not enabled"):
		return "this QEMU was built without plugins"
	case strings.Contains(said, "requires API version"), strings.Contains(said, "undefined symbol: qemu_plugin"):
		return "the plugin is for versions 1 and 2 of QEMU's interface: 6.0 and later"
	}
	return ""
}

func (r *countReport) share(n uint64) string {
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(r.Instructions))
}

func (r *countReport) table(e *env) error {
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "INSTRUCTIONS\tSHARE\t\n")
	for _, p := range r.Phases {
		fmt.Fprintf(t, "%s\t%s\t  %s\n", grouped(p.Instructions), r.share(p.Instructions), p.Name)
	}
	fmt.Fprintf(t, "%s\t\t  from the first to power-off\n", grouped(r.Instructions))
	return t.Flush()
}

// grouped writes a number with a comma between each three digits.
func grouped(n uint64) string {
	text := strconv.FormatUint(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func (r *countReport) picture() *chart.Chart {
	c := &chart.Chart{
		Title:    "Instructions of a boot: " + r.Profile,
		Subtitle: fmt.Sprintf("%s from the first to power-off, builder %s", grouped(r.Instructions), r.Builder),
		End:      float64(r.Instructions),
		Tick:     func(n float64) string { return fmt.Sprintf("%.4g M", n/1e6) },
	}
	for i, p := range r.Phases {
		c.Rows = append(c.Rows, chart.Row{Name: p.Name, Bars: []chart.Bar{{
			From: float64(p.Begins), To: float64(p.Begins + p.Instructions), Tone: i,
			Label: fmt.Sprintf("%s  (%s)", grouped(p.Instructions), r.share(p.Instructions)),
			Note:  p.Name + ": " + grouped(p.Instructions),
		}}})
	}
	return c
}
