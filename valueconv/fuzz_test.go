package valueconv_test

import (
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// roundTrip: a cell that is read is written so that it reads back equal, by a cell and by the cell's text.
func roundTrip(t *testing.T, attr crm.Attribute, o valueconv.Options, text string) {
	t.Helper()
	parse := must(t, attr, o)
	format, f := valueconv.Formatter(attr, o)
	if f != nil {
		t.Fatal(f)
	}
	values, f := parse(tabular.StringCell(text))
	if f != nil || len(values) == 0 {
		return
	}
	if !attr.Multi && len(values) > 1 {
		t.Fatalf("%q: %d values", text, len(values))
	}
	for _, v := range values {
		if v.Type() != attr.Type {
			t.Fatalf("%q: a value of type %s", text, v.Type())
		}
	}
	cell := format(values)
	again, f := parse(cell)
	if f != nil || !valueconv.Equal(attr, values, again) {
		t.Errorf("%s %q with %+v: read %q, written as %s %q, read back as %q (%v)", attr.Type, text, o, values, cell.Kind(), cell.Text(), again, f)
	}
	if cell.Kind() == tabular.List {
		return // its text is for people
	}
	if again, f = parse(tabular.StringCell(cell.Text())); f != nil || !valueconv.Equal(attr, values, again) {
		t.Errorf("%s %q with %+v: read %q, its text %q read back as %q (%v)", attr.Type, text, o, values, cell.Text(), again, f)
	}
}

// fuzzBoth runs an attribute with one value and with several.
func fuzzBoth(f *testing.F, attr crm.Attribute, o valueconv.Options, seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add(s)
	}
	one, many, split := attr, attr, o
	one.Multi, many.Multi, split.Split = false, true, ";"
	f.Fuzz(func(t *testing.T, text string) {
		roundTrip(t, one, o, text)
		roundTrip(t, many, split, text)
	})
}

func FuzzText(f *testing.F) { fuzzBoth(f, single(crm.TypeText), valueconv.Options{}, "a; b", " a\n") }

func FuzzNumber(f *testing.F) {
	f.Add("1.234,5", true)
	f.Fuzz(func(t *testing.T, text string, comma bool) {
		o := valueconv.Options{Decimal: "."}
		if comma {
			o.Decimal = ","
		}
		roundTrip(t, single(crm.TypeNumber), o, text)
	})
}

func FuzzCheckbox(f *testing.F) {
	fuzzBoth(f, single(crm.TypeCheckbox), valueconv.Options{}, "Yes", "0")
}

func FuzzPercent(f *testing.F) {
	fuzzBoth(f, single(crm.TypeNumber), valueconv.Options{Format: "percent"}, "45 %", "-1,234.567%")
}

func FuzzCurrency(f *testing.F) {
	f.Add("$1,200.50 USD", "USD", false)
	f.Add("-1.234,5 €", "EUR", true)
	f.Add("Fr. 2.5E3", "CHF", false)
	f.Fuzz(func(t *testing.T, text, code string, comma bool) {
		o := valueconv.Options{}
		if comma {
			o.Decimal = ","
		}
		roundTrip(t, currency(code), o, text)
	})
}

func FuzzRating(f *testing.F) {
	fuzzBoth(f, single(crm.TypeRating), valueconv.Options{}, "4", "4/5", "★★★☆☆", "4.0")
}

// zones are those that a fuzz target chooses from: a name of the fuzzer's own is unknown.
var zones = []string{"", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"}

// fuzzTimes runs a type with formats, zones and decimal marks.
func fuzzTimes(f *testing.F, typ crm.Type) {
	f.Helper()
	f.Add("2020-01-15", "", byte(0), false)
	f.Add("3.4.2020", "D.M.YYYY", byte(1), false)
	f.Add("Jan 5, 2020 10:00", "MMM D, YYYY*", byte(2), false)
	f.Add("2020-10-25T02:30:00.5+02:00", "DD.MM.YYYY HH:mm", byte(1), false)
	f.Add("5/1/2020 12:30 PM", "D/M/YYYY h:mm a", byte(3), false)
	f.Add("2020-01-15T10:00:00.123+0100", "YYYY-MM-DDTHH:mm:ss.SSSZ", byte(4), true)
	f.Add("1577836800,5", "unix", byte(1), true)
	f.Add("-1577836800123", "unix_ms", byte(2), false)
	f.Add("43845.999999", "excel", byte(5), false)
	f.Add("0", "excel1904", byte(1), false)
	f.Fuzz(func(t *testing.T, text, format string, zone byte, comma bool) {
		o := valueconv.Options{Format: format, Timezone: zones[int(zone)%len(zones)]}
		if comma {
			o.Decimal = ","
		}
		if _, f := valueconv.Parser(single(typ), o); f == nil {
			roundTrip(t, single(typ), o, text)
		}
	})
}

func FuzzDate(f *testing.F) { fuzzTimes(f, crm.TypeDate) }

func FuzzTimestamp(f *testing.F) { fuzzTimes(f, crm.TypeTimestamp) }

func FuzzStatus(f *testing.F) {
	fuzzBoth(f, stages(), valueconv.Options{KeepUnknown: true, Choices: map[string]string{"x": "Lost", "Demo": "Lead"}}, "Won 🎉", "demo", "new", wonID)
}

func FuzzRecordReference(f *testing.F) {
	fuzzBoth(f, reference("companies", "people"), valueconv.Options{}, "companies/"+acmeID, acmeID, "people/"+betaID+"; companies/"+acmeID)
}

func FuzzReferenceByDomain(f *testing.F) {
	fuzzBoth(f, reference("companies"), by("domains", crm.TypeDomain), "https://www.acme.com; beta.io", "jane@müller.de")
}

func FuzzReferenceByNumber(f *testing.F) {
	o := by("number", crm.TypeNumber)
	o.Decimal = ","
	fuzzBoth(f, reference("companies"), o, "1.234,5; 7", "1e3")
}

func FuzzActorReference(f *testing.F) {
	fuzzBoth(f, members(), valueconv.Options{}, "Lovelace, Ada", "Ada <ada@acme.com>; "+graceID, "Joe Doe")
}

func FuzzStrangeActor(f *testing.F) {
	fuzzBoth(f, single(crm.TypeActorReference), valueconv.Options{}, "Ada <ada@acme.com>; "+graceID, "x@MÜLLER.de")
}

func FuzzPhone(f *testing.F) {
	f.Add("+1 (212) 555-1234; 0049 30 901820", "")
	f.Add("030/90 18 20", "DE")
	f.Add("tel:+44 (0) 20 7946 0958", "US")
	f.Add("4.91701E+11", "DE")
	f.Fuzz(func(t *testing.T, text, country string) {
		o := valueconv.Options{Country: country, Split: ";"}
		if _, f := valueconv.Parser(several(crm.TypePhoneNumber), o); f == nil {
			roundTrip(t, several(crm.TypePhoneNumber), o, text)
		}
	})
}

// FuzzInteraction: what is written of an interaction, which is never read, says its kind and its time.
func FuzzInteraction(f *testing.F) {
	f.Add("email", int64(1577836800))
	f.Fuzz(func(t *testing.T, kind string, seconds int64) {
		i := crm.Interaction{Kind: kind, At: time.Unix(seconds%253402300800, 0)}
		text := mustFormat(t, single(crm.TypeInteraction), valueconv.Options{})([]crm.Value{i}).Text()
		if at, err := time.Parse(time.RFC3339, valueconv.Part(i, "at")); text != kind+" at "+valueconv.Part(i, "at") || (i.At.Year() >= 0 && (err != nil || !at.Equal(i.At))) {
			t.Errorf("%+v: written as %q", i, text)
		}
	})
}

func FuzzSelect(f *testing.F) {
	fuzzBoth(f, options(), valueconv.Options{}, "B2B; saas", "Priority ", b2bID, "a; b")
}

func FuzzDomain(f *testing.F) {
	fuzzBoth(f, single(crm.TypeDomain), valueconv.Options{}, "https://www.acme.com/x", "jane@müller.de", "www.www.co.uk.")
}

func FuzzEmail(f *testing.F) {
	fuzzBoth(f, single(crm.TypeEmailAddress), valueconv.Options{}, "Jane <jane@acme.com>; b@y.com", "a@MÜLLER.de")
}

func FuzzPersonalName(f *testing.F) {
	fuzzBoth(f, single(crm.TypePersonalName), valueconv.Options{}, "Downey, Robert, Jr.", "Maria de la Cruz", ", Jr., van", "PhD, ,A")
}

func FuzzNameParts(f *testing.F) {
	f.Add("Ada", "Lovelace", "")
	f.Fuzz(func(t *testing.T, first, last, full string) {
		partsRoundTrip(t, crm.TypePersonalName, first, last, full)
	})
}

func FuzzLocation(f *testing.F) {
	f.Add("Main Street", "", "", "", "Köln", "NRW", "01067", "Germany", "48.1", "-11.50")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g, h, country, latitude, longitude string) {
		partsRoundTrip(t, crm.TypeLocation, a, b, c, d, e, g, h, country, latitude, longitude)
	})
}

func FuzzLocationFormat(f *testing.F) {
	f.Add("1 Main Street, Los Angeles, CA 90025, USA", "line_1, locality, region postcode, country_code", false)
	f.Add("Marienplatz 1\r\n80331 München", "line_1\npostcode locality", false)
	f.Add("(48,1; 11,5)", "(latitude; longitude)", true)
	f.Fuzz(func(t *testing.T, text, format string, comma bool) {
		o := valueconv.Options{Format: format}
		if comma {
			o.Decimal = ","
		}
		if _, f := valueconv.Parser(single(crm.TypeLocation), o); f == nil {
			roundTrip(t, single(crm.TypeLocation), o, text)
		}
	})
}

// partsRoundTrip: the parts of a value, each as a text, make an equal value.
func partsRoundTrip(t *testing.T, typ crm.Type, texts ...string) {
	t.Helper()
	parts := valueconv.Parts(typ)
	parse := mustParts(t, typ, parts...)
	cells := make([]tabular.Cell, len(parts))
	for i, text := range texts {
		cells[i] = tabular.StringCell(text)
	}
	v, f := parse(cells)
	if v == nil || f != nil {
		return
	}
	for i, part := range parts {
		cells[i] = tabular.StringCell(valueconv.Part(v, part))
	}
	again, f := parse(cells)
	if f != nil || again == nil || !valueconv.Equal(single(typ), []crm.Value{v}, []crm.Value{again}) {
		t.Errorf("%q: read %q, its parts read back as %q (%v)", texts, v, again, f)
	}
}
