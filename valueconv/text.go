package valueconv

import (
	"fmt"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// maxText is the size limit of a text value in bytes: 10 MB (contract §9), in the stricter reading of MB.
const maxText = 10_000_000

// textConversion keeps text as it is, blanks and line breaks included. A cell that is no text becomes its plain spelling.
var textConversion = conversion{
	doc: typeDoc{
		reads:  "any text as it is, blanks and zeros in front included; other cells in their plain spelling",
		writes: "the text",
		codes:  []string{"text-too-long", "number-precision", "not-finite"},
	},
	cells:     cellKinds{takes: ofTexts | ofNumbers | ofBools | ofTimes, noun: "a text", code: "not-finite", want: "a text or a number"},
	parse:     parseText,
	format:    plainFormat(formatPlain),
	canonical: plainText,
}

func parseText(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text, f := spelling(cell)
		if o.Trim {
			text = strings.TrimSpace(text)
		}
		switch {
		case f != nil:
			return nil, f
		case text == "":
			return nil, nil
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
