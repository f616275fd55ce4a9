package exporter

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/google/uuid"

	"attio-etl/tabular"
)

// Hash is that of a row's values.
type Hash [16]byte

// Known is the rows of the last export by their ids.
type Known struct{ byKey map[string]Hash }

// keyOf is an id in few bytes, as a million of them are held: a UUID behind a byte of one, any other text behind a byte of zero.
func keyOf(id string) string {
	if u, err := uuid.Parse(id); err == nil && u.String() == id {
		return "\x01" + string(u[:])
	}
	return "\x00" + id
}

func idOf(key string) string {
	if key[0] == 1 {
		return uuid.UUID([]byte(key[1:])).String()
	}
	return key[1:]
}

// Add enters a row of the last export.
func (k *Known) Add(id string, h Hash) {
	if k.byKey == nil {
		k.byKey = map[string]Hash{}
	}
	k.byKey[keyOf(id)] = h
}

// The changes of a row since the last export.
const (
	Added   = "added"
	Changed = "changed"
	Deleted = "deleted"
)

// Changes counts rows by what has become of them since the last export.
type Changes struct {
	Added   int64 `json:"added"`
	Changed int64 `json:"changed"`
	Deleted int64 `json:"deleted"`
}

// Taker is handed the rows of an export that is compared with the last one.
type Taker struct {
	Row    func(row Row, h Hash) error      // every row, as it is now
	Change func(change string, r Row) error // every row that is not as it was; of a deleted one nothing but the id is known
}

// Compare hands on the rows of the spool, and what has changed since the last export: first what is added or changed, in the order of the
// rows, then what is deleted, in the order of the ids. It uses known up.
func (e *Export) Compare(ctx context.Context, known *Known, to Taker) (Changes, error) {
	var n Changes
	err := e.Rows(ctx, func(row Row) error {
		h := hashOf(row.Cells)
		if err := to.Row(row, h); err != nil {
			return err
		}
		key := keyOf(row.ID)
		was, there := known.byKey[key]
		delete(known.byKey, key)
		switch {
		case !there:
			n.Added++
			return to.Change(Added, row)
		case was != h:
			n.Changed++
			return to.Change(Changed, row)
		default:
			return nil
		}
	})
	if err != nil {
		return n, err
	}
	for _, key := range slices.Sorted(maps.Keys(known.byKey)) {
		n.Deleted++
		if err := to.Change(Deleted, Row{ID: idOf(key)}); err != nil {
			return n, err
		}
	}
	return n, nil
}

// hashOf is a hash of cells, kinds and all.
func hashOf(cells []tabular.Cell) (h Hash) {
	var b []byte
	for _, c := range cells {
		b = tabular.AppendCell(b, c)
	}
	sum := sha256.Sum256(b)
	copy(h[:], sum[:])
	return h
}
