// Package examples_test runs the example jobs with the real program, as their readers would.
package examples_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What the quickstart's README says of its file.
const (
	quickstart     = "examples/quickstart/companies.yaml"
	quickstartRows = 524
	quickstartBad  = 2
)

// The exit codes that the READMEs name.
const (
	exitComplete = 0
	exitMistakes = 2
	exitRejects  = 3
)

// summary is the last line of --json output.
type summary struct {
	Type        string `json:"type"`
	Read        int    `json:"read"`
	Created     int    `json:"created"`
	Updated     int    `json:"updated"`
	Upserted    int    `json:"upserted"`
	Unchanged   int    `json:"unchanged"`
	Rejected    int    `json:"rejected"`
	RejectsFile string `json:"rejects_file"`
}

// inWorkspace is the rows whose record is as the file says.
func (s summary) inWorkspace() int { return s.Created + s.Updated + s.Upserted + s.Unchanged }

func TestQuickstart(t *testing.T) {
	p := newProgram(t)

	first := p.importQuickstart(t, exitRejects)
	if first.Read != quickstartRows || first.Rejected != quickstartBad || first.inWorkspace() != quickstartRows-quickstartBad {
		t.Fatalf("first run: %+v, want %d rows read and %d rejected", first, quickstartRows, quickstartBad)
	}
	if got, want := p.companies(t), quickstartRows-quickstartBad; got != want {
		t.Fatalf("the sandbox holds %d companies after the first run, want %d", got, want)
	}

	second := p.importQuickstart(t, exitRejects)
	if second.inWorkspace() != first.inWorkspace() || second.Rejected != quickstartBad {
		t.Errorf("second run: %+v, want the counts of the first, %+v", second, first)
	}
	if got, want := p.companies(t), quickstartRows-quickstartBad; got != want {
		t.Fatalf("the sandbox holds %d companies after the second run, want %d as before", got, want)
	}

	corrected := correct(t, second.RejectsFile)
	third := p.importQuickstart(t, exitComplete, "--source", corrected)
	if third.Read != quickstartBad || third.inWorkspace() != quickstartBad {
		t.Errorf("corrected rejects: %+v, want %d rows, all written", third, quickstartBad)
	}
	if got := p.companies(t); got != quickstartRows {
		t.Errorf("the sandbox holds %d companies after the correction, want %d", got, quickstartRows)
	}
}

const migration = "examples/migration/migration.yaml"

// TestMigration imports two files that refer to each other by one job of two steps, and then the row that its README corrects.
func TestMigration(t *testing.T) {
	p := newProgram(t)
	out := p.run(t, exitRejects, "import", migration, "--json", "--rate", "1000/s,60000/m")
	companies, people, total := stepOf(t, out, "companies"), stepOf(t, out, "people"), lastSummary(t, out)
	if companies.inWorkspace() != 4 || companies.Rejected != 0 || people.inWorkspace() != 4 || people.Rejected != 1 || total.Read != 9 {
		t.Fatalf("companies %+v, people %+v, total %+v", companies, people, total)
	}
	data, err := os.ReadFile(people.RejectsFile)
	if err != nil {
		t.Fatal(err)
	}
	mended := strings.Replace(string(data), ",tabulators.example", ",harbours.example", 1)
	corrected := filepath.Join(t.TempDir(), "corrected.csv")
	if err := os.WriteFile(corrected, []byte(mended), 0o600); err != nil {
		t.Fatal(err)
	}
	out = p.run(t, exitComplete, "import", migration, "--step", "people", "--source", corrected, "--json")
	if again := lastSummary(t, out); again.Read != 1 || again.inWorkspace() != 1 {
		t.Errorf("corrected: %+v", again)
	}

	url, stop := p.serve(t)
	defer stop()
	for _, c := range []struct{ object, match, key, attribute, want string }{
		{"companies", "domains", "engines.example", "team", "ada@engines.example charles@engines.example"},
		{"companies", "domains", "compilers.example", "team", "grace@compilers.example"},
		{"companies", "domains", "harbours.example", "team", "hermann@tabulators.example"},
		{"people", "email_addresses", "ada@engines.example", "company", "engines.example"},
		{"people", "email_addresses", "hermann@tabulators.example", "company", "harbours.example"},
	} {
		if got := pointsTo(t, url, c.object, c.match, c.key, c.attribute); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.attribute, c.key, got, c.want)
		}
	}
}

// TestExport does what examples/export/README.md says: the file that was exported imports again without a rejected row.
func TestExport(t *testing.T) {
	p := newProgram(t)
	p.importQuickstart(t, exitRejects)
	dir := t.TempDir()
	file, again := filepath.Join(dir, "companies.csv"), filepath.Join(dir, "again.yaml")
	p.run(t, exitComplete, "export", "examples/export/companies.yaml", "--output", file, "--job-out", again)
	text, err := os.ReadFile(file + ".manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Rows     int
		Complete bool
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Rows != quickstartRows-quickstartBad || !manifest.Complete {
		t.Errorf("the manifest says %+v, want %d rows", manifest, quickstartRows-quickstartBad)
	}
	out := p.run(t, exitComplete, "import", again, "--json", "--rate", "1000/s,60000/m")
	if s := lastSummary(t, out); s.Read != manifest.Rows || s.inWorkspace() != manifest.Rows {
		t.Errorf("imported again: %+v", s)
	}
}

// stepOf is the line of a step in --json output.
func stepOf(t *testing.T, out []byte, name string) summary {
	t.Helper()
	for line := range bytes.Lines(out) {
		var s struct {
			summary
			Step string `json:"step"`
		}
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		if s.Type == "step" && s.Step == name {
			return s.summary
		}
	}
	t.Fatalf("no line of step %s\n%s", name, out)
	return summary{}
}

// record is a record of a company or a person as the API replies it.
type record struct {
	Values map[string][]struct {
		Domain string `json:"domain"`
		Email  string `json:"email_address"`
		Object string `json:"target_object"`
		Record string `json:"target_record_id"`
	} `json:"values"`
}

// pointsTo is the keys of the records that an attribute of a record points to, in order.
func pointsTo(t *testing.T, url, object, match, key, attribute string) string {
	t.Helper()
	var found struct{ Data []record }
	call(t, http.MethodPost, url+"/v2/objects/"+object+"/records/query", fmt.Sprintf(`{"filter": {%q: %q}}`, match, key), &found)
	if len(found.Data) != 1 {
		t.Fatalf("%d records of %s have %s", len(found.Data), object, key)
	}
	var keys []string
	for _, ref := range found.Data[0].Values[attribute] {
		var target struct{ Data record }
		call(t, http.MethodGet, url+"/v2/objects/"+ref.Object+"/records/"+ref.Record, "", &target)
		for _, v := range slices.Concat(target.Data.Values["domains"], target.Data.Values["email_addresses"]) {
			keys = append(keys, v.Domain+v.Email)
		}
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

// correct mends the two bad cells as the README describes.
func correct(t *testing.T, rejects string) string {
	t.Helper()
	data, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	mended := string(data)
	for bad, good := range map[string]string{
		",31.02.2019,":      ",28.02.2019,",
		",n/a (see notes),": ",ruetern-hofladen.de,",
	} {
		if strings.Count(mended, bad) != 1 {
			t.Fatalf("the rejects file holds %q %d times, want once:\n%s", bad, strings.Count(mended, bad), data)
		}
		mended = strings.Replace(mended, bad, good, 1)
	}
	path := filepath.Join(t.TempDir(), "corrected.csv")
	if err := os.WriteFile(path, []byte(mended), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMistakes requires that the README shows what the program says, to the letter.
func TestMistakes(t *testing.T) {
	out := newProgram(t).run(t, exitMistakes, "validate", "examples/mistakes/companies.yaml")
	readme, err := os.ReadFile("mistakes/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if findings := bytes.Count(out, []byte("\n")); findings != 5 {
		t.Errorf("%d findings, want the five that the job announces", findings)
	}
	if !bytes.Contains(readme, append([]byte("```\n"), out...)) {
		t.Errorf("the README of mistakes does not show what the program prints:\n%s", out)
	}
}

// program is the program as it is shipped, with a sandbox and a state directory of its own.
type program struct {
	path, sandbox, state string
}

func newProgram(t *testing.T) program {
	t.Helper()
	dir := t.TempDir()
	p := program{path: filepath.Join(dir, "attio-etl"), sandbox: filepath.Join(dir, "sandbox"), state: filepath.Join(dir, "state")}
	if runtime.GOOS == "windows" {
		p.path += ".exe"
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", p.path, "../cmd/attio-etl")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return p
}

// run runs the program in the root of the checkout, where the READMEs start from, against the embedded sandbox. It requires an exit
// code and returns what was printed to standard output.
func (p program) run(t *testing.T, want int, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), p.path, append(args, "--sandbox="+p.sandbox, "--state", p.state)...)
	cmd.Dir, cmd.Env = "..", environment()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		t.Fatalf("attio-etl %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, want, &stdout, &stderr)
	}
	return stdout.Bytes()
}

// environment is that of the test without what sets flags of the program.
func environment() []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "ATTIO_") {
			env = append(env, e)
		}
	}
	return env
}

func (p program) importQuickstart(t *testing.T, want int, args ...string) summary {
	t.Helper()
	// The default rate would make the test wait; what is tested here does not depend on it.
	out := p.run(t, want, append([]string{"import", quickstart, "--json", "--rate", "1000/s,60000/m"}, args...)...)
	return lastSummary(t, out)
}

// lastSummary is the last line of --json output.
func lastSummary(t *testing.T, out []byte) summary {
	t.Helper()
	all := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var s summary
	if err := json.Unmarshal(all[len(all)-1], &s); err != nil {
		t.Fatalf("the last line is no summary: %v\n%s", err, out)
	}
	if s.Type != "summary" {
		t.Fatalf("the last line has type %q, want summary\n%s", s.Type, out)
	}
	return s
}

// companies counts the records in the sandbox. It asks over HTTP, past the client that wrote them.
func (p program) companies(t *testing.T) int {
	t.Helper()
	url, stop := p.serve(t)
	defer stop()
	ids := map[string]bool{}
	for offset := 0; ; offset += pageSize {
		page := companiesPage(t, url, offset)
		for _, id := range page {
			if ids[id] {
				t.Fatalf("record %s is on two pages", id)
			}
			ids[id] = true
		}
		if len(page) < pageSize {
			return len(ids)
		}
	}
}

// serve starts the sandbox as a server of its own; nobody else can open its state until it is stopped.
func (p program) serve(t *testing.T) (url string, stop func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), p.path, "sandbox", "--data", p.sandbox, "--rate", "off", "--json")
	cmd.Env = environment()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill() // its state survives that
		_ = cmd.Wait()
	}
	decoder := json.NewDecoder(out)
	for {
		var line struct{ Type, URL string }
		if err := decoder.Decode(&line); err != nil {
			stop()
			t.Fatalf("the sandbox ended before it told its address: %v", err)
		}
		if line.Type == "sandbox" {
			return line.URL, stop
		}
	}
}

// pageSize is how many records a query returns at most.
const pageSize = 500

// companiesPage reads the ids of one page of companies.
func companiesPage(t *testing.T, url string, offset int) []string {
	t.Helper()
	body := fmt.Sprintf(`{"limit": %d, "offset": %d, "sorts": [{"attribute": "created_at", "direction": "asc"}]}`, pageSize, offset)
	var page struct {
		Data []struct {
			ID struct {
				Record string `json:"record_id"`
			} `json:"id"`
		} `json:"data"`
	}
	call(t, http.MethodPost, url+"/v2/objects/companies/records/query", body, &page)
	ids := make([]string, len(page.Data))
	for i, record := range page.Data {
		ids[i] = record.ID.Record
	}
	return ids
}

// call asks the sandbox, past the client under test.
func call(t *testing.T, method, url, body string, reply any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+strings.Repeat("k", 64))
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s", method, url, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(reply); err != nil {
		t.Fatal(err)
	}
}
