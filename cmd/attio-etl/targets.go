package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"attio-etl/attio"
	"attio-etl/crm"
	"attio-etl/internal/diag"
	"attio-etl/internal/exit"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// parentObject is the object whose records entries or notes belong to, empty for other targets.
func parentObject(t jobs.Target) string {
	if t.Parent == nil {
		return ""
	}
	return t.Parent.Object.Value
}

// listSchema reads the attributes of a list, and of which objects it takes records.
func (a *app) listSchema(ctx context.Context, client *attio.Client, spec *jobs.Import, mapped map[string]bool) (*crm.Schema, error) {
	slug := spec.Target.List
	list, err := client.List(ctx, slug.Value)
	if fault, ok := errors.AsType[*attio.Error](err); ok && fault.FaultClass() != crm.FaultAuth && fault.Code == "not_found" {
		return nil, a.unknownList(ctx, client, slug)
	}
	if err != nil {
		return nil, a.remoteError(fmt.Errorf("read the list %s: %w", slug.Raw, err))
	}
	described, err := client.Schema(ctx, crm.Target{List: slug.Value}, func(attr crm.Attribute) bool { return mapped[attr.Slug] })
	if err != nil {
		return nil, a.remoteError(fmt.Errorf("read the attributes of %s: %w", slug.Raw, err))
	}
	return mapping.TargetSchema(spec, described, list.ParentObjects, nil), nil
}

// unknownList says that there is no such list, and which one is probably meant.
func (a *app) unknownList(ctx context.Context, client *attio.Client, slug jobs.Text) error {
	lists, err := client.Lists(ctx)
	if err != nil {
		return a.remoteError(fmt.Errorf("read the lists: %w", err))
	}
	var slugs []string
	for _, l := range lists {
		slugs = append(slugs, l.Slug)
	}
	slices.Sort(slugs)
	f := diag.Finding{
		Code: "unknown-list", Pos: slug.Pos, Problem: fmt.Sprintf("the workspace has no list %q", slug.Raw), Hint: jobs.Suggest(slug.Raw, slugs),
	}
	return exit.With(exit.Usage, diag.List{f}, "")
}

// activityTarget is what notes or tasks have, with the members whom tasks can be given to.
func (a *app) activityTarget(ctx context.Context, client *attio.Client, spec *jobs.Import, assigned bool) (*crm.Schema, error) {
	var members []crm.Member
	if assigned {
		var err error
		if members, err = client.WorkspaceMembers(ctx); err != nil {
			return nil, a.remoteError(fmt.Errorf("read the workspace members: %w", err))
		}
	}
	return mapping.TargetSchema(spec, nil, nil, members), nil
}

// entries is the entries of lists as the importer wants them: the client, with attributes in errors named by slug instead of by id.
type entries struct {
	*attio.Client
	schema *crm.Schema
}

func (e *entries) named(entry crm.Entry, err error) (crm.Entry, error) {
	if fault, ok := errors.AsType[*attio.Error](err); ok {
		return entry, fault.In(e.schema)
	}
	return entry, err
}

func (e *entries) CreateEntry(ctx context.Context, list string, parent crm.RecordLink, fields []crm.Field) (crm.Entry, error) {
	return e.named(e.Client.CreateEntry(ctx, list, parent, fields))
}

func (e *entries) AssertEntry(ctx context.Context, list string, parent crm.RecordLink, fields []crm.Field) (crm.Entry, error) {
	return e.named(e.Client.AssertEntry(ctx, list, parent, fields))
}

func (e *entries) PatchEntry(ctx context.Context, list, id string, fields []crm.Field) (crm.Entry, error) {
	return e.named(e.Client.PatchEntry(ctx, list, id, fields))
}

func (e *entries) PutEntry(ctx context.Context, list, id string, fields []crm.Field) (crm.Entry, error) {
	return e.named(e.Client.PutEntry(ctx, list, id, fields))
}

// targetScopes is what a job needs for targets that are no objects (contract §1).
func targetScopes(job *jobs.Job) []string {
	var scopes []string
	for _, s := range job.Steps {
		if s.Import == nil {
			continue
		}
		switch t := s.Import.Target.Target(); {
		case t.List != "":
			scopes = append(scopes, "list_entry:read-write", "list_configuration:read")
		case t.Activity == crm.Notes:
			scopes = append(scopes, "note:read-write")
		case t.Activity == crm.Tasks:
			scopes = append(scopes, "task:read-write", "user_management:read")
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}
