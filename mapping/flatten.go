package mapping

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// The columns of an export that are no attributes.
const (
	RecordID     = "record_id"
	EntryID      = "entry_id"
	CreatedAt    = "created_at"
	WebURL       = "web_url"
	ParentRecord = "parent_record" // of a list entry: a reference
)

// Flat turns records and entries into rows of a table. It is immutable and may be shared.
type Flat struct {
	target  crm.Target
	parents []string // the objects whose records entries are of, or what is exported is on
	columns []flatColumn
	sorts   []sortKey
	walked  []flatColumn // the columns, and what rows are sorted by: what paths are followed for
	digest  string
}

// flatColumn is one column of the table.
type flatColumn struct {
	name    string
	hops    []hop         // references to follow, from what is exported
	attr    crm.Attribute // of the last record
	fixed   string        // RecordID, CreatedAt or another of fixedColumns, where it is no attribute
	part    string        // of a compound value
	typ     tabular.ColumnType
	one     func(crm.Value) tabular.Cell
	several bool   // a row may have more than one value
	multi   string // what is done with them
	sep     string
	ids     bool // options are written as ids
	micros  bool // times have no more than microseconds, as a file is Parquet
}

// hop is a reference that a path follows.
type hop struct{ attribute, object string }

// Schemas are those of objects by their slugs.
type Schemas map[string]*crm.Schema

// Flatten checks the columns of an export against the schema of what is exported and of the objects in others that paths lead to. Parents are
// the objects of a list's records. It reports everything that does not fit and returns a Flat only if everything does; wanted are objects
// that paths lead to and others lacks: Flatten is to be called again with them.
func Flatten(job *jobs.Job, schema *crm.Schema, parents []string, others Schemas) (flat *Flat, wanted []string, findings diag.List) {
	f := &flattener{job: job.Export, schema: schema, parents: parents, others: others}
	f.zone = f.timezone()
	asked := job.Export.Columns
	if len(asked) == 0 {
		f.everything()
	}
	for _, c := range asked {
		f.path(c)
	}
	f.checkNames()
	for _, s := range job.Export.Sorts {
		f.sort(s)
	}
	f.findings.Sort()
	slices.Sort(f.wanted)
	if f.wanted = slices.Compact(f.wanted); len(f.wanted) > 0 || len(f.findings) > 0 {
		return nil, f.wanted, f.findings
	}
	flat = &Flat{target: schema.Target, parents: parents, columns: f.columns, sorts: f.sorts, walked: slices.Clone(f.columns)}
	for _, s := range f.sorts {
		flat.walked = append(flat.walked, s.column)
	}
	flat.digest = flat.digestOf(job, schema, others)
	return flat, nil, nil
}

// flattener gathers the columns and the findings.
type flattener struct {
	job     *jobs.Export
	schema  *crm.Schema
	parents []string
	others  Schemas
	zone    *time.Location

	columns  []flatColumn
	sorts    []sortKey
	places   []diag.Pos // of the columns in the job
	wanted   []string
	findings diag.List
}

func (f *flattener) timezone() *time.Location {
	t := f.job.To.Timezone
	if !t.Given() {
		return time.UTC
	}
	zone, err := time.LoadLocation(t.Value)
	if err != nil || t.Value == "Local" {
		f.findings.Add(diag.Finding{Code: CodeUnknownZone, Pos: t.Pos, Problem: "there is no such time zone", Got: t.Raw, Want: "a name such as Europe/Berlin"})
		return time.UTC
	}
	return zone
}

// everything adds the columns of an export that names none: those of every record, and every attribute that is not archived.
func (f *flattener) everything() {
	at := f.job.From.Text().Pos
	fixed := fixedColumns(f.schema.Target)
	if f.schema.Target.List != "" {
		fixed = append(fixed, ParentRecord)
	}
	for _, slug := range fixed {
		f.path(jobs.ExportColumn{From: jobs.Text{Value: slug, Raw: slug, Pos: at}, Pos: at})
	}
	for _, a := range f.schema.Attributes {
		if a.Archived || slices.Contains(fixed, a.Slug) || (f.schema.Target.List != "" && a.Slug == RecordID) {
			continue
		}
		f.path(jobs.ExportColumn{From: jobs.Text{Value: a.Slug, Raw: a.Slug, Pos: at}, Pos: at})
	}
}

// path follows a path and adds its column, or one for each part of a compound value.
func (f *flattener) path(asked jobs.ExportColumn) {
	if c, ok := f.walk(asked); ok {
		f.add(asked, c)
	}
}

// walk follows a path to the attribute at its end; false where it does not get there.
func (f *flattener) walk(asked jobs.ExportColumn) (_ flatColumn, there bool) {
	c := flatColumn{multi: cmp.Or(asked.Multi.Value, f.job.To.Multi), sep: f.job.To.Separator, ids: asked.Options.Value == jobs.OptionIDs}
	c.micros = slices.Contains(f.job.Formats(), tabular.Parquet)
	schema, steps := f.schema, strings.Split(asked.From.Value, ".")
	for i, slug := range steps {
		if c.fixed = fixedColumn(schema, slug); c.fixed != "" {
			if i < len(steps)-1 {
				f.wrong(asked, CodeUnknownPart, slug+" has no parts", "")
				return c, false
			}
			break
		}
		attr, ok := f.attribute(schema, slug)
		if !ok {
			f.unknown(asked, schema, slug)
			return c, false
		}
		c.attr = attr
		c.several = c.several || attr.Multi
		left := steps[i+1:]
		if len(left) == 0 {
			break
		}
		if attr.Type != crm.TypeRecordReference {
			if len(left) > 1 || !slices.Contains(partsOf(attr.Type), left[0]) {
				f.noPart(asked, attr, strings.Join(left, "."))
				return c, false
			}
			c.part = left[0]
			break
		}
		next, ok := f.follow(asked, attr)
		if !ok {
			return c, false
		}
		c.hops = append(c.hops, hop{attribute: attr.Slug, object: next.Target.Object})
		schema = next
	}
	return c, true
}

// fixedColumn is the slug of what every record or entry has without its being an attribute of its own; empty for any other.
func fixedColumn(s *crm.Schema, slug string) string {
	if slices.Contains(fixedColumns(s.Target), slug) {
		return slug
	}
	return ""
}

func (f *flattener) attribute(s *crm.Schema, slug string) (crm.Attribute, bool) {
	if s.Target.List != "" && slug == ParentRecord {
		return crm.Attribute{Slug: slug, Type: crm.TypeRecordReference, AllowedObjects: f.parents}, true
	}
	for _, a := range s.Attributes {
		if a.Slug == slug {
			return a, true
		}
	}
	return crm.Attribute{}, false
}

// follow is the schema of the object that a reference points to; false where it is not known yet or there is no one.
func (f *flattener) follow(asked jobs.ExportColumn, attr crm.Attribute) (*crm.Schema, bool) {
	if len(attr.AllowedObjects) != 1 {
		f.wrong(asked, CodeUnknownObject, attr.Slug+" may point to records of several objects, so that the path has no attribute to lead to",
			"end the path at "+attr.Slug+", which gives the ids")
		return nil, false
	}
	object := attr.AllowedObjects[0]
	next, known := f.others[object]
	switch {
	case !known:
		f.wanted = append(f.wanted, object)
	case next == nil:
		f.wrong(asked, CodeUnknownObject, fmt.Sprintf("the workspace has no object %q, to which %s points", object, attr.Slug), "")
	}
	return next, next != nil
}

// partsOf are the names of the columns that a value of a type becomes, nil for one column.
func partsOf(t crm.Type) []string {
	if t == crm.TypeCurrency {
		return []string{"amount", "currency"}
	}
	return valueconv.Parts(t)
}

// add adds the columns of a path that has been followed.
func (f *flattener) add(asked jobs.ExportColumn, c flatColumn) {
	parts := []string{c.part}
	if all := partsOf(c.attr.Type); c.fixed == "" && c.part == "" && all != nil {
		parts = all
	}
	if c.ids && (c.fixed != "" || (c.attr.Type != crm.TypeSelect && c.attr.Type != crm.TypeStatus)) {
		f.findings.Add(diag.Finding{Code: CodeNotApplicable, Pos: asked.Options.Pos, Problem: asked.From.Raw + " has no options", Hint: "remove options"})
		return
	}
	for _, format := range f.job.Formats() {
		if asked.Multi.Given() && c.multi == jobs.ListValues && !jobs.HasLists(format) && format != "" {
			f.findings.Add(diag.Finding{Code: CodeNotApplicable, Pos: asked.Multi.Pos, Problem: string(format) + " has no lists", Hint: "write multi: join or multi: json"})
			return
		}
	}
	for _, part := range parts {
		column := c
		column.part = part
		column.name = cmp.Or(asked.Name.Value, asked.From.Value)
		if len(parts) > 1 {
			column.name += "." + part
		}
		if finding := column.format(f.zone); finding != nil {
			finding.Pos = asked.Pos
			f.findings.Add(*finding)
			return
		}
		f.columns, f.places = append(f.columns, column), append(f.places, asked.Pos)
	}
}

// checkNames refuses columns of one name.
func (f *flattener) checkNames() {
	seen := map[string]bool{}
	for i, c := range f.columns {
		if seen[c.name] || c.name != strings.TrimSpace(c.name) {
			f.findings.Add(diag.Finding{
				Code: CodeRepeatedColumn, Pos: f.places[i], Problem: "another column has this name, or blanks stand around it", Got: c.name, Hint: "give it a name of its own: {name: …, from: …}",
			})
		}
		seen[c.name] = true
	}
}

func (f *flattener) wrong(asked jobs.ExportColumn, code, problem, hint string) {
	f.findings.Add(diag.Finding{Code: code, Pos: asked.From.Pos, Problem: problem, Got: asked.From.Raw, Hint: hint})
}

func (f *flattener) unknown(asked jobs.ExportColumn, s *crm.Schema, slug string) {
	known := append(s.Slugs(), fixedColumns(s.Target)...)
	if s.Target.List != "" {
		known = append(known, ParentRecord)
	}
	f.wrong(asked, CodeUnknownAttribute, fmt.Sprintf("%s has no attribute %q", s.Target, slug), jobs.Suggest(slug, known))
}

func (f *flattener) noPart(asked jobs.ExportColumn, attr crm.Attribute, rest string) {
	hint := fmt.Sprintf("write %s alone", attr.Slug)
	if parts := partsOf(attr.Type); parts != nil {
		hint = "one of " + strings.Join(parts, ", ")
	}
	f.wrong(asked, CodeUnknownPart, fmt.Sprintf("%s has no part %q", attr.Slug, rest), hint)
}

// Columns are the columns of the table.
func (f *Flat) Columns() []tabular.Column {
	columns := make([]tabular.Column, len(f.columns))
	for i, c := range f.columns {
		columns[i] = tabular.Column{Name: c.name, Type: c.typ}
		if c.several {
			columns[i].List = c.multi == jobs.ListValues
			if !columns[i].List {
				columns[i].Type = tabular.TextColumn
			}
		}
	}
	return columns
}

// Stated is a column as a manifest states it.
type Stated struct {
	Name string `json:"name"`
	From string `json:"from"` // the path
	Type string `json:"type"`
	List bool   `json:"list,omitempty"`
}

// Stated lists the columns for a manifest.
func (f *Flat) Stated() []Stated {
	types := map[tabular.ColumnType]string{
		tabular.TextColumn: "text", tabular.IntColumn: "integer", tabular.FloatColumn: "number", tabular.BoolColumn: "boolean",
		tabular.DecimalColumn: "decimal", tabular.DateColumn: "date", tabular.TimestampColumn: "timestamp",
	}
	stated := make([]Stated, len(f.columns))
	for i, column := range f.Columns() {
		stated[i] = Stated{Name: column.Name, From: f.columns[i].from(), Type: types[column.Type], List: column.List}
	}
	return stated
}

// from is the path of the column.
func (c *flatColumn) from() string {
	var steps []string
	for _, h := range c.hops {
		steps = append(steps, h.attribute)
	}
	steps = append(steps, cmp.Or(c.fixed, c.attr.Slug))
	if c.part != "" {
		steps = append(steps, c.part)
	}
	return strings.Join(steps, ".")
}

// IDColumn is the column that holds the id of what is exported, -1 where there is none.
func (f *Flat) IDColumn() int {
	return slices.IndexFunc(f.columns, func(c flatColumn) bool { return len(c.hops) == 0 && c.fixed == idColumn(f.target) })
}

// IDName is the name of that column in a job.
func (f *Flat) IDName() string { return idColumn(f.target) }

// Digest tells exports apart whose rows could differ: by the job, the attributes or the columns.
func (f *Flat) Digest() string { return f.digest }

// rowForm is another one when a version of the program keeps rows in another form between two sessions: it begins anew then.
const rowForm = 2

func (f *Flat) digestOf(job *jobs.Job, schema *crm.Schema, others Schemas) string {
	h := sha256.New()
	// A schema is made of texts, numbers and booleans: it cannot fail to be written, and maps are written in the order of their keys.
	_ = json.NewEncoder(h).Encode([]any{rowForm, job.Hash, job.Export.To.Format, schema, others}) //nolint:errchkjson // see above
	return fmt.Sprintf("%x", h.Sum(nil))
}
