package xlsxfile

import (
	"strings"
	"testing"
)

func (m meaning) String() string {
	return [...]string{"plain", "text", "zeros", "date", "dateTime", "time", "duration"}[m]
}

func TestParseFormat(t *testing.T) {
	for code, want := range map[string]string{
		"":                                   "plain",
		"General":                            "plain",
		"GENERAL":                            "plain",
		"0":                                  "plain",
		"0.00":                               "plain",
		"#,##0":                              "plain",
		"#,##0.00_);[Red](#,##0.00)":         "plain",
		"_-* #,##0.00 [$€-407]_-":            "plain",
		"[$$-409]#,##0.00":                   "plain",
		`"$"#,##0`:                           "plain",
		"0%":                                 "plain",
		"0.00E+00":                           "plain",
		"##0.0E-0":                           "plain",
		"# ?/?":                              "plain",
		`#,##0 "days"`:                       "plain",
		`0" d"`:                              "plain",
		`0"x [h] y"`:                         "plain", // a library takes this for a time
		`0\d`:                                "plain",
		`"y;m"0;"d"0`:                        "plain",
		"[Red]0":                             "plain",
		"[<=9999999]###-####;(###) ###-####": "plain",
		"0_d":                                "plain",
		"0*d":                                "plain",
		";;;":                                "plain",
		"@":                                  "text",
		"General;General;General;@":          "plain",
		"00":                                 "zeros",
		"00000":                              "zeros",
		"00000;@":                            "zeros",
		`000\-00\-0000`:                      "zeros",
		`"ID-"0000`:                          "zeros",
		"[Blue]00000":                        "zeros",
		"00000.0":                            "plain",
		"00,000":                             "plain",
		"yyyy-mm-dd":                         "date",
		"YYYY-MM-DD":                         "date",
		`yyyy\-mm\-dd;@`:                     "date",
		"[$-409]d-mmm-yy;@":                  "date",
		"[$-F800]dddd, mmmm dd, yyyy":        "date",
		"m/d":                                "date",
		"mmm":                                "date",
		"mm":                                 "date",
		"dddd":                               "date",
		"[$-411]ge.m.d":                      "date",
		`yyyy"年"m"月"d"日"`:                    "date",
		"[Red]d.m.yyyy":                      "date",
		"bbbb":                               "date",
		"m/d/yy h:mm":                        "dateTime",
		`dd/mm/yyyy\ hh:mm:ss`:               "dateTime",
		"yyyy-mm-ddThh:mm:ss":                "dateTime",
		"h:mm":                               "time",
		"hh:mm:ss.000":                       "time",
		"mm:ss":                              "time",
		"mm:ss.0":                            "time",
		"h:mm AM/PM":                         "time",
		"[$-F400]h:mm:ss\\ AM/PM":            "time",
		`上午/下午hh"時"mm"分"`:                    "time",
		"AM/PM":                              "time",
		"s":                                  "time",
		"[h]:mm":                             "duration",
		"[hh]:mm:ss":                         "duration",
		"[mm]:ss":                            "duration",
		"[S]":                                "duration",
		`[`:                                  "plain",
		`"`:                                  "plain",
		`\`:                                  "plain",
		`_`:                                  "plain",
		`*`:                                  "plain",
		"[]0":                                "plain",
	} {
		if got := parseFormat(code).of(1).meaning.String(); got != want {
			t.Errorf("%q: got %s, want %s", code, got, want)
		}
	}
}

func TestSections(t *testing.T) {
	for code, want := range map[string]string{ // of -1, 0, 1, 100
		"yyyy":                      "date date date date",
		"yyyy;0":                    "plain date date date",
		"yyyy;0;0":                  "plain plain date date",
		"yyyy;0;h:mm;@":             "plain time date date",
		"yyyy;@":                    "date date date date",
		"[>50]yyyy;0":               "plain plain plain date",
		"[<0]0;[<1]h:mm;yyyy":       "plain time date date",
		"[>=100]yyyy;[<>0]h:mm":     "time plain time date",
		"[=1]yyyy;[<=0]h:mm;[h]:mm": "time time date duration",
		"0;0;0;0;yyyy":              "plain plain plain plain",
	} {
		f := parseFormat(code)
		var got []string
		for _, v := range []float64{-1, 0, 1, 100} {
			got = append(got, f.of(v).meaning.String())
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: got %s, want %s", code, s, want)
		}
	}
}

func TestBuiltinFormats(t *testing.T) {
	for id, want := range map[int]string{
		0: "plain", 1: "plain", 9: "plain", 10: "plain", 13: "plain", 14: "date", 17: "date", 18: "time", 21: "time", 22: "dateTime",
		27: "date", 34: "time", 37: "plain", 44: "plain", 45: "time", 46: "duration", 47: "time", 48: "plain", 49: "text", 57: "date", 163: "plain",
	} {
		if got := builtinFormat(id).of(1).meaning.String(); got != want {
			t.Errorf("%d: got %s, want %s", id, got, want)
		}
	}
}

func FuzzParseFormat(f *testing.F) {
	for _, code := range []string{"yyyy-mm-dd;@", `"a\"0`, "[<=1]0;[h]:mm", "00000", `\`, "[$€-407]0*", "上午/下午h"} {
		f.Add(code, 1.5)
	}
	f.Fuzz(func(t *testing.T, code string, v float64) {
		s := parseFormat(code).of(v)
		if s.meaning == zeroPadded && len(padded(123456, s.pattern)) < 6 {
			t.Errorf("%q loses digits: %q", code, padded(123456, s.pattern))
		}
	})
}
