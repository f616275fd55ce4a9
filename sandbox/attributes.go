package sandbox

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func listAttributes(_ context.Context, c *call) (any, error) {
	o, err := c.target()
	if err != nil {
		return nil, err
	}
	limit, offset, err := c.paging(unlimited, unlimited)
	if err != nil {
		return nil, err
	}
	views := []any{}
	for _, a := range o.attributes {
		if !a.Archived || c.showArchived() {
			views = append(views, a.viewAs(c.st.switches))
		}
	}
	from := min(offset, len(views))
	return data{views[from:min(from+limit, len(views))]}, nil
}

// unlimited is the limit of endpoints that return everything when they are not asked for less (contract §5).
const unlimited = 1 << 30

// paging reads limit and offset of the query string; usual is the limit of a request without one, most the largest that is allowed.
func (c *call) paging(usual, most int) (limit, offset int, err error) {
	limit = usual
	query := c.r.URL.Query()
	var issues []validationIssue
	for key, into := range map[string]*int{"limit": &limit, "offset": &offset} {
		if !query.Has(key) {
			continue
		}
		n, convErr := strconv.Atoi(query.Get(key))
		if convErr != nil || n < 0 || n > unlimited {
			issues = append(issues, invalidIssue("Expected a whole number that is not negative", key))
		}
		if key == "limit" && n > most {
			issues = append(issues, invalidIssue("Number must be less than or equal to "+strconv.Itoa(most), key))
		}
		*into = n
	}
	if issues != nil {
		return 0, 0, badQuery(issues...)
	}
	return limit, offset, nil
}

func (c *call) showArchived() bool { return c.r.URL.Query().Get("show_archived") == "true" }

// target is the object or the list that the path names by slug or id.
func (c *call) target() (*object, error) {
	if c.r.PathValue("list") != "" {
		return c.list()
	}
	return c.object()
}

// attribute is the attribute that the path names by slug or id.
func (c *call) attribute() (*attribute, error) {
	o, err := c.target()
	if err != nil {
		return nil, err
	}
	key := c.r.PathValue("attribute")
	a, ok := o.attribute(key)
	if !ok {
		return nil, notFound("Could not find attribute with slug/ID %q.", key)
	}
	return a, nil
}

func getAttribute(_ context.Context, c *call) (any, error) {
	a, err := c.attribute()
	if err != nil {
		return nil, err
	}
	return data{a.viewAs(c.st.switches)}, nil
}

// oneAttribute shows an attribute as the schema has it now.
func (c *call) oneAttribute(id string) (any, error) {
	for _, o := range slices.Concat(c.st.schema.objects, c.st.schema.lists) {
		if a, ok := o.attribute(id); ok {
			return data{a.viewAs(c.st.switches)}, nil
		}
	}
	return nil, notFound("Could not find attribute with slug/ID %q.", id)
}

// viewAs is the view of an attribute; what the id of a list's attribute looks like is a switch (contract §5).
func (a *attribute) viewAs(rules Switches) any {
	v := a.view()
	if a.object.List != nil && rules.ListAttributeID == ListAttributeListID {
		v["id"] = map[string]string{"workspace_id": a.object.Workspace, "list_id": a.object.ID, "attribute_id": a.ID}
	}
	return v
}

func patchAttribute(ctx context.Context, c *call) (any, error) {
	old, err := c.attribute()
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	changed := *old
	a := &changed
	if err := (&form{in: in}).patch(c.st.schema, a); err != nil {
		return nil, err
	}
	if old.System && (a.Required != old.Required || a.Unique != old.Unique || a.Archived != old.Archived || a.Slug != old.Slug) {
		return nil, badRequest("system_edit_unauthorized", "Attribute with slug %q is a system attribute.", old.Slug)
	}
	if other, exists := a.object.attribute(a.Slug); exists && other != old {
		return nil, slugConflict("An attribute with the slug %q already exists on object %q.", a.Slug, a.object.Slug)
	}
	if err := c.writer(a.object).checkDefault(ctx, a); err != nil {
		return nil, err
	}
	if err := c.st.saveAttribute(ctx, a); err != nil {
		return nil, err
	}
	if a.Unique != old.Unique {
		if err := c.st.rebuildUnique(ctx, a); err != nil {
			return nil, err
		}
	}
	if err := c.st.loadSchema(ctx); err != nil {
		return nil, err
	}
	return c.oneAttribute(a.ID)
}

// patch reads the members that are present; the type cannot be changed.
func (f *form) patch(s *schema, a *attribute) error {
	flags := map[string]*bool{"is_required": &a.Required, "is_unique": &a.Unique, "is_archived": &a.Archived}
	texts := map[string]*string{"title": &a.Title, "api_slug": &a.Slug}
	for _, key := range slices.Sorted(maps.Keys(f.in)) {
		switch {
		case flags[key] != nil:
			*flags[key] = f.flag(key)
		case texts[key] != nil:
			*texts[key] = f.text(key)
		case key == "description":
			a.Description = f.textOrNull(key, false)
		case key == "default_value":
			f.defaultValue(a)
		case key == "config":
			f.configure(s, a)
		}
	}
	if strings.Trim(a.Slug, "_-") == "" || !slugForm.MatchString(a.Slug) {
		f.bad(invalidIssue("Invalid slug", "data", "api_slug"))
	}
	if !a.System {
		f.creatable(a)
	}
	return f.done()
}

// rebuildUnique fills or empties the table of unique values of one attribute. Uniqueness is not retroactive (contract §5): where
// records share a value already, the oldest one holds it.
func (st *store) rebuildUnique(ctx context.Context, a *attribute) error {
	if _, err := st.exec(ctx, "DELETE FROM uniques WHERE attribute = ?", a.row); err != nil || !a.Unique {
		return err
	}
	rows, err := st.ids(ctx, "SELECT DISTINCT record FROM terms WHERE slot = ? ORDER BY record", a.slot(0))
	if err != nil {
		return err
	}
	for _, row := range rows {
		records, err := st.load(ctx, a.object, row)
		if err != nil {
			return err
		}
		k, err := a.keysOf(records[0].values[a.row])
		if err != nil {
			return err
		}
		for key := range k.unique {
			if _, err := st.exec(ctx, "INSERT INTO uniques (attribute, key, record) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", a.row, key, row); err != nil {
				return err
			}
		}
	}
	return nil
}
