package csvfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// sampleRecords is how many records after the header are evidence for a delimiter.
const sampleRecords = 200

// trial is how a sample reads with one delimiter.
type trial struct {
	delimiter rune
	columns   int // cells of the header, 0 where it cannot be read
	agree     int // records with as many cells as the header
	records   int
}

// chooseDelimiter sets the delimiter: the job's, that of an earlier pass, or the one that the sample speaks for.
func (p *pass) chooseDelimiter(text *bufio.Reader) error {
	s := p.source
	switch {
	case s.delimiter != 0:
		p.csv.Comma = s.delimiter
		return nil
	case s.opts.Delimiter != 0:
		p.csv.Comma = s.opts.Delimiter
		p.evidence = fmt.Sprintf("%q as given", s.opts.Delimiter)
		return nil
	}
	sample, err := text.Peek(bufferSize)
	best, second := rank(sample, errors.Is(err, io.EOF))
	if best.columns > 1 && best.columns == second.columns && best.agree == second.agree {
		problem := fmt.Sprintf("the header and the first rows can be split by %q and by %q alike, into %d columns", best.delimiter, second.delimiter, best.columns)
		return p.fileError(p.lines+1, "ambiguous-delimiter", problem, "set the delimiter in the job")
	}
	p.csv.Comma, p.evidence = best.delimiter, best.evidence(second)
	return nil
}

// rank tries the candidates on a sample and gives the two best. whole says that the sample is all there is.
func rank(sample []byte, whole bool) (best, second trial) {
	if end := bytes.LastIndexByte(sample, '\n'); !whole && end >= 0 {
		sample = sample[:end+1]
	}
	best, second = trial{delimiter: ','}, trial{}
	for _, d := range []rune{',', ';', '\t', '|'} {
		switch t := try(sample, d); {
		case t.better(best):
			best, second = t, best
		case t.better(second):
			second = t
		}
	}
	return best, second
}

// try reads a sample with a delimiter. A sample may end inside a quoted cell, so a failure of its last record says nothing.
func try(sample []byte, d rune) trial {
	t := trial{delimiter: d}
	r := csv.NewReader(bytes.NewReader(sample))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = d, -1, true
	header, err := r.Read()
	if err != nil {
		return t
	}
	t.columns = len(header)
	for t.records < sampleRecords {
		record, err := r.Read()
		if errors.Is(err, io.EOF) || (err != nil && r.InputOffset() == int64(len(sample))) {
			break
		}
		t.records++
		if err == nil && len(record) == t.columns {
			t.agree++
		}
	}
	return t
}

// better: a delimiter that splits the header beats one that does not; then the larger share of records that agree with the header,
// then the more columns.
func (t trial) better(o trial) bool {
	if split, other := t.columns > 1, o.columns > 1; split != other {
		return split
	}
	if mine, theirs := t.agree*max(o.records, 1), o.agree*max(t.records, 1); mine != theirs {
		return mine > theirs
	}
	return t.columns > o.columns
}

func (t trial) evidence(second trial) string {
	if t.columns <= 1 {
		return fmt.Sprintf("%q by default: nothing splits the header, it is one column", t.delimiter)
	}
	text := fmt.Sprintf("%q: %d columns in the header and in %d of %d sampled rows", t.delimiter, t.columns, t.agree, t.records)
	if second.columns > 1 {
		text += fmt.Sprintf("; %q would give %d columns in %d of %d", second.delimiter, second.columns, second.agree, second.records)
	}
	return text
}
