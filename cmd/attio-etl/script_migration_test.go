package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
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

// sandboxIsMigrated requires that the sandbox holds exactly a migration, each record once, with every reference: migrated N.
func sandboxIsMigrated(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	records := map[string]storedRecord{} // by their only domain or e-mail address
	for object, key := range map[string][2]string{"companies": {"domains", "domain"}, "people": {"email_addresses", "email_address"}} {
		all := storedRecords(ts, object)
		if len(all) != n {
			ts.Fatalf("the sandbox holds %d %s, want %d", len(all), object, n)
		}
		for _, r := range all {
			records[r.text(ts, key[0], key[1])] = r
		}
	}
	holds := func(key, attribute, part, want string) {
		if got := records[key].text(ts, attribute, part); got != want {
			ts.Fatalf("%s of %s is %q, want %q", attribute, key, got, want)
		}
	}
	for i := range n {
		company, person := migratedCompany(i), migratedPerson(i)
		parent := ""
		if i > 0 {
			parent = "companies:domains=" + parentOf(i)
		}
		holds(company, "parent", "", parent)
		holds(company, "owner", "", "people:email_addresses="+person)
		holds(person, "company", "", "companies:domains="+company)
		holds(person, "boss", "", "people:email_addresses="+migratedPerson((i+1)%n))
		holds(person, "job_title", "value", fmt.Sprintf("Title %d", i))
	}
}
