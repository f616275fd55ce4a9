package xlsxfile

import (
	"encoding/binary"
	"errors"
	"strings"
)

const (
	// Strings lie in blocks of some blockSize bytes, each with its length in front. The place of every groupSize-th one is kept, the
	// others are found by their lengths.
	blockSize = 16 << 10
	groupSize = 16
	// cachedBlocks is how many blocks of the temporary file are kept: 16 MiB. Cells mostly use strings in the order in which they
	// are stored.
	cachedBlocks = 1024
	// maxStrings bounds what the places take: 50 MB.
	maxStrings    = 100_000_000
	stringsMemory = 32 << 20
)

// sharedStrings is the table of texts that cells refer to by number.
type sharedStrings struct {
	spool  spool
	count  int
	places []place // of every groupSize-th string
	blocks []block
	filled []byte // the block that is being filled
	memory int64  // bytes of blocks in memory
	spill  *spill
	cache  [cachedBlocks]struct {
		number int // of the block, counted from 1
		text   string
	}
}

type place struct{ block, offset uint32 }

// block is in memory, or in the temporary file where text is empty.
type block struct {
	text string
	at   int64
	size int
}

var errTooManyStrings = errors.New("the workbook has more than 100,000,000 shared strings")

// load reads the table.
func (t *sharedStrings) load(a *archive, name string, b *budget) error {
	p, err := a.open(name, b)
	if err != nil {
		return err
	}
	err = t.scan(newScanner(p))
	if err = errors.Join(err, p.Close()); err != nil {
		return a.failed(name, err)
	}
	return nil
}

func (t *sharedStrings) scan(x *scanner) error {
	if err := x.root("sst"); err != nil {
		return err
	}
	for {
		kind, err := x.next()
		switch {
		case err != nil:
			return err
		case kind == documentEnd:
			return t.flush()
		case kind == startTag && string(x.name) == "si":
			text, err := x.richText()
			if err != nil {
				return err
			}
			if err := t.add(text); err != nil {
				return err
			}
		case kind == startTag:
			if err := x.skip(); err != nil {
				return err
			}
		}
	}
}

// root reads up to the start of the document, which must be of this name.
func (s *scanner) root(name string) error {
	kind, err := s.next()
	if err != nil {
		return err
	}
	if kind != startTag || string(s.name) != name {
		return s.bad("the document is a <%.40s>, not a <%s>", s.name, name)
	}
	return nil
}

// richText is the text of the current element, a string item: of its t, or of the t of each of its runs. How it is pronounced is left
// out. It is valid until the next collect of another text.
func (s *scanner) richText() ([]byte, error) {
	s.rich = s.rich[:0]
	for outer := s.depth() - 1; s.depth() > outer; {
		kind, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case kind != startTag:
		case string(s.name) == "t":
			if err := s.addText(); err != nil {
				return nil, err
			}
		case string(s.name) != "r":
			if err := s.skip(); err != nil {
				return nil, err
			}
		}
	}
	return s.rich, nil
}

// addText adds the text of a t. Blanks around it count only where xml:space says so, which is what Excel goes by.
func (s *scanner) addText() error {
	preserve := s.preserves()
	text, err := s.collect()
	if err != nil {
		return err
	}
	if !preserve {
		text = trimBlanks(text)
	}
	if s.rich = append(s.rich, unescape(text)...); len(s.rich) > maxText {
		return s.bad("a text has more than %d bytes", maxText)
	}
	return nil
}

func (t *sharedStrings) add(text []byte) error {
	if t.count == maxStrings {
		return errTooManyStrings
	}
	if t.count%groupSize == 0 {
		if len(t.filled) >= blockSize {
			if err := t.flush(); err != nil {
				return err
			}
		}
		t.places = append(t.places, place{uint32(len(t.blocks)), uint32(len(t.filled))})
	}
	t.count++
	t.filled = binary.AppendUvarint(t.filled, uint64(len(text)))
	t.filled = append(t.filled, text...)
	return nil
}

// flush ends the block that is being filled.
func (t *sharedStrings) flush() error {
	b := block{size: len(t.filled)}
	if t.memory += int64(len(t.filled)); t.memory <= t.spool.memory {
		b.text = string(t.filled)
	} else {
		if t.spill == nil {
			var err error
			if t.spill, err = t.spool.create(); err != nil {
				return err
			}
		}
		var err error
		if b.at, err = t.spill.add(t.filled); err != nil {
			return err
		}
	}
	t.blocks = append(t.blocks, b)
	t.filled = t.filled[:0]
	return nil
}

// get is a string by its number, which must be below count.
func (t *sharedStrings) get(n int) (string, error) {
	p := t.places[n/groupSize]
	b := &t.blocks[p.block]
	text := b.text
	if text == "" {
		var err error
		if text, err = t.spilled(int(p.block)); err != nil {
			return "", err
		}
	}
	rest := text[p.offset:]
	for range n % groupSize {
		length, width := uvarint(rest)
		rest = rest[width+length:]
	}
	length, width := uvarint(rest)
	found := rest[width : width+length]
	if b.text == "" {
		found = strings.Clone(found) // a cell that is kept must not keep the whole block
	}
	return found, nil
}

func (t *sharedStrings) spilled(number int) (string, error) {
	c := &t.cache[number%cachedBlocks]
	if c.number != number+1 {
		text, err := t.spill.read(t.blocks[number].at, t.blocks[number].size)
		if err != nil {
			return "", err
		}
		c.number, c.text = number+1, text
	}
	return c.text, nil
}

// uvarint is binary.Uvarint of a string that starts with a length of ours.
func uvarint(s string) (value, width int) {
	for shift := 0; ; shift += 7 {
		b := s[width]
		width++
		value |= int(b&0x7F) << shift
		if b < 0x80 {
			return value, width
		}
	}
}

func (t *sharedStrings) close() error {
	if t.spill == nil {
		return nil
	}
	return t.spill.close()
}
