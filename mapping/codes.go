package mapping

// The codes of this package's findings about a job.
const (
	CodeUnknownAttribute  = "unknown-attribute"  // the target has no such attribute
	CodeArchivedAttribute = "archived-attribute" // the attribute is archived
	CodeReadOnlyAttribute = "read-only-attribute"
	CodeRepeatedAttribute = "repeated-attribute" // mapped twice, by slug and by id
	CodeUnmappedAttribute = "unmapped-attribute" // required, or what records are matched by, and mapped from nothing
	CodeNotUnique         = "match-not-unique"   // records cannot be matched by this attribute
	CodeConstantMatch     = "constant-match"     // every row would be the same record
	CodeUnknownColumn     = "unknown-column"     // the source has no such column
	CodeUnknownPart       = "unknown-part"       // the attribute's type has no such part, or none at all
	CodeNotApplicable     = "not-applicable"     // an option that means nothing for the attribute
	CodeNotClearable      = "not-clearable"      // the attribute always has a value
)

// The codes of this package's findings about a row.
const (
	CodeMissingKey = "missing-key" // the row has no value for the match attribute
	CodeBlankValue = "blank-value" // a cell is blank and the job says to reject that
)
