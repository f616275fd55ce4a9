package importer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/valueconv"
)

// differences is what to put back on a record that the run changed. What is neither as before nor as the run left it is kept.
func (s *undoing) differences(work context.Context, things Things, t checkpoint.Touched, record crm.Record, done *Undone) ([]crm.Field, error) {
	var fields []crm.Field
	for _, slug := range slices.Sorted(maps.Keys(t.Before)) {
		attr, there := things.Schema().Attribute(slug)
		before, now := t.Before[slug], record.Values[slug]
		asRunLeft := there && asLeft(attr, t.After[slug], now)
		if there && !asRunLeft && !valueconv.Equal(attr, before, now) {
			var err error
			if asRunLeft, err = s.wentBack(work, t, attr, now); err != nil {
				return nil, err
			}
		}
		switch {
		case !there || !attr.Writable:
			s.keep(done, "not-writable", slug, "the attribute cannot be written any more", "it held "+shown(attr, before)+" before the run")
		case slices.Contains(record.Unread, slug):
			s.keep(done, "unreadable-value", slug, "it holds values now that this version cannot read", "it held "+shown(attr, before)+" before the run")
		case valueconv.Equal(attr, before, now):
			if _, err := s.putBackEnds(work, t, attr, done); err != nil {
				return nil, err
			}
		case asRunLeft:
			// What does not go back to where it was taken from stays here, rather than nowhere.
			if back, err := s.putBackEnds(work, t, attr, done); err != nil {
				return nil, err
			} else if !back {
				continue
			}
			fields = append(fields, crm.Field{Attribute: slug, Values: before})
			done.Changes = append(done.Changes, Change{Attribute: slug, Old: now, New: before})
		default:
			if err := s.changedSince(work, t, attr, record, "it held "+shown(attr, before)+" before the run: put that back by hand, if it is still wanted", done); err != nil {
				return nil, err
			}
		}
	}
	for _, slug := range t.Unread {
		s.keep(done, "unreadable-value", slug, "what it held before the run could not be read, so that it cannot be put back", "its history in Attio may tell")
	}
	return fields, nil
}

// asLeft reports whether values are what the run left, or may have.
func asLeft(attr crm.Attribute, after [][]crm.Value, now []crm.Value) bool {
	return slices.ContainsFunc(after, func(values []crm.Value) bool { return valueconv.Equal(attr, values, now) })
}

// edits keeps a record that the run created where an attribute is not as the run left it, unless the workspace changed that by itself.
func (s *undoing) edits(work context.Context, things Things, t checkpoint.Touched, record crm.Record, done *Undone) error {
	for _, attr := range things.Schema().Attributes {
		if !attr.Writable {
			continue // nobody but the workspace changes it
		}
		after := t.After[attr.Slug]
		if len(after) == 0 {
			after = [][]crm.Value{nil}
		}
		if !slices.Contains(record.Unread, attr.Slug) {
			same, err := s.sameAsLeft(work, t, attr, after, record)
			if err != nil {
				return err
			}
			if same {
				continue
			}
		}
		if !t.Wrote[attr.Slug] {
			computed, err := s.computed(work, things, record.ID, attr.Slug)
			if err != nil {
				return err
			}
			if computed {
				continue
			}
		}
		if err := s.changedSince(work, t, attr, record, "the run created it: delete it by hand, if it is not wanted", done); err != nil {
			return err
		}
	}
	return nil
}

// sameAsLeft compares an attribute of a record that the run created. References come and go with what the run did elsewhere: the other end of a
// relationship is set with the first one, and a reference to a record that is deleted goes with it.
func (s *undoing) sameAsLeft(work context.Context, t checkpoint.Touched, attr crm.Attribute, after [][]crm.Value, record crm.Record) (bool, error) {
	now := record.Values[attr.Slug]
	if asLeft(attr, after, now) {
		return true, nil
	}
	if attr.Type != crm.TypeRecordReference {
		return false, nil
	}
	if back, err := s.wentBack(work, t, attr, now); back || err != nil {
		return back, err
	}
	for _, values := range after {
		lost, gained := without(attr, values, now), without(attr, now, values)
		if t.Wrote[attr.Slug] && len(gained) > 0 {
			continue
		}
		own, err := s.ownReferences(work, append(lost, gained...))
		if own || err != nil {
			return own, err
		}
	}
	return false, nil
}

// ownReferences reports whether all values refer to records that the run touched.
func (s *undoing) ownReferences(work context.Context, values []crm.Value) (bool, error) {
	for _, v := range values {
		ref, ok := v.(crm.RecordReference)
		if !ok {
			return false, nil
		}
		own, err := s.List.Has(work, ref.ID)
		if err != nil {
			return false, &StoppedError{Reason: JournalFailed, Err: err}
		}
		if !own {
			return false, nil
		}
	}
	return true, nil
}

// computed reports whether the workspace gave an attribute its value by itself: it says so, or keeps no history of the attribute, which it
// does for all others (contract §6).
func (s *undoing) computed(work context.Context, things Things, id, slug string) (bool, error) {
	by, told, err := things.WrittenBy(work, id, slug)
	if err != nil {
		return false, err
	}
	return !told || by.ActorType == "system", nil
}

// changedSince keeps an attribute that is not as the run left it.
func (s *undoing) changedSince(work context.Context, t checkpoint.Touched, attr crm.Attribute, record crm.Record, hint string, done *Undone) error {
	later, err := s.List.WrittenSince(work, record.ID)
	if err != nil {
		return &StoppedError{Reason: JournalFailed, Err: err}
	}
	problem := "it was changed since the run, and is kept"
	if later != "" {
		problem = fmt.Sprintf("it was changed since the run, and is kept: run %s has written the record since", later)
	}
	done.Outcome = checkpoint.Rejected
	want := "what the run left: it held nothing"
	if after := t.After[attr.Slug]; len(after) > 0 {
		want = "what the run left: " + shown(attr, after[len(after)-1])
	}
	done.Findings.Add(diag.Finding{
		Code: "changed-since", Pos: done.pos(attr.Slug), Problem: problem, Got: shown(attr, record.Values[attr.Slug]), Want: want, Hint: hint,
	})
	return nil
}

// shown is values as text.
func shown(attr crm.Attribute, values []crm.Value) string {
	if len(values) == 0 {
		return "nothing"
	}
	return strings.Join(Texts(attr, values), "; ")
}

// calledBy is what people know a record by: a value of an attribute that is unique, else its name, else its id.
func calledBy(schema *crm.Schema, record crm.Record) string {
	for _, attr := range schema.Attributes {
		if values := record.Values[attr.Slug]; attr.Unique && attr.Slug != "record_id" && attr.Slug != "entry_id" && len(values) > 0 {
			return Texts(attr, values)[0]
		}
	}
	for _, slug := range []string{"name", "title"} {
		if attr, ok := schema.Attribute(slug); ok && len(record.Values[slug]) > 0 {
			return Texts(attr, record.Values[slug])[0]
		}
	}
	return record.ID
}

// Texts is each value as a person knows it: an option by its title, a record that is still to be written by its key.
func Texts(attr crm.Attribute, values []crm.Value) []string {
	texts := make([]string, len(values))
	format, finding := valueconv.Formatter(attr, valueconv.Options{})
	for i, value := range values {
		switch v := value.(type) {
		case crm.Select:
			texts[i] = v.Title
		case crm.Status:
			texts[i] = v.Title
		case crm.RecordReference:
			texts[i] = strings.TrimSpace(v.Object + " " + v.ID) // the reference contract does not tell the object
			if v.ID == "" {
				texts[i] = v.Object + " with " + v.Match + " " + v.Key + ", not there yet"
			}
		default:
			texts[i] = valueconv.Canonical(value)
			if finding == nil {
				texts[i] = format([]crm.Value{value}).Text()
			}
		}
	}
	return texts
}
