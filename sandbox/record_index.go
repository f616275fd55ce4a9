package sandbox

import (
	"context"
	"encoding/json"
)

// holders finds the records that have the value: exactly when the attribute is unique, else as a filter would.
func (st *store) holders(ctx context.Context, a *attribute, f fields) ([]int64, error) {
	if !a.Unique {
		first := a.terms(f, 0)[0]
		return st.ids(ctx, "SELECT record FROM terms WHERE slot = ? AND key = ? LIMIT 2", first.slot, first.key)
	}
	v, err := newValue(f, 0)
	if err != nil {
		return nil, err
	}
	key, err := a.identityOf(v)
	if err != nil {
		return nil, err
	}
	return st.ids(ctx, "SELECT record FROM uniques WHERE attribute = ? AND key = ?", a.row, key)
}

func sameValue(a, b value) bool { return string(a.Raw) == string(b.Raw) }

// reindex moves the terms and the unique keys of one attribute of one record from one list of values to another.
func (st *store) reindex(ctx context.Context, a *attribute, row int64, before, after []value) error {
	gone, err := a.keysOf(before)
	if err != nil {
		return err
	}
	come, err := a.keysOf(after)
	if err != nil {
		return err
	}
	for t := range gone.terms {
		if come.terms[t] {
			continue
		}
		if _, err := st.exec(ctx, "DELETE FROM terms WHERE slot = ? AND key = ? AND record = ?", t.slot, t.key, row); err != nil {
			return err
		}
	}
	for t := range come.terms {
		if gone.terms[t] {
			continue
		}
		if _, err := st.exec(ctx, "INSERT INTO terms (slot, key, record) VALUES (?, ?, ?)", t.slot, t.key, row); err != nil {
			return err
		}
	}
	if !a.Unique {
		return nil
	}
	return st.reserve(ctx, a, row, gone.unique, come.unique)
}

// reserve is where uniqueness is enforced: the primary key of uniques admits one record for each value.
func (st *store) reserve(ctx context.Context, a *attribute, row int64, gone, come map[string]value) error {
	for key := range gone {
		if _, kept := come[key]; kept {
			continue
		}
		if _, err := st.exec(ctx, "DELETE FROM uniques WHERE attribute = ? AND key = ? AND record = ?", a.row, key, row); err != nil {
			return err
		}
	}
	for key, v := range come {
		if _, kept := gone[key]; kept {
			continue
		}
		res, err := st.exec(ctx, "INSERT INTO uniques (attribute, key, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", a.row, key, row)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			return conflict(a, v)
		}
	}
	return nil
}

func conflict(a *attribute, v value) error {
	shown := string(v.Raw)
	if f, err := v.decode(); err == nil {
		if property := kinds[a.Type].identity; property != "" {
			if text, err := json.Marshal(map[string]any{property: f[property]}); err == nil {
				shown = string(text)
			}
		}
	}
	return badRequest("uniqueness_conflict", "The value %q provided for attribute with ID %q conflicts with one already in the system.", shown, a.ID).about(a.Slug)
}

// keys are what a list of values is found by.
type keys struct {
	terms  map[term]bool
	unique map[string]value
}

func (a *attribute) keysOf(values []value) (keys, error) {
	k := keys{terms: map[term]bool{}, unique: map[string]value{}}
	for _, v := range values {
		f, err := v.decode()
		if err != nil {
			return k, err
		}
		for _, t := range a.terms(f, v.From) {
			k.terms[t] = true
		}
		id, err := a.identityOf(v)
		if err != nil {
			return k, err
		}
		k.unique[id] = v
	}
	return k, nil
}
