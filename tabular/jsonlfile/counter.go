package jsonlfile

import (
	"bytes"
	"errors"
	"io"
)

var errRecordTooLong = errors.New("a row is longer than what is read")

// counter feeds the tokenizer: it knows on which line an offset is, and ends the input once too many bytes pass without a row.
type counter struct {
	r     io.Reader
	limit int64
	read  int64
	mark  int64   // offset behind the last row
	ends  []int64 // offsets of the line ends between what was asked for last and what was read
	line  int64   // of what was asked for last
	err   error   // why the input ended early
}

func (c *counter) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if c.read-c.mark > c.limit {
		c.err = errRecordTooLong
		return 0, c.err
	}
	// The tokenizer asks for as much as it has room for, which may be more than a row may have.
	p = p[:min(int64(len(p)), c.limit-(c.read-c.mark)+1)]
	n, err := c.r.Read(p)
	for rest, at := p[:n], c.read; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			break
		}
		c.ends = append(c.ends, at+int64(i))
		at, rest = at+int64(i)+1, rest[i+1:]
	}
	c.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// lineAt is the line of an offset. Offsets are asked for in order: an earlier one is on the line that was told last.
func (c *counter) lineAt(offset int64) int64 {
	passed := 0
	for passed < len(c.ends) && c.ends[passed] < offset {
		passed++
	}
	c.line += int64(passed)
	c.ends = c.ends[:copy(c.ends, c.ends[passed:])]
	return c.line
}
