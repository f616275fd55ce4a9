package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// A migration is N companies that form a tree, each with its parent at half of its number and so with children before their parents in the
// file, and N people, one in each company, of whom each reports to the next and the last to the first. Each company is owned by its
// person: companies refer to people and people to companies.

func migratedCompany(i int) string { return fmt.Sprintf("company-%d.example.com", i) }

func migratedPerson(i int) string { return fmt.Sprintf("person-%d@example.com", i) }

// parentOf is the company above one; empty for the first.
func parentOf(i int) string {
	if i == 0 {
		return ""
	}
	return migratedCompany((i - 1) / 2)
}

// writeMigration writes companies.csv and people.csv: migration N.
func writeMigration(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	companies, people := [][]string{{"Website", "Name", "Parent", "Owner"}}, [][]string{{"Email", "Title", "Employer", "Boss"}}
	for i := n - 1; i >= 0; i-- {
		companies = append(companies, []string{migratedCompany(i), fmt.Sprintf("Company %d", i), parentOf(i), migratedPerson(i)})
		people = append(people, []string{migratedPerson(i), fmt.Sprintf("Title %d", i), migratedCompany(i), migratedPerson((i + 1) % n)})
	}
	for name, rows := range map[string][][]string{"companies.csv": companies, "people.csv": people} {
		var b bytes.Buffer
		ts.Check(csv.NewWriter(&b).WriteAll(rows))
		ts.Check(os.WriteFile(ts.MkAbs(name), b.Bytes(), 0o600))
	}
}

// migratedRecord is a record of either object as the sandbox replies it.
type migratedRecord struct {
	ID struct {
		Record string `json:"record_id"`
	} `json:"id"`
	Values struct {
		Domains []struct{ Domain string }
		Email   []struct {
			Address string `json:"email_address"`
		} `json:"email_addresses"`
		Title  []struct{ Value string } `json:"job_title"`
		Parent []reference
		Owner  []reference
		Boss   []reference
		Of     []reference `json:"company"`
	}
}

type reference struct {
	Record string `json:"target_record_id"`
}

// key is a record's only domain or e-mail address.
func (r migratedRecord) key() string {
	switch {
	case len(r.Values.Domains) == 1:
		return r.Values.Domains[0].Domain
	case len(r.Values.Email) == 1:
		return r.Values.Email[0].Address
	}
	return ""
}

// sandboxIsMigrated requires that the sandbox holds exactly a migration, each record once, with every reference: migrated N.
func sandboxIsMigrated(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	keys, records := map[string]string{}, map[string]migratedRecord{}
	for _, object := range []string{"companies", "people"} {
		var page struct{ Data []migratedRecord }
		call(ts, http.MethodPost, "/v2/objects/"+object+"/records/query", map[string]any{"limit": 500}, &page)
		if len(page.Data) != n {
			ts.Fatalf("the sandbox holds %d %s, want %d", len(page.Data), object, n)
		}
		for _, r := range page.Data {
			keys[r.ID.Record], records[r.key()] = r.key(), r
		}
	}
	points := func(from, attribute string, to []reference, want string) {
		got := ""
		for _, r := range to {
			got += keys[r.Record]
		}
		if got != want {
			ts.Fatalf("%s of %s is %q, want %q", attribute, from, got, want)
		}
	}
	for i := range n {
		company, person := records[migratedCompany(i)], records[migratedPerson(i)]
		points(company.key(), "parent", company.Values.Parent, parentOf(i))
		points(company.key(), "owner", company.Values.Owner, migratedPerson(i))
		points(person.key(), "company", person.Values.Of, migratedCompany(i))
		points(person.key(), "boss", person.Values.Boss, migratedPerson((i+1)%n))
		if len(person.Values.Title) != 1 || person.Values.Title[0].Value != fmt.Sprintf("Title %d", i) {
			ts.Fatalf("%s: title %v", person.key(), person.Values.Title)
		}
	}
}
