package importer

import (
	"crypto/sha256"
	"errors"
	"math"
	"strings"

	"attio-etl/crm"
)

// keyIndex finds rows that share a key. Rows that share any value of a several-valued key belong together, also by way of a third
// row: the groups are those of union-find.
//
// It is what pass 1 keeps of a file: one entry for each distinct key value, and one more only for rows that do share. Values are
// kept as 128-bit digests; a collision among a billion values is less likely than a disk error.
type keyIndex struct {
	first   map[digest]uint32 // key value -> the first row that has it
	members map[uint32]member // rows that share a value with another row
}

type digest [16]byte

type member struct {
	parent uint32 // union-find; a root is its own parent
	peer   uint32 // another row of the group, for the message
}

func newKeyIndex() *keyIndex {
	return &keyIndex{first: map[digest]uint32{}, members: map[uint32]member{}}
}

var errTooManyRows = errors.New("a source of more than 4,294,967,295 rows: split it")

func digestOf(s string) digest {
	sum := sha256.Sum256([]byte(s))
	return digest(sum[:16])
}

// firstRow is the first row that has a key value.
func (k *keyIndex) firstRow(value string) (row uint32, ok bool) {
	row, ok = k.first[digestOf(value)]
	return row, ok
}

// add enters a row's key.
func (k *keyIndex) add(ordinal int64, key crm.Key) error {
	if ordinal > math.MaxUint32 {
		return errTooManyRows
	}
	row := uint32(ordinal)
	for _, v := range key.Values {
		d := digestOf(v)
		owner, taken := k.first[d]
		if !taken {
			k.first[d] = row
		} else if owner != row {
			k.join(owner, row)
		}
	}
	return nil
}

func (k *keyIndex) join(a, b uint32) {
	if _, ok := k.members[a]; !ok {
		k.members[a] = member{parent: a, peer: b}
	}
	if _, ok := k.members[b]; !ok {
		k.members[b] = member{parent: b, peer: a}
	}
	rootA, rootB := k.root(a), k.root(b)
	if rootA == rootB {
		return
	}
	// The smaller ordinal is the root, so that a group's number does not depend on the order of joins.
	low, high := min(rootA, rootB), max(rootA, rootB)
	m := k.members[high]
	m.parent = low
	k.members[high] = m
}

// root finds the group of a member, shortening the path on the way.
func (k *keyIndex) root(row uint32) uint32 {
	m := k.members[row]
	for m.parent != row {
		up := k.members[m.parent]
		m.parent = up.parent
		k.members[row] = m
		row, m = m.parent, k.members[m.parent]
	}
	return row
}

// shared is the group of a row that shares its key with others, and one of those rows.
func (k *keyIndex) shared(ordinal int64) (group, peer int64, ok bool) {
	m, ok := k.members[uint32(ordinal)]
	if !ok {
		return 0, 0, false
	}
	return int64(k.root(uint32(ordinal))), int64(m.peer), true
}

// rows is how many rows share their key with another.
func (k *keyIndex) rows() int64 { return int64(len(k.members)) }

// shownKey is a key as people know it: a record that is named by a value of its own stands there by that value alone.
func shownKey(key crm.Key) crm.Key {
	if key.Type != crm.TypeRecordReference {
		return key
	}
	shown := crm.Key{Attribute: key.Attribute, Type: key.Type, Values: make([]string, len(key.Values))}
	for i, v := range key.Values {
		parts := strings.SplitN(v, "/", 3) // object/attribute/value, or an id
		shown.Values[i] = parts[len(parts)-1]
	}
	return shown
}

// spelledKey is the same as one text.
func spelledKey(key crm.Key) string { return strings.Join(shownKey(key).Values, "; ") }
