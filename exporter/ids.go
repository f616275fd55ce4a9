package exporter

import (
	"crypto/sha256"

	"github.com/google/uuid"
)

// ids is a set of ids in sixteen bytes each: a million are told apart in about forty megabytes.
type ids map[[16]byte]struct{}

// add reports whether the id is new.
func (s ids) add(id string) bool {
	key := compact(id)
	if _, there := s[key]; there {
		return false
	}
	s[key] = struct{}{}
	return true
}

func (s ids) has(id string) bool {
	_, there := s[compact(id)]
	return there
}

// compact is the sixteen bytes of a UUID; of an id that is none, a part of its hash.
func compact(id string) (key [16]byte) {
	if u, err := uuid.Parse(id); err == nil && u.String() == id {
		return u
	}
	sum := sha256.Sum256([]byte(id))
	copy(key[:], sum[:])
	return key
}
