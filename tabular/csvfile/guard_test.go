package csvfile

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"attio-etl/tabular"
)

// TestCleanPart: whatever the block boundaries cut, a block with something odd in it is never called clean there, and text is.
func TestCleanPart(t *testing.T) {
	for text, want := range map[string]span{
		"":                    {10, 10},
		"abc":                 {10, 13},
		"K\u00f6ln":           {10, 15},
		"ab\u00f6":            {10, 14},
		"ab\xc3":              {10, 12}, // the first byte of a character
		"ab\xe2\x82":          {10, 12},
		"\xb6ln":              {11, 13}, // the last byte of a character
		"\x82\xac\r\n":        {12, 14},
		"a\r\nb\r":            {10, 14}, // perhaps half a line end
		"a\rb":                {},
		"a\r\nb\rc":           {},
		"a\x00b":              {},
		"a\xffb":              {},
		"\x80\x80\x80\x80abc": {},
	} {
		if got := cleanPart([]byte(text), 10); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// TestOddBytesAcrossBlocks puts odd bytes at every distance from the end of a block that is otherwise clean.
func TestOddBytesAcrossBlocks(t *testing.T) {
	for odd, code := range map[string]string{"\xff": "invalid-utf8", "\xe2\x82": "invalid-utf8", "\x00": "nul-byte", "a\rb": "bare-cr"} {
		for shift := range 12 {
			pad := strings.Repeat("x\n", bufferSize/2-5) + strings.Repeat("y", shift)
			_, _, faults, final := readAll(t, []byte("a\n"+pad+odd+"\n\u20ac\n"), Options{Delimiter: ','}, whole)
			if code == "bare-cr" {
				if fe, ok := errors.AsType[*tabular.FileError](final); !ok || fe.Code != code {
					t.Errorf("%q at %d: got %v %v", odd, shift, faults, final)
				}
			} else if len(faults) != 1 || final != nil {
				t.Errorf("%q at %d: got %v %v", odd, shift, faults, final)
			}
		}
	}
}

// TestCharactersAcrossBlocks: a character that two blocks share is text.
func TestCharactersAcrossBlocks(t *testing.T) {
	for shift := range 2 * utf8.UTFMax {
		pad := strings.Repeat("x\n", bufferSize/2-5) + strings.Repeat("y", shift)
		_, rows, faults, final := readAll(t, []byte("a\n"+pad+"\U0001F600\u20ac\r\n\u00f6\n"), Options{Delimiter: ','}, whole)
		if len(faults) != 0 || final != nil || len(rows) == 0 || rows[len(rows)-1][0] != "\u00f6" {
			t.Errorf("shift %d: %v %v", shift, faults, final)
		}
	}
}

func TestReadErrorIsFinal(t *testing.T) {
	broken := errors.New("device gone")
	for name, text := range map[string]string{
		"in a row": "a,b\n1,2\n3,", "in quotes": "a,b\n1,2\n3,\"x\n", "after a row": "a,b\n1,2\n", "at a stray quote": "a,b\n1,2\n3,x\"", "in the header": "a,",
	} {
		_, rows, faults, final := readAll(t, []byte(text), Options{Delimiter: ','}, func(r io.Reader) io.Reader {
			return io.MultiReader(r, iotest.ErrReader(broken))
		})
		fe, ok := errors.AsType[*tabular.FileError](final)
		if !ok || fe.Code != "unreadable-file" || !errors.Is(final, broken) || len(faults) > 0 {
			t.Errorf("%s: rows %q, faults %q, error %v", name, rows, faults, final)
		}
	}
}
