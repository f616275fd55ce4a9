package valueconv

import (
	"fmt"
	"math"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// maxText is the size limit of a text value in bytes: 10 MB (contract §9), in the stricter reading of MB.
const maxText = 10_000_000

// exactWhole is where floats begin to skip whole numbers: the next one has become this one.
const exactWhole = 1 << 53

// textConversion keeps text as it is, blanks and line breaks included. A cell that is no text becomes its plain spelling. A number so
// large that a float has not all of its digits is refused: it was an id once.
var textConversion = conversion{
	doc: typeDoc{
		reads:  "any text as it is, blanks and zeros in front included; other cells in their plain spelling",
		writes: "the text",
		codes:  []string{"text-too-long", "number-precision"},
	},
	parse:     parseText,
	format:    plainFormat(formatPlain),
	canonical: plainText,
}

func parseText(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text := cell.Text()
		if o.Trim {
			text = strings.TrimSpace(text)
		}
		switch {
		case text == "":
			return nil, nil
		case cell.Kind() == tabular.Float && math.Abs(cell.Float()) >= exactWhole:
			return nil, refuse("number-precision", "the number has more digits than its cell can hold", text, "at most 15 digits, or a text", "format the column as text where it was exported from")
		case len(text) > maxText:
			return nil, refuse("text-too-long", "the text is longer than a text attribute can hold", text, fmt.Sprintf("at most %d bytes", maxText),
				"shorten it, or import it as a note")
		}
		return crm.Text(text), nil
	}, nil
}

// plainText is the spelling of a value that is a string in itself.
func plainText(v crm.Value) string {
	switch v := v.(type) {
	case crm.Text:
		return string(v)
	case crm.Domain:
		return string(v)
	case crm.EmailAddress:
		return string(v)
	default:
		return ""
	}
}

func formatPlain(v crm.Value) tabular.Cell { return tabular.StringCell(plainText(v)) }
