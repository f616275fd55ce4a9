package main

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
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
	var found struct {
		Data []struct {
			ID struct {
				Record string `json:"record_id"`
			}
		}
	}
	call(ts, http.MethodPost, "/v2/objects/companies/records/query", map[string]any{
		"limit": 500, "sorts": []any{map[string]any{"attribute": "created_at", "direction": "asc"}},
	}, &found)
	var reply any
	for i := range numbers[1] {
		call(ts, http.MethodPatch, "/v2/objects/companies/records/"+found.Data[i].ID.Record, map[string]any{"data": map[string]any{
			"values": map[string]any{"description": "changed among " + strconv.Itoa(len(found.Data)) + ", " + strconv.Itoa(numbers[1])},
		}}, &reply)
	}
	for i := range numbers[2] {
		call(ts, http.MethodDelete, "/v2/objects/companies/records/"+found.Data[len(found.Data)-1-i].ID.Record, nil, &reply)
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
	var found struct {
		Data []struct {
			ID struct {
				Record string `json:"record_id"`
			}
		}
	}
	call(ts, http.MethodPost, "/v2/objects/people/records/query", map[string]any{
		"sorts": []any{map[string]any{"attribute": "created_at", "direction": "asc"}},
	}, &found)
	for _, i := range []int{0, 0, 1} {
		call(ts, http.MethodPost, "/v2/lists/pipeline/entries", map[string]any{"data": map[string]any{
			"parent_record_id": found.Data[i].ID.Record, "parent_object": "people", "entry_values": map[string]any{},
		}}, &reply)
	}
}
