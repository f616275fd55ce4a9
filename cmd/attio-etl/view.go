package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/importer"
	"attio-etl/internal/diag"
	"attio-etl/internal/pace"
	"attio-etl/internal/report"
	"attio-etl/tabular/dataset"
	"attio-etl/tabular/profile"
)

// view is what the user is shown. There are two: text for a person, JSON Lines for a program.
type view interface {
	commandView
	reportView
	resultView
	runView
	machineView
}

// commandView frames what a command shows.
type commandView interface {
	// Begin starts the output of a command.
	Begin(command string)
	// End closes it with the command's error, nil for none.
	End(err error)
}

// reportView shows what is found on the way.
type reportView interface {
	// ResultsAreFindings says that the command's result is its findings, so that they belong on standard output.
	ResultsAreFindings()
	// Findings shows what is wrong with a job.
	Findings(list diag.List)
	// RowFindings shows what is wrong with one row.
	RowFindings(list diag.List)
	// Note shows what is worth knowing.
	Note(text string)
	// Creates shows what is going to be created, or would be.
	Creates(options []string)
}

// resultView shows what rows there are, what became of them, or would.
type resultView interface {
	planView
	// Peeked shows what is in a source; whole says that it was read to its end.
	Peeked(files []dataset.File, t *profile.Table, whole bool)
	// Step shows one step of a job of several.
	Step(record stepRecord)
	// Checked shows the result of checking a job.
	Checked(record summaryRecord)
	// Summary shows the result of a run.
	Summary(record summaryRecord)
}

// runView shows what was done, and what is taken back of it.
type runView interface {
	storeView
	undoView
	// Export shows the result of an export.
	Export(record exportRecord)
	// Sampled shows one row of a sample.
	Sampled(row sampledRow)
}

// storeView shows runs.
type storeView interface {
	Run(run checkpoint.Run, continued bool)
	Runs(runs []checkpoint.Run)
	// ShowRun shows a run with all that the store tells of it.
	ShowRun(run checkpoint.Run, told report.Report)
}

// machineView shows what commands about the program and its connection find.
type machineView interface {
	Sandbox(url string)
	Auth(record authRecord)
	Checkup(record checkRecord)
	Version(record versionRecord)
}

// authRecord is what token is used and what it opens; never the token.
type authRecord struct {
	Type      string   `json:"type"`
	Address   string   `json:"address"`
	Token     string   `json:"token_from"` // a variable, a file, keyring
	Workspace string   `json:"workspace"`
	Scopes    []string `json:"scopes"`
}

// checkRecord is one thing that doctor looked at.
type checkRecord struct {
	Type   string `json:"type"`
	Check  string `json:"check"`  // what was looked at: state, job, limits, token, address, scopes, clock
	Result string `json:"result"` // ok, warning or failed
	Text   string `json:"text"`
	Hint   string `json:"hint,omitempty"`
}

// versionRecord is the first line of JSON output.
type versionRecord struct {
	Type    string `json:"type"`
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// summaryRecord is the last line of JSON output. Fields are only ever added.
type summaryRecord struct {
	Type    string `json:"type"`
	Command string `json:"command"`
	Job     string `json:"job"`
	Run     string `json:"run,omitempty"`
	Status  string `json:"status"`
	importer.Summary
	Requests     requestRecord  `json:"requests"`
	RejectsFile  string         `json:"rejects_file,omitempty"`
	RejectCauses causes         `json:"reject_causes,omitempty"`
	Warnings     causes         `json:"warnings,omitempty"` // rows written without a value, as the job says
	LeftOut      int64          `json:"left_out,omitempty"` // rows that the job's filter leaves out; no part of read
	Look         *importer.Look `json:"look,omitempty"`     // how live values were read, by a job of one import
	ElapsedMS    int64          `json:"elapsed_ms"`
	ExitCode     int            `json:"exit_code"`
	source       string         // for the text view, like
	refeed       string         // the command that imports corrected rejects
}

// stepRecord is what became of one step of a job. Fields are only ever added.
type stepRecord struct {
	Type   string `json:"type"`
	Job    string `json:"job"`
	Run    string `json:"run,omitempty"`
	Step   string `json:"step"`
	Status string `json:"status"`
	importer.Summary
	RejectsFile  string         `json:"rejects_file,omitempty"`
	RejectCauses causes         `json:"reject_causes,omitempty"`
	Warnings     causes         `json:"warnings,omitempty"`
	LeftOut      int64          `json:"left_out,omitempty"`
	Look         *importer.Look `json:"look,omitempty"`
	Error        string         `json:"error,omitempty"` // why rows of it were not reached
	source       string
	refeed       string
}

// sum makes the summary of a job from what became of its steps. That of a job without named ones is all that there is to say.
func (r summaryRecord) sum(steps []stepRecord) summaryRecord {
	for _, s := range steps {
		r.Summary = r.Add(s.Summary)
		r.LeftOut += s.LeftOut
	}
	if len(steps) == 1 && steps[0].Step == "" {
		s := steps[0]
		r.RejectsFile, r.RejectCauses, r.Warnings, r.Look = s.RejectsFile, s.RejectCauses, s.Warnings, s.Look
		r.source, r.refeed = s.source, s.refeed
	}
	return r
}

// requestRecord counts the attempts sent.
type requestRecord struct {
	Read      int64 `json:"read"`
	Write     int64 `json:"write"`
	Retried   int64 `json:"retried"`
	Throttled int64 `json:"throttled"`
}

func requestsOf(s pace.Stats) requestRecord {
	return requestRecord{Read: s.Read, Write: s.Write, Retried: s.Retried, Throttled: s.Throttled}
}

// runRecord is a run as JSON output has it. With several steps, Target and Source list those of all.
type runRecord struct {
	Type        string          `json:"type"`
	Run         string          `json:"run"`
	Job         string          `json:"job"`
	Status      string          `json:"status"`
	Target      string          `json:"target"`
	Source      string          `json:"source"`
	Connection  string          `json:"connection"`
	Started     string          `json:"started"`
	Ended       string          `json:"ended,omitempty"`
	Continued   bool            `json:"continued,omitempty"`
	RejectsFile string          `json:"rejects_file,omitempty"`
	Steps       []runStepRecord `json:"steps,omitempty"`
	Summary     any             `json:"summary,omitempty"`
	Undoes      string          `json:"undoes,omitempty"`
	Verified    json.RawMessage `json:"verified,omitempty"`
}

// runStepRecord is a step of it.
type runStepRecord struct {
	Step        string `json:"step"`
	Status      string `json:"status"`
	Target      string `json:"target"`
	Source      string `json:"source"`
	RejectsFile string `json:"rejects_file,omitempty"`
	Summary     any    `json:"summary,omitempty"`
}

const timeFormat = "2006-01-02T15:04:05Z"

func recordOf(r checkpoint.Run) runRecord {
	record := runRecord{
		Type: "run", Run: r.ID, Job: r.Job, Status: string(r.Status), Connection: r.Connection, Started: r.Started.Format(timeFormat),
		Summary: stored(r.Summary), Undoes: r.Undoes, Verified: r.Verified,
	}
	var targets, sources []string
	for _, s := range r.Steps {
		targets, sources = append(targets, s.Target), append(sources, s.Source)
		if s.Name == "" {
			record.RejectsFile = s.RejectsFile
			continue
		}
		record.Steps = append(record.Steps, runStepRecord{
			Step: s.Name, Status: string(s.Status), Target: s.Target, Source: s.Source, RejectsFile: s.RejectsFile, Summary: stored(s.Summary),
		})
	}
	record.Target, record.Source = strings.Join(targets, ", "), strings.Join(sources, ", ")
	if !r.Ended.IsZero() {
		record.Ended = r.Ended.Format(timeFormat)
	}
	return record
}

// stored is a summary from the run store, nil where there is none yet.
func stored(summary json.RawMessage) any {
	if string(summary) == "null" {
		return nil
	}
	return summary
}

// count is a number with its noun: "1 row", "2 rows".
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// commandLine is a command line that the user can copy: this program with the flags that matter to find the same state.
func (a *app) commandLine(args ...string) string {
	words := append([]string{"attio-etl"}, args...)
	if a.global.state != defaultState {
		words = append(words, "--state", a.global.state)
	}
	switch a.global.sandbox {
	case "":
	case defaultSandbox:
		words = append(words, "--sandbox")
	default:
		words = append(words, "--sandbox="+a.global.sandbox)
	}
	if a.global.sandbox == "" && a.global.baseURL != defaultBaseURL {
		words = append(words, "--base-url", a.global.baseURL)
	}
	for i, w := range words {
		words[i] = shellWord(w)
	}
	return strings.Join(words, " ")
}

// shellWord quotes a word for a POSIX shell where it needs it.
func shellWord(w string) string {
	plain := func(r rune) bool {
		return r > 0x7f || strings.ContainsRune("-_./:=@,+%", r) || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
	}
	if w != "" && strings.IndexFunc(w, func(r rune) bool { return !plain(r) }) < 0 {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
