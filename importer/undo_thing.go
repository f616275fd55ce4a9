package importer

import (
	"context"
	"fmt"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/internal/diag"
)

// undo brings one thing to its end.
func (s *undoing) undo(work context.Context, t checkpoint.Touched) (Undone, *checkpoint.Left, error) {
	done := Undone{Target: t.Target, Record: t.Record, Name: t.Record, Outcome: checkpoint.Unchanged}
	things := s.Things[t.Target]
	done.schema = things.Schema()
	if !t.Noted {
		s.keep(&done, "not-noted", "", "what it held before the run is not known", "the run wrote it without looking, or an earlier version of this program did: put it right by hand")
		return done, nil, nil
	}
	record, there, err := s.find(work, things, t, &done)
	if err != nil || done.Outcome == checkpoint.Rejected {
		return done, nil, err
	}
	if t.Deleted {
		if !there {
			s.deleted(things, t, &done)
		}
		return done, nil, nil
	}
	if !there {
		if t.Outcome == checkpoint.Sent && t.Created {
			done.Outcome = checkpoint.Deleted // by an earlier session, which did not come to note it
		}
		return done, nil, nil
	}
	done.Record, done.Name = record.ID, calledBy(things.Schema(), record)
	t.Record = record.ID // also of one that was not known to be there
	if t.Created {
		return done, nil, s.delete(work, things, t, record, &done)
	}
	left, err := s.restore(work, things, t, record, &done)
	return done, left, err
}

// deleted tells of what the run deleted. It could be created anew, but not as what it was: with another id, and without what pointed to it.
func (s *undoing) deleted(things Things, t checkpoint.Touched, done *Undone) {
	was := crm.Record{ID: t.Record, Values: t.Before}
	done.Name = calledBy(things.Schema(), was)
	var held []string
	for _, attr := range things.Schema().Attributes {
		if values := t.Before[attr.Slug]; attr.Writable && len(values) > 0 {
			held = append(held, attr.Slug+": "+shown(attr, values))
		}
	}
	s.keep(done, "deleted", "", "the run deleted it, and what is deleted does not come back", "it can be created anew, with another id; it held "+strings.Join(held, ", "))
}

// find reads the thing as it is now; false where it is gone, or was never made.
func (s *undoing) find(work context.Context, things Things, t checkpoint.Touched, done *Undone) (crm.Record, bool, error) {
	if t.Record != "" {
		record, err := things.Get(work, t.Record)
		if gone(err) {
			return record, false, nil
		}
		return record, err == nil, err
	}
	found, err := things.Find(work, t)
	if err != nil {
		return crm.Record{}, false, err
	}
	var records []crm.Record // that no other row stands for
	for _, r := range found {
		if len(t.Key.Values) > 0 { // a key is that of one record, whoever else has written that
			records = append(records, r)
			continue
		}
		known, err := s.List.Knows(work, r.ID)
		if err != nil {
			return crm.Record{}, false, &StoppedError{Reason: JournalFailed, Err: err}
		}
		if !known {
			records = append(records, r)
		}
	}
	if len(records) == 0 {
		return crm.Record{}, false, nil
	}
	if len(records) > 1 {
		done.schema, done.Name = things.Schema(), calledBy(things.Schema(), records[0])
		s.keep(done, "ambiguous-match", t.Key.Attribute, "several may be what the run was about to create when it was cut off", "delete the right one by hand")
	}
	return records[0], true, nil
}

// gone reports whether an error says that what was asked for is not there.
func gone(err error) bool {
	fault, ok := rowFault(err)
	return ok && fault.FaultCode() == "not_found"
}

// keep says that something stays as it is.
func (s *undoing) keep(done *Undone, code, attribute, problem, hint string) {
	done.Outcome = checkpoint.Rejected
	done.Findings.Add(diag.Finding{Code: code, Problem: problem, Hint: hint}.At(done.pos(attribute)))
}

func (d *Undone) pos(attribute string) diag.Pos {
	return diag.Pos{File: d.Target.String() + " " + d.Name, Column: attribute}
}

// refused says that the API does not let a thing be put back.
func (s *undoing) refused(done *Undone, fault crm.Fault) {
	s.keep(done, "api-refused", fault.FaultAttribute(), "the API refused to take it back: "+fault.Error(), "put it right by hand")
}

// delete deletes what the run created, unless somebody has changed it since.
func (s *undoing) delete(work context.Context, things Things, t checkpoint.Touched, record crm.Record, done *Undone) error {
	if err := s.edits(work, things, t, record, done); err != nil || done.Outcome == checkpoint.Rejected {
		return err
	}
	if s.bears(record.ID) {
		s.keep(done, "needed", "", "an entry or a note of it is kept, and would be deleted with it", "delete it by hand, if neither is wanted")
		return nil
	}
	for _, attr := range things.Schema().Attributes {
		if _, err := s.putBackEnds(work, t, attr, done); err != nil {
			return err
		}
	}
	if done.Outcome == checkpoint.Rejected {
		return nil // it is the last trace of what it took away
	}
	done.Outcome = checkpoint.Deleted
	if s.Journal == nil {
		return nil
	}
	if err := s.append(work, checkpoint.Entry{Ordinal: t.Ordinal, Outcome: checkpoint.Sent, Record: record.ID}); err != nil {
		return err
	}
	err := things.Delete(work, record.ID)
	if gone(err) {
		return nil
	}
	if fault, ok := rowFault(err); ok {
		s.refused(done, fault)
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete %s: %w", record.ID, err)
	}
	return nil
}

// restore puts back what the run changed, as far as it is still as the run left it.
func (s *undoing) restore(work context.Context, things Things, t checkpoint.Touched, record crm.Record, done *Undone) (*checkpoint.Left, error) {
	fields, err := s.differences(work, things, t, record, done)
	if err != nil || len(fields) == 0 {
		return nil, err
	}
	if done.Outcome != checkpoint.Rejected {
		done.Outcome = checkpoint.Updated
	}
	if s.Journal == nil {
		return nil, nil
	}
	reply, err := things.Put(work, record.ID, fields)
	if fault, ok := rowFault(err); ok {
		done.Changes = nil
		s.refused(done, fault)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("put back %s: %w", record.ID, err)
	}
	left := &checkpoint.Left{}
	left.Add(reply, fields, false)
	return left, nil
}
