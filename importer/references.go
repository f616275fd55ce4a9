package importer

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
	"attio-etl/mapping"
	"attio-etl/tabular"
	"attio-etl/valueconv"
)

// lookupBatch is how many keys one query asks for. A key stands on one record as a rule, so that the reply stays far below the
// API's page of 500.
const lookupBatch = 100

// lookupLimit is the API's largest page (contract §6).
const lookupLimit = 500

// recordKey names a record of an object by a value of one of its attributes.
type recordKey struct{ object, match, value string }

// references is the index of the records that the source's rows refer to: filled by pass 1 with the keys, then by queries in batches
// with the records, so that no row needs a request of its own.
type references struct {
	found    map[recordKey][]string       // ids; empty while nothing was found
	learned  map[recordKey]string         // ids that this session has written since, for keys of which nothing was found; empty for one to look up
	names    map[string][]string          // the reverse, made when it is first asked for; all is found by then
	policies map[string]mapping.Reference // by attribute
	creates  map[recordKey]bool           // keys of columns with missing: create
	refused  map[recordKey]string         // keys that could not be created, and why
	created  bool                         // what is to be created has been: what is not there now never will be
	expected map[recordKey]bool           // keys without a record that an earlier step will write; nil once it has
	unneeded map[recordKey]string         // keys without one that an earlier step will write which this one does not need: that step
	// wanted is those keys to create that rows use which are going to be written; nil: all. Nothing is created for a row that is rejected.
	wanted map[recordKey]bool
}

func newReferences(plan *mapping.Plan) *references {
	r := &references{
		found: map[recordKey][]string{}, learned: map[recordKey]string{}, policies: map[string]mapping.Reference{},
		creates: map[recordKey]bool{}, refused: map[recordKey]string{}, expected: map[recordKey]bool{}, unneeded: map[recordKey]string{},
	}
	for _, ref := range plan.References() {
		r.policies[ref.Attribute] = ref
	}
	return r
}

// keyOfReference is the record that a value names by key; false for any other value.
func keyOfReference(v crm.Value) (recordKey, bool) {
	ref, ok := v.(crm.RecordReference)
	if !ok || ref.ID != "" {
		return recordKey{}, false
	}
	return recordKey{object: ref.Object, match: ref.Match, value: ref.Key}, true
}

// collect enters the keys that a row uses.
func (r *references) collect(fields []crm.Field) {
	if len(r.policies) == 0 {
		return
	}
	for _, f := range fields {
		for _, v := range f.Values {
			if key, ok := keyOfReference(v); ok {
				if _, known := r.found[key]; !known {
					r.found[key] = nil
				}
				if r.policies[f.Attribute].Missing == jobs.MissingCreate {
					r.creates[key] = true
				}
			}
		}
	}
}

// want marks the keys of a row that is going to be written.
func (r *references) want(fields []crm.Field) {
	for _, f := range fields {
		for _, v := range f.Values {
			if key, ok := keyOfReference(v); ok && r.policies[f.Attribute].Missing == jobs.MissingCreate {
				r.wanted[key] = true
			}
		}
	}
}

// defers reports whether an attribute's references may be set by the second pass.
func (r *references) defers(attribute string) bool {
	return r.policies[attribute].Missing == jobs.MissingDefer
}

// deferAny reports whether one of the fields may be set by the second pass.
func (r *references) deferAny(fields []crm.Field) bool {
	return slices.ContainsFunc(fields, func(f crm.Field) bool { return r.defers(f.Attribute) })
}

// supply is what an earlier step will write: records of an object, found by their match attribute.
type supply struct {
	step          string
	needed        bool // by the step that is checked, which is sure to be written after it
	object, match string
	rows          *Checked
}

// expect marks the keys that have no record yet and will have one, as earlier steps write it.
func (r *references) expect(earlier []supply) {
	for key, ids := range r.found {
		for _, s := range earlier {
			switch {
			case len(ids) > 0 || key.object != s.object || key.match != s.match || !s.rows.writes(key.value):
			case s.needed:
				r.expected[key] = true
			default:
				r.unneeded[key] = s.step
			}
		}
	}
}

// arrive finds what earlier steps were expected to write, now that they have: what this session has written is known, the rest is looked up. It reports whether some of it is not there: the API
// refused a row.
func (r *references) arrive(ctx context.Context, records Records, schema func(object string) *crm.Schema) (gap bool, err error) {
	expected := r.expected
	if len(expected) == 0 {
		return false, nil
	}
	if err := r.lookUpKeys(ctx, maps.Keys(expected), records, schema); err != nil {
		return false, err
	}
	r.expected = nil
	for key := range expected {
		gap = gap || len(r.found[key]) == 0
	}
	return gap, nil
}

// namesOf are the keys by which the file names a record, in canonical form.
func (r *references) namesOf(id string) []string {
	if r.names == nil {
		r.names = map[string][]string{}
		for key, ids := range r.found {
			for _, found := range ids {
				found = strings.ToLower(found)
				r.names[found] = append(r.names[found], valueconv.Canonical(crm.RecordReference{Object: key.object, Match: key.match, Key: key.value}))
			}
		}
		for _, names := range r.names {
			slices.Sort(names)
		}
	}
	return r.names[id]
}

// awaits reports whether fields name records that have still to be written, by an earlier step or as missing: create says.
func (r *references) awaits(fields []crm.Field) bool {
	for _, f := range fields {
		for _, v := range f.Values {
			if key, ok := keyOfReference(v); ok && (r.expected[key] || (r.creates[key] && len(r.found[key]) == 0)) {
				return true
			}
		}
	}
	return false
}

// matter reports whether some row will be rejected for a reference, or written without it.
func (r *references) matter() bool {
	for key, ids := range r.found {
		if len(ids) > 1 || (len(ids) == 0 && !r.creates[key] && !r.expected[key]) {
			return true
		}
	}
	return false
}

// lookUp asks for the records of all keys that have none yet and of which none is known to have been written.
func (r *references) lookUp(ctx context.Context, records Records, schema func(object string) *crm.Schema) error {
	return r.lookUpKeys(ctx, maps.Keys(r.found), records, schema)
}

func (r *references) lookUpKeys(
	ctx context.Context, keys iter.Seq[recordKey], records Records, schema func(object string) *crm.Schema,
) error {
	open := map[[2]string][]string{} // object, match -> values
	for key := range keys {
		if len(r.found[key]) == 0 && !r.take(key) {
			of := [2]string{key.object, key.match}
			open[of] = append(open[of], key.value)
		}
	}
	for of, values := range open {
		slices.Sort(values) // the same requests every time
		find := func(ctx context.Context, key crm.Key, limit int) ([]crm.Record, error) {
			return records.FindByKey(ctx, of[0], key, limit)
		}
		ask := lookup{object: of[0], match: of[1]}
		if s := schema(of[0]); s != nil {
			attr, _ := s.Attribute(of[1])
			ask.typ = attr.Type
		}
		for batch := range slices.Chunk(values, lookupBatch) {
			key := crm.Key{Attribute: ask.match, Type: ask.typ, Values: batch}
			if err := findAll(ctx, find, key, func(found []crm.Record) error { r.enter(ask, found); return nil }); err != nil {
				return fmt.Errorf("look up %s by %s: %w", of[0], of[1], err)
			}
		}
	}
	return nil
}

// lookup is what records are looked up by.
type lookup struct {
	object, match string
	typ           crm.Type // of the match attribute
}

// enter notes the records that were found.
func (r *references) enter(ask lookup, found []crm.Record) {
	for _, record := range found {
		for _, v := range record.Values[ask.match] {
			key := recordKey{object: ask.object, match: ask.match, value: valueconv.Canonical(v)}
			if ids, asked := r.found[key]; asked && !slices.Contains(ids, record.ID) {
				r.found[key] = append(ids, record.ID)
			}
		}
	}
}

// create makes the records that columns with missing: create name and the workspace lacks. It asserts them, so that doing it twice
// makes one, and tells journal of each. A key that the API refuses rejects the rows that use it, and no others.
func (r *references) create(ctx context.Context, records Records, schema func(object string) *crm.Schema, journal Journal) error {
	for key := range r.creates {
		if len(r.found[key]) > 0 || (r.wanted != nil && !r.wanted[key]) {
			continue
		}
		value, err := keyValue(schema(key.object), key)
		if err != nil {
			return err
		}
		made, fields := checkpoint.Made{Object: key.object, Attribute: key.match, Value: key.value}, []crm.Field{{Attribute: key.match, Values: []crm.Value{value}}}
		made.Left = expectedNew(crm.Key{Attribute: key.match, Type: value.Type(), Values: []string{key.value}}, fields)
		if err := noteMade(ctx, journal, made); err != nil {
			return err
		}
		record, err := records.AssertRecord(ctx, key.object, key.match, fields)
		if fault, ok := rowFault(err); ok {
			r.refused[key] = fault.Error()
			continue
		}
		if err != nil {
			return fmt.Errorf("create %s %s: %w", key.object, key.value, err)
		}
		r.found[key] = []string{record.ID}
		made.Record, made.Left = record.ID, &checkpoint.Left{}
		made.Left.Add(record, fields, true)
		if err := noteMade(ctx, journal, made); err != nil {
			return err
		}
	}
	r.created = true
	return nil
}

// keyValue is the key as a value of its attribute.
func keyValue(schema *crm.Schema, key recordKey) (crm.Value, error) {
	if schema == nil {
		return nil, fmt.Errorf("no attributes of %s are known", key.object)
	}
	attr, ok := schema.Attribute(key.match)
	if !ok {
		return nil, fmt.Errorf("%s has no attribute %s", key.object, key.match)
	}
	parse, finding := valueconv.Parser(attr, valueconv.Options{})
	if finding != nil {
		return nil, finding
	}
	values, finding := parse(nil, tabular.StringCell(key.value))
	if finding != nil {
		return nil, finding
	}
	if len(values) != 1 {
		return nil, fmt.Errorf("%q is no value of %s", key.value, key.match)
	}
	return values[0], nil
}

// settled is what references make of a row's fields.
type settled struct {
	fields   []crm.Field // with ids for keys, for the first write
	deferred []crm.Field // whole fields that a second pass has to set, as the row has them
	findings diag.List
	warnings diag.List
	// uncreated is findings that follow from others: records that were not created, as every row that names them is rejected.
	uncreated diag.List
}

// settle puts ids in the place of keys. last says that no later pass will look again, so that what cannot be found now is at fault.
func (r *references) settle(fields []crm.Field, last bool, pos func(attribute string) diag.Pos) settled {
	var s settled
	for i, f := range fields {
		policy, ok := r.policies[f.Attribute]
		if !ok {
			if s.fields != nil {
				s.fields = append(s.fields, f)
			}
			continue
		}
		if s.fields == nil {
			s.fields = slices.Clone(fields[:i])
		}
		r.settleField(&s, f, policy, last, pos)
	}
	if s.fields == nil {
		s.fields = fields
	}
	return s
}

func (r *references) settleField(s *settled, f crm.Field, policy mapping.Reference, last bool, pos func(string) diag.Pos) {
	out := crm.Field{Attribute: f.Attribute, Write: f.Write, Values: make([]crm.Value, 0, len(f.Values))}
	deferred, before := false, len(s.findings)+len(s.uncreated)
	for _, v := range f.Values {
		key, named := keyOfReference(v)
		if !named {
			out.Values = append(out.Values, v)
			continue
		}
		switch ids := r.found[key]; {
		case len(ids) == 1:
			out.Values = append(out.Values, crm.RecordReference{Object: key.object, ID: ids[0]})
		case len(ids) > 1:
			s.findings.Add(ambiguousReference(key, ids).At(pos(f.Attribute)))
		case r.refused[key] != "":
			s.findings.Add(diag.Finding{
				Code: "uncreatable-reference", Problem: fmt.Sprintf("the API refused to create this record of %s: %s", key.object, r.refused[key]), Got: key.value,
			}.At(pos(f.Attribute)))
		case r.expected[key]:
			// It is looked up again before the first write, when the step that makes it is through.
		case policy.Missing == jobs.MissingSkip:
			s.warnings.Add(unresolved("reference-left-out", key, "the reference was left out, as missing: skip says").At(pos(f.Attribute)))
		case policy.Missing == jobs.MissingDefer && !last:
			deferred = true
		case r.creates[key] && !r.created:
			// It is created before the first write; checks alone create nothing.
		case policy.Missing == jobs.MissingCreate:
			s.uncreated.Add(unresolved("unresolved-reference", key, "it was not created, as the rows that name it are rejected").At(pos(f.Attribute)))
		default:
			hint := "import that record first, or set missing: skip, create or defer"
			if f.Attribute == jobs.ParentRecord {
				hint = "import that record first, or correct the cell"
			}
			if step := r.unneeded[key]; step != "" {
				hint = fmt.Sprintf("step %s writes it: add it to the needs of this step", step)
			}
			s.findings.Add(unresolved("unresolved-reference", key, hint).At(pos(f.Attribute)))
		}
	}
	if len(s.findings)+len(s.uncreated) > before {
		return // the row is rejected, and nothing of the field is written by the pass that does so
	}
	if deferred {
		s.deferred = append(s.deferred, f)
	}
	// A field of which nothing is left must not clear the attribute.
	if len(out.Values) > 0 || len(f.Values) == 0 {
		s.fields = append(s.fields, out)
	}
}

// foreseen puts ids in the place of keys where there is a record, and leaves the keys of records that are still to be written or created.
func (r *references) foreseen(fields []crm.Field) []crm.Field {
	if len(r.policies) == 0 {
		return fields
	}
	var out []crm.Field
	for _, f := range fields {
		kept := make([]crm.Value, 0, len(f.Values))
		for _, v := range f.Values {
			key, named := keyOfReference(v)
			switch ids := r.found[key]; {
			case named && len(ids) == 1:
				kept = append(kept, crm.RecordReference{Object: key.object, ID: ids[0]})
			case named && r.policies[f.Attribute].Missing == jobs.MissingSkip && !r.expected[key]:
			default:
				kept = append(kept, v)
			}
		}
		if len(kept) > 0 || len(f.Values) == 0 {
			out = append(out, crm.Field{Attribute: f.Attribute, Write: f.Write, Values: kept})
		}
	}
	return out
}

// toCreate is how many records columns with missing: create would make.
func (r *references) toCreate() (n int64) {
	for key := range r.creates {
		if len(r.found[key]) == 0 && (r.wanted == nil || r.wanted[key]) {
			n++
		}
	}
	return n
}

func unresolved(code string, key recordKey, hint string) diag.Finding {
	return diag.Finding{
		Code: code, Problem: fmt.Sprintf("no record of %s has this value of %s", key.object, key.match), Got: key.value, Hint: hint,
	}
}

func ambiguousReference(key recordKey, ids []string) diag.Finding {
	return diag.Finding{
		Code:    "ambiguous-reference",
		Problem: fmt.Sprintf("several records of %s have this value of %s: %s", key.object, key.match, strings.Join(ids, ", ")),
		Got:     key.value, Want: "a value of one record", Hint: "merge the records in Attio, or refer by a unique attribute",
	}
}
