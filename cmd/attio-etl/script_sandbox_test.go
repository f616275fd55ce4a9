package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"attio-etl/sandbox"
)

// What the scripts know of the sandbox they learn over HTTP with code of their own: the client under test must not check itself.

// arrivals is how many requests have reached the sandbox.
func arrivals(ts *testscript.TestScript) int64 {
	var stats struct{ Requests int64 }
	call(ts, http.MethodGet, "/_sandbox/stats", nil, &stats)
	return stats.Requests
}

// sandboxWithin requires that no second had more requests than that, by the sandbox's count, and that none was refused: within N.
func sandboxWithin(ts *testscript.TestScript, _ bool, args []string) {
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	var stats struct {
		Requests, Throttled int64
		MaxPerSecond        int64 `json:"max_per_second"`
	}
	call(ts, http.MethodGet, "/_sandbox/stats", nil, &stats)
	if stats.MaxPerSecond == 0 || stats.MaxPerSecond > int64(most) || stats.Throttled > 0 {
		ts.Fatalf("the sandbox had %+v, want at most %d a second and none throttled", stats, most)
	}
	ts.Logf("the sandbox had %+v", stats)
}

func call(ts *testscript.TestScript, method, path string, body, reply any) {
	data, err := json.Marshal(body)
	ts.Check(err)
	req, err := http.NewRequest(method, ts.Getenv("ATTIO_ETL_BASE_URL")+path, bytes.NewReader(data))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+ts.Getenv("ATTIO_API_KEY"))
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated {
		ts.Fatalf("%s %s: %s", method, path, resp.Status)
	}
	ts.Check(json.NewDecoder(resp.Body).Decode(reply))
}

// makeAttribute makes an attribute in the sandbox: attribute OBJECT SLUG TYPE CONFIG [unique]. The reference contract has no CONFIG.
func makeAttribute(ts *testscript.TestScript, _ bool, args []string) {
	unique := len(args) > 4 && args[4] == "unique"
	data := map[string]any{
		"title": args[1], "description": nil, "api_slug": args[1], "type": args[2], "is_required": false, "is_unique": unique,
		"is_multiselect": false, "config": json.RawMessage(args[3]),
	}
	if ts.Getenv("CONTRACT") == string(sandbox.Reference) {
		data = map[string]any{"name": args[1], "api_slug": args[1], "type": args[2], "is_required": false, "is_unique": unique}
	}
	var reply any
	call(ts, http.MethodPost, "/v2/objects/"+args[0]+"/attributes", map[string]any{"data": data}, &reply)
}

// writeCompanies writes a file of companies: companies N FILE. Names are quoted, some cells hold line breaks.
func writeCompanies(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	sizes := []string{"1-10", "11-50", "51-250", ""}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"Website", "Name", "About", "Size", "Founded"}}
	for i := range n {
		about := fmt.Sprintf("about company %d", i)
		if i%7 == 0 {
			about += "\nand a second line, with a \"quote\""
		}
		rows = append(rows, []string{
			fmt.Sprintf("https://www.company-%05d.com/about?x=1", i), fmt.Sprintf("Company %05d, \"Söhne\"", i), about,
			sizes[i%len(sizes)], fmt.Sprintf("%04d-%02d-%02d", 1900+i%120, 1+i%12, 1+i%28),
		})
	}
	ts.Check(w.WriteAll(rows))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o600))
}

// storedRecord is a record in the sandbox's own account of its state, which is the same in every contract: options by their titles,
// references as object:attribute=value.
type storedRecord struct {
	Object string
	Values map[string][]struct{ Value json.RawMessage }
}

// storedRecords are the records of an object that the sandbox holds.
func storedRecords(ts *testscript.TestScript, object string) []storedRecord {
	var state struct{ Records []storedRecord }
	call(ts, http.MethodGet, "/_sandbox/state?comparable=true", nil, &state)
	return slices.DeleteFunc(state.Records, func(r storedRecord) bool { return r.Object != object })
}

// text is an attribute's values, separated by "; ": of a value with several parts the one that is named.
func (r storedRecord) text(ts *testscript.TestScript, attribute, part string) string {
	var all []string
	for _, v := range r.Values[attribute] {
		raw := v.Value
		if part != "" {
			var parts map[string]json.RawMessage
			ts.Check(json.Unmarshal(raw, &parts))
			raw = parts[part]
		}
		var text string
		ts.Check(json.Unmarshal(raw, &text))
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// sandboxHolds requires that the sandbox's companies are exactly the rows of a file that writeCompanies wrote, each once, with all
// values right: holds FILE.
func sandboxHolds(ts *testscript.TestScript, _ bool, args []string) {
	file, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	want, err := csv.NewReader(file).ReadAll()
	ts.Check(err)
	want = want[1:]
	for _, row := range want {
		domain := strings.TrimPrefix(row[0], "https://www.")
		row[0], _, _ = strings.Cut(domain, "/")
	}
	var got [][]string
	for _, c := range storedRecords(ts, "companies") {
		got = append(got, []string{
			c.text(ts, "domains", "domain"), c.text(ts, "name", "value"), c.text(ts, "description", "value"),
			c.text(ts, "employee_range", ""), c.text(ts, "foundation_date", "value"),
		})
	}
	slices.SortFunc(got, slices.Compare)
	slices.SortFunc(want, slices.Compare)
	if len(got) != len(want) {
		ts.Fatalf("the sandbox holds %d companies, the file %d", len(got), len(want))
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			ts.Fatalf("the sandbox holds\n%q\nthe file\n%q", got[i], want[i])
		}
	}
}

// recordHolds requires that the one company that has a domain has a number: number DOMAIN ATTRIBUTE VALUE.
func recordHolds(ts *testscript.TestScript, _ bool, args []string) {
	found := slices.DeleteFunc(storedRecords(ts, "companies"), func(c storedRecord) bool {
		return !slices.Contains(strings.Split(c.text(ts, "domains", "domain"), "; "), args[0])
	})
	if len(found) != 1 || len(found[0].Values[args[1]]) != 1 {
		ts.Fatalf("the sandbox holds %v", found)
	}
	var number struct{ Value json.RawMessage }
	ts.Check(json.Unmarshal(found[0].Values[args[1]][0].Value, &number))
	if string(number.Value) != args[2] {
		ts.Fatalf("%s of %s is %s, want %s", args[1], args[0], number.Value, args[2])
	}
}
