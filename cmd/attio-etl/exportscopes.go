package main

import (
	"slices"

	"attio-etl/crm"
	"attio-etl/jobs"
)

// exportScopes is what a token needs for what is exported (contract §1, §11).
func exportScopes(o jobs.Origin) []string {
	records := []string{"object_configuration:read", "record_permission:read"}
	entries := []string{"list_configuration:read", "list_entry:read"}
	switch {
	case o.Activity == crm.Notes:
		return append(records, "note:read")
	case o.Activity == crm.Tasks:
		return append(records, "task:read", "user_management:read")
	case o.Activity == crm.Members:
		return []string{"user_management:read"}
	case o.Activity == crm.Structure:
		return []string{"object_configuration:read", "list_configuration:read"}
	case o.Activity == crm.Comments && o.Of.List.Given():
		return slices.Concat(records, entries, []string{"comment:read"})
	case o.Activity == crm.Comments:
		return append(records, "comment:read")
	case o.List.Given():
		return append(records, entries...)
	default:
		return records
	}
}
