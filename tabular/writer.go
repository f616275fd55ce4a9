package tabular

// ColumnType is what the cells of a column that is written are: a format that has types of its own (Parquet, XLSX) stores them so.
type ColumnType uint8

// The types of columns. A cell of another kind than its column's type is written in its plain spelling where the format allows
// that, and is an error where it does not.
const (
	TextColumn ColumnType = iota
	IntColumn
	FloatColumn
	BoolColumn
	DecimalColumn   // exact, with up to four decimal places: amounts of money (contract §9)
	DateColumn      // calendar days
	TimestampColumn // points in time, stored in UTC
)

// Column is a column that is written.
type Column struct {
	Name string // unique within its table, not empty
	Type ColumnType
	List bool // cells are lists of that type, where the format has lists; elsewhere a list is written as the caller's options say
}

// Writer writes rows of one table. Formats write to the io.Writer they are given and know nothing of files: whoever opened that
// publishes it once Close has returned nil, and throws it away otherwise.
type Writer interface {
	// Write writes a row of one cell for each column. It keeps nothing of cells.
	Write(cells []Cell) error
	// Close ends the table; without it what was written is no whole file. It closes nothing that the caller opened. After an
	// error of Write, Close only releases what the writer holds and returns that error again.
	Close() error
}
