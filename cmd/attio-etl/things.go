package main

import (
	"context"
	"errors"
	"fmt"

	"attio-etl/attio"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/jobs"
	"attio-etl/mapping"
)

// things is what targets of a run hold, without a job that tells of them.
func (u *undoSession) things(ctx context.Context, targets []crm.Target) (map[crm.Target]importer.Things, error) {
	things := map[crm.Target]importer.Things{}
	for _, target := range targets {
		schema, err := u.attributes(ctx, target)
		if err != nil {
			return nil, u.remoteError(fmt.Errorf("read the attributes of %s: %w", target, err))
		}
		client := u.conn.client
		switch {
		case target.List != "":
			things[target] = &importer.EntryThings{Entries: &entries{Client: client, schema: schema}, Of: schema}
		case target.Activity == crm.Notes:
			things[target] = &importer.NoteThings{Notes: client, Of: schema}
		case target.Activity == crm.Tasks:
			things[target] = &importer.TaskThings{Tasks: client, Of: schema}
		default:
			things[target] = &importer.RecordThings{Records: &records{client: client, schema: schema}, Of: schema}
		}
	}
	return things, nil
}

// attributes is what an import could fill.
func (u *undoSession) attributes(ctx context.Context, target crm.Target) (*crm.Schema, error) {
	spec := jobs.Import{Target: jobs.Target{Activity: target.Activity}}
	if target.Activity != "" {
		members, err := u.members(ctx)
		return mapping.TargetSchema(&spec, nil, nil, members), err
	}
	schema, err := u.conn.client.Schema(ctx, target, nil)
	if err != nil || target.List == "" {
		return schema, err
	}
	spec.Target.List.Value, spec.Target.List.Raw = target.List, target.List
	return mapping.TargetSchema(&spec, schema, nil, nil), nil
}

// members is the workspace's; none where the token may not see them, as one that no task of the run was given to needs not.
func (u *undoSession) members(ctx context.Context) ([]crm.Member, error) {
	members, err := u.conn.client.WorkspaceMembers(ctx)
	if fault, ok := errors.AsType[*attio.Error](err); ok && fault.FaultClass() == crm.FaultAuth {
		return nil, nil
	}
	return members, err
}
