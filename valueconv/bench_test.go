package valueconv_test

import (
	"strconv"
	"testing"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// benchmarks are a usual cell of each type that is read from one cell.
var benchmarks = []struct {
	name string
	attr crm.Attribute
	opts valueconv.Options
	text string
}{
	{"text", single(crm.TypeText), valueconv.Options{}, "a short description"},
	{"number", single(crm.TypeNumber), valueconv.Options{}, "1234.50"},
	{"number-grouped", single(crm.TypeNumber), valueconv.Options{}, "1,234.50"},
	{"number-percent", single(crm.TypeNumber), valueconv.Options{Format: "percent"}, "12.5 %"},
	{"checkbox", single(crm.TypeCheckbox), valueconv.Options{}, "Yes"},
	{"currency", currency("USD"), valueconv.Options{}, "1234.50"},
	{"currency-grouped", currency("USD"), valueconv.Options{}, "$1,234.50"},
	{"date", single(crm.TypeDate), valueconv.Options{}, "2020-01-15"},
	{"date-format", single(crm.TypeDate), valueconv.Options{Format: "D MMM YYYY"}, "15 Jan 2020"},
	{"date-excel", single(crm.TypeDate), valueconv.Options{Format: "excel"}, "43845"},
	{"timestamp", single(crm.TypeTimestamp), valueconv.Options{}, "2020-01-15T10:00:00.123Z"},
	{"timestamp-local", single(crm.TypeTimestamp), valueconv.Options{Timezone: "Europe/Berlin"}, "2020-01-15 10:00:00"},
	{"timestamp-format", single(crm.TypeTimestamp), valueconv.Options{Timezone: "Europe/Berlin", Format: "M/D/YYYY h:mm A"}, "1/15/2020 3:04 PM"},
	{"timestamp-unix", single(crm.TypeTimestamp), valueconv.Options{Format: "unix"}, "1577836800"},
	{"rating", single(crm.TypeRating), valueconv.Options{}, "4"},
	{"status", stages(), valueconv.Options{}, "In Progress"},
	{"select", options(), valueconv.Options{}, "Software"},
	{"record-reference", reference("companies"), valueconv.Options{}, acmeID},
	{"record-reference-key", reference("companies"), by("domains", crm.TypeDomain), "acme.com"},
	{"actor-reference", members(), valueconv.Options{}, "grace@acme.com"},
	{"domain", single(crm.TypeDomain), valueconv.Options{}, "https://www.acme.co.uk/about"},
	{"domain-idna", single(crm.TypeDomain), valueconv.Options{}, "müller.de"},
	{"email-address", single(crm.TypeEmailAddress), valueconv.Options{}, "Jane.Doe@acme.com"},
	{"phone-number-repeated", single(crm.TypePhoneNumber), valueconv.Options{Country: "DE"}, "030 901820"},
	{"personal-name", single(crm.TypePersonalName), valueconv.Options{}, "Ludwig van Beethoven"},
}

func BenchmarkParse(b *testing.B) {
	for _, c := range benchmarks {
		parse, f := valueconv.Parser(c.attr, c.opts)
		if f != nil {
			b.Fatal(f)
		}
		cell, values := tabular.StringCell(c.text), make([]crm.Value, 0, 1)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, f := parse(values, cell); f != nil {
					b.Fatal(f)
				}
			}
		})
	}
}

// BenchmarkParsePhone reads numbers that are all different, abroad and at home.
func BenchmarkParsePhone(b *testing.B) {
	for name, prefix := range map[string]string{"international": "+49 170 ", "national": "0170 "} {
		parse := must(b, single(crm.TypePhoneNumber), valueconv.Options{Country: "DE"})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, f := parse(tabular.StringCell(prefix + strconv.Itoa(1_000_000+i%8_000_000))); f != nil {
					b.Fatal(f)
				}
			}
		})
	}
}

func BenchmarkFormat(b *testing.B) {
	for _, c := range benchmarks {
		values, f := must(b, c.attr, c.opts)(tabular.StringCell(c.text))
		if f != nil {
			b.Fatal(f)
		}
		format := mustFormat(b, c.attr, c.opts)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				format(values)
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
