package jobs

import (
	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// The choices of the keys that have some, as Job holds them.
const (
	EncodingAuto = "auto" // that of the byte order mark, UTF-8 without one

	ModeUpsert = "upsert" // records that exist are updated, others are created
	ModeCreate = "create" // a row whose record exists is rejected; a record gets one more entry
	ModeUpdate = "update" // a row without a record is rejected
	ModeDelete = "delete" // rows name the records to delete; one without a record is rejected

	BlankIgnore = "ignore" // a blank cell leaves the attribute alone
	BlankClear  = "clear"  // a blank cell empties the attribute
	BlankReject = "reject" // a blank cell rejects the row

	DuplicatesReject  = "reject"   // rows of one key are all rejected
	DuplicatesInOrder = "in_order" // rows of one key are written one after the other

	DiffAuto = "auto" // live values are read in the way that takes fewer requests
	DiffScan = "scan" // all records of the object are read
	DiffKeys = "keys" // the records of the rows are asked for, by their keys
	DiffOff  = "off"  // none are: every row is written

	WriteAlways     = "always"      // what the row says is written
	WriteIfEmpty    = "if_empty"    // only where the record has no value
	WriteNeverClear = "never_clear" // always, but a blank cell empties nothing

	MultiReplace = "replace" // the row's values and no others
	MultiAppend  = "append"  // the row's values as well as those that the record has
	MultiRemove  = "remove"  // those that the record has without the row's

	UnknownOptionReject = "reject" // an option that the workspace lacks rejects the row
	UnknownOptionSkip   = "skip"   // it is left out
	UnknownOptionCreate = "create" // it is created

	MissingReject = "reject" // a reference to a record that there is not rejects the row
	MissingSkip   = "skip"   // it is left out
	MissingCreate = "create" // the record is created
	MissingDefer  = "defer"  // it is set once all rows are written
)

// Job is a job file as read.
//
// What it does stands in Steps, also where it does one thing only. Import and Cases are those of a job without named steps, and of what
// Of returns.
type Job struct {
	Path    string // as given to Load
	Dir     string // directory that paths of the job are relative to
	Version int
	Name    string // what the run store knows the job by; default: the file's base name without extension
	Hash    string // SHA-256 of the file's bytes, lower-case hex

	Steps    []Step // imports, in the order in which they run; none only where the job imports nothing, or a finding says why
	Exports  []Step // exports among the steps, in the order in which they run
	Import   *Import
	Export   *Export // of a job that exports and does nothing else
	Defaults Defaults
	Limits   Limits
	Cases    []Case
}

// Text is a string of the job file and where it stands.
type Text struct {
	Value string   // with ${NAME} replaced: may be secret
	Raw   string   // as written: what messages show
	Pos   diag.Pos // of the value
}

// Given reports whether the file holds the text.
func (t Text) Given() bool { return t.Pos.Line > 0 }

// String is the text as written, so that a message cannot show by accident what ${NAME} stands for.
func (t Text) String() string { return t.Raw }

// Limits bounds the load on the API. Zero means not given.
type Limits struct {
	RequestsPerSecond float64
	RequestsPerMinute float64
	ReadsPerSecond    float64
	WritesPerSecond   float64
	Workers           int // requests in flight
}

// Defaults is what holds for every column that does not say otherwise. Parse has applied it: a Column is complete by itself.
type Defaults struct {
	Blank      string // BlankIgnore unless given
	Decimal    string // empty unless given: a point, and a single comma group is not guessed at
	Trim       bool   // false unless given: the blanks around a text are part of it
	NullValues []Text
	Timezone   Text // IANA name; UTC unless given
	Country    Text // ISO 3166-1 alpha-2 code; none unless given
}

// Import is one import: from where, to where, and how.
type Import struct {
	Source     Source
	Target     Target
	Columns    []Column // the map, in file order
	Duplicates string
	Diff       string // DiffAuto unless given
	DiffPos    diag.Pos
	OnReject   OnReject
	Pos        diag.Pos // of the key "import"
	MapPos     diag.Pos // of the key "map"
}

// OnReject says when so many rows are rejected that the import stops. Without a limit it never does.
type OnReject struct {
	Limit   Text    // as written: "20" or "1%"
	Rows    int64   // more rejected rows than this stop it, where Limit is a number
	Percent float64 // more of the rows read than this do, where Limit is a share
	Share   bool
}

// Target is what the rows become. Exactly one of Object, List and Activity is given, unless Parse has reported why not.
type Target struct {
	Object   Text // slug
	List     Text // slug, of which rows become entries
	Activity crm.Activity
	Match    Text // slug of the unique attribute that identifies a record; of an entry that is ParentRecord
	Mode     string
	Parent   *Parent // of entries and notes; addParent has made a column of it
}

// Parent is where the record of an entry or a note comes from.
type Parent struct {
	Object, Match, From Text     // Match is not Given where the column holds record ids
	Pos                 diag.Pos // of its key
}

// Target is the target without what the job says about it.
func (t Target) Target() crm.Target {
	return crm.Target{Object: t.Object.Value, List: t.List.Value, Activity: t.Activity}
}

// Given reports whether the file names a target.
func (t Target) Given() bool { return t.Target() != (crm.Target{}) }

// Keyless reports whether nothing in a row identifies what it becomes: of the entries, notes or tasks that a record may have several of, one is known by all
// that it holds.
func (t Target) Keyless() bool {
	return t.Activity != "" || (t.List.Given() && t.Mode == ModeCreate)
}

// Column says where the value of one attribute comes from, and how it is written. Exactly one of From, Parts, Value and Expr is given;
// none of them where Parse has reported why.
type Column struct {
	Attribute string   // slug; of the elements of a list behind the first that with their number, as Nth makes it
	Pos       diag.Pos // of the attribute's key

	From  Text   // column of the source
	Parts []Part // one column for each part of a compound value, in file order
	Value Text   // constant
	Expr  Expression

	Trim       Flag
	Blank      Text // always has a Value; Given only when the column says it itself
	Split      Text // separator of several values in one cell
	Format     Text // of a date
	Decimal    Text // has a Value where the column or the defaults give one; Given only when the column says it itself
	NullValues []Text
	Options    []Option // in file order
	OptionsPos diag.Pos // of the key "options"
	Timezone   Text     // IANA name, empty for UTC; Given only when the column says it itself
	Country    Text     // ISO 3166-1 alpha-2 code, empty for none; Given only when the column says it itself

	// The policies always have a Value and are Given only when the file says them.
	Write         Text
	Multi         Text
	UnknownOption Text

	Match   Text // slug of the attribute of the referenced object that the cells hold
	Object  Text // slug of the referenced object
	Missing Text // always has a Value
}

// Part is one part of a compound value: the city of a location.
type Part struct {
	Name string
	Pos  diag.Pos // of the name
	From Text
}

// Flag is a yes or no and where it stands; without a position it is the default.
type Flag struct {
	Value bool
	Pos   diag.Pos
}

// Option maps a spelling in the source to an option of the workspace.
type Option struct {
	Spelling string
	Pos      diag.Pos // of the spelling
	Title    Text     // title or id of the option
}
