package jsonlfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// bufferSize is how much of the file is read at a time.
const bufferSize = 64 << 10

// lines finds the rows of JSON Lines: the lines that are not blank.
type lines struct {
	source *Source
	in     *bufio.Reader
	long   []byte // a line that does not fit in the buffer
	line   int64
	ended  bool // the line given last ends with a line end
}

func newLines(s *Source, r io.Reader) *lines {
	return &lines{source: s, in: bufio.NewReaderSize(r, bufferSize)}
}

func (l *lines) whole() bool { return l.ended }

func (l *lines) next() ([]byte, int64, error) {
	for {
		text, err := l.read()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, err
		}
		l.ended = err == nil
		if text = bytes.Trim(text, " \t\r\n"); len(text) > 0 {
			return text, l.line, nil
		}
		if err != nil {
			return nil, 0, io.EOF
		}
	}
}

// read is the next line with its end; io.EOF comes with a last line that has none.
func (l *lines) read() ([]byte, error) {
	l.line++
	text, err := l.in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return text, l.readError(err)
	}
	l.long = append(l.long[:0], text...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if int64(len(l.long)) > l.source.opts.MaxRecord {
			return nil, l.source.recordTooLong(l.line)
		}
		text, err = l.in.ReadSlice('\n')
		l.long = append(l.long, text...)
	}
	return l.long, l.readError(err)
}

func (l *lines) readError(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return l.source.unreadable(l.line, err)
}
