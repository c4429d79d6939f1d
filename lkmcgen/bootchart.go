// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"lkmc/lkmcgen/internal/boot"
	"lkmc/lkmcgen/internal/chart"
	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/guest"
)

// A chartReport is what boot-chart found.
type chartReport struct {
	Profile string `json:"profile"`
	Builder string `json:"builder"`
	Release string `json:"release"`
	*boot.Timeline
}

// slowest are how many initcalls the picture names, and inTable the table.
const slowest, inTable = 30, 15

// bootChart boots a guest whose kernel tells of its initcalls.
func bootChart(ctx context.Context, e *env, args []string) error {
	m, err := e.measurement("boot-chart", "chart", args, nil)
	if err != nil {
		return err
	}
	if m.target.Argv.Args["agent"] == nil {
		return &diag.Error{Msg: "guests of " + m.profile + " have no agent, which would tell of the boot"}
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	fmt.Fprintf(e.stderr, "booting %s with initcall_debug\n", m.profile)
	// What the kernel tells stays in its log: a console would take its time.
	s, end, err := m.connect(ctx, append(m.fresh, "APPEND="+strings.TrimSpace(os.Getenv("APPEND")+" initcall_debug log_buf_len=2M"))...)
	if err != nil {
		return err
	}
	defer end()
	var log, stderr bytes.Buffer
	status, err := s.Run(ctx, guest.Command{Args: []string{"/bin/sh", "-c", "dmesg"}, Stdout: &log, Stderr: &stderr})
	if err != nil {
		return err
	}
	if status.Code() != 0 {
		return fmt.Errorf("dmesg ended with status %d in the guest: %s", status.Code(), strings.TrimSpace(stderr.String()))
	}
	m.poweroff(ctx, s)
	timeline, err := boot.ReadLog(log.String())
	if err != nil {
		return err
	}
	r := chartReport{m.profile, m.builder, s.Release, timeline}
	if m.asJSON {
		err = e.printJSON(r)
	} else {
		err = r.table(e)
	}
	return errors.Join(err, m.write("chart", r, r.picture()))
}

// slow returns the n initcalls that took longest, the longest first.
func (r *chartReport) slow(n int) []boot.Initcall {
	all := slices.Clone(r.Initcalls)
	slices.SortStableFunc(all, func(a, b boot.Initcall) int { return cmp.Compare(b.Seconds, a.Seconds) })
	return all[:min(n, len(all))]
}

func label(i boot.Initcall) string {
	if i.Module != "" {
		return i.Name + " [" + i.Module + "]"
	}
	return i.Name
}

func milliseconds(s float64) string { return fmt.Sprintf("%.1f ms", s*1e3) }

func (r *chartReport) table(e *env) error {
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "TOOK\tFROM\t\n")
	for _, i := range r.slow(inTable) {
		fmt.Fprintf(t, "%s\t%.3f s\t  %s\n", milliseconds(i.Seconds), i.Begins, label(i))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(e.stdout, "\n%s\n", r.summary())
	return err
}

func (r *chartReport) summary() string {
	var took float64
	before := 0
	for _, i := range r.Initcalls {
		if i.Begins <= r.Init {
			took += i.Seconds
			before++
		}
	}
	return fmt.Sprintf("init after %.3f s, of which %d initcalls took %.3f s; Linux %s, builder %s", r.Init, before, took, r.Release, r.Builder)
}

func (r *chartReport) picture() *chart.Chart {
	c := &chart.Chart{
		Title: "Initcalls of a boot: " + r.Profile, Subtitle: r.summary(), End: r.End,
		Tick: func(s float64) string { return fmt.Sprintf("%.4g s", s) },
		Rows: []chart.Row{
			{Name: "kernel", Bars: []chart.Bar{{To: r.Init, Note: "until init"}}},
			{Name: "init and after", Bars: []chart.Bar{{From: r.Init, To: r.End, Note: "programs", Tone: 2}}},
		},
	}
	row := chart.Row{Name: fmt.Sprintf("all %d initcalls", len(r.Initcalls))}
	for _, i := range r.Initcalls {
		row.Bars = append(row.Bars, r.bar(i, ""))
	}
	c.Rows = append(c.Rows, row)
	slow := r.slow(slowest)
	slices.SortStableFunc(slow, func(a, b boot.Initcall) int { return cmp.Compare(a.Begins, b.Begins) })
	for _, i := range slow {
		c.Rows = append(c.Rows, chart.Row{Name: label(i), Bars: []chart.Bar{r.bar(i, milliseconds(i.Seconds))}})
	}
	return c
}

func (r *chartReport) bar(i boot.Initcall, text string) chart.Bar {
	return chart.Bar{From: i.Begins, To: i.Begins + i.Seconds, Label: text, Note: label(i) + ": " + milliseconds(i.Seconds), Tone: 1}
}
