package parquetfile

import "strings"

const (
	arenaSize = 4 << 10 // bytes; a cell that is kept keeps as much alive
	arenaText = 512     // bytes; a longer text stands alone
)

// arena holds short texts together: a string for each costs more time than the column's decoding.
type arena struct{ b strings.Builder }

// keep copies b.
func (a *arena) keep(b []byte) string {
	if len(b) > arenaText {
		return string(b)
	}
	if a.b.Cap()-a.b.Len() < len(b) {
		a.b.Reset() // what was handed out stays as it is
		a.b.Grow(arenaSize)
	}
	start := a.b.Len()
	a.b.Write(b)
	return a.b.String()[start:]
}
