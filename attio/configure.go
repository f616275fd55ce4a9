package attio

import (
	"context"
	"errors"

	"attio-etl/crm"
)

// CreateObject creates a kind of record (contract §4). One that exists is an *Error of code slug_conflict; repeated after a lost reply,
// it is taken for the one that was just created, and read.
func (c *Client) CreateObject(ctx context.Context, o crm.Object) (crm.Object, error) {
	made, err := ask[objectJSON](ctx, c, func(s contract) *request { return s.createObject(o) })
	if madeBefore(err) {
		return c.Object(ctx, o.Slug)
	}
	return made.read(), err
}

// UpdateObject changes the slug and the nouns of an object, those that are not empty (contract §4). It may be repeated.
func (c *Client) UpdateObject(ctx context.Context, slug string, o crm.Object) (crm.Object, error) {
	changed, err := ask[objectJSON](ctx, c, func(s contract) *request { return s.updateObject(slug, o) })
	return changed.read(), err
}

// CreateAttribute creates an attribute of an object or a list (contract §5). One that exists is an *Error of code slug_conflict, as
// with CreateObject.
func (c *Client) CreateAttribute(ctx context.Context, target crm.Target, a crm.Attribute) (crm.Attribute, error) {
	made, err := c.writeAttribute(ctx, target, func(s contract) *request { return s.createAttribute(target, a) })
	if madeBefore(err) {
		return c.Attribute(ctx, target, a.Slug)
	}
	return made, err
}

// UpdateAttribute changes an attribute; archiving is the only way to be rid of one (contract §5). It may be repeated.
func (c *Client) UpdateAttribute(ctx context.Context, target crm.Target, attribute string, change crm.AttributeChange) (crm.Attribute, error) {
	return c.writeAttribute(ctx, target, func(s contract) *request { return s.updateAttribute(target, attribute, change) })
}

func (c *Client) writeAttribute(ctx context.Context, target crm.Target, call func(contract) *request) (crm.Attribute, error) {
	s, err := c.speak(ctx)
	if err != nil {
		return crm.Attribute{}, err
	}
	written, err := data[attributeJSON](ctx, c, call(s))
	if err != nil {
		return crm.Attribute{}, err
	}
	c.schemas.forget(target)
	one := []crm.Attribute{s.attribute(&written)}
	err = c.nameObjects(ctx, one)
	return one[0], err
}

// CreateChoice creates an option of a select attribute or a status of a status attribute. One that exists by that title, archived ones
// included, is left as it is (contract §3 slug_conflict). Where the contract has no choices to create, there is nothing to do: whether a
// title is one shows when a row is written with it.
func (c *Client) CreateChoice(ctx context.Context, target crm.Target, a crm.Attribute, title string) error {
	s, err := c.speak(ctx)
	if err != nil || !s.listsChoices() {
		return err
	}
	_, err = data[choiceDefJSON](ctx, c, s.createChoice(target, a.Slug, kindOf(a), title))
	if refused, ok := errors.AsType[*Error](err); ok && refused.Code == codeSlugConflict {
		return nil
	}
	return err
}

// UpdateChoice renames or archives an option or a status, by id or title (contract §5). It may be repeated.
func (c *Client) UpdateChoice(
	ctx context.Context, target crm.Target, a crm.Attribute, choice string, change crm.ChoiceChange,
) (crm.Choice, error) {
	changed, err := ask[choiceDefJSON](ctx, c, func(s contract) *request {
		return s.updateChoice(target, a.Slug, kindOf(a), choice, change)
	})
	return changed.read(), err
}

func kindOf(a crm.Attribute) string {
	if a.Type == crm.TypeStatus {
		return kindStatuses
	}
	return kindOptions
}

const codeSlugConflict = "slug_conflict"

// madeBefore reports whether an attempt to create something was refused because an earlier attempt, whose reply was lost, may have
// created it.
func madeBefore(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == codeSlugConflict && e.repeated
}
