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
	if a.room() < len(b) {
		a.renew()
	}
	a.add(b)
	return a.last(len(b))
}

// room is how many bytes more there is place for.
func (a *arena) room() int { return a.b.Cap() - a.b.Len() }

// renew makes room for arenaSize bytes. What was handed out stays as it is.
func (a *arena) renew() {
	a.b.Reset()
	a.b.Grow(arenaSize)
}

// add copies b, for which there is room.
func (a *arena) add(b []byte) { a.b.Write(b) }

// last is the last n bytes that were added.
func (a *arena) last(n int) string { return a.b.String()[a.b.Len()-n:] }
