package valueconv

import (
	"math"
	"strings"
	"unicode/utf8"

	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// kindSet is kinds of cells.
type kindSet uint16

const (
	ofTexts   kindSet = 1<<tabular.String | 1<<tabular.Bytes
	ofNumbers kindSet = 1<<tabular.Int | 1<<tabular.Float | 1<<tabular.Decimal
	ofBools   kindSet = 1 << tabular.Bool
	ofTimes   kindSet = 1<<tabular.Date | 1<<tabular.LocalTime | 1<<tabular.Time
)

func (s kindSet) has(k tabular.Kind) bool { return s&(1<<k) != 0 }

// cellKinds is which cells a type reads: what a file states to be a boolean is no number, whatever its spelling looks like.
type cellKinds struct {
	takes kindSet
	noun  string // what a cell of another kind is not: "a number"
	code  string // of the finding
	want  string
}

// check refuses a cell that is not blank and that no parser of the type may see: one in which the file has no value, one of a kind that
// the type does not read, bytes that are no text, and a number that is none.
func (c cellKinds) check(cell tabular.Cell) *diag.Finding {
	switch k := cell.Kind(); {
	case k == tabular.String:
		return checkText(cell)
	case k == tabular.Broken:
		return BrokenCell(cell)
	case !c.takes.has(k):
		return refuse(c.code, nounOf(k)+" is not "+c.noun, shown(cell), c.want, "")
	case k == tabular.Bytes:
		return checkText(cell)
	case k == tabular.Float && (math.IsNaN(cell.Float()) || math.IsInf(cell.Float(), 0)):
		return refuse(c.code, "the number is not finite", cell.Text(), c.want, "leave the cell empty, or add its text to null_values")
	default:
		return nil
	}
}

// nounOf is a kind of cells as messages name one of them.
func nounOf(k tabular.Kind) string {
	if k == tabular.Bytes {
		return "a binary value"
	}
	return "a " + k.String()
}

// shown is a cell for a finding, whose quotation is never empty or broken.
func shown(cell tabular.Cell) string { return strings.ToValidUTF8(cell.Text(), "\uFFFD") }

// BrokenCell is the finding, without a position, of a cell in which the file has no value: code, problem and hint are those of its
// Fault.
func BrokenCell(cell tabular.Cell) *diag.Finding {
	fault := cell.Fault()
	return refuse(fault.Code, fault.Problem, cell.Text(), "a value", fault.Hint)
}

// checkText refuses bytes that are no text: on their way to the API they would silently become replacement characters.
func checkText(cell tabular.Cell) *diag.Finding {
	if !utf8.ValidString(cell.Text()) {
		return refuse("invalid-utf8", "the cell is not valid UTF-8", cell.Text(), "text in UTF-8", "convert the file to UTF-8")
	}
	return nil
}

// exactWhole is where floats begin to skip whole numbers: the next one has become this one.
const exactWhole = 1 << 53

// spelling is the plain spelling of a cell, for types of text. A number so large that a float has not all of its digits is refused: it
// was an id once.
func spelling(cell tabular.Cell) (string, *diag.Finding) {
	if cell.Kind() == tabular.Float && math.Abs(cell.Float()) >= exactWhole {
		return "", refuse("number-precision", "the number has more digits than its cell can hold", cell.Text(), "at most 15 digits, or a text",
			"format the column as text where it was exported from")
	}
	return cell.Text(), nil
}

// numeral is the text of a cell that is to hold a number, and the decimal mark in it: a number cell has a point whatever the column's,
// and no zeros behind it that count.
func numeral(cell tabular.Cell, columnMark byte) (text string, mark byte) {
	switch k := cell.Kind(); {
	case k == tabular.Decimal:
		return plainDecimal(cell.Text(), 0), '.'
	case ofNumbers.has(k):
		return cell.Text(), '.'
	default:
		return strings.TrimSpace(cell.Text()), columnMark
	}
}
