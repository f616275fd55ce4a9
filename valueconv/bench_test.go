package valueconv_test

import (
	"testing"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

func BenchmarkParse(b *testing.B) {
	one := options()
	one.Multi = false
	for _, c := range []struct {
		name string
		attr crm.Attribute
		text string
	}{
		{"text", single(crm.TypeText), "a short description"},
		{"number", single(crm.TypeNumber), "1,234.50"},
		{"checkbox", single(crm.TypeCheckbox), "Yes"},
		{"date", single(crm.TypeDate), "2020-01-15"},
		{"select", one, "Software"},
		{"domain", single(crm.TypeDomain), "https://www.acme.co.uk/about"},
		{"domain-idna", single(crm.TypeDomain), "müller.de"},
		{"email-address", single(crm.TypeEmailAddress), "Jane.Doe@acme.com"},
		{"personal-name", single(crm.TypePersonalName), "Ludwig van Beethoven"},
	} {
		parse, cell := must(b, c.attr, valueconv.Options{}), tabular.StringCell(c.text)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, f := parse(cell); f != nil {
					b.Fatal(f)
				}
			}
		})
	}
}

func BenchmarkParseLocation(b *testing.B) {
	parse := mustParts(b, crm.TypeLocation, "line_1", "locality", "postcode", "country_code", "latitude", "longitude")
	var cells []tabular.Cell
	for _, text := range []string{"Marienplatz 1", "München", "80331", "Germany", "48.137154", "11.576124"} {
		cells = append(cells, tabular.StringCell(text))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, f := parse(cells); f != nil {
			b.Fatal(f)
		}
	}
}
