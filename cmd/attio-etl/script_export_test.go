package main

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"attio-etl/sandbox"
)

// changeSandbox makes, changes and deletes so many companies in the sandbox: changed ADDED CHANGED DELETED. The newest are deleted and the
// oldest are changed.
func changeSandbox(ts *testscript.TestScript, _ bool, args []string) {
	var numbers [3]int
	for i, arg := range args {
		n, err := strconv.Atoi(arg)
		ts.Check(err)
		numbers[i] = n
	}
	found := recordIDs(ts, "companies")
	var reply any
	for i := range numbers[1] {
		call(ts, http.MethodPatch, "/v2/objects/companies/records/"+found[i], map[string]any{"data": map[string]any{
			"values": map[string]any{"description": "changed among " + strconv.Itoa(len(found)) + ", " + strconv.Itoa(numbers[1])},
		}}, &reply)
	}
	for i := range numbers[2] {
		call(ts, http.MethodDelete, "/v2/objects/companies/records/"+found[len(found)-1-i], nil, &reply)
	}
	for i := range numbers[0] {
		call(ts, http.MethodPost, "/v2/objects/companies/records", map[string]any{"data": map[string]any{
			"values": map[string]any{"name": "New company " + strconv.Itoa(i)},
		}}, &reply)
	}
}

// countLines requires so many rows, the header included: lines N FILE.
func countLines(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	rows, err := csv.NewReader(bytes.NewReader([]byte(ts.ReadFile(args[1])))).ReadAll()
	ts.Check(err)
	if len(rows) != want {
		ts.Fatalf("%s has %d rows, want %d", args[1], len(rows), want)
	}
}

// makePipeline makes a list "pipeline" of people with three entries: the first person twice, the second once.
func makePipeline(ts *testscript.TestScript, _ bool, _ []string) {
	var reply any
	call(ts, http.MethodPost, "/v2/lists", map[string]any{"data": map[string]any{
		"name": "Pipeline", "api_slug": "pipeline", "parent_object": "people", "workspace_access": "full-access", "workspace_member_access": []any{},
	}}, &reply)
	found := recordIDs(ts, "people")
	for _, i := range []int{0, 0, 1} {
		call(ts, http.MethodPost, "/v2/lists/pipeline/entries", map[string]any{"data": map[string]any{
			"parent_record_id": found[i], "parent_object": "people", "entry_values": map[string]any{},
		}}, &reply)
	}
}

// makeActivity makes so many notes or tasks on the companies of the sandbox, in turn, or comments, two to a thread: activity notes 60. In both
// contracts notes and tasks are numbered; tasks are assigned to the first member and every third one is done, where the contract has that.
func makeActivity(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	reference := ts.Getenv("CONTRACT") == string(sandbox.Reference)
	found := recordIDs(ts, "companies")
	thread := ""
	for i := range n {
		record, text := found[i%len(found)], args[0]+" "+strconv.Itoa(i)
		var data map[string]any
		switch {
		case args[0] == "notes" && reference:
			data = map[string]any{"parent_object": "companies", "parent_record_id": map[string]any{"record_id": record}, "title": text, "content": "text of " + text}
		case args[0] == "notes":
			data = map[string]any{"parent_object": "companies", "parent_record_id": record, "title": text, "format": "markdown", "content": "**text** of " + text}
		case args[0] == "tasks" && reference:
			data = map[string]any{"content": text, "parent_object": "companies", "parent_record_id": map[string]any{"record_id": record}, "due_at": "2030-01-02T03:04:05Z"}
		case args[0] == "tasks":
			data = map[string]any{
				"content": text, "format": "plaintext", "deadline_at": "2030-01-02T03:04:05Z", "is_completed": i%3 == 0,
				"linked_records": []any{map[string]any{"target_object": "companies", "target_record_id": record}}, "assignees": []any{firstMember(ts)},
			}
		default:
			data = map[string]any{"format": "plaintext", "content": text, "author": map[string]any{"type": "workspace-member", "id": firstMember(ts)["referenced_actor_id"]}}
			if i%2 == 0 {
				data["record"] = map[string]any{"object": "companies", "record_id": found[i/2%len(found)]}
			} else {
				data["thread_id"] = thread
			}
		}
		var reply struct {
			Data struct {
				Thread string `json:"thread_id"`
			}
		}
		call(ts, http.MethodPost, "/v2/"+args[0], map[string]any{"data": data}, &reply)
		thread = reply.Data.Thread
	}
}

// firstMember is the first member of the sandbox as an assignee.
func firstMember(ts *testscript.TestScript) map[string]any {
	var members struct {
		Data []struct {
			ID struct {
				Member string `json:"workspace_member_id"`
			}
		}
	}
	call(ts, http.MethodGet, "/v2/workspace_members", nil, &members)
	return map[string]any{"referenced_actor_type": "workspace-member", "referenced_actor_id": members.Data[0].ID.Member}
}

// recordIDs are the ids of the first five hundred records of an object of the sandbox, in the order of creation.
func recordIDs(ts *testscript.TestScript, object string) (ids []string) {
	var found struct {
		Data []struct {
			ID struct {
				Record string `json:"record_id"`
			}
		}
	}
	call(ts, http.MethodPost, "/v2/objects/"+object+"/records/query", map[string]any{
		"limit": 500, "sorts": []any{map[string]any{"attribute": "created_at", "direction": "asc"}},
	}, &found)
	for _, r := range found.Data {
		ids = append(ids, r.ID.Record)
	}
	return ids
}
