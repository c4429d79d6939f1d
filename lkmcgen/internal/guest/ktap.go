// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"regexp"
	"strings"
	"time"
)

// A Verdict is how a test ended.
type Verdict string

// The verdicts.
const (
	Passed  Verdict = "pass"
	Failed  Verdict = "fail"
	Skipped Verdict = "skip"
)

// A Result is that of a test of the guest's.
type Result struct {
	Name    string   `json:"name"`
	Verdict Verdict  `json:"verdict"`
	Reason  string   `json:"reason,omitempty"` // of a skip, of the end of a guest, of a second try
	Seconds float64  `json:"seconds"`
	Log     []string `json:"log,omitempty"` // what a test said that failed, or passed at the second try
}

// KTAP reads the results of tests from a guest's output while it comes, in the
// format of Documentation/dev-tools/ktap.rst.
type KTAP struct {
	OnResult func(Result)

	Planned int    // how many results there will be
	Running string // the test that has begun and not ended; or empty

	partial bytes.Buffer
	log     []string
	began   time.Time
}

var (
	ktapResult  = regexp.MustCompile(`^(not )?ok [0-9]+(?: - | )(.*?)(?: *# *(SKIP)? *(.*))?$`)
	ktapSubtest = regexp.MustCompile(`^\s+# Subtest: (.*)$`)
)

// Write takes the next part of the output.
func (k *KTAP) Write(data []byte) (int, error) {
	k.partial.Write(data)
	for {
		whole, rest, found := bytes.Cut(k.partial.Bytes(), []byte("\n"))
		if !found {
			return len(data), nil
		}
		text := string(whole)
		rest = bytes.Clone(rest)
		k.partial.Reset()
		k.partial.Write(rest)
		k.line(text)
	}
}

func (k *KTAP) line(text string) {
	if k.began.IsZero() {
		k.began = time.Now()
	}
	if m := ktapSubtest.FindStringSubmatch(text); m != nil && k.Running == "" {
		k.Running, k.log = m[1], nil
		return
	}
	if plan, ok := strings.CutPrefix(text, "1.."); ok {
		for _, digit := range plan {
			k.Planned = k.Planned*10 + int(digit-'0')
		}
		return
	}
	m := ktapResult.FindStringSubmatch(text)
	if m == nil {
		k.log = append(k.log, text)
		return
	}
	r := Result{Name: m[2], Verdict: Passed, Reason: m[4], Seconds: time.Since(k.began).Seconds()}
	switch {
	case m[1] != "":
		r.Verdict, r.Log = Failed, k.log
	case m[3] != "":
		r.Verdict = Skipped
	case m[4] != "":
		r.Log = k.log
	}
	k.Running, k.log, k.began = "", nil, time.Now()
	k.OnResult(r)
}

// Cut is the result of the test that was under way when the output ended.
func (k *KTAP) Cut(reason string, log []string) Result {
	r := Result{Name: k.Running, Verdict: Failed, Reason: reason, Seconds: time.Since(k.began).Seconds(), Log: append(k.log, log...)}
	k.Running = ""
	return r
}
