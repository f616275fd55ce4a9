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
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("%s %s: %s", method, path, resp.Status)
	}
	ts.Check(json.NewDecoder(resp.Body).Decode(reply))
}

// makeAttribute makes an attribute in the sandbox: attribute OBJECT SLUG TYPE CONFIG.
func makeAttribute(ts *testscript.TestScript, _ bool, args []string) {
	var reply any
	call(ts, http.MethodPost, "/v2/objects/"+args[0]+"/attributes", map[string]any{"data": map[string]any{
		"title": args[1], "description": nil, "api_slug": args[1], "type": args[2], "is_required": false, "is_unique": false,
		"is_multiselect": false, "config": json.RawMessage(args[3]),
	}}, &reply)
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

// company is a record as the sandbox replies it.
type company struct {
	Values struct {
		Domains     []struct{ Domain string }
		Name        []struct{ Value string }
		Description []struct{ Value string }
		Founded     []struct{ Value string } `json:"foundation_date"`
		Size        []struct {
			Option struct{ Title string }
		} `json:"employee_range"`
	}
}

// row is a record in the columns of writeCompanies.
func (c company) row() []string {
	row := make([]string, 5)
	var domains []string
	for _, d := range c.Values.Domains {
		domains = append(domains, d.Domain)
	}
	row[0] = strings.Join(domains, "; ")
	for i, values := range [][]struct{ Value string }{c.Values.Name, c.Values.Description} {
		if len(values) > 0 {
			row[i+1] = values[0].Value
		}
	}
	if len(c.Values.Size) > 0 {
		row[3] = c.Values.Size[0].Option.Title
	}
	if len(c.Values.Founded) > 0 {
		row[4] = c.Values.Founded[0].Value
	}
	return row
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
	for offset := 0; ; offset += 500 {
		var page struct{ Data []company }
		call(ts, http.MethodPost, "/v2/objects/companies/records/query", map[string]any{"limit": 500, "offset": offset}, &page)
		for _, c := range page.Data {
			got = append(got, c.row())
		}
		if len(page.Data) < 500 {
			break
		}
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

// recordHolds requires that the one company whose domain is given has a number: number DOMAIN ATTRIBUTE VALUE.
func recordHolds(ts *testscript.TestScript, _ bool, args []string) {
	var page struct {
		Data []struct {
			Values map[string][]struct{ Value json.RawMessage }
		}
	}
	call(ts, http.MethodPost, "/v2/objects/companies/records/query", map[string]any{"filter": map[string]any{"domains": args[0]}}, &page)
	if len(page.Data) != 1 || len(page.Data[0].Values[args[1]]) != 1 {
		ts.Fatalf("the sandbox holds %v", page.Data)
	}
	if got := string(page.Data[0].Values[args[1]][0].Value); got != args[2] {
		ts.Fatalf("%s of %s is %s, want %s", args[1], args[0], got, args[2])
	}
}
