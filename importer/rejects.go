package importer

import (
	"slices"
	"strconv"
	"strings"

	"attio-etl/checkpoint"
)

// reasonColumns come before the source's own: a row with too many or too few cells then stays one in the rejects file, and is not
// imported by mistake with its cells shifted. (A spreadsheet that saves the file pads short rows: the reason beside them says so.)
func reasonColumns() []string { return []string{"_row", "_code", "_column", "_error", "_hint"} }

// IsRejects reports whether a file with these columns is a rejects file.
func IsRejects(columns []string) bool {
	n := len(reasonColumns())
	return len(columns) >= n && slices.Equal(columns[:n], reasonColumns())
}

// RejectLayout is how rejected rows of a source stand in a rejects file. The file is an input of the same job: its own columns are
// left out when it is the source, so that they do not pile up.
type RejectLayout struct {
	columns []string
	drop    int  // how many cells of a row are reasons of an earlier rejects file
	typed   bool // a column tells the kinds of cells
}

// NewRejectLayout lays out the rejects of a source with these columns. typed says that some of them have Kinds.
func NewRejectLayout(source []string, typed bool) *RejectLayout {
	l := &RejectLayout{columns: reasonColumns(), typed: typed}
	if typed {
		l.columns = append(l.columns, kindsColumn)
	}
	if IsRejects(source) {
		source = source[len(reasonColumns()):]
		l.drop = len(reasonColumns())
	}
	l.columns = append(l.columns, source...)
	return l
}

// Reserved is the first of a source's columns that has a name of the rejects file's own, empty for none. Such a source is refused, as
// its rejects file could not tell the two apart.
func Reserved(source []string) string {
	if IsRejects(source) {
		source = source[len(reasonColumns()):]
	}
	for _, name := range source {
		if name == kindsColumn || slices.Contains(reasonColumns(), name) {
			return name
		}
	}
	return ""
}

// Columns is the header of the rejects file.
func (l *RejectLayout) Columns() []string { return slices.Clone(l.columns) }

// Row is one rejected row. A row with several findings has them all, separated by " | ".
func (l *RejectLayout) Row(r checkpoint.Reject) []string {
	var codes, columns, errs, hints []string
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
		columns = append(columns, f.Pos.Column)
		errs = append(errs, f.Detail())
		if f.Hint != "" && !slices.Contains(hints, f.Hint) {
			hints = append(hints, f.Hint)
		}
	}
	row := []string{strconv.FormatInt(r.Ordinal, 10), join(codes), join(columns), join(errs), join(hints)}
	if l.typed {
		row = append(row, r.Kinds)
	}
	return append(row, r.Cells[min(l.drop, len(r.Cells)):]...) // those beyond the source's columns too: a ragged row stays as it was
}

func join(parts []string) string { return strings.Join(parts, " | ") }
