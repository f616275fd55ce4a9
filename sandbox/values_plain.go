package sandbox

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// maxText is the largest text value in bytes (contract §9).
const maxText = 10 << 20

func parseText(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	in, err := single(a, in, "value")
	if err != nil {
		return nil, err
	}
	s, ok := in.(string)
	if !ok {
		return nil, badValue(a, wrongType("string", in))
	}
	if len(s) > maxText {
		return nil, badValue(a, invalidIssue("String must contain at most 10 MB"))
	}
	return fields{"value": s}, nil
}

func parseCheckbox(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	in, err := single(a, in, "value")
	if err != nil {
		return nil, err
	}
	switch v := in.(type) {
	case bool:
		return fields{"value": v}, nil
	case string:
		if v == "true" || v == "false" {
			return fields{"value": v == "true"}, nil
		}
	}
	return nil, badValue(a, wrongType("boolean", in))
}

// parseNumber takes JSON numbers only: contract §9 has no numeric string for it.
func parseNumber(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	f, err := numberIn(a, in, "value", false)
	if err != nil {
		return nil, err
	}
	return fields{"value": f}, nil
}

func parseRating(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	f, err := numberIn(a, in, "value", false)
	if err != nil {
		return nil, err
	}
	if f != math.Trunc(f) || f < 0 || f > 5 {
		return nil, badValue(a, invalidIssue("Rating must be a whole number from 0 to 5"))
	}
	return fields{"value": f}, nil
}

// parseCurrency takes numbers and numeric strings of at most four decimals; the currency is the attribute's.
func parseCurrency(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	f, err := numberIn(a, in, "currency_value", true)
	if err != nil {
		return nil, err
	}
	if decimals(f) > 4 {
		return nil, badValue(a, invalidIssue("Currency values may have at most 4 decimal places"))
	}
	return fields{"currency_value": f, "currency_code": a.Currency}, nil
}

func numberIn(a *attribute, in any, key string, text bool) (float64, error) {
	in, err := single(a, in, key)
	if err != nil {
		return 0, err
	}
	if s, ok := in.(string); ok && text && numeric(s) {
		in = json.Number(s)
	}
	n, ok := in.(json.Number)
	if !ok {
		return 0, badValue(a, wrongType("number", in))
	}
	f, err := n.Float64()
	if err != nil {
		return 0, badValue(a, invalidIssue("Number is out of range"))
	}
	return f, nil
}

// numeric accepts plain decimal notation; ParseFloat alone would take "Inf" and "0x1p3" too.
func numeric(s string) bool {
	if strings.Trim(s, "+-.0123456789") != "" {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// decimals counts the digits after the point in the shortest notation that reads back as f.
func decimals(f float64) int {
	_, after, _ := strings.Cut(strconv.FormatFloat(f, 'f', -1, 64), ".")
	return len(after)
}
