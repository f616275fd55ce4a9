package valueconv

import (
	"strconv"
	"strings"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// locationConversion makes a location of its parts: a column for each, or one column with a format that says how it is put together, as
// a text would have to be taken apart by guessing otherwise.
var locationConversion = conversion{
	doc: typeDoc{
		reads:  "a column for each part, or one with `format: \"line_1, locality, country_code\"` if only one split fits; countries as `DE`, `DEU` or `Germany`, coordinates in decimal degrees",
		writes: "a column for each part, or the format",
		codes:  []string{"bad-country", "bad-coordinate", "bad-location", "ambiguous-location", "number-precision"},
	},
	uses:      usesFormat | usesDecimal,
	cells:     cellKinds{takes: ofTexts, noun: "a location", code: "bad-location", want: "a text of the column's format"},
	parse:     parseLocation,
	format:    formatLocation,
	canonical: canonicalLocation,
	parts:     locationParts,
	compose:   composeLocation,
	partCells: locationCells,
	part: func(v crm.Value, part string) string {
		l, _ := v.(crm.Location)
		if field := locationPart(&l, part); field != nil {
			return *field
		}
		return ""
	},
}

var locationParts = []string{
	"line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode", "country_code", "latitude", "longitude",
}

func partsOnly(attr crm.Attribute) *diag.Finding {
	return refuse("parts-only", attr.Slug+" is made of parts, which one column does not tell apart", "", "a column for each part",
		"map them: "+attr.Slug+": {from: {line_1: Street, locality: City, country_code: Country}}, or set format: \"line_1, locality, country_code\"")
}

// locationPart is where a part is held, nil for an unknown name.
func locationPart(l *crm.Location, part string) *string {
	switch part {
	case "line_1":
		return &l.Line1
	case "line_2":
		return &l.Line2
	case "line_3":
		return &l.Line3
	case "line_4":
		return &l.Line4
	case "locality":
		return &l.Locality
	case "region":
		return &l.Region
	case "postcode":
		return &l.Postcode
	case "country_code":
		return &l.CountryCode
	case "latitude":
		return &l.Latitude
	case "longitude":
		return &l.Longitude
	default:
		return nil
	}
}

func composeLocation(parts []string, o Options) ParseParts {
	mark := decimalMark(o)
	return func(cells []tabular.Cell) (crm.Value, *diag.Finding) {
		var l crm.Location
		for i, part := range parts {
			text, f := locationText(part, cells[i], o.Trim, mark)
			if f != nil {
				f.Pos.Column = part
				return nil, f
			}
			if field := locationPart(&l, part); field != nil {
				*field = text
			}
		}
		if (l == crm.Location{}) {
			return nil, nil
		}
		return l, nil
	}
}

// locationCells: coordinates are numbers, countries are not, and what else an address holds may look like one (postcodes).
func locationCells(part string) cellKinds {
	switch part {
	case "country_code":
		return cellKinds{takes: ofTexts, noun: "a country", code: "bad-country", want: wantCountry}
	case "latitude", "longitude":
		return cellKinds{takes: ofTexts | ofNumbers, noun: "a coordinate", code: "bad-coordinate", want: "decimal degrees"}
	default:
		return cellKinds{takes: ofTexts | ofNumbers, noun: "a part of an address", code: "bad-location", want: "a text or a number"}
	}
}

func locationText(part string, cell tabular.Cell, trim bool, mark byte) (string, *diag.Finding) {
	text, f := spelling(cell)
	trimmed := strings.TrimSpace(text)
	degree, mark := numeral(cell, mark)
	switch {
	case f != nil:
		return "", f
	case trimmed == "":
		return "", nil
	case part == "country_code":
		return country(trimmed)
	case part == "latitude":
		return degrees(degree, mark, 90)
	case part == "longitude":
		return degrees(degree, mark, 180)
	case trim:
		return trimmed, nil
	default:
		return text, nil
	}
}

// degrees checks a coordinate and spells it with a decimal point and no plus sign.
func degrees(text string, mark byte, limit float64) (string, *diag.Finding) {
	want := "decimal degrees from -" + strconv.Itoa(int(limit)) + " to " + strconv.Itoa(int(limit))
	plain, ok := plainNumber(text, mark)
	f, err := strconv.ParseFloat(plain, 64)
	switch {
	case !ok || err != nil || strings.ContainsAny(plain, "eE"):
		return "", refuse("bad-coordinate", "the cell is not a coordinate", text, want, numberHint(text, mark))
	case f < -limit || f > limit:
		return "", refuse("bad-coordinate", "the coordinate is out of range", text, want, "")
	}
	return trimZeros(plain), nil
}

// trimZeros drops the zeros in front that the API's pattern for coordinates does not allow.
func trimZeros(plain string) string {
	digits, negative := strings.CutPrefix(plain, "-")
	for len(digits) > 1 && digits[0] == '0' && isDigit(digits[1]) {
		digits = digits[1:]
	}
	if negative {
		return "-" + digits
	}
	return digits
}

// canonicalLocation compares coordinates to the nine decimal places that the API keeps.
func canonicalLocation(v crm.Value) string {
	l, _ := v.(crm.Location)
	l.CountryCode = strings.ToUpper(l.CountryCode)
	for _, coordinate := range []*string{&l.Latitude, &l.Longitude} {
		if f, err := strconv.ParseFloat(*coordinate, 64); err == nil {
			*coordinate = strconv.FormatFloat(f, 'f', 9, 64)
		}
	}
	var b strings.Builder
	for _, part := range locationParts {
		b.WriteString(*locationPart(&l, part))
		b.WriteByte(0)
	}
	return b.String()
}
