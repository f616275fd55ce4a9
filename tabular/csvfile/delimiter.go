package csvfile

import (
	"bytes"
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

// chooseDelimiter is the delimiter: the job's, that of an earlier pass, or the one that the sample speaks for.
func (p *pass) chooseDelimiter() (rune, error) {
	s := p.source
	switch {
	case s.delimiter != 0:
		return s.delimiter, nil
	case s.opts.Delimiter != 0:
		p.why = fmt.Sprintf("%q as given", s.opts.Delimiter)
		return s.opts.Delimiter, nil
	}
	sample, whole := p.text.unread()
	best, second := p.rank(sample, whole)
	if best.columns > 1 && best.columns == second.columns && best.agree == second.agree {
		problem := fmt.Sprintf("the header and the first rows can be split by %q and by %q alike, into %d columns", best.delimiter, second.delimiter, best.columns)
		return 0, p.fileError(p.text.line, "ambiguous-delimiter", problem, "set the delimiter in the job")
	}
	p.why = best.evidence(second)
	return best.delimiter, nil
}

// rank tries the candidates on a sample and gives the two best. whole says that the sample is all there is.
func (p *pass) rank(sample []byte, whole bool) (best, second trial) {
	if end := bytes.LastIndexByte(sample, p.text.lineEnd); !whole && end >= 0 {
		sample = sample[:end+1]
	}
	best, second = trial{delimiter: ','}, trial{}
	for _, delimiter := range ",;\t|" {
		if delimiter == p.source.opts.Quote {
			continue
		}
		d := p.text.dialect
		d.delimiter = delimiter
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
func try(sample []byte, d dialect) trial {
	t := trial{delimiter: d.delimiter}
	text := newTokenizer(&input{buf: sample, limit: len(sample), err: io.EOF}, d)
	if text.next() != nil {
		return t
	}
	t.columns = len(text.cells)
	for t.records < sampleRecords {
		err := text.next()
		if errors.Is(err, io.EOF) || (err != nil && text.length == len(text.in.rest())) {
			break
		}
		t.records++
		if err == nil && len(text.cells) == t.columns {
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
