package sandbox

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// referenceKeys is the attribute that a bare string means when a reference allows one standard object (contract §9).
var referenceKeys = map[string]string{
	"companies": "domains", "people": "email_addresses", "users": "user_id", "workspaces": "workspace_id",
}

// matchable are the types by which a reference may name its target.
var matchable = []string{typeDomain, typeEmail, typeNumber, typePhone, typeText}

// parseReference finds the record that is named by id, by one value of one matching attribute, or by a bare string.
func parseReference(ctx context.Context, w *writer, a *attribute, in any) (fields, error) {
	switch in := in.(type) {
	case string:
		return w.referenceByText(ctx, a, in)
	case map[string]any:
		target, err := w.targetObject(a, in["target_object"])
		if err != nil {
			return nil, err
		}
		if len(in) != 2 {
			return nil, badValue(a, invalidIssue("Expected target_object and one of target_record_id or a matching attribute"))
		}
		if id, ok := in["target_record_id"]; ok {
			return w.referenceByID(ctx, a, target, id)
		}
		for slug, v := range in {
			if slug != "target_object" {
				return w.referenceByMatch(ctx, a, target, slug, v)
			}
		}
	}
	return nil, badValue(a, wrongType("object", in))
}

func (w *writer) targetObject(a *attribute, in any) (*object, error) {
	slug, ok := in.(string)
	if !ok {
		return nil, badValue(a, requiredIssue("string", "target_object"))
	}
	o, ok := w.st.schema.object(slug)
	if !ok {
		return nil, badRequest(codeValueNotFound, "Object with slug/ID %q not found.", slug)
	}
	if len(a.Allowed) > 0 && !slices.Contains(a.Allowed, o.ID) {
		return nil, badValue(a, invalidIssue(fmt.Sprintf("Object %q is not allowed for this attribute", slug), "target_object"))
	}
	return o, nil
}

func referenceTo(o *object, recordID string) fields {
	return fields{"target_object": o.Slug, "target_record_id": recordID}
}

func (w *writer) referenceByID(ctx context.Context, a *attribute, target *object, in any) (fields, error) {
	id, ok := in.(string)
	if !ok || uuid.Validate(id) != nil {
		return nil, badValue(a, invalidIssue("Invalid uuid", "target_record_id"))
	}
	row, err := w.st.recordRow(ctx, target, id)
	if err != nil {
		return nil, err
	}
	if row == 0 {
		return nil, badRequest(codeValueNotFound, "Record with ID %q of object %q not found.", id, target.Slug)
	}
	return referenceTo(target, id), nil
}

func (w *writer) referenceByText(ctx context.Context, a *attribute, text string) (fields, error) {
	if len(a.Allowed) == 1 {
		if o, ok := w.st.schema.object(a.Allowed[0]); ok && referenceKeys[o.Slug] != "" {
			return w.referenceByMatch(ctx, a, o, referenceKeys[o.Slug], text)
		}
	}
	return nil, badValue(a, wrongType("object", text))
}

// referenceByMatch needs exactly one record that has the value.
func (w *writer) referenceByMatch(ctx context.Context, a *attribute, target *object, slug string, in any) (fields, error) {
	by, ok := target.attribute(slug)
	if !ok {
		return nil, badRequest(codeValueNotFound, "Cannot find attribute with slug/ID %q.", slug)
	}
	if !slices.Contains(matchable, by.Type) {
		return nil, badValue(a, invalidIssue("Records cannot be matched by an attribute of type "+by.Type, slug))
	}
	if list, isList := in.([]any); isList {
		if len(list) != 1 {
			return nil, badValue(a, invalidIssue("Expected exactly one value", slug))
		}
		in = list[0]
	}
	f, err := parserOf(by.Type)(ctx, w, by, in)
	if err != nil {
		return nil, err
	}
	rows, err := w.st.holders(ctx, by, f)
	if err != nil {
		return nil, err
	}
	switch len(rows) {
	case 0:
		return nil, badRequest(codeValueNotFound, "Record of object %q with %s %v not found.", target.Slug, slug, f[kinds[by.Type].identity])
	case 1:
		id, err := w.st.recordID(ctx, rows[0])
		return referenceTo(target, id), err
	default:
		return nil, badRequest("multiple_match_results", "More than one record of object %q has that %s.", target.Slug, slug)
	}
}

// parseActor reads a workspace member by e-mail address or id; other actors cannot be written.
func parseActor(_ context.Context, w *writer, a *attribute, in any) (fields, error) {
	key := in
	if m, ok := in.(map[string]any); ok {
		if _, byMail := m["workspace_member_email_address"]; byMail {
			if err := closed(a, m, []string{"workspace_member_email_address"}, nil); err != nil {
				return nil, err
			}
			key = m["workspace_member_email_address"]
		} else {
			if err := closed(a, m, []string{"referenced_actor_type", "referenced_actor_id"}, nil); err != nil {
				return nil, err
			}
			if m["referenced_actor_type"] != "workspace-member" {
				return nil, badValue(a, invalidIssue("Only workspace members can be written", "referenced_actor_type"))
			}
			key = m["referenced_actor_id"]
		}
	}
	s, ok := key.(string)
	if !ok {
		return nil, badValue(a, wrongType("string", key))
	}
	m, ok := w.st.schema.member(s)
	if !ok {
		return nil, badRequest(codeValueNotFound, "Cannot find workspace member %q.", s)
	}
	return actor("workspace-member", m.ID), nil
}

func actor(typ, id string) fields {
	return fields{"referenced_actor_type": typ, "referenced_actor_id": id}
}
