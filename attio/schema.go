package attio

import (
	"context"
	"errors"
	"fmt"

	"attio-etl/crm"
)

// Objects lists the kinds of records of the workspace.
func (c *Client) Objects(ctx context.Context) ([]crm.Object, error) {
	found, err := data[[]objectJSON](ctx, c, get("read the objects", scopeRun, "objects"))
	if err != nil {
		return nil, err
	}
	return readAs(found, objectJSON.read), nil
}

// Object is one kind of record, by slug or id.
func (c *Client) Object(ctx context.Context, slug string) (crm.Object, error) {
	found, err := data[objectJSON](ctx, c, get("read the object "+slug, scopeRun, "objects", slug))
	return found.read(), err
}

// Schema is a target with its attributes, archived ones included. The choices are read, with one request each, for those select
// and status attributes that want asks for, and the workspace's members, with one request in all, for actor references that it asks
// for: nil means all. An archived attribute has neither.
func (c *Client) Schema(ctx context.Context, target crm.Target, want func(crm.Attribute) bool) (*crm.Schema, error) {
	attributes, err := c.Attributes(ctx, target)
	if err != nil {
		return nil, err
	}
	var members []crm.Member
	for i, a := range attributes {
		if a.Archived || (want != nil && !want(a)) {
			continue
		}
		if a.Type == crm.TypeActorReference && members == nil {
			if members, err = c.WorkspaceMembers(ctx); err != nil {
				return nil, err
			}
		}
		if a.Type == crm.TypeActorReference {
			attributes[i].Members = members
		}
		if attributes[i].Choices, err = c.choices(ctx, target, a); err != nil {
			return nil, err
		}
	}
	return &crm.Schema{Target: target, Attributes: attributes}, nil
}

// CreateChoice creates an option of a select attribute or a status of a status attribute. One that exists by that title, archived ones
// included, is left as it is (contract §3 slug_conflict).
func (c *Client) CreateChoice(ctx context.Context, target crm.Target, a crm.Attribute, title string) error {
	kind := "options"
	if a.Type == crm.TypeStatus {
		kind = "statuses"
	}
	_, err := data[choiceDefJSON](ctx, c, createChoice(target, a.Slug, kind, title))
	if refused, ok := errors.AsType[*Error](err); ok && refused.Code == "slug_conflict" {
		return nil
	}
	return err
}

func (c *Client) choices(ctx context.Context, target crm.Target, a crm.Attribute) ([]crm.Choice, error) {
	switch a.Type {
	case crm.TypeSelect:
		return c.Options(ctx, target, a.Slug)
	case crm.TypeStatus:
		return c.Statuses(ctx, target, a.Slug)
	default:
		return nil, nil
	}
}

// attributePage is how many attributes are asked for at once. What the API allows is not documented, so a short page is not taken
// for the last one: the reading ends with a page that brings nothing new.
const attributePage = 500

// Attributes lists the attributes of an object or a list, archived ones included, without their choices.
func (c *Client) Attributes(ctx context.Context, target crm.Target) ([]crm.Attribute, error) {
	if (target.Object == "") == (target.List == "") {
		return nil, fmt.Errorf("read attributes: want an object or a list, got %+v", target)
	}
	var attributes []crm.Attribute
	seen := make(map[string]bool)
	for offset := 0; ; {
		page, err := data[[]attributeJSON](ctx, c, attributesPage(target, attributePage, offset))
		if err != nil {
			return nil, err
		}
		before := len(attributes)
		for _, a := range page {
			if id := a.ID.Attribute + " " + a.Slug; !seen[id] {
				seen[id] = true
				attributes = append(attributes, a.read())
			}
		}
		if len(attributes) == before {
			return attributes, c.nameObjects(ctx, attributes)
		}
		offset += len(page)
	}
}

// nameObjects turns the ids of allowed objects into slugs. The objects are read only when an attribute restricts its references.
func (c *Client) nameObjects(ctx context.Context, attributes []crm.Attribute) error {
	var slugs map[string]string
	for _, a := range attributes {
		for i, id := range a.AllowedObjects {
			if slugs == nil {
				objects, err := c.Objects(ctx)
				if err != nil {
					return err
				}
				slugs = make(map[string]string, len(objects))
				for _, o := range objects {
					slugs[o.ID] = o.Slug
				}
			}
			if slug := slugs[id]; slug != "" {
				a.AllowedObjects[i] = slug
			}
		}
	}
	return nil
}

// Options lists the options of a select attribute, archived ones included.
func (c *Client) Options(ctx context.Context, target crm.Target, attribute string) ([]crm.Choice, error) {
	return c.readChoices(ctx, choicesOf(target, attribute, "options"))
}

// Statuses lists the statuses of a status attribute, archived ones included.
func (c *Client) Statuses(ctx context.Context, target crm.Target, attribute string) ([]crm.Choice, error) {
	return c.readChoices(ctx, choicesOf(target, attribute, "statuses"))
}

func (c *Client) readChoices(ctx context.Context, r *request) ([]crm.Choice, error) {
	found, err := data[[]choiceDefJSON](ctx, c, r)
	if err != nil {
		return nil, err
	}
	return readAs(found, choiceDefJSON.read), nil
}

func readAs[J, T any](found []J, read func(J) T) []T {
	list := make([]T, len(found))
	for i, j := range found {
		list[i] = read(j)
	}
	return list
}
