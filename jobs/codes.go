package jobs

// The codes of this package's findings.
const (
	CodeUnreadable    = "unreadable-job"   // the file cannot be read
	CodeSyntax        = "yaml-syntax"      // the bytes are no YAML
	CodeTooLarge      = "job-too-large"    // the file or what its aliases expand to is beyond all reason
	CodeUnknownKey    = "unknown-key"      // a key that the language does not have
	CodePlannedKey    = "planned-key"      // a key of the language that this version does not read
	CodeRepeatedKey   = "repeated-key"     // a key given twice
	CodeRequiredKey   = "required-key"     // a key that must be given
	CodeConflict      = "conflicting-keys" // keys that exclude each other
	CodeWrongKind     = "wrong-kind"       // a list, mapping or text where something else belongs
	CodeNoValue       = "no-value"         // null or empty where something must stand
	CodeUnknownChoice = "unknown-choice"   // a value that is none of the choices
	CodePlannedChoice = "planned-choice"   // a choice of the language that this version does not have
	CodeNotANumber    = "not-a-number"     // no number, or one out of bounds
	CodeVersion       = "unsupported-version"
	CodeVariable      = "unknown-variable" // ${NAME} names nothing, or is misspelt
	CodeRepeatedStep  = "repeated-step"    // two steps of one name
	CodeUnknownStep   = "unknown-step"     // a step needs one that there is not
	CodeStepCycle     = "step-cycle"       // steps that need each other, or one that needs itself
	CodeOvertaken     = "overtaken-step"   // what a step writes would be undone by references that an earlier one sets later
	CodeFilter        = "bad-filter"       // a condition that is not of the language
	CodeYAMLFeature   = "yaml-feature"     // tags, merge keys, several documents
)
