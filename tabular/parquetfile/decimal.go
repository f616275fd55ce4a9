package parquetfile

import (
	"encoding/hex"
	"math/big"
	"strconv"

	"attio-etl/tabular"
)

const (
	maxScale        = 1_000 // decimal places
	maxDecimalBytes = 1_024 // of an unscaled value: more than 2,400 digits
)

// intDecimal spells unscaled / 10^scale exactly, with all of its places.
func (m *maker) intDecimal(unscaled int64, scale int) tabular.Cell {
	var digits [20]byte
	return m.point(strconv.AppendInt(digits[:0], unscaled, 10), scale)
}

// bytesDecimal reads an unscaled value in two's complement, the most significant byte first.
func (m *maker) bytesDecimal(b []byte, scale int) tabular.Cell {
	if len(b) == 0 || len(b) > maxDecimalBytes {
		return outOfRange(hex.EncodeToString(b[:min(len(b), 16)]), "the decimal has no digits or too many")
	}
	short := b
	for len(short) > 1 && (short[0] == 0 && short[1] < 0x80 || short[0] == 0xFF && short[1] >= 0x80) {
		short = short[1:] // says no more than the sign
	}
	if len(short) <= 8 {
		v := int64(int8(short[0]))
		for _, d := range short[1:] {
			v = v<<8 | int64(d)
		}
		return m.intDecimal(v, scale)
	}
	v := new(big.Int).SetBytes(short)
	if short[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(len(short))*8))
	}
	return m.point([]byte(v.String()), scale)
}

// point sets the decimal point into a whole number.
func (m *maker) point(digits []byte, scale int) tabular.Cell {
	s := m.scratch[:0]
	if digits[0] == '-' {
		s, digits = append(s, '-'), digits[1:]
	}
	switch whole := len(digits) - scale; {
	case scale == 0:
		s = append(s, digits...)
	case whole > 0:
		s = append(append(append(s, digits[:whole]...), '.'), digits[whole:]...)
	default:
		s = append(s, '0', '.')
		for ; whole < 0; whole++ {
			s = append(s, '0')
		}
		s = append(s, digits...)
	}
	m.scratch = s
	return tabular.DecimalCell(m.text.keep(s))
}
