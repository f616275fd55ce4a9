package parquetfile

import (
	"errors"
	"fmt"
	"os"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"

	"attio-etl/tabular"
)

const (
	streamBuffer = 64 << 10 // bytes of each column that are read from the file at a time
	windowRows   = 128
)

// errEnd is the proven end. It is not io.EOF, which is what the library returns where a page ends early.
var errEnd = errors.New("end of the rows")

var errGroupRows = errors.New("the column does not have as many values as its row group has rows")

// pass is one reading of the file from its start.
type pass struct {
	source  *Source
	file    *os.File
	props   *parquet.ReaderProperties
	reader  *file.Reader
	maker   maker
	group   int   // the next row group
	left    int64 // rows of the current one behind the window
	ordinal int64
	columns []columnReader
	// The window is the next rows of the row group, column by column filled as far as their texts allow.
	window          []tabular.Cell
	rows, ready, at int // rows of the window, those of them that are whole, and the next one
}

// columnReader reads a column of the current row group.
type columnReader struct {
	column    *column
	leaves    []*leafReader
	assembler *assembler // nil for a flat column
	made      int        // rows of the window for which there are cells
}

// start opens the file, which must still be the one whose footer Open has read.
func (s *Source) start() (*pass, error) {
	f, err := s.from.Open()
	if err != nil {
		return nil, err
	}
	foot, err := readFooter(s.from, f)
	if err == nil && foot.sum != s.footer.sum {
		err = s.from.Fault("source-changed", "the file is not the one that was read before", "start again: the file was replaced")
	}
	if err != nil {
		_ = f.Close() // the error at hand says more
		return nil, err
	}
	p := &pass{source: s, file: f, window: make([]tabular.Cell, windowRows*len(s.columns))}
	p.maker.maxCell = s.opts.MaxCell
	p.props = parquet.NewReaderProperties(nil)
	p.props.BufferedStreamEnabled = true
	p.props.BufferSize = streamBuffer
	p.reader, err = file.NewParquetReader(f, file.WithReadProps(p.props), file.WithMetadata(s.footer.meta))
	if err != nil {
		_ = f.Close()
		return nil, corrupt(s.from, 0, "its footer", err)
	}
	return p, nil
}

func (p *pass) close() {
	p.closeGroup()
	_ = p.file.Close() // a file that was only read has nothing to lose
}

// next is the next row. errEnd is the proven end, any other error is final.
func (p *pass) next() (row tabular.Row, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = corrupt(p.source.from, p.ordinal+1, "the row", panicked(r))
		}
	}()
	for p.at == p.ready {
		if err := p.makeReady(); err != nil {
			return tabular.Row{}, err
		}
	}
	start := p.at * len(p.source.columns)
	p.at++
	p.ordinal++
	return tabular.Row{Ordinal: p.ordinal, Line: p.ordinal, Cells: p.window[start : start+len(p.source.columns)]}, nil
}

// makeReady makes cells until at least one more row of the window is whole, and goes on to the next window or row group first where
// none is left in this one.
func (p *pass) makeReady() error {
	if p.at == p.rows {
		for p.left == 0 {
			if err := p.nextGroup(); err != nil {
				return err
			}
		}
		p.rows = int(min(windowRows, p.left))
		p.left -= int64(p.rows)
		p.at = 0
		for i := range p.columns {
			p.columns[i].made = 0
		}
	}
	if err := p.fillColumns(); err != nil {
		return err
	}
	p.ready = p.rows
	for i := range p.columns {
		p.ready = min(p.ready, p.columns[i].made)
	}
	return nil
}

// fillColumns makes cells of the columns that have none for the next row.
func (p *pass) fillColumns() error {
	width := len(p.source.columns)
	for i := range p.columns {
		c := &p.columns[i]
		if c.made > p.at {
			continue
		}
		n, err := c.fill(p.window[c.made*width+i:], width, p.rows-c.made)
		if err != nil {
			return p.columnError(c.column, err)
		}
		c.made += n
	}
	return nil
}

// fill makes the next cells of the column, at most so many, into every stride-th place of out, and says how many: at least one.
func (c *columnReader) fill(out []tabular.Cell, stride, most int) (n int, err error) {
	if c.assembler == nil {
		return c.leaves[0].fillCells(out, stride, most)
	}
	out[0], err = c.assembler.cell(c.column)
	return 1, err
}

// columnError says where the reading of a column ended.
func (p *pass) columnError(c *column, err error) error {
	if _, ok := errors.AsType[*tabular.FileError](err); ok {
		return err
	}
	return corrupt(p.source.from, p.ordinal+1, fmt.Sprintf("column %q in row group %d", c.name, p.group), err)
}

// nextGroup ends a row group and begins the next one.
func (p *pass) nextGroup() error {
	for _, c := range p.columns {
		for _, leaf := range c.leaves {
			if err := leaf.end(); err != nil {
				return p.columnError(c.column, err)
			}
		}
	}
	p.closeGroup()
	meta := p.source.footer.meta
	if p.group == meta.NumRowGroups() {
		if p.ordinal != meta.GetNumRows() {
			return corrupt(p.source.from, p.ordinal+1, "the file", errRows)
		}
		return errEnd
	}
	group := p.reader.RowGroup(p.group)
	p.group++
	p.left = group.NumRows()
	var size int64
	for _, c := range p.source.columns {
		r, decompressed, err := p.openColumn(group, c)
		p.columns = append(p.columns, r)
		if err != nil {
			return p.columnError(c, err)
		}
		if size += decompressed; size > p.source.opts.MaxRowGroup {
			return p.source.tooLarge(size)
		}
	}
	return nil
}

func (p *pass) openColumn(group *file.RowGroupReader, c *column) (r columnReader, decompressed int64, err error) {
	r = columnReader{column: c}
	for _, leaf := range c.leaves {
		l, pages, err := p.openLeaf(group, leaf)
		if err != nil {
			return r, 0, err
		}
		r.leaves = append(r.leaves, l)
		decompressed += pages.decompressed
	}
	if c.shape != flat {
		r.assembler = p.maker.newAssembler(r.leaves)
	}
	return r, decompressed, nil
}

// openLeaf proves a chunk and opens it, with its own pages as the limits of what the library may make room for.
func (p *pass) openLeaf(group *file.RowGroupReader, leaf *leafColumn) (*leafReader, chunkPages, error) {
	meta, err := group.MetaData().ColumnChunk(leaf.index)
	if err != nil {
		return nil, chunkPages{}, err
	}
	where, err := p.source.locate(meta)
	if err != nil {
		return nil, chunkPages{}, err
	}
	pages, err := provePages(p.file, where)
	if err != nil {
		return nil, pages, err
	}
	if leaf.maxRep == 0 && pages.values != group.NumRows() {
		return nil, pages, errGroupRows
	}
	p.props.MaxCompressedPageSize = max(1, where.end-where.start)
	p.props.MaxUncompressedPageSize = max(1, pages.largest)
	reader, err := group.Column(leaf.index)
	if err != nil {
		return nil, pages, err
	}
	return p.maker.newLeafReader(leaf, reader, pages), pages, nil
}

// closeGroup gives the library's buffers back.
func (p *pass) closeGroup() {
	for _, c := range p.columns {
		for _, leaf := range c.leaves {
			_ = leaf.reader.Close() // nothing was written
		}
	}
	p.columns = p.columns[:0]
}
