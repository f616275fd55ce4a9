package profile

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// How many hashes the sketches of a table keep: all together as many as make 16 MiB, unless that is too few for one or more than it needs.
// An estimate from 4,096 hashes is off by one in sixty-four, most of the time, one from 256 by one in sixteen.
const (
	allHashes  = 2 << 20
	mostHashes = 4096
	fewHashes  = 256
)

// sketchSize is how many hashes each sketch of a table keeps.
func sketchSize(columns int) int {
	return min(max(allHashes/max(columns, 1), fewHashes), mostHashes)
}

// sketch estimates how many different texts it has seen, from the smallest of their hashes: if the 4,096th smallest of n hashes that
// are spread evenly is at a hundredth of their range, n is about 409,600. Up to as many texts as it keeps hashes it is exact.
type sketch struct {
	size     int
	smallest []uint64 // rising
	full     bool     // larger ones were left out
}

func (s *sketch) add(text string) {
	h := xxhash.Sum64String(text)
	last := len(s.smallest) - 1
	if last+1 == s.size && h > s.smallest[last] {
		s.full = true
		return
	}
	at, known := slices.BinarySearch(s.smallest, h)
	if known {
		return
	}
	if last+1 == s.size {
		s.full = true
		s.smallest = s.smallest[:last]
	}
	s.smallest = slices.Insert(s.smallest, at, h)
}

// count is how many different texts there were, and whether that is exact.
func (s *sketch) count() (n int64, exact bool) {
	if !s.full {
		return int64(len(s.smallest)), true
	}
	share := float64(s.smallest[s.size-1]) / math.MaxUint64
	return int64(math.Round(float64(s.size-1) / share)), false
}
