package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/exit"
	"attio-etl/internal/ui"
)

// planView shows plans.
type planView interface {
	// PlannedRow shows what would become of one row.
	PlannedRow(row plannedRow)
	// Planned shows the sum of a plan.
	Planned(plan planRecord)
}

// signs are what a row begins with; a row that is left alone has none and is not shown, and one that is rejected shows its findings.
var signs = map[checkpoint.Outcome]string{checkpoint.Created: "+", checkpoint.Updated: "~", checkpoint.Upserted: "±", checkpoint.Deleted: "-"}

// outcomeWords are what JSON output calls them.
var outcomeWords = map[checkpoint.Outcome]string{
	checkpoint.Created: "created", checkpoint.Updated: "updated", checkpoint.Upserted: "upserted", checkpoint.Unchanged: "unchanged", checkpoint.Deleted: "deleted", checkpoint.Rejected: "rejected",
}

func (v *humanView) PlannedRow(p plannedRow) {
	sign, shown := signs[p.row.Outcome]
	if !shown {
		return
	}
	what := strings.TrimRight(p.step.Target().String()+" "+strings.Join(p.row.Key.Values, ", "), " ")
	if p.step.Name != "" {
		what = p.step.Name + ": " + what
	}
	fmt.Fprintf(v.a.stdout, "%s %s (row %d)\n", sign, what, p.row.Ordinal)
	for _, c := range p.row.Changes {
		before, after := p.texts(c)
		if p.row.Outcome == checkpoint.Updated {
			fmt.Fprintf(v.a.stdout, "    %s: %s -> %s\n", c.Attribute, shownValues(before, c.Unread), shownValues(after, false))
		} else {
			fmt.Fprintf(v.a.stdout, "    %s: %s\n", c.Attribute, shownValues(after, false))
		}
	}
}

func shownValues(texts []string, unread bool) string {
	switch {
	case unread:
		return "(what this version cannot read)"
	case len(texts) == 0:
		return "(nothing)"
	}
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = strconv.Quote(t)
	}
	return strings.Join(quoted, ", ")
}

func (v *humanView) Planned(r planRecord) {
	out := v.a.stdout
	for _, s := range r.Steps {
		name := "plan"
		if s.Step != "" {
			name = s.Step
		}
		fmt.Fprintf(out, "%s: %s; nothing was written\n", name, countsText(s.Summary))
		for _, option := range s.NewOptions {
			fmt.Fprintf(out, "  a new option, as the job says: %s\n", option)
		}
		fmt.Fprintf(out, "  %s compared with %s, diff: %s, as %s\n", count(s.Look.Rows, "row"), count(s.Look.Records, "live record"), s.Look.How, s.Look.Why)
	}
	duration := func(seconds float64) string { return ui.Duration(time.Duration(seconds * float64(time.Second))) }
	fmt.Fprintf(out, "the import takes about %s and %s: %s at the limit in force, %s at the limits that Attio publishes\n",
		count(r.Writes, "write"), count(r.Reads, "read"), duration(r.Seconds), duration(r.PublishedSeconds))
}

// planRowRecord is a row of a plan in JSON.
type planRowRecord struct {
	Type    string         `json:"type"`
	Step    string         `json:"step,omitempty"`
	Row     int64          `json:"row"`
	Key     []string       `json:"key"`
	Outcome string         `json:"outcome"`
	Codes   []string       `json:"codes,omitempty"` // of the findings that reject it
	Record  string         `json:"record,omitempty"`
	Changes []changeRecord `json:"changes,omitempty"`
}

// changeRecord is a change of one attribute, with values as text.
type changeRecord struct {
	Attribute string   `json:"attribute"`
	Old       []string `json:"old"`
	New       []string `json:"new"`
	Unread    bool     `json:"unread,omitempty"`
}

func (v *jsonView) PlannedRow(p plannedRow) { v.line(p.record()) }

func (v *jsonView) Planned(r planRecord) { v.planned = &r }

// endPlan is the last line of a plan, which knows the exit code.
func (v *jsonView) endPlan(err error) {
	if v.planned != nil {
		v.planned.ExitCode = int(exit.CodeOf(err))
		v.line(v.planned)
	}
}

// texts are the values of a change as text.
func (p plannedRow) texts(c importer.Change) (before, after []string) {
	attr, _ := p.step.Schema.Attribute(c.Attribute)
	return importer.Texts(attr, c.Old), importer.Texts(attr, c.New)
}
