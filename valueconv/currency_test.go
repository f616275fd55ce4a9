package valueconv_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

func currency(code string) crm.Attribute {
	attr := single(crm.TypeCurrency)
	attr.Currency = code
	return attr
}

func TestCurrency(t *testing.T) {
	checkSpellings(t, currency("USD"), valueconv.Options{}, []spelling{
		{"0", "0"},
		{"-0.00", "0"},
		{"1200", "1200"},
		{"1,200.00", "1200"},
		{"1,200", "!ambiguous-number"},
		{"$1,200", "!ambiguous-number"},
		{"$1,200.00", "1200"},
		{"$ 1200", "1200"},
		{"$1,200.50 USD", "1200.5"},
		{"-$5", "-5"},
		{"$-5", "-5"},
		{"$ -5.25", "-5.25"},
		{"- $5", "-5"},
		{"\u2212$5", "-5"},
		{"-5 $", "-5"},
		{"+5", "5"},
		{"USD 5", "5"},
		{"usd 5", "5"},
		{"5USD", "5"},
		{"US$5", "5"},
		{"US$ 1,000,000", "1000000"},
		{"1 200.5", "1200.5"},
		{"$1\u00a0200", "1200"},
		{"0.0001", "0.0001"},
		{"1.50000000", "1.5"},
		{".5", "0.5"},
		{"$.5", "0.5"},
		{"2.5E7", "25000000"},
		{"1e-4", "0.0001"},
		{"47500000", "47500000"},
		{"999999999999.99", "999999999999.99"},
		{" 5 ", "5"},
		{"", ""},
		{" \t", ""},
		{tabular.IntCell(-42), "-42"},
		{tabular.FloatCell(0.1), "0.1"},
		{tabular.FloatCell(1e15), "1000000000000000"},
		{tabular.FloatCell(0.1 + 0.2), "0.3"},
		{"1.23456", "!currency-precision"},
		{"1e-5", "!currency-precision"},
		{"9007199254740993", "!currency-precision"},
		{"1234567890123.4567", "!currency-precision"},
		{"1e300", "!currency-precision"},
		{strings.Repeat("9", 40), "!currency-precision"},
		{tabular.FloatCell(1234.5600000000002), "!currency-precision"},
		{"€5", "!other-currency"},
		{"5 EUR", "!other-currency"},
		{"CA$5", "!other-currency"},
		{"5 kr", "!other-currency"},
		{"$5 CAD", "!other-currency"},
		{"XAF 5", "!other-currency"},
		{"007", "!leading-zeros"},
		{"$0012.50", "!leading-zeros"},
		{"($1,200.00)", "!bad-currency"},
		{"(5)", "!bad-currency"},
		{"5-", "!bad-currency"},
		{"5 k", "!bad-currency"},
		{"$1.5M", "!bad-currency"},
		{"--5", "!bad-currency"},
		{"-$-5", "!bad-currency"},
		{"$", "!bad-currency"},
		{"USD", "!bad-currency"},
		{"1.200,50", "!bad-currency"},
		{"1,20", "!bad-currency"},
		{"5 %", "!bad-currency"},
		{"$5/month", "!bad-currency"},
		{"free", "!bad-currency"},
		{"1e999999999999", "!currency-precision"},
		{"5e", "!bad-currency"},
		{"5.", "!bad-currency"},
		{"- -5", "!bad-currency"},
		{"$$5", "!bad-currency"},
		{"#N/A", "!bad-currency"},
		{tabular.FloatCell(math.NaN()), "!bad-currency"},
		{tabular.BoolCell(true), "!bad-currency"},
		{tabular.TimeCell(time.Unix(0, 0)), "!bad-currency"},
	})
	checkSpellings(t, currency("EUR"), valueconv.Options{Decimal: ","}, []spelling{
		{"1.234,50 €", "1234.5"},
		{"€ 1.234,50", "1234.5"},
		{"-1.234,50 EUR", "-1234.5"},
		{"5,-", "!bad-currency"},
		{"1,234.50 €", "!bad-currency"},
		{"$5", "!other-currency"},
		{"5 £", "!other-currency"},
		{tabular.FloatCell(1.5), "1.5"},
	})
	for code, spellings := range map[string][]spelling{
		"CAD": {{"$5", "5"}, {"C$5", "5"}, {"US$5", "!other-currency"}},
		"CHF": {{"CHF 1'200.50", "1200.5"}, {"Fr. 5", "5"}, {"Fr.5", "5"}, {"SFr. 5.5", "5.5"}},
		"JPY": {{"¥500", "500"}, {"500円", "500"}, {"￥500", "500"}, {"$5", "!other-currency"}},
		"CNY": {{"¥500", "500"}, {"RMB 500", "500"}},
		"SEK": {{"1 200 kr", "1200"}, {"5 kr.", "5"}, {"5 NOK", "!other-currency"}},
		"PLN": {{"5 zł", "5"}}, "CZK": {{"5 Kč", "5"}}, "HUF": {{"5 Ft", "5"}}, "BRL": {{"R$ 5", "5"}}, "ZAR": {{"R5", "5"}, {"R 1 200", "1200"}},
		"PEN": {{"S/5", "5"}, {"S/ 5", "5"}}, "NTD": {{"NT$5", "5"}, {"TWD 5", "5"}, {"5 NTD", "5"}},
		"": {{"5", "5"}, {"$5", "!other-currency"}, {"5 USD", "!other-currency"}, {"5 x", "!bad-currency"}},
	} {
		checkSpellings(t, currency(code), valueconv.Options{}, spellings)
	}
}

func TestCurrencyHints(t *testing.T) {
	for text, want := range map[string]string{
		"1.234,50": `decimal: ","`, "(5)": "minus sign", "5-": "in front", "€5": "convert it to USD", "1.5M": "in full", "0.00001": "round it",
	} {
		_, f := must(t, currency("USD"), valueconv.Options{})(tabular.StringCell(text))
		if f == nil || !strings.Contains(f.Hint, want) {
			t.Errorf("%q: got %v, want a hint with %q", text, f, want)
		}
	}
}

func TestRating(t *testing.T) {
	checkSpellings(t, single(crm.TypeRating), valueconv.Options{}, []spelling{
		{"0", "0"},
		{"1", "1"},
		{"5", "5"},
		{" 4 ", "4"},
		{"4.0", "4"},
		{"4.000", "4"},
		{"+4", "4"},
		{"-0", "0"},
		{"4/5", "4"},
		{"4 / 5", "4"},
		{"0/5", "0"},
		{"4.0/5", "4"},
		{"★", "1"},
		{"★★★★★", "5"},
		{"★★★★☆", "4"},
		{"☆☆☆☆☆", "0"},
		{"⭐⭐⭐", "3"},
		{"⭐️⭐️", "2"},
		{"", ""},
		{"  ", ""},
		{tabular.IntCell(4), "4"},
		{tabular.FloatCell(4), "4"},
		{"4.5", "!bad-rating"},
		{"4.00000000000000000001", "!bad-rating"},
		{"6", "!bad-rating"},
		{"-1", "!bad-rating"},
		{"4/10", "!bad-rating"},
		{"6/5", "!bad-rating"},
		{"/5", "!bad-rating"},
		{"80%", "!bad-rating"},
		{"4,0", "!bad-rating"},
		{"four", "!bad-rating"},
		{"Hot", "!bad-rating"},
		{"4 stars", "!bad-rating"},
		{"★★★☆", "!bad-rating"},
		{"★★★★★★", "!bad-rating"},
		{"☆★", "!bad-rating"},
		{"★½", "!bad-rating"},
		{"n/a", "!bad-rating"},
		{tabular.IntCell(6), "!bad-rating"},
		{tabular.FloatCell(4.5), "!bad-rating"},
		{tabular.FloatCell(math.NaN()), "!bad-rating"},
		{tabular.BoolCell(true), "!bad-rating"},
		{tabular.TimeCell(time.Unix(0, 0)), "!bad-rating"},
	})
	checkSpellings(t, single(crm.TypeRating), valueconv.Options{Decimal: ","}, []spelling{{"4,0", "4"}, {"4.0", "!bad-rating"}, {tabular.FloatCell(4), "4"}})
}

func TestPercent(t *testing.T) {
	o := valueconv.Options{Format: "percent"}
	checkSpellings(t, single(crm.TypeNumber), o, []spelling{
		{"45 %", "0.45"},
		{"45%", "0.45"},
		{"0.1%", "0.001"},
		{"-12.5 %", "-0.125"},
		{"100%", "1"},
		{"1,234.5 %", "12.345"},
		{"29%", "0.29"},
		{"57 %", "0.57"},
		{" 7\u00a0% ", "0.07"},
		{"", ""},
		{"45", "!bad-number"},
		{"%", "!bad-number"},
		{"45 %%", "!bad-number"},
		{"% 45", "!bad-number"},
		{"4e1 %", "!bad-number"},
		{"45 ‰", "!bad-number"},
		{"n/a %", "!bad-number"},
		{"007 %", "!leading-zeros"},
		{"1234567890123456789 %", "!number-precision"},
		{tabular.FloatCell(0.45), "!bad-number"},
		{tabular.IntCell(45), "!bad-number"},
	})
	o.Decimal = ","
	checkSpellings(t, single(crm.TypeNumber), o, []spelling{{"12,5 %", "0.125"}, {"12.5 %", "!bad-number"}})
}
