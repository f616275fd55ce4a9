package exporter

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"attio-etl/crm"
)

// remarks stands for the comments on people: as many as the number of the person has as its remainder by three.
func remarks(_ context.Context, item *crm.Record) ([]crm.Record, error) {
	var number int
	if _, err := fmt.Sscanf(item.ID, "p%d", &number); err != nil {
		return nil, err
	}
	var all []crm.Record
	for i := range number % 3 {
		all = append(all, crm.Record{ID: fmt.Sprint(item.ID, "-", i), Values: item.Values})
	}
	return all, nil
}

// What items stand for is exported in their order; an export that stops after any frame goes on from there, and fails where an item does.
func TestExpand(t *testing.T) {
	export := func() *Export {
		e := exportOf(t, newStaff(100), "record_id, company.name")
		e.Spool, e.Expand = &memory{}, remarks
		return e
	}
	whole := export()
	reached, err := whole.Read(t.Context())
	rows := rowsOf(t, whole)
	if err != nil || reached.Rows != 99 || len(rows) != 99 || rows[0] != "p001-0|p001-0|company c0" || rows[1] != "p002-0|p002-0|company c0" || rows[2] != "p002-1|p002-1|company c0" {
		t.Fatalf("%+v, %v, %.3q", reached, err, rows)
	}
	for most := 1; most < 11; most++ {
		e := export()
		spool := &memory{most: most}
		e.Spool = spool
		if _, err := e.Read(t.Context()); !errors.Is(err, errFull) {
			t.Fatalf("after %d frames: %v", most, err)
		}
		spool.most = 0
		again, err := e.Read(t.Context())
		if err != nil || again.Rows != 99 || again.Pages.Bridges != 0 {
			t.Fatalf("after %d frames: %+v, %v", most, again, err)
		}
		if diff := cmp.Diff(rows, rowsOf(t, e)); diff != "" {
			t.Errorf("after %d frames (-want +got):\n%s", most, diff)
		}
	}
	broken := errors.New("no comments today")
	e := export()
	e.Expand = func(ctx context.Context, item *crm.Record) ([]crm.Record, error) {
		if item.ID == "p057" {
			return nil, broken
		}
		return remarks(ctx, item)
	}
	if _, err := e.Read(t.Context()); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// A short list is read whole, over several pages and whatever its creation times say; one that fails is none.
func TestWhole(t *testing.T) {
	s := newShelf(57)
	s.change = func(s *shelf) {
		if s.requests == 3 {
			s.numbers = s.numbers[4:] // moves everything up
		}
	}
	all, err := Whole(t.Context(), s, 10)
	times := map[string]int{}
	for _, r := range all {
		times[r.ID]++
	}
	for i := 4; i < 57; i++ {
		if times[fmt.Sprint(i)] != 1 {
			t.Errorf("%d was read %d times", i, times[fmt.Sprint(i)])
		}
	}
	if err != nil {
		t.Error(err)
	}
	falling := newStaff(3)
	falling.people[2].CreatedAt = epoch.AddDate(-1, 0, 0)
	if all, err := Whole(t.Context(), falling, 10); err != nil || len(all) != 3 {
		t.Errorf("%d, %v", len(all), err)
	}
	s = newShelf(57)
	s.fail = map[int]error{4: errFull}
	if _, err := Whole(t.Context(), s, 10); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
