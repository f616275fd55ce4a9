package attio

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"attio-etl/crm"
)

// Objects lists the kinds of records of the workspace (contract §4).
func (c *Client) Objects(ctx context.Context) ([]crm.Object, error) {
	found, err := ask[[]objectJSON](ctx, c, contract.objects)
	return readAs(found, objectJSON.read), err
}

// Object is one kind of record, by slug or id (contract §4).
func (c *Client) Object(ctx context.Context, slug string) (crm.Object, error) {
	found, err := ask[objectJSON](ctx, c, func(s contract) *request { return s.object(slug) })
	return found.read(), err
}

// Schema is a target with its attributes, archived ones included. The choices are read, with one request each, for those select
// and status attributes that want asks for, and the workspace's members, with one request in all, for actor references that it asks
// for: nil means all. An archived attribute has neither. A contract that lists neither choices nor members leaves them unknown.
func (c *Client) Schema(ctx context.Context, target crm.Target, want func(crm.Attribute) bool) (*crm.Schema, error) {
	attributes, err := c.Attributes(ctx, target)
	if err != nil {
		return nil, err
	}
	s, err := c.speak(ctx)
	if err != nil {
		return nil, err
	}
	var members []crm.Member
	for i, a := range attributes {
		if a.Archived || !s.listsChoices() || (want != nil && !want(a)) {
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

// attributePage is how many attributes are asked for at once; what the API allows is not documented (contract §5).
const attributePage = 500

// Attributes lists the attributes of an object or a list, archived ones included, without their choices (contract §5).
func (c *Client) Attributes(ctx context.Context, target crm.Target) ([]crm.Attribute, error) {
	if (target.Object == "") == (target.List == "") {
		return nil, fmt.Errorf("read attributes: want an object or a list, got %+v", target)
	}
	s, err := c.speak(ctx)
	if err != nil {
		return nil, err
	}
	attributes, err := whole(pages(ctx, c, listing[attributeJSON, crm.Attribute]{
		call:  func(s contract, limit int, at crm.Position) *request { return s.attributes(target, limit, at) },
		size:  attributePage,
		read:  func(_ *request, j *attributeJSON) (crm.Attribute, error) { return s.attribute(j), nil },
		id:    func(a crm.Attribute) string { return a.ID + " " + a.Slug },
		loose: true, // recordings show all of them in one reply
	}, crm.Position{}))
	if err != nil {
		return nil, err
	}
	if err := c.nameObjects(ctx, attributes); err != nil {
		return nil, err
	}
	c.schemas.keep(target, slices.Clone(attributes))
	return attributes, nil
}

// Attribute is one attribute, by slug or id, without its choices (contract §5).
func (c *Client) Attribute(ctx context.Context, target crm.Target, attribute string) (crm.Attribute, error) {
	s, err := c.speak(ctx)
	if err != nil {
		return crm.Attribute{}, err
	}
	found, err := data[attributeJSON](ctx, c, s.attributeOf(target, attribute))
	if err != nil {
		return crm.Attribute{}, err
	}
	one := []crm.Attribute{s.attribute(&found)}
	err = c.nameObjects(ctx, one)
	return one[0], err
}

// nameObjects turns the ids of allowed objects into slugs, and that of the object at the other end of a relationship. The objects are read
// only when an attribute restricts its references.
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
		if a.Other != nil && slugs[a.Other.Object] != "" {
			a.Other.Object = slugs[a.Other.Object]
		}
	}
	return nil
}

// Options lists the options of a select attribute, archived ones included (contract §5).
func (c *Client) Options(ctx context.Context, target crm.Target, attribute string) ([]crm.Choice, error) {
	return c.readChoices(ctx, target, attribute, kindOptions)
}

// Statuses lists the statuses of a status attribute, archived ones included (contract §5).
func (c *Client) Statuses(ctx context.Context, target crm.Target, attribute string) ([]crm.Choice, error) {
	return c.readChoices(ctx, target, attribute, kindStatuses)
}

// The kinds of choices, as paths have them.
const (
	kindOptions  = "options"
	kindStatuses = "statuses"
)

func (c *Client) readChoices(ctx context.Context, target crm.Target, attribute, kind string) ([]crm.Choice, error) {
	found, err := ask[[]choiceDefJSON](ctx, c, func(s contract) *request { return s.choices(target, attribute, kind) })
	return readAs(found, choiceDefJSON.read), err
}

// schemas are the attributes that have been read so far: filters, and values that do not name their type, are read by them.
type schemas struct {
	mu    sync.Mutex
	known map[crm.Target][]crm.Attribute
}

func (s *schemas) keep(t crm.Target, attributes []crm.Attribute) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[t] = attributes
}

// forget has the attributes of a target read again, as they have changed.
func (s *schemas) forget(t crm.Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, t)
}

func (s *schemas) of(t crm.Target) ([]crm.Attribute, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	attributes, ok := s.known[t]
	return attributes, ok
}

// schema is the attributes of a target, read once.
func (c *Client) schema(ctx context.Context, t crm.Target) (*crm.Schema, error) {
	attributes, ok := c.schemas.of(t)
	if !ok {
		var err error
		if attributes, err = c.Attributes(ctx, t); err != nil {
			return nil, err
		}
	}
	return &crm.Schema{Target: t, Attributes: attributes}, nil
}

// describe is what has to be known of a target's attributes to read or write its values in the contract: nothing, or the schema.
func (c *Client) describe(ctx context.Context, s contract, t crm.Target) (described, error) {
	if s.typed(t) {
		return untold, nil
	}
	sch, err := c.schema(ctx, t)
	if err != nil {
		return nil, err
	}
	return func(slug string) crm.Attribute {
		if a, ok := sch.Attribute(slug); ok {
			return a
		}
		return untold(slug)
	}, nil
}
