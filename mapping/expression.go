package mapping

import (
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// expression is an expression of the job, ready to compute. It sees the texts of a row's columns and nothing else: no clock, no
// environment, no I/O. So a row always becomes the same.
type expression struct {
	text    jobs.Expression
	program *vm.Program
	columns []string     // that it reads, in the order in which it names them
	indexes []int        // where these stand in a row
	makes   reflect.Type // the static type of its value
}

// maxMemory and maxSteps bound the work for one row: how many elements lists may have that an expression makes, and how many elements
// it may go over, loops within loops counted in full.
const (
	maxMemory = 1_000_000
	maxSteps  = 1_000_000
)

// steps counts the elements that the expressions of one row have gone over.
type steps struct{ taken int }

var errTooManySteps = fmt.Errorf("more than %d steps", maxSteps)

func (s *steps) take(n int) error {
	if s.taken += n; s.taken > maxSteps {
		return errTooManySteps
	}
	return nil
}

// environment is what expressions see of a row.
type environment map[string]any

// stepsKey is the environment's counter. Like columnKey it is no name that an expression could write.
const stepsKey = "steps."

// columnKey is the name in the environment of a column.
func columnKey(column string) string { return "row." + column }

// readColumn is a column that some expression of the plan reads.
type readColumn struct {
	key   string // in the environment
	index int    // in a row
}

// environment holds the texts of the columns that the plan's expressions read; nil where it has none. A cell in which the file has no
// value is empty: no expression is computed for it that broken has not let pass.
func (p *Plan) environment(cells []tabular.Cell) environment {
	if !p.computes {
		return nil
	}
	env := make(environment, len(p.reads)+1)
	for _, r := range p.reads {
		cell := at(cells, r.index)
		if cell.Kind() == tabular.Broken {
			cell = tabular.Cell{}
		}
		env[r.key] = cell.Text()
	}
	env[stepsKey] = &steps{}
	return env
}

// broken is the finding of the first cell, of those that the expression reads, in which the file has no value and the job sees no
// blank; its Pos.Column is that column.
func (e *expression) broken(cells []tabular.Cell, nulls *nullTexts) *diag.Finding {
	for i, index := range e.indexes {
		if cell := at(cells, index); cell.Kind() == tabular.Broken && !nulls.blank(cell) {
			f := valueconv.BrokenCell(cell)
			f.Pos.Column = e.columns[i]
			return f
		}
	}
	return nil
}

// run computes the expression for a row. Code is what the finding is to have.
func (e *expression) run(env environment, code string) (any, *diag.Finding) {
	machine := vm.VM{MemoryBudget: maxMemory}
	result, err := machine.Run(e.program, map[string]any(env))
	if err == nil {
		return result, nil
	}
	problem, pos := err.Error(), e.text.Pos
	if located, ok := errors.AsType[*file.Error](err); ok {
		problem, pos = located.Message, e.text.At(located.From)
	}
	return nil, e.failed(code, pos, problem)
}

// failed is the finding of a row for which the expression cannot be computed.
func (e *expression) failed(code string, pos diag.Pos, problem string) *diag.Finding {
	return &diag.Finding{
		Code: code, Problem: fmt.Sprintf("the expression at %s cannot be computed: %s", pos, problem),
		Hint: "correct the row, or let the expression provide for it",
	}
}

// holds computes a condition.
func (e *expression) holds(env environment) (bool, *diag.Finding) {
	result, f := e.run(env, CodeWhereFailed)
	yes, _ := result.(bool)
	return yes, f
}

// cell computes a value, as the cell that the attribute's parser reads.
func (e *expression) cell(env environment) (tabular.Cell, *diag.Finding) {
	result, f := e.run(env, CodeExprFailed)
	if f != nil {
		return tabular.Cell{}, f
	}
	cell, ok := cellOf(reflect.ValueOf(result), true)
	if !ok {
		return tabular.Cell{}, e.failed(CodeExprFailed, e.text.Pos, fmt.Sprintf("it makes %v, which is no value", result))
	}
	return cell, nil
}

// cellOf is a result as a cell: nil is a missing one.
func cellOf(v reflect.Value, listAllowed bool) (tabular.Cell, bool) {
	if v.IsValid() && v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch {
	case !v.IsValid():
		return tabular.Cell{}, true
	case v.Kind() == reflect.String:
		return tabular.StringCell(v.String()), true
	case v.Kind() == reflect.Bool:
		return tabular.BoolCell(v.Bool()), true
	case v.CanInt():
		return tabular.IntCell(v.Int()), true
	case v.CanFloat():
		return tabular.FloatCell(v.Float()), !math.IsNaN(v.Float()) && !math.IsInf(v.Float(), 0)
	case v.Kind() == reflect.Slice && listAllowed:
		return listCell(v)
	default:
		return tabular.Cell{}, false
	}
}

func listCell(v reflect.Value) (tabular.Cell, bool) {
	cells := make([]tabular.Cell, v.Len())
	for i := range cells {
		cell, ok := cellOf(v.Index(i), false)
		if !ok {
			return tabular.Cell{}, false
		}
		cells[i] = cell
	}
	return tabular.ListCell(cells), true
}
