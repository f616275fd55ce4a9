package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
)

// jsonView is JSON Lines on standard output: the first line is the version, the last a summary for the commands that have one.
type jsonView struct {
	a       *app
	command string
	begun   bool           // the version is printed
	export  *exportRecord  // shown at the end, too
	planned *planRecord    // shown at the end, as is
	undone  *undoRecord    // and this
	last    *summaryRecord // shown at the end, so that it is the last line and knows the exit code
}

func newJSONView(a *app) *jsonView { return &jsonView{a: a} }

// line prints one record, the version before the first. A record is made of strings and numbers only, so encoding cannot fail; an error of
// standard output is remembered there.
func (v *jsonView) line(record any) {
	enc := json.NewEncoder(v.a.stdout)
	enc.SetEscapeHTML(false)
	if !v.begun {
		v.begun = true
		_ = enc.Encode(versionRecord{Type: "version", Version: versionText(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH})
	}
	_ = enc.Encode(record)
}

// Begin prints nothing yet: a command that prints a file (rejects, sandbox export, completion) has no records, and a line of another format
// would spoil the file.
func (v *jsonView) Begin(command string) { v.command = command }

// errorRecord is an error that ended the command.
type errorRecord struct {
	Type    string `json:"type"`
	Code    int    `json:"exit_code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func (v *jsonView) End(err error) {
	var e *exit.Error
	carried := errors.As(err, &e)
	if err != nil && (!carried || !e.Reported) {
		record := errorRecord{Type: "error", Code: int(exit.CodeOf(err)), Message: err.Error()}
		if carried {
			record.Hint = e.Hint
		}
		v.line(record)
	}
	v.endPlan(err)
	v.endUndo(err)
	if v.last == nil && v.export == nil && (v.command == "import" || v.command == "resume" || v.command == "validate") {
		v.last = &summaryRecord{Type: "summary", Command: v.command, Status: "failed", Summary: importer.Summary{}}
	}
	if v.export != nil {
		if v.last == nil {
			v.export.ExitCode = int(exit.CodeOf(err)) // the last line has that of the process
		}
		v.line(v.export)
	}
	if v.last != nil {
		v.last.ExitCode = int(exit.CodeOf(err))
		v.line(v.last)
	}
}

func (v *jsonView) ResultsAreFindings() {}

// findingRecord is a finding with the text that a person would read.
type findingRecord struct {
	Type string `json:"type"`
	diag.Finding
	Text string `json:"text"`
}

func (v *jsonView) Findings(list diag.List) {
	for _, f := range list {
		v.line(findingRecord{Type: "finding", Finding: f, Text: f.String()})
	}
}

func (v *jsonView) Note(text string) {
	v.line(struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}{"note", text})
}

func (v *jsonView) Creates(options []string) {
	for _, option := range options {
		v.line(struct {
			Type   string `json:"type"`
			Option string `json:"option"`
		}{"create", option})
	}
}

func (v *jsonView) RowFindings(list diag.List) { v.Findings(list) }

// Step shows a step, but not the only one of a job without named ones: the summary says it all.
func (v *jsonView) Step(r stepRecord) {
	if r.Step != "" {
		v.line(r)
	}
}

func (v *jsonView) Checked(r summaryRecord) { v.Summary(r) }

// Summary keeps the record for the end. With several jobs each has its summary; all but the last are shown at once.
func (v *jsonView) Summary(r summaryRecord) {
	if v.last != nil {
		v.line(v.last)
	}
	v.last = &r
}

func (v *jsonView) Export(r exportRecord) {
	if v.export != nil {
		v.line(v.export) // of an earlier step
	}
	v.export = &r
}

func (v *jsonView) Run(run checkpoint.Run, continued bool) {
	record := recordOf(run)
	record.Continued = continued
	v.line(record)
}

func (v *jsonView) Runs(runs []checkpoint.Run) {
	for _, r := range runs {
		v.line(recordOf(r))
	}
}

func (v *jsonView) Sandbox(url string) {
	v.line(struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}{"sandbox", url})
}

func (v *jsonView) Auth(r authRecord) { v.line(r) }

func (v *jsonView) Checkup(r checkRecord) { v.line(r) }

func (v *jsonView) Version(r versionRecord) {
	v.begun = true // this is that line
	v.line(r)
}

// storedCounts is a summary from the run store as text, empty where there is none.
func storedCounts(summary json.RawMessage) string {
	var exported exportRecord
	if json.Unmarshal(summary, &exported) == nil && exported.Type == exportType {
		return count(exported.Rows, "row")
	}
	var s importer.Summary
	if string(summary) == "null" {
		return ""
	}
	var undone undoRecord
	if json.Unmarshal(summary, &undone) == nil && undone.Type == undoType {
		return undone.counts()
	}
	if err := json.Unmarshal(summary, &s); err != nil {
		return fmt.Sprintf("unreadable: %v", err)
	}
	return countsText(s)
}
