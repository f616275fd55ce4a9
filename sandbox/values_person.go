package sandbox

import (
	"context"
	"regexp"
	"strings"
)

// parseName reads "Last, First" (without a comma all of it is the first name, later commas belong to the first name) or an
// object with all three parts.
func parseName(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	if s, ok := in.(string); ok {
		return nameFromText(s), nil
	}
	m, ok := in.(map[string]any)
	if !ok {
		return nil, badValue(a, wrongType("object", in))
	}
	parts := []string{"first_name", "last_name", "full_name"}
	if err := closed(a, m, parts, nil); err != nil {
		return nil, err
	}
	f := fields{}
	for _, part := range parts {
		s, ok := m[part].(string)
		if !ok {
			return nil, badValue(a, wrongType("string", m[part], part))
		}
		f[part] = s
	}
	return f, nil
}

func nameFromText(s string) fields {
	last, first, comma := strings.Cut(s, ",")
	if !comma {
		last, first = "", s
	}
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	return fields{"first_name": first, "last_name": last, "full_name": strings.TrimSpace(first + " " + last)}
}

// e164 is the form of an international number; which numbers are assigned is not checked.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// punctuation is what people write between the digits.
var punctuation = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "", "/", "")

const badPhoneMessage = "Invalid phone number, possibly due to missing country information"

func parsePhone(_ context.Context, _ *writer, a *attribute, in any) (fields, error) {
	original, country := in, any(nil)
	if m, ok := in.(map[string]any); ok {
		if err := closed(a, m, []string{"original_phone_number"}, []string{"country_code"}); err != nil {
			return nil, err
		}
		original, country = m["original_phone_number"], m["country_code"]
	}
	s, ok := original.(string)
	if !ok {
		return nil, badValue(a, wrongType("string", original, "original_phone_number"))
	}
	code, ok := country.(string)
	if !ok && country != nil {
		return nil, badValue(a, wrongType("string", country, "country_code"))
	}
	number, ok := internationalNumber(s, code)
	if !ok {
		return nil, badValue(a, invalidIssue(badPhoneMessage, "original_phone_number"))
	}
	return fields{"phone_number": number, "original_phone_number": s, "country_code": orNull(countryOf(number, code))}, nil
}

// internationalNumber writes a number as E.164: with its own prefix, or with that of the country after dropping the trunk 0.
func internationalNumber(s, country string) (string, bool) {
	s = punctuation.Replace(s)
	if !strings.HasPrefix(s, "+") {
		prefix, ok := callingCode(country)
		if !ok {
			return "", false
		}
		s = "+" + prefix + strings.TrimPrefix(s, "0")
	}
	return s, e164.MatchString(s)
}

// callingCodes lists the countries a national number can be given for; where several share a code the first is taken for it.
var callingCodes = []struct{ country, code string }{
	{"US", "1"},
	{"CA", "1"},
	{"RU", "7"},
	{"KZ", "7"},
	{"EG", "20"},
	{"ZA", "27"},
	{"GR", "30"},
	{"NL", "31"},
	{"BE", "32"},
	{"FR", "33"},
	{"ES", "34"},
	{"HU", "36"},
	{"IT", "39"},
	{"RO", "40"},
	{"CH", "41"},
	{"AT", "43"},
	{"GB", "44"},
	{"DK", "45"},
	{"SE", "46"},
	{"NO", "47"},
	{"PL", "48"},
	{"DE", "49"},
	{"PE", "51"},
	{"MX", "52"},
	{"AR", "54"},
	{"BR", "55"},
	{"CL", "56"},
	{"CO", "57"},
	{"MY", "60"},
	{"AU", "61"},
	{"ID", "62"},
	{"PH", "63"},
	{"NZ", "64"},
	{"SG", "65"},
	{"TH", "66"},
	{"JP", "81"},
	{"KR", "82"},
	{"VN", "84"},
	{"CN", "86"},
	{"TR", "90"},
	{"IN", "91"},
	{"PK", "92"},
	{"MA", "212"},
	{"NG", "234"},
	{"RW", "250"},
	{"KE", "254"},
	{"PT", "351"},
	{"LU", "352"},
	{"IE", "353"},
	{"IS", "354"},
	{"FI", "358"},
	{"BG", "359"},
	{"LT", "370"},
	{"LV", "371"},
	{"EE", "372"},
	{"UA", "380"},
	{"RS", "381"},
	{"HR", "385"},
	{"SI", "386"},
	{"CZ", "420"},
	{"SK", "421"},
	{"UY", "598"},
	{"HK", "852"},
	{"TW", "886"},
	{"AE", "971"},
	{"IL", "972"},
	{"SA", "966"},
}

func callingCode(country string) (string, bool) {
	for _, c := range callingCodes {
		if c.country == country {
			return c.code, true
		}
	}
	return "", false
}

// countryOf prefers what was given and else reads the prefix: no calling code is the beginning of another.
func countryOf(number, given string) string {
	if given != "" {
		return given
	}
	for _, c := range callingCodes {
		if strings.HasPrefix(number, "+"+c.code) {
			return c.country
		}
	}
	return ""
}
