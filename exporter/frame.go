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
	Cells []tabular.Cell
}

// Reached is how far an export has read its list, and what it has met on the way. It stands at the head of every frame.
type Reached struct {
	Next   Position         `json:"next"`
	Ended  bool             `json:"ended"`
	Rows   int64            `json:"rows"`
	Pages  Pages            `json:"pages"`
	Unread map[string]int64 `json:"unread,omitempty"` // by attribute: records with values of it that this program cannot read
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

// appendRow appends a row in bytes.
func appendRow(b []byte, row Row) []byte {
	b = binary.AppendUvarint(b, uint64(len(row.ID)))
	b = append(b, row.ID...)
	b = binary.AppendUvarint(b, uint64(len(row.Cells)))
	for _, c := range row.Cells {
		b = tabular.AppendCell(b, c)
	}
	return b
}

// frame is the head and the rows as they stand in the spool.
func (f *frames) frame(head Reached, rows []byte) ([]byte, error) {
	text, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("write the head of a frame: %w", err)
	}
	f.plain = binary.AppendUvarint(f.plain[:0], uint64(len(text)))
	f.plain = append(append(f.plain, text...), rows...)
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

// each hands on the rows of a frame. Cells of a row are only valid until the next.
func each(rows []byte, take func(Row) error) error {
	var cells []tabular.Cell
	for len(rows) > 0 {
		id, rest, ok := cut(rows)
		if !ok {
			return errDamagedFrame
		}
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)) {
			return errDamagedFrame
		}
		rows, cells = rest[size:], cells[:0]
		for range n {
			cell, after, err := tabular.ReadCell(rows)
			if err != nil {
				return fmt.Errorf("%w: %w", errDamagedFrame, err)
			}
			rows, cells = after, append(cells, cell)
		}
		if err := take(Row{ID: string(id), Cells: cells}); err != nil {
			return err
		}
	}
	return nil
}
