package csvfile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"attio-etl/internal/storage"
	"attio-etl/tabular"
	"attio-etl/tabular/csvfile"
)

// wide is UTF-16 of Latin text.
func wide(text string, bigEndian bool) string {
	var b strings.Builder
	for _, r := range text {
		if bigEndian {
			b.Write([]byte{byte(r >> 8), byte(r)})
		} else {
			b.Write([]byte{byte(r), byte(r >> 8)})
		}
	}
	return b.String()
}

func TestEncodings(t *testing.T) {
	le, be := wide("a,b\nKöln,2\n", false), wide("a,b\nKöln,2\n", true)
	many := strings.Repeat("ä,\u20ac\n", 50_000)
	for name, c := range map[string]struct {
		text, encoding string
		want           []string
	}{
		"utf-16 le by its mark":       {text: "\xff\xfe" + le, want: []string{"1@2 Köln|2"}},
		"utf-16 be by its mark":       {text: "\xfe\xff" + be, want: []string{"1@2 Köln|2"}},
		"utf-16, mark":                {text: "\xfe\xff" + be, encoding: "utf-16", want: []string{"1@2 Köln|2"}},
		"utf-16, no mark":             {text: be, encoding: "utf-16", want: []string{"1@2 Köln|2"}},
		"utf-16le, no mark":           {text: le, encoding: "UTF-16LE", want: []string{"1@2 Köln|2"}},
		"utf-16le, mark":              {text: "\xff\xfe" + le, encoding: "utf-16le", want: []string{"1@2 Köln|2"}},
		"utf-16, a pair":              {text: "\xff\xfea\x00\n\x00\x3d\xd8\x00\xde\n\x00", want: []string{"1@2 😀"}},
		"utf-16, replacement is text": {text: "\xff\xfea\x00\n\x00\xfd\xff\n\x00", want: []string{"1@2 \uFFFD"}},
		"utf-8 as given":              {text: "a,b\nKöln,2\n", encoding: "utf-8", want: []string{"1@2 Köln|2"}},
		"utf-8, mark":                 {text: "\uFEFFa,b\nKöln,2\n", encoding: "utf-8", want: []string{"1@2 Köln|2"}},
		"windows-1252":                {text: "a,b\nK\xf6ln,\x80\n", encoding: "windows-1252", want: []string{"1@2 Köln|€"}},
		"latin-1 is windows-1252":     {text: "a,b\nK\xf6ln,\x80\n", encoding: "ISO-8859-1", want: []string{"1@2 Köln|€"}},
		"windows-1250":                {text: "a,b\n\xa3\xf3d\x9f,2\n", encoding: "windows-1250", want: []string{"1@2 Łódź|2"}},
		"iso-8859-2":                  {text: "a,b\n\xa3\xf3d\xbc,2\n", encoding: "iso-8859-2", want: []string{"1@2 Łódź|2"}},
		"mac roman":                   {text: "a,b\rK\x9aln,\xdb\r", encoding: "macintosh", want: []string{"1@2 Köln|€"}},
		"mac roman by another name":   {text: "a,b\rK\x9aln,\xdb\r", encoding: "mac-roman", want: []string{"1@2 Köln|€"}},
		"shift_jis":                   {text: "a,b\n\x93\xfa\x96\x7b,2\n", encoding: "shift_jis", want: []string{"1@2 日本|2"}},
		"gb18030":                     {text: "a,b\n\xd6\xd0\xce\xc4,2\n", encoding: "gb18030", want: []string{"1@2 中文|2"}},
		"euc-kr":                      {text: "a,b\n\xc7\xd1,2\n", encoding: "euc-kr", want: []string{"1@2 한|2"}},
		"big5":                        {text: "a,b\n\xa4\xa4,2\n", encoding: "big5", want: []string{"1@2 中|2"}},
		"windows-1252 lacks a byte": {
			text: "a,b\nK\xf6ln,x\x81y\n3,4\n", encoding: "windows-1252",
			want: []string{"1@2 Köln|x\xff\x88\x81y: ROW invalid-text: column \"b\" is not valid windows-1252 at character 2 of the cell: the byte 0x81", "2@3 3|4"},
		},
		"iso-8859-2 has no control characters": {
			text: "a,b\n1,\x8a\n3,4\n", encoding: "iso-8859-2",
			want: []string{"1@2 1|\xff\x88\x8a: ROW invalid-text: column \"b\" is not valid iso-8859-2 at character 1 of the cell: the byte 0x8A", "2@3 3|4"},
		},
		"half a pair": {
			text: "\xff\xfea\x00\n\x00x\x00\x00\xd8\n\x00y\x00\n\x00",
			want: []string{"1@2 x\xed\xa0\x80: ROW invalid-text: column \"a\" is not valid utf-16le at character 2 of the cell: 0xD800, half of a character", "2@3 y"},
		},
		"the second half alone": {
			text: "\xfe\xff\x00a\x00\n\xdf\xff\x00\n\x00y\x00\n",
			want: []string{"1@2 \xed\xbf\xbf: ROW invalid-text: column \"a\" is not valid utf-16be at character 1 of the cell: 0xDFFF, half of a character", "2@3 y"},
		},
		"shift_jis lacks a pair": {
			text: "a,b\n\x81,2\n3,4\n", encoding: "shift_jis",
			want: []string{"1@2 \xff\xbf\xbd|2: ROW invalid-text: column \"a\" is not valid shift_jis at character 1 of the cell: bytes that stand for no character", "2@3 3|4"},
		},
		"a wide nul": {text: "\xff\xfea\x00\n\x00\x00\x00\n\x00", want: []string{"1@2 \x00: ROW nul-byte: column \"a\" holds a NUL byte, at byte 1 of the cell"}},
		"half a unit": {
			text: "\xff\xfea\x00\n\x001\x00\n\x002", want: []string{"1@2 1", "FILE in.csv:3: truncated-file: the file ends in the middle of a character of utf-16le"},
		},
		"half a unit in a header": {
			text: "\xff\xfea\x00b", want: []string{"FILE in.csv:1: truncated-file: the file ends in the middle of a character of utf-16le"},
		},
		"shift_jis cut in a character": {
			text: "a\n1\n\x93", encoding: "shift_jis",
			want: []string{"1@2 1", "FILE in.csv:3: truncated-file: the last row has no line end and is faulty: column \"a\" is not valid shift_jis at character 1 of the cell: bytes that stand for no character"},
		},
		"utf-16 without a mark": {
			text: le, want: []string{"FILE in.csv:1: utf-16: the file has no byte order mark and looks like UTF-16: every second byte is zero"},
		},
		"utf-16, order unknown": {
			text: "a,b\n", encoding: "utf-16",
			want: []string{"FILE in.csv:0: bad-encoding: the file has neither a byte order mark nor zero bytes that tell the order of UTF-16"},
		},
		"utf-32 le": {text: "\xff\xfe\x00\x00a\x00\x00\x00", want: []string{"FILE in.csv:1: utf-32: the file is UTF-32, by its byte order mark"}},
		"utf-32 be": {text: "\x00\x00\xfe\xff\x00\x00\x00a", want: []string{"FILE in.csv:1: utf-32: the file is UTF-32, by its byte order mark"}},
		"a mark that says otherwise": {
			text: "\uFEFFa,b\n", encoding: "windows-1252",
			want: []string{"FILE in.csv:0: bad-encoding: the file starts with the byte order mark of utf-8, and the job says that it is windows-1252"},
		},
		"the mark of the other order": {
			text: "\xff\xfea\x00", encoding: "utf-16be",
			want: []string{"FILE in.csv:0: bad-encoding: the file starts with the byte order mark of utf-16le, and the job says that it is utf-16be"},
		},
		"utf-16 with the mark of utf-8": {
			text: "\uFEFFa,b\n", encoding: "utf-16",
			want: []string{"FILE in.csv:0: bad-encoding: the file starts with the byte order mark of utf-8, and the job says that it is utf-16"},
		},
		"no such encoding": {text: "a", encoding: "ebcdic", want: []string{"FILE in.csv:0: bad-encoding: \"ebcdic\" is no encoding that can be read"}},
		"iso-2022-jp":      {text: "a", encoding: "iso-2022-jp", want: []string{"FILE in.csv:0: bad-encoding: \"iso-2022-jp\" is no encoding that can be read"}},
		"characters across blocks": {
			text: "\xff\xfe" + wide("a,b\n"+many, false), want: slices.Collect(func(yield func(string) bool) {
				for i := range 50_000 {
					if !yield(tell(tabular.Row{Ordinal: int64(i + 1), Line: int64(i + 2), Cells: []tabular.Cell{tabular.StringCell("ä"), tabular.StringCell("€")}}, nil)) {
						return
					}
				}
			}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := outcome(t, c.text, csvfile.Options{Encoding: c.encoding}); !slices.Equal(got, c.want) {
				t.Errorf("got:\n%.2000s\nwant:\n%.2000s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestSingleByteEncodings: every byte becomes the one character that the encoding has for it, or is refused.
func TestSingleByteEncodings(t *testing.T) {
	for encoding, lacks := range map[string]int{"windows-1252": 5, "windows-1250": 5, "windows-1251": 1, "macintosh": 0, "koi8-r": 0, "iso-8859-15": 32} {
		var text strings.Builder
		text.WriteString("a\n")
		for b := 0x80; b <= 0xFF; b++ {
			text.Write([]byte{byte(b), '\n'})
		}
		refused, seen := 0, map[string]bool{}
		for _, told := range outcome(t, text.String(), csvfile.Options{Encoding: encoding, Delimiter: ','}) {
			if strings.Contains(told, "ROW invalid-text") {
				refused++
				continue
			}
			_, cell, _ := strings.Cut(told, " ")
			seen[cell] = true
		}
		if refused != lacks || len(seen) != 128-lacks || seen["\uFFFD"] {
			t.Errorf("%s: %d bytes refused, %d characters, want %d and %d", encoding, refused, len(seen), lacks, 128-lacks)
		}
	}
}

// TestEncodingHints: a file that is not UTF-8 comes with what it may be, and with the cell as it would then be read.
func TestEncodingHints(t *testing.T) {
	german := "Name,Ort\nM\xfcller,K\xf6ln\nSch\xe4fer & S\xf6hne,M\xfcnchen\nBr\xfcder f\xfcr die Stra\xdfe und das Geb\xe4ude,D\xfcsseldorf\n"
	for name, c := range map[string]struct {
		text string
		opts csvfile.Options
		want string
	}{
		"german":        {text: german, want: `read as windows-1252 it is "Müller": if that is right set csv: {encoding: windows-1252}`},
		"alike":         {text: "Name,Stra\xdfe \x80", want: `read as windows-1252 it is "Straße €"`},
		"in the header": {text: strings.Replace(german, "Ort", "Stra\xdfe", 1), want: `read as windows-1252 it is "Straße"`},
		"old mac":       {text: "Name,Ort\rM\x9fller,K\x9aln\r", want: `read as macintosh it is "Müller"`},
		"japanese": {
			text: "a\n\x93\xfa\x96\x7b\x82\xcc\x8a\xe9\x8b\xc6\x82\xc5\x82\xb7\x81\x42\x82\xb1\x82\xcc\x89\xef\x8e\xd0\x82\xcd\x93\x8c\x8b\x9e\x82\xc9\x82\xa0\x82\xe8\x82\xdc\x82\xb7\x81\x42\n",
			opts: csvfile.Options{Delimiter: ','}, want: `read as shift_jis it is "日本の企業です。この会社は東京にあります。"`,
		},
		"declared":   {text: "a\n\x81\n", opts: csvfile.Options{Encoding: "windows-1252"}, want: "its encoding is another"},
		"utf-16":     {text: "a\x00,\x00b\x00\n\x00", want: "set csv: {encoding: utf-16le}"},
		"utf-16 be":  {text: "\x00a\x00,\x00b\x00\n", want: "set csv: {encoding: utf-16be}"},
		"wrong mark": {text: "\uFEFFa\n", opts: csvfile.Options{Encoding: "windows-1252"}, want: "leave the encoding out"},
	} {
		if got := firstHint(t, c.text, c.opts); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q in it", name, got, c.want)
		}
	}
}

// firstHint is the hint of the first error of a file.
func firstHint(t *testing.T, text string, o csvfile.Options) string {
	t.Helper()
	s, err := csvfile.Open(storage.Local(write(t, text)), o)
	if err == nil {
		for _, err = range s.Rows(t.Context()) {
			if err != nil {
				break
			}
		}
	}
	if re, ok := errors.AsType[*tabular.RowError](err); ok {
		return re.Hint
	}
	if fe, ok := errors.AsType[*tabular.FileError](err); ok {
		return fe.Hint
	}
	t.Fatalf("%q: no fault: %v", text, err)
	return ""
}
