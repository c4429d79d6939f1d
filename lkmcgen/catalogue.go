// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"lkmc/lkmcgen/internal/catalogue"
	"lkmc/lkmcgen/internal/guest"
)

// catalogue reads the catalogue of the project.
func (e *env) catalogue() ([]*catalogue.Entry, error) {
	if err := e.findRoot(); err != nil {
		return nil, err
	}
	return catalogue.Load(os.DirFS(e.root))
}

// listCatalogue prints the catalogue, a line for each entry, or the entries that
// are named, whole.
func listCatalogue(_ context.Context, e *env, args []string) error {
	var asJSON, write bool
	var out string
	args, err := e.parse("catalogue", args, func(f *flag.FlagSet) {
		f.BoolVar(&asJSON, "json", false, "")
		f.BoolVar(&write, "write", false, "")
		f.StringVar(&out, "out", "out", "")
	})
	if err != nil {
		return err
	}
	all, err := e.catalogue()
	if err != nil {
		return err
	}
	entries, err := catalogue.Pick(all, args)
	if err != nil {
		return err
	}
	switch {
	case write:
		return e.writeCatalogue(all, out)
	case asJSON:
		return e.printJSON(entries)
	case len(args) > 0:
		for _, entry := range entries {
			fmt.Fprintln(e.stdout, catalogue.Text(entry, all))
		}
		return nil
	}
	for _, entry := range entries {
		fmt.Fprintf(e.stdout, "%-8s %-26s %s\n", entry.Kind, entry.Name, entry.Title)
	}
	return nil
}

// writeCatalogue writes what is made of the headers, and of the results that
// test-guest left below out.
func (e *env) writeCatalogue(entries []*catalogue.Entry, out string) error {
	var results []catalogue.Results
	if err := readJSON(filepath.Join(e.root, catalogue.ResultsFile), &results); err != nil {
		return err
	}
	reports, err := filepath.Glob(filepath.Join(e.inRoot(out), "*", "*", "test-guest.json"))
	if err != nil {
		return err
	}
	var newer []catalogue.Results
	for _, name := range reports {
		var report testReport
		if err := readJSON(name, &report); err != nil {
			return err
		}
		newer = append(newer, outcomes(report))
	}
	results = catalogue.Merge(results, newer, entries)
	var data bytes.Buffer
	enc := json.NewEncoder(&data)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(append([]catalogue.Results{}, results...)); err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		data []byte
	}{
		{catalogue.ResultsFile, data.Bytes()},
		{catalogue.ReadmeFile, []byte(catalogue.Readme(entries, results))},
	} {
		name := filepath.Join(e.root, file.name)
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, file.data) {
			continue
		}
		if err := replaceFile(name, file.data); err != nil {
			return err
		}
		fmt.Fprintln(e.stdout, "write "+file.name)
	}
	return nil
}

var linuxVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+`)

func outcomes(report testReport) catalogue.Results {
	r := catalogue.Results{Profile: report.Profile, Builder: report.Builder, Linux: linuxVersion.FindString(report.Release), Outcomes: map[string]string{}}
	for _, result := range report.Results {
		switch result.Verdict {
		case guest.Passed:
			r.Outcomes[result.Name] = catalogue.Pass
		case guest.Failed:
			r.Outcomes[result.Name] = catalogue.Fail
		case guest.Skipped:
			r.Outcomes[result.Name] = result.Reason
		}
	}
	return r
}

// readJSON reads what is in a file into v; a file that is not there is nothing.
func readJSON(name string, v any) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}
