package valueconv

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// phoneConversion reads phone numbers as the numbering plans have them. "+" or "00" starts an international number; any other is one
// of Options.Country, as it is dialled within that country or with the country's own code in front and no sign. Where a number is
// valid in both of these readings it is refused, as is every number that no plan knows. An extension cannot be kept and is refused.
//
// A number cell has lost the zeros in front, so one that a country's plan tells from none is considered too.
var phoneConversion = conversion{
	doc: typeDoc{
		reads: "`+49 30 901820`, `0049 (30) 90-1820`, `tel:+4930901820`; with `country: DE` also `030 901820` and `49 30 901820`; digits in number cells; " +
			"valid by the numbering plan only",
		writes: "the international form, `+4930901820`",
		codes:  []string{"bad-phone", "ambiguous-phone", "phone-without-country", "phone-extension"},
	},
	uses:      usesCountry,
	cells:     cellKinds{takes: ofTexts | ofNumbers, noun: "a phone number", code: "bad-phone", want: wantPhone},
	parse:     parsePhone,
	format:    plainFormat(formatPhone),
	canonical: canonicalPhone,
}

const (
	wantPhone      = "a phone number such as +49 30 901820"
	roundedHint    = "format the column as text in the spreadsheet and export it again"
	maxPhoneDigits = 15 // of E.164; a float holds as many
)

func parsePhone(_ crm.Attribute, o Options) (parseOne, *diag.Finding) {
	region := strings.ToUpper(o.Country)
	if region != "" && phonenumbers.GetCountryCodeForRegion(region) == 0 {
		return nil, badOption("the country of phone numbers is unknown", o.Country, "write its ISO code of two letters, such as DE")
	}
	cache := newPhoneCache(func(text string) (crm.Value, *diag.Finding) { return phone(text, region, false) })
	return func(cell tabular.Cell) (crm.Value, *diag.Finding) {
		text, _ := numeral(cell, '.')
		switch {
		case ofNumbers.has(cell.Kind()):
			if !allDigits(text) || len(text) > maxPhoneDigits {
				return nil, badPhone("the number is not a phone number", text, roundedHint)
			}
			return phone(text, region, true)
		case text == "":
			return nil, nil
		default:
			return cache.parse(text)
		}
	}, nil
}

// phone reads a number. One of a number cell may have lost a zero in front.
func phone(text, region string, zeroLost bool) (crm.Value, *diag.Finding) {
	digits, f := phoneDigits(text)
	if f != nil {
		return nil, f
	}
	var found []crm.PhoneNumber
	for _, reading := range phoneReadings(digits, region, zeroLost) {
		if n, ok := validPhone(reading, region); ok && (len(found) == 0 || found[0].E164 != n.E164) {
			n.Original = text
			found = append(found, n)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, refuse("ambiguous-phone", "the number is valid with and without the country's code or a zero in front", text, wantPhone,
			"write "+found[0].E164+" or "+found[1].E164)
	case region == "" && digits[0] != '+' && !strings.HasPrefix(digits, "00"):
		return nil, refuse("phone-without-country", "the number does not say its country", text, wantPhone, "set country: DE, or whichever it is, or write the number with + in front")
	default:
		return nil, badPhone("no numbering plan has this number", text, "")
	}
}

func badPhone(problem, text, hint string) *diag.Finding {
	return refuse("bad-phone", problem, text, wantPhone, hint)
}

// phoneDigits is the digits of a number, with "+" in front if it has one. The library would read letters as keys, look for a number
// in any text and drop what stands around it.
func phoneDigits(text string) (string, *diag.Finding) {
	number := text
	if len(text) > 4 && strings.EqualFold(text[:4], "tel:") {
		number = text[4:]
	}
	var b strings.Builder
	depth := 0
	for i, r := range strings.TrimSpace(number) {
		switch {
		case r >= '0' && r <= '9', r == '+' && i == 0:
			b.WriteRune(r)
		case r == '+' && b.Len() == 0: // "(+49) 30"
			b.WriteRune(r)
		case r == '(' && depth == 0:
			depth++
		case r == ')' && depth == 1:
			depth--
		case unicode.IsSpace(r), strings.ContainsRune("-./\u2010\u2011\u2012\u2013\u2014\u00b7", r):
		default:
			return "", oddPhone(text)
		}
	}
	digits := b.String()
	switch whole, isFloat := strings.CutSuffix(text, ".0"); {
	case isFloat && allDigits(whole):
		return "", badPhone("a program has made a decimal number of the phone number", text, "write it without the decimal point")
	case strings.Trim(digits, "+") == "" || depth != 0 || text[0] == '-':
		return "", badPhone("the cell is not a phone number", text, "")
	}
	return digits, nil
}

// oddPhone says what is wrong with a text that has more than digits and what people write between them.
func oddPhone(text string) *diag.Finding {
	plain, number := plainNumber(text, '.')
	if comma, ok := plainNumber(text, ','); ok {
		plain, number = comma, true
	}
	lower := strings.ToLower(text)
	start := strings.IndexAny(lower, "ex#;,dw~")
	switch {
	case number && strings.Contains(plain, "e"):
		return badPhone("a spreadsheet has rounded the number", text, roundedHint)
	case start > 4 && strings.ContainsAny(text[:start], "0123456789") && isExtension(lower[start:]):
		return refuse("phone-extension", "a phone attribute cannot hold the extension", text, wantPhone, "move the extension to another column")
	case strings.Count(text, "+") > 1 || strings.ContainsAny(text, ";,|"):
		return badPhone("the cell is not one phone number", text, "if the cell holds several numbers, set split to what separates them")
	default:
		return badPhone("the cell is not a phone number", text, "")
	}
}

// isExtension reports whether a text is a short number behind a word or a sign for an extension.
func isExtension(text string) bool {
	number := strings.TrimLeft(text, "extnsiodurchwalp.:#;,~= ")
	return number != text && allDigits(number) && len(number) <= 6
}

// phoneReadings is what the library is to read: the number as it is, and what else it may stand for.
func phoneReadings(digits, region string, zeroLost bool) []string {
	if international, ok := strings.CutPrefix(digits, "00"); ok && region == "" {
		return []string{"+" + international}
	} else if ok {
		return []string{"+" + international, digits}
	}
	if digits[0] == '+' {
		return []string{digits}
	}
	if region == "" {
		return nil
	}
	readings := []string{digits}
	if strings.HasPrefix(digits, strconv.Itoa(phonenumbers.GetCountryCodeForRegion(region))) {
		readings = append(readings, "+"+digits)
	}
	if zeroLost {
		readings = append(readings, "0"+digits)
	}
	return readings
}

// validPhone takes one reading to the numbering plans.
func validPhone(reading, region string) (crm.PhoneNumber, bool) {
	n, err := phonenumbers.Parse(reading, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return crm.PhoneNumber{}, false
	}
	country := phonenumbers.GetRegionCodeForNumber(n)
	if len(country) != 2 { // a satellite or a free number of no country
		country = ""
	}
	return crm.PhoneNumber{E164: phonenumbers.Format(n, phonenumbers.E164), CountryCode: country}, true
}

func formatPhone(v crm.Value) tabular.Cell {
	n, _ := v.(crm.PhoneNumber)
	if n.E164 == "" {
		return tabular.StringCell(n.Original)
	}
	return tabular.StringCell(n.E164)
}

func canonicalPhone(v crm.Value) string { return formatPhone(v).Text() }
