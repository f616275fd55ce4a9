package parquetfile

import (
	"hash/maphash"
	"unicode/utf8"

	"attio-etl/tabular"
)

// fillTexts keeps as many texts as go into the arena at a time, and checks them together.
func fillTexts[T ~[]byte](m *maker, out []tabular.Cell, stride int, values []T) {
	longest := min(arenaText, m.maxCell)
	for at := 0; at < len(values); {
		n, size := together(values[at:], longest, m.text.room())
		switch {
		case n > 0:
			keepTogether(m, out[at*stride:], stride, values[at:at+n], size)
		case len(values[at]) <= longest:
			m.text.renew()
		default:
			out[at*stride] = m.textCell(values[at])
			n = 1
		}
		at += n
	}
}

// together is how many values come to a number of bytes at most, and how many bytes these have; one that is longer than longest ends them.
func together[T ~[]byte](values []T, longest, room int) (n, size int) {
	for _, v := range values {
		if len(v) > longest || size+len(v) > room {
			break
		}
		size += len(v)
		n++
	}
	return n, size
}

// keepTogether makes the cells of values for which the arena has room. They are UTF-8 if their sum is and each begins where a
// character does.
func keepTogether[T ~[]byte](m *maker, out []tabular.Cell, stride int, values []T, size int) {
	starts := true
	for _, v := range values {
		starts = starts && (len(v) == 0 || utf8.RuneStart(v[0]))
		m.text.add(v)
	}
	text := m.text.last(size)
	if !starts || !utf8.ValidString(text) {
		for i, v := range values {
			out[i*stride] = m.textCell(v)
		}
		return
	}
	for i, v := range values {
		out[i*stride].SetString(text[:len(v)])
		text = text[len(v):]
	}
}

const repeatsSize = 256 // texts; a power of two

// repeats makes the cells of a column with a dictionary: most texts have been seen, and are kept and checked once for many cells. At the
// most it keeps a block of the arena alive for each text.
type repeats[T ~[]byte] struct {
	maker *maker
	seed  maphash.Seed
	seen  [repeatsSize]string // by their hash, the last one of each
}

func newRepeats[T ~[]byte](m *maker) *repeats[T] {
	return &repeats[T]{maker: m, seed: maphash.MakeSeed()}
}

func (r *repeats[T]) fill(out []tabular.Cell, stride int, values []T) {
	for i, v := range values {
		cell := &out[i*stride]
		seen := &r.seen[maphash.Bytes(r.seed, v)%repeatsSize]
		if *seen == string(v) {
			cell.SetString(*seen)
			continue
		}
		*cell = r.maker.textCell(v)
		if cell.Kind() == tabular.String && len(v) <= arenaText {
			*seen = cell.Text()
		}
	}
}
