package importer_test

import (
	"fmt"
	"slices"
	"testing"
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
