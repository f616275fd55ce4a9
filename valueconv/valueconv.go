package valueconv

import (
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/tabular"
)

// Options is how the cells of one column are spelled.
type Options struct {
	Trim    bool              // cut white space around the cell, and around each part of a split one
	Split   string            // separator of several values in one cell; empty: the cell is one value
	Decimal string            // decimal mark, "." (default) or ","; the other one, blanks and apostrophes may group thousands
	Format  string            // date format in the letters YYYY MM M MMM MMMM DD D, a final * for any rest; empty: ISO 8601 only
	Choices map[string]string // spelling in the file -> title or id of an option

	// Timezone is the IANA name of the zone of times that name none, "Europe/Berlin"; empty: UTC.
	Timezone string
	// Country is the ISO 3166-1 alpha-2 code of the country of phone numbers that name none; empty: such numbers are refused.
	Country string
	// Reference is the unique attribute of the referenced object by whose values the cells of a record reference name records; nil:
	// cells hold record ids. It comes with the object's slug.
	Reference *Reference
	// KeepUnknown makes an option or status that the attribute does not have a value with a title and no id, instead of a finding: it
	// is for the caller to create or to leave out.
	KeepUnknown bool
}

// Reference is how the cells of a record reference name records.
type Reference struct {
	Object string // slug
	Match  crm.Attribute
}

// Parse turns a cell that is not blank into values, in their order in the cell, and appends them to those it is given; a cell that
// holds nothing but separators adds none. A finding has no position; its Pos.Column is set only by a parser of parts, to the part at
// fault.
type Parse func(to []crm.Value, cell tabular.Cell) ([]crm.Value, *diag.Finding)

// ParseParts turns one cell for each part of a compound value (a location, a name) into one value. Parts that are blank are left
// empty.
type ParseParts func([]tabular.Cell) (crm.Value, *diag.Finding)

// Format turns the values of an attribute into the cell that Parse reads back as equal values.
type Format func([]crm.Value) tabular.Cell
