package valueconv

import (
	"fmt"
	"strings"
	"time"
)

// leadingDigits reads a number of at least low and at most high digits; used is 0 where there is none.
func leadingDigits(text string, low, high int) (n, used int) {
	for used < min(high, len(text)) && isDigit(text[used]) {
		n = 10*n + int(text[used]-'0')
		used++
	}
	if used < low {
		return 0, 0
	}
	return n, used
}

// leadingFraction reads decimal places of a second as nanoseconds.
func leadingFraction(text string, low, high int) (nano, used int) {
	nano, used = leadingDigits(text, low, high)
	for places := used; places < 9; places++ {
		nano *= 10
	}
	return nano, used
}

// leadingMonth reads a month as the token has it.
func leadingMonth(token, text string) (time.Month, int) {
	if len(token) < 3 {
		n, used := leadingDigits(text, len(token), 2)
		return time.Month(n), used
	}
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if token == "MMM" {
			name = name[:3]
		}
		if len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) {
			return m, len(name)
		}
	}
	return 0, 0
}

// leadingHalf reads am as 0 and pm as 1.
func leadingHalf(text string) (pm, used int) {
	for i, half := range []string{"am", "pm"} {
		if len(text) >= 2 && strings.EqualFold(text[:2], half) {
			return i, 2
		}
	}
	return 0, 0
}

// leadingOffset reads Z, +02:00, +0200 or +02 as seconds east of UTC.
func leadingOffset(text string) (seconds, used int) {
	switch {
	case text == "":
		return 0, 0
	case text[0] == 'Z' || text[0] == 'z':
		return 0, 1
	case text[0] != '+' && text[0] != '-':
		return 0, 0
	}
	hours, n := leadingDigits(text[1:], 2, 2)
	if n == 0 || hours > 23 {
		return 0, 0
	}
	used = 1 + n
	minutes, m := leadingDigits(strings.TrimPrefix(text[used:], ":"), 2, 2)
	if m > 0 {
		if text[used] == ':' {
			used++
		}
		used += m
	}
	if minutes > 59 {
		return 0, 0
	}
	seconds = hours*3600 + minutes*60
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, used
}

// offsetText is Z or +02:00. The odd seconds of offsets before the time of railways cannot be written.
func offsetText(seconds int) string {
	if seconds == 0 {
		return "Z"
	}
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d:%02d", sign, seconds/3600, seconds/60%60)
}

// readISO reads a day, perhaps with a time of day and a zone, in the extended form of ISO 8601 with T or a blank before the time:
// 2020-01-15, 2020-01-15 10:00, 2020-01-15T10:00:00.123456789+02:00. UTC and GMT stand for Z. timed is whether there is a time.
func readISO(text string) (r reading, timed, ok bool) {
	if len(text) < 10 {
		return r, false, false
	}
	r.day, ok = readDay(text[:10])
	rest := text[10:]
	if !ok || rest == "" {
		return r, false, ok
	}
	if rest[0] != 'T' && rest[0] != 't' && rest[0] != ' ' {
		return r, false, false
	}
	if rest, ok = r.takeClock(rest[1:]); !ok {
		return r, false, false
	}
	if rest == "" {
		return r, true, r.real()
	}
	rest = strings.TrimPrefix(rest, " ")
	if rest == "UTC" || rest == "GMT" {
		rest = "Z"
	}
	var used int
	r.offset, used = leadingOffset(rest)
	r.zoned = true
	return r, true, used > 0 && used == len(rest) && r.real()
}

// takeClock reads 10:00, 10:00:00 or 10:00:00.123456789 and gives back what follows.
func (r *reading) takeClock(text string) (rest string, ok bool) {
	for i, part := range []*int{&r.hour, &r.minute, &r.second} {
		if i > 0 {
			if !strings.HasPrefix(text, ":") {
				return text, i == 2 // seconds may be missing
			}
			text = text[1:]
		}
		var used int
		if *part, used = leadingDigits(text, 2, 2); used == 0 {
			return text, false
		}
		text = text[used:]
	}
	if text == "" || (text[0] != '.' && text[0] != ',') {
		return text, true
	}
	var used int
	r.nano, used = leadingFraction(text[1:], 1, 9)
	return text[1+used:], used > 0
}
