package main

import (
	"fmt"
	"strings"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/ui"
)

// undoView shows what is taken back.
type undoView interface {
	// Undone shows one thing.
	Undone(done importer.Undone)
	// UndoEnd shows the sum.
	UndoEnd(record undoRecord)
	// Verified shows what a look at what a run wrote has found.
	Verified(record verifyRecord)
}

// undoRecord is the last line of an undo's JSON output. Its counts are those of things: deleted, updated where something was put back, unchanged
// where nothing was left to undo, rejected where something was kept. Fields are only ever added.
type undoRecord struct {
	Type   string `json:"type"`
	Job    string `json:"job"`
	Run    string `json:"run,omitempty"` // empty for a dry run
	Undoes string `json:"undoes"`
	Status string `json:"status,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`
	importer.Summary
	Requests  requestRecord `json:"requests"`
	ElapsedMS int64         `json:"elapsed_ms"`
	ExitCode  int           `json:"exit_code"`
	list      string        // the command that lists what was kept
}

// undoneRecord is one thing in JSON.
type undoneRecord struct {
	Type     string         `json:"type"`
	Target   string         `json:"target"`
	Record   string         `json:"record"`
	Name     string         `json:"name"`
	Outcome  string         `json:"outcome"` // deleted, restored or kept
	Restored []changeRecord `json:"restored,omitempty"`
	Ends     []endRecord    `json:"ends,omitempty"`
	Kept     diag.List      `json:"kept,omitempty"`
}

// endRecord is a far end of a relationship that went back to the record that it was taken from, by ids.
type endRecord struct {
	Object    string `json:"object"`
	Record    string `json:"record"`
	Attribute string `json:"attribute"`
	Old       string `json:"old"`
	New       string `json:"new"`
}

// undoType is the type of an undoRecord.
const undoType = "undo"

var undoWords = map[checkpoint.Outcome]string{
	checkpoint.Deleted: "deleted", checkpoint.Updated: "restored", checkpoint.Created: "created", checkpoint.Unchanged: "unchanged", checkpoint.Rejected: "kept",
}

func (v *jsonView) Undone(d importer.Undone) {
	record := undoneRecord{Type: "undone", Target: d.Target.String(), Record: d.Record, Name: d.Name, Outcome: undoWords[d.Outcome], Kept: d.Findings}
	for _, c := range d.Changes {
		record.Restored = append(record.Restored, changeRecord{Attribute: c.Attribute, Old: importer.Texts(d.Attribute(c.Attribute), c.Old), New: importer.Texts(d.Attribute(c.Attribute), c.New)})
	}
	for _, e := range d.Ends {
		record.Ends = append(record.Ends, endRecord(e))
	}
	v.line(record)
}

func (v *jsonView) UndoEnd(r undoRecord) { v.undone = &r }

// endUndo is the last line of an undo, which knows the exit code.
func (v *jsonView) endUndo(err error) {
	if v.undone != nil {
		v.undone.ExitCode = int(exit.CodeOf(err))
		v.line(v.undone)
	}
}

func (v *humanView) Undone(d importer.Undone) {
	out := v.a.stdout
	sign := map[checkpoint.Outcome]string{checkpoint.Deleted: "-", checkpoint.Updated: "~", checkpoint.Created: "+"}[d.Outcome]
	if sign == "" && len(d.Changes) > 0 {
		sign = "~"
	}
	if sign != "" {
		fmt.Fprintf(out, "%s %s %s\n", sign, d.Target, d.Name)
	}
	for _, c := range d.Changes {
		attr := d.Attribute(c.Attribute)
		fmt.Fprintf(out, "    %s: %s -> %s\n", c.Attribute, shownValues(importer.Texts(attr, c.Old), false), shownValues(importer.Texts(attr, c.New), false))
	}
	for _, e := range d.Ends {
		fmt.Fprintf(out, "    %s of %s %s: %s -> %s\n", e.Attribute, e.Object, e.Record, e.Old, e.New)
	}
	for _, f := range d.Findings {
		fmt.Fprintln(out, f.String())
	}
}

func (v *humanView) UndoEnd(r undoRecord) {
	out := v.a.stdout
	text := r.counts()
	if r.DryRun {
		fmt.Fprintf(out, "undo of run %s would be: %s; nothing was done\n", r.Undoes, text)
		return
	}
	fmt.Fprintf(out, "undo of run %s: %s\n", r.Undoes, text)
	fmt.Fprintf(out, "run %s %s after %s: %s, %s\n", r.Run, r.Status, ui.Duration(time.Duration(r.ElapsedMS)*time.Millisecond),
		count(r.Requests.Write, "write"), count(r.Requests.Read, "read"))
	if r.list != "" {
		fmt.Fprintf(out, "what was kept, and why: %s\n", r.list)
	}
}

// counts says what became of things, leaving out what did not occur.
func (r undoRecord) counts() string {
	text := count(r.Read, "thing")
	var parts []string
	for _, c := range []struct {
		n    int64
		what string
	}{
		{r.Deleted, "deleted"}, {r.Updated, "restored"}, {r.Created, "created again"}, {r.Unchanged, "with nothing left to undo"}, {r.Rejected, "kept"}, {r.NotReached, "not reached"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(parts) > 0 {
		text += " = " + strings.Join(parts, " + ")
	}
	if r.Resumed > 0 {
		text += fmt.Sprintf(" (%d of them by earlier sessions)", r.Resumed)
	}
	return text
}
