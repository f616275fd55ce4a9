package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/report"
)

const (
	causeExamples = 3   // rows that a report shows of each cause
	madeShown     = 200 // options and records that it names of each step
)

// reportOf collects what the store tells of a run.
func reportOf(ctx context.Context, store *checkpoint.Store, run checkpoint.Run) (report.Report, error) {
	r := report.Report{Run: run.ID, Job: run.Job, Status: string(run.Status), Started: run.Started, Ended: run.Ended}
	sessions, err := store.Sessions(ctx, run)
	if err != nil {
		return r, err
	}
	for i, s := range sessions {
		r.Sessions = append(r.Sessions, reportedSession(s, run.Status == checkpoint.Running && i == len(sessions)-1))
	}
	told, err := store.Told(ctx, run)
	if err != nil {
		return r, err
	}
	var planned planRecord
	if len(told.Planned) > 0 {
		if err := json.Unmarshal(told.Planned, &planned); err != nil {
			return r, fmt.Errorf("the plan of run %s: %w", run.ID, err)
		}
		counts := countsOf(planned.Summary)
		r.Planned, r.PlanFile = &counts, planned.File
	}
	r.Verified, r.Versions = told.Verified, versionsOf(run, sessions)
	if isExport(run) {
		r.Export = reportedExport(run)
		return r, nil
	}
	for _, s := range run.Steps {
		step, err := reportedStep(ctx, store.Journal(s), s, run.Status == checkpoint.Running)
		if err != nil {
			return r, err
		}
		r.Steps = append(r.Steps, step)
	}
	return r, nil
}

// isExport tells an export: it reads no file.
func isExport(run checkpoint.Run) bool {
	return len(run.Steps) == 1 && run.Steps[0].Print.SHA256 == ""
}

func reportedSession(s checkpoint.Session, current bool) report.Session {
	session := report.Session{
		Started: s.Started, Ended: s.Ended, Ending: string(s.Status), Code: s.Code, Program: s.Program, Contract: s.Contract,
		Traffic: report.Traffic{Start: s.Traffic.Start, WidthMS: s.Traffic.Width.Milliseconds(), Counts: make([]report.Requests, len(s.Traffic.Counts))},
	}
	for i, c := range s.Traffic.Counts {
		session.Traffic.Counts[i] = report.Requests(c)
	}
	session.Requests = session.Traffic.Total()
	switch {
	case !s.Ended.IsZero():
	case current:
		session.Ending = "running, or killed"
	default:
		session.Ending = "killed"
	}
	return session
}

func countsOf(s importer.Summary) report.Counts {
	return report.Counts{
		Read: s.Read, Created: s.Created, Updated: s.Updated, Upserted: s.Upserted, Unchanged: s.Unchanged, Deleted: s.Deleted,
		Rejected: s.Rejected, NotReached: s.NotReached,
	}
}

// reportedStep tells of a step by what its last session said, or where none did or one is at work, by the journal.
func reportedStep(ctx context.Context, journal *checkpoint.Journal, s checkpoint.Step, running bool) (report.Step, error) {
	step := report.Step{Step: s.Name, Target: s.Target, Status: string(s.Status), RejectsFile: s.RejectsFile, Partial: running}
	var said stepRecord
	if err := json.Unmarshal(s.Summary, &said); err != nil {
		return step, fmt.Errorf("the summary of step %q: %w", s.Name, err)
	}
	step.Counts, step.LeftOut, step.Error = countsOf(said.Summary), said.LeftOut, said.Error
	if said.Look != nil && said.Look.Rows > 0 {
		step.Look = lookText(said.Look)
	}
	for _, c := range said.Warnings {
		step.Warnings = append(step.Warnings, report.Cause{Code: c.Code, Rows: c.Rows, Examples: []report.Example{{Problem: c.First}}})
	}
	if running {
		counts, err := journal.Counts(ctx)
		if err != nil {
			return step, err
		}
		step.Counts = countsOf(importer.SummaryOf(counts))
	}
	var err error
	if step.Causes, err = rejectCauses(ctx, journal); err != nil {
		return step, err
	}
	made, more, err := journal.AllMade(ctx, madeShown)
	for _, m := range made {
		if m.Record == "" {
			step.Options = append(step.Options, m.Attribute+": "+m.Value)
		} else {
			step.Records = append(step.Records, fmt.Sprintf("%s with %s %s (%s)", m.Object, m.Attribute, m.Value, m.Record))
		}
	}
	step.MoreMade = more
	return step, err
}

// rejectCauses counts the rejected rows under their first findings, and keeps the first rows of each.
func rejectCauses(ctx context.Context, journal *checkpoint.Journal) ([]report.Cause, error) {
	var causes []report.Cause
	for row, err := range journal.Rejects(ctx) {
		if err != nil {
			return nil, err
		}
		first := row.Findings[0]
		i := slices.IndexFunc(causes, func(c report.Cause) bool { return c.Code == first.Code })
		if i < 0 {
			i = len(causes)
			causes = append(causes, report.Cause{Code: first.Code})
		}
		causes[i].Rows++
		if len(causes[i].Examples) < causeExamples {
			causes[i].Examples = append(causes[i].Examples, report.Example{
				Row: row.Ordinal, Line: row.Line, Column: first.Pos.Column, Problem: first.Problem, Got: shortened(first.Got), Want: first.Want, Hint: first.Hint,
			})
		}
	}
	slices.SortStableFunc(causes, func(a, b report.Cause) int { return int(b.Rows - a.Rows) })
	return causes, nil
}

// shortened keeps a cell of megabytes out of a page.
func shortened(text string) string {
	const most = 200
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

func reportedExport(run checkpoint.Run) *report.Export {
	e := &report.Export{From: run.Steps[0].Source}
	var said exportRecord
	if json.Unmarshal(run.Summary, &said) != nil || said.Type != exportType {
		return e // it has not come to an end
	}
	e.Rows = said.Rows
	if c := said.Changes; c != nil {
		e.Changes = []report.Fact{
			{Name: "added", Value: fmt.Sprint(c.Added)}, {Name: "changed", Value: fmt.Sprint(c.Changed)}, {Name: "deleted", Value: fmt.Sprint(c.Deleted)},
		}
	}
	add := func(name, value string) {
		if value != "" {
			e.Facts = append(e.Facts, report.Fact{Name: name, Value: value})
		}
	}
	add("file", said.File)
	add("full file", said.Full)
	add("manifest", said.Manifest)
	add("pages read", fmt.Sprint(said.Pages.Requests))
	add("records that stood on two pages", fmt.Sprint(said.Pages.Repeated))
	add("pages read again, as the list moved", fmt.Sprint(said.Pages.Bridges))
	for _, slug := range slices.Sorted(maps.Keys(said.Unread)) {
		add("records with values of "+slug+" that cannot be read", fmt.Sprint(said.Unread[slug]))
	}
	add("why nothing was published", said.Error)
	return e
}

// versionsOf is what a run was made with and from.
func versionsOf(run checkpoint.Run, sessions []checkpoint.Session) []report.Fact {
	var facts []report.Fact
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, report.Fact{Name: name, Value: value})
		}
	}
	if len(sessions) > 0 {
		last := sessions[len(sessions)-1]
		add("program", "attio-etl "+last.Program)
		add("contract", last.Contract)
	}
	add("workspace", run.Workspace)
	add("connection", run.Connection)
	add("job file", run.JobPath)
	add("job SHA-256", run.JobHash)
	for _, s := range run.Steps {
		of := ""
		if s.Name != "" {
			of = s.Name + ": "
		}
		add(of+"source", s.Source)
		if s.Print.SHA256 != "" {
			add(of+"source size", count(s.Print.Size, "byte"))
			add(of+"source SHA-256", s.Print.SHA256)
		}
		add(of+"target", s.Target)
		add(of+"mapping hash", s.PlanHash)
	}
	return facts
}
