package valueconv_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// kinds is a cell of each kind that a file can state, in the order of the outcomes below.
func kinds() []tabular.Cell {
	at := time.Date(2020, 1, 15, 23, 30, 0, 0, time.UTC)
	return []tabular.Cell{
		tabular.StringCell("1"), tabular.BytesCell([]byte("1")), tabular.IntCell(1), tabular.FloatCell(2.5), tabular.DecimalCell("1234.5000"), tabular.BoolCell(true),
		tabular.DateCell(2020, time.January, 15), tabular.LocalTimeCell(at), tabular.TimeCell(at),
	}
}

// Every type and every kind: a value, or the code of the finding.
func TestKinds(t *testing.T) {
	berlin := valueconv.Options{Timezone: "Europe/Berlin"}
	numbered := crm.Attribute{Slug: "a", Type: crm.TypeSelect, Choices: []crm.Choice{{ID: "i", Title: "1"}, {ID: "d", Title: "1234.5000"}, {ID: "b", Title: "true"}}}
	staged := numbered
	staged.Type = crm.TypeStatus
	for _, c := range []struct {
		attr crm.Attribute
		opts valueconv.Options
		want string // string, bytes, whole, float, decimal, boolean, date, local time, time
	}{
		{single(crm.TypeText), berlin, "1 1 1 2.5 1234.5000 true 2020-01-15 2020-01-15T23:30:00 2020-01-15T23:30:00Z"},
		{single(crm.TypeNumber), valueconv.Options{}, "1 1 1 2.5 1234.5 !bad-number !bad-number !bad-number !bad-number"},
		{single(crm.TypeNumber), valueconv.Options{Decimal: ","}, "1 1 1 2.5 1234.5 !bad-number !bad-number !bad-number !bad-number"},
		{single(crm.TypeNumber), valueconv.Options{Format: "percent"}, "!bad-number !bad-number !bad-number !bad-number !bad-number !bad-number !bad-number !bad-number !bad-number"},
		{single(crm.TypeCheckbox), valueconv.Options{}, "true true true !bad-checkbox !bad-checkbox true !bad-checkbox !bad-checkbox !bad-checkbox"},
		{currency("EUR"), valueconv.Options{Decimal: ","}, "1 1 1 2.5 1234.5 !bad-currency !bad-currency !bad-currency !bad-currency"},
		{single(crm.TypeDate), valueconv.Options{}, "!bad-date !bad-date !bad-date !bad-date !bad-date !bad-date 2020-01-15 2020-01-15 !ambiguous-date"},
		{single(crm.TypeDate), berlin, "!bad-date !bad-date !bad-date !bad-date !bad-date !bad-date 2020-01-15 2020-01-15 2020-01-16"},
		{single(crm.TypeDate), valueconv.Options{Format: "excel", Timezone: "UTC"}, "1900-01-01 1900-01-01 1900-01-01 1900-01-02 1903-05-18 !bad-date 2020-01-15 2020-01-15 2020-01-15"},
		{single(crm.TypeDate), valueconv.Options{Format: "D.M.YYYY"}, "!bad-date !bad-date !bad-date !bad-date !bad-date !bad-date 2020-01-15 2020-01-15 !ambiguous-date"},
		{single(crm.TypeTimestamp), valueconv.Options{}, "!bad-timestamp !bad-timestamp !bad-timestamp !bad-timestamp !bad-timestamp !bad-timestamp " +
			"2020-01-15T00:00:00Z 2020-01-15T23:30:00Z 2020-01-15T23:30:00Z"},
		{single(crm.TypeTimestamp), berlin, "!bad-timestamp !bad-timestamp !bad-timestamp !bad-timestamp !bad-timestamp !bad-timestamp " +
			"2020-01-14T23:00:00Z 2020-01-15T22:30:00Z 2020-01-15T23:30:00Z"},
		{single(crm.TypeTimestamp), valueconv.Options{Format: "unix", Timezone: "Europe/Berlin", Decimal: ","}, "1970-01-01T00:00:01Z 1970-01-01T00:00:01Z 1970-01-01T00:00:01Z " +
			"1970-01-01T00:00:02.5Z 1970-01-01T00:20:34.5Z !bad-timestamp 2020-01-14T23:00:00Z 2020-01-15T22:30:00Z 2020-01-15T23:30:00Z"},
		{single(crm.TypeRating), valueconv.Options{Decimal: ","}, "1 1 1 !bad-rating !bad-rating !bad-rating !bad-rating !bad-rating !bad-rating"},
		{numbered, valueconv.Options{}, "i=1 i=1 i=1 !unknown-option d=1234.5000 b=true !unknown-option !unknown-option !unknown-option"},
		{staged, valueconv.Options{}, "i=1 i=1 i=1 !unknown-option d=1234.5000 b=true !unknown-option !unknown-option !unknown-option"},
		{numbered, valueconv.Options{KeepUnknown: true}, "i=1 i=1 i=1 =2.5 d=1234.5000 b=true !unknown-option !unknown-option !unknown-option"},
		{reference("companies"), valueconv.Options{}, strings.Repeat(" !bad-reference", 9)[1:]},
		{reference("companies"), by("number", crm.TypeNumber), "companies:number=1 companies:number=1 companies:number=1 companies:number=2.5 companies:number=1234.5 " +
			strings.Repeat(" !bad-number", 4)[1:]},
		{members(), valueconv.Options{}, strings.Repeat(" !unknown-member", 9)[1:]},
		{single(crm.TypeDomain), valueconv.Options{}, strings.Repeat(" !bad-domain", 9)[1:]},
		{single(crm.TypeEmailAddress), valueconv.Options{}, strings.Repeat(" !bad-email", 9)[1:]},
		{single(crm.TypePhoneNumber), valueconv.Options{Country: "DE"}, strings.Repeat(" !bad-phone", 9)[1:]},
		{single(crm.TypePersonalName), valueconv.Options{}, "1||1 1||1 !bad-name !bad-name !bad-name !bad-name !bad-name !bad-name !bad-name"},
		{single(crm.TypeLocation), valueconv.Options{Format: "line_1"}, "1 1 !bad-location !bad-location !bad-location !bad-location !bad-location !bad-location !bad-location"},
	} {
		for i, want := range strings.Fields(c.want) {
			checkSpellings(t, c.attr, c.opts, []spelling{{kinds()[i], want}})
		}
		if n := len(strings.Fields(c.want)); n != len(kinds()) {
			t.Errorf("%s: %d outcomes", c.attr.Type, n)
		}
	}
}

// What a part of a compound type is read from.
func TestKindsOfParts(t *testing.T) {
	for part, want := range map[string]string{
		"line_1":       "1 1 1 2.5 1234.5000 !bad-location !bad-location !bad-location !bad-location",
		"postcode":     "1 1 1 2.5 1234.5000 !bad-location !bad-location !bad-location !bad-location",
		"country_code": "!bad-country !bad-country !bad-country !bad-country !bad-country !bad-country !bad-country !bad-country !bad-country",
		"latitude":     "1 1 1 2.5 !bad-coordinate !bad-coordinate !bad-coordinate !bad-coordinate !bad-coordinate",
		"longitude":    "1 1 1 2.5 !bad-coordinate !bad-coordinate !bad-coordinate !bad-coordinate !bad-coordinate",
		"first_name":   "1 1 !bad-name !bad-name !bad-name !bad-name !bad-name !bad-name !bad-name",
		"full_name":    "1 1 !bad-name !bad-name !bad-name !bad-name !bad-name !bad-name !bad-name",
	} {
		typ := crm.TypeLocation
		if strings.HasSuffix(part, "_name") {
			typ = crm.TypePersonalName
		}
		for i, want := range strings.Fields(want) {
			if !strings.HasPrefix(want, "!") {
				want = part + "=" + want
			} else {
				want += " " + part
			}
			got := fromParts(t, typ, []string{part}, valueconv.Options{Decimal: ","}, kinds()[i])
			if part == "full_name" {
				got = strings.TrimPrefix(got, "first_name=1 ")
			}
			if part == "first_name" {
				got = strings.TrimSuffix(got, " full_name=1")
			}
			if got != want {
				t.Errorf("%s of a %s: got %q, want %q", part, kinds()[i].Kind(), got, want)
			}
		}
	}
	if got := fromParts(t, crm.TypeLocation, []string{"latitude"}, valueconv.Options{Decimal: ","}, tabular.DecimalCell("-48.1370")); got != "latitude=-48.137" {
		t.Errorf("a decimal coordinate under a decimal comma: %s", got)
	}
}

// Where the file has no value, every type says what the format says of it, alone and within a list.
func TestBrokenCells(t *testing.T) {
	broken := tabular.BrokenCell("#REF!", tabular.Fault{Code: "cell-error", Problem: "the formula has an error", Hint: "correct the formula"})
	nested := tabular.ListCell([]tabular.Cell{{}, tabular.ListCell([]tabular.Cell{broken})})
	for _, typ := range valueconv.Supported() {
		attr, o := single(typ), valueconv.Options{}
		if typ == crm.TypeInteraction {
			continue
		}
		if typ == crm.TypeLocation {
			o.Format = "line_1"
		}
		for _, cell := range []tabular.Cell{broken, nested} {
			values, f := must(t, attr, o)(cell)
			if f == nil || f.Code != "cell-error" || f.Got != "#REF!" || f.Problem != "the formula has an error" || f.Hint != "correct the formula" {
				t.Errorf("%s: %v, %+v", typ, values, f)
			}
		}
	}
	for typ, part := range map[crm.Type]string{crm.TypeLocation: "line_1", crm.TypePersonalName: "last_name"} {
		if got := fromParts(t, typ, []string{part}, valueconv.Options{}, broken); got != "!cell-error "+part {
			t.Errorf("%s: %s", part, got)
		}
	}
}

// Numbers that the file states exactly, at the edges.
func TestExactNumbers(t *testing.T) {
	decimal := tabular.DecimalCell
	checkSpellings(t, single(crm.TypeNumber), valueconv.Options{Decimal: ","}, []spelling{
		{decimal("0"), "0"},
		{decimal("-0.00"), "0"},
		{decimal("-12.50"), "-12.5"},
		{decimal("0.1000000000000000000000000000"), "0.1"},
		{decimal("9007199254740993"), "!number-precision"},
		{decimal("9007199254740992.0"), "9007199254740992"},
		{decimal("0.10000000000000001"), "!number-precision"},
		{decimal("1" + strings.Repeat("0", 30)), "1" + strings.Repeat("0", 30)},
		{tabular.IntCell(math.MinInt64), "!number-precision"},
		{tabular.IntCell(math.MaxInt64), "!number-precision"},
	})
	checkSpellings(t, currency("USD"), valueconv.Options{Decimal: ","}, []spelling{
		{decimal("0.0001"), "0.0001"},
		{decimal("0.00010000000000000000000000000000000000"), "0.0001"},
		{decimal("0.00015"), "!currency-precision"},
		{decimal("-1234567.8900"), "-1234567.89"},
		{decimal("12345678901234567.89"), "!currency-precision"},
		{tabular.IntCell(math.MaxInt64), "!currency-precision"},
	})
	checkSpellings(t, single(crm.TypeCheckbox), valueconv.Options{}, []spelling{{decimal("1.00"), "true"}, {decimal("0"), "false"}, {decimal("0.1"), "!bad-checkbox"}})
	checkSpellings(t, single(crm.TypeCheckbox), valueconv.Options{Choices: map[string]string{"2": "true"}}, []spelling{
		{tabular.IntCell(2), "true"}, {decimal("2.0"), "true"}, {tabular.BoolCell(false), "false"},
	})
	checkSpellings(t, single(crm.TypeRating), valueconv.Options{}, []spelling{{decimal("4.000"), "4"}, {decimal("4.5"), "!bad-rating"}, {decimal("6"), "!bad-rating"}})
	checkSpellings(t, single(crm.TypePhoneNumber), valueconv.Options{Country: "DE"}, []spelling{
		{decimal("1701234567"), "+491701234567 DE"},
		{decimal("1701234567.00"), "+491701234567 DE"},
		{decimal("1701234567.5"), "!bad-phone"},
		{decimal("12345678901234567"), "!bad-phone"},
	})
	for _, attr := range []crm.Attribute{single(crm.TypeText), options(), stages()} {
		for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1 << 53} {
			values, finding := must(t, attr, valueconv.Options{})(tabular.FloatCell(f))
			if finding == nil || !slices.Contains([]string{"not-finite", "number-precision", "unknown-option"}, finding.Code) {
				t.Errorf("%s of %g: %v, %v", attr.Type, f, values, finding)
			}
		}
	}
}

// Days and clock readings that the file states meet the same daylight-saving rules as text; a day starts when its first hour does.
func TestStatedTimes(t *testing.T) {
	local := func(text string) tabular.Cell {
		at, err := time.Parse(time.DateTime, text)
		if err != nil {
			t.Fatal(err)
		}
		return tabular.LocalTimeCell(at)
	}
	for zone, spellings := range map[string][]spelling{
		"Europe/Berlin": {
			{local("2020-03-29 01:59:59"), "2020-03-29T00:59:59Z"},
			{local("2020-03-29 02:00:00"), "!nonexistent-time"},
			{local("2020-03-29 03:00:00"), "2020-03-29T01:00:00Z"},
			{local("2020-10-25 02:30:00"), "!ambiguous-time"},
			{local("2020-10-25 03:00:00"), "2020-10-25T02:00:00Z"},
			{local("2019-12-31 23:59:59"), "2019-12-31T22:59:59Z"},
			{tabular.DateCell(2020, time.March, 29), "2020-03-28T23:00:00Z"},
			{tabular.DateCell(2020, time.January, 1), "2019-12-31T23:00:00Z"},
			{tabular.DateCell(9999, time.December, 31), "9999-12-30T23:00:00Z"},
			{tabular.DateCell(1, time.January, 1), "!bad-timestamp"},
		},
		"America/Sao_Paulo": {{tabular.DateCell(2018, time.November, 4), "2018-11-04T03:00:00Z"}, {local("2018-11-04 00:00:00"), "!nonexistent-time"}},
		"America/Havana":    {{tabular.DateCell(2020, time.November, 1), "2020-11-01T04:00:00Z"}, {local("2020-11-01 00:30:00"), "!ambiguous-time"}},
		"Pacific/Apia":      {{tabular.DateCell(2011, time.December, 30), "!nonexistent-time"}, {tabular.DateCell(2011, time.December, 31), "2011-12-30T10:00:00Z"}},
		"":                  {{tabular.DateCell(2020, time.February, 29), "2020-02-29T00:00:00Z"}, {tabular.DateCell(10000, time.January, 1), "!bad-timestamp"}},
	} {
		checkSpellings(t, single(crm.TypeTimestamp), valueconv.Options{Timezone: zone}, spellings)
	}
	midnight := tabular.TimeCell(time.Date(2020, 1, 15, 0, 0, 0, 0, time.UTC))
	for zone, want := range map[string]string{"": "2020-01-15", "UTC": "2020-01-15", "America/New_York": "2020-01-14", "Pacific/Kiritimati": "2020-01-15"} {
		checkSpellings(t, single(crm.TypeDate), valueconv.Options{Timezone: zone}, []spelling{
			{midnight, want}, {local("2020-01-15 23:59:59"), "2020-01-15"}, {tabular.DateCell(10000, time.January, 1), "!bad-date"}, {tabular.DateCell(0, time.January, 1), "!bad-date"},
		})
	}
}

// Lists in lists are one list: an attribute has no value that is a list.
func TestNestedLists(t *testing.T) {
	list := tabular.ListCell([]tabular.Cell{
		tabular.IntCell(1), tabular.ListCell([]tabular.Cell{tabular.DecimalCell("2.50"), {}, tabular.ListCell(nil), tabular.StringCell("1")}), tabular.FloatCell(2.5),
	})
	checkSpellings(t, several(crm.TypeNumber), valueconv.Options{}, []spelling{{list, "1 + 2.5"}})
	checkSpellings(t, single(crm.TypeNumber), valueconv.Options{}, []spelling{{list, "!several-values"}})
	checkSpellings(t, several(crm.TypeText), valueconv.Options{}, []spelling{{list, "1 + 2.50 + 2.5"}})
}
