package importer

import (
	"slices"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/valueconv"
)

// What a row's record was seen to hold of the row's key is journaled with the row: the id map. In the same session the references of all steps take ids from
// it, so that no request asks for what the run itself has just written. Ids of earlier sessions are kept and exported, and never taken: the value may stand on
// another record by now, or the record be gone, and only a look-up tells (docs/adr/0020).

// see notes which values of the row's key a reply shows on its record.
func (t *task) see(record crm.Record) {
	if t.holds.Attribute == "" {
		t.holds = crm.Key{Attribute: t.item.Key.Attribute, Type: t.item.Key.Type}
	}
	for _, v := range record.Values[t.item.Key.Attribute] {
		value := valueconv.Canonical(v)
		if slices.Contains(t.item.Key.Values, value) && !slices.Contains(t.holds.Values, value) {
			t.holds.Values = append(t.holds.Values, value)
		}
	}
}

// feeds reports whether what a step writes can be referred to by its id without looking it up: records of an object, by a unique attribute, of which no step
// takes values away again. A write only adds to the attribute that it matches by.
func (s Steps) feeds(step int) bool {
	im := s[step]
	match, _ := im.Schema.Attribute(im.Match)
	if im.Target() != (crm.Target{Object: im.Target().Object}) || !match.Unique {
		return false
	}
	return !slices.ContainsFunc(s, func(o Step) bool {
		return o.Target() == im.Target() && o.Match != im.Match && slices.Contains(o.Plan.Attributes(), im.Match)
	})
}

// tell lets the references of all steps, and whoever watches, know of rows that are in the journal now.
func (r *run) tell(group []checkpoint.Entry) {
	for _, e := range group {
		if r.watch != nil {
			r.watch(e)
		}
		for _, value := range e.Holds.Values {
			key := recordKey{object: r.Target().Object, match: e.Holds.Attribute, value: value}
			for _, refs := range r.fed {
				refs.learn(key, e.Record)
			}
		}
	}
}

// learn notes the record of a key that had none. One that turns out to be two is looked up. Only one step is written at a time, and what was learned is
// taken when no step is.
func (r *references) learn(key recordKey, id string) {
	if ids, asked := r.found[key]; !asked || len(ids) > 0 {
		return
	}
	if before, known := r.learned[key]; known && before != id {
		id = ""
	}
	r.learned[key] = id
}

// take puts the learned record of a key in its place; false where there is none.
func (r *references) take(key recordKey) bool {
	id := r.learned[key]
	if id != "" {
		r.found[key] = []string{id}
	}
	return id != ""
}
