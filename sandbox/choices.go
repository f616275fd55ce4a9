package sandbox

import (
	"context"

	"github.com/google/uuid"
)

func listOptions(_ context.Context, c *call) (any, error) { return c.listChoices(typeSelect) }

func listStatuses(_ context.Context, c *call) (any, error) { return c.listChoices(typeStatus) }

func createOption(ctx context.Context, c *call) (any, error) { return c.createChoice(ctx, typeSelect) }

func createStatus(ctx context.Context, c *call) (any, error) { return c.createChoice(ctx, typeStatus) }

func (c *call) listChoices(typ string) (any, error) {
	a, err := c.choiceAttribute(typ)
	if err != nil {
		return nil, err
	}
	views := []any{}
	for _, ch := range a.choices {
		if !ch.Archived || c.showArchived() {
			views = append(views, a.choiceView(ch))
		}
	}
	return data{views}, nil
}

// choiceAttribute is the attribute of the path, which must have choices of that kind.
func (c *call) choiceAttribute(typ string) (*attribute, error) {
	a, err := c.attribute()
	if err != nil {
		return nil, err
	}
	if a.Type != typ {
		return nil, badRequest(codeValidation, "Attribute with slug %q is not of type %s.", a.Slug, typ)
	}
	return a, nil
}

// createChoice adds an option or status at the end of the list; a title that exists, archived or not, is a conflict.
func (c *call) createChoice(ctx context.Context, typ string) (any, error) {
	a, err := c.choiceAttribute(typ)
	if err != nil {
		return nil, err
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	f := &form{in: in}
	ch := &choice{ID: uuid.NewString(), Title: f.text("title")}
	if typ == typeStatus {
		if _, given := in["celebration_enabled"]; given {
			ch.Celebrate = f.flag("celebration_enabled")
		}
		ch.Target = f.textOrNull("target_time_in_status", false)
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if _, exists := a.choice(ch.Title); exists {
		return nil, slugConflict("%q already exists on attribute %q.", ch.Title, a.Slug)
	}
	if err := c.st.addChoice(ctx, a, ch); err != nil {
		return nil, err
	}
	return data{a.choiceView(ch)}, c.st.loadSchema(ctx)
}

func patchOption(ctx context.Context, c *call) (any, error) { return c.patchChoice(ctx, typeSelect) }

func patchStatus(ctx context.Context, c *call) (any, error) { return c.patchChoice(ctx, typeStatus) }

// patchChoice renames or archives an option or status; values keep showing it.
func (c *call) patchChoice(ctx context.Context, typ string) (any, error) {
	a, err := c.choiceAttribute(typ)
	if err != nil {
		return nil, err
	}
	key := c.r.PathValue("choice")
	old, ok := a.choice(key)
	if !ok {
		return nil, notFound("Could not find %s with ID %q.", a.choiceKey(), key)
	}
	in, err := dataOf(c.body)
	if err != nil {
		return nil, err
	}
	changed, f := *old, &form{in: in}
	if _, given := in["title"]; given {
		changed.Title = f.text("title")
	}
	if _, given := in["is_archived"]; given {
		changed.Archived = f.flag("is_archived")
	}
	if typ == typeStatus {
		if _, given := in["celebration_enabled"]; given {
			changed.Celebrate = f.flag("celebration_enabled")
		}
		if _, given := in["target_time_in_status"]; given {
			changed.Target = f.textOrNull("target_time_in_status", false)
		}
	}
	if err := f.done(); err != nil {
		return nil, err
	}
	if other, exists := a.choice(changed.Title); exists && other != old {
		return nil, slugConflict("%q already exists on attribute %q.", changed.Title, a.Slug)
	}
	if err := c.st.saveChoice(ctx, &changed); err != nil {
		return nil, err
	}
	return data{a.choiceView(&changed)}, c.st.loadSchema(ctx)
}
