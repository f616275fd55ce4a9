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
	CodeImpossiblePolicy  = "impossible-policy"  // a policy that the API or another policy does not allow
	CodeUnknownObject     = "unknown-object"     // the referenced object is not there, or not allowed, or not said
	CodeNotAKey           = "not-a-key"          // records cannot be named by an attribute of this type
	CodeNotCreatable      = "not-creatable"      // a referenced record cannot be created from its key alone
	CodeUnlikeEnds        = "unlike-ends"        // both ends of a relationship are mapped, by attributes that cannot be compared
	CodeUnknownZone       = "unknown-timezone"
	CodeUnknownCountry    = "unknown-country"
	CodeRepeatedColumn    = "repeated-column" // two columns of an export have one name
	CodeNotReadBack       = "not-read-back"   // an export that no job could import again
	CodeBadExpression     = "bad-expression"  // an expression that cannot be compiled, or does more than it may
	CodeCaseFailed        = "case-failed"     // a case's row became something else
)

// The codes of this package's findings about a row.
const (
	CodeMissingKey  = "missing-key"  // the row has no value for the match attribute
	CodeBlankValue  = "blank-value"  // a cell is blank and the job says to reject that
	CodeExprFailed  = "expr-failed"  // an expression could not be computed for the row
	CodeWhereFailed = "where-failed" // whether the row is to be imported could not be computed
)

// CodeOptionLeftOut is the code of a warning: the row has an option that the attribute lacks and that the job says to skip.
const CodeOptionLeftOut = "option-left-out"

// CodeUnwritable is the code of a finding about a value that an export cannot write as its job wants.
const CodeUnwritable = "unwritable-value"
