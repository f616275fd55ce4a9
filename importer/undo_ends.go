package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// Ends reads and writes the far ends of relationships, of whatever object they are.
type Ends interface {
	// RecordVersions is every value that an attribute holds or held.
	RecordVersions(ctx context.Context, object, id, attribute string) iter.Seq2[crm.Version, error]
	PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error)
}

// sameWrite is how far apart the end of one value and the start of the next may be where one write did both.
const sameWrite = time.Second

// farEnd is what a record that the run referred to holds at its end of the relationship, which has room for one reference.
type farEnd struct {
	told   bool                 // the history could be read
	given  bool                 // the run, or somebody, gave it to the record that is undone
	before *crm.RecordReference // what it held before that; nil for nothing
	now    *crm.RecordReference
}

// back reports whether it holds what it did before the run, without being put back.
func (e farEnd) back() bool { return e.given && sameEnd(e.before, e.now) }

func sameEnd(a, b *crm.RecordReference) bool {
	return a == nil && b == nil || a != nil && b != nil && a.ID == b.ID
}

// takesAway reports whether giving a record to an attribute takes it from another one: the far end holds one record.
func takesAway(attr crm.Attribute) bool {
	return attr.Type == crm.TypeRecordReference && attr.Other != nil && !attr.Other.Multi
}

// farEnd reads the far end of a reference that a record holds, or held. The API keeps no other trace of what it took away (contract §9).
func (s *undoing) farEnd(work context.Context, attr crm.Attribute, owner, far string) (farEnd, error) {
	if s.Ends == nil {
		return farEnd{}, nil
	}
	var versions []crm.Version
	for v, err := range s.Ends.RecordVersions(work, attr.Other.Object, far, attr.Other.Attribute) {
		var fault crm.Fault
		switch {
		case gone(err):
			return farEnd{told: true}, nil // the record itself is deleted, and has no end any more
		case errors.As(err, &fault) && (fault.FaultClass() == crm.FaultRow || fault.FaultClass() == crm.FaultJob):
			return farEnd{}, nil
		case err != nil:
			return farEnd{}, fmt.Errorf("read %s of %s: %w", attr.Other.Attribute, far, err)
		}
		versions = append(versions, v)
	}
	return endOf(versions, owner), nil
}

// endOf tells what a far end held before it was last given to a record, and what it holds now.
func endOf(versions []crm.Version, owner string) farEnd {
	versions = slices.Clone(versions)
	slices.SortStableFunc(versions, func(a, b crm.Version) int { return a.From.Compare(b.From) })
	e := farEnd{told: true}
	at := -1
	for i, v := range versions {
		ref, ok := v.Value.(crm.RecordReference)
		if !ok {
			return farEnd{} // of a type that this version cannot read
		}
		if v.Until.IsZero() {
			e.now = &ref
		}
		if ref.ID == owner {
			at = i
		}
	}
	for ; at >= 0; at-- { // the same may have been written several times
		e.given = true
		if at == 0 || versions[at-1].Until.Add(sameWrite).Before(versions[at].From) {
			return e // it held nothing
		}
		if ref, _ := versions[at-1].Value.(crm.RecordReference); ref.ID != owner {
			e.before = &ref
			return e
		}
	}
	return e
}

// added is the references that the run gave to an attribute, or may have.
func added(t checkpoint.Touched, attr crm.Attribute) (refs []crm.RecordReference) {
	for _, values := range t.After[attr.Slug] {
		for _, v := range without(attr, values, t.Before[attr.Slug]) {
			if ref, ok := v.(crm.RecordReference); ok && ref.ID != "" && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

// wentBack reports whether an attribute differs from what the run left only by references that are where they were before the run: they were put back from
// the far end, in an earlier session or with the record that they belonged to.
func (s *undoing) wentBack(work context.Context, t checkpoint.Touched, attr crm.Attribute, now []crm.Value) (bool, error) {
	if !takesAway(attr) {
		return false, nil
	}
	for _, values := range t.After[attr.Slug] {
		lost, gained := without(attr, values, now), without(attr, now, values)
		if len(without(attr, gained, t.Before[attr.Slug])) > 0 {
			continue // somebody has added them
		}
		all := true
		for _, v := range lost {
			ref, _ := v.(crm.RecordReference)
			end, err := s.farEnd(work, attr, t.Record, ref.ID)
			if err != nil {
				return false, err
			}
			// An end that holds nothing, as before, may as well have been cleared by somebody.
			all = all && end.back() && end.now != nil
		}
		if all {
			return true, nil
		}
	}
	return false, nil
}

// putBackEnds gives back what the run took from other records by giving it to this one: it goes back to the record that it was taken from, before this one lets
// go of it. So a session that was cut off finds each of them either as the run left it or as it was. It returns whether all is where it was.
func (s *undoing) putBackEnds(work context.Context, t checkpoint.Touched, attr crm.Attribute, done *Undone) (bool, error) {
	if !takesAway(attr) || !t.Wrote[attr.Slug] {
		return true, nil
	}
	all := true
	for _, ref := range added(t, attr) {
		end, err := s.farEnd(work, attr, done.Record, ref.ID)
		if err != nil {
			return false, err
		}
		back, err := s.putBackEnd(work, t, attr, ref, end, done)
		if err != nil {
			return false, err
		}
		all = all && back
	}
	return all, nil
}

func (s *undoing) putBackEnd(work context.Context, t checkpoint.Touched, attr crm.Attribute, ref crm.RecordReference, end farEnd, done *Undone) (bool, error) {
	switch {
	case !end.told:
		s.keepEnd(done, "not-noted", attr, ref, end, "what it belonged to before the run is not known, as its history cannot be read")
		return false, nil
	case !end.given || end.before == nil || end.back():
		return true, nil
	case end.now == nil || end.now.ID != done.Record:
		s.keepEnd(done, "changed-since", attr, ref, end, "it was taken from another record, and was changed since the run: it is kept")
		return false, nil
	}
	sure, err := s.heldBefore(work, t, attr, ref, *end.before)
	if err != nil {
		return false, err
	}
	if !sure {
		s.keepEnd(done, "not-noted", attr, ref, end, "it was taken from a record that the run has written too: whether it was there before the run is not known")
		return false, nil
	}
	back := []crm.Value{*end.before}
	if s.Journal != nil {
		_, err := s.Ends.PutRecord(work, attr.Other.Object, ref.ID, []crm.Field{{Attribute: attr.Other.Attribute, Values: back}})
		if _, ok := rowFault(err); ok {
			s.keepEnd(done, "api-refused", attr, ref, end, "the API refused to give it back to the record that it was taken from: "+err.Error())
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("put back %s of %s: %w", attr.Other.Attribute, ref.ID, err)
		}
	}
	done.Ends = append(done.Ends, EndChange{Object: attr.Other.Object, Record: ref.ID, Attribute: attr.Other.Attribute, Old: done.Record, New: end.before.ID})
	return true, nil
}

// heldBefore reports whether a record that lost a reference had it before the run, and not by it, and whether giving it back does not cross what is put
// back on that record: what the run did there is on the list too.
func (s *undoing) heldBefore(work context.Context, t checkpoint.Touched, attr crm.Attribute, ref, from crm.RecordReference) (bool, error) {
	loser, own, err := s.List.Touched(work, from.ID)
	switch {
	case err != nil:
		return false, &StoppedError{Reason: JournalFailed, Err: err}
	case !own:
		return true, nil
	case loser.Created || !loser.Noted || loser.Target != t.Target:
		return false, nil
	}
	before, wrote := loser.Before[attr.Slug]
	wrote = wrote || loser.Wrote[attr.Slug]
	return !wrote || len(without(attr, []crm.Value{ref}, before)) == 0, nil
}

// keepEnd says that what was taken from another record does not go back to it.
func (s *undoing) keepEnd(done *Undone, code string, attr crm.Attribute, ref crm.RecordReference, end farEnd, problem string) {
	f := diag.Finding{Code: code, Problem: problem, Got: shownEnd(attr, end.now), Hint: "look at " + attr.Other.Attribute + " of " + attr.Other.Object + " " + ref.ID + ", and put it right by hand"}
	if end.before != nil {
		f.Want = shownEnd(attr, end.before)
	}
	done.Outcome = checkpoint.Rejected
	done.Findings.Add(f.At(done.pos(attr.Slug)))
}

func shownEnd(attr crm.Attribute, ref *crm.RecordReference) string {
	if ref == nil {
		return "nothing"
	}
	return shown(attr, []crm.Value{*ref})
}
