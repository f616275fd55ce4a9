package csvfile

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

var errRecordTooLong = errors.New("no record ends within the limit")

// guard feeds encoding/csv and ends the input once too many bytes pass without a finished record. It reports every end as io.EOF
// and keeps the true reason: encoding/csv then says where the unfinished record starts, which it does not for other errors.
type guard struct {
	r     io.Reader
	limit int64
	read  int64 // bytes handed on
	mark  int64 // offset behind the last finished record
	last  byte  // last byte handed on
	clean span  // of the bytes handed on last: text without anything that a cell has to be searched for
	ended bool
	err   error // why the input ended early, nil at its true end
}

func (g *guard) Read(p []byte) (int, error) {
	if g.ended {
		return 0, io.EOF
	}
	if g.read-g.mark >= g.limit {
		return g.end(0, errRecordTooLong)
	}
	n, err := g.r.Read(p)
	if n > 0 {
		g.read += int64(n)
		g.last = p[n-1]
		g.clean = cleanPart(p[:n], g.read-int64(n))
	}
	if err != nil {
		return g.end(n, err)
	}
	return n, nil
}

func (g *guard) end(n int, err error) (int, error) {
	g.ended = true
	if !errors.Is(err, io.EOF) {
		g.err = err
	}
	return n, io.EOF
}

// span is a range of offsets.
type span struct{ from, to int64 }

func (s span) holds(from, to int64) bool { return s.from <= from && to <= s.to }

// cleanPart is the part of a block, which starts at an offset, that certainly is valid UTF-8 without NUL and without a lone \r;
// empty where the block has any of these. Searching blocks costs a tenth of searching cells. A character or a line end may be cut
// by either end of the block, so what is close to them is left out.
func cleanPart(block []byte, offset int64) span {
	from, to := 0, len(block)
	for from < min(utf8.UTFMax-1, to) && !utf8.RuneStart(block[from]) {
		from++
	}
	for i := to - 1; i >= max(from, to-utf8.UTFMax); i-- {
		if utf8.RuneStart(block[i]) {
			if !utf8.FullRune(block[i:]) {
				to = i
			}
			break
		}
	}
	if to > from && block[to-1] == '\r' {
		to--
	}
	text := block[from:to]
	if bytes.IndexByte(text, 0) >= 0 || hasBareCR(text) || !utf8.Valid(text) {
		return span{}
	}
	return span{offset + int64(from), offset + int64(to)}
}

func hasBareCR(text []byte) bool {
	return bytes.IndexByte(text, '\r') >= 0 && bytes.Count(text, []byte{'\r'}) != bytes.Count(text, []byte("\r\n"))
}
