package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// parseRate reads a limit on requests: "10/s,600/m", or one of the two.
func parseRate(s string) (perSecond, perMinute float64, err error) {
	for part := range strings.SplitSeq(s, ",") {
		number, unit, ok := strings.Cut(strings.TrimSpace(part), "/")
		if !ok {
			return 0, 0, fmt.Errorf("%q is no rate", part)
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !(n > 0 && n <= 1e6) { // NaN is neither
			return 0, 0, fmt.Errorf("%q is no number of requests", number)
		}
		switch unit {
		case "s":
			perSecond, err = once(perSecond, n)
		case "m":
			perMinute, err = once(perMinute, n)
		default:
			err = fmt.Errorf("%q is no unit, s or m is", unit)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return perSecond, perMinute, nil
}

func once(old, now float64) (float64, error) {
	if old != 0 {
		return 0, errors.New("the same unit twice")
	}
	return now, nil
}
