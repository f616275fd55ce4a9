package sandbox

import (
	"context"
	"regexp"
)

var (
	locationText = []string{"line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code", "latitude", "longitude"}
	countryCode  = regexp.MustCompile(`^[A-Z]{2}$`)
	latitude     = regexp.MustCompile(`^[-+]?([1-8]?\d(\.\d+)?|90(\.0+)?)$`)
	longitude    = regexp.MustCompile(`^[-+]?(180(\.0+)?|((1[0-7]\d)|([1-9]?\d))(\.\d+)?)$`)
)

// parseLocation reads an object with all ten keys, null allowed. One string is kept as line_1: the real API parses it.
func parseLocation(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	f := fields{}
	if s, ok := in.(string); ok {
		for _, k := range locationText {
			f[k] = nil
		}
		f["line_1"] = s
		return f, nil
	}
	m, ok := in.(map[string]any)
	if !ok {
		return nil, badValue(a, wrongType("object", in))
	}
	if err := closed(a, m, locationText, nil); err != nil {
		return nil, err
	}
	var issues []validationIssue
	for _, k := range locationText {
		f[k] = m[k]
		if issue, bad := checkLocationPart(k, m[k]); bad {
			issues = append(issues, issue)
		}
	}
	if issues != nil {
		return nil, badValue(a, issues...)
	}
	return f, nil
}

func checkLocationPart(key string, v any) (validationIssue, bool) {
	if v == nil {
		return validationIssue{}, false
	}
	s, ok := v.(string)
	if !ok {
		return wrongType("string", v, key), true
	}
	pattern := map[string]*regexp.Regexp{"country_code": countryCode, "latitude": latitude, "longitude": longitude}[key]
	if pattern != nil && !pattern.MatchString(s) {
		return invalidIssue("Invalid "+key, key), true
	}
	return validationIssue{}, false
}
