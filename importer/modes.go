package importer

import (
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/jobs"
)

// admits rejects a row that the job's mode does not allow to write: one whose record exists, where records are only created, or does not,
// where they are only updated. A record that the run itself has made for the row is none that exists.
func (im *Import) admits(key crm.Key, record string, created bool) *diag.Finding {
	f := diag.Finding{Got: spelledKey(key)}
	switch {
	case im.Mode == jobs.ModeCreate && record != "" && !created:
		f.Code, f.Problem = "record-exists", "record "+record+" has this key, and the job only creates"
		f.Hint = "leave the row out, or write mode: upsert"
	case im.Mode == jobs.ModeDelete && record == "":
		f.Code, f.Problem = "no-record", "no record of "+im.Target().String()+" has this key"
		f.Hint = "correct the key, or leave the row out: there is nothing to delete"
	case im.Mode == jobs.ModeUpdate && record == "":
		f.Code, f.Problem = "no-record", "no record of "+im.Target().String()+" has this key, and the job only updates"
		f.Hint = "correct the key, or write mode: upsert"
	default:
		return nil
	}
	return &f
}

// asserts reports whether rows are written by asserting them. Otherwise a record is looked up, and then updated by its id or created: where
// the mode does not take records as they come, and where the match attribute is not unique, by which the API asserts nothing (contract §6).
func (im *Import) asserts() bool {
	match, _ := im.Schema.Attribute(im.Match)
	return match.Unique && (im.Mode == "" || im.Mode == jobs.ModeUpsert)
}

// settles reports whether it is known of a row what became of its record, as it was looked at right before it was written or with those of
// all rows.
func (im *Import) settles(group int64) bool { return !im.asserts() || (im.diffs() && group == 0) }

// whole is the fields that a record is created with: all that hold something, whatever they would do to a record that is there.
func whole(fields []crm.Field) []crm.Field {
	var all []crm.Field
	for _, f := range fields {
		if len(f.Values) > 0 && f.Write != crm.Remove {
			all = append(all, crm.Field{Attribute: f.Attribute, Values: f.Values})
		}
	}
	return all
}
