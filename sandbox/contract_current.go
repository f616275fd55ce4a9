package sandbox

import "net/http"

// Contract is which API is spoken.
type Contract string

// The two contracts: Attio's published API, and the API document that attio-etl was specified from.
const (
	Current   Contract = "current"
	Reference Contract = "reference"
)

// current is the published API (contract §1-§11).
type current struct{}

// The scopes of contract §1.
const (
	readConfig  = "object_configuration:read"
	writeConfig = "object_configuration:read-write"
	readLists   = "list_configuration:read"
	writeLists  = "list_configuration:read-write"
	readRecord  = "record_permission:read object_configuration:read"
	writeRecord = "record_permission:read-write object_configuration:read"
	readEntry   = "list_entry:read list_configuration:read"
	writeEntry  = "list_entry:read-write list_configuration:read"
	readNote    = "note:read object_configuration:read record_permission:read"
	writeNote   = "note:read-write object_configuration:read record_permission:read"
	linked      = " object_configuration:read record_permission:read user_management:read"
	readTask    = "task:read" + linked
	writeTask   = "task:read-write" + linked
)

func (current) routes() []route {
	routes := []route{
		{"GET /v2/workspace_members", false, "user_management:read", listMembers},
		{"GET /v2/workspace_members/{member}", false, "user_management:read", getMember},

		{"GET /v2/objects", false, readConfig, listObjects},
		{"POST /v2/objects", true, writeConfig, createObject},
		{"GET /v2/objects/{object}", false, readConfig, getObject},
		{"PATCH /v2/objects/{object}", true, writeConfig, patchObject},
		{"DELETE /v2/objects/{object}", true, writeConfig, deleteObject},

		{"POST /v2/objects/{object}/records/query", false, readRecord, queryRecords},
		{"POST /v2/objects/{object}/records", true, writeRecord, createRecord},
		{"PUT /v2/objects/{object}/records", true, writeRecord, assertRecord},
		{"GET /v2/objects/{object}/records/{record}", false, readRecord, getRecord},
		{"PATCH /v2/objects/{object}/records/{record}", true, writeRecord, patchRecord},
		{"PUT /v2/objects/{object}/records/{record}", true, writeRecord, putRecord},
		{"DELETE /v2/objects/{object}/records/{record}", true, writeRecord, deleteRecord},
		{"GET /v2/objects/{object}/records/{record}/attributes/{attribute}/values", false, readRecord, recordValues},
		{"GET /v2/objects/{object}/records/{record}/entries", false, readRecord + " list_entry:read", listRecordEntries},

		{"GET /v2/lists", false, readLists, listLists},
		{"POST /v2/lists", true, writeLists, createList},
		{"GET /v2/lists/{list}", false, readLists, getList},
		{"PATCH /v2/lists/{list}", true, writeLists, patchList},
		{"POST /v2/lists/{list}/entries/query", false, readEntry, queryEntries},
		{"POST /v2/lists/{list}/entries", true, writeEntry, createEntry},
		{"PUT /v2/lists/{list}/entries", true, writeEntry, assertEntry},
		{"GET /v2/lists/{list}/entries/{entry}", false, readEntry, getEntry},
		{"PATCH /v2/lists/{list}/entries/{entry}", true, writeEntry, patchEntry},
		{"PUT /v2/lists/{list}/entries/{entry}", true, writeEntry, putEntry},
		{"DELETE /v2/lists/{list}/entries/{entry}", true, writeEntry, deleteEntry},
		{"GET /v2/lists/{list}/entries/{entry}/attributes/{attribute}/values", false, readEntry, entryValues},

		{"GET /v2/notes", false, readNote, listNotes},
		{"POST /v2/notes", true, writeNote, createNote},
		{"GET /v2/notes/{note}", false, readNote, getNote},
		{"DELETE /v2/notes/{note}", true, "note:read-write", deleteNote},

		{"GET /v2/tasks", false, readTask, listTasks},
		{"POST /v2/tasks", true, writeTask, createTask},
		{"GET /v2/tasks/{task}", false, readTask, getTask},
		{"PATCH /v2/tasks/{task}", true, writeTask, patchTask},
		{"DELETE /v2/tasks/{task}", true, "task:read-write", deleteTask},

		{"POST /v2/comments", true, "comment:read-write", createComment},
		{"GET /v2/comments/{comment}", false, "comment:read", getComment},
		{"DELETE /v2/comments/{comment}", true, "comment:read-write", deleteComment},
		{"GET /v2/threads", false, "comment:read", listThreads},
		{"GET /v2/threads/{thread}", false, "comment:read", getThread},

		{"GET /v2/webhooks", false, "webhook:read", listWebhooks},
		{"POST /v2/webhooks", true, "webhook:read-write", createWebhook},
		{"GET /v2/webhooks/{webhook}", false, "webhook:read", getWebhook},
		{"PATCH /v2/webhooks/{webhook}", true, "webhook:read-write", patchWebhook},
		{"DELETE /v2/webhooks/{webhook}", true, "webhook:read-write", deleteWebhook},
	}
	return append(append(routes, attributeRoutes("/v2/objects/{object}", writeConfig)...), attributeRoutes("/v2/lists/{list}", writeLists)...)
}

// attributeRoutes are the same for objects and lists (contract §5).
func attributeRoutes(target, write string) []route {
	attributes := target + "/attributes"
	one := attributes + "/{attribute}"
	return []route{
		{"GET " + attributes, false, readConfig, listAttributes},
		{"POST " + attributes, true, write, createAttribute},
		{"GET " + one, false, readConfig, getAttribute},
		{"PATCH " + one, true, write, patchAttribute},
		{"GET " + one + "/options", false, readConfig, listOptions},
		{"POST " + one + "/options", true, write, createOption},
		{"PATCH " + one + "/options/{choice}", true, write, patchOption},
		{"GET " + one + "/statuses", false, readConfig, listStatuses},
		{"POST " + one + "/statuses", true, write, createStatus},
		{"PATCH " + one + "/statuses/{choice}", true, write, patchStatus},
	}
}

func (current) failure(e *apiError) (int, any) {
	if !e.camel {
		return e.Status, e
	}
	body := map[string]any{"statusCode": e.Status, "type": e.Type, "code": e.Code, "message": e.Message}
	if e.ValidationErrors != nil {
		body["validation_errors"] = e.ValidationErrors
	}
	return e.Status, body
}

// label: the published API says nothing about its limits (contract §2).
func (current) label(http.Header, admission) {}
