package csvfile

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// The decoders turn what their encoding does not have into bytes that UTF-8 does not have, never into U+FFFD: that is a character,
// and a file may hold it. So one check of the decoded text finds it (lostText tells what it was), and a reject that holds such a
// cell cannot be imported by mistake.

var errHalfCharacter = errors.New("the file ends in the middle of a character")

// charmapDecoder decodes an encoding of one byte a character that has ASCII in its lower half.
type charmapDecoder struct {
	transform.NopResetter
	upper [128]text
}

type text struct {
	bytes [utf8.UTFMax]byte
	n     int
}

func newCharmapDecoder(m *charmap.Charmap) *charmapDecoder {
	d := &charmapDecoder{}
	for i := range d.upper {
		b := byte(utf8.RuneSelf + i)
		r := m.DecodeByte(b)
		if r == utf8.RuneError {
			d.upper[i] = text{bytes: [utf8.UTFMax]byte{0xFF, 0x80 | b>>4, 0x80 | b&0xF}, n: 3}
			continue
		}
		d.upper[i].n = utf8.EncodeRune(d.upper[i].bytes[:], r)
	}
	return d
}

// Transform implements transform.Transformer.
func (d *charmapDecoder) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for ; nSrc < len(src); nSrc++ {
		if c := src[nSrc]; c < utf8.RuneSelf {
			if nDst == len(dst) {
				return nDst, nSrc, transform.ErrShortDst
			}
			dst[nDst] = c
			nDst++
			continue
		}
		t := &d.upper[src[nSrc]-utf8.RuneSelf]
		if nDst+t.n > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], t.bytes[:t.n])
	}
	return nDst, nSrc, nil
}

// utf16Decoder decodes UTF-16. A surrogate without its partner becomes the three bytes that UTF-8 would have for it if it were a character.
type utf16Decoder struct {
	transform.NopResetter
	bigEndian bool
}

func (d utf16Decoder) unit(src []byte) rune {
	if d.bigEndian {
		return rune(src[0])<<8 | rune(src[1])
	}
	return rune(src[1])<<8 | rune(src[0])
}

// Transform implements transform.Transformer.
func (d utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		if len(rest) < 2 {
			return nDst, nSrc, d.short(atEOF)
		}
		r, size := d.unit(rest), 2
		if utf16.IsSurrogate(r) {
			if len(rest) < 4 && !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			if len(rest) >= 4 {
				if pair := utf16.DecodeRune(r, d.unit(rest[2:])); pair != utf8.RuneError {
					r, size = pair, 4
				}
			}
		}
		if len(dst)-nDst < utf8.UTFMax {
			return nDst, nSrc, transform.ErrShortDst
		}
		if size == 2 && utf16.IsSurrogate(r) {
			nDst += copy(dst[nDst:], []byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
		} else {
			nDst += utf8.EncodeRune(dst[nDst:], r)
		}
		nSrc += size
	}
	return nDst, nSrc, nil
}

func (utf16Decoder) short(atEOF bool) error {
	if atEOF {
		return errHalfCharacter
	}
	return transform.ErrShortSrc
}

// multiByteDecoder marks what the decoder of an East Asian encoding could not decode: it writes U+FFFD, which these encodings do not
// have, but for the last corner of GB 18030.
type multiByteDecoder struct{ transform.Transformer }

// Transform implements transform.Transformer.
func (d multiByteDecoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	nDst, nSrc, err = d.Transformer.Transform(dst, src, atEOF)
	for written := dst[:nDst]; ; {
		i := bytes.Index(written, []byte("\uFFFD"))
		if i < 0 {
			return nDst, nSrc, err
		}
		written[i] = 0xFF
		written = written[i+3:]
	}
}

// lostText says what a decoder could not decode, by the bytes that it wrote for it.
func lostText(decoded string) string {
	switch {
	case len(decoded) >= 3 && decoded[0] == 0xED:
		return fmt.Sprintf("0x%04X, half of a character", 0xD000|int(decoded[1]&0x3F)<<6|int(decoded[2]&0x3F))
	case len(decoded) >= 3 && decoded[0] == 0xFF && decoded[1]&0xF0 == 0x80:
		return fmt.Sprintf("the byte 0x%02X", decoded[1]&0xF<<4|decoded[2]&0xF)
	default:
		return "bytes that stand for no character"
	}
}
