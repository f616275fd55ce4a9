package jsonlfile

import (
	"errors"
	"io"
	"slices"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// framer finds the rows of a file: io.EOF is its proven end, any other error is final.
type framer interface {
	// next is the text of the next row, valid until it is called again, and the line on which it starts.
	next() (text []byte, line int64, err error)
	// whole reports whether it is certain that the text given last is all of the row.
	whole() bool
}

// pass is one reading of the file from its start.
type pass struct {
	source  *Source
	file    file
	frames  framer
	record  record
	ordinal int64
	line    int64
	cells   []tabular.Cell
}

func (s *Source) start() (*pass, error) {
	f, err := s.open()
	if err != nil {
		return nil, err
	}
	p := &pass{source: s, file: f}
	in, err := s.afterMark(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if s.opts.Array {
		p.frames = newArray(s, in)
	} else {
		p.frames = newLines(s, in)
	}
	return p, nil
}

// next reads the next row into p.cells by the places that column tells for paths. io.EOF is the proven end, a *tabular.RowError rejects
// the row, any other error is final.
func (p *pass) next(column func(path []byte) int) ([]tabular.Cell, error) {
	text, line, err := p.frames.next()
	if err != nil {
		return nil, err
	}
	p.ordinal++
	p.line = line
	bad := p.record.read(text, func(path []byte, c tabular.Cell) bool {
		i := column(path)
		if i < 0 {
			return false
		}
		if n := i + 1 - len(p.cells); n > 0 {
			p.cells = append(p.cells, make([]tabular.Cell, n)...)
		}
		p.cells[i] = c
		return true
	})
	switch {
	case bad == nil:
		return p.cells, nil
	case bad.code == "source-changed":
		return nil, p.source.at(line, bad.code, bad.problem, bad.hint)
	case p.ordinal == 1 && !p.source.opts.Array && text[0] != '{':
		return nil, p.source.notLines(text, line)
	case !p.frames.whole():
		return nil, p.source.at(line, "truncated-file", "the last line has no line end and is faulty: "+bad.problem, truncateHint)
	case p.ordinal == 1 && !p.source.opts.Array && bad.unfinished:
		return nil, p.source.at(line, "not-json-lines", "the first object does not end on its line",
			`write each object on one line; or add "format: json" for an array of objects, and "json: {path: …}" where it is part of an object`)
	}
	return nil, p.reject(text, bad)
}

const truncateHint = "the file may be cut off: export it again, or end its last line with a line break if it is complete"

// reject is the error of a faulty row. Its text stands behind as many missing cells as there are columns, so that the rejects file has
// it and is not taken for a whole row when it is read again.
func (p *pass) reject(text []byte, bad *fault) *tabular.RowError {
	cells := make([]tabular.Cell, len(p.source.names), len(p.source.names)+1)
	cells = append(cells, tabular.StringCell(string(text)))
	return &tabular.RowError{
		Row: tabular.Row{Ordinal: p.ordinal, Line: p.line, Cells: cells}, Code: bad.code, Problem: bad.problem, Hint: bad.hint,
	}
}

// notLines tells what a file is that does not start with an object.
func (s *Source) notLines(text []byte, line int64) error {
	if text[0] == '[' {
		return s.at(line, "not-json-lines", "the file starts with an array, not with an object on a line of its own", `add "format: json" for an array of objects`)
	}
	return s.at(line, "not-json-lines", "the file does not start with an object", "name the format of the file, or remove what stands before the first object")
}

// at is a fault of the file at a line.
func (s *Source) at(line int64, code, problem, hint string) *tabular.FileError {
	e := s.from.Fault(code, problem, hint)
	e.Line = line
	return e
}

func (s *Source) unreadable(line int64, err error) *tabular.FileError {
	e := s.at(line, "unreadable-file", "reading failed: "+storage.Cause(err), "")
	e.Err = err
	return e
}

func (s *Source) recordTooLong(line int64) *tabular.FileError {
	return s.at(line, "record-too-long", "a row is longer than what is read", "check that the file is what the job says")
}

// afterMark skips the byte order mark of UTF-8 and refuses what is no UTF-8 text at first sight.
func (s *Source) afterMark(f file) (io.Reader, error) {
	head := make([]byte, 4)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, s.unreadable(0, err)
	}
	head = head[:n]
	starts := func(mark string) bool { return len(head) >= len(mark) && string(head[:len(mark)]) == mark }
	skip := int64(0)
	switch {
	case starts("\xef\xbb\xbf"):
		skip = 3
	case starts("\xff\xfe"), starts("\xfe\xff"), slices.Contains(head, 0):
		return nil, s.at(1, "utf-16", "the file is not UTF-8 but UTF-16, or not text", "convert it to UTF-8")
	case starts("PK\x03\x04"), starts("PAR1"):
		return nil, s.at(1, "not-text", "the file is not text: a workbook, an archive or Parquet", "check import.source.format")
	case n == 0:
		return nil, s.from.Fault("empty-file", "the file is empty", "")
	}
	_, err = f.Seek(skip, io.SeekStart)
	if err != nil {
		return nil, s.unreadable(0, err)
	}
	return f, nil
}
