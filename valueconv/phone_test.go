package valueconv_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"attio-etl/crm"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

func TestPhone(t *testing.T) {
	checkSpellings(t, single(crm.TypePhoneNumber), valueconv.Options{}, []spelling{
		{"+12125551234", "+12125551234 US"},
		{"+1 (212) 555-1234", "+12125551234 US"},
		{"+1.212.555.1234", "+12125551234 US"},
		{"+1-416-555-0123", "+14165550123 CA"},
		{"+49 30 901820", "+4930901820 DE"},
		{"+49 (0)30 901820", "+4930901820 DE"},
		{"(+49) 30 901820", "+4930901820 DE"},
		{"+49 30/901820", "+4930901820 DE"},
		{"0049 30 901820", "+4930901820 DE"},
		{"00 49 (30) 90-1820", "+4930901820 DE"},
		{"tel:+49-30-901820", "+4930901820 DE"},
		{" +49 170 1234567 ", "+491701234567 DE"},
		{"+49\u00a0170\u20111234567", "+491701234567 DE"},
		{"+44 20 7946 0958", "+442079460958 GB"},
		{"+44 (0) 20 7946 0958", "+442079460958 GB"},
		{"+39 06 1234 5678", "+390612345678 IT"},
		{"+33 6 12 34 56 78", "+33612345678 FR"},
		{"+81 3-1234-5678", "+81312345678 JP"},
		{"+800 1234 5678", "+80012345678 "},
		{"", ""},
		{"  ", ""},
		{"030 901820", "!phone-without-country"},
		{"212-555-1234", "!phone-without-country"},
		{"491701234567", "!phone-without-country"},
		{tabular.IntCell(491701234567), "!phone-without-country"},
		{"+49 30 901820 ext. 12", "!phone-extension"},
		{"+1 212 555 1234 x12", "!phone-extension"},
		{"+1 212 555 1234 #12", "!phone-extension"},
		{"+1 212 555 1234;ext=12", "!phone-extension"},
		{"+1 212 555 1234,,12", "!phone-extension"},
		{"+49 30 901820 Durchwahl 12", "!phone-extension"},
		{"4.91701E+11", "!bad-phone"},
		{"4,91701E+11", "!bad-phone"},
		{"491701234567.0", "!bad-phone"},
		{"+49", "!bad-phone"},
		{"+1 555", "!bad-phone"},
		{"+999 1234567", "!bad-phone"},
		{"+1 111 111 1111", "!bad-phone"},
		{"+49 30 901820; +49 170 1234567", "!bad-phone"},
		{"+49 30 901820 / +49 170 1234567", "!bad-phone"},
		{"+49 30 901820 +49 170 1234567", "!bad-phone"},
		{"1-800-FLOWERS", "!bad-phone"},
		{"Tel. +49 30 901820", "!bad-phone"},
		{"+49 30 901820 (mobile)", "!bad-phone"},
		{"+49 (30 901820", "!bad-phone"},
		{"++49 30 901820", "!bad-phone"},
		{"-49 30 901820", "!bad-phone"},
		{"+", "!bad-phone"},
		{"()", "!bad-phone"},
		{"n/a", "!bad-phone"},
		{"＋４９ 30 901820", "!bad-phone"},
		{tabular.BoolCell(true), "!bad-phone"},
		{tabular.TimeCell(time.Unix(0, 0)), "!bad-phone"},
		{tabular.FloatCell(4.5e-3), "!bad-phone"},
		{tabular.FloatCell(4.91701e30), "!bad-phone"},
		{tabular.IntCell(-4930901820), "!bad-phone"},
	})
	for country, spellings := range map[string][]spelling{
		"DE": {
			{"030 901820", "+4930901820 DE"},
			{"(030) 90 18 20", "+4930901820 DE"},
			{"0170/1234567", "+491701234567 DE"},
			{"491701234567", "!ambiguous-phone"},
			{"49 30 901820", "+4930901820 DE"},
			{"0049 170 1234567", "+491701234567 DE"},
			{"+1 212 555 1234", "+12125551234 US"},
			{"4931 12345", "+49493112345 DE"},
			{"12125551234", "!bad-phone"},
			{tabular.IntCell(1701234567), "+491701234567 DE"},
			{tabular.FloatCell(4930901820), "+4930901820 DE"},
			{tabular.FloatCell(491701234567), "!ambiguous-phone"},
			{"110", "!bad-phone"},
			{"030 901820-12", "+493090182012 DE"},
		},
		"de": {{"030 901820", "+4930901820 DE"}},
		"US": {
			{"212-555-1234", "+12125551234 US"},
			{"(212) 555-1234", "+12125551234 US"},
			{"1 212 555 1234", "+12125551234 US"},
			{"212.555.1234", "+12125551234 US"},
			{"416-555-0123", "+14165550123 CA"},
			{"011 49 30 901820", "+4930901820 DE"},
			{"0049 30 901820", "+4930901820 DE"},
			{tabular.IntCell(2125551234), "+12125551234 US"},
			{"555-1234", "!bad-phone"},
			{"491701234567", "!bad-phone"},
			{"911", "!bad-phone"},
		},
		"GB": {{"020 7946 0958", "+442079460958 GB"}, {tabular.IntCell(2079460958), "+442079460958 GB"}},
		"IT": {{"06 1234 5678", "+390612345678 IT"}, {"0321 123456", "+390321123456 IT"}, {tabular.IntCell(321123456), "!ambiguous-phone"}},
		"FR": {{"06 12 34 56 78", "+33612345678 FR"}, {tabular.IntCell(612345678), "+33612345678 FR"}, {"33612345678", "+33612345678 FR"}},
		"AU": {{"0011 49 30 901820", "+4930901820 DE"}, {"02 9374 4000", "+61293744000 AU"}},
	} {
		checkSpellings(t, single(crm.TypePhoneNumber), valueconv.Options{Country: country}, spellings)
	}
	several := several(crm.TypePhoneNumber)
	checkSpellings(t, several, valueconv.Options{Split: ";", Country: "DE"}, []spelling{
		{"030 901820; +49 30 901820;; +12125551234", "+4930901820 DE + +12125551234 US"},
	})
}

func TestPhoneKeepsWhatWasTyped(t *testing.T) {
	values, f := must(t, single(crm.TypePhoneNumber), valueconv.Options{Country: "DE"})(tabular.StringCell(" (030) 901820 "))
	if f != nil || len(values) != 1 || values[0] != (crm.PhoneNumber{E164: "+4930901820", Original: "(030) 901820", CountryCode: "DE"}) {
		t.Errorf("got %+v, %v", values, f)
	}
}

func TestPhoneHints(t *testing.T) {
	for text, want := range map[string]string{
		"030 901820": "set country", "4.91701E+11": "as text", "+49 30 901820 ext. 12": "another column", "+49 30 901820; +49 170 1234567": "set split",
	} {
		_, f := must(t, single(crm.TypePhoneNumber), valueconv.Options{})(tabular.StringCell(text))
		if f == nil || !strings.Contains(f.Hint, want) {
			t.Errorf("%q: got %v, want a hint with %q", text, f, want)
		}
	}
}

// More distinct numbers than are remembered, from several goroutines, with one that keeps coming back.
func TestPhonesAreParsedConcurrently(t *testing.T) {
	parse := must(t, single(crm.TypePhoneNumber), valueconv.Options{Country: "DE"})
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 3000 {
				for _, number := range []string{fmt.Sprintf("0170 %d%06d", worker+1, i), "030 901820"} {
					values, f := parse(tabular.StringCell(number))
					want := "+49" + strings.ReplaceAll(number[1:], " ", "")
					if f != nil || !valueconv.Equal(single(crm.TypePhoneNumber), values, []crm.Value{crm.PhoneNumber{E164: want}}) {
						t.Errorf("%s: got %v, %v", number, values, f)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}
