package exporter

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"attio-etl/crm"
)

// Finder finds records by their ids.
type Finder interface {
	// Find reads the records of an object that have one of the ids, at most MaxFound of them, in any order. One that there is not is left out.
	Find(ctx context.Context, object string, ids []string) ([]crm.Record, error)
}

// MaxFound is how many records are looked for at once.
const MaxFound = 200

// maxKept bounds the records that are remembered, in two generations: the younger becomes the older one when it is full.
const maxKept = 10_000

type place struct{ object, id string }

// related finds the records that references point to, and remembers those that it has found lately.
type related struct {
	finder     Finder
	young, old map[place]*crm.Record // nil for one that there is not
	trim       func(object string, r *crm.Record) *crm.Record
}

// of is the records that the given ones refer to, as far as wanted tells. They are the caller's: what is remembered may go.
func (r *related) of(
	ctx context.Context, wanted func(known func(object, id string) (*crm.Record, bool)) map[string][]string,
) (func(object, id string) (*crm.Record, bool), error) {
	here := map[place]*crm.Record{}
	known := func(object, id string) (*crm.Record, bool) {
		record, ok := here[place{object, id}]
		return record, ok
	}
	for {
		missing := wanted(known)
		if len(missing) == 0 {
			return known, nil
		}
		for _, object := range slices.Sorted(maps.Keys(missing)) {
			if err := r.look(ctx, object, missing[object], here); err != nil {
				return nil, err
			}
		}
	}
}

// look puts the records of some ids into here.
func (r *related) look(ctx context.Context, object string, ids []string, here map[place]*crm.Record) error {
	var ask []string
	for _, id := range ids {
		at := place{object, id}
		record, known := r.young[at]
		if !known {
			if record, known = r.old[at]; known {
				r.keep(at, record)
			}
		}
		if known {
			here[at] = record
		} else {
			ask = append(ask, id)
		}
	}
	for chunk := range slices.Chunk(ask, MaxFound) {
		found, err := r.finder.Find(ctx, object, chunk)
		if err != nil {
			return fmt.Errorf("find %d records of %s that are referred to: %w", len(chunk), object, err)
		}
		for _, id := range chunk {
			here[place{object, id}] = nil
		}
		for i := range found {
			here[place{object, found[i].ID}] = r.trim(object, &found[i])
		}
		for _, id := range chunk {
			r.keep(place{object, id}, here[place{object, id}])
		}
	}
	return nil
}

func (r *related) keep(at place, record *crm.Record) {
	if len(r.young) >= maxKept || r.young == nil {
		r.young, r.old = map[place]*crm.Record{}, r.young
	}
	r.young[at] = record
}
