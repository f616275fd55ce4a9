package valueconv_test

import (
	"strings"
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

func TestTimestamp(t *testing.T) {
	checkSpellings(t, single(crm.TypeTimestamp), valueconv.Options{}, []spelling{
		{"2020-01-15T10:00:00Z", "2020-01-15T10:00:00Z"},
		{"2020-01-15t10:00:00z", "2020-01-15T10:00:00Z"},
		{"2026-05-09T21:42:57.234000000Z", "2026-05-09T21:42:57.234Z"},
		{"2020-01-15T10:00:00.123456789Z", "2020-01-15T10:00:00.123456789Z"},
		{"2020-01-15T10:00:00,5Z", "2020-01-15T10:00:00.5Z"},
		{"2020-01-15T10:00:00+02:00", "2020-01-15T08:00:00Z"},
		{"2020-01-15T10:00:00-0530", "2020-01-15T15:30:00Z"},
		{"2020-01-15T10:00:00+14", "2020-01-14T20:00:00Z"},
		{"2020-01-15 10:00:00 +0000", "2020-01-15T10:00:00Z"},
		{"2020-01-15 10:00:00 UTC", "2020-01-15T10:00:00Z"},
		{"2020-01-15 10:00:00 GMT", "2020-01-15T10:00:00Z"},
		{"2020-01-15T10:00Z", "2020-01-15T10:00:00Z"},
		{"2020-01-15T10:00:00", "2020-01-15T10:00:00Z"},
		{"2020-01-15 10:00", "2020-01-15T10:00:00Z"},
		{"2020-01-15 10:00:00.000", "2020-01-15T10:00:00Z"},
		{" 2020-01-15 10:00 ", "2020-01-15T10:00:00Z"},
		{"2019-12-31T23:30:00-01:00", "2020-01-01T00:30:00Z"},
		{"2020-01-01T00:30:00+01:00", "2019-12-31T23:30:00Z"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
		{"2020-02-29T00:00:00Z", "2020-02-29T00:00:00Z"},
		{tabular.TimeCell(time.Date(2020, 1, 15, 10, 0, 0, 1, time.FixedZone("", 3600))), "2020-01-15T09:00:00.000000001Z"},
		{"", ""},
		{"  ", ""},
		{"2020-01-15", "!ambiguous-time"},
		{"2020-01-15T24:00:00Z", "!bad-timestamp"},
		{"2020-01-15T10:60:00Z", "!bad-timestamp"},
		{"2016-12-31T23:59:60Z", "!bad-timestamp"},
		{"2021-02-29T10:00:00Z", "!bad-timestamp"},
		{"2020-01-15T1:00:00Z", "!bad-timestamp"},
		{"2020-01-15T10Z", "!bad-timestamp"},
		{"2020-01-15T10:00:00.Z", "!bad-timestamp"},
		{"2020-01-15T10:00:00.1234567890Z", "!bad-timestamp"},
		{"2020-01-15T10:00:00+24:00", "!bad-timestamp"},
		{"2020-01-15T10:00:00 CET", "!bad-timestamp"},
		{"2020-01-15T10:00:00 Europe/Berlin", "!bad-timestamp"},
		{"2020-01-15T10:00:00+01:00[Europe/Berlin]", "!bad-timestamp"},
		{"0001-01-01T00:00:00+01:00", "!bad-timestamp"},
		{"9999-12-31T23:59:59-01:00", "!bad-timestamp"},
		{"2020-01-15T", "!bad-timestamp"},
		{"20200115T100000Z", "!bad-timestamp"},
		{"1/15/2020 3:04 PM", "!bad-timestamp"},
		{"15.01.2020 10:00", "!bad-timestamp"},
		{"03/04/2020 10:00", "!bad-timestamp"},
		{"1577836800", "!bad-timestamp"},
		{tabular.IntCell(43845), "!bad-timestamp"},
		{tabular.FloatCell(43845.5), "!bad-timestamp"},
		{tabular.BoolCell(true), "!bad-timestamp"},
		{"now", "!bad-timestamp"},
		{tabular.TimeCell(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "!bad-timestamp"},
	})
}

func TestTimestampFormats(t *testing.T) {
	for _, c := range []struct {
		format, zone, cell, want string
	}{
		{"DD.MM.YYYY HH:mm", "", "15.01.2020 10:05", "2020-01-15T10:05:00Z"},
		{"DD.MM.YYYY HH:mm", "Europe/Berlin", "15.01.2020 10:05", "2020-01-15T09:05:00Z"},
		{"DD.MM.YYYY HH:mm", "Europe/Berlin", "15.07.2020 10:05", "2020-07-15T08:05:00Z"},
		{"DD.MM.YYYY HH:mm", "Europe/Berlin", "2020-07-15T10:05:00+00:00", "2020-07-15T10:05:00Z"},
		{"DD.MM.YYYY HH:mm", "Europe/Berlin", "2020-10-25T02:30:00+02:00", "2020-10-25T00:30:00Z"},
		{"DD.MM.YYYY HH:mm", "Europe/Berlin", "2020-07-15T10:05:30Z", "!bad-timestamp"},
		{"DD.MM.YYYY HH:mm", "Europe/Berlin", "2020-07-15T10:05:00", "!bad-timestamp"},
		{"DD.MM.YYYY HH:mm", "", "15.01.2020 10:05:00", "!bad-timestamp"},
		{"DD.MM.YYYY HH:mm", "", "15.01.2020 24:00", "!bad-timestamp"},
		{"DD.MM.YYYY", "Europe/Berlin", "15.01.2020", "2020-01-14T23:00:00Z"},
		{"DD.MM.YYYY", "America/New_York", "31.12.2019", "2019-12-31T05:00:00Z"},
		{"M/D/YYYY h:mm A", "America/New_York", "1/5/2020 3:04 PM", "2020-01-05T20:04:00Z"},
		{"M/D/YYYY h:mm A", "", "1/5/2020 12:00 am", "2020-01-05T00:00:00Z"},
		{"M/D/YYYY h:mm a", "", "1/5/2020 12:00 PM", "2020-01-05T12:00:00Z"},
		{"M/D/YYYY h:mm a", "", "1/5/2020 13:00 PM", "!bad-timestamp"},
		{"M/D/YYYY h:mm a", "", "1/5/2020 0:00 AM", "!bad-timestamp"},
		{"M/D/YYYY h:mm a", "", "1/5/2020 1:00", "!bad-timestamp"},
		{"MMM D, YYYY, hh:mm:ss A", "", "Jan 5, 2020, 03:04:05 PM", "2020-01-05T15:04:05Z"},
		{"YYYY-MM-DDTHH:mm:ss.SSSZ", "Europe/Berlin", "2020-01-15T10:00:00.123-0500", "2020-01-15T15:00:00.123Z"},
		{"YYYY-MM-DD HH:mm:ss.SSSSSSSSS Z", "", "2020-01-15 10:00:00.123456789 +01", "2020-01-15T09:00:00.123456789Z"},
		{"YYYYMMDDTHHmmssZ", "", "20200115T100000Z", "2020-01-15T10:00:00Z"},
		{"YYYY-MM-DD H:mm", "", "2020-01-15 9:05", "2020-01-15T09:05:00Z"},
		{"unix", "Europe/Berlin", "1577836800", "2020-01-01T00:00:00Z"},
		{"unix", "", "-1", "1969-12-31T23:59:59Z"},
		{"unix", "", "-1.5", "1969-12-31T23:59:58.5Z"},
		{"unix", "", "1577836800.123456789", "2020-01-01T00:00:00.123456789Z"},
		{"unix", "", "1577836800.1234567891", "!bad-timestamp"},
		{"unix", "", "1577836800000", "!bad-timestamp"},
		{"unix", "", "1.5778368E9", "!bad-timestamp"},
		{"unix", "", "1,577,836,800", "!bad-timestamp"},
		{"unix", "", "99999999999999999999", "!bad-timestamp"},
		{"unix", "", "9223372036854775807", "!bad-timestamp"},
		{"unix", "", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"},
		{"unix_ms", "", "1577836800123", "2020-01-01T00:00:00.123Z"},
		{"unix_ms", "", "1577836800123.5", "2020-01-01T00:00:00.1235Z"},
		{"excel", "", "43845.5", "2020-01-15T12:00:00Z"},
		{"excel", "Europe/Berlin", "43845.5", "2020-01-15T11:00:00Z"},
		{"excel", "", "43845.5208333333", "2020-01-15T12:30:00Z"},
		{"excel", "", "43845.99999999999", "2020-01-16T00:00:00Z"},
		{"excel", "", "1", "1900-01-01T00:00:00Z"},
		{"excel", "", "0.5", "!bad-timestamp"},
		{"excel", "", "-1", "!bad-timestamp"},
		{"excel", "", "60.5", "!bad-timestamp"},
		{"excel", "", "2958466", "!bad-timestamp"},
		{"excel", "", "1e300", "!bad-timestamp"},
		{"excel1904", "", "42383.5", "2020-01-15T12:00:00Z"},
		{"excel1904", "", "0.5", "1904-01-01T12:00:00Z"},
	} {
		checkSpellings(t, single(crm.TypeTimestamp), valueconv.Options{Format: c.format, Timezone: c.zone}, []spelling{{c.cell, c.want}})
	}
	checkSpellings(t, single(crm.TypeTimestamp), valueconv.Options{Format: "unix", Decimal: ","}, []spelling{
		{tabular.IntCell(1577836800), "2020-01-01T00:00:00Z"},
		{tabular.FloatCell(1577836800.5), "2020-01-01T00:00:00.5Z"},
		{"1577836800,5", "2020-01-01T00:00:00.5Z"},
		{"1577836800.5", "!bad-timestamp"},
		{tabular.BoolCell(true), "!bad-timestamp"},
		{tabular.TimeCell(time.Unix(1, 0)), "1970-01-01T00:00:01Z"},
	})
}

// Spring gaps and autumn overlaps: to the minute before and after, in zones that shift by an hour at two in the morning, at one hour
// UTC, and by half an hour.
func TestDaylightSaving(t *testing.T) {
	for _, c := range []struct {
		zone, cell, want, hint string
	}{
		{"Europe/Berlin", "2020-03-29 01:59:59", "2020-03-29T00:59:59Z", ""},
		{"Europe/Berlin", "2020-03-29 02:00:00", "!nonexistent-time", "2020-03-29T02:00:00+02:00 or 2020-03-29T02:00:00+01:00"},
		{"Europe/Berlin", "2020-03-29 02:30:00.5", "!nonexistent-time", "2020-03-29T02:30:00.5+02:00 or 2020-03-29T02:30:00.5+01:00"},
		{"Europe/Berlin", "2020-03-29 02:59:59", "!nonexistent-time", "2020-03-29T02:59:59+02:00"},
		{"Europe/Berlin", "2020-03-29 03:00:00", "2020-03-29T01:00:00Z", ""},
		{"Europe/Berlin", "2020-03-29T02:30:00+01:00", "2020-03-29T01:30:00Z", ""},
		{"Europe/Berlin", "2020-10-25 01:59:59", "2020-10-24T23:59:59Z", ""},
		{"Europe/Berlin", "2020-10-25 02:00:00", "!ambiguous-time", "2020-10-25T02:00:00+02:00 or 2020-10-25T02:00:00+01:00"},
		{"Europe/Berlin", "2020-10-25 02:59:59", "!ambiguous-time", "+02:00"},
		{"Europe/Berlin", "2020-10-25 03:00:00", "2020-10-25T02:00:00Z", ""},
		{"Europe/Berlin", "2020-10-25T02:30:00+02:00", "2020-10-25T00:30:00Z", ""},
		{"Europe/Berlin", "2020-10-25T02:30:00+01:00", "2020-10-25T01:30:00Z", ""},
		{"America/New_York", "2021-03-14 01:59", "2021-03-14T06:59:00Z", ""},
		{"America/New_York", "2021-03-14 02:00", "!nonexistent-time", "2021-03-14T02:00:00-04:00 or 2021-03-14T02:00:00-05:00"},
		{"America/New_York", "2021-03-14 02:59", "!nonexistent-time", "-05:00"},
		{"America/New_York", "2021-03-14 03:00", "2021-03-14T07:00:00Z", ""},
		{"America/New_York", "2021-11-07 00:59", "2021-11-07T04:59:00Z", ""},
		{"America/New_York", "2021-11-07 01:00", "!ambiguous-time", "2021-11-07T01:00:00-04:00 or 2021-11-07T01:00:00-05:00"},
		{"America/New_York", "2021-11-07 01:59", "!ambiguous-time", "-04:00"},
		{"America/New_York", "2021-11-07 02:00", "2021-11-07T07:00:00Z", ""},
		{"Australia/Lord_Howe", "2021-10-03 01:59", "2021-10-02T15:29:00Z", ""},
		{"Australia/Lord_Howe", "2021-10-03 02:00", "!nonexistent-time", "2021-10-03T02:00:00+11:00 or 2021-10-03T02:00:00+10:30"},
		{"Australia/Lord_Howe", "2021-10-03 02:29", "!nonexistent-time", "+10:30"},
		{"Australia/Lord_Howe", "2021-10-03 02:30", "2021-10-02T15:30:00Z", ""},
		{"Australia/Lord_Howe", "2021-04-04 01:29", "2021-04-03T14:29:00Z", ""},
		{"Australia/Lord_Howe", "2021-04-04 01:30", "!ambiguous-time", "2021-04-04T01:30:00+11:00 or 2021-04-04T01:30:00+10:30"},
		{"Australia/Lord_Howe", "2021-04-04 01:59", "!ambiguous-time", "+11:00"},
		{"Australia/Lord_Howe", "2021-04-04 02:00", "2021-04-03T15:30:00Z", ""},
		{"Pacific/Apia", "2011-12-30 12:00", "!nonexistent-time", "2011-12-30T12:00:00-10:00"},
		{"America/Sao_Paulo", "2018-11-04 00:00", "!nonexistent-time", "-02:00"},
		{"Asia/Kolkata", "2020-03-29 02:30", "2020-03-28T21:00:00Z", ""},
		{"UTC", "2020-03-29 02:30", "2020-03-29T02:30:00Z", ""},
		{"Europe/Berlin", "2019-12-31 23:59:59.999999999", "2019-12-31T22:59:59.999999999Z", ""},
		{"Europe/Berlin", "2020-01-01 00:30", "2019-12-31T23:30:00Z", ""},
		{"America/New_York", "2019-12-31 19:00", "2020-01-01T00:00:00Z", ""},
		{"America/New_York", "2020-12-31 23:59:59", "2021-01-01T04:59:59Z", ""},
		{"Australia/Lord_Howe", "2020-01-01 00:00", "2019-12-31T13:00:00Z", ""},
		{"Pacific/Kiritimati", "2020-01-01 13:59", "2019-12-31T23:59:00Z", ""},
		{"Pacific/Kiritimati", "2020-01-01 14:00", "2020-01-01T00:00:00Z", ""},
		{"Pacific/Pago_Pago", "2019-12-31 13:00", "2020-01-01T00:00:00Z", ""},
	} {
		o := valueconv.Options{Timezone: c.zone}
		checkSpellings(t, single(crm.TypeTimestamp), o, []spelling{{c.cell, c.want}})
		if _, f := must(t, single(crm.TypeTimestamp), o)(tabular.StringCell(c.cell)); c.hint != "" && (f == nil || !strings.Contains(f.Hint, c.hint)) {
			t.Errorf("%s in %s: got %v, want a hint with %s", c.cell, c.zone, f, c.hint)
		}
	}
}

// A day stays the day that it is, at both ends of years and on days that a zone shortens, whatever the zone and the format.
func TestNeverADayOff(t *testing.T) {
	days := []string{
		"2019-12-31", "2020-01-01", "2020-02-28", "2020-02-29", "2020-03-01", "2020-03-29", "2020-10-25", "2020-12-31", "2021-01-01", "2021-02-28", "2021-03-01",
		"2018-11-04", "1999-12-31", "2000-01-01", "2100-02-28", "2100-03-01", "1970-01-01", "1969-12-31", "1904-01-01",
	}
	for _, zone := range []string{"", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo", "Asia/Kolkata"} {
		for _, format := range []string{"", "DD.MM.YYYY", "YYYY-MM-DDTHH:mm:ssZ", "M/D/YYYY h:mm A", "unix", "unix_ms", "excel", "excel1904"} {
			o := valueconv.Options{Timezone: zone, Format: format}
			parse, format := must(t, single(crm.TypeDate), o), mustFormat(t, single(crm.TypeDate), o)
			for _, day := range days {
				iso, f := must(t, single(crm.TypeDate), valueconv.Options{})(tabular.StringCell(day))
				if f != nil {
					t.Fatal(f)
				}
				cell := format(iso)
				if back, f := parse(cell); f != nil || tellValues(back, f) != day {
					t.Errorf("%s with %+v: written %q, read back as %v (%v)", day, o, cell.Text(), back, f)
				}
			}
		}
	}
}

func mustFormat(tb testing.TB, attr crm.Attribute, o valueconv.Options) valueconv.Format {
	tb.Helper()
	format, f := valueconv.Formatter(attr, o)
	if f != nil {
		tb.Fatal(f)
	}
	return format
}

func TestDateNumbers(t *testing.T) {
	for _, c := range []struct {
		format, zone string
		spellings    []spelling
	}{
		{"excel", "Europe/Berlin", []spelling{
			{"1", "1900-01-01"},
			{"59", "1900-02-28"},
			{"60", "!bad-date"},
			{"61", "1900-03-01"},
			{"43845", "2020-01-15"},
			{"43845.99", "2020-01-15"},
			{tabular.IntCell(43830), "2019-12-31"},
			{tabular.FloatCell(43831), "2020-01-01"},
			{"2958465", "9999-12-31"},
			{"2958466", "!bad-date"},
			{"0", "!bad-date"},
			{"-1", "!bad-date"},
			{"2020-01-15", "2020-01-15"},
			{"15.01.2020", "!bad-date"},
			{"43,845", "!bad-date"},
			{"n/a", "!bad-date"},
		}},
		{"excel1904", "", []spelling{{"0", "1904-01-01"}, {"42383", "2020-01-15"}, {"60", "1904-03-01"}, {"-1", "!bad-date"}, {"2957003", "9999-12-31"}, {"2957004", "!bad-date"}}},
		{"unix", "", []spelling{{"1577836799", "2019-12-31"}, {"1577836800", "2020-01-01"}, {"-1", "1969-12-31"}, {"1577836800000", "!bad-date"}}},
		{"unix", "Europe/Berlin", []spelling{{"1577833199", "2019-12-31"}, {"1577833200", "2020-01-01"}, {"1577836800", "2020-01-01"}}},
		{"unix", "America/New_York", []spelling{{"1577836800", "2019-12-31"}, {"1577854800", "2020-01-01"}, {"253402300799", "9999-12-31"}, {"-62135596800", "!bad-date"}}},
		{"unix_ms", "", []spelling{{"1577836799999", "2019-12-31"}, {tabular.IntCell(1577836800000), "2020-01-01"}}},
		{"YYYY-MM-DDTHH:mm:ssZ", "Europe/Berlin", []spelling{{"2019-12-31T23:30:00-10:00", "2019-12-31"}, {"2020-01-01T00:30:00+14:00", "2020-01-01"}, {"2020-01-01", "!bad-date"}}},
		{"M/D/YYYY h:mm A", "", []spelling{{"12/31/2019 11:59 PM", "2019-12-31"}, {"1/1/2020 12:00 AM", "2020-01-01"}, {"1/1/2020 25:00 AM", "!bad-date"}}},
	} {
		checkSpellings(t, single(crm.TypeDate), valueconv.Options{Format: c.format, Timezone: c.zone}, c.spellings)
	}
}

func TestTimeOptionsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		typ  crm.Type
		opts valueconv.Options
		want string
	}{
		"unknown zone":        {crm.TypeTimestamp, valueconv.Options{Timezone: "Europe/Atlantis"}, "bad-option IANA"},
		"the machine's zone":  {crm.TypeTimestamp, valueconv.Options{Timezone: "Local"}, "bad-option IANA"},
		"zone of a date":      {crm.TypeDate, valueconv.Options{Timezone: "CETT", Format: "unix"}, "bad-option IANA"},
		"rest of a time":      {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD*"}, "bad-option zone"},
		"hours without am":    {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD hh:mm"}, "bad-option hh together with a"},
		"24 hours and am":     {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD HH:mm a"}, "bad-option hh together with a"},
		"two kinds of hours":  {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD HH hh a"}, "bad-option hh together with a"},
		"minutes alone":       {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD mm"}, "bad-option above it"},
		"seconds, no minutes": {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD HH:ss"}, "bad-option above it"},
		"a zone alone":        {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD Z"}, "bad-option above it"},
		"months as minutes":   {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-mm-DD"}, "bad-option minutes are mm"},
		"twice":               {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD HH:HH"}, "bad-option more than once"},
		"blurred hours":       {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD Hmm"}, "bad-option where H ends and mm starts"},
		"blurred zone":        {crm.TypeTimestamp, valueconv.Options{Format: "HH Z:YYYY-MM-DD"}, "bad-option where Z ends"},
		"an unknown word":     {crm.TypeTimestamp, valueconv.Options{Format: "epoch"}, "bad-option unix"},
		"ten places":          {crm.TypeTimestamp, valueconv.Options{Format: "YYYY-MM-DD HH:mm:ss.SSSSSSSSSS"}, "bad-option SSS"},
		"number format":       {crm.TypeNumber, valueconv.Options{Format: "0.00"}, "bad-option percent"},
		"country of a phone":  {crm.TypePhoneNumber, valueconv.Options{Country: "XX"}, "bad-option ISO"},
		"unknown in a text":   {crm.TypeText, valueconv.Options{KeepUnknown: true}, "bad-option unknown_option"},
		"match of a text":     {crm.TypeText, valueconv.Options{Reference: &valueconv.Reference{}}, "bad-option match"},
	} {
		_, f := valueconv.Parser(single(c.typ), c.opts)
		checkFinding(t, name, f, c.want)
		_, f = valueconv.Formatter(single(c.typ), c.opts)
		if c.typ != crm.TypePhoneNumber { // the country does not matter to what is written
			checkFinding(t, name+", written", f, c.want)
		}
	}
	everything := valueconv.Options{Timezone: "Europe/Atlantis", Country: "XX", Decimal: ","}
	for _, typ := range []crm.Type{crm.TypeText, crm.TypeNumber, crm.TypeSelect, crm.TypeDomain} {
		if _, f := valueconv.Parser(single(typ), everything); f != nil {
			t.Errorf("%s: defaults that it does not use are refused: %v", typ, f)
		}
	}
}

func TestTimestampHints(t *testing.T) {
	for text, want := range map[string]string{
		"03/04/2020 10:00":  "set format: MM/DD/YYYY HH:mm or format: DD/MM/YYYY HH:mm",
		"15.01.2020 10:00":  "set format: DD.MM.YYYY HH:mm",
		"1/15/2020 3:04 PM": "set format: M/D/YYYY h:mm A",
		"2020-01-15":        "set format: YYYY-MM-DD to take the midnight with which it starts in the column's time zone",
		"1577836800":        "set format: unix if it counts the seconds since 1970",
		"1577836800000":     "set format: unix_ms if it counts the milliseconds since 1970",
		"43845.5":           "set format: excel (or excel1904) if it counts the days of a spreadsheet",
	} {
		_, f := must(t, single(crm.TypeTimestamp), valueconv.Options{})(tabular.StringCell(text))
		if f == nil || f.Hint != want {
			t.Errorf("%q: got %v, want the hint %q", text, f, want)
		}
	}
}
