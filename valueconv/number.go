package valueconv

import (
	"strconv"
	"strings"
	"unicode"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// numberConversion reads decimal numbers: digits, perhaps in groups of three, one decimal mark, a sign in front, an exponent. The
// digits must survive: a number that a 64-bit float does not give back as it is written is refused, and so are leading zeros.
//
// A percent sign is refused, as an attribute may hold 45 or 0.45 for it, unless the format is "percent": then every cell is a text
// with the sign, and 45 % becomes 0.45. A number cell under that format is refused, as it may be the one or the other.
var numberConversion = conversion{
	doc: typeDoc{
		reads: "`1234.5`, `-1,234.50`, `2.5E7`, `25.0`; groups of three digits by blanks, apostrophes, or whichever of point and comma is not `decimal`; " +
			"with `format: percent` `45 %`, which becomes 0.45",
		writes: "a number, or its text with a decimal comma or a percent sign",
		codes:  []string{"bad-number", "ambiguous-number", "leading-zeros", "number-precision"},
	},
	uses:      usesFormat | usesDecimal,
	cells:     cellKinds{takes: ofTexts | ofNumbers, noun: "a number", code: "bad-number", want: wantNumber},
	parse:     parseNumber,
	format:    formatNumber,
	canonical: canonicalNumber,
}

const (
	wantNumber  = "a number such as 1234.5"
	wantPercent = "a text such as 12.5 %"
	percent     = "percent" // the one format of numbers
)

func parseNumber(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	switch o.Format {
	case "":
	case percent:
		return parsePercent(decimalMark(o)), nil
	default:
		return nil, badFormat("a number has no such format", o.Format, "write format: percent for cells such as 45 %, or remove it")
	}
	columnMark := decimalMark(o)
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		switch cell.Kind() {
		case tabular.Float:
			return crm.Number(cell.Float() + 0), nil // + 0 turns -0 into 0
		case tabular.String:
			if n, ok := readShort(cell.Text(), columnMark); ok {
				return crm.Number(n.float()), nil
			}
		default:
		}
		text, mark := numeral(cell, columnMark)
		if o.Decimal == "" && undecided(text) {
			return nil, ambiguousNumber(text)
		}
		return number(text, "", mark)
	}, nil
}

// undecided reports whether a number has one comma and nothing else to tell by whether it groups thousands or is the decimal mark:
// "3,500". Two commas, or a comma and a point, tell; and "3.500" is what the mark of a column that names none makes of it.
func undecided(text string) bool {
	before, after, found := strings.Cut(text, ",")
	before = strings.TrimLeft(before, "+-\u2212")
	return found && allDigits(before) && len(before) <= 3 && before[0] != '0' && allDigits(after) && len(after) == 3
}

func ambiguousNumber(text string) *diag.Finding {
	return refuse("ambiguous-number", "the comma may group thousands or be the decimal mark", text, "a number that can be read in one way",
		`set decimal: "." if it groups thousands, decimal: "," if it is the decimal mark`)
}

// parsePercent reads what stands before a percent sign, divided by a hundred without a rounding error.
func parsePercent(mark byte) parseOne {
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text := strings.TrimSpace(cell.Text())
		before, signed := strings.CutSuffix(text, "%")
		switch {
		case text == "":
			return nil, nil
		case ofNumbers.has(cell.Kind()):
			return nil, refuse("bad-number", "the cell is a "+cell.Kind().String()+" without a percent sign", text, wantPercent,
				"remove format: percent: spreadsheets hold 45 % as 0.45")
		case !signed || strings.TrimSpace(before) == "":
			return nil, refuse("bad-number", "the cell has no percent sign", text, wantPercent, "remove format: percent if the column holds plain numbers")
		case strings.ContainsAny(before, "eE"):
			return nil, refuse("bad-number", "the cell is not a number with a percent sign", text, wantPercent, "")
		}
		return number(strings.TrimSpace(before), "e-2", mark)
	}
}

// decimalMark is '.' or ','.
func decimalMark(o Options) byte {
	if o.Decimal == "," {
		return ','
	}
	return '.'
}

// number reads a number and moves its decimal mark by an exponent, such as "e-2".
func number(text, exponent string, mark byte) (crm.Value, *diag.Finding) {
	if text == "" {
		return nil, nil
	}
	plain, ok := plainNumber(text, mark)
	if !ok {
		return nil, refuse("bad-number", "the cell is not a number", text, wantNumber, numberHint(text, mark))
	}
	if zeros := strings.TrimLeft(plain, "-"); len(zeros) > 1 && zeros[0] == '0' && isDigit(zeros[1]) {
		return nil, refuse("leading-zeros", "a number attribute would drop the leading zeros", text, wantNumber, "use a text attribute if this is an id or a code")
	}
	plain += exponent
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return nil, refuse("bad-number", "the number is too large", text, "a number below 1.8e308", "use a text attribute")
	}
	if !survivesFloat(plain, f) {
		return nil, refuse("number-precision", "a number attribute cannot hold all digits", text, "at most 15 to 17 significant digits", "use a text attribute, or round it in the file")
	}
	return crm.Number(f + 0), nil
}

// numberHint says what to do about a text that is not a number.
func numberHint(text string, mark byte) string {
	other := byte(',')
	if mark == ',' {
		other = '.'
	}
	if _, ok := plainNumber(text, other); ok {
		return `set decimal: "` + string(other) + `" if that is the column's decimal mark`
	}
	switch {
	case strings.HasPrefix(text, "("):
		return "write a negative number with a minus sign"
	case strings.Contains(text, "%"):
		return "write the number without a percent sign, as the attribute is to hold it"
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Sc, r) }):
		return "write the number without a currency sign, or use a currency attribute"
	}
	return ""
}

// formatNumber gives a number cell, or a text where the column has a decimal comma or percent signs.
func formatNumber(_ crm.Attribute, o Options) (formatOne, *diag.Finding) {
	if o.Format != "" && o.Format != percent {
		_, f := parseNumber(crm.Attribute{}, o)
		return nil, f
	}
	comma := decimalMark(o) == ','
	return func(v crm.Value) tabular.Cell {
		n, _ := v.(crm.Number)
		cell := tabular.FloatCell(float64(n))
		text := cell.Text()
		if o.Format == percent {
			text = hundredfold(float64(n)) + " %"
		}
		switch {
		case comma:
			return tabular.StringCell(strings.Replace(text, ".", ",", 1))
		case o.Format == percent:
			return tabular.StringCell(text)
		default:
			return cell
		}
	}, nil
}

// hundredfold is a number with its decimal point two places to the right: multiplying would round.
func hundredfold(n float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'e', -1, 64), "e")
	power, _ := strconv.Atoi(exponent) // of a finite number it always is one
	return plainDecimal(mantissa, power+2)
}

func canonicalNumber(v crm.Value) string {
	n, _ := v.(crm.Number)
	return strconv.FormatFloat(float64(n)+0, 'g', -1, 64)
}
