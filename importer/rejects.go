package importer

import (
	"slices"
	"strconv"
	"strings"

	"attio-etl/checkpoint"
)

// reasonColumns come before the source's own: a row with too many or too few cells then stays one in the rejects file, and cannot be
// imported by mistake with its cells shifted.
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
	drop    []int // positions of reason columns in the source
}

// NewRejectLayout lays out the rejects of a source with these columns.
func NewRejectLayout(source []string) *RejectLayout {
	l := &RejectLayout{columns: reasonColumns()}
	for i, name := range source {
		if slices.Contains(reasonColumns(), name) {
			l.drop = append(l.drop, i)
		} else {
			l.columns = append(l.columns, name)
		}
	}
	return l
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
	for i, cell := range r.Cells {
		if !slices.Contains(l.drop, i) {
			row = append(row, cell) // those beyond the source's columns too: a ragged row stays as it was
		}
	}
	return row
}

func join(parts []string) string { return strings.Join(parts, " | ") }
