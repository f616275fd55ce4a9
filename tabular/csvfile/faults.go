package csvfile

import (
	"errors"
	"fmt"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

const (
	convertHint  = "convert it to UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8 (or UTF-16) or as \"CSV UTF-8\" in the spreadsheet"
	quoteHint    = "a cell that holds a quote stands in quotes, with each quote inside doubled"
	unclosedHint = "close the quote, or double it if it belongs to the text"
	bareCRHint   = "line ends must be \\n or \\r\\n: convert the file, for example with tr '\\r' '\\n'"
	truncateHint = "the file may be cut off: export it again, or end its last line with a line break if it is complete"
)

// fault is what is wrong with the current record, before it is decided whether it concerns the row alone.
type fault struct {
	pass    *pass
	line    int64 // of the fault
	start   int64 // of the record
	code    string
	problem string
	hint    string
	err     error
	local   bool // the record's extent is certain: the rows after it can be read
}

// final is the fault as an error of the file.
func (f *fault) final() error {
	e := f.pass.fileError(f.line, f.code, f.problem, f.hint)
	e.Err = f.err
	return e
}

// verdict is the fault as an error of the row where that is safe. A faulty last record without a line end is the sign of a file that
// was cut off, so it does not prove the end (invariant I6).
func (f *fault) verdict(record []string) error {
	if !f.local {
		return f.final()
	}
	if f.pass.unterminated() {
		f.code, f.hint = "truncated-file", truncateHint
		f.problem = "the last row has no line end and is faulty: " + f.problem
		return f.final()
	}
	cells := make([]tabular.Cell, len(record))
	for i, text := range record {
		cells[i] = tabular.StringCell(text)
	}
	row := tabular.Row{Ordinal: f.pass.ordinal, Line: f.start, Cells: cells}
	return &tabular.RowError{Row: row, Code: f.code, Problem: f.problem, Hint: f.hint}
}

func (p *pass) fileError(line int64, code, problem, hint string) *tabular.FileError {
	e := p.source.fault(code, problem, hint)
	e.Line = line
	return e
}

// inputError is the fault of the input itself: it cannot be read, or no record ends within the limit.
func (p *pass) inputError(line int64) *tabular.FileError {
	if errors.Is(p.guard.err, errRecordTooLong) {
		problem := fmt.Sprintf("no record ends within %d bytes", p.source.opts.MaxRecord)
		return p.fileError(line, "record-too-long", problem, "check the delimiter, the quotes and the line ends")
	}
	e := p.fileError(line, "unreadable-file", "reading failed: "+storage.Cause(p.guard.err), "")
	e.Err = p.guard.err
	return e
}
