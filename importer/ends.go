package importer

import (
	"cmp"
	"fmt"
	"slices"

	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// A relationship has two ends, and setting one sets the other (contract §9): a person who is put into the team of a company gets it as
// company, and leaves the team of the one before. So rows that are right each for itself can undo each other, in one step and across
// steps, and no reply tells. The rows of a file that fills an end are therefore compared with each other, and with those of the steps before.

// end is one end of a relationship as the rows of a source fill it.
type end struct {
	attribute crm.Attribute
	other     crm.End
	object    string // of the rows, which are found by
	match     string
	keys      *keyIndex

	gives  namings             // which rows give the end a record
	takes  namings             // which rows take one away
	whole  map[uint32]struct{} // rows that say all that the end is to hold
	wholes map[int64]int       // groups of rows that share a key: how many of them do
	alias  map[digest]digest   // names of a record that has another one too
}

// ends is those of a source, by the slug of the attribute, and what they are compared with.
type ends struct {
	own     map[string]*end
	against []rival
}

// rival is an end that may contradict another one.
type rival struct {
	*end
	step string          // its own; empty for the step itself
	bad  map[uint32]bool // rows that will not be written; of the step itself they all count, as those of one key do
}

// newEnds is the ends that an import fills. An attribute of which the server does not tell the other end is taken to have none.
func newEnds(im *Import, keys *keyIndex) *ends {
	all := &ends{own: map[string]*end{}}
	for _, slug := range im.Plan.Attributes() {
		attr, _ := im.Schema.Attribute(slug)
		if attr.Other == nil || im.Target().Object == "" {
			continue
		}
		e := &end{
			attribute: attr, other: *attr.Other, object: im.Target().Object, match: im.Match, keys: keys,
			gives: newNamings(), takes: newNamings(), whole: map[uint32]struct{}{}, wholes: map[int64]int{}, alias: map[digest]digest{},
		}
		if s := im.schemaOf(e.other.Object); s != nil { // which knows more than a reply that has ids alone
			if a, ok := s.Attribute(e.other.Attribute); ok {
				e.other.Attribute, e.other.Multi = a.Slug, a.Multi
			}
		}
		all.own[slug] = e
	}
	return all
}

// saysAll reports whether a field leaves at an end what it names and nothing else.
func (e *end) saysAll(f crm.Field) bool {
	return f.Write == crm.Replace || (f.Write == crm.IfEmpty && !e.attribute.Multi)
}

// collect enters what a row says.
func (all *ends) collect(ordinal int64, fields []crm.Field) {
	if len(all.own) == 0 {
		return
	}
	row := uint32(ordinal) // ordinals fit: the index of keys refuses more
	for _, f := range fields {
		e := all.own[f.Attribute]
		if e == nil {
			continue
		}
		to := &e.gives
		if f.Write == crm.Remove {
			to = &e.takes
		}
		for _, v := range f.Values {
			if name, ok := nameOf(v); ok {
				to.add(name, row)
			}
		}
		if e.saysAll(f) {
			e.whole[row] = struct{}{}
		}
	}
}

// settle ends the collecting, when it is known which records there are and which rows share a key.
func (all *ends) settle(refs *references) {
	for _, e := range all.own {
		e.merge(refs)
		for row := range e.whole {
			if group, _, shares := e.keys.shared(int64(row)); shares {
				e.wholes[group]++
			}
		}
	}
}

// merge brings different names of a record together, and forgets those that rows are written without.
func (e *end) merge(refs *references) {
	for key, ids := range refs.found {
		name := key.name()
		switch {
		case len(ids) == 1:
			to := idName(key.object, ids[0])
			e.gives.move(name, to)
			e.takes.move(name, to)
			e.alias[name] = to
		case len(ids) == 0 && refs.policies[e.attribute.Slug].Missing == jobs.MissingSkip && !refs.expected[key]:
			e.gives.drop(name)
			e.takes.drop(name)
		}
	}
}

// rivals notes the ends of steps that are written before, and those of this one, as far as they can contradict its own.
func (all *ends) rivals(earlier []supply) {
	for _, s := range earlier {
		for _, o := range s.rows.ends.own {
			all.against = append(all.against, rival{end: o, step: s.step, bad: s.rows.bad})
		}
	}
	for _, o := range all.own {
		all.against = append(all.against, rival{end: o})
	}
	all.against = slices.DeleteFunc(all.against, func(o rival) bool {
		for _, e := range all.own {
			if e.meets(o.end) || (e != o.end && e.is(o.end)) {
				return false
			}
		}
		return true
	})
	slices.SortStableFunc(all.against, func(a, b rival) int { return cmp.Compare(a.attribute.Slug, b.attribute.Slug) }) // the same finding every time
}

// meets reports whether another end is the one across.
func (e *end) meets(o *end) bool {
	return o.object == e.other.Object && (o.attribute.Slug == e.other.Attribute || o.attribute.ID == e.other.Attribute)
}

// is reports whether another step fills the same end.
func (e *end) is(o *end) bool { return o.object == e.object && o.attribute.Slug == e.attribute.Slug }

// matter reports whether rows have to be looked at again.
func (all *ends) matter() bool {
	if len(all.against) > 0 {
		return true
	}
	for _, e := range all.own {
		if !e.other.Multi && len(e.gives.more) > 0 {
			return true
		}
	}
	return false
}

// judge is what is wrong with a row, as another one says otherwise.
func (all *ends) judge(im *Import, v *verdict) (findings diag.List) {
	if len(all.own) == 0 {
		return nil
	}
	for _, f := range v.item.Fields {
		e := all.own[f.Attribute]
		if e == nil {
			continue
		}
		if finding := e.contested(v, f); finding != nil {
			findings.Add(finding.At(im.pos(v.item, f.Attribute)))
			continue
		}
		for _, o := range all.against {
			if row, against := o.contradicts(e, v, f); against {
				findings.Add(e.contradicted(o, row).At(im.pos(v.item, f.Attribute)))
				break
			}
		}
	}
	return findings
}

// contested finds another row of the file that wants a record which can be had once.
func (e *end) contested(v *verdict, f crm.Field) *diag.Finding {
	if e.other.Multi || f.Write == crm.Remove {
		return nil
	}
	for _, value := range f.Values {
		for _, row := range e.gives.rows(e.name(value)) {
			if e.group(row) != e.group(uint32(v.row.Ordinal)) {
				return &diag.Finding{
					Code:    "shared-reference",
					Problem: fmt.Sprintf("row %d has this record in its %s too, and %s of %s holds one record", row, e.attribute.Slug, e.other.Attribute, e.other.Object),
					Got:     named(value),
					Want:    "each record on one row",
					Hint:    "none of these rows is written, as the later one would take it from the earlier: leave it on the right row",
				}
			}
		}
	}
	return nil
}

// contradicted is the finding about a row that would undo what another one does, or be undone by it.
func (e *end) contradicted(o rival, row uint32) diag.Finding {
	where := fmt.Sprintf("row %d", row)
	if o.step != "" {
		where += " of step " + o.step
	}
	f := diag.Finding{
		Code:    "contradicted-reference",
		Problem: fmt.Sprintf("%s says otherwise by its %s, and one of the two would undo the other", where, o.attribute.Slug),
		Hint:    "correct one of the rows, or map one end of the relationship only",
	}
	if !e.is(o.end) && (e.attribute.Multi || o.attribute.Multi) {
		f.Hint += `; with "multi: append" a row does not say that it names all`
	}
	return f
}

// named is how a row names a record.
func named(v crm.Value) string {
	ref, _ := v.(crm.RecordReference)
	return cmp.Or(ref.Key, ref.ID)
}

// name is the digest by which what rows say of a record is kept.
func (e *end) name(v crm.Value) digest {
	name, _ := nameOf(v)
	return e.known(name)
}

func (e *end) known(name digest) digest {
	if to, ok := e.alias[name]; ok {
		return to
	}
	return name
}

// group is the rows that a row stands with: it alone, or those that share its key.
func (e *end) group(row uint32) int64 {
	group, _, _ := e.keys.shared(int64(row))
	return owner(group, int64(row))
}

// rowOf is the group of rows that write the record which a value names.
func (o rival) rowOf(v crm.Value) (group int64, ok bool) {
	key, byKey := keyOfReference(v)
	if !byKey || key.object != o.object || key.match != o.match {
		return 0, false
	}
	row, ok := o.keys.firstRow(key.value)
	return o.group(row), ok && !o.bad[row]
}

// contradicts finds a row of the end that cannot hold together with a field of another row.
func (o rival) contradicts(e *end, v *verdict, f crm.Field) (row uint32, against bool) {
	if e.meets(o.end) {
		if row, against = o.denies(v, f); against {
			return row, true
		}
		if e.saysAll(f) {
			return o.exceeds(v, f)
		}
	}
	if e != o.end && e.is(o.end) && !e.other.Multi && f.Write != crm.Remove && o.match == e.match {
		return o.holds(v, f)
	}
	return 0, false
}

// holds finds a row of an earlier step that gives another record what the field gives to the row's own.
func (o rival) holds(v *verdict, f crm.Field) (row uint32, is bool) {
	own := map[int64]bool{}
	for _, key := range v.item.Key.Values {
		if row, ok := o.keys.firstRow(key); ok {
			own[o.group(row)] = true
		}
	}
	for _, value := range f.Values {
		for _, row := range o.gives.rows(o.name(value)) {
			if !o.bad[row] && !own[o.group(row)] {
				return row, true
			}
		}
	}
	return 0, false
}

// names is how the rows of the other end name the record that a row writes.
func (o rival) names(v *verdict) []digest {
	names := make([]digest, 0, len(v.item.Key.Values))
	for _, key := range v.item.Key.Values {
		names = append(names, o.known(recordKey{object: o.other.Object, match: v.item.Key.Attribute, value: key}.name()))
	}
	return names
}

// of is the rows of a group among those that have any of the names.
func (o rival) of(n *namings, names []digest, group int64) (rows []uint32) {
	for _, name := range names {
		for _, row := range n.rows(name) {
			if o.group(row) == group && !slices.Contains(rows, row) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// denies finds a row of a record which the field gives or takes, that says the opposite of the row's own record.
func (o rival) denies(v *verdict, f crm.Field) (row uint32, denied bool) {
	names := o.names(v)
	for _, value := range f.Values {
		group, ok := o.rowOf(value)
		if !ok {
			continue
		}
		given, taken := o.of(&o.gives, names, group), o.of(&o.takes, names, group)
		switch {
		case f.Write == crm.Remove && len(given) > 0:
			return given[0], true
		case f.Write == crm.Remove:
		case len(taken) > 0:
			return taken[0], true
		case len(given) < o.saidAll(group):
			return uint32(group), true
		}
	}
	return 0, false
}

// saidAll is how many rows of a group say all that the end is to hold.
func (o rival) saidAll(group int64) int {
	if n, shares := o.wholes[group]; shares {
		return n
	}
	if _, is := o.whole[uint32(group)]; is {
		return 1
	}
	return 0
}

// exceeds finds a row that gives its record the row's own, which a field that says all does not name.
func (o rival) exceeds(v *verdict, f crm.Field) (row uint32, is bool) {
	said := map[int64]bool{}
	for _, value := range f.Values {
		if group, ok := o.rowOf(value); ok {
			said[group] = true
		}
	}
	for _, name := range o.names(v) {
		for _, row := range o.gives.rows(name) {
			if !o.bad[row] && !said[o.group(row)] {
				return row, true
			}
		}
	}
	return 0, false
}
