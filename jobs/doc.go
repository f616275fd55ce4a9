// Package jobs reads job files: strict YAML to a typed Job.
//
// Every key and value keeps its line and column, so that what is wrong with it is reported there, by this package or by those
// that learn more later (does the column exist, is the attribute writable). A check reports all of its findings. A value is the
// text that stands in the file, never what YAML makes of it: 007 stays "007" and NO stays "NO". ${NAME} is replaced in every
// value from the look-up that the caller gives; what it is replaced with is never read as YAML and never shown in a finding.
//
// The keys stand in one set of tables (tables.go) that drives reading, the suggestions and the notes on keys that the language
// plans and this version lacks.
package jobs
