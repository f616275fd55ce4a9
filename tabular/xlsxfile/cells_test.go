package xlsxfile_test

import (
	"strings"
	"testing"

	"attio-etl/tabular/xlsxfile"
)

// TestCells: what a cell's type, value and format make of it. Styles are those of stylesXML.
func TestCells(t *testing.T) {
	for cell, want := range map[string]string{
		`t="s"><v>0</v>`:                                                         "shared",
		`t="s"><v> 1 </v>`:                                                       "Name",
		`t="str"><v> kept </v>`:                                                  " kept ",
		`t="str"><v>a&amp;b&#x41;</v>`:                                           "a&bA",
		`t="str"><v><![CDATA[<&>]]> x</v>`:                                       "<&> x",
		`t="str"><f>A1</f><v></v>`:                                               "", // no row: see below
		`t="inlineStr"><is><t>in</t></is>`:                                       "in",
		`t="inlineStr"><is><t> cut </t></is>`:                                    "cut",
		`t="inlineStr"><is><t xml:space="preserve"> kept </t></is>`:              " kept ",
		`t="inlineStr"><is><t></t></is>`:                                         `""`,
		`t="inlineStr"><is><r><rPr><b/></rPr><t>ri</t></r><r><t>ch</t></r></is>`: "rich",
		`t="inlineStr"><is><t>課長</t><rPh sb="0" eb="2"><t>カチョウ</t></rPh><phoneticPr/></is>`: "課長",
		`t="inlineStr"><is><t>a_x000D_b_x005F_x0041_</t></is>`:                              "a\rb_x0041_",
		`t="inlineStr"><is><t>_xD83D__xDE00_ _xD83D_ _xtest_</t></is>`:                      "😀 _xD83D_ _xtest_",
		`t="b"><v>1</v>`:                         "boolean true",
		`t="b"><v>0</v>`:                         "boolean false",
		`t="b"><v>yes</v>`:                       "bad-cell(yes)",
		`t="e"><v>#REF!</v>`:                     "cell-error(#REF!)",
		`t="e"><f>1/0</f><v>#DIV/0!</v>`:         "cell-error(#DIV/0!)",
		`><f>A1*2</f>`:                           "formula-without-value(=A1*2)",
		`><f>A1*2</f><v></v>`:                    "formula-without-value(=A1*2)",
		`><f t="shared" si="0"/><v/>`:            "formula-without-value(=)",
		`><f>A1*2</f><v>4</v>`:                   "whole number 4",
		`t="str"><f>A1</f><v>x</v>`:              "x",
		`><v>42</v>`:                             "whole number 42",
		`t="n"><v>-7</v>`:                        "whole number -7",
		`><v>25.0</v>`:                           "whole number 25",
		`><v>2.5E7</v>`:                          "whole number 25000000",
		`><v>0.10000000000000001</v>`:            "number 0.1",
		`><v>1234567.891</v>`:                    "number 1234567.891",
		`><v>9007199254740992</v>`:               "whole number 9007199254740992",
		`><v>9007199254740994</v>`:               "inexact-number(9007199254740994)",
		`><v>1E+20</v>`:                          "inexact-number(1E+20)",
		`><v>0x10</v>`:                           "bad-cell(0x10)",
		`><v>NaN</v>`:                            "bad-cell(NaN)",
		`><v>1e999</v>`:                          "bad-cell(1e999)",
		`s="1"><v>43845</v>`:                     "date 2020-01-15",
		`s="1"><v>43845.5</v>`:                   "local time 2020-01-15T12:00:00",
		`s="1"><v>59</v>`:                        "date 1900-02-28",
		`s="1"><v>60</v>`:                        "not-a-date(60)",
		`s="1"><v>61</v>`:                        "date 1900-03-01",
		`s="1"><v>1</v>`:                         "date 1900-01-01",
		`s="1"><v>0</v>`:                         "not-a-date(0)",
		`s="1"><v>-1</v>`:                        "not-a-date(-1)",
		`s="1"><v>2958465</v>`:                   "date 9999-12-31",
		`s="1"><v>2958466</v>`:                   "not-a-date(2958466)",
		`s="1"><v>43844.99999999999</v>`:         "date 2020-01-15",
		`s="2"><v>43845.75</v>`:                  "local time 2020-01-15T18:00:00",
		`s="2"><v>43845</v>`:                     "local time 2020-01-15T00:00:00",
		`s="2"><v>43845.000011574</v>`:           "local time 2020-01-15T00:00:01",
		`s="3"><v>0.5</v>`:                       "12:00:00",
		`s="3"><v>0.75001</v>`:                   "18:00:00.864",
		`s="3"><v>43845.5</v>`:                   "local time 2020-01-15T12:00:00",
		`s="4"><v>0.25</v>`:                      "number 0.25",
		`s="4"><v>1</v>`:                         "whole number 1",
		`s="5"><v>0123</v>`:                      "123",
		`s="5"><v>1.5</v>`:                       "1.5",
		`s="6"><v>1234</v>`:                      "01234",
		`s="6"><v>123456</v>`:                    "123456",
		`s="6"><v>0</v>`:                         "00000",
		`s="6"><v>1.5</v>`:                       "number 1.5",
		`s="6"><v>-5</v>`:                        "whole number -5",
		`s="7"><v>12345678</v>`:                  "012-34-5678",
		`s="8"><v>43845</v>`:                     "date 2020-01-15",
		`s="9"><v>1.5</v>`:                       "36:00:00",
		`s="9"><v>-0.0625</v>`:                   "-01:30:00",
		`s="10"><v>1234.5</v>`:                   "number 1234.5",
		`s="11"><v>43845</v>`:                    "local time 2020-01-15T00:00:00",
		`t="d"><v>2020-01-15</v>`:                "date 2020-01-15",
		`t="d"><v>2020-01-15T10:00:00.5</v>`:     "local time 2020-01-15T10:00:00.5",
		`t="d"><v>2020-01-15T10:00:00+02:00</v>`: "time 2020-01-15T10:00:00+02:00",
		`t="d"><v>T10:00:00</v>`:                 "10:00:00",
		`t="d"><v>soon</v>`:                      "bad-cell(soon)",
		`s="1"/`:                                 "", // no row
	} {
		t.Run(cell, func(t *testing.T) {
			xml := `<c r="A2" ` + cell
			if !strings.HasSuffix(cell, "/") {
				xml += `</c`
			}
			got := outcome(t, save(t, pack(t, workbook(twoColumns(`<row r="2">`+xml+`></row>`)))), xlsxfile.Options{})
			var rows []string
			if want != "" {
				rows = []string{"1@2 " + want + "|-"}
			}
			compare(t, got, rows)
		})
	}
}

// TestDatesOf1904: Macs counted from 1904 for a long time.
func TestDatesOf1904(t *testing.T) {
	parts := workbook(twoColumns(`<row r="2"><c r="A2" s="1"><v>0</v></c><c r="B2" s="2"><v>42383.5</v></c></row>`))
	parts["xl/workbook.xml"] = strings.Replace(parts["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	compare(t, outcome(t, save(t, pack(t, parts)), xlsxfile.Options{}), []string{"1@2 date 1904-01-01|local time 2020-01-15T12:00:00"})
}
