package profile

import (
	"errors"

	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// Table is what is known of a table so far.
type Table struct {
	Rows     int64 // rejected ones included
	Rejected int64 // rows that could not be read, or in which a cell has no value
	Columns  []Column
	First    []Row     // the first rows that could be read
	Faults   []Problem // in the order in which they first occur

	name   string
	keep   int
	faults map[fault]int // their places in Faults
}

// Row is one of the first rows. Its texts are shortened.
type Row struct {
	Ordinal int64
	File    string
	Line    int64
	Cells   []string
}

// Problem is a fault that one or more rows have.
type Problem struct {
	Rows  int64
	First diag.Finding
}

// fault is what rows are counted under: the code, and the column where it is one cell's.
type fault struct{ code, column string }

// New is the profile of a table without rows. name is what findings call the file where a row names none; keep is how many of the first
// rows to keep.
func New(name string, columns []string, keep int) *Table {
	t := &Table{Columns: make([]Column, len(columns)), name: name, keep: keep, faults: map[fault]int{}}
	for i, name := range columns {
		t.Columns[i].Name = name
		t.Columns[i].distinct.size = sketchSize(len(columns))
	}
	return t
}

// Add takes in the next row.
func (t *Table) Add(row tabular.Row) {
	t.Rows++
	rejected := false
	for i := range row.Cells {
		c := &row.Cells[i]
		t.Columns[i].add(c)
		if c.Kind() == tabular.Broken {
			rejected = true
			f := c.Fault()
			t.count(diag.Finding{Code: f.Code, Pos: t.pos(row, t.Columns[i].Name), Problem: f.Problem, Got: c.Text(), Hint: f.Hint})
		}
	}
	if rejected {
		t.Rejected++
	}
	if len(t.First) < t.keep {
		first := Row{Ordinal: row.Ordinal, File: row.File, Line: row.Line, Cells: make([]string, len(row.Cells))}
		for i, c := range row.Cells {
			first.Cells[i] = shortened(c.Text())
		}
		t.First = append(t.First, first)
	}
}

// Reject takes in a row that could not be read, and reports false for an error that is of no single row.
func (t *Table) Reject(err error) bool {
	bad, ok := errors.AsType[*tabular.RowError](err)
	if !ok {
		return false
	}
	t.Rows++
	t.Rejected++
	t.count(diag.Finding{Code: bad.Code, Pos: t.pos(bad.Row, ""), Problem: bad.Problem, Hint: bad.Hint})
	return true
}

func (t *Table) pos(row tabular.Row, column string) diag.Pos {
	file := row.File
	if file == "" {
		file = t.name
	}
	return diag.Pos{File: file, Line: row.Line, Row: row.Ordinal, Column: column}
}

func (t *Table) count(f diag.Finding) {
	key := fault{f.Code, f.Pos.Column}
	i, known := t.faults[key]
	if !known {
		i = len(t.Faults)
		t.faults[key] = i
		t.Faults = append(t.Faults, Problem{First: f})
	}
	t.Faults[i].Rows++
}
