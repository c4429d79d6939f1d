// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"encoding/xml"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuest tests the catalogue in a guest of each kernel.
func TestGuest(t *testing.T) {
	needBoot(t)
	t.Parallel()
	var lost []string // at the end too: a long log may be shown from there
	t.Cleanup(func() {
		for _, l := range lost {
			t.Log(l)
		}
	})
	for _, test := range []struct {
		profile, builder string
		slow             bool
	}{
		{"x86_64-qemu", "distro", false},
		{"x86_64-qemu", "source", false},
		{"aarch64-qemu", "distro", false},
		{"aarch64-qemu", "source", false},
		{"arm-qemu", "distro", false},
		{"mips64el-qemu", "distro", false},
		{"ppc64el-qemu", "distro", true},
		{"mips64-qemu", "source", true},
		{"riscv64-qemu", "source", true},
		{"x86_64-qemu-linux612", "distro", false},
		{"x86_64-qemu-debug", "source", true},
	} {
		t.Run(test.profile+"/"+test.builder, func(t *testing.T) {
			if test.slow {
				needAll(t, "takes its time")
			}
			tr := root(t).of(test.profile).with("BUILDER="+test.builder, "RUN=test-"+test.builder)
			if tr.make(t, "build").want(t, 0); t.Failed() {
				return
			}
			r := tr.make(t, "test-guest")
			r.want(t, 0, "0 failed")
			total := regexp.MustCompile(`(?m)^[0-9]+ passed.*`).FindString(r.output)
			t.Log(total)
			if strings.Contains(r.output, "second try") || t.Failed() {
				lost = append(lost, test.profile+"/"+test.builder+": "+total, tail(r.output, 60))
			}
		})
	}
}

// TestGuestFailures: what goes wrong in a guest is told, and the rest goes on.
func TestGuestFailures(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := leanTree(t)
	header := func(name, usage, expected string) string {
		return "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n# " + name + " - for a test.\n#\n# Idea: none.\n#\n# Usage:\n#\t" +
			usage + "\n#\n# Expected:\n#\t" + expected + "\n#\n# Needs: nothing\n# See: nothing\n"
	}
	for name, text := range map[string]string{
		"t1_hangs.sh":   header("t1_hangs.sh", "sleep 1000", "..."),
		"t2_panics.sh":  header("t2_panics.sh", "echo c >/proc/sysrq-trigger", "..."),
		"t3_differs.sh": header("t3_differs.sh", "echo is", "should be"),
		"t4_more.sh":    header("t4_more.sh", "echo is; echo more", "is"),
		"t5_warns.sh":   header("t5_warns.sh", `echo "<4>t: a warning" >/dev/kmsg; insmod /params.ko number=x`, "insmod: can't insert ..."),
		"t6_left.sh":    header("t6_left.sh", "insmod /hello.ko", "hello init"),
		"t7_good.sh":    header("t7_good.sh", "echo from 1 to 2", "from ... to 2"),
		"t8_boot.sh":    header("t8_boot.sh", "make run EVAL='echo $((6 * 7)); poweroff'", "41"),
		"t9_late.sh":    header("t9_late.sh", "sleep 0.1; [ -e /tmp/t9 ] && echo yes || : >/tmp/t9", "yes"),
	} {
		write(t, tr, "rootfs_overlay/"+name, text)
	}
	tr.make(t, "catalogue", "TEST=t7*").want(t, 0, "for a test")
	r := tr.make(t, "test-guest", "TEST=t?_*.sh", "TIMEOUT=5", "JUNIT=out/junit.xml")
	r.want(t, 2, "t1_hangs.sh failed", "it was ended after 5 s",
		"t2_panics.sh failed: the guest was lost: ", "sysrq triggered crash", "The kernel's own functions have no file and line",
		"# want: should be", "# got:  is", "# got:  more", "t5_warns.sh failed", "after:  hello",
		"t8_boot.sh failed: the console lacks: 41", "at the second try: what it says depends on time", "2 passed, 7 failed")

	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
			} `xml:"failure"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal(content(t, filepath.Join(tr.dir, "out/junit.xml")), &suite); err != nil {
		t.Fatal(err)
	}
	if suite.Tests != 9 || suite.Failures != 7 || len(suite.Cases) != 9 {
		t.Errorf("JUnit: %+v", suite)
	}
	var report struct {
		Results []struct{ Name, Verdict string }
	}
	r = tr.command(t, nil, "out/bin/lkmcgen", "test-guest", "--json", "--builder", "distro", "--test", "t7_good.sh", "x86_64-qemu")
	if err := json.Unmarshal([]byte(r.output), &report); err != nil || len(report.Results) != 1 || report.Results[0].Verdict != "pass" {
		t.Errorf("JSON: %v, %s", err, r.output)
	}
	tr.make(t, "test-guest", "TEST=nosuch").want(t, 2, `there is no "nosuch" in the catalogue`)
	tr.make(t, "test-guest", "TEST=t7_good.sh", "ARGS=-device nosuch").want(t, 2, "'nosuch' is not a valid device model name")
}
