package parquetfile

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
)

// Limits where Options says nothing.
const (
	DefaultMaxRowGroup = 1 << 30  // bytes
	DefaultMaxCell     = 16 << 20 // bytes: more than the largest text that the API takes (10 MB, contract §9)
)

// Options is how a file is to be read. The zero value reads all columns.
type Options struct {
	// Columns are the names of the columns to read, nil for all; the schema has these alone, in file order. Others are not decoded,
	// nor are their pages looked at.
	Columns []string
	// MaxRowGroup is how many bytes the columns that are read may have in one row group, decompressed; 0 means DefaultMaxRowGroup.
	MaxRowGroup int64
	// MaxCell is how many bytes the text of one cell may have, lists and JSON included; 0 means DefaultMaxCell. A larger one is a
	// Broken cell.
	MaxCell int
}

// Source is a Parquet file as a tabular.Source. It holds no open file between two calls and may be used by one goroutine at a time.
type Source struct {
	from    storage.File
	opts    Options
	footer  *footer
	names   []string
	columns []*column
}

// Open reads the footer of a file. Anything wrong with the file as a whole is a *tabular.FileError.
func Open(f storage.File, o Options) (s *Source, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, corrupt(f, 0, "its footer", panicked(r))
		}
	}()
	if o.MaxRowGroup <= 0 {
		o.MaxRowGroup = DefaultMaxRowGroup
	}
	if o.MaxCell <= 0 {
		o.MaxCell = DefaultMaxCell
	}
	file, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // opened for reading: nothing can be lost
	return newSource(f, o, file)
}

func newSource(f storage.File, o Options, file *os.File) (*Source, error) {
	foot, err := readFooter(f, file)
	if err != nil {
		return nil, err
	}
	s := &Source{from: f, opts: o, footer: foot}
	if err := s.chooseColumns(foot.meta.Schema.Root()); err != nil {
		return nil, err
	}
	return s, s.checkRowGroups()
}

// chooseColumns makes a column of each field of the root that is asked for.
func (s *Source) chooseColumns(root *schema.GroupNode) error {
	fields := make([]string, root.NumFields())
	for i := range fields {
		fields[i] = root.Field(i).Name()
	}
	names := tabular.ColumnNames(fields)
	for _, name := range s.opts.Columns {
		if !slices.Contains(names, name) {
			return s.from.Fault("no-such-column", "the file has no column "+strconv.Quote(name), "")
		}
	}
	plan := &planner{schema: s.footer.meta.Schema}
	for i, name := range names {
		c := plan.column(name, root.Field(i))
		if s.opts.Columns == nil || slices.Contains(s.opts.Columns, name) {
			s.names = append(s.names, name)
			s.columns = append(s.columns, c)
		}
	}
	if len(s.columns) == 0 {
		return s.from.Fault("no-columns", "the file has no columns", "")
	}
	return nil
}

// checkRowGroups refuses what the footer alone shows to be wrong or beyond this package.
func (s *Source) checkRowGroups() error {
	meta := s.footer.meta
	var rows int64
	for i := range meta.NumRowGroups() {
		group := meta.RowGroup(i)
		if group.NumColumns() != meta.Schema.NumColumns() || group.NumRows() < 0 {
			return corrupt(s.from, 0, "its footer", errRowGroup)
		}
		if err := s.checkRowGroup(group); err != nil {
			return err
		}
		rows += group.NumRows()
	}
	if rows != meta.GetNumRows() {
		return corrupt(s.from, 0, "its footer", errRows)
	}
	return nil
}

func (s *Source) checkRowGroup(group *metadata.RowGroupMetaData) error {
	var size int64
	for _, c := range s.columns {
		for _, leaf := range c.leaves {
			m, err := group.ColumnChunk(leaf.index)
			if err != nil {
				return corrupt(s.from, 0, "its footer", err)
			}
			if err := s.checkChunk(leaf, m); err != nil {
				return err
			}
			size += max(0, m.TotalUncompressedSize())
		}
	}
	if size > s.opts.MaxRowGroup {
		return s.tooLarge(size)
	}
	return nil
}

func (s *Source) checkChunk(leaf *leafColumn, m *metadata.ColumnChunkMetaData) error {
	switch {
	case m.CryptoMetadata() != nil:
		return encrypted(s.from)
	case m.FilePath() != "":
		return s.from.Fault("external-columns", "the file refers to columns in other files", "name the files that hold the rows")
	case m.Type() != leaf.descr.PhysicalType():
		return corrupt(s.from, 0, "its footer", errRowGroup)
	case leaf.descr.TypeLength() > s.opts.MaxCell || leaf.scale() > maxScale:
		return corrupt(s.from, 0, "its footer", errWidth)
	}
	if codec := m.Compression(); codec == compress.Codecs.Lzo || codec == compress.Codecs.Lz4 {
		return s.from.Fault("unsupported-compression", "column "+strconv.Quote(leaf.descr.Path())+" is compressed with "+codec.String(),
			"export the file with zstd, snappy, gzip, brotli or lz4_raw")
	}
	_, err := s.locate(m)
	return err
}

// locate is where a chunk stands, as the library looks for it, and it is before the footer.
func (s *Source) locate(m *metadata.ColumnChunkMetaData) (chunk, error) {
	c := chunk{start: m.DataPageOffset(), values: m.NumValues(), codec: m.Compression()}
	if dict := m.DictionaryPageOffset(); m.HasDictionaryPage() && dict > 0 && dict < c.start {
		c.start = dict
	}
	size := m.TotalCompressedSize()
	if c.start < int64(len(magic)) || size < 0 || c.start > s.footer.end || size > s.footer.end-c.start || c.values < 0 {
		return c, corrupt(s.from, 0, "its footer", errChunk)
	}
	c.end = c.start + size
	if s.footer.meta.WriterVersion().LessThan(metadata.Parquet816FixedVersion) {
		const dictionaryHeader = 100 // which these versions do not count; the library reads as much on
		c.end, c.padded = min(c.end+dictionaryHeader, s.footer.end), true
	}
	return c, nil
}

func (s *Source) tooLarge(size int64) *tabular.FileError {
	return s.from.Fault("row-group-too-large",
		"a row group holds "+strconv.FormatInt(size>>20, 10)+" MB in the columns that are read; the limit is "+strconv.FormatInt(s.opts.MaxRowGroup>>20, 10)+" MB",
		"export the file with smaller row groups, such as 100,000 rows, or read fewer columns")
}

// Name implements tabular.Source.
func (s *Source) Name() string { return s.from.Name }

// Schema implements tabular.Source. Blanks around a name are cut; names that repeat are numbered.
func (s *Source) Schema() tabular.Schema { return tabular.Schema{Columns: slices.Clone(s.names)} }

// NumRows is how many rows the footer states. A pass that yields another number ends with an error.
func (s *Source) NumRows() int64 { return s.footer.meta.GetNumRows() }

// Traits are how the rows are stored, and by which program.
func (s *Source) Traits() []tabular.Trait {
	meta := s.footer.meta
	var largest int64
	var codecs []string
	for i := range meta.NumRowGroups() {
		group := meta.RowGroup(i)
		largest = max(largest, group.NumRows())
		for _, c := range s.columns {
			for _, leaf := range c.leaves {
				m, err := group.ColumnChunk(leaf.index)
				if err != nil {
					continue // Open has read it, so it is there
				}
				if codec := strings.ToLower(m.Compression().String()); !slices.Contains(codecs, codec) {
					codecs = append(codecs, codec)
				}
			}
		}
	}
	writer := meta.GetCreatedBy()
	if writer == "" {
		writer = "not stated"
	}
	return []tabular.Trait{
		{Name: "rows", Value: strconv.FormatInt(s.NumRows(), 10) + ", by its footer"},
		{Name: "row groups", Value: strconv.Itoa(meta.NumRowGroups()) + ", of up to " + strconv.FormatInt(largest, 10) + " rows"},
		{Name: "codec", Value: strings.Join(codecs, ", ")},
		{Name: "written by", Value: strconv.Quote(writer)},
	}
}

// Close implements tabular.Source.
func (s *Source) Close() error { return nil }

// Fingerprint implements tabular.Source.
func (s *Source) Fingerprint(ctx context.Context) (tabular.Fingerprint, error) {
	return s.from.Fingerprint(ctx)
}
