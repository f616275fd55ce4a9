package crm

import "time"

// Field is what a row wants of an attribute. A field with no values clears the attribute; an attribute that is to be left alone has no
// field at all.
type Field struct {
	Attribute string // slug
	Values    []Value
	Write     WriteMode
}

// WriteMode is how the values of a field meet those that the record has.
type WriteMode uint8

// The modes. Append and Remove are for attributes that hold several values.
const (
	Replace WriteMode = iota // the attribute is to hold these values and no others
	IfEmpty                  // these values, where the record has none
	Append                   // these values as well as those that it has
	Remove                   // those that it has without these
)

// Key is what identifies the record of a row: the values of the match attribute, in canonical form, so that two spellings of one
// domain are one key. A key of several values stands for all of them: rows that share any value are rows of one record.
type Key struct {
	Attribute string // slug of the match attribute
	Type      Type   // of the match attribute
	Values    []string
}

// Record is a record as the workspace holds it.
type Record struct {
	ID        string
	CreatedAt time.Time
	WebURL    string
	Values    map[string][]Value // by attribute slug; no entry and an empty slice both mean no value
	Unread    []string           // slugs of attributes that hold values which this program cannot read
}
