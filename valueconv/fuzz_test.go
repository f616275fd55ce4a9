package valueconv_test

import (
	"testing"

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

// fuzzBoth runs a type with one value and with several.
func fuzzBoth(f *testing.F, typ crm.Type, choices []crm.Choice, seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add(s)
	}
	one, many := single(typ), several(typ)
	one.Choices, many.Choices = choices, choices
	f.Fuzz(func(t *testing.T, text string) {
		roundTrip(t, one, valueconv.Options{}, text)
		roundTrip(t, many, valueconv.Options{Split: ";"}, text)
	})
}

func FuzzText(f *testing.F) { fuzzBoth(f, crm.TypeText, nil, "a; b", " a\n") }

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

func FuzzCheckbox(f *testing.F) { fuzzBoth(f, crm.TypeCheckbox, nil, "Yes", "0") }

func FuzzDate(f *testing.F) {
	f.Add("2020-01-15", "")
	f.Add("3.4.2020", "D.M.YYYY")
	f.Add("Jan 5, 2020 10:00", "MMM D, YYYY*")
	f.Fuzz(func(t *testing.T, text, format string) {
		o := valueconv.Options{Format: format}
		if _, f := valueconv.Parser(single(crm.TypeDate), o); f == nil {
			roundTrip(t, single(crm.TypeDate), o, text)
		}
	})
}

func FuzzSelect(f *testing.F) {
	fuzzBoth(f, crm.TypeSelect, options().Choices, "B2B; saas", "Priority ", b2bID, "a; b")
}

func FuzzDomain(f *testing.F) {
	fuzzBoth(f, crm.TypeDomain, nil, "https://www.acme.com/x", "jane@müller.de", "www.www.co.uk.")
}

func FuzzEmail(f *testing.F) {
	fuzzBoth(f, crm.TypeEmailAddress, nil, "Jane <jane@acme.com>; b@y.com", "a@MÜLLER.de")
}

func FuzzPersonalName(f *testing.F) {
	fuzzBoth(f, crm.TypePersonalName, nil, "Downey, Robert, Jr.", "Maria de la Cruz", ", Jr., van", "PhD, ,A")
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
