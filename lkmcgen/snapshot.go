// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"regexp"
	"text/tabwriter"
	"time"

	"lkmc/lkmcgen/internal/guest"
)

// snapshotID is what SNAPSHOT= takes.
var snapshotID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$`)

// snapshot keeps states of a run's guest, goes back to them, lists and deletes
// them.
func snapshot(_ context.Context, e *env, args []string) error {
	c, _ := find("snapshot")
	if len(args) == 0 {
		return usagef("snapshot wants: %s", c.args)
	}
	action := args[0]
	var asJSON bool
	args, err := e.parse("snapshot", args[1:], func(f *flag.FlagSet) {
		if action == "list" {
			f.BoolVar(&asJSON, "json", false, "")
		}
	})
	if err != nil {
		return err
	}
	if action == "list" && len(args) == 1 {
		return e.listSnapshots(guest.Read(args[0]), asJSON)
	}
	do, ok := map[string]func(*guest.Run, string) error{
		"save": (*guest.Run).Save, "load": (*guest.Run).Load, "delete": (*guest.Run).Delete,
	}[action]
	if !ok || len(args) != 2 {
		return usagef("snapshot wants: %s", c.args)
	}
	if !snapshotID.MatchString(args[1]) {
		return usagef("snapshot %q: want up to 40 letters, digits, - and _", args[1])
	}
	return do(guest.Read(args[0]), args[1])
}

func (e *env) listSnapshots(r *guest.Run, asJSON bool) error {
	all, err := r.Snapshots()
	if err != nil {
		return err
	}
	if asJSON {
		return e.printJSON(append([]guest.Snapshot{}, all...))
	}
	if len(all) == 0 {
		fmt.Fprintf(e.stderr, "there are none in %s (make snapshot-save ID=x)\n", r.Folder)
	}
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for i, s := range all {
		if i == 0 {
			fmt.Fprint(t, "ID\tBUILDER\tSAVED\n")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.ID, s.Builder, s.Saved.Local().Format(time.DateTime))
	}
	return t.Flush()
}
