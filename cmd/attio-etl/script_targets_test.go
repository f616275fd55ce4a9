package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// makeList makes a list with a text attribute "remark" and a number "amount": list SLUG OBJECT.
func makeList(ts *testscript.TestScript, _ bool, args []string) {
	var reply any
	call(ts, http.MethodPost, "/v2/lists", map[string]any{"data": map[string]any{
		"name": args[0], "api_slug": args[0], "parent_object": args[1], "workspace_access": "full-access", "workspace_member_access": []any{},
	}}, &reply)
	for slug, typ := range map[string]string{"remark": "text", "amount": "number"} {
		call(ts, http.MethodPost, "/v2/lists/"+args[0]+"/attributes", map[string]any{"data": map[string]any{
			"title": slug, "description": nil, "api_slug": slug, "type": typ, "is_required": false, "is_unique": false, "is_multiselect": false, "config": map[string]any{},
		}}, &reply)
	}
}

// putEntry puts the first company on a list: entry SLUG REMARK.
func putEntry(ts *testscript.TestScript, _ bool, args []string) {
	var found struct {
		Data []struct {
			ID struct {
				Record string `json:"record_id"`
			}
		}
	}
	call(ts, http.MethodPost, "/v2/objects/companies/records/query", map[string]any{
		"sorts": []any{map[string]any{"attribute": "created_at", "direction": "asc"}},
	}, &found)
	var reply any
	call(ts, http.MethodPost, "/v2/lists/"+args[0]+"/entries", map[string]any{"data": map[string]any{
		"parent_record_id": found.Data[0].ID.Record, "parent_object": "companies", "entry_values": map[string]any{"remark": args[1]},
	}}, &reply)
}

// writeSeveral writes a file in which each of N companies has two rows, which differ, and every tenth a third that is like its first:
// several N FILE.
func writeSeveral(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	rows := [][]string{{"Website", "Text", "Day"}}
	for i := range n {
		for part := range 2 {
			rows = append(rows, []string{migratedCompany(i), fmt.Sprintf("part %d of %d", part, i), fmt.Sprintf("2020-01-%02d", 1+i%28)})
		}
		if i%10 == 0 {
			rows = append(rows, rows[len(rows)-2])
		}
	}
	var b bytes.Buffer
	ts.Check(csv.NewWriter(&b).WriteAll(rows))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o600))
}

// sandboxHasSeveral requires that there is one for each row of such a file, and no other: hasseveral KIND FILE, where KIND is notes, tasks or a list.
func sandboxHasSeveral(ts *testscript.TestScript, _ bool, args []string) {
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[1]))).ReadAll()
	ts.Check(err)
	want, got := map[string]int{}, map[string]int{}
	for _, row := range rows[1:] {
		want[row[1]]++
	}
	for _, item := range storedItems(ts, args[0]) {
		got[item]++
	}
	if !maps.Equal(want, got) {
		for _, text := range slices.Sorted(maps.Keys(want)) {
			if want[text] != got[text] {
				ts.Logf("%q: %d, want %d", text, got[text], want[text])
			}
		}
		ts.Fatalf("the sandbox's %s are not those of %s", args[0], args[1])
	}
}

// storedItems is the texts of all notes, tasks or entries.
func storedItems(ts *testscript.TestScript, kind string) []string {
	var texts []string
	const size = 50
	for offset := 0; ; offset += size {
		var page struct {
			Data []struct {
				Plain   string `json:"content_plaintext"`
				Content string `json:"content"`
				Values  struct {
					Remark []struct{ Value string }
				} `json:"entry_values"`
			}
		}
		if kind == "notes" || kind == "tasks" {
			call(ts, http.MethodGet, fmt.Sprintf("/v2/%s?limit=%d&offset=%d", kind, size, offset), nil, &page)
		} else {
			call(ts, http.MethodPost, "/v2/lists/"+kind+"/entries/query", map[string]any{
				"limit": size, "offset": offset, "sorts": []any{map[string]any{"attribute": "created_at", "direction": "asc"}},
			}, &page)
		}
		for _, item := range page.Data {
			text := item.Plain + item.Content
			if len(item.Values.Remark) > 0 {
				text = item.Values.Remark[0].Value
			}
			texts = append(texts, text)
		}
		if len(page.Data) < size {
			return texts
		}
	}
}
