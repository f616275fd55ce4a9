package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/internal/ui"
)

// humanView is text for a person: results on standard output, all else on standard error.
type humanView struct {
	a        *app
	findings io.Writer
	shown    int // findings of rows printed
	left     int // and left out
}

func newHumanView(a *app) *humanView { return &humanView{a: a, findings: a.stderr} }

func (v *humanView) Begin(string) {}

func (v *humanView) End(err error) {
	var e *exit.Error
	carried := errors.As(err, &e)
	if err == nil || (carried && e.Reported) {
		return
	}
	fmt.Fprintf(v.a.stderr, "attio-etl: %v\n", err)
	if carried && e.Hint != "" {
		fmt.Fprintf(v.a.stderr, "  %s\n", e.Hint)
	}
}

func (v *humanView) ResultsAreFindings() { v.findings = v.a.stdout }

func (v *humanView) Findings(list diag.List) {
	for _, f := range list {
		fmt.Fprintln(v.findings, f)
	}
}

func (v *humanView) RowFindings(list diag.List) {
	for _, f := range list {
		if limit := v.a.global.maxFinding; limit > 0 && v.shown >= limit {
			v.left++
			continue
		}
		v.shown++
		fmt.Fprintln(v.findings, f)
	}
}

func (v *humanView) Note(text string) { fmt.Fprintln(v.a.stderr, text) }

func (v *humanView) Creates(options []string) {
	for _, option := range options {
		fmt.Fprintf(v.a.stderr, "a new option, as the job says: %s\n", option)
	}
}

// Step shows a step, but not the only one of a job without named ones: the summary says it all.
func (v *humanView) Step(r stepRecord) {
	if r.Step == "" {
		return
	}
	name := r.Step + ": " + r.source
	if r.Run == "" {
		v.checked(name, summaryRecord{Summary: r.Summary, LeftOut: r.LeftOut, Warnings: r.Warnings})
		return
	}
	fmt.Fprintf(v.a.stdout, "%s: %s\n", name, countsText(r.Summary))
	if r.Error != "" {
		fmt.Fprintf(v.a.stdout, "  %s: %s\n", r.Status, r.Error)
	}
	v.details(summaryRecord{
		LeftOut: r.LeftOut, Look: r.Look, Warnings: r.Warnings, RejectCauses: r.RejectCauses, RejectsFile: r.RejectsFile, refeed: r.refeed,
	})
}

func (v *humanView) Checked(r summaryRecord) {
	if v.left > 0 {
		fmt.Fprintf(v.a.stdout, "… and %s more; --max-findings 0 prints all\n", count(int64(v.left), "finding"))
	}
	v.checked(r.source, r)
}

func (v *humanView) checked(name string, r summaryRecord) {
	fmt.Fprintf(v.a.stdout, "%s: checked %s: %d can be written, %d would be rejected; nothing was written\n",
		name, count(r.Read, "row"), r.NotReached, r.Rejected)
	if r.LeftOut > 0 {
		fmt.Fprintf(v.a.stdout, "%s left out by the job's filter\n", count(r.LeftOut, "more row"))
	}
	for _, cause := range r.Warnings {
		fmt.Fprintf(v.a.stdout, "%s would be written without a value, %s, first: %s\n", count(cause.Rows, "row"), cause.Code, cause.First)
	}
}

func (v *humanView) Summary(r summaryRecord) {
	out := v.a.stdout
	fmt.Fprintf(out, "%s: %s\n", r.source, countsText(r.Summary))
	fmt.Fprintf(out, "run %s %s after %s: %s, %s", r.Run, r.Status, elapsed(r),
		count(r.Requests.Write, "write"), count(r.Requests.Read, "read"))
	if r.Requests.Retried > 0 || r.Requests.Throttled > 0 {
		fmt.Fprintf(out, " (%d retried, %d throttled)", r.Requests.Retried, r.Requests.Throttled)
	}
	fmt.Fprintln(out)
	v.details(r)
}

// details tells of rows that were not written as they stand.
func (v *humanView) details(r summaryRecord) {
	out := v.a.stdout
	if r.Look != nil && r.Look.Rows > 0 {
		fmt.Fprintf(out, "  %s\n", lookText(r.Look))
	}
	if r.LeftOut > 0 {
		fmt.Fprintf(out, "  %s left out by the job's filter\n", count(r.LeftOut, "row"))
	}
	for _, cause := range r.Warnings {
		fmt.Fprintf(out, "  %s written without a value, %s, first: %s\n", count(cause.Rows, "row"), cause.Code, cause.First)
	}
	for _, cause := range r.RejectCauses {
		fmt.Fprintf(out, "  %s rejected, %s, first: %s\n", count(cause.Rows, "row"), cause.Code, cause.First)
	}
	if r.RejectsFile != "" {
		fmt.Fprintf(out, "rejected rows, with all reasons: %s\ncorrect and import them with: %s\n", r.RejectsFile, r.refeed)
	}
}

// lookText says how live values were read.
func lookText(l *importer.Look) string {
	return fmt.Sprintf("%s compared with %s, diff: %s, as %s", count(l.Rows, "row"), count(l.Records, "live record"), l.How, l.Why)
}

// countsText says what became of the rows, leaving out what did not occur.
func countsText(s importer.Summary) string {
	parts := []string{count(s.Read, "row")}
	for _, c := range []struct {
		n    int64
		what string
	}{
		{s.Created, "created"},
		{s.Updated, "updated"},
		{s.Upserted, "upserted"},
		{s.Unchanged, "unchanged"},
		{s.Deleted, "deleted"},
		{s.Rejected, "rejected"},
		{s.NotReached, "not reached"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	text := parts[0] + " = " + strings.Join(parts[1:], " + ")
	if len(parts) == 1 {
		text = parts[0]
	}
	if s.Resumed > 0 {
		text += fmt.Sprintf(" (%d of them by earlier sessions)", s.Resumed)
	}
	return text
}

func elapsed(r summaryRecord) string {
	return ui.Duration(time.Duration(r.ElapsedMS) * time.Millisecond)
}

func (v *humanView) Run(run checkpoint.Run, continued bool) {
	if continued {
		fmt.Fprintf(v.a.stderr, "continuing run %s of %s; what is done is not done again\n", run.ID, run.Started.Format(timeFormat))
	}
}

func (v *humanView) Runs(runs []checkpoint.Run) {
	w := tabwriter.NewWriter(v.a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RUN\tSTARTED\tSTATUS\tJOB\tTARGET\tSOURCE")
	for _, r := range runs {
		record := recordOf(r)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, record.Started, r.Status, r.Job, record.Target, record.Source)
	}
	w.Flush()
}

func (v *humanView) Sandbox(url string) {
	fmt.Fprintf(v.a.stdout, "sandbox on %s; any token of 64 characters opens it; stop with Ctrl-C\n", url)
}

func (v *humanView) Auth(r authRecord) {
	fmt.Fprintf(v.a.stdout, "%s opens workspace %s (token from %s)\nscopes: %s\n", r.Address, r.Workspace, r.Token, strings.Join(r.Scopes, " "))
}

func (v *humanView) Checkup(r checkRecord) {
	fmt.Fprintf(v.a.stdout, "%-8s %-8s %s\n", r.Result, r.Check, r.Text)
	if r.Hint != "" {
		fmt.Fprintf(v.a.stdout, "%-17s %s\n", "", r.Hint)
	}
}

func (v *humanView) Version(r versionRecord) {
	fmt.Fprintf(v.a.stdout, "attio-etl %s (%s, %s/%s)\n", r.Version, r.Go, r.OS, r.Arch)
}
