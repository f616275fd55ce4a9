package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"attio-etl/exporter"
	"attio-etl/internal/ui"
)

// exportType is the type of an exportRecord.
const exportType = "export"

// exportRecord is the result of an export: the last line of JSON output. Fields are only ever added.
type exportRecord struct {
	Type      string            `json:"type"`
	Job       string            `json:"job"`
	Run       string            `json:"run"`
	Status    string            `json:"status"`
	From      string            `json:"from"`
	Rows      int64             `json:"rows"`
	Changes   *exporter.Changes `json:"changes,omitempty"`
	File      string            `json:"file,omitempty"` // empty where nothing was published
	Full      string            `json:"full,omitempty"`
	Manifest  string            `json:"manifest,omitempty"`
	JobOut    string            `json:"job_out,omitempty"`
	Removed   []string          `json:"removed,omitempty"` // older files, as keep says
	Pages     exporter.Pages    `json:"pages"`
	Unread    map[string]int64  `json:"unread,omitempty"`
	Error     string            `json:"error,omitempty"`  // why nothing was published
	Untold    string            `json:"untold,omitempty"` // why on_success or on_failure could not be told
	Requests  requestRecord     `json:"requests"`
	ElapsedMS int64             `json:"elapsed_ms"`
	ExitCode  int               `json:"exit_code"`
}

// Export shows the result of an export.
func (v *humanView) Export(r exportRecord) {
	out := v.a.stdout
	fmt.Fprintf(out, "%s: %s", r.From, count(r.Rows, "row"))
	if c := r.Changes; c != nil {
		fmt.Fprintf(out, ", since the last export %d added, %d changed, %d deleted", c.Added, c.Changed, c.Deleted)
	}
	fmt.Fprintf(out, "\nrun %s %s after %s: %s", r.Run, r.Status, ui.Duration(time.Duration(r.ElapsedMS)*time.Millisecond), count(r.Requests.Read, "read"))
	if r.Requests.Retried > 0 || r.Requests.Throttled > 0 {
		fmt.Fprintf(out, " (%d retried, %d throttled)", r.Requests.Retried, r.Requests.Throttled)
	}
	fmt.Fprintln(out)
	if r.Pages.Repeated > 0 || r.Pages.Bridges > 0 {
		fmt.Fprintf(out, "  the list moved while it was read: %s left out, %s read again\n",
			count(r.Pages.Repeated, "duplicate"), count(r.Pages.Bridges, "page"))
	}
	for _, slug := range slices.Sorted(maps.Keys(r.Unread)) {
		fmt.Fprintf(out, "  NOT COMPLETE: %s have values of %s that this program cannot read\n", count(r.Unread[slug], "record"), slug)
	}
	for _, line := range [][2]string{{"file", r.File}, {"full file", r.Full}, {"manifest", r.Manifest}, {"job that imports it", r.JobOut}} {
		if line[1] != "" {
			fmt.Fprintf(out, "%s: %s\n", line[0], line[1])
		}
	}
	if r.Untold != "" {
		fmt.Fprintf(out, "WARNING: nobody was told of this end: %s\n", r.Untold)
	}
	for _, path := range r.Removed {
		fmt.Fprintf(out, "removed: %s\n", path)
	}
}
