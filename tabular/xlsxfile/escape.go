package xlsxfile

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escapeLength is the length of "_x000D_", which stands for a character that XML does not have or would change (ECMA-376 part 1,
// 22.9.2.19, ST_Xstring).
const escapeLength = len("_x000D_")

// unescape replaces such escapes, in place. Half a surrogate pair is no character, so it stays as it is written.
func unescape(text []byte) []byte {
	if !bytes.Contains(text, []byte("_x")) {
		return text
	}
	out := text[:0]
	for len(text) > 0 {
		r, n := escaped(text)
		if utf16.IsSurrogate(r) {
			low, m := escaped(text[n:])
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				n = 0
			} else {
				n += m
			}
		}
		if n == 0 {
			out = append(out, text[0])
			text = text[1:]
			continue
		}
		text = text[n:]
		out = utf8.AppendRune(out, r)
	}
	return out
}

// escaped is the character that an escape at the start of text stands for and the escape's length, 0 where there is none.
func escaped(text []byte) (r rune, length int) {
	if len(text) < escapeLength || text[0] != '_' || text[1] != 'x' || text[escapeLength-1] != '_' {
		return 0, 0
	}
	for _, b := range text[2 : escapeLength-1] {
		switch {
		case b >= '0' && b <= '9':
			b -= '0'
		case b|0x20 >= 'a' && b|0x20 <= 'f':
			b = b | 0x20 - 'a' + 10
		default:
			return 0, 0
		}
		r = r<<4 | rune(b)
	}
	return r, escapeLength
}

// escape is text as it stands in a cell: for XML, and with an escape for what XML does not have.
func escape(to *strings.Builder, text string) {
	for i, r := range text {
		switch {
		case r == '&':
			to.WriteString("&amp;")
		case r == '<':
			to.WriteString("&lt;")
		case r == '>':
			to.WriteString("&gt;")
		case r == '_' && startsEscape(text[i:]):
			to.WriteString("_x005F_")
		case r == '\r' || !validRune(r):
			fmt.Fprintf(to, "_x%04X_", r)
		default:
			to.WriteRune(r)
		}
	}
}

// startsEscape reports whether a text is, or with an escape behind it would become, one that looks like an escape.
func startsEscape(text string) bool {
	const digits = escapeLength - 1
	if len(text) < digits {
		return false
	}
	_, n := escaped([]byte(text[:digits] + "_"))
	return n > 0
}
