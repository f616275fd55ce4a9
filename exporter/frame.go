package exporter

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"attio-etl/tabular"
)

// Row is one row of an export and the id of what it is of.
type Row struct {
	ID    string
	Key   []byte // in whose order the rows are; nil where that is the one in which they were read
	Cells []tabular.Cell
}

// Reached is how far an export has read its list, and what it has met on the way. It stands at the head of every frame.
type Reached struct {
	Next   Position         `json:"next"`
	Ended  bool             `json:"ended"`
	Rows   int64            `json:"rows"`
	Pages  Pages            `json:"pages"`
	Unread map[string]int64 `json:"unread,omitempty"` // by attribute: records with values of it that this program cannot read
	Held   []string         `json:"held,omitempty"`   // of the frame: the ids of the items, where its rows are of something else
}

// errDamagedFrame says that the spool does not hold what was put there.
var errDamagedFrame = errors.New("the spool of the export is damaged")

// frames turns rows into frames of the spool and back. It holds one frame as it was packed and one as it was unpacked: what frame and open
// return is only valid until they are called again.
type frames struct {
	pack   *zstd.Encoder
	unpack *zstd.Decoder

	plain, packed, unpacked []byte
}

// Bounds of what a frame takes: repetitions are looked for within a megabyte, which is most of a page, and one that unfolds to more than
// the spool takes is damaged.
const (
	packWindow  = 1 << 20
	maxUnpacked = 1 << 30
)

func newFrames() (*frames, error) {
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(packWindow))
	if err != nil {
		return nil, fmt.Errorf("compress the spool: %w", err)
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return nil, fmt.Errorf("unpack the spool: %w", err)
	}
	return &frames{pack: pack, unpack: unpack}, nil
}

func (f *frames) close() {
	f.unpack.Close()
	_ = f.pack.Close() // it holds nothing: EncodeAll alone is used
}

// appendRow appends a row in bytes: the id, the key and the cells behind their length, so that rows can be put into order without reading
// their cells.
func appendRow(b []byte, row Row) []byte {
	b = appendCut(appendCut(b, row.ID), row.Key)
	at := len(b)
	b = append(b, make([]byte, cellsHead)...)
	for _, c := range row.Cells {
		b = tabular.AppendCell(b, c)
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-cellsHead))
	return b
}

// cellsHead is the length of the cells of a row, in four bytes: it is known only once they have been written.
const cellsHead = 4

// appendTo appends a row in bytes once more.
func (r rawRow) appendTo(b []byte) []byte {
	b = appendCut(appendCut(b, r.id), r.key)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(r.cells)))
	return append(b, r.cells...)
}

// appendCut appends bytes behind their number.
func appendCut[B string | []byte](b []byte, part B) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}

// frame is the head and the rows as they stand in the spool.
func (f *frames) frame(head Reached, rows []byte) ([]byte, error) {
	text, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("write the head of a frame: %w", err)
	}
	f.plain = append(appendCut(f.plain[:0], text), rows...)
	f.packed = f.pack.EncodeAll(f.plain, f.packed[:0])
	return f.packed, nil
}

// open is the head of a frame and its rows in bytes.
func (f *frames) open(frame []byte) (head Reached, rows []byte, err error) {
	f.unpacked, err = f.unpack.DecodeAll(frame, f.unpacked[:0])
	if err != nil {
		return head, nil, fmt.Errorf("%w: %w", errDamagedFrame, err)
	}
	text, rows, ok := cut(f.unpacked)
	if !ok {
		return head, nil, errDamagedFrame
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return head, nil, fmt.Errorf("%w: %w", errDamagedFrame, err)
	}
	return head, rows, nil
}

// cut takes bytes that stand behind their number.
func cut(b []byte) (taken, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, false
	}
	b = b[size:]
	return b[:n], b[n:], true
}

// rawRow is a row of a frame whose cells have not been read.
type rawRow struct{ id, key, cells []byte }

// cutRow takes the first row.
func cutRow(rows []byte) (row rawRow, rest []byte, ok bool) {
	for _, part := range []*[]byte{&row.id, &row.key} {
		if *part, rows, ok = cut(rows); !ok {
			return row, nil, false
		}
	}
	if len(rows) < cellsHead {
		return row, nil, false
	}
	n := uint64(binary.LittleEndian.Uint32(rows))
	if rows = rows[cellsHead:]; n > uint64(len(rows)) {
		return row, nil, false
	}
	row.cells = rows[:n]
	return row, rows[n:], true
}

// eachRaw hands on the rows of a frame as they stand there.
func eachRaw(rows []byte, take func(rawRow) error) error {
	for len(rows) > 0 {
		row, rest, ok := cutRow(rows)
		if !ok {
			return errDamagedFrame
		}
		if err := take(row); err != nil {
			return err
		}
		rows = rest
	}
	return nil
}

// each hands on the rows of a frame. Key and cells of a row are only valid until the next.
func each(rows []byte, take func(Row) error) error {
	var cells []tabular.Cell
	return eachRaw(rows, func(raw rawRow) (err error) {
		if cells, err = raw.read(cells[:0]); err != nil {
			return err
		}
		return take(Row{ID: string(raw.id), Key: raw.key, Cells: cells})
	})
}

// read reads the cells of the row into a slice that it is given.
func (r rawRow) read(cells []tabular.Cell) ([]tabular.Cell, error) {
	for left := r.cells; len(left) > 0; {
		cell, rest, err := tabular.ReadCell(left)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDamagedFrame, err)
		}
		left, cells = rest, append(cells, cell)
	}
	return cells, nil
}
