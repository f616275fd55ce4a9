package valueconv

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// currencyConversion reads an amount as numberConversion reads a number. A currency sign or code before it, behind it or both has to be
// that of the attribute, as an amount is never converted and its currency cannot be written (contract §9): a sign that cannot be checked
// because the attribute's currency is unknown is refused too. Amounts have four decimal places at most, and are never rounded. Negative
// amounts have a minus sign: parentheses and a minus sign behind are refused.
var currencyConversion = conversion{
	doc: typeDoc{
		reads:  "what a number attribute takes, with at most four decimal places; the attribute's own currency sign or ISO code around them: `$1,200.00`, `-1.234,50 €`, `USD 5`",
		writes: "a number, or its text with a decimal comma",
		codes:  []string{"bad-currency", "other-currency", "currency-precision", "ambiguous-number", "leading-zeros"},
	},
	uses:      usesDecimal,
	cells:     cellKinds{takes: ofTexts | ofNumbers, noun: "an amount", code: "bad-currency", want: wantAmount},
	parse:     parseCurrency,
	format:    formatCurrency,
	canonical: func(v crm.Value) string { return plainAmount(amountOf(v)) },
}

const (
	wantAmount    = "an amount such as 1234.50"
	maxPlaces     = 4  // contract §9
	largestDigits = 30 // of an amount: enough for any, and few enough to write out
)

func amountOf(v crm.Value) string {
	c, _ := v.(crm.Currency)
	return c.Amount
}

// plainAmount takes the superfluous zeros off an amount.
func plainAmount(amount string) string {
	if plain, ok := plainNumber(amount, '.'); ok && !strings.Contains(plain, "e") {
		return plainDecimal(plain, 0)
	}
	return amount
}

func parseCurrency(attr crm.Attribute, o Options) (parseOne, *diag.Finding) {
	columnMark, inDollars := decimalMark(o), checkCurrency("$", attr.Currency, "") == nil
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		if columnMark == '.' && cell.Kind() == tabular.String {
			if amount, ok := shortAmount(cell.Text(), inDollars); ok {
				return crm.Currency{Amount: amount}, nil
			}
		}
		text, mark := numeral(cell, columnMark)
		if text == "" {
			return nil, nil
		}
		number, f := cutCurrency(text, attr.Currency)
		if f != nil {
			return nil, f
		}
		if o.Decimal == "" && undecided(number) {
			return nil, ambiguousNumber(text)
		}
		amount, f := amount(number, text, mark)
		if f != nil {
			return nil, f
		}
		return crm.Currency{Amount: amount}, nil
	}, nil
}

// shortAmount reads an amount as nearly all are written, behind a dollar sign if that is right; ok is false for any other text, which has
// to be looked at in full.
func shortAmount(text string, inDollars bool) (amount string, ok bool) {
	if inDollars && len(text) > 1 && text[0] == '$' && isDigit(text[1]) {
		text = text[1:]
	}
	n, ok := readShort(text, '.')
	if !ok || n.places > maxPlaces || n.digits == 0 {
		return "", false
	}
	if n.places > 0 {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text, true
}

// cutCurrency takes the signs and codes off that stand before and behind a number. A minus sign may stand before the first.
func cutCurrency(text, own string) (number string, f *diag.Finding) {
	number, negative := strings.CutPrefix(strings.Replace(text, "\u2212", "-", 1), "-")
	number = strings.TrimSpace(number)
	before := number[:len(number)-len(strings.TrimLeftFunc(number, isSign))]
	if n := len(before) + 1; n <= len(number) && currencySigns[strings.ToUpper(number[:n])] != nil {
		before = number[:n] // "Fr.", "S/"
	}
	number = number[len(before):]
	behind := number[len(strings.TrimRightFunc(strings.TrimSuffix(number, "."), isSign)):]
	if behind == "." {
		behind = ""
	}
	for _, sign := range []string{before, behind} {
		if f := checkCurrency(sign, own, text); f != nil {
			return "", f
		}
	}
	if number = strings.TrimSpace(strings.TrimSuffix(number, behind)); negative {
		number = "-" + number
	}
	return number, nil
}

func isSign(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Sc, r) }

// amount is the plain decimal that is written, four places at most.
func amount(number, text string, mark byte) (string, *diag.Finding) {
	plain, ok := plainNumber(number, mark)
	mantissa, exponent, _ := strings.Cut(plain, "e")
	power, err := strconv.Atoi("0" + strings.TrimLeft(exponent, "+-"))
	if strings.HasPrefix(exponent, "-") {
		power = -power
	}
	if !ok || err != nil {
		return "", refuse("bad-currency", "the cell is not an amount", text, wantAmount, amountHint(number, text, mark))
	}
	if digits := strings.TrimPrefix(mantissa, "-"); len(digits) > 1 && digits[0] == '0' && isDigit(digits[1]) {
		return "", refuse("leading-zeros", "a currency attribute would drop the leading zeros", text, wantAmount, "use a text attribute if this is an id or a code")
	}
	if len(mantissa) > largestDigits || max(power, -power) > largestDigits {
		return "", tooPrecise("the amount has too many digits", text)
	}
	decimal := plainDecimal(mantissa, power)
	_, places, _ := strings.Cut(decimal, ".")
	value, err := strconv.ParseFloat(decimal, 64)
	switch {
	case len(places) > maxPlaces:
		return "", tooPrecise("the amount has more decimal places than a currency attribute can hold", text)
	case err != nil || !survivesFloat(decimal, value): // the API hands amounts back as JSON numbers
		return "", tooPrecise("the amount has too many digits", text)
	}
	return decimal, nil
}

func tooPrecise(problem, text string) *diag.Finding {
	return refuse("currency-precision", problem, text, fmt.Sprintf("at most %d decimal places and 15 digits", maxPlaces), "round it in the file")
}

// amountHint says what to do about a text that is not an amount.
func amountHint(number, text string, mark byte) string {
	if strings.HasSuffix(number, "-") {
		return "write the minus sign in front"
	}
	if strings.HasPrefix(text, "(") {
		return numberHint(text, mark)
	}
	return numberHint(number, mark)
}

// formatCurrency gives a number cell where a float holds the amount, else its text.
func formatCurrency(_ crm.Attribute, o Options) (formatOne, *diag.Finding) {
	comma := decimalMark(o) == ','
	return func(v crm.Value) tabular.Cell {
		amount := plainAmount(amountOf(v))
		if comma {
			return tabular.StringCell(strings.Replace(amount, ".", ",", 1))
		}
		if f, err := strconv.ParseFloat(amount, 64); err == nil && tabular.FloatCell(f).Text() == amount {
			return tabular.FloatCell(f)
		}
		return tabular.StringCell(amount)
	}, nil
}
