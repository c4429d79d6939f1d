// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// distroProfiles are the profiles, one for each arch, that the builder distro
// makes; sourceProfiles those of the builder source.
func distroProfiles(t *testing.T, tr tree) []string { return profilesWith(t, tr, "distro") }
func sourceProfiles(t *testing.T, tr tree) []string { return profilesWith(t, tr, "source") }

func profilesWith(t *testing.T, tr tree, builder string) []string {
	t.Helper()
	tr.make(t, "-n", "list").want(t, 0)
	r := tr.command(t, nil, "out/bin/lkmcgen", "list", "--json")
	r.want(t, 0)
	var all []struct {
		Name, Arch string
		Builders   []string
	}
	if err := json.Unmarshal([]byte(r.output), &all); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range all {
		if p.Name == p.Arch+"-qemu" && slices.Contains(p.Builders, builder) {
			names = append(names, p.Name)
		}
	}
	return names
}

// TestDiskAndNetwork: what a guest wrote is there in the next one, and the
// network is up when the commands of EVAL begin. Of each arch.
func TestDiskAndNetwork(t *testing.T) {
	needBoot(t)
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "the host says %s\n", r.URL.Path)
	}))
	t.Cleanup(host.Close)
	url := strings.Replace(host.URL, "127.0.0.1", "10.0.2.2", 1)
	for _, profile := range distroProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			tr := root(t).of(profile).with("RUN=ways", "TIMEOUT=120")
			tr.make(t, "build").want(t, 0)
			t.Parallel()
			tr.run(t, "FRESH=1", "EVAL=echo a note >/root/note; wget -q -O - "+url+"/hello; poweroff").
				want(t, 0, "the host says /hello\n", "the guest powered off")
			tr.run(t, "NET=0", "EVAL=cat /root/note; ls /sys/class/net; poweroff").want(t, 0, "a note\nlo\n")
		})
	}
}

// TestDisk: a rebuilt root file system comes onto a disk of an older one, and
// what was written there stays until it is asked for otherwise.
func TestDisk(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := leanTree(t).with("TIMEOUT=120", "RUN=disk")
	tr.make(t, "run", "EVAL=echo mine >/root/note; echo changed >>/etc/motd; echo other >/etc/hostname; poweroff").want(t, 0)
	overlay(t, tr, "etc/motd", "a new motd\n")
	overlay(t, tr, "etc/new/folder/added", "an added file\n")
	os.Remove(filepath.Join(tr.dir, "rootfs_overlay/params.sh"))
	r := tr.make(t, "run", "EVAL=cat /root/note /etc/motd /etc/motd.old /etc/hostname /etc/new/folder/added; ls /params.sh; poweroff")
	r.want(t, 0, "the guest brings it up to date", "mine\na new motd\n", "changed\nother\nan added file\n", "/params.sh: No such file",
		"/etc/motd was changed in the guest and in the build")
	again := tr.run(t, "EVAL=cat /root/note; poweroff")
	again.want(t, 0, "mine\n")
	if strings.Contains(again.output, "up to date") {
		t.Error("the disk was brought up to date twice")
	}

	overlay(t, tr, "etc/motd", "a newer motd\n")
	tr.make(t, "rootfs").want(t, 0)
	tr.run(t, "UPDATE=0", "EVAL=cat /etc/motd; poweroff").want(t, 0, "stays as it is (UPDATE=0)", "a new motd\n")
	tr.run(t, "INITRD=1", "EVAL=cat /etc/motd; ls /root; poweroff").want(t, 0, "a newer motd\n")
	tr.run(t, "FRESH=1", "EVAL=cat /etc/motd; cat /root/note; poweroff").want(t, 0, "a newer motd\n", "can't open '/root/note'")

	base := filepath.Join(tr.runFolder("disk"), "base-distro.ext4")
	if err := os.Remove(base); err != nil {
		t.Fatal(err)
	}
	tr.run(t).want(t, 103, "is not what it was made on (FRESH=1 begins with a new disk)")
	write(t, tr, strings.TrimPrefix(base, tr.dir), "another base")
	tr.run(t).want(t, 103, "is not what it was made on (FRESH=1 begins with a new disk)")
	tr.run(t, "FRESH=1", "EVAL=poweroff").want(t, 0)

	disk := filepath.Join(tr.runFolder("disk"), "disk-distro.qcow2")
	tr.command(t, nil, "sh", "-c", "timeout 5 qemu-system-x86_64 -M none -display none -drive if=none,file="+disk+
		" & sleep 1; sh generated/x86_64-qemu/run.sh").want(t, 102, "Is another process using the image")
}

// overlay writes a file of the guest's root file system.
func overlay(t *testing.T, tr tree, name, text string) {
	t.Helper()
	write(t, tr, filepath.Join("rootfs_overlay", name), text)
}

// forwards reads the ports that a run chose.
func forwards(tr tree, run string) map[int]int {
	var r struct{ Forwards []struct{ Host, Guest int } }
	data, _ := os.ReadFile(filepath.Join(tr.runFolder(run), "run.json"))
	if json.Unmarshal(data, &r) != nil {
		return nil
	}
	ports := map[int]int{}
	for _, f := range r.Forwards {
		ports[f.Guest] = f.Host
	}
	return ports
}

// TestTwoMakes: two terminals build and run at once, from nothing and after an
// edit.
func TestTwoMakes(t *testing.T) {
	needBoot(t)
	t.Parallel()
	tr := leanTree(t)
	tr.make(t, "-n", "run").want(t, 0) // builds the generator
	for _, text := range []string{"hello init", "hello edited"} {
		tr.edit(t, "kernel_module/hello.c", `pr_info("hello init`, `pr_info("`+text)
		done := make(chan result, 2)
		for _, name := range []string{"a", "b"} {
			go func() {
				done <- tr.make(t, "run", "RUN="+name, "EVAL=insmod /hello.ko; poweroff", "TIMEOUT=180")
			}()
		}
		for range 2 {
			(<-done).want(t, 0, text+"\n")
		}
	}
}

// TestForward: a port of the guest is reached on 127.0.0.1 and nowhere else.
func TestForward(t *testing.T) {
	needBoot(t)
	tr := root(t).with("RUN=forward", "FRESH=1", "TIMEOUT=90")
	tr.make(t, "build").want(t, 0)
	os.Remove(filepath.Join(tr.runFolder("forward"), "run.json"))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	tr.run(t, fmt.Sprintf("FORWARD=%d:7", port)).want(t, 103, fmt.Sprintf("port %d of this host is in use", port))
	tr.run(t, "FORWARD=70000:7").want(t, 103, "ports are numbers from 1 to 65535")
	tr.run(t, "FORWARD=80:x").want(t, 103, "FORWARD=80:x: want words such as")
	tr.run(t, "FORWARD=7", "NET=0").want(t, 103, "FORWARD has no effect without NET")

	done := make(chan result, 1)
	go func() {
		// A connection made while eth0 comes up can take up a listener and be lost.
		done <- tr.run(t, "FORWARD=7000 7001", "EVAL=while nc -l -p 7001 </etc/hostname; do :; done &")
	}()
	said := ""
	for end := time.Now().Add(time.Minute); said == "" && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		ports := forwards(tr, "forward")
		if len(ports) != 2 || ports[7000] == ports[7001] {
			continue
		}
		for _, guest := range []int{7000, 7001} {
			r := tr.command(t, nil, "ss", "-Hltn", fmt.Sprintf("sport = :%d", ports[guest]))
			if f := strings.Fields(r.output); len(f) > 3 && !strings.HasPrefix(f[3], "127.0.0.1:") {
				t.Errorf("a forward listens at %s", f[3])
			}
		}
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", ports[7001]))
		if err != nil {
			continue
		}
		c.SetDeadline(time.Now().Add(5 * time.Second))
		text, _ := io.ReadAll(c)
		said = string(text)
		c.Close()
	}
	if said != "lkmc\n" {
		t.Errorf("the guest said %q on its port, want its name", said)
	}
	tr.make(t, "exec", "RUN=forward", "CMD=poweroff").want(t, 0)
	(<-done).want(t, 0)
}

// TestShare: a folder of the host in the guest, whatever its name holds.
func TestShare(t *testing.T) {
	eachBuilder(t, func(t *testing.T, tr tree) {
		folder := filepath.Join(t.TempDir(), "a,b c'd")
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "in"), []byte("from the host\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		tr.make(t, "run", "SHARE="+folder, "EVAL=cat /share/in; echo from the guest >/share/out; poweroff").want(t, 0, "from the host\n")
		if data, err := os.ReadFile(filepath.Join(folder, "out")); string(data) != "from the guest\n" {
			t.Errorf("the guest wrote %q, %v", data, err)
		}
		tr.run(t, "SHARE=/nonexistent").want(t, 103, "SHARE=/nonexistent: no such folder")
	})
}

// TestUser runs programs of each arch on this host.
func TestUser(t *testing.T) {
	needBoot(t)
	for _, profile := range distroProfiles(t, root(t)) {
		t.Run(profile, func(t *testing.T) {
			tr := root(t).of(profile)
			tr.make(t, "user", "BIN=hello").want(t, 0, "hello\n")
			tr.make(t, "user", "BIN=myinsmod.out", `ARGS=/nonexistent.ko "a b"`).want(t, 2, "/nonexistent.ko: No such file or directory")
			tr.make(t, "user", "BIN=helo").want(t, 2, "BIN=helo: there is no", "there are: agent ", " hello ")
		})
	}
}

// TestTerminal: a terminal is as it was after the emulator was killed, and when
// it is closed nothing goes on.
func TestTerminal(t *testing.T) {
	needBoot(t)
	tr := root(t).with("RUN=terminal", "EVAL=echo up $((1 + 1))", "TIMEOUT=0")
	tr.make(t, "build").want(t, 0)
	folder := tr.runFolder("terminal")
	start := func() (ended chan result) {
		os.Remove(filepath.Join(folder, "console.log"))
		ended = make(chan result, 1)
		go func() {
			ended <- tr.command(t, nil, "script", "-qec",
				"echo before $(stty -g); sh generated/x86_64-qemu/run.sh; echo status $?; echo after $(stty -g)", "/dev/null")
		}()
		if !waitFor(filepath.Join(folder, "console.log"), "up 2", time.Minute) {
			t.Fatal("the guest did not come up")
		}
		return ended
	}
	var run struct{ PID int }
	pid := func() string {
		data, _ := os.ReadFile(filepath.Join(folder, "run.json"))
		if err := json.Unmarshal(data, &run); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(run.PID)
	}

	ended := start()
	tr.command(t, nil, "pkill", "-KILL", "-P", pid()).want(t, 0)
	r := <-ended
	r.want(t, 0, "ended with status 137", "status 102\n")
	_, before, _ := strings.Cut(r.output, "before ")
	_, after, _ := strings.Cut(r.output, "after ")
	if before, _, _ = strings.Cut(before, "\n"); before == "" || !strings.HasPrefix(after, before) {
		t.Errorf("the terminal was %q, and is now %q", before, after)
	}

	ended = start()
	emulator := strings.Fields(tr.command(t, nil, "pgrep", "-P", pid()).output)
	tr.command(t, nil, "pkill", "-KILL", "-f", "^script .*runs|^script -qec echo before").want(t, 0)
	<-ended
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat("/proc/" + emulator[0]); err != nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the emulator outlives its terminal")
		}
	}
	tr.run(t, "EVAL=poweroff", "TIMEOUT=60").want(t, 0)
	tr.with("GDB=1").command(t, strings.NewReader("\x01x"), "script", "-qec", "sh generated/x86_64-qemu/run.sh", "/dev/null").
		want(t, 0, "Ctrl-A X quits", "the guest waits for make gdb", "PROFILE=x86_64-qemu RUN=terminal)", "told to quit")
}

// TestWatchShare: a watch in the guest sees what the host saves in a shared
// folder, whose file system, 9p, tells it nothing.
func TestWatchShare(t *testing.T) {
	needBoot(t)
	if runtime.GOARCH != "amd64" {
		t.Skip("the generator at hand does not run in the guest")
	}
	tr, shared := root(t).with("RUN=watch9p", "FRESH=1", "TIMEOUT=120"), tree{dir: t.TempDir()}
	tr.make(t, "build").want(t, 0)
	tr.command(t, nil, "cp", "-a", "out/bin/lkmcgen", "profiles", "templates", "generated", shared.dir).want(t, 0)
	write(t, shared, "step.sh", "if [ -e started ]; then grep -o 'MEMORY value 300M' generated/x86_64-qemu/run.sh; poweroff -f; fi; echo up >started\n")
	ended := make(chan result, 1)
	go func() { ended <- tr.run(t, "SHARE="+shared.dir, "EVAL=cd /share && ./lkmcgen watch sh step.sh") }()
	if !waitFor(filepath.Join(shared.dir, "started"), "up", 2*time.Minute) {
		t.Error("the watch did not begin")
	}
	shared.edit(t, "profiles/emulator/qemu.toml", `"256M"`, `"300M"`)
	(<-ended).want(t, 0, "this file system tells no changes: looking at all files every 500ms\n", "300M\n")
}
