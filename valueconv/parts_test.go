package valueconv_test

import (
	"slices"
	"strings"
	"testing"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// fromParts parses texts as the parts of a value and tells the value, or "!code part".
func fromParts(t *testing.T, typ crm.Type, parts []string, o valueconv.Options, cells ...tabular.Cell) string {
	t.Helper()
	parse, f := valueconv.PartsParser(single(typ), parts, o)
	if f != nil {
		t.Fatal(f)
	}
	v, f := parse(cells)
	switch {
	case f != nil:
		return "!" + f.Code + " " + f.Pos.Column
	case v == nil:
		return ""
	}
	texts := make([]string, 0, len(parts))
	for _, part := range valueconv.Parts(typ) {
		if text := valueconv.Part(v, part); text != "" {
			texts = append(texts, part+"="+text)
		}
	}
	return strings.Join(texts, " ")
}

func TestLocationParts(t *testing.T) {
	for _, c := range []struct {
		part string
		cell any
		want string
	}{
		{"country_code", "DE", "country_code=DE"},
		{"country_code", "de", "country_code=DE"},
		{"country_code", " DE ", "country_code=DE"},
		{"country_code", "DEU", "country_code=DE"},
		{"country_code", "Germany", "country_code=DE"},
		{"country_code", "GERMANY", "country_code=DE"},
		{"country_code", "Deutschland", "country_code=DE"},
		{"country_code", "USA", "country_code=US"},
		{"country_code", "U.S.A.", "country_code=US"},
		{"country_code", "United States of America", "country_code=US"},
		{"country_code", "United States", "country_code=US"},
		{"country_code", "UK", "country_code=GB"},
		{"country_code", "U.K.", "country_code=GB"},
		{"country_code", "Great Britain", "country_code=GB"},
		{"country_code", "Côte d'Ivoire", "country_code=CI"},
		{"country_code", "South Korea", "country_code=KR"},
		{"country_code", "Türkiye", "country_code=TR"},
		{"country_code", "Kosovo", "country_code=XK"},
		{"country_code", "AC", "country_code=AC"},
		{"country_code", "NA", "country_code=NA"},
		{"country_code", "Namibia", "country_code=NA"},
		{"country_code", "Bosnia & Herzegovina", "country_code=BA"},
		{"country_code", "N/A", "!bad-country country_code"},
		{"country_code", "N.A.", "!bad-country country_code"},
		{"country_code", "#N/A", "!bad-country country_code"},
		{"country_code", "CS", "!bad-country country_code"},
		{"country_code", "YU", "!bad-country country_code"},
		{"country_code", "RA", "!bad-country country_code"},
		{"country_code", "DD", "!bad-country country_code"},
		{"country_code", "Yugoslavia", "!bad-country country_code"},
		{"country_code", "XX", "!bad-country country_code"},
		{"country_code", "Korea", "!bad-country country_code"},
		{"country_code", "Congo", "!bad-country country_code"},
		{"country_code", "Korea (North)", "!bad-country country_code"},
		{"country_code", "None", "!bad-country country_code"},
		{"country_code", "International", "!bad-country country_code"},
		{"country_code", "Unknown", "!bad-country country_code"},
		{"country_code", "Europe", "!bad-country country_code"},
		{"country_code", "49", "!bad-country country_code"},
		{"country_code", "D", "!bad-country country_code"},
		{"country_code", "GER", "!bad-country country_code"},
		{"country_code", "US1", "!bad-country country_code"},
		{"country_code", "Gremany", "!bad-country country_code"},
		{"latitude", "48.137154", "latitude=48.137154"},
		{"latitude", "-33.86", "latitude=-33.86"},
		{"latitude", "+48.1", "latitude=48.1"},
		{"latitude", "90", "latitude=90"},
		{"latitude", "-90.0", "latitude=-90.0"},
		{"latitude", "0", "latitude=0"},
		{"latitude", "048.1", "latitude=48.1"},
		{"latitude", ".5", "latitude=0.5"},
		{"latitude", tabular.FloatCell(48.5), "latitude=48.5"},
		{"latitude", "  ", ""},
		{"latitude", "90.0001", "!bad-coordinate latitude"},
		{"latitude", "48,1", "!bad-coordinate latitude"},
		{"latitude", "48° 8' N", "!bad-coordinate latitude"},
		{"latitude", "1e1", "!bad-coordinate latitude"},
		{"latitude", "north", "!bad-coordinate latitude"},
		{"longitude", "180", "longitude=180"},
		{"longitude", "-122.030333", "longitude=-122.030333"},
		{"longitude", "180.1", "!bad-coordinate longitude"},
		{"longitude", "NaN", "!bad-coordinate longitude"},
		{"line_1", " Main Street 1 ", "line_1= Main Street 1 "},
		{"postcode", "01067", "postcode=01067"},
		{"postcode", tabular.IntCell(1067), "postcode=1067"},
		{"locality", "Köln", "locality=Köln"},
		{"locality", "K\xf6ln", "!invalid-utf8 locality"},
		{"region", "CA", "region=CA"},
		{"line_4", "x", "line_4=x"},
		{"line_2", " \t", ""},
	} {
		if got := fromParts(t, crm.TypeLocation, []string{c.part}, valueconv.Options{}, cellOf(c.cell)); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.part, cellOf(c.cell).Text(), got, c.want)
		}
	}
	comma := valueconv.Options{Decimal: ",", Trim: true}
	parts := []string{"longitude", "latitude", "line_3", "locality"}
	got := fromParts(t, crm.TypeLocation, parts, comma, cellOf("11,5"), tabular.FloatCell(48.5), cellOf(" x "), tabular.Cell{})
	if want := "line_3=x latitude=48.5 longitude=11.5"; got != want {
		t.Errorf("decimal comma and trim: got %q, want %q", got, want)
	}
	_, f := mustParts(t, crm.TypeLocation, "country_code")([]tabular.Cell{cellOf("Gremany")})
	if f == nil || f.Hint != `did you mean "Germany"?` || f.Got == "" || f.Want == "" {
		t.Errorf("a misspelt country: %v", f)
	}
}

func TestLocationFormat(t *testing.T) {
	for format, spellings := range map[string][]spelling{
		"line_1": {{"Main Street 1, 12345 Berlin", "Main Street 1, 12345 Berlin"}, {"  Main \t Street ", "Main Street"}, {" ", ""}},
		"line_1, locality, region postcode, country_code": {
			{"11740 Wilshire Boulevard, Los Angeles, CA 90025, US", "11740 Wilshire Boulevard||||Los Angeles|CA|90025|US"},
			{"11740 Wilshire Boulevard,  Los Angeles, CA 90025, United States", "11740 Wilshire Boulevard||||Los Angeles|CA|90025|US"},
			{"11740 Wilshire Boulevard, , CA 90025, US", "11740 Wilshire Boulevard|||||CA|90025|US"},
			{", Los Angeles, CA 90025, US", "||||Los Angeles|CA|90025|US"},
			{"", ""},
			{"Suite 5, 11740 Wilshire Boulevard, Los Angeles, CA 90025, US", "!ambiguous-location"},
			{"1 Main Street, New York, New York 10001, US", "!ambiguous-location"},
			{"11740 Wilshire Boulevard, Los Angeles, CA, US", "!bad-location"},
			{"11740 Wilshire Boulevard,Los Angeles,CA 90025,US", "!bad-location"},
			{"Los Angeles", "!bad-location"},
			{"11740 Wilshire Boulevard, Los Angeles, CA 90025, USB", "!bad-country"},
			{tabular.IntCell(5), "!bad-location"},
		},
		"line_1\npostcode locality\ncountry_code": {
			{"Marienplatz 1\n80331 München\nGermany", "Marienplatz 1||||München||80331|DE"},
			{"Marienplatz 1\r\n80331  München\r\nGermany\r\n", "Marienplatz 1||||München||80331|DE"},
			{"Marienplatz 1\n83646 Bad Tölz\nGermany", "!ambiguous-location"},
			{"Marienplatz 1, 80331 München, Germany", "!bad-location"},
		},
		"(latitude; longitude)": {{"(48.1; 11.5)", "||||||||48.1|11.5"}, {"48.1; 11.5", "!bad-location"}, {"(48.1; 11.5", "!bad-location"}, {"(91; 11.5)", "!bad-coordinate"}},
	} {
		checkSpellings(t, single(crm.TypeLocation), valueconv.Options{Format: format}, spellings)
	}
	for format, want := range map[string]string{
		"line_1, city": "no part city", "line_1, line_1": "line_1 twice", ", ": "names no part", "Straße, line_1": "no part Stra",
	} {
		_, f := valueconv.Parser(single(crm.TypeLocation), valueconv.Options{Format: format})
		checkFinding(t, format, f, "bad-option "+want)
		_, f = valueconv.Formatter(single(crm.TypeLocation), valueconv.Options{Format: format})
		checkFinding(t, format+", written", f, "bad-option "+want)
	}
}

func mustParts(tb testing.TB, typ crm.Type, parts ...string) valueconv.ParseParts {
	tb.Helper()
	parse, f := valueconv.PartsParser(single(typ), parts, valueconv.Options{})
	if f != nil {
		tb.Fatal(f)
	}
	return parse
}

func TestNameParts(t *testing.T) {
	both := []string{"first_name", "last_name"}
	for _, c := range []struct {
		parts []string
		cells []string
		want  string
	}{
		{both, []string{"Ada", "Lovelace"}, "first_name=Ada last_name=Lovelace full_name=Ada Lovelace"},
		{both, []string{" Ada ", "King  Lovelace"}, "first_name=Ada last_name=King Lovelace full_name=Ada King Lovelace"},
		{both, []string{"Ada", ""}, "first_name=Ada full_name=Ada"},
		{both, []string{"", "Lovelace"}, "last_name=Lovelace full_name=Lovelace"},
		{both, []string{"", " "}, ""},
		{[]string{"last_name", "first_name"}, []string{"Lovelace", "Ada"}, "first_name=Ada last_name=Lovelace full_name=Ada Lovelace"},
		{[]string{"full_name"}, []string{"Lovelace, Ada"}, "first_name=Ada last_name=Lovelace full_name=Ada Lovelace"},
		{[]string{"full_name"}, []string{","}, "!bad-name full_name"},
		{[]string{"first_name", "last_name", "full_name"}, []string{"Ada", "Lovelace", "Countess Lovelace"}, "first_name=Ada last_name=Lovelace full_name=Countess Lovelace"},
		{[]string{"first_name", "full_name"}, []string{"Ada", "Ada L."}, "first_name=Ada full_name=Ada L."},
		{[]string{"first_name", "full_name"}, []string{"", "Ada Lovelace"}, "first_name=Ada last_name=Lovelace full_name=Ada Lovelace"},
	} {
		cells := make([]tabular.Cell, len(c.cells))
		for i, text := range c.cells {
			cells[i] = tabular.StringCell(text)
		}
		if got := fromParts(t, crm.TypePersonalName, c.parts, valueconv.Options{}, cells...); got != c.want {
			t.Errorf("%v %q: got %q, want %q", c.parts, c.cells, got, c.want)
		}
	}
}

func TestPartsOfTypes(t *testing.T) {
	if got := valueconv.Parts(crm.TypePersonalName); !slices.Equal(got, []string{"first_name", "last_name", "full_name"}) {
		t.Errorf("name: %q", got)
	}
	if got := valueconv.Parts(crm.TypeLocation); len(got) != 10 || got[0] != "line_1" || got[9] != "longitude" {
		t.Errorf("location: %q", got)
	}
	if got := valueconv.Parts(crm.TypeText); got != nil {
		t.Errorf("text: %q", got)
	}
	if got := valueconv.Part(crm.Text("x"), "first_name"); got != "" {
		t.Errorf("part of a text: %q", got)
	}
}
