package valueconv_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// spelling is a cell and what it must become: the values as told by tellValues, or "!code".
type spelling struct {
	cell any // string, or a tabular.Cell
	want string
}

func cellOf(v any) tabular.Cell {
	switch v := v.(type) {
	case string:
		return tabular.StringCell(v)
	case tabular.Cell:
		return v
	default:
		panic(fmt.Sprintf("%T is no cell", v))
	}
}

func tellValues(values []crm.Value, f *diag.Finding) string {
	if f != nil {
		return "!" + f.Code
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = tellValue(v)
	}
	return strings.Join(texts, " + ")
}

func tellValue(v crm.Value) string {
	switch v := v.(type) {
	case crm.Number:
		return tabular.FloatCell(float64(v)).Text()
	case crm.Select:
		return v.ID + "=" + v.Title
	case crm.Status:
		return v.ID + "=" + v.Title
	case crm.Currency:
		return v.Amount + v.Code
	case crm.Timestamp:
		return time.Time(v).Format(time.RFC3339Nano)
	case crm.PhoneNumber:
		return v.E164 + " " + v.CountryCode
	case crm.ActorReference:
		return strings.TrimPrefix(v.ActorType, "workspace-member") + v.ID + "<" + v.Email + ">"
	case crm.RecordReference:
		return v.Object + ":" + v.ID + v.Match + "=" + v.Key
	case crm.Date:
		return fmt.Sprintf("%04d-%02d-%02d", v.Year, v.Month, v.Day)
	case crm.Location:
		return strings.TrimRight(strings.Join([]string{v.Line1, v.Line2, v.Line3, v.Line4, v.Locality, v.Region, v.Postcode, v.CountryCode, v.Latitude, v.Longitude}, "|"), "|")
	case crm.PersonalName:
		return v.First + "|" + v.Last + "|" + v.Full
	default:
		return fmt.Sprint(v)
	}
}

func checkSpellings(t *testing.T, attr crm.Attribute, o valueconv.Options, spellings []spelling) {
	t.Helper()
	parse := must(t, attr, o)
	for _, s := range spellings {
		values, f := parse(cellOf(s.cell))
		if got := tellValues(values, f); got != s.want {
			t.Errorf("%s %q with %+v: got %q, want %q (%v)", attr.Type, cellOf(s.cell).Text(), o, got, s.want, f)
		}
		if f != nil && !slices.Contains(valueconv.CodesOf(attr, o), f.Code) {
			t.Errorf("%s %q: the documentation has no %s", attr.Type, cellOf(s.cell).Text(), f.Code)
		}
		if f != nil && (f.Got == "" || f.Want == "" || f.Problem == "") {
			t.Errorf("%s %q: the finding lacks a part: %+v", attr.Type, cellOf(s.cell).Text(), f)
		}
	}
}

func single(typ crm.Type) crm.Attribute { return crm.Attribute{Slug: "a", Type: typ} }

func several(typ crm.Type) crm.Attribute { return crm.Attribute{Slug: "a", Type: typ, Multi: true} }

func TestText(t *testing.T) {
	noon := time.Date(2020, 1, 15, 12, 0, 0, 0, time.UTC)
	checkSpellings(t, single(crm.TypeText), valueconv.Options{}, []spelling{
		{"Acme", "Acme"},
		{"007", "007"},
		{" two  blanks ", " two  blanks "},
		{"   ", "   "},
		{"line\nbreak\r", "line\nbreak\r"},
		{"=1+1", "=1+1"},
		{"\"quoted\"", "\"quoted\""},
		{"#N/A", "#N/A"},
		{"1.234,50", "1.234,50"},
		{"ACME GmbH & Co. KG", "ACME GmbH & Co. KG"},
		{"é\u0301", "é\u0301"},
		{"\u200b", "\u200b"},
		{"\U0001F600", "\U0001F600"},
		{"a;b", "a;b"},
		{"9007199254740993", "9007199254740993"},
		{tabular.IntCell(-42), "-42"},
		{tabular.IntCell(9007199254740993), "9007199254740993"},
		{tabular.FloatCell(0.1), "0.1"},
		{tabular.FloatCell(25), "25"},
		{tabular.FloatCell(1e21), "!number-precision"},
		{tabular.FloatCell(-9007199254740994), "!number-precision"},
		{tabular.FloatCell(9007199254740992), "!number-precision"},
		{tabular.FloatCell(9007199254740991), "9007199254740991"},
		{tabular.BoolCell(true), "true"},
		{tabular.TimeCell(noon), "2020-01-15T12:00:00Z"},
		{tabular.BytesCell([]byte("bytes")), "bytes"},
		{tabular.BytesCell([]byte{0xff}), "!invalid-utf8"},
		{"K\xf6ln", "!invalid-utf8"},
		{strings.Repeat("x", 10_000_001), "!text-too-long"},
		{tabular.ListCell([]tabular.Cell{tabular.StringCell("one")}), "one"},
		{tabular.ListCell([]tabular.Cell{tabular.StringCell("a"), tabular.StringCell("b")}), "!several-values"},
	})
	checkSpellings(t, single(crm.TypeText), valueconv.Options{Trim: true}, []spelling{
		{" a b\t", "a b"}, {"\u00a0a\u00a0", "a"}, {"   ", ""},
	})
	if values, f := must(t, single(crm.TypeText), valueconv.Options{})(tabular.StringCell(strings.Repeat("x", 10_000_000))); f != nil || len(values) != 1 {
		t.Errorf("ten million bytes: %v", f)
	}
}

// must is the parser of a column, for cells one at a time.
func must(tb testing.TB, attr crm.Attribute, o valueconv.Options) func(tabular.Cell) ([]crm.Value, *diag.Finding) {
	tb.Helper()
	parse, f := valueconv.Parser(attr, o)
	if f != nil {
		tb.Fatalf("%s with %+v: %v", attr.Type, o, f)
	}
	return func(cell tabular.Cell) ([]crm.Value, *diag.Finding) { return parse(nil, cell) }
}

func TestNumber(t *testing.T) {
	checkSpellings(t, single(crm.TypeNumber), valueconv.Options{}, []spelling{
		{"0", "0"},
		{"-0", "0"},
		{"42", "42"},
		{"+42", "42"},
		{"-42", "-42"},
		{"\u221242", "-42"},
		{" 42 ", "42"},
		{"\u00a042", "42"},
		{"25.0", "25"},
		{"1234.50", "1234.5"},
		{".5", "0.5"},
		{"-.5", "-0.5"},
		{"0.1", "0.1"},
		{"0.10", "0.1"},
		{"2.5E7", "25000000"},
		{"1e-3", "0.001"},
		{"1E+07", "10000000"},
		{"1.234", "1.234"},
		{"1,234", "!ambiguous-number"},
		{"-3,500", "!ambiguous-number"},
		{"0,500", "!leading-zeros"},
		{"1,234,567.89", "1234567.89"},
		{"1 234 567", "1234567"},
		{"1\u00a0234", "1234"},
		{"1\u202f234.5", "1234.5"},
		{"1\u2009234", "1234"},
		{"1'234'567.8", "1234567.8"},
		{"1\u2019234", "1234"},
		{"999", "999"},
		{"9007199254740992", "9007199254740992"},
		{"123456789012345", "123456789012345"},
		{"1e300", tabular.FloatCell(1e300).Text()},
		{"0.30000000000000004", "0.30000000000000004"},
		{"", ""},
		{"   ", ""},
		{"1,23", "!bad-number"},
		{"1.234,50", "!bad-number"},
		{"1,2345", "!bad-number"},
		{"12,34,567", "!bad-number"},
		{"1,234 567", "!bad-number"},
		{"1234,567", "!bad-number"},
		{",123", "!bad-number"},
		{"1,,234", "!bad-number"},
		{"1.", "!bad-number"},
		{".", "!bad-number"},
		{"1.2.3", "!bad-number"},
		{"1,234e3", "!bad-number"},
		{"1e", "!bad-number"},
		{"e5", "!bad-number"},
		{"1e+-3", "!bad-number"},
		{"1e5.0", "!bad-number"},
		{"$1,200.00", "!bad-number"},
		{"1 200 €", "!bad-number"},
		{"12%", "!bad-number"},
		{"(1,200)", "!bad-number"},
		{"12-", "!bad-number"},
		{"--1", "!bad-number"},
		{"- 1", "!bad-number"},
		{"NaN", "!bad-number"},
		{"Inf", "!bad-number"},
		{"-Infinity", "!bad-number"},
		{"0x1F", "!bad-number"},
		{"1_000", "!bad-number"},
		{"1e400", "!bad-number"},
		{"twelve", "!bad-number"},
		{"#N/A", "!bad-number"},
		{"1/2", "!bad-number"},
		{"\u0661\u0662", "!bad-number"},
		{"１２", "!bad-number"},
		{"10k", "!bad-number"},
		{"007", "!leading-zeros"},
		{"-01", "!leading-zeros"},
		{"00", "!leading-zeros"},
		{"0,123", "!leading-zeros"},
		{"9007199254740993", "!number-precision"},
		{"0.10000000000000001", "!number-precision"},
		{"1e-400", "!number-precision"},
		{"1234567890123456789", "!number-precision"},
		{"123456789.123456789", "!number-precision"},
		{tabular.IntCell(7), "7"},
		{tabular.IntCell(9007199254740993), "!number-precision"},
		{tabular.FloatCell(0.1), "0.1"},
		{tabular.FloatCell(math.Copysign(0, -1)), "0"},
		{tabular.FloatCell(math.NaN()), "!bad-number"},
		{tabular.FloatCell(math.Inf(-1)), "!bad-number"},
		{tabular.BoolCell(true), "!bad-number"},
		{tabular.TimeCell(time.Unix(0, 0)), "!bad-number"},
	})
	checkSpellings(t, single(crm.TypeNumber), valueconv.Options{Decimal: ","}, []spelling{
		{"1.234,50", "1234.5"},
		{"1.234", "1234"},
		{"1,5", "1.5"},
		{"-1.234.567,8", "-1234567.8"},
		{"1 234,5", "1234.5"},
		{"42", "42"},
		{"2,5e3", "2500"},
		{"1.5", "!bad-number"},
		{"1,234.50", "!bad-number"},
		{"1.23", "!bad-number"},
		{"1,2,3", "!bad-number"},
		{tabular.FloatCell(1.5), "1.5"},
		{tabular.IntCell(3), "3"},
	})
}

func TestNumberHints(t *testing.T) {
	for text, want := range map[string]string{
		"1.234,50":             `decimal: ","`,
		"$5":                   "currency",
		"5 %":                  "percent",
		"(5)":                  "minus sign",
		"007":                  "text attribute",
		"12345678901234567890": "text attribute",
	} {
		_, f := must(t, single(crm.TypeNumber), valueconv.Options{})(tabular.StringCell(text))
		if f == nil || !strings.Contains(f.Hint, want) {
			t.Errorf("%q: got %v, want a hint with %q", text, f, want)
		}
	}
}

func TestCheckbox(t *testing.T) {
	checkSpellings(t, single(crm.TypeCheckbox), valueconv.Options{}, []spelling{
		{"true", "true"},
		{"TRUE", "true"},
		{"True", "true"},
		{"yes", "true"},
		{"Yes", "true"},
		{"y", "true"},
		{"Y", "true"},
		{"t", "true"},
		{"1", "true"},
		{"on", "true"},
		{"checked", "true"},
		{"Checked", "true"},
		{"x", "true"},
		{"X", "true"},
		{" yes ", "true"},
		{"false", "false"},
		{"No", "false"},
		{"n", "false"},
		{"F", "false"},
		{"0", "false"},
		{"OFF", "false"},
		{"unchecked", "false"},
		{tabular.BoolCell(true), "true"},
		{tabular.BoolCell(false), "false"},
		{tabular.IntCell(1), "true"},
		{tabular.FloatCell(0), "false"},
		{"  ", ""},
		{"2", "!bad-checkbox"},
		{"-", "!bad-checkbox"},
		{"ja", "!bad-checkbox"},
		{"yes/no", "!bad-checkbox"},
		{"null", "!bad-checkbox"},
		{"✓", "!bad-checkbox"},
		{tabular.IntCell(-1), "!bad-checkbox"},
		{tabular.FloatCell(0.5), "!bad-checkbox"},
		{tabular.TimeCell(time.Unix(0, 0)), "!bad-checkbox"},
	})
	checkSpellings(t, single(crm.TypeCheckbox), valueconv.Options{Choices: map[string]string{"ja": "true", " nein": "No", "1": "false"}}, []spelling{
		{"ja", "true"}, {"nein", "false"}, {"1", "false"}, {"yes", "true"}, {"Ja", "!bad-checkbox"},
	})
}

func TestDate(t *testing.T) {
	east := time.FixedZone("", 12*3600)
	checkSpellings(t, single(crm.TypeDate), valueconv.Options{}, []spelling{
		{"2020-01-15", "2020-01-15"},
		{" 2020-01-15 ", "2020-01-15"},
		{"2020-02-29", "2020-02-29"},
		{"0001-01-01", "0001-01-01"},
		{"9999-12-31", "9999-12-31"},
		{"2020-01-15T00:00:00Z", "2020-01-15"},
		{"2020-01-15T00:00:00.000Z", "2020-01-15"},
		{"2020-01-15T00:00:00+00:00", "2020-01-15"},
		{"2020-01-15 00:00:00", "2020-01-15"},
		{"2020-01-15T00:00", "2020-01-15"},
		{"2020-01-15 00:00:00 UTC", "2020-01-15"},
		{"2020-01-15 00:00:00 +0000", "2020-01-15"},
		{tabular.TimeCell(time.Date(2020, 1, 15, 12, 0, 0, 0, east)), "2020-01-15"},
		{tabular.TimeCell(time.Date(2020, 1, 15, 12, 0, 0, 1, east)), "!ambiguous-date"},
		{tabular.TimeCell(time.Date(2020, 1, 15, 0, 0, 0, 0, east)), "!ambiguous-date"},
		{tabular.TimeCell(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "!bad-date"},
		{"  ", ""},
		{"2020-01-15T10:00:00Z", "!ambiguous-date"},
		{"2020-01-15T23:59:59", "!ambiguous-date"},
		{"2020-01-15T00:00:00+02:00", "!ambiguous-date"},
		{"2020-01-15T22:00:00-02:00", "!ambiguous-date"},
		{"2020-01-15 10:00", "!ambiguous-date"},
		{"2020-01-15 00:00:00 CET", "!ambiguous-date"},
		{"2020-01-15T00:00:00.001Z", "!ambiguous-date"},
		{"03/04/2020", "!ambiguous-date"},
		{"3/4/2020", "!ambiguous-date"},
		{"03.04.2020", "!ambiguous-date"},
		{"03/04/2020 10:00", "!ambiguous-date"},
		{"13/04/2020", "!bad-date"},
		{"04/13/2020", "!bad-date"},
		{"20200115", "!bad-date"},
		{"2020/01/15", "!bad-date"},
		{"2020-1-5", "!bad-date"},
		{"Jan 5, 2020", "!bad-date"},
		{"5 January 2020", "!bad-date"},
		{"2020-02-30", "!bad-date"},
		{"2021-02-29", "!bad-date"},
		{"2020-13-01", "!bad-date"},
		{"2020-00-10", "!bad-date"},
		{"0000-01-01", "!bad-date"},
		{"2020-01-00", "!bad-date"},
		{"2020", "!bad-date"},
		{"2020-01", "!bad-date"},
		{"43845", "!bad-date"},
		{"yesterday", "!bad-date"},
		{"2020-01-15x", "!bad-date"},
		{"01/15/20", "!bad-date"},
		{tabular.IntCell(43845), "!bad-date"},
		{tabular.FloatCell(43845.5), "!bad-date"},
		{tabular.BoolCell(true), "!bad-date"},
	})
	for format, spellings := range map[string][]spelling{
		"DD.MM.YYYY":  {{"03.04.2020", "2020-04-03"}, {"31.02.2020", "!bad-date"}, {"3.4.2020", "!bad-date"}, {"03.04.2020 10:00", "!bad-date"}, {"2020-04-03", "!bad-date"}, {"", ""}},
		"D.M.YYYY":    {{"3.4.2020", "2020-04-03"}, {"03.04.2020", "2020-04-03"}, {"31.12.1999", "1999-12-31"}, {"123.4.2020", "!bad-date"}, {"3.4.20201", "!bad-date"}},
		"MM/DD/YYYY":  {{"03/04/2020", "2020-03-04"}, {"13/04/2020", "!bad-date"}},
		"M/D/YYYY*":   {{"1/5/2020 3:04 PM", "2020-01-05"}, {"1/5/2020", "2020-01-05"}, {"1/5/20201", "!bad-date"}},
		"YYYYMMDD":    {{"20200115", "2020-01-15"}, {tabular.IntCell(20200115), "2020-01-15"}, {"2020011", "!bad-date"}, {"202001155", "!bad-date"}},
		"YYYY-MM-DD*": {{"2020-01-15T23:59:59-10:00", "2020-01-15"}, {"2020-01-15", "2020-01-15"}, {"2020-01-155", "!bad-date"}},
		"MMM D, YYYY": {{"Jan 5, 2020", "2020-01-05"}, {"SEP 15, 2020", "2020-09-15"}, {"January 5, 2020", "!bad-date"}, {"Foo 5, 2020", "!bad-date"}},
		"D MMMM YYYY": {{"5 January 2020", "2020-01-05"}, {"29 february 2021", "!bad-date"}, {"5 Jan 2020", "!bad-date"}},
		"DDMMMYYYY":   {{"05Jan2020", "2020-01-05"}},
	} {
		checkSpellings(t, single(crm.TypeDate), valueconv.Options{Format: format}, spellings)
	}
}

func TestDateHints(t *testing.T) {
	for text, want := range map[string]string{
		"03/04/2020":           "set format: MM/DD/YYYY or format: DD/MM/YYYY",
		"3/4/2020":             "set format: M/D/YYYY or format: D/M/YYYY",
		"15.01.2020":           "set format: DD.MM.YYYY",
		"20200115":             "set format: YYYYMMDD",
		"1/15/2020 3:04 PM":    "set format: M/D/YYYY*",
		"Jan 5, 2020":          "set format: MMM D, YYYY",
		"2020-01-15T10:00:00Z": "set format: YYYY-MM-DD* to take the day as it is written",
	} {
		_, f := must(t, single(crm.TypeDate), valueconv.Options{})(tabular.StringCell(text))
		if f == nil || f.Hint != want {
			t.Errorf("%q: got %v, want the hint %q", text, f, want)
		}
	}
}

const b2bID = "8a1c3f0e-0000-4000-8000-000000000001"

func options() crm.Attribute {
	attr := several(crm.TypeSelect)
	attr.Choices = []crm.Choice{
		{ID: b2bID, Title: "B2B"},
		{ID: "id-software", Title: "Software"},
		{ID: "id-saas", Title: "SaaS"},
		{ID: "id-SAAS", Title: "SAAS"},
		{ID: "id-priority", Title: "Priority "},
		{ID: "id-old", Title: "Old", Archived: true},
		{ID: "id-old2", Title: "old", Archived: true},
		{ID: "id-retail-old", Title: "Retail", Archived: true},
		{ID: "id-retail", Title: "retail"},
		{ID: "id-semi", Title: "a; b"},
		{ID: "id-long", Title: "11-50"},
		{ID: "id-one", Title: "1"},
	}
	return attr
}

func TestSelect(t *testing.T) {
	checkSpellings(t, options(), valueconv.Options{}, []spelling{
		{"B2B", b2bID + "=B2B"},
		{"b2b", b2bID + "=B2B"},
		{" B2B ", b2bID + "=B2B"},
		{b2bID, b2bID + "=B2B"},
		{strings.ToUpper(b2bID), b2bID + "=B2B"},
		{"Software", "id-software=Software"},
		{"SOFTWARE", "id-software=Software"},
		{"SaaS", "id-saas=SaaS"},
		{"SAAS", "id-SAAS=SAAS"},
		{"Priority ", "id-priority=Priority "},
		{"retail", "id-retail=retail"},
		{"Retail", "id-retail=retail"},
		{"RETAIL", "id-retail=retail"},
		{"a; b", "id-semi=a; b"},
		{"11-50", "id-long=11-50"},
		{tabular.IntCell(1), "id-one=1"},
		{tabular.FloatCell(1), "id-one=1"},
		{"  ", ""},
		{"saas", "!ambiguous-option"},
		{"Old", "!archived-option"},
		{"OLD", "!archived-option"},
		{"id-old", "!archived-option"},
		{"Softwares", "!unknown-option"},
		{"B2C", "!unknown-option"},
		{"Software;B2B", "!unknown-option"},
		{"-None-", "!unknown-option"},
		{"11–50", "!unknown-option"},
		{tabular.BoolCell(true), "!unknown-option"},
		{"8a1c3f0e-0000-4000-8000-000000000002", "!unknown-option"},
		{tabular.ListCell([]tabular.Cell{tabular.StringCell("B2B"), tabular.StringCell("b2b"), tabular.StringCell("Software")}), b2bID + "=B2B + id-software=Software"},
	})
	checkSpellings(t, options(), valueconv.Options{Split: ";", Choices: map[string]string{"Softwares": "software", "business": b2bID, "SaaS": "B2B"}}, []spelling{
		{"Softwares", "id-software=Software"},
		{"business; Software;;B2B ;", b2bID + "=B2B + id-software=Software"},
		{"SaaS", b2bID + "=B2B"},
		{" ; ;", ""},
		{"Softwares;nothing", "!unknown-option"},
	})
	one := options()
	one.Multi = false
	checkSpellings(t, one, valueconv.Options{}, []spelling{
		{tabular.ListCell([]tabular.Cell{tabular.StringCell("B2B"), tabular.StringCell("b2b")}), b2bID + "=B2B"},
		{tabular.ListCell([]tabular.Cell{tabular.StringCell("B2B"), tabular.StringCell("SaaS")}), "!several-values"},
	})
}

func TestSelectHints(t *testing.T) {
	_, f := must(t, options(), valueconv.Options{})(tabular.StringCell("Softwares"))
	if want := `did you mean "Software"? map it: options: {"Softwares": "Software"}`; f == nil || f.Hint != want {
		t.Errorf("got %v, want the hint %s", f, want)
	}
	_, f = must(t, options(), valueconv.Options{})(tabular.StringCell("Agriculture"))
	if want := `create the option in Attio, or map it: options: {"Agriculture": …}`; f == nil || f.Hint != want {
		t.Errorf("got %v, want the hint %s", f, want)
	}
}

func TestDomain(t *testing.T) {
	checkSpellings(t, single(crm.TypeDomain), valueconv.Options{}, []spelling{
		{"acme.com", "acme.com"},
		{"ACME.com", "acme.com"},
		{" acme.com ", "acme.com"},
		{"acme.com.", "acme.com"},
		{"app.attio.com", "app.attio.com"},
		{"https://acme.com", "acme.com"},
		{"HTTP://Acme.com/", "acme.com"},
		{"https://www.acme.com/about?x=1#top", "acme.com"},
		{"//acme.com/x", "acme.com"},
		{"https://acme.com:8443/x", "acme.com"},
		{"acme.com:443", "acme.com"},
		{"acme.com/path", "acme.com"},
		{"acme.com?utm=a@b", "acme.com"},
		{"https://acme.com/@user", "acme.com"},
		{"www.acme.com", "acme.com"},
		{"www.acme.co.uk", "acme.co.uk"},
		{"www.www.acme.com", "acme.com"},
		{"www.co.uk", "www.co.uk"},
		{"www.com", "www.com"},
		{"www2.acme.com", "www2.acme.com"},
		{"jane@acme.com", "acme.com"},
		{"mailto:jane@acme.com", "acme.com"},
		{"jane@www.acme.com", "acme.com"},
		{"müller.de", "xn--mller-kva.de"},
		{"MÜLLER.de", "xn--mller-kva.de"},
		{"xn--mller-kva.de", "xn--mller-kva.de"},
		{"例え.jp", "xn--r8jz45g.jp"},
		{"github.io", "github.io"},
		{"acme.github.io", "acme.github.io"},
		{"acme.example", "acme.example"},
		{"3m.com", "3m.com"},
		{"a-b.co", "a-b.co"},
		{"", ""},
		{" \t", ""},
		{"co.uk", "!bad-domain"},
		{"com", "!bad-domain"},
		{"https://co.uk/", "!bad-domain"},
		{"localhost", "!bad-domain"},
		{"acme", "!bad-domain"},
		{"gov.uk", "!bad-domain"},
		{"127.0.0.1", "!bad-domain"},
		{"http://[::1]/", "!bad-domain"},
		{"2001:db8::1", "!bad-domain"},
		{"1.2.3", "!bad-domain"},
		{"ftp://acme.com", "!bad-domain"},
		{"https://user:pw@acme.com/", "!bad-domain"},
		{"https://", "!bad-domain"},
		{"@acme.com", "!bad-domain"},
		{"a@b@acme.com", "!bad-domain"},
		{"acme..com", "!bad-domain"},
		{".acme.com", "!bad-domain"},
		{"acme.com..", "!bad-domain"},
		{"-acme.com", "!bad-domain"},
		{"acme-.com", "!bad-domain"},
		{"ac_me.com", "!bad-domain"},
		{"acme .com", "!bad-domain"},
		{"Acme (acme.com)", "!bad-domain"},
		{"acme.com, acme.de", "!bad-domain"},
		{"acme.com:http", "!bad-domain"},
		{"n/a", "!bad-domain"},
		{"xn--a.com", "!bad-domain"},
		{strings.Repeat("a", 64) + ".com", "!bad-domain"},
		{strings.Repeat("abc.", 64) + "com", "!bad-domain"},
		{tabular.IntCell(5), "!bad-domain"},
	})
	checkSpellings(t, several(crm.TypeDomain), valueconv.Options{Split: ","}, []spelling{
		{"acme.com, https://acme.de/x,,ACME.com", "acme.com + acme.de"}, {",", ""}, {"acme.com,x", "!bad-domain"},
	})
}

func TestEmail(t *testing.T) {
	checkSpellings(t, single(crm.TypeEmailAddress), valueconv.Options{}, []spelling{
		{"a@b.co", "a@b.co"},
		{"Jane.Doe@Acme.com", "Jane.Doe@Acme.com"},
		{" a@b.co ", "a@b.co"},
		{"Jane Doe <jane@acme.com>", "jane@acme.com"},
		{"<jane@acme.com>", "jane@acme.com"},
		{"\"Doe, Jane\" <jane@acme.com>", "jane@acme.com"},
		{"Doe, Jane <jane@acme.com>", "jane@acme.com"},
		{"jane@acme.com <Jane@acme.com>", "Jane@acme.com"},
		{"mailto:jane@acme.com", "jane@acme.com"},
		{"first+tag@acme.com", "first+tag@acme.com"},
		{"o'brien@acme.ie", "o'brien@acme.ie"},
		{"a_b-c@sub.acme.co.uk", "a_b-c@sub.acme.co.uk"},
		{"1234@qq.com", "1234@qq.com"},
		{"jane@müller.de", "jane@xn--mller-kva.de"},
		{"x@gov.uk", "x@gov.uk"},
		{"!#$%&'*+/=?^_`{|}~-@a.co", "!#$%&'*+/=?^_`{|}~-@a.co"},
		{"", ""},
		{"  ", ""},
		{"jane", "!bad-email"},
		{"jane@", "!bad-email"},
		{"@acme.com", "!bad-email"},
		{"jane@acme", "!bad-email"},
		{"jane@localhost", "!bad-email"},
		{"jane@@acme.com", "!bad-email"},
		{"jane..doe@acme.com", "!bad-email"},
		{".jane@acme.com", "!bad-email"},
		{"jane.@acme.com", "!bad-email"},
		{"jane doe@acme.com", "!bad-email"},
		{"jane@acme.com.", "!bad-email"},
		{"jane@acme..com", "!bad-email"},
		{"jane@-acme.com", "!bad-email"},
		{"jane@127.0.0.1", "!bad-email"},
		{"jane@[127.0.0.1]", "!bad-email"},
		{"\"jane doe\"@acme.com", "!bad-email"},
		{"a@x.com; b@y.com", "!bad-email"},
		{"a@x.com,b@y.com", "!bad-email"},
		{"a@x.com <b@y.com>", "!bad-email"},
		{"A <a@x.com>, B <b@y.com>", "!bad-email"},
		{"jane@acme.com>", "!bad-email"},
		{"jäne@acme.com", "!bad-email"},
		{"n/a", "!bad-email"},
		{"jane(at)acme.com", "!bad-email"},
		{strings.Repeat("a", 65) + "@acme.com", "!bad-email"},
		{tabular.IntCell(5), "!bad-email"},
		{"abcd@" + strings.Repeat("abc.", 62) + "com", "!bad-email"},
	})
	checkSpellings(t, several(crm.TypeEmailAddress), valueconv.Options{Split: ";"}, []spelling{
		{"a@x.com; b@y.com", "a@x.com + b@y.com"}, {"Name <a@x.com>; A@X.com;", "a@x.com"},
	})
	_, f := must(t, single(crm.TypeEmailAddress), valueconv.Options{})(tabular.StringCell("a@x.com; b@y.com"))
	if f == nil || !strings.Contains(f.Hint, "split") {
		t.Errorf("two addresses: %v, want a hint about split", f)
	}
}

func TestPersonalName(t *testing.T) {
	checkSpellings(t, single(crm.TypePersonalName), valueconv.Options{}, []spelling{
		{"Ada Lovelace", "Ada|Lovelace|Ada Lovelace"},
		{"Lovelace, Ada", "Ada|Lovelace|Ada Lovelace"},
		{"Ada", "Ada||Ada"},
		{"  Ada \t Lovelace\n", "Ada|Lovelace|Ada Lovelace"},
		{"Ada\u00a0Lovelace", "Ada|Lovelace|Ada Lovelace"},
		{"Mary Jane Watson", "Mary Jane|Watson|Mary Jane Watson"},
		{"Ludwig van Beethoven", "Ludwig|van Beethoven|Ludwig van Beethoven"},
		{"Maria de la Cruz", "Maria|de la Cruz|Maria de la Cruz"},
		{"Vincent Van Gogh", "Vincent|Van Gogh|Vincent Van Gogh"},
		{"Osama bin Laden", "Osama|bin Laden|Osama bin Laden"},
		{"Leonardo di ser Piero", "Leonardo di ser|Piero|Leonardo di ser Piero"},
		{"Van Morrison", "Van|Morrison|Van Morrison"},
		{"Al Pacino", "Al|Pacino|Al Pacino"},
		{"von der Leyen", "von|der Leyen|von der Leyen"},
		{"Robert Downey Jr.", "Robert|Downey Jr.|Robert Downey Jr."},
		{"Robert Downey, Jr.", "Robert|Downey, Jr.|Robert Downey, Jr."},
		{"Downey, Robert, Jr.", "Robert|Downey, Jr.|Robert Downey, Jr."},
		{"Jane Doe, PhD, MD", "Jane|Doe, PhD, MD|Jane Doe, PhD, MD"},
		{"Jane Doe Ph.D.", "Jane|Doe Ph.D.|Jane Doe Ph.D."},
		{"Henry Ford II", "Henry|Ford II|Henry Ford II"},
		{"García Márquez, Gabriel", "Gabriel|García Márquez|Gabriel García Márquez"},
		{"van Beethoven, Ludwig", "Ludwig|van Beethoven|Ludwig van Beethoven"},
		{"Doe, Jane, Mary", "Jane, Mary|Doe|Jane, Mary Doe"},
		{"Doe,", "|Doe|Doe"},
		{", Jane", "Jane||Jane"},
		{"Smith Jr.", "Smith Jr.||Smith Jr."},
		{"Smith, Jr.", "Smith, Jr.||Smith, Jr."},
		{"Dr. Jane Doe", "Dr. Jane|Doe|Dr. Jane Doe"},
		{"李小龙", "李小龙||李小龙"},
		{"J. R. R. Tolkien", "J. R. R.|Tolkien|J. R. R. Tolkien"},
		{"Anne-Marie O'Neill", "Anne-Marie|O'Neill|Anne-Marie O'Neill"},
		{"Jr. Jr.", "Jr. Jr.||Jr. Jr."},
		{"", ""},
		{"   ", ""},
		{",", "!bad-name"},
		{" , ,", "!bad-name"},
		{"\xff", "!invalid-utf8"},
		{tabular.IntCell(5), "!bad-name"},
	})
}
