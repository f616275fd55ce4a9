package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"attio-etl/checkpoint"
	"attio-etl/internal/report"
	"attio-etl/internal/ui"
)

func (v *humanView) ShowRun(r checkpoint.Run, told report.Report) {
	record := recordOf(r)
	w := tabwriter.NewWriter(v.a.stdout, 0, 0, 2, ' ', 0)
	lines := [][2]string{{"run", record.Run}, {"job", r.Job + " (" + r.JobPath + ")"}, {"status", record.Status}}
	after := [][2]string{{"connection", r.Connection}, {"started", record.Started}, {"ended", record.Ended}}
	if len(record.Steps) == 0 {
		for _, s := range r.Steps {
			lines = append(lines, stepLines(s)...)
			after = append(after, [2]string{"rejects", s.RejectsFile})
		}
	}
	lines = append(append(lines, after...), [2]string{"rows", storedCounts(r.Summary)}, [2]string{"undoes", r.Undoes}, [2]string{"verified", verifiedText(r.Verified)})
	for i := range record.Steps {
		s := r.Steps[i]
		lines = append(lines, [2]string{"step", s.Name + ", " + string(s.Status)})
		lines = append(append(lines, stepLines(s)...), [2]string{"rejects", s.RejectsFile}, [2]string{"rows", storedCounts(s.Summary)})
	}
	lines = append(lines, toldLines(told)...)
	for _, line := range lines {
		if line[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", line[0], line[1])
		}
	}
	w.Flush()
}

// stepLines is where a step's rows come from and go to.
func stepLines(s checkpoint.Step) [][2]string {
	if s.Print.SHA256 == "" { // of an export
		return [][2]string{{"target", s.Target}, {"source", s.Source}}
	}
	return [][2]string{
		{"target", s.Target},
		{"source", fmt.Sprintf("%s (%d bytes, SHA-256 %.12s…)", s.Source, s.Print.Size, s.Print.SHA256)},
	}
}

// toldLines are the sessions of a run and what it did beside writing rows.
func toldLines(r report.Report) (lines [][2]string) {
	for i, s := range r.Sessions {
		text := fmt.Sprintf("%s, %s after %s: %s, %s", s.Started.Format(timeFormat), s.Ending, ui.Duration(s.Duration()),
			count(s.Requests.Write, "write"), count(s.Requests.Read, "read"))
		if s.Requests.Retried > 0 || s.Requests.Throttled > 0 {
			text += fmt.Sprintf(" (%d retried, %d throttled)", s.Requests.Retried, s.Requests.Throttled)
		}
		lines = append(lines, [2]string{fmt.Sprintf("session %d", i+1), text + ", by attio-etl " + s.Program})
	}
	for _, s := range r.Steps {
		for _, cause := range s.Causes {
			lines = append(lines, [2]string{"rejected", fmt.Sprintf("%s, %s", count(cause.Rows, "row"), cause.Code)})
		}
		for _, made := range append(append([]string(nil), s.Options...), s.Records...) {
			lines = append(lines, [2]string{"created", made})
		}
		if s.MoreMade > 0 {
			lines = append(lines, [2]string{"created", fmt.Sprintf("and %d more", s.MoreMade)})
		}
	}
	if r.Planned != nil {
		lines = append(lines, [2]string{"plan", r.PlanFile})
	}
	return lines
}

// toldRecord is a run as JSON output has it when it is shown alone. Fields are only ever added.
type toldRecord struct {
	runRecord
	JobFile   string           `json:"job_file"`
	JobHash   string           `json:"job_hash"`
	Workspace string           `json:"workspace"`
	Requests  report.Requests  `json:"requests"` // of all sessions
	Sessions  []report.Session `json:"sessions,omitempty"`
	Outcomes  []report.Step    `json:"outcomes,omitempty"` // of each step, by cause and with examples
	Planned   *report.Counts   `json:"planned,omitempty"`
	PlanFile  string           `json:"plan_file,omitempty"`
	Verified  json.RawMessage  `json:"verified,omitempty"`
}

// ShowRun shows one run.
func (v *jsonView) ShowRun(run checkpoint.Run, told report.Report) {
	record := toldRecord{
		runRecord: recordOf(run), JobFile: run.JobPath, JobHash: run.JobHash, Workspace: run.Workspace,
		Sessions: told.Sessions, Outcomes: told.Steps, Planned: told.Planned, PlanFile: told.PlanFile, Verified: told.Verified,
	}
	for _, s := range told.Sessions {
		record.Requests = record.Requests.Add(s.Requests)
	}
	v.line(record)
}
