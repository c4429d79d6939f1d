// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"lkmc/lkmcgen/internal/catalogue"
	"lkmc/lkmcgen/internal/diag"
	"lkmc/lkmcgen/internal/guest"
)

const (
	// testSeconds is how long an entry may take in the guest unless TIMEOUT says.
	testSeconds = 60
	unlessGiven = -1 // no number of seconds: TIMEOUT says nothing
	// silence is how much longer nothing may be heard before the guest is ended.
	silence = 20 * time.Second
	// bootLimit is how long a boot that is itself a test may take.
	bootLimit = 120 * time.Second
	// slowLimit is that of a boot again that was over before it could show anything.
	slowLimit = 90 * time.Second
	// checkedTimes is how many times as long tests and boots may take with a kernel that
	// checks itself.
	checkedTimes = 4
)

// alone returns the settings of a guest with a new disk, whatever else is asked for.
func alone(more ...string) []string {
	return append([]string{"FRESH=1", "TIMEOUT=0", "EVAL=", "EVAL_INIT="}, more...)
}

// A guestTest tests entries of the catalogue in guests of one profile.
type guestTest struct {
	launch
	e       *env
	seconds float64
	report  testReport
	print   sync.Mutex
	asJSON  bool
	fail    bool // allocations, in turn
}

// testGuest tests what the catalogue's headers tell, in guests.
func testGuest(ctx context.Context, e *env, args []string) error {
	t := &guestTest{e: e}
	var names, junit string
	args, err := e.parse("test-guest", args, func(f *flag.FlagSet) {
		f.BoolVar(&t.asJSON, "json", false, "")
		f.BoolVar(&t.fail, "fail", false, "")
		f.StringVar(&t.out, "out", "out", "")
		f.StringVar(&t.run, "run", "test", "")
		f.StringVar(&t.builder, "builder", "", "")
		f.StringVar(&names, "test", "", "")
		f.StringVar(&junit, "junit", "", "")
		f.Float64Var(&t.seconds, "timeout", unlessGiven, "")
	})
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return usagef("test-guest needs a profile")
	}
	if t.seconds <= 0 && t.seconds != unlessGiven {
		return usagef("--timeout wants a number of seconds")
	}
	t.profile = args[0]
	all, err := e.catalogue()
	if err != nil {
		return err
	}
	t.root = e.root
	entries, err := catalogue.Pick(all, strings.Fields(names))
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	t.report = testReport{Profile: t.profile, Builder: t.builder}
	start := time.Now()
	failed := t.all(ctx, entries)
	t.report.Seconds = time.Since(start).Seconds()
	if err := errors.Join(t.report.keep(filepath.Join(t.built(), "test-guest.json")), t.report.writeJUnit(junit)); err != nil {
		failed = errors.Join(failed, err)
	}
	if t.asJSON {
		failed = errors.Join(e.printJSON(t.report), failed)
	} else {
		t.report.summary(e.stdout)
	}
	if failed != nil {
		return guestError{exitFail, failed}
	}
	if t.report.count(guest.Failed) > 0 {
		return guestError{exitFail, nil}
	}
	return nil
}

// all tests the entries that run in a guest that is up, and meanwhile those that
// are boots of their own.
func (t *guestTest) all(ctx context.Context, entries []*catalogue.Entry) error {
	var inside []string
	var boots []*catalogue.Entry
	for _, entry := range entries {
		switch {
		case entry.Test != "":
			t.result(guest.Result{Name: entry.Name, Verdict: guest.Skipped, Reason: "it needs a debugger: " + entry.Test + " of make test"})
			continue
		case entry.InGuest():
			inside = append(inside, entry.Name)
		}
		if len(entry.Boots()) > 0 {
			boots = append(boots, entry)
		}
	}
	sort.SliceStable(boots, func(i, j int) bool { return waits(boots[i]) && !waits(boots[j]) })
	queue := make(chan *catalogue.Entry, len(boots))
	for _, entry := range boots {
		queue <- entry
	}
	close(queue)
	lanes, shares := []string{"-boot", "-boot2", "-boot3"}, share(inside)
	if t.checksItself() {
		lanes, shares = lanes[:1], [2][]string{inside}
	}
	var booted sync.WaitGroup
	for _, run := range lanes { // mostly they wait
		booted.Go(func() {
			for entry := range queue {
				if ctx.Err() == nil {
					t.result(t.boot(ctx, entry, t.run+run))
				}
			}
		})
	}
	errs := make([]error, len(shares))
	for i, names := range shares {
		booted.Go(func() {
			l := t.launch
			l.run += []string{"", "-too"}[i]
			errs[i] = t.inGuests(ctx, l, names)
		})
	}
	booted.Wait()
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	return errors.Join(errs...)
}

// waits tells whether an entry is a boot that only a time-out ends: begun first, it
// waits while others compute.
func waits(entry *catalogue.Entry) bool {
	return slices.ContainsFunc(entry.Boots(), func(step catalogue.Step) bool { return stretched(step, slowLimit).Usage != nil })
}

// few is how many entries are quicker tested in one guest than in two.
const few = 20

// share deals names out to two guests, which wait more than they compute.
func share(names []string) (shares [2][]string) {
	if len(names) <= few {
		shares[0] = names
		return shares
	}
	for i, name := range names {
		shares[i%2] = append(shares[i%2], name)
	}
	return shares
}

// inGuests tests in one guest, and in a next one what is left when that ends too
// early.
func (t *guestTest) inGuests(ctx context.Context, l launch, names []string) error {
	for len(names) > 0 && ctx.Err() == nil {
		done, err := t.inGuest(ctx, l, names)
		if done == 0 && err != nil {
			return err
		}
		names = names[min(done, len(names)):]
	}
	return nil
}

// inGuest boots a guest and tests in it. It returns how many of the names have a
// result, and what stopped it.
func (t *guestTest) inGuest(ctx context.Context, l launch, names []string) (done int, failed error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s, end, err := l.connect(ctx, alone()...)
	if err != nil {
		return 0, err
	}
	defer end()
	t.print.Lock()
	t.report.Release = s.Release
	t.print.Unlock()

	limit := t.seconds
	if limit == unlessGiven {
		limit = testSeconds * float64(t.patience())
	}
	seconds := time.Duration(limit * float64(time.Second))
	watch := time.AfterFunc(seconds+silence, func() {
		cancel(fmt.Errorf("nothing was heard of it for %.0f s", (seconds + silence).Seconds()))
	})
	defer watch.Stop()
	k := &guest.KTAP{OnResult: func(r guest.Result) { done++; t.result(r) }}
	var stderr bytes.Buffer
	args := []string{"/test.sh", "-t", strconv.Itoa(max(1, int(limit)))}
	if t.fail {
		args = append(args, "-f")
	}
	args = append(args, names...)
	status, err := s.Run(ctx, guest.Command{Args: args, Stdout: writerFunc(func(p []byte) (int, error) {
		watch.Reset(seconds + silence)
		return k.Write(p)
	}), Stderr: &stderr})
	switch {
	case err == nil && done >= len(names):
		watch.Stop()
		l.poweroff(ctx, s)
		return done, nil
	case err == nil:
		return done, fmt.Errorf("/test.sh ended with status %d: %s", status.Code(), strings.TrimSpace(stderr.String()))
	case k.Running != "":
		log := lastLines(filepath.Join(l.folder(), "console.log"), 60)
		guest.Read(l.folder()).Ended() // after which the trace of a panic is there
		if trace, err := os.ReadFile(filepath.Join(l.folder(), "trace.txt")); err == nil {
			log = append(log, last(string(trace), 60)...)
		}
		t.result(k.Cut("the guest was lost: "+err.Error(), log))
		return done + 1, err
	}
	return done, err
}

// boot runs the lines of an entry that are boots, in a run of that name, and looks
// at the console.
func (t *guestTest) boot(ctx context.Context, entry *catalogue.Entry, run string) (r guest.Result) {
	r = guest.Result{Name: entry.Name, Verdict: guest.Passed}
	if entry.InGuest() {
		r.Name += catalogue.Booted
	}
	start := time.Now()
	defer func() { r.Seconds = time.Since(start).Seconds() }()
	if lacking := t.lacking(entry); lacking != "" {
		r.Verdict, r.Reason = guest.Skipped, lacking
		return r
	}
	for _, step := range entry.Boots() {
		missing, console := t.bootStep(ctx, step, run)
		if slow := stretched(step, slowLimit*t.patience()); missing != "" && slow.Usage != nil {
			missing, console = t.bootStep(ctx, slow, run)
		}
		if missing != "" {
			r.Verdict, r.Reason = guest.Failed, missing
			r.Log = last(console, 60)
			return r
		}
	}
	return r
}

// bootStep runs the lines of a step, each a boot in a run of that name. It returns
// what is amiss, or "", and what was on the console.
func (t *guestTest) bootStep(ctx context.Context, step catalogue.Step, run string) (missing, shown string) {
	var console bytes.Buffer
	for _, line := range step.Usage {
		settings, ok := strings.CutPrefix(line, "make run")
		if !ok {
			return line + ": only make run can be tested", ""
		}
		c := t.script("env"+settings, alone("RUN="+run, fmt.Sprintf("TIMEOUT=%.0f", (bootLimit*t.patience()).Seconds()))...)
		c.Stdout, c.Stderr = &console, &console
		stop := context.AfterFunc(ctx, func() { c.Process.Kill() })
		c.Run()
		stop()
	}
	if missing = catalogue.Missing(console.String(), step.Expected); missing != "" {
		missing = "the console lacks: " + missing
	}
	return missing, console.String()
}

var ownTimeout = regexp.MustCompile(`\bTIMEOUT=[0-9]+`)

// stretched returns the step with limit in place of its own TIMEOUT: on a busy host a
// guest may not be up when that is over. A step without one has nothing to stretch.
func stretched(step catalogue.Step, limit time.Duration) (slow catalogue.Step) {
	if !ownTimeout.MatchString(strings.Join(step.Usage, "\n")) {
		return slow
	}
	longer := func(lines []string) (out []string) {
		for _, l := range lines {
			out = append(out, ownTimeout.ReplaceAllString(l, fmt.Sprintf("TIMEOUT=%.0f", limit.Seconds())))
		}
		return out
	}
	return catalogue.Step{Usage: longer(step.Usage), Expected: longer(step.Expected)}
}

// lacking tells which option the kernel does not have that an entry needs. Only
// those can be known before a boot.
func (t *guestTest) lacking(entry *catalogue.Entry) string {
	for _, need := range entry.Needs {
		if strings.HasPrefix(need, "CONFIG_") {
			if set, err := t.isSet(need); err != nil {
				return err.Error()
			} else if !set {
				return need + " is not set in this kernel"
			}
		}
	}
	return ""
}

// isSet tells whether the kernel has an option, or one of CONFIG_A|CONFIG_B.
func (t *guestTest) isSet(option string) (bool, error) {
	config, err := os.ReadFile(filepath.Join(t.built(), "headers/.config"))
	return regexp.MustCompile("(?m)^(" + option + ")=[^n]").Match(config), err
}

// checksItself tells whether the kernel is one whose checks take most of the time:
// its guests have the CPUs to themselves, or the texts that depend on time differ.
func (t *guestTest) checksItself() bool {
	slow, err := t.isSet("CONFIG_KASAN|CONFIG_PROVE_LOCKING")
	return err == nil && slow
}

// patience is what limits are to be multiplied by.
func (t *guestTest) patience() time.Duration {
	if t.checksItself() {
		return checkedTimes
	}
	return 1
}

// result takes a result and prints it.
func (t *guestTest) result(r guest.Result) {
	t.print.Lock()
	defer t.print.Unlock()
	t.report.Results = append(t.report.Results, r)
	if !t.asJSON {
		fmt.Fprintln(t.e.stdout, resultLine(r))
	}
}

// lastLines returns the last n lines of a file, as far as there are any.
func lastLines(name string, n int) []string {
	data, err := os.ReadFile(name)
	if err != nil {
		return []string{(&diag.Error{Pos: diag.Pos{File: name}, Msg: err.Error()}).Error()}
	}
	return last(string(data), n)
}

// last returns the last n lines of a text, without carriage returns.
func last(text string, n int) []string {
	// A shell asks its terminal where the cursor is; shown, ours would answer.
	lines := strings.Split(strings.TrimSpace(strings.NewReplacer("\r", "", "\x1b[6n", "").Replace(text)), "\n")
	return lines[max(0, len(lines)-n):]
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
