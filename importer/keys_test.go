package importer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"attio-etl/crm"
)

// TestGroupsAreThoseOfAGraph compares the index with a search through the graph of rows that share values.
func TestGroupsAreThoseOfAGraph(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 0))
		rows := make([][]string, 1+rng.IntN(30))
		k := newKeyIndex()
		for i := range rows {
			for range rng.IntN(3) {
				rows[i] = append(rows[i], fmt.Sprint(rng.IntN(40)))
			}
			if err := k.add(int64(i+1), crm.Key{Values: rows[i]}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range rows {
			reached := reach(rows, i)
			group, peer, shared := k.shared(int64(i + 1))
			if shared != (len(reached) > 1) {
				t.Fatalf("seed %d: row %d shared = %v, want %v: %v", seed, i+1, shared, len(reached) > 1, rows)
			}
			if shared && (!reached[int(group)-1] || !reached[int(peer)-1] || int(peer) == i+1) {
				t.Fatalf("seed %d: row %d has group %d and peer %d, of %v", seed, i+1, group, peer, reached)
			}
			for j := range rows {
				other, _, ok := k.shared(int64(j + 1))
				if shared && ok && (group == other) != reached[j] {
					t.Fatalf("seed %d: rows %d and %d: one group %v, want %v", seed, i+1, j+1, group == other, reached[j])
				}
			}
		}
	}
}

func reach(rows [][]string, from int) map[int]bool {
	reached, queue := map[int]bool{from: true}, []int{from}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for j := range rows {
			if !reached[j] && overlap(rows[i], rows[j]) {
				reached[j] = true
				queue = append(queue, j)
			}
		}
	}
	return reached
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

func TestARowDoesNotShareWithItself(t *testing.T) {
	k := newKeyIndex()
	if err := k.add(1, crm.Key{Values: []string{"a", "a"}}); err != nil {
		t.Fatal(err)
	}
	if _, _, shared := k.shared(1); shared {
		t.Error("a value that a row has twice made it its own duplicate")
	}
}

func TestTooManyRows(t *testing.T) {
	if err := newKeyIndex().add(1<<32, crm.Key{Values: []string{"a"}}); err == nil {
		t.Error("an ordinal beyond 32 bits was cut off")
	}
}
