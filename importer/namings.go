package importer

import (
	"slices"

	"attio-etl/crm"
)

// namings tells which rows name a record, by digests of the record's names. It holds one entry for each name, and one more only for rows
// that share one.
type namings struct {
	first map[digest]uint32
	more  map[digest][]uint32
}

func newNamings() namings {
	return namings{first: map[digest]uint32{}, more: map[digest][]uint32{}}
}

// add notes that a row names a record.
func (n *namings) add(name digest, row uint32) {
	first, taken := n.first[name]
	switch {
	case !taken:
		n.first[name] = row
	case first != row && !slices.Contains(n.more[name], row):
		n.more[name] = append(n.more[name], row)
	}
}

// rows is the rows that name a record, in order.
func (n *namings) rows(name digest) []uint32 {
	first, ok := n.first[name]
	if !ok {
		return nil
	}
	rows := append([]uint32{first}, n.more[name]...)
	slices.Sort(rows)
	return rows
}

// drop forgets a name.
func (n *namings) drop(name digest) {
	delete(n.first, name)
	delete(n.more, name)
}

// move has one name stand for another of the same record too.
func (n *namings) move(from, to digest) {
	rows := n.rows(from)
	n.drop(from)
	for _, row := range rows {
		n.add(to, row)
	}
}

// nameOf is the digest of how a value names a record: by its key, or by its id.
func nameOf(v crm.Value) (name digest, ok bool) {
	ref, ok := v.(crm.RecordReference)
	if !ok {
		return digest{}, false
	}
	if key, byKey := keyOfReference(v); byKey {
		return key.name(), true
	}
	return idName(ref.Object, ref.ID), true
}

func (k recordKey) name() digest { return digestOf(k.object + "\x00" + k.match + "\x00" + k.value) }

func idName(object, id string) digest { return digestOf(object + "\x00\x00" + id) }
