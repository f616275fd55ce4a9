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

// TestTextAcrossBlocks: a character, a line end and a doubled quote that two blocks share are read like any other.
func TestTextAcrossBlocks(t *testing.T) {
	for shift := range 4 * utf8.UTFMax {
		pad := strings.Repeat("x\n", bufferSize/2-8) + "\"" + strings.Repeat("y", shift)
		_, rows, faults, final := readAll(t, []byte("a\n"+pad+"\U0001F600\"\"\r\n\"\r\n\u00f6\n"), Options{Delimiter: ','}, whole)
		if want := strings.Repeat("y", shift) + "\U0001F600\"\r\n"; len(faults) != 0 || final != nil || rows[len(rows)-2][0] != want || rows[len(rows)-1][0] != "\u00f6" {
			t.Errorf("shift %d: %q %v %v", shift, rows[len(rows)-2:], faults, final)
		}
	}
}

// counted counts what is read of an endless cell.
type counted struct{ read int64 }

func (c *counted) Read(p []byte) (int, error) {
	c.read += int64(len(p))
	if c.read > 1<<30 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestLimitBoundsReading: a record that does not end is not read to its end.
func TestLimitBoundsReading(t *testing.T) {
	for _, start := range []string{"a\n\"", "a\n", ""} {
		endless := &counted{}
		_, _, _, final := readAll(t, nil, Options{MaxRecord: 1 << 20, HeaderRow: 2}, func(io.Reader) io.Reader {
			return io.MultiReader(strings.NewReader(start), endless)
		})
		if _, ok := errors.AsType[*tabular.FileError](final); !ok || endless.read > 1<<23 {
			t.Errorf("%q: read %d bytes to find %v", start, endless.read, final)
		}
	}
}

func TestReadErrorIsFinal(t *testing.T) {
	for _, broken := range []error{errors.New("device gone"), io.ErrUnexpectedEOF} {
		for name, text := range map[string]string{
			"in a row": "a,b\n1,2\n3,", "in quotes": "a,b\n1,2\n3,\"x\n", "after a row": "a,b\n1,2\n", "at a stray quote": "a,b\n1,2\n3,x\"", "in the header": "a,",
			"at once": "", "behind a quote": "a,b\n1,2\n3,\"x\"", "in a preamble": "x",
		} {
			o := Options{Delimiter: ','}
			if name == "in a preamble" {
				o.HeaderRow = 2
			}
			for _, encoding := range []string{"utf-8", "windows-1252"} {
				o.Encoding = encoding
				_, rows, faults, final := readAll(t, []byte(text), o, func(r io.Reader) io.Reader {
					return io.MultiReader(r, iotest.ErrReader(broken))
				})
				fe, ok := errors.AsType[*tabular.FileError](final)
				if !ok || fe.Code != "unreadable-file" || !errors.Is(final, broken) || len(faults) > 0 {
					t.Errorf("%s, %s: rows %q, faults %q, error %v", name, encoding, rows, faults, final)
				}
			}
		}
	}
}

// TestInvalidAt: the same as looking at one character after the other.
func TestInvalidAt(t *testing.T) {
	for _, odd := range []string{"", "ö", "\xff", "\xe2\x82", "\xed\xa0\x80", "\uFFFD", "\xc3"} {
		for before := range 20 {
			for after := range 20 {
				text := strings.Repeat("x", before) + odd + strings.Repeat("y", after)
				want := -1
				if !utf8.ValidString(odd) {
					want = before
				}
				if got := invalidAt([]byte(text)); got != want {
					t.Errorf("%q: got %d, want %d", text, got, want)
				}
			}
		}
	}
}
