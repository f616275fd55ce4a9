package sandbox

import (
	"context"
	"slices"
	"strings"
	"time"
)

// patchObject renames an object; the slugs of the standard ones are fixed.
func patchObject(ctx context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	return c.changeObject(ctx, o, in)
}

func (c *call) changeObject(ctx context.Context, old *object, in map[string]any) (any, error) {
	changed, f := *old, &form{in: in}
	for key, into := range map[string]*string{"singular_noun": &changed.Singular, "plural_noun": &changed.Plural} {
		if _, given := in[key]; given {
			*into = f.text(key)
		}
	}
	if _, given := in["api_slug"]; given {
		changed.Slug = f.slug()
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if changed.Slug != old.Slug && old.standard() {
		return nil, badRequest("system_edit_unauthorized", "Object %q is a system object.", old.Slug)
	}
	if other, exists := c.st.schema.object(changed.Slug); exists && other != old {
		return nil, slugConflict("An object with the slug %q already exists.", changed.Slug)
	}
	if err := c.st.saveObject(ctx, &changed); err != nil {
		return nil, err
	}
	if changed.Slug != old.Slug {
		if err := c.st.renameTargets(ctx, old, changed.Slug); err != nil {
			return nil, err
		}
	}
	return data{changed.view()}, c.st.loadSchema(ctx)
}

func (o *object) standard() bool {
	return slices.ContainsFunc(seedObjects, func(so seedObject) bool { return so.slug == o.Slug })
}

// renameTargets writes the new slug of an object into the references to its records, which carry it.
func (st *store) renameTargets(ctx context.Context, o *object, slug string) error {
	renamed := *o
	renamed.Slug = slug
	for _, holder := range slices.Concat(st.schema.objects, st.schema.lists) {
		for _, a := range holder.attributes {
			if a.Type != typeRecordReference || (len(a.Allowed) > 0 && !slices.Contains(a.Allowed, o.ID)) {
				continue
			}
			if err := st.renameIn(ctx, a, o, &renamed); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st *store) renameIn(ctx context.Context, a *attribute, old, renamed *object) error {
	low, _ := termKey(old.Slug + ":").(string)
	rows, err := st.ids(ctx, "SELECT DISTINCT record FROM terms WHERE slot = ? AND key >= ? AND key < ?", a.slot(0), low, strings.TrimSuffix(low, ":")+";")
	if err != nil {
		return err
	}
	holders, err := st.load(ctx, a.object, rows...)
	if err != nil {
		return err
	}
	for _, rec := range holders {
		values := cloneValues(rec.values)
		for i, v := range values[a.row] {
			f, err := v.decode()
			if err != nil {
				return err
			}
			id, _ := f["target_record_id"].(string)
			if f["target_object"] != old.Slug {
				continue
			}
			if values[a.row][i], err = newValue(referenceTo(renamed, id), v.From); err != nil {
				return err
			}
			values[a.row][i].By = v.By
		}
		if err := st.replace(ctx, rec, values, rec.updated); err != nil {
			return err
		}
	}
	return nil
}

// deleteObject removes a custom object with its records and whatever refers to them. An object that a list is of stays.
func deleteObject(ctx context.Context, c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	if o.standard() {
		return nil, badRequest("system_edit_unauthorized", "Object %q is a system object.", o.Slug)
	}
	for _, l := range c.st.schema.lists {
		if l.parent == o {
			return nil, badRequest(codeValidation, "Object %q is the parent of list %q.", o.Slug, l.Slug)
		}
	}
	rows, err := c.st.all(ctx, o)
	if err != nil {
		return nil, err
	}
	now := time.Now().UnixNano()
	for _, row := range rows {
		records, err := c.st.load(ctx, o, row)
		if err != nil {
			return nil, err
		}
		if err := c.st.remove(ctx, records[0], now); err != nil {
			return nil, err
		}
	}
	return struct{}{}, c.st.dropObject(ctx, o)
}

// dropObject deletes an object without records, its attributes, and the ends of its relationships at other objects.
func (st *store) dropObject(ctx context.Context, o *object) error {
	for _, a := range o.attributes {
		gone := []*attribute{a}
		if a.other != nil && a.other.object != o {
			gone = append(gone, a.other)
		}
		for _, end := range gone {
			if _, err := st.exec(ctx, "DELETE FROM choices WHERE attribute = ?", end.row); err != nil {
				return err
			}
			if _, err := st.exec(ctx, "DELETE FROM attributes WHERE id = ?", end.row); err != nil {
				return err
			}
		}
	}
	if _, err := st.exec(ctx, "DELETE FROM objects WHERE id = ?", o.row); err != nil {
		return err
	}
	return st.loadSchema(ctx)
}
