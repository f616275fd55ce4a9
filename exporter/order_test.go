package exporter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"attio-etl/crm"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// blocks are a scratch in memory that fails when it is told to.
type blocks struct {
	all  [][]byte
	most int // blocks that it takes; 0: all
}

func (b *blocks) Append(block []byte) (int, error) {
	if b.most > 0 && len(b.all) == b.most {
		return 0, errFull
	}
	b.all = append(b.all, slices.Clone(block))
	return len(b.all) - 1, nil
}

func (b *blocks) Block(i int) ([]byte, error) { return slices.Clone(b.all[i]), nil }

// sortedExport is an export of people by their team, of which there are few, and with long notes, so that there are many parts and blocks.
func sortedExport(t *testing.T, n int) (*Export, *staff) {
	t.Helper()
	job, wrong := jobs.Parse("", []byte("version: 1\nexport:\n  from: {object: people}\n  columns: [record_id, note]\n"+
		"  sorts: [{attribute: team, direction: desc}]\n  to: {path: p.csv}\n"), nil)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	flat, _, wrong := mapping.Flatten(job, &crm.Schema{Target: crm.Target{Object: "people"}, Attributes: []crm.Attribute{
		{Slug: "note", Type: crm.TypeText}, {Slug: "team", Type: crm.TypeNumber},
	}}, nil, nil)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	s := &staff{}
	for i := range n {
		r := crm.Record{ID: fmt.Sprintf("p%06d", i*7919%n), CreatedAt: epoch, Values: map[string][]crm.Value{"note": {crm.Text(strings.Repeat(fmt.Sprint(i, " "), 80))}}}
		if i%11 > 0 {
			r.Values["team"] = []crm.Value{crm.Number(i * 31 % 17)}
		}
		s.people = append(s.people, r)
	}
	return &Export{Lister: s, Finder: s, Flat: flat, Spool: &memory{}, Scratch: &blocks{}, Size: 100, Ahead: 3}, s
}

func TestRowsInOrder(t *testing.T) {
	const n = 3001 // prime to the factor of the ids, so that each is one of its own
	for _, atOnce := range []int{1, 100_000, 300_000, 0} {
		e, s := sortedExport(t, n)
		e.atOnce = atOnce
		if _, err := e.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(s.people)
		slices.SortFunc(want, func(a, b crm.Record) int {
			x, y := a.Values["team"], b.Values["team"]
			if len(x) == 0 || len(y) == 0 {
				return cmp.Or(len(y)-len(x), strings.Compare(a.ID, b.ID))
			}
			m, _ := x[0].(crm.Number)
			n, _ := y[0].(crm.Number)
			return cmp.Or(cmp.Compare(n, m), strings.Compare(a.ID, b.ID))
		})
		for range 2 { // a file of changes and one of everything are written from one order
			rows := rowsOf(t, e)
			if len(rows) != n {
				t.Fatalf("%d bytes at once: %d rows", atOnce, len(rows))
			}
			for i, row := range rows {
				if id, note, _ := strings.Cut(row, "|"); id != want[i].ID || !strings.HasPrefix(note, id+"|") {
					t.Fatalf("%d bytes at once: row %d is %.40s, want %s", atOnce, i, row, want[i].ID)
				}
			}
		}
		if parts := len(e.sorted.parts); (atOnce == 0) != (parts == 0) || (atOnce == 1 && parts != 31) {
			t.Errorf("%d bytes at once: %d parts", atOnce, parts)
		}
	}
}

// What keeps rows from being put into order ends the export.
func TestRowsThatCannotBePutIntoOrder(t *testing.T) {
	e, _ := sortedExport(t, 1000)
	e.atOnce = 50_000
	nothing := func(Row) error { return nil }
	if _, err := e.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	scratch := &blocks{most: 2}
	e.Scratch = scratch
	if err := e.Rows(t.Context(), nothing); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	scratch.most = 0
	if err := e.Rows(t.Context(), nothing); err != nil {
		t.Errorf("room again: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := e.Rows(stopped, nothing); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	last := len(scratch.all) - 1
	scratch.all[last] = scratch.all[last][:len(scratch.all[last])/2]
	if err := e.Rows(t.Context(), nothing); !errors.Is(err, errDamagedFrame) {
		t.Errorf("a block is cut short: %v", err)
	}
}
