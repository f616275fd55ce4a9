package csvfile

import (
	"errors"
	"fmt"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

const (
	convertHint  = "save it as UTF-8 (\"CSV UTF-8\" in the spreadsheet)"
	quoteHint    = "a cell that holds a quote stands in quotes, with each quote inside doubled"
	unclosedHint = "close the quote, or double it if it belongs to the text"
	bareCRHint   = "line ends must be alike: convert the file, for example with tr '\\r' '\\n', or put a cell with line breaks in quotes"
	bareLFHint   = "line ends must be alike: convert the file, for example with tr '\\r' '\\n'"
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

// as takes over what an error of the file says.
func (f *fault) as(e *tabular.FileError) *fault {
	f.line, f.code, f.problem, f.hint, f.err = e.Line, e.Code, e.Problem, e.Hint, e.Err
	return f
}

// final is the fault as an error of the file.
func (f *fault) final() error {
	e := f.pass.fileError(f.line, f.code, f.problem, f.hint)
	e.Err = f.err
	return e
}

// verdict is the fault as an error of the row where that is safe. A faulty last record without a line end is the sign of a file that
// was cut off, so it does not prove the end (invariant I6).
func (f *fault) verdict() error {
	if !f.local {
		return f.final()
	}
	if !f.pass.text.closed {
		f.code, f.hint = "truncated-file", truncateHint
		f.problem = "the last row has no line end and is faulty: " + f.problem
		return f.final()
	}
	cells := f.pass.readCells(nil)
	return &tabular.RowError{Row: tabular.Row{Line: f.start, Cells: cells}, Code: f.code, Problem: f.problem, Hint: f.hint}
}

func (p *pass) fileError(line int64, code, problem, hint string) *tabular.FileError {
	e := p.source.fault(code, problem, hint)
	e.Line = line
	return e
}

// inputError is the fault of the input itself: it cannot be read or decoded, or no record ends within the limit.
func (p *pass) inputError(line int64, err error) *tabular.FileError {
	var e *tabular.FileError
	switch {
	case errors.Is(err, errRecordTooLong):
		problem := fmt.Sprintf("no record ends within %d bytes", p.source.opts.MaxRecord)
		return p.fileError(line, "record-too-long", problem, "check the delimiter, the quotes and the line ends")
	case errors.Is(err, errTooManyCells):
		problem := fmt.Sprintf("the row has more than %d cells", maxCells)
		return p.fileError(line, "too-many-cells", problem, "check the delimiter and the line ends")
	case errors.Is(err, errHalfCharacter):
		e = p.fileError(p.text.line, "truncated-file", "the file ends in the middle of a character of "+p.charset.name, "the file may be cut off: export it again")
	default:
		e = p.fileError(line, "unreadable-file", "reading failed: "+storage.Cause(err), "")
	}
	e.Err = err
	return e
}
