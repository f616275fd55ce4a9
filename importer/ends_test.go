package importer_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"attio-etl/checkpoint"
	"attio-etl/importer"
)

// TestARecordThatCanBeHadOnceIsGivenByOneRow imports rows that want the same record of an end that holds one.
func TestARecordThatCanBeHadOnceIsGivenByOneRow(t *testing.T) {
	const team = "    domains: {from: D, split: \";\"}\n    team: {from: T, split: \";\", match: email_addresses, missing: %s%s}\n"
	for _, c := range []struct {
		name, missing, more string
		rows                []string
		rejects             []string
		teams               map[string]string
	}{
		{
			name: "two rows", missing: "create", rows: []string{"a.com,p@x.com", "b.com,p@x.com;q@x.com", "c.com,r@x.com"},
			rejects: []string{"1 shared-reference", "2 shared-reference"}, teams: map[string]string{"c.com": "people/r@x.com"},
		},
		{
			name: "set later", missing: "defer", rows: []string{"a.com,old@x.com", "b.com,old@x.com", "c.com,other@x.com"},
			rejects: []string{"1 shared-reference", "2 shared-reference"}, teams: map[string]string{"c.com": "people/other@x.com"},
		},
		{
			name: "two names of one record", missing: "reject", rows: []string{"a.com,old@x.com", "b.com,alias@x.com"},
			rejects: []string{"1 shared-reference", "2 shared-reference"},
		},
		{
			name: "rows of one record", missing: "reject", rows: []string{"a.com,old@x.com", "a.com,old@x.com"},
			teams: map[string]string{"a.com": "people/old@x.com"},
		},
		{
			name: "left out", missing: "skip", rows: []string{"a.com,nobody@x.com", "b.com,nobody@x.com"},
			teams: map[string]string{"a.com": "", "b.com": ""},
		},
		{
			name: "added", missing: "reject", more: ", multi: append", rows: []string{"a.com,old@x.com", "b.com,old@x.com"},
			rejects: []string{"1 shared-reference", "2 shared-reference"},
		},
		{
			name: "taken away", missing: "reject", more: ", multi: remove", rows: []string{"a.com,old@x.com", "b.com,old@x.com"},
			teams: map[string]string{"a.com": "", "b.com": ""},
		},
		{
			name: "moved from elsewhere", missing: "reject", rows: []string{"b.com,old@x.com"},
			teams: map[string]string{"b.com": "people/old@x.com", "before.com": ""},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.run("people email_addresses", "    email_addresses: {from: E, split: \";\"}\n    company: {from: C, match: domains, missing: create}\n",
				"E,C", "old@x.com;alias@x.com,before.com", "other@x.com,")
			got := l.run("companies domains", fmt.Sprintf(team, c.missing, c.more), "D,T", c.rows...)
			if !slices.Equal(got.rejects, c.rejects) {
				t.Errorf("rejects %q, want %q", got.rejects, c.rejects)
			}
			for domain, want := range c.teams {
				if held := l.held("companies", "domains", domain, "team"); held != want {
					t.Errorf("team of %s: %q, want %q", domain, held, want)
				}
			}
			if len(c.rejects) > 0 {
				if held := l.held("people", "email_addresses", "old@x.com", "company"); held != "companies/before.com" {
					t.Errorf("company of a person whom rejected rows name: %q", held)
				}
			}
		})
	}
}

// TestBothEndsOfOneFile imports a file that fills both ends of a relationship among its own records.
func TestBothEndsOfOneFile(t *testing.T) {
	l := newLab(t)
	l.call("POST", "/v2/objects/companies/attributes", `{"data":{"title":"Owner","description":null,"api_slug":"owner","type":"record-reference",
		"is_required":false,"is_unique":false,"is_multiselect":false,"config":{"record_reference":{"allowed_objects":["companies"]}},
		"relationship":{"object":"companies","title":"Owns","api_slug":"owns","is_multiselect":true}}}`)
	got := l.run("companies domains",
		"    domains: D\n    owner: {from: Owner, match: domains, missing: defer}\n    owns: {from: Owns, split: \";\", match: domains, missing: defer}\n",
		"D,Owner,Owns", "a.com,,b.com;c.com", "b.com,a.com,", "c.com,,", "d.com,e.com,", "e.com,,f.com", "f.com,d.com,", "g.com,h.com,", "h.com,,")
	if want := []string{"4 contradicted-reference", "5 contradicted-reference", "6 contradicted-reference"}; !slices.Equal(got.rejects, want) {
		t.Errorf("rejects %q, want %q", got.rejects, want)
	}
	for domain, want := range map[string]string{"b.com": "companies/a.com", "c.com": "companies/a.com", "g.com": "companies/h.com"} {
		if held := l.held("companies", "domains", domain, "owner"); held != want {
			t.Errorf("owner of %s: %q, want %q", domain, held, want)
		}
	}
}

// TestBothEndsHoldWhatTheirRowsSay imports random files of two steps that fill both ends of a relationship, in either order and by every
// policy. Whatever is rejected: what the rows that were written say must hold in the end (I8).
func TestBothEndsHoldWhatTheirRowsSay(t *testing.T) {
	for seed := range uint64(24) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 7))
			pick := func(of ...string) string { return of[rng.IntN(len(of))] }
			l := newLab(t)
			multi, missing := pick("replace", "append"), pick("create", "defer")
			blank := pick("ignore", "clear")
			if multi == "append" {
				blank = "ignore"
			}
			team := fmt.Sprintf("    domains: D\n    team: {from: T, split: \";\", match: email_addresses, multi: %s, missing: %s, blank: %s}\n", multi, missing, blank)
			company := fmt.Sprintf("    email_addresses: E\n    company: {from: C, match: domains, missing: %s, write: %s}\n",
				pick("create", "defer"), pick("always", "if_empty"))
			var companies, people []string
			for i := range 3 + rng.IntN(2) {
				var who []string
				for range rng.IntN(4) {
					if p := fmt.Sprintf("p%d@x.com", rng.IntN(5)); !slices.Contains(who, p) {
						who = append(who, p)
					}
				}
				companies = append(companies, fmt.Sprintf("c%d.com,%s", i, strings.Join(who, ";")))
			}
			for i := range 3 + rng.IntN(3) {
				people = append(people, fmt.Sprintf("p%d@x.com,%s", i, pick("", fmt.Sprintf("c%d.com", rng.IntN(3)), fmt.Sprintf("c%d.com", rng.IntN(5)))))
			}
			files := []file{{labJob("companies domains", team), "D,T", companies}, {labJob("people email_addresses", company), "E,C", people}}
			if rng.IntN(2) == 0 {
				slices.Reverse(files)
			}
			rejected := l.runSteps(files...)
			for i, f := range files {
				for n, line := range f.lines {
					key, value, _ := strings.Cut(line, ",")
					if rejected[i][int64(n+1)] || (value == "" && (f.header == "E,C" || blank == "ignore")) {
						continue
					}
					if f.header == "E,C" {
						if held := l.held("people", "email_addresses", key, "company"); held != "companies/"+value {
							t.Errorf("company of %s: %q, want %s", key, held, value)
						}
						continue
					}
					held := strings.Fields(strings.ReplaceAll(l.held("companies", "domains", key, "team"), "people/", ""))
					want := strings.FieldsFunc(value, func(r rune) bool { return r == ';' })
					slices.Sort(want)
					if multi == "append" {
						held = slices.DeleteFunc(held, func(p string) bool { return !slices.Contains(want, p) })
					}
					if !slices.Equal(held, want) {
						t.Errorf("team of %s: %q, want %q", key, held, want)
					}
				}
			}
			if t.Failed() {
				t.Logf("%s%s%v\nrejected %v", team, company, files, rejected)
			}
		})
	}
}

// file is a step's job and source.
type file struct {
	job, header string
	lines       []string
}

// runSteps imports files as steps of one job, each of which needs those before, and gives the rejected rows of each.
func (l *lab) runSteps(files ...file) []map[int64]bool {
	l.t.Helper()
	var steps importer.Steps
	var journals []*checkpoint.Journal
	for i, f := range files {
		im, store := l.engine(f.job, f.header, f.lines...)
		stored, err := store.Begin(l.t.Context(), checkpoint.Run{Job: "lab", Steps: []checkpoint.Step{{}}})
		if err != nil {
			l.t.Fatal(err)
		}
		journals = append(journals, store.Journal(stored.Steps[0]))
		im.Journal = journals[i]
		step := importer.Step{Name: fmt.Sprint(i), Import: im}
		for n := range i {
			step.Needs = append(step.Needs, n)
		}
		steps = append(steps, step)
	}
	results, err := runSteps(l.t.Context(), l.t.Context(), steps)
	if err != nil {
		l.t.Fatal(err)
	}
	rejected := make([]map[int64]bool, len(files))
	for i, r := range results {
		if r.Err != nil {
			l.t.Fatal(r.Err)
		}
		rejected[i] = map[int64]bool{}
		for reject, err := range journals[i].Rejects(l.t.Context()) {
			if err != nil {
				l.t.Fatal(err)
			}
			rejected[i][reject.Ordinal] = true
		}
	}
	return rejected
}

// TestStepsThatContradictEachOther tells which rows of a second step are rejected for what the first says.
func TestStepsThatContradictEachOther(t *testing.T) {
	team := func(policy string) string {
		return "    domains: {from: D, split: \";\"}\n    team: {from: T, split: \";\", match: email_addresses" + policy + "}\n"
	}
	company := func(policy string) string {
		return "    email_addresses: {from: E, split: \";\"}\n    company: {from: C, match: domains, missing: create" + policy + "}\n"
	}
	companies := func(policy string, lines ...string) file {
		if !strings.Contains(policy, "remove") {
			policy += ", missing: create"
		}
		return file{labJob("companies domains", team(policy)), "D,T", lines}
	}
	people := func(policy string, lines ...string) file {
		return file{labJob("people email_addresses", company(policy)), "E,C", lines}
	}
	for name, c := range map[string]struct {
		first, second file
		rejected      []int64
	}{
		"they agree":                   {companies("", "a.com,p@x.com;q@x.com", "b.com,r@x.com"), people("", "p@x.com,a.com", "q@x.com,a.com", "r@x.com,b.com"), nil},
		"they agree by other keys":     {companies("", "a.com;a.org,p@x.com"), people("", "p@x.com;p@y.com,a.org"), nil},
		"another company":              {companies("", "a.com,p@x.com", "b.com,"), people("", "p@x.com,b.com"), []int64{1}},
		"another company, nobody's":    {companies("", "a.com,p@x.com"), people("", "p@x.com,c.com"), []int64{1}},
		"another company, if empty":    {companies("", "a.com,p@x.com"), people(", write: if_empty", "p@x.com,c.com"), []int64{1}},
		"not in the team":              {companies("", "a.com,p@x.com"), people("", "q@x.com,a.com", "r@x.com,"), []int64{1}},
		"the team says nothing":        {companies("", "a.com,"), people("", "q@x.com,a.com"), nil},
		"the team is emptied":          {companies(", blank: clear", "a.com,"), people("", "q@x.com,a.com"), []int64{1}},
		"added to the team":            {companies(", multi: append", "a.com,p@x.com"), people("", "q@x.com,a.com"), nil},
		"added to one, put in another": {companies(", multi: append", "a.com,p@x.com"), people("", "p@x.com,c.com"), []int64{1}},
		"the company is emptied":       {companies("", "a.com,p@x.com"), people(", blank: clear", "p@x.com,"), []int64{1}},
		"left out of a later team":     {people("", "q@x.com,a.com"), companies("", "a.com,p@x.com", "b.com,r@x.com"), []int64{1}},
		"taken into a later team":      {people("", "q@x.com,a.com"), companies(", multi: append", "b.com,q@x.com"), []int64{1}},
		"taken, if empty":              {people(", write: if_empty", "q@x.com,a.com"), companies(", multi: append", "b.com,q@x.com"), []int64{1}},
		"another team":                 {companies("", "a.com,p@x.com"), companies("", "b.com,p@x.com"), []int64{1}},
		"a team of that company":       {companies("", "a.com,p@x.com"), companies("", "a.com,p@x.com;q@x.com"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newLab(t).runSteps(c.first, c.second)
			if rejected := slices.Sorted(maps.Keys(got[1])); len(got[0]) > 0 || !slices.Equal(rejected, c.rejected) {
				t.Errorf("rejected: %v of the first step, %v of the second, want none and %v", got[0], rejected, c.rejected)
			}
		})
	}
	// What is taken away has to be there for it.
	l := newLab(t)
	l.run("people email_addresses", "    email_addresses: E\n", "E", "p@x.com")
	got := l.runSteps(companies(", multi: remove", "a.com,p@x.com"), people("", "p@x.com,a.com"))
	if !maps.Equal(got[1], map[int64]bool{1: true}) {
		t.Errorf("taken from the team and put into the company: %v", got)
	}
	got = l.runSteps(people("", "p@x.com,a.com"), companies(", multi: remove", "a.com,p@x.com"))
	if !maps.Equal(got[1], map[int64]bool{1: true}) {
		t.Errorf("put into the company and taken from the team: %v", got)
	}
}
