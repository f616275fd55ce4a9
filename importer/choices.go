package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"attio-etl/checkpoint"
	"attio-etl/crm"
)

// Choices creates options and statuses. Creating one that exists is no error and does nothing.
type Choices interface {
	CreateChoice(ctx context.Context, target crm.Target, attribute crm.Attribute, title string) error
}

// newChoices is the options that rows name and the workspace lacks, of columns with unknown_option: create, in the order in which
// they first occur. They are created once, before the rows that need them are written.
//
// Spellings that differ in case only are one option, by the first of them: once it exists, a cell is read so too.
type newChoices struct {
	seen map[newChoice]string // with the title in lower case -> the first spelling
	list []newChoice
}

type newChoice struct{ attribute, title string }

func (n *newChoices) first(attribute, title string) (newChoice, string, bool) {
	key := newChoice{attribute, strings.ToLower(title)}
	spelling, seen := n.seen[key]
	return key, spelling, seen
}

// collect enters the unknown options of a row. Where the server lists no options none is known to be unknown, and a title is written as
// it is.
func (n *newChoices) collect(fields []crm.Field, schema *crm.Schema) {
	for _, f := range fields {
		for _, v := range f.Values {
			title, unknown := unknownChoice(v)
			if !unknown {
				continue
			}
			if attr, ok := schema.Attribute(f.Attribute); ok && attr.ChoicesUnknown {
				break
			}
			if key, _, seen := n.first(f.Attribute, title); !seen {
				if n.seen == nil {
					n.seen = map[newChoice]string{}
				}
				n.seen[key] = title
				n.list = append(n.list, newChoice{f.Attribute, title})
			}
		}
	}
}

// settle spells unknown options as they are created. It does not change the fields that it is given.
func (n *newChoices) settle(fields []crm.Field) []crm.Field {
	if len(n.list) == 0 {
		return fields
	}
	out := slices.Clone(fields)
	for i, f := range out {
		out[i].Values = slices.Clone(f.Values)
		for j, v := range f.Values {
			title, unknown := unknownChoice(v)
			if _, spelling, seen := n.first(f.Attribute, title); unknown && seen {
				out[i].Values[j] = respelled(v, spelling)
			}
		}
	}
	return out
}

func respelled(v crm.Value, title string) crm.Value {
	if _, ok := v.(crm.Status); ok {
		return crm.Status{Title: title}
	}
	return crm.Select{Title: title}
}

// unknownChoice is the title of an option that the workspace lacks; false for any other value.
func unknownChoice(v crm.Value) (string, bool) {
	switch v := v.(type) {
	case crm.Select:
		return v.Title, v.ID == ""
	case crm.Status:
		return v.Title, v.ID == ""
	default:
		return "", false
	}
}

// create makes them, and tells journal of each.
func (n *newChoices) create(ctx context.Context, choices Choices, schema *crm.Schema, journal Journal) error {
	for _, c := range n.list {
		attr, ok := schema.Attribute(c.attribute)
		if !ok {
			return fmt.Errorf("create option %q: no attribute %s", c.title, c.attribute)
		}
		if err := choices.CreateChoice(ctx, schema.Target, attr, c.title); err != nil {
			return fmt.Errorf("create option %q of %s: %w", c.title, c.attribute, err)
		}
		if err := noteMade(ctx, journal, checkpoint.Made{Object: schema.Target.Object, Attribute: c.attribute, Value: c.title}); err != nil {
			return err
		}
	}
	return nil
}

// noteMade journals what was created. That is on disk even when everything is being stopped.
func noteMade(ctx context.Context, journal Journal, made checkpoint.Made) error {
	if err := journal.Made(context.WithoutCancel(ctx), made); err != nil {
		return &StoppedError{Reason: JournalFailed, Err: err}
	}
	return nil
}
