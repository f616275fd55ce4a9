package valueconv

import (
	"strings"
	"unicode"

	"github.com/biter777/countries"

	"attio-etl/internal/diag"
)

const wantCountry = "a country code such as DE, DEU, or an English name"

// country is the ISO 3166-1 alpha-2 code of an alpha-2 or alpha-3 code or a name. The library drops all but letters and knows old and
// foreign codes, so that "N/A" is Namibia to it and "CS" Yugoslavia: codes count only if they are written as ISO has them.
func country(text string) (string, *diag.Finding) {
	upper := strings.ToUpper(text)
	code := countries.Unknown
	switch {
	case upper == "AC": // Ascension, reserved by ISO and taken by the API, is not in the library
		return upper, nil
	case upper == "U.S." || upper == "U.S.A.":
		return "US", nil
	case upper == "U.K.":
		return "GB", nil
	case strings.ContainsFunc(text, notInName) || len(strings.ReplaceAll(text, ".", "")) < 4 && strings.Contains(text, "."):
	case len(upper) == 2:
		if code = countries.ByName(upper); code.Alpha2() != upper && upper != "UK" {
			code = countries.Unknown
		}
	case len(upper) == 3:
		if code = countries.ByName(upper); code.Alpha3() != upper {
			code = countries.Unknown
		}
	case upper == "KOREA" || upper == "CONGO":
		return "", refuse("bad-country", "two countries have this name", text, wantCountry, "write the code: KR or KP, CG or CD")
	default:
		code = countries.ByName(text)
	}
	if !code.IsValid() || code == countries.YUG || len(code.Alpha2()) != 2 {
		return "", unknownCountry(text)
	}
	return code.Alpha2(), nil
}

// notInName: names have letters, blanks and a few marks. Brackets are out, as the library ignores what they hold.
func notInName(r rune) bool {
	return !unicode.IsLetter(r) && !strings.ContainsRune(" .,'\u2019&-", r)
}

func unknownCountry(text string) *diag.Finding {
	all := countries.All()
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.String()
	}
	return refuse("bad-country", "the country is unknown", text, wantCountry, didYouMean(text, names))
}
