package jsonlfile

import (
	"strconv"
	"strings"

	"attio-etl/tabular"
)

// maxDigits bounds the zeros that an exponent stands for: a float has at most 309 digits before the point.
const maxDigits = 400

// number is the cell of a number as JSON writes it. Nothing of it is rounded.
func number(text string) tabular.Cell {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return tabular.IntCell(n)
	}
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(text), "e")
	if !scientific {
		return tabular.DecimalCell(text)
	}
	shift, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
	if err != nil || shift > maxDigits || shift < -maxDigits {
		return tabular.BrokenCell(text, tabular.Fault{
			Code: "number-out-of-range", Problem: "the number is beyond all measure", Hint: "write it as a text if it is one",
		})
	}
	return tabular.DecimalCell(shifted(mantissa, shift))
}

// shifted moves the point of a number to the right.
func shifted(number string, by int) string {
	digits, negative := strings.CutPrefix(number, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	point := len(whole) + by
	digits = whole + fraction
	if point <= 0 {
		digits, point = strings.Repeat("0", 1-point)+digits, 1
	}
	if missing := point - len(digits); missing > 0 {
		digits += strings.Repeat("0", missing)
	}
	plain := strings.TrimLeft(digits[:point], "0")
	if plain == "" {
		plain = "0"
	}
	if point < len(digits) {
		plain += "." + digits[point:]
	}
	if negative {
		plain = "-" + plain
	}
	return plain
}
