package csvfile

import (
	"bytes"
	"errors"
	"io"
)

// bufferSize is how much of the file is read at a time, and how much of it the choice of a dialect looks at.
const bufferSize = 64 << 10

var errRecordTooLong = errors.New("no record ends within the limit")

// input is the text of a file, decoded, through a window that grows with the record in it. Offsets are relative to start.
type input struct {
	r     io.Reader
	limit int    // bytes of a record
	buf   []byte // read so far, from start on not yet used
	start int
	err   error // why no more can be read; io.EOF at the end
}

// rest is what has been read and not used.
func (in *input) rest() []byte { return in.buf[in.start:] }

// use moves the start of the window.
func (in *input) use(n int) { in.start += n }

// more reads on. It fails with errRecordTooLong once the window holds more than a record may have.
func (in *input) more() error {
	if len(in.rest()) > in.limit {
		return errRecordTooLong
	}
	return in.fill()
}

func (in *input) fill() error {
	if in.err != nil {
		return in.err
	}
	if in.start > 0 {
		in.buf = in.buf[:copy(in.buf, in.rest())]
		in.start = 0
	}
	if len(in.buf) == cap(in.buf) {
		grown := make([]byte, len(in.buf), max(bufferSize, 2*cap(in.buf)))
		copy(grown, in.buf)
		in.buf = grown
	}
	before := len(in.buf)
	for in.err == nil && len(in.buf) < cap(in.buf) {
		n, err := in.r.Read(in.buf[len(in.buf):cap(in.buf)])
		in.buf, in.err = in.buf[:len(in.buf)+n], err
	}
	if len(in.buf) > before {
		return nil // the error shows when this is used up
	}
	return in.err
}

// peek is the next text, for a look at its dialect; whole says that it is all there is.
func (in *input) peek() (sample []byte, whole bool) {
	for len(in.rest()) < bufferSize && in.fill() == nil {
		continue
	}
	rest := in.rest()
	return rest[:min(len(rest), bufferSize)], errors.Is(in.err, io.EOF) && len(rest) <= bufferSize
}

// index is the offset of the next c at or behind from. Without one before the end it is the length of the rest, and io.EOF.
func (in *input) index(from int, c byte) (int, error) {
	for {
		rest := in.rest()
		if i := bytes.IndexByte(rest[from:], c); i >= 0 {
			return from + i, nil
		}
		from = len(rest)
		if err := in.more(); err != nil {
			return from, err
		}
	}
}
