package importer

import (
	"errors"
	"slices"

	"attio-etl/internal/diag"
	"attio-etl/mapping"
	"attio-etl/tabular"
)

// A chunk ends at so many rows, or with the row that brings its text over so many bytes: enough for handing it on to cost nothing,
// and little enough for all chunks to fit into a few megabytes whatever the rows are like.
const (
	chunkRows  = 128
	chunkBytes = 256 << 10
)

// chunk is consecutive rows of the source, which one goroutine converts at a time.
type chunk struct {
	rows     []readRow
	cells    []tabular.Cell // of all rows
	bytes    int
	verdicts []verdict
	buffer   mapping.Buffer
	last     error         // what ended the reading behind these rows
	judged   chan struct{} // holds one: whoever judges never waits for whoever takes the verdicts
}

// readRow is what the source gave: a row, or why it could not be read.
type readRow struct {
	row tabular.Row
	bad *tabular.RowError
}

// add copies what the source gives; full is whether the chunk has to be handed on.
func (c *chunk) add(row tabular.Row, err error) (full bool) {
	read := readRow{row: row}
	var bad *tabular.RowError
	switch {
	case errors.As(err, &bad):
		copied := *bad
		copied.Row.Cells = slices.Clone(bad.Row.Cells)
		read.bad = &copied
		c.bytes += weight(bad.Row.Cells)
	case err != nil:
		c.last = err
		return true
	default:
		from := len(c.cells)
		c.cells = append(c.cells, row.Cells...)
		read.row.Cells = c.cells[from:len(c.cells):len(c.cells)]
		c.bytes += weight(row.Cells)
	}
	c.rows = append(c.rows, read)
	return len(c.rows) == chunkRows || c.bytes >= chunkBytes
}

// weight is the bytes of the texts that cells hold.
func weight(cells []tabular.Cell) int {
	n := 0
	for i := range cells {
		switch cells[i].Kind() {
		case tabular.String, tabular.Bytes:
			n += len(cells[i].Text())
		case tabular.List:
			n += weight(cells[i].List())
		default:
		}
	}
	return n
}

// judge converts the rows.
func (c *chunk) judge(im *Import) {
	convert := func(row tabular.Row) (mapping.Item, diag.List) { return im.Plan.Check(row, &c.buffer) }
	for _, read := range c.rows {
		var err error
		if read.bad != nil {
			err = read.bad
		}
		v, _ := im.judge(read.row, err, convert) // what is final is no row of the chunk
		c.verdicts = append(c.verdicts, v)
	}
	c.judged <- struct{}{}
}

func (c *chunk) reset() {
	c.rows, c.cells, c.verdicts, c.bytes, c.last = c.rows[:0], c.cells[:0], c.verdicts[:0], 0, nil
	c.buffer.Reset()
}
