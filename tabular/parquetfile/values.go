package parquetfile

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"attio-etl/tabular"
)

// A value is written as the cell has it or not at all.

func wrongKind(cell tabular.Cell, want string) error {
	return fmt.Errorf("the cell is a %s, not %s", cell.Kind(), want)
}

func intValue(cell tabular.Cell) (int64, error) {
	if cell.Kind() != tabular.Int {
		return 0, wrongKind(cell, "a whole number")
	}
	return cell.Int(), nil
}

// floatValue takes whole numbers too, as far as a float has all of them.
func floatValue(cell tabular.Cell) (float64, error) {
	const exact = 1 << 53
	switch cell.Kind() {
	case tabular.Float:
		return cell.Float(), nil
	case tabular.Int:
		if n := cell.Int(); -exact <= n && n <= exact {
			return float64(n), nil
		}
		return 0, fmt.Errorf("%d has more digits than a number of this column", cell.Int())
	default:
		return 0, wrongKind(cell, "a number")
	}
}

func boolValue(cell tabular.Cell) (bool, error) {
	if cell.Kind() != tabular.Bool {
		return false, wrongKind(cell, "a boolean")
	}
	return cell.Bool(), nil
}

func dateValue(cell tabular.Cell) (int32, error) {
	if cell.Kind() != tabular.Date {
		return 0, wrongKind(cell, "a date")
	}
	days := cell.Time().Unix() / secondsPerDay // midnight in UTC
	if int64(int32(days)) != days {
		return 0, fmt.Errorf("the date %s is too far away", cell.Text())
	}
	return int32(days), nil
}

func timestampValue(cell tabular.Cell) (int64, error) {
	if cell.Kind() != tabular.Time {
		return 0, wrongKind(cell, "a point in time")
	}
	v := cell.Time().UnixMicro()
	if !time.UnixMicro(v).Equal(cell.Time()) {
		return 0, fmt.Errorf("%s has more digits than microseconds, or is too far away", cell.Text())
	}
	return v, nil
}

// appendText takes any single value in its plain spelling.
func appendText(b []byte, cell tabular.Cell) ([]byte, error) {
	switch cell.Kind() {
	case tabular.List:
		return b, wrongKind(cell, "text")
	case tabular.Broken:
		return b, fmt.Errorf("the cell holds no value: %s", cell.Fault().Problem)
	default:
	}
	text := cell.Text()
	if !utf8.ValidString(text) {
		return b, errors.New("the text is not valid UTF-8")
	}
	return append(b, text...), nil
}

// appendDecimal takes decimals of up to four places and whole numbers.
func appendDecimal(b []byte, cell tabular.Cell) ([]byte, error) {
	if cell.Kind() != tabular.Decimal && cell.Kind() != tabular.Int {
		return b, wrongKind(cell, "a decimal number")
	}
	whole, places, _ := strings.Cut(cell.Text(), ".")
	trimmed := strings.TrimRight(places, "0")
	if len(trimmed) > decimalPlaces {
		return b, fmt.Errorf("%s has more than %d decimal places", cell.Text(), decimalPlaces)
	}
	digits := whole + trimmed + strings.Repeat("0", decimalPlaces-len(trimmed))
	if len(digits) > maxDecimalBytes {
		return b, fmt.Errorf("the number has %d digits, more than %d", len(digits), decimalPrecision)
	}
	v, ok := new(big.Int).SetString(digits, 10)
	if !ok || whole == "" || whole == "-" {
		return b, fmt.Errorf("%q is not a plain decimal number", cell.Text())
	}
	if len(new(big.Int).Abs(v).Text(10)) > decimalPrecision {
		return b, fmt.Errorf("%s has more than %d digits before the point", cell.Text(), decimalPrecision-decimalPlaces)
	}
	if v.Sign() < 0 {
		v.Add(v, new(big.Int).Lsh(big.NewInt(1), 8*decimalBytes))
	}
	var unscaled [decimalBytes]byte
	return append(b, v.FillBytes(unscaled[:])...), nil
}
