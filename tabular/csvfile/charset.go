package csvfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"

	"attio-etl/tabular"
)

const (
	utf8Name    = "utf-8"
	utf16Name   = "utf-16"
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
	utf32Name   = "utf-32"
)

// charset is the encoding of a file.
type charset struct {
	name     string // as the WHATWG Encoding Standard has it
	evidence string
	decoder  transform.Transformer // into UTF-8; nil where that is what the file has
}

// marks are the byte order marks. The longer ones come first, as that of UTF-32 starts like one of UTF-16.
var marks = []struct{ mark, name string }{
	{"\xFF\xFE\x00\x00", utf32Name},
	{"\x00\x00\xFE\xFF", utf32Name},
	{"\xEF\xBB\xBF", utf8Name},
	{"\xFF\xFE", utf16LEName},
	{"\xFE\xFF", utf16BEName},
}

// signatures are the first bytes of files that are often named .csv and are none.
var signatures = []struct{ start, what, hint string }{
	{"PK\x03\x04", "a ZIP archive, as XLSX files are", "save the sheet as CSV UTF-8"},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document, as .xls files are", "save the sheet as CSV UTF-8"},
	{"PAR1", "a Parquet file", "name it .parquet"},
	{"\x1F\x8B", "compressed with gzip", "name it .csv.gz"},
	{"\x28\xB5\x2F\xFD", "compressed with zstd", "name it .csv.zst"},
}

// aliases are common names that the standard does not know.
var aliases = map[string]string{
	"latin-1": "latin1", "mac-roman": "macintosh", "macroman": "macintosh", "ascii": utf8Name, "us-ascii": utf8Name, "gb-18030": "gb18030",
}

// decode gives the text of the file in UTF-8, without its byte order mark. What its encoding does not have comes out as invalid UTF-8.
func (p *pass) decode(file io.Reader) (io.Reader, error) {
	raw := bufio.NewReaderSize(file, bufferSize)
	head, _ := raw.Peek(bufferSize) // a short file is fine, and a read error shows again below
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.start)) {
			return nil, p.fileError(1, "not-text", "the file is "+s.what+", not CSV", s.hint)
		}
	}
	if invalidAt(head) >= 0 {
		p.original = bytes.Clone(head)
	}
	mark, length := markOf(head)
	c, err := p.source.charset(head, mark)
	if err != nil {
		return nil, err
	}
	p.charset = c
	if _, err := raw.Discard(length); err != nil {
		return nil, err
	}
	if c.decoder == nil {
		return raw, nil
	}
	return transform.NewReader(raw, c.decoder), nil
}

// markOf is the encoding that a byte order mark stands for, and the mark's length.
func markOf(head []byte) (name string, length int) {
	for _, m := range marks {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			return m.name, len(m.mark)
		}
	}
	return "", 0
}

// charset decides on the encoding: that of the options, which a mark must not contradict, else that of the mark, else UTF-8.
func (s *Source) charset(head []byte, mark string) (charset, error) {
	given := strings.ToLower(strings.TrimSpace(s.opts.Encoding))
	if given == "auto" {
		given = ""
	}
	order := zeroOrder(head)
	switch {
	case mark == utf32Name:
		return charset{}, s.undecided(utf32Name, "the file is UTF-32, by its byte order mark", convertHint)
	case given == "" && mark != "":
		return s.named(mark, "by its byte order mark")
	case given == "" && order != "":
		return charset{}, s.undecided(utf16Name, "the file has no byte order mark and looks like UTF-16: every second byte is zero", "set csv: {encoding: "+order+"}")
	case given == "":
		return s.named(utf8Name, "without a byte order mark")
	case given == utf16Name && (mark == utf16LEName || mark == utf16BEName):
		return s.named(mark, "by its byte order mark")
	case given == utf16Name && mark == "" && order != "":
		return s.named(order, "by its zero bytes")
	case given == utf16Name && mark == "":
		return charset{}, s.undecided("bad-encoding", "the file has neither a byte order mark nor zero bytes that tell the order of UTF-16", "name it: utf-16le or utf-16be")
	}
	return s.given(given, mark)
}

func (s *Source) given(given, mark string) (charset, error) {
	c, err := s.named(given, "as given")
	if err == nil && mark != "" && mark != c.name {
		problem := fmt.Sprintf("the file starts with the byte order mark of %s, and the job says that it is %s", mark, given)
		return charset{}, s.undecided("bad-encoding", problem, "leave the encoding out: the mark tells it")
	}
	return c, err
}

func (s *Source) undecided(code, problem, hint string) *tabular.FileError {
	e := s.fault(code, problem, hint)
	if code != "bad-encoding" {
		e.Line = 1
	}
	return e
}

// named is the encoding of a name.
func (s *Source) named(name, why string) (charset, error) {
	c, ok := charsetOf(name)
	if !ok {
		return c, s.undecided("bad-encoding", fmt.Sprintf("%q is no encoding that can be read", name),
			"use a name such as utf-8, utf-16, windows-1252, windows-1250, macintosh or shift_jis")
	}
	c.evidence = c.name + " " + why
	if why == "as given" && name != c.name {
		c.evidence = c.name + " (given as " + name + ")"
	}
	return c, nil
}

// charsetOf finds an encoding by its name. ISO-2022-JP is left out: one damaged byte changes the meaning of the line ends after it.
func charsetOf(name string) (charset, bool) {
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	encoding, err := htmlindex.Get(name)
	if err != nil {
		return charset{}, false
	}
	c := charset{}
	if c.name, err = htmlindex.Name(encoding); err != nil {
		return charset{}, false
	}
	switch c.name {
	case utf8Name:
	case utf16LEName, utf16BEName:
		c.decoder = utf16Decoder{bigEndian: c.name == utf16BEName}
	case "iso-2022-jp", "replacement", "x-user-defined":
		return charset{}, false
	default:
		if single, ok := encoding.(*charmap.Charmap); ok {
			c.decoder = newCharmapDecoder(single)
		} else {
			c.decoder = multiByteDecoder{encoding.NewDecoder()}
		}
	}
	return c, true
}

// zeroOrder tells UTF-16 by its zero bytes, of which ASCII has one in two and other text none: the name, or "".
func zeroOrder(head []byte) string {
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	pairs := max(len(head)/2, 1)
	switch even, odd := zeros[0], zeros[1]; {
	case odd*4 >= pairs && even*10 <= odd:
		return utf16LEName
	case even*4 >= pairs && odd*10 <= even:
		return utf16BEName
	}
	return ""
}
