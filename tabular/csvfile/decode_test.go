package csvfile

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// TestDamageStaysInItsCell: whatever bytes stand before them, a decoder hands on line ends, commas and quotes: a damaged character
// must not take the end of its row with it. What it could not decode is no UTF-8.
func TestDamageStaysInItsCell(t *testing.T) {
	for _, name := range []string{"shift_jis", "euc-jp", "gbk", "gb18030", "big5", "euc-kr"} {
		for lead := 0x80; lead <= 0xFF; lead++ {
			for _, between := range []string{"", "0", "\x81", "\xfe", "\x810"} {
				for _, kept := range []string{"\n", "\r", ",", "\""} {
					checkKept(t, name, string([]byte{byte(lead)})+between, kept)
				}
			}
		}
	}
}

func checkKept(t *testing.T, name, before, kept string) {
	t.Helper()
	c, ok := charsetOf(name)
	if !ok {
		t.Fatalf("no encoding %s", name)
	}
	text, _, err := transform.String(c.decoder, "x"+before+kept+"y")
	if err != nil || !strings.HasPrefix(text, "x") || !strings.HasSuffix(text, kept+"y") {
		t.Errorf("%s: % x before %q became %q, %v", name, before, kept, text, err)
	}
	if strings.Contains(text, "\uFFFD") {
		t.Errorf("%s: % x became %q", name, before, text)
	}
}

// TestLostText: what a decoder wrote for what it could not decode is told by the bytes of the file.
func TestLostText(t *testing.T) {
	c, _ := charsetOf("iso-8859-2")
	for b := 0x80; b <= 0x9F; b++ {
		text, _, err := transform.String(c.decoder, string([]byte{byte(b)}))
		if want := fmt.Sprintf("the byte 0x%02X", b); err != nil || utf8.ValidString(text) || lostText(text) != want {
			t.Errorf("%#x: %q, %v, told as %q", b, text, err, lostText(text))
		}
	}
	for unit := 0xD800; unit <= 0xDFFF; unit++ {
		text, _, err := transform.String(utf16Decoder{}, string([]byte{byte(unit), byte(unit >> 8)}))
		if want := fmt.Sprintf("0x%04X, half of a character", unit); err != nil || utf8.ValidString(text) || lostText(text) != want {
			t.Errorf("%#x: %q, %v, told as %q", unit, text, err, lostText(text))
		}
	}
}
